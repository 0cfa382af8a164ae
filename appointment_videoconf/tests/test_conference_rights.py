from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .videoconf_common import VideoconfCase

ACTORS = ("boss", "ada", "bob", "guest", "portal", "public")
# What each may do with records of a private conference of Ada's to which the colleague "guest" is invited:
# r(ead), w(rite), c(reate another one), u(nlink)
MATRIX = {
    "videoconf.conference": {"boss": "crwu", "ada": "crw", "bob": "c", "guest": "cr"},
    "videoconf.guest": {"boss": "r", "ada": "r", "guest": "r"},
    "videoconf.message": {"boss": "r", "ada": "r", "guest": "r"},
    "videoconf.task": {"boss": "crwu", "ada": "crw", "bob": "c", "guest": "cr"},
    "videoconf.consent": {"boss": "r", "ada": "r", "bob": "r", "guest": "r"},
    "videoconf.organise": {"boss": "c", "ada": "crwu", "bob": "c", "guest": "c"},
    "videoconf.invite": {"boss": "c", "ada": "crwu", "bob": "c", "guest": "c"},
    "videoconf.consent.note": {"boss": "crwu"},
}
# Who may call what a browser can call, about that conference
DEEDS = {
    ("videoconf.conference", "action_cancel"): {"boss", "ada"},
    ("videoconf.conference", "action_done"): {"boss", "ada"},
    ("videoconf.conference", "action_invite"): {"boss", "ada"},
    ("videoconf.conference", "action_join"): {"boss", "ada", "guest"},
    ("videoconf.conference", "action_next_conference"): {"boss", "ada", "guest"},
    ("videoconf.conference", "action_next_task"): {"boss", "ada", "guest"},
    ("videoconf.conference", "action_try_room_again"): {"boss", "ada"},
    ("videoconf.guest", "action_remove"): {"boss", "ada"},
    ("videoconf.message", "action_send_again"): {"boss", "ada"},
    ("videoconf.task", "action_cancel"): set(),  # with its conference
    ("videoconf.task", "action_done"): {"boss", "ada"},
    ("videoconf.task", "action_join"): {"boss", "ada", "guest"},
    ("videoconf.task", "action_next_conference"): {"boss", "ada", "guest"},
    ("videoconf.task", "action_next_task"): {"boss", "ada", "guest"},
    ("videoconf.task", "action_reopen"): {"boss", "ada"},
    ("videoconf.organise", "action_organise"): {"ada"},
    ("videoconf.invite", "action_invite"): {"ada"},
    ("videoconf.consent.note", "action_note"): {"boss"},
    ("res.partner", "action_videoconf_consent"): {"boss"},
    ("res.partner", "action_view_videoconfs"): {"boss", "ada", "bob", "guest"},
}
OURS = "appointment_videoconf"
ROOMS = {"videoconf.provider", "videoconf.room"}  # have a table of their own


