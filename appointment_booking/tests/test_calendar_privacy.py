from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import BookingCase


@tagged("post_install", "-at_install")
class TestCalendarPrivacy(BookingCase):
    """A01, X04: colleagues see that an advisor is busy, not who comes, nor why, nor by asking cleverly."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.new_advisor("Clerk", "base.group_user")
        cls.client = cls.env["res.partner"].create({"name": "Anne Martin", "email": "anne@example.net"})
        cls.appointment = cls.env["booking.appointment"].create(
            {"type_id": cls.type.id, "user_id": cls.ada.id, "start": "2026-03-03 08:00:00", "partner_id": cls.client.id}
        )
        cls.event = cls.appointment.calendar_event_id
        cls.env.flush_all()

    def found(self, user, domain):
        events = self.env["calendar.event"].with_user(user).search(domain)
        return self.event in events

    def test_entry(self):
        """A01: the entry reads “Busy”, with nothing else."""
        event = self.event.with_user(self.clerk)
        event.invalidate_recordset()
        names = ["name", "display_name", "description", "location", "partner_ids", "videocall_location"]
        (values,) = event.read(names)
        self.assertEqual((values["name"], values["display_name"]), ("Busy", "Busy"))
        self.assertFalse([values[name] for name in names[2:] if values[name]])

    def test_attendees(self):
        """A01: who attends an appointment is told to who takes part, and to nobody else."""
        attendees = self.env["calendar.attendee"]
        domain = [("event_id", "=", self.event.id)]
        both = self.event.attendee_ids
        for user in (self.clerk, self.bob):
            self.env.invalidate_all()
            self.assertFalse(attendees.with_user(user).search(domain))
            self.assertFalse(attendees.with_user(user).search([("email", "=", "anne@example.net")]))
            self.assertFalse(self.event.with_user(user).attendee_ids)
            for attendee in both.with_user(user):
                self.assertFalse(attendee.has_access("read"))
            self.assertFalse(self.client.with_user(user).get_attendee_detail(self.event.ids))
        self.env.invalidate_all()
        self.assertEqual(attendees.with_user(self.ada).search(domain).partner_id, self.client | self.ada.partner_id)

    def test_questions(self):
        """A01: a colleague cannot find out by searching what reading hides; who takes part finds it."""
        partner = self.client.id
        questions = (
            [("name", "ilike", "Anne")],
            [("display_name", "ilike", "Anne")],
            [("description", "ilike", "Mortgage")],
            [("partner_ids", "in", [partner])],
            [("partner_ids", "=", partner)],
            [("partner_ids.email", "=", "anne@example.net")],
            [("partner_ids", "any", [("email", "=", "anne@example.net")])],
            [("partner_ids", "ilike", "Anne")],
            [("attendee_ids.email", "=", "anne@example.net")],
            [("attendee_ids", "any", [("partner_id", "=", partner)])],
            [("res_id", "=", self.appointment.id)],
            ["!", "!", ("partner_ids", "in", [partner])],
        )
        for question in questions:
            with self.subTest(question=question):
                self.assertFalse(self.found(self.clerk, question))
        for question in (questions[0], questions[3], questions[5]):
            self.assertTrue(self.found(self.ada, question))
        # asked the other way round, the answer is the same whoever comes
        other = self.env["res.partner"].create({"name": "Other"})
        for operator in ("not in", "!="):
            answers = {
                self.found(self.clerk, [("partner_ids", operator, [who.id] if operator == "not in" else who.id)])
                for who in (self.client, other)
            }
            self.assertEqual(len(answers), 1)

    def test_busy_times(self):
        """A28: a colleague's calendar still shows when the advisor is busy."""
        self.assertTrue(self.found(self.clerk, [("partner_ids", "in", self.ada.partner_id.ids)]))
        both = (self.ada.partner_id | self.clerk.partner_id | self.client).ids
        self.assertTrue(self.found(self.clerk, [("partner_ids", "in", both), ("start", ">=", "2026-03-01")]))
        self.assertTrue(self.found(self.clerk, [("user_id", "=", self.ada.id)]))

    def test_other_events(self):
        """A28: other entries of the calendar are found and read as ever."""
        event = self.new_event(self.ada, "2026-03-04 08:00:00", "2026-03-04 09:00:00", name="Round")
        event.partner_ids |= self.client
        events = self.env["calendar.event"].with_user(self.clerk)
        for question in ([("name", "ilike", "Round")], [("partner_ids", "in", self.client.ids)]):
            self.assertIn(event, events.search(question))
        self.assertEqual(event.with_user(self.clerk).attendee_ids.partner_id, self.ada.partner_id | self.client)

    def test_booker_of_the_house(self):
        """A35: a booker with an account sees their entry; another portal user does not."""
        user = new_test_user(self.env, login="anne", groups="base.group_portal", partner_id=self.client.id)
        other = new_test_user(self.env, login="eve", groups="base.group_portal")
        self.assertTrue(self.found(user, [("name", "ilike", "Anne")]))
        self.assertFalse(self.found(other, []))

    def test_writing_stays_possible(self):
        """A28: an advisor answers an invitation beside their appointments, and changes an appointment as ever."""
        event = self.new_event(self.bob, "2026-03-05 08:00:00", "2026-03-05 09:00:00")
        event.partner_ids = [Command.link(self.ada.partner_id.id)]
        event.attendee_ids.filtered(lambda a: a.partner_id == self.ada.partner_id).with_user(self.ada).do_accept()
        self.appointment.with_user(self.ada).start = "2026-03-06 08:00:00"
        self.assertEqual(str(self.event.start), "2026-03-06 08:00:00")
