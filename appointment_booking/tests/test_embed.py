from datetime import timedelta

from freezegun import freeze_time
from lxml import html

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import BaseCase, Form, new_test_user, tagged

from odoo.addons.appointment_booking.tools.framing import frame_page, lead_through

from .public_common import PublicCase

FRAME = "/booking/embed/mortgage-advice"


class TestFraming(BaseCase):
    """Leading the links and forms of a page through the door of the frame."""

    def test_addresses(self):
        """A06: what belongs to the way stays inside the frame, with its language, query and anchor."""
        for address, inside in (
            ("/booking/mortgage", "/booking/embed/mortgage?ticket=T"),
            ("/fr/booking/mortgage?day=1", "/fr/booking/embed/mortgage?day=1&ticket=T"),
            ("/pt_BR/booking/hold/x#form", "/pt_BR/booking/embed/hold/x?ticket=T#form"),
            ("/booking/x?ticket=old&tz=Asia%2FTokyo", "/booking/embed/x?tz=Asia%2FTokyo&ticket=T"),
            ("/booking/x?agency=", "/booking/embed/x?agency=&ticket=T"),
            ("/booking/embedding", "/booking/embed/embedding?ticket=T"),
        ):
            self.assertEqual(lead_through(address, "T"), inside)
        for address in ("/booking", "/bookings/x", "/shop", "#top", "https://a.example.com/booking/x", "//a/booking/x"):
            self.assertIsNone(lead_through(address, "T"), address)
        self.assertIsNone(lead_through("/booking/embed/x", "T"))
        self.assertIsNone(lead_through("/booking/x", None))

    def test_page(self):
        """A06: forms carry the ticket and no token of a session; what leads elsewhere opens in a tab."""
        page = html.fromstring(
            frame_page(
                """<!DOCTYPE html><html><head><script>let a = "</b>" && 1 < 2;</script></head><body>
                <form action="/booking/x/hold" method="post"><input name="csrf_token" value="c"> tail
                <button formaction="/booking/x/hold?again=1">Go</button></form>
                <a id="in" href="/booking/x">x</a><a id="out" href="/shop">y</a><a id="here" href="#z">z</a>
                <a id="tab" href="/booking/x" target="_blank">t</a><a id="mail" href="mailto:a@example.com">m</a>
                <div data-leave="/booking/hold/x/leave"></div></body></html>""",
                "T",
            )
        )
        (form,) = page.forms
        self.assertEqual(dict(form.form_values()), {"ticket": "T"})
        self.assertIn("tail", form.text_content())
        self.assertEqual(page.xpath("//button/@formaction"), ["/booking/embed/x/hold?again=1&ticket=T"])
        self.assertEqual(page.xpath("//div/@data-leave"), ["/booking/embed/hold/x/leave?ticket=T"])
        self.assertEqual(page.get_element_by_id("in").get("target"), None)
        self.assertEqual(page.get_element_by_id("out").get("target"), "_blank")
        self.assertEqual(page.get_element_by_id("tab").get("href"), "/booking/x")
        self.assertEqual(page.get_element_by_id("here").get("target"), None)
        self.assertEqual(page.get_element_by_id("mail").get("target"), None)
        self.assertIn("1 < 2", page.xpath("//script/text()")[0])


