from datetime import timedelta

from icalendar import Calendar
from lxml import etree
from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .message_common import MessageCase
from .public_common import PublicCase

MANAGER = "appointment_booking.group_booking_manager"
ADMIN = "appointment_booking.group_booking_admin"


class ParticipantCase(MessageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        people = cls.env["res.partner"].create(
            [
                {"name": "Anne Martin", "email": "anne@example.net"},
                {"name": "Paul Durand", "email": "paul@example.net"},
            ]
        )
        cls.anne, cls.paul = people
        cls.Appointment = cls.env["booking.appointment"]

    @classmethod
    def meet(cls, *partners, user=None, start="2026-03-03 14:00:00", **values):
        owner = partners[0] if partners else cls.anne
        return cls.Appointment.create(
            {
                "user_id": (user or cls.ada).id,
                "start": start,
                "partner_id": owner.id,
                "participant_ids": [Command.create({"partner_id": partner.id}) for partner in partners[1:]],
                **values,
            }
        )

    def row(self, appointment, partner):
        return appointment.participant_ids.filtered(lambda row: row.partner_id == partner)

    def states(self, appointment):
        return {a.partner_id: a.state for a in appointment.calendar_event_id.attendee_ids}


@tagged("post_install", "-at_install")
class TestDetails(ParticipantCase):
    """O01, O02: categories and what the form starts with."""

    def test_categories(self):
        """O01: the three are there, and an appointment takes that of its type, until it is given another."""
        names = self.env["booking.category"].search([]).mapped("name")
        self.assertEqual(names[:3], ["Client", "Internal", "Worker"])
        worker = self.env.ref("appointment_booking.category_worker")
        self.type.appointment_category_id = worker
        appointment = self.meet(type_id=self.type.id)
        self.assertEqual((appointment.category_id, appointment.category_color), (worker, worker.color))
        appointment.category_id = self.env.ref("appointment_booking.category_internal")
        appointment.start = "2026-03-03 15:00:00"
        self.assertEqual(appointment.category_id.name, "Internal")

    def test_calendar_colour(self):
        """O01: the agenda is coloured by the colour of the category, and so is the filter beside it."""
        arch = self.Appointment.get_view(view_type="calendar")["arch"]
        self.assertIn('color="category_color"', arch)
        self.assertEqual(
            self.Appointment.fields_get(["category_color"])["category_color"]["related"], "category_id.color"
        )

    def test_settings(self):
        """O02: category, subject, place, duration and reminders of the settings are taken when no type is chosen."""
        alarm = self.env["calendar.alarm"].search([("alarm_type", "=", "notification")], limit=1)
        internal = self.env.ref("appointment_booking.category_internal")
        self.env["res.config.settings"].create(
            {
                "booking_category_id": internal.id,
                "booking_duration": 45,
                "booking_place": "Room 1",
                "booking_subject": "Follow-up",
                "booking_alarm_ids": [Command.set(alarm.ids)],
            }
        ).execute()
        with Form(self.Appointment.with_user(self.ada)) as form:
            self.assertEqual((form.subject, form.place, form.category_id), ("Follow-up", "Room 1", internal))
            form.start = "2026-03-03 14:00:00"
            self.assertEqual(str(form.stop), "2026-03-03 14:45:00")
            form.partner_id = self.anne
        own = form.record
        self.assertEqual((own.alarm_ids, own.calendar_event_id.alarm_ids), (alarm, alarm))
        self.assertEqual(own.calendar_event_id.location, "Room 1")
        typed = self.meet(type_id=self.type.id, start="2026-03-04 14:00:00")
        self.assertFalse(typed.subject or typed.place or typed.alarm_ids)
        self.assertEqual(typed.category_id.name, "Client")
        offered = self.env["res.config.settings"].fields_get(["booking_alarm_ids"])["booking_alarm_ids"]["domain"]
        self.assertEqual(offered, "[('alarm_type', '=', 'notification')]")

    def test_type_chosen_later(self):
        """O02: what the settings put in leaves when a type is chosen; what was typed stays."""
        self.env.company.write({"booking_subject": "Follow-up", "booking_place": "Room 1"})
        with Form(self.Appointment.with_user(self.ada)) as form:
            form.partner_id = self.anne
            form.start = "2026-03-03 09:00:00"
            form.place = "At home"
            form.type_id = self.type
            form.agency_id = self.agency
            self.assertEqual((form.subject, form.place), (False, "At home"))


@tagged("post_install", "-at_install")
class TestParticipants(ParticipantCase):
    """O03, O04, O05: who takes part."""

    def test_from_contact(self):
        """O03, O04: from a contact, the contact is the owner, in the form and in the database, and counted."""
        self.anne.email = "anne@example.net"
        action = self.anne.with_user(self.ada).action_new_booking_appointment()
        with Form(self.Appointment.with_user(self.ada).with_context(**action["context"])) as form:
            form.start = "2026-03-03 14:00:00"
            form.subject = "Follow-up"
            form.place = "Café"
            form.notes = "<p>Bring the file</p>"
            self.assertEqual(form.participant_ids._records[0]["is_owner"], True)
            with form.participant_ids.new() as row:
                row.partner_id = self.paul
        appointment = form.record
        self.assertEqual(appointment.participant_ids.partner_id, self.anne | self.paul)
        self.assertEqual(appointment.participant_ids.filtered("is_owner").partner_id, self.anne)
        self.assertEqual(appointment.calendar_event_id.partner_ids, self.ada.partner_id | self.anne | self.paul)
        for partner in (self.anne, self.paul):
            seen = partner.with_user(self.ada)
            self.assertEqual((seen.booking_appointment_count, seen.booking_recent_ids), (1, appointment))
            self.assertFalse(partner.with_user(self.bob).booking_appointment_count)

    def test_counting(self):
        """O03: counting asks once, however many contacts there are."""
        company = self.env["res.partner"].create({"name": "Mill", "is_company": True})
        people = self.env["res.partner"].create([{"name": f"P{n}", "parent_id": company.id} for n in range(12)])
        self.meet(*people[:3])
        self.env.flush_all()
        counts = []
        for some in (people[:2], people | company):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.with_user(self.ada).mapped("booking_appointment_count")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)
        self.assertEqual(company.with_user(self.ada).booking_appointment_count, 1, "one appointment, three people")

    def test_owner(self):
        """O04: the owner stays until another is made owner; the star does it, and the former one may go then."""
        appointment = self.meet(self.anne, self.paul)
        mine = appointment.with_user(self.ada)
        with self.assertRaisesRegex(UserError, "Make another participant the owner first"):
            self.row(mine, self.anne).unlink()
        self.row(mine, self.paul).is_owner = True
        self.assertEqual((appointment.partner_id, appointment.booker_email), (self.paul, "paul@example.net"))
        self.assertEqual(len(appointment.participant_ids), 2)
        self.row(mine, self.anne).unlink()
        self.assertEqual(appointment.participant_ids.partner_id, self.paul)
        self.assertEqual(appointment.calendar_event_id.partner_ids, self.ada.partner_id | self.paul)

    def test_star_in_form(self):
        """O04: the star clicked in the form leaves one owner, and both are saved."""
        appointment = self.meet(self.anne, self.paul)
        with Form(appointment.with_user(self.ada)) as form:
            with form.participant_ids.edit(0) as row:
                row.is_owner = True
            self.assertEqual([line["is_owner"] for line in form.participant_ids._records], [True, False])
        self.assertEqual(appointment.partner_id, self.paul)
        self.assertEqual(len(appointment.participant_ids), 2)

    def test_other_contact(self):
        """O04: a contact that was picked by mistake is replaced, not kept as a participant."""
        appointment = self.meet(self.anne)
        appointment.partner_id = self.paul
        self.assertEqual(appointment.participant_ids.partner_id, self.paul)
        appointment.partner_id = False
        self.assertFalse(appointment.participant_ids)

    @mute_logger("odoo.sql_db")
    def test_once(self):
        """O04: nobody takes part twice; who adds themselves has accepted."""
        appointment = self.meet(self.anne)
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env["booking.participant"].create({"appointment_id": appointment.id, "partner_id": self.anne.id})
        manager = self.new_advisor("Manager", ADMIN)
        appointment.with_user(manager).action_add_me()
        appointment.with_user(manager).action_add_me()
        self.assertEqual(self.row(appointment, manager.partner_id).answer, "accepted")
        appointment.with_user(self.ada).action_add_me()
        self.assertNotIn(self.ada.partner_id, appointment.participant_ids.partner_id, "the advisor is there already")

    def test_booked_online(self):
        """O04: who books online is the owner and has accepted the hour; nobody else is there, nothing is sent twice."""
        appointment = self.book("2026-03-03 08:00")
        self.assertEqual(appointment.participant_ids.partner_id, appointment.partner_id)
        self.assertEqual(appointment.participant_ids.answer, "accepted")
        self.assertEqual(set(self.states(appointment).values()), {"accepted"})
        self.assertEqual(len(self.mail_to_booker(appointment)), 1)

    def test_my_appointments(self):
        """O05: a colleague who takes part finds it under "My appointments", reads it and changes nothing."""
        appointment = self.meet(self.anne, self.bob.partner_id, type_id=self.type.id)
        other = self.meet(self.paul, start="2026-03-04 14:00:00")
        mine = self.Appointment.with_user(self.bob).search([("is_mine", "=", True)])
        self.assertEqual(mine, appointment)
        self.assertTrue(mine.is_mine)
        self.assertEqual(mine.participant_ids.partner_id, self.anne | self.bob.partner_id)
        self.assertFalse(other.with_user(self.bob).has_access("read"))
        for change in (
            lambda: mine.write({"start": "2026-03-03 15:00:00"}),
            lambda: self.row(mine, self.anne).write({"answer": "declined"}),
            lambda: mine.action_add_me(),
            lambda: mine.action_ask_participants(),
        ):
            with self.assertRaises(AccessError):
                change()
        view = self.Appointment.with_user(self.bob).get_view(view_type="form")
        mine.web_read({name: {} for name in view["models"]["booking.appointment"]})
        self.assertEqual(mine.calendar_event_id.with_user(self.bob).name, appointment.display_name)

    def test_filters(self):
        """O05: the filters of the search find by participant, category, and by what is missing."""
        appointment = self.meet(self.anne, self.paul)
        found = self.Appointment.search
        self.assertIn(appointment, found([("participant_ids.partner_id", "ilike", "Durand")]))
        self.assertIn(appointment, found([("category_id", "ilike", "Client")]))
        self.assertIn(appointment, found([("participant_ids.answer", "=", "needsAction")]))
        self.assertNotIn(appointment, found([("is_mine", "=", True)]))
        self.assertIn(appointment, found([("is_mine", "=", False)]))


