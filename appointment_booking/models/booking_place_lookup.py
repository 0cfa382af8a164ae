import unicodedata
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.own_transaction import own_cursor
from .base_geocoder import GeocoderFailed

# How long an answer is good for. What was not found may have been built meanwhile.
FOUND_LASTS, NOTHING_LASTS = timedelta(days=30), timedelta(days=1)
# After a failure nobody else waits for the geocoder for a moment.
REST = timedelta(seconds=30)

MOST_CHARACTERS = 200
EACH, ALL, PERIOD = 15, 60, timedelta(minutes=5)  # questions that reach the geocoder, of a visitor and of everybody
ALL_PERIOD = timedelta(minutes=1)


class TooManyLookups(Exception):
    """Too many places were looked up in a short time, by this visitor or by all."""


class BookingPlaceLookup(models.Model):
    """Places that visitors looked for, kept for a while so that the geocoder is not asked the same thing twice.

    What somebody typed may be their address: it is kept as a keyed hash, as in ``booking.rate.limit``.
    """

    _name = "booking.place.lookup"
    _description = "Place Looked Up for a Visitor"
    _log_access = False

    query = fields.Char(required=True, readonly=True)
    found = fields.Boolean(readonly=True)
    latitude = fields.Float(digits=(10, 7), readonly=True)
    longitude = fields.Float(digits=(10, 7), readonly=True)
    good_until = fields.Datetime(required=True, readonly=True, index=True)

    _query_unique = models.UniqueIndex("(query)")

    @api.model
    def _look_up(self, text, who, country=None):
        """Return the position of a place that a visitor typed, or nothing when it is not known.

        The answer is kept in a transaction of its own: the page that asks may only read.

        :param who: tells one visitor from another, as their network address
        :param country: ``res.country`` in which the place lies most likely
        :raise GeocoderFailed: when the geocoder cannot say
        :raise TooManyLookups: when it has been asked too often
        """
        query = self._normalise(text)
        if not query:
            return None
        address = ", ".join(filter(None, [query, country and country.with_context(lang="en_US").name]))
        key, resting = self._hash(address), self._hash("\0resting")
        self.flush_model()
        known = {
            known_query: (latitude, longitude) if found else None
            for known_query, found, latitude, longitude in self.env.execute_query(
                SQL(
                    "SELECT query, found, latitude, longitude FROM booking_place_lookup"
                    " WHERE query = ANY(%s) AND good_until > %s",
                    [key, resting],
                    fields.Datetime.now(),
                )
            )
        }
        if key in known:
            return known[key]
        if resting in known:
            raise GeocoderFailed(self.env._("The geocoder cannot be reached."))
        limit = self.env["booking.rate.limit"]
        if not limit._allow("look_up", who, limit._get_limit("look_up", EACH), PERIOD):
            raise TooManyLookups
        if not limit._allow("look_up_all", "all", limit._get_limit("look_up_all", ALL), ALL_PERIOD):
            raise TooManyLookups
        try:
            found = self.env["base.geocoder"]._booking_locate(address)
        except GeocoderFailed:
            self._keep(resting, None, REST)
            raise
        self._keep(key, found, FOUND_LASTS if found else NOTHING_LASTS)
        return found[:2] if found else None

    @api.model
    def _normalise(self, text):
        """Return a text without what makes no difference: capitals, spaces, signs that are no letters or digits."""
        text = unicodedata.normalize("NFC", text or "").casefold()
        kept = "".join(character if character.isalnum() or character in "'’-,./" else " " for character in text)
        return " ".join(kept.split())[:MOST_CHARACTERS]

    @api.model
    def _hash(self, text):
        return self.env["booking.rate.limit"]._hash(text)

    @api.model
    def _keep(self, key, found, period):
        latitude, longitude = found[:2] if found else (0, 0)
        with own_cursor(self.env.registry) as cr:
            cr.execute(
                SQL(
                    """
                    INSERT INTO booking_place_lookup (query, found, latitude, longitude, good_until)
                         VALUES (%s, %s, %s, %s, %s)
                    ON CONFLICT (query) DO UPDATE
                            SET found = EXCLUDED.found, latitude = EXCLUDED.latitude,
                                longitude = EXCLUDED.longitude, good_until = EXCLUDED.good_until
                    """,
                    key,
                    bool(found),
                    latitude,
                    longitude,
                    fields.Datetime.now() + period,
                )
            )

    @api.autovacuum
    def _gc_lookups(self):
        self.search([("good_until", "<", fields.Datetime.now())]).unlink()
