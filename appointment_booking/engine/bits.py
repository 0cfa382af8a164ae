# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who of some people, as a number: bit ``i`` stands for who has place ``i``.

However many they are, who is busy is gathered and taken away in one step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import compress
from typing import Generic, TypeVar

Person = TypeVar("Person")

_DIGITS_TO_TRUTH = bytes.maketrans(b"01", b"\0\1")


def to_bits(places: Iterable[int]) -> int:
    """The bits of those who have these places, which may be told several times.

    >>> bin(to_bits([0, 3, 3]))
    '0b1001'
    """
    bits = 0
    for place in places:
        bits |= 1 << place
    return bits


class Roll(Generic[Person]):
    """People by their places, who are called by bits. What stands for nobody on the roll is passed over.

    >>> roll = Roll({0: "Ada", 1: "Bob", 3: "Dan"})
    >>> roll.members(0b1101)
    ['Ada', 'Dan']
    """

    def __init__(self, people: Mapping[int, Person]) -> None:
        self._bits = to_bits(people)
        width = self._bits.bit_length()
        # Few of many are looked at one by one. Otherwise the digits of the number say sooner who is in.
        self._few = 8 * len(people) < width
        self._people = [(1 << place, people[place]) for place in sorted(people)] if self._few else []
        self._places = [] if self._few else [people.get(place) for place in range(width)]

    def members(self, bits: int) -> list[Person]:
        """Those whose bits are set, in the order of their places."""
        if self._few:
            return [person for bit, person in self._people if bits & bit]
        digits = f"{bits & self._bits:b}".encode()[::-1]
        return list(compress(self._places, digits.translate(_DIGITS_TO_TRUTH)))
