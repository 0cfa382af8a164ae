from icalendar import Calendar

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import BookingCase, utc


@tagged("post_install", "-at_install")
class TestConfirm(BookingCase):
    def test_planned_with_reference(self):
        """A34: the form turns the hold into a planned appointment with a reference."""
        appointment = self.book("2026-03-03 08:00")
        self.assertEqual(appointment.state, "planned")
        self.assertRegex(appointment.name, r"^APT\d{5}")
        self.assertEqual((appointment.start, appointment.stop), (utc("2026-03-03 08:00"), utc("2026-03-03 09:00")))
        self.assertEqual(appointment.booker_name, "Anne Martin")
        self.assertFalse(appointment.hold_until or appointment.visitor_key)

    def test_answers(self):
        """A40: what was said is kept with the question as it was asked."""
        hold = self.hold("2026-03-03 08:00")
        question = self.type.question_ids[0]
        hold._confirm(self.booker(), [{"question_id": question.id, "label": "Last name", "value_text": "Martin"}])
        question.unlink()
        self.assertEqual((hold.answer_ids.label, hold.answer_ids.display_value), ("Last name", "Martin"))

    def test_calendar_entry(self):
        """A28, A34: the appointment is in the advisor's calendar, with the booker, which sends no mail."""
        appointment = self.book("2026-03-03 08:00")
        event = appointment.calendar_event_id
        self.assertEqual((event.user_id, event.start, event.stop), (self.ada, appointment.start, appointment.stop))
        self.assertEqual(event.partner_ids, self.ada.partner_id | appointment.partner_id)
        self.assertEqual(set(event.attendee_ids.mapped("state")), {"accepted"})
        self.assertIn("Lyon", event.location)
        self.assertEqual((event.res_model, event.res_id), (appointment._name, appointment.id))
        self.assertFalse(appointment.activity_ids, "the appointment needs no activity beside itself")
        self.sweep()
        mails = self.env["mail.mail"].search([("create_date", ">=", "2026-03-02 08:00:00")])
        self.assertEqual(set(mails.mapped("model")), {"booking.appointment"})

    def test_calendar_entry_follows(self):
        """A28: moved, reassigned, cancelled and reopened appointments take their calendar entry along."""
        appointment = self.book("2026-03-03 08:00")
        event = appointment.calendar_event_id
        appointment.write({"start": "2026-03-03 09:00:00", "user_id": self.bob.id})
        self.assertEqual((event.start, event.stop), (utc("2026-03-03 09:00"), utc("2026-03-03 10:00")))
        self.assertEqual(event.user_id, self.bob)
        self.assertEqual(event.partner_ids, self.bob.partner_id | appointment.partner_id)
        self.assertEqual(appointment.ics_sequence, 1)
        appointment.action_cancel()
        self.assertFalse(event.active)
        appointment.action_reopen()
        self.assertTrue(event.active)
        self.assertEqual(appointment.calendar_event_id, event)

    def test_calendar_entry_is_changed_by_its_appointment_only(self):
        """A28, X01: nobody gives away or deletes the entry; moving it moves both; answering and notes stay free."""
        appointment = self.book("2026-03-03 08:00")
        event = appointment.calendar_event_id.with_user(self.ada)
        event.write({"start": "2026-03-03 09:00:00"})
        self.assertEqual((appointment.start, appointment.stop), (utc("2026-03-03 09:00"), utc("2026-03-03 10:00")))
        for values in ({"active": False}, {"user_id": self.bob.id}):
            with self.assertRaises(UserError):
                event.write(values)
        with self.assertRaises(UserError):
            event.unlink()
        event.notes = "<p>Bring the file</p>"
        event.attendee_ids.filtered(lambda attendee: attendee.partner_id == self.ada.partner_id).do_tentative()

    def test_video_room(self):
        """A03: a video appointment has a room; the rooms of Teams and Meet are left to the synchronisations."""
        self.type.channel = "video"
        appointment = self.book("2026-03-03 08:00")
        self.assertIn("/calendar/join_videocall/", appointment.meeting_url)
        self.assertFalse(appointment.calendar_event_id.location)
        for provider in ("teams", "google_meet"):
            self.type.video_provider = provider
            booker = self.booker(email=f"{provider}@example.com", phone=False)
            appointment = self.book("2026-03-04 08:00", visitor_key=provider, booker=booker)
            event = appointment.calendar_event_id
            self.assertFalse(event.videocall_location or event.location, "else the connectors would make no room")

    def test_confirmation_mail(self):
        """A31, A03: one e-mail waits in the queue, in the booker's language, with the calendar entry attached."""
        appointment = self.book("2026-03-03 08:00")
        mail = self.mail_to_booker(appointment)
        self.assertEqual((mail.state, mail.email_to), ("outgoing", '"Anne Martin" <anne.martin@example.com>'))
        self.assertIn("Mortgage advice", mail.subject)
        self.assertIn("1 rue de la Paix", mail.body_html)
        self.assertIn(appointment.access_token, mail.body_html)
        self.assertEqual(mail.attachment_ids.mapped("name"), ["appointment.ics"])

    def test_without_email(self):
        """A40: a form that asks for no e-mail books without one; nothing waits in the queue."""
        appointment = self.book("2026-03-03 08:00", booker=self.booker(email=False))
        self.assertEqual(appointment.state, "planned")
        self.assertFalse(self.mail_to_booker(appointment))

    def test_users_text_is_text(self):
        """X04: markup and line breaks typed by the booker stay text in the mail and the calendar."""
        name = 'Anne <script>alert(1)</script>\r\nX-Evil: yes "'
        appointment = self.book("2026-03-03 08:00", booker=self.booker(first_name=name))
        mail = self.mail_to_booker(appointment)
        self.assertNotIn("<script>", mail.body_html)
        self.assertNotIn("<script>", appointment.calendar_event_id.description)
        self.assertNotIn(b"\r\nX-Evil", appointment._get_ics("REQUEST"))

    def test_token(self):
        """X04: 256 unguessable bits, another for each appointment."""
        first, second = self.book("2026-03-03 08:00"), self.book("2026-03-03 09:00", visitor_key="b")
        tokens = {first._portal_ensure_token(), second._portal_ensure_token()}
        self.assertEqual(len(tokens), 2)
        self.assertTrue(all(len(token) == 43 for token in tokens))


