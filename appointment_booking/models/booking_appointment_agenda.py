from babel.dates import format_skeleton

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_time
from odoo.tools.misc import babel_locale_parse, get_lang

from .booking_appointment_message import ABOUT_THE_FUTURE, TOLD_BY_STAFF

# What a change in the agenda is, for those who are told.
EVENTS = {"move": "modified", "cancel": "cancelled", "absent": "absent"}


class BookingAppointment(models.Model):
    """What staff do in the agenda: each change is first told with its consequences, then made as the form makes it.

    All hours are told on the clock of whoever looks (``tz`` of the context), as the agenda shows them.
    """

    _inherit = "booking.appointment"

    can_change = fields.Boolean(
        compute="_compute_can_change",
        help="Whether the user may change the appointment: the agenda lets them drag it then, and offers what to do.",
    )

    # A period of the agenda is what ends after its beginning and starts before its end.
    _stop_start_index = models.Index("(stop, start)")

    @api.depends_context("uid")
    def _compute_can_change(self):
        allowed = self._origin._filtered_access("write")
        for appointment in self:
            appointment.can_change = appointment._origin in allowed

    def get_change_terms(self, change, start=None, stop=None):
        """Tell what a change would do and who would be told, before it is made. Changes nothing.

        :param change: ``"move"``, ``"cancel"`` or ``"absent"``
        :param start: to when it would be moved, UTC as text
        :param stop: its end then
        :return: ``{"question", "refusal", "note", "told": [sentence], "also": [sentence], "can_tell"}``; ``refusal``
            says why it cannot be, ``told`` who is told as the tick of *Tell the booker* says, ``also`` who in any case
        :raise AccessError: to who may not change the appointment
        :raise UserError: when this is no change, or no hour
        """
        self.ensure_one()
        self.check_access("write")
        if change not in EVENTS:
            raise UserError(self.env._("This cannot be done in the agenda."))
        terms = {"question": "", "refusal": "", "note": ""}
        stop_then = self.stop
        if change == "move":
            start, stop_then = self._read_span(start, stop)
            terms["question"] = self._ask_to_move(start, stop_then)
            terms["refusal"] = self._find_staff_obstacle(start, stop_then)
            if not terms["refusal"]:
                terms["note"] = self._note_move(start)
        by_staff, also = self._tell_hearers(EVENTS[change], stop_then)
        return {**terms, "told": by_staff, "also": also, "can_tell": bool(by_staff)}

    def action_move(self, start, stop, tell_booker=True, shown_start=None, outside_reason=None):
        """Move or lengthen the appointment for staff: the rules and the messages are those of the form.

        :param start: the new start, UTC as text
        :param stop: the new end
        :param tell_booker: whether the booker, and who comes along, are told
        :param shown_start: at which start the agenda showed it
        :param outside_reason: why it moves outside availability, said by who may do so
        :raise UserError: when it cannot be; the appointment stays where it is
        """
        self.ensure_one()
        self.check_access("write")
        start, stop = self._read_span(start, stop)
        if shown_start and self._read_instant(shown_start) != self.start:
            raise UserError(self.env._("It has been moved meanwhile: the agenda now shows where it is."))
        if refusal := self._find_staff_obstacle(start, stop):
            raise UserError(refusal)
        values = {"start": start, "stop": stop, "tell_booker": bool(tell_booker)}
        if outside_reason:
            values["outside_reason"] = str(outside_reason)
        self.write(values)

    # May it be

    @api.model
    def _read_instant(self, text):
        try:
            return fields.Datetime.to_datetime(text).replace(microsecond=0)
        except (AttributeError, TypeError, ValueError):
            raise UserError(self.env._("This is no date and hour.")) from None

    @api.model
    def _read_span(self, start, stop):
        start, stop = self._read_instant(start), self._read_instant(stop)
        if stop <= start:
            raise UserError(self.env._("An appointment ends after it starts."))
        return start, stop

    def _find_staff_obstacle(self, start, stop):
        """Return why staff cannot move the appointment there, as a sentence, or nothing when they can.

        Other modules add their rules here. PostgreSQL has the last word on who is free.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        if self.state != "planned":
            return self.env._("Only a planned appointment can be moved.")
        if self.start <= now:
            return self.env._("It has already begun: it can no longer be moved.")
        if start <= now:
            return self.env._("That hour is in the past.")
        return self._find_collision(start, stop)

    def _find_collision(self, start, stop):
        """Return which hours of the advisor stand in the way. Of whom they are is not told: it may be out of sight.

        With ``booking_any_clock`` in the context no hours are told: those who read it look at different clocks.
        """
        busy_stop = fields.Datetime.add(stop, minutes=self.gap)
        if self.start <= start and busy_stop <= self.busy_stop:
            return ""  # It takes no more than before: also one that was booked over another may become shorter.
        taken = self._find_taking(self.user_id.ids, start, busy_stop, leaving_out=self)[:1]
        if not taken:
            return ""
        if self.env.context.get("booking_any_clock"):
            return self.env._("%s has another appointment at that time.", self.user_id.name)
        hours = {
            "advisor": self.user_id.name,
            "start": self._format_clock(taken.start),
            "stop": self._format_clock(taken.busy_stop),
        }
        if taken.start >= stop:
            return self.env._(
                "%(advisor)s is taken from %(start)s to %(stop)s, and a gap of %(gap)s minutes is to follow.",
                gap=self.gap,
                **hours,
            )
        return self.env._("%(advisor)s is taken from %(start)s to %(stop)s.", **hours)

    def _note_move(self, start):
        """Tell staff when they choose an hour at which nobody could have booked it."""
        if not self.type_id or start == self.start:
            return ""
        booking_type = self.sudo().type_id.with_context(booking_minutes=self.duration)
        slots = booking_type._get_slots(
            start,
            fields.Datetime.add(start, minutes=1),
            reason=self.reason_id,
            agency=self.agency_id,
            users=self.user_id,
            leaving_out=self,
        )
        return "" if slots.get(start) else self.env._("Visitors are not offered this hour: see that it suits.")

    # In words

    def _ask_to_move(self, start, stop):
        self.ensure_one()
        if start == self.start:
            return self.env._(
                "Let it end at %(new)s instead of %(old)s?",
                new=self._format_clock(stop),
                old=self._format_clock(self.stop),
            )
        day = format_skeleton(
            "MMMEd",
            fields.Datetime.context_timestamp(self, start),
            locale=babel_locale_parse(get_lang(self.env).code),
        )
        hours = {"day": day, "start": self._format_clock(start), "stop": self._format_clock(stop)}
        if stop - start == self.stop - self.start:
            return self.env._("Move to %(day)s, %(start)s?", **hours)
        return self.env._("Move to %(day)s, %(start)s – %(stop)s?", **hours)

    def _format_clock(self, instant):
        """``10:00``, on the clock of whoever looks."""
        return format_time(self.env, instant, tz=self.env.context.get("tz") or self.env.user.tz, time_format="short")

    def _tell_hearers(self, event, stop):
        """Return who hears of an event, ``([those whom staff may prefer to tell], [the others])``, in sentences."""
        if event in ABOUT_THE_FUTURE and stop <= fields.Datetime.now():
            return [], []
        appointment = self.sudo()
        notifications = (
            self.env["booking.notification"]
            .sudo()
            .search([("event", "=", event), ("type_id", "=", appointment.type_id.id)])
        )
        hearers = {}
        for notification in notifications:
            for recipient in notification._get_recipients(appointment).get(appointment, ()):
                if recipient.phone if notification.channel == "sms" else recipient.email:
                    key = notification.recipient in TOLD_BY_STAFF, recipient.name or recipient.email or recipient.phone
                    hearers.setdefault(key, set()).add(notification.channel)
        by_staff, also = [], []
        for (is_choice, name), channels in hearers.items():
            (by_staff if is_choice else also).append(self._tell_hearer(name, channels))
        return by_staff, also

    def _tell_hearer(self, name, channels):
        if channels == {"email", "sms"}:
            return self.env._("%s is told by e-mail and SMS.", name)
        if channels == {"sms"}:
            return self.env._("%s is told by SMS.", name)
        return self.env._("%s is told by e-mail.", name)
