from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """How long what people on the waiting list left is kept."""

    _inherit = "res.config.settings"

    booking_waiting_kept_days = fields.Integer(
        string="Details from the waiting list are kept for",
        config_parameter="appointment_booking.waiting_kept_days",
        default=lambda self: self.env["booking.waiting"]._get_days_kept(),
    )
