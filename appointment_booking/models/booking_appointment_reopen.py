from odoo import api, fields, models
from odoo.exceptions import AccessError

REOPEN = "appointment_booking.group_booking_reopen"
ENDED = ("done", "cancelled")


class BookingAppointment(models.Model):
    """What was held or cancelled is taken back by those alone who may: it changes figures, and tells people again."""

    _inherit = "booking.appointment"

    may_reopen = fields.Boolean(compute="_compute_may_reopen")

    @api.depends_context("uid")
    def _compute_may_reopen(self):
        self.may_reopen = self.env.user.has_group(REOPEN)

    def write(self, vals):
        if vals.get("state") and not self.env.su:
            self._check_reopening(vals["state"])
        return super().write(vals)

    def _check_reopening(self, state):
        ended = any(appointment.state in ENDED and appointment.state != state for appointment in self)
        if ended and not self.env.user.has_group(REOPEN):
            raise AccessError(self.env._("Ask a manager of the team to reopen this appointment."))
