from odoo import fields, models

from .res_config_settings import _as_new_types_start


class ResConfigSettings(models.TransientModel):
    """Whether bookers of new types may invite guests."""

    _inherit = "res.config.settings"

    default_allow_guests = fields.Boolean(
        default_model="booking.type",
        string="Bookers may invite guests",
        default=_as_new_types_start("allow_guests"),
    )
    default_guest_limit = fields.Integer(
        default_model="booking.type", string="Guests per appointment", default=_as_new_types_start("guest_limit")
    )
