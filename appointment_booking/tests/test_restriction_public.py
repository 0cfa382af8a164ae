from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import config

from ..tools.limits import LIMITS
from .public_common import PublicCase
from .test_restriction import FIVE, RestrictionMixin

PAGE = "/booking/mortgage-advice"
FRAME = "/booking/embed/mortgage-advice"
SLOTS = "/booking/api/v1/types/mortgage-advice/slots"


def slots_form(page):
    """Return ``(action, hidden fields)`` of the slots of a page, also inside a frame."""
    (form,) = page.xpath("//form[contains(@class, 'o_booking_days')]")
    return form.get("action"), {
        field.get("name"): field.get("value") or "" for field in form.xpath(".//input[@type='hidden']")
    }


class RestrictionPublicCase(RestrictionMixin, PublicCase):
    def setUp(self):
        super().setUp()
        # In production what is counted is written beside a transaction that may only read. Tests have one for both.
        self.set_registry_readonly_mode(False)

    def limit(self, deed, count):
        self.env["ir.config_parameter"].set_param(f"appointment_booking.limit_{deed}", str(count))

    def fill_in(self, path=None, status=303, **values):
        """Take a slot, fill in its form and send it; return where it leads, or the page."""
        path = path or self.take()
        _action, data = self.form(self.page(path), path)
        response = self.post(path, **{**data, **self.answers(**values)})
        return self.path(response) if status == 303 else self.read_page(response, status)

    def check_too_often(self, response, period):
        self.assertEqual(response.headers["Retry-After"], str(period))
        return self.read_page(response, 429)