@tagged("post_install", "-at_install")
class TestAnswers(ParticipantCase, PublicCase):
    """O06, O07: what participants answer, and what is written to them."""

    def test_staff_and_calendar(self):
        """O06: an answer by staff is the calendar's, and one given in the calendar is the appointment's."""
        appointment = self.meet(self.anne, self.paul)
        self.assertEqual(self.states(appointment)[self.paul], "needsAction")
        self.row(appointment.with_user(self.ada), self.paul).answer = "tentative"
        self.assertEqual(self.states(appointment)[self.paul], "tentative")
        attendee = appointment.calendar_event_id.attendee_ids.filtered(lambda a: a.partner_id == self.paul)
        attendee.do_decline()
        self.assertEqual(self.row(appointment, self.paul).answer, "declined")
        attendee.write({"state": "needsAction"})
        self.assertEqual(self.row(appointment, self.paul).answer, "declined", "no answer takes none back")
        self.assertEqual(attendee.state, "declined")
        self.assertIn("Paul Durand declines", " ".join(appointment.message_ids.mapped("body")))

    def test_own_answer(self):
        """O06: a colleague answers for themselves, and nobody for another by that way."""
        appointment = self.meet(self.anne, self.bob.partner_id)
        appointment.with_user(self.bob).with_context(booking_answer="accepted").action_answer()
        self.assertEqual(self.row(appointment, self.bob.partner_id).answer, "accepted")
        self.assertEqual(self.row(appointment, self.anne).answer, "needsAction")
        appointment.with_user(self.bob).with_context(booking_answer="nonsense").action_answer()
        self.assertEqual(self.row(appointment, self.bob.partner_id).answer, "accepted")

    def test_note_of_an_answer(self):
        """O06, X05: colleagues read the note in their language, not in that of the participant's page."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.ada.lang = "fr_FR"
        appointment = self.meet(self.anne)
        self.row(appointment, self.anne).with_context(lang="en_US")._answer("tentative")
        self.assertIn("viendra peut-être", appointment.message_ids[0].body)

    def test_by_link(self):
        """O06, A53: the link shows and asks; only POST answers; it ends with the appointment."""
        start = fields.Datetime.now() + timedelta(days=2)
        appointment = self.meet(self.anne, self.paul, start=start, subject="Visit")
        row = self.row(appointment, self.paul)
        path = row._get_link().removeprefix(row.get_base_url())
        page = self.url_open(path)
        self.assertEqual(page.status_code, 200)
        self.assertIn("You are invited", page.text)
        self.assertNotIn("anne@example.net", page.text)
        self.assertEqual(self.url_open(f"{path}/answer?answer=accepted").status_code, 200)
        self.assertEqual(row.answer, "needsAction", "GET changes nothing")
        page = self.url_open(f"{path}/answer", data={"answer": "tentative"})
        self.assertIn("You said maybe", page.text)
        self.assertEqual(row.answer, "tentative")
        self.assertEqual(self.url_open(f"{path}/answer", data={"answer": "x"}).status_code, 400)
        self.assertEqual(self.url_open(path[:-3] + "abc").status_code, 404)
        self.assertIn(b"BEGIN:VEVENT", self.url_open(f"{path}/ics").content)
        appointment.action_cancel()
        self.assertEqual(self.url_open(f"{path}/ics").status_code, 410)
        self.assertEqual(self.url_open(f"{path}/answer", data={"answer": "accepted"}).status_code, 410)
        self.assertEqual(row.answer, "tentative")

    def mails(self, appointment, subject):
        mails = super().mails(appointment)
        return mails.filtered(lambda mail: (mail.subject or "").startswith(subject))

    def entry(self, mail):
        """Return the calendar entry that is attached to an e-mail, or nothing."""
        (event,) = Calendar.from_ical(mail.attachment_ids.raw).walk("VEVENT") if mail.attachment_ids else [None]
        return event

    def test_asked(self):
        """O06: who is asked gets one invitation with a link of their own and an entry for the calendar, then hears of a
        move and of the end.
        """
        appointment = self.meet(self.anne, self.paul, self.bob.partner_id, place="Room 1")
        appointment.with_user(self.ada).action_ask_participants()
        invitations = self.mails(appointment, "Invitation")
        self.assertEqual(invitations.recipient_ids, self.anne | self.paul | self.bob.partner_id)
        self.assertEqual(len(invitations), 3)
        self.assertTrue(all("/booking/participant/" in mail.body_html for mail in invitations))
        entries = {mail.recipient_ids: self.entry(mail) for mail in invitations}
        self.assertEqual(entries[self.anne]["LOCATION"], "Room 1")
        self.assertIn("mailto:anne@example.net", entries[self.anne]["ATTENDEE"].lower())
        self.assertFalse(entries[self.bob.partner_id], "colleagues have it in their calendar")
        self.row(appointment, self.paul).answer = "accepted"
        appointment.with_user(self.ada).write({"start": "2026-03-03 15:00:00", "stop": "2026-03-03 16:00:00"})
        self.assertEqual(set(appointment.participant_ids.mapped("answer")), {"needsAction"})
        self.assertEqual(len(self.mails(appointment, "Changed")), 3)
        self.row(appointment, self.paul).answer = "declined"
        appointment.with_user(self.ada).action_cancel()
        cancelled = self.mails(appointment, "Cancelled")
        self.assertEqual(cancelled.recipient_ids, self.anne | self.bob.partner_id)
        self.assertTrue(all("Room 1" in mail.body_html for mail in cancelled))
        self.assertEqual(self.entry(cancelled.filtered(lambda m: self.anne in m.recipient_ids))["STATUS"], "CANCELLED")

    def test_moved_by_staff(self):
        """O06: the booker of a type and who moves it need not answer again."""
        appointment = self.meet(self.anne, self.paul, type_id=self.type.id)
        self.row(appointment, self.paul).answer = "accepted"
        appointment.with_user(self.ada).start = "2026-03-03 09:00:00"
        self.assertEqual(self.row(appointment, self.anne).answer, "accepted")
        self.assertEqual(self.row(appointment, self.paul).answer, "needsAction")

    def test_composer(self):
        """O07: the window has all participants as recipients, also with each ready template."""
        appointment = self.meet(self.anne, self.paul, subject="Visit", place="Room 1")
        action = appointment.with_user(self.ada).action_email()
        composers = self.env["mail.compose.message"].with_user(self.ada).with_context(**action["context"])
        for name in ("details", "preparation"):
            composer = composers.create({})
            self.assertEqual(composer.partner_ids, self.anne | self.paul)
            composer.template_id = self.env.ref(f"appointment_booking.mail_template_participants_{name}")
            self.assertEqual(composer.partner_ids, self.anne | self.paul)
            self.assertIn("Visit", composer.subject)
            self.assertIn("Room 1", composer.body)
        own = self.env["mail.template"].create(
            {"name": "Mine", "model_id": self.env["ir.model"]._get_id("booking.appointment"), "body_html": "<p>Hi</p>"}
        )
        composer = composers.create({})
        composer.template_id = own
        self.assertEqual(composer.partner_ids, self.anne | self.paul)
        composer.action_send_mail()
        self.assertEqual(appointment.message_ids[0].partner_ids, self.anne | self.paul)
        offered = self.env["mail.template"].search(
            [("model", "=", "booking.appointment"), *action["context"]["booking_template_domain"]]
        )
        ready = [
            self.env.ref(f"appointment_booking.mail_template_participants_{n}") for n in ("details", "preparation")
        ]
        self.assertEqual(offered, own.union(*ready), "none with a link for one reader alone")

    def test_messages_without_a_type(self):
        """O07, A60: each message to the booker can be filled in where there is no type, and names the subject."""
        appointment = self.meet(self.anne, subject="Visit")
        templates = self.env["mail.template"].search(
            [("model", "=", "booking.appointment"), ("email_to", "like", "object.booker_email")]
        )
        self.assertGreaterEqual(len(templates), 8)
        for template in templates:
            with self.subTest(template.name):
                filled = template._generate_template(appointment.ids, ("subject", "body_html"))[appointment.id]
                self.assertIn("Visit", filled["subject"])
                self.assertNotIn("Anne", filled["subject"])

    def test_personal_data(self):
        """A73, O03: subject, place, notes and people from outside go; colleagues stay."""
        appointment = self.meet(
            self.anne, self.paul, self.bob.partner_id, subject="Divorce", place="Home", notes="<p>Secret</p>"
        )
        appointment.write({"state": "done", "start": "2026-03-01 08:00:00", "stop": "2026-03-01 09:00:00"})
        self.paul.from_booking = True
        appointment._forget_personal_data()
        self.assertFalse(appointment.subject or appointment.place or appointment.notes)
        self.assertEqual(appointment.participant_ids.partner_id, self.bob.partner_id)
        self.assertFalse(self.paul.active)
        self.assertEqual(appointment.category_id.name, "Client")

    def test_readers_are_offered_no_change(self):
        """O05, A01: who takes part reads and answers; what the rules would refuse is locked in the form."""
        appointment = self.meet(self.anne, self.bob.partner_id)
        with Form(appointment.with_user(self.bob)) as form, self.assertRaisesRegex(AssertionError, "readonly"):
            form.place = "Elsewhere"
        arch = etree.fromstring(self.Appointment.with_user(self.bob).get_view(view_type="form")["arch"])
        for name, offered in (("action_email", True), ("action_done", False), ("action_cancel", False)):
            shown = [node.get("invisible") for node in arch.iterfind(f".//button[@name='{name}']")]
            self.assertTrue(shown)
            self.assertEqual(not any("not can_change" in invisible for invisible in shown), offered, name)
        with Form(appointment.with_user(self.ada)) as form:
            form.place = "Elsewhere"
        self.assertEqual(appointment.place, "Elsewhere")

    def test_rights(self):
        """A01: manager of this team, of another, administrator, a user without the group, portal."""
        manager, stranger = (self.new_advisor(name, MANAGER) for name in ("Manager", "Stranger"))
        clerk = self.new_advisor("Clerk", "base.group_user")
        portal = new_test_user(self.env, login="p", groups="base.group_portal", partner_id=self.paul.id)
        team = {"manager_ids": [Command.set(manager.ids)], "member_ids": [Command.set(self.ada.ids)], "name": "Lyon"}
        self.env["booking.team"].create(team)
        appointment = self.meet(self.anne, self.paul)
        row = self.row(appointment, self.paul)
        for user, may in ((manager, True), (stranger, False), (clerk, False), (portal, False)):
            self.assertEqual(row.with_user(user).has_access("write"), may, user.name)
            self.assertEqual(appointment.with_user(user).has_access("read"), may, user.name)
        with self.assertRaises(UserError):
            row.with_user(manager).partner_id = self.bob.partner_id
