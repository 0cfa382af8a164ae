from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .common import BookingCase
from .public_common import PublicCase


@tagged("post_install", "-at_install")
class TestCatalogue(PublicCase):
    """What can be booked, and how it is found: on its own page, by searching, on any page of the website."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.loans, cls.daily = cls.env["booking.type.category"].create([{"name": "Loans"}, {"name": "Everyday"}])
        cls.type.category_id = cls.loans
        cls.account = cls.new_type(
            "Open an account", cls.bob, category_id=cls.daily.id, welcome_text="Crédit à la carte"
        )
        cls.env["booking.reason"].create({"type_id": cls.account.id, "name": "Étudiant"})
        cls.hidden = cls.new_type("Hidden", cls.ada, is_published=False, category_id=cls.loans.id)
        cls.elsewhere = cls.new_type("Elsewhere", cls.ada, category_id=cls.loans.id)
        cls.elsewhere.website_id = cls.env["website"].create({"name": "Other"})

    def names(self, page):
        return [" ".join(name.split()) for name in page.xpath("//article//a[contains(@class, 'card_link')]/text()")]

    def test_categories(self):
        """A06: the published types of this website by category, all or one of them."""
        page = self.page("/booking")
        self.assertEqual(set(self.names(page)), {"Mortgage advice", "Open an account"})
        self.assertTrue(page.xpath(f"//h2[@id='category-{self.loans.id}']"))
        (link,) = page.xpath("//nav[@aria-label='Categories']//a[normalize-space()='Loans']/@href")
        loans = self.page(link)
        self.assertEqual(self.names(loans), ["Mortgage advice"])
        self.assertEqual(
            [
                " ".join(a.text_content().split())
                for a in loans.xpath("//nav[@aria-label='Categories']//a[@aria-current]")
            ],
            ["Loans"],
        )
        for category in ("x", "0", "99999999999", "%00", "1&category=2"):
            self.page(f"/booking?category={category}")

    def test_search(self):
        """A06: by name, welcome text, reason and category, whatever the case and accents."""
        for search, expected in (
            ("MORTGAGE", ["Mortgage advice"]),
            ("credit carte", ["Open an account"]),
            ("etudiant", ["Open an account"]),
            ("everyday", ["Open an account"]),
            ("loans advice", ["Mortgage advice"]),
            ("hidden", []),
            ("100%", []),
        ):
            with self.subTest(search=search):
                self.assertEqual(self.names(self.page("/booking", search=search)), expected)

    def test_sitemap(self):
        """A06: the sitemap names the catalogue and the published types of this website, and nothing else of ours."""
        self.env["ir.attachment"].search([("url", "=like", "/sitemap%")]).unlink()
        text = self.url_open("/sitemap.xml").text
        self.assertIn("/booking</loc>", text)
        self.assertIn("/booking/mortgage-advice</loc>", text)
        for path in (self.hidden.slug, self.elsewhere.slug, "embed", "api", "block", "hold"):
            self.assertNotIn(f"/booking/{path}", text)

    def test_search_bar(self):
        """A06: the website's search bar finds types by their reasons and categories too, and nothing unpublished."""
        website = self.env["website"].get_current_website().with_context(website_id=1)
        options = {
            "displayDescription": True,
            "displayDetail": False,
            "displayExtraDetail": False,
            "displayExtraLink": False,
            "displayImage": False,
            "allowFuzzy": False,
        }
        public = website.with_user(website.user_id).with_context(website_id=website.id)
        for search, expected in (("Étudiant", self.account), ("Loans", self.type), ("Hidden", self.type.browse())):
            _count, results, _fuzzy = public._search_with_fuzzy("booking_types", search, 5, "name asc", options)
            self.assertEqual(results[0]["results"], expected, search)

    def test_blocks(self):
        """A06: the building blocks show what can be booked now; nothing where nothing can."""
        response = self.url_open(f"/booking/block/type/{self.type.id}")
        self.assertIn("Mortgage advice", response.text)
        self.assertIn("Mon, Mar 2", response.text)
        self.assertNotIn("<html", response.text)
        self.assertNotIn("session_id", response.headers.get("Set-Cookie", ""))
        for hidden in (self.hidden, self.elsewhere):
            self.assertEqual(self.url_open(f"/booking/block/type/{hidden.id}").status_code, 204)
        self.assertEqual(self.url_open("/booking/block/type/999999").status_code, 204)
        everything = self.url_open("/booking/block/catalogue").text
        self.assertIn("Mortgage advice", everything)
        self.assertIn("Open an account", everything)
        self.assertNotIn("Elsewhere", everything)
        loans = self.url_open(f"/booking/block/catalogue?category={self.loans.id}").text
        self.assertNotIn("Open an account", loans)
        self.assertEqual(self.url_open("/booking/block/catalogue?category=999999").status_code, 204)
        self.assertEqual(self.url_open("/booking/block/catalogue?category=1x").status_code, 200)

    def test_blocks_as_anybody(self):
        """X04: a manager sees in a block what visitors see."""
        self.authenticate("admin", "admin")
        self.assertEqual(self.url_open(f"/booking/block/type/{self.hidden.id}").status_code, 204)

    def test_choices_of_the_editor(self):
        """A06, X04: editors of the website choose among what is published; nobody else is told by this door."""
        editor = new_test_user(self.env, "editor", groups="website.group_website_restricted_editor")
        website = self.env["website"].get_current_website()
        choices = self.env["booking.type"].with_user(editor).with_context(website_id=website.id).get_block_choices()
        self.assertEqual({known["name"] for known in choices["types"]}, {"Mortgage advice", "Open an account"})
        self.assertEqual({known["name"] for known in choices["categories"]}, {"Loans", "Everyday"})
        with self.assertRaises(AccessError):
            self.env["booking.type"].with_user(self.ada).get_block_choices()


