# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who is on offer and who gets the appointment, when there are several advisors.

All is decided from *loads*, the appointments that each advisor has already. :func:`fair_loads` counts them so that a
newcomer does not start at zero; :func:`on_offer` says whose slots are shown, :func:`order` who of the free advisors is
tried first. There are four modes:

* ``visitor``: whom the visitor has chosen is on offer whatever their load, and is the only one tried.
* ``priority``: everybody is on offer; the highest on the list is tried first, of equals the one with the lowest load.
* ``optimised``: everybody is on offer; the lowest load is tried first, of equals the highest on the list.
* ``uniform``: tried as ``optimised``, but who is ahead of the least loaded advisor is not on offer until the others
  have caught up.

>>> starts = {540: ["Ada", "Bob"], 600: ["Ada"]}
>>> loads = {"Ada": 4, "Bob": 3}
>>> for mode in MODES:
...     offered = on_offer(starts, mode, loads)
...     print(mode, offered, order([Candidate(id, load=loads[id]) for id in offered[540]], mode))
visitor {540: ['Ada', 'Bob'], 600: ['Ada']} ['Ada', 'Bob']
priority {540: ['Ada', 'Bob'], 600: ['Ada']} ['Bob', 'Ada']
optimised {540: ['Ada', 'Bob'], 600: ['Ada']} ['Bob', 'Ada']
uniform {540: ['Bob']} ['Bob']
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import accumulate
from typing import NamedTuple, TypeVar

Advisor = TypeVar("Advisor", bound=Hashable)
Start = TypeVar("Start")


class Candidate(NamedTuple):
    """An advisor who is free."""

    id: Hashable
    rank: int = 0  # 0 is the highest priority; several may share one
    load: int = 0  # appointments that they have already


class Member(NamedTuple):
    """An advisor on the list, and when they joined it.

    The past is cut into eras: a new one begins whenever somebody joins. ``joined`` is the last era that was over then;
    appointments of that era or an earlier one were booked before they joined.
    """

    id: Hashable
    joined: int = -1  # before anything was booked
    peers: Hashable = None  # only those with the same value are compared


MODES: dict[str, Callable[[Candidate], tuple[int, ...]]] = {
    "visitor": lambda candidate: (),
    "priority": lambda candidate: (candidate.rank, candidate.load),
    "optimised": lambda candidate: (candidate.load, candidate.rank),
    "uniform": lambda candidate: (candidate.load, candidate.rank),
}


def order(free: Iterable[Candidate], mode: str) -> list:
    """The ids of the free advisors, in the order in which to try them; equals stay in the order given.

    >>> free = [Candidate("Ada", rank=1, load=0), Candidate("Bob", rank=0, load=7), Candidate("Eve", rank=0, load=4)]
    >>> order(free, "priority")
    ['Eve', 'Bob', 'Ada']
    >>> order(free, "optimised")
    ['Ada', 'Eve', 'Bob']
    """
    return [candidate.id for candidate in sorted(free, key=MODES[_known(mode)])]


def on_offer(
    starts: Mapping[Start, list[Advisor]], mode: str, loads: Mapping[Advisor, int], tolerance: int = 0
) -> dict[Start, list[Advisor]]:
    """The starts that are shown, and who can take them.

    :param starts: all the starts, within the horizon, at which somebody is free, and who; whoever stands at none of
        them cannot be booked, so the others need not wait for them
    :param loads: who is missing has none
    :param tolerance: how many appointments an advisor may be ahead of the least loaded one and still be on offer

    >>> starts = {540: ["Ada", "Bob"], 600: ["Ada"]}
    >>> on_offer(starts, "uniform", {"Ada": 2, "Bob": 1})
    {540: ['Bob']}
    >>> on_offer(starts, "uniform", {"Ada": 2, "Bob": 1}, tolerance=1)
    {540: ['Ada', 'Bob'], 600: ['Ada']}
    >>> on_offer({540: ["Ada"]}, "uniform", {"Ada": 2, "Bob": 1})
    {540: ['Ada']}
    """
    if _known(mode) != "uniform":
        return dict(starts)
    bookable = {advisor for takers in starts.values() for advisor in takers}
    least = min((loads.get(advisor, 0) for advisor in bookable), default=0)
    shown = {advisor for advisor in bookable if loads.get(advisor, 0) <= least + tolerance}
    if shown == bookable:
        return dict(starts)
    left = {start: [advisor for advisor in takers if advisor in shown] for start, takers in starts.items()}
    return {start: takers for start, takers in left.items() if takers}


def fair_loads(members: Iterable[Member], booked: Mapping[Hashable, Mapping[int, int]]) -> dict:
    """The load of each member: the appointments that they have, and those that they are credited with.

    Who joins later than others begins at the level of the others, as it was then: the middle one of their loads, of an
    even number the higher of the two in the middle. So a newcomer is not flooded, even where one of the others is away
    and has nothing. Who comes back with more than that keeps what they had, which is a level like any other for whoever
    joins together with them.

    :param booked: ``{member id: {era: appointments booked in it}}``

    >>> ada, bob, eve = Member("Ada"), Member("Bob"), Member("Eve", joined=0)
    >>> fair_loads([ada, bob, eve], {"Ada": {0: 7, 1: 1}, "Bob": {0: 6}, "Eve": {1: 2}})
    {'Ada': 8, 'Bob': 6, 'Eve': 9}
    """
    members = list(members)
    eras = range(max((member.joined for member in members), default=-1) + 1)
    # What each has by the end of each era, without a credit; the last one is what they have now.
    so_far = {member.id: list(accumulate(booked.get(member.id, {}).get(era, 0) for era in eras)) for member in members}
    credit: dict = {}
    for newcomer in sorted(members, key=lambda member: member.joined):
        then = newcomer.joined
        credit[newcomer.id] = 0
        # As long as nothing at all is booked all are level: with many advisors that is quickly seen.
        if then not in eras or not any(so_far[other.id][then] for other in members):
            continue
        levels = sorted(
            # of those who join now nobody has a credit yet
            so_far[other.id][then] + (credit[other.id] if other.joined < then else 0)
            for other in members
            if other.peers == newcomer.peers
            and (other.joined < then or (other.joined == then and other != newcomer and so_far[other.id][then]))
        )
        if levels:
            credit[newcomer.id] = max(0, levels[len(levels) // 2] - so_far[newcomer.id][then])
    return {member.id: sum(booked.get(member.id, {}).values()) + credit[member.id] for member in members}


def _known(mode: str) -> str:
    if mode not in MODES:
        raise ValueError(f"unknown distribution mode {mode!r}: expected one of {', '.join(MODES)}")
    return mode
