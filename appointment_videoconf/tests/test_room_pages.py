import base64
import json
from urllib.parse import parse_qs, urlsplit

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.appointment_booking.tests.public_common import PublicCase

from .room_common import SECRET, RoomCase


@tagged("post_install", "-at_install")
class TestRoomPages(RoomCase, PublicCase):
    """H12: rooms that give each person an address of their own are entered from pages of ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.jitsi = cls.new_provider(
            "jitsi", base_url="https://meet.example.com", client_identifier="bank", secret="shared"
        )
        cls.type.videoconf_provider_id = cls.jitsi

    def path_of(self, url):
        return urlsplit(url).path

    def enter(self, path, **data):
        """Return the name and whether they lead, as the token of whoever enters says."""
        response = self.post(path, **data)
        self.assertEqual(response.status_code, 303, self.text(response)[:300])
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        address = urlsplit(response.headers["Location"])
        self.assertEqual(address.hostname, "meet.example.com")
        claims = self.read_claims(parse_qs(address.query)["jwt"][0])
        return claims["context"]["user"]["name"], claims["context"]["user"]["moderator"]

    @staticmethod
    def read_claims(token):
        return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))

    def test_the_way_in(self):
        """H12: the booker enters by their own link, guests by the room's with a name, the advisor signed in leads."""
        appointment = self.book("2026-03-03 08:00")
        self.assertIn("/videoconf/room/", appointment.meeting_url)
        self.assertIn(appointment.meeting_url, self.mail_to_booker(appointment).body_html)
        self.assertNotIn(appointment.access_token, appointment.meeting_url, "guests must not act as the booker")
        page = self.page(appointment.access_url)
        self.assertFalse(page.xpath("//a[contains(@href, '/videoconf/room/')][contains(@class, 'btn')]"))
        (form,) = page.xpath("//form[contains(@action, '/join')]")
        self.assertEqual(self.enter(form.get("action")), ("Anne Martin", False))

        here = self.path_of(appointment.meeting_url)
        before = self.snapshot(appointment)
        page = self.page(here)
        self.assertEqual(self.snapshot(appointment), before, "GET changes nothing")
        self.assertNotIn("Martin", self.words(page))
        self.assertEqual(page.xpath("//input[@name='name']/@value"), [""])
        page = self.read_page(self.post(here, name="  "), 422)
        self.assertIn("Enter your name.", self.words(page))
        self.assertEqual(self.enter(here, name="Paul <b>"), ("Paul <b>", False))

        self.authenticate(appointment.user_id.login, appointment.user_id.login)
        self.assertIn("You lead this meeting.", self.words(self.page(here)))
        self.assertEqual(self.enter(here), (appointment.user_id.name, True))
        self.assertEqual(self.enter(here, name="Somebody else"), (appointment.user_id.name, True))

    def snapshot(self, appointment):
        self.env.invalidate_all()
        return appointment.videoconf_room_id.sudo().read(["write_date", "state", "address"])

    def test_what_leads_nowhere(self):
        """H12: links that are wrong, over, or given back say so."""
        appointment = self.book("2026-03-03 08:00")
        here = self.path_of(appointment.meeting_url)
        for token in ("x", "x" * 43, "%00" * 5):
            self.page(f"/videoconf/room/{token}", 404)
            self.read_page(self.post(f"/videoconf/room/{token}"), 404)
            self.read_page(self.post(f"/booking/appointment/{token}/join"), 404)
        with freeze_time("2026-03-03 12:00:00"):
            self.page(here, 410)
            self.read_page(self.post(here, name="Anne"), 410)
        appointment.action_cancel()
        self.page(here, 410)
        self.assertEqual(self.path(self.post(f"{appointment.access_url}/join")), appointment.access_url)

    def test_a_server_that_opens_no_room(self):
        """H12: BigBlueButton opens its room at the click; when it does not answer, the page says so and leads on."""
        self.type.videoconf_provider_id = self.new_provider(
            "bigbluebutton", base_url="http://127.0.0.1:9/bigbluebutton", secret=SECRET
        )
        appointment = self.book("2026-03-03 08:00")
        self.assertEqual(appointment.videoconf_room_state, "ready")
        response = self.post(f"{appointment.access_url}/join")
        page = self.read_page(response, 503)
        self.assertEqual(response.headers["Retry-After"], "60")
        self.assertIn("try again in a minute", self.words(page))
        self.assertNotIn(SECRET, response.text)
