"""Days, hours and time zones in the reader's language. Pure Babel, no Odoo."""

import re
from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

from babel import Locale, dates


class Wording:
    """Tells instants (naive UTC) on the clock of one zone, as readers of one language write them.

    >>> english = Wording(Locale.parse("en_US"), "Europe/Paris")
    >>> english.day(date(2025, 11, 25)), english.short_day(date(2025, 11, 25))
    ('Tuesday, November 25', 'Tue, Nov 25')
    >>> Wording(Locale.parse("fr_FR"), "Europe/Paris").day(date(2025, 11, 25))
    'mardi 25 novembre'
    >>> Wording(Locale.parse("en_GB"), "Europe/Paris").hour(datetime(2025, 11, 25, 9, 0))
    '10:00'
    """

    def __init__(self, locale: Locale, tz: str):
        self.locale = locale
        self.tz = tz
        self._zone = ZoneInfo(tz)

    def local(self, instant: datetime) -> datetime:
        """Return what the clock of the zone shows, as a naive datetime."""
        return instant.replace(tzinfo=timezone.utc).astimezone(self._zone).replace(tzinfo=None)

    def hour(self, instant: datetime) -> str:
        """Return ``10:00`` or ``10:00 AM``."""
        return dates.format_time(self.local(instant), "short", locale=self.locale)

    def day(self, day: date) -> str:
        """Return the day in full, without the year: the locale's own short pattern with its names written out."""
        pattern = re.sub("ccc|E+", "EEEE", self._short_pattern)
        return dates.format_date(day, re.sub("M{3}", "MMMM", pattern), locale=self.locale)

    def short_day(self, day: date) -> str:
        return dates.format_date(day, self._short_pattern, locale=self.locale)

    def full_day(self, day: date) -> str:
        """Return the day in full, with the year."""
        return dates.format_date(day, "full", locale=self.locale)

    def weekday(self, day: date) -> str:
        """Return ``Tue``."""
        return dates.format_date(day, "ccc", locale=self.locale)

    def day_of_month(self, day: date) -> str:
        """Return ``Nov 25``."""
        return dates.format_skeleton("MMMd", day, locale=self.locale)

    def period(self, first: date, last: date) -> str:
        """Return ``Nov 24 – 28, 2025``."""
        return dates.format_interval(first, last, "yMMMd", locale=self.locale)

    def city(self) -> str:
        """Return the zone's city as the reader's language calls it."""
        return dates.get_timezone_location(self.tz, locale=self.locale, return_city=True)

    def offset(self, instant: datetime) -> str:
        """Return how far the zone is from UTC at an instant.

        >>> Wording(Locale.parse("en"), "Asia/Kolkata").offset(datetime(2025, 11, 25))
        'UTC+5:30'
        """
        minutes = round((self.local(instant) - instant).total_seconds() / 60)
        hours, rest = divmod(abs(minutes), 60)
        if not minutes:
            return "UTC"
        return f"UTC{'+' if minutes > 0 else '−'}{hours}{f':{rest:02}' if rest else ''}"

    def same_clock(self, other: str, *instants: datetime) -> bool:
        """Tell whether the clocks of another zone show the same at these instants."""
        there = ZoneInfo(other)
        return all(
            instant.replace(tzinfo=timezone.utc).astimezone(there).replace(tzinfo=None) == self.local(instant)
            for instant in instants
        )

    @property
    def _short_pattern(self) -> str:
        return self.locale.datetime_skeletons["MMMEd"].pattern
