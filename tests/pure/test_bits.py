from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.appointment_booking.engine import members, to_bits

places = st.lists(st.integers(0, 200))


@given(places)
def test_there_and_back(chosen):
    """A22: those whose bits are set are those who were told, each once, in their order; 64 and more of them, too."""
    people = [f"Advisor {number}" for number in range(201)]
    assert members(people, to_bits(chosen)) == [people[place] for place in sorted(set(chosen))]


@given(places, places)
def test_sets(some, others):
    """A28: both, and some without the others, are what they are for sets."""
    people = range(201)
    assert members(people, to_bits(some) | to_bits(others)) == sorted({*some, *others})
    assert members(people, to_bits(some) & ~to_bits(others)) == sorted({*some}.difference(others))
