import base64
from datetime import date

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
OF_APPOINTMENT = {"admin": "r", "manager": "r", "ada": "r"}
HOURS = {"admin": "rwcu", "manager": "rwcu", "ada": "rwcu"}
MATRIX = {
    "booking.advisor": PART_OF_TYPE,
    "booking.agency": EVERYBODYS,
    "booking.agency.postcode": dict.fromkeys(EVERYBODYS, "r"),
    "booking.answer": OF_APPOINTMENT,
    "booking.appointment": {"admin": "rwcu", "manager": "rwc", "ada": "rwc"},
    "booking.availability": HOURS,
    "booking.category": EVERYBODYS,
    # a form that is filled in: everybody who manages has their own, of hours that they may read
    "booking.availability.copy": {"admin": "c", "manager": "rwcu"},
    "booking.availability.hours": HOURS,
    "booking.desk": {"admin": "c", "manager": "rwcu", "ada": "c", "bob": "c"},
    "booking.diagnosis": {"admin": "c", "manager": "rwcu", "stranger": "c"},
    "booking.embed": {"admin": "c", "manager": "rwcu", "stranger": "c"},
    "booking.guest": {"admin": "rwcu", "manager": "rwc", "ada": "rwc"},
    "booking.guest.block": {},
    "booking.forget": {"admin": "c", "manager": "rwcu"},
    "booking.message": OF_APPOINTMENT,
    "booking.minutes": {"admin": "rwcu", "manager": "rwc", "ada": "rwc"},
    "booking.notification": PART_OF_TYPE,
    # one row for the hours of a day, and one of what is booked of them
    "booking.occupancy": OF_APPOINTMENT,
    "booking.occupancy.report": OF_APPOINTMENT,
    "booking.participant": HOURS,
    "booking.person.claim": {},
    "booking.place.lookup": {},
    "booking.progress": {"ada": "r"},
    "booking.question": PART_OF_TYPE,
    "booking.question.option": PART_OF_TYPE,
    "booking.rate.limit": {},
    "booking.reason": PART_OF_TYPE,
    "booking.report": OF_APPOINTMENT,
    "booking.reassign": {"admin": "c", "manager": "rwcu"},
    "booking.restriction": PART_OF_TYPE,
    "booking.slug.redirect": {"admin": "rwcu"},
    "booking.team": {"admin": "rwcu", "manager": "r", "ada": "r", "bob": "r"},
    "booking.type": {"admin": "rwcu", "manager": "rwc", "ada": "r", "bob": "r"},
    "booking.type.category": EVERYBODYS,
    "booking.waiting": {"admin": "rwcu", "manager": "rwcu"},
    "booking.waiting.notice": {"admin": "r", "manager": "r"},
    "booking.waiting.queue": {},
}

