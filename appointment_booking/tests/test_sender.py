from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .public_common import PublicCase


@tagged("post_install", "-at_install")
class TestSender(PublicCase):
    """Who sends too much, or is no person."""

    def limit(self, deed, count):
        self.env["ir.config_parameter"].set_param(f"appointment_booking.limit_{deed}", str(count))

    def try_to_hold(self, token, start):
        return self.post("/booking/mortgage-advice/hold", csrf_token=token, agency=str(self.agency.id), start=start)

    def check_limit(self, deed):
        self.limit(deed, 2)
        token = self.token()
        for _time in range(2):
            self.assertEqual(self.try_to_hold(token, "2026-03-03T08:00:00Z").status_code, 303)
        response = self.try_to_hold(token, "2026-03-03T09:00:00Z")
        self.assertEqual(response.headers["Retry-After"], "600")
        self.assertIn("try again in ten minutes", self.words(self.read_page(response, 429)))
        with freeze_time("2026-03-02 08:10:01"):
            self.assertEqual(self.try_to_hold(token, "2026-03-03T09:00:00Z").status_code, 303)

    def test_holds_of_an_address(self):
        """A71: slots held from one address of the network are limited; the page says when it goes on."""
        self.check_limit("hold")

    def test_holds_of_a_visitor(self):
        """A71: and those of one browser."""
        self.check_limit("hold_visitor")

    def test_bookings_of_a_contact(self):
        """A71: nobody is flooded with confirmations by somebody who types their e-mail."""
        self.limit("booking", 1)
        path = self.take("2026-03-03T08:00:00Z")
        _action, data = self.form(self.page(path), path)
        self.assertEqual(self.post(path, **{**data, **self.answers()}).status_code, 303)
        path = self.take("2026-03-03T09:00:00Z")
        _action, data = self.form(self.page(path), path)
        page = self.read_page(self.post(path, **{**data, **self.answers()}), 429)
        self.assertIn("Martin", page.xpath("//input/@value"), "what was typed is kept")
        self.assertEqual(self.post(path, **{**data, **self.answers(email="b@example.com")}).status_code, 303)

    def test_trap(self):
        """A71: a field that no person sees stops programs; a browser that filled it in needs one press more."""
        path = self.take()
        form = self.page(path)
        (trap,) = form.xpath("//input[@name='topic']")
        self.assertEqual((trap.get("tabindex"), trap.get("autocomplete")), ("-1", "off"))
        self.assertEqual(trap.getparent().get("aria-hidden"), "true")
        _action, data = self.form(form, path)
        page = self.read_page(self.post(path, **{**data, **self.answers()}, topic="Buy pills"), 422)
        self.assertIn("Nothing is booked yet", self.words(page))
        self.assertEqual(page.xpath("//input[@name='topic']/@value"), [])
        self.assertIn("Martin", page.xpath("//input/@value"))
        self.assertEqual(self.find(path).state, "hold")
        self.assertEqual(self.post(path, **{**data, **self.answers()}, topic="").status_code, 303)

    def test_captcha(self):
        """A71: where Odoo has a captcha, the form is one of its forms and the server asks it."""
        path = self.take()
        form = self.page(path)
        self.assertEqual(form.xpath("//form[@id='o_booking_form']/@data-captcha"), ["booking"])
        _action, data = self.form(form, path)
        asked = []

        def refuse(model, action):
            asked.append(action)
            raise UserError(self.env._("Suspicious activity."))

        # There is no captcha without the service of another house: what stands in for it is the call of Odoo's own.
        with patch.object(self.env.registry["ir.http"], "_verify_request_recaptcha_token", refuse):
            page = self.read_page(self.post(path, **{**data, **self.answers()}), 422)
        self.assertEqual(asked, ["booking"])
        self.assertIn("please send it once more", self.words(page))
        self.assertEqual(self.find(path).state, "hold")

    def test_limits_are_of_a_period(self):
        """A71: what was done long ago does not count."""
        self.limit("hold", 1)
        token = self.token()
        self.assertEqual(self.try_to_hold(token, "2026-03-03T08:00:00Z").status_code, 303)
        self.assertEqual(self.try_to_hold(token, "2026-03-03T08:00:00Z").status_code, 429)
        limits = self.env["booking.rate.limit"]
        self.assertFalse(limits._allow("hold", "127.0.0.1", 1, timedelta(minutes=10)))
