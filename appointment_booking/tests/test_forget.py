import os
import re

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .message_common import MessageCase
from .public_common import PublicCase

MANAGER = "appointment_booking.group_booking_manager"
ADMIN = "appointment_booking.group_booking_admin"
# Words that nothing else in a database contains.
PERSON = {
    "first_name": "Zebulon",
    "last_name": "Quartzberg",
    "email": "zebulon.quartzberg@example.net",
    "phone": "+33698765432",
}
STORY = "My grandmother's violet submarine needs a new periscope"
FILE = b"The blueprint of the violet submarine"
TRACES = re.compile(r"zebulon|quartzberg|98765432|98 ?76 ?54 ?32|violet|submarine|periscope", re.I)
MANY = 30_000


class ForgetCase(MessageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=False))
        cls.type = cls.type.with_env(cls.env)

    def question(self, name, **values):
        return self.env["booking.question"].create({"type_id": self.type.id, "name": name, **values})

    def book_person(self, start="2026-03-03 08:00", visitor_key="z", **booker):
        """Book as the person of this test would, with a long personal answer and one that tells nothing."""
        asked = {name: self.question(name, kind="long_text", personal=name == "Story") for name in ("Story", "Colour")}
        typed = {asked["Story"].id: STORY, asked["Colour"].id: "green"}
        roles = {question.id: PERSON[question.role] for question in self.type.question_ids if question.role}
        questions = self.type.question_ids
        person, answers, errors = questions._read_answers({**roles, **typed}, self.env.ref("base.fr"))
        self.assertFalse(errors)
        hold = self.hold(start, visitor_key)
        hold.with_user(self.env.ref("base.public_user")).sudo()._confirm({**person, **booker}, answers)
        return hold

    def over(self, appointment, at="2026-03-04 10:00:00"):
        """Let the appointment be held, and time pass."""
        with freeze_time(at):
            appointment.action_done()
            self.flush_tracking()

    def flush_tracking(self):
        """Write what is tracked, as the end of a transaction does."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.flush_all()


@tagged("post_install", "-at_install")
class TestNothingIsLeft(ForgetCase, PublicCase):
    """A73: after the removal no table says who it was."""

    def traces(self):
        """Return ``{table: number of rows}`` of everything in the database that tells of the person."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'r' AND n.nspname = 'public'
            """
        )
        found = {}
        for (table,) in self.env.cr.fetchall():
            # A row as text is all its columns; bytes are in it as hexadecimal digits.
            self.env.cr.execute(
                f"SELECT count(*) FROM {table} r WHERE r::text ~* %s OR r::text LIKE %s",
                [TRACES.pattern, f"%{FILE.hex()}%"],
            )
            if number := self.env.cr.fetchone()[0]:
                found[table] = number
        return found

    def fill(self, appointment):
        """Leave traces of the person wherever somebody who works with an appointment does."""
        attachments = self.env["ir.attachment"]
        for number, record in enumerate((appointment, appointment.answer_ids[0], appointment.calendar_event_id)):
            attachments.create(
                {
                    "name": f"violet-{number}.txt",
                    "raw": FILE + bytes([48 + number]),
                    "res_model": record._name,
                    "res_id": record.id,
                }
            )
        of_field = attachments.create(
            {
                "name": "value_file",
                "raw": FILE + b"field",
                "res_model": "booking.answer",
                "res_field": "value_file",
                "res_id": appointment.answer_ids[0].id,
            }
        )
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        attachments.create({"name": "d.txt", "raw": FILE, "res_model": "booking.appointment", "res_id": appointment.id})
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "file")
        staff = appointment.with_user(self.ada)
        staff.message_post(body=f"{PERSON['first_name']} called: {STORY}", subtype_xmlid="mail.mt_note")
        staff.message_post(
            body="Please bring the plans of the submarine",
            subject="For Mr Quartzberg",
            partner_ids=appointment.partner_id.ids,
            subtype_xmlid="mail.mt_comment",
            attachments=[("plan.txt", FILE)],
        )
        staff.activity_schedule("mail.mail_activity_data_todo", note=STORY, summary="Call Zebulon")
        staff.activity_schedule("mail.mail_activity_data_todo", summary="Call Zebulon again").action_feedback("Violet")
        appointment.partner_id.message_post(body=f"Said: {STORY}")
        appointment.calendar_event_id.with_user(self.ada).message_post(body="Zebulon will come by submarine")
        self.env["mail.scheduled.message"].with_user(self.ada).create(
            {
                "model": appointment._name,
                "res_id": appointment.id,
                "author_id": self.ada.partner_id.id,
                "body": STORY,
                "scheduled_date": "2027-01-01",
            }
        )
        self.env["sms.sms"].create(
            {
                "number": PERSON["phone"],
                "body": STORY,
                "mail_message_id": appointment.message_ids[0].id,
            }
        )
        appointment.calendar_event_id._set_discuss_videocall_location()
        appointment.calendar_event_id._create_videocall_channel()
        appointment._rate(4, f"Very kind about my submarine, {PERSON['first_name']}")
        self.env["booking.waiting"].create(
            {
                "name": "Zebulon Quartzberg",
                "email": PERSON["email"],
                "phone": PERSON["phone"],
                "type_id": self.type.id,
                "state": "booked",
            }
        )
        staff.minutes = f"<p>{PERSON['first_name']} told about the periscope</p>"
        appointment.write({"cancel_reason": "The periscope is broken", "postcode": "69003"})
        self.env.flush_all()
        return of_field

    def test_nothing_is_left(self):
        """A73: no answer, file, message, log line, tracked change, calendar text or contact says who it was."""
        known = self.traces()
        self.type.write({"consent_mode": "note", "consent_text": "<p>We keep your answers.</p>"})
        self.notification("booked", channel="sms")
        appointment = self.book_person()
        appointment._note_consent(None)
        partner = appointment.partner_id
        self.assertTrue(partner.from_booking)
        self.env["booking.guest"].create(
            {"appointment_id": appointment.id, "name": "Violet", "email": "violet.quartzberg@example.net"}
        )
        self.sweep()
        with freeze_time("2026-03-03 09:30:00"):
            appointment.with_user(self.ada).write({"cancel_reason": "Zebulon is ill"})
            self.flush_tracking()
        self.over(appointment)
        path = self.fill(appointment)
        store = path._full_path(path.store_fname)
        self.assertTrue(os.path.exists(store))
        link = f"/booking/appointment/{appointment.access_token}/rating"
        before = self.traces()
        for table in (
            "booking_appointment",
            "booking_answer",
            "booking_guest",
            "booking_message",
            "booking_minutes",
            "booking_waiting",
            "calendar_event",
            "ir_attachment",
            "mail_activity",
            "mail_mail",
            "mail_message",
            "mail_scheduled_message",
            "mail_tracking_value",
            "rating_rating",
            "res_partner",
            "sms_sms",
        ):
            self.assertGreater(before.get(table, 0), known.get(table, 0), f"the test leaves no trace in {table}")
        with freeze_time("2026-03-10 08:00:00"):
            appointment._forget_personal_data()
            self.assertEqual(self.traces(), known)
        self.env.invalidate_all()
        self.assertEqual(path._gc_file_store_unsafe(), None)
        self.assertFalse(os.path.exists(store))
        self.assertEqual((partner.name, partner.active, partner.email), ("Anonymous", False, False))
        # What stays
        self.assertRegex(appointment.name, r"\w")
        self.assertEqual(appointment.start, fields.Datetime.to_datetime("2026-03-03 08:00:00"))
        self.assertIn("We keep your answers", appointment.consent_text)
        self.assertEqual(appointment.consent_at, fields.Datetime.now())
        self.assertEqual(appointment.rating_ids.rating, 4)
        values = {answer.label: answer.display_value for answer in appointment.answer_ids}
        self.assertEqual((values["Story"], values["Colour"]), ("Removed", "green"))
        history = appointment.message_ids.sudo().tracking_value_ids.field_id.mapped("name")
        self.assertIn("state", history)
        self.assertEqual(appointment.calendar_event_id.name, "Mortgage advice")
        self.assertEqual(appointment.calendar_event_id.partner_ids, self.ada.partner_id)
        self.assertEqual(appointment.display_name, "Mortgage advice")
        # The links that were sent
        self.page(link, 404)
        self.page(link.removesuffix("/rating"), 404)

    def test_statistics_stay(self):
        """A73, C05: every figure of the statistics is the same before and after."""
        first = self.book_person()
        second = self.book_person("2026-03-04 09:00", "y")
        second.action_cancel()
        third = self.book_person("2026-03-05 09:00", "x")
        self.over(first)
        self.over(third, "2026-03-05 11:00:00")
        third.attendance = "absent"
        first._rate(5, "Zebulon was here")
        with freeze_time("2026-03-06 10:00:00"):
            first._rate(4, "Zebulon was here again")
        self.env.flush_all()
        rated_on = first.rating_ids.rated_on
        before = self.figures()
        with freeze_time("2027-05-01 10:00:00"):
            (first | second | third)._forget_personal_data()
            self.env.flush_all()
            self.assertEqual(self.figures(), before)
        self.assertEqual(first.rating_ids.rated_on, rated_on)
        self.assertFalse(first.rating_ids.feedback)

    def figures(self):
        self.env.invalidate_all()
        appointments, domain = self.env["booking.appointment"], [("type_id", "=", self.type.id)]
        groups = ("type_id", "reason_id", "agency_id", "user_id", "state", "attendance", "channel", "cancelled_by")
        groups += ("start:month", "start:hour_number", "create_date:day", "company_id", "lang", "move_count")
        measures = ["__count", "rating_last_value:avg", "move_count:sum"]
        found = {group: appointments._read_group(domain, [group], measures) for group in groups}
        found["satisfaction"] = self.env["rating.rating"]._read_group(
            [("booking_appointment_id.type_id", "=", self.type.id)], ["rated_on:day", "booking_user_id"], ["rating:sum"]
        )
        self.env.cr.execute(
            "SELECT sum(start - create_date), count(*), sum(stop - start) FROM booking_appointment WHERE type_id = %s",
            [self.type.id],
        )
        found["lead time"] = self.env.cr.fetchall()
        found["sent"] = self.env["booking.message"]._read_group(
            [("appointment_id.type_id", "=", self.type.id)], ["event", "channel"], ["__count"]
        )
        return found


@tagged("post_install", "-at_install")
class TestForget(ForgetCase):
    """A73: what is removed, what stays, and when."""

    def test_upcoming_is_refused(self):
        """A73: an appointment that lies ahead is cancelled before its data go."""
        appointment = self.book_person()
        with self.assertRaises(UserError):
            appointment._forget_personal_data()
        appointment.action_cancel()
        appointment._forget_personal_data()
        self.assertFalse(appointment.booker_name)
        self.assertTrue(appointment.forgotten_at)

    def test_nothing_is_sent_after(self):
        """A73: what waits for the booker is not sent; what colleagues are told names nobody."""
        appointment = self.book_person()
        self.sweep()
        appointment.action_cancel()
        appointment._forget_personal_data()
        self.assertFalse(self.mails(appointment))
        self.sweep()
        log = appointment.message_log_ids
        self.assertFalse(log.filtered(lambda m: m.recipient == "booker" and m.state == "queued"))
        self.assertFalse(log.filtered("recipient_name") - log.filtered("user_id"))
        left = self.mails(appointment)
        self.assertEqual(left.mapped("email_to"), ['"Ada" <ada@example.com>'])
        self.assertNotRegex(left.body_html + left.subject, TRACES)
        self.type.ask_satisfaction = True
        self.assertEqual(appointment._find_rating_obstacle(), "forgotten")

    def test_known_contact_stays(self):
        """A73: a contact that was there before, or that anything else uses, keeps its data; only the link goes."""
        known = self.env["res.partner"].create({"name": "Zebulon Quartzberg", "email": PERSON["email"]})
        appointment = self.book_person()
        self.assertEqual((appointment.partner_id, appointment.partner_match), (known, "email"))
        appointment.action_cancel()
        appointment._forget_personal_data()
        self.assertFalse(appointment.partner_id)
        self.assertEqual((known.name, known.active, known.email), ("Zebulon Quartzberg", True, PERSON["email"]))
        self.assertNotIn(known, appointment.message_partner_ids)

    def test_used_contact_stays(self):
        """A73: whatever refers to the contact keeps it, be it an addon that this one does not know."""
        uses = {
            "user": lambda p: (
                self.env["res.users"]
                .with_context(no_reset_password=True)
                .create(
                    {
                        "login": "zebulon",
                        "partner_id": p.id,
                        "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
                    }
                )
            ),
            "tag": lambda p: p.write({"category_id": [Command.create({"name": "Sailor"})]}),
            "child": lambda p: p.write({"child_ids": [Command.create({"name": "Assistant"})]}),
            "event": lambda p: self.new_event(self.bob, "2026-04-01 08:00", "2026-04-01 09:00").write(
                {"partner_ids": [Command.link(p.id)]}
            ),
            "activity": lambda p: p.activity_schedule("mail.mail_activity_data_todo", user_id=self.ada.id),
            "follower": lambda p: self.type.message_subscribe(p.ids),
            "company": lambda p: p.write({"parent_id": self.env["res.partner"].create({"name": "Fleet"}).id}),
            "author": lambda p: self.type.message_post(body="Hello", author_id=p.id),
        }
        for name, use in uses.items():
            with self.subTest(use=name), self.env.cr.savepoint() as savepoint:
                appointment = self.book_person()
                partner = appointment.partner_id
                use(partner)
                appointment.action_cancel()
                appointment._forget_personal_data()
                self.assertEqual((partner.name, partner.active), ("Zebulon Quartzberg", True))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_contact_goes_with_its_last_appointment(self):
        """A73: with two appointments the contact goes with the second."""
        first = self.book_person()
        second = self.book_person("2026-03-04 09:00", "y")
        partner = first.partner_id
        self.assertEqual(second.partner_id, partner)
        (first | second).action_cancel()
        first._forget_personal_data()
        self.assertEqual(partner.name, "Zebulon Quartzberg")
        second._forget_personal_data()
        self.assertEqual((partner.name, partner.active), ("Anonymous", False))

    def test_number_of_queries(self):
        """X03, A73: looking for what uses contacts takes as many queries for twenty as for one."""
        partners = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(20)])
        self.env.flush_all()
        counts = []
        for some in (partners[:1], partners):
            some._find_used()
            before = self.env.cr.sql_log_count
            some._find_used()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_whatever_is_text_goes(self):
        """A73: a text column of the appointment goes without that anybody thinks of it, but for a short list."""
        appointment = self.book_person()
        appointment.action_cancel()
        appointment._forget_personal_data()
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(a) FROM booking_appointment a WHERE id = %s", [appointment.id])
        row = self.env.cr.fetchone()[0]
        texts = {
            name for name, value in row.items() if isinstance(value, str) and not re.match(r"\d{4}-\d\d-\d\d", value)
        }
        selections = {"state", "channel", "lang", "cancelled_by", "attendance"}
        self.assertLessEqual(texts, {"name", "access_token", "consent_text"} | selections)


@tagged("post_install", "-at_install")
class TestForgetSweep(ForgetCase):
    """A73: the scheduled action."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Appointment = cls.env["booking.appointment"]

    def due(self, at, **leaving_out):
        with freeze_time(at):
            self.env.cr.execute(self.Appointment._get_forget_query(fields.Datetime.now(), 1000, **leaving_out))
            return self.Appointment.browse([row[0] for row in self.env.cr.fetchall()])

    def test_when(self):
        """A73: after the months of the type, else those of the company, counted from the end; 0 is never."""
        appointment = self.book_person()
        own = self.Appointment.create(
            {"user_id": self.ada.id, "start": "2026-03-05 12:00:00", "booker_name": "Zebulon"}
        )
        self.assertFalse(self.due("2036-03-03 09:00:01"))
        self.env.company.booking_keep_months = 13
        self.assertFalse(self.due("2027-04-03 09:00:00") & appointment)
        self.assertIn(appointment, self.due("2027-04-03 09:00:01"))
        self.assertNotIn(own, self.due("2027-04-03 09:00:01"))
        self.assertIn(own, self.due("2027-04-06 09:00:01"))
        self.type.write({"keep_rule": "own", "keep_months": 1})
        self.assertIn(appointment, self.due("2026-04-03 09:00:01"))
        self.type.keep_rule = "ever"
        self.assertNotIn(appointment, self.due("2036-04-03 09:00:01"))
        self.type.keep_rule = "company"
        self.assertNotIn(appointment, self.due("2036-04-03 09:00:01", leaving_out=appointment.ids))

    def test_run(self):
        """A73: a run does what is due, once; what was never marked, missed or cancelled as well."""
        planned, cancelled = self.book_person(), self.book_person("2026-03-04 09:00", "y")
        later = self.book_person("2026-03-30 08:00", "x")
        cancelled.action_cancel()
        self.type.write({"keep_rule": "own", "keep_months": 1})
        self.env.flush_all()
        with freeze_time("2026-04-20 08:00:00"):
            failed = set()
            self.assertEqual(self.Appointment._forget_some(failed), 2)
            self.assertEqual(self.Appointment._forget_some(failed), 0)
        self.env.invalidate_all()
        self.assertEqual((planned | cancelled | later).mapped("booker_name"), [False, False, "Zebulon Quartzberg"])
        self.assertEqual(later.partner_id.name, "Zebulon Quartzberg")
        self.assertFalse(failed)

    def test_one_that_fails(self):
        """A73: an appointment that cannot be done is left out, and does not keep the others from it."""
        bad, good = self.book_person(), self.book_person("2026-03-04 09:00", "y")
        self.type.write({"keep_rule": "own", "keep_months": 1})
        self.env.flush_all()
        # Something refuses to let go of the first one's answers.
        self.env.cr.execute(
            f"""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'No'; END $$;
            CREATE TRIGGER refuse BEFORE UPDATE ON booking_answer FOR EACH ROW
              WHEN (OLD.appointment_id = {bad.id}) EXECUTE FUNCTION refuse();
            """
        )
        failed = set()
        with freeze_time("2026-04-20 08:00:00"), self.assertLogs("odoo.addons.appointment_booking", "ERROR"):
            self.Appointment._forget_some(failed)
        self.assertEqual(failed, {bad.id})
        self.env.invalidate_all()
        self.assertTrue(bad.booker_name)
        self.assertFalse(good.booker_name)
        with freeze_time("2026-04-20 08:00:00"):
            self.assertEqual(self.Appointment._forget_some(failed), 0)

    def test_index(self):
        """A73: what is due is found by an index, however many appointments there are."""
        self.env.cr.execute(
            """
            INSERT INTO booking_appointment (name, state, type_id, user_id, start, stop, busy_stop, company_id,
                forgotten_at)
            SELECT 'M' || n, 'cancelled', CASE WHEN n %% 10 > 0 THEN %(type)s END, %(user)s, t.start,
                t.start + interval '1 hour', t.start + interval '1 hour', %(company)s,
                CASE WHEN n > 20000 THEN t.start + interval '1 year' END
              FROM generate_series(1, %(many)s) n
             CROSS JOIN LATERAL (SELECT '2026-03-01'::timestamp - n * interval '2 hours') t(start)
            """,
            {"type": self.type.id, "user": self.ada.id, "company": self.env.company.id, "many": MANY},
        )
        self.env.company.booking_keep_months = 54
        self.env.flush_all()
        self.env.cr.execute("ANALYZE booking_appointment, booking_type, res_company")
        query = self.Appointment._get_forget_query(fields.Datetime.now(), 100)
        self.env.cr.execute(f"EXPLAIN (ANALYZE, FORMAT TEXT) {query.code}", query.params)
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertNotIn("Seq Scan on booking_appointment", plan)
        scans = re.findall(r"Scan (?:using|on) (booking_appointment_(?:type|company)_forget_index)", plan)
        self.assertEqual(len(scans), 2, plan)

    def test_scheduled(self):
        """A73: it runs every day, as the system."""
        cron = self.env.ref("appointment_booking.ir_cron_forget")
        self.assertEqual((cron.interval_number, cron.interval_type, cron.active), (1, "days", True))
        self.assertIn("_cron_forget", cron.code)