# Who may call what a browser can call, on the same records. Everything public of the addon's models stands here.
TYPE_READERS = {"admin", "manager", "ada", "bob"}
HOURS_EDITORS = {"admin", "manager", "ada"}
ANY_ADVISOR = {"admin", "manager", "stranger", "ada", "bob"}
DEEDS = {
    ("booking.agency", "action_locate"): {"admin"},
    ("booking.agency", "action_view_satisfaction"): ANY_ADVISOR,
    ("booking.appointment", "action_add_me"): {"admin", "manager", "ada"},
    ("booking.appointment", "action_answer"): {"admin", "manager", "ada"},
    ("booking.appointment", "action_ask_participants"): {"admin", "manager", "ada"},
    ("booking.appointment", "action_email"): {"admin", "manager", "ada"},
    ("booking.appointment", "action_cancel"): {"admin", "manager", "ada"},
    ("booking.appointment", "action_done"): {"admin", "manager", "ada"},
    ("booking.appointment", "action_move"): {"admin", "manager", "ada"},
    ("booking.appointment", "action_reopen"): {"admin", "manager"},
    ("booking.appointment", "action_view_messages"): {"admin", "manager", "ada"},
    ("booking.appointment", "action_view_rating"): {"admin", "manager", "ada"},
    ("booking.appointment", "action_view_survey"): {"admin", "manager", "ada"},
    ("booking.appointment", "print_list"): {"admin", "manager", "ada"},
    ("booking.appointment", "get_change_terms"): {"admin", "manager", "ada"},
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
    ("booking.desk", "action_book"): {"manager"},
    ("booking.diagnosis", "action_ask_next"): {"manager"},
    ("booking.diagnosis", "action_view_week"): {"manager"},
    ("booking.guest", "action_invite_again"): {"admin", "manager", "ada"},
    ("booking.guest", "action_remove"): {"admin", "manager", "ada"},
    ("booking.forget", "action_forget"): {"manager"},
    ("booking.message", "action_send_again"): {"admin", "manager", "ada"},
    ("booking.notification", "action_preview"): TYPE_READERS,
    ("booking.report", "action_open_appointment"): {"admin", "manager", "ada"},
    ("booking.report", "get_overview"): ANY_ADVISOR,
    ("booking.reassign", "action_reassign"): {"manager"},
    ("booking.restriction", "action_new_code"): {"admin", "manager"},
    ("booking.type", "action_create_preset"): {"admin", "manager", "stranger"},
    ("booking.type", "action_embed"): {"admin", "manager"},
    ("booking.type", "action_preview"): TYPE_READERS,
    ("booking.type", "action_preview_form"): {"admin", "manager"},
    ("booking.type", "action_view_appointments"): TYPE_READERS,
    ("booking.type", "action_view_satisfaction"): TYPE_READERS,
    ("booking.type", "action_view_week"): TYPE_READERS,
    ("booking.type", "action_view_waiting"): TYPE_READERS,
    ("booking.type", "get_block_choices"): set(),  # for editors of the website, who need no role here
    ("booking.type", "get_presets"): set(ACTORS),  # an empty list to who may create none
    ("booking.waiting", "action_close"): {"admin", "manager"},
    ("booking.waiting", "action_tell"): {"admin", "manager"},
    ("res.partner", "action_new_booking_appointment"): {"admin", "manager", "stranger", "ada", "bob", "clerk"},
    ("res.partner", "action_view_booking_appointments"): {"admin", "manager", "stranger", "ada", "bob", "clerk"},
    ("res.users", "action_booking_feed_renew"): {"ada"},  # each for themselves
    ("res.users", "action_booking_feed_revoke"): {"ada"},
}


