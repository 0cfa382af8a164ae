# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which starts an advisor can offer, and why the others not.

Whatever stands in the way of a slot forbids a range of starts: a slot of ``d`` minutes meets an event from ``a`` to
``b`` exactly if it starts after ``a - d`` and before ``b``. So each cause is a small function from a diary to the
ranges of starts that it forbids. The starts on offer are those of the grid with all these ranges struck out; a
diagnosis is the same ranges, asked about one start.
"""

from __future__ import annotations

import enum
import sys
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

from .bits import Roll, to_bits
from .intervals import Interval, merge
from .wallclock import Opening
from .zones import LocalDay

EVER = sys.maxsize

Advisor = TypeVar("Advisor", bound=Hashable)


class Rules(NamedTuple):
    """The rules of an appointment type. All in minutes; ``earliest`` and ``latest`` are minutes of the window."""

    duration: int
    step: int
    gap: int = 0
    earliest: int = -EVER  # the first start allowed
    latest: int = EVER  # the last start allowed
    max_per_day: int = 0  # appointments of this type that an advisor takes per local day; 0: any number


class Diary(NamedTuple):
    """What is known of an advisor. None of the sequences but ``open`` need be sorted, disjoint or inside the window.

    Give the appointments that end or start within the longest gap around the window, too. An appointment that is being
    moved is left out by the caller, from ``appointments`` and from the counts of ``days``.
    """

    open: Sequence[Opening]  # as expand() returns it
    busy: Sequence[Interval] = ()  # events and time off: slots may touch them
    appointments: Sequence[tuple[int, int, int]] = ()  # (start, stop, gap to keep), of any type
    days: Sequence[tuple[int, int, int]] = ()  # as count_by_day() returns them for appointments of this type
    closed: Sequence[Interval] = ()  # when the type takes no appointments, whoever is free


class Cause(str, enum.Enum):
    """Why a start is not on offer."""

    OPENING = "opening"  # the slot is not, or not as a whole, in the opening hours
    GRID = "grid"  # the hours are open, but slots start at other minutes
    BUSY = "busy"
    APPOINTMENT = "appointment"
    GAP = "gap"  # too close to an appointment
    DAY_LIMIT = "day_limit"
    NOTICE = "notice"
    HORIZON = "horizon"
    CLOSED_DATE = "closed_date"


def free_starts(diary: Diary, rules: Rules) -> list[int]:
    """The minutes at which the advisor can start an appointment, in order.

    >>> diary = Diary(open=[Opening(540, 720, 540)], busy=[(600, 610)], appointments=[(690, 720, 0)])
    >>> free_starts(diary, Rules(duration=30, step=15))
    [540, 555, 570, 615, 630, 645, 660]
    >>> free_starts(diary, Rules(duration=30, step=15, gap=20))
    [540, 555, 570, 615, 630]
    """
    starts = list(_open_starts(tuple(diary.open), rules.duration, rules.step))
    if starts:
        for forbidden in _FORBIDDEN.values():
            _strike_out(starts, forbidden(diary, rules))
    return starts


def first_start(diary: Diary, rules: Rules, before: int = EVER) -> int | None:
    """The first of :func:`free_starts`, found without working out the others; nothing if it is not before ``before``.

    >>> diary = Diary(open=[Opening(540, 720, 540)], busy=[(530, 610)], appointments=[(610, 640, 5)])
    >>> first_start(diary, Rules(duration=30, step=15))
    645
    >>> first_start(diary, Rules(duration=30, step=15), before=645)
    """
    starts = _open_starts(tuple(diary.open), rules.duration, rules.step)
    end = min(rules.latest + 1, before)
    index = bisect_left(starts, rules.earliest)
    if index == len(starts) or starts[index] >= end:
        return None  # most are answered here, without a look at what is busy
    ranges = [taken for forbidden in _FORBIDDEN.values() for taken in forbidden(diary, rules)]
    while index < len(starts) and starts[index] < end:
        start = starts[index]
        free_again = max((last for first, last in ranges if first <= start < last), default=None)
        if free_again is None:
            return start
        index = bisect_left(starts, free_again, index + 1)
    return None


def offers(
    diaries: Mapping[Advisor, Diary],
    rules: Rules,
    busy: Iterable[tuple[int, int, int]] = (),
    places: Sequence[int] | None = None,
) -> dict[int, list[Advisor]]:
    """Each start that is on offer, in order, and the advisors who can take it, in the order of their places.

    :param busy: what the diaries leave out of ``busy``, told the other way round: ``(start, stop, bits)``, where bit
        ``i`` is set if the advisor with place ``i`` is busy then. That is quicker for many advisors, who are busy at
        the same round hours. Those who then have nothing else in their way may share one diary, which is worked out
        once.
    :param places: those of the diaries' advisors, in the same order; unless told, they are 0, 1, 2 ...

    >>> morning, noon = Opening(540, 600, 540), Opening(570, 630, 570)
    >>> offers({"Ada": Diary([morning]), "Bob": Diary([noon])}, Rules(duration=30, step=30))
    {540: ['Ada'], 570: ['Ada', 'Bob'], 600: ['Bob']}
    >>> offers({"Ada": Diary([morning]), "Bob": Diary([noon])}, Rules(duration=30, step=30), busy=[(590, 600, 0b10)])
    {540: ['Ada'], 570: ['Ada'], 600: ['Bob']}
    """
    if places is None:
        places = range(len(diaries))
    roll = Roll(dict(zip(places, diaries, strict=True)))
    alike: dict[int, tuple[Diary, list[int]]] = {}
    for place, diary in zip(places, diaries.values(), strict=True):
        alike.setdefault(id(diary), (diary, []))[1].append(place)
    free: defaultdict[int, int] = defaultdict(int)
    for diary, of_those in alike.values():
        bits = to_bits(of_those)
        for start in free_starts(diary, rules):
            free[start] |= bits
    starts = sorted(free)
    return {
        start: roll.members(takers)
        for start, engaged in zip(starts, _engaged(starts, rules.duration, busy), strict=True)
        if (takers := free[start] & ~engaged)
    }


def explain(diary: Diary, rules: Rules, minute: int) -> list[Cause]:
    """All the causes that keep a start off the offer; none if it is on offer.

    To learn *which* event stands in the way, ask with a diary that holds that event alone.

    >>> diary = Diary(open=[Opening(540, 720, 540)], busy=[(600, 610)])
    >>> [str(cause.value) for cause in explain(diary, Rules(30, 15, earliest=600), 571)]
    ['grid', 'busy', 'notice']
    """
    causes = {
        cause
        for cause, forbidden in _FORBIDDEN_OR_CLOSED.items()
        if any(start <= minute < stop for start, stop in forbidden(diary, rules))
    }
    grids = [opening.starts(rules.step) for opening in diary.open if opening.start <= minute < opening.stop]
    if grids and not any(minute in grid for grid in grids):
        causes.add(Cause.GRID)
    return [cause for cause in Cause if cause in causes]


def refusals(diary: Diary, rules: Rules) -> dict[Cause, list[int]]:
    """The starts of the grid that are not on offer, by cause. A start may be there under several causes.

    >>> diary = Diary(open=[Opening(540, 660, 540)], busy=[(600, 610)])
    >>> for cause, starts in refusals(diary, Rules(duration=60, step=30, earliest=570)).items():
    ...     print(cause.value, starts)
    opening [630]
    busy [570, 600]
    notice [540]
    """
    refused = {}
    grid = _grid(diary.open, rules.step)
    for cause, forbidden in _FORBIDDEN_OR_CLOSED.items():
        left = grid.copy()
        _strike_out(left, forbidden(diary, rules))
        if len(left) < len(grid):
            refused[cause] = sorted({*grid}.difference(left))
    return refused


def count_by_day(days: Iterable[LocalDay | Interval], starts: Iterable[int]) -> list[tuple[int, int, int]]:
    """Local days with the number of appointments that start in each, as a :class:`Diary` wants them.

    >>> count_by_day([(0, 1440), (1440, 2880)], starts=[2000, 0, 1440, 9000])
    [(0, 1440, 1), (1440, 2880, 2)]
    """
    starts = sorted(starts)
    return [(start, stop, bisect_left(starts, stop) - bisect_left(starts, start)) for start, stop, *_date in days]


def _engaged(starts: Sequence[int], duration: int, busy: Iterable[tuple[int, int, int]]) -> list[int]:
    """For each start the bits of the advisors who are busy in its slot."""
    engaged = [0] * len(starts)
    for begin, end, bits in busy:
        if begin < end:
            index = bisect_left(starts, begin - duration + 1)
            # Most events meet a few slots only.
            while index < len(starts) and starts[index] < end:
                engaged[index] |= bits
                index += 1
    return engaged


def _strike_out(starts: list[int], ranges: Iterable[Interval]) -> None:
    """Take the ranges, in whichever order, out of the sorted starts."""
    for first, last in ranges:
        low = bisect_left(starts, first)
        high = bisect_left(starts, last, low)
        if low < high:
            del starts[low:high]


@lru_cache(maxsize=1024)
def _open_starts(openings: tuple[Opening, ...], duration: int, step: int) -> tuple[int, ...]:
    """The starts that the opening hours alone allow. Kept, since many advisors share the same hours."""
    if duration < 1 or step < 1:
        raise ValueError("a slot and the step between slots take at least a minute")
    starts = _grid(openings, step)
    _strike_out(starts, _outside_opening(Diary(openings), Rules(duration, step)))
    return tuple(starts)


def _grid(openings: Sequence[Opening], step: int) -> list[int]:
    return sorted({start for opening in openings for start in opening.starts(step)})


# The ranges of starts that each cause forbids. A slot may touch what it must not overlap.


def _outside_opening(diary: Diary, rules: Rules) -> Iterable[Interval]:
    """What is closed is as busy: before, between and after the opening hours."""
    before = -EVER
    for start, stop in merge((start, stop) for start, stop, _origin in diary.open):
        yield before, start
        before = stop - rules.duration + 1
    yield before, EVER


def _overlapping_busy(diary: Diary, rules: Rules) -> Iterable[Interval]:
    lead = rules.duration - 1
    return [(start - lead, stop) for start, stop in diary.busy if start < stop]


def _overlapping_appointment(diary: Diary, rules: Rules) -> Iterable[Interval]:
    lead = rules.duration - 1
    return [(start - lead, stop) for start, stop, _gap in diary.appointments if start < stop]


def _within_gap(diary: Diary, rules: Rules) -> Iterable[Interval]:
    """On either side of an appointment its own gap or the new one's is kept, whichever is longer."""
    lead = rules.duration - 1
    for start, stop, own_gap in diary.appointments:
        gap = max(own_gap, rules.gap)
        if start < stop and gap:
            yield start - lead - gap, start - lead
            yield stop, stop + gap


