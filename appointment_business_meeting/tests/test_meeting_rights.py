from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .meeting_common import MeetingCase

OURS = "appointment_business_meeting"
ACTORS = ("boss", "clerk", "employee", "exhibitor", "rival", "visitor", "other", "public")
# What each may do with records about a meeting of Maison Verte with Anne: r(ead), w(rite), c(reate another), u(nlink).
# The boss organises meetings, the clerk is at the registration desk; "exhibitor" and "visitor" are the two sides'
# accounts, "rival" is another exhibitor's and "other" another participant's.
STAFF = {"boss": "crwu", "clerk": "r"}
WINDOW = {"boss": "crwu"}
MATRIX = {
    "business.meeting": {"boss": "rw", "clerk": "r", "exhibitor": "r", "visitor": "r"},
    "business.meeting.proposal": {"boss": "r", "clerk": "r"},
    "business.meeting.message": {"boss": "r"},
    "business.meeting.slot": STAFF,
    "business.meeting.space": STAFF,
    "business.meeting.closure": STAFF,
    "business.meeting.rule": STAFF,
    "business.meeting.field": STAFF,
    "business.meeting.pack": STAFF,
    "business.meeting.seat": {},
    "business.meeting.claim": {},
    "business.meeting.report": {"boss": "r"},
    "business.meeting.capacity": {"boss": "r"},
    "business.meeting.slot.bulk": WINDOW,
    "business.meeting.slot.close": WINDOW,
    "business.meeting.space.bulk": WINDOW,
    "business.meeting.space.remove": WINDOW,
    "business.meeting.preview": WINDOW,
    "business.meeting.desk": WINDOW,
    "business.meeting.export": WINDOW,
}
# Who may call what a browser can call, about that meeting
DEEDS = {
    ("business.meeting", "action_export_csv"): {"boss"},
    ("business.meeting", "action_export_xlsx"): {"boss"},
    ("business.meeting.desk", "action_do"): {"boss"},
    ("business.meeting.message", "action_send_again"): {"boss"},
    ("business.meeting.report", "action_open_meeting"): {"boss"},
    ("business.meeting.rule", "action_preview"): {"boss", "clerk"},
    ("business.meeting.slot", "action_close"): {*ACTORS},  # opens a window that only the organiser can use
    ("business.meeting.slot", "action_open"): {"boss"},
    ("business.meeting.slot.bulk", "action_add"): {"boss"},
    ("business.meeting.slot.close", "action_close"): {"boss"},
    ("business.meeting.space", "action_remove"): {*ACTORS},  # the same
    ("business.meeting.space.bulk", "action_add"): {"boss"},
    ("business.meeting.space.remove", "action_remove"): {"boss"},
}


