from odoo import api, models
from odoo.tools import babel_locale_parse
from odoo.tools.misc import get_lang

from ..tools.wording import Wording


class BookingJourney(models.AbstractModel):
    """How days, hours, zones and durations are told in the reader's language."""

    _inherit = "booking.journey"

    @api.model
    def _locale(self):
        return babel_locale_parse(get_lang(self.env).code)

    @api.model
    def _wording_of(self, tz):
        return Wording(self._locale(), tz)

    @api.model
    def _get_wording(self, choices):
        return self._wording_of(choices.tz)

    @api.model
    def _tell_day(self, start, tz):
        wording = self._wording_of(tz)
        return wording.short_day(wording.local(start).date())

    @api.model
    def _tell_zone(self, tz, instant):
        wording = self._wording_of(tz)
        return self.env._("%(city)s time (%(offset)s)", city=wording.city(), offset=wording.offset(instant))

    @api.model
    def _tell_free_slots(self, when, count):
        if count == 1:
            return self.env._("%(when)s: 1 free slot", when=when)
        return self.env._("%(when)s: %(count)s free slots", when=when, count=count)

    @api.model
    def _format_duration(self, minutes):
        hours, rest = divmod(minutes, 60)
        if not hours:
            return self.env._("%s min", minutes)
        if not rest:
            return self.env._("%s h", hours)
        return self.env._("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)

    @api.model
    def _tell_durations(self, booking_type):
        """Return the duration, or the shortest and the longest where reasons differ."""
        minutes = booking_type.reason_ids.mapped("effective_duration") or [booking_type.duration]
        shortest, longest = self._format_duration(min(minutes)), self._format_duration(max(minutes))
        return (
            shortest
            if shortest == longest
            else self.env._("%(shortest)s to %(longest)s", shortest=shortest, longest=longest)
        )
