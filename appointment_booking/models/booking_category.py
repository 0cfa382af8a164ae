from odoo import fields, models


class BookingCategory(models.Model):
    """What kind of appointment it is for the house, as with a client or internal: it gives the colour in the agenda."""

    _name = "booking.category"
    _description = "Appointment Category"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer(string="Colour", default=1)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
