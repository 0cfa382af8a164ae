# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From a CSV file, as people make it in a spreadsheet, to opening hours; what is wrong keeps its line and its column.

Nothing here knows who the advisors are, nor in which language the reader is told what is wrong: a problem carries a
code, and whoever knows the reader finds the words.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import date
from heapq import heappop, heappush
from typing import Any, NamedTuple

DAY = 1440
MAX_CELL = 1000  # characters
COMMENT = "#"

# What a header may be called, in small letters without accents. The first name is the one of the English template, the
# second that of the French one.
HEADERS = {
    "advisor": ("advisor", "conseiller", "user", "login", "e-mail", "email", "agent", "utilisateur"),
    "agency": ("agency", "agence", "place", "lieu"),
    "kind": ("kind", "nature", "genre", "sort"),
    "weekdays": ("weekdays", "jours", "days", "weekday", "jour", "jours de la semaine"),
    "dates": ("dates", "dates", "date", "date(s)", "day", "on"),
    "hours": ("hours", "heures", "hour", "horaires", "plages", "horaire"),
    "valid_from": ("valid from", "valable du", "from", "valide du", "a partir du"),
    "valid_until": ("valid until", "valable jusqu'au", "until", "valide jusqu'au", "valid to", "jusqu'au"),
    "types": ("types", "types de rendez-vous", "type", "only for", "appointment types", "uniquement pour"),
    "note": ("note", "remarque", "notes", "comment", "commentaire"),
}
REQUIRED = ("advisor", "kind", "hours")
KINDS = {
    "recurring": ("recurring", "recurrent", "every week", "weekly", "chaque semaine", "hebdomadaire", "recurrente"),
    "one_off": ("one-off", "ponctuel", "one off", "once", "on a date", "ponctuelle", "a une date", "one_off", "date"),
    "closed": ("closed", "ferme", "closing", "fermeture", "exception", "absence", "fermee"),
}
WEEKDAY_NAMES = (
    ("mon", "monday", "lun", "lundi", "lu", "mo", "1"),
    ("tue", "tuesday", "mar", "mardi", "ma", "tu", "tues", "2"),
    ("wed", "wednesday", "mer", "mercredi", "me", "we", "3"),
    ("thu", "thursday", "jeu", "jeudi", "je", "th", "thur", "thurs", "4"),
    ("fri", "friday", "ven", "vendredi", "ve", "fr", "5"),
    ("sat", "saturday", "sam", "samedi", "sa", "6"),
    ("sun", "sunday", "dim", "dimanche", "di", "su", "7"),
)
WEEKDAYS = {name: index for index, names in enumerate(WEEKDAY_NAMES) for name in names}

_DATE = r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/\d{4}"
_DATES = re.compile(
    rf"\s*({_DATE})(?:\s*(?:to|until|au|jusqu'au|-|–|\.\.\.?)\s*({_DATE}))?\s*(?:[,;|+&]|et\b|and\b)?\s*"
)
# "9", "9h", "9:30" and, as the French print it, "9 h 30", unless the 30 begins the next range
_TIME = r"\d{1,2}(?:[h:.](?:\d{2})?|\s+h(?:\s+\d{2}(?!\s*[-–h:.\d]))?)?"
_HOURS = re.compile(rf"\s*(?:de\s+|from\s+)?({_TIME})\s*(?:-|–|to|a|until)\s*({_TIME})\s*(?:[,;|+&]|et\b|and\b)?\s*")
_CLOCK = re.compile(r"(\d{1,2})(?:\s*[h:.]\s*(\d{2})?)?")


def template_header(key: str, french: bool) -> str:
    """Return what a column is called in the template.

    >>> template_header("valid_from", french=True)
    'Valable du'
    """
    return HEADERS[key][1 if french else 0].capitalize()


class Problem(NamedTuple):
    """What is wrong with a cell. ``code`` says what, ``value`` what was read there."""

    line: int
    column: str  # a key of HEADERS, or empty for the line as a whole
    code: str
    value: str = ""


