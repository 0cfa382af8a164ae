import random
import statistics
import time

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import BookingCase


@tagged("post_install", "-at_install")
class TestPostcodes(BookingCase):
    """The postcodes that agencies serve, and the index that finds them."""

    def find(self, postcode):
        found = self.env["booking.agency.postcode"]._find_agency_ids(postcode)
        return self.env["booking.agency"].browse(found)

    def test_kept_in_step(self):
        """A10, A15: what is written is found, what is changed or deleted is not any more."""
        self.agency.postcodes = "69001-69009, 69100"
        bron = self.agency.copy({"name": "Bron"})
        self.assertEqual(self.find("69003"), self.agency | bron)
        self.assertEqual((self.agency.postcode_count, self.find("69010"), self.find("6900")), (10, bron[:0], bron[:0]))
        bron.postcodes = "69500\nSW1A 1AA"
        self.assertEqual(self.find("69003"), self.agency)
        self.assertEqual(self.find("SW1A1AA"), bron)
        bron.postcodes = False
        self.assertFalse(self.find("69500"))
        self.agency.unlink()
        self.assertFalse(self.find("69003"))

    def test_refused(self):
        """A10: what cannot be read is named, and nothing is saved."""
        self.agency.postcodes = "69001"
        for text, says in (
            ("69001, Lyon", "“Lyon” is no postcode"),
            ("69001-690", "same length"),
            ("69009-69001", "ends before it begins"),
        ):
            with self.subTest(text=text), self.assertRaisesRegex(ValidationError, says), self.env.cr.savepoint():
                self.agency.postcodes = text
        self.assertEqual(self.find("69001"), self.agency)

    def test_who_may(self):
        """A01: the index is read only; an agency of another company's is out of reach."""
        self.agency.postcodes = "69001"
        with self.assertRaises(AccessError):
            self.agency.with_user(self.ada).postcode_ids.unlink()
        company = self.env["res.company"].create({"name": "Other"})
        other = self.agency.copy({"company_id": company.id})
        served = self.env["booking.agency.postcode"].with_user(self.ada)
        self.assertEqual(served.search([]).agency_id & (self.agency | other), self.agency)

    def test_index(self):
        """A15: among 39,000 postcodes of 500 agencies, the ones that serve a postcode are found by an index."""
        agencies = self.env["booking.agency"].create([{"name": f"Agency {number}"} for number in range(500)])
        dice = random.Random(15)
        texts = [[] for _agency in agencies]
        for code in range(1000, 40000):
            texts[code % 500 if code % 3 else dice.randrange(500)].append(f"{code:05d}")
        for agency, codes in zip(agencies, texts, strict=True):
            agency.postcodes = ", ".join(codes)
        self.env.flush_all()
        served = self.env["booking.agency.postcode"]
        self.assertEqual(served.search_count([]), 39000)
        self.env.cr.execute("ANALYZE booking_agency_postcode")
        plan = "\n".join(line for (line,) in self.env.execute_query(SQL("EXPLAIN %s", served._find_query("20123"))))
        self.assertIn("booking_agency_postcode_range_index", plan)
        self.assertNotIn("Seq Scan", plan)
        times = []
        for code in range(1000, 40000, 400):
            start = time.perf_counter()
            found = served._find_agency_ids(f"{code:05d}")
            times.append(time.perf_counter() - start)
            self.assertEqual(len(found), 1)
        self.assertLess(statistics.median(times), 0.02, "in seconds; a scan would take as long on a good day")

    def test_setup_warning(self):
        """A15: a type that asks for postcodes that no agency serves says so at the top of its form."""
        bron = self.agency.copy({"name": "Bron"})
        self.type.write({"agency_ids": [Command.link(bron.id)], "prequalify": True})
        self.assertIn("none of the agencies", self.type.setup_warning)
        self.assertEqual(self.type.setup_page, "places")
        bron.postcodes = "69500"
        self.type.invalidate_recordset(["setup_warning"])
        self.assertFalse(self.type.setup_warning)
