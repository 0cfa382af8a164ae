import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import available_timezones

from odoo import api, models
from odoo.tools import babel_locale_parse, consteq
from odoo.tools.misc import get_lang

from ..engine import Window, local_days
from ..tools.wording import Wording

# Most types have a free slot soon: the rest of the horizon is looked at only when these days are full.
FIRST_LOOK = timedelta(days=14)
# Around a slot that was just lost, where a visitor would look next.
NEARBY = timedelta(days=5)
NOON, EVENING = 12, 18
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

    @property
    def place_tz(self):
        return self.agency.tz or self.booking_type.tz

    def with_env(self, env):
        """Return the same choices, read in another environment."""
        records = {
            name: value.with_env(env) for name, value in vars(self).items() if isinstance(value, models.BaseModel)
        }
        return replace(self, **records)


class Step(NamedTuple):
    key: str
    label: str
    state: str  # done, current or open
    url: str | None  # where to change what was chosen


class SummaryLine(NamedTuple):
    key: str
    icon: str
    label: str
    value: str
    detail: str = ""
    short: str = ""  # where all lines share one
    url: str | None = None  # where to change it
    action: str = ""  # what that link does


class Slot(NamedTuple):
    start: str  # UTC, as sent back by the form
    hour: str
    label: str  # day and hour, for those who do not see the column


class Day(NamedTuple):
    date: date
    title: str
    weekday: str
    number: str
    says: str  # the day and how many slots it has, in words
    parts: list  # of (heading, [Slot])
    count: int
    url: str
    selected: bool


class Week(NamedTuple):
    title: str
    says: str  # the week and how many slots it has, in words
    days: list
    count: int
    previous_url: str | None
    next_url: str | None
    first_url: str | None  # the week of the first free date, while looking at a later one
    coming: tuple | None  # for a week without slots: (label, address) of the next free one


