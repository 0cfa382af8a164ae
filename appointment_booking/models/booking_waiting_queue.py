from odoo import api, fields, models
from odoo.tools import SQL


class BookingWaitingQueue(models.Model):
    """The queue of a type, as one row: whoever tells those who wait writes it first.

    So two processes never share out the same slots at once, be the second one's view of the database a moment older:
    PostgreSQL lets the writer of an outdated row fail.
    """

    _name = "booking.waiting.queue"
    _description = "Queue of an Appointment Type"
    _log_access = False

    type_id = fields.Many2one("booking.type", required=True, readonly=True, ondelete="cascade")
    told_at = fields.Datetime(readonly=True)

    _type_uniq = models.Constraint("UNIQUE (type_id)")

    @api.model
    def _open(self, types):
        """Make sure that the types have a queue."""
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (type_id) SELECT UNNEST(%s::int[]) ON CONFLICT DO NOTHING",
                SQL.identifier(self._table),
                list(types.ids),
            )
        )

    @api.model
    def _claim(self, booking_type):
        """Take a queue for this transaction; return whether nobody else has it."""
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE %(queue)s SET told_at = %(now)s
                 WHERE id IN (SELECT id FROM %(queue)s WHERE type_id = %(type)s FOR UPDATE SKIP LOCKED)
             RETURNING id
                """,
                queue=SQL.identifier(self._table),
                now=fields.Datetime.now(),
                type=booking_type.id,
            )
        )
        return bool(rows)
