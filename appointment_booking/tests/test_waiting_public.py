import re
from unittest.mock import ANY

from odoo import Command
from odoo.tests import tagged

from .public_common import PublicCase
from .waiting_common import WaitingMixin

NEVER = "A" * 43
FORM = "/booking/mortgage-advice/waiting"


@tagged("post_install", "-at_install")
class TestWaitingPublic(WaitingMixin, PublicCase):
    """A39: the pages of the waiting list, without JavaScript."""

    def open_form(self, path=FORM, **query):
        """Fetch the form; return ``(page, data)`` with the hidden fields."""
        page = self.page(path, **query)
        _action, data = self.form(page, "/waiting")
        return page, data

    def wishes(self, **values):
        return {"w_name": "Eve Adams", "w_email": "eve@example.org", **values}

    def join(self, status=303, path=FORM, **values):
        _page, data = self.open_form(path)
        response = self.post(path, **{**data, **self.wishes(**values)})
        if status == 303:
            return self.path(response)
        return self.read_page(response, status)

    def people(self):
        return self.env["booking.waiting"].search([("type_id", "=", self.type.id)])

    def confirm_all(self):
        for waiting in self.people():
            waiting._confirm()

    # The way to the list

    def test_links(self):
        """A39: under the week, in the empty week, and where no agency has a free date."""
        link = "//a[starts-with(@href, '/booking/mortgage-advice/waiting')]"
        self.assertTrue(self.page("/booking/mortgage-advice").xpath(link))
        empty = self.page("/booking/mortgage-advice", day="2026-04-30")
        self.assertTrue(empty.xpath(link))
        self.close_all()
        self.assertTrue(self.page("/booking/mortgage-advice").xpath(link))
        other = self.agency.copy({"name": "Bron"})
        self.type.agency_ids |= other
        self.assertIn("No free date at the moment", self.words(self.page("/booking/mortgage-advice")))
        self.assertTrue(self.page("/booking/mortgage-advice").xpath(link))
        (url,) = self.page("/booking/mortgage-advice", agency=other.id).xpath(link + "/@href")
        self.assertEqual(url, f"{FORM}?agency={other.id}")
        page, _data = self.open_form(url)
        self.assertEqual(
            page.xpath("//input[@checked and starts-with(@name, 'w_agency')]/@id"), [f"w_agency_{other.id}"]
        )
        self.type.waiting_list = False
        self.assertFalse(self.page("/booking/mortgage-advice").xpath(link))
        self.page(FORM, 404)

    def test_whole_way(self):
        """A39: join, confirm by the message, be told, book by its link; the wait has ended."""
        self.close_all()
        sent = self.join(w_tue="1", w_part="morning", w_phone="06 12 34 56 78")
        self.assertIn("Please confirm", self.words(self.page(sent)))
        eve = self.people()
        self.assertEqual(
            (eve.state, eve.name, eve.email, eve.phone, eve.hour_to, eve.tue, eve.mon, eve.tz),
            ("unconfirmed", "Eve Adams", "eve@example.org", "+33612345678", 12, True, False, "Europe/Paris"),
        )
        (mail,) = self.mails(eve)
        (link,) = set(re.findall(r"/booking/waiting/[\w-]{43}", mail.body_html))
        asked = self.page(link)
        self.assertIn("Do you want to join", self.words(asked))
        self.assertEqual(eve.state, "unconfirmed")
        action, data = self.form(asked, "/confirm")
        self.assertEqual(self.path(self.post(action, **data)), link)
        waits = self.page(link)
        for word in ("You are on the waiting list", "Tuesday", "Before 12:00", "Leave the waiting list"):
            self.assertIn(word, self.words(waits))
        self.assertEqual(len(waits.xpath("//*[@id='wrap']//button")), 1)
        self.open_hours(self.ada, (9, 10), kind="one_off", date_from="2026-03-03", date_to="2026-03-03")
        self.assertEqual(self.tell(), ["Eve Adams"])
        body = self.mails(eve)[-1].body_html
        (to_slot,) = set(re.findall(r"(/booking/mortgage-advice\?[^\"]+)\"", body))
        week = self.page(to_slot.replace("&amp;", "&"))
        (start,) = self.starts(week)
        self.assertEqual(start, "2026-03-03T08:00:00Z")
        action, data = self.form(week, "/hold")
        form = self.path(self.post(action, **data, start=start))
        _action, data = self.form(self.page(form), form)
        self.assertEqual(self.post(form, **{**data, **self.answers(email="eve@example.org")}).status_code, 303)
        self.assertEqual(eve.state, "booked")
        self.assertIn("You have an appointment", self.words(self.page(link)))

    def test_what_suits_already(self):
        """A39: slots that suit already are offered at once; whoever wants an earlier one waits for just that."""
        page = self.join(200, w_wed="1")
        self.assertIn("These free slots suit you already", self.words(page))
        self.assertFalse(self.people())
        self.assertEqual(self.starts(page)[:2], ["2026-03-04T08:00:00Z", "2026-03-04T09:00:00Z"])
        action, data = self.form(page, "/hold")
        self.assertEqual(self.post(action, **data, start=self.starts(page)[0]).status_code, 303)
        _action, data = self.form(page, "/waiting")
        self.assertEqual(data["anyway"], "1")
        self.assertIn("eve@example.org", page.xpath("//input/@value"), "what was typed is kept")
        self.assertEqual(page.xpath("//input[@id='w_wed']/@checked"), ["checked"])
        self.assertIn("sent=1", self.path(self.post(FORM, **{**data, **self.wishes(w_wed="1")})))
        eve = self.people()
        self.assertEqual(str(eve.before), "2026-03-04 08:00:00")
        page = self.page(f"/booking/waiting/{eve.access_token}")
        self.assertRegex(self.words(page), "Only earlier than Wednesday, March 4, 9:00")

    def test_signed_in(self):
        """A39: an account's own e-mail is filled in, and needs no confirmation."""
        self.close_all()
        self.authenticate("ada", "ada")
        page, data = self.open_form()
        self.assertEqual(page.xpath("//input[@id='w_email']/@value"), ["ada@example.com"])
        response = self.post(FORM, **{**data, **self.wishes(w_email="ada@example.com")})
        link = self.path(response)
        self.assertRegex(link, r"^/booking/waiting/[\w-]{43}$")
        self.assertIn("You are on the waiting list", self.words(self.page(link)))

    def test_reason_and_agencies(self):
        """A39, A05: the reason is asked where there are several, and must be handled at the agencies chosen."""
        self.close_all()
        other = self.agency.copy({"name": "Bron"})
        self.type.agency_ids |= other
        first, second = self.env["booking.reason"].create(
            [{"type_id": self.type.id, "name": "First home"}, {"type_id": self.type.id, "name": "Again"}]
        )
        second.agency_ids = other
        page = self.join(422)
        self.assertIn("Choose what it is about.", self.words(page))
        page = self.join(422, reason=str(second.id), **{f"w_agency_{self.agency.id}": "1"})
        self.assertIn("Lyon does not handle this reason", self.words(page))
        self.join(reason=str(first.id), **{f"w_agency_{other.id}": "1"})
        self.assertEqual((self.people().reason_id, self.people().agency_ids), (first, other))

    def test_no_agency_selection(self):
        """A39, A11: where visitors do not choose the agency they are not asked for it, and any of them will do."""
        self.close_all()
        other = self.agency.copy({"name": "Bron"})
        self.type.write({"agency_ids": [Command.link(other.id)], "choose_agency": False})
        page, _data = self.open_form()
        self.assertFalse(page.xpath("//input[starts-with(@name, 'w_agency')]"))
        self.join(**{f"w_agency_{other.id}": "1"})
        self.confirm_all()
        day = {"date_from": "2026-03-03", "date_to": "2026-03-03"}
        self.open_hours(self.ada, kind="one_off", agency_id=self.agency.id, **day)
        self.assertEqual(self.tell(), ["Eve Adams"])
        self.assertIn("/booking/mortgage-advice?day=2026-03-03", self.mails(self.people())[-1].body_html)

    def test_advisor_is_chosen_first(self):
        """A39, A21: where visitors choose the advisor, what suits already leads to that choice, day included."""
        self.type.write({"distribution": "visitor", "no_preference": False})
        page = self.join(200, w_wed="1")
        (address, *_others) = page.xpath("//*[@id='o_booking_offers']//a/@href")
        self.assertTrue(address.startswith("/booking/mortgage-advice?day=2026-03-04"), address)
        self.assertIn("Ada", self.words(self.page(address)))

    # Mistakes and malice

    def test_mistakes(self):
        """A39, A43: what is wrong is said beside the field and in a summary, what was typed is kept."""
        for typed, key, message in (
            ({"w_name": ""}, "w_name", "Name"),
            ({"w_email": ""}, "w_email", "E-mail"),
            ({"w_email": "eve"}, "w_email", "name@example.com"),
            ({"w_email": "eve@example.org\nBcc: spy@example.org"}, "w_email", ANY),
            ({"w_phone": "12"}, "w_phone", "phone number"),
            ({"w_part": "hours"}, "w_hours", "Enter both hours"),
            ({"w_part": "hours", "w_hour_from": "25:00", "w_hour_to": "26:00"}, "w_hours", "Enter both hours"),
            ({"w_part": "hours", "w_hour_from": "12:00", "w_hour_to": "09:00"}, "w_hours", "must be before"),
            ({"w_date_from": "tomorrow"}, "w_date_from", "Enter the date"),
            ({"w_date_to": "2026-02-30"}, "w_date_to", "Enter the date"),
            ({"w_date_to": "2026-03-01"}, "w_date_to", "nor be over"),
            ({"w_date_from": "2026-03-10", "w_date_to": "2026-03-09"}, "w_date_to", "before the first"),
            ({"w_date_from": "9999-12-31"}, "w_date_from", "60 days"),
        ):
            with self.subTest(typed=typed):
                page = self.join(422, w_mon="1", **typed)
                (summary,) = page.xpath("//*[@id='o_booking_errors' and @autofocus]")
                self.assertIn(f"#{key}", summary.xpath(".//a/@href"))
                self.assertTrue(page.xpath(f"//*[@id='{key}']"), "the link leads to a field")
                (beside,) = page.xpath(f"//*[@id='{key}_error']//span/text()")
                if message is not ANY:
                    self.assertIn(message, beside)
                self.assertEqual(page.xpath("//input[@id='w_mon']/@checked"), ["checked"])
        self.assertFalse(self.people())

    def test_hostile_input(self):
        """X04, A39: what no form of ours sends is 400 or 404, and never an error page of the server."""
        self.close_all()
        far = self.agency.copy({"name": "Far away"})
        for values, status in (
            ({"w_part": "night"}, 400),
            ({"w_agency_x": "1"}, 400),
            ({"w_agency_": "1"}, 400),
            ({f"w_agency_{far.id}": "1"}, 404),
            ({"w_agency_999999999": "1"}, 404),
            ({"w_agency_99999999999999999999": "1"}, 400),
            ({"reason": "999999"}, 404),
            ({"tz": "Moon/Base"}, 400),
            ({"w_name": "x" * 300}, 422),
            ({"w_name": "\u202egnorw"}, 422),
            ({"w_email": "e" * 300 + "@example.org"}, 422),
            ({"csrf_token": "wrong"}, 400),
            ({"csrf_token": ""}, 400),
        ):
            with self.subTest(values=str(values)[:60]):
                self.join(status, **values)
        self.assertFalse(self.people())
        self.page("/booking/unknown/waiting", 404)
        self.page(FORM, 404, agency=far.id)
        self.page(FORM, 400, agency="x")
        self.join(type_id="1", state="waiting", w_state="waiting", confirmed_at="2020-01-01", before="2020-01-01")
        self.assertEqual(
            (self.people().state, self.people().type_id, self.people().before), ("unconfirmed", self.type, False)
        )
        self.assertEqual(self.page(FORM).xpath("//input[@name='w_name']/@maxlength"), ["200"])

    def test_text_is_text(self):
        """X04, A39: what was typed is shown as text."""
        page = self.join(422, w_name='"><script>alert(1)</script>', w_email="x")
        self.assertEqual(page.xpath("//input[@id='w_name']/@value"), ['"><script>alert(1)</script>'])
        self.assertNotIn("alert(1)", " ".join(page.xpath("//script/text()")))

    def test_programs_are_fooled(self):
        """A39, A71: who fills in what people do not see is thanked, and forgotten."""
        self.close_all()
        self.assertIn("sent=1", self.join(w_website="https://spam.example.com"))
        self.assertFalse(self.people())
        self.assertFalse(self.env["mail.mail"].search([("model", "=", "booking.waiting")]))

    def test_limits(self):
        """A39, A71: so many messages to one address, and so many tries from one place; then a page says so."""
        self.close_all()
        for _time in range(3):
            self.join()
        page = self.join(429)
        self.assertIn("joined too often", self.words(page))
        self.assertIn("What you typed is kept", self.words(page))
        self.assertEqual(len(self.people()), 3)
        for number in range(6):  # the refused one counted for the address
            self.join(w_email=f"eve{number}@example.org")
        self.join(429, w_email="eve99@example.org")

    # The secret link

    def test_leave_by_one_click(self):
        """A39: RFC 8058: a POST without session, cookie or token of ours is enough, and is not redirected."""
        self.wait("Eve")
        self.tell()
        eve = self.people()
        address = self.headers(self.mails(eve))["List-Unsubscribe"].strip("<>")
        path = re.sub(r"^https?://[^/]+", "", address)
        self.opener.cookies.clear()
        self.assertEqual(self.path(self.url_open(path, allow_redirects=False)), path.removesuffix("/leave"))
        self.assertEqual(eve.state, "waiting", "GET changes nothing")
        response = self.post(path, **{"List-Unsubscribe": "One-Click"})
        self.assertIn("You are no longer on the waiting list", self.words(self.read_page(response)))
        self.assertEqual(eve.state, "unsubscribed")
        self.read_page(self.post(path, **{"List-Unsubscribe": "One-Click"}))
        self.assertEqual(eve.state, "unsubscribed")

    def test_leave_by_the_page(self):
        """A39, A53: the link in the message opens a page with one button; GET and HEAD change nothing."""
        eve = self.wait("Eve")
        link = f"/booking/waiting/{eve.access_token}"
        page = self.page(link)
        self.opener.head(self.base_url() + link)
        self.assertEqual(eve.state, "waiting")
        action, data = self.form(page, "/leave")
        self.read_page(self.post(action, **data))
        self.assertEqual(eve.state, "unsubscribed")

    def test_refused_before_confirming(self):
        """A39: whoever did not ask says so by one button, and is not written to."""
        self.close_all()
        self.join()
        eve = self.people()
        action, data = self.form(self.page(f"/booking/waiting/{eve.access_token}"), "/leave")
        self.read_page(self.post(action, **data))
        self.assertEqual(eve.state, "unsubscribed")
        self.read_page(self.url_open(f"/booking/waiting/{eve.access_token}"))
        self.post(f"/booking/waiting/{eve.access_token}/confirm")
        self.assertEqual(eve.state, "unsubscribed", "what has ended is not taken up again")

    def test_foreign_tokens(self):
        """X04, A39: only the whole token of a person on the list opens their page, for anonymous and staff alike."""
        eve = self.wait("Eve")
        path = self.take()
        token = path.rpartition("/")[2]
        for user in (None, "bob"):
            if user:
                self.authenticate(user, user)
            for wrong in (NEVER, token, eve.access_token[:-1], eve.access_token + "A", str(eve.id), "%00", "'--"):
                with self.subTest(wrong=wrong, user=user):
                    self.page(f"/booking/waiting/{wrong}", 404)
                    self.read_page(self.post(f"/booking/waiting/{wrong}/leave"), 404)
                    self.read_page(self.post(f"/booking/waiting/{wrong}/confirm"), 404)
        self.page(f"/booking/appointment/{eve.access_token}", 404)
        self.page(f"/booking/hold/{eve.access_token}", 404)
        self.assertEqual(eve.state, "waiting")

    def test_secret_pages_stay_secret(self):
        """X04, A39: the address of the page is not cached, indexed or handed on."""
        eve = self.wait("Eve")
        response = self.url_open(f"/booking/waiting/{eve.access_token}")
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("noindex", response.headers["X-Robots-Tag"])

    def test_stranger_learns_nothing(self):
        """X04, A39: the answer does not tell whether an address is on the list, nor the token of the new entry."""
        self.close_all()
        self.wait("Eve", email="eve@example.org")
        known, unknown = self.join(), self.join(w_email="else@example.org")
        self.assertEqual(known, unknown)
        pages = [self.words(self.page(path)) for path in (known, unknown)]
        self.assertEqual(*pages)
        self.assertEqual(self.people()[0].state, "waiting", "a stranger changes nothing for whoever waits")
