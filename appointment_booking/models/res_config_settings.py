from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """The values that new appointment types start with."""

    _inherit = "res.config.settings"

    default_duration = fields.Integer(default_model="booking.type", string="Duration")
    default_slot_step = fields.Integer(default_model="booking.type", string="A slot every")
    default_gap = fields.Integer(default_model="booking.type", string="Gap between appointments")
    default_min_notice = fields.Integer(default_model="booking.type", string="Minimum notice")
    default_horizon_days = fields.Integer(default_model="booking.type", string="Booking horizon")
    default_hold_minutes = fields.Integer(default_model="booking.type", string="Slot held for")
    default_show_weekends = fields.Boolean(default_model="booking.type", string="Show weekends")
    default_distribution = fields.Selection(
        selection=lambda self: self.env["booking.type"]._fields["distribution"].selection,
        default_model="booking.type",
        string="Distribution",
    )
