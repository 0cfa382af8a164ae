from odoo import fields, models


class BookingTypeCategory(models.Model):
    """A heading of the public catalogue."""

    _name = "booking.type.category"
    _description = "Appointment Type Category"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
