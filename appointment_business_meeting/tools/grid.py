"""The slots of a day, on the clock of one zone. Pure Python."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Span(NamedTuple):
    """From when to when, in naive UTC."""

    start: datetime
    stop: datetime


def to_utc(day: date, minutes: int, tz: str) -> datetime:
    """Return the instant at which a clock shows a time of day: naive UTC.

    An hour that a change of clocks leaves out is the one an hour later; of one that comes twice it is the first.

    >>> to_utc(date(2026, 3, 29), 9 * 60, "Europe/Paris"), to_utc(date(2026, 3, 28), 9 * 60, "Europe/Paris")
    (datetime.datetime(2026, 3, 29, 7, 0), datetime.datetime(2026, 3, 28, 8, 0))
    """
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=ZoneInfo(tz)).astimezone(timezone.utc).replace(tzinfo=None)


def make_grid(days: Iterable[date], start: int, stop: int, length: int, pause: int, tz: str) -> list[Span]:
    """Return the slots of some days: as many as fit between two times of day, each ``length`` minutes long.

    :param start: minutes since midnight on the clock of the zone
    :param stop: the same; no slot ends later
    :param length: minutes of a slot, as they pass
    :param pause: minutes between two slots
    :param tz: name of the zone

    On a day when clocks change, time that does not exist gives no slot, and time that comes twice gives both.
    """
    slots = []
    for day in days:
        instant, end = to_utc(day, start, tz), to_utc(day, stop, tz)
        while instant + timedelta(minutes=length) <= end:
            slots.append(Span(instant, instant + timedelta(minutes=length)))
            instant += timedelta(minutes=length + pause)
    return slots


def without_overlaps(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """Return the spans that overlap none of those taken, nor one another."""
    kept, busy = [], list(taken)
    for span in spans:
        if all(span.stop <= other.start or other.stop <= span.start for other in busy):
            kept.append(span)
            busy.append(span)
    return kept