# Forms that are filled in about a type, and what they tell of it
FORMS = {
    "booking.desk": "week",
    "booking.diagnosis": "answer",
    "booking.embed": "code",
    "booking.forget": "upcoming_count",
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
        cls.other = cls.env["booking.appointment"].create(
            {"type_id": cls.type.id, "user_id": cls.ada.id, "start": "2026-03-06 08:00:00", "booker_name": "Eve"}
        )
        cls.waiting = cls.env["booking.waiting"].create(
            {"name": "Eve", "email": "eve@example.net", "type_id": cls.type.id}
        )
        cls.agency.postcodes = "69003"
        cls.env["booking.occupancy"]._fill(cls.ada.ids, date(2026, 3, 3), date(2026, 3, 3))
        occupancy = cls.env["booking.occupancy"].search([("user_id", "=", cls.ada.id)])
        about = {"type_id": cls.type.id, "user_id": cls.ada.id, "day": "2026-03-04", "hour": 10}
        cls.records = {
            "booking.advisor": cls.type.advisor_ids[0],
            "booking.agency": cls.agency,
            "booking.agency.postcode": cls.agency.postcode_ids,
            "booking.answer": cls.env["booking.answer"].create(
                {"appointment_id": cls.appointment.id, "label": "Name", "value_text": "Anne"}
            ),
            "booking.appointment": cls.appointment,
            "booking.availability": cls.morning,
            "booking.category": cls.env.ref("appointment_booking.category_internal"),
            "booking.availability.copy": cls.env["booking.availability.copy"]
            .with_user(cls.manager)
            .create({"availability_ids": [Command.set(cls.morning.ids)], "user_ids": [Command.set(cls.carol.ids)]}),
            "booking.availability.hours": cls.morning.hours_ids,
            "booking.desk": cls.env["booking.desk"].with_user(cls.manager).create({"type_id": cls.type.id}),
            "booking.diagnosis": cls.env["booking.diagnosis"].with_user(cls.manager).create(about),
            "booking.embed": cls.env["booking.embed"].with_user(cls.manager).create({"type_id": cls.type.id}),
            "booking.guest": cls.env["booking.guest"].create(
                {"appointment_id": cls.appointment.id, "email": "paul@example.org"}
            ),
            "booking.guest.block": cls.env["booking.guest.block"].create(
                {"who": "hash", "blocked_on": "2026-03-02 08:00:00"}
            ),
            "booking.forget": cls.env["booking.forget"]
            .with_user(cls.manager)
            .create({"appointment_ids": [Command.set(cls.appointment.ids)], "cancel_upcoming": True}),
            "booking.message": cls.env["booking.message"].create(
                {"appointment_id": cls.appointment.id, "due": "2026-03-02 08:00:00", "recipient": "booker"}
            ),
            "booking.minutes": cls.env["booking.minutes"].create(
                {"appointment_id": cls.appointment.id, "body": "<p>Ours</p>"}
            ),
            "booking.notification": cls.type.notification_ids[0],
            "booking.occupancy": occupancy,
            "booking.occupancy.report": cls.env["booking.occupancy.report"].browse(occupancy.id * 2),
            "booking.participant": cls.env["booking.participant"].create(
                [
                    {
                        "appointment_id": cls.appointment.id,
                        "partner_id": cls.env["res.partner"].create({"name": name}).id,
                    }
                    for name in ("Anne", "Paul")
                ]
            )[1],
            "booking.person.claim": cls.env["booking.person.claim"].create(
                {"type_id": cls.type.id, "who": "hash", "claimed_at": "2026-03-03 08:00:00"}
            ),
            "booking.place.lookup": cls.env["booking.place.lookup"].create(
                {"query": "hash", "good_until": "2026-03-03 08:00:00"}
            ),
            "booking.progress": cls.env["booking.progress"].with_user(cls.ada).sudo().create({"key": "k"}),
            "booking.question": cls.type.question_ids[0],
            "booking.question.option": cls.env["booking.question.option"].create(
                {"question_id": cls.type.question_ids[0].id, "name": "Red"}
            ),
            "booking.rate.limit": cls.env["booking.rate.limit"].sudo().search([], limit=1),
            "booking.reason": reason,
            "booking.report": cls.env["booking.report"].browse(cls.appointment.id),
            "booking.reassign": cls.env["booking.reassign"]
            .with_user(cls.manager)
            .create({"appointment_id": cls.appointment.id, "user_id": cls.bob.id}),
            "booking.restriction": cls.env["booking.restriction"].create({"type_id": cls.type.id, "kind": "code"}),
            "booking.slug.redirect": cls.env["booking.slug.redirect"].create({"slug": "old", "type_id": cls.type.id}),
            "booking.team": cls.team,
            "booking.type": cls.type,
            "booking.type.category": cls.env["booking.type.category"].create({"name": "Loans"}),
            "booking.waiting": cls.waiting,
            "booking.waiting.notice": cls.env["booking.waiting.notice"].create(
                {
                    "waiting_id": cls.waiting.id,
                    "number": 1,
                    "day": "2026-03-01",
                    "told_at": "2026-03-01 08:00:00",
                    "slots": [],
                }
            ),
            "booking.waiting.queue": cls.env["booking.waiting.queue"].search([("type_id", "=", cls.type.id)]),
        }
        cls.env.flush_all()

    def creations(self):
        """Return values of a second record like each of those above, as a browser could send them."""
        type_id = self.type.id
        return {
            "booking.advisor": {"type_id": type_id, "user_id": self.carol.id},
            "booking.agency": {"name": "Bron", "tz": "Europe/Paris"},
            "booking.agency.postcode": {"agency_id": self.agency.id, "first": "1", "last": "2"},
            "booking.answer": {"appointment_id": self.appointment.id, "label": "Name", "value_text": "Eve"},
            "booking.appointment": {"type_id": type_id, "user_id": self.ada.id, "start": "2026-03-05 08:00:00"},
            "booking.category": {"name": "Suppliers"},
            "booking.participant": {"appointment_id": self.appointment.id, "partner_id": self.carol.partner_id.id},
            "booking.availability": {
                "user_id": self.ada.id,
                "hours_ids": [Command.create({"hour_from": 14, "hour_to": 15})],
            },
            "booking.availability.copy": {
                "availability_ids": [Command.set(self.morning.ids)],
                "user_ids": [Command.set(self.carol.ids)],
            },
            "booking.availability.hours": {"availability_id": self.morning.id, "hour_from": 14, "hour_to": 15},
            "booking.desk": {"type_id": type_id},
            "booking.diagnosis": {"type_id": type_id, "user_id": self.ada.id, "day": "2026-03-04", "hour": 10},
            "booking.embed": {"type_id": type_id},
            "booking.guest": {"appointment_id": self.appointment.id, "email": "eve@example.org"},
            "booking.guest.block": {"who": "spy", "blocked_on": "2026-03-02 08:00:00"},
            "booking.forget": {"appointment_ids": [Command.set(self.appointment.ids)]},
            "booking.message": {
                "appointment_id": self.appointment.id,
                "due": "2026-03-02 08:00:00",
                "recipient": "spy",
            },
            "booking.minutes": {"appointment_id": self.other.id, "body": "<p>Mine</p>"},
            "booking.notification": {
                "type_id": type_id,
                "event": "before",
                "mail_template_id": self.env.ref("appointment_booking.mail_template_confirmation").id,
            },
            "booking.occupancy": {
                "user_id": self.bob.id,
                "company_id": self.env.company.id,
                "day": "2026-03-03",
                "minutes": 5,
            },
            "booking.occupancy.report": {"user_id": self.ada.id},
            "booking.person.claim": {"type_id": type_id, "who": "spy", "claimed_at": "2026-03-03 08:00:00"},
            "booking.place.lookup": {"query": "spy", "good_until": "2026-03-03 08:00:00"},
            "booking.progress": {"key": "spy"},
            "booking.question": {"type_id": type_id, "name": "Colour"},
            "booking.question.option": {"question_id": self.type.question_ids[0].id, "name": "Blue"},
            "booking.rate.limit": {},
            "booking.reason": {"type_id": type_id, "name": "Second home"},
            "booking.report": {"user_id": self.ada.id},
            "booking.reassign": {"appointment_id": self.appointment.id},
            "booking.restriction": {"type_id": type_id, "kind": "count"},
            "booking.slug.redirect": {"slug": "older", "type_id": type_id},
            "booking.team": {"name": "Nantes"},
            "booking.type": {"name": "Own", "team_ids": [Command.set(self.team.ids)]},
            "booking.type.category": {"name": "Cards"},
            "booking.waiting": {"name": "Max", "email": "max@example.net", "type_id": type_id},
            "booking.waiting.notice": {
                "waiting_id": self.waiting.id,
                "number": 2,
                "day": "2026-03-02",
                "told_at": "2026-03-02 08:00:00",
                "slots": [],
            },
            "booking.waiting.queue": {"type_id": type_id},
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

        def beyond_rights(call):
            """Whether there is a place or a slot to be found is not asked here."""

            def try_call(env):
                try:
                    call(env)
                except AccessError:
                    raise
                except UserError:
                    return

            return try_call

        def each(model, method):
            return on(self.records[model], method)

        availability = "booking.availability"
        self.agency.write({"zip": False, "city": False})
        return {
            ("booking.agency", "action_locate"): beyond_rights(on(self.agency, "action_locate")),
            ("booking.agency", "action_view_satisfaction"): on(self.agency, "action_view_satisfaction"),
            ("booking.appointment", "action_view_messages"): on(self.appointment, "action_view_messages"),
            ("booking.appointment", "action_view_rating"): on(self.appointment, "action_view_rating"),
            ("booking.appointment", "action_view_survey"): beyond_rights(on(self.appointment, "action_view_survey")),
            ("booking.appointment", "print_list"): of(
                "booking.appointment", "print_list", [("id", "=", self.appointment.id)]
            ),
            ("booking.report", "action_open_appointment"): each("booking.report", "action_open_appointment"),
            ("booking.report", "get_overview"): of("booking.report", "get_overview"),
            ("booking.appointment", "action_add_me"): on(self.appointment, "action_add_me"),
            ("booking.appointment", "action_answer"): on(self.appointment, "action_answer"),
            ("booking.appointment", "action_ask_participants"): on(self.appointment, "action_ask_participants"),
            ("booking.appointment", "action_email"): on(self.appointment, "action_email"),
            ("booking.desk", "action_book"): beyond_rights(each("booking.desk", "action_book")),
            ("booking.diagnosis", "action_ask_next"): each("booking.diagnosis", "action_ask_next"),
            ("booking.diagnosis", "action_view_week"): each("booking.diagnosis", "action_view_week"),
            ("booking.guest", "action_invite_again"): each("booking.guest", "action_invite_again"),
            ("booking.guest", "action_remove"): each("booking.guest", "action_remove"),
            ("booking.forget", "action_forget"): each("booking.forget", "action_forget"),
            ("booking.message", "action_send_again"): each("booking.message", "action_send_again"),
            ("booking.notification", "action_preview"): each("booking.notification", "action_preview"),
            ("booking.reassign", "action_reassign"): each("booking.reassign", "action_reassign"),
            ("booking.restriction", "action_new_code"): each("booking.restriction", "action_new_code"),
            ("booking.type", "action_embed"): on(self.type, "action_embed"),
            ("booking.type", "action_view_satisfaction"): on(self.type, "action_view_satisfaction"),
            ("booking.type", "action_view_waiting"): on(self.type, "action_view_waiting"),
            ("booking.type", "get_block_choices"): of("booking.type", "get_block_choices"),
            ("booking.waiting", "action_close"): on(self.waiting, "action_close"),
            ("booking.waiting", "action_tell"): beyond_rights(on(self.waiting, "action_tell")),
            ("booking.appointment", "action_cancel"): on(self.appointment, "action_cancel"),
            ("booking.appointment", "action_done"): on(self.appointment, "action_done"),
            ("booking.appointment", "action_move"): on(
                self.appointment, "action_move", "2026-03-05 08:00:00", "2026-03-05 09:00:00"
            ),
            ("booking.appointment", "get_change_terms"): on(self.appointment, "get_change_terms", "cancel"),
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
            ("booking.type", "action_preview_form"): on(self.type, "action_preview_form"),
            ("booking.type", "action_view_appointments"): on(self.type, "action_view_appointments"),
            ("booking.type", "action_view_week"): on(self.type, "action_view_week"),
            ("booking.type", "get_presets"): of("booking.type", "get_presets"),
            ("res.partner", "action_new_booking_appointment"): on(
                self.ada.partner_id, "action_new_booking_appointment"
            ),
            ("res.partner", "action_view_booking_appointments"): on(
                self.ada.partner_id, "action_view_booking_appointments"
            ),
            ("res.users", "action_booking_feed_renew"): on(self.ada, "action_booking_feed_renew"),
            ("res.users", "action_booking_feed_revoke"): on(self.ada, "action_booking_feed_revoke"),
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

    def test_nothing_moves_to_a_foreign_type(self):
        """A01: what a manager may change cannot be hung on a type that they do not manage."""
        foreign = self.new_type("Foreign", self.bob)
        foreign.question_ids.unlink()
        for model, expected in MATRIX.items():
            field = self.env[model]._fields.get("type_id")
            if model in FORMS or not field or not field.store or "w" not in expected.get("manager", ""):
                continue
            with self.subTest(model=model), self.assertRaises(AccessError), self.env.cr.savepoint():
                record = self.records[model].with_user(self.manager)
                record.write({"type_id": foreign.id})
                self.env.flush_all()

    def test_forms_about_a_foreign_type(self):
        """A01: a form may be opened about anything, but tells nothing of a type that one does not manage."""
        for model, field in FORMS.items():
            with self.subTest(model=model):
                values = self.creations()[model]
                self.assertTrue(self.env[model].with_user(self.manager).create(values)[field])
                self.env.invalidate_all()
                with self.assertRaises(AccessError):
                    self.env[model].with_user(self.stranger).create(values)[field]

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
