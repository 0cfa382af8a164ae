from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.appointment_booking.tools.mirroring import MIRRORING


class VideoconfConference(models.Model):
    """The mirror of a conference in Odoo's calendar, where the synchronisations with Google and Outlook see it.

    Nobody is written to by it: guests have our invitation, with an entry for their calendar.
    """

    _inherit = "videoconf.conference"

    def _mirror_in_calendar(self):
        """Create, update or archive the calendar entries so that they say what the conferences say."""
        for conference in self.sudo().with_context(**MIRRORING):
            if not conference.start:
                continue
            event = conference.calendar_event_id.with_user(conference.user_id).sudo()
            if conference.state == "cancelled":
                if event.active:
                    event.active = False
            elif event:
                event.write(conference._calendar_values())
            else:
                values = conference._calendar_values() | conference._new_calendar_values()
                conference.calendar_event_id = event.create(values)
            conference._link_attendees()

    def _calendar_values(self):
        """Return what the calendar entry says, as values of ``calendar.event``."""
        self.ensure_one()
        people = self.user_id.partner_id | self._get_told_guests().partner_id
        return {
            "active": True,
            "name": self.subject,
            "start": self.start,
            "stop": self.stop,
            "user_id": self.user_id.id,
            "partner_ids": [fields.Command.set(people.ids)],
            "privacy": "private" if self.is_private else "public",
            "videocall_location": self._get_staff_join_url() if self._can_join() else False,
            "description": self._calendar_description(),
        }

    def _new_calendar_values(self):
        """Return the values of a new entry that are decided once."""
        me = self.user_id.partner_id
        people = [me, *(self._get_told_guests().partner_id - me)]
        return {
            "show_as": "busy",
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "attendee_ids": [
                fields.Command.create(
                    {"partner_id": partner.id, "state": "accepted" if partner == me else "needsAction"}
                )
                for partner in people
            ],
        }

    def _calendar_description(self):
        link = Markup('<p><a href="%s">%s</a></p>') % (
            self._get_staff_url(),
            self.with_context(lang=self.user_id.lang or self.env.lang).env._("Open the video conference"),
        )
        return (self.agenda or Markup("")) + link

    def _link_attendees(self):
        """Let each guest's answer be that of their attendee."""
        attendees = {attendee.partner_id: attendee for attendee in self.calendar_event_id.attendee_ids}
        for guest in self._get_told_guests():
            if guest.attendee_id != attendees.get(guest.partner_id, guest.attendee_id):
                guest.attendee_id = attendees[guest.partner_id]

    # The way back

    def _follow_calendar(self, start, stop):
        """Move the conference to where its entry was moved; return why not, or nothing.

        :param start: naive UTC, or ``None`` for a whole day
        """
        self.ensure_one()
        mine = self.with_user(self.env.user)
        if not start:
            return self.env._("A video conference has hours: it cannot last a whole day.")
        if not mine.has_access("write"):
            return self.env._("Only its organiser can move this video conference.")
        try:
            with self.env.cr.savepoint():
                minutes = max(round((stop - start).total_seconds() / 60), 1)
                mine.write({"start": start, "duration": minutes})
        except UserError as error:
            return str(error)
        return None

    def _put_back(self, reason):
        """Let the entry say again what the conference says, and tell the organiser why."""
        self.ensure_one()
        self._mirror_in_calendar()
        self._tell_organiser(self.env._("The calendar differs from the video conference"), reason)
