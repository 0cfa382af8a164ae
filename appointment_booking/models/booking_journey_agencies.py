import unicodedata
from typing import Any, NamedTuple

from babel.units import format_unit

from odoo import api, models
from odoo.tools import html_sanitize

from ..tools.distance import kilometres
from ..tools.wording import Wording
from .base_geocoder import GeocoderFailed
from .booking_place_lookup import TooManyLookups

# As many as a thumb scrolls through; the rest is a link away.
LISTED = 20
# Up to here everything is in sight, and a search field would only be in the way.
SEARCH_FROM = 7

# What the list needs: read alone, the long texts of hundreds of agencies stay where they are.
LIST_FIELDS = (
    "name",
    "street",
    "street2",
    "zip",
    "city",
    "country_id",
    "department",
    "latitude",
    "longitude",
    "tz",
    "opening_notice",
)

TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
ATTRIBUTION = '&copy; <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a>'


class Offer(NamedTuple):
    """An agency on the list, and when it is free next."""

    agency: Any
    next_day: str
    url: str | None
    distance: str = ""  # in words; empty where no position is known
    serves: bool = False  # whether it serves the visitor's postcode
    position: tuple | None = None  # latitude and longitude, where the map may show them


class Places(NamedTuple):
    """The list of agencies, and what was looked for."""

    offers: list  # of Offer: those to show
    total: int
    more_url: str | None
    all_url: str | None  # the whole list, where something narrows it down
    searchable: bool
    departments: list  # of (department, number of agencies)
    notice: str  # what kept the list from being what was asked for
    sorted_by: str  # from where the distances are counted, in words
    map: dict | None  # where its tiles come from; nothing where there is nothing to show on it


