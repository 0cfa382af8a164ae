import secrets

from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.mirroring import MIRRORING

# States in which an appointment takes the advisor's time. The exclusion constraint names the same ones.
LIVE_STATES = ("hold", "planned", "done")


class BookingAppointment(models.Model):
    """An appointment, also while it is only held for a visitor who fills in the form.

    Two live appointments of an advisor never overlap: PostgreSQL refuses the second one. What staff book twice on
    purpose is left out there, see booking_appointment_overbook.
    """

    _name = "booking.appointment"
    _description = "Appointment"
    _inherit = ["booking.guarded", "portal.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "start desc, id desc"
    _mail_post_access = "read"

    name = fields.Char(string="Reference", default="/", readonly=True, copy=False, index="trigram")
    state = fields.Selection(
        [
            ("hold", "Being booked"),
            ("planned", "Planned"),
            ("done", "Held"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="planned",
        tracking=True,
        copy=False,
        index=True,
    )
    attendance = fields.Selection(
        [("came", "Came"), ("excused", "Excused"), ("absent", "Absent")], tracking=True, copy=False
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True, precompute=True, readonly=False, required=True
    )

    # What, where, with whom
    type_id = fields.Many2one("booking.type", string="Appointment type", ondelete="restrict", tracking=True)
    reason_id = fields.Many2one("booking.reason", domain="[('type_id', '=', type_id)]", ondelete="restrict")
    agency_id = fields.Many2one("booking.agency", ondelete="restrict", tracking=True)
    channel = fields.Selection(
        selection=lambda self: self.env["booking.type"]._fields["channel"]._description_selection(self.env),
        compute="_compute_channel",
        store=True,
        precompute=True,
        readonly=False,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Advisor",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        tracking=True,
    )

    # When (UTC)
    start = fields.Datetime(required=True, tracking=True)
    stop = fields.Datetime(
        string="End", required=True, compute="_compute_stop", store=True, precompute=True, readonly=False
    )
    gap = fields.Integer(
        string="Gap after (minutes)", compute="_compute_gap", store=True, precompute=True, readonly=False
    )
    busy_stop = fields.Datetime(
        compute="_compute_busy_stop",
        store=True,
        precompute=True,
        required=True,
        help="When the advisor may be booked again: the end and the gap after it.",
    )
    duration = fields.Integer(compute="_compute_duration", string="Duration (minutes)")

    # For whom
    partner_id = fields.Many2one("res.partner", string="Contact", ondelete="restrict", index="btree_not_null")
    partner_match = fields.Selection(
        [("account", "Account"), ("email", "Same e-mail"), ("phone", "Same phone"), ("created", "New contact")],
        string="Contact found by",
        readonly=True,
        copy=False,
        help="How the contact was found when the appointment was booked online. The contact itself is never changed "
        "by what a visitor types: what was typed is kept here.",
    )
    booker_name = fields.Char(compute="_compute_booker", store=True, precompute=True, readonly=False)
    booker_email = fields.Char(compute="_compute_booker", store=True, precompute=True, readonly=False)
    booker_phone = fields.Char(compute="_compute_booker", store=True, precompute=True, readonly=False)
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        default=lambda self: self.env.lang,
        help="The language of the pages on which the appointment was booked: messages use it too.",
    )
    tz = fields.Char(string="Booker's time zone")
    answer_ids = fields.One2many("booking.answer", "appointment_id", string="Answers")

    _no_double_booking = models.Constraint(
        "EXCLUDE USING gist (user_id WITH =, tsrange(start, busy_stop) WITH &&)"
        " WHERE (state IN ('hold', 'planned', 'done') AND overbooked IS NOT TRUE)",
        "This advisor already has an appointment at that time.",
    )
    _stop_after_start = models.Constraint("CHECK (stop > start)", "An appointment ends after it starts.")
    _type_start_index = models.Index("(type_id, start)")
    _access_token_index = models.UniqueIndex("(access_token) WHERE access_token IS NOT NULL")

    @api.depends("type_id", "user_id")
    def _compute_company_id(self):
        for appointment in self:
            appointment.company_id = (
                appointment.type_id.company_id or appointment.company_id or appointment.user_id.company_id
            )

    @api.depends("type_id")
    def _compute_channel(self):
        for appointment in self:
            appointment.channel = appointment.type_id.channel or appointment.channel

    @api.depends("start", "type_id", "reason_id")
    def _compute_stop(self):
        for appointment in self:
            minutes = appointment.reason_id.effective_duration or appointment.type_id.duration
            if appointment.start and (minutes or not appointment.stop):
                appointment.stop = fields.Datetime.add(
                    appointment.start, minutes=minutes or appointment._get_own_duration()
                )

    @api.depends("type_id")
    def _compute_gap(self):
        for appointment in self:
            appointment.gap = appointment.type_id.gap

    @api.depends("stop", "gap")
    def _compute_busy_stop(self):
        for appointment in self:
            appointment.busy_stop = appointment.stop and fields.Datetime.add(appointment.stop, minutes=appointment.gap)

    @api.depends("start", "stop")
    def _compute_duration(self):
        for appointment in self:
            whole = appointment.start and appointment.stop
            appointment.duration = (appointment.stop - appointment.start).total_seconds() // 60 if whole else 0

    @api.depends("partner_id")
    def _compute_booker(self):
        """Take the contact's data for an appointment entered by staff; online, the visitor's words are written."""
        for appointment in self:
            partner = appointment.partner_id
            appointment.booker_name = appointment.booker_name or partner.name
            appointment.booker_email = appointment.booker_email or partner.email
            appointment.booker_phone = appointment.booker_phone or partner.phone

    @api.depends("name", "booker_name", "subject", "type_id.name", "start")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for appointment in self:
            # Who may see an appointment may read what it is called, also when its type is no longer theirs.
            names = appointment.sudo()
            who = names.booker_name or names.partner_id.name
            reference = names.name if names.name != "/" else ""
            appointment.display_name = " · ".join(filter(None, [who, names.subject or names.type_id.name])) or reference

    def _compute_access_url(self):
        for appointment in self:
            appointment.access_url = f"/booking/appointment/{appointment._portal_ensure_token()}"

    def _portal_ensure_token(self):
        """Give each appointment a token of 256 bits: whoever holds it acts as the booker."""
        if not self.access_token:
            self.sudo().access_token = secrets.token_urlsafe(32)
        return self.access_token

    @api.constrains("reason_id", "type_id")
    def _check_reason(self):
        for appointment in self:
            if appointment.reason_id and appointment.reason_id.type_id != appointment.type_id:
                raise ValidationError(_("This reason belongs to another appointment type."))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("state") != "hold" and vals.get("name", "/") == "/":
                vals["name"] = self._next_reference()
        self._forget_expired_holds({vals.get("user_id", self.env.uid) for vals in vals_list})
        appointments = super().create(vals_list)
        appointments.type_id.check_access("read")
        appointments._mirror_in_calendar()
        return appointments

    def write(self, vals):
        if {"state", "start", "stop", "gap", "user_id"} & vals.keys():
            self._forget_expired_holds({vals["user_id"]} if "user_id" in vals else set(self.user_id.ids))
        result = super().write(vals)
        # A later start and an end not yet worked out would make no range: PostgreSQL gets both at once.
        self.mapped("busy_stop")
        if "type_id" in vals:
            self.type_id.check_access("read")
        if self._CALENDAR_FIELDS & vals.keys():
            self._mirror_in_calendar()
        return result

    def unlink(self):
        # First, while a synchronisation can still tell whose entries they are, and what it must keep quiet about.
        for event in self.sudo().with_context(**MIRRORING).calendar_event_id:
            event.with_user(event.user_id).sudo().unlink()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_planned(self):
        if any(appointment.state == "planned" and appointment.stop > fields.Datetime.now() for appointment in self):
            raise UserError(_("Cancel an appointment before you delete it, so that the booker is told."))

    @api.model
    def _next_reference(self):
        """Take a reference from a sequence that may have gaps: a gap-less one would make bookers queue."""
        return self.env["ir.sequence"].sudo().next_by_code("booking.appointment") or "/"

    def action_done(self):
        self._check_state("planned", _("Only a planned appointment can be marked as held."))
        self.state = "done"

    def action_cancel(self):
        """Cancel, free the slot and the calendar, and tell the booker."""
        self._check_state("planned", _("Only a planned appointment can be cancelled."))
        self._cancel("staff")

    def action_reopen(self):
        """Plan again what was held or cancelled; the slot must still be free. Who was told of the end is told again."""
        off = self.filtered(lambda appointment: appointment.state == "cancelled")
        self.filtered(lambda appointment: appointment.state in ("done", "cancelled")).state = "planned"
        off._notify("booked")
        off._notify("assigned")

    def _check_state(self, state, message):
        if any(appointment.state != state for appointment in self):
            raise UserError(message)
