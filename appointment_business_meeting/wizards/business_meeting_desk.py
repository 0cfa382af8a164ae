from odoo import api, fields, models
from odoo.exceptions import UserError

DEEDS = [
    ("book", "Book a meeting"),
    ("request", "Send a request"),
    ("accept", "Accept"),
    ("refuse", "Decline"),
    ("move", "Move"),
    ("cancel", "Cancel"),
]


class BusinessMeetingDesk(models.TransientModel):
    """What the organiser does in the name of a partner or a participant: by the same rules, with the same refusals."""

    _name = "business.meeting.desk"
    _description = "Help with Business Meetings"

    deed = fields.Selection(DEEDS, required=True, default="book")
    meeting_id = fields.Many2one("business.meeting", readonly=True, ondelete="cascade")
    event_id = fields.Many2one("event.event", required=True, domain="[('meeting_enabled', '=', True)]")
    sponsor_id = fields.Many2one("event.sponsor", string="Partner", domain="[('event_id', '=', event_id)]")
    registration_id = fields.Many2one(
        "event.registration",
        string="Participant",
        domain="[('event_id', '=', event_id), ('state', 'in', ('open', 'done'))]",
    )
    side = fields.Selection(
        [("partner", "The partner"), ("participant", "The participant")],
        string="In the name of",
        default="partner",
        required=True,
    )
    space_id = fields.Many2one(
        "business.meeting.space",
        domain="[('sponsor_id', '=', sponsor_id)]",
        help="Empty: any that is free.",
    )
    free_slot_ids = fields.Many2many("business.meeting.slot", compute="_compute_free_slot_ids")
    slot_id = fields.Many2one("business.meeting.slot", domain="[('id', 'in', free_slot_ids)]")
    message = fields.Text()
    note = fields.Char(compute="_compute_free_slot_ids")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        meeting = self.env["business.meeting"].browse(values.get("meeting_id"))
        if meeting:
            values |= {
                "event_id": meeting.event_id.id,
                "sponsor_id": meeting.sponsor_id.id,
                "registration_id": meeting.registration_id.id,
                "side": meeting.awaiting or "partner",
            }
            if values.get("deed") == "cancel" and meeting.state == "requested":
                values["side"] = "participant" if meeting.awaiting == "partner" else "partner"
        return values

    @api.depends("sponsor_id", "registration_id", "space_id", "deed", "meeting_id")
    def _compute_free_slot_ids(self):
        """Offer what the rules allow, and say why there is nothing."""
        for desk in self:
            desk.free_slot_ids, desk.note = False, False
            sponsor, registration = desk.sponsor_id._origin, desk.registration_id._origin
            if not sponsor or not registration or desk.deed in ("refuse", "cancel"):
                continue
            common = self.env["business.meeting"]._get_common_slots(
                sponsor, registration, desk.space_id._origin, leaving_out=desk.meeting_id
            )
            free = self.env["business.meeting.slot"].browse(offer.slot_id for offer in common)
            if desk.deed == "accept":
                free &= desk.meeting_id.proposal_ids.slot_id
            desk.free_slot_ids = free - desk.meeting_id.slot_id if not desk.space_id else free
            if desk.deed in ("book", "request") and not sponsor._can_meet(registration):
                desk.note = self.env._("The matching rules do not provide for a meeting of these two.")
            elif not sponsor.meeting_space_ids:
                desk.note = self.env._("%s has no meeting space yet.", sponsor.name)
            elif not free:
                desk.note = self.env._("They have no free slot in common.")

    def action_do(self):
        """Do it, as the side itself would have done; what the rules do not allow is refused in the same words."""
        self.ensure_one()
        meetings = self.env["business.meeting"]
        if self.meeting_id:
            self.meeting_id.check_access("write")
        elif not self.sponsor_id or not self.registration_id or not self.slot_id:
            raise UserError(self.env._("Choose the partner, the participant and the slot."))
        # Partners have no company of their own: the event says whose they are.
        (self.event_id | self.sponsor_id.event_id | self.registration_id.event_id).check_access("read")
        if self.deed in ("book", "request"):
            deed = meetings._book if self.deed == "book" else meetings._request
            meeting = deed(self.sponsor_id, self.registration_id, self.side, self.slot_id, self.space_id, self.message)
        elif self.deed == "accept":
            meeting = self.meeting_id._accept(self.meeting_id.awaiting, self.slot_id, self.space_id)
        elif self.deed == "move":
            meeting = self.meeting_id._move(self.side, self.slot_id or self.meeting_id.slot_id, self.space_id)
        elif self.deed == "refuse":
            meeting = self.meeting_id._refuse(self.meeting_id.awaiting, self.message)
        else:
            meeting = self.meeting_id._cancel(self.side, self.message)
        sides = dict(self._fields["side"]._description_selection(self.env))
        deeds = dict(self._fields["deed"]._description_selection(self.env))
        meeting.message_post(
            body=self.env._(
                "%(deed)s: done by %(user)s in the name of: %(side)s.",
                deed=deeds[self.deed],
                user=self.env.user.name,
                side=sides[self.side],
            ),
            subtype_xmlid="mail.mt_note",
        )
        if self.meeting_id:
            return {"type": "ir.actions.act_window_close"}  # the meeting lies beneath the window
        return {
            "type": "ir.actions.act_window",
            "res_model": "business.meeting",
            "res_id": meeting.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
