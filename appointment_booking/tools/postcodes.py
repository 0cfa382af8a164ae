# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Postcodes and ranges of them, as people write them. Pure Python, no Odoo."""

from __future__ import annotations

import re

MOST = 10  # characters: no country's postcodes are longer
_SEPARATORS = re.compile(r"[,;\n\r]+")
_CODE = re.compile(r"[0-9A-Z]{2,%d}" % MOST)
_SEVERAL = re.compile(r"[0-9]{4,}(\s+[0-9]{4,})+")


class BadPostcodes(ValueError):
    """Something in a list of postcodes cannot be read.

    :ivar part: what cannot be read, as it was written
    :ivar fault: ``"code"`` where it is none, ``"range"`` where the ends do not fit each other, ``"order"`` where the
        range ends before it begins
    """

    def __init__(self, part: str, fault: str) -> None:
        super().__init__(f"{fault}: {part}")
        self.part = part
        self.fault = fault


def normalise(text: str) -> str | None:
    """A postcode without what people put between its characters; nothing if it cannot be one.

    >>> normalise(" 69 003 "), normalise("sw1a-1aa"), normalise("Lyon 3e!"), normalise("9")
    ('69003', 'SW1A1AA', None, None)
    """
    if len(text) > 4 * MOST or not text.isascii():
        return None
    code = re.sub(r"[\s-]+", "", text).upper()
    return code if _CODE.fullmatch(code) and any(character.isdigit() for character in code) else None


def parse(text: str) -> list[tuple[str, str]]:
    """Ranges ``(first, last)``, both included, from a list with commas or line breaks; a single one is its own range.

    >>> parse("69001-69009, 69100\\n69120 69150")
    [('69001', '69009'), ('69100', '69100'), ('69120', '69120'), ('69150', '69150')]

    :raise BadPostcodes: for the first part that cannot be read
    """
    ranges = []
    for part in _parts(text):
        ends = [normalise(end) for end in re.split(r"\s*[-–—]\s*", part)]
        if not all(ends) or len(ends) > 2:
            raise BadPostcodes(part, "code")
        first, last = ends[0], ends[-1]
        if len(first) != len(last):
            raise BadPostcodes(part, "range")
        if first > last:
            raise BadPostcodes(part, "order")
        ranges.append((first, last))
    return sorted(set(ranges))


def key(code: str) -> str:
    """What orders postcodes as their ranges do: by length, then by characters.

    >>> key("69003"), key("690"), key("69001") < key("69003") < key("69009"), key("690015") < key("69009")
    ('0569003', '03690', True, False)
    """
    return f"{len(code):02d}{code}"


def count(ranges: list[tuple[str, str]]) -> int:
    """How many postcodes a number of ranges may hold; a range with letters counts as its two ends.

    >>> count(parse("69001-69009, 69005-69010, SW1-SW9"))
    12
    """
    total, reached = 0, {}
    for first, last in ranges:
        if first.isdigit() and last.isdigit():
            begin = max(int(first), reached.get(len(first), -1) + 1)
            total += max(0, int(last) - begin + 1)
            reached[len(first)] = max(int(last), reached.get(len(first), -1))
        else:
            total += len({first, last})
    return total


def _parts(text: str):
    for part in _SEPARATORS.split(text):
        part = part.strip()
        if _SEVERAL.fullmatch(part):
            yield from part.split()
        elif part:
            yield part
