import re
from html import unescape
from urllib.parse import urlencode

from lxml import html

from odoo.tests import HttpCase

from .common import BookingCase


class PublicCase(BookingCase, HttpCase):
    """A visitor without JavaScript: pages are fetched, links followed and forms sent, nothing else."""

    def page(self, path, status=200, **query):
        """Fetch a page and return its parsed HTML; check the status, and that it is a whole page that helps."""
        response = self.url_open(path + (f"?{urlencode(query)}" if query else ""), allow_redirects=False)
        return self.read_page(response, status)

    def read_page(self, response, status=200):
        self.assertEqual(response.status_code, status, self.text(response)[:500])
        self.assertNotIn("Traceback", response.text)
        tree = html.fromstring(response.text)
        self.assertEqual(len(tree.xpath("//h1")), 1, "a page has one first heading")
        self.assertTrue(tree.xpath("//main//*[@id='wrap']//a | //main//*[@id='wrap']//button"), "a page leads on")
        return tree

    def text(self, response):
        return " ".join(
            unescape(re.sub(r"<(script|style|head).*?</\1>|<[^>]+>", " ", response.text, flags=re.S)).split()
        )

    def words(self, tree):
        return " ".join(" ".join(tree.xpath("//*[@id='wrap']//text()[not(ancestor::script)]")).split())

    def post(self, path, follow=False, **data):
        return self.url_open(path, data=data or {"": ""}, allow_redirects=follow)

    def token(self):
        """Return the CSRF token of this visitor's session, as a form on a page has it."""
        page = html.fromstring(self.url_open("/booking/mortgage-advice").text)
        return page.xpath("//input[@name='csrf_token']/@value")[0]

    def form(self, tree, action=""):
        """Return the hidden fields of a form as ``(action, data)``."""
        (form,) = [form for form in tree.xpath("//form[@method='post']") if form.get("action").endswith(action)]
        inputs = form.xpath(".//input[@type='hidden']")
        return form.get("action"), {field.get("name"): field.get("value") or "" for field in inputs}

    def starts(self, tree):
        return tree.xpath("//button[@name='start']/@value")

    def take(self, start=None, slug="mortgage-advice", **extra):
        """Hold a slot as a visitor does, and return the address of the form."""
        page = self.page(f"/booking/{slug}")
        action, data = self.form(page, "/hold")
        response = self.post(action, **data, start=start or self.starts(page)[0], **extra)
        self.assertEqual(response.status_code, 303, self.text(response)[:500])
        return self.path(response)

    def path(self, response):
        self.assertIn(response.status_code, (301, 303, 307), self.text(response)[:1000])
        return re.sub(r"^https?://[^/]+", "", response.headers["Location"])

    def answers(self, booking_type=None, **values):
        """Return the fields of the form by role: ``answers(email="anne@example.com")``."""
        typed = {
            "last_name": "Martin",
            "first_name": "Anne",
            "email": "anne.martin@example.com",
            "phone": "06 12 34 56 78",
            **values,
        }
        questions = (booking_type or self.type).question_ids
        return {f"q_{question.id}": typed.get(question.role, "") for question in questions}

    def find(self, path):
        """Return the appointment behind an address with a token."""
        return self.env["booking.appointment"].search([("access_token", "=", path.split("?")[0].split("/")[3])])
