from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """How long personal data of bookers are kept, where a type does not say otherwise."""

    _inherit = "res.config.settings"

    booking_keep_months = fields.Integer(related="company_id.booking_keep_months", readonly=False)
