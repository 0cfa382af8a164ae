from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    booking_own_hours = fields.Boolean(
        string="Advisors edit their own hours",
        default=True,
        help="Off, only team managers and administrators enter and change booking hours.",
    )
