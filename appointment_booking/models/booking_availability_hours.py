from odoo import _, api, fields, models
from odoo.exceptions import ValidationError


class BookingAvailabilityHours(models.Model):
    """One range of wall-clock hours of an availability."""

    _name = "booking.availability.hours"
    _description = "Hours of an Availability"
    _inherit = ["booking.guarded"]
    _order = "availability_id, hour_from, id"

    availability_id = fields.Many2one("booking.availability", required=True, ondelete="cascade", index=True)
    hour_from = fields.Float(string="From", required=True, default=9.0)
    hour_to = fields.Float(string="To", required=True, default=12.0, help="24:00 is the end of the day.")

    @api.constrains("hour_from", "hour_to")
    def _check_hours(self):
        for hours in self:
            if not 0 <= hours.hour_from < 24 or not 0 < hours.hour_to <= 24:
                raise ValidationError(_("Hours lie between 0:00 and 24:00."))
            if hours.hour_to <= hours.hour_from:
                raise ValidationError(
                    _("Hours end after they start. For a range over midnight enter two: until 24:00, and from 0:00.")
                )
