from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import BookingCase

MANAGER = "appointment_booking.group_booking_manager"


@tagged("post_install", "-at_install")
class TestAccess(BookingCase):
    """A01, X04: who sees and changes what, by record rules."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_advisor("Manager", MANAGER)
        cls.stranger = cls.new_advisor("Stranger", MANAGER)
        cls.admin = cls.new_advisor("Administrator", "appointment_booking.group_booking_admin")
        cls.clerk = cls.new_advisor("Clerk", "base.group_user")
        cls.portal = new_test_user(cls.env, login="portal-user", groups="base.group_portal")
        cls.team = cls.env["booking.team"].create(
            {
                "name": "Lyon",
                "manager_ids": [Command.set(cls.manager.ids)],
                "member_ids": [Command.set((cls.ada | cls.bob).ids)],
            }
        )
        cls.env["booking.team"].create({"name": "Paris", "manager_ids": [Command.set(cls.stranger.ids)]})
        cls.type.team_ids = cls.team
        cls.reason = cls.env["booking.reason"].create({"type_id": cls.type.id, "name": "First home"})
        cls.appointment = cls.env["booking.appointment"].create(
            {"type_id": cls.type.id, "user_id": cls.ada.id, "start": "2026-03-03 08:00:00", "booker_name": "Anne"}
        )
        cls.answer = cls.env["booking.answer"].create(
            {"appointment_id": cls.appointment.id, "label": "Name", "value_text": "Anne"}
        )
        cls.env.flush_all()

    def allowed(self, user, record):
        record = record.with_user(user)
        return "".join(operation[0] for operation in ("read", "write", "unlink") if record.has_access(operation))

    def assertMatrix(self, record, **expected):
        for name, operations in expected.items():
            self.assertEqual(self.allowed(getattr(self, name), record), operations, f"{record} for {name}")

    def test_matrix(self):
        """A01: an administrator all, a manager what their teams have, an advisor their own, others nothing."""
        nothing = {"clerk": "", "portal": "", "stranger": ""}
        self.assertMatrix(self.type, admin="rwu", manager="rw", ada="r", **nothing)
        for part in (self.reason, self.type.advisor_ids[0], self.type.question_ids[0]):
            self.assertMatrix(part, admin="rwu", manager="rwu", ada="r", **nothing)
        self.assertMatrix(self.mornings[0], admin="rwu", manager="rwu", ada="rwu", bob="", **nothing)
        self.assertMatrix(self.mornings[0].hours_ids, admin="rwu", manager="rwu", ada="rwu", bob="", **nothing)
        self.assertMatrix(self.appointment, admin="rwu", manager="rw", ada="rw", bob="", **nothing)
        self.assertMatrix(self.answer, admin="r", manager="r", ada="r", bob="", **nothing)
        self.assertMatrix(self.team, admin="rwu", manager="r", ada="r", **nothing)
        self.assertMatrix(self.agency, admin="rwu", manager="r", ada="r", stranger="r", clerk="", portal="")

    def test_searches_show_the_same(self):
        """A01: lists show what the rules allow, not more."""
        for user, count in ((self.admin, 1), (self.manager, 1), (self.ada, 1), (self.bob, 0), (self.stranger, 0)):
            found = self.env["booking.appointment"].with_user(user).search_count([("id", "=", self.appointment.id)])
            self.assertEqual(found, count, user.name)

    def test_manager_creates_within_their_teams(self):
        """A01: a manager's type belongs to their team: they can neither lock themselves out nor plant it elsewhere."""
        own = self.env["booking.type"].with_user(self.manager).create({"name": "Own"})
        self.assertEqual(own.team_ids, self.team)
        with self.assertRaises(ValidationError):
            own.team_ids = False
        with self.assertRaises(AccessError):
            self.env["booking.type"].with_user(self.stranger).create({"name": "Spy", "team_ids": self.team.ids})

    def test_manager_of_another_team_cannot_reach_in(self):
        """A01, X04: neither advisors nor reasons can be added to a foreign type, nor hours to a foreign advisor."""
        with self.assertRaises(AccessError):
            self.env["booking.reason"].with_user(self.stranger).create({"type_id": self.type.id, "name": "Spy"})
        with self.assertRaises(AccessError):
            self.env["booking.advisor"].with_user(self.stranger).create(
                {"type_id": self.type.id, "user_id": self.stranger.id}
            )
        for user in (self.stranger, self.bob):
            with self.assertRaises(AccessError):
                self.env["booking.availability"].with_user(user).create(
                    {"user_id": self.ada.id, "hours_ids": [Command.create({"hour_from": 1, "hour_to": 2})]}
                )

    def test_nothing_is_pushed_out_of_reach(self):
        """A01: what one may change cannot be given to somebody, or to a type, where one could not have created it."""
        foreign = self.new_type("Foreign", self.bob)
        for user, record, field, target in (
            (self.ada, self.mornings[0], "user_id", self.bob),
            (self.ada, self.mornings[0].hours_ids, "availability_id", self.mornings[1]),
            (self.ada, self.appointment, "user_id", self.bob),
            (self.manager, self.appointment, "type_id", foreign),
            (self.manager, self.reason, "type_id", foreign),
            (self.manager, self.type.advisor_ids.filtered(lambda a: a.user_id == self.ada), "type_id", foreign),
            (self.manager, self.type.question_ids[0], "type_id", foreign),
        ):
            with self.subTest(record=record), self.assertRaises(AccessError), self.env.cr.savepoint():
                foreign.question_ids.unlink()
                record.with_user(user)[field] = target
                self.env.flush_all()

    def test_advisors_of_ones_own_teams(self):
        """A01: a manager puts members of their teams on a type, and themselves, nobody else."""
        own = self.env["booking.type"].with_user(self.manager).create({"name": "Own"})
        for user in (self.ada, self.manager):
            own.advisor_ids = [Command.create({"user_id": user.id})]
        with self.assertRaises(ValidationError):
            own.advisor_ids = [Command.create({"user_id": self.stranger.id})]

    def test_appointment_of_a_foreign_type(self):
        """A01: an advisor enters appointments of the types that they see, or of none."""
        appointments = self.env["booking.appointment"].with_user(self.ada)
        foreign = self.new_type("Foreign", self.bob)
        with self.assertRaises(AccessError):
            appointments.create({"type_id": foreign.id, "start": "2026-03-06 08:00:00"})
        own = appointments.create({"start": "2026-03-06 08:00:00"})
        with self.assertRaises(AccessError):
            own.type_id = foreign

    def test_foreign_calendar_entry(self):
        """A01: an appointment cannot be turned to somebody else's calendar entry, to read or overwrite it."""
        event = self.env["calendar.event"].create(
            {"name": "Secret", "start": "2026-03-04 08:00:00", "stop": "2026-03-04 09:00:00", "privacy": "private"}
        )
        with self.assertRaises(ValidationError):
            self.appointment.with_user(self.ada).calendar_event_id = event
        with self.assertRaises(ValidationError):
            self.env["booking.appointment"].with_user(self.ada).create(
                {"type_id": self.type.id, "start": "2026-03-05 08:00:00", "calendar_event_id": event.id}
            )
        self.assertEqual(event.name, "Secret")

    def test_advisor_works_their_own(self):
        """A01: an advisor marks, cancels and notes their own appointment, and cannot give it away to themselves."""
        self.appointment.with_user(self.ada).action_done()
        self.appointment.with_user(self.manager).action_reopen()
        self.appointment.with_user(self.ada).action_cancel()
        self.assertEqual(self.appointment.state, "cancelled")
        with self.assertRaises(AccessError):
            self.appointment.with_user(self.bob).user_id = self.bob

    def test_publishing(self):
        """A02: a manager publishes the types of their teams, others do not."""
        self.type.with_user(self.manager).is_published = False
        with self.assertRaises(AccessError):
            self.type.with_user(self.stranger).is_published = True
        with self.assertRaises(AccessError):
            self.type.with_user(self.ada).is_published = True

    def test_companies(self):
        """A01: another company's types, agencies and appointments stay out of sight."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.new_type("Foreign", self.ada, company_id=other.id, team_ids=[Command.set(self.team.ids)])
        self.assertEqual(self.allowed(self.manager, foreign), "")
        self.assertEqual(self.allowed(self.admin, foreign), "")

    def test_secrets(self):
        """X04: the key of a visitor's browser is not for back-office eyes."""
        self.assertNotIn("visitor_key", self.env["booking.appointment"].with_user(self.manager).fields_get())