class Entry(NamedTuple):
    """What one line says. Names are as they were typed; a line with several dates gives an entry for each run."""

    line: int
    advisor: str
    agency: str
    kind: str
    weekdays: int  # bit 0 is Monday; 0 unless recurring
    date_from: date | None
    date_to: date | None
    hours: tuple[tuple[int, int], ...]  # minutes of the day, in order, apart from each other; empty: the whole day
    types: tuple[str, ...]
    note: str


class Sheet(NamedTuple):
    """What a file says. ``headers`` are the columns as the file calls them, by key of HEADERS."""

    encoding: str
    separator: str
    headers: dict[str, str]
    entries: list[Entry]
    problems: list[Problem]
    unknown: list[str]  # columns that mean nothing here
    lines: int  # lines with contents, without the headers and the comments


def read(data: bytes) -> Sheet:
    """Read a file as a whole.

    >>> sheet = read(b"advisor;kind;weekdays;hours\\nada;recurring;mon-fri;9:00-12:00\\n")
    >>> sheet.separator, sheet.entries[0].weekdays, sheet.entries[0].hours
    (';', 31, ((540, 720),))
    """
    text, encoding = decode(data)
    separator = find_separator(text)
    sheet = Sheet(encoding, separator, {}, [], [], [], 0)
    if "\0" in text:
        sheet.problems.append(Problem(1, "", "binary"))
        return sheet
    columns: dict[int, str] = {}
    count = 0
    try:
        for number, cells in _rows(text, separator):
            if not columns:
                columns = _columns(cells, sheet)
                missing = [key for key in REQUIRED if key not in sheet.headers]
                sheet.problems.extend(Problem(number, key, "missing_column") for key in missing)
                if missing:
                    return sheet
                continue
            count += 1
            _read_line(number, cells, columns, sheet)
    except csv.Error as error:
        sheet.problems.append(Problem(0, "", "unreadable", str(error)))
    if not columns:
        sheet.problems.append(Problem(1, "", "empty"))
    return sheet._replace(lines=count)


