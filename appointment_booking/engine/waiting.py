# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who of those who wait for a free slot is told of which: first come, first served."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from .wallclock import EVERY_DAY


class Freed(NamedTuple):
    """A slot on offer. ``stop`` is when whoever takes it is free again: its gap is included."""

    start: datetime
    stop: datetime
    takers: tuple[Hashable, ...]  # the advisors who are free
    place: Hashable = None


class Wish(NamedTuple):
    """When and where somebody would come, on the clock of the place. Empty means that it does not matter."""

    weekdays: int = EVERY_DAY  # bit 0 is Monday
    minute_from: int = 0  # of the day; the slot starts then or later ...
    minute_to: int = 1440  # ... and before this
    date_from: date | None = None
    date_to: date | None = None  # included
    places: frozenset = frozenset()
    before: datetime | None = None  # only what starts earlier is worth a message

    def suits(self, freed: Freed, local: datetime) -> bool:
        """Tell whether a slot would do.

        :param local: its start on the clock of the place

        >>> monday = datetime(2026, 3, 2, 11, 30)
        >>> slot = Freed(monday, datetime(2026, 3, 2, 12, 30), ("Ada",), "Lyon")
        >>> Wish(minute_to=12 * 60, places=frozenset(["Lyon"])).suits(slot, monday)
        True
        >>> Wish(minute_from=12 * 60).suits(slot, monday), Wish(weekdays=0b10).suits(slot, monday)
        (False, False)
        """
        return (
            bool(self.weekdays >> local.weekday() & 1)
            and self.minute_from <= local.hour * 60 + local.minute < self.minute_to
            and (self.date_from is None or self.date_from <= local.date())
            and (self.date_to is None or local.date() <= self.date_to)
            and (not self.places or freed.place in self.places)
            and (self.before is None or freed.start < self.before)
        )


class Waiter(NamedTuple):
    """Somebody in the queue."""

    id: Hashable
    wanted: Sequence[Freed] = ()  # that suit, and of which they have not been told
    ahead: Sequence[Freed] = ()  # of which they were told a moment ago, and which the next must leave them for now
    ready: bool = True  # whether they may be told now


def share(queue: Iterable[Waiter]) -> dict[Hashable, list[Freed]]:
    """Return what to tell whom, in the order of the queue.

    Nobody is told of a slot that those before them need. Everybody needs one, so one advisor who is free for an hour
    is told to one person; two advisors, or two hours, to two people at once. Who was told a moment ago comes first.

    >>> ten, eleven = (
    ...     Freed(datetime(2026, 3, 2, hour), datetime(2026, 3, 2, hour + 1), ("Ada",)) for hour in (10, 11)
    ... )
    >>> told = share([Waiter("Eve", [ten]), Waiter("Max", [ten]), Waiter("Zoe", [ten, eleven])])
    >>> {who: [slot.start.hour for slot in slots] for who, slots in told.items()}
    {'Eve': [10], 'Zoe': [11]}
    """
    queue = list(queue)
    needed: dict[Hashable, list[Freed]] = {}  # by the advisor who would take it
    told = {}
    for waiter in queue:
        if waiter.ahead:
            _need_first(_left(waiter.ahead, needed), needed)
    for waiter in queue:
        left = _left(waiter.wanted, needed) if waiter.ready and not waiter.ahead else []
        if left:
            told[waiter.id] = left
            _need_first(left, needed)
    return told


def _left(slots: Iterable[Freed], needed: dict[Hashable, list[Freed]]) -> list[Freed]:
    """The slots that somebody can take beside what is needed already, in order."""
    free = [slot for slot in slots if _taker(slot, needed) is not None]
    return sorted(free, key=lambda slot: (slot.start, slot.stop))


def _need_first(slots: list[Freed], needed: dict[Hashable, list[Freed]]) -> None:
    for slot in slots[:1]:
        needed.setdefault(_taker(slot, needed), []).append(slot)


def _taker(slot: Freed, needed: dict[Hashable, list[Freed]]) -> Hashable | None:
    for taker in slot.takers:
        if all(slot.stop <= other.start or other.stop <= slot.start for other in needed.get(taker, ())):
            return taker
    return None
