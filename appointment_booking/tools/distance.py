# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Distances on the globe. Pure Python, no Odoo."""

from __future__ import annotations

import re
from math import asin, cos, radians, sin, sqrt

EARTH = 6371.0088  # km, the mean radius
_POSITION = re.compile(r"(-?[0-9]{1,3}(?:\.[0-9]{1,12})?),(-?[0-9]{1,3}(?:\.[0-9]{1,12})?)", re.ASCII)

Position = tuple[float, float]  # latitude and longitude in degrees


def kilometres(one: Position, other: Position) -> float:
    """The distance as the crow flies, by the haversine formula.

    >>> round(kilometres((45.764, 4.8357), (48.8566, 2.3522)))  # Lyon, Paris
    391
    """
    (lat1, lon1), (lat2, lon2) = [(radians(lat), radians(lon)) for lat, lon in (one, other)]
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH * asin(sqrt(min(1.0, half)))


def is_on_globe(position: Position) -> bool:
    latitude, longitude = position
    return -90 <= latitude <= 90 and -180 <= longitude <= 180


def read_position(text: str) -> Position | None:
    """The position that ``"45.764043,4.835659"`` says, blurred to about a kilometre; nothing if it is none.

    >>> read_position("45.764043,4.835659"), read_position("91,0"), read_position("nan,1"), read_position("1e1,0")
    ((45.76, 4.84), None, None, None)
    """
    found = _POSITION.fullmatch(text)
    position = found and (round(float(found[1]), 2), round(float(found[2]), 2))
    return position if position and is_on_globe(position) else None


def write_position(position: Position) -> str:
    """What :func:`read_position` reads.

    >>> write_position((45.764043, 4.9))
    '45.76,4.90'
    """
    return "%.2f,%.2f" % position