@tagged("post_install", "-at_install")
class TestEmbed(PublicCase):
    """The booker's way inside a foreign site, where no cookie arrives."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].get_current_website()
        cls.website.booking_embed_origins = "https://www.example.com\nhttps://a.example.com:8443"

    def forget(self):
        """Lose all cookies, as a browser does with those of a frame."""
        self.opener.cookies.clear()

    def hold_inside(self, start="2026-03-03T08:00:00Z"):
        action, data = self.first_form(self.page(FRAME))
        self.forget()
        return self.path(self.post(action, **data, start=start))

    def first_form(self, page):
        form = page.xpath("//form[@method='post']")[0]
        inputs = form.xpath(".//input[@type='hidden']")
        return form.get("action"), {field.get("name"): field.get("value") or "" for field in inputs}

    def main_form(self, page):
        (form,) = page.xpath("//form[@id='o_booking_form']")
        inputs = form.xpath(".//input[@type='hidden']")
        return form.get("action"), {field.get("name"): field.get("value") or "" for field in inputs}

    def test_whole_way(self):
        """A06: from the first page to the confirmation without a session, staying inside the frame."""
        path = self.hold_inside()
        self.assertRegex(path, r"^/booking/embed/hold/")
        self.forget()
        page = self.page(path)
        action, data = self.main_form(page)
        self.assertNotIn("csrf_token", data)
        self.forget()
        self.read_page(self.post(action, **data, **self.answers(email="")), 422)
        self.forget()
        done = self.path(self.post(action, **data, **self.answers()))
        self.assertRegex(done, r"^/booking/embed/appointment/")
        self.forget()
        self.assertIn("is booked", self.words(self.page(done)))
        token = done.split("?")[0].rpartition("/")[2]
        self.assertEqual(self.url_open(f"/booking/embed/appointment/{token}/ics").status_code, 200)
        appointment = self.env["booking.appointment"].search([("access_token", "=", token)])
        self.assertEqual(appointment.state, "planned")

    def test_bare_page(self):
        """A06: neither header nor footer of the site; links out of the way open in a tab."""
        page = self.page(FRAME)
        self.assertFalse(page.xpath("//header[@id='top'] | //footer[@id='bottom']"))
        for link in page.xpath("//a[@href][not(starts-with(@href, '#'))]"):
            inside = "/booking/embed/" in link.get("href")
            self.assertTrue(inside or link.get("target") == "_blank", link.get("href"))
        self.assertFalse(page.xpath("//input[@name='csrf_token']"))

    def test_who_may_show_it(self):
        """A06: the sites of the settings and of the type; all other pages only our own."""
        self.type.embed_origins = "https://only.example.com"
        expected = "frame-ancestors 'self' https://www.example.com https://a.example.com:8443 https://only.example.com"
        path = self.hold_inside()
        for inside in (FRAME, path):
            headers = self.url_open(inside).headers
            self.assertEqual(headers["Content-Security-Policy"], expected)
            self.assertNotIn("X-Frame-Options", headers)
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertEqual(headers["Cache-Control"], "no-store")
            self.assertNotIn("session_id", headers.get("Set-Cookie", ""))
        outside = ["/booking", "/booking/mortgage-advice", self.take(), "/booking/unknown", "/booking/block/catalogue"]
        for path in outside:
            self.assertEqual(self.url_open(path).headers["Content-Security-Policy"], "frame-ancestors 'self'", path)

    def test_wrong_tickets(self):
        """A06, X04: without a ticket of ours for this type, or after its time, nothing is held."""
        other = self.new_type("Insurance", self.bob)
        key = "k" * 32
        with freeze_time("2026-03-01 08:00:00"):
            old = self.type._issue_ticket(key)
        good = self.type._issue_ticket(key)
        for ticket in ("", "x", old, other._issue_ticket(key), good[:-1] + ("0" if good[-1] != "0" else "1"), "\x00"):
            response = self.post(f"{FRAME}/hold", ticket=ticket, start="2026-03-03T08:00:00Z")
            page = self.read_page(response, 400)
            self.assertIn("/booking/embed/", page.xpath("//main//a[contains(@class, 'btn')]/@href")[0])
        response = self.post(f"{FRAME}/hold", csrf_token=self.token(), start="2026-03-03T08:00:00Z")
        self.read_page(response, 400)
        self.assertFalse(self.env["booking.appointment"].search([("type_id", "=", self.type.id)]))
        # A ticket is nothing outside the frame.
        response = self.post("/booking/mortgage-advice/hold", ticket=good, start="2026-03-03T08:00:00Z")
        self.read_page(response, 400)

    def test_one_hold_a_visitor(self):
        """A31, A06: the ticket tells the visitor: a second hold replaces the first; another visitor's stays."""
        page = self.page(FRAME)
        action, data = self.first_form(page)
        first = self.path(self.post(action, **data, start="2026-03-03T08:00:00Z"))
        theirs = self.hold_inside("2026-03-03T08:00:00Z")
        second = self.path(self.post(action, **data, start="2026-03-03T09:00:00Z"))
        holds = self.env["booking.appointment"].search([("type_id", "=", self.type.id)])
        tokens = {path.split("?")[0].rpartition("/")[2] for path in (theirs, second)}
        self.assertEqual(set(holds.mapped("access_token")), tokens)
        self.page(first, 404)

    def test_never_as_the_user(self):
        """A06, X04: who is signed in does not act as themselves inside a frame."""
        user = new_test_user(self.env, "anne", groups="base.group_portal", name="Anne Account")
        self.authenticate("anne", "anne")
        path = self.hold_inside()
        self.authenticate("anne", "anne")
        page = self.page(path)
        self.assertNotIn("Anne Account", page.text_content())
        action, data = self.main_form(page)
        self.authenticate("anne", "anne")
        done = self.path(self.post(action, **data, **self.answers())).split("?")[0]
        appointment = self.env["booking.appointment"].search([("access_token", "=", done.rpartition("/")[2])])
        self.assertNotEqual(appointment.partner_id, user.partner_id)

    def test_unpublished(self):
        """A06, A02: a preview exists on our own pages only."""
        self.type.is_published = False
        self.authenticate("admin", "admin")
        self.page("/booking/mortgage-advice")
        self.page(FRAME, 404)
        self.page("/booking/embed/unknown", 404)
        for path in ("embed/mortgage-advice", "api/v1/types", "block/catalogue", "hold", "appointment/x"):
            self.assertEqual(self.url_open(f"/booking/embed/{path}").status_code, 404, path)

    def test_account_required(self):
        """A32, A06: inside a frame nobody is asked for a password, and nothing is held or booked."""
        path = self.hold_inside()
        self.type.sign_in = "required"
        page = self.page(FRAME)
        (link,) = page.xpath("//main//a[contains(@class, 'btn')]")
        self.assertEqual((link.get("href"), link.get("target")), ("/booking/mortgage-advice", "_blank"))
        ticket = self.type._issue_ticket("k" * 32)
        self.read_page(self.post(f"{FRAME}/hold", ticket=ticket, start="2026-03-03T09:00:00Z"), 403)
        self.read_page(self.post(path, **self.answers()), 403)
        self.assertFalse(self.env["booking.appointment"].search([("state", "=", "planned")]))

    def test_leave_and_resume(self):
        """A31, A06: the frame's page is left and comes back by its ticket."""
        path = self.hold_inside()
        (hold,) = self.env["booking.appointment"].search([("state", "=", "hold"), ("type_id", "=", self.type.id)])
        inside, _question, query = path.partition("?")
        self.forget()
        self.assertEqual(self.post(f"{inside}/leave?{query}").status_code, 204)
        hold.invalidate_recordset()
        self.assertLess(hold.hold_until, fields.Datetime.now() + timedelta(minutes=1))
        self.assertEqual(self.post(f"{inside}/resume?{query}").json()["seconds"], 600)
        self.assertEqual(self.post(f"{inside}/leave").status_code, 400)

    def test_other_pages_of_the_way(self):
        """A06, A39, A50: the waiting list and the pages of an appointment are inside the frame as well."""
        self.type.waiting_list = True
        self.page(f"{FRAME}/waiting")
        values = {"name": "Eve", "email": "eve@example.org", "type_id": self.type.id, "lang": "en_US"}
        waiting = self.env["booking.waiting"]._join(values)
        page = self.page(f"/booking/embed/waiting/{waiting.access_token}")
        self.assertFalse(page.xpath("//header[@id='top']"))
        self.assertEqual(self.url_open(f"/booking/embed/waiting/{'A' * 43}").status_code, 404)
        self.type.write({"allow_move": True, "move_on_page": True})
        appointment = self.book("2026-03-04 08:00")
        page = self.page(f"/booking/embed/appointment/{appointment._portal_ensure_token()}")
        for link in page.xpath("//main//a[starts-with(@href, '/booking/')][not(@target)]/@href"):
            self.assertIn("/booking/embed/", link)

    def test_former_address(self):
        """A02, A06: a frame with a former address of the type goes on working, inside."""
        self.type.slug = "home-loans"
        self.assertRegex(self.path(self.url_open(FRAME, allow_redirects=False)), "^/booking/embed/home-loans[?]ticket=")

    def test_origins_are_checked(self):
        """A06: only exact https origins are accepted."""
        for text in ("https://*.example.com", "http://example.com", "https://a.example.com/x", "'none'; script-src *"):
            with self.assertRaises(ValidationError):
                self.website.booking_embed_origins = text
            with self.assertRaises(ValidationError):
                self.type.embed_origins = text

    def test_code(self):
        """A06: an iframe with a title and no script; names are text in it."""
        self.type.name = '"><script>alert(1)</script>'
        code = html.fromstring(self.type._get_embed_code())
        self.assertEqual(code.tag, "iframe")
        self.assertEqual(len(code), 0)
        self.assertTrue(code.get("src").endswith("/booking/embed/mortgage-advice"))
        self.assertIn("<script>", code.get("title"))
        self.assertNotIn("<script", self.type._get_embed_code())

    def test_window(self):
        """A06, X04: managers of the type get the code; who may show it is the administrators' decision."""
        manager = self.new_advisor("Mona", "appointment_booking.group_booking_manager")
        self.type.team_ids = self.env["booking.team"].create({"name": "Team", "manager_ids": manager.ids})
        action = self.type.with_user(manager).action_embed()
        window = Form(self.env["booking.embed"].with_user(manager).with_context(**action["context"]))
        self.assertIn("<iframe", window.code)
        self.assertEqual(window.origins, self.website.booking_embed_origins)
        window.height = 500
        self.assertIn('height="500"', window.code)
        with self.assertRaises(AccessError):
            self.type.with_user(manager).embed_origins = "https://evil.example.com"
        stranger = self.new_advisor("Max", "appointment_booking.group_booking_manager")
        with self.assertRaises(AccessError):
            self.env["booking.embed"].with_user(stranger).create({"type_id": self.type.id}).code  # noqa: B018
        with self.assertRaises(AccessError):
            self.env["booking.embed"].with_user(self.ada).create({"type_id": self.type.id})