class BookingJourney(models.AbstractModel):
    """The choice of an agency."""

    _inherit = "booking.journey"

    @api.model
    def _get_places(self, choices, who):
        """Return the :class:`Places` to choose among.

        :param who: tells the visitor from others, so that nobody looks up places for a living
        """
        agencies = self._get_listed_agencies(choices)
        agencies.fetch(LIST_FIELDS)
        narrowed = agencies
        if choices.department:
            narrowed = narrowed.filtered(lambda agency: agency.department == choices.department)
        position, notice = choices.at, ""
        if choices.near and not position:
            narrowed, position, notice = self._search_near(choices, narrowed, who)
        first = self._get_first_by_agency(choices, narrowed)
        narrowed = self._sort_agencies(choices, narrowed, first, position)
        listed = max(choices.listed, LISTED)
        shown = narrowed[:listed]
        narrow = choices.near or choices.at or choices.department
        offers = self._get_offers(choices, shown, first, position)
        return Places(
            offers=offers,
            total=len(narrowed),
            more_url=self._get_url(choices, listed=listed + LISTED) + "#more" if len(narrowed) > listed else None,
            all_url=self._get_url(choices, near=None, at=None, department=None) if narrow else None,
            searchable=choices.booking_type.geolocation or len(agencies) >= SEARCH_FROM,
            departments=self._get_departments(choices, agencies),
            notice=notice,
            sorted_by=self._tell_origin(choices) if position else "",
            map=self._get_map() if any(offer.position for offer in offers) else None,
        )

    @api.model
    def _get_offers(self, choices, agencies=None, first=None, position=None):
        """Return an :class:`Offer` for each of some agencies, else of all, found with a fixed number of queries.

        :param first: their first free starts as :meth:`_get_first_by_agency` returns them
        :param position: latitude and longitude from where to count
        """
        agencies = choices.agencies if agencies is None else agencies
        first = self._get_first_by_agency(choices, agencies) if first is None else first
        on_map = choices.booking_type.geolocation and not choices.booking_type.hide_address
        locale = self._locale()
        wordings = {tz: Wording(locale, tz) for tz in set(agencies.mapped("tz"))}

        def tell_day(agency):
            wording = wordings[agency.tz]
            return wording.short_day(wording.local(first[agency.id]).date())

        return [
            Offer(
                agency=agency,
                next_day=tell_day(agency) if first[agency.id] else "",
                url=self._get_url(choices, agency=agency.id) if first[agency.id] else None,
                distance=self._tell_distance(kilometres(position, there), locale) if position and there else "",
                serves=agency in choices.serving,
                position=there if on_map else None,
            )
            for agency in agencies
            for there in [agency._get_position()]
        ]

    @api.model
    def _get_first_by_agency(self, choices, agencies):
        """Return ``{agency id: first free start (naive UTC) or None}``."""
        first = dict.fromkeys(agencies.ids)
        # An advisor whom the visitor chose before may not be at the other agencies: whoever is counts.
        users = None if choices.advisors is None else choices.advisors.user_id
        for start, stop in self._get_looks(choices.booking_type):
            missing = agencies.browse([agency_id for agency_id, found in first.items() if not found])
            if missing:
                first.update(
                    choices.booking_type._get_first_by_agency(start, stop, missing, reason=choices.reason, users=users)
                )
        return first

    @api.model
    def _get_map(self):
        """Return what the map is made of: the address of its tiles, and the words that their licence demands.

        The parameters are those of ``web_leaflet_lib``, which come as the word "False" where nobody has set them.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        tiles, attribution = parameters.get_param("leaflet.tile_url"), parameters.get_param("leaflet.copyright")
        return {
            "tiles": tiles if tiles and tiles != "False" else TILES,
            "attribution": str(html_sanitize((attribution or "").strip() or ATTRIBUTION)),
        }

    @api.model
    def _get_listed_agencies(self, choices):
        """Return the agencies among which this visitor chooses."""
        if choices.serving and not choices.booking_type.may_change_agency:
            return choices.serving
        return choices.agencies

    @api.model
    def _sort_agencies(self, choices, agencies, first, position):
        """Those that serve the postcode come first; then by distance where it can be told, else what can be booked."""

        def rank(agency):
            there = position and agency._get_position()
            far = (kilometres(position, there) if there else float("inf")) if position else not first[agency.id]
            return agency not in serving, far

        serving = set(choices.serving)
        return agencies.sorted(rank)

    @api.model
    def _search_near(self, choices, agencies, who):
        """Return ``(agencies, position, notice)`` for the place that a visitor typed.

        Where places cannot be looked up, or not this one, agencies are found by their name, town or postcode.
        """
        notice = ""
        if choices.booking_type.geolocation:
            country = agencies.country_id if len(agencies.country_id) == 1 else None
            try:
                position = self.env["booking.place.lookup"]._look_up(choices.near, who, country)
                if position:
                    return agencies, position, ""
            except GeocoderFailed:
                notice = self.env._("Addresses cannot be looked up at the moment.")
            except TooManyLookups:
                notice = self.env._("Too many addresses were looked up in a short time. Try again in a few minutes.")
        words = _fold(choices.near).split()
        found = agencies.filtered(lambda agency: _matches(agency, words))
        if found:
            return found, None, notice and " ".join([notice, self.env._("These agencies match what you typed.")])
        nothing = self.env._("Nothing was found for “%s”. This is the whole list.", choices.near)
        whole = self.env._("This is the whole list.")
        return agencies, None, " ".join([notice, whole]) if notice else nothing

    @api.model
    def _get_departments(self, choices, agencies):
        if not choices.booking_type.filter_departments:
            return []
        counts = agencies.filtered("department").grouped("department")
        return [(name, len(counts[name])) for name in sorted(counts)] if len(counts) > 1 or choices.department else []

    @api.model
    def _tell_origin(self, choices):
        if choices.at:
            return self.env._("Nearest to your position first")
        return self.env._("Nearest to “%s” first", choices.near)

    @api.model
    def _tell_distance(self, km, locale):
        """Return a distance as the crow flies in the reader's language, no more exact than it is known."""
        if km < 1:
            return self.env._("less than 1 km away")
        pattern = "#,##0.#" if km < 10 else "#,##0"
        distance = format_unit(km, "length-kilometer", "short", format=pattern, locale=locale)
        return self.env._("%s away", distance)


def _fold(text):
    """Return a text without capitals, accents and signs, so that "ETIENNE" finds "Saint-Étienne"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return "".join(character if character.isalnum() else " " for character in plain)


def _matches(agency, words):
    """Tell whether each word begins one in the agency's name, town or postcode."""
    known = _fold(" ".join(filter(None, [agency.name, agency.city, agency.zip]))).split()
    return bool(words) and all(any(own.startswith(word) for own in known) for word in words)
