from psycopg2 import errors

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.appointment_booking.models.booking_appointment_person import AlreadyBooked

from .common import BookingCase
from .public_common import PublicCase


@tagged("post_install", "-at_install")
class TestSamePerson(BookingCase):
    """A person does not book twice by mistake."""

    def refused(self, start, booker=None, visitor_key="second", **choices):
        with self.assertRaises(AlreadyBooked):
            self.book(start, visitor_key, booker or self.booker(), **choices)

    def test_same_hour(self):
        """A37: the same e-mail or the same phone, at an overlapping time, with whichever advisor."""
        self.type.slot_step = 30
        first = self.book("2026-03-03 08:00", "first")
        self.refused("2026-03-03 08:00")
        self.refused("2026-03-03 08:30")
        self.refused("2026-03-03 08:00", self.booker(phone=False))
        self.refused("2026-03-03 08:00", self.booker(email="other@example.com"))
        self.assertEqual(self.env["booking.appointment"].search([("state", "=", "planned")]), first)

    def test_a_refused_one_leaves_nothing(self):
        """A37: no contact is made, and the slot stays held for a correction of the form."""
        self.book("2026-03-03 08:00", "first")
        contacts = self.env["res.partner"].search_count([])
        hold = self.hold("2026-03-03 08:00", "second")
        public = hold.with_user(self.env.ref("base.public_user")).sudo()
        with self.assertRaises(AlreadyBooked):
            public._confirm(self.booker(email="new@example.com"), [])
        self.assertEqual(hold.state, "hold")
        self.assertEqual(self.env["res.partner"].search_count([]), contacts)
        public._confirm(self.booker(email="new@example.com", phone="+33698765432"), [])
        self.assertEqual(hold.state, "planned")

    def test_what_does_not_collide(self):
        """A37: other hours, other types, other people, and what was cancelled do not count."""
        first = self.book("2026-03-03 08:00", "first")
        self.assertTrue(self.book("2026-03-03 09:00", "next"), "one after the other")
        self.assertTrue(
            self.book("2026-03-03 08:00", "other", self.booker(email="b@example.com", phone="+33600000002"))
        )
        cleo = self.new_advisor("Cleo")
        self.open_hours(cleo)
        insurance = self.new_type("Insurance", cleo)
        self.assertTrue(self.book("2026-03-03 08:00", "type", booking_type=insurance))
        first.action_cancel()
        self.assertTrue(self.book("2026-03-03 08:00", "again"))

    def test_entered_by_staff(self):
        """A37: what staff entered stands in the way of a visitor, and staff themselves can book anything."""
        anne = self.env["res.partner"].create(
            {
                "name": "Anne",
                "email": "Anne.Martin@Example.com",
                "phone": "06 12 34 56 78",
                "country_id": self.env.ref("base.fr").id,
            }
        )
        values = {"type_id": self.type.id, "agency_id": self.agency.id, "start": "2026-03-03 08:00:00"}
        self.env["booking.appointment"].create({**values, "user_id": self.ada.id, "partner_id": anne.id})
        self.refused("2026-03-03 08:00", self.booker(phone=False))
        self.refused("2026-03-03 08:00", self.booker(email=False))
        self.env["booking.appointment"].create({**values, "user_id": self.bob.id, "partner_id": anne.id})

    def test_families(self):
        """A37: a type may let people book for others as well."""
        self.type.one_at_a_time = False
        self.book("2026-03-03 08:00", "first")
        self.assertTrue(self.book("2026-03-03 08:00", "second"))

    def test_wildcards_are_text(self):
        """A37, X04: an e-mail with a wildcard finds nobody else's appointment."""
        self.book("2026-03-03 08:00", "first", self.booker(email="anne_martin@example.com", phone="+33600000001"))
        other = self.booker(email="annexmartin@example.com", phone="+33600000002")
        self.assertTrue(self.book("2026-03-03 08:00", "second", other))

    def test_postgresql_refuses(self):
        """A37: the database itself refuses a second one booked online, by e-mail, phone and contact."""
        first = self.book("2026-03-03 08:00", "first")
        for same in ("partner_id", "booker_email", "booker_phone"):
            values = {
                "partner_id": self.ada.partner_id.id,
                "booker_email": "x@example.com",
                "booker_phone": "+33600000009",
                same: first[same].id if same == "partner_id" else first[same],
            }
            with (
                self.subTest(same),
                self.assertRaises(errors.ExclusionViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env["booking.appointment"].create(
                    {
                        **values,
                        "type_id": self.type.id,
                        "user_id": self.bob.id,
                        "start": "2026-03-03 08:30:00",
                        "one_at_a_time": True,
                    }
                ).flush_recordset()


@tagged("post_install", "-at_install")
class TestSamePersonOnline(PublicCase):
    """What a visitor sees who books a second time."""

    def second(self, status=409, slug="mortgage-advice", **data):
        path = self.take("2026-03-03T08:00:00Z", slug)
        _action, hidden = self.form(self.page(path), path)
        return path, self.read_page(self.post(path, **{**hidden, **self.answers(), **data}), status)

    def first_link(self, page):
        return page.xpath("//div[@role='alert']//a/@href")

    def test_same_browser(self):
        """A37: who booked the first one gets a link to it, with its hour; what was typed is kept."""
        path = self.take("2026-03-03T08:00:00Z")
        _action, hidden = self.form(self.page(path), path)
        done = self.path(self.post(path, **{**hidden, **self.answers()}))
        _path, page = self.second()
        self.assertEqual(self.first_link(page), [done])
        self.assertIn("9:00", self.words(page))
        self.assertIn("Martin", page.xpath("//input/@value"))

    def test_stranger(self):
        """A37, X04: who types somebody's e-mail learns neither the link nor the hour; it is sent to its owner."""
        first = self.book("2026-03-03 08:00", "somebody else")
        self.type.slot_step = 30
        path, page = self.second()
        self.assertEqual(self.first_link(page), [])
        self.assertNotIn(first.access_token or "-", page.text_content())
        button = page.xpath("//button[@name='send_link']")
        self.assertTrue(button)
        mails = self.env["mail.mail"].search([("email_to", "=", "anne.martin@example.com")])
        _action, hidden = self.form(page, path)
        typed = {**hidden, **self.answers(email="eve@example.com"), "send_link": "1"}
        for _time in range(5):
            sent = self.read_page(self.post(path, **typed))
            self.assertIn("on its way to the e-mail address with which it was booked", self.words(sent))
        new = self.env["mail.mail"].search([("email_to", "=", "anne.martin@example.com")]) - mails
        self.assertEqual(len(new), 3, "not more than three a day")
        self.assertIn(first.access_token, new[0].body_html)
        self.assertFalse(self.env["mail.mail"].search([("email_to", "ilike", "eve@example.com")]))
        self.assertEqual(self.find(path).state, "hold")

    def test_account(self):
        """A37: the account that booked gets the link in any browser."""
        user = new_test_user(self.env, "anne", groups="base.group_portal", name="Anne Martin", email="a.m@example.com")
        first = self.book("2026-03-03 08:00", "elsewhere", self.booker(email="x@example.com", phone="+33600000003"))
        first.partner_id = user.partner_id
        self.authenticate("anne", "anne")
        _path, page = self.second()
        self.assertEqual(self.first_link(page), [first.access_url])

    def test_without_email(self):
        """A37: nothing can be sent where no e-mail is known; the visitor is told what to do."""
        self.book("2026-03-03 08:00", "somebody else", self.booker(email=False))
        _path, page = self.second()
        self.assertFalse(page.xpath("//button[@name='send_link']"))
        self.assertIn("Choose another slot, or call us", self.words(page))

    def test_slot_can_be_changed(self):
        """A37: another slot is one press away, and books."""
        self.book("2026-03-03 08:00", "somebody else")
        self.second()
        path = self.take("2026-03-03T09:00:00Z")
        _action, hidden = self.form(self.page(path), path)
        self.assertIn("/booking/appointment/", self.path(self.post(path, **{**hidden, **self.answers()})))

    def test_advisor_is_free_again(self):
        """A37, X01: the advisor of the refused one is not blocked once its time is over."""
        self.book("2026-03-03 08:00", "somebody else")
        path, _page = self.second()
        self.post(f"{path}/release", csrf_token=self.token())
        self.assertIn("08:00", self.slots())
