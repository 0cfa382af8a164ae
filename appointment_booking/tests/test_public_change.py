from unittest.mock import patch

from freezegun import freeze_time

from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import SQL

from .common import utc
from .public_common import PublicCase

WRITES = ("INSERT", "UPDATE", "DELETE")


class PublicChangeCase(PublicCase):
    """The pages of a booker with an appointment on Thursday at 9:00 in Paris; it is Monday."""

    def setUp(self):
        super().setUp()
        self.appointment = self.book("2026-03-05 08:00")
        self.url = f"/booking/appointment/{self.appointment._portal_ensure_token()}"
        self.env.flush_all()

    def book(self, start, visitor_key="visitor", booker=None, **choices):
        """Whoever else books is somebody else."""
        if visitor_key != "visitor" and not booker:
            booker = self.booker(last_name=visitor_key, email=f"{visitor_key}@example.com", phone=False)
        return super().book(start, visitor_key, booker, **choices)

    def change(self, name, status=200, **query):
        return self.page(f"{self.url}/{name}", status, **query)

    def send(self, name, status=303, **data):
        response = self.post(f"{self.url}/{name}", **data)
        self.assertEqual(response.status_code, status, self.text(response)[:500])
        return response

    def was(self):
        return {"was": f"{self.appointment.start.isoformat()}Z"}

    def confirm(self, start, status=200, **query):
        """Open the page that asks about a slot, and return its form's data."""
        page = self.change("move", status, start=start, tz="Europe/Paris", **query)
        return self.form(page, "/move")[1] if status == 200 else page

    def state(self):
        self.env.invalidate_all()
        return self.appointment.state, self.appointment.start, self.appointment.move_count


