import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError

OUTCOMES = [
    ("held", "Held"),
    ("partner", "Missed by the partner"),
    ("participant", "Missed by the participant"),
    ("both", "Missed by both"),
]
RATINGS = [("1", "Poor"), ("2", "Fair"), ("3", "Good"), ("4", "Very good"), ("5", "Excellent")]


class BusinessMeeting(models.Model):
    """A meeting of a partner (an exhibitor) and a participant of an event, from the request on.

    ``requested``: one side has proposed slots, ``awaiting`` says who has to answer. ``confirmed``: it takes place in
    ``slot_id`` and ``space_id``, and seats are taken for all who are in it (``business.meeting.seat``). ``refused``,
    ``cancelled`` and ``expired`` are ends. Only the deeds in ``business_meeting_deeds.py`` change the state.

    Messages of the two sides live in the chatter, which both can read; what a side notes after the meeting is theirs
    and the organiser's (``partner_notes``, ``participant_notes``): no page shows it to the other side.
    """

    _name = "business.meeting"
    _inherit = ["portal.mixin", "mail.thread", "mail.activity.mixin", "booking.guarded"]
    _description = "Business Meeting"
    _order = "start desc, id desc"
    _mail_post_access = "read"

    event_id = fields.Many2one("event.event", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="event_id.company_id", store=True, index=True)
    date_tz = fields.Selection(related="event_id.date_tz", string="Time zone")
    sponsor_id = fields.Many2one(
        "event.sponsor", string="Partner", required=True, readonly=True, ondelete="cascade", index=True
    )
    sponsor_type_id = fields.Many2one(related="sponsor_id.sponsor_type_id", string="Level", store=True)
    registration_id = fields.Many2one(
        "event.registration", string="Participant", required=True, readonly=True, ondelete="cascade", index=True
    )
    origin = fields.Selection(
        [("partner", "Partner"), ("participant", "Participant")],
        string="Asked by",
        required=True,
        readonly=True,
    )
    awaiting = fields.Selection(
        [("partner", "Partner"), ("participant", "Participant")],
        string="Waits for",
        readonly=True,
        help="Who has to answer a request.",
    )
    state = fields.Selection(
        [
            ("requested", "Requested"),
            ("confirmed", "Confirmed"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
            ("expired", "Expired"),
        ],
        required=True,
        readonly=True,
        default="requested",
        index=True,
        tracking=True,
    )
    slot_id = fields.Many2one(
        "business.meeting.slot", readonly=True, ondelete="restrict", index="btree_not_null", tracking=True
    )
    space_id = fields.Many2one(
        "business.meeting.space", readonly=True, ondelete="restrict", index="btree_not_null", tracking=True
    )
    contact_id = fields.Many2one(related="space_id.contact_id", string="Sales contact", store=True)
    start = fields.Datetime(related="slot_id.start", store=True)
    stop = fields.Datetime(related="slot_id.stop", string="End", store=True)
    proposal_ids = fields.One2many("business.meeting.proposal", "meeting_id", string="Proposed slots", readonly=True)
    seat_ids = fields.One2many("business.meeting.seat", "meeting_id", groups="base.group_system")
    message = fields.Text(readonly=True, help="What was said with the request.")
    reply = fields.Text(readonly=True, string="Last word", help="What was said with the latest answer or change.")
    reply_side = fields.Selection(
        [("partner", "Partner"), ("participant", "Participant")],
        string="Last word by",
        readonly=True,
        help="Who answered, changed or ended it last, in words or without.",
    )
    expires_at = fields.Datetime(readonly=True, string="Answer expected until")
    answered_at = fields.Datetime(string="Answered on", readonly=True)
    is_booked = fields.Boolean(
        string="Booked by the organiser",
        readonly=True,
        help="Both agreed aloud, and the organiser booked it at once: nobody had to answer a request.",
    )
    sequence = fields.Integer(readonly=True, help="How often it changed: calendars tell a newer entry by it.")
    outcome = fields.Selection(
        OUTCOMES + [("disputed", "Told differently")],
        compute="_compute_outcome",
        store=True,
        readonly=False,
        tracking=True,
    )
    partner_outcome = fields.Selection(OUTCOMES, string="Outcome told by the partner", readonly=True)
    participant_outcome = fields.Selection(OUTCOMES, string="Outcome told by the participant", readonly=True)
    partner_rating = fields.Selection(
        RATINGS, string="Rating by the partner", readonly=True, groups="event.group_event_user"
    )
    participant_rating = fields.Selection(
        RATINGS, string="Rating by the participant", readonly=True, groups="event.group_event_user"
    )
    partner_notes = fields.Text(string="Notes of the partner", readonly=True, groups="event.group_event_user")
    participant_notes = fields.Text(string="Notes of the participant", readonly=True, groups="event.group_event_user")
    message_log_ids = fields.One2many(
        "business.meeting.message",
        "meeting_id",
        string="E-mails",
        readonly=True,
        groups="appointment_business_meeting.group_meeting_manager",
    )

    _confirmed_has_slot = models.Constraint(
        "CHECK (state != 'confirmed' OR (slot_id IS NOT NULL AND space_id IS NOT NULL))",
        "A confirmed meeting has a slot and a space.",
    )
    _requested_awaits = models.Constraint(
        "CHECK ((state = 'requested') = (awaiting IS NOT NULL))", "Somebody has to answer a request."
    )
    _one_request_index = models.UniqueIndex("(sponsor_id, registration_id) WHERE state = 'requested'")
    _expires_at_index = models.Index("(expires_at) WHERE state = 'requested'")
    _start_index = models.Index("(start) WHERE state = 'confirmed'")

    @api.depends("sponsor_id.name", "registration_id.name")
    def _compute_display_name(self):
        for meeting in self:
            meeting.display_name = f"{meeting.sponsor_id.name} – {meeting.registration_id.display_name}"

    @api.depends("partner_outcome", "participant_outcome")
    def _compute_outcome(self):
        """What one side tells stands until the other tells something else; the organiser may then settle it."""
        for meeting in self:
            told = {meeting.partner_outcome, meeting.participant_outcome} - {False}
            if told:
                meeting.outcome = told.pop() if len(told) == 1 else "disputed"
            elif not meeting.outcome:
                meeting.outcome = False

    def _compute_access_url(self):
        for meeting in self:
            meeting.access_url = f"/my/meetings/{meeting.id}"

    def _portal_ensure_token(self):
        """Give each meeting a token of 256 bits."""
        if not self.access_token:
            self.sudo().access_token = secrets.token_urlsafe(32)
        return self.access_token

    def write(self, vals):
        """Let nobody change by hand what only the deeds may: they act with all rights."""
        if not self.env.su and (fixed := self._get_fixed_fields() & vals.keys()):
            raise UserError(
                self.env._(
                    "A meeting is moved, answered and cancelled by its buttons only: %s", ", ".join(sorted(fixed))
                )
            )
        return super().write(vals)

    @api.model
    def _get_fixed_fields(self):
        """Return the names of the fields that tell what was agreed: all of this model's own but the outcome."""
        return {
            name
            for name, field in self._fields.items()
            if field._module == "appointment_business_meeting" and field.readonly and field.store
        }

    @api.model
    def _get_ahead(self, domain=()):
        """Return confirmed meetings that are not over, with all rights, soonest first."""
        now = fields.Datetime.now()
        return self.sudo().search([("state", "=", "confirmed"), ("stop", ">", now), *domain], order="start, id")

    def _is_open(self):
        """Tell whether a request waits for an answer that may still come."""
        self.ensure_one()
        return self.state == "requested" and (not self.expires_at or self.expires_at > fields.Datetime.now())

    def _get_notes(self, side):
        """Return what a side noted and rated, for itself alone.

        :return: dict with ``notes``, a text, and ``rating``, "1" to "5" or ""
        """
        self.ensure_one()
        meeting = self.sudo()
        return {"notes": meeting[f"{side}_notes"] or "", "rating": meeting[f"{side}_rating"] or ""}
