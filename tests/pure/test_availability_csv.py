"""A27: what a file of hours says, and what is wrong with it."""

import csv
import doctest
import io
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.appointment_booking.tools import availability_csv as hours_csv
from odoo.addons.appointment_booking.tools.availability_csv import Entry, Problem, Span, overlaps, read

HEAD = "advisor;agency;kind;weekdays;dates;hours;valid from;valid until;types;note"


def problems(*lines, head=HEAD):
    return read("\n".join([head, *lines]).encode()).problems


def entries(*lines, head=HEAD):
    sheet = read("\n".join([head, *lines]).encode())
    assert sheet.problems == []
    return sheet.entries


def test_recurring():
    """A26, A27: weekly hours with several ranges, validity, types and a note."""
    assert entries("ada;Lyon;recurring;mon-fri;;09:00-12:00 14:00-18:00;2026-01-01;31/12/2026;Loans | Cards;New") == [
        Entry(
            2,
            "ada",
            "Lyon",
            "recurring",
            31,
            date(2026, 1, 1),
            date(2026, 12, 31),
            ((540, 720), (840, 1080)),
            ("Loans", "Cards"),
            "New",
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "9-12 14-18",
        "9h-12h 14h-18h",
        "9 h - 12 h 14 h - 18 h",
        "de 9h00 à 12h00 et 14h à 18h",
        "9.00-12.00;14:00-18:00",
    ],
)
def test_ways_to_write_hours(text):
    """A27: hours as people write them."""
    assert hours_csv.parse_hours(text) == ((540, 720), (840, 1080))


def test_several_dates():
    """A27: a line with several dates gives hours on each of them, a range is one closing."""
    found = entries("ada;;one-off;;2026-12-05, 12/12/2026;9-12;;;;", "ada;;closed;;24/12/2026 - 02/01/2027;;;;;")
    assert [(entry.line, entry.date_from, entry.date_to) for entry in found] == [
        (2, date(2026, 12, 5), date(2026, 12, 5)),
        (2, date(2026, 12, 12), date(2026, 12, 12)),
        (3, date(2026, 12, 24), date(2027, 1, 2)),
    ]
    assert found[2].hours == ()


def test_french():
    """A27: French headers, days, kinds and hours, as Excel in French saves them."""
    head = "Conseiller;Agence;Nature;Jours;Heures;Valable jusqu’au"
    text = f"{head}\r\nada;Lyon;Récurrent;lun-mer, ven.;9h-12h 14h30-18h;\r\n"
    sheet = read(text.encode("cp1252"))
    assert (sheet.encoding, sheet.separator, sheet.problems) == ("Windows-1252", ";", [])
    (entry,) = sheet.entries
    assert (entry.kind, entry.weekdays, entry.hours) == ("recurring", 0b10111, ((540, 720), (870, 1080)))
    assert sheet.headers["valid_until"] == "Valable jusqu’au"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ","])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_separators(encoding, separator, end):
    """A27: UTF-8 with and without a mark, Windows-1252, both separators, quoted fields with separators in them."""
    rows = [["advisor", "kind", "weekdays", "hours", "note"], ["élodie", "recurring", "mon", "9-12", 'a;b,c "d"']]
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end).writerows(rows)
    (entry,) = read(text.getvalue().encode(encoding)).entries
    assert (entry.advisor, entry.note) == ("élodie", 'a;b,c "d"')


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        (";;recurring;mon;;9-12;;;;", "advisor", "missing"),
        ("ada;;;mon;;9-12;;;;", "kind", "missing"),
        ("ada;;sometimes;mon;;9-12;;;;", "kind", "kind"),
        ("ada;;recurring;;;9-12;;;;", "weekdays", "missing"),
        ("ada;;recurring;someday;;9-12;;;;", "weekdays", "weekdays"),
        ("ada;;recurring;mon;;;;;;", "hours", "missing"),
        ("ada;;recurring;mon;;12-9;;;;", "hours", "hours"),
        ("ada;;recurring;mon;;9:75-12;;;;", "hours", "hours"),
        ("ada;;recurring;mon;;9-25;;;;", "hours", "hours"),
        ("ada;;recurring;mon;;9-12 11-13;;;;", "hours", "hours"),
        ("ada;;recurring;mon;2026-01-01;9-12;;;;", "dates", "not_for_recurring"),
        ("ada;;recurring;mon;;9-12;2026-02-30;;;", "valid_from", "date"),
        ("ada;;recurring;mon;;9-12;2026-03-01;2026-02-01;;", "valid_until", "until_before_from"),
        ("ada;;one-off;;;9-12;;;;", "dates", "missing"),
        ("ada;;one-off;;12/31/2026;9-12;;;;", "dates", "dates"),
        ("ada;;closed;;9999-01-01;;;;;", "dates", "dates"),
        ("ada;;closed;mon;2026-01-01;;;;;", "weekdays", "only_for_recurring"),
        ("ada;;closed;;2026-01-02 - 2026-01-01;;;;;", "dates", "dates"),
        ("ada;;closed;;2026-01-02;;;;;;x", "", "too_many_cells"),
        ("ada;;closed;;2026-01-02;;;;;" + "x" * 1001, "note", "too_long"),
    ],
)
def test_a_wrong_line(line, column, code):
    """A27: a wrong line names its number, its column and the reason."""
    (problem,) = problems("# a comment", "", "bob;;recurring;mon;;9-12;;;;", line)
    assert problem[:3] == (5, column, code)


