from odoo import models


class BookingAppointment(models.Model):
    _inherit = "booking.appointment"

    def _is_in_personal_room(self):
        self.ensure_one()
        return self.channel == "video" and self.type_id.video_provider == "personal"

    def _calendar_values(self):
        """Put the advisor's own room into the calendar entry: it follows when the advisor or their room changes."""
        values = super()._calendar_values()
        if self._is_in_personal_room():
            values["videocall_location"] = self.user_id.videoconf_link
        return values