@tagged("post_install", "-at_install")
class TestPublicMove(PublicChangeCase):
    def test_whole_way(self):
        """A34, A50, A52: from the page of the appointment to the new hour, without a script and without a session."""
        page = self.page(self.url)
        (link,) = page.xpath("//a[contains(@href, '/move')]/@href")
        self.assertIn("until Wednesday, March 4, 2026", self.words(page))
        page = self.page(link)
        self.assertIn("2026-03-06T09:00:00Z", self.starts(page))
        self.assertNotIn("2026-03-05T08:00:00Z", self.starts(page), "to stay is no move")
        (form,) = page.xpath("//form[contains(@class, 'o_booking_days')]")
        self.assertEqual((form.get("method"), form.get("action")), ("get", link))
        self.assertFalse(form.xpath(".//input[@name='csrf_token']"), "what becomes an address holds no secret")
        fields = {field.get("name"): field.get("value") for field in form.xpath(".//input")}
        page = self.change("move", start="2026-03-06T09:00:00Z", **fields)
        words = self.words(page)
        self.assertIn("Thursday, March 5, 2026 , 9:00", words)
        self.assertIn("Friday, March 6, 2026 , 10:00", words)
        action, data = self.form(page, "/move")
        self.opener.cookies.clear()
        response = self.post(action, **data)
        self.assertEqual(self.path(response), f"{self.url}?done=moved")
        self.assertEqual(self.state(), ("planned", utc("2026-03-06 09:00"), 1))
        self.assertIn("Your appointment is moved", self.words(self.page(self.path(response))))

    def test_private(self):
        """A53: the pages of a secret link stay out of caches, referrers and search engines."""
        for name in ("move", "cancel"):
            headers = self.url_open(f"{self.url}/{name}").headers
            self.assertEqual((headers["Cache-Control"], headers["Referrer-Policy"]), ("no-store", "no-referrer"))
            self.assertIn("noindex", headers["X-Robots-Tag"])

    def test_slot_taken(self):
        """A52, X01: a slot that went meanwhile: the old hour stays, the nearest free ones are a tap away."""
        data = self.confirm("2026-03-06T09:00:00Z")
        self.book("2026-03-06 09:00", "a")
        self.book("2026-03-06 09:00", "b")
        self.env.flush_all()
        page = self.read_page(self.send("move", 409, **data), 409)
        self.assertIn("stays as it was", self.words(page))
        self.assertIn("2026-03-06T08:00:00Z", self.starts(page))
        self.assertEqual(self.state(), ("planned", utc("2026-03-05 08:00"), 0))
        (form,) = page.xpath("//form[contains(@class, 'o_booking_nearest')]")
        self.assertEqual((form.get("method"), form.get("action")), ("get", f"{self.url}/move"))
        self.confirm("2026-03-06T09:00:00Z", 409)

    def test_sent_twice(self):
        """A52: a second click changes nothing and leads to the same page."""
        data = self.confirm("2026-03-06T09:00:00Z")
        self.send("move", **data)
        self.assertEqual(self.path(self.send("move", **data)), f"{self.url}?done=moved")
        self.assertEqual(self.state(), ("planned", utc("2026-03-06 09:00"), 1))

    def test_moved_meanwhile(self):
        """A53: staff moved it while the page was open: nothing is done, the page says where it is now."""
        data = self.confirm("2026-03-06T09:00:00Z")
        self.appointment.start = "2026-03-05 10:00:00"
        self.env.flush_all()
        words = self.words(self.read_page(self.send("move", 409, **data), 409))
        self.assertIn("11:00 AM", words)
        self.assertEqual(self.state(), ("planned", utc("2026-03-05 10:00"), 0))

    def test_agency(self):
        """A50: the agency is a step of its own only where it may change; else another one is refused."""
        bron = self.agency.copy({"name": "Bron"})
        self.type.agency_ids |= bron
        self.env.flush_all()
        page = self.change("move")
        (link,) = page.xpath("//a[@aria-label='Change the agency']/@href")[:1]
        page = self.page(link)
        self.assertIn("Which agency suits you?", self.words(page))
        (link,) = [href for href in page.xpath("//a/@href") if f"agency={bron.id}" in href]
        self.assertTrue(link.startswith(f"{self.url}/move"))
        self.assertIn("2026-03-05T08:00:00Z", self.starts(self.page(link)), "the same hour elsewhere is a move")
        data = self.confirm("2026-03-05T08:00:00Z", agency=bron.id)
        self.send("move", **data)
        self.assertEqual(self.appointment.agency_id, bron)
        self.type.move_agency = False
        self.env.flush_all()
        self.assertFalse(self.change("move").xpath("//a[@aria-label='Change the agency']"))
        data = self.confirm("2026-03-06T09:00:00Z", agency=self.agency.id)
        self.send("move", **{**data, "agency": self.agency.id})
        self.env.invalidate_all()
        self.assertEqual((self.appointment.agency_id, self.appointment.start), (bron, utc("2026-03-06 09:00")))

    def test_agency_that_left_the_type(self):
        """A50: an appointment at an agency that the type has given up stays there, or goes to another one."""
        bron = self.agency.copy({"name": "Bron"})
        self.type.agency_ids = bron | bron.copy({"name": "Vaise"})
        self.env.flush_all()
        self.assertIn("Which agency suits you?", self.words(self.change("move")))
        self.type.move_agency = False
        self.env.flush_all()
        self.send("move", **self.confirm("2026-03-06T09:00:00Z"))
        self.env.invalidate_all()
        self.assertEqual((self.appointment.agency_id, self.appointment.start), (self.agency, utc("2026-03-06 09:00")))

    def test_reason_stays(self):
        """A50: the reason is not asked again, its duration decides, and it cannot be smuggled in."""
        short, long = self.env["booking.reason"].create(
            [
                {"type_id": self.type.id, "name": "Short", "duration": 60},
                {"type_id": self.type.id, "name": "Long", "duration": 120},
            ]
        )
        self.appointment.reason_id = short
        self.env.flush_all()
        self.assertNotIn("What is it about?", self.words(self.change("move", reason=long.id)))
        data = self.confirm("2026-03-06T09:00:00Z")
        self.send("move", **{**data, "reason": long.id})
        self.env.invalidate_all()
        self.assertEqual((self.appointment.reason_id, self.appointment.duration), (short, 60))

    def test_policy_and_count(self):
        """A50: the policy is read before, as text; how often it can still be moved is said."""
        self.type.write({"move_policy": "Twice <b>only</b>.\nReally.", "move_limit": 2})
        self.env.flush_all()
        self.assertIn("Twice <b>only</b>.", self.words(self.change("move")))
        self.assertIn("once more", self.words(self.change("move", start="2026-03-06T09:00:00Z")))
        self.send("move", **self.confirm("2026-03-06T09:00:00Z"))
        self.assertIn("the last time", self.words(self.change("move", start="2026-03-06T10:00:00Z")))
        self.send("move", **self.confirm("2026-03-06T10:00:00Z"))
        page = self.change("move", 403)
        self.assertIn("as often as is possible", self.words(page))
        self.assertIn("as often as is possible", self.words(self.page(self.url)))

    def test_too_soon_to_move_again(self):
        """A50: a new date within the delay is allowed, and the page says that it is the last word."""
        self.type.move_notice = 48
        self.env.flush_all()
        words = self.words(self.change("move", start="2026-03-03T09:00:00Z"))
        self.assertIn("so soon that you cannot move it online again", words)

    def test_moved_very_often(self):
        """A53: a script that moves an appointment to and fro is stopped; its people are not written to all day."""
        self.env["ir.config_parameter"].set_param("appointment_booking.limit_move", "2")
        for start in ("2026-03-06T09:00:00Z", "2026-03-06T10:00:00Z"):
            self.send("move", **self.confirm(start))
        data = self.confirm("2026-03-06T08:00:00Z")
        page = self.read_page(self.send("move", 429, **data), 429)
        self.assertIn("stays as it is", self.words(page))
        self.assertEqual(self.state()[2], 2)

    def test_another_zone(self):
        """A30: old and new hour are told on one clock, whose zone is named where the place has another."""
        words = self.words(self.change("move", start="2026-03-06T09:00:00Z", tz="Asia/Tokyo"))
        self.assertIn("Thursday, March 5, 2026 , 5:00", words)
        self.assertIn("Tokyo time (UTC+9)", words)
        page = self.change("move", change="zone")
        (form,) = page.xpath("//form[contains(@class, 'o_booking_zone')]")
        self.assertEqual(form.get("action"), f"{self.url}/move")


