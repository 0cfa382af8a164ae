"""What a form accepts: patterns in a bounded time, file names, numbers as people type them."""

import doctest
import io
import re
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.appointment_booking.tools import numbers, pattern, uploads

# Patterns of what the matcher knows, small enough that Python's own engine is no risk
ATOMS = st.sampled_from(
    ["a", "b", "ab", ".", r"\d", r"\w", r"\S", "[ab]", "[^a]", "[a-c1]", "(?:a|b)", "(a|bc|)", "^", "$"]
)
TIMES = st.sampled_from(["", "?", "*", "+", "{2}", "{0,2}", "{1,}", "*?", "{,3}"])


@st.composite
def patterns(draw):
    parts = []
    for _part in range(draw(st.integers(1, 4))):
        atom = draw(ATOMS)
        parts.append(atom if atom in "^$" else f"(?:{atom}){draw(TIMES)}")
    written = "".join(parts)
    return f"{written}|{draw(ATOMS)}" if draw(st.booleans()) else written


def test_examples():
    """A41, A42: what the docstrings say."""
    for module in (numbers, uploads):
        found = doctest.testmod(module)
        assert found.attempted and not found.failed


@given(patterns(), st.text("abc1 \n-", max_size=7))
def test_patterns_match_as_python_does(written, text):
    """A42: the matcher that cannot be kept busy says what Python's own engine says."""
    # "$" before a last line break is Python's own custom; texts come without one.
    text = text.rstrip("\n")
    assert pattern.fits(written, text) == bool(re.fullmatch(written, text)), (written, text)


@pytest.mark.parametrize(
    "hostile",
    [r"(a+)+b", r"(a|a)*b", r"(\w*\w*\w*\w*\w*)*!", r"(a?){50}a{50}b", r"((a*)*)*b", r"(.*.*.*.*.*.*)=", r"(a|aa)+$b"],
)
def test_hostile_patterns_take_no_time(hostile):
    """A42: patterns that keep other engines busy for years are answered at once."""
    began = time.perf_counter()
    assert not pattern.fits(hostile, "a" * 200)
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize(
    "wrong",
    [
        "(",
        "[",
        "*",
        r"(a)\1",
        "(?=a)b",
        "(?<!a)b",
        "(?i)a",
        "(?i:a)",
        r"\bfoo",
        "a{100000}",
        "(a{50}){50}",
        "a" * 201,
        "(?P<x>a)(?P=x)",
    ],
)
def test_patterns_that_are_refused(wrong):
    """A42: what cannot be matched in a bounded time, or not at all, is refused when it is written."""
    with pytest.raises(pattern.WrongPattern):
        pattern.check(wrong)


@given(st.text(max_size=300))
def test_any_text_as_a_pattern(text):
    """A42: whatever is written as a pattern is either usable or refused, at once."""
    try:
        pattern.check(text)
    except pattern.WrongPattern:
        return
    assert pattern.fits(text, "abc") in (True, False)


@given(st.text(max_size=400))
def test_file_names(name):
    """A41: whatever a file is called, its name has no path, no hidden characters, an end, and stays the same."""
    clean = uploads.clean_name(name)
    assert clean and len(clean) <= uploads.LONGEST_NAME
    assert clean == uploads.clean_name(clean)
    assert not set(clean) & set('/\\<>:"|?*\r\n\t\0\u202e\u2066\u200b')
    assert not clean.startswith(".") and clean.isprintable()


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\eve\\tax notice.PDF", "tax notice.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ("con.pdf", "_con.pdf"),
        (".htaccess", "htaccess"),
        ("", "file"),
        ("\u202e.pdf", "file.pdf"),
        ("x" * 300 + ".jpeg", "x" * 95 + ".jpeg"),
        ("e\u0301te\u0301.png", "été.png"),
    ],
)
def test_names_by_example(name, clean):
    """A41: paths, directions, headers, devices of old and hidden files are only names here."""
    assert uploads.clean_name(name) == clean


@pytest.mark.parametrize(
    ("name", "mimetype", "groups", "kept"),
    [
        ("id.pdf", "application/pdf", ["pdf"], "id.pdf"),
        ("id.pdf", "application/pdf", ["images"], None),
        ("id.pdf", "text/html", ["pdf", "images", "documents"], None),
        ("id.png", "application/pdf", ["pdf", "images"], None),
        ("id.pdf", "image/png", ["pdf", "images"], None),
        ("id.png", "image/svg+xml", ["images"], None),
        ("id.svg", "image/svg+xml", ["images"], None),
        ("id.png", "image/jpeg", ["images"], "id.jpg"),
        ("id", "image/webp", ["images"], "id.webp"),
        ("id.pdf.exe", "application/x-dosexec", ["pdf"], None),
        ("id.html", "text/plain", ["documents"], None),
        ("list.csv", "text/plain", ["spreadsheets"], "list.csv"),
        ("list.csv", "text/plain", ["documents"], None),
        ("letter.txt", "text/plain", ["documents"], "letter.txt"),
        ("letter.docm", uploads.KINDS[6].mimetypes[0], ["documents"], None),
    ],
)
def test_kinds_of_files(name, mimetype, groups, kept):
    """A41: content and name must be of one kind that is accepted; a photo gets the right ending."""
    file = uploads.recognise(name, mimetype, groups)
    assert (file and file.name) == kept


def test_macros():
    """A41: an office document with a program inside is none that we take."""
    for name, found in (("word/document.xml", False), ("word/vbaProject.bin", True), ("Basic/Standard/x.xml", True)):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr(name, "x")
        assert uploads.has_macros(content.getvalue()) is found
    assert uploads.has_macros(b"PK broken")
    assert not uploads.has_macros(b"%PDF-1.7")


@pytest.mark.parametrize(
    ("text", "point", "number"),
    [
        ("1234", ".", 1234),
        ("1 234,50", ",", 1234.5),
        ("1\u202f234,5", ",", 1234.5),
        ("1,234.5", ".", 1234.5),
        ("1,234", ".", 1234),
        ("1,234", ",", 1.234),
        ("1.234", ",", 1234),
        ("1.5", ",", 1.5),
        ("1.234.567,8", ",", 1234567.8),
        ("\u22123", ".", -3),
        ("1'000", ".", 1000),
        (".5", ".", 0.5),
        ("", ".", None),
        ("1e5", ".", None),
        ("nan", ".", None),
        ("1" * 30, ".", None),
        ("12 apples", ".", None),
    ],
)
def test_numbers(text, point, number):
    """A42: numbers are read as people of the language write them."""
    assert numbers.parse_number(text, point) == number


@given(st.text(max_size=50), st.sampled_from(".,"))
def test_any_number(text, point):
    """A42: whatever is typed, a number or nothing comes out."""
    number = numbers.parse_number(text, point)
    assert number is None or abs(number) < 1e15
