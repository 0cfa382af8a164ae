from odoo import api, fields, models

TEMPLATES = "appointment_videoconf.mail_template"


class BookingNotification(models.Model):
    """What is told when a video link comes after the confirmation has left without it."""

    _inherit = "booking.notification"

    event = fields.Selection(selection_add=[("linked", "Video link has come")], ondelete={"linked": "cascade"})

    @api.model
    def _get_defaults(self):
        return [
            *super()._get_defaults(),
            ("linked", "booker", "email", f"{TEMPLATES}_linked", {}),
            ("linked", "advisor", "email", f"{TEMPLATES}_staff_linked", {}),
        ]

    @api.model
    def _create_missing_link_lines(self):
        """Give the types that there are the lines about the link which new ones have."""
        every = self.sudo().with_context(active_test=False)
        told = {booking_type.id for (booking_type,) in every._read_group([("event", "=", "linked")], ["type_id"])}
        types = self.env["booking.type"].sudo().with_context(active_test=False).search([("id", "not in", list(told))])
        lines = [values for values in self._default_values() if values["event"] == "linked"]
        every.create([dict(values, type_id=booking_type.id) for booking_type in types for values in lines])
