from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from markupsafe import Markup

from odoo import api, fields, models

DAY_MINUTES = 24 * 60


class BookingDiagnosis(models.TransientModel):
    """Why a slot is, or is not, on offer: a manager asks about an advisor and an hour (A19)."""

    _name = "booking.diagnosis"
    _description = "Why Is There No Slot?"

    type_id = fields.Many2one("booking.type", string="Appointment type", required=True, ondelete="cascade")
    user_id = fields.Many2one(
        "res.users", string="Advisor", domain="[('share', '=', False)]", ondelete="cascade", required=True
    )
    reason_id = fields.Many2one("booking.reason", domain="[('type_id', '=', type_id)]", ondelete="cascade")
    agency_id = fields.Many2one("booking.agency", ondelete="cascade")
    has_reasons = fields.Boolean(compute="_compute_has")
    has_agencies = fields.Boolean(compute="_compute_has")
    day = fields.Date(required=True)
    hour = fields.Float(required=True)
    zone = fields.Char(compute="_compute_answer", help="The day and the hour are those of a clock there.")
    is_offered = fields.Boolean(compute="_compute_answer")
    answer = fields.Html(compute="_compute_answer", sanitize=False)
    next_start = fields.Datetime(compute="_compute_answer")
    next_text = fields.Char(string="Next free slot", compute="_compute_answer")

    @api.model
    def default_get(self, fields_list):
        """Begin with the first advisor of the type, and tomorrow at ten."""
        values = super().default_get(fields_list)
        booking_type = self.env["booking.type"].browse(self.env.context.get("default_type_id"))
        booking_type.check_access("write")
        tomorrow = datetime.now(ZoneInfo(booking_type.tz or "UTC")).date() + timedelta(days=1)
        defaults = {
            "user_id": booking_type.advisor_ids[:1].user_id.id,
            "reason_id": booking_type.reason_ids[:1].id,
            "agency_id": booking_type.agency_ids[:1].id,
            "day": tomorrow,
            "hour": 10.0,
        }
        return {**{name: value for name, value in defaults.items() if name in fields_list}, **values}

    @api.depends("type_id")
    def _compute_has(self):
        for diagnosis in self:
            diagnosis.has_reasons = bool(diagnosis.type_id.reason_ids)
            diagnosis.has_agencies = bool(diagnosis.type_id.agency_ids)

    @api.depends("type_id", "user_id", "reason_id", "agency_id", "day", "hour")
    @api.depends_context("lang", "uid")
    def _compute_answer(self):
        for diagnosis in self:
            tz = diagnosis.agency_id.sudo().tz or diagnosis.type_id.tz or "UTC"
            journey = self.env["booking.journey"]
            start = diagnosis._get_start(tz)
            diagnosis.zone = journey._tell_zone(tz, start or fields.Datetime.now())
            diagnosis.is_offered = False
            diagnosis.next_start = False
            diagnosis.next_text = False
            if not (diagnosis.type_id and diagnosis.user_id and diagnosis.day):
                diagnosis.answer = Markup("<p>%s</p>") % self.env._("Choose an advisor, a day and an hour.")
            elif not start:
                diagnosis.answer = Markup("<p>%s</p>") % self.env._("No clock shows this hour on that day.")
            else:
                diagnosis._answer(start, journey._wording_of(tz))

    def _get_start(self, tz):
        """Return the asked hour as naive UTC; nothing where it is none, or the clocks skip it."""
        minute = round((self.hour or 0) * 60)
        if not self.day or not 0 <= minute < DAY_MINUTES:
            return None
        local = datetime.combine(self.day, time(*divmod(minute, 60)), ZoneInfo(tz))
        start = local.astimezone(timezone.utc)
        if start.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
            return None
        return start.replace(tzinfo=None)

    def _answer(self, start, wording):
        booking_type, user = self.type_id._origin, self.user_id._origin
        choices = {"reason": self.reason_id._origin, "agency": self.agency_id._origin}
        found = booking_type._diagnose(user, start, **choices)
        self.is_offered = not found.obstacles
        paragraphs = [Markup("<li>%s</li>") % obstacle.text for obstacle in found.obstacles]
        heading = self.env._("This slot is on offer.") if self.is_offered else self.env._("This slot is not on offer.")
        self.answer = Markup("<p><strong>%s</strong></p>%s%s%s") % (
            heading,
            Markup("<ul>%s</ul>") % Markup("").join(paragraphs) if paragraphs else "",
            Markup("").join(Markup("<p>%s</p>") % note.text for note in found.notes),
            Markup("<p class='mb-0'>%s</p>") % taker if (taker := self._tell_taker(found.taker, user)) else "",
        )
        since = max(start + timedelta(minutes=1), fields.Datetime.now())
        listed = user in booking_type.sudo().advisor_ids.filtered("active").user_id
        upcoming = booking_type._get_next_start(user, since, **choices) if listed else None
        self.next_start = upcoming
        if upcoming:
            self.next_text = f"{wording.full_day(wording.local(upcoming).date())}, {wording.hour(upcoming)}"
        elif listed:
            self.next_text = self.env._("None after this hour, within the booking horizon")

    def _tell_taker(self, taker, user):
        """Say who would get the appointment if nobody is asked for by name."""
        if not taker:
            return ""
        if self.type_id.distribution == "visitor":
            if not self.type_id.no_preference:
                return ""
            return self.env._("A visitor without a preference would meet %s at this hour.", taker.name)
        if taker == user:
            return self.env._("%s would get the next appointment at this hour.", taker.name)
        return self.env._("The next appointment at this hour would go to %s.", taker.name)

    def action_ask_next(self):
        """Ask about the next free slot of the advisor."""
        self.ensure_one()
        if self.next_start:
            tz = self.agency_id.sudo().tz or self.type_id.tz
            local = self.next_start.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(tz))
            self.write({"day": local.date(), "hour": local.hour + local.minute / 60})
        return self._reopen()

    def action_view_week(self):
        """Open the week picture of the advisor."""
        self.ensure_one()
        action = self.env["ir.actions.client"]._for_xml_id("appointment_booking.booking_week_action")
        return dict(action, name=self.user_id.name, params={"user_ids": self.user_id.ids})

    def _reopen(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("appointment_booking.booking_diagnosis_action")
        return dict(action, res_id=self.id)
