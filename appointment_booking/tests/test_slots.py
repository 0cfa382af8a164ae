from datetime import timedelta

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import BookingCase, utc

MORNING = {"08:00": ["Ada", "Bob"], "09:00": ["Ada", "Bob"], "10:00": ["Ada", "Bob"]}


@tagged("post_install", "-at_install")
class TestSlots(BookingCase):
    """What is loaded from the database; the algorithm itself is tested without one in ``tests/pure``."""

    def test_morning(self):
        """A26, X02: hours told in Paris are offered in UTC, each start once with all who can take it."""
        self.assertEqual(self.slots(), MORNING)

    def test_summer_time(self):
        """X02: nine in the morning is nine in the morning after the clocks have changed."""
        self.type.horizon_days = 60
        self.assertEqual(list(self.slots("2026-03-30")), ["07:00", "08:00", "09:00"])

    def test_rules_of_the_type(self):
        """A04: duration, step, notice, horizon, weekends."""
        self.type.slot_step = 30
        self.assertEqual(list(self.slots()), ["08:00", "08:30", "09:00", "09:30", "10:00"])
        self.type.duration = 120
        self.assertEqual(list(self.slots()), ["08:00", "08:30", "09:00"])
        self.type.min_notice = 25
        self.assertEqual(list(self.slots()), ["09:00"])
        self.type.write({"min_notice": 0, "horizon_days": 1})
        self.assertEqual(list(self.slots()), ["08:00"], "the horizon ends 24 hours from now")
        self.type.write({"horizon_days": 30, "duration": 60})
        self.open_hours(self.ada, (9, 10), sat=True)
        self.assertFalse(self.slots("2026-03-07"))
        self.type.show_weekends = True
        self.assertEqual(self.slots("2026-03-07"), {"08:00": ["Ada"]})

    def test_nothing_in_the_past(self):
        """A04: a slot that has begun is not offered, even without a notice."""
        self.assertEqual(list(self.slots("2026-03-02")), ["08:00", "09:00", "10:00"])
        self.type.min_notice = 1
        self.assertEqual(list(self.slots("2026-03-02")), ["09:00", "10:00"])

    def test_gap_and_daily_maximum(self):
        """A04: the gap keeps neighbours apart, on both sides; a full day closes for that advisor only."""
        self.type.gap = 15
        self.book("2026-03-03 09:00")
        self.assertEqual(self.slots(), {"08:00": ["Bob"], "09:00": ["Bob"], "10:00": ["Bob"]})
        self.type.write({"gap": 0, "max_per_day": 1})
        self.assertEqual(self.slots(), {"08:00": ["Bob"], "09:00": ["Bob"], "10:00": ["Bob"]})
        self.assertEqual(self.slots("2026-03-04"), MORNING)

    def test_reason(self):
        """A05: a reason brings its own duration and advisors."""
        reason = self.env["booking.reason"].create(
            {
                "type_id": self.type.id,
                "name": "Second home",
                "duration": 180,
                "advisor_ids": self.type.advisor_ids.filtered(lambda advisor: advisor.user_id == self.bob),
            }
        )
        self.assertEqual(self.slots(reason=reason), {"08:00": ["Bob"]})
        self.assertEqual(self.hold("2026-03-03 08:00", reason=reason).stop, utc("2026-03-03 11:00"))

    def test_agencies(self):
        """A26: hours of one agency are not offered at another; hours without an agency are offered at all."""
        bron = self.agency.copy({"name": "Bron"})
        self.type.agency_ids |= bron
        self.mornings[0].agency_id = bron
        self.assertEqual(self.slots()["08:00"], ["Bob"])
        by_agency = self.type._get_slots_by_agency(
            utc("2026-03-03"), utc("2026-03-03 08:30"), agencies=self.agency | bron
        )
        self.assertEqual(
            by_agency,
            {
                self.agency.id: {utc("2026-03-03 08:00"): [self.bob.id]},
                bron.id: {utc("2026-03-03 08:00"): [self.ada.id, self.bob.id]},
            },
        )

    def test_limited_to_types(self):
        """A26: hours may serve some types only."""
        other = self.new_type("Insurance", self.ada)
        self.mornings[0].type_ids = other
        self.assertEqual(self.slots()["08:00"], ["Bob"])
        self.assertEqual(self.slots(booking_type=other)["08:00"], ["Ada"])

    def test_one_off_and_closed(self):
        """A26: one-off hours open a date, exceptions close a day or hours, validity periods begin and end."""
        day = {"date_from": "2026-03-03", "date_to": "2026-03-03"}
        self.open_hours(self.ada, (14, 15), kind="one_off", **day)
        self.assertEqual(self.slots()["13:00"], ["Ada"])
        self.assertNotIn("13:00", self.slots("2026-03-04"))
        self.open_hours(self.bob, (9, 10), kind="closed", **day)
        self.assertEqual((self.slots()["08:00"], self.slots()["09:00"]), (["Ada"], ["Ada", "Bob"]))
        self.env["booking.availability"].create({"user_id": self.bob.id, "kind": "closed", **day})
        self.assertEqual(self.slots()["09:00"], ["Ada"])
        self.mornings[0].date_to = "2026-03-02"
        self.assertEqual(self.slots(), {"13:00": ["Ada"]})

    def test_availability_says_what_is_missing(self):
        """A26: hours that open nothing are refused with the reason."""
        create = self.env["booking.availability"].create
        hours = [Command.create({"hour_from": 9, "hour_to": 12})]
        no_days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), False)
        for values in (
            {"hours_ids": []},
            {"hours_ids": hours, **no_days},
            {"hours_ids": hours, "kind": "one_off"},
            {"hours_ids": [Command.create({"hour_from": 22, "hour_to": 6})]},
            {"hours_ids": [Command.create({"hour_from": 9, "hour_to": 25})]},
        ):
            with self.assertRaises(ValidationError):
                create({"user_id": self.ada.id, **values})

    def test_query_count(self):
        """X03: the queries for a page of slots do not depend on advisors, agencies, events or days."""

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
            for day in range(3, 8):
                self.new_event(user, f"2026-03-0{day} 09:00:00", f"2026-03-0{day} 10:00:00")
            self.type.agency_ids |= self.agency.copy({"name": f"Agency {number}"})
        self.assertEqual(queries(days=28), few)
        self.assertLessEqual(few, 6, "two of them read the agencies")

    def test_first_starts(self):
        """A30, X03: the catalogue learns the first free slot of all types in the same number of queries."""
        never = self.new_type("Never", self.env["res.users"])
        late = self.new_type("Late", self.ada, min_notice=24 * 20)
        types = self.type | never | late
        self.assertEqual(
            types._get_first_starts(),
            {self.type.id: utc("2026-03-02 08:00"), never.id: None, late.id: utc("2026-03-23 08:00")},
        )
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        types._get_first_starts()
        few = self.env.cr.sql_log_count - before
        types |= self.new_type("One more", self.bob) | self.new_type("Another", self.bob, min_notice=24 * 30)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        types._get_first_starts()
        self.assertEqual(self.env.cr.sql_log_count - before, few)


