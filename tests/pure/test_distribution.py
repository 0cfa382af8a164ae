from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.appointment_booking.engine import MODES, Candidate, Member, fair_loads, on_offer, order

candidates = st.lists(
    st.builds(Candidate, id=st.integers(), rank=st.integers(0, 3), load=st.integers(0, 3)),
    unique_by=lambda candidate: candidate.id,
)
advisors = st.sampled_from("ABCDE")
starts = st.dictionaries(st.integers(0, 9), st.lists(advisors, min_size=1, unique=True), max_size=6)
loads = st.dictionaries(advisors, st.integers(0, 4))

ADA, BOB, EVE = "Ada", "Bob", "Eve"


@pytest.mark.parametrize(
    ("mode", "free", "tried"),
    [
        # A21: whom the visitor chose is the only one
        ("visitor", [Candidate(ADA, 3, 99)], [ADA]),
        # A22: the highest priority, however busy
        ("priority", [Candidate(ADA, 1, 0), Candidate(BOB, 0, 99)], [BOB, ADA]),
        # A22: equal priority: the fewest planned appointments
        ("priority", [Candidate(ADA, 0, 3), Candidate(BOB, 0, 2)], [BOB, ADA]),
        ("priority", [Candidate(ADA, 1, 0), Candidate(BOB, 0, 2), Candidate(EVE, 0, 1)], [EVE, BOB, ADA]),
        # A23: the fewest appointments
        ("optimised", [Candidate(ADA, 0, 3), Candidate(BOB, 9, 2)], [BOB, ADA]),
        # A23: a tie goes by priority
        ("optimised", [Candidate(ADA, 1, 2), Candidate(BOB, 0, 2)], [BOB, ADA]),
        # A24: among those on offer the fewest, then by priority
        ("uniform", [Candidate(ADA, 0, 1), Candidate(BOB, 9, 0)], [BOB, ADA]),
        ("uniform", [Candidate(ADA, 1, 1), Candidate(BOB, 0, 1)], [BOB, ADA]),
    ],
)
def test_who_is_tried_first(mode, free, tried):
    """A21, A22, A23, A24: the table of who gets the appointment."""
    assert order(free, mode) == tried


EVERYBODY = {1: [ADA, BOB], 2: [ADA], 3: [BOB]}


@pytest.mark.parametrize(
    ("mode", "tolerance", "loads", "shown"),
    [
        # A21, A22, A23: nobody's slots are hidden, however far ahead they are
        ("visitor", 0, {ADA: 99}, EVERYBODY),
        ("priority", 0, {ADA: 99}, EVERYBODY),
        ("optimised", 0, {ADA: 99}, EVERYBODY),
        # A24: level, everybody is on offer
        ("uniform", 0, {}, EVERYBODY),
        ("uniform", 0, {ADA: 7, BOB: 7}, EVERYBODY),
        # A24: one ahead is hidden until the other has caught up
        ("uniform", 0, {ADA: 1}, {1: [BOB], 3: [BOB]}),
        ("uniform", 0, {ADA: 1, BOB: 2}, {1: [ADA], 2: [ADA]}),
        # A24: within the tolerance, both
        ("uniform", 1, {ADA: 1}, EVERYBODY),
        ("uniform", 1, {ADA: 2}, {1: [BOB], 3: [BOB]}),
        # A24: who cannot be booked at all does not count, whatever their load
        ("uniform", 0, {ADA: 5, BOB: 5, EVE: 0}, EVERYBODY),
    ],
)
def test_whose_slots_are_shown(mode, tolerance, loads, shown):
    """A21, A22, A23, A24: the table of what is on offer."""
    assert on_offer(EVERYBODY, mode, loads, tolerance) == shown


def test_alone():
    """A24: who alone can be booked is on offer, however many they have; with nobody there is nothing."""
    assert on_offer({1: [ADA]}, "uniform", {ADA: 99, BOB: 0}) == {1: [ADA]}
    assert on_offer({}, "uniform", {ADA: 99}) == {}


@pytest.mark.parametrize("mode", MODES)
def test_busiest_advisor_gets_it_when_alone(mode):
    """A22, A23: whoever alone is free gets the appointment; with nobody free there is nobody to try."""
    assert order([Candidate(ADA, rank=9, load=99)], mode) == [ADA]
    assert order([], mode) == []


@pytest.mark.parametrize("mode", MODES)
def test_equals_stay_in_the_order_given(mode):
    """A22, A23: the same question has the same answer."""
    assert order([Candidate(BOB), Candidate(ADA), Candidate(EVE)], mode) == [BOB, ADA, EVE]


def test_unknown_mode():
    """A22: a mode that does not exist is an error, not some order."""
    with pytest.raises(ValueError, match=r"'alphabetical'.*priority"):
        order([Candidate(ADA)], "alphabetical")
    with pytest.raises(ValueError, match=r"'alphabetical'.*uniform"):
        on_offer({}, "alphabetical", {})


@given(candidates)
def test_order_is_kept_for_each_pair(free):
    """A22, A23, A24: everybody is tried once, and no one before somebody who is better placed."""
    by_id = {candidate.id: candidate for candidate in free}
    for mode in MODES:
        tried = [by_id[key] for key in order(free, mode)]
        assert sorted(tried) == sorted(free)
        for earlier, later in pairwise(tried):
            if mode == "priority":
                assert earlier.rank < later.rank or (earlier.rank == later.rank and earlier.load <= later.load)
            elif mode != "visitor":
                assert earlier.load < later.load or (earlier.load == later.load and earlier.rank <= later.rank)


