from odoo import fields, models


class BookingType(models.Model):
    """Who may book: with or without an account, and how often at the same time."""

    _inherit = "booking.type"

    sign_in = fields.Selection(
        [
            ("none", "Not asked for"),
            ("optional", "Optional"),
            ("required", "Required"),
        ],
        string="Account",
        required=True,
        default="none",
        tracking=True,
        help="Not asked for: visitors book without an account. Optional: the form offers to sign in, to fill in what "
        "is known. Required: after choosing a slot, which is kept meanwhile, visitors sign in or sign up.",
    )
    one_at_a_time = fields.Boolean(
        string="One appointment at a time",
        default=True,
        help="Online, the same person cannot book two appointments of this type that overlap. Switch it off where "
        "people book for others as well, as parents for two children at once. Your staff always can.",
    )
