import re
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import utc
from .message_common import MessageCase

# Appointments of years, around the hour of the test.
MANY = 50_000


@tagged("post_install", "-at_install")
class TestReminders(MessageCase):
    """A62: what is told at an hour that depends on the appointment's."""

    def at(self, instant):
        """Sweep at an instant; what was done before was saved before."""
        self.env.flush_all()
        with freeze_time(instant):
            self.sweep()

    def states(self, appointment, event="before"):
        return [(f"{m.due:%d %H:%M}", m.state) for m in self.messages(appointment, event)]

    def test_once_when_due(self):
        """A62: a reminder goes a day before, not earlier, and once however often the sweep runs."""
        appointment = self.book("2026-03-05 08:00")
        self.at("2026-03-04 07:59:00")
        self.assertFalse(self.messages(appointment, "before"))
        for minute in range(0, 30, 2):
            self.at(f"2026-03-04 08:{minute:02}:00")
        self.assertEqual(self.states(appointment), [("04 08:00", "queued")])
        mail = self.mail(self.messages(appointment, "before"))
        self.assertEqual(len(mail), 1)
        self.assertTrue(mail.subject.startswith("Reminder: "))
        self.assertFalse(mail.attachment_ids, "the entry is in their calendar")

    def test_units(self):
        """A60: minutes, hours and days before the start, and after the end."""
        appointment = self.book("2026-03-05 08:00")
        before = self.notification("before")
        after = self.notification("after")
        for delay, unit, offset in ((15, "minutes", -15), (3, "hours", -180), (2, "days", -2880)):
            before.write({"delay": delay, "unit": unit})
            self.assertEqual(before.offset, offset)
        before.copy({"delay": 15, "unit": "minutes"})
        self.at("2026-03-05 07:45:00")
        self.assertEqual(sorted(self.states(appointment)), [("03 08:00", "cancelled"), ("05 07:45", "queued")])
        self.at("2026-03-05 10:59:00")
        self.assertFalse(self.states(appointment, "after"))
        self.at("2026-03-05 11:00:00")
        self.assertEqual(self.states(appointment, "after"), [("05 11:00", "queued")])
        self.assertEqual(after.offset, 120)
        self.assertEqual(before.display_name, "2 days before, to: Booker, by: E-mail")

    def test_not_for_what_was_booked_too_late(self):
        """A62: whoever books two hours before is not reminded of the day before."""
        with freeze_time("2026-03-05 06:00:00"):
            appointment = self.book("2026-03-05 08:00")
            self.sweep()
        self.at("2026-03-05 07:00:00")
        self.assertFalse(self.messages(appointment, "before"))

    def test_not_for_what_is_cancelled(self):
        """A62: no reminder for a cancelled appointment; one that waits is taken back."""
        early, late = self.book("2026-03-05 08:00"), self.book("2026-03-05 09:00", visitor_key="b")
        early.action_cancel()
        self.at("2026-03-04 09:00:00")
        self.assertFalse(self.messages(early, "before"))
        mail = self.mail(self.messages(late, "before"))
        with freeze_time("2026-03-04 09:01:00"):
            late.action_cancel()
            self.sweep()
        self.assertEqual(mail.state, "cancel")
        self.assertEqual(self.states(late), [("04 09:00", "cancelled")])

    def test_moved_after_its_reminder(self):
        """A62: an appointment moved after its reminder gets one for the new time."""
        appointment = self.book("2026-03-05 08:00")
        self.at("2026-03-04 08:00:00")
        mail = self.mail(self.messages(appointment, "before"))
        mail.write({"state": "sent"})
        mail._postprocess_sent_message([], [])
        with freeze_time("2026-03-04 09:00:00"):
            appointment.with_user(self.ada).start = "2026-03-09 09:00:00"
        self.at("2026-03-08 09:00:00")
        self.assertEqual(self.states(appointment), [("04 08:00", "sent"), ("08 09:00", "queued")])

    def test_moved_while_its_reminder_waits(self):
        """A62: the reminder for the old time that has not left is dropped."""
        appointment = self.book("2026-03-05 08:00")
        self.at("2026-03-04 08:00:00")
        with freeze_time("2026-03-04 08:01:00"):
            appointment.with_user(self.ada).start = "2026-03-05 09:00:00"
        self.at("2026-03-04 09:00:00")
        self.assertEqual(self.states(appointment), [("04 08:00", "cancelled"), ("04 09:00", "queued")])

    def test_moved_close(self):
        """A62: moved to a time whose reminder would have been due before: the update has just told it."""
        appointment = self.book("2026-03-05 08:00")
        with freeze_time("2026-03-03 12:00:00"):
            appointment.with_user(self.ada).start = "2026-03-04 09:00:00"
            self.sweep()
        self.at("2026-03-03 13:00:00")
        self.assertFalse(self.messages(appointment, "before"))

    def test_server_was_off(self):
        """A62: a late reminder still goes, a much too late one is logged, none goes after the start."""
        late, too_late, begun = (self.book(f"2026-03-05 {hour}:00", visitor_key=hour) for hour in ("10", "09", "08"))
        self.notification("before").write({"delay": 1, "unit": "days"})
        with freeze_time("2026-03-03 08:00:00"):
            late.start = "2026-03-05 20:00:00"
        self.at("2026-03-05 08:00:00")
        self.assertEqual(self.states(late), [("04 20:00", "queued")])
        self.assertEqual(self.states(too_late), [("04 09:00", "cancelled")])
        self.assertIn("too late", self.messages(too_late, "before").reason)
        self.assertFalse(self.messages(begun, "before"))

    def test_follow_up(self):
        """A60: a follow-up goes to those who came, and those of whom nobody has noted it."""
        self.notification("after")
        came, absent, unmarked, cancelled = (
            self.book(f"2026-03-0{day} 08:00", visitor_key=str(day)) for day in (3, 4, 5, 6)
        )
        cancelled.action_cancel()
        with freeze_time("2026-03-06 09:30:00"):
            (came | absent).action_done()
            came.attendance, absent.attendance = "came", "absent"
        for day in (3, 4, 5, 6):
            self.at(f"2026-03-0{day} 11:30:00")
        found = [bool(self.messages(a, "after")) for a in (came, absent, unmarked, cancelled)]
        self.assertEqual(found, [True, False, True, False])

    def test_new_notification_starts_now(self):
        """A60: a reminder that is switched on does not go for what it would have been due for before."""
        with freeze_time("2026-03-02 08:00:00"):
            reminder = self.notification("before")
            reminder.active = False
            appointment, later = self.book("2026-03-05 08:00"), self.book("2026-03-05 10:00", visitor_key="b")
            self.env.flush_all()
        with freeze_time("2026-03-04 09:30:00"):
            reminder.active = True
            self.env.flush_all()
        self.at("2026-03-04 10:30:00")
        self.assertFalse(self.messages(appointment, "before"))
        self.assertTrue(self.messages(later, "before"))

    def test_clock_change(self):
        """X02: hours before are hours, also in the night in which the clocks change."""
        self.notification("before").write({"delay": 12, "unit": "hours"})
        with freeze_time("2026-03-27 08:00:00"):
            appointment = self.env["booking.appointment"].create(
                {
                    "type_id": self.type.id,
                    "user_id": self.ada.id,
                    "start": "2026-03-29 08:00:00",
                    "booker_email": "a@b.fr",
                }
            )
        self.at("2026-03-28 19:59:00")
        self.assertFalse(self.messages(appointment, "before"))
        self.at("2026-03-28 20:00:00")
        self.assertTrue(self.messages(appointment, "before"))

    def test_unique_in_the_database(self):
        """A62: a message that is there already is not written down twice, whoever tries."""
        appointment = self.book("2026-03-05 08:00")
        due = [(self.notification("before"), appointment, utc("2026-03-04 08:00"))]
        self.assertEqual([self.Message._claim(due), self.Message._claim(due)], [1, 0])

    def test_nobody_to_tell(self):
        """A62: what has no recipient is written down too, so that it is not looked for again."""
        self.notification("before").recipient = "team"
        self.type.team_ids = self.env["booking.team"].create({"name": "Nobody manages this"})
        appointment = self.book("2026-03-06 08:00")
        self.at("2026-03-05 08:00:00")
        (message,) = appointment.message_log_ids.filtered(lambda message: message.event == "before")
        self.assertEqual((message.state, message.cause), ("cancelled", "nobody"))


