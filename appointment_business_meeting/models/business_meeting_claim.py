from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

KEPT = timedelta(days=1)


class BusinessMeetingClaim(models.Model):
    """The row that stands for something limited: the quota of a partner, the open requests of a side.

    Whoever counts writes it first. So of two that take the last unit at once PostgreSQL fails one, which starts again
    and then sees what the other has done. There are such rows only where a limit is set, and for a day.
    """

    _name = "business.meeting.claim"
    _description = "What Is Limited about Business Meetings"
    _log_access = False

    what = fields.Char(required=True, readonly=True)
    claimed_at = fields.Datetime(required=True, readonly=True, index=True)

    _what_uniq = models.Constraint("UNIQUE (what)", "There is a row already.")

    @api.model
    def _claim(self, what):
        """Write the row of a limit, as ``quota-12``; wait for whoever holds it."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO business_meeting_claim (what, claimed_at)
                     VALUES (%s, %s)
                ON CONFLICT (what) DO UPDATE SET claimed_at = EXCLUDED.claimed_at
                """,
                what,
                fields.Datetime.now(),
            )
        )
        self.invalidate_model()

    @api.autovacuum
    def _gc_claims(self):
        self.search([("claimed_at", "<", fields.Datetime.now() - KEPT)]).unlink()
