from datetime import datetime, timedelta

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..engine import Window
from .common import BookingCase, utc


@tagged("post_install", "-at_install")
class TestSchedule(BookingCase):
    """What the loader brings from the database, and what it costs."""

    def load(self, start, stop, users=None, **options):
        users = users or self.ada | self.bob
        return self.env["booking.schedule"]._load(users.ids, utc(start), utc(stop), **options)

    def test_window_of_whole_days(self):
        """X02: whoever looks in the course of a day looks at the same window, and sees the period asked for only."""
        early, late = self.load("2026-03-03 08:07", "2026-03-04 08:07"), self.load("2026-03-03 22:59", "2026-03-05")
        self.assertEqual(early.window, late.window)
        self.assertEqual(early.window, Window(datetime(2026, 3, 3), 2 * 1440))
        start = utc("2026-03-03 09:00")
        self.assertEqual(self.type._get_slots(start, start + timedelta(minutes=1)), {start: [self.ada.id, self.bob.id]})
        self.assertFalse(self.type._get_slots(start + timedelta(minutes=1), start + timedelta(minutes=60)))
        self.assertFalse(self.type._get_slots(start, start - timedelta(days=2)), "no period, no slots")

    def test_daily_maximum_on_a_day_of_25_hours(self):
        """A04, X02: what begins the long day counts for its end."""
        self.ada.tz = "Pacific/Auckland"  # there, the clocks go back on 5 April
        self.mornings.unlink()
        self.open_hours(self.ada, (0, 24), tz="Pacific/Auckland", sat=True, sun=True)
        self.type.write({"max_per_day": 1, "show_weekends": True, "duration": 30, "slot_step": 30, "agency_ids": False})
        midnight = utc("2026-04-04 11:00")
        self.assertEqual(len(self.type._get_slots(midnight, midnight + timedelta(hours=25))), 50)
        self.book("2026-04-04 11:00", agency=self.env["booking.agency"])
        late = midnight + timedelta(hours=24, minutes=30)
        self.assertFalse(self.type._get_slots(late, late + timedelta(minutes=30)))
        self.assertTrue(self.type._get_slots(late + timedelta(minutes=30), late + timedelta(minutes=60)))

    def test_long_gap(self):
        """A04: a gap of days is kept, too."""
        self.type.gap = 4 * 1440
        self.book("2026-03-03 08:00")
        self.assertEqual(self.slots("2026-03-06"), {"08:00": ["Bob"], "09:00": ["Bob"], "10:00": ["Bob"]})

    def test_archived(self):
        """A26: what is archived offers nothing: hours, agency, advisor, user."""
        elsewhere = self.agency.copy({"name": "Bron"})
        self.mornings[0].agency_id = elsewhere
        self.assertEqual(set(self.slots(agency=None)["08:00"]), {"Ada", "Bob"})
        elsewhere.active = False
        self.assertEqual(self.slots(agency=None)["08:00"], ["Bob"])
        elsewhere.active = True
        self.mornings[0].active = False
        self.assertEqual(self.slots(agency=elsewhere)["08:00"], ["Bob"])
        self.mornings[0].active = True
        self.bob.active = False
        self.assertEqual(self.slots(agency=elsewhere)["08:00"], ["Ada"])
        self.type.advisor_ids.filtered(lambda advisor: advisor.user_id == self.ada).active = False
        self.assertFalse(self.slots(agency=elsewhere))

    def test_reason_of_an_archived_advisor(self):
        """A05: a reason kept for one advisor does not fall to the others when that one leaves."""
        own = self.type.advisor_ids.filtered(lambda advisor: advisor.user_id == self.bob)
        reason = self.env["booking.reason"].create(
            {"type_id": self.type.id, "name": "Second home", "advisor_ids": [Command.set(own.ids)]}
        )
        self.assertEqual(self.slots(reason=reason)["08:00"], ["Bob"])
        own.active = False
        self.assertFalse(self.slots(reason=reason))

    def test_chosen_advisors(self):
        """A20: of the advisors a visitor chose among, and of nobody else."""
        self.assertEqual(self.slots(users=self.bob)["08:00"], ["Bob"])
        self.assertFalse(self.slots(users=self.env["res.users"]))

    def test_told_twice(self):
        """A28: several resources or attendee rows of one user make no difference."""
        resources = self.env["resource.resource"].create([{"name": "Ada", "user_id": self.ada.id}] * 2)
        self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": "Off",
                    "resource_id": resource.id,
                    "date_from": "2026-03-03 08:00",
                    "date_to": "2026-03-03 09:00",
                }
                for resource in resources
            ]
            + [{"name": "Closed", "date_from": "2026-03-03 09:00", "date_to": "2026-03-03 10:00"}]
        )
        event = self.new_event(self.ada, "2026-03-03 10:00:00", "2026-03-03 11:00:00")
        self.env["calendar.attendee"].create({"event_id": event.id, "partner_id": self.ada.partner_id.id})
        self.assertEqual(self.slots(), {"08:00": ["Bob"], "10:00": ["Bob"]})
        schedule = self.load("2026-03-03", "2026-03-04")
        self.assertEqual(set(schedule.advisors[self.ada.id].busy), {(480, 540), (540, 600), (600, 660)})

    def test_shared_contact(self):
        """A28: an event of a contact makes both of the users busy who log in as that contact."""
        self.bob.partner_id = self.ada.partner_id
        self.new_event(self.ada, "2026-03-03 09:00:00", "2026-03-03 10:00:00")
        start, both = utc("2026-03-03 08:00"), [self.ada.id, self.bob.id]
        slots = self.type._get_slots(start, start + timedelta(hours=3), agency=self.agency)
        self.assertEqual(slots, {start: both, start + timedelta(hours=2): both})

    def test_away_for_ever(self):
        """A28: time off that ends at the end of all calendars is time off."""
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Gone",
                "resource_id": self.env["resource.resource"].create({"name": "Ada", "user_id": self.ada.id}).id,
                "date_from": "2026-03-03 09:00:00",
                "date_to": "9999-12-31 23:59:59",
            }
        )
        self.assertEqual(self.slots(), {"08:00": ["Ada", "Bob"], "09:00": ["Bob"], "10:00": ["Bob"]})

    def test_as_many_advisors_as_bits_and_more(self):
        """A28, X03: who is busy among 63, 64 and 132 advisors, be they the first or the last of them."""
        users = self.env["res.users"].with_context(no_reset_password=True)
        users = users.create(
            [{"name": f"Advisor {number}", "login": f"many{number}", "tz": "Europe/Paris"} for number in range(130)]
        )
        for user in users:
            self.open_hours(user)
        self.type.advisor_ids = [Command.create({"user_id": user.id}) for user in users]
        everyone = self.type.advisor_ids.user_id
        self.assertEqual(len(everyone), 132)
        for place in (0, 62, 63, 131):
            self.new_event(everyone[place], "2026-03-03 08:00:00", "2026-03-03 09:00:00")
        resources = self.env["resource.resource"].create(
            [{"name": "Away", "user_id": everyone[place].id} for place in (61, 63, 130)]
        )
        self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": "Off",
                    "resource_id": resource.id,
                    "date_from": "2026-03-03 09:00",
                    "date_to": "2026-03-03 10:00",
                }
                for resource in resources
            ]
        )
        for place in (1, 129):
            self.new_event(
                everyone[place],
                "2026-03-03 08:00:00",
                "2026-03-03 18:00:00",
                allday=True,
                start_date="2026-03-03",
                stop_date="2026-03-03",
            )
        start = utc("2026-03-03 08:00")
        away = {0: {0, 1, 62, 63, 129, 131}, 1: {1, 61, 63, 129, 130}, 2: {1, 129}}
        for many in (63, 64, 132):
            asked = everyone[:many]
            slots = self.type._get_slots(start, start + timedelta(hours=3), agency=self.agency, users=asked)
            self.assertEqual(
                slots,
                {
                    start + timedelta(hours=hour): [asked.ids[place] for place in range(many) if place not in places]
                    for hour, places in away.items()
                },
            )

    def test_all_day_event_of_several_zones(self):
        """A28, X02: each takes the day on their own clock; the days of a long one outside the window do no harm."""
        self.bob.tz = "Pacific/Honolulu"
        for user in (self.ada, self.bob):
            self.new_event(
                user,
                "2025-01-01 08:00:00",
                "2026-03-03 18:00:00",
                allday=True,
                start_date="2025-01-01",
                stop_date="2026-03-03",
            )
        self.assertFalse(self.slots("2026-03-03"))
        self.assertEqual(self.slots("2026-03-04"), {"08:00": ["Ada"], "09:00": ["Ada"], "10:00": ["Ada", "Bob"]})

    def test_seconds(self):
        """A28: a minute that is begun is taken."""
        self.new_event(self.ada, "2026-03-03 08:59:59", "2026-03-03 10:00:01")
        self.assertEqual(self.slots(), {"08:00": ["Bob"], "09:00": ["Bob"], "10:00": ["Bob"]})

    def test_moving(self):
        """A45: an appointment that is being moved stands in nobody's way, nor does its calendar entry."""
        appointment = self.book("2026-03-03 09:00")
        self.assertEqual(self.slots()["09:00"], ["Bob"])
        self.assertEqual(self.slots(leaving_out=appointment)["09:00"], ["Ada", "Bob"])


