from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged

ADMIN = "appointment_booking.group_booking_admin"
ADVISOR = "appointment_booking.group_booking_advisor"


@tagged("post_install", "-at_install")
class TestDeskTour(HttpCase):
    """The booking window as it is clicked."""

    # A page asks for much at once and its requests queue: on a busy machine for longer than Odoo's 20 seconds.
    test_cursor_lock_timeout = 120

    def test_desk(self):
        """C02, C03: on the phone with somebody, staff find and book them, take minutes and reassign."""
        self.env = self.env(context=dict(self.env.context, no_reset_password=True))
        boss = new_test_user(self.env, "boss", name="Boss", groups=ADMIN, tz="UTC", lang="en_US")
        users = self.env["res.users"]
        for name in ("Ada", "Bob"):
            users |= new_test_user(self.env, name.lower(), name=name, groups=ADVISOR, tz="UTC")
        anne = self.env["res.partner"].create(
            {"name": "Anne Martin", "email": "anne@example.net", "phone": "+33 6 12 00 56 78"}
        )
        booking_type = self.env["booking.type"].create(
            {
                "name": "Desk tour",
                "channel": "phone",
                "tz": "UTC",
                "duration": 60,
                "slot_step": 60,
                "min_notice": 0,
                "show_weekends": True,
                "advisor_ids": [Command.create({"user_id": user.id}) for user in users],
            }
        )
        self.env["booking.availability"].create(
            [
                {"user_id": user.id, "tz": "UTC", "hours_ids": [Command.create({"hour_from": 9, "hour_to": 12})]}
                for user in users
            ]
        )
        self.start_tour("/odoo/appointments", "booking_desk", login="boss")
        appointment = self.env["booking.appointment"].search([("type_id", "=", booking_type.id)])
        self.assertEqual((appointment.partner_id, appointment.user_id), (anne, users[0]))
        self.assertEqual(appointment.create_uid, boss)
        self.assertIn("They agreed", appointment.minutes)
