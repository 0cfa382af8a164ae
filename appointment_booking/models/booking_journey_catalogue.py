from odoo import api, models


class BookingJourney(models.AbstractModel):
    """The catalogue, where the way begins."""

    _inherit = "booking.journey"

    @api.model
    def _get_catalogue(self, types):
        """Return ``[(category, [(type, channel, duration, next free day)])]``."""
        # When something behind an access code is free is told to those only who have it.
        first = dict.fromkeys(types.ids) | types.filtered(lambda known: not known.needs_code)._get_first_starts()
        groups = types.grouped("category_id")
        return [
            (
                category,
                [
                    {
                        "type": booking_type,
                        "channel": self._get_channel(booking_type),
                        "duration": self._tell_durations(booking_type),
                        "next_day": self._tell_day(first[booking_type.id], booking_type.tz)
                        if first[booking_type.id]
                        else "",
                        "opening": booking_type._get_opening(),
                    }
                    for booking_type in groups[category]
                ],
            )
            for category in sorted(groups, key=lambda category: (not category, category.sequence, category.name or ""))
        ]
