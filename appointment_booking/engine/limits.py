# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How many appointments a person has in a period: so many a month, or in any thirty days.

A day is that on which an appointment begins, by the clock of its place. Periods of the calendar begin where people
say so: a week on Monday, a quarter in January, April, July and October. A rolling period is any row of so many days.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

PERIODS = ("day", "week", "month", "quarter", "year", "rolling")
_DAY = timedelta(days=1)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def first_day(day: date, period: str) -> date:
    """The first day of the period of the calendar in which a day lies.

    >>> [first_day(date(2025, 5, 14), period).isoformat() for period in PERIODS[:5]]
    ['2025-05-14', '2025-05-12', '2025-05-01', '2025-04-01', '2025-01-01']
    """
    if period == "day":
        return day
    if period == "week":
        return day - _DAY * day.weekday()
    return day.replace(day=1, month=day.month - (day.month - 1) % _MONTHS[period])


def days_that_matter(day: date, period: str, length: int = 0) -> tuple[date, date]:
    """The first and the last day on which other appointments may count together with one of this day.

    >>> days_that_matter(date(2025, 5, 14), "rolling", 30) == (date(2025, 4, 15), date(2025, 6, 12))
    True
    >>> days_that_matter(date(2025, 12, 14), "month") == (date(2025, 12, 1), date(2025, 12, 31))
    True
    """
    if period == "rolling":
        around = _DAY * (length - 1)
        return day - around, day + around
    first = first_day(day, period)
    longest = {"day": 1, "week": 7}.get(period) or 31 * _MONTHS[period]
    last = max(other for shift in range(longest) if first_day(other := first + _DAY * shift, period) == first)
    return first, last


def peak(days: Iterable[date], day: date, period: str, length: int = 0) -> int:
    """How many appointments there are in the fullest period in which a day lies, with one on that day.

    :param days: the days of the other appointments
    :param length: days of a rolling period

    >>> others = [date(2025, 5, 1), date(2025, 5, 30), date(2025, 6, 2)]
    >>> peak(others, date(2025, 5, 31), "month"), peak(others, date(2025, 5, 31), "rolling", 7)
    (3, 3)
    """
    days = list(days)
    if period != "rolling":
        first = first_day(day, period)
        return 1 + sum(first_day(other, period) == first for other in days)
    # The fullest row of days may as well begin on the day of its first appointment.
    begins = {day, *(other for other in days if day - _DAY * length < other < day)}
    return 1 + max(sum(begin <= other < begin + _DAY * length for other in days) for begin in begins)


def is_within(
    limit: int, days: Iterable[date], day: date, period: str, length: int = 0, moved_from: date | None = None
) -> bool:
    """Tell whether a person may have one more appointment on a day.

    :param days: the days of their other appointments
    :param moved_from: the day of an appointment that is moved to ``day``: what is not made worse is no matter

    >>> full = [date(2025, 5, 1), date(2025, 5, 2)]
    >>> is_within(2, full, date(2025, 5, 31), "month"), is_within(2, full, date(2025, 6, 1), "month")
    (False, True)
    >>> is_within(2, full, date(2025, 5, 31), "month", moved_from=date(2025, 5, 20))
    True
    """
    days = list(days)
    after = peak(days, day, period, length)
    return after <= limit or (moved_from is not None and after <= peak(days, moved_from, period, length))