def test_all_that_is_wrong_with_a_line():
    """A27: a line tells all that is wrong with it at once."""
    found = problems(";;recurring;xyz;;abc;1;2;;")
    assert [problem.column for problem in found] == ["advisor", "hours", "weekdays", "valid_from", "valid_until"]


def test_line_numbers_with_a_break_in_a_cell():
    """A27: the number is the one that an editor shows, whatever cells over several lines came before."""
    assert problems('ada;;closed;;2026-01-02;;;;;"two\nlines"', "ada;;wrong;;;;;;;")[0].line == 4


def test_files_that_are_none():
    """A27: an empty file, one without the columns, a spreadsheet in its own format: one clear problem."""
    assert read(b"").problems == [Problem(1, "", "empty")]
    assert read(b"# only a comment\n").problems == [Problem(1, "", "empty")]
    assert [p.column for p in read(b"name;hours\nada;9-12\n").problems] == ["advisor", "kind"]
    assert read(b"PK\x03\x04\0\0").problems == [Problem(1, "", "binary")]


def test_formulas_are_text():
    """A27: a cell that a spreadsheet would calculate is taken as it is written."""
    assert entries("ada;;closed;;2026-01-02;;;;;=1+1")[0].note == "=1+1"


def test_unknown_columns():
    """A27: what is in columns of other names is left alone, and said."""
    sheet = read(b"advisor,kind,weekdays,hours,favourite colour\nada,recurring,mon,9-12,blue\n")
    assert (sheet.unknown, sheet.problems, len(sheet.entries)) == (["favourite colour"], [], 1)


@given(st.binary(max_size=300))
def test_any_bytes(data):
    """A27, X04: no file makes it fail, and a file without hours says so."""
    sheet = read(data)
    assert sheet.entries or sheet.problems or not sheet.lines


@given(st.text(max_size=40), st.sampled_from(["weekdays", "hours", "dates", "date"]))
def test_any_cell(text, what):
    """A27: any text is either understood or refused."""
    found = getattr(hours_csv, f"parse_{what}")(text)
    if what == "hours" and found:
        assert all(0 <= start < stop <= 1440 for start, stop in found)


MINUTES = st.integers(0, 24 * 12).map(lambda n: n * 5)


