import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from zoneinfo import available_timezones

from odoo import api, models
from odoo.tools import consteq

# Most types have a free slot soon: the rest of the horizon is looked at only when these days are full.
FIRST_LOOK = timedelta(days=14)
YEARS = range(2000, 2200)  # elsewhere no slot is ever asked for in earnest
ID = re.compile(r"[0-9]{1,9}")
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class BadChoice(Exception):
    """The link says something that cannot be read: a date that is none, a number that is a word."""


class UnknownChoice(Exception):
    """The link names something that this type does not have."""


@dataclass(frozen=True)
class Choices:
    """What a visitor has chosen so far, looked up through the rules of the type.

    ``reason`` and ``agency`` are empty records as long as they are open, and where the type has none. What is the only
    choice counts as chosen.
    """

    booking_type: Any
    reasons: Any  # among which to choose
    agencies: Any
    reason: Any
    agency: Any
    day: date | None  # the week in which it lies is shown; None shows the first one with a free slot
    tz: str  # whose clock is read
    asked_tz: str | None  # the zone, where the link names one
    left_agency: Any  # chosen before, but the reason is not handled there
    advisors: Any = None  # among whom to choose; None where the visitor does not choose the advisor
    advisor: Any = None
    any_advisor: bool = False  # the visitor has no preference
    left_advisor: Any = None  # chosen before, but not there for this reason or at this agency

    # Where the visitor comes from, see booking_journey_places
    postcode: str = ""
    wrong_postcode: str = ""  # what was typed instead of one
    serving: Any = ()  # agencies that serve the postcode and have a free slot, where that decides
    department: str = ""  # of the agencies to list
    near: str = ""  # a place that the visitor typed
    at: tuple | None = None  # the position that the visitor shared: latitude and longitude
    listed: int = 0  # how many agencies to list; 0: the first ones

    prefill: tuple = ()  # what the link fills into the form: pairs of parameter and text, see booking_journey_prefill

    moving: Any = None  # the appointment that is moved to another slot, see booking_journey_moving

    @property
    def place_tz(self):
        return self.agency.tz or self.booking_type.tz

    def with_env(self, env):
        """Return the same choices, read in another environment."""
        records = {
            name: value.with_env(env) for name, value in vars(self).items() if isinstance(value, models.BaseModel)
        }
        return replace(self, **records)


