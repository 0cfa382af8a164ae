from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

KEPT = timedelta(days=1)


class BookingPersonClaim(models.Model):
    """The row that stands for a person on a type, where a restriction limits their appointments.

    Whoever counts them writes it first. So of two forms of one person that are sent at once PostgreSQL fails one, which
    starts again and then sees the appointment of the other. There are such rows only where a limit is set; who it is
    is kept as a keyed hash, and for a day.
    """

    _name = "booking.person.claim"
    _description = "Person Whose Appointments Are Counted"
    _log_access = False

    type_id = fields.Many2one("booking.type", required=True, readonly=True, ondelete="cascade")
    who = fields.Char(required=True, readonly=True)
    claimed_at = fields.Datetime(required=True, readonly=True, index=True)

    _type_who_uniq = models.Constraint("UNIQUE (type_id, who)", "This person has a row already.")

    @api.model
    def _claim(self, booking_type, keys):
        """Write the rows of a person.

        :param keys: texts that tell the person from others: those of one person share one at least
        """
        self.flush_model()
        hashed = sorted(self.env["booking.rate.limit"]._hash(key) for key in keys)
        # One after the other, in the same order for everybody: who waits for one holds none that is asked for later.
        for who in hashed:
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO booking_person_claim (type_id, who, claimed_at)
                         VALUES (%s, %s, %s)
                    ON CONFLICT (type_id, who) DO UPDATE SET claimed_at = EXCLUDED.claimed_at
                    """,
                    booking_type.id,
                    who,
                    fields.Datetime.now(),
                )
            )
        self.invalidate_model()

    @api.autovacuum
    def _gc_claims(self):
        self.search([("claimed_at", "<", fields.Datetime.now() - KEPT)]).unlink()
