from freezegun import freeze_time
from lxml import html
from psycopg2 import errors

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext, mute_logger

from odoo.addons.appointment_booking.models.booking_appointment_guest import TooManyGuests

from .common import utc
from .guest_common import GuestCase

TEMPLATES = ("invited", "modified", "cancelled", "removed", "reminder")
ACTIONS = {"invited": "Answer the invitation", "modified": "Answer the invitation", "reminder": "Answer the invitation"}


@tagged("post_install", "-at_install")
class TestGuests(GuestCase):
    """A36: who is a guest, and what is told to guests."""

    def test_off_and_on(self):
        """A36, A60: a new type invites nobody; switching guests on switches their messages on, and makes lost ones."""
        other = self.new_type("Other", self.ada)
        self.assertFalse(other.allow_guests)
        self.assertEqual(other.guest_limit, 5)
        lines = other.with_context(active_test=False).notification_ids.filtered(lambda n: n.recipient == "guest")
        self.assertEqual(set(lines.mapped("event")), {"invited", "modified", "cancelled", "removed", "before"})
        self.assertEqual(set(lines.mapped("active")), {False})
        other.allow_guests = True
        self.assertEqual(set(lines.mapped("active")), {True})
        other.allow_guests = False
        self.assertEqual(set(lines.mapped("active")), {True}, "who is invited is still told")
        lines.unlink()
        other.allow_guests = True
        self.assertEqual(len(other.notification_ids.filtered(lambda n: n.recipient == "guest" and n.active)), 5)
        ready = self.new_type("Ready", self.ada, allow_guests=True)
        self.assertEqual(len(ready.notification_ids.filtered(lambda n: n.recipient == "guest" and n.active)), 5)

    def test_default_of_the_settings(self):
        """A36: the settings say whether new types invite guests, and their messages are on then."""
        settings = self.env["res.config.settings"].create({"default_allow_guests": True, "default_guest_limit": 2})
        settings.execute()
        new = self.new_type("New", self.ada)
        self.assertEqual((new.allow_guests, new.guest_limit), (True, 2))
        self.assertEqual(len(new.notification_ids.filtered(lambda n: n.recipient == "guest" and n.active)), 5)

    def test_existing_types(self):
        """A36: types of earlier versions get the lines for guests, once, on where guests are allowed."""
        every = self.env["booking.notification"].with_context(active_test=False)
        other = self.new_type("Other", self.ada)
        every.search([("recipient", "=", "guest"), ("type_id", "in", (self.type | other).ids)]).unlink()
        every._create_missing_guest_lines()
        every._create_missing_guest_lines()
        for booking_type, active in ((self.type, True), (other, False)):
            lines = every.search([("recipient", "=", "guest"), ("type_id", "=", booking_type.id)])
            self.assertEqual((len(lines), set(lines.mapped("active"))), (5, {active}))
        self.assertFalse(every.search([("recipient", "=", "guest"), ("type_id", "=", False)]))

    def test_invitation(self):
        """A36: each guest gets an e-mail of their own with an entry for the calendar, and no contact is made."""
        contacts = self.env["res.partner"].search_count([])
        paul, eve = self.invite("paul", "eve")
        self.assertEqual((paul.state, paul.name, paul.invited_by), ("invited", "Paul", "booker"))
        self.assertNotEqual(paul.access_token, eve.access_token)
        self.assertFalse(self.mails(self.appointment), "nothing is filled in while the booker waits")
        for guest, other in ((paul, eve), (eve, paul)):
            mail = self.mail_of(guest, "invited")
            self.assertIn(guest.email, mail.email_to)
            whole = f"{mail.email_to} {mail.email_cc} {mail.subject} {mail.body_html} {mail.headers}"
            for secret in (other.email, other.name, other.access_token, self.appointment.access_token, "0612345678"):
                self.assertNotIn(secret, whole, whole[max(0, whole.find(secret) - 200) : whole.find(secret) + 50])
            self.assertIn("Anne Martin", mail.body_html)
            self.assertEqual(self.link(mail), f"/booking/guest/{guest.access_token}")
            method, event = self.entry(mail)
            self.assertEqual((method, str(event["UID"])), ("REQUEST", self.appointment._get_ics_uid()))
            self.assertEqual(str(event["ATTENDEE"]), f"mailto:{guest.email}")
            self.assertEqual(event["ATTENDEE"].params["PARTSTAT"], "NEEDS-ACTION")
            self.assertEqual(str(event["ORGANIZER"]), "mailto:ada@example.com")
            self.assertNotIn(other.email.encode(), mail.attachment_ids.raw)
            self.assertNotIn(self.appointment.access_token.encode(), mail.attachment_ids.raw.replace(b"\r\n ", b""))
            self.assertEqual(self.headers(mail)["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertEqual(self.env["res.partner"].search_count([]), contacts)

    def test_no_attendee_of_the_calendar(self):
        """A36, A40: a guest is named in the text of the advisor's entry; Odoo, Google or Outlook write to nobody."""
        (paul,) = self.invite("paul")
        event = self.appointment.calendar_event_id
        self.assertEqual(event.partner_ids, self.ada.partner_id | self.appointment.partner_id)
        self.assertIn("Paul &lt;paul@example.org&gt;", event.description)
        self.assertFalse(self.env["mail.mail"].search([("model", "=", "calendar.event")]))
        self.assertEqual(self.appointment.ics_sequence, 0, "for the booker nothing has changed")
        paul._answer(False)
        self.assertNotIn("paul@example.org", event.description)

    def test_second_invitation_before_the_first_is_sent(self):
        """A36: who is invited a moment later gets an invitation, too, and nobody gets two."""
        (paul,) = self.invite("paul")
        (eve,) = self.invite("eve")
        self.sweep()
        self.assertEqual([self.told(paul), self.told(eve)], [["invited"], ["invited"]])

    def test_most(self):
        """A36: no more than the type allows; who was removed gives the place back."""
        self.type.guest_limit = 2
        self.invite("paul", "eve")
        with self.assertRaises(TooManyGuests):
            self.invite("max")
        self.appointment.guest_ids[0]._remove()
        self.invite("max")
        self.assertEqual(self.appointment.guest_count, 2)

    @mute_logger("odoo.sql_db")
    def test_once(self):
        """A36: PostgreSQL keeps an address once per appointment; elsewhere it may be a guest, too."""
        self.invite("paul")
        with self.assertRaises(errors.UniqueViolation), self.env.cr.savepoint():
            self.env["booking.guest"].create({"appointment_id": self.appointment.id, "email": "Paul@Example.org"})
        self.invite("paul", appointment=self._booked("2026-03-06 08:00:00"))

    def test_moved(self):
        """A36, A52: a guest is told of the new hour with an update of the same entry, and is asked anew."""
        paul, eve, max_ = self.invite("paul", "eve", "max")
        self.deliver()
        paul._answer(True)
        eve._answer(False)
        max_._block()
        self.appointment.start = "2026-03-05 09:00:00"
        self.assertEqual([guest.state for guest in (paul, eve, max_)], ["invited", "invited", "declined"])
        for guest in (paul, eve):
            mail = self.mail_of(guest, "modified")
            self.assertIn("instead of", mail.body_html)
            method, event = self.entry(mail)
            self.assertEqual((method, int(event["SEQUENCE"])), ("REQUEST", self.appointment.ics_sequence))
            self.assertEqual(str(event["UID"]), self.appointment._get_ics_uid())
            self.assertEqual(event.decoded("DTSTART").replace(tzinfo=None), utc("2026-03-05 09:00"))
        self.assertNotIn("modified", self.told(max_))

    def test_changed_but_not_moved(self):
        """A36: with another advisor at the same hour the answer still holds."""
        (paul,) = self.invite("paul")
        self.deliver()
        paul._answer(True)
        self.appointment.user_id = self.bob
        self.assertEqual(paul.state, "accepted")
        mail = self.mail_of(paul, "modified")
        self.assertEqual(self.entry(mail)[1]["ATTENDEE"].params["PARTSTAT"], "ACCEPTED")
        self.assertIn("See the appointment", mail.body_html)

    def test_moved_before_the_invitation_is_sent(self):
        """A36: the invitation that still waits tells the newest: there is no second e-mail."""
        (paul,) = self.invite("paul")
        self.appointment.start = "2026-03-05 09:00:00"
        self.sweep()
        self.assertEqual(self.told(paul), ["invited"])
        self.assertEqual(
            self.entry(self.mail_of(paul, "invited"))[1].decoded("DTSTART").replace(tzinfo=None),
            utc("2026-03-05 09:00"),
        )

    def test_cancelled(self):
        """A36: who is invited or comes is told, with the entry's end; who declined is left alone."""
        paul, eve = self.invite("paul", "eve")
        self.deliver()
        eve._answer(False)
        self.appointment.action_cancel()
        mail = self.mail_of(paul, "cancelled")
        method, event = self.entry(mail)
        self.assertEqual((method, str(event["STATUS"])), ("CANCEL", "CANCELLED"))
        self.assertEqual(int(event["SEQUENCE"]), self.appointment.ics_sequence)
        self.assertNotIn("cancelled", self.told(eve))

    def test_cancelled_before_the_invitation_is_sent(self):
        """A36: an invitation to what is off does not leave."""
        (paul,) = self.invite("paul")
        self.appointment.action_cancel()
        self.sweep()
        self.assertEqual(self.log(paul, "invited").state, "cancelled")

    def test_reopened(self):
        """A36: planned again, guests who had not declined are invited again: for their calendar a newer entry."""
        paul, eve = self.invite("paul", "eve")
        self.deliver()
        eve._answer(False)
        self.appointment.action_cancel()
        end = self.entry(self.mail_of(paul, "cancelled"))[1]
        self.deliver()
        with freeze_time("2026-03-02 09:00:00"):
            self.appointment.action_reopen()
            method, event = self.entry(self.mail_of(paul, "invited"))
        self.assertEqual(method, "REQUEST")
        self.assertGreater(int(event["SEQUENCE"]), int(end["SEQUENCE"]))
        self.assertEqual(self.told(eve), ["invited"])

    def test_removed_and_invited_again(self):
        """A36: a removed guest gets the entry's end; invited again, a newer beginning."""
        (paul,) = self.invite("paul")
        self.deliver()
        paul._remove()
        method, event = self.entry(self.mail_of(paul, "removed"))
        self.assertEqual((method, int(event["SEQUENCE"])), ("CANCEL", 1))
        self.deliver()
        with freeze_time("2026-03-02 09:00:00"):
            (again,) = self.invite("paul")
            self.assertEqual((again, again.state), (paul, "invited"))
            method, event = self.entry(self.mail_of(paul, "invited"))
        self.assertEqual((method, int(event["SEQUENCE"])), ("REQUEST", 2))
        self.appointment.action_cancel()
        self.assertGreaterEqual(int(self.entry(self.mail_of(paul, "cancelled"))[1]["SEQUENCE"]), 3)

    def test_removed_before_the_invitation_is_sent(self):
        """A36: who does not know yet hears nothing at all."""
        (paul,) = self.invite("paul")
        paul._remove()
        self.sweep()
        self.assertEqual(self.told(paul), [])
        self.assertFalse(self.mails(self.appointment).filtered(lambda mail: "paul" in (mail.email_to or "")))

    def test_removed_then_cancelled(self):
        """A36: the removal is still told when the appointment is cancelled at once, and the cancellation is not."""
        (paul,) = self.invite("paul")
        self.deliver()
        paul._remove()
        self.appointment.action_cancel()
        self.sweep()
        self.assertEqual(self.told(paul), ["invited", "removed"])

    def test_reminder(self):
        """A36, A62: a day before, who is invited or comes is reminded once; who declined or came later is not."""
        paul, eve, max_ = self.invite("paul", "eve", "max")
        self.deliver()
        eve._answer(False)
        max_._answer(True)
        with freeze_time("2026-03-04 08:05:00"):
            (late,) = self.invite("late")
            self.sweep()
            self.sweep()
        self.assertEqual([self.told(guest).count("before") for guest in (paul, eve, max_, late)], [1, 0, 1, 0])

    def test_no_guests_no_lines(self):
        """A36, A62: where nobody is invited, nothing is written down for guests, and nothing is looked for for ever."""
        self.sweep()
        with freeze_time("2026-03-04 09:00:00"):
            self.assertTrue(self.sweep())
            self.assertFalse(self.sweep())
        self.appointment.action_cancel()
        lines = self.appointment.message_log_ids.filtered(lambda m: m.notification_id.recipient == "guest")
        self.assertFalse(lines)

    def test_flood(self):
        """A36, A71: a guest hears of so many changes a day, over all appointments; the log says what was left out."""
        self.env["ir.config_parameter"].sudo().set_param("appointment_booking.limit_guest_changes", "2")
        other = self._booked("2026-03-06 08:00:00", user_id=self.bob.id)
        guests = self.invite("paul") | self.invite("paul", appointment=other)
        self.sweep()
        for minute, appointment in enumerate((self.appointment, other, self.appointment), 1):
            with freeze_time(f"2026-03-02 08:{minute:02}:00"):
                appointment.start = fields_add(appointment.start)
                self.sweep()
        lines = guests.message_log_ids.filtered(lambda message: message.event == "modified").sorted("id")
        self.assertEqual(lines.mapped("state"), ["queued", "queued", "cancelled"])
        self.assertEqual(lines[-1].cause, "often")
        with freeze_time("2026-03-03 09:00:00"):
            self.appointment.start = "2026-03-05 08:00:00"
            self.sweep()
        self.assertEqual(self.log(guests[0], "modified")[-1].state, "queued")

    def test_block(self):
        """A36: who wants no invitations is out of all appointments, by a hash of the mailbox, until they say else."""
        (paul,) = self.invite("paul")
        (elsewhere,) = self.invite("paul", appointment=self._booked("2026-03-06 08:00:00"))
        self.sweep()
        blocks = self.env["booking.guest.block"]
        paul._block()
        paul._block()
        self.assertEqual((paul.state, elsewhere.state), ("declined", "declined"))
        self.assertNotIn("paul", str(blocks.search([]).read()))
        self.assertEqual(
            blocks._find_blocked(["paul@example.org", "Paul+x@example.org", "eve@example.org"]),
            {"paul@example.org", "Paul+x@example.org"},
        )
        blocks._drop("paul@example.org")
        self.assertFalse(blocks._find_blocked(["paul@example.org"]))

    def test_forget(self):
        """A36, A73: a guest who is forgotten leaves no address, name or link; answers and numbers stay."""
        paul, eve = self.invite("paul", "eve")
        self.deliver()
        paul._answer(True)
        token = paul.access_token
        (paul | eve)._forget()
        self.env.invalidate_all()
        self.assertEqual((paul.email, paul.name, paul.state, paul.access_token), (False, False, "accepted", False))
        self.assertFalse(self.env["booking.guest"]._find_by_token(token))
        self.assertNotIn("example.org", str(paul.message_log_ids.read(["address", "recipient_name"])))
        self.assertNotIn("example.org", self.appointment.calendar_event_id.description)
        self.appointment.action_cancel()
        self.sweep()
        self.assertNotIn("cancelled", self.told(paul))


def fields_add(start):
    """Return the same hour a moment later: an appointment that is moved to and fro."""
    return start.replace(minute=(start.minute + 15) % 60)


@tagged("post_install", "-at_install")
class TestGuestMessages(GuestCase):
    """A36, A61: the e-mails to guests."""

    def render(self, name, appointment=None, **context):
        template = self.env.ref(f"appointment_booking.mail_template_guest_{name}").with_context(
            template_preview_lang="en_US", **context
        )
        appointment = appointment or self.appointment
        return template._generate_template(appointment.ids, ("subject", "body_html", "email_to"))[appointment.id]

    def test_each(self):
        """A36, A61: what, when, where, one button, why it came and how to be left alone; HTML and text agree."""
        self.type.reason_ids = [(0, 0, {"name": "First home", "instructions": "<p>Bring your payslips.</p>"})]
        self.appointment.reason_id = self.type.reason_ids
        self.invite("paul")
        for name in TEMPLATES:
            with self.subTest(name):
                mail = self.render(name)
                self.assertIn("Mortgage advice, Thu, Mar 5, 9:00", " ".join(mail["subject"].split()))
                self.assertEqual(mail["email_to"], "paul@example.org")
                page = html.fromstring(mail["body_html"])
                (heading,) = page.xpath("//h1")
                self.assertTrue(heading.text_content().strip())
                buttons = [a.text_content().strip() for a in page.xpath("//a[contains(@style, 'inline-block')]")]
                self.assertEqual(buttons, [ACTIONS[name]] if name in ACTIONS else [])
                seen = " ".join(page.text_content().split())
                text = " ".join(html2plaintext(mail["body_html"]).replace("*", "").split())
                for fact in ("Hello Paul,", "Mortgage advice", "Thursday, March 5, 2026", "Lyon", "69003 Lyon", "Ada"):
                    self.assertIn(fact, seen)
                    self.assertIn(fact, text)
                self.assertIn("Anne Martin gave us your address", seen)
                self.assertTrue(page.xpath("//a[contains(@href, '#no_more')]"))
                self.assertNotIn(self.appointment.access_token, mail["body_html"])
                self.assertNotIn("612345678", mail["body_html"])
                self.assertNotIn("anne.martin@example.com", mail["body_html"])
                if name in ACTIONS:
                    self.assertIn("Bring your payslips.", seen)

    def test_by_phone(self):
        """A36: by phone the guest reads so, and not the booker's number."""
        self.type.channel = "phone"
        self.appointment.channel = "phone"
        self.invite("paul")
        mail = self.render("invited")
        self.assertIn("By phone", mail["body_html"])
        self.assertIn("Europe/Paris", mail["body_html"], "nobody knows on whose clock a guest reads")
        self.assertNotIn("612345678", mail["body_html"])

    def test_by_video(self):
        """A36: by video who comes is reminded with the link."""
        video = self.new_type("Video", self.ada, channel="video", agency_ids=False, allow_guests=True)
        appointment = self._booked("2026-03-06 08:00:00", type_id=video.id, agency_id=False)
        (paul,) = self.invite("paul", appointment=appointment)
        paul._answer(True)
        page = html.fromstring(self.render("reminder", appointment)["body_html"])
        (button,) = page.xpath("//a[contains(@style, 'inline-block')]")
        self.assertEqual(button.get("href"), appointment.meeting_url)

    def test_no_words_of_the_booker(self):
        """A36, A71, X04: of what the booker typed only a cleaned name is told: no links, no numbers, no headers."""
        self.appointment.booker_name = "Win 1000 € at https://evil.example/x\r\nBcc: all@example.com evil.example"
        self.appointment.answer_ids = [(0, 0, {"label": "Project", "value_text": "Buy at spam.example"})]
        (paul,) = self.invite("paul")
        paul.name = "Paul www.spam.example"
        self.assertEqual(paul.name, "Paul")
        mail = self.mail_of(paul, "invited")
        whole = f"{mail.subject} {mail.body_html} {mail.email_to}".encode() + mail.attachment_ids.raw
        for word in (b"evil.example", b"1000", b"all@example.com", b"spam.example", b"Buy"):
            self.assertNotIn(word, whole)
        self.assertIn("Win at", mail.body_html)
        self.appointment.booker_name = "+33 6 12"
        self.assertIn("you are invited to this appointment", self.render("invited")["body_html"])

    def test_staff_invite(self):
        """A36: whom staff invite reads that they are invited, not by whom."""
        self.env["booking.guest"].with_user(self.ada).create(
            {"appointment_id": self.appointment.id, "email": "paul@example.org", "name": "Paul"}
        )
        body = self.render("invited")["body_html"]
        self.assertNotIn("Anne", body)
        self.assertIn("you are invited to this appointment", body)

    def test_language(self):
        """A36, X05: guests read the language of the appointment."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.appointment.lang = "fr_FR"
        (paul,) = self.invite("paul")
        self.assertIn("jeudi 5 mars 2026", self.mail_of(paul, "invited").body_html)

    def test_preview(self):
        """A61: Odoo's preview shows each template on a real appointment, with and without guests."""
        for guests in ((), ("paul",)):
            self.invite(*guests)
            for name in TEMPLATES:
                preview = self.env["mail.template.preview"].create(
                    {
                        "mail_template_id": self.env.ref(f"appointment_booking.mail_template_guest_{name}").id,
                        "resource_ref": f"booking.appointment,{self.appointment.id}",
                    }
                )
                self.assertFalse(preview.error_msg)
                self.assertIn("Mortgage advice", preview.body_html)

    def test_queries(self):
        """A36, X06: however many guests, preparing their e-mails asks the database no more often per appointment."""
        counts = []
        for number, day in ((1, "06"), (4, "09")):
            appointment = self._booked(f"2026-03-{day} 08:00:00")
            self.sweep()
            self.env["booking.guest"].search([])
            self.invite(*(f"guest{day}{index}" for index in range(number)), appointment=appointment)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.env["booking.message"]._claim_due()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_staff_read_who_comes(self):
        """A36: the advisor's e-mail of a change names the guests."""
        self.invite("paul")
        self.sweep()
        self.appointment.start = "2026-03-05 09:00:00"
        self.sweep()
        mail = self.mail(self.messages(self.appointment, "modified", recipient="user"))
        self.assertIn("paul@example.org", mail.body_html)


@tagged("post_install", "-at_install")
class TestGuestsOfStaff(GuestCase):
    """A36: what staff do with guests."""

    def form(self, user=None):
        return Form(self.appointment.with_user(user or self.ada))

    def test_add_in_the_form(self):
        """A36: staff add a guest; before they save they read who gets an invitation."""
        form = self.form()
        with form.guest_ids.new() as line:
            line.email = "Paul@Example.org"
            line.name = "Paul"
        form.save()
        (paul,) = self.appointment.guest_ids
        self.assertEqual((paul.email, paul.invited_by, paul.state), ("paul@example.org", "staff", "invited"))
        self.sweep()
        self.assertEqual(self.told(paul), ["invited"])

    def test_said_before(self):
        """A36: what will be sent, and to whom, is said before it is."""
        draft = self.env["booking.appointment"].new(origin=self.appointment)
        draft.guest_ids = [(0, 0, {"email": "paul@example.org"})]
        warning = draft._onchange_guest_ids()["warning"]
        self.assertIn("paul@example.org", warning["message"])
        self.invite("eve")
        draft = self.env["booking.appointment"].new(origin=self.appointment)
        draft.start = "2026-03-05 09:00:00"
        self.assertIn("eve@example.org", draft._onchange_told()["warning"]["message"])
        arch = self.env["booking.appointment"].get_view(view_type="form")["arch"]
        for button in html.fromstring(arch).xpath("//button[@name='action_remove' or @name='action_invite_again']"):
            self.assertIn("e-mail", button.get("confirm"))

    def test_remove_and_invite_again(self):
        """A36: the buttons of the list do what they say."""
        (paul,) = self.invite("paul")
        self.deliver()
        mine = paul.with_user(self.ada)
        mine.action_remove()
        self.assertEqual(paul.state, "removed")
        self.deliver()
        mine.action_invite_again()
        self.assertEqual((paul.state, paul.invited_by), ("invited", "staff"))
        self.sweep()
        self.assertEqual(self.told(paul), ["invited", "removed", "invited"])

    def test_refusals(self):
        """A36, X04: no bad address, no blocked one, nothing on what is over; what is sent cannot be rewritten."""
        guests = self.env["booking.guest"].with_user(self.ada)
        (eve,) = self.invite("eve")
        eve._block()
        eve._remove()
        for email in ("", "paul", "paul@example.org\nBcc: x@example.org y@example.org"):
            with self.subTest(email), self.assertRaises(UserError), self.env.cr.savepoint():
                guests.create({"appointment_id": self.appointment.id, "email": email})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            eve.with_user(self.ada).action_invite_again()
        other = self._booked("2026-03-06 08:00:00")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            guests.create({"appointment_id": other.id, "email": "eve@example.org"})
        paul = guests.create(
            {
                "appointment_id": self.appointment.id,
                "email": "paul@example.org",
                "state": "accepted",
                "invited_by": "booker",
                "access_token": "A" * 43,
            }
        )
        self.assertEqual((paul.state, paul.invited_by), ("invited", "staff"))
        self.assertNotEqual(paul.sudo().access_token, "A" * 43)
        for values in ({"email": "max@example.org"}, {"state": "accepted"}, {"appointment_id": other.id}):
            with self.subTest(values), self.assertRaises(UserError), self.env.cr.savepoint():
                paul.write(values)
        paul.write({"name": "Paul"})
        with self.assertRaises(AccessError):
            paul.with_user(self.bob).read(["email"])
        with self.assertRaises(AccessError):
            paul.read(["access_token"])
        self.appointment.action_cancel()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            guests.create({"appointment_id": self.appointment.id, "email": "max@example.org"})

    def test_search(self):
        """A36: an appointment is found by its guests."""
        self.invite("paul")
        found = self.env["booking.appointment"].search(
            ["|", ("guest_ids.email", "ilike", "paul@"), ("guest_ids.name", "ilike", "paul@")]
        )
        self.assertEqual(found, self.appointment)
        arch = html.fromstring(self.env["booking.appointment"].get_view(view_type="search")["arch"])
        self.assertTrue(arch.xpath("//field[@name='guest_ids']"))

    def test_copy(self):
        """A36: a copy of an appointment invites nobody."""
        self.invite("paul")
        copy = self.appointment.copy({"start": "2026-03-06 08:00:00", "stop": "2026-03-06 09:00:00"})
        self.assertFalse(copy.guest_ids)
        self.assertEqual(self.appointment.guest_ids.mapped("email"), ["paul@example.org"])