@tagged("post_install", "-at_install")
class TestConferenceRights(VideoconfCase):
    """H09, X04: a private conference is invisible to colleagues without the right; each deed checks who does it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls.new_advisor("Boss", f"{OURS}.group_videoconf_manager,base.group_partner_manager")
        cls.guest = cls.new_advisor("Guest", "base.group_user")
        cls.portal = new_test_user(cls.env, login="portal-user", groups="base.group_portal")
        cls.public = cls.env.ref("base.public_user")
        window = cls.env["videoconf.organise"].with_user(cls.ada)
        window = window.create(
            {
                "guest_ids": [Command.set((cls.anne | cls.guest.partner_id).ids)],
                "start": "2026-03-02 08:10:00",
                "is_private": True,
            }
        )
        cls.conference = cls.Conference.browse(window.action_organise()["res_id"])
        cls.records = {
            "videoconf.conference": cls.conference,
            "videoconf.guest": cls.conference.guest_ids[0],
            "videoconf.message": cls.conference.message_log_ids[0],
            "videoconf.task": cls.conference.task_id,
            "videoconf.consent": cls.env["videoconf.consent"]._note(cls.anne, True, "page"),
            "videoconf.organise": window,
            "videoconf.invite": cls.env["videoconf.invite"]
            .with_user(cls.ada)
            .create({"conference_id": cls.conference.id, "guest_ids": [Command.set(cls.paul.ids)]}),
            "videoconf.consent.note": cls.env["videoconf.consent.note"]
            .with_user(cls.boss)
            .create({"partner_id": cls.anne.id, "agrees": False, "details": "By phone"}),
        }
        cls.env.flush_all()

    def creations(self, user):
        return {
            "videoconf.conference": {
                "subject": "Own",
                "start": "2026-03-04 10:00:00",
                "user_id": user.id,
                "sender_id": user.id,
            },
            "videoconf.guest": {"conference_id": self.conference.id, "partner_id": self.paul.id},
            "videoconf.message": {
                "conference_id": self.conference.id,
                "recipient": "spy",
                "what": "day",
                "due": "2026-03-02 08:00:00",
            },
            "videoconf.task": {"name": "Own"},
            "videoconf.consent": {"partner_id": self.anne.id, "agrees": True, "wording": "Yes"},
            "videoconf.organise": {},
            "videoconf.invite": {"conference_id": self.conference.id},
            "videoconf.consent.note": {"partner_id": self.anne.id, "details": "By phone"},
        }

    def may_create(self, user, model):
        with self.env.cr.savepoint() as savepoint:
            try:
                self.env[model].with_user(user).create(self.creations(user)[model])
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
        self.assertEqual(models - ROOMS, set(MATRIX))
        found = set()
        for name, model in self.env.registry.items():
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
        self.assertEqual({deed for deed in found if deed[0] in {*MATRIX, "res.partner"}}, set(DEEDS))

    def test_records(self):
        """H09, X04: each reads, writes, creates and deletes what they should and nothing else, and finds no more."""
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
        self.env["videoconf.message"]._claim_due()
        self.conference.message_log_ids._give_up("failed", error="down")
        with self.env.cr.savepoint() as outer:
            for (model, method), allowed in DEEDS.items():
                record = self.records.get(model, self.anne)
                for actor in ACTORS:
                    with self.subTest(deed=(model, method), actor=actor), self.env.cr.savepoint() as savepoint:
                        if method == "action_done":
                            self.env.cr.execute(
                                "UPDATE videoconf_conference SET start = start - interval '1 hour' WHERE id = %s",
                                [self.conference.id],
                            )
                            self.env.invalidate_all()
                        if method == "action_reopen":
                            record = self.env["videoconf.task"].with_user(self.ada).create({"name": "Other"})
                            record.action_done()
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
            outer.rollback()

    def test_what_is_not_private_is_read_by_colleagues(self):
        """H09: the history of a contact is shared, unless it is private; changing it is for who organises."""
        conference = self.organise()
        self.assertTrue(conference.with_user(self.bob).has_access("read"))
        self.assertFalse(conference.with_user(self.bob).has_access("write"))
        self.assertEqual(self.anne.with_user(self.bob).videoconf_count, 1)
        self.assertEqual(self.anne.with_user(self.ada).videoconf_count, 2)
        self.assertFalse(conference.task_id.with_user(self.bob).has_access("write"))

    def test_nothing_is_pushed_out_of_reach(self):
        """X04: neither a conference nor a task is given to a colleague to hide who did it, nor a foreign one taken."""
        with self.assertRaises(UserError):
            self.conference.with_user(self.ada).user_id = self.bob
        with self.assertRaises(AccessError):
            self.env["videoconf.task"].with_user(self.bob).create({"name": "Spy", "conference_id": self.conference.id})

    def test_documents_of_others(self):
        """X04: nobody shows guests, by its number, a file that they may not read themselves."""
        secret = self.env["ir.attachment"].with_user(self.bob).create({"name": "secret.pdf", "raw": b"secret"})
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.conference.with_user(self.ada).document_ids = secret
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.organise(document_ids=[Command.set(secret.ids)])
