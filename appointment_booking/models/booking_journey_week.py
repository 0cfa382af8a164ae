from datetime import date, datetime, timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.tools.misc import get_lang

from ..engine import Window, local_days

# Around a slot that was just lost, where a visitor would look next.
NEARBY = timedelta(days=5)
NOON, EVENING = 12, 18


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
    closed: str = ""  # what is told of a day that is closed, whoever is free


class Week(NamedTuple):
    title: str
    says: str  # the week and how many slots it has, in words
    days: list
    count: int
    previous_url: str | None
    next_url: str | None
    first_url: str | None  # the week of the first free date, while looking at a later one
    coming: tuple | None  # for a week without slots: (label, address) of the next free one


class BookingJourney(models.AbstractModel):
    """The week of slots, and the slots nearest to one that was lost."""

    _inherit = "booking.journey"

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
            closed="" if starts else self._tell_closing(choices.booking_type, day),
        )

    @api.model
    def _tell_closing(self, booking_type, day):
        """Return what visitors read on a closed date; nothing on any other."""
        return booking_type._find_closing(day, day)._get_closing_note() if booking_type.closed_dates else ""

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
