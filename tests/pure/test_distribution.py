from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.appointment_booking.engine import MODES, Candidate, order

candidates = st.lists(
    st.builds(Candidate, id=st.integers(), rank=st.integers(0, 3), load=st.integers(0, 3)),
    unique_by=lambda candidate: candidate.id,
)


def test_priority_goes_by_rank():
    """A22: the free advisor of highest priority, however busy."""
    assert order([Candidate("Ada", rank=1, load=0), Candidate("Bob", rank=0, load=99)], "priority") == ["Bob", "Ada"]


def test_priority_tie_goes_by_load():
    """A22: equal priority: the one with the fewest planned appointments."""
    assert order([Candidate("Ada", rank=0, load=3), Candidate("Bob", rank=0, load=2)], "priority") == ["Bob", "Ada"]


def test_optimised_goes_by_load():
    """A23: the free advisor with the fewest appointments."""
    assert order([Candidate("Ada", rank=0, load=3), Candidate("Bob", rank=9, load=2)], "optimised") == ["Bob", "Ada"]


def test_optimised_tie_goes_by_rank():
    """A23: a tie goes by priority."""
    assert order([Candidate("Ada", rank=1, load=2), Candidate("Bob", rank=0, load=2)], "optimised") == ["Bob", "Ada"]


@pytest.mark.parametrize("mode", MODES)
def test_busiest_advisor_gets_it_when_alone(mode):
    """A22, A23: whoever alone is free gets the appointment; with nobody free there is nobody to try."""
    assert order([Candidate("Ada", rank=9, load=99)], mode) == ["Ada"]
    assert order([], mode) == []


@pytest.mark.parametrize("mode", MODES)
def test_equals_stay_in_the_order_given(mode):
    """A22, A23: the same question has the same answer."""
    assert order([Candidate("Bob"), Candidate("Ada"), Candidate("Eve")], mode) == ["Bob", "Ada", "Eve"]


def test_unknown_mode():
    """A22: a mode that does not exist is an error, not some order."""
    with pytest.raises(ValueError, match=r"'alphabetical'.*priority"):
        order([Candidate("Ada")], "alphabetical")


@given(candidates)
def test_order_is_kept_for_each_pair(free):
    """A22, A23: everybody is tried once, and no one before somebody who is better placed."""
    by_id = {candidate.id: candidate for candidate in free}
    for mode in MODES:
        tried = [by_id[key] for key in order(free, mode)]
        assert sorted(tried) == sorted(free)
        for earlier, later in pairwise(tried):
            if mode == "priority":
                assert earlier.rank < later.rank or (earlier.rank == later.rank and earlier.load <= later.load)
            else:
                assert earlier.load < later.load or (earlier.load == later.load and earlier.rank <= later.rank)
