from datetime import timedelta

from freezegun import freeze_time
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext

from .common import BookingCase, utc

MANAGER = "appointment_booking.group_booking_manager"


@tagged("post_install", "-at_install")
class TestDiagnosis(BookingCase):
    """A19: why an advisor's slot is, or is not, on offer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_advisor("Manager", MANAGER)
        cls.team = cls.env["booking.team"].create(
            {
                "name": "Lyon",
                "manager_ids": [Command.set(cls.manager.ids)],
                "member_ids": [Command.set((cls.ada | cls.bob).ids)],
            }
        )
        cls.type.team_ids = cls.team

    def diagnose(self, start="2026-03-03 08:00", user=None, booking_type=None, **choices):
        booking_type = (booking_type or self.type).with_user(self.manager).with_context(lang="en_US")
        choices.setdefault("agency", self.agency)
        return booking_type._diagnose(user or self.ada, utc(start), **choices)

    def assertObstacles(self, found, **expected):
        """``assertObstacles(diagnosis, busy="Dentist")``: these causes and no others, with these words."""
        texts = {}
        for obstacle in found.obstacles:
            texts[obstacle.cause] = f"{texts.get(obstacle.cause, '')}\n{obstacle.text}".replace("\u202f", " ")
        self.assertEqual(set(texts), set(expected), texts)
        for cause, words in expected.items():
            for word in [words] if isinstance(words, str) else words:
                self.assertIn(word, texts[cause])

    def test_on_offer(self):
        """A19: it says so, and who would get the appointment."""
        found = self.diagnose(user=self.bob)
        self.assertFalse(found.obstacles)
        self.assertEqual(found.taker, self.ada)

    def test_outside_hours(self):
        """A19: outside the hours, and when the next ones begin."""
        self.assertObstacles(
            self.diagnose("2026-03-03 15:00"), opening=["Ada has no booking hours then", "Wednesday, March 4, 9:00 AM"]
        )
        self.assertObstacles(
            self.diagnose("2026-03-03 10:30"), opening="end at 12:00 PM, before", grid=["every 60 minutes", "11:00 AM"]
        )
        self.mornings[0].date_to = "2026-03-03"
        self.assertObstacles(self.diagnose("2026-03-03 15:00"), opening="no later hours within")

    def test_why_the_hours_are_closed(self):
        """A19: an exception, another agency, other types, a weekend that is not offered."""
        day = {"date_from": "2026-03-03", "date_to": "2026-03-03"}
        closed = self.open_hours(self.ada, (8, 10), kind="closed", **day)
        self.assertObstacles(self.diagnose(), opening="An exception in the availability of Ada")
        closed.unlink()
        self.mornings[0].agency_id = self.agency.copy({"name": "Bron"})
        self.assertObstacles(self.diagnose(), opening="Ada is at another agency")
        self.mornings[0].write({"agency_id": False, "type_ids": self.new_type("Insurance", self.ada).ids})
        self.assertObstacles(self.diagnose(), opening="other appointment types")
        self.mornings[0].write({"type_ids": [Command.clear()], "sat": True})
        self.assertObstacles(self.diagnose("2026-03-07 08:00"), opening="not offered on weekends")

    def test_busy(self):
        """A19, A28: the event that is in the way, by its title where the reader may read it."""
        self.new_event(self.ada, "2026-03-03 08:30:00", "2026-03-03 09:00:00", name="Team meeting")
        self.assertObstacles(self.diagnose(), busy=["Ada has “Team meeting”", "9:30 AM – 10:00 AM"])
        self.assertObstacles(self.diagnose("2026-03-03 09:00"))
        self.new_event(self.ada, "2026-03-03 08:00:00", "2026-03-03 08:20:00", name="Divorce lawyer", privacy="private")
        found = self.diagnose()
        self.assertObstacles(found, busy=["Team meeting", "Ada has something in their calendar"])
        self.assertNotIn("Divorce", str(found.obstacles))

    def test_private_calendar(self):
        """A19: a calendar that is private by default stays so."""
        self.ada.with_user(self.ada).calendar_default_privacy = "private"
        self.new_event(self.ada, "2026-03-03 08:30:00", "2026-03-03 09:00:00", name="Divorce lawyer")
        self.assertNotIn("Divorce", str(self.diagnose().obstacles))

    def test_all_day_and_time_off(self):
        """A19, A28: all-day events, time off without its reason, closing days with their name."""
        self.new_event(
            self.ada,
            "2026-03-03 08:00:00",
            "2026-03-03 18:00:00",
            allday=True,
            start_date="2026-03-03",
            stop_date="2026-03-03",
            name="Training",
        )
        self.assertObstacles(self.diagnose(), busy="Ada has “Training”")
        leaves = self.env["resource.calendar.leaves"]
        resource = self.env["resource.resource"].create({"name": "Ada", "user_id": self.ada.id})
        off = {"date_from": "2026-03-04 07:00:00", "date_to": "2026-03-04 17:00:00"}
        leaves.create({"name": "Surgery", "resource_id": resource.id, "calendar_id": resource.calendar_id.id, **off})
        found = self.diagnose("2026-03-04 08:00")
        self.assertObstacles(found, busy="Ada has time off")
        self.assertNotIn("Surgery", str(found.obstacles))
        leaves.create({"name": "Bank holiday", "date_from": "2026-03-05 00:00:00", "date_to": "2026-03-05 22:00:00"})
        self.assertObstacles(self.diagnose("2026-03-05 08:00", user=self.bob), busy="Closing day “Bank holiday”")

    def test_appointment(self):
        """A19: which appointment; of a type that the reader does not manage, no name."""
        self.book("2026-03-03 08:00", users=self.ada)
        self.assertObstacles(self.diagnose(), appointment=["Anne Martin", "9:00 AM – 10:00 AM"])
        other = self.new_type("Secret", self.bob, team_ids=False)
        self.book("2026-03-03 08:00", "other", booking_type=other)
        found = self.diagnose(user=self.bob)
        self.assertObstacles(found, appointment="Another appointment")
        self.assertNotIn("Secret", str(found.obstacles))

    def test_held(self):
        """A19, A31: held by somebody, until when; afterwards it is on offer."""
        self.hold("2026-03-03 08:00", users=self.ada)
        self.assertObstacles(self.diagnose(), appointment=["A visitor who is filling in", "until 9:10 AM"])
        with freeze_time("2026-03-02 08:10:00"):
            self.assertObstacles(self.diagnose())

    def test_gap(self):
        """A19, A04: the gap, and the appointment to which it is kept."""
        self.type.gap = 15
        self.book("2026-03-03 08:00", users=self.ada)
        self.assertObstacles(self.diagnose("2026-03-03 09:00"), gap=["15 minutes", "Anne Martin"])

    def test_daily_limit(self):
        """A19, A04: the limit, with the count."""
        self.type.max_per_day = 2
        self.book("2026-03-03 08:00", "a", users=self.ada)
        self.book("2026-03-03 09:00", "b", users=self.ada)
        self.assertObstacles(
            self.diagnose("2026-03-03 10:00"), day_limit="Ada takes 2 of this type a day; taken on that day: 2."
        )

    def test_notice_and_horizon(self):
        """A19, A04: until when the notice and the horizon last."""
        self.type.write({"min_notice": 25, "horizon_days": 2})
        self.assertObstacles(self.diagnose(), notice=["25 hours", "Tuesday, March 3, 10:00 AM"])
        self.assertObstacles(self.diagnose("2026-03-05 08:00"), horizon=["2 days", "Wednesday, March 4, 9:00 AM"])
        self.type.min_notice = 0
        self.assertObstacles(self.diagnose("2026-03-02 07:00"), opening="", notice="This hour is over")

    def test_not_listed(self):
        """A19: not on the list, archived there, the reason given to others; nothing of strangers' days is told."""
        stranger = self.new_advisor("Stranger")
        self.new_event(stranger, "2026-03-03 08:00:00", "2026-03-03 09:00:00", name="Meeting")
        self.assertObstacles(self.diagnose(user=stranger), unlisted="Stranger is not on the list")
        reason = self.env["booking.reason"].create(
            {"type_id": self.type.id, "name": "Second home", "advisor_ids": self.type.advisor_ids[0].ids}
        )
        self.assertObstacles(self.diagnose(user=self.bob, reason=reason), reason="“Second home” is given to other")
        self.assertObstacles(self.diagnose(reason=reason))
        self.type.advisor_ids[0].active = False
        self.assertObstacles(self.diagnose(), unlisted="Ada is archived on the list")
        self.bob.active = False
        self.assertObstacles(self.diagnose(user=self.bob), unlisted="The account of Bob is archived")

    def test_agency(self):
        """A19: an agency that the type, or the reason, does not have."""
        bron = self.agency.copy({"name": "Bron"})
        self.assertObstacles(self.diagnose(agency=bron), agency="Bron is not an agency of")
        self.type.agency_ids |= bron
        reason = self.env["booking.reason"].create(
            {"type_id": self.type.id, "name": "Second home", "agency_ids": bron.ids}
        )
        self.assertObstacles(self.diagnose(reason=reason), agency="“Second home” is not handled at Lyon")

    def test_distribution(self):
        """A19, A24: hidden as ahead of the others, with the loads."""
        self.type.distribution = "uniform"
        self.book("2026-03-03 08:00", users=self.ada)
        found = self.diagnose("2026-03-04 08:00")
        self.assertObstacles(found, distribution=["Ada is ahead with 1", "Bob: 0"])
        self.assertEqual(found.taker, self.bob)
        self.assertEqual(
            self.type.with_user(self.manager)._get_next_start(self.ada, utc("2026-03-04"), agency=self.agency),
            utc("2026-04-01 07:00"),
            "the next month is shared out on its own",
        )
        self.book("2026-03-03 09:00", "b", users=self.bob)
        self.assertObstacles(self.diagnose("2026-03-04 08:00"))

    def test_page(self):
        """A19: a type that is archived or not published."""
        self.type.is_published = False
        self.assertObstacles(self.diagnose(), unpublished="not published")
        self.type.active = False
        self.assertObstacles(self.diagnose(), inactive="archived")

    def test_others_may_not_ask(self):
        """A19, A01: another team's manager, an advisor of the type, and whoever has no role read nothing."""
        stranger, clerk = self.new_advisor("Stranger", MANAGER), self.new_advisor("Clerk", "base.group_user")
        for user in (stranger, self.ada, clerk):
            with self.assertRaises(AccessError):
                self.type.with_user(user)._diagnose(self.ada, utc("2026-03-03 08:00"), agency=self.agency)
            with self.assertRaises(AccessError):
                self.type.with_user(user)._get_next_start(self.ada, utc("2026-03-03 08:00"), agency=self.agency)
            with self.assertRaises(AccessError):
                self.env["booking.diagnosis"].with_user(user).with_context(default_type_id=self.type.id).default_get(
                    ["user_id", "day"]
                )
            with self.assertRaises(AccessError):
                self.env["booking.diagnosis"].with_user(user).create(
                    {"type_id": self.type.id, "user_id": self.ada.id, "day": "2026-03-03", "hour": 9}
                ).read(["answer"])

    def test_window(self):
        """A19: the window begins with an advisor and an hour, answers at once, and goes on to the next free slot."""
        self.new_event(self.ada, "2026-03-03 08:00:00", "2026-03-03 12:00:00", name="Training")
        wizards = self.env["booking.diagnosis"].with_user(self.manager)
        with Form(wizards.with_context(default_type_id=self.type.id, lang="en_US")) as form:
            self.assertEqual((form.user_id, form.agency_id, form.hour), (self.ada, self.agency, 10.0))
            self.assertIn("Paris", form.zone)
            self.assertFalse(form.is_offered)
            self.assertIn("Training", form.answer)
            form.user_id = self.bob
            self.assertTrue(form.is_offered)
            self.assertIn("on offer", form.answer)
            form.user_id = self.ada
            self.assertIn("Wednesday, March 4", form.next_text)
        wizard = form.record
        wizard.action_ask_next()
        self.assertEqual((str(wizard.day), wizard.hour), ("2026-03-04", 9.0))
        self.assertTrue(wizard.is_offered)
        self.assertIn("Ada would get", html2plaintext(wizard.answer))
        self.assertEqual(wizard.action_view_week()["params"], {"user_ids": self.ada.ids})

    def test_hours_that_no_clock_shows(self):
        """A19, X02: the hour that the clocks skip, and what is no hour, are said to be none."""
        wizard = (
            self.env["booking.diagnosis"]
            .with_user(self.manager)
            .create(
                {
                    "type_id": self.type.id,
                    "user_id": self.ada.id,
                    "agency_id": self.agency.id,
                    "day": "2026-03-29",
                    "hour": 2.5,
                }
            )
        )
        self.assertIn("No clock", wizard.answer)
        wizard.hour = 25
        self.assertIn("No clock", wizard.answer)

    def test_titles_are_text(self):
        """A19: what people wrote into their calendar is no markup."""
        self.new_event(self.ada, "2026-03-03 08:00:00", "2026-03-03 09:00:00", name="<script>alert(1)</script>")
        wizard = (
            self.env["booking.diagnosis"]
            .with_user(self.manager)
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
        self.assertIn("&lt;script&gt;", wizard.answer)
        self.assertNotIn("<script>", wizard.answer)


# Any state of a small bank: Ada and Bob, two agencies, some days in March.

half_hours = st.integers(12, 26)  # of the day in Paris
days = st.integers(2, 9)
moments = st.tuples(days, half_hours).map(lambda it: utc(f"2026-03-{it[0]:02}") + timedelta(minutes=30 * it[1] - 60))


@tagged("post_install", "-at_install")
class TestDiagnosisAgainstTheOffer(BookingCase):
    def draw_state(self, draw):
        """Let the type, the hours, and what is in the calendars be anything."""
        self.type.write(
            {
                "duration": draw(st.sampled_from([15, 30, 60, 90])),
                "slot_step": draw(st.sampled_from([15, 30, 60])),
                "gap": draw(st.sampled_from([0, 0, 10, 30])),
                "min_notice": draw(st.sampled_from([0, 1, 26])),
                "horizon_days": draw(st.sampled_from([3, 60])),
                "max_per_day": draw(st.sampled_from([0, 0, 1, 2])),
                "show_weekends": draw(st.booleans()),
                "distribution": draw(st.sampled_from(["priority", "optimised", "uniform", "uniform", "visitor"])),
                "no_preference": draw(st.booleans()),
                "fallback_distribution": draw(st.sampled_from(["priority", "uniform"])),
                "uniform_tolerance": draw(st.integers(0, 1)),
                "load_period": draw(st.sampled_from(["month", "all"])),
            }
        )
        bron = self.agency.copy({"name": "Bron"})
        agencies = self.env["booking.agency"], self.agency, bron
        self.type.agency_ids |= bron
        for morning in self.mornings:
            morning.write(
                {
                    "sat": draw(st.booleans()),
                    "agency_id": draw(st.sampled_from(agencies)).id,
                    "type_ids": draw(st.sampled_from([False, False, self.type.ids, self.other.ids])),
                    "date_from": draw(st.sampled_from([False, "2026-03-04"])),
                }
            )
        for user in self.ada | self.bob:
            if draw(st.booleans()):
                day = f"2026-03-{draw(days):02}"
                kind = draw(st.sampled_from(["closed", "one_off"]))
                self.open_hours(user, (8, 10), kind=kind, date_from=day, date_to=day)
            for start in draw(st.lists(moments, max_size=2, unique=True)):
                values = {"allday": True} if draw(st.booleans()) else {}
                stop = start + timedelta(minutes=draw(st.sampled_from([15, 45, 120])))
                self.new_event(
                    user, start, stop, show_as=draw(st.sampled_from(["busy", "busy", "free"])), **values
                ).attendee_ids.state = draw(st.sampled_from(["accepted", "needsAction", "declined"]))
        return draw(st.sampled_from(agencies))

    def draw_bookings(self, draw, agency):
        """Book some of what is offered, by name or not, of this type and of another."""
        for number in range(draw(st.integers(0, 3))):
            booking_type = draw(st.sampled_from([self.type, self.type, self.other]))
            user = draw(st.sampled_from([self.ada, self.bob]))
            slots = list(booking_type._get_slots(utc("2026-03-02"), utc("2026-03-10"), users=user))
            if slots:
                start = draw(st.sampled_from(slots))
                self.env["booking.appointment"]._hold(
                    booking_type,
                    start,
                    reason=self.env["booking.reason"],
                    agency=self.env["booking.agency"],
                    users=user,
                    visitor_key=str(number),
                )
        if draw(st.integers(0, 9)) == 0:
            self.type.advisor_ids[1].active = False
        reasons = [self.env["booking.reason"]]
        if draw(st.booleans()):
            reasons.append(
                self.env["booking.reason"].create(
                    {
                        "type_id": self.type.id,
                        "name": "Second home",
                        "duration": draw(st.sampled_from([0, 45])),
                        "advisor_ids": draw(st.sampled_from([self.type.advisor_ids[0].ids, []])),
                    }
                )
            )
        return reasons[-1]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.new_type("Insurance", cls.ada | cls.bob, duration=30, slot_step=30)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.data())
    def test_on_offer_exactly_if_offered(self, data):
        """A19: in any state, the diagnosis finds nothing in the way exactly if the slot is offered with the advisor."""
        with self.env.cr.savepoint() as state:
            agency = self.draw_state(data.draw)
            reason = self.draw_bookings(data.draw, agency)
            starts = data.draw(st.lists(moments, min_size=3, max_size=3))
            for user in self.ada | self.bob:
                named = user if self.type.distribution == "visitor" else None
                offered = self.type._get_slots(
                    utc("2026-03-02"), utc("2026-03-11"), reason=reason, agency=agency, users=named
                )
                shown = [start for start, user_ids in offered.items() if user.id in user_ids]
                for start in [*starts, *shown[:2], *shown[-1:]]:
                    found = self.type._diagnose(user, start, reason=reason, agency=agency)
                    event(found.obstacles[0].cause if found.obstacles else "on offer")
                    self.assertEqual(not found.obstacles, start in shown, (user.name, start, found))
                    if found.obstacles:
                        self.assertTrue(all(obstacle.text for obstacle in found.obstacles))
            state.close(rollback=True)
