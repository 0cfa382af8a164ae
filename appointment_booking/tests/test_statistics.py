import random
from collections import defaultdict
from datetime import timedelta

import pytz
from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import BookingCase, utc

MANAGER = "appointment_booking.group_booking_manager"
ADMIN = "appointment_booking.group_booking_admin"
PARIS = pytz.timezone("Europe/Paris")


class StatisticsCase(BookingCase):
    """Three hundred appointments of half a year, of which nothing is regular."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        dice = random.Random(5)
        cls.boss = cls.new_advisor("Boss", ADMIN)
        cls.manager = cls.new_advisor("Manager", MANAGER)
        cls.stranger = cls.new_advisor("Stranger", MANAGER)
        cls.team = cls.env["booking.team"].create(
            {
                "name": "Loans",
                "manager_ids": [Command.set(cls.manager.ids)],
                "member_ids": [Command.set(cls.ada.ids)],
                "type_ids": [Command.set(cls.type.ids)],
            }
        )
        cls.env["booking.team"].create({"name": "Others", "manager_ids": [Command.set(cls.stranger.ids)]})
        cls.other_type = cls.new_type("Cards", cls.ada | cls.bob)
        cls.reasons = cls.env["booking.reason"].create(
            [{"type_id": cls.type.id, "name": name} for name in ("First home", "Renegotiate")]
        )
        cls.bron = cls.env["booking.agency"].create({"name": "Bron", "tz": "Indian/Reunion"})
        website = cls.env.ref("base.public_user")
        values = []
        for number in range(300):
            start = utc("2025-12-01") + timedelta(days=number % 150, hours=dice.randrange(24))
            over = start < utc("2026-03-02 08:00")
            state = dice.choice(
                ["done", "done", "planned", "cancelled"] if over else ["planned", "planned", "cancelled"]
            )
            of_type = dice.choice([cls.type, cls.other_type, cls.env["booking.type"]])
            values.append(
                {
                    "type_id": of_type.id,
                    "reason_id": dice.choice(cls.reasons).id if of_type == cls.type else False,
                    "agency_id": dice.choice([cls.agency, cls.bron, cls.env["booking.agency"]]).id,
                    "user_id": (cls.ada if number < 150 else cls.bob).id,
                    "start": start,
                    "stop": start + timedelta(minutes=dice.choice([15, 30, 45])),
                    "gap": 0,
                    "state": state,
                    "attendance": dice.choice(["came", "came", "absent", "excused", False]) if over else False,
                    "move_count": dice.choice([0, 0, 1, 2]),
                    "booker_name": f"Booker {number}",
                }
            )
        # Without their entries in the calendar, which take most of the time
        quiet = cls.env["booking.appointment"].with_context(booking_forgetting=True)
        cls.appointments = quiet.create(values)
        cls.env.flush_all()
        for appointment in cls.appointments:
            lead = timedelta(hours=dice.randrange(0, 900))
            who = dice.choice([website, cls.bob])
            cls.env.cr.execute(
                "UPDATE booking_appointment SET create_date = %s, create_uid = %s, rating_last_value = %s"
                " WHERE id = %s",
                [
                    appointment.start - lead,
                    who.id,
                    dice.choice([0, 0, 3, 5]) if appointment.state == "done" else 0,
                    appointment.id,
                ],
            )
        cls.env.invalidate_all()
        cls.env["booking.appointment"].search([("id", "not in", cls.appointments.ids)]).write({"state": "cancelled"})
        cls.ours = ("id", "in", cls.appointments.ids)

    def reports(self, user=None):
        return self.env["booking.report"].with_user(user or self.boss)

    def read_group(self, groupby, aggregates, domain=(), user=None):
        return self.reports(user)._read_group([self.ours, *domain], groupby, aggregates)

    def brute(self, key, value):
        """Return ``{key: [values that are not None]}`` of the appointments, as plain Python counts them."""
        groups = defaultdict(list)
        for appointment in self.appointments:
            kept = groups[key(appointment)]
            if (one := value(appointment)) is not None:
                kept.append(one)
        return groups


@tagged("post_install", "-at_install")
class TestStatistics(StatisticsCase):
    def assert_groups(self, groupby, aggregate, key, value, fold):
        found = dict(self.read_group([groupby], [aggregate]))
        expected = {one: fold(values) for one, values in self.brute(key, value).items()}
        self.assertEqual(found.keys(), expected.keys())
        for one, number in expected.items():
            self.assertAlmostEqual(found[one] or 0, number or 0, places=5, msg=str(one))

    def test_counts_by_everything(self):
        """C05: type, reason, agency, advisor, state, attendance, channel, origin and company are counted right."""
        for name in ("type_id", "reason_id", "agency_id", "user_id", "state", "attendance", "channel", "company_id"):
            with self.subTest(by=name):
                self.assert_groups(name, "__count", lambda a, name=name: a[name], lambda a: 1, sum)
        origin = {False: "staff", True: "website"}
        self.assert_groups("origin", "__count", lambda a: origin[a.create_uid.share], lambda a: 1, sum)

    def test_rates_and_averages(self):
        """C05: rates are those of the appointments that matter; lead time and satisfaction are averages."""

        def mean(values):
            return sum(values) / len(values) if values else 0

        def absent(appointment):
            if appointment.state == "done" or (appointment.state == "planned" and appointment.attendance):
                return appointment.attendance == "absent"
            return None

        def lead(appointment):
            return (appointment.start - appointment.create_date).total_seconds() / 86400

        by_type = "type_id", lambda a: a.type_id
        self.assert_groups(by_type[0], "absent_rate:avg", by_type[1], absent, mean)
        self.assert_groups(by_type[0], "cancelled_rate:avg", by_type[1], lambda a: a.state == "cancelled", mean)
        self.assert_groups(by_type[0], "lead_days:avg", by_type[1], lead, mean)
        self.assert_groups(by_type[0], "rating:avg", by_type[1], lambda a: a.rating_last_value or None, mean)
        self.assert_groups(by_type[0], "duration:sum", by_type[1], lambda a: a.duration, sum)
        self.assert_groups(by_type[0], "move_count:sum", by_type[1], lambda a: a.move_count, sum)
        self.assert_groups(by_type[0], "absent:sum", by_type[1], lambda a: bool(absent(a)), sum)

    def test_clock_and_lead_time(self):
        """C05, X02: hours and weekdays are those of the place; lead times fall into the bucket of their days."""

        def local(appointment):
            zone = appointment.agency_id.tz or appointment.type_id.tz or "UTC"
            return pytz.utc.localize(appointment.start).astimezone(pytz.timezone(zone))

        def bucket(appointment):
            days = (appointment.start - appointment.create_date) / timedelta(days=1)
            return f"{max(bound for bound in (0, 1, 3, 7, 14, 28) if bound <= days):02}"

        self.assert_groups("hour", "__count", lambda a: f"{local(a):%H}:00", lambda a: 1, sum)
        self.assert_groups("weekday", "__count", lambda a: str(local(a).isoweekday()), lambda a: 1, sum)
        self.assert_groups("lead_time", "__count", bucket, lambda a: 1, sum)

    def test_teams(self):
        """C05: appointments are grouped by the teams of their type."""
        found = dict(self.read_group(["team_ids"], ["__count"], user=self.manager))
        self.assertEqual(found[self.team], len(self.appointments.filtered(lambda a: a.type_id == self.type)))

    def test_held_slots_do_not_count(self):
        """C05: a slot that is only held while a form is filled in is in no statistics."""
        hold = self.hold("2026-03-03 08:00")
        self.assertFalse(self.reports().search([("id", "=", hold.id)]))

    def test_figures_outlive_personal_data(self):
        """C05, A73: the statistics are the same after personal data are removed."""
        names = ("type_id", "agency_id", "user_id", "state", "attendance", "origin", "hour", "grade", "lead_time")
        measures = ["__count", "duration:sum", "absent_rate:avg", "rating:avg", "lead_days:avg", "move_count:sum"]

        def read():
            return {name: self.read_group([name], measures) for name in names}

        before = read()
        over = self.appointments.filtered(lambda a: a.stop < fields.Datetime.now())[:40]
        over._forget_personal_data()
        self.assertFalse(any(over.mapped("booker_name")))
        for name, rows in read().items():
            self.assertEqual([row[0] for row in rows], [row[0] for row in before[name]])
            for (key, *found), (_key, *expected) in zip(rows, before[name], strict=True):
                for measure, one, other in zip(measures, found, expected, strict=True):
                    # PostgreSQL adds in the order of the rows, which the update changes: the last digits may differ.
                    self.assertAlmostEqual(one, other, places=9, msg=f"{measure} by {name} {key}")
        self.assertTrue(any(row[4] for row in before["agency_id"]), "some were rated")

    def test_whose_figures(self):
        """C05, A01, C06: each counts what they may see in the list: own, of the teams managed, of the company."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        for user in (self.boss, self.manager, self.stranger, self.ada, self.bob):
            seen = self.env["booking.appointment"].with_user(user).search([self.ours])
            self.assertEqual(
                self.reports(user).search([self.ours]).ids, self.reports(user).browse(seen.ids).sorted().ids
            )
        self.assertFalse(self.reports(self.stranger).search_count([self.ours]))
        far = self.boss.copy({"login": "far", "company_id": elsewhere.id, "company_ids": [Command.set(elsewhere.ids)]})
        self.assertFalse(self.reports(far).search_count([self.ours]))
        clerk = self.new_advisor("Clerk", "base.group_user")
        portal = new_test_user(self.env, login="portal-reader", groups="base.group_portal")
        for user in (clerk, portal, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self.reports(user).search_count([])
            with self.assertRaises(AccessError):
                self.reports(user).get_overview()

    # The overview

    def overview(self, user=None, **asked):
        reports = self.reports(user)
        return reports.with_context(tz="Europe/Paris", lang="en_US").get_overview(asked)

    def lying(self, first, last, **values):
        """Return the appointments that lie in these days in Paris."""

        def is_in(appointment):
            day = pytz.utc.localize(appointment.start).astimezone(PARIS).date()
            return first <= day <= last and all(appointment[name].id == value for name, value in values.items())

        return self.appointments.filtered(is_in)

    def check(self, found, appointments):
        figures = {name: figure["value"] for name, figure in found["figures"].items()}
        self.assertEqual(figures["booked"], len(appointments))
        for name, state in (("held", "done"), ("cancelled", "cancelled"), ("planned", "planned")):
            self.assertEqual(figures[name], len(appointments.filtered(lambda a, state=state: a.state == state)))
        over = appointments.filtered(lambda a: a.state == "done" or (a.state == "planned" and a.attendance))
        missed = over.filtered(lambda a: a.attendance == "absent")
        self.assertAlmostEqual(figures["absent_rate"] or 0, len(missed) / len(over) if over else 0)
        grades = [grade for grade in appointments.mapped("rating_last_value") if grade]
        self.assertAlmostEqual(figures["rating"] or 0, sum(grades) / len(grades) if grades else 0)
        self.assertEqual(sum(bar["booked"] + bar["cancelled"] for bar in found["bars"]), len(appointments))
        self.assertEqual(sum(bar["cancelled"] for bar in found["bars"]), figures["cancelled"])
        self.assertEqual(sum(row["booked"] for row in found["reasons"]), len(appointments))
        self.assertEqual(sum(row["booked"] for row in found["hours"]), len(appointments))
        shown = self.env["booking.appointment"].search([*found["domains"]["appointments"], self.ours])
        self.assertEqual(shown, appointments.sorted(lambda a: (a.start, a.id), reverse=True))

    def test_periods(self):
        """C05: this week, this month, the last thirty days and any others, each with the days before to compare."""
        day = fields.Date.to_date
        spans = {
            "week": ("2026-03-01", "2026-03-07", "2026-02-22"),  # in English a week begins on Sunday
            "month": ("2026-03-01", "2026-03-31", "2026-02-01"),
            "last30": ("2026-02-01", "2026-03-02", "2026-01-02"),
        }
        for period, (first, last, before) in spans.items():
            with self.subTest(period=period):
                found = self.overview(period=period)
                self.assertEqual((found["first"], found["last"], found["before_first"]), (first, last, before))
                self.check(found, self.lying(day(first), day(last)))
                former = self.lying(day(before), day(found["before_last"]))
                self.assertEqual(found["figures"]["booked"]["before"], len(former))
        found = self.overview(period="custom", first="2025-12-15", last="2026-04-20")
        self.assertEqual(found["unit"], "week")
        self.check(found, self.lying(day("2025-12-15"), day("2026-04-20")))
        found = self.overview(period="custom", first="2025-12-15", last="2026-12-24")
        self.assertEqual((found["unit"], len(found["bars"])), ("month", 13))

    def test_change_of_the_clocks(self):
        """C05, X02: on the day of a change of the clocks nothing is lost and nothing is counted twice."""
        day = fields.Date.to_date("2026-03-29")
        found = self.overview(period="custom", first="2026-03-29", last="2026-03-29")
        self.check(found, self.lying(day, day))
        bounds = {tuple(leaf) for leaf in found["domains"]["appointments"] if leaf[0] == "start"}
        self.assertEqual(bounds, {("start", ">=", "2026-03-28 23:00:00"), ("start", "<", "2026-03-29 22:00:00")})

    def test_filters(self):
        """C05: the figures of one type, agency or advisor, or of all three."""
        for filters in (
            {"type_id": self.type.id},
            {"agency_id": self.bron.id},
            {"user_id": self.bob.id},
            {"type_id": self.type.id, "agency_id": self.agency.id, "user_id": self.ada.id},
        ):
            with self.subTest(**filters):
                found = self.overview(period="custom", first="2025-12-01", last="2026-05-30", **filters)
                days = fields.Date.to_date("2025-12-01"), fields.Date.to_date("2026-05-30")
                self.check(found, self.lying(*days, **filters))

    def test_whose_overview(self):
        """C05, A01: an advisor sees their own figures, a manager those of their teams."""
        days = {"period": "custom", "first": "2025-12-01", "last": "2026-05-30"}
        for user in (self.ada, self.manager, self.stranger):
            seen = self.env["booking.appointment"].with_user(user).search_count([self.ours])
            self.assertEqual(self.overview(user, **days)["figures"]["booked"]["value"], seen)
        self.assertFalse(self.overview(self.ada)["choices"]["user_id"], "one does not choose among colleagues")

    def test_nonsense(self):
        """C05, X04: what makes no sense is refused with a sentence, whatever it is."""
        for asked in (
            {"period": "century"},
            {"period": "custom"},
            {"period": "custom", "first": "2026-03-02", "last": "2026-03-01"},
            {"period": "custom", "first": "1999-01-01", "last": "2026-03-01"},
            {"period": "custom", "first": 5, "last": ["x"]},
            {"period": "custom", "first": "0001-01-01", "last": "9999-12-31"},
        ):
            with self.subTest(**asked), self.assertRaises(UserError):
                self.overview(**asked)
        found = self.reports().get_overview({"type_id": "x", "agency_id": [1], "user_id": -1})
        self.assertEqual(
            len(found["domains"]["appointments"]), len(self.reports().get_overview()["domains"]["appointments"])
        )

    def test_queries(self):
        """C05, X03: one look costs the same number of queries whatever the period and what is found."""
        counts = set()
        for asked in ({"period": "week"}, {"period": "custom", "first": "2025-12-01", "last": "2026-05-30"}):
            self.overview(**asked)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.overview(**asked)
            counts.add(self.env.cr.sql_log_count - before)
        self.assertEqual(len(counts), 1)
        self.assertLess(max(counts), 25)


@tagged("post_install", "-at_install")
class TestOccupancy(BookingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls.new_advisor("Boss", ADMIN)
        cls.occupancy = cls.env["booking.occupancy"]
        cls.day = fields.Date.to_date("2026-03-03")

    def fill(self, users=None, first="2026-03-02", last="2026-03-15"):
        days = fields.Date.to_date(first), fields.Date.to_date(last)
        self.occupancy._fill((users or self.ada).ids, *days)

    def minutes(self, user=None, day="2026-03-03"):
        rows = self.occupancy.search([("user_id", "=", (user or self.ada).id), ("day", "=", day)])
        return {row.agency_id.name or "": row.minutes for row in rows}

    def rates(self, groupby, users=None):
        report = self.env["booking.occupancy.report"]
        domain = [("user_id", "in", (users or self.ada).ids), ("day", ">=", "2026-03-02"), ("day", "<=", "2026-03-15")]
        return dict(report._read_group(domain, [groupby], ["rate:avg"]))

    def appoint(self, start, minutes=60, user=None, **values):
        start = utc(start)
        return self.env["booking.appointment"].create(
            {
                "user_id": (user or self.ada).id,
                "start": start,
                "stop": start + timedelta(minutes=minutes),
                "gap": 30,
                "booker_name": "Anne",
                **values,
            }
        )

    def test_hours_are_those_of_the_engine(self):
        """C05: the minutes are what slots are offered from: hours, exceptions, time off, other entries; once each."""
        self.fill()
        self.assertEqual(self.minutes(), {"": 180})
        self.assertFalse(self.minutes(day="2026-03-07"), "Saturday")
        self.new_event(self.ada, "2026-03-03 08:30:00", "2026-03-03 09:00:00")
        self.open_hours(self.ada, (14, 16), agency_id=self.agency.id)
        self.open_hours(
            self.ada, (15, 16), kind="closed", date_from=self.day, date_to=self.day, agency_id=self.agency.id
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Closing day",
                "date_from": "2026-03-04 00:00:00",
                "date_to": "2026-03-04 22:00:00",
                "company_id": self.env.company.id,
                "calendar_id": False,
            }
        )
        self.fill()
        self.assertEqual(self.minutes(), {"": 150, "Lyon": 60})
        self.assertEqual(self.minutes(day="2026-03-05"), {"": 180, "Lyon": 120})
        self.assertFalse(self.minutes(day="2026-03-04"))

    def test_own_appointments_leave_the_hours(self):
        """C05: an appointment and its entry in the calendar book minutes; they do not take them away."""
        self.appoint("2026-03-03 08:00", 90)
        self.fill()
        self.assertEqual(self.minutes(), {"": 180})
        self.assertEqual(self.rates("day:day")[self.day], 0.5)

    def test_rate_of_a_group(self):
        """C05: the rate of a group is its booked minutes of its bookable ones, not the average of rates."""
        self.open_hours(self.ada, (9, 10), kind="one_off", date_from="2026-03-08", date_to="2026-03-08")
        self.appoint("2026-03-08 08:00", 60)  # all of the one hour on that Sunday
        self.appoint("2026-03-03 08:00", 60)
        off = self.appoint("2026-03-04 08:00", 60)
        off.action_cancel()
        self.fill()
        self.assertAlmostEqual(self.rates("user_id")[self.ada], 120 / (10 * 180 + 60))
        self.appoint("2026-03-05 15:00", 60)  # outside the hours
        self.assertAlmostEqual(self.rates("user_id")[self.ada], 180 / (10 * 180 + 60))
        rows = (
            self.env["booking.occupancy.report"]
            .with_user(self.boss)
            .formatted_read_group(
                [("user_id", "=", self.ada.id), ("day", "=", "2026-03-08")],
                ["day:week"],
                ["rate:avg", "booked_minutes:sum"],
            )
        )
        self.assertEqual((rows[0]["rate:avg"], rows[0]["booked_minutes:sum"]), (1, 60))

    def test_rate_by_agency(self):
        """C05: an appointment counts where the hours are in which it lies."""
        self.open_hours(self.ada, (14, 16), agency_id=self.agency.id, mon=False, wed=False, thu=False, fri=False)
        self.appoint("2026-03-03 13:00", 60, agency_id=self.agency.id)
        self.appoint("2026-03-04 08:00", 90, agency_id=self.agency.id)  # in hours that are kept for every agency
        self.fill()
        found = self.rates("agency_id")
        self.assertEqual(found[self.agency], 60 / 240)
        self.assertAlmostEqual(found[self.env["booking.agency"]], 90 / 1800)

    def test_brute_force(self):
        """C05: random hours of two agencies, minute by minute."""
        dice = random.Random(3)
        bron = self.env["booking.agency"].create({"name": "Bron", "tz": "Europe/Paris"})
        for _hours in range(12):
            start = dice.randrange(20)
            kind = dice.choice(["recurring", "one_off", "closed"])
            day = fields.Date.to_date("2026-03-23") + timedelta(days=dice.randrange(10))
            self.open_hours(
                self.bob,
                (start, start + dice.randint(1, 4)),
                kind=kind,
                agency_id=dice.choice([False, self.agency.id, bron.id]),
                date_from=False if kind == "recurring" else day,
                date_to=False if kind == "recurring" else day,
                sun=True,
            )
        self.new_event(self.bob, "2026-03-25 07:20:00", "2026-03-25 13:10:00")
        first, last = fields.Date.to_date("2026-03-23"), fields.Date.to_date("2026-04-01")
        found = {
            (day, agency_id): minutes
            for _user, agency_id, day, minutes in self.occupancy._get_bookable_minutes(self.bob.ids, first, last)
        }
        rules = [
            (rule, record.agency_id.id)
            for record in self.env["booking.availability"].search([("user_id", "=", self.bob.id)])
            for rule in record._to_rules()
        ]
        expected = defaultdict(float)
        minute = utc("2026-03-22 23:00")
        while minute < utc("2026-04-01 22:00"):
            wall = pytz.utc.localize(minute).astimezone(PARIS)
            of_day = wall.hour * 60 + wall.minute
            shown = [
                (rule, place)
                for rule, place in rules
                if rule.holds_on(wall.date()) and rule.minute_from <= of_day < rule.minute_to
            ]
            closed = {place for rule, place in shown if rule.closed}
            places = {place for rule, place in shown if not rule.closed} - closed
            if False in closed or utc("2026-03-25 07:20") <= minute < utc("2026-03-25 13:10"):
                places = set()
            places = places - {False} or places
            for place in places:
                expected[wall.date(), place or None] += 1 / len(places)
            minute += timedelta(minutes=1)
        self.assertEqual(found.keys(), expected.keys())
        for key, minutes in expected.items():
            self.assertAlmostEqual(found[key], minutes, places=6, msg=str(key))

    def test_hours_change(self):
        """C05: changed hours count from then on, days that are over stay, and the scheduled action is called soon."""
        self.fill(self.ada, "2026-02-23", "2026-03-08")
        cron = self.env.ref("appointment_booking.ir_cron_occupancy")
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        with freeze_time("2026-03-03 12:00:00"):
            self.mornings.filtered(lambda hours: hours.user_id == self.ada).hours_ids.hour_to = 10
            self.env.cr.precommit.run()
            found = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
            self.assertEqual(found, triggers + 1, "once for all that a transaction changes")
            known, new = self.occupancy._get_users_to_fill()
            self.assertIn(self.ada.id, known)
            self.assertIn(self.bob.id, new)
            self.fill(self.ada, "2026-03-02", "2026-03-08")
        self.assertEqual(self.minutes(day="2026-02-27"), {"": 180})
        self.assertEqual(self.minutes(day="2026-03-04"), {"": 60})
        self.mornings.filtered(lambda hours: hours.user_id == self.ada).active = False
        self.assertIn(self.ada.id, self.occupancy._get_users_to_fill()[0], "what is kept of the days ahead must go")
        self.fill(self.ada, "2026-03-02", "2026-03-08")
        self.assertFalse(self.minutes(day="2026-03-04"))

    def test_queries(self):
        """C05, X03: filling takes the same number of queries for many advisors and days as for one."""
        users = self.ada | self.bob
        users |= self.env["res.users"].concat(*(self.new_advisor(f"Many {n}") for n in range(6)))
        for user in users[2:]:
            self.open_hours(user, (9, 17))
        self.env.flush_all()

        def count(some, last):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.fill(some, last=last)
            return self.env.cr.sql_log_count - before

        count(users, "2026-03-10")
        self.assertEqual(count(self.ada, "2026-03-10"), count(users, "2026-05-30"))

    def test_whose_occupancy(self):
        """C05, A01, C06: own minutes, those of the teams managed, of the company."""
        manager, stranger = self.new_advisor("Manager", MANAGER), self.new_advisor("Stranger", MANAGER)
        self.env["booking.team"].create(
            {
                "name": "Lyon",
                "manager_ids": [Command.set(manager.ids)],
                "member_ids": [Command.set(self.ada.ids)],
            }
        )
        self.appoint("2026-03-03 08:00")
        self.fill(self.ada | self.bob)
        seen = {self.boss: self.ada | self.bob, manager: self.ada, stranger: self.env["res.users"], self.bob: self.bob}
        for user, users in seen.items():
            for model in ("booking.occupancy", "booking.occupancy.report"):
                found = self.env[model].with_user(user).search([("user_id", "in", (self.ada | self.bob).ids)])
                self.assertEqual(found.user_id, users, (model, user.name))
        found = (
            self.env["booking.report"].with_user(self.boss).get_overview({"period": "month", "user_id": self.ada.id})
        )
        self.assertAlmostEqual(found["figures"]["occupancy"]["value"], 60 / 1800)
