from freezegun import freeze_time
from lxml import html

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .videoconf_common import VideoconfCase


@tagged("post_install", "-at_install")
class TestConference(VideoconfCase):
    """H09, H10: moved, cancelled, done, and what follows."""

    def test_move(self):
        """H10: guests get the change with a calendar file; entry and task follow; they are asked again."""
        conference = self.organise()
        self.leave(conference)
        self.guest(conference, self.anne)._answer("accepted")
        with freeze_time("2026-03-02 08:05:00"):
            conference.with_user(self.ada).start = "2026-03-05 15:00:00"
            mail = self.mails(conference, self.anne)[-1]
        self.assertIn("Changed:", mail.subject)
        self.assertIn("instead of", mail.body_html)
        text = mail.attachment_ids.raw.decode().replace("\r\n ", "")
        for line in ("METHOD:REQUEST", "SEQUENCE:1", "DTSTART:20260305T150000Z", f"UID:conference-{conference.id}@"):
            self.assertIn(line, text)
        self.assertEqual(conference.calendar_event_id.start, conference.start)
        self.assertEqual(conference.calendar_event_id.stop, conference.stop)
        self.assertEqual(conference.task_id.deadline, conference.start)
        self.assertEqual(str(conference.task_id.activity_ids.date_deadline), "2026-03-05")
        self.assertEqual(self.guest(conference, self.anne).answer, "needsAction")
        self.assertFalse(self.env["mail.mail"].search([("model", "=", "calendar.event")]))

    def test_moved_before_the_invitation_left(self):
        """H10: an invitation that still waits is written anew with the new hour; no change follows it."""
        conference = self.organise(self.anne)
        former = self.mails(conference)
        with freeze_time("2026-03-02 08:05:00"):
            conference.with_user(self.ada).start = "2026-03-05 15:00:00"
            self.assertEqual(former.state, "cancel")
            mail = self.mails(conference) - former
        self.assertEqual((len(mail), mail.state, mail.subject.split(":")[0]), (1, "outgoing", "Invitation"))
        self.assertIn("Thursday, March 5, 2026", mail.body_html)
        self.assertNotIn("instead of", mail.body_html)
        self.assertIn("DTSTART:20260305T150000Z", mail.attachment_ids.raw.decode())
        self.assertEqual(conference.message_log_ids.mapped("what"), ["invited"])
        conference.with_user(self.ada).subject = "The other offer"
        self.assertIn("The other offer", self.mails(conference)[-1].subject)
        self.assertEqual(self.mails(conference).mapped("state"), ["cancel", "cancel", "outgoing"])

    def test_moved_twice_before_the_change_left(self):
        """H10: of two moves in a row guests hear the last one, beside the hour that they know."""
        conference = self.organise(self.anne)
        self.leave(conference)
        told = self.mails(conference)
        for now, start in (
            ("2026-03-02 08:05:00", "2026-03-05 15:00:00"),
            ("2026-03-02 08:06:00", "2026-03-06 15:00:00"),
        ):
            with freeze_time(now):
                conference.with_user(self.ada).start = start
                mails = self.mails(conference) - told
        self.assertEqual(mails.mapped("state"), ["cancel", "outgoing"])
        words = " ".join(html.fromstring(mails[-1].body_html).text_content().split())
        self.assertIn("Friday, March 6, 2026", words)
        self.assertIn("instead of Wed, Mar 4", words)
        self.assertEqual(sorted(conference.message_log_ids.mapped("what")), ["changed", "invited"])

    def test_cancel(self):
        """H10: guests who know of it get the cancellation; entry and task follow."""
        conference = self.organise()
        self.leave(conference)
        event = conference.calendar_event_id
        conference.with_user(self.ada).action_cancel()
        mail = self.mails(conference, self.anne)[-1]
        self.assertIn("Cancelled:", mail.subject)
        self.assertIn("METHOD:CANCEL", mail.attachment_ids.raw.decode())
        self.assertFalse(event.active)
        self.assertEqual((conference.task_id.state, conference.state), ("cancelled", "cancelled"))
        self.assertFalse(conference.task_id.activity_ids)
        with self.assertRaises(UserError):
            conference.with_user(self.ada).action_cancel()

    def test_cancelled_before_it_was_told(self):
        """H10: who was not written to yet gets neither invitation nor cancellation."""
        conference = self.organise()
        conference.with_user(self.ada).action_cancel()
        self.assertFalse(self.mails(conference))

    def test_nothing_moves_into_the_past(self):
        """H10: neither a move into the past nor one of what is over."""
        conference = self.organise().with_user(self.ada)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            conference.start = "2026-03-01 10:00:00"
        with self.assertRaises(UserError), self.env.cr.savepoint():
            conference.action_done()
        for name, value in (("state", "done"), ("user_id", self.bob.id), ("mode", "choice")):
            with self.subTest(name), self.assertRaises(UserError), self.env.cr.savepoint():
                conference.write({name: value})

    def test_afterwards(self):
        """H09: done, minutes, documents, another conference, another task; the contact shows the history."""
        conference = self.organise().with_user(self.ada)
        with freeze_time("2026-03-04 14:40:00"):
            task = conference.task_id
            with Form(task) as form:
                form.minutes = "<p>They agreed</p>"
            task.action_done()
            self.assertEqual((conference.state, task.state), ("done", "done"))
            self.assertIn("They agreed", conference.minutes)
            file = self.env["ir.attachment"].with_user(self.ada).create({"name": "slides.pdf", "raw": b"%PDF-1.4"})
            conference.document_ids = file
            self.assertEqual((file.res_model, file.res_id), ("videoconf.conference", conference.id))
            action = conference.action_next_conference()
            with Form(self.env["videoconf.organise"].with_user(self.ada).with_context(**action["context"])) as form:
                self.assertEqual(form.guest_ids[:], self.anne | self.paul)
                form.start = "2026-03-11 14:00:00"
            following = self.Conference.browse(form.record.action_organise()["res_id"])
            self.assertEqual(following.former_id, conference)
            action = conference.action_next_task()
            with Form(self.env["videoconf.task"].with_user(self.ada).with_context(**action["context"])) as form:
                form.name = "Send the offer"
            self.assertEqual((form.record.state, form.record.conference_id), ("waiting", conference))
            self.assertEqual(form.record.activity_ids.user_id, self.ada)
        contact = self.anne.with_user(self.ada)
        self.assertEqual(contact.videoconf_count, 2)
        found = self.Conference.with_user(self.ada).search(contact.action_view_videoconfs()["domain"])
        self.assertEqual(found, conference | following)

    def test_activity_done(self):
        """H09: whoever ends the activity in Odoo's list has done the task, once the conference has begun."""
        conference = self.organise()
        with freeze_time("2026-03-04 14:40:00"):
            conference.task_id.activity_ids.with_user(self.ada).action_done()
        self.assertEqual((conference.task_id.state, conference.state), ("done", "done"))

    def test_task_waits_for_the_conference(self):
        """H09: a task is not cancelled beside its conference, nor reopened after it; others are."""
        conference = self.organise().with_user(self.ada)
        with self.assertRaises(UserError):
            conference.task_id.action_cancel()
        other = self.env["videoconf.task"].with_user(self.ada).create({"name": "Send the offer"})
        other.action_cancel()
        other.action_reopen()
        self.assertEqual((other.state, len(other.activity_ids)), ("waiting", 1))

    def test_settings(self):
        """H03: the usual duration, and when the room opens, are set once."""
        self.env["res.config.settings"].create({"videoconf_duration": 45, "videoconf_open_before": 5}).execute()
        self.assertEqual(self.env["videoconf.organise"].with_user(self.ada).new().duration, 45)
        conference = self.organise(self.anne)
        self.assertEqual(str(conference.guest_ids._get_opening()), "2026-03-04 13:55:00")

    def test_deleted(self):
        """X07: entry, task and activity go with a conference; one that guests wait for is not deleted."""
        conference = self.organise()
        event, task, activity = conference.calendar_event_id, conference.task_id, conference.task_id.activity_ids
        with self.assertRaises(UserError), self.env.cr.savepoint():
            conference.unlink()
        conference.action_cancel()
        conference.unlink()
        self.assertFalse(event.exists() or task.exists() or activity.exists())