@tagged("post_install", "-at_install")
class TestMeetingRights(MeetingCase):
    """I13, X04: a partner never sees meetings, spaces, quota or matches of another; each deed checks who does it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = f"{OURS}.group_meeting_manager,base.group_allow_export"
        cls.boss = new_test_user(cls.env, login="boss", groups=groups)
        cls.clerk = new_test_user(cls.env, login="clerk", groups="event.group_event_registration_desk")
        cls.employee = new_test_user(cls.env, login="employee", groups="base.group_user")
        cls.exhibitor = cls.new_portal(cls.maison.partner_id.child_ids, "exhibitor")
        cls.rival = cls.new_portal(cls.toits.partner_id.child_ids, "rival")
        cls.visitor = cls.new_portal(cls.anne.partner_id, "visitor")
        cls.other = new_test_user(cls.env, login="other", groups="base.group_portal")
        cls.public = cls.env.ref("base.public_user")
        cls.env["event.registration"].create(
            {"event_id": cls.event.id, "partner_id": cls.other.partner_id.id, "state": "open"}
        )
        meeting = cls.Meeting._request(cls.maison, cls.anne, "partner", cls.slots[:1])._accept("participant")
        cls.meeting = meeting
        cls.pack = cls.env["product.template"].create({"name": "Pack", "is_meeting_quota": True, "meeting_quota": 5})
        own = {"event_id": cls.event.id}
        cls.env.flush_all()
        cls.records = {
            "business.meeting": meeting,
            "business.meeting.proposal": meeting.proposal_ids,
            "business.meeting.message": meeting.message_log_ids[0],
            "business.meeting.slot": cls.slots[3],
            "business.meeting.space": cls.space,
            "business.meeting.closure": cls.env["business.meeting.closure"].create(
                {"space_id": cls.space.id, "slot_id": cls.slots[3].id}
            ),
            "business.meeting.rule": cls.everybody,
            "business.meeting.field": cls.event.meeting_field_ids[0],
            "business.meeting.pack": cls.env["business.meeting.pack"].create(
                {"sponsor_id": cls.maison.id, "product_id": cls.pack.id}
            ),
            "business.meeting.seat": meeting.seat_ids[0],
            "business.meeting.claim": cls.env["business.meeting.claim"].create(
                {"what": "quota-1", "claimed_at": "2026-03-02 08:00:00"}
            ),
            "business.meeting.report": cls.env["business.meeting.report"].browse(meeting.id),
            "business.meeting.capacity": cls.env["business.meeting.capacity"].search(
                [("event_id", "=", cls.event.id)], limit=1
            ),
        }
        boss = cls.env(user=cls.boss)
        slots = [Command.set(cls.slots[2].ids)]
        for model, values in (
            ("business.meeting.slot.bulk", own | {"hour_from": 14, "hour_to": 15}),
            ("business.meeting.slot.close", {"slot_ids": slots}),
            ("business.meeting.space.bulk", own),
            ("business.meeting.space.remove", {"space_id": cls.other_space.id}),
            ("business.meeting.preview", own),
            (
                "business.meeting.desk",
                own | {"sponsor_id": cls.maison.id, "registration_id": cls.paul.id, "slot_id": cls.slots[1].id},
            ),
            ("business.meeting.export", {"kind": "csv"}),
        ):
            cls.records[model] = boss[model].create(values)
        cls.env.flush_all()

    def creations(self):
        own = {"event_id": self.event.id}
        return {
            "business.meeting": own
            | {
                "sponsor_id": self.maison.id,
                "registration_id": self.paul.id,
                "origin": "partner",
                "awaiting": "participant",
            },
            "business.meeting.proposal": {
                "meeting_id": self.meeting.id,
                "slot_id": self.slots[2].id,
                "side": "partner",
            },
            "business.meeting.message": {
                "meeting_id": self.meeting.id,
                "recipient": "partner",
                "what": "reminder",
                "due": "2026-03-02 08:00:00",
            },
            "business.meeting.slot": own | {"start": "2026-03-10 15:00:00", "stop": "2026-03-10 15:30:00"},
            "business.meeting.space": {"sponsor_id": self.maison.id, "name": "Own"},
            "business.meeting.closure": {"space_id": self.space.id, "slot_id": self.slots[2].id},
            "business.meeting.rule": own | {"name": "Own"},
            "business.meeting.field": own | {"what": "city"},
            "business.meeting.pack": {"sponsor_id": self.toits.id, "product_id": self.pack.id},
            "business.meeting.seat": {
                "meeting_id": self.meeting.id,
                "who": "space-0",
                "start": "2026-03-10 15:00:00",
                "stop": "2026-03-10 15:30:00",
            },
            "business.meeting.claim": {"what": "x", "claimed_at": "2026-03-02 08:00:00"},
            "business.meeting.report": {},
            "business.meeting.capacity": {},
            "business.meeting.slot.bulk": own,
            "business.meeting.slot.close": {"slot_ids": [Command.set(self.slots[:1].ids)]},
            "business.meeting.space.bulk": own,
            "business.meeting.space.remove": {"space_id": self.space.id},
            "business.meeting.preview": own,
            "business.meeting.desk": own,
            "business.meeting.export": {"kind": "csv"},
        }

    def may_create(self, user, model):
        with self.env.cr.savepoint() as savepoint:
            try:
                self.env[model].with_user(user).create(self.creations()[model])
                self.env.flush_all()
            except (AccessError, UserError):
                return ""
            finally:
                savepoint.rollback()
                self.env.invalidate_all()
        return "c"

    def test_every_model_and_method_is_in_the_tables(self):
        """X04: who adds a model or a method that a browser can call says above who may do what with it."""
        models = {
            name for name, model in self.env.registry.items() if model._original_module == OURS and not model._abstract
        }
        self.assertEqual(models, set(MATRIX))
        found = set()
        for name in MATRIX:
            model = self.env.registry[name]
            ours = [p for p in model.__mro__ if p.__module__.startswith(f"odoo.addons.{OURS}.")]
            theirs = [p for p in model.__mro__ if p not in ours and p is not model]
            found |= {
                (name, method)
                for part in ours
                for method, value in vars(part).items()
                if callable(value)
                and not method.startswith("_")
                and not getattr(value, "_api_private", False)
                and not isinstance(value, type)
                and not any(method in vars(other) for other in theirs)
            }
        self.assertEqual(found, set(DEEDS))

    def test_records(self):
        """I13, X04: each reads, writes, creates and deletes what they should and nothing else, and finds no more."""
        for model, expected in MATRIX.items():
            for actor in ACTORS:
                with self.subTest(model=model, actor=actor):
                    user = getattr(self, actor)
                    record = self.records[model].with_user(user)
                    found = "".join(d[0] for d in ("read", "write", "unlink") if record.has_access(d))
                    self.assertEqual(sorted(found + self.may_create(user, model)), sorted(expected.get(actor, "")))
                    try:
                        seen = self.env[model].with_user(user).search_count([("id", "=", record.id)])
                    except AccessError:
                        seen = 0
                    self.assertEqual(seen, int("r" in expected.get(actor, "")))

    def test_methods(self):
        """X04: whatever a browser can call checks who calls, also for who knows a number."""
        self.meeting.message_log_ids._give_up("failed", error="down")
        for (model, method), allowed in DEEDS.items():
            record = self.records[model]
            for actor in ACTORS:
                with self.subTest(deed=(model, method), actor=actor), self.env.cr.savepoint() as savepoint:
                    try:
                        getattr(record.with_user(getattr(self, actor)).sudo(False), method)()
                        self.env.flush_all()
                        done = True
                    except UserError:  # and so AccessError
                        done = False
                    finally:
                        savepoint.rollback()
                        self.env.invalidate_all()
                    self.assertEqual(done, actor in allowed)

    def test_portal_chatter(self):
        """I08, X04: both sides write to each other on their meeting; nobody else reads or writes there."""
        for actor in (self.exhibitor, self.visitor):
            self.meeting.with_user(actor).message_post(
                body="See you", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        for actor in (self.rival, self.other):
            with self.assertRaises(AccessError):
                self.meeting.with_user(actor).message_post(body="Me too", message_type="comment")
        self.assertEqual(len(self.meeting.message_ids.filtered(lambda message: "See you" in message.body)), 2)

    def test_notes_and_secrets_of_others(self):
        """I15, X04: neither side reads the other's notes; nobody reads tokens, quotas or the organiser's settings."""
        for actor in (self.exhibitor, self.visitor):
            for name in ("partner_notes", "participant_notes", "partner_rating", "message_log_ids", "seat_ids"):
                with self.subTest(actor=actor.login, field=name), self.assertRaises(AccessError):
                    self.meeting.with_user(actor).read([name])
            for name in ("meeting_quota", "meeting_has_quota", "meeting_pack_ids", "meeting_ids", "meeting_space_ids"):
                with self.subTest(actor=actor.login, field=name), self.assertRaises(AccessError):
                    self.maison.with_user(actor).read([name])
            for name in ("meeting_quota", "meeting_participant_domain", "meeting_rule_ids"):
                with self.subTest(actor=actor.login, field=name), self.assertRaises(AccessError):
                    self.event.with_user(actor).read([name])
        self.anne._get_meeting_url()
        for actor in (self.boss, self.clerk):
            with self.subTest(actor=actor.login), self.assertRaises(AccessError):
                self.anne.with_user(actor).read(["meeting_token"])

    def test_who_runs_a_partner(self):
        """X04: the accounts of a partner's company act for it, nobody else does."""
        run_by = {actor for actor in ACTORS if self.maison._is_run_by(getattr(self, actor))}
        self.assertEqual(run_by, {"exhibitor"})
        self.assertEqual(self.maison._search_run_by(self.exhibitor), self.maison)
        self.assertFalse(self.maison._search_run_by(self.public))
        self.assertFalse(self.maison._search_run_by(self.visitor))

    def test_link_of_a_participant(self):
        """I10, X04: the link is 256 bits of chance; any other text finds nobody, and none works without meetings."""
        token = self.anne._get_meeting_url().rsplit("/", 1)[1]
        self.assertEqual(len(token), 43)
        self.assertEqual(self.env["event.registration"]._find_by_meeting_token(token), self.anne)
        for wrong in (token[:-1], token[:-1] + "%", "", None, "x" * 43):
            self.assertFalse(self.env["event.registration"]._find_by_meeting_token(wrong))
        self.event.meeting_enabled = False
        self.assertFalse(self.env["event.registration"]._find_by_meeting_token(token))

    def test_organisers_set_quotas_only(self):
        """I04, X04: who organises meetings sets quotas of partners of their companies, and changes no partner."""
        boss = new_test_user(self.env, login="quota-boss", groups="appointment_business_meeting.group_meeting_manager")
        partner = self.maison.with_user(boss)
        partner.write({"meeting_has_quota": True, "meeting_quota": 3})
        self.assertEqual(partner.meeting_quota, 3)
        with self.assertRaises(AccessError):
            partner.write({"name": "Somebody else"})
        self.event.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaises(AccessError):
            partner.meeting_quota = 4
        with self.assertRaises(AccessError):
            self.maison.with_user(self.env.ref("base.public_user")).meeting_quota = 4

    def test_other_companies(self):
        """X04: an organiser of another company neither sees nor helps with the meetings of this one."""
        company = self.env["res.company"].create({"name": "Other company"})
        stranger = new_test_user(
            self.env,
            login="stranger",
            groups=f"{OURS}.group_meeting_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.event.company_id = self.env.company
        self.env.flush_all()
        for model in ("business.meeting", "business.meeting.slot", "business.meeting.space", "business.meeting.report"):
            self.assertFalse(self.env[model].with_user(stranger).search([("event_id", "=", self.event.id)]))
        desk = self.env["business.meeting.desk"].with_user(stranger)
        values = {"event_id": self.event.id, "sponsor_id": self.maison.id, "registration_id": self.paul.id}
        with self.assertRaises(AccessError):
            desk.create(values | {"slot_id": self.slots[1].id}).action_do()
        with self.assertRaises(AccessError):
            desk.create({"event_id": self.event.id, "meeting_id": self.meeting.id, "deed": "cancel"}).action_do()
