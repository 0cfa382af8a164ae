from lxml import html

from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..tools import sms_text
from .message_common import MessageCase
from .public_common import PublicCase

BOOKER = ("confirmation", "modified", "cancelled", "reminder", "follow_up", "absent")
STAFF = ("staff_assigned", "staff_modified", "staff_cancelled", "staff_released")
ACTIONS = {
    "confirmation": "See my appointment",
    "modified": "See my appointment",
    "cancelled": "Book another time",
    "reminder": "See my appointment",
    "follow_up": "Book another time",
    "absent": "Book another time",
    "staff_assigned": "Open the appointment",
    "staff_modified": "Open the appointment",
    "staff_cancelled": "Open the appointment",
    "staff_released": None,
}


@tagged("post_install", "-at_install")
class TestEmailTemplates(MessageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type.reason_ids = [(0, 0, {"name": "First home", "instructions": "<p>Bring your payslips.</p>"})]
        cls.agency.instructions = "<p>Ring twice.</p>"

    def book_one(self, **values):
        return self.book("2026-03-03 08:00", reason=self.type.reason_ids, tz="America/New_York", **values)

    def render(self, name, appointment, lang="en_US"):
        template = self.env.ref(f"appointment_booking.mail_template_{name}").with_context(template_preview_lang=lang)
        return template._generate_template(appointment.ids, ("subject", "body_html", "email_to"))[appointment.id]

    def test_each_says_what_when_where_and_one_action(self):
        """A61: the subject says what and when; the top says what, when, where; one button; HTML and text agree."""
        appointment = self.book_one()
        for name in BOOKER + STAFF:
            with self.subTest(name):
                mail = self.render(name, appointment)
                is_staff = name in STAFF
                self.assertIn("Mortgage advice", mail["subject"])
                self.assertIn("Tue, Mar 3", mail["subject"])
                self.assertIn("9:00" if is_staff else "3:00", mail["subject"], "on the clock of its reader")
                self.assertEqual(mail["email_to"], '"Ada" <ada@example.com>' if is_staff else appointment.booker_email)
                page = html.fromstring(mail["body_html"])
                (heading,) = page.xpath("//h1")
                self.assertTrue(heading.text_content().strip())
                buttons = [a.text_content().strip() for a in page.xpath("//a[contains(@style, 'inline-block')]")]
                self.assertEqual(buttons, [ACTIONS[name]] if ACTIONS[name] else [])
                seen = " ".join(page.text_content().split())
                text = " ".join(html2plaintext(mail["body_html"]).replace("*", "").split())
                for fact in ("Mortgage advice", "First home", "Tuesday, March 3, 2026", "Lyon, ", "69003 Lyon", "Ada"):
                    fact = fact.rstrip(", ")
                    self.assertIn(fact, seen)
                    self.assertIn(fact, text)
                self.assertLess(seen.index("Tuesday"), 250, "on the first screen of a phone")
                if is_staff:
                    self.assertIn("anne.martin@example.com", seen)
                    self.assertNotIn(appointment.access_token, mail["body_html"], "the booker's secret")
                elif name in ("confirmation", "modified", "reminder"):
                    self.assertIn("Bring your payslips.", seen)
                    self.assertIn("Ring twice.", seen)
                    self.assertIn(appointment.access_token, mail["body_html"])

    def test_how_it_is_held(self):
        """A03, A61: video carries the link as the action, phone says who calls whom."""
        self.type.channel = "video"
        appointment = self.book_one()
        page = html.fromstring(self.render("reminder", appointment)["body_html"])
        (button,) = page.xpath("//a[contains(@style, 'inline-block')]")
        self.assertEqual(button.get("href"), appointment.meeting_url)
        self.type.channel = "phone"
        appointment = self.book("2026-03-04 08:00", visitor_key="b", reason=self.type.reason_ids)
        text = html.fromstring(self.render("reminder", appointment)["body_html"]).text_content()
        self.assertIn("An advisor will call you on +33612345678", " ".join(text.split()))

    def test_users_text_is_text(self):
        """X04: what a booker typed stays text, also in the subject of the colleagues' e-mail."""
        name = "Anne <script>alert(1)</script>\r\nBcc: all@example.com"
        appointment = self.book_one(booker=self.booker(first_name=name, last_name=""))
        for template in BOOKER + STAFF:
            self.assertNotIn("<script>", self.render(template, appointment)["body_html"])
        self.sweep()
        mail = self.mail(self.messages(appointment, "assigned", recipient="user"))
        built = self.env["ir.mail_server"]._build_email__("a@example.com", ["b@example.com"], mail.subject, "x")
        self.assertNotIn("Bcc", built)

    def test_reader_language(self):
        """X05: each reads their own language: dates of the booker's, of the advisor's."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.ada.lang = "fr_FR"
        appointment = self.book_one(lang="en_US")
        self.sweep()
        booker = self.mail(self.messages(appointment, "booked"))
        advisor = self.mail(self.messages(appointment, "assigned", recipient="user"))
        self.assertIn("Tuesday, March 3, 2026", booker.body_html)
        self.assertIn("mardi 3 mars 2026", advisor.body_html)

    def test_odoo_preview(self):
        """A61: Odoo's own preview shows each template on a real appointment."""
        appointment = self.book_one()
        for name in BOOKER + STAFF:
            preview = self.env["mail.template.preview"].create(
                {
                    "mail_template_id": self.env.ref(f"appointment_booking.mail_template_{name}").id,
                    "resource_ref": f"booking.appointment,{appointment.id}",
                }
            )
            self.assertFalse(preview.error_msg)
            self.assertIn("Mortgage advice", preview.body_html)


@tagged("post_install", "-at_install")
class TestSmsTemplates(PublicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("web.base.url", "https://appointments.deux-rives.example.com")
        cls.env["website"].search([]).domain = False

    def render(self, name, appointment, lang=None):
        template = self.env.ref(f"appointment_booking.sms_template_{name}").with_context(template_preview_lang=lang)
        return template._render_field("body", appointment.ids, compute_lang=True)[appointment.id]

    def test_one_message(self):
        """A61: the default SMS fit into one message, whatever the names: short name, day, hour, place, short link."""
        self.env["res.lang"]._activate_lang("fr_FR")
        appointment = self.book("2026-03-03 08:00")
        for short_name, place in (
            ("Mortgage", "Lyon"),
            ("Prêt", "Besançon – cœur de ville"),
            (False, "Agency of the Great Square beside the Town Hall"),
            ("Advice on everything about buying a first home", "Agency of the Great Square beside the Town Hall"),
        ):
            self.type.short_name, self.agency.name = short_name, place
            for lang in ("en_US", "fr_FR"):
                for name in ("confirmation", "reminder", "cancelled"):
                    text = self.render(name, appointment, lang)
                    length = sms_text.measure(text)
                    self.assertEqual((length.messages, length.is_unicode), (1, False), text)
                    self.assertEqual("/b/" in text, name != "cancelled")
        self.type.short_name, self.agency.name = "Mortgage", "Lyon"
        link = f"{appointment.get_base_url()}/b/{appointment.access_token}"
        text = self.render("reminder", appointment, "en_US")
        self.assertEqual(text, f"Reminder: Mortgage, Tue, Mar 3, 9:00 AM, Lyon. {link}")

    def test_where_it_is_held(self):
        """A03, A61: an SMS about a call or a video conference names no place."""
        for channel, told in (("phone", "by phone"), ("video", "video call"), ("other", "AM. ")):
            self.type.channel = channel
            appointment = self.book("2026-03-03 08:00", visitor_key=channel)
            self.assertIn(told, self.render("reminder", appointment))
            appointment.action_cancel()

    def test_short_link(self):
        """A61, X04: the short link leads to the page of the appointment, changes nothing, and tells nothing."""
        appointment = self.book("2026-03-03 08:00")
        target = f"/booking/appointment/{appointment._portal_ensure_token()}"
        self.assertEqual(self.path(self.url_open(f"/b/{appointment.access_token}", allow_redirects=False)), target)
        response = self.url_open(f"/b/{appointment.access_token}")
        self.assertEqual(response.status_code, 200)
        self.assertIn("Mortgage advice", response.text)
        unknown = appointment.access_token[:-1] + ("A" if appointment.access_token[-1] != "A" else "B")
        self.assertEqual(self.url_open(f"/b/{unknown}", allow_redirects=False).status_code, 303)
        self.assertEqual(self.url_open(f"/b/{unknown}").status_code, 404)
        for bad in ("x", "a" * 44, "a" * 42 + "."):
            self.assertEqual(self.url_open(f"/b/{bad}", allow_redirects=False).status_code, 404)
        self.assertEqual(self.url_open(f"/b/{appointment.access_token}", data={"x": "1"}).status_code, 405)
