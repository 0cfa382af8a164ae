from odoo import models

from ..tools import sms_text

# What fits into one text message, and what of it the template's own words may take.
ROOM = 160
OWN_WORDS = 20
MUST_REMAIN = 8


class BookingAppointment(models.Model):
    """How an appointment is told in a text message: what fits into one, with a link."""

    _inherit = "booking.appointment"

    def _sms_link(self):
        """Return the short way to the page of the appointment.

        It carries the same secret of 256 bits as the long one: a shorter code would be easier to guess, and whoever
        holds it acts as the booker. It still leaves room for what and when.
        """
        self.ensure_one()
        return f"{self.get_base_url()}/b/{self._portal_ensure_token()}"

    def _sms_facts(self, link=True):
        """Return what, when and where as ``Mortgage, Tue, Nov 24, 10:00 AM, Lyon``: short enough for one message.

        :param link: whether :meth:`_sms_link` has to fit beside it
        """
        self.ensure_one()
        room = ROOM - OWN_WORDS - (len(self._sms_link()) if link else 0)
        when = self._sms_when()
        what, where = self._sms_what(), self._sms_where()
        rest = max(room - len(when) - 4, 2 * MUST_REMAIN)
        if len(what) + len(where) > rest:
            # Who booked knows what for; the place is what they look up on their way.
            what = sms_text.shorten(what, max(rest - len(where), rest // 2, MUST_REMAIN))
            where = sms_text.shorten(where, max(rest - len(what), MUST_REMAIN))
        return ", ".join(filter(None, [what, when, where]))

    def _sms_what(self):
        """Return the short name of the type, or its name."""
        self.ensure_one()
        booking_type = self.type_id
        return sms_text.plain(booking_type.short_name or booking_type.name or self.company_id.name or "")

    def _sms_when(self):
        """``Tue, Nov 24, 10:00 AM``"""
        return sms_text.plain(self._format_short())

    def _sms_where(self):
        """Return the name of the agency, or how the appointment is held where that is nowhere."""
        self.ensure_one()
        told = {
            "in_person": self.agency_id.name or "",
            "video": self.env._("video call"),
            "phone": self.env._("by phone"),
        }
        return sms_text.plain(told.get(self.channel, ""))