@tagged("post_install", "-at_install")
class TestBusy(BookingCase):
    """A28: what makes an advisor busy, and what does not."""

    def assertBusy(self, *hours, day="2026-03-03", message=None):
        free = [hour for hour, names in self.slots(day).items() if "Ada" in names]
        self.assertEqual(free, [hour for hour in ("08:00", "09:00", "10:00") if hour not in hours], message)

    def test_event_states(self):
        """A28: busy, accepted, tentative and unanswered events block; free, declined and archived ones do not."""
        event = self.new_event(self.ada, "2026-03-03 09:00:00", "2026-03-03 09:30:00")
        attendee = event.attendee_ids
        for state in ("needsAction", "tentative", "accepted"):
            attendee.state = state
            self.assertBusy("09:00", message=state)
        attendee.state = "declined"
        self.assertBusy()
        attendee.state = "accepted"
        event.show_as = "free"
        self.assertBusy()
        event.show_as = "busy"
        event.active = False
        self.assertBusy()

    def test_attendee_of_somebody_elses_event(self):
        """A28: being invited blocks, merely organising for others does not."""
        event = self.new_event(self.bob, "2026-03-03 09:00:00", "2026-03-03 09:30:00")
        self.assertBusy()
        event.partner_ids |= self.ada.partner_id
        self.assertBusy("09:00")

    def test_recurring_event(self):
        """A28: every occurrence of a recurring event blocks its own day."""
        self.new_event(
            self.ada,
            "2026-03-03 08:00:00",
            "2026-03-03 09:00:00",
            recurrency=True,
            rrule_type="weekly",
            tue=True,
            interval=1,
            end_type="count",
            count=3,
            event_tz="Europe/Paris",
        )
        for day in ("2026-03-03", "2026-03-10", "2026-03-17"):
            self.assertBusy("08:00", day=day)
        self.assertBusy(day="2026-03-24")

    def test_all_day_event_in_the_advisors_zone(self):
        """A28, X02: an all-day event takes the day on the advisor's own clock."""
        event = self.new_event(
            self.ada,
            "2026-03-03 08:00:00",
            "2026-03-03 18:00:00",
            allday=True,
            start_date="2026-03-03",
            stop_date="2026-03-03",
        )
        self.assertEqual(event.start_date.isoformat(), "2026-03-03")
        self.assertBusy("08:00", "09:00", "10:00")
        self.assertBusy(day="2026-03-04")
        self.ada.tz = "Pacific/Auckland"  # there, the 3rd ends at 11:00 UTC
        self.assertBusy("08:00", "09:00", "10:00")
        self.ada.tz = "Pacific/Honolulu"  # there, the 3rd begins and ends at 10:00 UTC
        self.assertBusy("10:00")
        self.assertBusy("08:00", "09:00", day="2026-03-04")

    def test_time_off_and_closing_days(self):
        """A28: time off of the advisor and closing days of the company block; working time marked as other does not."""
        leave = self.env["resource.calendar.leaves"]
        resource = self.env["resource.resource"].create({"name": "Ada", "user_id": self.ada.id})
        off = leave.create(
            {
                "name": "Time off",
                "resource_id": resource.id,
                "calendar_id": resource.calendar_id.id,
                "date_from": "2026-03-03 08:00:00",
                "date_to": "2026-03-03 09:00:00",
            }
        )
        self.assertBusy("08:00")
        off.time_type = "other"
        self.assertBusy()
        leave.create({"name": "Holiday", "date_from": "2026-03-04 00:00:00", "date_to": "2026-03-04 22:00:00"})
        self.assertFalse(self.slots("2026-03-04"), "a closing day closes for everybody")
        elsewhere = self.env["resource.calendar"].create({"name": "Night shift"})
        leave.create(
            {
                "name": "Night shift closed",
                "calendar_id": elsewhere.id,
                "date_from": "2026-03-05 00:00:00",
                "date_to": "2026-03-05 22:00:00",
            }
        )
        self.assertBusy(day="2026-03-05", message="other people's working hours do not matter")

    def test_own_appointments_of_any_type(self):
        """A28, X01: an appointment of any type blocks; a cancelled one does not."""
        other = self.new_type("Insurance", self.ada)
        appointment = self.book("2026-03-03 09:00", booking_type=other)
        self.assertBusy("09:00")
        appointment.action_cancel()
        self.assertBusy()


