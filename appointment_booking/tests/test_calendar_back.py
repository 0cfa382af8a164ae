from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .message_common import MessageCase

MANAGER = "appointment_booking.group_booking_manager"


@tagged("post_install", "-at_install")
class TestCalendarBack(MessageCase):
    """C04, A28: what becomes of an appointment whose entry is changed in a calendar."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_advisor("Manager", MANAGER)
        cls.env["booking.team"].create(
            {
                "name": "Lyon",
                "manager_ids": [Command.set(cls.manager.ids)],
                "member_ids": [Command.set((cls.ada | cls.bob).ids)],
            }
        )
        cls.client = cls.env["res.partner"].create({"name": "Anne Martin", "email": "anne@example.net"})
        cls.appointment = cls.new("2026-03-03 14:00:00")
        cls.event = cls.appointment.calendar_event_id

    @classmethod
    def new(cls, start, **values):
        appointments = cls.env["booking.appointment"]
        return appointments.create({"user_id": cls.ada.id, "start": start, "partner_id": cls.client.id, **values})

    def sync(self, user=None, **values):
        """Write as a synchronisation does: with all rights, for a user, without notice."""
        event = self.event.with_user(user or self.ada).sudo().with_context(dont_notify=True)
        event.write(values)

    def hours(self):
        self.env.flush_all()
        self.env.invalidate_all()
        found = {(str(record.start), str(record.stop)) for record in (self.appointment, self.event)}
        self.assertEqual(len(found), 1, "the entry says what the appointment says")
        return found.pop()[0]

    def told(self):
        return self.appointment.activity_ids.mapped("note")

    def test_by_hand(self):
        """C01: the advisor drags the entry in Odoo's calendar: the appointment moves, and the booker is told."""
        self.event.with_user(self.ada).write({"start": "2026-03-04 14:00:00", "stop": "2026-03-04 14:30:00"})
        self.assertEqual(self.hours(), "2026-03-04 14:00:00")
        self.assertEqual(str(self.appointment.former_start), "2026-03-03 14:00:00")
        self.assertFalse(self.told())

    @mute_logger("odoo.sql_db")
    def test_refused_by_hand(self):
        """X01: who drags it onto another appointment, or changes who comes, reads why not."""
        self.new("2026-03-05 14:00:00")
        event = self.event.with_user(self.ada)
        with self.assertRaisesRegex(UserError, "has another appointment"), self.env.cr.savepoint():
            event.write({"start": "2026-03-05 14:00:00", "stop": "2026-03-05 14:30:00"})
        for values in ({"partner_ids": [Command.clear()]}, {"active": False}, {"user_id": self.bob.id}):
            with self.assertRaisesRegex(UserError, "Change or cancel it in Appointments"), self.env.cr.savepoint():
                event.write(values)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            event.unlink()
        self.assertEqual(self.hours(), "2026-03-03 14:00:00")

    def test_synchronised(self):
        """C04: moved in Google or Outlook by the advisor, the appointment follows; words and people stay ours."""
        name = self.event.name
        self.sync(
            start="2026-03-04 14:00:00",
            stop="2026-03-04 15:00:00",
            name="Private",
            description="x",
            videocall_location="https://teams.microsoft.com/x",
            partner_ids=[Command.unlink(self.client.id)],
            attendee_ids=[Command.delete(self.event.attendee_ids[-1].id)],
            user_id=self.bob.id,
        )
        self.assertEqual(self.hours(), "2026-03-04 14:00:00")
        self.assertEqual(self.appointment.duration, 60)
        self.assertEqual((self.event.name, self.event.user_id), (name, self.ada))
        self.assertFalse(self.event.videocall_location)
        self.assertEqual(self.event.partner_ids, self.ada.partner_id | self.client)

    def test_room_of_the_type(self):
        """A03: the room that Teams makes is taken where the type has its rooms from there, and nowhere else."""
        link = "https://teams.microsoft.com/l/1"
        self.type.write({"channel": "video", "video_provider": "teams"})
        self.appointment.write({"type_id": self.type.id})
        self.sync(videocall_location=link)
        self.assertEqual(self.appointment.meeting_url, link)

    @mute_logger("odoo.sql_db")
    def test_put_back(self):
        """X01, C04: what the rules forbid is put back, and the advisor and the managers read why, once."""
        self.new("2026-03-05 14:00:00")
        cases = (
            (self.ada, {"start": "2026-03-05 14:15:00", "stop": "2026-03-05 14:45:00"}, "another appointment"),
            (self.ada, {"start": "2026-03-01 14:00:00", "stop": "2026-03-01 14:30:00"}, "past"),
            (self.ada, {"allday": True, "start": "2026-03-05", "stop": "2026-03-05"}, "whole day"),
            (self.bob, {"start": "2026-03-06 14:00:00", "stop": "2026-03-06 14:30:00"}, "Only the advisor"),
        )
        for user, values, reason in cases:
            with self.subTest(reason=reason):
                self.sync(user, **values)
                self.assertEqual(self.hours(), "2026-03-03 14:00:00")
                self.assertFalse(self.event.allday)
                (note,) = self.told()
                self.assertIn(reason, note)
        notes = self.appointment.message_ids.filtered(lambda message: self.manager.partner_id in message.partner_ids)
        self.assertEqual(len(notes), 4)
        self.assertFalse(self.appointment.message_log_ids.filtered(lambda message: message.event == "modified"))

    def test_deleted(self):
        """C04: who deletes the entry in Google or Outlook cancels nothing: it is put back, and told."""
        self.event.with_user(self.ada).sudo().with_context(dont_notify=True).unlink()
        self.assertEqual(self.hours(), "2026-03-03 14:00:00")
        self.assertEqual(self.appointment.state, "planned")
        self.assertIn("removed from the calendar", self.told()[0])
        self.sync(active=False)
        self.assertTrue(self.event.active)
        self.assertEqual(len(self.told()), 1)

    def test_declined_by_the_advisor(self):
        """C04: an advisor who declines in their calendar still has the appointment; the team is told."""
        attendee = self.event.attendee_ids.filtered(lambda a: a.partner_id == self.ada.partner_id)
        attendee.sudo().write({"state": "declined"})
        self.assertEqual(self.appointment.state, "planned")
        self.assertIn("declined", self.told()[0])

    def test_own_changes(self):
        """A52: what Appointments itself changes is no change by a calendar."""
        self.appointment.with_user(self.ada).write({"start": "2026-03-04 14:00:00", "stop": "2026-03-04 15:00:00"})
        self.appointment.with_user(self.ada).action_cancel()
        self.assertFalse(self.event.active)
        self.assertFalse(self.told())

    def test_other_entries(self):
        """A28: other entries are changed and deleted as ever."""
        event = self.new_event(self.ada, "2026-03-04 08:00:00", "2026-03-04 09:00:00")
        event.with_user(self.ada).write(
            {"name": "Round", "start": "2026-03-04 10:00:00", "stop": "2026-03-04 11:00:00"}
        )
        self.assertEqual(event.name, "Round")
        event.with_user(self.ada).unlink()
        self.assertFalse(event.exists())