class Offer(NamedTuple):
    """An agency on the list, and when it is free next."""

    agency: Any
    next_day: str
    url: str | None


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
        known_tz = asked_tz or (visitor_tz if visitor_tz in _zones() else None)
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
        if value not in _zones():
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
        if not choices.agency and choices.booking_type.agency_ids:
            return "agency"
        return "slot"

    @api.model
    def _get_steps(self, choices, current=None):
        """Return the steps of this type, without those that leave no choice."""
        current = current or self._get_open_step(choices)
        labels = [
            ("reason", self.env._("Reason"), len(choices.reasons) > 1),
            ("agency", self.env._("Agency"), len(choices.agencies) > 1),
            ("slot", self.env._("Date and time"), True),
            ("details", self.env._("Your details"), True),
        ]
        shown = [(key, label) for key, label, has_choice in labels if has_choice or key == current]
        position = [key for key, _label in shown].index(current)
        return [
            Step(
                key=key,
                label=label,
                state="done" if index < position else "current" if index == position else "open",
                url=self._get_change_url(choices, key) if index < position else None,
            )
            for index, (key, label) in enumerate(shown)
        ]

    @api.model
    def _get_change_url(self, choices, key):
        return self._get_url(choices, **({key: None} if key in ("reason", "agency") else {}))

    @api.model
    def _get_summary(self, choices, appointment=None):
        """Return the lines of what is decided; each that can be changed alone has the address where."""
        booking_type, reason, agency = choices.booking_type, choices.reason, choices.agency
        lines = []
        if reason:
            lines.append(
                SummaryLine(
                    key="reason",
                    icon="fa-tag",
                    label=self.env._("Reason"),
                    value=reason.name,
                    short=reason.name,
                    url=self._get_change_url(choices, "reason") if len(choices.reasons) > 1 else None,
                    action=self.env._("Change the reason"),
                )
            )
        if agency:
            lines.append(
                SummaryLine(
                    key="agency",
                    icon="fa-map-marker",
                    label=self.env._("Agency"),
                    value=agency.name,
                    detail=agency.address if booking_type.channel == "in_person" else "",
                    short=agency.name,
                    url=self._get_change_url(choices, "agency") if len(choices.agencies) > 1 else None,
                    action=self.env._("Change the agency"),
                )
            )
        if appointment:
            lines.append(
                SummaryLine(
                    key="slot",
                    icon="fa-calendar-o",
                    label=self.env._("Date and time"),
                    value=appointment._format_day(),
                    detail=appointment._format_hours(),
                    short=appointment._format_short(),
                    url=self._get_url(choices),
                    action=self.env._("Change the date and time"),
                )
            )
        duration = self._format_duration(reason.effective_duration) if reason else self._tell_durations(booking_type)
        lines.append(SummaryLine("duration", "fa-clock-o", self.env._("Duration"), duration, short=duration))
        if channel := self._get_channel(booking_type):
            lines.append(SummaryLine("channel", channel[0], self.env._("How"), channel[1]))
        return lines

    @api.model
    def _get_channel(self, booking_type):
        """Return ``[icon, word]`` of how an appointment is held, or nothing where there is nothing to say."""
        # Lists: where texts are exported for translation, those in a tuple after a translated one would go along.
        return {
            "in_person": ["fa-building-o", self.env._("In person")],
            "video": ["fa-video-camera", self.env._("Video conference")],
            "phone": ["fa-phone", self.env._("By phone")],
        }.get(booking_type.channel)

    # What the open step offers

    @api.model
    def _get_offers(self, choices):
        """Return an :class:`Offer` for each agency, found with a fixed number of queries."""
        first = dict.fromkeys(choices.agencies.ids)
        for start, stop in self._get_looks(choices.booking_type):
            missing = choices.agencies.filtered(lambda agency: not first[agency.id])
            if missing:
                found = choices.booking_type._get_slots_by_agency(start, stop, reason=choices.reason, agencies=missing)
                first.update({agency_id: next(iter(slots), None) for agency_id, slots in found.items()})
        return [
            Offer(
                agency=agency,
                next_day=self._tell_day(first[agency.id], agency.tz) if first[agency.id] else "",
                url=self._get_url(choices, agency=agency.id) if first[agency.id] else None,
            )
            for agency in choices.agencies
        ]

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
            start, stop, reason=choices.reason, agency=choices.agency, leaving_out=own
        )

    @api.model
    def _get_own_holds(self, visitor_key):
        """Return what this visitor holds now: to them, that time is free."""
        Appointment = self.env["booking.appointment"]
        if not visitor_key:
            return Appointment
        return Appointment.search([("state", "=", "hold"), ("visitor_key", "=", visitor_key)])

    @api.model
    def _get_week(self, choices, own=None):
        """Return the :class:`Week` to show.

        :param own: ``booking.appointment`` held by this visitor, which do not count
        """
        wording = self._get_wording(choices)
        opens, closes = choices.booking_type._get_offered_period()
        first_day = self._skip_weekend(choices.booking_type, wording.local(opens).date())
        last_day = max(first_day, wording.local(closes).date())
        first = None if choices.day else self._find_first(choices, own=own)
        day = choices.day or (wording.local(first).date() if first else first_day)
        monday = self._get_week_start(min(max(day, first_day), last_day))
        bounds = self._get_day_bounds(monday, choices.tz)
        slots = self._get_slots(choices, bounds[monday][0], bounds[monday + timedelta(days=6)][1], own)
        starts_by_day = {}
        for start in slots:
            starts_by_day.setdefault(wording.local(start).date(), []).append(start)
        shown = self._get_shown_days(choices.booking_type, monday, starts_by_day)
        selected = day if day in starts_by_day else next(iter(starts_by_day), shown[0])
        previous, following = monday - timedelta(days=7), monday + timedelta(days=7)
        title = wording.period(shown[0], shown[-1])
        previous_url = self._get_url(choices, day=previous.isoformat()) if monday > first_day else None
        return Week(
            title=title,
            says=self._tell_free_slots(title, len(slots)),
            days=[self._make_day(choices, wording, day, starts_by_day.get(day, []), day == selected) for day in shown],
            count=len(slots),
            previous_url=previous_url,
            next_url=self._get_url(choices, day=following.isoformat()) if following <= last_day else None,
            first_url=self._get_url(choices, day=None) if choices.day and previous_url else None,
            coming=None if slots else self._get_coming(choices, wording, bounds[shown[-1]][1], own),
        )

    @api.model
    def _get_coming(self, choices, wording, since, own):
        """Return ``(label, address)`` of the first free slot after an empty week, else of the first of all."""
        start = self._find_first(choices, since, own) or self._find_first(choices, own=own)
        if not start:
            return None
        day = wording.local(start).date()
        return f"{wording.day(day)}, {wording.hour(start)}", self._get_url(choices, day=day.isoformat())

    @api.model
    def _get_week_start(self, day):
        """Return the day on which the reader's week begins."""
        first = int(get_lang(self.env).week_start or 1)
        return day - timedelta(days=(day.isoweekday() - first) % 7)

    @api.model
    def _skip_weekend(self, booking_type, day):
        """Return the first day from ``day`` on that is shown."""
        return day if booking_type.show_weekends else day + timedelta(days={6: 2, 7: 1}.get(day.isoweekday(), 0))

    @api.model
    def _get_day_bounds(self, first, tz):
        """Return ``{date: (first instant, end)}`` (naive UTC) of a week on the clock of a zone."""
        window = Window(datetime.combine(first, datetime.min.time()) - timedelta(days=1), 9 * 24 * 60)
        return {
            day.date: (window.to_datetime(day.start), window.to_datetime(day.stop)) for day in local_days(tz, window)
        }

    @api.model
    def _get_shown_days(self, booking_type, first, starts_by_day):
        """Leave out the weekend that a type keeps free, unless it is the visitor's Saturday but not the advisor's."""
        days = [first + timedelta(days=number) for number in range(7)]
        return [day for day in days if booking_type.show_weekends or day.isoweekday() < 6 or day in starts_by_day]

    @api.model
    def _make_day(self, choices, wording, day, starts, selected):
        title = wording.day(day)
        return Day(
            date=day,
            title=title,
            says=self._tell_free_slots(title, len(starts)),
            weekday=wording.weekday(day),
            number=wording.day_of_month(day),
            parts=self._get_parts(wording, day, starts),
            count=len(starts),
            url=self._get_url(choices, day=day.isoformat()),
            selected=selected,
        )

    @api.model
    def _get_parts(self, wording, day, starts):
        """Return the slots of a day under the headings of its parts."""
        parts = {}
        for start in starts:
            hour = wording.local(start).hour
            heading = (
                self.env._("Morning")
                if hour < NOON
                else self.env._("Afternoon")
                if hour < EVENING
                else self.env._("Evening")
            )
            parts.setdefault(heading, []).append(self._make_slot(wording, day, start))
        return list(parts.items())

    @api.model
    def _make_slot(self, wording, day, start):
        hour = wording.hour(start)
        return Slot(start=f"{start.isoformat()}Z", hour=hour, label=f"{wording.day(day)}, {hour}")

    @api.model
    def _get_nearest(self, choices, start, own=None, limit=6):
        """Return the free slots nearest to one that was lost, in their order."""
        starts = list(self._get_slots(choices, start - NEARBY, start + NEARBY, own))
        if not starts and (first := self._find_first(choices, own=own)):
            starts = list(self._get_slots(choices, first, first + NEARBY, own))
        wording = self._get_wording(choices)
        nearest = sorted(starts, key=lambda other: (abs(other - start), other))[:limit]
        return [self._make_slot(wording, wording.local(near).date(), near) for near in sorted(nearest)]

    @api.model
    def _get_zone_note(self, choices, week):
        """Return ``(zone of the hours, zone of the place or nothing)``, told once for the week shown."""
        wording = self._get_wording(choices)
        noons = [
            datetime.combine(day.date, datetime.min.time()) + timedelta(hours=12)
            for day in (week.days[0], week.days[-1])
        ]
        if wording.same_clock(choices.place_tz, *noons):
            return self._tell_zone(choices.place_tz, noons[0]), None
        return self._tell_zone(choices.tz, noons[0]), self._tell_zone(choices.place_tz, noons[0])

    @api.model
    def _get_zone_warning(self, choices, zone, place_zone):
        """Say that the hours are not those of the place, as the visitor must not come at the wrong one."""
        if choices.agency:
            return self.env._(
                "The hours are shown in %(zone)s. The agency is on %(place_zone)s.", zone=zone, place_zone=place_zone
            )
        return self.env._(
            "The hours are shown in %(zone)s. Our advisors are on %(place_zone)s.", zone=zone, place_zone=place_zone
        )

    @api.model
    def _get_zones(self):
        """Return ``[(region, [(zone, city)])]`` of all zones, in the reader's language."""
        regions = {}
        locale = self._locale()
        for name in sorted(_zones()):
            region, _slash, rest = name.partition("/")
            if rest and region not in ("Etc", "SystemV", "US", "posix", "right"):
                regions.setdefault(region, []).append((name, Wording(locale, name).city()))
        return [(region, sorted(zones, key=lambda zone: zone[1])) for region, zones in regions.items()]

    # How it is told

    @api.model
    def _locale(self):
        return babel_locale_parse(get_lang(self.env).code)

    @api.model
    def _wording_of(self, tz):
        return Wording(self._locale(), tz)

    @api.model
    def _get_wording(self, choices):
        return self._wording_of(choices.tz)

    @api.model
    def _tell_day(self, start, tz):
        wording = self._wording_of(tz)
        return wording.short_day(wording.local(start).date())

    @api.model
    def _tell_zone(self, tz, instant):
        wording = self._wording_of(tz)
        return self.env._("%(city)s time (%(offset)s)", city=wording.city(), offset=wording.offset(instant))

    @api.model
    def _tell_free_slots(self, when, count):
        if count == 1:
            return self.env._("%(when)s: 1 free slot", when=when)
        return self.env._("%(when)s: %(count)s free slots", when=when, count=count)

    @api.model
    def _format_duration(self, minutes):
        hours, rest = divmod(minutes, 60)
        if not hours:
            return self.env._("%s min", minutes)
        if not rest:
            return self.env._("%s h", hours)
        return self.env._("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)

    # The catalogue

    @api.model
    def _get_catalogue(self, types):
        """Return ``[(category, [(type, channel, duration, next free day)])]``."""
        first = types._get_first_starts()
        groups = types.grouped("category_id")
        return [
            (
                category,
                [
                    {
                        "type": booking_type,
                        "channel": self._get_channel(booking_type),
                        "duration": self._tell_durations(booking_type),
                        "next_day": self._tell_day(first[booking_type.id], booking_type.tz)
                        if first[booking_type.id]
                        else "",
                    }
                    for booking_type in groups[category]
                ],
            )
            for category in sorted(groups, key=lambda category: (not category, category.sequence, category.name or ""))
        ]

    @api.model
    def _tell_durations(self, booking_type):
        """Return the duration, or the shortest and the longest where reasons differ."""
        minutes = booking_type.reason_ids.mapped("effective_duration") or [booking_type.duration]
        shortest, longest = self._format_duration(min(minutes)), self._format_duration(max(minutes))
        return (
            shortest
            if shortest == longest
            else self.env._("%(shortest)s to %(longest)s", shortest=shortest, longest=longest)
        )


@lru_cache(maxsize=1)
def _zones():
    return frozenset(available_timezones())