@tagged("post_install", "-at_install")
class TestPersonPages(RestrictionPublicCase):
    """A70: what a visitor reads who is limited or blocked."""

    def test_limit_reached(self):
        """A70: the form comes back with what was typed, says nothing of the first one, and another person can go on."""
        self.restrict("count")
        first = self.find(self.fill_in())
        path = self.take("2026-03-05T08:00:00Z")
        page = self.fill_in(path, 409)
        words = self.words(page)
        self.assertIn("Nothing is booked", words)
        self.assertIn("cannot be booked online at the moment", words)
        self.assertIn("Martin", page.xpath("//input/@value"), "what was typed is kept")
        for secret in (first.name, first.access_token, "March 2"):
            self.assertNotIn(secret, words)
        self.assertFalse(page.xpath("//a[@href='/my/appointments']"))
        self.assertTrue(self.fill_in(path, email="b@example.com", phone=""))

    def test_blocked_reads_the_same(self):
        """A70: who is blocked gets the same answer as who has too many appointments."""
        self.restrict("count")
        self.fill_in()
        full = self.fill_in(self.take("2026-03-05T08:00:00Z"), 409)
        self.restrict("blocked", entries="eve@example.org")
        blocked = self.fill_in(self.take("2026-03-06T08:00:00Z"), 409, email="eve@example.org", phone="")
        alert = "//div[@role='alert']"
        self.assertEqual(full.xpath(alert)[0].text_content(), blocked.xpath(alert)[0].text_content())

    def test_domain(self):
        """A70, A43: an e-mail of another domain is an error beside its field."""
        self.restrict("domains", entries="example.org")
        path = self.take()
        page = self.fill_in(path, 422)
        question = self.type.question_ids.filtered(lambda question: question.role == "email")
        (error,) = page.xpath(f"//*[@id='q_{question.id}_error']")
        self.assertIn("Only e-mail addresses of these domains can book: example.org", error.text_content())
        self.assertTrue(self.fill_in(path, email="anne@lyon.example.org"))

    def test_signed_in(self):
        """A70: who is signed in reads it when they choose a slot, with the way to their appointments."""
        self.restrict("count", message="One at a time, please.")
        new_test_user(self.env, "anne", groups="base.group_portal", email="anne@example.com", password="anne-anne")
        self.authenticate("anne", "anne-anne")
        self.fill_in(email="other@example.com", phone="")
        page = self.page(PAGE)
        action, data = self.form(page, "/hold")
        page = self.read_page(self.post(action, **data, start="2026-03-05T08:00:00Z"), 409)
        self.assertIn("One at a time, please.", self.words(page))
        self.assertTrue(page.xpath("//a[@href='/my/appointments']"))
        self.assertFalse(self.env["booking.appointment"].search([("state", "=", "hold")]))

    def test_text_of_the_administrator_is_text(self):
        """X04: what an administrator writes is no HTML."""
        self.restrict("blocked", entries="anne.martin@example.com", message="<script>alert(1)</script>")
        response_page = self.fill_in(status=409)
        self.assertIn("<script>alert(1)</script>", self.words(response_page))

    def test_nobody_tries_many_e_mails(self):
        """A70, A71: refusals are counted by address: after some, no form is looked at, whatever is typed."""
        self.limit("refusal", 2)
        self.restrict("blocked", entries="eve@example.org")
        path = self.take()
        _action, data = self.form(self.page(path), path)
        for _time in range(2):
            self.fill_in(path, 409, email="eve@example.org")
        response = self.post(path, **{**data, **self.answers()})
        page = self.check_too_often(response, 3600)
        self.assertIn("what you typed is kept", self.words(page))
        self.assertIn("Martin", page.xpath("//input/@value"))
        with freeze_time("2026-03-02 09:00:01"):
            self.assertTrue(self.fill_in())

    def test_moving_into_a_full_month(self):
        """A70: the page says so, and the appointment stays."""
        self.type.write({"horizon_days": 90, "move_notice": 0})
        self.restrict("count", period="month", message="One a month.")
        self.book("2026-03-10 08:00")
        second = self.book("2026-04-07 08:00")
        url = f"/booking/appointment/{second._portal_ensure_token()}/move"
        was = {"was": "2026-04-07T08:00:00Z", "tz": "Europe/Paris"}
        page = self.read_page(self.post(url, start="2026-03-12T08:00:00Z", **was), 409)
        self.assertIn("One a month.", self.words(page))
        self.assertEqual(self.post(url, start="2026-04-08T08:00:00Z", **was).status_code, 303)

    def test_waiting_list(self):
        """A70, A39: who cannot book is not put on the waiting list."""
        self.restrict("blocked", entries="eve@example.org", message="Please call us.")
        self.restrict("domains", entries="example.org")
        self.mornings.unlink()
        _action, data = self.form(self.page(f"{PAGE}/waiting"), "/waiting")
        for email, status, words in (
            ("eve@example.org", 409, "Please call us."),
            ("eve@example.com", 422, "Only e-mail addresses of these domains"),
        ):
            page = self.read_page(self.post(f"{PAGE}/waiting", **{**data, "w_name": "Eve", "w_email": email}), status)
            self.assertIn(words, self.words(page))
            self.assertIn(email, page.xpath("//input/@value"))
        self.assertFalse(self.env["booking.waiting"].search([("type_id", "=", self.type.id)]))


