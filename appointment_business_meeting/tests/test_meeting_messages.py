from datetime import timedelta

from freezegun import freeze_time
from icalendar import Calendar

from odoo.tests import tagged

from .meeting_common import MeetingCase, utc


@tagged("post_install", "-at_install")
class TestMeetingMessages(MeetingCase):
    """I05, I15: who is told what about a meeting, once each."""

    def send(self):
        """Do what the scheduled action does, in this transaction; return how much was done."""
        messages = self.env["business.meeting.message"]
        total = 0
        while done := messages._claim_due() + messages._prepare_some() + messages._try_again():
            total += done
            self.env.invalidate_all()
        return total

    def mails(self, meeting, what):
        self.send()
        messages = meeting.message_log_ids.filtered(lambda message: message.what == what).sorted("recipient")
        return messages.mail_notification_id.mail_mail_id

    def entry(self, mail):
        (file,) = mail.attachment_ids
        calendar = Calendar.from_ical(file.raw)
        return calendar["method"], calendar.walk("VEVENT")[0]

    def test_confirmation(self):
        """I05: a confirmed meeting is told to the participant: date, hour, space, link to their agenda, entry."""
        meeting = self.confirm()
        to_participant, to_partner = self.mails(meeting, "accepted")
        self.assertEqual(to_participant.email_to, '"Anne Martin" <anne@example.org>')
        self.assertEqual(to_partner.email_to, '"Sales of Maison Verte" <sales@maison-verte.example.com>')
        body = to_participant.body_html
        for said in ("Maison Verte", "Tuesday, March 10, 2026", "9:00 AM – 9:30 AM".replace(" ", "\u202f", 1), "A1"):
            self.assertIn(said.replace("\u202f", " "), body.replace("\u202f", " "))
        self.assertIn(self.anne._get_meeting_url(), body)
        self.assertNotIn(self.anne._get_meeting_url(), to_partner.body_html, "the link is the participant's own")
        self.assertIn(f"/my/meetings/partner/{self.maison.id}", to_partner.body_html)
        method, entry = self.entry(to_participant)
        self.assertEqual((method, entry["sequence"]), ("REQUEST", 1))
        self.assertEqual(entry["dtstart"].dt.replace(tzinfo=None), utc("2026-03-10 08:00"))

    def test_entry_through_changes(self):
        """I05, I15: the entry of the calendar stays the same one: its number kept, its sequence up."""
        meeting = self.confirm()
        _method, first = self.entry(self.mails(meeting, "accepted")[0])
        meeting._move("partner", self.slots[2])
        method, moved = self.entry(self.mails(meeting, "changed")[0])
        self.assertEqual((method, moved["uid"], moved["sequence"]), ("REQUEST", first["uid"], 2))
        meeting._cancel("participant", "I am ill")
        cancelled = self.mails(meeting, "cancelled")
        method, off = self.entry(cancelled[1])
        self.assertEqual((method, off["uid"], off["sequence"]), ("CANCEL", first["uid"], 3))
        self.assertIn("I am ill", cancelled[1].body_html)

    def test_request_answer_and_expiry(self):
        """I05: a request, other slots and a refusal reach the other side alone; markup stays text."""
        meeting = self.request(message="<script>alert(1)</script>")
        (request,) = self.mails(meeting, "request")
        self.assertIn("anne@example.org", request.email_to)
        self.assertIn("&lt;script&gt;", request.body_html)
        meeting._counter_propose("participant", self.slots[1:3], message="Later")
        (proposed,) = self.mails(meeting, "proposed")
        self.assertIn("maison-verte", proposed.email_to)
        self.assertEqual(proposed.body_html.count("<li"), 2)
        meeting._refuse("partner", "Sold out")
        (refused,) = self.mails(meeting, "refused")
        self.assertIn("anne@example.org", refused.email_to)
        self.assertIn("Sold out", refused.body_html)
        other = self.request(registration=self.paul)
        self.mails(other, "request").write({"state": "sent"})
        with freeze_time(other.expires_at):
            self.Meeting._expire_due()
            (expired,) = self.mails(other, "expired")
            self.assertIn("maison-verte", expired.email_to)

    def test_whose_words(self):
        """I05: who cancelled is said to both, and whose words are quoted: nobody takes their own for the other's."""
        meeting = self.request(message="Hello")
        meeting._counter_propose("participant", self.slots[1:2], message="Rather later")
        meeting._accept("partner")
        bodies = {mail.email_to: mail.body_html for mail in self.mails(meeting, "accepted")}
        ((own, own_body),) = [item for item in bodies.items() if "anne@example.org" in item[0]]
        ((_theirs, body),) = [item for item in bodies.items() if item[0] != own]
        self.assertIn("You wrote:", own_body)
        self.assertIn("Anne Martin wrote:", body)
        for text in (own_body, body):
            self.assertIn("Rather later", text)
        meeting._cancel("participant", "I am ill")
        off = {("anne@example.org" in mail.email_to): mail.body_html for mail in self.mails(meeting, "cancelled")}
        self.assertIn("You cancelled this meeting:", off[True])
        self.assertIn("You wrote:", off[True])
        self.assertIn("Anne Martin cancelled this meeting:", off[False])
        self.assertIn("Anne Martin wrote:", off[False])

    def test_request_withdrawn(self):
        """I05: a request that is taken back is no meeting that is off."""
        meeting = self.request()
        meeting._cancel("partner")
        (mail,) = self.mails(meeting, "cancelled")
        self.assertIn("anne@example.org", mail.email_to)
        self.assertIn("Maison Verte has withdrawn the request", mail.body_html)
        self.assertNotIn("The meeting is off", mail.body_html)
        self.assertFalse(mail.attachment_ids)

    def test_switched_off(self):
        """I05: each kind of e-mail is on or off for an event."""
        kinds = ("request", "proposed", "accepted", "refused", "cancelled", "changed", "expired", "reminder")
        self.event.write({f"meeting_mail_{kind}": False for kind in kinds})
        meeting = self.confirm()
        meeting._move("partner", self.slots[1])
        meeting._cancel("partner")
        self.assertFalse(meeting.message_log_ids)
        self.event.meeting_mail_cancelled = True
        other = self.confirm(registration=self.paul)
        other._cancel("partner")
        self.assertEqual(set(other.message_log_ids.mapped("what")), {"cancelled"})

    def test_reminder_once_for_each_side(self):
        """I05, I15: a reminder goes once to each side; a moved meeting gets one for its new time."""
        meeting, late = self.confirm(), self.confirm(registration=self.paul, slot=self.slots[1])
        due = meeting.start - timedelta(hours=24)
        with freeze_time(due - timedelta(minutes=1)):
            self.assertFalse(self.mails(meeting, "reminder"))
        late._cancel("partner")
        with freeze_time(due + timedelta(minutes=5)):
            self.assertEqual(len(self.mails(meeting, "reminder")), 2)
            self.assertEqual(self.send(), 0)
            meeting._move("partner", self.slots[3])
            self.assertEqual(len(self.mails(meeting, "reminder")), 2)
        with freeze_time(due + timedelta(minutes=95)):
            self.send()
            reminders = meeting.message_log_ids.filtered(lambda message: message.what == "reminder")
            self.assertEqual(len(reminders), 4)
            self.assertEqual(len(set(reminders.mapped("due"))), 2)
            self.assertFalse(late.message_log_ids.filtered(lambda message: message.what == "reminder"))

    def test_overtaken_messages_are_not_sent(self):
        """I05: what is no longer so when it would leave is not sent, and the log says why."""
        meeting = self.confirm()
        mails = self.mails(meeting, "accepted")
        meeting._cancel("partner")
        mails._send()
        log = meeting.message_log_ids.filtered(lambda message: message.what == "accepted")
        self.assertEqual(set(log.mapped("state")), {"cancelled"})
        self.assertTrue(all(log.mapped("reason")))
        self.assertEqual(set(mails.mapped("state")), {"cancel"})

    def test_no_address(self):
        """I05: a participant without an e-mail is no obstacle; the log says that nobody could be written to."""
        silent = self.new_registration("Silent", email=False)
        meeting = self.confirm(registration=silent)
        self.send()
        log = meeting.message_log_ids.filtered(lambda m: m.recipient == "participant" and m.what == "accepted")
        self.assertEqual((log.state, bool(log.reason)), ("failed", True))

    def test_taken_out_by_hand(self):
        """I05: an e-mail that an administrator deletes from Odoo's queue, or cancels there, shows as not sent."""
        deleted, cancelled = self.confirm(), self.confirm(registration=self.paul, slot=self.slots[1])
        self.mails(deleted, "accepted").unlink()
        self.mails(cancelled, "accepted").cancel()
        for meeting in (deleted, cancelled):
            log = meeting.message_log_ids.filtered(lambda message: message.what == "accepted")
            self.assertEqual(log.mapped("state"), ["cancelled", "cancelled"])
            self.assertEqual(set(log.mapped("cause")), {"removed" if meeting == deleted else False})
        self.assertEqual(self.send(), 0, "nothing is sent again by itself")

    def test_reason_in_the_language_of_who_reads(self):
        """I05, X05: why something was not sent is told in the reader's language, not in that of the sweep."""
        self.env["res.lang"]._activate_lang("fr_FR")
        meeting = self.confirm()
        mails = self.mails(meeting, "accepted")
        meeting._cancel("partner")
        mails._send()
        log = meeting.message_log_ids.filtered(lambda message: message.what == "accepted")[0]
        self.assertEqual(log.reason, "It was no longer wanted: what it says has changed or is over.")
        self.assertEqual(
            log.with_context(lang="fr_FR").reason,
            "Il n’était plus souhaité\xa0: ce qu’il annonce a changé ou est passé.",
        )

    def test_queries_do_not_grow(self):
        """X03, I05: filling in the e-mails of two meetings takes the queries of one."""

        def count(slots):
            with self.env.cr.savepoint() as savepoint:
                for slot in slots:
                    self.confirm(registration=self.new_registration(f"Guest of {slot.id}"), slot=slot)
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.env["business.meeting.message"]._prepare_some()
                self.env.flush_all()
                queries = self.env.cr.sql_log_count - before
                savepoint.rollback()
                self.env.invalidate_all()
            return queries

        # The first times fill caches.
        one, two = (min(count(slots) for _run in range(3)) for slots in (self.slots[0], self.slots[:2]))
        self.assertLessEqual(two, one)

    def test_links_stay_out_of_the_chatter(self):
        """I05, X04: both sides read the chatter of a meeting: no message with a secret link is in it."""
        meeting = self.confirm()
        self.send()
        token = self.anne.meeting_token
        self.assertTrue(token)
        self.assertNotIn(token, " ".join(meeting.message_ids.mapped("body")))
