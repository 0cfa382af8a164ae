from odoo import fields, models


class BookingSlugRedirect(models.Model):
    """A former address of an appointment type, kept so that printed and shared links go on working."""

    _name = "booking.slug.redirect"
    _description = "Former Address of an Appointment Type"

    slug = fields.Char(required=True)
    type_id = fields.Many2one("booking.type", required=True, ondelete="cascade", index=True)

    _slug_uniq = models.Constraint("UNIQUE (slug)", "This address already leads to another appointment type.")
