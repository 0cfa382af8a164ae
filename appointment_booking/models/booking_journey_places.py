from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from odoo import api, models

from ..tools import postcodes
from ..tools.distance import read_position, write_position
from .booking_journey import BadChoice, UnknownChoice, known_zones

LONGEST_PLACE = 200
MOST_LISTED = 2000


class BookingJourney(models.AbstractModel):
    """Where the visitor comes from: the postcode that decides on the agency, and what narrows the list down."""

    _inherit = "booking.journey"

    @api.model
    def _read_choices(self, booking_type, params, visitor_tz=None):
        choices = super()._read_choices(booking_type, params, visitor_tz)
        choices = replace(
            choices,
            department=self._read_department(choices, params),
            near=" ".join(params.get("near", "").split())[:LONGEST_PLACE],
            at=self._read_at(params) if booking_type.geolocation else None,
            listed=self._read_listed(params),
        )
        if not booking_type._asks_postcode():
            return choices
        typed = params.get("postcode", "")
        postcode = postcodes.normalise(typed)
        if not postcode:
            return replace(choices, wrong_postcode=typed[:LONGEST_PLACE])
        choices = self._attribute_agency(replace(choices, postcode=postcode))
        known_tz = choices.asked_tz or (visitor_tz if visitor_tz in known_zones() else None)
        return replace(choices, tz=known_tz or choices.agency.tz or booking_type.tz)

    @api.model
    def _attribute_agency(self, choices):
        """Return the choices with the agencies that serve the postcode.

        The only one with a free slot is the visitor's where they may not change it; where they may, it is proposed.
        """
        booking_type, agencies = choices.booking_type, choices.agencies
        serving = self._find_serving(agencies, choices.postcode)
        decided = len(agencies) < 2 or (booking_type.may_change_agency and choices.agency)
        if decided or (len(choices.reasons) > 1 and not choices.reason):
            return replace(choices, serving=serving)
        first = self._get_first_by_agency(choices, serving)
        free = serving.filtered(lambda agency: first[agency.id])
        agency = choices.agency
        if not booking_type.may_change_agency and free:
            agency &= serving
            agency = agency or (free if len(free) == 1 else agency)
        return replace(choices, serving=free, agency=agency)

    @api.model
    def _find_serving(self, agencies, postcode):
        found = self.env["booking.agency.postcode"]._find_agency_ids(postcode)
        return agencies & agencies.browse(found)

    @api.model
    def _get_hold_values(self, choices):
        """Return what of the choices a held appointment remembers besides what it is about."""
        return {"postcode": choices.postcode}

    @api.model
    def _choices_of(self, appointment):
        choices = replace(super()._choices_of(appointment), postcode=appointment.postcode or "")
        if choices.postcode and choices.booking_type._asks_postcode():
            choices = replace(choices, serving=self._find_serving(choices.agencies, choices.postcode))
        return choices

    @api.model
    def _read_department(self, choices, params):
        """Return the department asked for, where the type lets visitors filter by it."""
        value = params.get("department", "")
        if not value or not choices.booking_type.filter_departments:
            return ""
        if value not in choices.booking_type.agency_ids.mapped("department"):
            raise UnknownChoice
        return value

    @api.model
    def _read_at(self, params):
        value = params.get("at")
        if not value:
            return None
        position = read_position(value)
        if not position:
            raise BadChoice
        return position

    @api.model
    def _read_listed(self, params):
        value = params.get("listed") or "0"
        if not (value.isascii() and value.isdigit() and len(value) <= 6):
            raise BadChoice
        return min(int(value), MOST_LISTED)

    # Where it leads

    @api.model
    def _get_change_url(self, choices, key):
        """Another postcode may be that of another agency."""
        if key == "postcode":
            return self._get_url(choices, postcode=None, agency=None)
        return super()._get_change_url(choices, key)

    @api.model
    def _get_url(self, choices, **changes):
        where = {
            "postcode": choices.postcode,
            "department": choices.department,
            "near": choices.near,
            "at": choices.at and write_position(choices.at),
        }
        return super()._get_url(choices, **(where | changes))

    @api.model
    def _get_fields(self, choices, *without):
        """Return ``[(name, value)]`` of the choices, for a form that asks for some of them anew."""
        url = self._get_url(choices, **dict.fromkeys(without))
        return parse_qsl(urlsplit(url).query)

    @api.model
    def _get_open_step(self, choices):
        if choices.booking_type._asks_postcode() and not choices.postcode:
            return "postcode"
        return super()._get_open_step(choices)

    @api.model
    def _may_choose_agency(self, choices):
        """Tell whether the visitor is asked for the agency at all."""
        booking_type = choices.booking_type
        if not booking_type.choose_agency or len(choices.agencies) < 2:
            return False
        return not self._is_sent_to_agency(choices)

    @api.model
    def _is_sent_to_agency(self, choices):
        """Tell whether the postcode alone decides on the agency."""
        booking_type = choices.booking_type
        if not booking_type._asks_postcode() or booking_type.may_change_agency:
            return False
        return not choices.postcode or len(choices.serving) == 1

    @api.model
    def _is_unserved(self, choices):
        """Tell whether no agency with a free slot serves the postcode."""
        return bool(choices.postcode) and not choices.serving
