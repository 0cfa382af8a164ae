from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .videoconf_common import VideoconfCase


@tagged("post_install", "-at_install")
class TestConferenceMessages(VideoconfCase):
    """H05, H06, H07: by the clock, exactly once; opens and clicks."""

    def whats(self, conference):
        return sorted(conference.message_log_ids.mapped("what"))

    def test_reminders_once(self):
        """H05: the day before and the hour before, to each guest once, however often the sweep runs."""
        conference = self.organise()
        self.send()
        for now, expected in (
            ("2026-03-03 13:59:00", 2),
            ("2026-03-03 14:00:00", 4),
            ("2026-03-03 14:10:00", 4),
            ("2026-03-04 13:00:30", 6),
        ):
            with self.subTest(now), freeze_time(now):
                self.assertEqual(len(self.mails(conference)), expected)
                self.assertFalse(self.send())
        subjects = self.mails(conference, self.paul).mapped("subject")
        self.assertEqual([subject.split(":")[0] for subject in subjects], ["Invitation", "Reminder", "Within the hour"])

    def test_no_reminders(self):
        """H05: none where they are off, for who declined, for an hour that had passed at the time of planning."""
        silent = self.organise(remind=False)
        late = self.organise(start="2026-03-02 20:00:00")
        declined = self.organise()
        self.send()
        self.guest(declined, self.paul)._answer("declined")
        with freeze_time("2026-03-03 15:00:00"):
            self.send()
        self.assertEqual(self.whats(silent), ["invited", "invited"])
        self.assertEqual(self.whats(late), ["invited", "invited"])
        self.assertEqual(self.whats(declined), ["day", "invited", "invited"])

    def test_moved_has_its_reminder_anew(self):
        """H05, H10: after a move the reminder comes for the new time; one that waits for the old time is dropped."""
        conference = self.organise(self.anne)
        with freeze_time("2026-03-03 14:00:00"):
            self.send()
            conference.start = "2026-03-06 14:00:00"
            self.assertEqual(
                conference.message_log_ids.filtered(lambda m: m.what == "day").state, "cancelled", "not yet left"
            )
        with freeze_time("2026-03-05 14:00:00"):
            self.send()
        days = conference.message_log_ids.filtered(lambda m: m.what == "day")
        self.assertEqual(
            days.mapped("due"), [conference.start - timedelta(days=1), conference.former_start - timedelta(days=1)]
        )

    def test_unique_in_the_database(self):
        """H05: the database knows each message once."""
        conference = self.organise(self.anne)
        row = (conference, conference.guest_ids, "day", conference.start - timedelta(days=1))
        messages = self.env["videoconf.message"]
        self.assertEqual([messages._claim([row]), messages._claim([row])], [1, 0])

    def test_sweep_needs_a_fixed_number_of_queries(self):
        """X03: finding what is due costs the same for one conference and for ten."""

        def count():
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.env["videoconf.message"]._claim_due()
            return self.env.cr.sql_log_count - before

        self.organise(self.anne)
        with freeze_time("2026-03-03 14:00:00"):
            one = count()
        for _n in range(9):
            self.organise()
        with freeze_time("2026-03-03 14:00:10"):
            self.assertLessEqual(count(), one)

    def test_alert(self):
        """H07: five minutes before, among the organiser's notifications, with the link; once."""
        conference = self.organise()
        with freeze_time("2026-03-04 13:54:00"):
            self.send()
            self.assertFalse(self.inbox(self.ada))
        with freeze_time("2026-03-04 13:55:10"):
            self.send()
            self.send()
        (message,) = self.inbox(self.ada)
        self.assertIn(f"/booking/conference/{conference.id}/room", message.body)
        self.assertIn("begins at 3:00", message.body.replace("\u202f", " "))
        self.assertFalse(self.env["mail.mail"].search([("email_to", "like", "ada@example.com")]))

    def test_organiser_is_told_in_their_language(self):
        """H06, H07, X05: whoever presses or whatever runs, the organiser reads their own language."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.ada.lang = "fr_FR"
        conference = self.organise(self.anne)
        with freeze_time("2026-03-04 13:55:10"):
            self.send()
            conference.guest_ids.with_context(lang="en_US")._join()
        bodies = " ".join(self.inbox(self.ada).mapped("body"))
        self.assertIn("Rejoindre la visioconférence", bodies)
        self.assertIn("a cliqué sur", bodies)

    def test_mail_server_down(self):
        """H05: what a mail server did not take is tried again, as the same e-mail, until it is too late."""
        conference = self.organise(self.anne)
        (mail,) = self.mails(conference)
        message = conference.message_log_ids
        mail.write({"state": "exception"})
        message.mail_notification_id.write({"notification_status": "exception", "failure_type": "mail_smtp"})
        self.send()
        self.assertEqual(message.state, "queued")
        with freeze_time("2026-03-02 08:10:00"):
            self.send()
        self.assertEqual((mail.state, message.tries), ("outgoing", 1))
        self.assertEqual(self.mails(conference), mail)

    def test_taken_out_by_hand(self):
        """H05: an e-mail that an administrator deletes from Odoo's queue, or cancels there, shows as not sent."""
        conference = self.organise()
        mails = self.mails(conference)
        mails[0].unlink()
        mails[1].cancel()
        self.assertEqual(conference.message_log_ids.mapped("state"), ["cancelled", "cancelled"])
        self.assertIn("It was taken out of the queue by hand.", conference.message_log_ids.mapped("reason"))
        self.assertFalse(self.send(), "nothing is sent again by itself")

    def test_template_deleted(self):
        """H05: a conference whose template was deleted fails alone, with its reason; the others are written to."""
        conference, other = self.organise(self.anne), self.organise(self.paul, start="2026-03-05 14:00:00")
        other.template_id = self.env["mail.template"].create(
            {"name": "Own", "model_id": self.env["ir.model"]._get_id("videoconf.guest"), "subject": "Own words"}
        )
        self.env.ref("appointment_videoconf.mail_template_invited").unlink()
        self.send()
        self.assertEqual(conference.message_log_ids.mapped("state"), ["failed"])
        self.assertEqual(conference.message_log_ids.reason, "There is no template for it any more.")
        self.assertEqual(self.mails(other).subject, "Own words")

    def test_who_was_not_reached_knows_nothing(self):
        """H05, H10: who could not be written to is not told later of what has become of it."""
        lost = self.env["res.partner"].create({"name": "Lost", "email": "lost@example.com, other@example.com"})
        conference = self.organise(self.anne | lost)
        self.send()
        log = conference.message_log_ids.filtered(lambda message: message.guest_id.partner_id == lost)
        self.assertEqual((log.state, log.cause, log.prepared_at), ("failed", "bad_email", False))
        self.leave(conference)
        lost.email = "lost@example.com"
        conference.action_cancel()
        self.assertEqual(conference._get_guests_who_know().partner_id, self.anne)
        told = conference.message_log_ids.filtered(lambda message: message.what == "cancelled")
        self.assertEqual(told.guest_id.partner_id, self.anne)

    def count_queries(self, number, deed):
        """Return how many queries a deed takes on the conference of so many guests."""
        names = [f"Guest {n}" for n in range(number)]
        guests = self.env["res.partner"].create([{"name": name, "email": f"{name[6:]}@example.com"} for name in names])
        conference = self.organise(guests)
        if deed == "edit":
            self.send()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        if deed == "edit":
            conference.subject = "Something else"
        else:
            self.env["videoconf.message"]._prepare_some()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow(self):
        """X03, H05: filling in invitations, and taking them back after a change, costs the same for many guests."""
        for deed in ("fill in", "edit"):
            few, many = (min(self.count_queries(number, deed) for _run in range(3)) for number in (5, 20))
            self.assertLessEqual(many, few, deed)

    def test_click(self):
        """H06: the organiser hears once per guest, and not where they do not want to."""
        conference, silent = self.organise(), self.organise(notify_click=False)
        with freeze_time("2026-03-04 13:50:00"):
            for guest in (*conference.guest_ids, *silent.guest_ids):
                self.assertEqual(guest._join(), "https://meet.example.com/ada")
                guest._join()
        self.assertEqual(len(self.inbox(self.ada)), 2)
        self.assertEqual(self.inbox(self.ada).mapped("res_id"), [conference.id, conference.id])

    def test_proof_of_consent(self):
        """H06: when, how and to which words; nothing of it is ever changed; staff note what they were told."""
        wizard = self.env["videoconf.consent.note"].with_user(self.env.ref("base.user_admin"))
        note = wizard.create({"partner_id": self.anne.id, "agrees": True, "details": "By phone"})
        note.action_note()
        (consent,) = self.anne.videoconf_consent_ids
        self.assertEqual(
            (consent.how, consent.details, str(consent.given_on)), ("staff", "By phone", "2026-03-02 08:00:00")
        )
        self.assertIn("invisible picture", consent.wording)
        self.assertEqual(consent.user_id, wizard.env.user)
        self.assertTrue(self.anne.videoconf_open_consent)
        with self.assertRaises(UserError):
            consent.agrees = False
        note.agrees = False
        note.action_note()
        self.assertEqual((len(self.anne.videoconf_consent_ids), self.anne.videoconf_open_consent), (2, False))