def decode(data: bytes) -> tuple[str, str]:
    """Return the text and the name of its encoding: UTF-8, with or without a mark, else Windows-1252.

    >>> decode("fermé".encode("cp1252"))
    ('fermé', 'Windows-1252')
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), "UTF-16"
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), "Windows-1252"


def find_separator(text: str) -> str:
    """Return ``;`` or ``,``, whichever splits the first line that counts into more columns.

    >>> find_separator("# a, comment; here\\nadvisor;kind;hours\\n")
    ';'
    """
    for line in text.splitlines():
        if line.strip() and not line.lstrip('" ').startswith(COMMENT):
            return max(";,", key=lambda separator: len(next(csv.reader([line], delimiter=separator), [])))
    return ","


def plain(text: str) -> str:
    """Small letters without accents, single spaces, straight apostrophes: what people type the same way.

    >>> plain("  Valable  jusqu’au ")
    "valable jusqu'au"
    """
    decomposed = unicodedata.normalize("NFKD", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").lower())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def parse_weekdays(text: str) -> int | None:
    """Return the days as bits, Monday first, or ``None`` when it names none.

    >>> parse_weekdays("lun-ven"), parse_weekdays("Sat, sun"), parse_weekdays("6-1"), parse_weekdays("someday")
    (31, 96, 97, None)
    """
    text = re.sub(r"\s*(?:-|–|\bto\b|\bau\b|\ba\b)\s*", "-", plain(text).replace(".", ""))
    bits = 0
    for part in re.split(r"[\s,;|+/&]+|\bet\b|\band\b", text):
        if not part:
            continue
        first, dash, last = part.partition("-")
        if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
            return None
        length = (WEEKDAYS[last] - WEEKDAYS[first]) % 7 if dash else 0
        for step in range(length + 1):
            bits |= 1 << (WEEKDAYS[first] + step) % 7
    return bits or None


def parse_hours(text: str) -> tuple[tuple[int, int], ...] | None:
    """Return ranges in minutes of the day, or ``None`` when the text is none, ends before it starts or overlaps itself.

    >>> parse_hours("09:00-12:00 14:00-18:00"), parse_hours("9h-12h30"), parse_hours("22-24"), parse_hours("12-9")
    (((540, 720), (840, 1080)), ((540, 750),), ((1320, 1440),), None)
    """
    text = plain(text)
    ranges, position = [], 0
    while position < len(text):
        match = _HOURS.match(text, position)
        if not match:
            return None
        start, stop = _minutes(match[1]), _minutes(match[2])
        if start is None or stop is None or not start < stop:
            return None
        ranges.append((start, stop))
        position = match.end()
    ranges.sort()
    if any(after[0] < before[1] for before, after in zip(ranges, ranges[1:], strict=False)):
        return None
    return tuple(ranges)


def parse_dates(text: str) -> list[tuple[date, date]] | None:
    """Return runs of days, first and last included, or ``None`` when the text is no list of dates.

    >>> [str(day) for run in parse_dates("2026-12-24, 31/12/2026 - 02/01/2027") for day in run]
    ['2026-12-24', '2026-12-24', '2026-12-31', '2027-01-02']
    """
    text = plain(text)
    runs, position = [], 0
    while position < len(text):
        match = _DATES.match(text, position)
        if not match:
            return None
        first = parse_date(match[1])
        last = parse_date(match[2]) if match[2] else first
        if not first or not last or last < first:
            return None
        runs.append((first, last))
        position = match.end()
    return runs


def parse_date(text: str) -> date | None:
    """Return a date written as 2026-12-24 or 24/12/2026, or ``None``.

    >>> parse_date("2026-12-24") == parse_date("24/12/2026")
    True
    """
    text = text.strip()
    try:
        if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text, re.ASCII):
            year, month, day = map(int, match.groups())
        elif match := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text, re.ASCII):
            day, month, year = map(int, match.groups())
        else:
            return None
        # Further away is a slip, and no calendar would show it.
        return date(year, month, day) if 1970 <= year <= 2200 else None
    except ValueError:
        return None


class Span(NamedTuple):
    """Hours of somebody, to be compared with others. ``name`` tells the line or the record."""

    owner: Hashable  # hours of different owners do not touch each other
    name: Hashable
    weekdays: int  # 127 for dates
    date_from: date | None
    date_to: date | None
    hours: tuple[tuple[int, int], ...]


def overlaps(spans: Iterable[Span]) -> list[tuple[Hashable, Hashable]]:
    """Return pairs of names whose hours overlap on some day; the first of a pair began later, or as early.

    Whatever overlaps something that began before is the first of one pair. Not every pair is told: who mends one sees
    the next.

    >>> morning = ((540, 720),)
    >>> every_monday = Span("ada", 1, 1, None, None, morning)
    >>> overlaps([every_monday, Span("ada", 2, 127, date(2025, 3, 3), date(2025, 3, 3), ((700, 800),))])
    [(2, 1)]
    """
    groups: dict[tuple[Hashable, int], list[tuple[int, int, int]]] = defaultdict(list)
    everything = list(spans)
    for index, span in enumerate(everything):
        low = span.date_from.toordinal() if span.date_from else 1
        high = span.date_to.toordinal() if span.date_to else date.max.toordinal()
        for weekday in range(7):
            if span.weekdays >> weekday & 1:
                # the first and the last day of the span that are this weekday; day 1 of the calendar is a Monday
                first = low + (weekday - (low - 1)) % 7
                last = high - (high - 1 - weekday) % 7
                if first <= last:
                    groups[span.owner, weekday].append((first, last, index))
    pairs = {}
    for group in groups.values():
        for later, earlier in _sweep(sorted(group), everything):
            pairs.setdefault(later, earlier)
    return [(everything[later].name, everything[earlier].name) for later, earlier in sorted(pairs.items())]


def _sweep(group: list[tuple[int, int, int]], spans: list[Span]) -> Iterator[tuple[int, int]]:
    """Go through the spans of one weekday by their first day, and compare each with those that are not over."""
    under_way: dict[int, None] = {}
    ends: list[tuple[int, int]] = []
    for first, last, index in group:
        while ends and ends[0][0] < first:
            under_way.pop(heappop(ends)[1])
        # newest first: in a file with many like it, one is found at once
        for other in reversed(under_way):
            if _meet(spans[index].hours, spans[other].hours):
                yield index, other
                break
        under_way[index] = None
        heappush(ends, (last, index))


def _meet(left: tuple[tuple[int, int], ...], right: tuple[tuple[int, int], ...]) -> bool:
    whole = ((0, DAY),)
    return any(a < d and c < b for a, b in left or whole for c, d in right or whole)


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that say something, with the number that an editor shows for their beginning."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False)
    number = 1
    for cells in reader:
        if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith(COMMENT):
            yield number, [cell.strip() for cell in cells]
        number = reader.line_num + 1


def _columns(cells: list[str], sheet: Sheet) -> dict[int, str]:
    """Return the key of each column that means something."""
    keys = {name: key for key, names in HEADERS.items() for name in names}
    columns = {}
    for index, cell in enumerate(cells):
        key = keys.get(plain(cell))
        if key and key not in sheet.headers:
            columns[index] = key
            sheet.headers[key] = cell
        elif cell:
            sheet.unknown.append(cell)
    return columns or {-1: ""}


def _read_line(number: int, cells: list[str], columns: dict[int, str], sheet: Sheet) -> None:
    """Add what a line says to the entries of the sheet, or everything that is wrong with it to its problems."""
    known = len(columns) + len(sheet.unknown)
    values = dict.fromkeys(HEADERS, "") | {key: cells[index] for index, key in columns.items() if index < len(cells)}
    line = _Line(number, values)
    if any(len(value) > MAX_CELL for value in values.values()):
        line.problem(max(values, key=lambda key: len(values[key])), "too_long")
    elif any(cell for index, cell in enumerate(cells) if index >= known and index not in columns):
        line.problem("", "too_many_cells")
    else:
        sheet.entries.extend(line.entries())
    sheet.problems.extend(line.problems)


class _Line:
    """The cells of a line by column, and what is wrong with them."""

    def __init__(self, number: int, values: dict[str, str]):
        self.number, self.values = number, values
        self.problems: list[Problem] = []

    def problem(self, column: str, code: str) -> None:
        self.problems.append(Problem(self.number, column, code, self.values.get(column, "")[:80]))

    def needed(self, column: str, parse: Callable[[str], Any], code: str) -> Any:
        """Return what a cell that must not be empty says."""
        found = parse(self.values[column]) if self.values[column] else None
        if not found:
            self.problem(column, code if self.values[column] else "missing")
        return found

    def entries(self) -> list[Entry]:
        """Return what the line says: nothing if something is wrong with it."""
        self.needed("advisor", str, "missing")
        kind = self.needed("kind", _kind, "kind")
        if not kind:
            return []
        hours: tuple[tuple[int, int], ...] = ()
        if kind != "closed" or self.values["hours"]:
            hours = self.needed("hours", parse_hours, "hours")
        weekdays, runs = self._every_week() if kind == "recurring" else self._on_dates()
        if self.problems:
            return []
        types = tuple(filter(None, (part.strip() for part in self.values["types"].split("|"))))
        who = self.values["advisor"], self.values["agency"], kind, weekdays
        return [Entry(self.number, *who, *run, hours, types, self.values["note"]) for run in runs]

    def _every_week(self) -> tuple[int, list[tuple[date | None, date | None]]]:
        weekdays = self.needed("weekdays", parse_weekdays, "weekdays")
        if self.values["dates"]:
            self.problem("dates", "not_for_recurring")
        keys = ("valid_from", "valid_until")
        first, last = (self.needed(key, parse_date, "date") if self.values[key] else None for key in keys)
        if first and last and last < first:
            self.problem("valid_until", "until_before_from")
        return weekdays, [(first, last)]

    def _on_dates(self) -> tuple[int, list[tuple[date, date]]]:
        runs = self.needed("dates", parse_dates, "dates")
        for key in ("weekdays", "valid_from", "valid_until"):
            if self.values[key]:
                self.problem(key, "only_for_recurring")
        return 0, runs


def _kind(text: str) -> str | None:
    return next((kind for kind, names in KINDS.items() if plain(text) in names), None)


def _minutes(text: str) -> int | None:
    match = _CLOCK.fullmatch(text.strip())
    hour, minute = int(match[1]), int(match[2] or 0)
    total = hour * 60 + minute
    return total if minute < 60 and total <= DAY else None
