from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    booking_own_hours = fields.Boolean(
        string="Advisors edit their own hours",
        default=True,
        help="Off, only team managers and administrators enter and change booking hours.",
    )
    booking_keep_months = fields.Integer(
        string="Months for which personal data of bookers are kept",
        default=0,
        help="Counted from the end of an appointment. 0: for ever.",
    )

    _booking_keep_months_positive = models.Constraint(
        "CHECK (booking_keep_months >= 0)", "Personal data cannot be kept for less than no time."
    )
