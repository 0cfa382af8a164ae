import json

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import BookingCase, utc

ADMIN = "appointment_booking.group_booking_admin"
MANAGER = "appointment_booking.group_booking_manager"


@tagged("post_install", "-at_install")
class TestWeekPicture(BookingCase):
    """A29: the hours and appointments of a week, as the one who looks may see them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_advisor("Manager", MANAGER)
        cls.stranger = cls.new_advisor("Stranger", MANAGER)
        cls.admin = cls.new_advisor("Administrator", ADMIN)
        cls.team = cls.env["booking.team"].create(
            {
                "name": "Lyon",
                "manager_ids": [Command.set(cls.manager.ids)],
                "member_ids": [Command.set((cls.ada | cls.bob).ids)],
            }
        )
        cls.type.team_ids = cls.team

    def week(self, user, *shown, start="2026-03-02"):
        self.env.flush_all()
        return self.env["booking.availability"].with_user(user).get_week([one.id for one in shown], start)

    def blocks(self, user, *shown, kind="open", start="2026-03-02"):
        """Return ``[(day, from, to)]`` of one kind."""
        week = self.week(user, *shown, start=start)
        return [(block["day"], block["from"], block["to"]) for block in week["blocks"] if block["kind"] == kind]

    def test_hours(self):
        """A29, X02: weekly hours stand on their days in hours of the advisor's clock."""
        week = self.week(self.ada, self.ada)
        self.assertEqual(week["days"][0], "2026-03-02")
        self.assertEqual(len(week["days"]), 7)
        self.assertEqual(week["tz"], "Europe/Paris")
        self.assertEqual(self.blocks(self.ada, self.ada), [(day, 540, 720) for day in range(5)])

    def test_week_begins_where_the_reader_says(self):
        """X05: a week that begins on Sunday has its Monday second."""
        self.assertEqual(self.blocks(self.ada, self.ada, start="2026-03-01")[0], (1, 540, 720))

    def test_agency(self):
        """A29: hours name their agency, with the same look in every picture."""
        other = self.env["booking.agency"].create({"name": "Bron"})
        self.open_hours(self.ada, (14, 16), agency_id=other.id)
        self.open_hours(self.bob, (14, 16), agency_id=self.agency.id)
        (bron,) = self.week(self.ada, self.ada)["agencies"]
        both = {agency["name"]: agency["place"] for agency in self.week(self.manager, self.ada, self.bob)["agencies"]}
        self.assertEqual(bron["name"], "Bron")
        self.assertEqual(both["Bron"], bron["place"])
        self.assertNotEqual(both["Lyon"], both["Bron"])

    def test_exceptions(self):
        """A26, A29: a closed day is told with its reason, beside the hours that it closes."""
        dates = {"kind": "closed", "date_from": "2026-03-04", "date_to": "2026-03-05"}
        self.env["booking.availability"].create({"user_id": self.ada.id, "note": "Training", **dates})
        self.assertEqual(self.blocks(self.ada, self.ada, kind="closed"), [(2, 0, 1440), (3, 0, 1440)])
        notes = [block["note"] for block in self.week(self.ada, self.ada)["blocks"] if block["kind"] == "closed"]
        self.assertEqual(notes, ["Training", "Training"])
        self.assertEqual(len(self.blocks(self.ada, self.ada)), 5)

    def test_validity(self):
        """A26: hours outside their dates are not shown."""
        self.open_hours(self.ada, (14, 16), date_from="2026-03-04", date_to="2026-03-05")
        self.assertEqual(
            [block for block in self.blocks(self.ada, self.ada) if block[1] == 840], [(2, 840, 960), (3, 840, 960)]
        )
        self.assertEqual(
            [block for block in self.blocks(self.ada, self.ada, start="2026-03-09") if block[1] == 840], []
        )

    def test_clock_changes(self):
        """X02: on both days of a clock change a block stands where its clock says."""
        for sunday, start, stop in (
            ("2026-03-29", "2026-03-29 00:30:00", "2026-03-29 01:30:00"),
            ("2026-10-25", "2026-10-24 23:30:00", "2026-10-25 02:30:00"),
        ):
            monday = str(utc(sunday).date().replace(day=utc(sunday).day - 6))
            self.open_hours(self.ada, (1, 5), (13, 15), kind="one_off", date_from=sunday, date_to=sunday, note=sunday)
            self.new_event(self.ada, start, stop)
            with self.subTest(sunday=sunday):
                shown = [block for block in self.blocks(self.ada, self.ada, start=monday) if block[0] == 6]
                self.assertEqual(shown, [(6, 60, 300), (6, 780, 900)])
                self.assertEqual(self.blocks(self.ada, self.ada, kind="busy", start=monday), [(6, 90, 210)])

    def test_midnight(self):
        """X02: what runs over midnight is told on both days, and the last day ends with the week."""
        self.new_event(self.ada, "2026-03-03 22:00:00", "2026-03-04 00:00:00")
        self.new_event(self.ada, "2026-03-08 22:30:00", "2026-03-09 08:00:00")
        self.assertEqual(self.blocks(self.ada, self.ada, kind="busy"), [(1, 1380, 1440), (2, 0, 60), (6, 1410, 1440)])

    def test_zones(self):
        """X02: one advisor is shown on their own clock; several of different zones on the reader's."""
        carol = self.new_advisor("Carol")
        carol.tz = "Asia/Kolkata"
        self.open_hours(carol, (9, 12), tz="Asia/Kolkata")
        self.assertEqual(self.blocks(carol, carol)[0], (0, 540, 720))
        week = self.week(self.admin, self.ada, carol)
        self.assertEqual(week["tz"], "Europe/Paris")
        self.assertIn((carol.id, 0, 270, 450), [(b["user_id"], b["day"], b["from"], b["to"]) for b in week["blocks"]])

    def test_appointments(self):
        """A29, C01: an appointment is told once, with who comes and why; its calendar entry is not told again."""
        appointment = self.book("2026-03-03 08:00:00", users=self.ada)
        (block,) = [block for block in self.week(self.ada, self.ada)["blocks"] if block["kind"] == "appointment"]
        self.assertEqual((block["day"], block["from"], block["to"]), (1, 540, 600))
        self.assertEqual(
            (block["record_id"], block["name"], block["what"]), (appointment.id, "Anne Martin", "Mortgage advice")
        )
        self.assertEqual(self.blocks(self.ada, self.ada, kind="busy"), [])
        appointment.action_cancel()
        self.assertEqual(self.blocks(self.ada, self.ada, kind="appointment"), [])

    def test_holds(self):
        """A31: a slot that is being booked is shown as such, without a name, until its time is over."""
        hold = self.hold("2026-03-03 08:00:00", users=self.ada)
        self.assertEqual(self.blocks(self.ada, self.ada, kind="hold"), [(1, 540, 600)])
        hold.hold_until = utc("2026-03-02 07:00:00")
        self.assertEqual(self.blocks(self.ada, self.ada, kind="hold"), [])
        self.assertEqual(self.blocks(self.ada, self.ada, kind="busy"), [])

    def test_private_events(self):
        """A28, A29: others' calendars only say that somebody is busy, and when."""
        self.new_event(self.ada, "2026-03-03 13:00:00", "2026-03-03 14:00:00", name="Doctor", privacy="private")
        for user in (self.manager, self.admin):
            week = self.week(user, self.ada)
            self.assertIn({"kind": "busy", "user_id": self.ada.id, "day": 1, "from": 840, "to": 900}, week["blocks"])
            self.assertNotIn("Doctor", json.dumps(week))

    def test_appointments_of_other_teams(self):
        """A01: what a team's member does for another team is busy time to the manager, no more."""
        other = self.new_type("Divorce", self.ada)
        self.book("2026-03-03 08:00:00", booking_type=other)
        week = self.week(self.manager, self.ada)
        self.assertIn({"kind": "busy", "user_id": self.ada.id, "day": 1, "from": 540, "to": 600}, week["blocks"])
        for secret in ("Divorce", "Anne"):
            self.assertNotIn(secret, json.dumps(week))

    def test_who_sees_whom(self):
        """A01, X04: an advisor sees themselves, a manager the members of their teams, an administrator all."""
        everybody = self.ada | self.bob
        for user, seen in (
            (self.ada, self.ada),
            (self.manager, everybody),
            (self.stranger, self.stranger),
            (self.admin, everybody),
        ):
            with self.subTest(user=user.name):
                week = self.week(user, *everybody)
                self.assertEqual(set(week["user_ids"]) & set((everybody | user).ids), set(seen.ids))
                self.assertEqual({block["user_id"] for block in week["blocks"]}, set((seen & everybody).ids))
                choices = {choice["id"] for choice in week["choices"]}
                self.assertEqual(choices & set((everybody | self.stranger).ids), set(seen.ids))

    def test_nobody_else(self):
        """A01, X04: without a role in the app there is no picture."""
        clerk = self.new_advisor("Clerk", "base.group_user")
        with self.assertRaises(AccessError):
            self.week(clerk, self.ada)
        with self.assertRaises(AccessError):
            self.env["booking.availability"].with_user(self.bob).take_working_hours(self.ada.id)

    def test_take_over_working_hours(self):
        """A29: an advisor without hours begins with their working hours, once."""
        carol = self.new_advisor("Carol")
        availability = self.env["booking.availability"].with_user(carol)
        self.assertFalse(self.week(carol)["choices"][0]["has_hours"])
        availability.take_working_hours(carol.id)
        count = len(self.blocks(carol))
        self.assertGreaterEqual(count, 5)
        availability.take_working_hours(carol.id)
        self.assertEqual(len(self.blocks(carol)), count)

    def test_teams(self):
        """A29: a manager picks one of their teams, an administrator any; who sees only themselves needs no teams."""
        desk = self.env["booking.team"].create({"name": "Desk", "member_ids": [Command.set(self.bob.ids)]})
        availability = self.env["booking.availability"]
        week = availability.with_user(self.admin).get_week([], "2026-03-02", {"team_id": desk.id})
        self.assertEqual(week["user_ids"], self.bob.ids)
        self.assertGreaterEqual({team["name"] for team in week["teams"]}, {"Lyon", "Desk"})
        week = availability.with_user(self.manager).get_week([], "2026-03-02", {"team_id": desk.id})
        self.assertEqual([team["name"] for team in week["teams"]], ["Lyon"])
        self.assertEqual(self.week(self.ada)["teams"], [])
        week = availability.with_user(self.manager).get_week(self.ada.ids, "2026-03-02", {"team_id": self.team.id})
        self.assertEqual(set(week["user_ids"]), set((self.ada | self.bob).ids))

    def test_filters(self):
        """A29: an agency shows who has hours there, a type who takes it; exceptions and appointments stay in sight."""
        bron = self.env["booking.agency"].create({"name": "Bron"})
        self.mornings.agency_id = self.agency
        self.open_hours(self.bob, (14, 16), agency_id=bron.id)
        self.open_hours(self.bob, (16, 17), agency_id=bron.id, type_ids=self.new_type("Desk", self.ada).ids)
        dates = {"kind": "closed", "date_from": "2026-03-04", "date_to": "2026-03-04"}
        self.env["booking.availability"].create({"user_id": self.bob.id, **dates})
        self.book("2026-03-03 08:00:00", users=self.bob)

        def seen(**filters):
            self.env.flush_all()
            return self.env["booking.availability"].with_user(self.manager).get_week([], "2026-03-02", filters)

        week = seen(agency_id=bron.id)
        self.assertEqual(week["user_ids"], self.bob.ids)
        self.assertEqual({block["from"] for block in week["blocks"] if block["kind"] == "open"}, {840, 960})
        self.assertLessEqual({"closed", "appointment"}, {block["kind"] for block in week["blocks"]})
        week = seen(agency_id=bron.id, type_id=self.type.id)
        self.assertEqual({block["from"] for block in week["blocks"] if block["kind"] == "open"}, {840})
        self.type.advisor_ids.filtered(lambda advisor: advisor.user_id == self.bob).unlink()
        self.assertEqual(seen(type_id=self.type.id)["user_ids"], self.ada.ids)
        week = seen(agency_id=bron.id, type_id=self.type.id)
        self.assertEqual((week["user_ids"], week["blocks"]), ([], []))

    def test_editable(self):
        """A29: a block says whether it can be changed, and dragged: hours on another clock only in their form."""
        self.open_hours(self.ada, (14, 16), tz="Asia/Kolkata", note="Far away")
        for user, editable in ((self.ada, True), (self.manager, True)):
            blocks = [block for block in self.week(user, self.ada)["blocks"] if block["kind"] == "open"]
            self.assertEqual({block["editable"] for block in blocks}, {editable})
            self.assertEqual({block["note"]: block["movable"] for block in blocks}, {"": True, "Far away": False})

    def test_queries(self):
        """X03: the number of queries does not grow with advisors, agencies, events and appointments."""

        def count(*users):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["booking.availability"].with_user(self.admin).get_week(
                [user.id for user in users], "2026-03-02", filters
            )
            return self.env.cr.sql_log_count - before

        filters = {}

        self.book("2026-03-03 08:00:00", users=self.ada)
        self.new_event(self.ada, "2026-03-03 13:00:00", "2026-03-03 14:00:00")
        self.open_hours(self.ada, (14, 16), agency_id=self.agency.id)
        count(self.ada)  # fills Odoo's own caches
        one = count(self.ada)
        crowd = [self.new_advisor(f"Advisor{number}") for number in range(8)]
        agency = self.env["booking.agency"].create({"name": "Bron"})
        for user in crowd:
            self.open_hours(user, (9, 12), (14, 17), agency_id=agency.id)
            self.new_event(user, "2026-03-04 13:00:00", "2026-03-04 14:00:00")
            self.env["booking.appointment"].create(
                {"type_id": self.type.id, "user_id": user.id, "start": "2026-03-05 08:00:00", "booker_name": user.name}
            )
            self.type.advisor_ids = [Command.create({"user_id": user.id})]
            self.env["booking.team"].create({"name": user.name, "member_ids": [Command.set(user.ids)]})
        count(self.ada, *crowd)
        self.assertEqual(count(self.ada, *crowd), one)
        team = self.env["booking.team"].create({"name": "All", "member_ids": [Command.set(self.ada.ids)]})
        filters = {"team_id": team.id, "agency_id": self.agency.id, "type_id": self.type.id}
        count()
        small = count()
        team.member_ids = [user.id for user in crowd] + self.ada.ids
        count()
        self.assertEqual(count(), small)
