from babel.dates import format_skeleton

from odoo import fields, models
from odoo.tools import format_date, format_time
from odoo.tools.misc import babel_locale_parse, get_lang


class BookingAppointment(models.Model):
    """How an appointment is told: day and hour by the reader's language, on the booker's clock."""

    _inherit = "booking.appointment"

    def _get_booker_tz(self):
        """Return the name of the zone whose clock the booker reads: their own, else that of the place."""
        self.ensure_one()
        if self.env.context.get("booking_clock") == "place":
            return self.agency_id.tz or self.user_id.tz or self.type_id.tz or "UTC"
        return self.tz or self.agency_id.tz or self.type_id.tz or self.user_id.tz or "UTC"

    def _for_staff(self):
        """Return the appointment told on the clock of the place, as colleagues read it: for their messages."""
        return self.with_context(booking_clock="place")

    def _start_on_clock_of(self, tz):
        return fields.Datetime.context_timestamp(self.with_context(tz=tz), self.start)

    def _format_day(self):
        """``Tuesday, November 24, 2026``"""
        return format_date(self.env, self._start_on_clock_of(self._get_booker_tz()).date(), date_format="full")

    def _format_hours(self):
        """``10:00 – 10:30``"""
        tz = self._get_booker_tz()
        return " – ".join(
            format_time(self.env, instant, tz=tz, time_format="short") for instant in (self.start, self.stop)
        )

    def _format_short(self):
        """``Tue, Nov 24, 10:00``: where space is short, as in the subject of an e-mail."""
        return self._format_instant(self.start)

    def _format_former(self):
        """``Tue, Nov 24, 10:00``: when it was to begin before it was moved."""
        return self._format_instant(self.former_start)

    def _format_instant(self, instant):
        tz = self._get_booker_tz()
        local = fields.Datetime.context_timestamp(self.with_context(tz=tz), instant)
        day = format_skeleton("MMMEd", local, locale=babel_locale_parse(get_lang(self.env).code))
        return f"{day}, {format_time(self.env, instant, tz=tz, time_format='short')}"

    def _format_zone(self):
        """``Europe/Paris``, or nothing where the clock of the place and the booker's agree."""
        tz, place = self._get_booker_tz(), self.agency_id.tz or self.type_id.tz
        same = not place or self._start_on_clock_of(tz).utcoffset() == self._start_on_clock_of(place).utcoffset()
        return "" if same else tz
