from odoo.tests import new_test_user, tagged

from .common import utc
from .public_common import PublicCase


@tagged("post_install", "-at_install")
class TestPortal(PublicCase):
    """The account page of Anne, and that of Paul, her colleague."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env["res.partner"].create({"name": "Martin & Sons", "is_company": True})
        cls.anne = cls.new_booker("anne", "Anne Martin", company)
        cls.paul = cls.new_booker("paul", "Paul Girard", company)

    @classmethod
    def new_booker(cls, login, name, company):
        user = new_test_user(
            cls.env, login=login, name=name, email=f"{login}@example.com", groups="base.group_portal", lang="en_US"
        )
        user.partner_id.write({"parent_id": company.id, "phone": "+33478000000"})
        return user

    def book_for(self, user, start, **values):
        appointment = self.book(start, f"{user.login}{start}", booker=self.booker(email=user.email))
        appointment.write({"partner_id": user.partner_id.id, "partner_match": "account", **values})
        appointment.flush_recordset()
        return appointment

    def account(self, user, path="/my/appointments", status=200):
        self.authenticate(user.login, user.login)
        response = self.url_open(path, allow_redirects=False)
        self.assertEqual(response.status_code, status, self.text(response)[:500])
        return response

    def shown(self, response):
        """Return the references on the page."""
        words = self.text(response)
        return [name for name in self.env["booking.appointment"].search([]).mapped("name") if name in words]

    def test_anonymous(self):
        """A35, X04: without an account there is no account page: it leads to the sign-in."""
        appointment = self.book_for(self.anne, "2026-03-05 08:00")
        for path in ("/my/appointments", f"/my/appointments/{appointment.id}", "/my/appointments/page/1"):
            response = self.url_open(path, allow_redirects=False)
            self.assertEqual(response.status_code, 303)
            self.assertIn("/web/login", response.headers["Location"])

    def test_upcoming_and_past(self):
        """A35: what is ahead comes first, what is over and what is cancelled is a link away."""
        ahead = self.book_for(self.anne, "2026-03-05 08:00")
        later = self.book_for(self.anne, "2026-03-06 08:00")
        cancelled = self.book_for(self.anne, "2026-03-05 09:00")
        cancelled._cancel("booker")
        past = self.book_for(self.anne, "2026-03-05 10:00")
        past.with_context(booking_tell_nobody=True).write({"start": "2026-02-26 10:00:00", "state": "done"})
        self.env.flush_all()
        words = self.text(self.account(self.anne))
        self.assertLess(words.index(ahead.name), words.index(later.name))
        self.assertEqual(set(self.shown(self.account(self.anne))), {ahead.name, later.name})
        self.assertEqual(self.shown(self.account(self.anne, "/my/appointments?filterby=past")), [past.name])
        self.assertEqual(self.shown(self.account(self.anne, "/my/appointments?filterby=cancelled")), [cancelled.name])
        self.assertEqual(len(self.shown(self.account(self.anne, "/my/appointments?filterby=all"))), 4)

    def test_own_only(self):
        """A35, X04: a colleague of the same company sees nothing of it, neither on the list nor by its number."""
        mine, theirs = self.book_for(self.anne, "2026-03-05 08:00"), self.book_for(self.paul, "2026-03-05 09:00")
        self.assertEqual(self.shown(self.account(self.anne)), [mine.name])
        self.assertEqual(self.shown(self.account(self.paul)), [theirs.name])
        self.account(self.paul, f"/my/appointments/{mine.id}", 404)
        response = self.account(self.anne, f"/my/appointments/{mine.id}", 303)
        self.assertIn(f"/booking/appointment/{mine.access_token}", response.headers["Location"])

    def test_no_right_on_the_model(self):
        """A35, X04: an account has no right on appointments but what its page shows."""
        mine = self.book_for(self.anne, "2026-03-05 08:00")
        for user in (self.anne, self.env.ref("base.public_user")):
            for mode in ("read", "write", "create", "unlink"):
                self.assertFalse(mine.with_user(user).has_access(mode))

    def test_shared_phone(self):
        """A35, A45: what was filed under a contact by the phone alone is shown only with the same e-mail."""
        other = self.book_for(self.anne, "2026-03-05 08:00", partner_match="phone", booker_email="son@example.com")
        mine = self.book_for(self.anne, "2026-03-05 09:00", partner_match="phone", booker_email="ANNE@example.com")
        self.assertEqual(self.shown(self.account(self.anne)), [mine.name])
        self.account(self.anne, f"/my/appointments/{other.id}", 404)

    def test_holds_and_own_affairs(self):
        """A35: what is only held, and what advisors enter without a type, is not on the page."""
        hold = self.hold("2026-03-05 08:00", "x")
        hold.partner_id = self.anne.partner_id
        own = self.env["booking.appointment"].create(
            {"user_id": self.bob.id, "start": "2026-03-05 13:00:00", "partner_id": self.anne.partner_id.id}
        )
        self.env.flush_all()
        self.assertEqual(self.shown(self.account(self.anne)), [])
        self.account(self.anne, f"/my/appointments/{own.id}", 404)
        self.account(self.anne, f"/my/appointments/{hold.id}", 404)

    def test_links(self):
        """A35: move and cancel are there as long as they work, whatever the four boxes say."""
        self.book_for(self.anne, "2026-03-05 08:00")
        soon = self.book_for(self.anne, "2026-03-02 09:00")
        self.type.write({"move_on_page": False, "cancel_on_page": False})
        self.env.flush_all()
        text = self.account(self.anne).text
        self.assertEqual((text.count("/move"), text.count("/cancel")), (1, 1))
        self.assertNotIn(f"{soon.access_token}/move", text)

    def test_booked_with_the_account(self):
        """A35, A45: what a signed-in visitor books is in their account at once."""
        self.authenticate("anne", "anne")
        path = self.take()
        _action, data = self.form(self.page(path), path)
        self.post(path, **{**data, **self.answers()})
        self.assertEqual(len(self.shown(self.account(self.anne))), 1)

    def test_home(self):
        """A35: the account's home has a card; it counts what is ahead."""
        self.book_for(self.anne, "2026-03-05 08:00")
        self.book_for(self.anne, "2026-03-06 08:00")._cancel("booker")
        self.env.flush_all()
        self.assertIn("/my/appointments", self.account(self.anne, "/my").text)
        result = self.make_jsonrpc_request("/my/counters", {"counters": ["booking_appointment_count"]})
        self.assertEqual(result, {"booking_appointment_count": 1})

    def test_pages_and_order(self):
        """A35: twenty a page, in the order asked for; whatever the address says is answered."""
        for day in range(3, 27):
            appointment = self.book_for(self.anne, "2026-03-05 08:00")
            appointment.with_context(booking_tell_nobody=True).start = utc(f"2026-03-{day:02} 15:00")
        self.env.flush_all()
        first = self.shown(self.account(self.anne))
        rest = self.shown(self.account(self.anne, "/my/appointments/page/2"))
        self.assertEqual((len(first), len(rest)), (20, 4))
        self.assertFalse(set(first) & set(rest))
        for query in ("sortby=x&filterby=y", "sortby=type", "sortby=latest&filterby=all", "self=1&partner_id=1"):
            self.account(self.anne, f"/my/appointments?{query}")
        self.account(self.anne, "/my/appointments/page/999999999999999999999")
        for number in ("x", "-1", "0", "9" * 30, "%C2%B2"):
            self.account(self.anne, f"/my/appointments/{number}", 404)

    def test_queries_do_not_grow(self):
        """X03: the list costs the same for two appointments and for twelve."""

        def count():
            self.env.flush_all()
            self.account(self.anne)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.url_open("/my/appointments")
            return self.cr.sql_log_count - before

        for start in ("2026-03-05 08:00", "2026-03-05 09:00"):
            self.book_for(self.anne, start)
        few = count()
        for day in range(9, 14):
            for hour in ("08:00", "09:00"):
                self.book_for(self.anne, f"2026-03-{day:02} {hour}")
        self.assertEqual(count(), few)
