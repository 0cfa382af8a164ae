from odoo import fields, models


class BookingType(models.Model):
    """The category that appointments of a type start with."""

    _inherit = "booking.type"

    appointment_category_id = fields.Many2one(
        "booking.category",
        string="Category of its appointments",
        default=lambda self: self.env.ref("appointment_booking.category_client", raise_if_not_found=False),
        ondelete="restrict",
        help="Gives its appointments their colour in the agenda.",
    )
