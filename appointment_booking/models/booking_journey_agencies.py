from typing import Any, NamedTuple

from odoo import api, models


class Offer(NamedTuple):
    """An agency on the list, and when it is free next."""

    agency: Any
    next_day: str
    url: str | None


class BookingJourney(models.AbstractModel):
    """The choice of an agency."""

    _inherit = "booking.journey"

    @api.model
    def _get_offers(self, choices):
        """Return an :class:`Offer` for each agency, found with a fixed number of queries."""
        first = dict.fromkeys(choices.agencies.ids)
        for start, stop in self._get_looks(choices.booking_type):
            missing = choices.agencies.filtered(lambda agency: not first[agency.id])
            if missing:
                # An advisor whom the visitor chose before may not be at the other agencies: whoever is counts.
                users = choices.advisors and choices.advisors.user_id
                found = choices.booking_type._get_slots_by_agency(
                    start, stop, reason=choices.reason, agencies=missing, users=users
                )
                first.update({agency_id: next(iter(slots), None) for agency_id, slots in found.items()})
        return [
            Offer(
                agency=agency,
                next_day=self._tell_day(first[agency.id], agency.tz) if first[agency.id] else "",
                url=self._get_url(choices, agency=agency.id) if first[agency.id] else None,
            )
            for agency in choices.agencies
        ]
