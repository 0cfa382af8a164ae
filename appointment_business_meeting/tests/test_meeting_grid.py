from datetime import date

from odoo.tests import TransactionCase, tagged

from ..tools.grid import Span, make_grid, without_overlaps
from .meeting_common import utc


@tagged("post_install", "-at_install")
class TestMeetingGrid(TransactionCase):
    """I02, X02: slots of whole days, on the clock of the event."""

    def test_length_and_break(self):
        """I02: as many slots as fit, with the break between them and none after the last."""
        grid = make_grid([date(2026, 3, 10)], 9 * 60, 10 * 60, 20, 10, "Europe/Paris")
        self.assertEqual(
            grid,
            [
                Span(utc("2026-03-10 08:00"), utc("2026-03-10 08:20")),
                Span(utc("2026-03-10 08:30"), utc("2026-03-10 08:50")),
            ],
        )
        self.assertEqual(len(make_grid([date(2026, 3, 10)], 9 * 60, 10 * 60, 20, 0, "Europe/Paris")), 3)
        self.assertEqual(make_grid([date(2026, 3, 10)], 9 * 60, 9 * 60 + 19, 20, 0, "Europe/Paris"), [])

    def test_clock_changes(self):
        """I02, X02: 9:00 is 9:00 before and after the clocks change; the nights themselves are an hour off."""
        around = make_grid([date(2026, 3, 28), date(2026, 3, 29)], 9 * 60, 10 * 60, 60, 0, "Europe/Paris")
        self.assertEqual([span.start for span in around], [utc("2026-03-28 08:00"), utc("2026-03-29 07:00")])
        spring = make_grid([date(2026, 3, 29)], 0, 6 * 60, 60, 0, "Europe/Paris")
        autumn = make_grid([date(2026, 10, 25)], 0, 6 * 60, 60, 0, "Europe/Paris")
        self.assertEqual((len(spring), len(autumn)), (5, 7))
        self.assertEqual(spring[0].start, utc("2026-03-28 23:00"))

    def test_until_midnight_and_half_hour_zones(self):
        """I02, X02: a day that ends at midnight, and a zone half an hour off."""
        grid = make_grid([date(2026, 3, 10)], 23 * 60, 24 * 60, 30, 0, "Asia/Kolkata")
        self.assertEqual([span.start for span in grid], [utc("2026-03-10 17:30"), utc("2026-03-10 18:00")])

    def test_overlaps(self):
        """I02: what overlaps a slot that is there is left out; what only touches it stays."""
        known = [Span(utc("2026-03-10 08:20"), utc("2026-03-10 08:40"))]
        grid = make_grid([date(2026, 3, 10)], 9 * 60, 10 * 60, 20, 0, "Europe/Paris")
        self.assertEqual([span.start for span in without_overlaps(grid, known)], [grid[0].start, grid[2].start])
