from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..exceptions import MeetingRefused


class BusinessMeetingSpace(models.Model):
    """Where a partner meets: a table or a stand, of one of their sales contacts or for a theme.

    One meeting at a time takes place in a space. Each partner has one at least; see
    ``event.sponsor._propose_meeting_space``.
    """

    _name = "business.meeting.space"
    _inherit = ["booking.guarded"]
    _description = "Business Meeting Space"
    _order = "sponsor_id, sequence, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    sponsor_id = fields.Many2one("event.sponsor", string="Partner", required=True, ondelete="cascade", index=True)
    event_id = fields.Many2one(related="sponsor_id.event_id", store=True, index=True)
    company_id = fields.Many2one(related="event_id.company_id")
    company_partner_id = fields.Many2one(
        related="sponsor_id.partner_id.commercial_partner_id", string="Company of the partner"
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Sales contact",
        index="btree_not_null",
        domain="[('commercial_partner_id', '=', company_partner_id)]",
        help="Who receives in this space: a contact of the partner's company. They are in one meeting at a time.",
    )
    theme = fields.Char(help="What is talked about in this space, where it is not tied to one person.")
    location = fields.Char(string="Table or stand", help="As it is written on the plan: the participants look for it.")
    closure_ids = fields.One2many("business.meeting.closure", "space_id", string="Closed slots")
    closed_slot_ids = fields.Many2many(
        "business.meeting.slot",
        string="Slots not offered",
        compute="_compute_closed_slot_ids",
        inverse="_inverse_closed_slot_ids",
        domain="[('event_id', '=', event_id)]",
    )
    meeting_ids = fields.One2many("business.meeting", "space_id", string="Meetings")
    meeting_count = fields.Integer(string="Confirmed meetings", compute="_compute_meeting_count")

    @api.depends("name", "location")
    def _compute_display_name(self):
        for space in self:
            space.display_name = f"{space.name} ({space.location})" if space.location else space.name

    @api.depends("closure_ids.slot_id")
    def _compute_closed_slot_ids(self):
        for space in self:
            space.closed_slot_ids = space.closure_ids.slot_id

    def _inverse_closed_slot_ids(self):
        for space in self:
            space._close_slots(space.closed_slot_ids - space.closure_ids.slot_id)
            space._open_slots(space.closure_ids.slot_id - space.closed_slot_ids)

    @api.depends("meeting_ids.state")
    def _compute_meeting_count(self):
        counts = dict(
            self.env["business.meeting"]._read_group(
                [("space_id", "in", self.ids), ("state", "=", "confirmed")], ["space_id"], ["__count"]
            )
        )
        for space in self:
            space.meeting_count = counts.get(space, 0)

    @api.constrains("contact_id", "sponsor_id")
    def _check_contact(self):
        for space in self.sudo():
            company = space.sponsor_id.partner_id.commercial_partner_id
            if space.contact_id and space.contact_id.commercial_partner_id != company:
                raise ValidationError(
                    self.env._("The sales contact of a space is a contact of the partner's company (%s).", company.name)
                )

    @api.onchange("contact_id")
    def _onchange_contact(self):
        if self.contact_id and not self.name:
            self.name = self.contact_id.name

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("name"):
                contact = self.env["res.partner"].browse(vals.get("contact_id")).sudo()
                vals["name"] = contact.name or vals.get("theme") or self.env._("Stand")
        return super().create(vals_list)

    def write(self, vals):
        if not vals.get("active", True):
            self._refuse_if_used()
        if "sponsor_id" in vals and any(space.sponsor_id.id != vals["sponsor_id"] for space in self):
            self._refuse_if_used()
        result = super().write(vals)
        if "contact_id" in vals:
            self.env["business.meeting"]._get_ahead([("space_id", "in", self.ids)])._renew_seats()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._refuse_if_used()

    def _get_confirmed(self):
        """Return the confirmed meetings that are still ahead in these spaces."""
        return self.env["business.meeting"]._get_ahead([("space_id", "in", self.ids)])

    def _refuse_if_used(self):
        """:raise MeetingRefused: ``space_used``, when confirmed meetings are ahead in one of them"""
        if used := self._get_confirmed().space_id:
            raise MeetingRefused(
                "space_used",
                self.env._(
                    "Confirmed meetings are planned in %s: move or cancel them first.",
                    ", ".join(used.mapped("display_name")),
                ),
            )

    def _remove(self, move_to=None):
        """Delete a space, or archive it when past meetings tell of it; with another one, move its meetings there.

        For the organiser and for the partner alike, with all rights: who calls has looked whose space it is.

        :param move_to: another ``business.meeting.space`` of the partner, or nothing
        :raise MeetingRefused: ``space_used`` without one, ``space`` or ``taken`` when a meeting cannot move there
        """
        self.ensure_one()
        space = self.sudo()
        if move_to and (move_to == self or move_to.sudo().sponsor_id != space.sponsor_id or not move_to.sudo().active):
            raise MeetingRefused("space", self.env._("Choose another space of the same partner."))
        if move_to:
            for meeting in space._get_confirmed():
                meeting._move("partner", meeting.slot_id, move_to)
        space._refuse_if_used()
        space.env["business.meeting.proposal"].search([("space_id", "=", space.id)]).space_id = False
        if space.env["business.meeting"].search_count([("space_id", "=", space.id)], limit=1):
            space.active = False
        else:
            space.unlink()

    def action_remove(self):
        """Open the window that deletes a space and moves what is confirmed in it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Remove the space"),
            "res_model": "business.meeting.space.remove",
            "view_mode": "form",
            "target": "new",
            "context": {"default_space_id": self.id, "from_list": self.env.context.get("from_list", False)},
        }
