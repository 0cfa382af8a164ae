from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.guest_words import mailbox


class BookingGuestBlock(models.Model):
    """A mailbox to which no invitation is sent any more, because its owner said so.

    Only a keyed hash is kept: it tells whether a given address is meant, and nobody whose it is.
    """

    _name = "booking.guest.block"
    _description = "Mailbox That Wants No Invitations"
    _log_access = False
    _order = "blocked_on desc"
    _rec_name = "blocked_on"

    who = fields.Char(required=True, readonly=True)
    blocked_on = fields.Datetime(required=True, readonly=True)

    _who_uniq = models.Constraint("UNIQUE (who)", "This mailbox is blocked already.")

    @api.model
    def _hash(self, email):
        return self.env["booking.rate.limit"]._hash(f"guest {mailbox(email)}")

    @api.model
    def _add(self, email):
        """Block a mailbox; one that is blocked already, perhaps a moment ago by another request, stays so."""
        self.env.cr.execute(
            SQL(
                "INSERT INTO booking_guest_block (who, blocked_on) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                self._hash(email),
                fields.Datetime.now(),
            )
        )

    @api.model
    def _drop(self, email):
        self.search([("who", "=", self._hash(email))]).unlink()

    @api.model
    def _find_blocked(self, emails):
        """Return those of some addresses that are blocked."""
        hashes = {email: self._hash(email) for email in emails if email}
        known = set(self.search([("who", "in", list(hashes.values()))]).mapped("who"))
        return {email for email, who in hashes.items() if who in known}