@tagged("post_install", "-at_install")
class TestOpeningPages(RestrictionPublicCase):
    """A70: before booking opens, and after it closed."""

    def test_before(self):
        """A70: the page, the catalogue, the block and the JSON say when it opens; nothing can be booked or joined."""
        token = self.token()
        self.restrict("opening", opens_at=FIVE, message="For members first.")
        page = self.page(PAGE)
        self.assertIn("Booking opens on Monday, March 2, 2026, 5:00 PM", self.words(page).replace("\u202f", " "))
        self.assertIn("For members first.", self.words(page))
        self.assertFalse(self.starts(page))
        start = {"csrf_token": token, "agency": str(self.agency.id), "start": "2026-03-03T08:00:00Z"}
        self.read_page(self.post(f"{PAGE}/hold", **start), 403)
        self.page(f"{PAGE}/waiting")
        self.read_page(self.post(f"{PAGE}/waiting", csrf_token=token, w_name="Eve", w_email="eve@example.org"), 403)
        self.assertFalse(self.env["booking.waiting"].search([("type_id", "=", self.type.id)]))
        for path in ("/booking", f"/booking/block/type/{self.type.id}"):
            self.assertIn("Booking opens on Mon, Mar 2, 5:00", self.text(self.url_open(path)))
        answer = self.url_open(SLOTS).json()
        self.assertEqual(answer["slots"], [])
        described = self.url_open("/booking/api/v1/types/mortgage-advice").json()
        self.assertEqual((described["opens_at"], described["closes_at"]), ("2026-03-02T17:00:00+01:00", None))
        with freeze_time(FIVE):
            self.assertTrue(self.starts(self.page(PAGE)))

    def test_after(self):
        """A70: closed; a form that was begun in time and is sent too late books nothing."""
        self.restrict("opening", closes_at="2026-03-02 08:05:00")
        path = self.take("2026-03-03T08:00:00Z")
        _action, data = self.form(self.page(path), path)
        with freeze_time("2026-03-02 08:05:00"):
            page = self.page(PAGE)
            self.assertIn("Booking closed on Monday", self.words(page))
            self.assertIn("Booking closed on Mon, Mar 2", self.text(self.url_open("/booking")))
            page = self.read_page(self.post(path, **{**data, **self.answers()}), 409)
        self.assertFalse(self.env["booking.appointment"].search([("state", "=", "planned")]))

    def test_moving_after_the_end(self):
        """A70: the booker reads why the appointment cannot be moved, and can cancel it."""
        appointment = self.book("2026-03-05 08:00")
        url = f"/booking/appointment/{appointment._portal_ensure_token()}"
        self.restrict("opening", closes_at="2026-03-02 07:00:00")
        self.assertFalse(self.page(url).xpath("//a[contains(@href, '/move')]"))
        self.assertIn("Booking is not open", self.words(self.page(f"{url}/move", 403)))
        self.page(f"{url}/cancel")

    def test_inside_a_frame(self):
        """A70, A06: inside another site as well."""
        self.restrict("opening", opens_at=FIVE)
        self.assertIn("Booking opens on", self.words(self.page(FRAME)))

    def test_closed_dates(self):
        """A70: the week names the closed day, and its slots cannot be held, asked for as JSON, or moved to."""
        appointment = self.book("2026-03-05 08:00")
        self.restrict("closed", date_from="2026-03-03", date_to="2026-03-03", message="Stocktaking")
        page = self.page(PAGE, day="2026-03-03")
        self.assertIn("Stocktaking", self.words(page))
        self.assertFalse([start for start in self.starts(page) if start.startswith("2026-03-03")])
        self.assertTrue([start for start in self.starts(page) if start.startswith("2026-03-04")])
        action, data = self.form(page, "/hold")
        self.read_page(self.post(action, **data, start="2026-03-03T08:00:00Z"), 409)
        slots = self.url_open(f"{SLOTS}?from=2026-03-03&to=2026-03-03").json()["slots"]
        self.assertEqual(slots, [])
        self.type.move_notice = 0
        url = f"/booking/appointment/{appointment._portal_ensure_token()}/move"
        was = {"was": "2026-03-05T08:00:00Z", "tz": "Europe/Paris"}
        self.read_page(self.post(url, start="2026-03-03T08:00:00Z", **was), 409)


