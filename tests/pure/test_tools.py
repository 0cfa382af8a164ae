"""Small pure functions: tickets, origins, searching."""

import hashlib
import hmac
import string
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.appointment_booking.tools import ticket
from odoo.addons.appointment_booking.tools.matching import fold, matches
from odoo.addons.appointment_booking.tools.origins import WrongOrigin, read_origins

NOW = datetime(2026, 3, 2, 8, 0)


def sign(text):
    return hmac.new(b"secret", text.encode(), hashlib.sha256).hexdigest()


def test_ticket_is_read_as_issued():
    """A06: a ticket tells its visitor, and lets forms act until its end."""
    key = ticket.new_visitor_key()
    text = ticket.issue(sign, "mortgage", key, NOW)
    assert ticket.read(sign, "mortgage", text, NOW) == (key, True, False)
    last = NOW + ticket.LASTS - timedelta(seconds=1)
    assert ticket.read(sign, "mortgage", text, last) == (key, True, False)
    assert ticket.read(sign, "mortgage", text, NOW + ticket.LASTS) == (key, False, False)


def test_ticket_of_another_subject_or_house():
    """A06, X04: it is good for one type of one database only."""
    text = ticket.issue(sign, "mortgage", ticket.new_visitor_key(), NOW)
    assert ticket.read(sign, "insurance", text, NOW) is None
    assert ticket.read(lambda value: sign("other" + value), "mortgage", text, NOW) is None


@given(st.data())
def test_ticket_cannot_be_changed(data):
    """A06, X04: no character can be changed, added or taken away."""
    text = ticket.issue(sign, "mortgage", "k" * 32, NOW)
    place = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_. "))
    changed = [text[:place] + character + text[place + 1 :], text[:place] + text[place + 1 :], text + character]
    for other in changed:
        assert other == text or ticket.read(sign, "mortgage", other, NOW) is None


@given(st.text())
def test_anything_is_no_ticket(text):
    """A06, X04: what we did not issue is nothing, whatever it is."""
    assert ticket.read(sign, "mortgage", text, NOW) is None


def test_origins():
    """A06: exact origins, each once, in the form in which browsers compare them."""
    text = (
        " https://www.Example.com\nhttps://www.example.com/ \r\n https://a.example.com:8443\thttps://b.example.com:443"
    )
    assert read_origins(text) == [
        "https://www.example.com",
        "https://a.example.com:8443",
        "https://b.example.com",
    ]
    assert read_origins("http://localhost:8080 http://127.0.0.1") == ["http://localhost:8080", "http://127.0.0.1"]
    assert read_origins("") == read_origins(None) == []


@pytest.mark.parametrize(
    "word",
    [
        "www.example.com",
        "http://www.example.com",
        "https://*.example.com",
        "*",
        "https:",
        "https://",
        "https://www.example.com/page",
        "https://www.example.com?x=1",
        "https://www.example.com#x",
        "https://eve@www.example.com",
        "https://www.example.com;script-src",
        "https://www.example.com,https://b.example.com",
        "https://www.example.com:port",
        "https://www.example.com:99999",
        "https://exämple.com",
        "https://[::1]",
        "https://-a.example.com",
        "javascript:alert(1)",
        "'unsafe-inline'",
        "data:",
    ],
)
def test_wrong_origins(word):
    """A06: whatever is no exact, encrypted origin is refused: it would go into a header."""
    with pytest.raises(WrongOrigin):
        read_origins(f"https://good.example.com\n{word}")


@given(st.text())
def test_origins_never_break_the_header(text):
    """A06: what is accepted cannot hold what separates the parts of a header."""
    try:
        found = read_origins(text)
    except WrongOrigin:
        return
    assert not any(set(origin) & set(" ;,'\"\r\n\\*") for origin in found)


def test_search():
    """A06: words in any order, whatever their case and accents."""
    assert matches("credit IMMO", ["Parler de votre crédit", "immobilier"])
    assert matches("", ["anything"])
    assert not matches("credit auto", ["Crédit immobilier"])
    assert matches("É", ["e\u0301tude"])
    assert fold(None) == ""
