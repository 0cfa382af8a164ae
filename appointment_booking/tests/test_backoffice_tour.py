from datetime import datetime, time, timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

ADMIN = "appointment_booking.group_booking_admin"


@tagged("post_install", "-at_install")
class TestBackOfficeTour(HttpCase):
    """The back office as it is clicked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, no_reset_password=True))
        cls.boss = new_test_user(cls.env, "ada", name="Ada", groups=ADMIN, tz="UTC", lang="en_US")

    def test_first_type(self):
        """A02, A29: a newcomer makes a bookable type with one click, and opens and changes the week picture."""
        self.env["booking.type"].search([]).active = False
        self.start_tour("/odoo", "booking_backoffice_first_type", login="ada")
        booking_type = self.env["booking.type"].search([("advisor_ids.user_id", "=", self.boss.id)])
        self.assertEqual(booking_type.name, "Video advice")
        hours = self.env["booking.availability"].search([("user_id", "=", self.boss.id)])
        self.assertEqual(set(hours.mapped("kind")), {"recurring"}, "the discarded exception was not saved")
        self.assertNotIn(True, hours.mapped("mon"))

    def test_agenda(self):
        """C01, C02: an appointment is opened from the calendar and marked as held in its card."""
        today = datetime.combine(fields.Date.today(), time(10))
        appointment = self.env["booking.appointment"].create(
            {
                "user_id": self.boss.id,
                "start": today,
                "stop": today + timedelta(hours=1),
                "booker_name": "Anne Martin",
            }
        )
        self.start_tour("/odoo/appointments", "booking_backoffice_agenda", login="ada")
        self.assertEqual(appointment.state, "done")

    @mute_logger("odoo.sql_db", "odoo.http")
    def test_taken_advisor(self):
        """C03, X01: whoever enters an appointment at a taken hour reads that the advisor has another one."""
        values = {"user_id": self.boss.id, "start": "2030-03-05 09:00:00", "booker_name": "Anne"}
        self.env["booking.appointment"].create(values)
        self.authenticate("ada", "ada")
        answer = self.url_open(
            "/web/dataset/call_kw/booking.appointment/web_save",
            json={
                "params": {
                    "model": "booking.appointment",
                    "method": "web_save",
                    "args": [[], dict(values, start="2030-03-05 09:15:00")],
                    "kwargs": {"specification": {}},
                }
            },
        ).json()
        self.assertIn("already has an appointment", answer["error"]["data"]["message"])

    def test_team_rights_in_the_web_client(self):
        """A01: a plain advisor opens the app without seeing the configuration."""
        advisor = new_test_user(self.env, "bob", groups="appointment_booking.group_booking_advisor")
        menus = self.env["ir.ui.menu"].with_user(advisor)._visible_menu_ids()
        self.assertIn(self.env.ref("appointment_booking.booking_week_menu").id, menus)
        self.assertNotIn(self.env.ref("appointment_booking.booking_config_menu").id, menus)
        team = self.env["booking.team"].create({"name": "Lyon", "member_ids": [Command.set(advisor.ids)]})
        self.assertFalse(team.with_user(advisor).has_access("write"))