@tagged("post_install", "-at_install")
class TestIcs(BookingCase):
    def entry(self, appointment, method="REQUEST"):
        calendar = Calendar.from_ical(appointment._get_ics(method))
        (event,) = calendar.walk("VEVENT")
        return calendar, event

    def test_request(self):
        """A34: the ICS says when, what and where, to whom and from whom."""
        appointment = self.book("2026-03-03 08:00")
        calendar, event = self.entry(appointment)
        self.assertEqual(calendar["METHOD"], "REQUEST")
        self.assertEqual(event.decoded("DTSTART").isoformat(), "2026-03-03T08:00:00+00:00")
        self.assertEqual(event.decoded("DTEND").isoformat(), "2026-03-03T09:00:00+00:00")
        self.assertEqual(event["SUMMARY"], "Mortgage advice")
        self.assertIn("69003 Lyon", event["LOCATION"])
        self.assertEqual(event["ORGANIZER"], "mailto:ada@example.com")
        self.assertEqual(event["ATTENDEE"], "mailto:anne.martin@example.com")
        self.assertIn(appointment.access_token, event["URL"])

    def test_same_entry_all_along(self):
        """A34: the identity stays, the sequence grows, a cancellation says so."""
        appointment = self.book("2026-03-03 08:00")
        _, first = self.entry(appointment)
        appointment.start = "2026-03-03 09:00:00"
        _, moved = self.entry(appointment)
        appointment.action_cancel()
        calendar, cancelled = self.entry(appointment, "CANCEL")
        self.assertEqual(first["UID"], moved["UID"])
        self.assertEqual(first["UID"], cancelled["UID"])
        self.assertEqual([entry["SEQUENCE"] for entry in (first, moved, cancelled)], [0, 1, 2])
        self.assertEqual((calendar["METHOD"], cancelled["STATUS"]), ("CANCEL", "CANCELLED"))


@tagged("post_install", "-at_install")
class TestWording(BookingCase):
    def test_by_locale_and_zone(self):
        """X05, X02: day and hour are told in the reader's language, on the booker's clock."""
        self.env["res.lang"]._activate_lang("en_US")
        self.env["res.lang"]._activate_lang("fr_FR")
        appointment = self.book("2026-03-03 08:00", tz="America/New_York")
        english, french = appointment.with_context(lang="en_US"), appointment.with_context(lang="fr_FR")
        self.assertEqual(english._format_day(), "Tuesday, March 3, 2026")
        self.assertEqual(french._format_day(), "mardi 3 mars 2026")
        self.assertEqual(french._format_hours(), "03:00 – 04:00")
        self.assertEqual(french._format_short(), "mar. 3 mars, 03:00")
        self.assertEqual(appointment._format_zone(), "America/New_York")
        appointment.tz = "Europe/Berlin"
        self.assertFalse(appointment._format_zone(), "Lyon's clock shows the same")


