"""Limits per person, lists of people and network addresses: pure rules."""

import doctest
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.appointment_booking.engine import PERIODS, days_that_matter, first_day, is_within, limits, peak
from odoo.addons.appointment_booking.tools import network, people_list

DAY = timedelta(days=1)
START = date(2024, 1, 1)
days = st.integers(0, 800).map(lambda number: START + DAY * number)
near = st.integers(0, 40).map(lambda number: START + DAY * number)


def same_period(one, other, period):
    if period == "day":
        return one == other
    if period == "week":
        return one.isocalendar()[:2] == other.isocalendar()[:2]
    numbers = {"month": lambda day: day.month, "quarter": lambda day: (day.month + 2) // 3, "year": lambda day: 0}
    return (one.year, numbers[period](one)) == (other.year, numbers[period](other))


def fullest(others, day, period, length):
    """The oracle: each period that contains the day, counted on its own."""
    everything = [*others, day]
    if period != "rolling":
        return sum(same_period(other, day, period) for other in everything)
    rows = [{day + DAY * (number - shift) for number in range(length)} for shift in range(length)]
    return max(sum(other in row for other in everything) for row in rows)


@given(st.lists(near, max_size=8), near, st.sampled_from(PERIODS), st.integers(1, 12))
def test_peak_against_the_oracle(others, day, period, length):
    """A70: the fullest period in which a day lies is what counting each of them says."""
    assert peak(others, day, period, length) == fullest(others, day, period, length)


@given(days, days, st.sampled_from(PERIODS), st.integers(1, 40))
def test_days_that_matter(day, other, period, length):
    """A70: exactly the days that can make a difference are looked at."""
    first, last = days_that_matter(day, period, length)
    assert (first <= other <= last) == (peak([other], day, period, length) == 2)
    assert first <= day <= last


@given(days, st.sampled_from(PERIODS[:5]))
def test_first_day(day, period):
    """A70: the first day of a period lies in it, and the day before does not."""
    first = first_day(day, period)
    assert first <= day
    assert same_period(first, day, period)
    assert not same_period(first - DAY, day, period)


@given(st.lists(near, max_size=6), near, near, st.sampled_from(PERIODS), st.integers(1, 12), st.integers(1, 5))
def test_moving_is_not_a_new_booking(others, day, former, period, length, limit):
    """A70: a move is refused only where it makes a period fuller than the limit and than where it came from."""
    allowed = is_within(limit, others, day, period, length, moved_from=former)
    after, before = fullest(others, day, period, length), fullest(others, former, period, length)
    assert allowed == (after <= limit or after <= before)
    if day == former:
        assert allowed


def to_phone(text):
    digits = "".join(character for character in text if character.isdigit())
    return f"+33{digits[1:]}" if len(digits) == 10 else (f"+{digits}" if text.startswith("+") else None)


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("", []),
        ("anne@example.com", ["anne@example.com"]),
        ("ANNE@EXAMPLE.COM\n anne@example.com ;", ["anne@example.com"]),
        ("a@example.com b@example.com\tc@example.com", ["a@example.com", "b@example.com", "c@example.com"]),
        ("Anne Martin <anne@example.com>, Max <max@example.com>", ["anne@example.com", "max@example.com"]),
        ("@example.com\nexample.com.\nmail.example.org", ["example.com", "mail.example.org"]),
        (".example", [".example"]),
        ("bücher.example", ["xn--bcher-kva.example"]),
        ("06 12 34 56 78\r\n06.12.34.56.78", ["+33612345678"]),
        ("+33 6 12 34 56 78", ["+33612345678"]),
        ("+33 89*, 0033 89*", ["+3389*"]),
        ("temp-*@*.example", ["temp-*@*.example"]),
        ("*.Example.com", ["*.example.com"]),
    ],
)
def test_lists_are_read(text, entries):
    """A70: a pasted list is read however its entries are written and separated, each once."""
    assert people_list.read_people(text, to_phone) == entries
    assert people_list.read_people("\n".join(entries), to_phone) == entries, "what was kept is read as the same"


@pytest.mark.parametrize(
    "text",
    ["anne", "anne@", "anne@localhost", "*", "*@*", "a*", "-.com", "12", "89*", "+*", 'a"b@example.com', "x@.com"],
)
def test_wrong_entries(text):
    """A70: what is no e-mail, domain, phone or pattern is named, not ignored; nothing means everybody."""
    with pytest.raises(people_list.WrongEntry) as wrong:
        people_list.read_people(f"good@example.com\n{text}", to_phone)
    assert wrong.value.args == (text,)


@pytest.mark.parametrize("text", ["anne@example.com", "*.example.com", "+33612345678"])
def test_only_domains(text):
    """A70: where domains are asked for, nothing else is taken."""
    with pytest.raises(people_list.WrongEntry):
        people_list.read_people(text, to_phone, domains_only=True)
    assert people_list.read_people("@example.com .edu", to_phone, domains_only=True) == ["example.com", ".edu"]


@pytest.mark.parametrize(
    ("entry", "email", "phone", "listed"),
    [
        ("anne@example.com", "Anne@Example.com", None, True),
        ("anne@example.com", "anne@mail.example.com", None, False),
        ("example.com", "anne@example.com", "", True),
        ("example.com", "anne@a.b.example.com", "", True),
        ("example.com", "anne@notexample.com", "", False),
        ("example.com", "anne@example.com.evil.test", "", False),
        (".test", "anne@evil.test", "", True),
        (".test", "anne@test.example", "", False),
        ("xn--bcher-kva.example", "anne@bücher.example", "", True),
        ("+33612345678", "anne@example.com", "+33612345678", True),
        ("+33612345678", "", "+336123456789", False),
        ("+3389*", "", "+33891234567", True),
        ("+3389*", "anne@example.com", "+33612345678", False),
        ("temp-*@example.com", "temp-7@example.com", "", True),
        ("temp-*@example.com", "temp-7@mail.example.com", "", False),
        ("*.example.com", "anne@mail.example.com", "", True),
        ("*.example.com", "anne@example.com", "", False),
        ("[ab]*@example.com", "anne@example.com", "", False),
        ("[ab]*@example.com", "[ab]c@example.com", "", True),
        ("example.com", "", "", False),
        ("example.com", False, False, False),
    ],
)
def test_who_is_listed(entry, email, phone, listed):
    """A70: an e-mail, its domain and those below it, a phone number, a pattern; a star stands for anything."""
    assert people_list.is_listed([entry], email, phone) is listed


def test_examples():
    """A70, A71: the examples in the documentation are true."""
    for module in (limits, people_list, network):
        failed, tried = doctest.testmod(module)
        assert tried and not failed, module
