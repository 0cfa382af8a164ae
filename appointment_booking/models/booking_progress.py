from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.own_transaction import own_cursor


class BookingProgress(models.Model):
    """How far a long job is, for the page that waits for it.

    The job itself is one transaction, of which nobody sees anything before it ends. So each step is written in a
    transaction of its own, and the page asks whichever server process for it.
    """

    _name = "booking.progress"
    _description = "Progress of a Job"
    _order = "id desc"

    key = fields.Char(required=True, help="Chosen by the page that waits.")
    done = fields.Integer()
    total = fields.Integer()

    _key_uniq = models.UniqueIndex("(create_uid, key)")

    @api.model
    def _tell(self, key, done, total):
        """Write how far a job is, where everybody can read it at once.

        :param key: what the page calls the job, at most 64 characters; without one, nobody waits
        """
        if not key:
            return
        if not isinstance(key, str) or len(key) > 64:
            raise UserError(self.env._("This import cannot be followed: start it again."))
        with own_cursor(self.env.registry) as cr:
            cr.execute(
                SQL(
                    """
                    INSERT INTO booking_progress (key, done, total, create_uid, create_date)
                         VALUES (%(key)s, %(done)s, %(total)s, %(user)s, NOW() AT TIME ZONE 'UTC')
                    ON CONFLICT (create_uid, key) DO UPDATE SET done = %(done)s, total = %(total)s
                    """,
                    key=key,
                    done=done,
                    total=total,
                    user=self.env.uid,
                )
            )

    @api.autovacuum
    def _gc_progress(self):
        self.search([("create_date", "<", fields.Datetime.now() - timedelta(days=1))]).unlink()
