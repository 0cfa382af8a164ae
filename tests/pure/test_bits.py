from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.appointment_booking.engine import Roll, to_bits

places = st.lists(st.integers(0, 200))


@given(st.sets(st.integers(0, 200)), places)
def test_members(present, called):
    """A22: who is called and on the roll, each once, in the order of places: few of many, many, 64 and more."""
    roll = Roll({place: f"Advisor {place}" for place in present})
    assert roll.members(to_bits(called)) == [f"Advisor {place}" for place in sorted(present.intersection(called))]


@given(places, places)
def test_sets(some, others):
    """A28: both, and some without the others, are what they are for sets."""
    everybody = Roll({place: place for place in range(201)})
    assert everybody.members(to_bits(some) | to_bits(others)) == sorted({*some, *others})
    assert everybody.members(to_bits(some) & ~to_bits(others)) == sorted({*some}.difference(others))
