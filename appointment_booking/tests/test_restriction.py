from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.appointment_booking.models.booking_appointment_hold import SlotTaken
from odoo.addons.appointment_booking.models.booking_appointment_person import AlreadyBooked
from odoo.addons.appointment_booking.models.booking_appointment_restriction import Restricted

from .common import BookingCase, utc

# 17:00 in Paris, when the clocks there are an hour ahead of UTC
FIVE = "2026-03-02 16:00:00"


class RestrictionMixin:
    """Restrictions of the type of :class:`BookingCase`."""

    def restrict(self, kind, booking_type=None, **values):
        if kind == "count":
            values = {"max_count": 1, "period": "upcoming", **values}
        return self.env["booking.restriction"].create(
            {"type_id": (booking_type or self.type).id, "kind": kind, **values}
        )

    def refused(self, start, booker=None, visitor_key="second", kind="count", **choices):
        with self.assertRaises(Restricted) as refusal, self.env.cr.savepoint():
            self.book(start, visitor_key, booker, **choices)
        self.assertEqual(refusal.exception.kind, kind)
        return refusal.exception.message


@tagged("post_install", "-at_install")
class TestPersonLimits(RestrictionMixin, BookingCase):
    """A70: at most so many appointments of one person."""

    def test_upcoming(self):
        """A70: planned ones that are not over count; held, cancelled and forgotten ones do not."""
        self.restrict("count")
        first = self.book("2026-03-03 08:00")
        self.refused("2026-03-05 08:00")
        first.action_cancel()
        second = self.book("2026-03-04 08:00")
        self.refused("2026-03-05 08:00")
        with freeze_time("2026-03-04 09:00:01"):
            third = self.book("2026-03-05 08:00")
            self.assertEqual((second.state, third.state), ("planned", "planned"), "nobody marked the second one")
            third.action_done()
            self.assertTrue(self.book("2026-03-06 08:00"))

    def test_who_is_the_same_person(self):
        """A70: by e-mail, by phone, by account, by the contact that staff booked for; others are others."""
        self.restrict("count")
        self.book("2026-03-03 08:00")
        self.refused("2026-03-05 08:00", self.booker(phone=False))
        self.refused("2026-03-05 08:00", self.booker(email="new@example.com"))
        self.refused("2026-03-05 08:00", self.booker(email="ANNE.Martin@Example.com", phone=False))
        self.assertTrue(self.book("2026-03-05 08:00", "b", self.booker(email="b@example.com", phone="+33600000002")))
        self.assertTrue(self.book("2026-03-05 08:00", "c", self.booker(email=False, phone="+33600000003")))
        self.assertTrue(self.book("2026-03-05 09:00", "d", self.booker(email=False, phone=False)), "nothing tells who")

    def test_entered_by_staff(self):
        """A70: what staff entered for the contact counts, however its e-mail and phone are written there."""
        contact = self.env["res.partner"].create(
            {
                "name": "Anne Martin",
                "email": "Anne <Anne.Martin@Example.com>",
                "phone": "06 12 34 56 78",
                "country_id": self.env.ref("base.fr").id,
            }
        )
        self.env["booking.appointment"].create(
            {"type_id": self.type.id, "user_id": self.ada.id, "start": "2026-03-03 08:00:00", "partner_id": contact.id}
        )
        self.restrict("count")
        self.refused("2026-03-05 08:00", self.booker(phone=False))
        self.refused("2026-03-05 08:00", self.booker(email="x@example.com"))

    def test_account(self):
        """A70: who is signed in is known when the slot is held already, and typing another e-mail changes nothing."""
        self.restrict("count")
        anne = new_test_user(self.env, "anne", groups="base.group_portal", email="anne@example.com")
        hold = self.hold("2026-03-03 08:00", "account")
        hold.with_user(anne).sudo()._confirm(self.booker(), [])
        appointments = self.env["booking.appointment"].with_user(anne).sudo()
        with self.assertRaises(Restricted):
            appointments._hold(
                self.type,
                utc("2026-03-05 08:00"),
                reason=self.env["booking.reason"],
                agency=self.agency,
                visitor_key="2",
            )
        hold = self.hold("2026-03-05 08:00", "later")
        with self.assertRaises(Restricted):
            hold.with_user(anne).sudo()._confirm(self.booker(email="x@example.com", phone="+33600000009"), [])
        self.refused("2026-03-06 08:00", self.booker(email="anne@example.com", phone=False))

    def test_other_types_do_not_count(self):
        """A70: restrictions are those of one type."""
        insurance = self.new_type("Insurance", self.ada)
        self.restrict("count")
        self.restrict("count", insurance)
        self.book("2026-03-03 08:00")
        self.assertTrue(self.book("2026-03-04 08:00", "other", booking_type=insurance))
        self.refused("2026-03-05 08:00", booking_type=insurance)

    def test_month(self):
        """A70: the months are those of the agency's clock: an appointment at midnight in UTC is of the next one."""
        self.restrict("count", period="month")
        self.type.horizon_days = 90
        self.agency.tz = "Pacific/Auckland"
        self.open_hours(self.ada, (7, 9), agency_id=self.agency.id, tz="Pacific/Auckland")
        self.book("2026-03-30 18:00")  # March 31, 7:00 in Auckland
        self.refused("2026-03-10 08:00")
        april = self.book("2026-03-31 19:00")  # April 1 there, March in UTC and in Paris
        self.assertEqual(f"{april._get_day()}", "2026-04-01")
        self.refused("2026-04-14 08:00")
        april.action_cancel()
        self.assertTrue(self.book("2026-04-14 08:00"), "what is cancelled does not count")

    def test_periods(self):
        """A70: day, week from Monday, quarter, year."""
        self.type.horizon_days = 400
        for period, first, refused, allowed in (
            ("day", "2026-03-03 08:00", "2026-03-03 10:00", "2026-03-04 08:00"),
            ("week", "2026-03-06 08:00", "2026-03-02 10:00", "2026-03-09 08:00"),
            ("quarter", "2026-03-31 08:00", "2026-03-03 08:00", "2026-04-01 08:00"),
            ("year", "2026-12-31 08:00", "2026-03-03 08:00", "2027-01-01 08:00"),
        ):
            with self.subTest(period=period), self.env.cr.savepoint() as savepoint:
                self.restrict("count", period=period)
                self.book(first)
                self.refused(refused)
                self.assertTrue(self.book(allowed))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_any_thirty_days(self):
        """A70: two in any seven days, before and after, whatever the calendar says."""
        self.restrict("count", period="rolling", days=7, max_count=2)
        self.type.horizon_days = 90
        self.book("2026-03-10 08:00")
        self.book("2026-03-13 08:00")
        for day in ("2026-03-16", "2026-03-12", "2026-03-09"):
            self.refused(f"{day} 09:00")
        self.assertTrue(self.book("2026-03-17 08:00"))
        self.assertTrue(self.book("2026-03-06 08:00"))

    def test_no_shows(self):
        """A70: an appointment that was missed counts, unless it is forgiven."""
        counted = self.restrict("count", period="month")
        missed = self.book("2026-03-03 08:00")
        missed.write({"state": "done", "attendance": "absent"})
        self.refused("2026-03-05 08:00")
        counted.count_no_shows = False
        self.assertTrue(self.book("2026-03-05 08:00"))
        self.refused("2026-03-06 08:00")

    def test_twice_the_same_hour(self):
        """A37, A70: who books the same hour again is led to the first appointment, not told of a limit."""
        self.restrict("count")
        self.book("2026-03-03 08:00")
        with self.assertRaises(AlreadyBooked):
            self.book("2026-03-03 08:00", "second")

    def test_several_limits_and_switched_off(self):
        """A70: each limit holds; one that is off does not."""
        self.restrict("count", max_count=5)
        daily = self.restrict("count", period="day")
        self.book("2026-03-03 08:00")
        self.refused("2026-03-03 10:00")
        daily.active = False
        self.assertTrue(self.book("2026-03-03 10:00"))

    def test_a_refused_one_leaves_nothing(self):
        """A70: the slot stays held for a correction, and no contact is made."""
        self.restrict("count")
        self.book("2026-03-03 08:00")
        hold = self.hold("2026-03-05 08:00", "second")
        public = hold.with_user(self.env.ref("base.public_user")).sudo()
        contacts = self.env["res.partner"].search_count([])
        with self.assertRaises(Restricted):
            public._confirm(self.booker(last_name="Other"), [])
        self.assertEqual((hold.state, self.env["res.partner"].search_count([])), ("hold", contacts))
        public._confirm(self.booker(email="b@example.com", phone=False), [])
        self.assertEqual(hold.state, "planned")

    def test_moving(self):
        """A70: moving is no new booking, neither ahead nor in the period; into a full period it is refused."""
        self.type.write({"horizon_days": 90, "move_limit": 0, "move_notice": 0})
        self.restrict("count")
        self.restrict("count", period="month")
        first = self.book("2026-03-03 08:00")
        first._move(utc("2026-03-10 08:00"), self.agency)
        self.assertEqual(first.start, utc("2026-03-10 08:00"))
        self.type.restriction_ids[0].max_count = 2
        second = self.book("2026-04-07 08:00")
        second._move(utc("2026-04-08 08:00"), self.agency)
        with self.assertRaises(Restricted):
            second._move(utc("2026-03-12 08:00"), self.agency)
        self.assertEqual(second.start, utc("2026-04-08 08:00"))

    def test_staff_are_warned(self):
        """A70: staff book what a visitor could not, and read which restriction it breaks."""
        self.restrict("count")
        self.restrict("closed", date_from="2026-03-10", date_to="2026-03-10")
        self.restrict("blocked", entries="anne.martin@example.com")
        values = {"type_id": self.type.id, "user_id": self.ada.id, "booker_email": "max@example.com"}
        first = self.env["booking.appointment"].create(dict(values, start="2026-03-03 08:00:00"))
        self.assertFalse(first.restriction_warning)
        second = self.env["booking.appointment"].create(dict(values, start="2026-03-10 08:00:00"))
        self.assertEqual(second.state, "planned")
        self.assertIn("1 at most", second.restriction_warning)
        self.assertIn("Mar 10, 2026", second.restriction_warning)
        second.write({"booker_email": "anne.martin@example.com", "start": "2026-03-11 08:00:00"})
        self.assertIn("cannot book: anne.martin@example.com", second.restriction_warning)
        self.assertNotIn("at most", second.restriction_warning)
        form = Form(self.env["booking.appointment"])
        form.type_id, form.user_id, form.start = self.type, self.bob, utc("2026-03-05 08:00")
        form.agency_id, form.booker_email = self.agency, "max@example.com"
        self.assertIn("1 at most", form.restriction_warning)
        self.assertTrue(form.save())

    def test_rows_that_stand_for_a_person(self):
        """A70: they are there only where a limit is set, name nobody, and go after a day."""
        claims = self.env["booking.person.claim"]
        self.book("2026-03-03 08:00", booker=self.booker(email="b@example.com", phone=False))
        self.assertFalse(claims.search([]))
        self.restrict("count")
        self.book("2026-03-04 08:00")
        self.assertTrue(claims.search([]))
        self.assertNotIn("anne", str(claims.search([]).read()).lower())
        with freeze_time("2026-03-04 08:00:00"):
            claims._gc_claims()
        self.assertFalse(claims.search([]))

    def test_queries(self):
        """X03, A70: what a person has costs as many queries with a hundred appointments as with one."""
        self.type.one_at_a_time = False

        def count(year, number):
            for key in range(number):
                start = utc("2025-01-01 08:00").replace(year=year, month=1 + key % 12, day=1 + key // 12)
                self.env["booking.appointment"].create(
                    {
                        "type_id": self.type.id,
                        "user_id": self.ada.id,
                        "start": start,
                        "state": "done",
                        "booker_email": "anne.martin@example.com",
                    }
                )
            self.env.flush_all()
            self.env.invalidate_all()
            booking_type, start = self.type.browse(self.type.id), utc("2026-03-03 08:00")
            person = self.env["booking.appointment"]._recognise(self.booker())
            before = self.env.cr.sql_log_count
            self.env["booking.appointment"]._find_restriction(booking_type, start, person, kinds=("count",))
            return self.env.cr.sql_log_count - before

        self.restrict("count", period="year", max_count=1000)
        count(2023, 1)  # what a server keeps between requests
        self.assertEqual(count(2024, 1), count(2025, 100))


@tagged("post_install", "-at_install")
class TestWho(RestrictionMixin, BookingCase):
    """A70: blocked people, and allowed domains."""

    def test_blocked(self):
        """A70: an e-mail, a domain with those below it, a phone, a pattern: however the list was pasted."""
        blocked = self.restrict(
            "blocked", entries="Eve <EVE@Example.com>; @spam.example\n06 12 34 56 78, test-*@example.org; +3389*"
        )
        self.assertEqual(blocked.entries, "eve@example.com\nspam.example\n+33612345678\ntest-*@example.org\n+3389*")
        for values in (
            {"email": "eve@example.com"},
            {"email": "a@mail.spam.example"},
            {"email": "test-1@example.org"},
            {"phone": "+33612345678"},
            {"phone": "+33891234567"},
        ):
            with self.subTest(values=values):
                booker = self.booker(**{"email": "fine@example.com", "phone": "+33600000001", **values})
                self.refused("2026-03-05 08:00", booker, kind="blocked")
        self.assertTrue(self.book("2026-03-05 08:00", booker=self.booker(phone=False)))

    def test_blocked_account(self):
        """A70: who is blocked is so by the e-mail of their account as well, from the choice of a slot on."""
        self.restrict("blocked", entries="eve@example.com")
        eve = new_test_user(self.env, "eve", groups="base.group_portal", email="eve@example.com")
        appointments = self.env["booking.appointment"].with_user(eve).sudo()
        with self.assertRaises(Restricted):
            appointments._hold(
                self.type,
                utc("2026-03-05 08:00"),
                reason=self.env["booking.reason"],
                agency=self.agency,
                visitor_key="2",
            )

    def test_nobody_learns_of_others(self):
        """A70: who is blocked and who has too many appointments read the same, with no date and no reference."""
        self.restrict("count")
        self.restrict("blocked", entries="eve@example.com")
        appointment = self.book("2026-03-03 08:00")
        full = self.refused("2026-03-05 08:00")
        blocked = self.refused("2026-03-05 08:00", self.booker(email="eve@example.com", phone=False), kind="blocked")
        self.assertEqual(full, blocked)
        self.assertNotIn(appointment.name, full)

    def test_allowed_domains(self):
        """A70: only e-mails of these domains, and of those below them; without an e-mail nobody."""
        domains = self.restrict("domains", entries="@Example.com\nexample.org")
        self.assertEqual(domains.entries, "example.com\nexample.org")
        self.assertTrue(self.book("2026-03-03 08:00", booker=self.booker(email="a@hr.example.com", phone=False)))
        for email in ("a@example.net", "a@notexample.com", False):
            booker = self.booker(email=email, phone=False)
            message = self.refused("2026-03-05 08:00", booker, kind="domains")
        self.assertIn("example.com, example.org", message)
        self.type.question_ids.filtered(lambda question: question.role == "email").unlink()
        self.assertEqual(self.type.setup_page, "form")

    def test_own_message(self):
        """A70: the message is the administrator's, in the visitor's language."""
        self.env["res.lang"]._activate_lang("fr_FR")
        counted = self.restrict("count", message="Please call us for a second one.")
        counted.with_context(lang="fr_FR").message = "Appelez-nous pour un second."
        self.book("2026-03-03 08:00")
        self.assertEqual(self.refused("2026-03-05 08:00"), "Please call us for a second one.")
        self.env = self.env(context=dict(self.env.context, lang="fr_FR"))
        self.assertEqual(self.refused("2026-03-05 08:00"), "Appelez-nous pour un second.")

    def test_moving(self):
        """A70: who was blocked meanwhile cannot move, and can still cancel."""
        appointment = self.book("2026-03-05 08:00")
        self.type.move_notice = 0
        self.restrict("blocked", entries=appointment.booker_email)
        with self.assertRaises(Restricted):
            appointment._move(utc("2026-03-06 08:00"), self.agency)
        self.assertFalse(appointment._find_obstacle("cancel"))

    def test_incomplete(self):
        """A70: what would mean nothing, or what is no entry, is refused with words that help."""
        for kind, values, words in (
            ("blocked", {}, "list is empty"),
            ("blocked", {"entries": "anne"}, "“anne” is no e-mail"),
            ("blocked", {"entries": "*"}, "is no e-mail"),
            ("domains", {"entries": "anne@example.com"}, "is no domain"),
            ("closed", {"date_from": "2026-03-03"}, "have a first day"),
            ("closed", {"date_from": "2026-03-03", "date_to": "2026-03-02"}, "not before"),
            ("closed", {"date_from": "2026-03-03", "date_to": "2027-06-02", "every_year": True}, "less than a year"),
            ("opening", {}, "when booking opens"),
            ("opening", {"opens_at": FIVE, "closes_at": FIVE}, "closes after it opens"),
            ("code", {"code": "12345"}, "6 to 64 characters"),
            ("code", {"code": False}, "6 to 64 characters"),
            ("count", {"max_count": 0}, "one at least"),
            ("count", {"period": "rolling", "days": 0}, "one day at least"),
        ):
            with self.subTest(kind=kind, values=values), self.env.cr.savepoint():
                with self.assertRaises(Exception) as wrong, self.env.cr.savepoint():
                    self.restrict(kind, **values)
                if isinstance(wrong.exception, ValidationError):
                    self.assertIn(words, str(wrong.exception))
                else:
                    self.assertEqual(type(wrong.exception).__name__, "CheckViolation")

    def test_plain_words(self):
        """A70: the administrator reads what each restriction does."""
        for restriction, words in (
            (self.restrict("count", max_count=2, period="week"), "in a week: 2 at most"),
            (self.restrict("count", period="rolling", days=10), "in any 10 days: 1 at most"),
            (self.restrict("count", period="month", count_no_shows=False), "No-shows do not count"),
            (
                self.restrict("closed", date_from="2026-12-24", date_to="2026-12-31", every_year=True),
                "of each year: Dec 24",
            ),
            (self.restrict("opening", opens_at=FIVE), "from Monday, March 2, 2026, 5:00"),
            (self.restrict("code"), "listed nowhere"),
            (self.restrict("domains", entries="a.example b.example c.example d.example"), "and 1 more"),
            (self.restrict("blocked", entries="eve@example.com"), "cannot book: eve@example.com"),
        ):
            self.assertIn(words, restriction.summary.replace("\u202f", " "))

    def test_copied_type(self):
        """A70: a copied type has the same restrictions, and a code of its own."""
        code = self.restrict("code")
        self.restrict("count")
        copied = self.type.copy()
        self.assertEqual(sorted(copied.restriction_ids.mapped("kind")), ["code", "count"])
        self.assertNotEqual(copied.restriction_ids.filtered("code").mapped("code")[0], code.code)
        self.assertTrue(copied.needs_code)


@tagged("post_install", "-at_install")
class TestWhen(RestrictionMixin, BookingCase):
    """A70: closed dates, and when booking opens and closes."""

    def test_closed_dates(self):
        """A70: no slot on these days, on the clock of the hours; the first and the last day included."""
        self.restrict("closed", date_from="2026-03-03", date_to="2026-03-04")
        self.assertFalse(self.slots("2026-03-03"))
        self.assertFalse(self.slots("2026-03-04"))
        self.assertTrue(self.slots("2026-03-05"))
        with self.assertRaises(SlotTaken):
            self.hold("2026-03-03 08:00")
        self.type.restriction_ids.active = False
        self.assertTrue(self.slots("2026-03-03"))

    def test_closed_on_the_clock_of_the_place(self):
        """A70, X02: a day in Auckland is over before it is in Paris; a slot into a closed day is closed."""
        self.agency.tz = "Pacific/Auckland"
        self.mornings.unlink()
        self.open_hours(self.ada, (0, 24), agency_id=self.agency.id, tz="Pacific/Auckland")
        self.restrict("closed", date_from="2026-03-05", date_to="2026-03-05")
        # March 5 there: from 11:00 UTC of the day before to 11:00 UTC
        found = self.type._get_slots(utc("2026-03-04 08:00"), utc("2026-03-05 13:00"), agency=self.agency)
        hours = [f"{start:%d %H:%M}" for start in found]
        self.assertEqual(hours, ["04 08:00", "04 09:00", "04 10:00", "05 11:00", "05 12:00"])

    def test_closed_every_year(self):
        """A70: each year, over the turn of the year, and on a day that most years do not have."""
        self.type.horizon_days = 800
        self.restrict("closed", date_from="2019-12-30", date_to="2020-01-02", every_year=True)
        for day in ("2026-12-30", "2027-01-01", "2027-12-31"):
            self.assertFalse(self.slots(day), day)
        self.assertTrue(self.slots("2027-01-04"))
        self.restrict("closed", date_from="2024-02-29", date_to="2024-02-29", every_year=True)
        self.assertFalse(self.slots("2028-02-29"))

    def test_closed_dates_everywhere(self):
        """A70: neither the catalogue's next free date, nor the first by agency, nor who waits sees such a day."""
        self.assertEqual(self.type._get_first_starts()[self.type.id], utc("2026-03-02 08:00"))
        self.restrict("closed", date_from="2026-03-02", date_to="2026-03-05")
        self.assertEqual(self.type._get_first_starts()[self.type.id], utc("2026-03-06 08:00"))
        window = utc("2026-03-02 00:00"), utc("2026-03-20 00:00")
        first = self.type._get_first_by_agency(*window, self.agency)
        self.assertEqual(first[self.agency.id], utc("2026-03-06 08:00"))
        freed = self.env["booking.waiting"]._get_freed(self.type, self.env["booking.reason"])
        self.assertEqual(min(slot.start for slot, _local in freed), utc("2026-03-06 08:00"))
        self.type.distribution = "uniform"
        self.assertFalse(self.slots("2026-03-03"))
        self.type.choose_agency = False
        self.assertFalse(self.slots("2026-03-03", agency=None))
        self.assertTrue(self.slots("2026-03-06", agency=None))

    def test_no_query_more(self):
        """X03, A70: closed dates and opening hours cost no query when slots are looked for."""

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.type._get_slots(utc("2026-03-03 00:00"), utc("2026-03-10 00:00"), agency=self.agency)
            return self.env.cr.sql_log_count - before

        without = queries()
        for number in range(5):
            self.restrict("closed", date_from=f"2026-03-1{number}", date_to=f"2026-03-1{number}")
        self.restrict("opening", opens_at="2026-03-01 08:00:00")
        self.assertEqual(queries(), without)

    def test_closed_meanwhile(self):
        """A70: a slot that was held before the day was closed is not confirmed."""
        hold = self.hold("2026-03-03 08:00")
        self.restrict("closed", date_from="2026-03-03", date_to="2026-03-03", message="We move house.")
        with self.assertRaises(Restricted) as refusal:
            hold._confirm(self.booker(), [])
        self.assertEqual((refusal.exception.kind, refusal.exception.message), ("closed", "We move house."))

    def test_opening(self):
        """A70: from the minute it opens to the minute before it closes, and no slot outside."""
        self.restrict("opening", opens_at=FIVE, closes_at="2026-03-04 16:00:00")
        for now, state, offered in (
            ("2026-03-02 15:59:59", "before", False),
            (FIVE, "open", True),
            ("2026-03-04 15:59:59", "open", True),
            ("2026-03-04 16:00:00", "after", False),
        ):
            with freeze_time(now):
                self.assertEqual(self.type._get_opening().state, state)
                self.assertEqual(bool(self.slots("2026-03-05")), offered)
                self.assertEqual(bool(self.type._get_first_starts()[self.type.id]), offered)
        self.assertIn("5:00", self.type._get_opening().text)
        self.assertIn("Paris time", self.type._get_opening().text)

    def test_two_openings(self):
        """A70: of several, each holds."""
        self.restrict("opening", opens_at="2026-03-01 08:00:00")
        self.restrict("opening", opens_at=FIVE, closes_at="2026-03-09 08:00:00")
        self.assertEqual(self.type._get_opening().state, "before")

    def test_hold_ends_with_booking(self):
        """A31, A70: no slot is kept beyond the end of the booking, so that what the page promises holds."""
        self.restrict("opening", closes_at="2026-03-02 08:05:00")
        hold = self.hold("2026-03-03 08:00")
        self.assertEqual(hold.hold_until, utc("2026-03-02 08:05"))
        hold._wait_for_sign_in()
        hold._resume_hold()
        self.assertEqual(hold.hold_until, utc("2026-03-02 08:05"))

    def test_closing_at_the_confirmation(self):
        """A70: a hold does not outlast a booking that is closed while the form is filled in."""
        hold = self.hold("2026-03-03 08:00")
        self.restrict("opening", closes_at="2026-03-02 07:00:00")
        with self.assertRaises(Restricted) as refusal:
            hold._confirm(self.booker(), [])
        self.assertIn("closed", refusal.exception.message)
        self.assertEqual(self.type.setup_page, "restrictions")

    def test_moving_after_the_end(self):
        """A70: once booking is closed nothing is moved, and what is booked can be cancelled."""
        appointment = self.book("2026-03-05 08:00")
        self.restrict("opening", closes_at="2026-03-02 07:00:00")
        self.assertEqual(appointment._find_obstacle("move"), "not_open")
        self.assertFalse(appointment._find_obstacle("cancel"))

    def test_diagnosis(self):
        """A19, A70: the diagnosis names the restriction: closed dates, opening, closing, code."""
        manager = self.new_advisor("Manager", "appointment_booking.group_booking_manager")
        team = self.env["booking.team"].create(
            {"name": "Lyon", "manager_ids": [Command.set(manager.ids)], "member_ids": [Command.set(self.ada.ids)]}
        )
        self.type.team_ids = team

        def ask(start="2026-03-03 08:00"):
            booking_type = self.type.with_user(manager).with_context(lang="en_US")
            return booking_type._diagnose(self.ada, utc(start), agency=self.agency)

        self.assertFalse(ask().obstacles)
        closed = self.restrict("closed", date_from="2026-03-03", date_to="2026-03-03")
        (obstacle,) = ask().obstacles
        self.assertEqual(obstacle.cause, "restriction")
        self.assertIn("Mar 3, 2026", obstacle.text)
        self.assertEqual([o.cause for o in ask("2026-03-03 15:00").obstacles], ["opening", "restriction"])
        closed.active = False
        opening = self.restrict("opening", opens_at=FIVE)
        self.assertEqual([o.cause for o in ask().obstacles], ["restriction"])
        self.assertIn("not open yet", ask().obstacles[0].text)
        opening.write({"opens_at": False, "closes_at": "2026-03-01 08:00:00"})
        self.assertIn("closed", ask().obstacles[0].text)
        opening.active = False
        self.restrict("code")
        found = ask()
        self.assertFalse(found.obstacles)
        self.assertEqual([note.cause for note in found.notes], ["restriction"])
        wizard = (
            self.env["booking.diagnosis"]
            .with_user(manager)
            .create(
                {
                    "type_id": self.type.id,
                    "user_id": self.ada.id,
                    "agency_id": self.agency.id,
                    "day": "2026-03-03",
                    "hour": 9,
                }
            )
        )
        self.assertTrue(wizard.is_offered)
        self.assertIn("access code", wizard.answer)


@tagged("post_install", "-at_install")
class TestCode(RestrictionMixin, BookingCase):
    """A70: access codes."""

    def test_codes(self):
        """A70: any of the codes, whatever the capitals and spaces; nothing else, and nothing that is off."""
        self.restrict("code", code="Spring-2026")
        other = self.restrict("code", code="PARTNER7")
        for typed, right in (
            ("spring-2026", True),
            (" SPRING -2026 ", True),
            ("partner7", True),
            ("spring2026", False),
            ("", False),
            (None, False),
            ("é" * 100, False),
        ):
            self.assertEqual(self.type._is_code(typed), right, typed)
        other.active = False
        self.assertFalse(self.type._is_code("partner7"))

    def test_seal(self):
        """A70: what a visitor was given for a code is worth nothing once the codes have changed."""
        code = self.restrict("code")
        seal = self.type._get_code_seal()
        self.assertEqual(self.type._get_code_seal(), seal)
        ticket = self.type._issue_ticket("A" * 32, has_code=True)
        self.assertTrue(self.type._read_ticket(ticket).has_code)
        self.assertFalse(self.type._read_ticket(self.type._issue_ticket("A" * 32)).has_code)
        code.action_new_code()
        self.assertNotEqual(self.type._get_code_seal(), seal)
        self.assertIsNone(self.type._read_ticket(ticket))

    def test_listing(self):
        """A70: a type with a code is listed nowhere, unless wanted; without one as before."""
        Type = self.env["booking.type"]
        self.assertIn(self.type, Type._get_published())
        code = self.restrict("code")
        self.assertNotIn(self.type, Type._get_published())
        code.listed = True
        self.assertIn(self.type, Type._get_published())
        self.assertEqual(
            [
                row["next_day"]
                for _category, rows in self.env["booking.journey"]._get_catalogue(self.type)
                for row in rows
            ],
            [""],
            "its free dates are told to those only who have the code",
        )
        code.unlink()
        self.assertFalse(self.type.needs_code)

    def test_link(self):
        """A70: the secret link is ready to be copied."""
        code = self.restrict("code", code="A B+C/7&é")
        self.assertTrue(code.link.endswith("/booking/mortgage-advice?code=A+B%2BC%2F7%26%C3%A9"))
