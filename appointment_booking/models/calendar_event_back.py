from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

# When the entry is: a change of these is a wish to move the appointment.
HOURS = frozenset(("allday", "duration", "start", "start_date", "stop", "stop_date"))
# What the appointment says about its entry; nothing of it is taken from a calendar.
SAID = frozenset(("attendee_ids", "partner_ids", "recurrency", "user_id"))
# What a synchronisation brings along, and what the appointment says of it better.
WORDS = frozenset(("description", "guests_readonly", "location", "name", "privacy", "show_as", "videocall_location"))
# Which rooms come from the synchronised calendar.
ROOMS = frozenset(("teams", "google_meet"))


class CalendarEvent(models.Model):
    """The way back: what becomes of an appointment when its entry is changed in a calendar.

    By hand in Odoo, a move is made or refused at once. A synchronisation cannot be answered: what the rules do not
    allow is put back, in Google or Outlook too, and the team reads why. Deleting an entry cancels nothing: the booker
    would hear of it from nobody.
    """

    _inherit = "calendar.event"

    def _find_mirrored(self):
        """Return ``{calendar.event: booking.appointment}`` of the entries that appointments keep."""
        if self.env.context.get("booking_mirroring") or self.env.context.get("booking_forgetting"):
            return {}
        ours = self.sudo().filtered(lambda event: event.res_model == "booking.appointment")
        if not ours:
            return {}
        found = self.env["booking.appointment"].sudo().search([("calendar_event_id", "in", ours.ids)])
        return {self.browse(appointment.calendar_event_id.id): appointment for appointment in found}

    def _is_by_hand(self):
        """Tell whether somebody waits for the answer: synchronisations write with all rights or without notice."""
        return not self.env.su and not self.env.context.get("dont_notify")

    def write(self, vals):
        changed = (HOURS | SAID | {"active"} | WORDS) & vals.keys()
        mirrored = self._find_mirrored() if changed else {}
        if not mirrored:
            return super().write(vals)
        others = self - self.browse([event.id for event in mirrored])
        if others:
            super(CalendarEvent, others).write(dict(vals))
        for event, appointment in mirrored.items():
            event._write_mirrored(appointment, dict(vals))
        return True

    def _write_mirrored(self, appointment, vals):
        by_hand = self._is_by_hand()
        if by_hand and SAID & vals.keys():
            self._refuse_by_hand(appointment)
        rest = {name: value for name, value in vals.items() if name not in HOURS | SAID | {"active"}}
        if not by_hand:
            rest = self._leave_words(appointment, rest)
            if answers := self._keep_answers(vals.get("attendee_ids") or []):
                rest["attendee_ids"] = answers
        if rest:
            super().write(rest)
        if vals.get("active", True) is False and appointment.state in ("planned", "done"):
            if by_hand:
                self._refuse_by_hand(appointment)
            appointment._put_back(self._get_reason_of_deletion(appointment))
            return
        if HOURS & vals.keys():
            self._move_mirrored(appointment, vals, by_hand)

    def _leave_words(self, appointment, vals):
        """Return what a synchronisation may write: its own notes, and the room if the type has its rooms from there."""
        room = vals.get("videocall_location")
        kept = {name: value for name, value in vals.items() if name not in WORDS}
        if room and appointment.channel == "video" and appointment.type_id.video_provider in ROOMS:
            kept["videocall_location"] = room
        return kept

    def _keep_answers(self, commands):
        """Return the commands that answer for an attendee who is there; who comes the appointment says."""
        known = set(self.sudo().attendee_ids.ids)
        return [
            (1, command[1], {"state": command[2]["state"]})
            for command in commands
            if command[0] == 1 and command[1] in known and (command[2] or {}).get("state")
        ]

    def _move_mirrored(self, appointment, vals, by_hand):
        """Move the appointment to the hours that were written to its entry, or put it back."""
        start, stop = self._read_hours(vals)
        if start and (start, stop) == (appointment.start, appointment.stop):
            return
        reason = appointment._follow_calendar(start, stop)
        if not reason:
            return
        if by_hand:
            raise UserError(reason)
        appointment._put_back(reason)

    def _read_hours(self, vals):
        """Return the ``(start, stop)`` that is wished, naive UTC; nothing for a whole day."""
        if vals.get("allday"):
            return None, None
        event = self.sudo()
        start, stop = (fields.Datetime.to_datetime(vals.get(name)) or event[name] for name in ("start", "stop"))
        if "stop" not in vals:
            hours = vals.get("duration")
            stop = start + (timedelta(hours=hours) if hours else event.stop - event.start)
        return start, stop

    def _get_reason_of_deletion(self, appointment):
        return self.env._(
            "The entry was removed from the calendar of %s. The appointment stays, as the booker knows of nothing: "
            "cancel it in Appointments if it does not take place.",
            appointment.user_id.name,
        )

    def _refuse_by_hand(self, appointment):
        raise UserError(
            self.env._(
                "“%(entry)s” is the calendar entry of appointment %(reference)s. "
                "Change or cancel it in Appointments: the calendar follows.",
                entry=appointment.display_name,
                reference=appointment.name,
            )
        )

    def unlink(self):
        """Keep the entries of appointments that are still to be, or were held."""
        mirrored = self._find_mirrored()
        kept = {event: a for event, a in mirrored.items() if a.state in ("planned", "done")}
        for event, appointment in kept.items():
            if event._is_by_hand():
                event._refuse_by_hand(appointment)
            appointment._put_back(event._get_reason_of_deletion(appointment))
            event._send_again()
        others = self - self.browse([event.id for event in kept])
        return super(CalendarEvent, others).unlink() if others or not kept else True