@tagged("post_install", "-at_install")
class TestPublicCancel(PublicChangeCase):
    def test_one_button(self):
        """A51, A53: without the confirmation step one button cancels, and only it; the reason is kept."""
        page = self.change("cancel")
        self.assertIn("Why do you cancel?", self.words(page))
        action, data = self.form(page, "/cancel")
        self.opener.cookies.clear()
        response = self.post(action, **data, reason="<b>Ill</b>")
        self.assertEqual(self.path(response), self.url)
        self.assertEqual(self.state()[0], "cancelled")
        self.assertEqual((self.appointment.cancelled_by, self.appointment.cancel_reason), ("booker", "<b>Ill</b>"))
        self.assertIn("This appointment is cancelled", self.words(self.page(self.url)))

    def test_confirmation_step(self):
        """A51: with the confirmation step the first button asks once more, the second one cancels."""
        self.type.cancel_confirm = True
        self.env.flush_all()
        page = self.read_page(self.send("cancel", 200, reason="Ill", **self.was()))
        self.assertIn("Are you sure?", self.words(page))
        self.assertEqual(self.state()[0], "planned")
        action, data = self.form(page, "/cancel")
        self.assertEqual(self.path(self.post(action, **data)), self.url)
        self.env.invalidate_all()
        self.assertEqual((self.appointment.state, self.appointment.cancel_reason), ("cancelled", "Ill"))

    def test_required_reason(self):
        """A51, A43: a needed reason is asked for beside the field; nothing is cancelled without."""
        self.type.cancel_ask_reason = "required"
        self.env.flush_all()
        page = self.read_page(self.send("cancel", 422, reason="  ", **self.was()), 422)
        (field,) = page.xpath("//textarea")
        self.assertEqual((field.get("aria-invalid"), field.get("required")), ("true", "required"))
        self.assertTrue(page.xpath(f"//p[@id='{field.get('aria-describedby')}']"))
        self.assertEqual(self.state()[0], "planned")

    def test_no_reason_asked(self):
        """A51, X04: where no reason is asked, one that is sent all the same is not kept."""
        self.type.cancel_ask_reason = "no"
        self.env.flush_all()
        self.assertFalse(self.change("cancel").xpath("//textarea"))
        self.send("cancel", reason="spam", **self.was())
        self.env.invalidate_all()
        self.assertEqual((self.appointment.state, self.appointment.cancel_reason), ("cancelled", False))

    def test_policy(self):
        """A51: the policy is read before."""
        self.type.cancel_policy = "Please <i>call</i>."
        self.env.flush_all()
        self.assertIn("Please <i>call</i>.", self.words(self.change("cancel")))

    def test_moved_meanwhile(self):
        """A53: who looks at an old page does not cancel what is at another hour now; what was typed is kept."""
        was = self.was()
        self.appointment.start = "2026-03-05 10:00:00"
        self.env.flush_all()
        page = self.read_page(self.send("cancel", 409, reason="Ill", **was), 409)
        self.assertIn("11:00 AM", self.words(page))
        self.assertEqual(page.xpath("//textarea/text()"), ["Ill"])
        self.assertEqual(self.state()[0], "planned")
        self.send("cancel", 409)

    def test_sent_twice(self):
        """A51: a second click leads to the page that says that it is cancelled; one message is sent."""
        self.sweep()
        was = self.was()
        for _click in range(2):
            self.assertEqual(self.path(self.send("cancel", **was)), self.url)
        self.assertEqual(len(self.mail_to_booker(self.appointment)), 2)


