# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The stretch of time that is looked at; inside the engine an instant is a whole number of minutes since its start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Window:
    """Some minutes from an instant on. As everywhere in Odoo, a datetime is UTC and has no ``tzinfo``.

    The window is all that the engine knows: a slot on offer lies inside it as a whole. To see every slot that *starts*
    in a week, take a window that is longer than the week by a slot, and set :attr:`.Rules.latest`.

    >>> window = Window(datetime(2025, 3, 3, 8, 0), 7 * 24 * 60)
    >>> window.to_minute(datetime(2025, 3, 3, 9, 30))
    90
    >>> window.to_datetime(90)
    datetime.datetime(2025, 3, 3, 9, 30)
    """

    start: datetime
    minutes: int

    def __post_init__(self):
        if self.start.tzinfo or self.start.second or self.start.microsecond:
            raise ValueError(f"a window starts at a whole minute of UTC, without tzinfo: {self.start!r}")

    @classmethod
    def between(cls, start: datetime, stop: datetime) -> Window:
        """The window from an instant to another; begun minutes count as whole ones.

        >>> Window.between(datetime(2025, 3, 3, 8, 0, 59), datetime(2025, 3, 3, 9, 0, 1))
        Window(start=datetime.datetime(2025, 3, 3, 8, 0), minutes=61)
        """
        start = start.replace(second=0, microsecond=0)
        return cls(start, -((start - stop) // MINUTE))

    @property
    def stop(self) -> datetime:
        return self.to_datetime(self.minutes)

    def to_minute(self, instant: datetime) -> int:
        """The minute in which the instant falls. Negative before the window."""
        return (instant - self.start) // MINUTE

    def to_minute_up(self, instant: datetime) -> int:
        """The first whole minute that is not before the instant: for what ends, and for the earliest start allowed.

        >>> Window(datetime(2025, 3, 3), 60).to_minute_up(datetime(2025, 3, 3, 0, 10, 1))
        11
        """
        return -((self.start - instant) // MINUTE)

    def to_interval(self, start: datetime, stop: datetime) -> tuple[int, int]:
        """The minutes that something uses up, be it for a second only.

        >>> window = Window(datetime(2025, 3, 3), 60)
        >>> window.to_interval(datetime(2025, 3, 3, 0, 10, 59), datetime(2025, 3, 3, 0, 20, 1))
        (10, 21)
        """
        return self.to_minute(start), self.to_minute_up(stop)

    def to_datetime(self, minute: int) -> datetime:
        return self.start + minute * MINUTE
