from odoo import api, fields, models
from odoo.tools import SQL

# Seconds for which a message waits for a link that is on its way, so that it brings it along.
PATIENCE = 60


class BookingMessage(models.Model):
    """Messages about appointments whose video link is on its way."""

    _inherit = "booking.message"

    @api.model
    def _get_ready_condition(self):
        """Let a confirmation wait a moment for its link; a provider that takes longer does not keep it."""
        self.env["videoconf.room"].flush_model(["ordered_on", "state"])
        self.env["booking.appointment"].flush_model(["videoconf_room_id"])
        return SQL(
            """%s AND NOT EXISTS (
                SELECT FROM booking_appointment a JOIN videoconf_room r ON r.id = a.videoconf_room_id
                 WHERE a.id = m.appointment_id AND r.state = 'ordered' AND r.ordered_on > %s
            )""",
            super()._get_ready_condition(),
            fields.Datetime.subtract(fields.Datetime.now(), seconds=PATIENCE),
        )

    def _is_wanted(self, now):
        is_former = self.event == "linked" and self.user_id and self.user_id != self.appointment_id.user_id
        return not is_former and super()._is_wanted(now)

    def _get_ics_method(self):
        return "REQUEST" if self.event == "linked" else super()._get_ics_method()
