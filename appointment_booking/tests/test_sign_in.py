from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from freezegun import freeze_time
from lxml import html

from odoo import fields
from odoo.tests import new_test_user, tagged

from .public_common import PublicCase


@tagged("post_install", "-at_install")
class TestSignIn(PublicCase):
    """Booking with an account, or without."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type.sign_in = "required"
        cls.client = new_test_user(
            cls.env,
            "anne",
            groups="base.group_portal",
            name="Anne Martin",
            email="anne.martin@example.com",
            phone="+33612345678",
            password="anne-anne",
        )

    def go_and_sign_in(self, path, **data):
        """Press the button of the page that asks for an account; return the path and where it leads back."""
        _action, hidden = self.form(self.page(path), "/sign-in")
        target = urlsplit(self.path(self.post(f"{path}/sign-in", **hidden, **data)))
        return target.path, parse_qs(target.query)["redirect"][0]

    def sign_in(self, login, redirect):
        """Fill in Odoo's own page; return where it leads."""
        page = self.url_open(f"/web/login?redirect={redirect}").text
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        values = {"login": login, "password": f"{login}-{login}", "redirect": redirect, "csrf_token": token}
        return self.path(self.post("/web/login", **values))

    def book_held(self, path, **values):
        _action, hidden = self.form(self.page(path), path)
        return self.post(path, **{**hidden, **self.answers(**values)})

    def test_required(self):
        """A32: who picked a slot signs in and comes back to that slot, still held, and the form is filled in."""
        path = self.take("2026-03-03T09:00:00Z")
        hold = self.find(path)
        page = self.page(path)
        self.assertIn("Sign in to book", self.words(page))
        self.assertFalse(page.xpath("//*[@id='o_booking_form']"))
        login, back = self.go_and_sign_in(path)
        self.assertEqual((login, back), ("/web/login", path))
        self.assertEqual(self.sign_in("anne", back), path)
        form = self.page(path)
        self.assertEqual(self.find(path), hold)
        typed = set(form.xpath("//form[@id='o_booking_form']//input/@value"))
        self.assertLessEqual({"Anne", "Martin", "anne.martin@example.com", "+33 6 12 34 56 78"}, typed)
        done = self.find(self.path(self.book_held(path, email="other@example.com")))
        self.assertEqual((done, done.state), (hold, "planned"))
        self.assertEqual((done.partner_id, done.partner_match), (self.client.partner_id, "account"))
        self.assertEqual(self.client.email, "anne.martin@example.com", "a form changes no account")

    def test_phone_of_another_country(self):
        """A32: the phone of an account is filled in with its country code, so that the form takes it."""
        self.client.write({"phone": "202 555 0147", "country_id": self.env.ref("base.us").id})
        path = self.take()
        self.sign_in("anne", self.go_and_sign_in(path)[1])
        typed = self.page(path).xpath("//input[@type='tel']/@value")
        self.assertEqual(typed, ["+1 202-555-0147"])
        done = self.find(self.path(self.book_held(path, phone=typed[0])))
        self.assertEqual((done.state, done.booker_phone), ("planned", "+12025550147"))

    def test_pages_of_the_account_are_accessible(self):
        """X06, A32: Odoo's own pages on the way to an account have a heading and buttons with a name."""
        self.env["website"].get_current_website().auth_signup_uninvited = "b2c"
        for path, heading in (
            ("/web/login", "Sign in"),
            ("/web/signup", "Make an account"),
            ("/web/reset_password", "Choose a new password"),
        ):
            with self.subTest(path=path):
                page = self.page(path)
                self.assertEqual(page.xpath("//h1/text()"), [heading])
                self.assertTrue(page.xpath("//*[@id='wrap']"), "where the link to the content leads")
                self.assertFalse(page.xpath("//main//*[@tabindex > 0]"))
                self.assertFalse(page.xpath("//main//button[contains(@class, 'o_show_password')][not(@aria-label)]"))
        self.authenticate("anne", "anne-anne")
        page = html.fromstring(self.url_open("/my").text)
        self.assertTrue(page.xpath("//h3[@role='heading'][@aria-level='1']"))
        self.assertFalse(page.xpath("//main//img[not(@alt)]"))

    def test_session_of_the_account_is_the_visitor_s(self):
        """A31, A32: after signing in a second hold still replaces the first."""
        path = self.take("2026-03-03T08:00:00Z")
        self.sign_in("anne", self.go_and_sign_in(path)[1])
        self.take("2026-03-03T09:00:00Z")
        self.assertFalse(self.find(path))

    def test_form_without_account_is_refused(self):
        """A32, X04: the server asks for the account, whatever is sent."""
        path = self.take()
        answers = {**self.answers(), "csrf_token": self.token()}
        page = self.read_page(self.post(path, **answers), 403)
        self.assertIn("Sign in to book", self.words(page))
        self.assertEqual(self.find(path).state, "hold")

    def test_slot_waits_once(self):
        """A32, A31: the slot waits a quarter of an hour for an account, once, and then no longer."""
        path = self.take()
        hold = self.find(path)
        token = self.token()
        self.post(f"{path}/sign-in", csrf_token=token)
        hold.invalidate_recordset()
        until = fields.Datetime.now() + timedelta(minutes=15)
        self.assertEqual(hold.hold_until, until)
        with freeze_time("2026-03-02 08:12:00"):
            hold._wait_for_sign_in()
            self.assertEqual(hold.hold_until, until)
            hold._release_soon()
            self.assertLess(hold.hold_until, until)
            hold._resume_hold()
            self.assertEqual(hold.hold_until, until)
        with freeze_time("2026-03-02 08:15:00"):
            self.assertFalse(hold._is_held())

    def test_looking_extends_nothing(self):
        """A53: only the button keeps the slot longer."""
        path = self.take()
        until = self.find(path).hold_until
        self.page(path)
        self.read_page(self.post(f"{path}/sign-in", csrf_token="wrong"), 400)
        self.assertEqual(self.url_open(f"{path}/sign-in").status_code, 405)
        self.find(path).invalidate_recordset()
        self.assertEqual(self.find(path).hold_until, until)

    def test_sign_up(self):
        """A32: where visitors may make an account, they come back from that, too; elsewhere they are told."""
        website = self.env["website"].get_current_website()
        website.auth_signup_uninvited = "b2b"
        path = self.take()
        self.assertIn("Accounts are made by us", self.words(self.page(path)))
        self.assertEqual(self.go_and_sign_in(path, new="1")[0], "/web/login")
        website.auth_signup_uninvited = "b2c"
        self.assertIn("Make an account", self.words(self.page(path)))
        signup, back = self.go_and_sign_in(path, new="1")
        self.assertEqual(signup, "/web/signup")
        page = self.url_open(f"{signup}?redirect={back}").text
        token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
        values = {"login": "new@example.com", "name": "New Client", "redirect": back, "csrf_token": token}
        response = self.post("/web/signup", **values, password="long enough 1", confirm_password="long enough 1")
        self.assertEqual(self.path(response), path)
        form = self.page(path)
        self.assertIn("new@example.com", form.xpath("//form[@id='o_booking_form']//input/@value"))

    def test_optional(self):
        """A32: the form works without an account, and offers to sign in."""
        self.type.sign_in = "optional"
        path = self.take()
        self.assertIn("Do you have an account?", self.words(self.page(path)))
        _login, back = self.go_and_sign_in(path)
        self.assertEqual(self.sign_in("anne", back), path)
        form = self.page(path)
        self.assertNotIn("Do you have an account?", self.words(form))
        self.assertIn("signed in as Anne Martin", self.words(form))
        self.assertEqual(self.find(self.path(self.book_held(path))).partner_match, "account")

    def test_optional_without(self):
        """A32: nobody has to."""
        self.type.sign_in = "optional"
        path = self.take()
        done = self.find(self.path(self.book_held(path, email="new@example.com", phone="06 00 00 00 01")))
        self.assertEqual(done.partner_match, "created")

    def test_none(self):
        """A32: without the policy nothing is said of accounts, and its button leads back to the form."""
        self.type.sign_in = "none"
        path = self.take()
        self.assertNotIn("account", self.words(self.page(path)))
        self.assertEqual(self.path(self.post(f"{path}/sign-in", csrf_token=self.token())), path)

    def test_over(self):
        """A32: who comes back too late is offered the same slot again."""
        path = self.take()
        with freeze_time("2026-03-02 08:20:00"):
            self.authenticate("anne", "anne-anne")
            self.assertIn("The time to fill in the form is over", self.words(self.page(path, 410)))
