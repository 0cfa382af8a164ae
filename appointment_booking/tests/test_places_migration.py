import importlib.util
from pathlib import Path

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BookingCase

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.1.0" / "post-migration.py"


@tagged("post_install", "-at_install")
class TestMigration(BookingCase):
    @mute_logger("migration_under_test")
    def test_agencies_of_before(self):
        """A10, A11, A15, X07: agencies and types of before go on as they were, and are found by postcode."""
        spec = importlib.util.spec_from_file_location("migration_under_test", SCRIPT)
        migration = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(migration)
        placed, wrong = self.agency.copy({"name": "Bron"}), self.agency.copy({"name": "Old"})
        self.env.flush_all()
        self.env.cr.execute("UPDATE booking_agency SET geo_state = 'none'")
        self.env.cr.execute(
            "UPDATE booking_agency SET latitude = 45, longitude = 4, postcodes = '69500' WHERE id = %s", [placed.id]
        )
        self.env.cr.execute("UPDATE booking_agency SET postcodes = 'Lyon' WHERE id = %s", [wrong.id])
        self.env.invalidate_all()
        migration.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertEqual((placed.geo_state, placed.latitude), ("manual", 45))
        self.assertEqual((self.agency.geo_state, wrong.geo_state), ("todo", "todo"))
        self.assertEqual(self.env["booking.agency.postcode"]._find_agency_ids("69500"), placed.ids)
        self.assertEqual(wrong.postcodes, "Lyon", "what cannot be read stays, to be corrected")
        self.assertTrue(self.type.choose_agency)
