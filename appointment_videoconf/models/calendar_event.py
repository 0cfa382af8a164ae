from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.appointment_booking.models.booking_participant import ANSWERS
from odoo.addons.appointment_booking.models.calendar_event_back import HOURS, SAID, WORDS

OURS = "videoconf.conference"


class CalendarEvent(models.Model):
    """The entry of a video conference: what is told to Google and Outlook, and what comes back from there.

    Guests have our invitation, so those services write to nobody (see ``calendar_event_sync`` in appointment_booking,
    whose ways are taken here). A move made in a calendar moves the conference; who is invited and whether it takes
    place, the conference says.
    """

    _inherit = "calendar.event"

    def _get_activity_excluded_models(self):
        """The task is the reminder: the mirror needs no activity beside it."""
        return super()._get_activity_excluded_models() + [OURS]

    @api.model
    def _get_secret_domain(self):
        """Nobody finds a private conference by its words or its guests."""
        private = Domain("res_model", "=", OURS) & Domain("privacy", "=", "private")
        return super()._get_secret_domain() | private

    def _is_videoconf(self):
        return self.sudo().res_model == OURS

    def _find_videoconfs(self):
        """Return ``{calendar.event: videoconf.conference}`` of the entries that planned conferences keep."""
        if self.env.context.get("booking_mirroring"):
            return {}
        ours = self.sudo().filtered(lambda event: event.res_model == OURS)
        if not ours:
            return {}
        found = self.env[OURS].sudo().search([("calendar_event_id", "in", ours.ids), ("state", "=", "planned")])
        return {self.browse(conference.calendar_event_id.id): conference for conference in found}

    # Where Google and Outlook are synchronised

    def _wants_room(self, maker):
        """Our rooms are made elsewhere, and the services write to nobody about them."""
        if len(self) == 1 and self._is_videoconf():
            return False
        return super()._wants_room(maker)

    def _get_event_user(self):
        """A conference belongs into its organiser's calendar, whoever planned it."""
        if self._is_videoconf():
            return self.sudo().user_id
        return super()._get_event_user()

    def _need_video_call(self):
        return False if self._is_videoconf() else super()._need_video_call()

    @api.model
    def _check_organizer_validation_conditions(self, vals_list):
        """An assistant plans for a director whose calendar is not synchronised."""
        conditions = super()._check_organizer_validation_conditions(vals_list)
        ours = self.env["ir.model"]._get_id(OURS)
        return [wanted and vals.get("res_model_id") != ours for wanted, vals in zip(conditions, vals_list, strict=True)]

    def _ensure_attendees_have_email(self):
        ours = self.filtered(lambda event: event._is_videoconf())
        return super(CalendarEvent, self - ours)._ensure_attendees_have_email()

    # The way back

    def write(self, vals):
        changed = (HOURS | SAID | WORDS | {"active"}) & vals.keys()
        mirrored = self._find_videoconfs() if changed else {}
        if not mirrored:
            return super().write(vals)
        others = self - self.browse([event.id for event in mirrored])
        if others:
            super(CalendarEvent, others).write(dict(vals))
        for event, conference in mirrored.items():
            event._write_videoconf(conference, dict(vals))
        return True

    def _write_videoconf(self, conference, vals):
        by_hand = self._is_by_hand()
        if by_hand and (SAID & vals.keys() or vals.get("active", True) is False):
            self._refuse_videoconf(conference)
        left_out = HOURS | SAID | {"active"} | (set() if by_hand else WORDS)
        rest = {name: value for name, value in vals.items() if name not in left_out}
        if answers := self._keep_answers(vals.get("attendee_ids") or []):
            rest["attendee_ids"] = answers
        if rest:
            super().write(rest)
        if vals.get("active", True) is False:
            conference._put_back(self._tell_videoconf_deletion())
        elif HOURS & vals.keys():
            start, stop = self._read_hours(vals)
            if start and (start, stop) == (conference.start, conference.stop):
                return
            reason = conference._follow_calendar(start, stop)
            if reason and by_hand:
                raise UserError(reason)
            if reason:
                conference._put_back(reason)

    def _tell_videoconf_deletion(self):
        return self.env._(
            "The entry was removed from your calendar. The video conference stays, as its guests know of nothing: "
            "cancel it if it does not take place."
        )

    def _refuse_videoconf(self, conference):
        raise UserError(
            self.env._(
                "“%s” is the calendar entry of a video conference. Cancel it, or change who is invited, in the video "
                "conference: the guests are told, and the calendar follows.",
                conference.subject,
            )
        )

    def unlink(self):
        """Keep the entries of conferences that are still to be."""
        mirrored = self._find_videoconfs()
        for event, conference in mirrored.items():
            if event._is_by_hand():
                event._refuse_videoconf(conference)
            conference._put_back(event._tell_videoconf_deletion())
            event._send_again()
        others = self - self.browse([event.id for event in mirrored])
        return super(CalendarEvent, others).unlink() if others or not mirrored else True


class CalendarAttendee(models.Model):
    """An answer given in a calendar is the guest's answer."""

    _inherit = "calendar.attendee"

    def write(self, vals):
        before = {}
        if "state" in vals and not self.env.context.get("booking_mirroring"):
            before = {attendee: attendee.state for attendee in self if attendee.sudo().event_id.res_model == OURS}
        result = super().write(vals)
        answered = [a.id for a, state in before.items() if a.state != state and a.state in ANSWERS]
        if answered:
            self.env["videoconf.guest"].sudo().search([("attendee_id", "in", answered)])._note_answer()
        return result
