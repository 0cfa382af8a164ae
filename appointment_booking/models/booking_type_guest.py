from odoo import api, fields, models


class BookingType(models.Model):
    """Whether bookers of a type may invite other people, and how many."""

    _inherit = "booking.type"

    allow_guests = fields.Boolean(
        string="Bookers may invite guests",
        tracking=True,
        help="On the page of their appointment bookers invite other people by e-mail. Guests get the invitation with "
        "an entry for their calendar, and later changes. The messages to guests are switched on with this.",
    )
    guest_limit = fields.Integer(
        string="Guests per appointment", required=True, default=5, help="How many people one booker may invite at most."
    )

    _guest_limit_positive = models.Constraint(
        "CHECK (guest_limit > 0)", "At least one guest can be invited; to allow none, switch guests off."
    )

    @api.model_create_multi
    def create(self, vals_list):
        types = super().create(vals_list)
        types.filtered("allow_guests")._switch_on_guest_messages()
        return types

    def write(self, vals):
        new = self.filtered(lambda booking_type: not booking_type.allow_guests) if vals.get("allow_guests") else None
        result = super().write(vals)
        if new:
            new._switch_on_guest_messages()
        return result

    def _switch_on_guest_messages(self):
        """Let guests be told: by the lines that there are for them, or by new ones where all were deleted.

        Switched off again, the lines stay as they are: who is invited already still hears of changes.
        """
        for booking_type in self.with_context(active_test=False):
            lines = booking_type.notification_ids.filtered(lambda line: line.recipient == "guest")
            if not lines:
                values = self.env["booking.notification"]._guest_values()
                lines = lines.create([dict(value, type_id=booking_type.id) for value in values])
            lines.active = True
