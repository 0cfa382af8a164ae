from odoo import fields, models

from ..tools.limits import LIMITS


def _limit(deed, string):
    """A setting for how often something may be done; left empty, the usual limit holds."""
    return fields.Integer(
        string=string, config_parameter=f"appointment_booking.limit_{deed}", default=LIMITS[deed].count
    )


class ResConfigSettings(models.TransientModel):
    """How often visitors may do what programs do too often."""

    _inherit = "res.config.settings"

    booking_limit_hold = _limit("hold", "Slots held from one network in ten minutes")
    booking_limit_booking_address = _limit("booking_address", "Forms sent from one network in ten minutes")
    booking_limit_booking = _limit("booking", "Appointments booked under one e-mail or phone in a day")
    booking_limit_refusal = _limit("refusal", "Refusals that one network may read in an hour")
    booking_limit_code = _limit("code", "Wrong access codes from one network in ten minutes")
    booking_limit_api = _limit("api", "Requests of programs from one network in a minute")
