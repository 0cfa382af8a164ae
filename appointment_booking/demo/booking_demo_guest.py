from odoo import api, fields, models


class BookingDemo(models.AbstractModel):
    _inherit = "booking.demo"

    @api.model
    def _add_guests(self):
        """Let João Pereira come to the talk about his mortgage together with Marta, who has said yes."""
        appointment = self.env["booking.appointment"].search(
            [
                ("type_id", "=", self._ref("type", "mortgage").id),
                ("partner_id", "=", self._ref("contact", "joao_pereira").id),
                ("state", "=", "planned"),
            ],
            limit=1,
        )
        if not appointment:
            return  # the demo data of an earlier version are over
        self.with_context(booking_tell_nobody=True)._add(
            "booking.guest",
            "guest_marta_pereira",
            {
                "appointment_id": appointment.id,
                "email": "marta.pereira@example.org",
                "name": "Marta Pereira",
                "state": "accepted",
                "invited_by": "booker",
                "answered_on": fields.Datetime.now(),
            },
        )
