import threading
from time import monotonic

from psycopg2.pool import PoolError

from odoo import sql_db
from odoo.tests import BaseCase, get_db_name, tagged

from ..tools.own_transaction import own_cursor


@tagged("post_install", "-at_install")
class TestOwnTransaction(BaseCase):
    """X01: many who book at the same moment need more connections than a process of Odoo has."""

    def setUp(self):
        super().setUp()
        pool = sql_db.ConnectionPool(maxconn=1)
        self.addCleanup(pool.close_all)
        self.database = sql_db.Connection(pool, *sql_db.connection_info_for(get_db_name()))

    def test_wait_for_a_connection(self):
        """X01: who finds all connections in use gets the one that is free next."""
        first = self.database.cursor()
        self.assertRaises(PoolError, self.database.cursor)
        done = threading.Timer(0.3, first.close)
        done.start()
        self.addCleanup(done.join)
        with own_cursor(self.database) as cr:
            cr.execute("SELECT 1")
            self.assertEqual(cr.fetchall(), [(1,)])
        self.assertTrue(first.closed)

    def test_end_of_patience(self):
        """X01: nobody waits for ever."""
        with self.database.cursor():
            begin = monotonic()
            self.assertRaises(PoolError, own_cursor, self.database, patience=0.2)
        self.assertGreaterEqual(monotonic() - begin, 0.2)