@tagged("post_install", "-at_install")
class TestScheduleCost(BookingCase):
    def count_queries(self, ask):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        ask()
        return self.env.cr.sql_log_count - before

    def test_query_count(self):
        """X03: five queries for a page of slots, reading the type and the reason included."""
        reason = self.env["booking.reason"].create({"type_id": self.type.id, "name": "Any"})

        agencies = self.agency

        def page(days=7):
            start = utc("2026-03-02")
            return self.type._get_slots_by_agency(start, start + timedelta(days=days), agencies=agencies, reason=reason)

        self.type.advisor_ids[1:].unlink()
        one = self.count_queries(page)
        self.assertLessEqual(one, 5)
        for number in range(50):
            user = self.new_advisor(f"Advisor{number}")
            self.open_hours(user, (9, 12), (14, 18))
            self.type.advisor_ids = [Command.create({"user_id": user.id})]
        for number in range(5):
            agencies |= self.agency.copy({"name": f"Agency {number}"})
        self.new_event(user, "2026-03-04 09:00:00", "2026-03-04 10:00:00")
        self.assertEqual(self.count_queries(lambda: page(days=28)), one)
        self.assertEqual(len(page()[self.agency.id][utc("2026-03-03 08:00")]), 51)

    def test_query_count_of_whole_days(self):
        """X03, A28: one query more where days count as a whole, however many of them and of advisors there are."""

        def page():
            return self.type._get_slots_by_agency(utc("2026-03-02"), utc("2026-03-16"), agencies=self.agency)

        leaves = self.env["resource.calendar.leaves"]
        plain = self.count_queries(page)
        leaves.create({"name": "Closed", "date_from": "2026-03-03 00:00", "date_to": "2026-03-03 23:00"})
        self.assertEqual(self.count_queries(page), plain + 1)
        self.assertNotIn(utc("2026-03-03 08:00"), page()[self.agency.id])
        for day in range(4, 7):
            user = self.new_advisor(f"Advisor{day}")
            self.open_hours(user, (9, 12))
            self.type.advisor_ids = [Command.create({"user_id": user.id})]
            leaves.create({"name": "Closed", "date_from": f"2026-03-0{day} 00:00", "date_to": f"2026-03-0{day} 23:00"})
            self.new_event(
                user,
                f"2026-03-1{day} 08:00:00",
                f"2026-03-1{day} 18:00:00",
                allday=True,
                start_date=f"2026-03-1{day}",
                stop_date=f"2026-03-1{day}",
            )
        self.assertEqual(self.count_queries(page), plain + 1)

    def explain(self, query):
        return "\n".join(line for (line,) in self.env.execute_query(SQL("EXPLAIN %s", query)))

    def test_indexes(self):
        """X03: after years of events and appointments, those of an advisor are found by indexes."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            WITH event AS (
                INSERT INTO calendar_event (name, start, stop, active, allday, show_as, privacy)
                     SELECT 'Past', start, start + INTERVAL '1 hour', TRUE, FALSE, 'busy', 'public'
                       FROM generate_series(timestamp '2023-01-01', '2026-06-01', '1 hour') start
                  RETURNING id
            ), partner AS (
                INSERT INTO res_partner (name, active)
                     SELECT 'Partner ' || number, TRUE FROM generate_series(0, 199) number
                  RETURNING id
            )
            INSERT INTO calendar_attendee (event_id, partner_id, state)
                 SELECT event.id, (SELECT MIN(id) FROM partner) + event.id % 200, 'accepted' FROM event
            """
        )
        self.env.cr.execute(
            """
            INSERT INTO booking_appointment (name, type_id, company_id, user_id, start, stop, busy_stop, gap, state)
                 SELECT '/', %s, %s, %s, start, start + INTERVAL '1 hour', start + INTERVAL '1 hour', 0, 'done'
                   FROM generate_series(timestamp '2024-01-01', '2026-03-01', '1 hour') start
            """,
            [self.type.id, self.type.company_id.id, self.bob.id],
        )
        self.env.cr.execute("ANALYZE calendar_event, calendar_attendee, booking_appointment")
        schedule, window = self.env["booking.schedule"], Window(datetime(2026, 3, 2), 7 * 1440)
        nothing = self.env["booking.appointment"]
        advisors, _gap = schedule._load_advisors(self.ada.ids, window)
        events = self.explain(schedule._events_query(advisors, window, nothing))
        self.assertIn("calendar_attendee_booking_busy_index", events)
        self.assertNotIn("Seq Scan on calendar_event", events)
        many = self.explain(
            SQL("SELECT start FROM calendar_event WHERE active AND show_as = 'busy' AND stop > %s", window.start)
        )
        self.assertIn("calendar_event_booking_busy_index", many)
        appointments = self.explain(schedule._appointments_query(advisors, window, nothing, timedelta()))
        self.assertIn("booking_appointment_taken_index", appointments)

    def test_indexes_leave_with_the_addon(self):
        """Indexes on Odoo's tables are known to Odoo, which drops them when the addon is uninstalled."""
        for table in ("calendar_attendee", "calendar_event"):
            index = self.env["ir.model.constraint"].search([("name", "=", f"{table}_booking_busy_index")])
            self.assertEqual((index.module.name, index.type), ("appointment_booking", "i"))
