from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from odoo.addons.appointment_booking.tests.public_common import PublicCase

from .videoconf_common import ROOM, VideoconfCase


@tagged("post_install", "-at_install")
class TestGuestPage(VideoconfCase, PublicCase):
    """H04, H06, X04: a guest's page, as the guest, as a stranger, as a colleague and as nobody in particular."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.file = cls.env["ir.attachment"].with_user(cls.ada).create({"name": "offer.pdf", "raw": b"%PDF-1.4 offer"})
        window = cls.env["videoconf.organise"].with_user(cls.ada)
        window = window.create(
            {
                "guest_ids": [Command.set((cls.anne | cls.paul).ids)],
                "start": "2026-03-04 14:00:00",
                "subject": "The <i>offer</i>",
                "agenda": "<p>Leasing or loan</p><script>alert(1)</script>",
                "document_ids": [Command.set(cls.file.ids)],
                "show_guests": False,
                "notify_open": True,
            }
        )
        cls.conference = cls.Conference.browse(window.action_organise()["res_id"])
        cls.guests = cls.conference.guest_ids.sorted("id")
        cls.url = f"/booking/conference/{cls.guests[0].access_token}"

    def reload(self):
        self.env.invalidate_all()
        return self.guests[0]

    def test_page(self):
        """H04: what, when on the guest's clock, agenda, documents and answers; nothing of the other guests."""
        tree = self.page(self.url)
        words = self.words(tree)
        for fact in ("You are invited", "The <i>offer</i>", "Wednesday, March 4, 2026", "New York time", "Leasing"):
            self.assertIn(fact, words)
        self.assertIn("Ada", words)
        for secret in ("Paul", "paul@example.net", "anne@example.net", "meet.example.com", "alert(1)"):
            self.assertNotIn(secret, self.url_open(self.url).text)
        self.assertIn("You can join here from", words)
        self.assertFalse(tree.xpath("//button[contains(., 'Join')]"))
        response = self.url_open(self.url)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertIn("noindex", response.headers["X-Robots-Tag"])
        document = self.url_open(f"{self.url}/document/{self.file.id}")
        self.assertEqual(document.content, b"%PDF-1.4 offer")
        self.assertIn("attachment", document.headers["Content-Disposition"])
        self.assertIn(b"METHOD:PUBLISH", self.url_open(f"{self.url}/ics").content)
        self.conference.show_guests = True
        self.assertIn("Paul Durand", self.words(self.page(self.url)))

    def test_looking_changes_nothing(self):
        """X04: scanners open every link; answers, consent, joining and refusing need a button."""
        for deed in ("", "/answer", "/join", "/consent", "/block", "/unblock", "/ics"):
            self.url_open(self.url + deed + "?answer=accepted&agrees=yes")
        guest = self.reload()
        self.assertEqual((guest.answer, guest.joined_on), ("needsAction", False))
        self.assertFalse(self.anne.videoconf_consent_ids)
        self.assertFalse(self.env["booking.guest.block"]._find_blocked(["anne@example.net"]))

    def test_answer(self):
        """H04: yes, maybe or no; anything else is asked again."""
        for answer, heading in (
            ("accepted", "You are coming"),
            ("tentative", "You may come"),
            ("declined", "You are not coming"),
        ):
            response = self.post(f"{self.url}/answer", answer=answer)
            self.assertEqual(self.path(response), self.url)
            self.assertIn(heading, self.words(self.page(self.url)))
            self.assertEqual(self.reload().answer, answer)
        self.read_page(self.post(f"{self.url}/answer", answer="whatever"), 400)
        self.assertEqual(self.reload().answer, "declined")

    def test_join(self):
        """H06: the room opens some minutes before; joining is a button, which the organiser hears of once."""
        self.read_page(self.post(f"{self.url}/join"), 409)
        with freeze_time("2026-03-04 13:46:00"):
            tree = self.page(self.url)
            self.assertTrue(tree.xpath("//button[contains(., 'Join')]"))
            self.assertNotIn("meet.example.com", self.url_open(self.url).text)
            for _again in range(2):
                response = self.post(f"{self.url}/join")
                self.assertEqual((response.status_code, response.headers["Location"]), (303, ROOM))
            self.assertTrue(self.reload().joined_on)
            self.assertEqual(len(self.inbox(self.ada)), 1)
            self.ada.videoconf_link = False
            self.assertIn("not ready yet", self.words(self.read_page(self.post(f"{self.url}/join"), 409)))

    def test_end(self):
        """X04: after it, when it is cancelled, and when somebody is removed, the page says no more than that."""
        with freeze_time("2026-03-04 16:31:00"):
            self.assertNotIn("offer", self.words(self.page(self.url, 410)))
            self.read_page(self.post(f"{self.url}/answer", answer="accepted"), 410)
            self.read_page(self.post(f"{self.url}/join"), 410)
            self.assertEqual(self.url_open(f"{self.url}/document/{self.file.id}").status_code, 404)
        self.guests[0].action_remove()
        self.assertIn("no longer invited", self.words(self.page(self.url, 410)))
        self.conference.action_cancel()
        other = f"/booking/conference/{self.guests[1].access_token}"
        self.assertIn("is cancelled", self.words(self.page(other)))
        self.read_page(self.post(f"{other}/answer", answer="accepted"), 410)

    def test_strangers(self):
        """X04: no token, a wrong one, a document of another conference; a colleague's room by its number."""
        self.page("/booking/conference/" + "a" * 43, 404)
        self.page("/booking/conference/nonsense", 404)
        other = self.env["ir.attachment"].create({"name": "secret.pdf", "raw": b"secret"})
        self.assertEqual(self.url_open(f"{self.url}/document/{other.id}").status_code, 404)
        self.conference.is_private = True
        room = f"/booking/conference/{self.conference.id}/room"
        self.assertIn("/web/login", self.path(self.url_open(room, allow_redirects=False)))
        self.authenticate("bob", "bob")
        self.page(room, 404)
        self.authenticate("ada", "ada")
        response = self.url_open(room, allow_redirects=False)
        self.assertEqual(response.headers["Location"], ROOM)

    def test_consent(self):
        """H06: given and taken back on the guest's own page, with the words it was given to."""
        self.assertIn("I agree", self.words(self.page(self.url)))
        self.post(f"{self.url}/consent", agrees="yes")
        self.env.invalidate_all()
        (consent,) = self.anne.videoconf_consent_ids
        self.assertEqual((consent.how, consent.agrees), ("page", True))
        self.assertIn(consent.wording, self.words(self.page(self.url)))
        self.post(f"{self.url}/consent", agrees="no")
        self.env.invalidate_all()
        self.assertFalse(self.anne.videoconf_open_consent)
        self.read_page(self.post(f"{self.url}/consent", agrees="perhaps"), 400)

    def test_no_more_invitations(self):
        """H04: by the button, or by that of a mail program, nobody can invite this address again."""
        self.read_page(self.post(f"{self.url}/block", **{"List-Unsubscribe": "One-Click"}))
        self.assertEqual(self.reload().answer, "declined")
        self.assertTrue(self.env["booking.guest.block"]._find_blocked(["anne@example.net"]))
        self.post(f"{self.url}/unblock")
        self.env.invalidate_all()
        self.assertFalse(self.env["booking.guest.block"]._find_blocked(["anne@example.net"]))
