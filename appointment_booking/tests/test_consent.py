from odoo import fields
from odoo.tests import tagged

from ..models.booking_appointment_consent import ConsentMissing
from .public_common import PublicCase

TEXT = "<p>We keep your answers for thirteen months. <a href='/privacy'>More</a></p>"


@tagged("post_install", "-at_install")
class TestConsent(PublicCase):
    """A73: what bookers are told of their data, and agree to, is kept with its date."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type.write({"consent_text": TEXT, "consent_mode": "box"})

    def send(self, url, page, status=None, **data):
        action, hidden = self.form(page, url)
        response = self.post(action, **hidden, **self.answers(), **data)
        return self.read_page(response, status) if status else self.path(response)

    def mark(self, page):
        return page.xpath("//input[@name='consent']/@value")[0]

    def test_nothing_by_default(self):
        """A73: a type says nothing unless it is told to; a box without words asks nobody."""
        for values in ({"consent_mode": "none"}, {"consent_mode": "box", "consent_text": "<p><br></p>"}):
            self.type.write(values)
            page = self.page(self.take())
            self.assertFalse(page.xpath("//input[@name='consent']"))
            self.assertNotIn("thirteen months", self.words(page))

    def test_box(self):
        """A73, A43: without the tick nothing is booked, what was typed is kept, and the message is beside the box."""
        url = self.take()
        page = self.send(url, self.page(url), 422)
        (summary,) = page.xpath("//*[@id='o_booking_errors']")
        self.assertEqual(summary.xpath(".//a/@href"), ["#consent"])
        self.assertIn("Tick the box", summary.text_content())
        self.assertEqual(page.xpath("//input[@id='consent']/@aria-invalid"), ["true"])
        self.assertIn("Martin", page.xpath("//input/@value"))
        appointment = self.find(url)
        self.assertEqual(appointment.state, "hold")
        self.send(url, page, consent=self.mark(page))
        self.env.invalidate_all()
        self.assertEqual((appointment.state, appointment.consent_given), ("planned", True))
        self.assertIn("thirteen months", appointment.consent_text)
        self.assertEqual(appointment.consent_at, fields.Datetime.now())
        self.type.consent_text = "<p>Another text</p>"
        self.assertIn("thirteen months", appointment.consent_text)

    def test_other_errors_keep_the_tick(self):
        """A43, A73: a form that comes back for another reason comes back ticked."""
        url = self.take()
        page = self.page(url)
        action, hidden = self.form(page, url)
        response = self.post(action, **hidden, **self.answers(email="wrong"), consent=self.mark(page))
        page = self.read_page(response, 422)
        self.assertTrue(page.xpath("//input[@id='consent']/@checked"))
        self.assertFalse(page.xpath("//input[@id='consent']/@aria-invalid"))

    def test_changed_meanwhile(self):
        """A73: a tick beside another text than the one of now is none."""
        url = self.take()
        page = self.page(url)
        self.type.consent_text = "<p>We sell your answers.</p>"
        page = self.send(url, page, 422, consent=self.mark(page))
        self.assertIn("has changed", self.words(page))
        self.assertFalse(page.xpath("//input[@id='consent']/@checked"))
        self.send(url, page, consent=self.mark(page))
        self.assertIn("sell", self.find(url).consent_text)

    def test_forged(self):
        """X04, A73: any other value of the box is no consent, and no way to confirm goes past it."""
        url = self.take()
        self.send(url, self.page(url), 422, consent="1")
        with self.assertRaises(ConsentMissing):
            self.find(url)._confirm(self.booker(), [])

    def test_note(self):
        """A73: a text without a box is kept as well; nobody has agreed to it."""
        self.type.consent_mode = "note"
        url = self.take()
        page = self.page(url)
        self.assertIn("thirteen months", self.words(page))
        self.assertFalse(page.xpath("//input[@name='consent']"))
        self.send(url, page)
        appointment = self.find(url)
        self.assertIn("thirteen months", appointment.consent_text)
        self.assertFalse(appointment.consent_given)
        self.assertTrue(appointment.consent_at)

    def test_language(self):
        """A73, X05: the text is kept in the language in which it was read."""
        self.env["res.lang"]._activate_lang("fr_FR")
        website = self.env["website"].search([], limit=1)
        website.language_ids |= self.env["res.lang"]._lang_get("fr_FR")
        self.type.with_context(lang="fr_FR").consent_text = "<p>Nous gardons vos réponses.</p>"
        url = self.take()
        page = self.page(f"/fr{url}")
        self.assertIn("Nous gardons", self.words(page))
        action, hidden = self.form(page, url)
        self.path(self.post(f"/fr{url}", **hidden, **self.answers(), consent=self.mark(page)))
        self.assertIn("Nous gardons", self.find(url).consent_text)

    def test_waiting_list(self):
        """A73, A39: the waiting list takes personal data too: its form shows the text."""
        page = self.page("/booking/mortgage-advice/waiting")
        self.assertIn("thirteen months", self.words(page))
        self.assertFalse(page.xpath("//input[@name='consent']"))
