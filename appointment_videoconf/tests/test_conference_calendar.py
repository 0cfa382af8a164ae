from odoo.exceptions import UserError
from odoo.tests import tagged

from .videoconf_common import ROOM, VideoconfCase


@tagged("post_install", "-at_install")
class TestConferenceCalendar(VideoconfCase):
    """H04, H08, H10: the entry in Odoo's calendar, and what comes back from calendars."""

    def test_link_one_click_away(self):
        """H08: from the entry, the task and the note; it leads those who may see the conference to the room."""
        conference = self.organise()
        url = f"{conference.get_base_url()}/booking/conference/{conference.id}/room"
        self.assertEqual(conference.calendar_event_id.videocall_location, url)
        self.assertEqual(conference.calendar_event_id.action_join_video_call()["url"], url)
        self.assertEqual(conference.task_id.with_user(self.ada).action_join()["url"], url)
        self.assertEqual(conference._get_room_address("Ada", True), ROOM)
        self.ada.videoconf_link = False
        self.assertFalse(conference.calendar_event_id.videocall_location)
        with self.assertRaises(UserError):
            conference.with_user(self.ada).action_join()

    def test_answer_is_that_of_the_attendee(self):
        """H04: one answer, wherever it was given: on the page, in Odoo's calendar, by a synchronisation."""
        conference = self.organise()
        anne, paul = self.guest(conference, self.anne), self.guest(conference, self.paul)
        anne._answer("tentative")
        self.assertEqual(anne.attendee_id.state, "tentative")
        paul.attendee_id.with_user(self.ada).do_decline()
        self.assertEqual((paul.answer, bool(paul.answered_on)), ("declined", True))
        event = conference.calendar_event_id.with_context(dont_notify=True)
        event.write({"attendee_ids": [(1, anne.attendee_id.id, {"state": "accepted"})]})
        self.assertEqual(anne.answer, "accepted")
        self.assertTrue(conference.message_ids.filtered(lambda message: "Anne Martin accepts" in message.body))

    def test_note_of_an_answer(self):
        """H04, X05: the organiser reads the note in their language, not in that of the guest's page."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.ada.lang = "fr_FR"
        conference = self.organise(self.anne)
        conference.guest_ids.with_context(lang="en_US")._answer("accepted")
        self.assertIn("Anne Martin accepte", conference.message_ids[0].body)

    def test_move_in_calendar(self):
        """H10: moved by its organiser in the calendar, the conference moves, and the guests are told by us alone."""
        conference = self.organise()
        self.leave(conference)
        event = conference.calendar_event_id.with_user(self.ada)
        event.write({"start": "2026-03-06 10:00:00", "stop": "2026-03-06 11:00:00"})
        self.assertEqual((str(conference.start), conference.duration), ("2026-03-06 10:00:00", 60))
        self.assertIn("Changed", self.mails(conference, self.anne)[-1].subject)
        self.assertFalse(self.env["mail.mail"].search([("model", "=", "calendar.event")]))
        with self.assertRaises(UserError), self.env.cr.savepoint():
            event.write({"start": "2026-03-01 10:00:00", "stop": "2026-03-01 11:00:00"})

    def test_deleted_in_calendar(self):
        """H10: by hand it is refused, as the guests would know nothing; a synchronisation is put back and told."""
        conference = self.organise()
        event = conference.calendar_event_id
        for deed in (
            lambda: event.with_user(self.ada).unlink(),
            lambda: event.with_user(self.ada).write({"active": False}),
            lambda: event.with_user(self.ada).write({"partner_ids": [(3, self.anne.id)]}),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                deed()
        event.with_context(dont_notify=True).write({"active": False})
        self.assertTrue(event.active)
        self.assertIn("removed from your calendar", self.inbox(self.ada).body)

    def test_synchronised_words_do_not_come_back(self):
        """H04: a synchronisation changes neither subject, text nor room."""
        conference = self.organise()
        event = conference.calendar_event_id
        event.with_context(dont_notify=True).write({"name": "Spam", "videocall_location": "https://evil.example.org/"})
        self.assertNotEqual(event.name, "Spam")
        self.assertNotIn("evil", event.videocall_location)

    def test_services_make_no_room_and_write_to_nobody(self):
        """H04: what goes to Google and Outlook has colleagues only as attendees, and no room of theirs."""
        event = self.organise().calendar_event_id
        self.assertEqual((event._wants_room("google"), event._wants_room("microsoft")), (False, False))
        people = {"attendees": [{"email": "anne@example.net"}, {"email": "ada@example.com"}]}
        self.assertEqual(event._quieten_google(people, False)["attendees"], [{"email": "ada@example.com"}])

    def test_private(self):
        """H09: the entry of a private conference is private: colleagues neither read its words nor find it by them."""
        conference = self.organise(is_private=True, subject="Dismissal")
        asked = [("id", "=", conference.calendar_event_id.id), ("name", "ilike", "dismissal")]
        found = [self.env["calendar.event"].with_user(user).search_count(asked) for user in (self.ada, self.bob)]
        self.assertEqual(found, [1, 0])
        self.assertEqual(conference.calendar_event_id.privacy, "private")
        self.assertIn("private video conference", self.anne.message_ids[0].body)
        self.assertNotIn(conference.subject, self.anne.message_ids[0].body)

    def test_room_of_a_provider(self):
        """H12: a room is made for the conference, follows its hour, and is given back; each enters by their name."""
        provider = self.env["videoconf.provider"].create(
            {"name": "Jitsi", "kind": "jitsi", "base_url": "https://meet.example.org"}
        )
        self.ada.write({"videoconf_provider_id": provider.id, "videoconf_link": False})
        self.assertTrue(self.window().has_room)
        conference = self.organise(subject="Dismissal", is_private=True)
        room = conference.videoconf_room_id
        self.assertEqual((room.state, room.start, room.stop), ("ready", conference.start, conference.stop))
        self.assertNotIn("Dismissal", room.title)
        self.assertIn(f"/booking/conference/{conference.id}/room", conference.calendar_event_id.videocall_location)
        guest = self.guest(conference, self.anne)
        self.assertTrue(guest._join().startswith("https://meet.example.org/"))
        conference.with_user(self.ada).start = "2026-03-05 14:00:00"
        self.assertEqual(room.start, conference.start)
        conference.with_user(self.ada).action_cancel()
        self.assertTrue(room.dropped)
        self.assertFalse(conference._get_room_address("Anne", False))
