from datetime import timedelta

from freezegun import freeze_time
from lxml import html

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .message_common import MessageCase
from .public_common import PublicCase

MANAGER = "appointment_booking.group_booking_manager"
# When the one appointment of most tests is marked as held, an hour after its end.
HELD = "2026-03-03 10:00:00"


class SatisfactionCase(MessageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type.ask_satisfaction = True
        # What is asked from now on is asked of what is held later.
        cls.env.flush_all()

    def held(self, start="2026-03-03 08:00", at=HELD, **choices):
        """Return an appointment that was marked as held."""
        appointment = self.book(start, **choices)
        with freeze_time(at):
            appointment.action_done()
            self.env.flush_all()
        return appointment

    def at(self, instant):
        self.env.flush_all()
        with freeze_time(instant):
            self.sweep()

    def asked(self, appointment):
        return self.messages(appointment, "held")


@tagged("post_install", "-at_install")
class TestAsking(SatisfactionCase):
    """A72: who is asked how it was, and when."""

    def test_off_by_default(self):
        """A72: a new type asks nobody; its switch turns the line among its messages on and off."""
        fresh = self.new_type("Insurance", self.ada)
        lines = fresh.with_context(active_test=False).notification_ids.filtered(lambda n: n.event == "held")
        self.assertEqual((len(lines), lines.active, fresh.ask_satisfaction), (1, False, False))
        fresh.ask_satisfaction = True
        self.assertEqual((lines.active, lines.offset, lines.recipient), (True, 120, "booker"))
        self.assertEqual(lines.display_name, "2 hours after it is held, to: Booker, by: E-mail")
        fresh.ask_satisfaction = False
        self.assertFalse(lines.active)
        lines.unlink()
        fresh.ask_satisfaction = True
        self.assertTrue(fresh.notification_ids.filtered(lambda n: n.event == "held").active)

    def test_once_after_the_delay(self):
        """A72: two hours after it was marked as held, once, with five faces that lead to the page that asks."""
        appointment = self.held()
        self.at("2026-03-03 11:59:00")
        self.assertFalse(self.asked(appointment))
        for minute in (0, 2, 4):
            self.at(f"2026-03-03 12:{minute:02}:00")
        message = self.asked(appointment)
        self.assertEqual(
            (len(message), message.state, message.due),
            (1, "queued", fields.Datetime.to_datetime("2026-03-03 12:00:00")),
        )
        mail = self.mail(message)
        self.assertIn("How was your appointment?", mail.subject)
        self.assertEqual(mail.email_to, '"Anne Martin" <anne.martin@example.com>')
        links = [a.get("href") for a in html.fromstring(mail.body_html).xpath("//a") if "/rating" in a.get("href")]
        self.assertEqual(links, [appointment._get_rating_url(grade) for grade in (1, 2, 3, 4, 5)])

    def test_not_of_who_did_not_come(self):
        """A72: nobody is asked about what they missed, what was cancelled, or what nobody has marked as held."""
        planned = self.book("2026-03-03 08:00")
        absent = self.held(
            "2026-03-03 09:00", visitor_key="b", booker=self.booker(email="b@example.com", phone="+33612345670")
        )
        absent.attendance = "excused"
        cancelled = self.book(
            "2026-03-03 10:00", visitor_key="c", booker=self.booker(email="c@example.com", phone="+33612345671")
        )
        cancelled.action_cancel()
        self.at("2026-03-03 13:00:00")
        self.assertFalse(self.asked(planned | absent | cancelled))

    def test_taken_back(self):
        """A72: a question that waits is taken back when the booker turns out to have been absent."""
        appointment = self.held()
        self.at("2026-03-03 12:00:00")
        with freeze_time("2026-03-03 12:01:00"):
            appointment.attendance = "absent"
            self.env.flush_all()
        self.assertEqual(self.asked(appointment).state, "cancelled")

    def test_not_twice(self):
        """A72: reopened and held again, it is not asked about again."""
        appointment = self.held()
        self.at("2026-03-03 12:00:00")
        mail = self.mail(self.asked(appointment))
        mail.write({"state": "sent"})
        mail._postprocess_sent_message([], [])
        with freeze_time("2026-03-03 14:00:00"):
            appointment.action_reopen()
            self.assertFalse(appointment.held_at)
            appointment.action_done()
        self.at("2026-03-03 16:00:00")
        self.assertEqual(self.asked(appointment).mapped("state"), ["sent"])

    def test_not_of_who_answered(self):
        """A72: who has answered before the question would go is not asked."""
        appointment = self.held()
        appointment._rate(4)
        self.at("2026-03-03 12:00:00")
        self.assertFalse(self.asked(appointment))

    def test_not_of_who_declined(self):
        """A72: who does not want to be asked is not, about any appointment."""
        first = self.held()
        first._decline_surveys()
        self.assertTrue(first.partner_id.booking_no_survey)
        second = self.held("2026-03-04 08:00", at="2026-03-04 10:00:00", visitor_key="b")
        self.assertEqual(second.partner_id, first.partner_id)
        self.at("2026-03-04 13:00:00")
        self.assertFalse(self.asked(first | second))

    def test_not_months_later(self):
        """A72: marked as held long after the appointment, nobody is asked: answers are not taken any more."""
        self.type.satisfaction_days = 7
        late = self.held(at="2026-03-10 07:30:00")
        self.at("2026-03-10 09:30:00")
        self.assertFalse(self.asked(late))

    def test_query_and_rule_agree(self):
        """A72, A62: what the query finds due is what the rule says is wanted, at the edges too."""
        notification = self.type.notification_ids.filtered(lambda n: n.event == "held")
        self.type.satisfaction_days = 1
        appointment = self.held(at="2026-03-04 06:59:59")
        due = appointment.held_at + timedelta(hours=2)
        self.assertEqual(appointment._get_due(notification, due), due)
        self.at(due)
        self.assertEqual(self.asked(appointment).state, "queued")

    def test_index(self):
        """A72: who is to be asked is found by the index on when it was marked as held."""
        types = [self.type.id, *(self.new_type(f"T{number}", self.ada).id for number in range(9))]
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO booking_appointment (name, state, type_id, user_id, start, stop, busy_stop, company_id,
                booker_email, planned_since, held_at)
            SELECT 'M' || n, 'done', (%(types)s)[1 + n %% 10], %(user)s, t.start, t.start + interval '1 hour',
                t.start + interval '1 hour', %(company)s, 'a@example.com', '2024-01-01', t.start + interval '1 hour'
              FROM generate_series(1, 20000) n
             CROSS JOIN LATERAL (SELECT '2025-01-01'::timestamp - n * interval '2 hours') t(start)
            """,
            {"types": types, "user": self.ada.id, "company": self.env.company.id},
        )
        self.env.flush_all()
        self.env.cr.execute("ANALYZE booking_appointment, booking_notification, booking_message")
        query = self.Message._get_due_query(fields.Datetime.now(), 1000)
        self.env.cr.execute(f"EXPLAIN {query.code}", query.params)
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("using booking_appointment_type_held_index", plan)
        self.assertNotRegex(plan, r"Seq Scan on booking_appointment\S* .*\n +Filter: .*forgotten_at")


@tagged("post_install", "-at_install")
class TestResults(SatisfactionCase):
    """A72: where the answers appear, and who may read them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_advisor("Manager", MANAGER)
        cls.stranger = cls.new_advisor("Stranger", MANAGER)
        cls.admin = cls.new_advisor("Administrator", "appointment_booking.group_booking_admin")
        cls.clerk = cls.new_advisor("Clerk", "base.group_user")
        cls.type.team_ids = cls.env["booking.team"].create(
            {"name": "Lyon", "manager_ids": [Command.set(cls.manager.ids)], "member_ids": [Command.set(cls.ada.ids)]}
        )
        cls.appointments = cls.env["booking.appointment"]
        for hour, user, grade in (("08", cls.ada, 5), ("09", cls.ada, 2), ("08", cls.bob, 3), ("10", cls.bob, 0)):
            appointment = cls.env["booking.appointment"].create(
                {
                    "type_id": cls.type.id,
                    "agency_id": cls.agency.id,
                    "user_id": user.id,
                    "start": f"2026-02-24 {hour}:00:00",
                    "booker_name": "Anne",
                    "state": "done",
                }
            )
            if grade:
                appointment._rate(grade, f"Secret {grade}")
            cls.appointments |= appointment
        cls.env.flush_all()

    def test_averages(self):
        """A72: average and count of a type, an agency and an advisor, of what the reader may see."""
        agency, advisors = self.agency, self.type.advisor_ids
        for user, expected in ((self.env.user, (3.3, 3)), (self.ada, (3.5, 2)), (self.bob, (3, 1))):
            for record in (self.type, agency):
                record.invalidate_recordset()
                found = record.with_user(user)
                self.assertAlmostEqual(found.satisfaction_avg, expected[0])
                self.assertEqual(found.satisfaction_count, expected[1])
        self.assertEqual(advisors.mapped("satisfaction_avg"), [3.5, 3])
        self.assertEqual(agency.with_user(self.clerk).sudo(False).has_access("read"), False)

    def test_one_query(self):
        """X03, A72: the averages of many types take one query."""
        types = self.type | self.env["booking.type"].concat(*(self.new_type(f"T{n}", self.ada) for n in range(8)))
        self.env.invalidate_all()
        types.mapped("name")
        with self.assertQueryCount(1):
            types.mapped("satisfaction_avg")

    def test_statistics(self):
        """A72, C05: who has not answered is not counted as a zero in the average of appointments."""
        found = self.env["booking.appointment"]._read_group(
            [("id", "in", self.appointments.ids)], ["user_id"], ["rating_last_value:avg", "__count"], order="user_id"
        )
        self.assertEqual(found, [(self.ada, 3.5, 2), (self.bob, 3.0, 2)])
        ratings = self.env["rating.rating"].with_user(self.manager)
        by_agency = ratings._read_group(
            [("booking_appointment_id", "in", self.appointments.ids)], ["booking_agency_id"], ["rating:avg", "__count"]
        )
        self.assertEqual([(agency, count) for agency, _avg, count in by_agency], [(self.agency, 3)])

    def test_who_reads_comments(self):
        """A72, X04: an advisor reads what is said of their own appointments, a manager of their teams'; no other."""
        domain = [("res_model", "=", "booking.appointment"), ("res_id", "in", self.appointments.ids)]
        counts = {}
        for user in (self.admin, self.manager, self.stranger, self.ada, self.bob, self.clerk):
            counts[user.name] = self.env["rating.rating"].with_user(user).search_count(domain)
        self.assertEqual(counts, {"Administrator": 3, "Manager": 3, "Stranger": 0, "Ada": 2, "Bob": 1, "Clerk": 0})
        rating = self.appointments[0].rating_ids
        for user in (self.stranger, self.bob, self.clerk):
            with self.assertRaises(AccessError):
                rating.with_user(user).read(["feedback"])
            with self.assertRaises(AccessError):
                self.appointments[0].with_user(user).read(["rating_last_feedback"])
        self.assertEqual(self.appointments[0].with_user(self.ada).rating_last_feedback, "Secret 5")

    def test_other_ratings_are_untouched(self):
        """A72: what Odoo's other documents are rated with stays as readable as it was."""
        partner = self.env["res.partner"].create({"name": "Somebody"})
        values = {"res_model_id": self.env["ir.model"]._get_id("res.partner"), "res_id": partner.id, "rating": 3}
        rating = self.env["rating.rating"].with_user(self.clerk).create(values)
        self.assertEqual(rating.with_user(self.ada).rating, 3)

    def test_nobody_writes_answers(self):
        """A72, X04: what a booker has answered is written by nobody else, and no new answer either."""
        rating = self.appointments[0].rating_ids
        for user in (self.admin, self.manager, self.ada):
            with self.assertRaises(AccessError):
                rating.with_user(user).write({"rating": 5})
        values = {
            "res_model_id": self.env["ir.model"]._get_id("booking.appointment"),
            "res_id": self.appointments[3].id,
            "rating": 5,
            "consumed": True,
        }
        with self.assertRaises(AccessError):
            self.env["rating.rating"].with_user(self.bob).create(values)
            self.env.flush_all()
        self.appointments[3].with_user(self.bob).message_post(body="Five of five", rating_value=5)
        self.assertFalse(self.appointments[3].rating_ids)

    def test_no_key_of_odoos_own_page(self):
        """A72, X04: the rating has no token: who reads it cannot answer for the booker."""
        self.assertFalse(any(self.appointments.rating_ids.mapped("access_token")))


@tagged("post_install", "-at_install")
class TestRatingPage(SatisfactionCase, PublicCase):
    """A72: the page behind the faces."""

    def setUp(self):
        super().setUp()
        self.appointment = self.held()
        self.url = f"/booking/appointment/{self.appointment.access_token}/rating"
        freezer = freeze_time("2026-03-04 09:00:00")
        freezer.start()
        self.addCleanup(freezer.stop)

    def rating(self):
        self.env.invalidate_all()
        return self.appointment.rating_ids

    def test_opening_rates_nothing(self):
        """A72, A53: mail scanners open every link: only sending the page rates."""
        for grade in (1, 2, 3, 4, 5):
            page = self.page(self.url, rate=grade)
            self.assertEqual(page.xpath("//input[@name='rate'][@checked]/@value"), [str(grade)])
        self.page(self.url, rate="9")
        self.page(self.url, rate="x")
        self.assertFalse(self.rating())

    def test_answer_and_change(self):
        """A72: one answer each appointment, that can be changed, with a comment that stays text."""
        self.assertEqual(self.path(self.post(self.url, rate="2", comment="Too long\r\n<b>wait</b>")), self.url)
        rating = self.rating()
        self.assertEqual((rating.rating, rating.feedback, rating.consumed), (2, "Too long\n<b>wait</b>", True))
        self.assertEqual(rating.partner_id, self.appointment.partner_id)
        self.assertEqual(rating.rated_partner_id, self.ada.partner_id)
        page = self.page(self.url)
        self.assertIn("Thank you", self.words(page))
        self.assertIn("<b>wait</b>", self.words(page))
        page = self.page(self.url, change=1)
        self.assertEqual(page.xpath("//input[@name='rate'][@checked]/@value"), ["2"])
        self.assertEqual(page.xpath("//textarea")[0].text, "Too long\n<b>wait</b>")
        self.post(self.url, rate="4", comment="")
        self.assertEqual(self.rating().mapped("rating"), [4])
        self.assertEqual(self.appointment.rating_last_value, 4)
        self.assertFalse(self.appointment.rating_last_feedback)

    def test_bad_input(self):
        """A43, A72: without a face, or with too long a comment, the page says so and keeps what was typed."""
        for rate in ("", "0", "6", "5.5", "x"):
            page = self.read_page(self.post(self.url, rate=rate, comment="Very kind"), 422)
            self.assertIn("Choose one of the five answers", self.words(page))
            self.assertEqual(page.xpath("//textarea")[0].text, "Very kind")
        page = self.read_page(self.post(self.url, rate="5", comment="x" * 2001), 422)
        self.assertIn("too long", self.words(page))
        self.assertFalse(self.rating())

    def test_until(self):
        """A72: answers are taken for the days that the type says, then the link stops."""
        with freeze_time("2026-04-02 08:59:00"):
            self.page(self.url)
        with freeze_time("2026-04-02 09:01:00"):
            self.assertIn("too late", self.words(self.page(self.url, 410)))
            self.read_page(self.post(self.url, rate="5"), 410)
        self.assertFalse(self.rating())

    def test_who_is_not_asked(self):
        """A72, X04: a guessed link, an appointment that is not held, a no-show, a type that does not ask."""
        unknown = self.url.replace(self.appointment.access_token, "A" * 43)
        self.page(unknown, 404)
        self.read_page(self.post(unknown, rate="1"), 404)
        planned = self.book("2026-03-05 09:00", visitor_key="b")
        for method in (self.page, lambda url, status: self.read_page(self.post(url, rate="1"), status)):
            method(f"/booking/appointment/{planned.access_token}/rating", 404)
        self.appointment.attendance = "absent"
        self.read_page(self.post(self.url, rate="1"), 404)
        self.appointment.attendance = False
        self.type.ask_satisfaction = False
        self.page(self.url, 404)
        self.assertFalse(self.rating())

    def test_decline(self):
        """A72: who does not want to be asked presses one button; opening its address does nothing."""
        self.assertEqual(self.path(self.url_open(f"{self.url}/decline", allow_redirects=False)), self.url)
        self.assertFalse(self.appointment.partner_id.booking_no_survey)
        self.assertEqual(self.path(self.post(f"{self.url}/decline")), self.url)
        self.env.invalidate_all()
        self.assertTrue(self.appointment.partner_id.booking_no_survey)
        self.assertIn("We will not ask you", self.words(self.page(self.url)))
        self.read_page(self.post(self.url, rate="5"))
        self.assertFalse(self.rating())

    def test_limit(self):
        """A71, A72: a program that changes the answer all the time is stopped."""
        self.env["ir.config_parameter"].set_param("appointment_booking.limit_rating", "2")
        for grade in (1, 2):
            self.path(self.post(self.url, rate=grade))
        response = self.post(self.url, rate="3")
        self.read_page(response, 429)
        self.assertEqual(response.headers["Retry-After"], "86400")
        self.assertEqual(self.rating().rating, 2)

    def test_secret(self):
        """X04: the page is for nobody's cache and tells its address to no other site."""
        response = self.url_open(self.url)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