@given(starts, loads, st.integers(0, 3))
def test_uniform_against_the_oracle(starts, loads, tolerance):
    """A24: an advisor is shown exactly if nobody who can be booked has fewer by more than the tolerance."""

    def waits(advisor):
        return any(
            loads.get(advisor, 0) - loads.get(other, 0) > tolerance for takers in starts.values() for other in takers
        )

    shown = on_offer(starts, "uniform", loads, tolerance)
    for start, takers in starts.items():
        assert shown.get(start, []) == [advisor for advisor in takers if not waits(advisor)]
    assert list(shown) == [start for start in starts if start in shown]
    assert bool(shown) == bool(starts), "somebody can always be booked"


@given(starts, loads, st.sampled_from(["visitor", "priority", "optimised"]))
def test_only_uniform_hides(starts, loads, mode):
    """A21, A22, A23: the other modes never hide a slot."""
    assert on_offer(starts, mode, loads) == starts


# Where newcomers start


@pytest.mark.parametrize(
    ("members", "booked", "expected"),
    [
        # A25: those who were there from the beginning have what they have
        ([Member(ADA), Member(BOB)], {ADA: {0: 3}, BOB: {0: 1}}, {ADA: 3, BOB: 1}),
        # A25: a newcomer starts at the others' level, and counts on from there
        ([Member(ADA), Member(BOB), Member(EVE, 0)], {ADA: {0: 5}, BOB: {0: 5}}, {ADA: 5, BOB: 5, EVE: 5}),
        ([Member(ADA), Member(EVE, 0)], {ADA: {0: 5, 1: 2}, EVE: {1: 1}}, {ADA: 7, EVE: 6}),
        # A25: one of the others is away and has nothing: the newcomer is not flooded
        ([Member(ADA), Member(BOB), Member(EVE, 0)], {ADA: {0: 5}}, {ADA: 5, BOB: 0, EVE: 5}),
        # A25: what was booked after they joined is no credit, be it in a period that had not begun
        ([Member(ADA), Member(EVE, 0)], {ADA: {1: 5}}, {ADA: 5, EVE: 0}),
        # A25: who was away and comes back keeps what they have, and is brought up to the others
        ([Member(ADA), Member(EVE, 0)], {ADA: {0: 5}, EVE: {0: 2}}, {ADA: 5, EVE: 5}),
        ([Member(ADA), Member(EVE, 0)], {ADA: {0: 5}, EVE: {0: 9, 1: 1}}, {ADA: 5, EVE: 10}),
        # A25: one comes back and one is new at the same time, with nobody else there
        ([Member(ADA, 0), Member(EVE, 0)], {ADA: {0: 5}}, {ADA: 5, EVE: 5}),
        # A25: a second newcomer sees the credit of the first
        ([Member(ADA), Member(BOB, 0), Member(EVE, 1)], {ADA: {0: 4, 1: 0}}, {ADA: 4, BOB: 4, EVE: 4}),
        # A22, A25: by priority, only those of the same rank are compared
        (
            [Member(ADA, peers=0), Member(BOB, peers=1), Member(EVE, 0, peers=1)],
            {ADA: {0: 40}, BOB: {0: 2}},
            {ADA: 40, BOB: 2, EVE: 2},
        ),
        # A25: with nobody to compare with, there is no credit
        ([Member(EVE, 3)], {EVE: {0: 1}}, {EVE: 1}),
        ([], {}, {}),
    ],
)
def test_where_newcomers_start(members, booked, expected):
    """A25: the table of loads."""
    assert fair_loads(members, booked) == expected


members = st.lists(
    st.builds(Member, id=advisors, joined=st.integers(-1, 3), peers=st.integers(0, 1)),
    unique_by=lambda member: member.id,
    max_size=5,
)


def loads_by_telling_the_story(members, booked):
    """The oracle: era after era, everybody books, then those who join at its end are given their credit."""
    load, there = {member.id: 0 for member in members}, [member for member in members if member.joined < 0]
    for era in range(6):
        for member in members:
            load[member.id] += booked.get(member.id, {}).get(era, 0)
        joining = [member for member in members if member.joined == era]
        known = there + [member for member in joining if load[member.id]]
        levels = {
            member.id: sorted(load[other.id] for other in known if other.peers == member.peers and other != member)
            for member in joining
        }
        # as long as nothing at all is booked, all are level
        if any(booked.get(member.id, {}).get(past, 0) for member in members for past in range(era + 1)):
            for key, others in levels.items():
                if others:
                    load[key] = max(load[key], others[len(others) // 2])
        there += joining
    return load


@given(members, st.dictionaries(advisors, st.dictionaries(st.integers(0, 4), st.integers(0, 4))))
def test_fair_loads_against_the_story(members, booked):
    """A25: the loads are those that one gets by following from the beginning who booked and who joined when."""
    assert fair_loads(members, booked) == loads_by_telling_the_story(members, booked)


@given(members, st.dictionaries(advisors, st.dictionaries(st.integers(0, 4), st.integers(0, 4))))
def test_credit_is_never_negative(members, booked):
    """A25: nobody is taken what they have, so nobody is offered more than their share by coming and going."""
    for key, load in fair_loads(members, booked).items():
        assert load >= sum(booked.get(key, {}).values())
