import logging

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from .room_common import SECRET, RoomCase

ADMIN = "appointment_booking.group_booking_admin"
MANAGER = "appointment_booking.group_booking_manager"
ACCOUNT = ("base_url", "auth_url", "account_identifier", "client_identifier", "key_identifier", "host", "problem")


class TestProvider(RoomCase):
    """H12: an account with a provider, and who may do what with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.new_advisor("Administrator", f"{ADMIN},base.group_allow_export")
        cls.manager = cls.new_advisor("Manager", MANAGER)
        cls.clerk = cls.new_advisor("Clerk", "base.group_user")

    def test_the_secret_goes_in_and_never_out(self):
        """H12: no form, export, copy or log shows a secret; what is typed replaces it."""
        zoom = self.zoom.with_user(self.admin)
        self.assertEqual((zoom.secret, zoom.has_secret), (False, True))
        self.assertNotIn(SECRET, str(zoom.read()))
        self.assertNotIn(SECRET, str(zoom.export_data(["name", "secret", "has_secret"])))
        for name in ("secret_kept", "secret"):
            self.assertFalse(zoom.fields_get().get(name, {}).get("exportable"))
        with self.assertRaises(AccessError):
            zoom.export_data(["secret_kept"])
        with self.assertRaises(AccessError):
            zoom.read(["secret_kept"])
        with self.assertRaises(AccessError):
            zoom.search([("secret_kept", "like", "quetz")])
        self.assertFalse(zoom.copy().has_secret)
        with self.assertLogs(level=logging.INFO) as logs:
            logging.info("Beginning")
            zoom.action_check()
            self.peer.mode = "locked"
            zoom.action_check()
            self.book("2026-03-03 08:00")
            self.work()
        self.assertNotIn(SECRET, str(logs.output))

    def test_a_secret_is_not_carried_to_another_server(self):
        """H12: who points the account elsewhere must know the secret."""
        zoom = self.zoom.with_user(self.admin)
        zoom.base_url = self.peer.url + "/v2/"
        self.assertTrue(zoom.has_secret, "the same server")
        zoom.base_url = "https://evil.example.com"
        self.assertFalse(zoom.has_secret)
        zoom.write({"base_url": "https://zoom.example.com", "secret": "new"})
        self.assertTrue(zoom.has_secret)
        zoom.action_forget_secret()
        self.assertFalse(zoom.has_secret)

    def test_testing_the_connection(self):
        """H12: a clear answer, in words and with the provider's own."""
        zoom = self.zoom.with_user(self.admin)
        self.assertEqual(zoom.action_check()["params"]["type"], "success")
        self.assertFalse(self.peer.meetings)
        for mode, words in (("locked", "does not accept"), ("down", "does not answer"), ("strict", "refused")):
            self.peer.mode = mode
            params = zoom.action_check()["params"]
            self.assertEqual(params["type"], "danger")
            self.assertIn(words, params["message"])
        jitsi = self.new_provider("jitsi", base_url="https://meet.example.com")
        self.assertEqual(jitsi.action_check()["params"]["type"], "success")

    def test_rights(self):
        """A01, H12: everybody may choose a provider by its name, administrators alone see and change the account."""
        self.book("2026-03-03 08:00")
        self.work()
        room = self.Room.search([])
        for user, deeds in (
            (self.admin, "rwcu"),
            (self.manager, "r"),
            (self.ada, "r"),
            (self.clerk, "r"),
            (self.env.ref("base.public_user"), ""),
        ):
            zoom = self.zoom.with_user(user)
            found = [deed[0] for deed in ("read", "write", "create", "unlink") if zoom.has_access(deed)]
            self.assertEqual("".join(found), deeds, user.name)
            if user == self.admin:
                continue
            for name in (*ACCOUNT, "secret"):
                with self.assertRaises(AccessError):
                    zoom.read([name])
            for method in ("action_check", "action_forget_secret"):
                with self.assertRaises(AccessError):
                    getattr(zoom, method)()
            is_own = user == room.user_id
            self.assertEqual(room.with_user(user).has_access("read"), is_own, user.name)
            with self.assertRaises(AccessError):
                room.with_user(user).action_try_again()
            with self.assertRaises(AccessError):
                room.with_user(user).read(["access_token"])
            if not is_own:
                with self.assertRaises(AccessError):
                    room.with_user(user).action_open_owner()
        self.assertFalse(room.with_user(self.admin).has_access("write"), "what providers said is nobody's to change")
        room.with_user(self.admin).action_try_again()
        self.assertEqual(room.with_user(self.admin).action_open_owner()["res_model"], "booking.appointment")
        self.assertTrue(self.zoom.with_user(self.admin).action_view_rooms()["domain"])

    def test_companies(self):
        """C06: an account serves its own company."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.new_provider("zoom", company_id=other.id)
        for record in (self.type, self.env.company):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                record.videoconf_provider_id = theirs
        self.ada.videoconf_provider_id = theirs
        self.assertFalse(self.ada._get_videoconf_provider())
        self.env.company.videoconf_provider_id = self.zoom
        self.assertEqual(self.ada._get_videoconf_provider(), self.zoom)
        self.assertFalse(theirs.with_user(self.admin).has_access("read"))

    def test_own_preferences(self):
        """H01: a user chooses the provider of their own conferences."""
        own = self.ada.with_user(self.ada)
        own.videoconf_provider_id = self.zoom
        self.assertEqual(self.ada._get_videoconf_provider(), self.zoom)
        view = own.get_view(self.env.ref("base.view_users_form_simple_modif").id)
        self.assertIn("videoconf_provider_id", view["arch"])
        with self.assertRaises(AccessError):
            self.bob.with_user(self.ada).videoconf_provider_id = self.zoom
        self.zoom.active = False
        self.assertFalse(self.ada._get_videoconf_provider())

    def test_addresses(self):
        for url in (
            "meet.example.com",
            "http://meet.example.com",
            "https://",
            "https://a:b@meet.example.com",
            "https://meet.example.com?x=1",
            "https://meet.example.com:0/",
            "https://[::1/",
            "javascript:alert(1)",
        ):
            with self.subTest(url=url), self.assertRaises(ValidationError), self.cr.savepoint():
                self.new_provider("jitsi", base_url=url)
        self.assertEqual(
            self.new_provider("jitsi", base_url=" https://m.example.com/ ").base_url, "https://m.example.com"
        )

    def test_an_account_that_made_rooms(self):
        """H12: rooms are given back by the account that made them: it stays what it is."""
        self.book("2026-03-03 08:00")
        with self.assertRaises(UserError):
            self.zoom.kind = "teams"
        with self.assertRaises(UserError):
            self.zoom.unlink()
        self.zoom.active = False
        self.new_provider("zoom").unlink()

    def test_forms(self):
        """The views open, for each kind of account."""
        for kind, _label in self.env["videoconf.provider"]._fields["kind"].selection:
            with Form(self.env["videoconf.provider"].with_user(self.admin)) as form:
                form.name, form.kind = "Account", kind
                if kind in ("jitsi", "bigbluebutton"):
                    form.base_url = "https://meet.example.com"
        self.book("2026-03-03 08:00")
        Form(self.Room.with_user(self.admin).search([], limit=1))

    def test_every_method_is_known(self):
        """X04: what a browser can call on the models of rooms is this, and no more."""
        found = {
            (name, method)
            for name in ("videoconf.provider", "videoconf.room", "videoconf.room.owner")
            for part in self.env.registry[name].__mro__
            if part.__module__.startswith("odoo.addons.appointment_videoconf.models.videoconf_")
            for method, value in vars(part).items()
            if callable(value)
            and not method.startswith("_")
            and method not in ("create", "write", "unlink")
            and not isinstance(value, type)
        }
        self.assertEqual(
            found,
            {
                ("videoconf.provider", "action_check"),
                ("videoconf.provider", "action_forget_secret"),
                ("videoconf.provider", "action_view_rooms"),
                ("videoconf.room", "action_open_owner"),
                ("videoconf.room", "action_try_again"),
                ("videoconf.room.owner", "action_try_room_again"),
            },
        )
