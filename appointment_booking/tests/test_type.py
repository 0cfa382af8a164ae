from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BookingCase


@tagged("post_install", "-at_install")
class TestType(BookingCase):
    def test_slug_from_name(self):
        """A02: the address is made from the name when empty, and stays when the name changes."""
        booking_type = self.new_type("Prêt immobilier", self.ada)
        self.assertEqual(booking_type.slug, "pret-immobilier")
        self.assertEqual(booking_type.website_url, "/booking/pret-immobilier")
        booking_type.name = "Crédit"
        self.assertEqual(booking_type.slug, "pret-immobilier")

    def test_slug_is_unique(self):
        """A02: two types of one name get two addresses; an address typed twice is refused."""
        first, second = self.new_type("Loan", self.ada), self.new_type("Loan", self.ada)
        self.assertEqual((first.slug, second.slug), ("loan", "loan-2"))
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            second.slug = "loan"

    def test_names_without_letters_and_reserved_ones(self):
        """A02: whatever the name, the address works and does not hide the pages of the way itself."""
        self.assertEqual(self.new_type("…", self.ada).slug, "appointment-type")
        self.assertEqual(self.new_type("Hold", self.ada).slug, "hold-2")
        with self.assertRaises(ValidationError):
            self.type.slug = "appointment"

    def test_former_address_leads_to_the_new_one(self):
        """A02: an edited address redirects from the old one, also after several changes and a return."""
        find = self.env["booking.type"]._find_by_slug
        old = self.type.slug
        self.type.slug = "Home loans"
        self.assertEqual(find("home-loans"), (self.type, False))
        self.assertEqual(find(old), (self.type, True))
        self.type.slug = "houses"
        self.assertEqual([find(old), find("home-loans")], [(self.type, True)] * 2)
        self.type.slug = old
        self.assertEqual(find(old), (self.type, False))
        other = self.new_type("Houses", self.ada)
        self.assertEqual(find("houses"), (other, False), "a new owner takes the address over")
        self.assertFalse(find("never-used")[0])

    def test_emptied_address_is_made_again(self):
        """A02: emptying the address makes it anew from the name."""
        self.type.write({"name": "Savings", "slug": False})
        self.assertEqual(self.type.slug, "savings")

    def test_recommended_fields(self):
        """A40: a new type asks for last name, first name, e-mail and mobile."""
        self.assertEqual(self.type.question_ids.mapped("role"), ["last_name", "first_name", "email", "phone"])
        self.assertEqual(self.type.question_ids.mapped("kind"), ["text", "text", "email", "phone"])
        self.assertTrue(all(self.type.question_ids.mapped("personal")))

    def test_phone_is_required_when_we_call(self):
        """A03: on a phone appointment the number is required."""
        phone = self.type.question_ids.filtered(lambda question: question.role == "phone")
        self.assertFalse(phone._is_required())
        self.type.channel = "phone"
        self.assertTrue(phone._is_required())

    def test_setup_warning(self):
        """A02: what keeps visitors from booking is said in one line, until it is mended."""
        bare = self.new_type("Bare", self.env["res.users"], agency_ids=[])
        self.assertIn("advisor", bare.setup_warning)
        bare.advisor_ids = [(0, 0, {"user_id": self.ada.id})]
        self.assertIn("agency", bare.setup_warning)
        bare.agency_ids = self.agency
        self.assertFalse(bare.setup_warning)
        self.mornings.active = False
        bare.invalidate_recordset()
        self.assertIn("hours", bare.setup_warning)

    def test_copy_is_not_published(self):
        """A02: a copy has reasons, advisors and form of its own, another address, and is not published."""
        self.env["booking.reason"].create({"type_id": self.type.id, "name": "First home"})
        copy = self.type.copy()
        self.assertFalse(copy.is_published)
        self.assertNotEqual(copy.slug, self.type.slug)
        self.assertEqual(copy.reason_ids.mapped("name"), ["First home"])
        self.assertEqual(copy.advisor_ids.user_id, self.ada | self.bob)
        self.assertEqual(len(copy.question_ids), 4)

    def test_defaults_from_settings(self):
        """A04: the values of the settings page are those that new types start with."""
        self.env["res.config.settings"].create({"default_duration": 45, "default_min_notice": 48}).execute()
        booking_type = self.env["booking.type"].create({"name": "From settings"})
        self.assertEqual((booking_type.duration, booking_type.min_notice), (45, 48))


@tagged("post_install", "-at_install")
class TestAgency(BookingCase):
    def test_department(self):
        """A10: the department comes from the postcode, in France only."""
        france, belgium = self.env.ref("base.fr"), self.env.ref("base.be")
        cases = {
            "69003": "69",
            "01000": "01",
            "20000": "2A",
            "20200": "2B",
            "97400": "974",
            "98800": "988",
            "6900": False,
        }
        for postcode, department in cases.items():
            self.agency.write({"zip": postcode, "country_id": france.id})
            self.assertEqual(self.agency.department, department, postcode)
        self.agency.write({"zip": "10000", "country_id": belgium.id})
        self.assertFalse(self.agency.department)

    def test_address_on_one_line(self):
        """A10: the address is told on one line, without holes."""
        self.assertEqual(self.agency.address, "1 rue de la Paix, 69003 Lyon")
        self.agency.street = False
        self.assertEqual(self.agency.address, "69003 Lyon")
