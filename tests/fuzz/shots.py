"""What is fired at a route: a request that a page would send, changed in a few places, or one made up altogether."""

from dataclasses import dataclass, field

from hypothesis import strategies as st

# What must never come back as markup, header or calendar line.
MARK = "zq7fuzz"
HOSTILE = [
    f"<img src=x onerror={MARK}()>",
    f'"><svg onload={MARK}()>',
    f"'-{MARK}()-'",
    f"javascript:{MARK}()",
    f"a\r\nX-{MARK}: 1",
    f"a\nX-{MARK}: 1",
    f"a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nX-{MARK}:1",
    f"=HYPERLINK({MARK})",
    "+1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "//evil.example/",
    "https://evil.example/",
    "\\\\evil.example",
    "\u202e\u2066txt.exe",
    "\x00",
    "\ud7ff\ufffd\U0001f4a9",
    "{{7*7}}${7*7}<t t-esc='7*7'/>",
    "' OR 1=1 --",
    "%s%n%(name)s{0}",
    "9" * 400,
    "é" * 3000,  # the longest of which three fit into an address that Odoo's server takes
    "",
    " ",
]
PLAIN = [
    "0",
    "1",
    "-1",
    "2147483648",
    "9223372036854775808",
    "1e309",
    "nan",
    "0x10",
    "１２",
    "true",
    "null",
    "[]",
    "{}",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59:00Z",
    "2026-12-01T10:00:00Z",
    "Europe/Paris",
    "America/Nowhere",
    "69001",
    "45.76,4.85",
    "1e400,0",
    "anne.martin@example.com",
    "a@b",
    "+33612345678",
]
values = st.one_of(
    st.sampled_from(HOSTILE),
    st.sampled_from(PLAIN),
    st.integers(1, 80).map(str),
    st.text(max_size=30),
)


@dataclass(frozen=True)
class Shot:
    """Numbers choose, modulo what there is, among what the pages of this world hold."""

    seed: int  # which of the requests that pages would send to this route
    made_up: bool  # whether to leave it aside
    path: list[tuple[int, str | None]] = field(default_factory=list)  # for each part: a known one, or this text
    changes: list[tuple[int, str]] = field(default_factory=list)  # which parameter, and its new value
    left_out: int | None = None
    body: str = "form"
    account: bool = False  # with the cookies of somebody who is signed in
    headers: dict[str, str] = field(default_factory=dict)


shots = st.builds(
    Shot,
    seed=st.integers(0, 2**16),
    made_up=st.integers(0, 4).map(lambda number: number == 0),
    path=st.lists(st.tuples(st.integers(0, 2**16), st.none() | values), min_size=3, max_size=3),
    changes=st.lists(st.tuples(st.integers(0, 2**16), values), max_size=3),
    left_out=st.none() | st.integers(0, 2**16),
    body=st.sampled_from(["form"] * 6 + ["files", "json", "rubbish"]),
    account=st.booleans(),
    headers=st.dictionaries(
        st.sampled_from(["Accept-Language", "Referer", "Origin", "If-None-Match", "User-Agent", "Accept"]),
        st.sampled_from(["*/*", "fr", "xx;q=9", "https://evil.example/", f"<{MARK}>", "é".encode().decode("latin-1")]),
        max_size=2,
    ),
)