@tagged("post_install", "-at_install")
class TestForgetByHand(ForgetCase):
    """A73, X04: the dialog, and who may use it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager, cls.stranger = cls.new_advisor("Manager", MANAGER), cls.new_advisor("Stranger", MANAGER)
        cls.admin = cls.new_advisor("Administrator", ADMIN)
        cls.admin.group_ids |= cls.env.ref("base.group_partner_manager")
        cls.type.team_ids = cls.env["booking.team"].create(
            {"name": "Lyon", "manager_ids": [Command.set(cls.manager.ids)], "member_ids": [Command.set(cls.ada.ids)]}
        )

    def dialog(self, user, record, **values):
        context = {"active_model": record._name, "active_id": record.id, "active_ids": record.ids}
        return self.env["booking.forget"].with_user(user).with_context(**context).create(values)

    def test_appointment(self):
        """A73: a manager removes the data of an appointment of their team; the dialog says how many."""
        appointment = self.book_person()
        self.over(appointment)
        with freeze_time("2026-03-05 08:00:00"):
            dialog = self.dialog(self.manager, appointment)
            self.assertEqual((dialog.past_count, dialog.upcoming_count), (1, 0))
            dialog.action_forget()
        self.assertFalse(appointment.booker_name)

    def test_rights(self):
        """A73, X04: not an advisor, not the manager of another team; a person everywhere only an administrator."""
        appointment = self.book_person()
        partner = appointment.partner_id
        self.over(appointment)
        for user in (self.ada, self.bob):
            with self.assertRaises(AccessError):
                self.dialog(user, appointment)
        dialog = self.dialog(self.stranger, self.env["booking.appointment"])
        dialog.sudo().appointment_ids = appointment
        with self.assertRaises(AccessError):
            dialog.action_forget()
        with self.assertRaises(AccessError):
            self.dialog(self.manager, partner).action_forget()
        self.assertTrue(appointment.booker_name)

    def test_person(self):
        """A73: all appointments of a person, their waits, and the contact; what lies ahead is cancelled first."""
        past, ahead = self.book_person(), self.book_person("2026-03-05 09:00", "y")
        partner = past.partner_id
        self.env["booking.waiting"].create({"name": "Z", "email": PERSON["email"], "type_id": self.type.id})
        self.over(past, "2026-03-04 08:00:00")
        self.sweep()
        with freeze_time("2026-03-04 09:00:00"):
            dialog = self.dialog(self.admin, partner)
            self.assertEqual((dialog.past_count, dialog.upcoming_count, dialog.waiting_count), (1, 1, 1))
            with self.assertRaises(UserError):
                dialog.action_forget()
            self.assertTrue(past.booker_name)
            dialog.cancel_upcoming = True
            dialog.action_forget()
            self.sweep()
        self.env.invalidate_all()
        self.assertEqual((ahead.state, ahead.booker_name, past.booker_name), ("cancelled", False, False))
        self.assertEqual((partner.name, partner.active), ("Anonymous", False))
        self.assertFalse(self.env["booking.waiting"].search([("email", "=", PERSON["email"])]))
        told = self.messages(ahead, "cancelled", recipient="")
        self.assertEqual(told.mapped("recipient"), [f"user-{self.ada.id}"])
        self.assertNotRegex(self.mail(told).subject, TRACES)
