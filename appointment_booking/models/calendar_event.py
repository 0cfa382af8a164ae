from odoo import models


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def _get_activity_excluded_models(self):
        """The appointment is its own reminder: its mirror needs no activity beside it."""
        return super()._get_activity_excluded_models() + ["booking.appointment"]
