from datetime import datetime, time, timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

ADMIN = "appointment_booking.group_booking_admin"


@tagged("post_install", "-at_install")
class TestBackOfficeTour(HttpCase):
    """The back office as it is clicked."""

    # A page asks for much at once and its requests queue: on a busy machine for longer than Odoo's 20 seconds.
    test_cursor_lock_timeout = 120

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
        """C01, C02: what happened is noted in the card of an appointment; others are dragged, refused, and opened."""
        today = fields.Date.today()
        wednesday = today + timedelta(days=((6 - today.weekday()) % 7 or 7) + 3)  # weeks begin on Sunday here
        appointments = self.env["booking.appointment"].create(
            [
                {
                    "user_id": self.boss.id,
                    "start": (start := datetime.combine(day, time(hour))),
                    "stop": start + timedelta(hours=1),
                    "booker_name": name,
                    "booker_email": "somebody@example.com",
                }
                for day, hour, name in (
                    (today, 10, "Anne Martin"),
                    (wednesday, 10, "Paul Durand"),
                    (wednesday, 12, "Zoé Petit"),
                )
            ]
        )
        self.start_tour("/odoo/appointments", "booking_backoffice_agenda", login="ada")
        anne, paul, zoe = appointments
        self.assertEqual((anne.state, anne.attendance), ("done", "came"))
        self.assertEqual(paul.start.date(), wednesday)
        self.assertIn(paul.start.hour, (8, 9), "it begins as far above the row as it was taken")
        self.assertFalse(paul.message_log_ids.filtered(lambda m: (m.event, m.recipient) == ("modified", "booker")))
        self.assertEqual(zoe.start, datetime.combine(wednesday, time(12)))

    def test_participants(self):
        """O03, O04, O06, O07: from a contact, a new appointment: participants, answer, star, e-mail."""
        anne, paul = self.env["res.partner"].create(
            [
                {"name": "Anne Martin", "email": "anne@example.net"},
                {"name": "Paul Durand", "email": "paul@example.net"},
            ]
        )
        self.start_tour(f"/odoo/res.partner/{anne.id}", "booking_participants", login="ada")
        appointment = self.env["booking.appointment"].search([("participant_ids.partner_id", "=", anne.id)])
        self.assertEqual((appointment.partner_id, appointment.user_id), (paul, self.boss))
        self.assertEqual(appointment.participant_ids.partner_id, anne | paul)
        answers = {row.partner_id: row.answer for row in appointment.participant_ids}
        self.assertEqual(answers, {anne: "needsAction", paul: "accepted"})

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
