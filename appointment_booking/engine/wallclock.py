# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From opening hours as people say them ("Mondays, 9 to 12, in Lyon") to minutes of a window.

One sentence decides every hard case: **a minute is open when the clock on the wall shows an open time.**

* A time that the clocks skip in spring is never shown, so it opens nothing: 02:30-05:00 opens at 03:00 that day.
* A time that they show twice in autumn is open both times: 01:00-05:00 lasts five hours that day; 01:00-02:30 is open
  until 02:30, and again from the second 02:00 to the second 02:30.
* 12:00 is 12:00 on every day of the year, the days of the changes included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from .intervals import Interval, merge, subtract
from .window import Window
from .zones import DAY, midnights, spells

EVERY_DAY = 0b1111111
WEEKDAYS = 0b0011111


class Rule(NamedTuple):
    """Hours of the days from ``date_from`` to ``date_to``, both included, that are one of ``weekdays``.

    The hours are minutes of the local day in ``tz``: 0 to 1440, or 1439, since people type 23:59 for the end of a day.
    An evening that runs past midnight takes two rules; slots may still run from one into the other. A ``closed`` rule
    is an exception: it takes its hours away from all the others.
    """

    weekdays: int  # bit 0 is Monday, so 127 is every day
    date_from: date | None
    date_to: date | None
    minute_from: int
    minute_to: int
    tz: str
    closed: bool = False

    def holds_on(self, day: date) -> bool:
        return (
            bool(self.weekdays >> day.weekday() & 1)
            and (self.date_from is None or self.date_from <= day)
            and (self.date_to is None or day <= self.date_to)
        )

    def seen_between(self, first: date, last: date) -> Rule:
        """A rule that holds on the same days from ``first`` to ``last``, without a date that makes no difference there.

        So most of the rules in force look alike, however long they have been, and are worked out once.
        """
        if not self.date_from and not self.date_to:
            return self
        date_from = None if self.date_from and self.date_from <= first else self.date_from
        date_to = None if self.date_to and self.date_to >= last else self.date_to
        return Rule(self.weekdays, date_from, date_to, *self[3:])


class Opening(NamedTuple):
    """Minutes from ``start`` to ``stop`` that are open, and where the grid of the starts that they offer begins.

    ``origin`` is when the hours of that day begin by the clock, whatever of them has been cut off: by the edge of the
    window, an exception or a change of the clocks. So the starts are the same ones in whichever window they are seen,
    and do not wander when an hour is taken out.

    >>> list(Opening(600, 720, origin=540).starts(step=45))  # open from 9:00, closed until 10:00
    [630, 675]
    """

    start: int
    stop: int
    origin: int

    def starts(self, step: int) -> range:
        return range(self.start + (self.origin - self.start) % step, self.stop, step)


def expand(rules: Iterable[Rule], window: Window) -> tuple[Opening, ...]:
    """What the rules of an advisor open in a window, in order.

    The hours of one day in one zone that overlap or touch are one: the grid runs on from 9:00 through 9-12 and 12-18.
    Every day begins a grid of its own. Openings overlap only where rules of different zones do.

    >>> from datetime import datetime
    >>> lyon = "Europe/Paris"
    >>> rules = [
    ...     Rule(WEEKDAYS, None, None, 9 * 60, 12 * 60, lyon),
    ...     Rule(EVERY_DAY, date(2025, 3, 4), date(2025, 3, 4), 0, 10 * 60, lyon, closed=True),
    ... ]
    >>> expand(rules, Window(datetime(2025, 3, 3), 2 * 1440))  # a Monday and a Tuesday
    (Opening(start=480, stop=660, origin=480), Opening(start=1980, stop=2100, origin=1920))
    """
    # a local date differs from the one in UTC by one day at most
    first, last = window.start.date() - timedelta(days=1), window.stop.date() + timedelta(days=1)
    return _expand(tuple([rule.seen_between(first, last) for rule in rules]), window)


@lru_cache(maxsize=1024)
def _expand(rules: tuple[Rule, ...], window: Window) -> tuple[Opening, ...]:
    openings = sorted(_openings([rule for rule in rules if not rule.closed], window))
    closed = [rule for rule in rules if rule.closed]
    if closed:
        holes = merge((start, stop) for start, stop, _origin in _openings(closed, window))
        # Cut off at the same minute, hours of two zones may change their order.
        openings = sorted(
            Opening(*left, origin) for start, stop, origin in openings for left in subtract((start, stop), holes)
        )
    return tuple(openings)


def _openings(rules: list[Rule], window: Window) -> Iterator[Opening]:
    """What the rules cover, be they opening or closed ones."""
    for tz in dict.fromkeys(rule.tz for rule in rules):
        hours_of = _timetable([rule for rule in rules if rule.tz == tz])
        for spell in spells(tz, window):
            low, high = max(spell.start, 0), min(spell.stop, window.minutes)
            for ordinal, midnight in midnights(spell, window, low, high):
                for first, last in hours_of(ordinal):
                    start, stop = max(midnight + first, low), min(midnight + last, high)
                    if start < stop:
                        yield Opening(start, stop, midnight + first)


def _timetable(rules: list[Rule]) -> Callable[[int], list[Interval]]:
    """A function from a date's ordinal to the merged hours of the rules, all of one zone, that hold on that date."""
    weekly: list[list[Interval]] = [[] for _weekday in range(7)]
    dated: list[tuple[Rule, Interval]] = []
    for rule in rules:
        hours = max(rule.minute_from, 0), DAY if rule.minute_to == DAY - 1 else min(rule.minute_to, DAY)
        if rule.date_from or rule.date_to:
            dated.append((rule, hours))
        else:
            for weekday in range(7):
                if rule.weekdays >> weekday & 1:
                    weekly[weekday].append(hours)
    weekly = [merge(hours) for hours in weekly]

    def hours_of(ordinal: int) -> list[Interval]:
        hours = weekly[(ordinal + 6) % 7]
        if dated:
            day = date.fromordinal(ordinal)
            hours = merge([*hours, *(hours for rule, hours in dated if rule.holds_on(day))])
        return hours

    return hours_of
