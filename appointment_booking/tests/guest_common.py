import re
from ast import literal_eval

from icalendar import Calendar

from .message_common import MessageCase


class GuestCase(MessageCase):
    """An appointment on Thursday at 9:00 with Ada, to which Anne may invite people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type.allow_guests = True
        cls.appointment = cls._booked()

    @classmethod
    def _booked(cls, start="2026-03-05 08:00:00", **booker):
        appointment = cls.env["booking.appointment"].create(
            {
                "type_id": cls.type.id,
                "agency_id": cls.agency.id,
                "user_id": cls.ada.id,
                "start": start,
                "booker_name": "Anne Martin",
                "booker_email": "anne.martin@example.com",
                "booker_phone": "+33612345678",
                "lang": "en_US",
                "tz": "Europe/Paris",
                **booker,
            }
        )
        appointment._portal_ensure_token()
        return appointment

    def invite(self, *people, appointment=None):
        """Invite ``"paul"``, ``"eve"`` at example.org as the booker does; return the guests."""
        appointment = appointment or self.appointment
        appointment._invite_guests([(f"{name}@example.org", name.title()) for name in people])
        emails = [f"{name}@example.org" for name in people]
        return appointment.guest_ids.filtered(lambda guest: guest.email in emails)

    def deliver(self):
        """Let what is written down leave: a mail server has taken it."""
        self.sweep()
        messages = self.Message.search([("state", "=", "queued"), ("prepared_at", "!=", False)])
        messages.mail_notification_id.mail_mail_id.state = "sent"
        messages.mail_notification_id.notification_status = "sent"

    def log(self, guest, *events):
        """Return what is written down for a guest, oldest first."""
        found = guest.message_log_ids.filtered(lambda message: not events or message.event in events)
        return found.sorted("id")

    def told(self, guest):
        """Return the events that were told to a guest, or are about to be, oldest first."""
        return self.log(guest).filtered(lambda message: message.state in ("queued", "sent")).mapped("event")

    def mail_of(self, guest, event):
        """Return the latest e-mail of an event to a guest, after a sweep."""
        self.sweep()
        return self.mail(self.log(guest, event)[-1:])

    def entry(self, mail):
        """Return ``(method, event)`` of the calendar entry of an e-mail."""
        calendar = Calendar.from_ical(mail.attachment_ids.filtered(lambda file: file.name == "appointment.ics").raw)
        (event,) = calendar.walk("VEVENT")
        return str(calendar["METHOD"]), event

    def link(self, mail):
        """Return the address of the guest's page in an e-mail."""
        (link,) = set(re.findall(r"/booking/guest/[\w-]{43}", mail.body_html))
        return link

    @staticmethod
    def headers(mail):
        return literal_eval(mail.headers)
