from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import TransactionCase

HOUR = timedelta(hours=1)


class TestRateLimit(TransactionCase):
    def setUp(self):
        super().setUp()
        self.registry_enter_test_mode()  # what is committed in a transaction of its own is undone with the test
        self.limits = self.env["booking.rate.limit"]

    def allow(self, deed="hold", who="192.0.2.1", limit=2, period=HOUR):
        return self.limits._allow(deed, who, limit, period)

    def test_limit_in_a_period(self):
        """A71: so many in a period, counted back from now; what was refused does not count."""
        with freeze_time("2026-03-02 08:00:00"):
            self.assertEqual([self.allow() for _time in range(4)], [True, True, False, False])
        with freeze_time("2026-03-02 08:59:59"):
            self.assertFalse(self.allow())
        with freeze_time("2026-03-02 09:00:01"):
            self.assertEqual([self.allow() for _time in range(3)], [True, True, False])

    def test_each_for_themselves(self):
        """A71: deeds and people are counted apart."""
        self.assertTrue(self.allow(limit=1))
        self.assertFalse(self.allow(limit=1))
        self.assertTrue(self.allow(limit=1, who="192.0.2.2"))
        self.assertTrue(self.allow(limit=1, deed="search"))

    def test_address_is_not_kept(self):
        """A71, A73: who it was cannot be read from the rows, and old rows go."""
        with freeze_time("2026-03-02 08:00:00"):
            self.allow(who="192.0.2.77")
        row = self.limits.search([("deed", "=", "hold")], limit=1)
        self.assertNotIn("192.0.2.77", str(row.read()))
        with freeze_time("2026-03-05 08:00:00"):
            self.limits._gc_deeds()
        self.assertFalse(row.exists())

    def test_limit_of_the_administrator(self):
        """A71: a system parameter takes the place of the usual limit; nonsense does not."""
        self.assertEqual(self.limits._get_limit("hold", 20), 20)
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("appointment_booking.limit_hold", "5")
        self.assertEqual(self.limits._get_limit("hold", 20), 5)
        parameters.set_param("appointment_booking.limit_hold", "many")
        self.assertEqual(self.limits._get_limit("hold", 20), 20)