class BookingJourney(models.AbstractModel):
    """The booker's way from a type to a slot: what is decided, what is open, and what the open step offers.

    Nothing here is stored: the way's state is its address. What an address says is looked up again here each time.
    """

    _name = "booking.journey"
    _description = "The Booker's Way"

    # What is chosen

    @api.model
    def _read_choices(self, booking_type, params, visitor_tz=None):
        """Return the :class:`Choices` that an address makes.

        :param params: dict of strings as the visitor sent them
        :param visitor_tz: name of the zone of the visitor's browser, as far as known
        :raise BadChoice: when something cannot be read
        :raise UnknownChoice: when something does not belong to the type
        """
        reasons = booking_type.reason_ids
        reason = self._read_record(params.get("reason"), reasons)
        agency = self._read_record(params.get("agency"), booking_type.agency_ids)
        return self._complete_choices(
            booking_type, reason, agency, self._read_day(params), self._read_tz(params.get("tz")), visitor_tz
        )

    @api.model
    def _complete_choices(self, booking_type, reason, agency, day=None, asked_tz=None, visitor_tz=None):
        reasons = booking_type.reason_ids
        reason = reason or (reasons if len(reasons) == 1 else reasons.browse())
        agencies = self._get_agencies(booking_type, reason)
        left_agency = agency - agencies
        agency = (agency & agencies) or (agencies if len(agencies) == 1 else agencies.browse())
        if not booking_type.choose_agency and len(agencies) > 1:
            agency = left_agency = agencies.browse()
        known_tz = asked_tz or (visitor_tz if visitor_tz in known_zones() else None)
        return Choices(
            booking_type=booking_type,
            reasons=reasons,
            agencies=agencies,
            reason=reason,
            agency=agency,
            day=day,
            tz=known_tz or agency.tz or booking_type.tz,
            asked_tz=asked_tz,
            left_agency=left_agency,
        )

    @api.model
    def _choices_of(self, appointment):
        """Return the choices that led to an appointment, so that each of them can be changed."""
        tz = appointment._get_booker_tz()
        start = self._wording_of(tz).local(appointment.start)
        choices = self._complete_choices(
            appointment.type_id, appointment.reason_id, appointment.agency_id, start.date(), None, tz
        )
        return replace(choices, reason=appointment.reason_id, agency=appointment.agency_id)

    @api.model
    def _get_agencies(self, booking_type, reason):
        """Return the agencies where a reason is handled; before it is known, all of the type."""
        return (booking_type.agency_ids & reason.agency_ids) if reason.agency_ids else booking_type.agency_ids

    @api.model
    def _read_record(self, value, records):
        if not value:
            return records.browse()
        if not ID.fullmatch(value):
            raise BadChoice
        record = records.filtered(lambda record: record.id == int(value))
        if not record:
            raise UnknownChoice
        return record

    @api.model
    def _read_day(self, params):
        value = params.get("day") or params.get("week")
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise BadChoice from error

    @api.model
    def _read_tz(self, value):
        if not value:
            return None
        if value not in known_zones():
            raise BadChoice
        return value

    @api.model
    def _read_start(self, value):
        """Return the instant (naive UTC) that a slot's button sends, ``2025-11-25T09:00:00Z``."""
        try:
            start = datetime.strptime(value or "", "%Y-%m-%dT%H:%M:%SZ")
        except ValueError as error:
            raise BadChoice from error
        if start.year not in YEARS:
            raise BadChoice
        return start

    @api.model
    def _find_appointment(self, token):
        """Return the appointment of a secret link, or nothing."""
        Appointment = self.env["booking.appointment"]
        if not TOKEN.fullmatch(token or ""):
            return Appointment
        appointment = Appointment.search([("access_token", "=", token)], limit=1)
        return appointment if appointment and consteq(appointment.access_token, token) else Appointment

    # Where it leads

    @api.model
    def _get_url(self, choices, **changes):
        """Return the address of the way with some choices changed; ``None`` takes one back."""
        chosen = {
            "reason": choices.reason.id if len(choices.reasons) > 1 else None,
            "agency": choices.agency.id if len(choices.booking_type.agency_ids) > 1 else None,
            "day": choices.day and choices.day.isoformat(),
            "tz": choices.asked_tz,
        }
        query = urlencode({key: value for key, value in (chosen | changes).items() if value})
        return choices.booking_type.website_url + (f"?{query}" if query else "")

    @api.model
    def _get_open_step(self, choices):
        """Return the key of the first step that is not decided."""
        if not choices.reason and len(choices.reasons) > 1:
            return "reason"
        if not choices.agency and choices.booking_type.agency_ids and choices.booking_type.choose_agency:
            return "agency"
        return "slot"

    # What is free

    @api.model
    def _get_looks(self, booking_type, since=None):
        """Yield the periods in which to look for the first free slot: the next days, then the rest of the horizon."""
        opens, closes = booking_type._get_offered_period()
        opens, closes = max(opens, since or opens), closes + timedelta(minutes=1)
        middle = min(opens + FIRST_LOOK, closes)
        return [(start, stop) for start, stop in ((opens, middle), (middle, closes)) if start < stop]

    @api.model
    def _find_first(self, choices, since=None, own=None):
        """Return the first free start (naive UTC), or nothing."""
        for start, stop in self._get_looks(choices.booking_type, since):
            slots = self._get_slots(choices, start, stop, own)
            if slots:
                return next(iter(slots))
        return None

    @api.model
    def _get_slots(self, choices, start, stop, own=None):
        return choices.booking_type._get_slots(
            start,
            stop,
            reason=choices.reason,
            agency=choices.agency,
            users=self._get_users(choices),
            leaving_out=own,
        )

    @api.model
    def _get_own_holds(self, visitor_key):
        """Return what this visitor holds now: to them, that time is free."""
        Appointment = self.env["booking.appointment"]
        if not visitor_key:
            return Appointment
        return Appointment.search([("state", "=", "hold"), ("visitor_key", "=", visitor_key)])


@lru_cache(maxsize=1)
def known_zones():
    return frozenset(available_timezones())
