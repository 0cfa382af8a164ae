from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .public_common import PublicCase

NEVER = "A" * 43


@tagged("post_install", "-at_install")
class TestPublicRefusals(PublicCase):
    """What is wrong gets a page that helps: never a stack trace, never somebody else's data."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.far = cls.agency.copy({"name": "Far away"})
        cls.other = cls.new_type("Insurance", cls.bob)
        cls.foreign_reason = cls.env["booking.reason"].create({"type_id": cls.other.id, "name": "Fire"})

    def test_line_break_in_address(self):
        """A02, X04: a link that a mail program has broken leads to a page that helps, in the reader's language."""
        self.env["res.lang"]._activate_lang("fr_FR")
        website = self.env["website"].search([], limit=1)
        website.language_ids |= self.env["res.lang"].search([("code", "=", "fr_FR")])
        self.opener.cookies["frontend_lang"] = "fr_FR"
        answer = self.url_open("/booking/mortgage%0D%0AX-Injected:%20advice", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertIn("%0D%0A", answer.headers["Location"])
        self.assertNotIn("X-Injected", answer.headers)
        self.assertEqual(self.url_open("/booking/mortgage%0D%0AX-Injected:%20advice").status_code, 404)

    def test_bad_addresses(self):
        """X04, A02: what does not exist is 404, what cannot be read is 400."""
        reason, far = self.foreign_reason.id, self.far.id
        for path, status in (
            ("/booking/unknown", 404),
            ("/booking/hold", 404),
            ("/booking/appointment", 404),
            ("/booking/" + "x" * 3000, 404),
            ("/booking/a%00b", 404),
            ("/booking/%F0%9F%8F%A6", 404),
            (f"/booking/mortgage-advice?reason={reason}", 404),
            (f"/booking/mortgage-advice?agency={far}", 404),
            ("/booking/mortgage-advice?agency=999999999", 404),
            ("/booking/mortgage-advice?agency=99999999999999999999", 400),
            ("/booking/mortgage-advice?agency=-1", 400),
            ("/booking/mortgage-advice?agency=1%00", 400),
            ("/booking/mortgage-advice?agency=%D9%A1", 400),
            ("/booking/mortgage-advice?reason=one", 400),
            ("/booking/mortgage-advice?day=2026-02-30", 400),
            ("/booking/mortgage-advice?week=tomorrow", 400),
            ("/booking/mortgage-advice?day=%00", 400),
            ("/booking/mortgage-advice?tz=Moon/Base", 400),
            ("/booking/mortgage-advice?tz=../../etc/passwd", 400),
            (f"/booking/hold/{NEVER}", 404),
            ("/booking/hold/short", 404),
            ("/booking/hold/%00", 404),
            (f"/booking/appointment/{NEVER}", 404),
            (f"/booking/appointment/{NEVER}/ics", 404),
            ("/booking/appointment/'--", 404),
        ):
            with self.subTest(path=path[:80]):
                self.page(path, status)

    def test_harmless_addresses(self):
        """A30: odd dates and unknown parameters show the nearest week that can be booked."""
        for query in (
            "day=0001-01-01",
            "self=1",
            "day=9999-12-31",
            "week=2020-01-01",
            "reason=",
            "agency[]=1&agency[]=2",
            "day=2026-03-04&day=2026-03-11",
            "unknown=1",
        ):
            with self.subTest(query=query):
                self.page(f"/booking/mortgage-advice?{query}")
        self.page("/booking?search=%00&page=x")

    def test_bad_slots(self):
        """X04, X01: past, invented, foreign and unreadable slots hold nothing."""
        token = self.token()
        agency, far, reason = str(self.agency.id), str(self.far.id), str(self.foreign_reason.id)
        good = "2026-03-03T08:00:00Z"
        for data, status in (
            ({"start": "2026-03-01T08:00:00Z"}, 409),
            ({"start": "2026-03-03T08:17:00Z"}, 409),
            ({"start": "2026-03-03T22:00:00Z"}, 409),
            ({"start": "2046-03-03T08:00:00Z"}, 409),
            ({"start": "0001-01-01T00:00:00Z"}, 400),
            ({"start": "9999-12-31T23:59:59Z"}, 400),
            ({"start": "2026-03-03 08:00"}, 400),
            ({"start": "'; DROP TABLE res_users"}, 400),
            ({"start": "2026-03-03T08:00:00Z\x00"}, 400),
            ({}, 400),
            ({"start": good, "agency": far}, 404),
            ({"start": good, "agency": "far"}, 400),
            ({"start": good, "reason": reason}, 404),
            ({"start": good, "tz": "Moon/Base"}, 400),
            ({"start": good, "tz": "x" * 100000}, 400),
        ):
            with self.subTest(data=str(data)[:80]):
                response = self.post("/booking/mortgage-advice/hold", csrf_token=token, **{"agency": agency, **data})
                self.read_page(response, status)
        self.read_page(self.post("/booking/unknown/hold", csrf_token=token, start=good), 404)
        self.assertFalse(self.env["booking.appointment"].search([("type_id", "=", self.type.id)]))

    def test_undecided_slot(self):
        """X04: a slot cannot be held before the agency is chosen."""
        self.type.agency_ids |= self.far
        token = self.page("/booking/insurance").xpath("//input[@name='csrf_token']/@value")[0]
        self.read_page(self.post("/booking/mortgage-advice/hold", csrf_token=token, start="2026-03-03T08:00:00Z"), 400)

    def test_nobody_chooses_the_advisor_or_the_end(self):
        """X04: ids, durations and ends come from the type, whatever the form says."""
        path = self.take("2026-03-03T08:00:00Z", user_id=self.env.user.id, duration="600", stop="2026-03-03 20:00:00")
        hold = self.find(path)
        self.assertIn(hold.user_id, self.ada | self.bob)
        self.assertEqual(hold.duration, 60)

    def test_taken(self):
        """X01: the loser gets the nearest free slots, each to be had by one tap."""
        page = self.page("/booking/mortgage-advice")
        action, data = self.form(page, "/hold")
        start = "2026-03-03T08:00:00Z"
        for key in ("one", "two"):
            self.hold("2026-03-03 08:00", key)
        taken = self.read_page(self.post(action, **data, start=start), 409)
        self.assertIn("no longer free", self.words(taken))
        nearest = self.starts(taken)
        self.assertEqual(len(nearest), 6)
        self.assertNotIn(start, nearest)
        action, data = self.form(taken, "/hold")
        self.assertEqual(self.post(action, **data, start=nearest[0]).status_code, 303)

    def test_foreign_form(self):
        """X04: a form that does not come from our page books nothing, and says how to go on."""
        for token in ("", "wrong", "0" * 40 + "o9999999999", "\x00"):
            with self.subTest(token=token):
                response = self.post(
                    "/booking/mortgage-advice/hold",
                    csrf_token=token,
                    start="2026-03-03T08:00:00Z",
                    agency=str(self.agency.id),
                )
                page = self.read_page(response, 400)
                self.assertIn("Back to the free slots", self.words(page))
        path = self.take()
        stamp = self.token().rpartition("o")[2]
        self.read_page(self.post(path, csrf_token=f"\u00e9o{stamp}", **self.answers()), 400)
        page = self.read_page(self.post(path, csrf_token="wrong", **self.answers()), 400)
        self.assertIn("Nothing is booked yet", self.words(page))
        self.assertIn("Martin", page.xpath("//input/@value"), "what was typed is kept")
        action, data = self.form(page, path)
        self.assertEqual(self.post(action, **{**data, **self.answers()}).status_code, 303)
        self.assertEqual(
            self.post(f"{path}/release", csrf_token="wrong").status_code, 303, "booked: nothing to release"
        )
        path = self.take()
        self.read_page(self.post(f"{path}/release", csrf_token="wrong"), 400)
        self.assertTrue(self.find(path))

    def test_wrong_answers(self):
        """A43: what was typed is kept, each mistake is told beside its field and in a summary that gets the focus."""
        path = self.take()
        _action, data = self.form(self.page(path), path)
        for values, message in (
            ({"last_name": ""}, "Enter your last name"),
            ({"last_name": "   "}, "Enter your last name"),
            ({"last_name": "x" * 201}, "at most 200 characters"),
            ({"first_name": "An\u202ene"}, "characters that cannot be used"),
            ({"first_name": "An\x07ne"}, "characters that cannot be used"),
            ({"first_name": "An\x00ne", "last_name": ""}, "Enter your last name"),
            ({"email": ""}, "Enter your e-mail address"),
            ({"email": "anne"}, "name@example.com"),
            ({"email": "anne@localhost"}, "name@example.com"),
            ({"email": "a@example.com, b@example.com"}, "name@example.com"),
            ({"email": "a@example.com\nBcc: b@example.com"}, "characters that cannot be used"),
            ({"email": "x" * 300 + "@example.com"}, "name@example.com"),
            ({"phone": "12"}, "06 12 34 56 78"),
            ({"phone": "call me"}, "06 12 34 56 78"),
            ({"phone": "9" * 3000}, "06 12 34 56 78"),
        ):
            with self.subTest(values=str(values)[:60]):
                page = self.read_page(self.post(path, **{**data, **self.answers(**values)}), 422)
                (summary,) = page.xpath("//*[@id='o_booking_errors']")
                self.assertIn(message, summary.text_content())
                self.assertEqual(summary.get("tabindex"), "-1")
                target = summary.xpath(".//a/@href")[0]
                (field,) = page.xpath(f"//*[@id='{target[1:]}']")
                self.assertEqual(field.get("aria-invalid"), "true")
                self.assertTrue(page.xpath(f"//*[@id='{target[1:]}_error']"))
                self.assertIn(f"{target[1:]}_error", field.get("aria-describedby"))
        self.assertIn("anne.martin@example.com", page.xpath("//input/@value"))
        self.assertEqual(self.find(path).state, "hold")
        self.assertEqual(self.post(path, **{**data, **self.answers(phone="")}).status_code, 303)

    def test_foreign_fields(self):
        """X04: answers to questions of another type, and fields we never asked for, are nothing."""
        path = self.take()
        _action, data = self.form(self.page(path), path)
        stranger = self.other.question_ids[0].id
        extra = {f"q_{stranger}": "Eve", "q_x": "1", "q_" + "9" * 5000: "1", "state": "done", "user_id": "1"}
        self.assertEqual(self.post(path, **{**data, **self.answers(), **extra}).status_code, 303)
        self.assertNotIn("Eve", self.find(path).answer_ids.mapped("value_text"))

    def test_uploads_are_not_answers(self):
        """X04: a file where text is asked counts as nothing typed."""
        path = self.take()
        _action, data = self.form(self.page(path), path)
        files = {key: ("name.txt", b"text") for key in self.answers()}
        self.read_page(self.url_open(path, data=data, files=files, allow_redirects=False), 422)

    @mute_logger("odoo.http")
    def test_huge_form(self):
        """X04: a form of megabytes is refused."""
        path = self.take()
        response = self.post(path, csrf_token=self.token(), **self.answers(last_name="x" * 1000000))
        self.assertEqual(response.status_code, 413)

    def test_expired_and_free(self):
        """A31: after the time what was typed is kept, and one button books the same slot."""
        path = self.take("2026-03-03T08:00:00Z")
        _action, data = self.form(self.page(path), path)
        for deleted in (False, True):
            with self.subTest(deleted=deleted):
                self.find(path).write({"hold_until": fields.Datetime.now() - timedelta(seconds=1)})
                if deleted:
                    self.find(path).unlink()
                page = self.read_page(self.post(path, **{**data, **self.answers()}), 410)
                self.assertIn("still free", self.words(page))
                self.assertIn("Martin", page.xpath("//input/@value"))
        action, data = self.form(page, "/hold")
        response = self.post(action, follow=True, **data, **self.answers(), start="2026-03-03T08:00:00Z")
        self.assertIn("is booked", self.words(self.read_page(response)))
        self.assertEqual(self.env["booking.appointment"].search_count([("state", "=", "planned")]), 1)

    def test_expired_and_taken(self):
        """A31, X01: a slot lost meanwhile: other times, which keep what was typed."""
        path = self.take("2026-03-03T08:00:00Z")
        _action, data = self.form(self.page(path), path)
        self.find(path).write({"hold_until": fields.Datetime.now() - timedelta(seconds=1)})
        for key in ("one", "two"):
            self.hold("2026-03-03 08:00", key)
        page = self.read_page(self.post(path, **{**data, **self.answers()}), 409)
        self.assertIn("somebody else has taken this slot", self.words(page))
        button = page.xpath("//button[@name='start']")[0]
        _action, data = self.form(page, "/hold")
        response = self.post(button.get("formaction"), follow=True, **data, **self.answers(), start=button.get("value"))
        form = self.read_page(response)
        self.assertIn("kept for you again", self.words(form))
        self.assertIn("Martin", form.xpath("//input/@value"))

    def test_expired_page(self):
        """A31: the address of a hold that is over says so, and offers the slot again."""
        path = self.take("2026-03-03T08:00:00Z")
        self.find(path).write({"hold_until": fields.Datetime.now() - timedelta(seconds=1)})
        page = self.page(path, 410)
        action, data = self.form(page, "/hold")
        self.assertEqual(self.post(action, **data, start=self.starts(page)[0]).status_code, 303)

    def test_expired_with_foreign_choices(self):
        """X04: the slot named by an expired form is looked up again like any other."""
        answers = {**self.answers(), "csrf_token": self.token(), "slug": "mortgage-advice"}
        good = "2026-03-03T08:00:00Z"
        for data, status in (
            ({"start": good, "agency": str(self.far.id)}, 404),
            ({"start": "soon"}, 400),
            ({"start": good, "slug": "unknown"}, 404),
            ({"start": good, "slug": ""}, 410),
            ({"start": "2026-03-03T08:17:00Z"}, 409),
            ({"start": good}, 410),
        ):
            with self.subTest(data=data):
                self.read_page(self.post(f"/booking/hold/{NEVER}", **{**answers, **data}), status)

    def test_lost_at_the_last_moment(self):
        """A31: a hold that ends between the check and the confirmation ends in the same page."""
        from ..models.booking_appointment_hold import HoldExpired

        path = self.take()
        _action, data = self.form(self.page(path), path)
        appointment = self.env.registry["booking.appointment"]
        with patch.object(appointment, "_confirm", autospec=True, side_effect=HoldExpired):
            self.read_page(self.post(path, **{**data, **self.answers()}), 410)

    def test_wrong_method(self):
        """A53: links act on nothing; a shared or reloaded address leads back to the choice."""
        response = self.url_open("/booking/mortgage-advice/hold", allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertEqual(self.path(response), "/booking/mortgage-advice")
        for path in ("release", "leave", "resume"):
            self.assertEqual(self.url_open(f"/booking/hold/{NEVER}/{path}").status_code, 405)

    def test_tokens_are_not_interchangeable(self):
        """X04, A53: a held slot has no confirmation page, and a token opens one appointment only."""
        path = self.take()
        self.page(path.replace("/hold/", "/appointment/"), 404)
        token = path.rpartition("/")[2]
        self.page(f"/booking/hold/{token[:-1]}{'A' if token[-1] != 'A' else 'B'}", 404)
        self.assertGreaterEqual(len(token), 43)

    def test_other_browser(self):
        """X04: the token is the key: without it nobody reaches the hold, also not another team's advisor."""
        path = self.take()
        hold = self.find(path)
        self.authenticate("bob", "bob")
        for guess in (hold.id, hold.visitor_key):
            self.page(f"/booking/hold/{guess}", 404)
        self.assertIn("Your details", self.words(self.page(path)))

    def test_other_website(self):
        """A02: a type of another website does not exist here."""
        self.type.website_id = self.env["website"].create(
            {"name": "Elsewhere", "domain": "https://elsewhere.example.com"}
        )
        self.page("/booking/mortgage-advice", 404)
        self.assertNotIn("Mortgage", self.words(self.page("/booking")))

    def test_archived_choices(self):
        """X04: what is archived is not offered, and a link to it says so."""
        reason = self.env["booking.reason"].create({"type_id": self.type.id, "name": "Old", "active": False})
        self.page("/booking/mortgage-advice", 404, reason=reason.id)
        self.type.agency_ids = [Command.link(self.far.id)]
        self.far.active = False
        self.page("/booking/mortgage-advice", 404, agency=self.far.id)
