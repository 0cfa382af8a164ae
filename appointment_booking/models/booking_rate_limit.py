import hashlib
import hmac
from datetime import timedelta

from odoo import api, fields, models

from ..tools.own_transaction import own_cursor

# Longer than any period that is asked for.
KEPT = timedelta(days=2)


class BookingRateLimit(models.Model):
    """What somebody did, so that it is not done too often.

    One row a deed: rows are only added, so that two server processes never wait for each other, and counted by an
    index. Who it was is kept as a keyed hash, which tells the same from others and nobody else.
    """

    _name = "booking.rate.limit"
    _description = "Deed That Counts towards a Limit"
    _log_access = False
    _order = "done_at desc"

    deed = fields.Char(required=True, readonly=True)
    who = fields.Char(required=True, readonly=True)
    done_at = fields.Datetime(required=True, readonly=True)

    _deed_who_done_at_index = models.Index("(deed, who, done_at)")

    @api.model
    def _allow(self, deed, who, limit, period):
        """Count a deed, and tell whether it is within the limit.

        It is written in a transaction of its own: it counts also when the request ends in an error, in a request that
        may only read, and at once for all server processes.

        :param deed: what is done, as ``"hold"``: each has its own limit
        :param who: whatever tells one from another: an address of the network, an e-mail
        :param limit: how often it may be done
        :param period: the ``timedelta`` in which it is counted, 2 days at most
        :return: whether this time was still within the limit. What was refused does not count.
        """
        with own_cursor(self.env.registry) as cr:
            deeds = self.with_env(self.env(cr=cr, su=True))
            now = fields.Datetime.now()
            known = deeds._hash(who)
            done = deeds.search_count(
                [("deed", "=", deed), ("who", "=", known), ("done_at", ">", now - period)], limit=limit
            )
            if done >= limit:
                return False
            deeds.create({"deed": deed, "who": known, "done_at": now})
            return True

    @api.model
    def _is_spent(self, deed, who, limit, period):
        """Tell whether no deed is left within the limit, without counting one: for what counts only when it fails.

        It is read in the transaction of the request, which has only just begun.
        """
        deeds = self.sudo()
        since = fields.Datetime.now() - period
        domain = [("deed", "=", deed), ("who", "=", deeds._hash(who)), ("done_at", ">", since)]
        return deeds.search_count(domain, limit=limit) >= limit

    @api.model
    def _get_limit(self, deed, default):
        """Return the limit of a deed: that of the system parameter ``appointment_booking.limit_<deed>``, if set."""
        value = self.env["ir.config_parameter"].sudo().get_param(f"appointment_booking.limit_{deed}")
        return int(value) if value and value.isdigit() else default

    @api.model
    def _hash(self, who):
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        return hmac.new(secret.encode(), str(who).encode(), hashlib.sha256).hexdigest()

    @api.autovacuum
    def _gc_deeds(self):
        self.search([("done_at", "<", fields.Datetime.now() - KEPT)]).unlink()