def ranges_of(minutes):
    """Ranges in order and apart from each other."""
    cuts = st.lists(minutes, unique=True, min_size=2, max_size=6)
    return cuts.map(lambda cuts: tuple(zip(*[iter(sorted(cuts)[: len(cuts) // 2 * 2])] * 2, strict=True)))


RANGES = ranges_of(MINUTES)
DATES = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@given(RANGES, st.sampled_from(["{0:02}:{1:02}-{2:02}:{3:02}", "{0}h{1:02}-{2}h{3:02}", "{0}:{1:02} - {2}:{3:02}"]))
def test_hours_come_back(ranges, pattern):
    """A27: ranges written in any of the ways are the same ranges."""
    text = " ".join(pattern.format(*divmod(start, 60), *divmod(stop, 60)) for start, stop in ranges)
    assert hours_csv.parse_hours(text) == ranges


RUNS = st.lists(st.tuples(DATES, st.integers(0, 40)), min_size=1, max_size=4)


@given(RUNS, st.sampled_from(["%Y-%m-%d", "%d/%m/%Y"]))
def test_dates_come_back(runs, pattern):
    """A27: dates and runs of dates written in any of the ways are the same dates."""
    runs = [(first, first + timedelta(days=days)) for first, days in runs]
    parts = [f"{a:{pattern}} - {b:{pattern}}" if a != b else f"{a:{pattern}}" for a, b in runs]
    assert hours_csv.parse_dates(", ".join(parts)) == runs


@given(st.integers(1, 127), st.integers(0, 2))
def test_weekdays_come_back(bits, language):
    """A27: weekdays by name or number are the same days."""
    names = [hours_csv.WEEKDAY_NAMES[day][(0, 3, -1)[language]] for day in range(7) if bits >> day & 1]
    assert hours_csv.parse_weekdays(" ".join(names)) == bits


SPANS = st.lists(
    st.builds(
        lambda owner, weekdays, first, days, open_end, hours: (owner, weekdays, first, days, open_end, hours),
        st.integers(0, 1),
        st.integers(1, 127),
        st.integers(0, 20),
        st.integers(0, 10),
        st.sampled_from(["", "from", "until", "both"]),
        st.one_of(st.just(()), ranges_of(st.integers(0, 12).map(lambda n: n * 120))),
    ),
    max_size=8,
)


@settings(deadline=None)
@given(SPANS)
def test_overlaps_as_an_oracle_finds_them(drawn):
    """A27: hour by hour and day by day, whatever overlaps something that began before is told, and nothing else."""
    origin = date(2026, 3, 2)
    spans = []
    for number, (owner, weekdays, first, days, open_end, hours) in enumerate(drawn):
        begin = None if open_end in ("from", "both") else origin + timedelta(days=first)
        end = None if open_end in ("until", "both") else origin + timedelta(days=first + days)
        spans.append(Span(owner, number, weekdays, begin, end, hours))

    def minutes(span):
        return {
            (day, minute)
            for day in range(-8, 40)
            for today in [origin + timedelta(days=day)]
            if span.weekdays >> today.weekday() & 1
            and (not span.date_from or span.date_from <= today)
            and (not span.date_to or today <= span.date_to)
            for start, stop in span.hours or ((0, 1440),)
            for minute in range(start, stop, 120)
        }

    taken = [minutes(span) for span in spans]
    meeting = {
        (a, b)
        for a in range(len(spans))
        for b in range(len(spans))
        if a != b and spans[a].owner == spans[b].owner and taken[a] & taken[b]
    }
    found = overlaps(spans)
    assert {*found} <= meeting
    # of each two that meet, one at least is told to be in the way
    firsts = {first for first, _second in found}
    assert all(a in firsts or b in firsts for a, b in meeting)


def test_examples():
    """The examples in the docstrings are true."""
    result = doctest.testmod(hours_csv)
    assert (result.attempted > 8, result.failed) == (True, 0)


def test_many_lines():
    """A27, X03: reading and comparing twenty thousand lines takes seconds, also when all are one advisor's."""
    lines = []
    for number in range(20000):
        advisor = f"user{number % 400}" if number % 2 else "all"
        day, hour = date(2026, 1, 1) + timedelta(days=number // 8), 8 + number % 8
        lines.append(f"{advisor};Lyon;one-off;;{day};{hour}:00-{hour + 1}:00;;;;")
    sheet = read("\n".join([HEAD, *lines]).encode())
    assert (sheet.problems, len(sheet.entries)) == ([], 20000)
    spans = [Span(e.advisor, e.line, 127, e.date_from, e.date_to, e.hours) for e in sheet.entries]
    assert overlaps(spans) == []