@tagged("post_install", "-at_install")
class TestCodePages(RestrictionPublicCase):
    """A70: a type that takes an access code."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.new_type("Insurance", cls.bob)

    def setUp(self):
        super().setUp()
        self.code = self.restrict("code", code="SPRING26")

    def enter(self, typed, page=None, path=PAGE):
        action, data = self.form(page if page is not None else self.page(path), "/code")
        return self.post(action, **{**data, "code": typed})

    def test_typed(self):
        """A70: the page asks for it, says when it is wrong, and leads to where the visitor was going."""
        page = self.page(PAGE, day="2026-03-04")
        self.assertIn("Access code", self.words(page))
        self.assertFalse(self.starts(page))
        response = self.enter("WINTER26", page)
        wrong = self.read_page(response, 403)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        (field,) = wrong.xpath("//input[@name='code']")
        self.assertEqual((field.get("aria-invalid"), field.get("value")), ("true", None))
        self.assertTrue(wrong.xpath(f"//*[@id='{field.get('aria-describedby')}']"))
        url = self.path(self.enter("spring26", wrong))
        self.assertEqual(url, f"{PAGE}?day=2026-03-04")
        self.assertTrue(self.starts(self.page(url)))
        self.assertTrue(self.fill_in())

    def test_link(self):
        """A70: the secret link lets in at once, and the code leaves the address."""
        response = self.url_open(f"{PAGE}?code=SPRING26&day=2026-03-04", allow_redirects=False)
        self.assertEqual(self.path(response), f"{PAGE}?day=2026-03-04")
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        self.assertTrue(self.starts(self.page(PAGE)))
        self.page(PAGE, 200)
        self.opener.cookies.clear()
        self.page(PAGE + "?code=WRONG-ONE", 403)

    def test_every_way_in(self):
        """X04, A70: without the code no address of the type tells or does anything."""
        token = self.page("/booking/insurance").xpath("//input[@name='csrf_token']/@value")[0]
        start = {"csrf_token": token, "agency": str(self.agency.id), "start": "2026-03-03T08:00:00Z"}
        self.read_page(self.post(f"{PAGE}/hold", **start), 403)
        self.read_page(self.post(f"{PAGE}/hold?code=SPRING26", **start), 403)
        self.page(f"{PAGE}/waiting")
        self.assertFalse(self.page(f"{PAGE}/waiting").xpath("//input[@name='w_email']"))
        wishes = {"csrf_token": token, "w_name": "Eve", "w_email": "eve@example.org", "anyway": "1"}
        self.read_page(self.post(f"{PAGE}/waiting", **wishes), 403)
        self.assertFalse(self.env["booking.waiting"].search([("type_id", "=", self.type.id)]))
        expired = {**start, **self.answers(), "slug": "mortgage-advice"}
        self.read_page(self.post(f"/booking/hold/{'A' * 43}", **expired), 403)
        self.assertFalse(self.env["booking.appointment"].search([("type_id", "=", self.type.id)]))
        for path in (SLOTS, "/booking/api/v1/types/mortgage-advice"):
            self.assertEqual(self.url_open(path).status_code, 403)
        slugs = [known["slug"] for known in self.url_open("/booking/api/v1/types").json()["types"]]
        self.assertIn("insurance", slugs)
        self.assertNotIn("mortgage-advice", slugs)
        self.assertNotIn("Mortgage advice", self.text(self.url_open("/booking")))
        self.assertNotIn("mortgage-advice", self.url_open("/sitemap.xml").text)
        self.assertEqual(self.url_open(f"/booking/block/type/{self.type.id}").status_code, 204)
        found = (
            self.env["website"]
            .get_current_website()
            ._search_with_fuzzy(
                "booking_types", "mortgage", 5, "name", {"displayDescription": True, "allowFuzzy": False}
            )
        )
        self.assertEqual(found[0], 0)

    def test_api(self):
        """A17, A70: a program that sends the code is answered, and the answer is kept by nobody."""
        response = self.url_open(f"{SLOTS}?code=SPRING26")
        self.assertTrue(response.json()["slots"])
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.limit("code", 2)
        for _time in range(2):
            self.assertEqual(self.url_open(f"{SLOTS}?code=WRONG").status_code, 403)
        response = self.url_open(f"{SLOTS}?code=SPRING26")
        self.assertEqual((response.status_code, response.headers["Retry-After"]), (429, "600"))

    def test_code_of_another_type(self):
        """X04: a code opens its own type only."""
        self.restrict("code", self.other, code="OTHER-26")
        self.assertEqual(self.enter("OTHER-26", path="/booking/insurance").status_code, 303)
        self.assertTrue(self.starts(self.page("/booking/insurance")))
        self.assertFalse(self.starts(self.page(PAGE)))

    def test_new_code(self):
        """A70: once there is a new code, who knew the old one is asked again."""
        self.enter("SPRING26")
        self.assertTrue(self.starts(self.page(PAGE)))
        self.code.action_new_code()
        self.assertFalse(self.starts(self.page(PAGE)))

    def test_guessing(self):
        """A70, A71: after some wrong codes no right one is recognised for a while; right ones cost nothing."""
        self.limit("code", 3)
        page = self.page(PAGE)
        for _time in range(5):
            self.opener.cookies.clear()
            self.assertEqual(self.enter("SPRING26").status_code, 303)
        self.opener.cookies.clear()
        page = self.page(PAGE)
        for number in range(3):
            self.assertEqual(self.enter(f"WRONG-{number}", page).status_code, 403)
        words = self.words(self.check_too_often(self.enter("SPRING26", page), 600))
        self.assertIn("try again in ten minutes", words)
        self.page(PAGE + "?code=SPRING26", 429)
        with freeze_time("2026-03-02 08:10:01"):
            self.assertEqual(self.enter("SPRING26", page).status_code, 303)

    def test_foreign_form(self):
        """X04: the form of another site enters no code."""
        page = self.read_page(self.post(f"{PAGE}/code", code="SPRING26", csrf_token="wrong"), 400)
        self.assertFalse(self.starts(self.page(PAGE)))
        self.assertEqual(self.enter("SPRING26", page).status_code, 303)

    def test_no_way_out(self):
        """X04: the code's form leads back into the type and nowhere else."""
        _action, data = self.form(self.page(PAGE), "/code")
        for query in ("//evil.example", "?next=//evil.example", "\r\nLocation: x", "%0d%0aX: y", "&code=1&ticket=2"):
            response = self.post(f"{PAGE}/code", **{**data, "code": "SPRING26", "query": query})
            self.assertTrue(self.path(response).startswith(PAGE), query)
            self.assertNotIn("X", response.headers)
            self.assertNotIn("code=", self.path(response))

    def test_inside_a_frame(self):
        """A70, A06: typed inside another site, without a cookie, the code goes along in the signed ticket."""

        def code_form(page):
            (form,) = page.xpath("//form[contains(@action, '/code')]")
            return form.get("action"), {
                field.get("name"): field.get("value") or "" for field in form.xpath(".//input[@type='hidden']")
            }

        page = self.page(FRAME)
        self.assertFalse(self.starts(page))
        action, data = code_form(page)
        self.opener.cookies.clear()
        self.read_page(self.post(action, **data, code="WRONG-ONE"), 403)
        url = self.path(self.post(action, **data, code="SPRING26"))
        self.assertTrue(url.startswith(f"{FRAME}?ticket="))
        self.opener.cookies.clear()
        page = self.page(url)
        self.assertTrue(self.starts(page))
        self.assertFalse(self.starts(self.page(FRAME)), "without the ticket nothing is known")
        action, data = slots_form(page)
        self.opener.cookies.clear()
        self.assertRegex(self.path(self.post(action, **data, start="2026-03-03T08:00:00Z")), r"^/booking/embed/hold/")
        link = self.path(self.url_open(f"{FRAME}?code=SPRING26", allow_redirects=False))
        self.opener.cookies.clear()
        self.assertTrue(self.starts(self.page(link)))

    def test_foreign_ticket(self):
        """X04: a ticket of a type without the code, or of another type, opens nothing."""
        for ticket in (self.type._issue_ticket("A" * 32), self.other._issue_ticket("A" * 32, has_code=True)):
            self.assertFalse(self.starts(self.page(FRAME, ticket=ticket)))

    def test_managers_pass(self):
        """A70, A01: who may change the type sees it; a manager of another team is asked like anybody."""
        manager = self.new_advisor("manager", "appointment_booking.group_booking_manager")
        stranger = self.new_advisor("stranger", "appointment_booking.group_booking_manager")
        for user in manager | stranger:
            user.password = f"{user.login}-{user.login}"
            self.env["booking.team"].create({"name": user.login, "manager_ids": [Command.set(user.ids)]})
        self.type.team_ids = self.env["booking.team"].search([("name", "=", "manager")])
        for user, sees in ((manager, True), (stranger, False)):
            self.authenticate(user.login, f"{user.login}-{user.login}")
            self.assertEqual(bool(self.starts(self.page(PAGE))), sees)

    def test_listed(self):
        """A70: listed if wanted, with the word that it takes a code and without a date."""
        self.code.listed = True
        text = self.text(self.url_open("/booking"))
        self.assertIn("Mortgage advice", text)
        self.assertIn("With an access code", text)
        self.assertEqual(text.count("Next free date"), 1, "that of the other type")
        described = self.url_open("/booking/api/v1/types").json()["types"]
        self.assertEqual({known["slug"]: known["needs_code"] for known in described}["mortgage-advice"], True)

    def test_moving_needs_no_code(self):
        """A70: whoever has an appointment has its link, and needs no code to move it."""
        appointment = self.book("2026-03-05 08:00")
        self.type.move_notice = 0
        url = f"/booking/appointment/{appointment._portal_ensure_token()}/move"
        self.assertTrue(self.page(url).xpath("//button[@name='start']"))