@tagged("post_install", "-at_install")
class TestSpeed(MessageCase):
    def book_many(self, count, start="2026-03-05 08:00:00"):
        """Insert planned appointments in SQL, one advisor each, whose reminder of a day before is due a day earlier."""
        self.env.cr.execute(
            """
            WITH partners AS (
                INSERT INTO res_partner (name, active, email)
                SELECT 'Advisor ' || n, true, 'advisor' || n || '@example.com' FROM generate_series(1, %(count)s) n
                RETURNING id
            ), users AS (
                INSERT INTO res_users (login, partner_id, company_id, active, notification_type)
                SELECT 'many-' || id, id, %(company)s, true, 'email' FROM partners RETURNING id
            )
            INSERT INTO booking_appointment (name, state, type_id, agency_id, user_id, start, stop, busy_stop, channel,
                company_id, booker_name, booker_email, lang, planned_since, access_token)
            SELECT 'M' || id, 'planned', %(type)s, %(agency)s, id, %(start)s, %(start)s::timestamp + interval '1 hour',
                %(start)s::timestamp + interval '1 hour', 'in_person', %(company)s, 'Anne',
                'anne' || id || '@example.com', 'en_US', %(since)s, 'token-' || id
              FROM users RETURNING id
            """,
            {
                "count": count,
                "company": self.env.company.id,
                "type": self.type.id,
                "agency": self.agency.id,
                "start": start,
                "since": "2026-03-01 00:00:00",
            },
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        self.env.invalidate_all()
        return self.env["booking.appointment"].browse(ids)

    def count_queries(self, count):
        """Return how many queries it takes to find, fill in and queue the reminders of some appointments."""
        appointments = self.book_many(count)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        with freeze_time("2026-03-04 08:00:00"):
            self.Message._claim_due()
            self.Message._prepare_some()
            self.env.flush_all()
        queries = self.env.cr.sql_log_count - before
        self.assertEqual(set(appointments.message_log_ids.mapped("state")), {"queued"})
        self.assertTrue(all(self.mail(message) for message in appointments.message_log_ids))
        appointments.message_log_ids.unlink()
        self.env.cr.execute("DELETE FROM booking_appointment WHERE id IN %s", [appointments._ids])
        self.env.invalidate_all()
        return queries

    def test_queries_do_not_grow(self):
        """X03, A62: queueing forty reminders takes the queries of ten: a constant number for a batch."""
        # Now and then a query more fills what a server keeps: the fewest of some runs tell what is needed.
        few, many = (min(self.count_queries(count) for _run in range(4)) for count in (10, 40))
        self.assertEqual(few, many)

    def test_index(self):
        """A62: what is due is found by the index on type and start, however many appointments there are."""
        self.env.cr.execute(
            """
            INSERT INTO booking_appointment (name, state, type_id, user_id, start, stop, busy_stop, company_id,
                booker_email, planned_since)
            SELECT 'M' || n, CASE WHEN n %% 3 = 0 THEN 'cancelled' WHEN n > 5000 THEN 'planned' ELSE 'done' END,
                %(type)s, %(user)s, t.start, t.start + interval '1 hour', t.start + interval '1 hour', %(company)s,
                'a@example.com', '2024-01-01'
              FROM generate_series(1, %(many)s) n
             CROSS JOIN LATERAL (SELECT '2025-01-01'::timestamp + n * interval '2 hours') t(start)
            """,
            {"type": self.type.id, "user": self.ada.id, "company": self.env.company.id, "many": MANY},
        )
        self.notification("after")
        self.env.flush_all()
        self.env.cr.execute("ANALYZE booking_appointment, booking_notification, booking_message")
        query = self.Message._get_due_query(utc("2026-03-04 08:00"), 1000)
        self.env.cr.execute(f"EXPLAIN (ANALYZE, FORMAT TEXT) {query.code}", query.params)
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertNotIn("Seq Scan on booking_appointment", plan)
        self.assertIn("booking_appointment_type_planned_index", plan)
        self.assertIn("booking_appointment_type_stop_index", plan)
        scans = re.findall(r"booking_appointment_type_(?:planned|stop)_index.*actual time=\S+ rows=(\d+)", plan)
        read = [int(rows) for rows in scans]
        self.assertLess(max(read), 100, "only what lies within days is read")

    def test_interval(self):
        """A62: the sweep runs every few minutes, and at once when something happens."""
        cron = self.env.ref("appointment_booking.ir_cron_send_messages")
        self.assertLessEqual(
            {"minutes": timedelta(minutes=1)}[cron.interval_type] * cron.interval_number, timedelta(minutes=5)
        )
        self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        self.book("2026-03-05 08:00")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertLessEqual(min(triggers.mapped("call_at")), fields.Datetime.now())
