from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exceptions import MeetingRefused
from .meeting_common import MeetingCase, utc


@tagged("post_install", "-at_install")
class TestMeetingDeeds(MeetingCase):
    """I08, I10, I11, I15: what the two sides do about a meeting, and what is refused."""

    def refused(self, code, deed, *args, **kwargs):
        with self.assertRaises(MeetingRefused) as caught:
            deed(*args, **kwargs)
        self.assertEqual(caught.exception.code, code)
        self.assertTrue(caught.exception.message)
        return caught.exception

    def test_request_and_accept(self):
        """I08, I10: a request waits for the other side; accepted, it has a slot and a space and takes seats."""
        meeting = self.request(slots=self.slots[:2], message="Hello <b>Anne</b>")
        self.assertEqual((meeting.state, meeting.awaiting, meeting.origin), ("requested", "participant", "partner"))
        self.assertFalse(meeting.seat_ids, "a request blocks nobody's calendar")
        self.assertIn("Hello &lt;b&gt;Anne&lt;/b&gt;", meeting.message_ids[0].body)
        self.refused("turn", meeting._accept, "partner", self.slots[0])
        self.refused("slot", meeting._accept, "participant", self.slots[3])
        meeting._accept("participant", self.slots[1])
        self.assertEqual((meeting.state, meeting.awaiting), ("confirmed", False))
        self.assertEqual((meeting.start, meeting.space_id), (utc("2026-03-10 08:30"), self.space))
        self.assertEqual(
            set(meeting.seat_ids.mapped("who")),
            {
                f"space-{self.space.id}",
                f"partner-{self.space.contact_id.id}",
                "email-sales@maison-verte.example.com",
                f"partner-{self.anne.partner_id.id}",
                "email-anne@example.org",
            },
        )

    def test_counter_proposal(self):
        """I08: who is asked proposes other slots; then the one who asked has to answer."""
        meeting = self.request(side="participant")
        self.assertEqual(meeting.awaiting, "partner")
        meeting._counter_propose("partner", self.slots[2:4], self.space, "Rather later")
        self.assertEqual(meeting.awaiting, "participant")
        self.assertEqual(meeting.proposal_ids.slot_id, self.slots[2:4])
        self.assertEqual(meeting.reply, "Rather later")
        self.refused("turn", meeting._accept, "partner", self.slots[2])
        meeting._accept("participant", self.slots[3])
        self.assertEqual(meeting.slot_id, self.slots[3])

    def test_refuse_and_cancel(self):
        """I08: refusing ends a request, cancelling frees the seats; what is over stays over."""
        meeting = self.request()
        self.refused("turn", meeting._refuse, "partner")
        meeting._refuse("participant", "No time")
        self.assertEqual((meeting.state, meeting.reply), ("refused", "No time"))
        self.refused("state", meeting._accept, "participant")
        second = self.confirm()
        self.assertTrue(second.seat_ids)
        second._cancel("partner")
        self.assertEqual((second.state, len(second.seat_ids)), ("cancelled", 0))
        self.refused("state", second._cancel, "partner")
        third = self.request()
        self.refused("turn", third._cancel, "participant")
        third._cancel("partner")
        self.assertEqual(third.state, "cancelled")

    def test_nobody_is_in_two_meetings(self):
        """I11: a request whose slot was taken says so and offers the next common slots, without the taken one."""
        first = self.request(registration=self.anne)
        second = self.request(registration=self.paul)
        first._accept("participant")
        refused = self.refused("taken", second._accept, "participant")
        self.assertEqual([offer.slot_id for offer in refused.offers], self.slots[1:].ids)
        self.assertEqual({offer.space_id for offer in refused.offers}, {self.space.id})
        self.assertEqual(second.state, "requested")
        self.refused("taken", self.request, self.toits, self.anne)

    def test_seats_hold_in_the_database(self):
        """I11, X01: PostgreSQL itself refuses a second seat, and the loser gets offers and no half meeting."""
        self.confirm(registration=self.anne)
        loser = self.request(registration=self.paul, slots=self.slots[1])
        with mute_logger("odoo.sql_db"):
            refused = self.refused(
                "taken",
                loser._seat_or_refuse,
                {"state": "confirmed", "awaiting": False, "slot_id": self.slots[0].id, "space_id": self.space.id},
            )
        self.assertTrue(refused.raced)
        self.assertEqual([offer.slot_id for offer in refused.offers], self.slots[1:].ids)
        self.assertEqual((loser.state, loser.awaiting, len(loser.seat_ids)), ("requested", "participant", 0))

    def test_one_person_registered_twice(self):
        """I11: two registrations of one person, with a contact or the same e-mail only, are one person."""
        again = self.new_registration("A. Martin", email="Anne@Example.org")
        self.confirm(registration=self.anne)
        meeting = self.request(self.toits, again, slots=self.slots[1])
        self.refused("taken", meeting._counter_propose, "participant", self.slots[0])
        other_event = self.new_event("Garden fair")
        self.env["business.meeting.rule"].create({"name": "All", "event_id": other_event.id})
        slot = self.env["business.meeting.slot"].create(
            {"event_id": other_event.id, "start": "2026-03-10 08:15:00", "stop": "2026-03-10 08:45:00"}
        )
        sponsor = self.new_sponsor("Jardins", self.gold, other_event)
        self.new_space(sponsor)
        there = self.new_registration("Anne Martin", other_event, email="", partner_id=self.anne.partner_id.id)
        self.refused("taken", self.request, sponsor, there, slots=slot)

    def test_colleagues_of_one_booker(self):
        """I11: whoever a colleague has registered is another person than the colleague."""
        colleague = self.new_registration("Karim Diallo", partner_id=self.anne.partner_id.id)
        self.confirm(registration=self.anne)
        meeting = self.confirm(self.toits, colleague)
        self.assertEqual(meeting.state, "confirmed")

    def test_sales_contact_of_two_spaces(self):
        """I11: a sales contact who receives in two spaces is in one meeting at a time."""
        second = self.new_space(self.maison, location="A2")
        themed = self.new_space(self.maison, with_contact=False, theme="Heating")
        self.confirm(registration=self.anne)
        self.refused("taken", self.request, registration=self.paul, space=second)
        meeting = self.request(registration=self.paul, space=themed)._accept("participant")
        self.assertEqual(meeting.space_id, themed)

    def test_move(self):
        """I13, X01: a moved meeting stays the same one; where it cannot go, it stays where it was."""
        meeting = self.confirm()
        busy = self.confirm(registration=self.paul, slot=self.slots[1])
        refused = self.refused("taken", meeting._move, "partner", self.slots[1])
        self.assertEqual([offer.slot_id for offer in refused.offers], (self.slots[0] | self.slots[2:]).ids)
        self.refused("slot", meeting._move, "partner", self.slots[0])
        sequence = meeting.sequence
        meeting._move("partner", self.slots[2])
        self.assertEqual((meeting.start, meeting.sequence), (utc("2026-03-10 09:00"), sequence + 1))
        self.assertEqual(set(meeting.seat_ids.mapped("start")), {utc("2026-03-10 09:00")})
        busy._move("participant", self.slots[0])
        self.assertEqual(busy.slot_id, self.slots[0])

    def test_what_a_request_may_not_be(self):
        """I07, X04: slots and spaces that a visitor sends are looked up again."""
        self.refused("no_slot", self.request, slots=self.slots.browse())
        self.refused("space", self.request, space=self.other_space)
        self.slots[0].is_open = False
        self.refused("slot", self.request, slots=self.slots[0])
        self.space._close_slots(self.slots[1])
        self.refused("taken", self.request, slots=self.slots[1])
        self.request(slots=self.slots[2])
        self.refused("already", self.request, slots=self.slots[3])
        self.refused("already", self.request, side="participant", slots=self.slots[3])
        with freeze_time("2026-03-10 09:30:00"):
            self.refused("slot", self.request, registration=self.paul, slots=self.slots[3])
        self.event.meeting_enabled = False
        self.refused("off", self.request, registration=self.lea, slots=self.slots[3])

    def test_requests_expire(self):
        """I15: a request that is not answered in time ends, its sender is told, and may ask again."""
        self.event.meeting_participant_request_limit = 1
        meeting = self.request(side="participant")
        self.assertEqual(meeting.expires_at, utc("2026-03-04 08:00"))
        self.assertEqual(self.anne._get_meeting_counters()["requests_left"], 0)
        self.refused("limit", self.request, self.toits, side="participant")
        with freeze_time("2026-03-04 08:00:00"):
            self.refused("expired", meeting._accept, "partner")
            self.assertEqual(self.anne._get_meeting_counters()["requests_left"], 1, "at once, without the sweep")
            self.assertEqual(self.Meeting._expire_due(), 1)
            self.assertEqual(meeting.state, "expired")
            told = meeting.message_log_ids.filtered(lambda message: message.what == "expired")
            self.assertEqual(told.mapped("recipient"), ["participant"])
            self.request(self.toits, side="participant")

    def test_expiry_never_beyond_the_slot(self):
        """I15: a request ends with the last slot that it proposes, also where no hours are set."""
        self.event.meeting_expiry_hours = 0
        self.assertEqual(self.request(slots=self.slots[:3]).expires_at, utc("2026-03-10 09:00"))
        self.event.meeting_expiry_hours = 1000
        self.assertEqual(self.request(registration=self.paul).expires_at, utc("2026-03-10 08:00"))

    def test_report(self):
        """I15: an outcome after the beginning, told by either side; ratings and notes each for itself."""
        meeting = self.confirm()
        self.refused("state", meeting._report, "partner", outcome="held")
        with freeze_time("2026-03-10 08:10:00"):
            meeting._report("partner", outcome="held", rating=4, notes="Wants a quote")
            self.assertEqual(meeting.outcome, "held")
            self.assertEqual(meeting._get_notes("partner"), {"notes": "Wants a quote", "rating": "4"})
            self.assertEqual(meeting._get_notes("participant"), {"notes": "", "rating": ""})
            meeting._report("participant", outcome="partner")
            self.assertEqual(meeting.outcome, "disputed")
            meeting.outcome = "held"
            self.assertEqual(meeting.outcome, "held")
            self.refused("report", meeting._report, "partner", outcome="won")
            self.refused("report", meeting._report, "partner", rating=9)

    def test_who_leaves_meets_nobody(self):
        """I11: cancelling a registration calls off what was planned with it, and frees the partner."""
        confirmed, waiting = self.confirm(), self.request(self.toits, slots=self.slots[1])
        self.anne.action_cancel()
        self.assertEqual((confirmed.state, waiting.state), ("cancelled", "refused"))
        self.confirm(registration=self.paul)
        self.refused("off", self.request, slots=self.slots[2])