@tagged("post_install", "-at_install")
class TestLimitsOfRoutes(RestrictionPublicCase):
    """A71: each form that anybody can send is limited, and says when it goes on."""

    def test_forms_of_an_address(self):
        """A71: forms sent from one address, whoever is named in them; what was typed is kept."""
        self.limit("booking_address", 1)
        self.fill_in()
        path = self.take("2026-03-05T08:00:00Z")
        _action, data = self.form(self.page(path), path)
        response = self.post(path, **{**data, **self.answers(email="b@example.com", phone="")})
        page = self.check_too_often(response, 600)
        self.assertIn("b@example.com", page.xpath("//input/@value"))

    def test_buttons_of_a_held_slot(self):
        """A71: giving back, leaving, coming back, going to sign in."""
        self.type.sign_in = "optional"
        path = self.take()
        token = self.token()
        self.limit("touch", 1)
        self.assertEqual(self.post(f"{path}/resume", csrf_token=token).status_code, 200)
        for deed in ("resume", "leave"):
            response = self.post(f"{path}/{deed}", csrf_token=token)
            self.assertEqual((response.status_code, response.headers["Retry-After"]), (429, "600"))
        for deed in ("release", "sign-in"):
            self.check_too_often(self.post(f"{path}/{deed}", csrf_token=token), 600)
        self.assertTrue(self.find(path))

    def test_moving_and_cancelling(self):
        """A71: from one address, and by one appointment."""
        appointment = self.book("2026-03-05 08:00")
        self.type.write({"move_notice": 0, "cancel_notice": 0, "cancel_confirm": False, "cancel_ask_reason": "no"})
        url = f"/booking/appointment/{appointment._portal_ensure_token()}"
        self.limit("move", 1)

        def move(was, start):
            return self.post(f"{url}/move", was=f"{was}Z", start=f"{start}Z", tz="Europe/Paris")

        self.assertEqual(move("2026-03-05T08:00:00", "2026-03-06T08:00:00").status_code, 303)
        self.check_too_often(move("2026-03-06T08:00:00", "2026-03-05T08:00:00"), 3600)
        self.limit("touch", 1)
        self.check_too_often(move("2026-03-06T08:00:00", "2026-03-05T08:00:00"), 600)
        self.check_too_often(self.post(f"{url}/cancel", was="2026-03-06T08:00:00Z"), 600)
        self.assertEqual(appointment.state, "planned")

    def test_waiting_list(self):
        """A71: joining by address and by e-mail, keeping what was typed; confirming and leaving by address."""
        self.mornings.unlink()
        _action, data = self.form(self.page(f"{PAGE}/waiting"), "/waiting")

        def join(email):
            return self.post(f"{PAGE}/waiting", **{**data, "w_name": "Eve Adams", "w_email": email})

        self.limit("waiting_email", 1)
        self.assertEqual(join("eve@example.org").status_code, 303)
        page = self.check_too_often(join("eve@example.org"), 3600)
        self.assertIn("Eve Adams", page.xpath("//input/@value"))
        self.limit("waiting_address", 2)
        self.check_too_often(join("max@example.org"), 3600)
        waiting = self.env["booking.waiting"].search([("type_id", "=", self.type.id)])
        self.limit("touch", 1)
        link = f"/booking/waiting/{waiting.access_token}"
        self.assertEqual(self.post(f"{link}/confirm").status_code, 303)
        self.check_too_often(self.post(f"{link}/leave"), 600)
        self.env.invalidate_all()
        self.assertEqual(waiting.state, "waiting")

    def test_captcha_of_the_waiting_list(self):
        """A71: where Odoo has a captcha, joining the waiting list asks it as the booking form does."""
        self.mornings.unlink()
        page = self.page(f"{PAGE}/waiting")
        self.assertEqual(page.xpath("//form[@id='o_booking_form']/@data-captcha"), ["booking"])
        _action, data = self.form(page, "/waiting")

        def refuse(_model, action):
            raise UserError(action)

        # There is no captcha without the service of another house: what stands in for it is the call of Odoo's own.
        with patch.object(self.env.registry["ir.http"], "_verify_request_recaptcha_token", refuse):
            response = self.post(f"{PAGE}/waiting", **{**data, "w_name": "Eve Adams", "w_email": "eve@example.org"})
        self.assertIn("Eve Adams", self.read_page(response, 422).xpath("//input/@value"))
        self.assertFalse(self.env["booking.waiting"].search([("type_id", "=", self.type.id)]))

    def test_inside_a_frame(self):
        """A71: the same limits hold inside another site."""
        self.limit("hold", 1)
        for status in (303, 429):
            action, data = slots_form(self.page(FRAME))
            self.opener.cookies.clear()
            self.assertEqual(self.post(action, **data, start="2026-03-03T08:00:00Z").status_code, status)

    def test_nobody_keeps_all_slots(self):
        """A71, A31: a program without cookies holds so many slots in a while, and no more."""
        self.limit("hold", 3)
        statuses = []
        for start in self.starts(self.page(PAGE))[:6]:
            self.opener.cookies.clear()
            action, data = self.form(self.page(PAGE), "/hold")
            statuses.append(self.post(action, **data, start=start).status_code)
        self.assertEqual(statuses, [303] * 3 + [429] * 3)
        self.assertEqual(self.env["booking.appointment"].search_count([("state", "=", "hold")]), 3)

    def test_behind_a_proxy(self):
        """A71: with Odoo's proxy mode each visitor is counted by their own address; a whole /64 of IPv6 as one."""
        self.limit("hold", 1)
        self.addCleanup(config.__setitem__, "proxy_mode", config["proxy_mode"])
        for proxied, addresses, statuses in (
            (True, ("192.0.2.1", "192.0.2.2", "192.0.2.1"), [303, 303, 429]),
            (True, ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"), [303, 429, 303]),
            (True, ("10.0.0.1, 192.0.2.7", "10.9.9.9, 192.0.2.7"), [303, 429]),
            (False, ("192.0.2.5", "192.0.2.6"), [303, 429]),
        ):
            with self.subTest(proxied=proxied, addresses=addresses):
                config["proxy_mode"] = proxied
                found = []
                for address in addresses:
                    self.opener.cookies.clear()
                    self.opener.headers.update({"X-Forwarded-For": address, "X-Forwarded-Host": "127.0.0.1"})
                    page = self.page(PAGE)
                    action, data = self.form(page, "/hold")
                    found.append(self.post(action, **data, start=self.starts(page)[0]).status_code)
                self.assertEqual(found, statuses)

    def test_settings(self):
        """A71: an administrator reads the usual limits in the settings, and changes them there."""
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.booking_limit_hold, LIMITS["hold"].count)
        settings.booking_limit_hold = 7
        settings.execute()
        self.assertEqual(self.env["booking.rate.limit"]._get_limit("hold", 60), 7)
