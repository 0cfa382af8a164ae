"""Postcodes and distances, against plain oracles."""

import doctest
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.appointment_booking.tools import distance, postcodes

latitudes, longitudes = st.floats(-90, 90), st.floats(-180, 180)
positions = st.tuples(latitudes, longitudes)


def test_examples():
    """A14, A15: what the docstrings say."""
    for module in (distance, postcodes):
        found = doctest.testmod(module)
        assert found.attempted and not found.failed


def chord(one, other):
    """The distance by another way: the straight line through the globe, bent around it."""

    def point(position):
        latitude, longitude = map(math.radians, position)
        return (
            math.cos(latitude) * math.cos(longitude),
            math.cos(latitude) * math.sin(longitude),
            math.sin(latitude),
        )

    straight = math.dist(point(one), point(other))
    return 2 * distance.EARTH * math.asin(min(1.0, straight / 2))


@given(positions, positions)
def test_distance(one, other):
    """A14: the same as by the chord, the same both ways, never more than half around."""
    found = distance.kilometres(one, other)
    assert found == pytest.approx(chord(one, other), abs=1e-3)
    assert found == distance.kilometres(other, one)
    assert 0 <= found <= math.pi * distance.EARTH + 1e-6


@given(positions)
def test_position_is_blurred(position):
    """A14: what is told of a position is read back, and lies within a kilometre of it."""
    told = distance.write_position(position)
    read = distance.read_position(told)
    assert distance.write_position(read) == told
    assert distance.kilometres(position, read) < 0.8


@given(st.text(max_size=40))
def test_any_text_is_no_position(text):
    """A14, X04: whatever is sent, the answer is a position on the globe or none."""
    position = distance.read_position(text)
    assert position is None or distance.is_on_globe(position)


codes = st.integers(3, 6).flatmap(lambda size: st.integers(0, 10**size - 1).map(lambda number: f"{number:0{size}}"))


@st.composite
def ranges(draw):
    first = draw(codes)
    last = draw(st.integers(int(first), 10 ** len(first) - 1))
    return first, f"{last:0{len(first)}}"


@given(st.lists(ranges(), max_size=8), codes)
def test_key_orders_as_ranges_do(served, code):
    """A15: a postcode is served where a range of the same length holds its number, and its key says the same."""
    text = ", ".join(f"{first}-{last}" if first != last else first for first, last in served)
    parsed = postcodes.parse(text)
    assert set(parsed) == set(served)
    expected = any(len(first) == len(code) and int(first) <= int(code) <= int(last) for first, last in served)
    key = postcodes.key(code)
    assert any(postcodes.key(first) <= key <= postcodes.key(last) for first, last in parsed) == expected


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 9)), max_size=8))
def test_count(served):
    """A15: what two ranges hold is counted once."""
    ranges = sorted({(f"{first:03}", f"{first + more:03}") for first, more in served})
    numbers = {number for first, last in ranges for number in range(int(first), int(last) + 1)}
    assert postcodes.count(ranges) == len(numbers)


@pytest.mark.parametrize(
    ("text", "part", "fault"),
    [
        ("69001, Lyon", "Lyon", "code"),
        ("69001-69009-69010", "69001-69009-69010", "code"),
        ("69001-690", "69001-690", "range"),
        ("69009-69001", "69009-69001", "order"),
        ("690€1", "690€1", "code"),
        ("1" * 11, "1" * 11, "code"),
        ("-69001", "-69001", "code"),
        ("٦٩٠٠١", "٦٩٠٠١", "code"),
    ],
)
def test_faults(text, part, fault):
    """A10: the first part that cannot be read is named, with what is wrong with it."""
    with pytest.raises(postcodes.BadPostcodes) as caught:
        postcodes.parse(text)
    assert (caught.value.part, caught.value.fault) == (part, fault)


@given(st.text(max_size=60))
def test_any_text(text):
    """A15, X04: whatever is typed, the answer is short, plain and stays the same when it is read again."""
    code = postcodes.normalise(text)
    assert code is None or (code.isalnum() and len(code) <= postcodes.MOST and postcodes.normalise(code) == code)