@tagged("post_install", "-at_install")
class TestDistribution(BookingCase):
    def takers(self, *days):
        return [self.book(f"2026-03-{day:02} 08:00", visitor_key=str(day)).user_id.name for day in days]

    def test_priority(self):
        """A20, A22: the free advisor highest on the list; the next one when they are busy."""
        self.assertEqual(self.takers(3, 4), ["Ada", "Ada"])
        other = self.booker(email="other@example.com", phone=False)
        self.assertEqual(self.book("2026-03-03 08:00", "b", other).user_id, self.bob)
        self.type.advisor_ids[0].sequence = 9
        self.assertEqual(self.takers(5), ["Bob"])

    def test_equal_priority(self):
        """A22: at equal priority the one with fewer appointments."""
        self.type.advisor_ids.filtered(lambda advisor: advisor.user_id == self.bob).same_priority = True
        self.assertEqual(self.takers(3, 4, 5, 6), ["Ada", "Bob", "Ada", "Bob"])

    def test_optimised(self):
        """A23: the fewest appointments, a tie by priority; the busiest are still offered when they alone are free."""
        self.type.distribution = "optimised"
        self.assertEqual(self.takers(3, 4, 5), ["Ada", "Bob", "Ada"])
        self.new_event(self.bob, "2026-03-06 08:00:00", "2026-03-06 09:00:00")
        self.assertEqual(self.takers(6), ["Ada"])

    def test_cancelled_do_not_count(self):
        """A23: a cancelled appointment is no load."""
        self.type.distribution = "optimised"
        self.book("2026-03-03 08:00").action_cancel()
        self.assertEqual(self.takers(4), ["Ada"])
