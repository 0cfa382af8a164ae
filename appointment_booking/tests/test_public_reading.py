from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import SQL

from .public_common import PublicCase

WRITES = ("INSERT", "UPDATE", "DELETE")


@tagged("post_install", "-at_install")
class TestPublicReading(PublicCase):
    """What looking costs and changes: a fixed number of queries, and nothing."""

    def queries(self, path):
        """Return the SQL of a page with warm templates and cold data."""
        self.url_open(path)
        self.env.flush_all()
        self.env.invalidate_all()
        seen = []
        execute = Cursor.execute

        def spy(cr, query, params=None, log_exceptions=True):
            seen.append(query.code if isinstance(query, SQL) else str(query))
            return execute(cr, query, params, log_exceptions)

        with patch.object(Cursor, "execute", spy):
            self.url_open(path)
        return [query for query in seen if "SAVEPOINT" not in query]

    def test_queries_do_not_grow(self):
        """X03: a page costs the same whatever the number of advisors, agencies, events and days."""
        paths = ["/booking", "/booking/mortgage-advice", "/booking/insurance"]
        near = self.new_type("Insurance", self.ada | self.bob)
        near.agency_ids |= self.agency.copy({"name": "Bron"})
        few = {path: len(self.queries(path)) for path in paths}
        for number in range(8):
            user = self.new_advisor(f"User {number}")
            self.open_hours(user)
            for day in range(2, 9):
                self.new_event(user, f"2026-03-0{day} 08:00:00", f"2026-03-0{day} 08:30:00")
            for booking_type in self.type | near:
                self.env["booking.advisor"].create({"type_id": booking_type.id, "user_id": user.id})
        for number in range(6):
            near.agency_ids |= self.agency.copy({"name": f"Agency {number}"})
            self.new_type(f"Type {number}", self.ada | self.bob)
        many = {path: len(self.queries(path)) for path in paths}
        self.assertEqual(many, few)

    def test_get_changes_nothing(self):
        """A53: pages write nothing: neither a visit, nor a hold, nor a token."""
        path = self.take()
        _action, data = self.form(self.page(path), path)
        done = self.path(self.post(path, **{**data, **self.answers()}))
        held = self.take()
        for path in ("/booking", "/booking/mortgage-advice", "/booking/unknown-type", held, done, f"{done}/ics"):
            with self.subTest(path=path.rpartition("/")[0]):
                writes = [query for query in self.queries(path) if query.lstrip().upper().startswith(WRITES)]
                self.assertEqual(writes, [])