@tagged("post_install", "-at_install")
class TestContact(BookingCase):
    def contact(self, **values):
        return self.env["res.partner"].create(
            {"name": "Anne Martin", "email": "Anne.Martin@example.com", "phone": "06 12 34 56 78", **values}
        )

    def test_created_once(self):
        """A45: an unknown booker becomes a contact, found again the next time."""
        first = self.book("2026-03-03 08:00")
        again = self.book("2026-03-04 08:00", visitor_key="b")
        self.assertEqual((first.partner_match, again.partner_match), ("created", "email"))
        self.assertEqual(first.partner_id, again.partner_id)
        self.assertEqual(first.partner_id.name, "Anne Martin")

    def test_known_contact_is_not_overwritten(self):
        """A45: what a visitor types never changes a known contact; it stays on the appointment."""
        contact = self.contact(phone="+33 4 65 71 00 09", lang="en_US")
        appointment = self.book("2026-03-03 08:00", booker=self.booker(last_name="Durand"), lang="fr_FR")
        self.assertEqual(appointment.partner_id, contact)
        self.assertEqual((contact.name, contact.phone, contact.lang), ("Anne Martin", "+33 4 65 71 00 09", "en_US"))
        self.assertEqual((appointment.booker_name, appointment.booker_phone), ("Anne Durand", "+33612345678"))

    def test_by_phone_of_the_same_name(self):
        """A45: a phone number finds a contact of the same name, not another of the household."""
        self.env.company.country_id = self.env.ref("base.fr")
        contact = self.contact(email=False, country_id=self.env.ref("base.fr").id)
        appointment = self.book("2026-03-03 08:00")
        self.assertEqual((appointment.partner_id, appointment.partner_match), (contact, "phone"))
        other = self.book(
            "2026-03-04 08:00", visitor_key="b", booker=self.booker(first_name="Paul", email="paul@example.com")
        )
        self.assertEqual(other.partner_match, "created")

    def test_shared_email(self):
        """A45: of several contacts with one e-mail, the one of the same name; else none of them."""
        self.contact(name="Paul Martin")
        anne = self.contact(name="MARTIN Anne")
        self.assertEqual(self.book("2026-03-03 08:00").partner_id, anne)
        stranger = self.book("2026-03-04 08:00", visitor_key="b", booker=self.booker(first_name="Zoe", phone=False))
        self.assertEqual(stranger.partner_match, "created")

    def test_by_account(self):
        """A45: who is signed in books as themselves, whatever they type."""
        portal = self.env["res.users"].create(
            {
                "name": "Portal",
                "login": "portal-booker",
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        self.contact()
        hold = self.hold("2026-03-03 08:00")
        hold.with_user(portal).sudo()._confirm(self.booker(), [])
        self.assertEqual((hold.partner_id, hold.partner_match), (portal.partner_id, "account"))

    def test_other_company(self):
        """A45, X04: a contact of another company is not found."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.contact(company_id=other.id)
        self.assertEqual(self.book("2026-03-03 08:00").partner_match, "created")


@tagged("post_install", "-at_install")
class TestStates(BookingCase):
    def test_held_and_reopened(self):
        """C02: planned becomes held, and can be reopened; nothing else is marked as held."""
        appointment = self.book("2026-03-03 08:00")
        appointment.action_done()
        self.assertEqual(appointment.state, "done")
        with self.assertRaises(UserError):
            appointment.action_cancel()
        appointment.action_reopen()
        self.assertEqual(appointment.state, "planned")

    def test_cancelling_tells_the_booker(self):
        """C02: a cancelled appointment tells the booker, with the entry that removes it from their calendar."""
        appointment = self.book("2026-03-03 08:00")
        self.sweep()
        appointment.action_cancel()
        mail = self.mail_to_booker(appointment)[-1]
        self.assertIn("Cancelled", mail.subject)
        self.assertIn(b"METHOD:CANCEL", mail.attachment_ids.raw)

    def test_reopening_tells_the_booker(self):
        """C02: who was told that the appointment is off is told that it takes place after all."""
        appointment = self.book("2026-03-03 08:00")
        self.sweep()
        appointment.action_cancel()
        self.sweep()
        appointment.action_reopen()
        mails = self.mail_to_booker(appointment)
        self.assertEqual(len(mails), 3)
        self.assertNotIn("Cancelled", mails[-1].subject)
        self.assertIn(b"METHOD:REQUEST", mails[-1].attachment_ids.raw)

    def test_planned_is_not_deleted(self):
        """C02: an upcoming appointment is cancelled, not deleted behind the booker's back."""
        appointment = self.book("2026-03-03 08:00")
        with self.assertRaises(UserError):
            appointment.unlink()
        appointment.action_cancel()
        event = appointment.calendar_event_id
        appointment.unlink()
        self.assertFalse(event.exists())

    def test_reason_of_the_type(self):
        """A05: a reason of another type does not fit."""
        reason = self.env["booking.reason"].create({"type_id": self.new_type("Other", self.ada).id, "name": "Other"})
        with self.assertRaises(ValidationError):
            self.env["booking.appointment"].create(
                {"type_id": self.type.id, "reason_id": reason.id, "start": "2026-03-03 08:00:00"}
            )

    def test_entered_by_staff(self):
        """C02: an appointment entered by staff takes the contact's data and the type's duration."""
        partner = self.env["res.partner"].create({"name": "Zoe", "email": "zoe@example.com"})
        appointment = self.env["booking.appointment"].create(
            {
                "type_id": self.type.id,
                "user_id": self.bob.id,
                "partner_id": partner.id,
                "start": "2026-03-03 08:00:00",
            }
        )
        self.assertEqual(appointment.stop, utc("2026-03-03 09:00"))
        self.assertEqual((appointment.booker_name, appointment.booker_email), ("Zoe", "zoe@example.com"))
        self.assertEqual(appointment.calendar_event_id.partner_ids, self.bob.partner_id | partner)
