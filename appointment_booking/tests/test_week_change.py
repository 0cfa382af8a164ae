from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import BookingCase

MANAGER = "appointment_booking.group_booking_manager"
MONDAY, TUESDAY, WEDNESDAY, NEXT_TUESDAY = "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-10"


@tagged("post_install", "-at_install")
class TestWeekChange(BookingCase):
    """A26, A29: what drawing, dragging and clicking in the week picture does to the hours, and how it is undone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hours = cls.env["booking.availability"]
        cls.morning = cls.mornings.filtered(lambda hours: hours.user_id == cls.ada)

    def as_user(self, user):
        return self.hours.with_user(user)

    def seen(self, start=MONDAY, user=None):
        """Return what can be booked of a week as ``{day: [(from, to)]}`` in hours, as the engine opens it."""
        user = user or self.ada
        blocks = self.as_user(user).get_week([user.id], start)["blocks"]
        closed = [block for block in blocks if block["kind"] == "closed"]
        found = {}
        for day in range(7):
            minutes = {
                minute
                for kind in ("open", "closed")
                for block in blocks
                if block["kind"] == kind == "open" and block["day"] == day
                for minute in range(block["from"], block["to"])
            } - {minute for block in closed if block["day"] == day for minute in range(block["from"], block["to"])}
            edges = (
                sorted(m for m in minutes if m - 1 not in minutes),
                sorted(m + 1 for m in minutes if m + 1 not in minutes),
            )
            if minutes:
                found[day] = [(start / 60, stop / 60) for start, stop in zip(*edges, strict=True)]
        return found

    def move(self, day, old, new_day, new, scope, hours=None, user=None):
        hours = hours or self.morning.hours_ids
        pairs = [[start * 60, stop * 60] for start, stop in (old, new)]
        return self.as_user(user or self.ada).move_in_week(hours.id, day, pairs[0], new_day, pairs[1], scope)

    def assertUndone(self, undo, before, user=None):
        self.as_user(user or self.ada).undo_in_week(undo)
        self.assertEqual((self.seen(), self.seen("2026-03-09")), before)

    def both_weeks(self):
        return self.seen(), self.seen("2026-03-09")

    def test_draw(self):
        """A29: hours drawn on a day are open every week, or on that date only; undone, they are gone."""
        before = self.both_weeks()
        for weekly, next_week in ((True, [(9.0, 12.0), (14.0, 16.0)]), (False, [(9.0, 12.0)])):
            with self.subTest(weekly=weekly):
                undo = self.as_user(self.ada).open_in_week(
                    self.ada.id, TUESDAY, 840, 960, "Europe/Paris", weekly, self.agency.id
                )
                self.assertEqual(self.seen()[1], [(9.0, 12.0), (14.0, 16.0)])
                self.assertEqual(self.seen("2026-03-09")[1], next_week)
                self.assertEqual(self.hours.browse(undo["created"]).agency_id, self.agency)
                self.assertUndone(undo, before)

    def test_shorten_and_lengthen_one_day(self):
        """A26, A29: on one date, what is left out is closed and what is added is open; every week stays as it is."""
        before = self.both_weeks()
        for new, seen in (((10, 12), [(10.0, 12.0)]), ((9, 13), [(9.0, 13.0)]), ((10, 13), [(10.0, 13.0)])):
            with self.subTest(new=new):
                undo = self.move(TUESDAY, (9, 12), TUESDAY, new, "date")
                self.assertEqual(self.seen()[1], seen)
                self.assertEqual(self.seen("2026-03-09"), before[1])
                self.assertEqual(self.morning._ranges(), [(540, 720)])
                self.assertUndone(undo, before)

    def test_slots_follow(self):
        """A26, A29: visitors are offered what the picture shows."""
        self.move(TUESDAY, (9, 12), TUESDAY, (10, 13), "date")
        self.assertNotIn("Ada", self.slots(TUESDAY).get("08:00", []))
        self.assertIn("Ada", self.slots(TUESDAY)["11:00"])

    def test_move_to_another_day(self):
        """A29: hours moved to another day of one week are closed here and open there."""
        before = self.both_weeks()
        undo = self.move(TUESDAY, (9, 12), WEDNESDAY, (14, 17), "date")
        self.assertNotIn(1, self.seen())
        self.assertEqual(self.seen()[2], [(9.0, 12.0), (14.0, 17.0)])
        self.assertEqual(self.seen("2026-03-09"), before[1])
        self.assertUndone(undo, before)

    def test_lengthen_again(self):
        """A29: what was shortened for a date can be lengthened again on it: the exception gives way."""
        before = self.both_weeks()
        self.move(TUESDAY, (9, 12), TUESDAY, (9, 10), "date")
        shorter = self.both_weeks()
        undo = self.move(TUESDAY, (9, 10), TUESDAY, (9, 11), "date")
        self.assertEqual(self.seen()[1], [(9.0, 11.0)])
        self.assertUndone(undo, shorter)
        self.move(TUESDAY, (9, 10), TUESDAY, (9, 12), "date")
        self.assertEqual(self.both_weeks(), before)

    def test_one_weekday_of_several(self):
        """A29: a change of every Tuesday leaves the other days of the entry alone."""
        before = self.both_weeks()
        undo = self.move(TUESDAY, (9, 12), TUESDAY, (8, 11), "weekday")
        for week in self.both_weeks():
            self.assertEqual(week, before[0] | {1: [(8.0, 11.0)]})
        self.assertUndone(undo, before)

    def test_move_a_weekday(self):
        """A29: every Tuesday moves to every Saturday, at other hours; other ranges of the Tuesday stay."""
        self.morning.hours_ids = [Command.create({"hour_from": 14, "hour_to": 16})]
        before = self.both_weeks()
        hours = self.morning.hours_ids.filtered(lambda line: line.hour_from == 9)
        undo = self.move(TUESDAY, (9, 12), "2026-03-07", (10, 13), "weekday", hours)
        for week in self.both_weeks():
            self.assertEqual(week, before[0] | {1: [(14.0, 16.0)], 5: [(10.0, 13.0)]})
        self.assertUndone(undo, before)

    def test_all_days(self):
        """A29: a change of every day of the entry keeps it one entry."""
        before = self.both_weeks()
        undo = self.move(TUESDAY, (9, 12), TUESDAY, (9, 13), "all")
        self.assertEqual(set(map(tuple, self.seen().values())), {((9.0, 13.0),)})
        self.assertEqual(len(self.hours.search([("user_id", "=", self.ada.id)])), 1)
        self.assertUndone(undo, before)

    def test_only_weekday(self):
        """A29: an entry of one weekday moves as it is."""
        for name in ("mon", "wed", "thu", "fri"):
            self.morning[name] = False
        before = self.both_weeks()
        undo = self.move(TUESDAY, (9, 12), WEDNESDAY, (9, 12), "weekday")
        self.assertEqual(self.seen(), {2: [(9.0, 12.0)]})
        self.assertEqual(len(self.hours.search([("user_id", "=", self.ada.id)])), 1)
        self.assertUndone(undo, before)

    def test_part_in_sight(self):
        """A26, A29: of hours cut by an exception, the piece in sight is taken hold of, and its other end stays."""
        dates = {"date_from": TUESDAY, "date_to": TUESDAY}
        closed = [Command.create({"hour_from": 9, "hour_to": 10})]
        self.hours.create({"user_id": self.ada.id, "kind": "closed", "hours_ids": closed, **dates})
        self.move(TUESDAY, (10, 12), TUESDAY, (10, 13), "weekday")
        self.assertEqual(self.seen()[1], [(10.0, 13.0)])
        self.assertEqual(self.seen("2026-03-09")[1], [(9.0, 13.0)])

    def test_dates(self):
        """A29: a range on several dates changes on one of them, or on all."""
        self.morning.unlink()
        some = self.open_hours(self.ada, (9, 12), kind="one_off", date_from=MONDAY, date_to=WEDNESDAY)
        before = self.both_weeks()
        undo = self.move(TUESDAY, (9, 12), TUESDAY, (9, 10), "date", some.hours_ids)
        self.assertEqual(self.seen(), {0: [(9.0, 12.0)], 1: [(9.0, 10.0)], 2: [(9.0, 12.0)]})
        self.assertUndone(undo, before)
        undo = self.move(TUESDAY, (9, 12), TUESDAY, (9, 10), "all", some.hours_ids)
        self.assertEqual(self.seen(), dict.fromkeys(range(3), [(9.0, 10.0)]))
        self.assertUndone(undo, before)

    def test_close_and_remove(self):
        """A26, A29: one click closes a range on one date, another removes an entry; both are undone."""
        before = self.both_weeks()
        undo = self.as_user(self.ada).close_in_week(self.ada.id, TUESDAY, 540, 720, "Europe/Paris")
        self.assertNotIn(1, self.seen())
        self.assertEqual(self.seen("2026-03-09"), before[1])
        self.assertUndone(undo, before)
        self.morning.write({"type_ids": self.type.ids, "note": "Counter", "agency_id": self.agency.id})
        undo = self.morning.with_user(self.ada).remove_in_week()
        self.assertEqual(self.seen(), {})
        self.assertUndone(undo, before)
        back = self.hours.search([("user_id", "=", self.ada.id)])
        self.assertEqual((back.type_ids, back.note, back.agency_id), (self.type, "Counter", self.agency))

    def test_who_may(self):
        """A01, A29: nobody changes the hours of others, neither by moving, drawing, closing, removing nor undoing."""
        undo = self.move(TUESDAY, (9, 12), TUESDAY, (9, 10), "all")
        manager = self.new_advisor("Manager", MANAGER)
        bob = self.as_user(self.bob)
        for who in (bob, self.as_user(manager)):
            for deed in (
                lambda who=who: who.open_in_week(self.ada.id, TUESDAY, 840, 960, "Europe/Paris", True),
                lambda who=who: who.close_in_week(self.ada.id, TUESDAY, 540, 720, "Europe/Paris"),
                lambda who=who: who.undo_in_week(undo),
                lambda who=who: self.morning.with_env(who.env).remove_in_week(),
            ):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    deed()
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.move(TUESDAY, (9, 10), TUESDAY, (9, 12), "all", user=who.env.user)
        self.env["booking.team"].create(
            {
                "name": "Lyon",
                "manager_ids": [Command.set(manager.ids)],
                "member_ids": [Command.set(self.ada.ids)],
                "own_hours": False,
            }
        )
        self.move(TUESDAY, (9, 10), TUESDAY, (9, 12), "all", user=manager)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.move(TUESDAY, (9, 12), TUESDAY, (9, 10), "all")

    def test_nonsense(self):
        """X04: what makes no sense is refused in words, whatever a browser sends."""
        ada = self.as_user(self.ada)
        hours, tz = self.morning.hours_ids.id, "Europe/Paris"
        for deed in (
            lambda: ada.get_week([], "0001-01-01"),
            lambda: ada.get_week([], "9999-12-31"),
            lambda: ada.get_week([], "tomorrow"),
            lambda: ada.get_week([], None),
            lambda: ada.get_week([], 12),
            lambda: ada.open_in_week(self.ada.id, "x", 540, 600, tz, True),
            lambda: ada.open_in_week(self.ada.id, TUESDAY, 600, 540, tz, True),
            lambda: ada.open_in_week(self.ada.id, TUESDAY, -60, 60, tz, True),
            lambda: ada.open_in_week(self.ada.id, TUESDAY, 540, 9999, tz, True),
            lambda: ada.open_in_week(self.ada.id, TUESDAY, "a", 600, tz, True),
            lambda: ada.open_in_week(self.ada.id, TUESDAY, 540, 600, "Mars/Olympus", True),
            lambda: ada.open_in_week("x", TUESDAY, 540, 600, tz, True),
            lambda: ada.open_in_week([1], TUESDAY, 540, 600, tz, True),
            lambda: ada.move_in_week("x", TUESDAY, [540, 720], TUESDAY, [540, 600], "date"),
            lambda: ada.move_in_week(hours, TUESDAY, [540], TUESDAY, [540, 600], "date"),
            lambda: ada.move_in_week(hours, TUESDAY, [540, 720], TUESDAY, [540, 600], "year"),
            lambda: (
                ada.move_in_week(hours, TUESDAY, [540, 720], TUESDAY, [0, 1440], "all")
                and ada.move_in_week(hours, TUESDAY, [540, 720], TUESDAY, [0, 1440], "all")
            ),
            lambda: ada.undo_in_week({}),
            lambda: ada.undo_in_week({"created": ["x"], "former": [], "removed": []}),
            lambda: ada.undo_in_week({"created": [], "former": [{}], "removed": []}),
            lambda: ada.undo_in_week(None),
            lambda: ada.take_working_hours("x"),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                deed()
        for odd in ("x", None, {"a": 1}, [["x"]], 5):
            self.assertEqual(ada.get_week(odd, MONDAY, odd)["user_ids"], self.ada.ids)
