# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Half-open intervals ``(start, stop)`` of minutes: ``start`` belongs to the interval, ``stop`` does not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

Interval = tuple[int, int]


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Sorted, disjoint, and as few as possible: what overlaps or touches becomes one, what is empty goes.

    >>> merge([(5, 7), (1, 3), (3, 4), (6, 9), (8, 8)])
    [(1, 4), (5, 9)]
    """
    merged: list[Interval] = []
    for start, stop in sorted(intervals):
        if start >= stop:
            continue
        if merged and start <= merged[-1][1]:
            if stop > merged[-1][1]:
                merged[-1] = merged[-1][0], stop
        else:
            merged.append((start, stop))
    return merged


def subtract(interval: Interval, holes: Sequence[Interval]) -> list[Interval]:
    """What is left of an interval outside of ``holes``, which are sorted and disjoint as :func:`merge` returns them.

    >>> subtract((0, 10), [(-5, 1), (3, 4), (8, 12)])
    [(1, 3), (4, 8)]
    """
    start, stop = interval
    left = []
    # the first hole of interest is the last one that starts at or before the interval
    for index in range(max(bisect_right(holes, (start, start)) - 1, 0), len(holes)):
        hole_start, hole_stop = holes[index]
        if hole_start >= stop:
            break
        if start < hole_start:
            left.append((start, hole_start))
        start = max(start, hole_stop)
    if start < stop:
        left.append((start, stop))
    return left
