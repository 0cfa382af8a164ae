from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError

from odoo.addons.appointment_booking.tests.common import utc

from .room_common import RoomCase

START = "2026-03-03 08:00"


class TestRooms(RoomCase):
    """H12: a room for each video appointment, made outside the transactions of those who book."""

    def body(self, mail):
        return mail.body_html

    def test_the_confirmation_brings_the_link(self):
        """H12, A03: nobody waits for the provider; the confirmation waits a moment and brings the link along."""
        appointment = self.book(START)
        room = appointment.videoconf_room_id
        self.assertEqual((room.state, room.title), ("ordered", f"Mortgage advice · {appointment.name}"))
        self.assertFalse(self.peer.asked, "nothing is asked in the booker's transaction")
        self.assertFalse(self.mail_to_booker(appointment), "it waits for the link")
        self.work()
        self.assertEqual(room.state, "ready")
        self.assertEqual(appointment.meeting_url, "https://example.zoom.us/j/" + room.external_id)
        (mail,) = self.mail_to_booker(appointment)
        self.assertIn(appointment.meeting_url, mail.body_html)
        self.assertIn(appointment.meeting_url.encode(), mail.attachment_ids.raw.replace(b"\r\n ", b""))
        self.assertFalse(self.messages(appointment, "linked"), "there is nothing to add")
        (meeting,) = self.peer.meetings.values()
        self.assertNotIn("Martin", str(meeting), "who books is none of the provider's business")

    def test_a_provider_that_is_down_for_an_hour(self):
        """H12: the appointment is there at once, the confirmation goes without the link, the advisor hears that it is
        late, and when the provider is back there is one room, of which both are told.
        """
        self.peer.mode = "down"
        appointment = self.book(START)
        room = appointment.videoconf_room_id
        self.work()
        self.assertEqual((room.state, room.tries), ("late", 1))
        self.assertIn("does not answer", room.error)
        self.assertEqual([mail.subject[:8] for mail in self.mail_to_booker(appointment)], ["Mortgage"])
        self.assertFalse(self.late_activities(appointment), "a hiccup is nobody's business")
        for minute in range(2, 62, 4):
            self.work(minute)
        self.assertEqual(room.state, "late")
        self.assertLess(room.tries, 10)
        activity = self.late_activities(appointment)
        self.assertEqual(activity.user_id, appointment.user_id)
        self.assertIn("does not answer", activity.note)
        self.peer.mode = "fine"
        self.work(150)
        self.assertEqual((room.state, self.peer.made), ("ready", 1))
        self.assertFalse(self.late_activities(appointment))
        mails = self.mail_to_booker(appointment)
        self.assertEqual(len(mails), 2)
        self.assertIn(appointment.meeting_url, mails[1].body_html)
        self.assertEqual(mails[1].attachment_ids.mapped("name"), ["appointment.ics"])
        self.assertEqual(len(self.messages(appointment, "linked", recipient="user-")), 1)
        self.work(151)
        self.assertEqual(self.peer.made, 1)

    def test_a_confirmation_does_not_wait_for_long(self):
        appointment = self.book(START)
        with freeze_time("2026-03-02 08:02:00"):
            self.assertEqual(len(self.mail_to_booker(appointment)), 1)

    def test_an_answer_that_is_lost(self):
        """H12: the provider made the room, and its answer never came: asked again, it is the same room."""
        self.peer.mode = "deaf"
        appointment = self.book(START)
        self.work()
        self.assertEqual((appointment.videoconf_room_state, self.peer.made), ("late", 1))
        self.peer.mode = "fine"
        self.work(2)
        self.assertEqual((appointment.videoconf_room_state, self.peer.made), ("ready", 1))

    def test_a_process_that_dies(self):
        """H12: what a dead process was about to ask is asked again when its claim has run out, not before."""
        appointment = self.book(START)
        self.Room._call(self.Room._claim({}))  # and dies before it writes down the answer
        self.assertIsNone(self.Room._claim({}))
        self.work(10)
        self.assertEqual(appointment.videoconf_room_state, "ordered")
        self.work(16)
        self.assertEqual((appointment.videoconf_room_state, self.peer.made), ("ready", 1))

    def test_moving_and_passing_on(self):
        """H12, A52: the room follows to another hour and another organiser, and keeps its address."""
        appointment = self.book(START)
        self.work()
        address = appointment.meeting_url
        appointment.write({"start": utc("2026-03-04 09:00"), "user_id": (self.ada | self.bob - appointment.user_id)[0]})
        appointment.user_id = self.bob
        self.work()
        (meeting,) = self.peer.meetings.values()
        self.assertEqual(meeting["start_time"], "2026-03-04T09:00:00Z")
        self.assertEqual(appointment.meeting_url, address)
        self.assertEqual(appointment.videoconf_room_id.user_id, self.bob)
        asked = len(self.peer.asked)
        appointment.booker_name = "Anne M."
        self.work()
        self.assertEqual(len(self.peer.asked), asked, "nothing that concerns the provider has changed")

    def test_cancelling_and_planning_again(self):
        """H12: a cancelled appointment gives its room back; planned again, it gets another one."""
        appointment = self.book(START)
        self.work()
        appointment.action_cancel()
        first = appointment.videoconf_room_id
        self.assertEqual((first.state, appointment.videoconf_room_address), ("removing", False))
        self.work()
        self.assertEqual((first.state, self.peer.meetings), ("removed", {}))
        appointment.action_reopen()
        self.work()
        self.assertEqual((appointment.videoconf_room_state, self.peer.made), ("ready", 2))
        self.assertNotEqual(appointment.videoconf_room_id, first)
        self.assertTrue(appointment.meeting_url.endswith(appointment.videoconf_room_id.external_id))

    def test_cancelled_before_it_was_made(self):
        appointment = self.book(START)
        appointment.action_cancel()
        self.work()
        self.assertEqual((appointment.videoconf_room_state, self.peer.asked), ("removed", []))

    def test_cancelled_when_nobody_knows_whether_it_was_made(self):
        """H12: a room whose making was not confirmed is looked for, and given back."""
        self.peer.mode = "deaf"
        appointment = self.book(START)
        self.work()
        self.peer.mode = "fine"
        appointment.action_cancel()
        self.work()
        self.assertEqual((appointment.videoconf_room_state, self.peer.meetings), ("removed", {}))

    def test_what_changes_while_the_provider_is_asked(self):
        """H12: states never go back: a move or a cancellation during the call is followed after it."""
        appointment = self.book(START)
        work = self.Room._claim({})
        outcome = self.Room._call(work)
        appointment.start = utc("2026-03-04 09:00")
        self.Room._settle(work, outcome)
        self.assertEqual(appointment.videoconf_room_state, "ready")
        work = self.Room._claim({})
        self.assertEqual(work.deed, "update")
        outcome = self.Room._call(work)
        appointment.action_cancel()
        self.Room._settle(work, outcome)
        self.assertEqual(appointment.videoconf_room_state, "removing")
        self.work()
        self.assertEqual((appointment.videoconf_room_state, self.peer.meetings), ("removed", {}))

    def test_a_room_that_was_removed_at_the_provider(self):
        """H12: a move finds out, another room is made, and its link is told."""
        appointment = self.book(START)
        self.work()
        self.sweep()
        first = appointment.meeting_url
        self.peer.meetings.clear()
        appointment.start = utc("2026-03-04 09:00")
        self.sweep()
        self.work()
        self.assertNotEqual(appointment.meeting_url, first)
        self.assertIn(appointment.meeting_url, self.mail_to_booker(appointment)[-1].body_html)

    def test_what_the_provider_refuses(self):
        """H12: a refusal is not repeated; the advisor hears of it at once, and asks again by a button."""
        self.peer.mode = "strict"
        appointment = self.book(START)
        self.work()
        self.assertEqual(appointment.videoconf_room_state, "failed")
        self.assertIn("refused", self.late_activities(appointment).note)
        asked = len(self.peer.asked)
        self.work(600)
        self.assertEqual(len(self.peer.asked), asked)
        self.peer.mode = "fine"
        with self.assertRaises(AccessError):
            stranger = self.new_advisor("Stranger")
            appointment.with_user(stranger).action_try_room_again()
        appointment.with_user(appointment.user_id).action_try_room_again()
        self.work()
        self.assertEqual(appointment.videoconf_room_state, "ready")
        self.assertFalse(self.late_activities(appointment))

    def test_tries_end(self):
        """H12: a provider that never comes back is asked some days, more often before the start; then it is told."""
        self.peer.mode = "down"
        appointment = self.book(START)
        for hour in range(0, 30, 2):
            self.work(60 * hour)
        room = appointment.videoconf_room_id
        self.assertEqual((room.state, room.error_code, room.next_try), ("failed", "over", False))
        self.assertLessEqual(room.tries, 17)
        with freeze_time("2026-03-04 08:00:00"), self.assertRaises(UserError):
            appointment.action_try_room_again()

    def test_an_account_that_is_refused(self):
        """H12: administrators see it on the account; a new secret makes all that waits at once."""
        self.peer.mode = "locked"
        appointments = self.book(START), self.book("2026-03-03 09:00", "another visitor", self.booker(email="x@y.com"))
        self.work()
        self.assertIn("401", self.zoom.problem)
        self.assertEqual({a.videoconf_room_id.error_code for a in appointments}, {"credentials"})
        self.assertEqual(self.zoom.room_count, 2)
        self.assertTrue(all(self.late_activities(a) for a in appointments), "nobody but people can mend it")
        self.peer.mode = "fine"
        self.zoom.secret = "another secret"
        self.work()
        self.assertFalse(self.zoom.problem)
        self.assertEqual({a.videoconf_room_state for a in appointments}, {"ready"})

    def test_a_provider_that_asks_to_wait(self):
        """H12: Retry-After is honoured, for all rooms of the account."""
        self.peer.mode = "busy"
        appointments = self.book(START), self.book("2026-03-03 09:00", "another visitor", self.booker(email="x@y.com"))
        self.work()
        self.assertEqual(len(self.peer.asked), 1)
        self.assertEqual({a.videoconf_room_id.next_try for a in appointments}, {utc("2026-03-02 08:10")})
        self.peer.mode = "fine"
        self.work(9)
        self.assertEqual(len(self.peer.asked), 1)
        self.work(11)
        self.assertEqual({a.videoconf_room_state for a in appointments}, {"ready"})

    def test_an_owner_that_cannot_follow(self):
        """H12: what goes wrong on our side loses no room: the owner is told again."""
        appointment = self.book(START)
        self.patch(self.registry["booking.appointment"], "_on_room_ready", lambda self: 1 / 0)
        with self.assertLogs("odoo.addons.appointment_videoconf", "ERROR"):
            self.work()
        self.assertEqual((appointment.videoconf_room_state, appointment.meeting_url), ("ready", False))
        self.patch(self.registry["booking.appointment"], "_on_room_ready", type(appointment)._mirror_in_calendar)
        self.work(5)
        self.assertTrue(appointment.meeting_url)

    def test_the_provider_of_a_type_changes(self):
        """H12: a room that people know stays; what is booked from now on gets one of the new provider."""
        first = self.book(START)
        self.work()
        address = first.meeting_url
        self.type.videoconf_provider_id = self.new_provider("jitsi", base_url="https://meet.example.com")
        first.start = utc("2026-03-04 09:00")
        self.assertEqual(first.meeting_url, address)
        second = self.book("2026-03-03 09:00", "another visitor", self.booker(email="x@y.com"))
        self.assertTrue(second.meeting_url.startswith("https://meet.example.com/"))

    def test_rooms_that_need_no_server(self):
        """H12: an open Jitsi room is there at once, and the confirmation leaves with it."""
        self.type.videoconf_provider_id = self.new_provider("jitsi", base_url="https://meet.example.com/")
        appointment = self.book(START)
        self.assertEqual(appointment.videoconf_room_state, "ready")
        self.assertTrue(appointment.meeting_url.startswith("https://meet.example.com/"))
        self.assertIn(appointment.meeting_url, self.mail_to_booker(appointment).body_html)
        appointment.action_cancel()
        self.assertEqual(appointment.videoconf_room_state, "removed")
        self.assertFalse(self.peer.asked)

    def test_personal_links_as_a_provider(self):
        """H01, H12: the organiser's own room; without one, they are told, and the link follows when they enter it."""
        self.type.videoconf_provider_id = self.new_provider("personal")
        self.assertIn("Ada", self.type.setup_warning)
        appointment = self.book(START)
        advisor = appointment.user_id
        self.work()
        self.assertIn("no personal meeting link", self.late_activities(appointment).note)
        self.sweep()
        advisor.with_user(advisor).videoconf_link = "https://visio.example.org/own"
        self.work()
        self.assertEqual(appointment.meeting_url, "https://visio.example.org/own")
        self.assertFalse(self.late_activities(appointment))
        self.assertEqual(len(self.messages(appointment, "linked")), 1)

    def test_other_channels_have_no_room(self):
        self.type.channel = "phone"
        self.assertFalse(self.book(START).videoconf_room_id)

    def test_changing_the_channel(self):
        """H12: a video appointment that becomes a call gives its room back, and its calendar entry forgets it."""
        appointment = self.book(START)
        self.work()
        appointment.channel = "phone"
        self.work()
        self.assertEqual((appointment.videoconf_room_state, self.peer.meetings), ("removed", {}))
        self.assertFalse(appointment.meeting_url)

    def test_deleting(self):
        appointment = self.book(START)
        self.work()
        room = appointment.videoconf_room_id
        appointment.action_cancel()
        appointment.unlink()
        self.work()
        self.assertEqual((room.state, self.peer.meetings), ("removed", {}))

    def test_a_type_without_a_provider(self):
        """A type says that nobody makes its rooms; the company's provider does where there is one."""
        self.type.videoconf_provider_id = False
        self.assertIn("No provider", self.type.setup_warning)
        self.env.company.videoconf_provider_id = self.zoom
        self.type.invalidate_recordset(["setup_warning"])
        self.assertFalse(self.type.setup_warning)
        self.assertEqual(self.book(START).videoconf_room_id.provider_id, self.zoom)

    def test_held_slots_order_nothing(self):
        self.assertFalse(self.hold(START).videoconf_room_id)

    def test_one_query_more_for_each_sweep_not_for_each_message(self):
        """X03: waiting for links does not make the sweep ask for each appointment."""
        self.type.advisor_ids = [Command.clear()]
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.env["booking.message"]._prepare_some()
