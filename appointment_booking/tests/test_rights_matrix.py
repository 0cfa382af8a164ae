import base64

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import BookingCase

ADMIN = "appointment_booking.group_booking_admin"
MANAGER = "appointment_booking.group_booking_manager"
ACTORS = ("admin", "manager", "stranger", "ada", "bob", "clerk", "portal", "public")

# What each may do with a record of the team that ``manager`` manages, and that is ``ada``'s where it is one person's:
# read, write, create, unlink. ``stranger`` manages another team, ``bob`` is a colleague on the same type, ``clerk``
# works here without a role in Appointments. Who is not named may do nothing.
EVERYBODYS = {"admin": "rwcu", "manager": "r", "stranger": "r", "ada": "r", "bob": "r"}
PART_OF_TYPE = {"admin": "rwcu", "manager": "rwcu", "ada": "r", "bob": "r"}
HOURS = {"admin": "rwcu", "manager": "rwcu", "ada": "rwcu"}
MATRIX = {
    "booking.advisor": PART_OF_TYPE,
    "booking.agency": EVERYBODYS,
    "booking.answer": {"admin": "r", "manager": "r", "ada": "r"},
    "booking.appointment": {"admin": "rwcu", "manager": "rwc", "ada": "rwc"},
    "booking.availability": HOURS,
    # a form that is filled in: everybody who manages has their own, of hours that they may read
    "booking.availability.copy": {"admin": "c", "manager": "rwcu"},
    "booking.availability.hours": HOURS,
    "booking.progress": {"ada": "r"},
    "booking.question": PART_OF_TYPE,
    "booking.rate.limit": {},
    "booking.reason": PART_OF_TYPE,
    "booking.slug.redirect": {"admin": "rwcu"},
    "booking.team": {"admin": "rwcu", "manager": "r", "ada": "r", "bob": "r"},
    "booking.type": {"admin": "rwcu", "manager": "rwc", "ada": "r", "bob": "r"},
    "booking.type.category": EVERYBODYS,
}

# Who may call what a browser can call, on the same records. Everything public of the addon's models stands here.
TYPE_READERS = {"admin", "manager", "ada", "bob"}
HOURS_EDITORS = {"admin", "manager", "ada"}
ANY_ADVISOR = {"admin", "manager", "stranger", "ada", "bob"}
DEEDS = {
    ("booking.appointment", "action_cancel"): {"admin", "manager", "ada"},
    ("booking.appointment", "action_done"): {"admin", "manager", "ada"},
    ("booking.appointment", "action_reopen"): {"admin", "manager", "ada"},
    ("booking.availability", "check_import"): ANY_ADVISOR,
    ("booking.availability", "close_in_week"): HOURS_EDITORS,
    ("booking.availability", "get_import_template"): ANY_ADVISOR,
    ("booking.availability", "get_week"): ANY_ADVISOR,
    ("booking.availability", "move_in_week"): HOURS_EDITORS,
    ("booking.availability", "open_in_week"): HOURS_EDITORS,
    ("booking.availability", "remove_in_week"): HOURS_EDITORS,
    ("booking.availability", "run_import"): ANY_ADVISOR,
    ("booking.availability", "take_working_hours"): HOURS_EDITORS,
    ("booking.availability", "undo_in_week"): HOURS_EDITORS,
    ("booking.availability.copy", "action_copy"): {"manager"},
    ("booking.type", "action_create_preset"): {"admin", "manager", "stranger"},
    ("booking.type", "action_preview"): TYPE_READERS,
    ("booking.type", "action_view_appointments"): TYPE_READERS,
    ("booking.type", "action_view_week"): TYPE_READERS,
    ("booking.type", "get_presets"): set(ACTORS),  # an empty list to who may create none
    ("res.partner", "action_view_booking_appointments"): {"admin", "manager", "stranger", "ada", "bob", "clerk"},
}