def _on_full_day(diary: Diary, rules: Rules) -> Iterable[Interval]:
    if not rules.max_per_day:
        return []
    return [(start, stop) for start, stop, count in diary.days if count >= rules.max_per_day]


def _before_notice(diary: Diary, rules: Rules) -> Iterable[Interval]:
    return [(-EVER, rules.earliest)]


def _beyond_horizon(diary: Diary, rules: Rules) -> Iterable[Interval]:
    return [(rules.latest + 1, EVER)]


def _on_closed_date(diary: Diary, rules: Rules) -> Iterable[Interval]:
    lead = rules.duration - 1
    return [(start - lead, stop) for start, stop in diary.closed if start < stop]


_FORBIDDEN: dict[Cause, Callable[[Diary, Rules], Iterable[Interval]]] = {
    Cause.BUSY: _overlapping_busy,
    Cause.APPOINTMENT: _overlapping_appointment,
    Cause.GAP: _within_gap,
    Cause.DAY_LIMIT: _on_full_day,
    Cause.NOTICE: _before_notice,
    Cause.HORIZON: _beyond_horizon,
    Cause.CLOSED_DATE: _on_closed_date,
}
_FORBIDDEN_OR_CLOSED = {Cause.OPENING: _outside_opening, **_FORBIDDEN}
