from datetime import datetime, timedelta

from odoo import api, models

from ..tools.wording import Wording
from .booking_journey import known_zones


class BookingJourney(models.AbstractModel):
    """Whose clock is read, where the visitor's and that of the place differ."""

    _inherit = "booking.journey"

    @api.model
    def _get_zone_note(self, choices, week):
        """Return ``(zone of the hours, zone of the place or nothing)``, told once for the week shown."""
        wording = self._get_wording(choices)
        noons = [
            datetime.combine(day.date, datetime.min.time()) + timedelta(hours=12)
            for day in (week.days[0], week.days[-1])
        ]
        if wording.same_clock(choices.place_tz, *noons):
            return self._tell_zone(choices.place_tz, noons[0]), None
        return self._tell_zone(choices.tz, noons[0]), self._tell_zone(choices.place_tz, noons[0])

    @api.model
    def _get_zone_warning(self, choices, zone, place_zone):
        """Say that the hours are not those of the place, as the visitor must not come at the wrong one."""
        if choices.agency:
            return self.env._(
                "The hours are shown in %(zone)s. The agency is on %(place_zone)s.", zone=zone, place_zone=place_zone
            )
        return self.env._(
            "The hours are shown in %(zone)s. Our advisors are on %(place_zone)s.", zone=zone, place_zone=place_zone
        )

    @api.model
    def _get_zones(self):
        """Return ``[(region, [(zone, city)])]`` of all zones, in the reader's language."""
        regions = {}
        locale = self._locale()
        for name in sorted(known_zones()):
            region, _slash, rest = name.partition("/")
            if rest and region not in ("Etc", "SystemV", "US", "posix", "right"):
                regions.setdefault(region, []).append((name, Wording(locale, name).city()))
        return [(region, sorted(zones, key=lambda zone: zone[1])) for region, zones in regions.items()]
