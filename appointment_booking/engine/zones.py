# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the clocks of a time zone show: the only place where UTC and local time meet.

A window is cut where the clocks are changed. In each piece, a *spell*, local time is UTC plus a constant, so plain
addition is right; and no other code needs to know that clocks are changed at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timezone
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .window import MINUTE, Window

DAY = 24 * 60
MARGIN = 2 * DAY  # more than any local day has, so that the days at the window's edges are seen as a whole


class Spell(NamedTuple):
    """A stretch of time without a change of the clocks; ``offset`` is local time minus UTC, in minutes."""

    start: int
    stop: int
    offset: int


class LocalDay(NamedTuple):
    """A day of the calendar in some zone, as minutes of a window."""

    start: int
    stop: int
    date: date


@lru_cache(maxsize=256)
def spells(tz: str, window: Window) -> tuple[Spell, ...]:
    """The spells of the window and of two days on either side of it, in order.

    >>> from datetime import datetime
    >>> spells("Europe/Paris", Window(datetime(2025, 3, 30), 1440))  # the clocks go forward at 01:00 UTC
    (Spell(start=-2880, stop=60, offset=60), Spell(start=60, stop=4320, offset=120))
    """
    zone = ZoneInfo(tz)

    def offset(minute: int) -> int:
        instant = window.to_datetime(minute).replace(tzinfo=timezone.utc)
        return instant.astimezone(zone).utcoffset() // MINUTE

    def changes(low: int, low_offset: int, high: int, high_offset: int) -> Iterator[int]:
        """Each minute after ``low`` and up to ``high`` in which the offset is another than in the minute before."""
        if low_offset == high_offset:
            return
        if high - low == 1:
            yield high
            return
        middle = (low + high) // 2
        middle_offset = offset(middle)
        yield from changes(low, low_offset, middle, middle_offset)
        yield from changes(middle, middle_offset, high, high_offset)

    first, last = -MARGIN, window.minutes + MARGIN
    probes = [(minute, offset(minute)) for minute in (*range(first, last, DAY), last)]
    cuts = [first]
    for before, after in pairwise(probes):
        cuts.extend(changes(*before, *after))
    return tuple(Spell(start, stop, offset(start)) for start, stop in pairwise([*cuts, last]))


def midnights(spell: Spell, window: Window, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The days that the clocks of a spell show between two minutes: ``(ordinal of the date, minute of its 00:00)``.

    The minute is where 00:00 is, or would be had the clocks always been as they are in this spell.

    >>> from datetime import datetime
    >>> list(midnights(Spell(0, 4320, 120), Window(datetime(2025, 3, 30), 4320), 0, 1440))
    [(739340, -120), (739341, 1320)]
    """
    start, stop = max(start, spell.start), min(stop, spell.stop)
    if start < stop:
        # "zero" is the minute of 00:00 on the date of the window's start in UTC
        ordinal = window.start.toordinal()
        zero = -(window.start.hour * 60 + window.start.minute) - spell.offset
        for day in range((start - zero) // DAY, (stop - 1 - zero) // DAY + 1):
            yield ordinal + day, zero + day * DAY


def local_days(tz: str, window: Window) -> list[LocalDay]:
    """The days of a zone that touch the window, each as a whole: also of 23 or 25 hours.

    A day begins when its date is shown for the first time, and ends when the next one begins.

    >>> from datetime import datetime
    >>> for day in local_days("Europe/Paris", Window(datetime(2025, 3, 29), 2000)):
    ...     print(day.date, day.start, (day.stop - day.start) / 60)
    2025-03-29 -60 24.0
    2025-03-30 1380 23.0
    """
    return list(_local_days(tz, window))


@lru_cache(maxsize=256)
def _local_days(tz: str, window: Window) -> tuple[LocalDay, ...]:
    begins: dict[int, int] = {}
    for spell in spells(tz, window):
        for ordinal, midnight in midnights(spell, window, spell.start, spell.stop):
            begins.setdefault(ordinal, max(midnight, spell.start))
    days = sorted(begins.items())
    return tuple(
        LocalDay(start, stop, date.fromordinal(ordinal))
        for (ordinal, start), (_next, stop) in pairwise(days)
        if start < window.minutes and stop > 0
    )