def own_models(env):
    """Return the names of the models of the addon that have a table."""
    return {
        name
        for name, model in env.registry.items()
        if model._original_module == "appointment_booking" and not model._abstract
    }


def public_methods(env):
    """Return ``(model, method)`` of whatever the addon adds that a browser can call."""
    found = set()
    for name, model in env.registry.items():
        ours = [part for part in model.__mro__ if part.__module__.startswith("odoo.addons.appointment_booking.")]
        theirs = [part for part in model.__mro__ if part not in ours and part is not model]
        for part in ours:
            found |= {
                (name, method)
                for method, value in vars(part).items()
                if callable(value)
                and not method.startswith("_")
                and not getattr(value, "_api_private", False)
                and not isinstance(value, type)
                and not any(method in vars(other) for other in theirs)
            }
    return found


@tagged("post_install", "-at_install")
class TestRightsMatrix(BookingCase):
    """A01, X04: each role against each model and each method, by record rules."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_advisor("Manager", MANAGER)
        cls.stranger = cls.new_advisor("Stranger", MANAGER)
        cls.admin = cls.new_advisor("Administrator", ADMIN)
        cls.clerk = cls.new_advisor("Clerk", "base.group_user")
        cls.carol = cls.new_advisor("Carol")
        cls.portal = new_test_user(cls.env, login="portal-user", groups="base.group_portal")
        cls.public = cls.env.ref("base.public_user")
        cls.team = cls.env["booking.team"].create(
            {
                "name": "Lyon",
                "manager_ids": [Command.set(cls.manager.ids)],
                "member_ids": [Command.set((cls.ada | cls.bob | cls.carol).ids)],
            }
        )
        cls.env["booking.team"].create({"name": "Paris", "manager_ids": [Command.set(cls.stranger.ids)]})
        cls.type.team_ids = cls.team
        cls.morning = cls.mornings.filtered(lambda hours: hours.user_id == cls.ada)
        reason = cls.env["booking.reason"].create({"type_id": cls.type.id, "name": "First home"})
        cls.appointment = cls.env["booking.appointment"].create(
            {"type_id": cls.type.id, "user_id": cls.ada.id, "start": "2026-03-03 08:00:00", "booker_name": "Anne"}
        )
        cls.records = {
            "booking.advisor": cls.type.advisor_ids[0],
            "booking.agency": cls.agency,
            "booking.answer": cls.env["booking.answer"].create(
                {"appointment_id": cls.appointment.id, "label": "Name", "value_text": "Anne"}
            ),
            "booking.appointment": cls.appointment,
            "booking.availability": cls.morning,
            "booking.availability.copy": cls.env["booking.availability.copy"]
            .with_user(cls.manager)
            .create({"availability_ids": [Command.set(cls.morning.ids)], "user_ids": [Command.set(cls.carol.ids)]}),
            "booking.availability.hours": cls.morning.hours_ids,
            "booking.progress": cls.env["booking.progress"].with_user(cls.ada).sudo().create({"key": "k"}),
            "booking.question": cls.type.question_ids[0],
            "booking.rate.limit": cls.env["booking.rate.limit"].sudo().search([], limit=1),
            "booking.reason": reason,
            "booking.slug.redirect": cls.env["booking.slug.redirect"].create({"slug": "old", "type_id": cls.type.id}),
            "booking.team": cls.team,
            "booking.type": cls.type,
            "booking.type.category": cls.env["booking.type.category"].create({"name": "Loans"}),
        }
        cls.env.flush_all()

    def creations(self):
        """Return values of a second record like each of those above, as a browser could send them."""
        type_id = self.type.id
        return {
            "booking.advisor": {"type_id": type_id, "user_id": self.carol.id},
            "booking.agency": {"name": "Bron", "tz": "Europe/Paris"},
            "booking.answer": {"appointment_id": self.appointment.id, "label": "Name", "value_text": "Eve"},
            "booking.appointment": {"type_id": type_id, "user_id": self.ada.id, "start": "2026-03-05 08:00:00"},
            "booking.availability": {
                "user_id": self.ada.id,
                "hours_ids": [Command.create({"hour_from": 14, "hour_to": 15})],
            },
            "booking.availability.copy": {
                "availability_ids": [Command.set(self.morning.ids)],
                "user_ids": [Command.set(self.carol.ids)],
            },
            "booking.availability.hours": {"availability_id": self.morning.id, "hour_from": 14, "hour_to": 15},
            "booking.progress": {"key": "spy"},
            "booking.question": {"type_id": type_id, "name": "Colour"},
            "booking.rate.limit": {},
            "booking.reason": {"type_id": type_id, "name": "Second home"},
            "booking.slug.redirect": {"slug": "older", "type_id": type_id},
            "booking.team": {"name": "Nantes"},
            "booking.type": {"name": "Own", "team_ids": [Command.set(self.team.ids)]},
            "booking.type.category": {"name": "Cards"},
        }

    def created(self, user, model, values):
        with self.env.cr.savepoint() as savepoint:
            try:
                self.env[model].with_user(user).create(values)
                self.env.flush_all()
            except (AccessError, UserError):
                return ""
            finally:
                savepoint.rollback()
                self.env.invalidate_all()
        return "c"

    @staticmethod
    def deeds_on(record):
        deeds = ("read", "write", "unlink") if record else ()
        return "".join(deed[0] for deed in deeds if record.has_access(deed))

    def test_every_model_is_in_the_matrix(self):
        """A01: who adds a model says in MATRIX above who may do what with it."""
        self.assertEqual(own_models(self.env), set(MATRIX))

    def test_every_method_is_in_the_table(self):
        """X04: who adds a method that a browser can call says in DEEDS who may, or gives it an underscore."""
        self.assertEqual(public_methods(self.env), set(DEEDS))

    def test_records(self):
        """A01: each role reads, writes, creates and deletes what it should and nothing else."""
        creations = self.creations()
        for model, expected in MATRIX.items():
            for actor in ACTORS:
                with self.subTest(model=model, actor=actor):
                    user = getattr(self, actor)
                    record = self.records[model].with_user(user)
                    found = self.deeds_on(record) + self.created(user, model, creations[model])
                    self.assertEqual(sorted(found), sorted(expected.get(actor, "")))

    def test_searches(self):
        """A01: a search shows a record to those alone who may read it."""
        for model, expected in MATRIX.items():
            for actor in ACTORS:
                with self.subTest(model=model, actor=actor):
                    records = self.env[model].with_user(getattr(self, actor))
                    try:
                        found = records.search_count([("id", "=", self.records[model].id)])
                    except AccessError:
                        found = 0
                    self.assertEqual(found, "r" in expected.get(actor, "") and 1 or 0)

    def deeds(self):
        """Return what to call for each entry of DEEDS, with the environment of an actor."""
        hours = self.morning.hours_ids.id
        day, zone = "2026-03-04", "Europe/Paris"
        head = "advisor;kind;weekdays;hours\n"
        file = base64.b64encode(head.encode()).decode()
        undo = {"created": self.morning.ids, "former": [], "removed": []}

        def on(record, method, *args):
            return lambda env: getattr(record.with_env(env), method)(*args)

        def of(model, method, *args):
            return lambda env: getattr(env[model], method)(*args)

        def reopen(env):
            self.appointment.state = "done"
            self.appointment.with_env(env).action_reopen()

        availability = "booking.availability"
        return {
            ("booking.appointment", "action_cancel"): on(self.appointment, "action_cancel"),
            ("booking.appointment", "action_done"): on(self.appointment, "action_done"),
            ("booking.appointment", "action_reopen"): reopen,
            (availability, "check_import"): of(availability, "check_import", file),
            (availability, "close_in_week"): of(availability, "close_in_week", self.ada.id, day, 540, 600, zone),
            (availability, "get_import_template"): of(availability, "get_import_template"),
            (availability, "get_week"): of(availability, "get_week", self.ada.ids, day),
            (availability, "move_in_week"): of(
                availability, "move_in_week", hours, day, [540, 720], day, [540, 600], "date"
            ),
            (availability, "open_in_week"): of(availability, "open_in_week", self.ada.id, day, 840, 900, zone, True),
            (availability, "remove_in_week"): on(self.morning, "remove_in_week"),
            (availability, "run_import"): of(availability, "run_import", file),
            (availability, "take_working_hours"): of(availability, "take_working_hours", self.ada.id),
            (availability, "undo_in_week"): of(availability, "undo_in_week", undo),
            ("booking.availability.copy", "action_copy"): on(self.records["booking.availability.copy"], "action_copy"),
            ("booking.type", "action_create_preset"): of("booking.type", "action_create_preset", "video"),
            ("booking.type", "action_preview"): on(self.type, "action_preview"),
            ("booking.type", "action_view_appointments"): on(self.type, "action_view_appointments"),
            ("booking.type", "action_view_week"): on(self.type, "action_view_week"),
            ("booking.type", "get_presets"): of("booking.type", "get_presets"),
            ("res.partner", "action_view_booking_appointments"): on(
                self.ada.partner_id, "action_view_booking_appointments"
            ),
        }

    def test_methods(self):
        """A01, X04: whatever a browser can call checks who calls, also for who knows a number."""
        deeds = self.deeds()
        for deed, allowed in DEEDS.items():
            for actor in ACTORS:
                with self.subTest(deed=deed, actor=actor):
                    env = self.env(user=getattr(self, actor), su=False)
                    with self.env.cr.savepoint() as savepoint:
                        try:
                            deeds[deed](env)
                            self.env.flush_all()
                            done = True
                        except UserError:  # and so AccessError
                            done = False
                        finally:
                            savepoint.rollback()
                            self.env.invalidate_all()
                    self.assertEqual(done, actor in allowed)

    def test_own_hours(self):
        """A29: an advisor changes their hours unless the company or one of their teams forbids it; a manager does."""
        own = self.morning.with_user(self.ada)
        other = self.env["booking.team"].create({"name": "Desk", "member_ids": [Command.set(self.ada.ids)]})

        def edits():
            self.env.invalidate_all()
            hours = own.hours_ids
            found = {record.has_access(deed) for record in (own, hours) for deed in ("write", "unlink")}
            found.add(bool(self.created(self.ada, "booking.availability", self.creations()["booking.availability"])))
            self.assertEqual(len(found), 1)
            self.assertTrue(own.has_access("read"))
            self.assertEqual(own._may_edit_hours(), found == {True})
            arch = own.get_view(view_type="form")["arch"]
            self.assertEqual('edit="0"' not in arch, found == {True})
            return found.pop()

        self.assertTrue(edits())
        for record, field in (
            (self.env.company, "booking_own_hours"),
            (self.team, "own_hours"),
            (other, "own_hours"),
        ):
            with self.subTest(record=record):
                record[field] = False
                self.assertFalse(edits())
                self.assertTrue(self.morning.with_user(self.manager).has_access("write"))
                week = self.env["booking.availability"].with_user(self.ada).get_week([], "2026-03-02")
                self.assertEqual([choice["editable"] for choice in week["choices"]], [False])
                self.assertEqual({block["editable"] for block in week["blocks"] if block["kind"] == "open"}, {False})
                record[field] = True
        self.assertTrue(edits())
        self.env.company.booking_own_hours = False
        mine = self.open_hours(self.manager)
        self.assertTrue(mine.with_user(self.manager).has_access("write"))
        self.assertFalse(mine.with_user(self.stranger).has_access("read"))