@tagged("post_install", "-at_install")
class TestPublicChangeRefusals(PublicChangeCase):
    def test_cannot_be_changed(self):
        """A50, A51, A53: each reason why not has its page, its status, whom to call; no button works all the same."""
        self.agency.phone = "+33 4 65 71 10 00"

        def late():
            self.type.write({"move_notice": 100, "cancel_notice": 100})

        def off():
            self.type.write({"allow_move": False, "allow_cancel": False})

        def archived():
            self.type.write({"allow_move": True, "allow_cancel": False, "active": False})

        for prepare, status, words in (
            (late, 403, "too late"),
            (off, 403, "cannot be"),
            (archived, 403, "cannot be"),
        ):
            prepare()
            self.env.flush_all()
            for name in ("move", "cancel"):
                with self.subTest(case=prepare.__name__, name=name):
                    page = self.change(name, status)
                    self.assertIn(words, self.words(page))
                    self.assertTrue(page.xpath("//a[@href='tel:+33 4 65 71 10 00']"))
                    self.send(name, status, start="2026-03-06T09:00:00Z", sure="1", **self.was())
                    self.assertEqual(self.state(), ("planned", utc("2026-03-05 08:00"), 0))
        self.assertFalse(self.page(self.url).xpath("//a[contains(@href, '/move') or contains(@href, '/cancel')]"))

    def test_until_when_it_was_possible(self):
        """A50: who comes too late reads until when it was possible, on the clock of the appointment."""
        self.type.move_notice = 90
        self.env.flush_all()
        self.assertIn("until Sunday, March 1, 2026, 3:00", self.words(self.change("move", 403)))

    def test_over(self):
        """A53: cancelled, held, begun or long past: 410 and a page that helps; no link works after the appointment."""
        self.appointment._cancel("staff")
        self.env.flush_all()
        for name in ("move", "cancel"):
            self.change(name, 410)
        self.send("move", 410, start="2026-03-06T09:00:00Z", **self.was())
        self.appointment.action_reopen()
        self.env.flush_all()
        for now in ("2026-03-05 08:00:01", "2026-03-05 12:00:00", "2026-03-09 08:00:00"):
            with freeze_time(now):
                for name in ("move", "cancel"):
                    self.change(name, 410)
                    self.send(name, 410, start="2026-03-11T09:00:00Z", sure="1", **self.was())
        self.appointment.action_done()
        self.env.flush_all()
        for name in ("move", "cancel"):
            self.change(name, 410)
            self.send(name, 410, **self.was())
        self.assertEqual(self.state(), ("done", utc("2026-03-05 08:00"), 0))

    def test_strangers(self):
        """A53, X04: without the whole token there is no appointment: invented, cut, of a hold, of somebody else."""
        token = self.url.rpartition("/")[2]
        held = self.hold("2026-03-05 09:00", "other")._portal_ensure_token()
        self.env.flush_all()
        for bad in ("x", token[:-1], token + "A", token.swapcase(), "A" * 43, held, "%00", str(self.appointment.id)):
            for name in ("move", "cancel"):
                path = f"/booking/appointment/{bad}/{name}"
                with self.subTest(path=path):
                    self.page(path, 404)
                    response = self.post(path, start="2026-03-06T09:00:00Z", sure="1", **self.was())
                    self.assertEqual(response.status_code, 404)
        self.assertEqual(self.state(), ("planned", utc("2026-03-05 08:00"), 0))

    def test_another_booker(self):
        """A53, X04: the link of one appointment moves and cancels that one only."""
        other = self.book("2026-03-05 09:00", "other", booker=self.booker(email="paul@example.com"))
        token = other._portal_ensure_token()
        self.env.flush_all()
        data = self.confirm("2026-03-06T09:00:00Z")
        response = self.post(
            f"/booking/appointment/{token}/move",
            **{**data, "was": f"{other.start.isoformat()}Z"},
            id=self.appointment.id,
        )
        self.assertEqual(response.status_code, 303)
        self.env.invalidate_all()
        self.assertEqual(other.start, utc("2026-03-06 09:00"))
        self.assertEqual(self.state(), ("planned", utc("2026-03-05 08:00"), 0))

    def test_hostile_input(self):
        """A43, X04: what cannot be read, or is not offered, gets a page with 4xx and changes nothing."""
        elsewhere = self.agency.copy({"name": "Elsewhere"})
        self.env.flush_all()
        good = {"start": "2026-03-06T09:00:00Z", "agency": str(self.agency.id), **self.was()}
        for status, bad in (
            (400, {"start": "tomorrow"}),
            (400, {"start": ""}),
            (400, {"start": "9999-99-99T00:00:00Z"}),
            (400, {"start": "2026-03-06T09:00:00Z'; DROP TABLE booking_appointment; --"}),
            (400, {"start": "\x00"}),
            (400, {"was": "x"}),
            (400, {"was": ""}),
            (400, {"agency": "x"}),
            (400, {"agency": "9" * 40}),
            (404, {"agency": str(elsewhere.id)}),
            (400, {"tz": "Mars/Olympus"}),
            (400, {"day": "someday"}),
            (409, {"start": "2026-03-06T03:00:00Z"}),
            (409, {"start": "2199-03-06T09:00:00Z"}),
            (409, {"start": "2026-03-01T09:00:00Z"}),
        ):
            with self.subTest(bad=bad):
                response = self.send("move", status, **{**good, **bad})
                self.read_page(response, status)
                if "was" not in bad:
                    self.page(f"{self.url}/move", status, **{**good, **bad})
        self.assertEqual(self.state(), ("planned", utc("2026-03-05 08:00"), 0))
        self.page(f"{self.url}/move?start=2026-03-06T09:00:00Z&self=1&token=x&appointment=2&user_id=1")
        hostile = {"self": "1", "token": "x", "user_id": "1", "cancelled_by": "staff", "state": "done"}
        self.assertEqual(self.url_open(f"{self.url}/cancel", data={**hostile, **self.was()}).status_code, 200)
        self.env.invalidate_all()
        self.assertEqual((self.appointment.state, self.appointment.cancelled_by), ("cancelled", "booker"))

    def test_only_post_acts(self):
        """A53: a GET with all that a form would send asks, and writes nothing at all."""
        data = {**self.confirm("2026-03-06T09:00:00Z"), "sure": "1", "reason": "x"}
        seen = []
        execute = Cursor.execute

        def spy(cr, query, params=None, log_exceptions=True):
            seen.append(query.code if isinstance(query, SQL) else str(query))
            return execute(cr, query, params, log_exceptions)

        paths = [self.url, f"{self.url}?done=moved", f"{self.url}/move", f"{self.url}/move?change=agency"]
        for path in paths:
            self.page(path)
        with patch.object(Cursor, "execute", spy):
            for path in paths:
                self.page(path)
            self.change("move", **data)
            self.change("cancel", **data)
        writes = [query for query in seen if query.lstrip().upper().startswith(WRITES)]
        self.assertEqual(writes, [])
        self.assertEqual(self.state(), ("planned", utc("2026-03-05 08:00"), 0))

    def test_queries_do_not_grow(self):
        """X03: the page to move costs the same whatever the number of advisors and events."""

        def count():
            self.env.flush_all()
            self.change("move")
            self.env.invalidate_all()
            seen = []
            execute = Cursor.execute

            def spy(cr, query, params=None, log_exceptions=True):
                seen.append(str(query))
                return execute(cr, query, params, log_exceptions)

            with patch.object(Cursor, "execute", spy):
                self.change("move")
            return len([query for query in seen if "SAVEPOINT" not in query])

        few = count()
        for number in range(6):
            user = self.new_advisor(f"User {number}")
            self.open_hours(user)
            for day in range(3, 7):
                self.new_event(user, f"2026-03-0{day} 08:00:00", f"2026-03-0{day} 08:30:00")
            self.env["booking.advisor"].create({"type_id": self.type.id, "user_id": user.id})
        self.assertEqual(count(), few)
