import re

from freezegun import freeze_time
from icalendar import Calendar

from odoo import Command
from odoo.tests import tagged

from .guest_common import GuestCase
from .public_common import PublicCase

NEVER = "A" * 43


@tagged("post_install", "-at_install")
class TestGuestsPublic(GuestCase, PublicCase):
    """A36: the pages of the booker and of the guest, without JavaScript."""

    def setUp(self):
        super().setUp()
        self.own = f"/booking/appointment/{self.appointment.access_token}"
        self.guests = f"{self.own}/guests"

    def send(self, *emails, status=303, path=None, **more):
        """Invite people by the form; return the address that follows, or the page."""
        typed = {f"email_{number}": email for number, email in enumerate(emails, 1)}
        response = self.post(path or self.guests, **typed, **more)
        return self.path(response) if status == 303 else self.read_page(response, status)

    def listed(self):
        self.appointment.invalidate_recordset()
        return self.appointment._get_listed_guests().mapped("email")

    def guest_path(self, guest):
        return f"/booking/guest/{guest.access_token}"

    # The booker

    def test_whole_way(self):
        """A36: from the page of the appointment to the guest's answer, and back to the booker."""
        page = self.page(self.own)
        (link,) = page.xpath("//section[contains(@class, 'o_booking_guests')]//a/@href")
        self.assertEqual(link, self.guests)
        self.assertIn("Invite others", self.words(page))
        page = self.page(link)
        self.assertEqual(len(page.xpath("//input[@type='email']")), 5)
        self.assertEqual(
            len(page.xpath("//details//input[@type='email']")), 2, "three at first, the rest behind a click"
        )
        done = self.send("paul@example.org", "", "Eve@Example.org", name_1="Paul Martin")
        self.assertIn("The invitations are on their way", self.words(self.page(done)))
        self.assertEqual(self.listed(), ["paul@example.org", "eve@example.org"])
        paul = self.appointment.guest_ids[0]
        mail = self.mail_of(paul, "invited")
        page = self.page(self.link(mail))
        self.assertIn("Anne Martin invites you to this appointment", self.words(page))
        self.assertEqual(paul.state, "invited")
        self.assertEqual(self.path(self.post(f"{self.guest_path(paul)}/answer", answer="yes")), self.guest_path(paul))
        self.assertEqual(paul.state, "accepted")
        words = self.words(self.page(self.own))
        self.assertRegex(words, r"Paul Martin paul@example.org Coming eve@example.org Invited")
        self.assertIn("You are coming", self.words(self.page(self.guest_path(paul))))

    def test_not_offered(self):
        """A36: where the type invites nobody there is no button and no page, whoever asks."""
        self.type.allow_guests = False
        self.assertFalse(self.page(self.own).xpath("//a[contains(@href, '/guests')]"))
        self.page(self.guests, 403)
        self.send("paul@example.org", status=403)
        self.assertFalse(self.listed())
        self.invite("paul")
        page = self.page(self.guests)
        self.assertIn("paul@example.org", self.words(page))
        self.assertFalse(page.xpath("//input[@type='email']"), "who is invited is seen and can be removed")
        self.send("eve@example.org", status=403)

    def test_off(self):
        """A36: nobody is invited to what is cancelled, held or begun."""
        for state, status in (("cancelled", 410), ("done", 410)):
            self.appointment.state = state
            self.page(self.guests, status)
            self.send("paul@example.org", status=status)
            self.assertNotIn(self.guests, self.url_open(self.own).text)
        self.appointment.state = "planned"
        with freeze_time("2026-03-05 08:00:01"):
            self.send("paul@example.org", status=410)
        with freeze_time("2026-03-06 12:00:00"):
            self.page(self.guests, 410)
            self.send("paul@example.org", status=410)
        self.assertFalse(self.appointment.guest_ids)

    def test_mistakes(self):
        """A36, A43: what is wrong is said beside the field and in a summary, what was typed is kept, nobody invited."""
        self.invite("known")
        self.sweep()
        sent = len(self.mails(self.appointment))
        for typed, key, message in (
            ({}, "email_1", "of the person to invite"),
            ({"email_2": "eve"}, "email_2", "name@example.com"),
            ({"email_1": "a" * 300 + "@example.org"}, "email_1", "name@example.com"),
            ({"email_1": "eve@example.org\nBcc: spy@example.org"}, "email_1", "name@example.com"),
            ({"email_1": "eve@example.org\r\n\r\nspam"}, "email_1", "name@example.com"),
            ({"email_1": "eve@example.org,spy@example.org"}, "email_1", "name@example.com"),
            ({"email_1": "Eve <eve@example.org>"}, "email_1", "name@example.com"),
            ({"email_1": "\u202eeve@example.org"}, "email_1", "name@example.com"),
            ({"name_1": "Eve"}, "email_1", "of this person"),
            ({"email_1": "eve@example.org", "email_3": "EVE@example.org"}, "email_3", "here twice"),
            ({"email_1": "known@example.org"}, "email_1", "invited already"),
            ({"email_1": "Anne.Martin@example.com"}, "email_1", "takes part already"),
            ({"email_1": "ada@example.com"}, "email_1", "takes part already"),
            ({"email_1": "eve@example.org", "name_1": "Visit www.example.com"}, "name_1", "letters only"),
            ({"email_1": "eve@example.org", "name_1": "Eve\r\nBcc: spy@example.org"}, "name_1", "letters only"),
            ({"email_1": "eve@example.org", "name_1": "x" * 300}, "name_1", "letters only"),
        ):
            with self.subTest(typed=str(typed)[:80]):
                page = self.send(status=422, **typed)
                (summary,) = page.xpath("//*[@id='o_booking_errors' and @autofocus]")
                self.assertIn(f"#o_booking_{key}", summary.xpath(".//a/@href"))
                (field,) = page.xpath(f"//input[@id='o_booking_{key}' and @aria-invalid='true']")
                (beside,) = page.xpath(f"//*[@id='{field.get('aria-describedby')}']//span/text()")
                self.assertIn(message, beside)
                for name, value in typed.items():
                    kept = page.xpath(f"//input[@name='{name}']/@value")[0]
                    self.assertEqual(kept.split(), value.split())
        self.sweep()
        self.assertEqual(len(self.mails(self.appointment)), sent)
        self.assertEqual(self.listed(), ["known@example.org"])

    def test_text_is_text(self):
        """X04: what was typed is shown as text."""
        nasty = '"><script>alert(1)</script>'
        page = self.send("eve@example.org", status=422, name_1=nasty)
        self.assertEqual(page.xpath("//input[@id='o_booking_name_1']/@value"), [nasty])
        self.assertNotIn("alert(1)", " ".join(page.xpath("//script/text()")))

    def test_most(self):
        """A36: as many as the type allows, also from a page that was open meanwhile."""
        self.type.guest_limit = 2
        self.assertEqual(len(self.page(self.guests).xpath("//input[@type='email']")), 2)
        page = self.send("a@example.org", "b@example.org", "c@example.org", status=422)
        self.assertIn("You can invite 2 more people", self.words(page))
        self.send("a@example.org")
        page = self.send("b@example.org", "c@example.org", status=422)
        self.assertIn("You can invite one more person", self.words(page))
        self.send("b@example.org")
        page = self.page(self.guests)
        self.assertFalse(page.xpath("//input[@type='email']"))
        self.assertIn("remove a guest first", self.words(page))
        self.send("c@example.org", status=422)
        self.assertEqual(len(self.listed()), 2)

    def test_remove(self):
        """A36: the booker removes whom they invited, by POST alone, once, and nobody else."""
        self.send("paul@example.org")
        paul = self.appointment.guest_ids
        self.deliver()
        staffs = self.env["booking.guest"].create({"appointment_id": self.appointment.id, "email": "staff@example.org"})
        (elsewhere,) = self.invite("max", appointment=self._booked("2026-03-06 08:00:00"))
        path = f"{self.guests}/{paul.id}/remove"
        self.assertEqual(self.path(self.url_open(path, allow_redirects=False)), self.guests)
        self.assertEqual(paul.state, "invited", "GET changes nothing")
        for other in (staffs.id, elsewhere.id, 999999999):
            self.read_page(self.post(f"{self.guests}/{other}/remove"), 404)
        self.assertEqual((staffs.state, elsewhere.state), ("invited", "invited"))
        page = self.page(self.guests)
        self.assertEqual(page.xpath("//form[contains(@action, '/remove')]/@action"), [path])
        self.assertEqual(self.path(self.post(path)), f"{self.guests}?done=removed")
        self.assertEqual(self.path(self.post(path)), self.guests)
        self.assertEqual(paul.state, "removed")
        self.assertEqual(self.entry(self.mail_of(paul, "removed"))[0], "CANCEL")
        self.send("paul@example.org")
        self.assertEqual(paul.state, "invited")

    def test_portal(self):
        """A35, A36: the account page leads to the guests as long as the appointment is planned and ahead."""
        user = self.env["res.users"].create(
            {
                "login": "anne",
                "password": "anne-anne",
                "name": "Anne",
                "email": "anne@example.com",
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        self.appointment.write({"partner_id": user.partner_id.id, "partner_match": "account"})
        self.authenticate("anne", "anne-anne")
        self.assertIn(self.guests, self.url_open("/my/appointments").text)
        self.appointment.action_cancel()
        self.assertNotIn(self.guests, self.url_open("/my/appointments?filterby=all").text)

    # Limits

    def test_limits(self):
        """A36, A71: so many to one appointment and from one address; the rest stays in the form."""
        self.type.guest_limit = 10
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("appointment_booking.limit_invite", "2")
        page = self.send("a@example.org", "b@example.org", "c@example.org", status=429, name_3="Carl")
        words = self.words(page)
        self.assertIn("Some invitations are on their way", words)
        self.assertIn("Too many people were invited", words)
        self.assertEqual(page.xpath("//input[@name='email_3']/@value"), ["c@example.org"])
        self.assertEqual(page.xpath("//input[@name='name_3']/@value"), ["Carl"])
        self.assertFalse(page.xpath("//input[@name='email_1']/@value")[0])
        self.assertEqual(self.listed(), ["a@example.org", "b@example.org"])
        parameters.set_param("appointment_booking.limit_invite", "20")
        parameters.set_param("appointment_booking.limit_invite_address", "2")
        other = self._booked("2026-03-06 08:00:00")
        self.send("d@example.org", status=429, path=f"/booking/appointment/{other.access_token}/guests")
        self.assertFalse(other.guest_ids)

    def test_mailbox_is_not_flooded(self):
        """A36, A71: three invitations a day to one mailbox, over all appointments and ways to write it."""
        days = ("06", "09", "10", "11")
        others = [self._booked(f"2026-03-{day} 08:00:00") for day in days]
        for appointment, email in zip(
            others, ("eve@example.org", "Eve+1@example.org", "eve+2@example.org", "eve+3@example.org"), strict=True
        ):
            path = f"/booking/appointment/{appointment.access_token}/guests"
            page = self.send(email, path=path, status=429 if appointment == others[-1] else 303)
        self.assertIn("We cannot write to this address at the moment", self.words(page))
        self.assertEqual(len(self.env["booking.guest"].search([("email", "like", "eve%")])), 3)
        with freeze_time("2026-03-03 08:30:00"):
            self.send("eve+3@example.org", path=path)

    def test_programs(self):
        """A36, A71: who fills in what people do not see invites nobody; what was typed is kept."""
        page = self.send("eve@example.org", status=422, topic="https://spam.example.com")
        self.assertEqual(page.xpath("//input[@name='email_1']/@value"), ["eve@example.org"])
        self.assertFalse(page.xpath("//input[@name='topic']/@value"))
        self.assertFalse(self.listed())
        form = page.xpath("//form[@id='o_booking_form']")[0]
        self.assertEqual(form.get("data-captcha"), "booking")

    def test_hostile(self):
        """X04, A36: foreign tokens, other people's tokens and nonsense open nothing and break nothing."""
        (paul,) = self.invite("paul")
        other = self._booked("2026-03-06 08:00:00")
        for path in (
            f"/booking/appointment/{NEVER}/guests",
            f"/booking/appointment/{paul.access_token}/guests",
            f"/booking/appointment/{paul.access_token}",
            f"/booking/appointment/{paul.access_token}/cancel",
            f"/booking/appointment/{paul.access_token}/move",
            f"/booking/guest/{NEVER}",
            f"/booking/guest/{self.appointment.access_token}",
            f"/booking/guest/{paul.access_token}x",
            "/booking/guest/x",
            f"/booking/guest/{NEVER}/ics",
        ):
            with self.subTest(path):
                self.page(path, 404)
        for path, data in (
            (f"/booking/appointment/{paul.access_token}/guests", {"email_1": "x@example.org"}),
            (f"/booking/appointment/{paul.access_token}/cancel", {"was": "2026-03-05T08:00:00Z"}),
            (f"/booking/appointment/{other.access_token}/guests/{paul.id}/remove", {}),
            (f"/booking/guest/{self.appointment.access_token}/answer", {"answer": "yes"}),
            (f"/booking/guest/{NEVER}/block", {}),
            (f"/booking/guest/{NEVER}/unblock", {}),
        ):
            with self.subTest(path):
                self.read_page(self.post(path, **data), 404)
        self.read_page(self.post(f"{self.guest_path(paul)}/answer", answer="maybe"), 400)
        self.read_page(self.post(f"{self.guest_path(paul)}/answer"), 400)
        self.assertEqual((paul.state, self.appointment.state), ("invited", "planned"))
        page = self.send(status=422, email_99="x@example.org", email_0="x@example.org", guest_ids="1", state="accepted")
        self.assertIn("of the person to invite", self.words(page))

    # The guest

    def test_what_a_guest_sees(self):
        """A36: what, when and where, and nothing of the booker but the name, nor of other guests; nothing is kept."""
        self.appointment.answer_ids = [(0, 0, {"label": "Project", "value_text": "A house by the lake"})]
        paul, eve = self.invite("paul", "eve")
        response = self.url_open(self.guest_path(paul))
        words = self.words(self.read_page(response))
        for word in ("Mortgage advice", "Thursday, March 5, 2026", "9:00", "Lyon", "1 rue de la Paix", "Ada"):
            self.assertIn(word, words)
        for secret in (
            "612345678",
            "anne.martin@example.com",
            "house by the lake",
            eve.email,
            eve.access_token,
            self.appointment.access_token,
            self.appointment.name,
        ):
            self.assertNotIn(secret, response.text)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("noindex", response.headers["X-Robots-Tag"])
        file = self.url_open(f"{self.guest_path(paul)}/ics")
        self.assertEqual(file.headers["Content-Type"], "text/calendar; charset=utf-8")
        (event,) = Calendar.from_ical(file.content).walk("VEVENT")
        self.assertEqual(str(event["UID"]), self.appointment._get_ics_uid())
        self.assertNotIn(self.appointment.access_token.encode(), file.content.replace(b"\r\n ", b""))

    def test_reading_changes_nothing(self):
        """A36, A53: neither GET nor HEAD answers, blocks or removes; the addresses of deeds lead to the page."""
        (paul,) = self.invite("paul")
        for deed in ("", "/answer", "/block", "/unblock", "/ics"):
            self.opener.head(self.base_url() + self.guest_path(paul) + deed)
            response = self.url_open(self.guest_path(paul) + deed + "?answer=yes", allow_redirects=False)
            if deed not in ("", "/ics"):
                self.assertEqual(self.path(response), self.guest_path(paul))
        self.assertEqual(paul.state, "invited")
        self.assertFalse(self.env["booking.guest.block"].search([]))

    def test_answers(self):
        """A36: yes and no by one button each, as often as one changes one's mind; no session is needed."""
        (paul,) = self.invite("paul")
        self.opener.cookies.clear()
        for answer, state in (("no", "declined"), ("yes", "accepted"), ("yes", "accepted"), ("no", "declined")):
            self.path(self.post(f"{self.guest_path(paul)}/answer", answer=answer))
            self.assertEqual(paul.state, state)
        self.assertEqual(str(paul.answered_on), "2026-03-02 08:00:00")
        self.env["ir.config_parameter"].sudo().set_param("appointment_booking.limit_guest_answer", "4")
        response = self.post(f"{self.guest_path(paul)}/answer", answer="yes")
        self.read_page(response, 429)
        self.assertEqual(response.headers["Retry-After"], "3600")
        self.assertEqual(paul.state, "declined")

    def test_after_the_end(self):
        """A36: after the appointment, when removed, the page says no more what it was; cancelled, it says so."""
        (paul,) = self.invite("paul")
        answer = f"{self.guest_path(paul)}/answer"
        with freeze_time("2026-03-05 08:59:00"):
            self.assertIn("Mortgage advice", self.words(self.page(self.guest_path(paul))))
        with freeze_time("2026-03-05 09:00:00"):
            for page in (
                self.page(self.guest_path(paul), 410),
                self.read_page(self.post(answer, answer="yes"), 410),
                self.page(f"{self.guest_path(paul)}/ics", 410),
            ):
                self.assertIn("This appointment is over", self.words(page))
                self.assertNotIn("Thursday", self.words(page))
            self.read_page(self.post(f"{self.guest_path(paul)}/block"))
        self.env["booking.guest.block"].search([]).unlink()
        self.assertEqual(paul.state, "declined", "who wants to be left alone later still can")
        paul.state = "invited"
        self.appointment.action_cancel()
        self.assertIn("This appointment is cancelled", self.words(self.page(self.guest_path(paul))))
        self.read_page(self.post(answer, answer="yes"), 410)
        self.appointment.action_reopen()
        paul._remove()
        page = self.page(self.guest_path(paul), 410)
        self.assertIn("You are no longer invited", self.words(page))
        self.assertNotIn("Lyon", self.words(page))
        self.read_page(self.post(answer, answer="yes"), 410)
        self.assertEqual(paul.state, "removed")

    def test_left_alone(self):
        """A36: by one click of a mail program (RFC 8058) or by the page; then nobody invites them."""
        self.send("paul@example.org")
        paul = self.appointment.guest_ids
        address = self.headers(self.mail_of(paul, "invited"))["List-Unsubscribe"].strip("<>")
        path = re.sub(r"^https?://[^/]+", "", address)
        self.opener.cookies.clear()
        page = self.read_page(self.post(path, **{"List-Unsubscribe": "One-Click"}))
        self.assertIn("Nobody can send you an invitation", self.words(page))
        self.assertEqual(paul.state, "declined")
        other = self._booked("2026-03-06 08:00:00")
        theirs = f"/booking/appointment/{other.access_token}/guests"
        page = self.send("Paul+again@example.org", path=theirs, status=429)
        self.assertIn("We cannot write to this address at the moment", self.words(page))
        self.assertFalse(other.guest_ids)
        action, _data = self.form(self.page(self.guest_path(paul)), "/unblock")
        self.path(self.post(action))
        self.send("paul@example.org", path=theirs)
        self.assertTrue(other.guest_ids)

    def test_in_a_frame(self):
        """A36, A70: inside another site's frame the booker's page works, too."""
        page = self.page(f"/booking/embed/appointment/{self.appointment.access_token}/guests")
        (action,) = page.xpath("//form[@id='o_booking_form']/@action")
        self.assertTrue(action.startswith("/booking/embed/appointment/"), action)
        response = self.post(action, email_1="paul@example.org")
        self.assertEqual(response.status_code, 303)
        self.assertEqual(self.listed(), ["paul@example.org"])
