import random
from collections import Counter
from datetime import timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import BookingCase, utc


@tagged("post_install", "-at_install")
class TestUniform(BookingCase):
    """What is hidden when appointments are spread evenly; the rule itself is tested in ``tests/pure``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type.distribution = "uniform"

    def test_hidden_until_the_others_have_caught_up(self):
        """A24: who is ahead is not offered, at any hour of the period, until the other one has as many."""
        first = self.book("2026-03-03 08:00", "one")
        self.assertEqual(first.user_id, self.ada)
        self.assertEqual(self.slots(), {"08:00": ["Bob"], "09:00": ["Bob"], "10:00": ["Bob"]})
        self.assertEqual(self.slots("2026-03-05")["08:00"], ["Bob"])
        self.book("2026-03-03 09:00", "two")
        self.assertEqual(self.slots()["10:00"], ["Ada", "Bob"])

    def test_tolerance(self):
        """A24: within the tolerance nobody is hidden."""
        self.type.uniform_tolerance = 1
        self.book("2026-03-03 08:00", "one")
        self.assertEqual(self.slots()["09:00"], ["Ada", "Bob"])
        self.book("2026-03-03 09:00", "two", users=self.ada)
        self.assertEqual(self.slots()["10:00"], ["Bob"])

    def test_whoever_cannot_be_booked_blocks_nobody(self):
        """A24: an advisor without a free slot between notice and horizon does not hold the others back."""
        self.book("2026-03-03 08:00", "one")
        self.mornings[1].write({"date_from": "2026-03-20"})
        self.assertEqual(self.slots(), {}, "Bob is free later this month: Ada waits")
        self.type.horizon_days = 10
        self.assertEqual(self.slots()["09:00"], ["Ada"], "within the horizon Bob is not")
        self.type.write({"horizon_days": 30, "min_notice": 24 * 25})
        self.mornings[1].write({"date_from": False, "date_to": "2026-03-20"})
        self.book("2026-03-27 09:00", "two")
        self.assertEqual(self.slots("2026-03-27")["08:00"], ["Ada"], "Bob's hours end before the notice does")

    def test_asked_for_a_reason_and_at_an_agency(self):
        """A24: only those count who can be booked for the reason, and at the agency."""
        self.book("2026-03-03 08:00", "one")
        ada = self.type.advisor_ids.filtered(lambda advisor: advisor.user_id == self.ada)
        reason = self.env["booking.reason"].create(
            {"type_id": self.type.id, "name": "Second home", "advisor_ids": ada.ids}
        )
        self.assertEqual(self.slots(reason=reason)["09:00"], ["Ada"])
        bron = self.agency.copy({"name": "Bron"})
        self.type.agency_ids |= bron
        self.mornings[1].agency_id = bron
        self.assertEqual(self.slots()["09:00"], ["Ada"])
        self.assertEqual(self.slots(agency=bron)["09:00"], ["Bob"])

    def test_each_period_on_its_own(self):
        """A25: a busy March hides nobody in April, and does where all time counts as one."""
        self.type.horizon_days = 60
        self.book("2026-03-03 08:00", "one")
        self.assertEqual(self.slots("2026-03-31")["07:00"], ["Bob"])
        self.assertEqual(self.slots("2026-04-01")["07:00"], ["Ada", "Bob"])
        self.type.load_period = "quarter"
        self.assertEqual(self.slots("2026-03-31")["07:00"], ["Bob"])
        self.assertEqual(self.slots("2026-04-01")["07:00"], ["Ada", "Bob"])
        self.type.load_period = "all"
        self.assertEqual(self.slots("2026-04-01")["07:00"], ["Bob"])

    def test_month_by_the_clock_of_the_type(self):
        """A25, X02: the month begins at midnight where the type is."""
        self.type.write({"tz": "Pacific/Auckland", "horizon_days": 60, "show_weekends": True})
        self.open_hours(self.ada, (0, 24), sat=True, sun=True)
        self.open_hours(self.bob, (0, 24), sat=True, sun=True)
        self.assertEqual(str(self.type._get_period(utc("2026-03-31 10:59"))), "2026-03-01")
        self.assertEqual(str(self.type._get_period(utc("2026-03-31 11:00"))), "2026-04-01")
        self.book("2026-03-31 10:00", "one")
        self.assertEqual(self.slots("2026-03-30")["09:00"], ["Bob"])
        self.assertEqual(self.slots("2026-03-31")["11:00"], ["Ada", "Bob"])

    def test_own_hold_is_no_load(self):
        """A24, A31: what a visitor holds does not hide their advisor from them, but does from others."""
        hold = self.hold("2026-03-03 08:00", "me")
        self.assertEqual(self.slots(leaving_out=hold)["08:00"], ["Ada", "Bob"])
        self.assertEqual(self.slots()["09:00"], ["Bob"])
        self.assertEqual(self.hold("2026-03-03 09:00", "me").user_id, self.ada, "replaces the first one")
        with freeze_time("2026-03-02 09:00:00"):
            self.assertEqual(self.slots()["09:00"], ["Ada", "Bob"], "a hold that has run out is no load")

    def test_catalogue(self):
        """A24, X03: the catalogue tells the first slot that is offered, in the same number of queries."""
        self.mornings[1].date_from = "2026-03-10"
        self.book("2026-03-03 08:00", "one")
        self.assertEqual(self.type._get_first_starts(), {self.type.id: utc("2026-03-10 08:00")})
        types = self.type | self.new_type("Another", self.bob, distribution="uniform")

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            types._get_first_starts()
            return self.env.cr.sql_log_count - before

        few = queries()
        types |= self.new_type("One more", self.ada | self.bob, distribution="uniform")
        self.assertEqual(queries(), few)

    def test_query_count(self):
        """A24, X03: the queries do not depend on the number of advisors, agencies, appointments or days."""

        def queries(days):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.type._get_slots_by_agency(
                utc("2026-03-02"), utc("2026-03-02") + timedelta(days=days), agencies=self.type.agency_ids
            )
            return self.env.cr.sql_log_count - before

        few = queries(days=7)
        for number in range(5):
            user = self.new_advisor(f"Advisor{number}")
            self.open_hours(user, (9, 12), (14, 18))
            self.type.advisor_ids = [Command.create({"user_id": user.id})]
            self.book(f"2026-03-0{number % 4 + 3} {8 + number // 4:02}:00", str(number))
            self.type.agency_ids |= self.agency.copy({"name": f"Agency {number}"})
        self.assertEqual(queries(days=28), few)
        self.assertLessEqual(few, 10)

    def test_far_future_is_not_looked_at(self):
        """X03: whatever a visitor asks for, no more than the horizon is loaded."""
        self.assertEqual(self.type._get_slots(utc("2150-01-01"), utc("2150-01-08"), agency=self.agency), {})


@tagged("post_install", "-at_install")
class TestLoads(BookingCase):
    def load_of(self, user, day="2026-03-03"):
        loads = self.type._get_loads(utc(day), utc(day))[self.type.id]
        return loads.get(self.type._get_period(utc(day)), {}).get(user.id, 0)

    def test_what_counts(self):
        """A25: planned, held and being booked count; cancelled ones do not, nor do those of other types."""
        other = self.new_type("Insurance", self.ada)
        self.book("2026-03-05 08:00", "other", booking_type=other)
        planned, held = self.book("2026-03-03 08:00", "a"), self.book("2026-03-03 09:00", "b")
        held.action_done()
        self.hold("2026-03-03 10:00", "c")
        self.assertEqual(self.load_of(self.ada), 3)
        planned.action_cancel()
        self.assertEqual(self.load_of(self.ada), 2)

    def test_no_shows(self):
        """A25: no-shows count, or not, as the type says; somebody who excused themselves counts."""
        appointment = self.book("2026-03-03 08:00")
        appointment.write({"state": "done", "attendance": "absent"})
        self.assertEqual(self.load_of(self.ada), 1)
        self.type.load_no_shows = False
        self.assertEqual(self.load_of(self.ada), 0)
        appointment.attendance = "excused"
        self.assertEqual(self.load_of(self.ada), 1)

    def join(self, name="Eve"):
        user = self.new_advisor(name)
        self.open_hours(user)
        self.type.advisor_ids = [Command.create({"user_id": user.id, "sequence": 5})]
        return user

    def test_newcomer_starts_at_the_level_of_the_others(self):
        """A25: not at zero; and it holds for the month, the quarter and all time alike."""
        self.type.distribution = "optimised"
        for number, day in enumerate((3, 4, 5, 6)):
            self.book(f"2026-03-0{day} 08:00", str(number))
        eve = self.join()
        self.assertEqual([self.load_of(user) for user in (self.ada, self.bob, eve)], [2, 2, 2])
        self.assertEqual(
            [self.book(f"2026-03-09 {hour}", hour).user_id.name for hour in ("08:00", "09:00", "10:00")],
            ["Ada", "Bob", "Eve"],
        )
        for period in ("quarter", "all"):
            self.type.load_period = period
            self.assertEqual(self.load_of(eve), 3)
        self.type.load_period = "month"
        self.assertEqual(self.load_of(eve, "2026-04-03"), 0, "April has not begun for anybody")

    def test_newcomer_where_others_are_booked_ahead(self):
        """A25: the level counts for each period: what is booked for April already is a start for April."""
        self.type.write({"distribution": "uniform", "horizon_days": 60})
        self.book("2026-04-01 08:00", "a")
        self.book("2026-04-01 09:00", "b")
        eve = self.join()
        self.assertEqual((self.load_of(eve), self.load_of(eve, "2026-04-02")), (0, 1))

    def test_coming_back(self):
        """A25: who was archived, taken off the list or replaced does not come back at zero, nor below what they had."""
        self.type.distribution = "optimised"
        for number, day in enumerate((3, 4, 5, 6)):
            self.book(f"2026-03-0{day} 08:00", str(number), users=self.ada)
        bob = self.type.advisor_ids.filtered(lambda advisor: advisor.user_id == self.bob)
        self.assertEqual(self.load_of(self.bob), 0)
        bob.active = False
        bob.active = True
        self.assertEqual(self.load_of(self.bob), 4)
        bob.active = True
        self.book("2026-03-09 08:00", "x", users=self.ada)
        self.assertEqual(self.load_of(self.bob), 4, "who was there all the time gets no credit")
        bob.unlink()
        self.type.advisor_ids = [Command.create({"user_id": self.bob.id})]
        self.assertEqual(self.load_of(self.bob), 5)
        ada = self.type.advisor_ids.filtered(lambda advisor: advisor.user_id == self.ada)
        ada.active = False
        ada.active = True
        self.assertEqual((self.load_of(self.ada), self.load_of(self.bob)), (5, 5))
        self.book("2026-03-10 08:00", "y", users=self.bob)
        eve = self.new_advisor("Eve")
        ada.user_id = eve
        self.assertEqual(self.load_of(eve), self.load_of(self.bob), "Ada is gone: the two are level")

    def test_copied_type_starts_afresh(self):
        """A25: the advisors of a copy have the same start."""
        self.book("2026-03-03 08:00")
        copy = self.type.copy({"name": "Copy"})
        self.assertEqual(copy.advisor_ids.mapped("load"), [0, 0])

    def test_list_shows_rank_and_load(self):
        """A20, A25: the list of advisors tells the priority and what each has in the current period."""
        ada, bob = self.type.advisor_ids
        self.assertEqual((ada.rank, bob.rank), (1, 2))
        bob.same_priority = True
        self.assertEqual((ada.rank, bob.rank), (1, 1))
        bob.same_priority = False
        ada.sequence = 9
        self.assertEqual((ada.rank, bob.rank), (2, 1))
        self.book("2026-03-03 08:00")
        self.env.invalidate_all()
        self.assertEqual((ada.load, bob.load), (0, 1))

    def test_equal_priority_compares_equals(self):
        """A22, A25: by priority a newcomer starts at the level of those of the same rank."""
        self.type.advisor_ids[1].same_priority = False
        for number, day in enumerate((3, 4, 5)):
            self.book(f"2026-03-0{day} 08:00", str(number))
        user = self.new_advisor("Eve")
        self.type.advisor_ids = [Command.create({"user_id": user.id, "sequence": 5, "same_priority": True})]
        self.assertEqual((self.load_of(self.ada), self.load_of(user)), (3, 0), "level with Bob, who has none")


@tagged("post_install", "-at_install")
class TestSimulation(BookingCase):
    """Many bookings over ten advisors who have different hours, by the code that visitors meet."""

    NAMES = ("Ann", "Ben", "Cleo", "Dan", "Ella", "Finn", "Gus", "Hana", "Ida", "Jon")
    DAYS = 13
    HALF_AN_HOUR = timedelta(minutes=30)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = cls.env["res.users"].concat(*(cls.new_advisor(name) for name in cls.NAMES))
        for number, user in enumerate(cls.users):
            # from two hours a day to eleven; one works on Mondays only, one is away at first
            days = dict.fromkeys(("tue", "wed", "thu", "fri"), number != 3)
            dates = {"date_from": "2026-03-11"} if number == 4 else {}
            cls.open_hours(user, (8, 10 + number), **days, **dates)

    def new_simulation(self, distribution, **values):
        return self.new_type(
            distribution,
            self.users,
            distribution=distribution,
            duration=30,
            slot_step=30,
            horizon_days=self.DAYS,
            agency_ids=False,
            load_period="all",
            **values,
        )

    def offered(self, booking_type, users=None):
        now = utc("2026-03-02")
        return booking_type._get_slots(now, now + timedelta(days=self.DAYS + 1), users=users)

    def loads(self, booking_type):
        now = utc("2026-03-02")
        return Counter(booking_type._get_loads(now, now)[booking_type.id].get(None, {}))

    def simulate(self, booking_type, bookings, seed, check=lambda offered, start, taker, loads: None):
        """Book at random among what is offered; ``check`` looks at each booking. Return who took them."""
        chance, takers = random.Random(seed), []
        for _number in range(bookings):
            offered = self.offered(booking_type)
            start = chance.choice(list(offered))
            taker = booking_type._order_advisors(offered[start], start)[0]
            check(offered, start, taker, self.loads(booking_type))
            stop = start + self.HALF_AN_HOUR
            # In SQL: the calendar entries that come with an appointment take longer than everything else.
            self.env.cr.execute(
                """
                INSERT INTO booking_appointment (type_id, user_id, company_id, state, start, stop, busy_stop)
                     VALUES (%s, %s, %s, 'planned', %s, %s, %s)
                """,
                [booking_type.id, taker, booking_type.company_id.id, start, stop, stop],
            )
            takers.append(taker)
        return takers

    def simulate_uniform(self, bookings, tolerance):
        booking_type = self.new_simulation("uniform", uniform_tolerance=tolerance)

        def check(_offered, _start, taker, loads):
            # who could be booked at all is asked by name, without a distribution
            everybody = self.offered(booking_type, users=self.users)
            bookable = {user_id for takers in everybody.values() for user_id in takers}
            least = min(loads[user_id] for user_id in bookable)
            self.assertLessEqual(loads[taker] - least, tolerance, "nobody ahead gets an appointment")
            differences = {loads[user_id] - least for user_id in bookable}
            self.assertLessEqual(max(differences), tolerance + 1, "one more than the tolerance while others catch up")

        self.simulate(booking_type, bookings, seed=tolerance, check=check)

    def test_uniform(self):
        """A24: of 1,000 bookings none goes to an advisor who is ahead of one who could be booked."""
        self.simulate_uniform(1000, tolerance=0)

    def test_uniform_with_tolerance(self):
        """A24: nor does one of those who are ahead by more than the tolerance."""
        self.simulate_uniform(100, tolerance=2)

    def test_optimised(self):
        """A23: in 1,000 bookings no start is hidden at which anybody is free, however many they have."""
        booking_type = self.new_simulation("optimised")

        def check(offered, start, taker, loads):
            alone = {start for user in self.users for start in self.offered(booking_type, users=user)}
            self.assertEqual(set(offered), alone)
            self.assertEqual(loads[taker], min(loads[user_id] for user_id in offered[start]))

        self.simulate(booking_type, 30, seed=2, check=check)
        self.simulate(booking_type, 940, seed=3)
        self.simulate(booking_type, 30, seed=4, check=check)
        self.assertEqual(sum(self.loads(booking_type).values()), 1000)

    def test_newcomer_is_not_flooded(self):
        """A25: an advisor who joins in the middle takes their share, not everything."""
        for distribution in ("uniform", "optimised"):
            with self.subTest(distribution):
                booking_type = self.new_simulation(distribution)
                self.simulate(booking_type, 60, seed=4)
                eve = self.new_advisor(f"Eve-{distribution}")
                self.open_hours(eve, (8, 19))
                booking_type.advisor_ids = [Command.create({"user_id": eve.id, "sequence": 0})]
                takers = self.simulate(booking_type, 44, seed=5)
                self.assertLessEqual(takers.count(eve.id), 8, "44 over eleven are 4 each")
                self.assertGreaterEqual(takers.count(eve.id), 2)


@tagged("post_install", "-at_install")
class TestPresentation(BookingCase):
    def test_managers_of_the_team(self):
        """A21, A01: an advisor and the managers of their team write the presentation, nobody else."""
        manager = self.new_advisor("Manager", "appointment_booking.group_booking_manager")
        stranger = self.new_advisor("Stranger", "appointment_booking.group_booking_manager")
        teams = self.env["booking.team"].create(
            [
                {"name": "Lyon", "manager_ids": manager.ids, "member_ids": self.ada.ids},
                {"name": "Paris", "manager_ids": stranger.ids, "member_ids": self.bob.ids},
            ]
        )
        self.type.team_ids = teams
        ada = self.type.advisor_ids.filtered(lambda advisor: advisor.user_id == self.ada)
        ada.with_user(manager).write({"presentation": "Mortgages", "presentation_published": True})
        self.assertEqual((self.ada.booking_presentation, self.ada.booking_presentation_published), ("Mortgages", True))
        with self.assertRaises(AccessError):
            ada.with_user(stranger).presentation = "Hacked"
        with self.assertRaises(AccessError):
            ada.with_user(self.bob).presentation_published = False
        self.ada.with_user(self.ada).booking_presentation = "My own words"
        self.assertEqual(ada.presentation, "My own words")
        with self.assertRaises(AccessError):
            self.ada.with_user(self.bob).booking_presentation = "Not mine"