@tagged("post_install", "-at_install")
class TestDefaults(BookingCase):
    """What new types start with."""

    SETTINGS = {
        "channel": "video",
        "video_provider": "teams",
        "duration": 45,
        "slot_step": 15,
        "gap": 5,
        "min_notice": 48,
        "horizon_days": 20,
        "max_per_day": 6,
        "hold_minutes": 7,
        "show_weekends": True,
        "distribution": "optimised",
        "sign_in": "optional",
        "one_at_a_time": False,
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_advisor("Mona", "appointment_booking.group_booking_manager")
        cls.env["booking.team"].create({"name": "Team", "manager_ids": [Command.set(cls.manager.ids)]})

    def decide(self, **values):
        self.env["res.config.settings"].create({f"default_{name}": value for name, value in values.items()}).execute()

    def test_every_rule(self):
        """A07: each rule of a type can be decided once, for administrators and for team managers."""
        self.decide(**self.SETTINGS)
        for user in (self.env.user, self.manager):
            booking_type = self.env["booking.type"].with_user(user).create({"name": f"New {user.id}"})
            self.assertEqual({name: booking_type[name] for name in self.SETTINGS}, self.SETTINGS)
            form = Form(self.env["booking.type"].with_user(user))
            self.assertEqual(form.sign_in, "optional")
        self.assertEqual(self.type.duration, 60, "what exists does not change")

    def test_presets(self):
        """A07: a preset keeps what makes it what it is; when it may be booked is what the house decided."""
        self.decide(**self.SETTINGS)
        types = self.env["booking.type"].with_user(self.manager)
        action = types.action_create_preset("desk")
        desk = types.browse(action["params"]["next"]["res_id"])
        self.assertEqual((desk.channel, desk.duration, desk.slot_step), ("in_person", 10, 10))
        self.assertEqual((desk.min_notice, desk.horizon_days, desk.gap), (48, 20, 5))
        self.assertEqual((desk.max_per_day, desk.sign_in), (6, "optional"))

    def test_presets_without_decision(self):
        """A07: settings that were saved as they stood decide nothing."""
        self.decide()
        values = self.env["booking.type"]._get_preset_values("desk")
        self.assertEqual((values["min_notice"], values["horizon_days"]), (1, 14))
        self.env["ir.default"].set("booking.type", "horizon_days", 60)
        self.assertEqual(self.env["booking.type"]._get_preset_values("desk")["horizon_days"], 14)
