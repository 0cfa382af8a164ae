from odoo.exceptions import UserError
from odoo.tests import tagged

from .meeting_common import MeetingCase


@tagged("post_install", "-at_install")
class TestMeetingLeaving(MeetingCase):
    """I11, X07: participants, partners and events that go, move or are copied."""

    def test_nobody_vanishes_with_meetings_ahead(self):
        """I11: who has a confirmed meeting ahead is not deleted, but cancelled or archived, and the others are told."""
        meeting = self.confirm()
        for record in (self.anne, self.maison):
            with self.assertRaises(UserError):
                record.unlink()
        self.maison.active = False
        self.assertEqual(meeting.state, "cancelled")
        told = meeting.message_log_ids.filtered(lambda message: message.what == "cancelled")
        self.assertEqual(set(told.mapped("recipient")), {"partner", "participant"})
        self.anne.unlink()
        self.assertFalse(meeting.exists())

    def test_another_event(self):
        """I11: who moves to another event has no meeting at the former one."""
        meeting, waiting = self.confirm(), self.request(self.toits, slots=self.slots[1])
        self.anne.event_id = self.new_event("Garden fair")
        self.assertEqual((meeting.state, waiting.state, len(meeting.seat_ids)), ("cancelled", "refused", 0))

    def test_copy_of_an_event(self):
        """I01: a copy of an event has its rules and columns, but neither slots, spaces nor meetings."""
        self.confirm()
        question = self.add_question("Budget", ["Small", "Large"])
        self.env["business.meeting.field"].create(
            {"event_id": self.event.id, "what": "question", "question_id": question.id}
        )
        copy = self.event.copy()
        self.assertEqual(copy.meeting_rule_ids.mapped("name"), ["All"])
        self.assertEqual(copy.meeting_field_ids.mapped("what"), ["name", "company", "function", "question"])
        self.assertFalse(copy.meeting_slot_ids | copy.meeting_ids.slot_id)
        self.assertFalse(copy.meeting_space_ids)
        self.assertFalse(copy.meeting_ids)
