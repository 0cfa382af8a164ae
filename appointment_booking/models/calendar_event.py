from odoo import api, models
from odoo.exceptions import UserError

# Where and with whom a calendar entry is: for the mirror of an appointment, the appointment says so.
MIRRORED_FIELDS = frozenset(
    ("active", "allday", "duration", "partner_ids", "recurrency", "start", "start_date", "stop", "stop_date", "user_id")
)


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def _get_activity_excluded_models(self):
        """The appointment is its own reminder: its mirror needs no activity beside it."""
        return super()._get_activity_excluded_models() + ["booking.appointment"]

    def write(self, vals):
        if MIRRORED_FIELDS & vals.keys():
            self._check_no_mirror()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_mirror(self):
        self._check_no_mirror()

    def _check_no_mirror(self):
        """Refuse that people change the entry of an appointment in the calendar: the booker would hear of another hour
        than the appointment keeps. The appointment itself changes its mirror with all rights.
        """
        if self.env.su:
            return
        appointment = self.env["booking.appointment"].sudo().search([("calendar_event_id", "in", self.ids)], limit=1)
        if appointment:
            raise UserError(
                self.env._(
                    "“%(entry)s” is the calendar entry of appointment %(reference)s. "
                    "Change or cancel it in Appointments: the calendar follows.",
                    entry=appointment.display_name,
                    reference=appointment.name,
                )
            )
