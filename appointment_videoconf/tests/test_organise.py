from contextlib import contextmanager

from lxml import html

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .videoconf_common import VideoconfCase


@tagged("post_install", "-at_install")
class TestOrganise(VideoconfCase):
    """H01 to H04, H11: from the camera to the invitations."""

    def test_camera_only_when_enabled(self):
        """H01, H02: the client is told to show the camera to who enabled it, in their own preferences."""
        self.bob.with_user(self.bob).videoconf_enabled = True
        self.assertTrue(self.bob.with_user(self.bob).videoconf_enabled)
        view = self.env["res.users"].with_user(self.bob).get_view(self.env.ref("base.view_users_form_simple_modif").id)
        self.assertIn("videoconf_enabled", view["arch"])

    def test_three_entries_suffice(self):
        """H03: guest, hour and agenda; everything else is filled in, and can be changed."""
        with Form(self.env["videoconf.organise"].with_user(self.ada)) as form:
            self.assertEqual(form.template_id.name, "Video conference invitation")
            self.assertEqual((form.sender_id, form.user_id), (self.ada, self.ada))
            self.assertIn("Ada", form.subject)
            self.assertEqual((form.duration, str(form.start)), (30, "2026-03-02 10:00:00"))
            self.assertEqual((form.remind, form.notify_open), (True, False))
            form.guest_ids.add(self.anne)
            form.start = "2026-03-04 14:00:00"
            form.agenda = "<p>The offer</p>"
        action = form.record.action_organise()
        conference = self.Conference.browse(action["res_id"])
        self.assertEqual((conference.state, str(conference.stop)), ("planned", "2026-03-04 14:30:00"))

    def test_counting_history_asks_once(self):
        """X03, H09: the number on a contact costs the same for two contacts and for ten."""
        people = self.env["res.partner"].create([{"name": f"P{n}", "email": f"p{n}@example.net"} for n in range(12)])
        conference = self.organise(people[:3])
        self.env.flush_all()
        counts = []
        for page in (people[:1], people[:2], people[2:12]):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            page.with_user(self.ada).mapped("videoconf_count")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1])
        self.assertEqual(conference.guest_count, 3)

    def test_organising_costs_the_same(self):
        """X03, H04: organising and moving need as many queries for twelve guests as for three, sending few more."""
        people = self.env["res.partner"].create([{"name": f"P{n}", "email": f"p{n}@example.net"} for n in range(15)])
        counts = []
        for n, group in enumerate((people[:1], people[:3], people[3:])):
            counts.append([])
            with self.counted(counts[-1]):
                conference = self.organise(group, start=f"2026-03-1{n} 14:00:00")
            with self.counted(counts[-1]):
                self.send()
            self.leave(conference)
            with self.counted(counts[-1]):
                conference.with_user(self.ada).start = f"2026-03-2{n} 15:00:00"
        _first, few, many = counts
        self.assertLessEqual(many[0], few[0], "organising")
        self.assertLessEqual(many[2], few[2], "moving")
        # Each guest has a calendar file of their own, which Odoo stores one by one.
        self.assertLessEqual(many[1], few[1] + 2 * 9, "sending")

    @contextmanager
    def counted(self, counts):
        """Append to ``counts`` how many queries are done."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        yield
        self.env.flush_all()
        counts.append(self.env.cr.sql_log_count - before)

    def test_all_is_created(self):
        """H04: the conference, the calendar entry, the waiting task, an invitation and a note for each guest."""
        conference = self.organise()
        event = conference.calendar_event_id
        self.assertEqual((event.start, event.stop, event.user_id), (conference.start, conference.stop, self.ada))
        self.assertEqual(event.partner_ids, self.ada.partner_id | self.anne | self.paul)
        self.assertEqual(
            {attendee.partner_id: attendee.state for attendee in event.attendee_ids},
            {self.ada.partner_id: "accepted", self.anne: "needsAction", self.paul: "needsAction"},
        )
        task = conference.task_id
        self.assertEqual((task.state, task.user_id, task.deadline), ("waiting", self.ada, conference.start))
        self.assertEqual(task.activity_ids.user_id, self.ada)
        self.assertEqual(task.contact_ids, self.anne | self.paul)
        self.assertFalse(
            self.env["mail.mail"].search([("model", "=", "calendar.event")]), "Odoo writes to nobody twice"
        )
        for partner in (self.anne, self.paul):
            (mail,) = self.mails(conference, partner)
            self.assertEqual(mail.state, "outgoing", "it leaves by Odoo's queue, after the transaction")
            note = partner.message_ids.filtered(lambda message: "Join the video conference" in message.body)
            self.assertIn(f"/booking/conference/{conference.id}/room", note.body)
            self.assertIn(f"/odoo/videoconf.conference/{conference.id}", note.body)

    def test_invitation(self):
        """H04: date, hour in the guest's zone, duration, agenda, guests, the guest's own link and a calendar file."""
        conference = self.organise(subject="The <b>offer</b>")
        (mail,) = self.mails(conference, self.anne)
        guest = self.guest(conference, self.anne)
        self.assertEqual(mail.subject.replace("\u202f", " "), "Invitation: The <b>offer</b>, Wed, Mar 4, 9:00 AM")
        seen = " ".join(html.fromstring(mail.body_html).text_content().split())
        for fact in ("Wednesday, March 4, 2026", "9:00", "New York time (UTC−5)", "30 min", "The offer", "Ada"):
            self.assertIn(fact, seen)
        self.assertIn("Paul Durand", seen)
        self.assertNotIn("paul@example.net", mail.body_html)
        self.assertIn("&lt;b&gt;offer&lt;/b&gt;", mail.body_html)
        self.assertIn(guest._get_link(), mail.body_html)
        self.assertNotIn(self.guest(conference, self.paul).access_token, mail.body_html)
        self.assertNotIn("meet.example.com", mail.body_html)
        self.assertNotIn("<img", mail.body_html)
        (file,) = mail.attachment_ids
        text = file.raw.decode().replace("\r\n ", "")
        for line in ("METHOD:REQUEST", f"UID:conference-{conference.id}@", "SEQUENCE:0", "PARTSTAT=NEEDS-ACTION"):
            self.assertIn(line, text)
        self.assertIn("anne@example.net", text)
        self.assertNotIn("paul@example.net", text)
        self.assertIn("One-Click", mail.headers)

    def test_list_of_guests_only_if_shown(self):
        """H04: no guest reads of another unless the organiser shows the list."""
        conference = self.organise(show_guests=False)
        (mail,) = self.mails(conference, self.anne)
        self.assertNotIn("Paul", mail.body_html)

    def test_everything_or_nothing(self):
        """H04: who cannot be invited stops all of it, and nothing is left behind."""
        before = [self.env[model].search_count([]) for model in ("videoconf.conference", "calendar.event")]
        nobody = self.env["res.partner"].create({"name": "Mute"})
        for wrong in (
            {"partners": self.anne | nobody},
            {"partners": self.env["res.partner"]},
            {"start": "2026-03-02 07:00:00"},
            {"duration": 0},
        ):
            with self.subTest(wrong=wrong), self.assertRaises(UserError), self.env.cr.savepoint():
                self.organise(**wrong)
        self.env.invalidate_all()
        after = [self.env[model].search_count([]) for model in ("videoconf.conference", "calendar.event")]
        self.assertEqual(before, after)

    def test_new_address_becomes_a_contact(self):
        """H03: an address that nobody has becomes a contact on the fly; a known one is found again."""
        partners = self.env["res.partner"].with_context(videoconf_guest=True)
        new_id, _name = partners.name_create("Eve Noir <eve@example.org>")
        self.assertEqual(partners.browse(new_id).email, "eve@example.org")
        self.assertEqual(partners.name_create("EVE@example.org")[0], new_id)
        self.assertEqual(partners.name_create("anne@example.net")[0], self.anne.id)
        with self.assertRaisesRegex(UserError, "Enter the e-mail address"):
            partners.name_create("Eve")

    def test_new_address_needs_no_other_right(self):
        """H03: who may create no contacts otherwise invites a new address all the same; people from outside do not."""
        clerk = new_test_user(self.env, login="clerk", groups="base.group_user")
        visitor = new_test_user(self.env, login="visitor", groups="base.group_portal")
        partners = self.env["res.partner"].with_context(videoconf_guest=True, default_comment="More")
        new_id, _name = partners.with_user(clerk).name_create("Zoe Blanc <zoe@example.org>")
        made = partners.browse(new_id)
        self.assertEqual((made.name, made.email, made.comment), ("Zoe Blanc", "zoe@example.org", False))
        for user, context in ((visitor, True), (clerk, False)):
            with self.subTest(user.login), self.assertRaises(AccessError), self.env.cr.savepoint():
                partners.with_user(user).with_context(videoconf_guest=context).name_create("Max <max@example.org>")
        for window in ("videoconf.organise", "videoconf.invite"):
            arch = html.fromstring(self.env[window].with_user(clerk).get_view()["arch"])
            self.assertEqual(arch.xpath("//field[@name='guest_ids']/@can_create"), ["True"])

    def test_blocked_guest(self):
        """H04: who wants no invitations is not written to."""
        self.env["booking.guest.block"]._add("anne@example.net")
        with self.assertRaisesRegex(UserError, "asked not to be invited"):
            self.organise()

    def test_sender(self):
        """H03: an assistant organises for a colleague in their own name; nobody writes in somebody else's."""
        conference = self.organise(user=self.bob, user_id=self.ada.id)
        self.assertEqual((conference.user_id, conference.sender_id), (self.ada, self.bob))
        self.assertEqual(conference.calendar_event_id.user_id, self.ada)
        self.assertIn("bob@example.com", self.mails(conference, self.anne).email_from)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.organise(user=self.bob, sender_id=self.ada.id)

    def test_template_of_ones_own(self):
        """H03: the template can be edited and chosen; one of another model is refused."""
        template = self.env.ref("appointment_videoconf.mail_template_invited").copy(
            {"subject": "Come: {{ object.conference_id.subject }}"}
        )
        conference = self.organise(template_id=template.id, subject="The offer")
        self.assertEqual(self.mails(conference, self.anne).subject, "Come: The offer")
        foreign = self.env.ref("appointment_booking.mail_template_confirmation")
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.organise(template_id=foreign.id)

    def test_template_that_cannot_be_filled_in(self):
        """H04: a broken template fails with its reason, is shown, and can be sent again when it is mended."""
        template = self.env.ref("appointment_videoconf.mail_template_invited").copy(
            {"subject": "{{ object.conference_id.nothing_like_this }}"}
        )
        conference = self.organise(self.anne, template_id=template.id)
        with mute_logger("odoo.addons.appointment_videoconf.models.videoconf_message_send", "odoo.addons.mail"):
            self.assertFalse(self.mails(conference))
        message = conference.message_log_ids
        self.assertEqual(message.state, "failed")
        self.assertIn("nothing_like_this", message.reason)
        template.subject = "Come"
        message.with_user(self.ada).action_send_again()
        self.assertEqual(self.mails(conference).subject, "Come")

    def test_guests_choose_the_hour(self):
        """H11: a link to an appointment type of the organiser, or to any booking page, in place of the hour."""
        conference = self.organise(mode="choice", booking_type_id=self.type.id)
        self.assertFalse(conference.start or conference.calendar_event_id)
        self.assertEqual(conference.task_id.state, "waiting")
        (mail,) = self.mails(conference, self.anne)
        self.assertIn("When does it suit you?", mail.body_html)
        self.assertFalse(mail.attachment_ids)
        self.assertTrue(conference._get_choice_url().endswith("/booking/mortgage-advice"))
        other = self.organise(mode="choice", booking_url="https://calendly.example.com/ada")
        self.assertEqual(other._get_choice_url(), "https://calendly.example.com/ada")
        for wrong in ({}, {"booking_url": "javascript:alert(1)"}):
            with self.subTest(wrong=wrong), self.assertRaises(UserError), self.env.cr.savepoint():
                self.organise(mode="choice", **wrong)

    def test_more_guests_later(self):
        """H04: others are invited later; one who is removed hears of it, and can be invited again."""
        conference = self.organise(self.anne)
        self.send()
        wizard = self.env["videoconf.invite"].with_user(self.ada)
        wizard.create({"conference_id": conference.id, "guest_ids": [Command.set(self.paul.ids)]}).action_invite()
        self.assertEqual(len(self.mails(conference, self.paul)), 1)
        self.leave(conference)
        self.assertIn(self.paul, conference.calendar_event_id.partner_ids)
        self.guest(conference, self.paul).with_user(self.ada).action_remove()
        self.assertNotIn(self.paul, conference.calendar_event_id.partner_ids)
        mails = self.mails(conference, self.paul)
        self.assertIn("METHOD:CANCEL", mails[-1].attachment_ids.raw.decode())
        self.assertEqual(len(self.mails(conference, self.anne)), 1)
        self.assertEqual(conference.guest_count, 1)
