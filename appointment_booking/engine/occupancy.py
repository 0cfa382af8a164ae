# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How many minutes of a day an advisor could be booked, and where: what the occupancy is measured against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from .intervals import Interval, merge, subtract
from .zones import LocalDay


def share_open(
    openings: Mapping[int | None, Iterable[Interval]], busy: Sequence[Interval], days: Sequence[LocalDay]
) -> dict[tuple[date, int | None], float]:
    """The open minutes of each day and place. A minute counts once, in whatever number of places it may be booked:

    hours for every place (``None``) count where no hours of a place of their own are kept, and places whose hours are
    kept at the same time share them.

    :param openings: the intervals in which the advisor may be booked, by place
    :param busy: sorted and disjoint intervals that are taken by something else
    :param days: the days that are asked for, in order

    >>> monday = LocalDay(0, 1440, date(2025, 3, 3))
    >>> shares = share_open({None: [(540, 720)], 7: [(600, 660)], 8: [(600, 660)]}, [(540, 550)], [monday])
    >>> {place: minutes for (_day, place), minutes in shares.items()} == {None: 110.0, 7: 30.0, 8: 30.0}
    True
    """
    edges: list[tuple[int, int, int | None]] = []
    for place, intervals in openings.items():
        for interval in merge(intervals):
            for start, stop in subtract(interval, busy):
                edges += ((start, 1, place), (stop, -1, place))
    edges += ((day.start, 0, None) for day in days)
    edges.sort(key=lambda edge: edge[0])
    minutes: dict[tuple[date, int | None], float] = defaultdict(float)
    kept: set[int | None] = set()
    upcoming, today, since = iter(days), None, 0
    for minute, change, place in edges:
        if today and kept and since < minute:
            places = kept - {None} or kept
            for one in places:
                minutes[today.date, one] += (min(minute, today.stop) - min(since, today.stop)) / len(places)
        since = minute
        if change == 0:
            today = next(upcoming)
        elif change > 0:
            kept.add(place)
        else:
            kept.discard(place)
    return {key: value for key, value in minutes.items() if value}
