# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who gets the appointment when several advisors are free."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple


class Candidate(NamedTuple):
    """An advisor who is free."""

    id: Hashable
    rank: int = 0  # 0 is the highest priority; several may share one
    load: int = 0  # appointments that they have already


MODES: dict[str, Callable[[Candidate], tuple[int, int]]] = {
    "priority": lambda candidate: (candidate.rank, candidate.load),
    "optimised": lambda candidate: (candidate.load, candidate.rank),
}


def order(free: Iterable[Candidate], mode: str) -> list:
    """The ids of the free advisors, in the order in which to try them; equals stay in the order given.

    >>> free = [Candidate("Ada", rank=1, load=0), Candidate("Bob", rank=0, load=7), Candidate("Eve", rank=0, load=4)]
    >>> order(free, "priority")
    ['Eve', 'Bob', 'Ada']
    >>> order(free, "optimised")
    ['Ada', 'Eve', 'Bob']
    """
    if mode not in MODES:
        raise ValueError(f"unknown distribution mode {mode!r}: expected one of {', '.join(MODES)}")
    return [candidate.id for candidate in sorted(free, key=MODES[mode])]
