from datetime import date

from odoo import Command
from odoo.tests import tagged

from odoo.addons.appointment_booking.models.booking_journey import BadChoice, UnknownChoice

from .common import BookingCase, utc


@tagged("post_install", "-at_install")
class TestJourney(BookingCase):
    """What is decided, what is open, and what the open step offers: without pages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journey = cls.env["booking.journey"].with_context(lang="en_US")
        cls.bron = cls.agency.copy({"name": "Bron"})

    def choices(self, browser_tz=None, /, **params):
        return self.journey._read_choices(self.type, params, browser_tz)

    def steps(self, choices, current=None):
        return [(step.key, step.state) for step in self.journey._get_steps(choices, current)]

    def add_reasons(self):
        self.type.agency_ids |= self.bron
        return self.env["booking.reason"].create(
            [
                {"type_id": self.type.id, "name": "Buy"},
                {"type_id": self.type.id, "name": "Renegotiate", "agency_ids": [Command.set(self.bron.ids)]},
            ]
        )

    def test_only_choices_are_made(self):
        """A05: with one reason and one agency there is nothing to choose but the slot."""
        choices = self.choices()
        self.assertEqual(choices.agency, self.agency)
        self.assertEqual(self.journey._get_open_step(choices), "slot")
        self.assertEqual(self.steps(choices), [("slot", "current"), ("details", "open")])
        self.assertEqual(self.journey._get_url(choices), "/booking/mortgage-advice")

    def test_order_of_steps(self):
        """A30: reason, agency, slot; the steps named are those that leave a choice."""
        buy, renegotiate = self.add_reasons()
        choices = self.choices()
        self.assertEqual(self.journey._get_open_step(choices), "reason")
        self.assertEqual([key for key, _state in self.steps(choices)], ["reason", "agency", "slot", "details"])
        self.assertEqual(self.journey._get_open_step(self.choices(reason=str(buy.id))), "agency")
        only = self.choices(reason=str(renegotiate.id))
        self.assertEqual(only.agency, self.bron)
        self.assertEqual(self.steps(only), [("reason", "done"), ("slot", "current"), ("details", "open")])

    def test_agency_that_does_not_handle_the_reason(self):
        """A05, X04: it is left, and the visitor is told."""
        _buy, renegotiate = self.add_reasons()
        third = self.agency.copy({"name": "Third"})
        self.type.agency_ids |= third
        renegotiate.agency_ids |= third
        choices = self.choices(reason=str(renegotiate.id), agency=str(self.agency.id))
        self.assertEqual(choices.left_agency, self.agency)
        self.assertFalse(choices.agency)
        self.assertEqual(self.journey._get_open_step(choices), "agency")

    def test_what_cannot_be_read(self):
        """X04: nothing that a visitor sends is trusted."""
        foreign = self.env["booking.reason"].create(
            {"type_id": self.new_type("Insurance", self.bob).id, "name": "Fire"}
        )
        for params in (
            {"reason": "one"},
            {"agency": "1 OR 1=1"},
            {"agency": "1" * 20},
            {"day": "tomorrow"},
            {"week": "2026-13-01"},
            {"tz": "Moon/Base"},
        ):
            with self.subTest(params=params), self.assertRaises(BadChoice):
                self.choices(**params)
        for params in ({"reason": str(foreign.id)}, {"agency": str(self.bron.id)}):
            with self.subTest(params=params), self.assertRaises(UnknownChoice):
                self.choices(**params)

    def test_address_keeps_the_rest(self):
        """A30: a change of reason keeps the agency, the day and the zone."""
        buy, _renegotiate = self.add_reasons()
        params = {"reason": str(buy.id), "agency": str(self.bron.id), "day": "2026-03-11", "tz": "Asia/Tokyo"}
        url = self.journey._get_change_url(self.choices(**params), "reason")
        self.assertEqual(url, f"/booking/mortgage-advice?agency={self.bron.id}&day=2026-03-11&tz=Asia%2FTokyo")

    def test_zone(self):
        """A30: what the address says, else the browser, else the agency, else the type."""
        self.assertEqual(self.choices("Asia/Tokyo", tz="Asia/Seoul").tz, "Asia/Seoul")
        self.assertEqual(self.choices("Asia/Tokyo").tz, "Asia/Tokyo")
        self.assertEqual(self.choices("Moon/Base").tz, "Europe/Paris")
        self.type.write({"agency_ids": [Command.clear()], "tz": "Europe/London"})
        self.assertEqual(self.choices().tz, "Europe/London")

    def test_week(self):
        """A30: the first week that has a free slot, its days and their slots on the visitor's clock."""
        week = self.journey._get_week(self.choices())
        self.assertEqual(week.count, 15)
        self.assertEqual([day.count for day in week.days], [3] * 5)
        self.assertEqual([day.selected for day in week.days], [True] + [False] * 4)
        self.assertIsNone(week.previous_url)
        self.assertIsNone(week.first_url)
        ((heading, slots),) = week.days[1].parts
        self.assertEqual(heading, "Morning")
        self.assertEqual([slot.start for slot in slots][0], "2026-03-03T08:00:00Z")
        self.assertEqual(slots[0].label.replace("\u202f", " "), "Tuesday, March 3, 9:00 AM")

    def test_week_of_the_clock_change(self):
        """X02: the days of the week in which the clocks go forward begin at midnight on the visitor's clock."""
        bounds = self.journey._get_day_bounds(date(2026, 3, 23), "Europe/Paris")
        self.assertEqual(bounds[date(2026, 3, 28)], (utc("2026-03-27 23:00"), utc("2026-03-28 23:00")))
        self.assertEqual(bounds[date(2026, 3, 29)], (utc("2026-03-28 23:00"), utc("2026-03-29 22:00")))
        self.assertEqual(bounds[date(2026, 3, 30)][0], utc("2026-03-29 22:00"))

    def test_week_is_kept_within_what_can_be_booked(self):
        """A04: before the notice and after the horizon there are no weeks to go to."""
        self.type.horizon_days = 10
        for day in ("2020-01-01", "2026-03-02"):
            week = self.journey._get_week(self.choices(day=day))
            self.assertIsNone(week.previous_url)
            self.assertEqual(week.days[0].date, date(2026, 3, 2))
        for day in ("2026-03-12", "9999-12-31"):
            week = self.journey._get_week(self.choices(day=day))
            self.assertIsNone(week.next_url)
            self.assertEqual(week.days[0].date, date(2026, 3, 9))

    def test_reader_s_first_weekday(self):
        """X05: the week begins on the day on which the reader's does; no week lies wholly in the past."""
        self.type.show_weekends = True
        self.assertEqual(self.journey._get_week(self.choices()).days[0].date, date(2026, 3, 1))
        self.env["res.lang"].search([("code", "=", "en_US")]).week_start = "1"
        self.assertEqual(self.journey._get_week(self.choices()).days[0].date, date(2026, 3, 2))
        self.type.show_weekends = False
        self.assertEqual(self.journey._skip_weekend(self.type, date(2026, 3, 7)), date(2026, 3, 9))
        self.assertEqual(self.journey._skip_weekend(self.type, date(2026, 3, 8)), date(2026, 3, 9))

    def test_coming(self):
        """A30: an empty week says when the next free slot is; after the last one, when the first is."""
        self.mornings.write({"date_from": "2026-03-16", "date_to": "2026-03-17"})
        for day, expected in (("2026-03-03", "Monday, March 16"), ("2026-03-25", "Monday, March 16")):
            label, url = self.journey._get_week(self.choices(day=day)).coming
            self.assertIn(expected, label)
            self.assertEqual(url, "/booking/mortgage-advice?day=2026-03-16")
        self.mornings.unlink()
        self.assertIsNone(self.journey._get_week(self.choices()).coming)

    def test_offers(self):
        """A11, A30: each agency says when it is free next; one that is never free leads nowhere."""
        self.type.agency_ids |= self.bron
        self.mornings[0].write({"agency_id": self.agency.id, "date_from": "2026-03-25"})
        self.mornings[1].unlink()
        offers = {offer.agency: offer for offer in self.journey._get_offers(self.choices())}
        self.assertEqual(offers[self.agency].next_day, "Wed, Mar 25")
        self.assertFalse(offers[self.bron].url)

    def test_nearest(self):
        """X01: what is offered to the loser lies around the slot that was lost."""
        nearest = self.journey._get_nearest(self.choices(), utc("2026-03-04 09:00"))
        self.assertEqual(len(nearest), 6)
        self.assertEqual(nearest[0].start, "2026-03-03T09:00:00Z")
        self.assertEqual(nearest[-1].start, "2026-03-05T08:00:00Z")
        self.mornings.write({"date_from": "2026-03-25"})
        nearest = self.journey._get_nearest(self.choices(), utc("2026-03-04 09:00"))
        self.assertEqual(nearest[0].start, "2026-03-25T08:00:00Z")

    def test_own_hold_is_free(self):
        """A31: what a visitor holds stays on offer to them, and to nobody else."""
        self.mornings[1].unlink()
        self.hold("2026-03-03 08:00", "me")
        mine, theirs = self.journey._get_own_holds("me"), self.journey._get_own_holds("they")
        self.assertEqual(self.journey._get_week(self.choices(), mine).days[1].count, 3)
        self.assertEqual(self.journey._get_week(self.choices(), theirs).days[1].count, 2)
        self.assertFalse(self.journey._get_own_holds(None))

    def test_durations(self):
        """A05: told as people do, from the shortest to the longest."""
        self.assertEqual(self.journey._format_duration(45), "45 min")
        self.assertEqual(self.journey._format_duration(120), "2 h")
        self.assertEqual(self.journey._format_duration(90), "1 h 30 min")
        self.env["booking.reason"].create(
            [{"type_id": self.type.id, "name": name, "duration": minutes} for name, minutes in (("A", 30), ("B", 90))]
        )
        self.assertEqual(self.journey._tell_durations(self.type), "30 min to 1 h 30 min")

    def test_token(self):
        """A53: only the whole token finds its appointment."""
        hold = self.hold("2026-03-03 08:00")
        token = hold._portal_ensure_token()
        self.assertEqual(self.journey._find_appointment(token), hold)
        for guess in (token[:-1], token + "A", token.swapcase(), "", None, "%", "_" * 43, f"{token}\x00", "é" * 43):
            self.assertFalse(self.journey._find_appointment(guess), guess)
