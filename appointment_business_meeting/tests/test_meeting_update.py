import importlib.util
from pathlib import Path

from odoo.tests import tagged

from .meeting_common import MeetingCase

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.2.0" / "post-booked.py"
BUNDLES = ("web.assets_backend", "web.assets_backend_lazy")


@tagged("post_install", "-at_install")
class TestMeetingUpdate(MeetingCase):
    def test_booked_before(self):
        """I13, X07: what the organiser booked before an update is told from what somebody accepted."""
        booked = self.Meeting._book(self.maison, self.anne, "partner", self.slots[0])
        answered = self.confirm(registration=self.paul, slot=self.slots[1])
        refused = self.request(self.toits, self.lea)._refuse("participant")
        waiting = self.request(self.toits, self.anne, slots=self.slots[2])
        self.env.flush_all()
        self.env.cr.execute(
            """
            UPDATE business_meeting
               SET is_booked = NULL,
                   create_date = TIMESTAMP '2026-03-02 08:00:00' - CASE WHEN id = %s THEN interval '3 seconds'
                                                                        ELSE interval '0.4 seconds' END
            """,
            [answered.id],
        )
        self.env.invalidate_all()
        spec = importlib.util.spec_from_file_location("migration_under_test", SCRIPT)
        migration = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(migration)
        migration.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        meetings = booked | answered | refused | waiting
        self.assertEqual(meetings.filtered("is_booked"), booked)
        migration.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertEqual(meetings.filtered("is_booked"), booked)

    def test_scripts_are_in_one_bundle(self):
        """X07: a script of the back office is loaded once, and what builds on the pivot view after that view."""
        of_bundle = {
            bundle: {
                path
                for path, *_rest in self.env["ir.asset"]._get_asset_paths(bundle, {})
                if path.startswith("/appointment_business_meeting/") and path.endswith(".js")
            }
            for bundle in BUNDLES
        }
        first, lazy = of_bundle.values()
        self.assertTrue(first and lazy)
        self.assertFalse(first & lazy)
        self.assertFalse([path for path in first if "pivot" in path])
