"""A36: what a stranger reads of what a visitor typed."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.appointment_booking.tools.guest_words import LONGEST_NAME, MOST_WORDS, clean_name, mailbox

NASTY = st.text(alphabet=st.sampled_from("Aéb .-'’@:/\\\r\n\t0129w。．｡\u202e\u200b\u0301·<>&?#"), max_size=80)


@pytest.mark.parametrize(
    "typed, shown",
    [
        ("Anne Martin", "Anne Martin"),
        ("  Anne \t Martin ", "Anne Martin"),
        ("Anne-Marie O'Neil", "Anne-Marie O'Neil"),
        ("J. R. Martin", "J. R. Martin"),
        ("J.R. Martin", "J.R. Martin"),
        ("Dr. Müller", "Dr. Müller"),
        ("João Nguyễn", "João Nguyễn"),
        ("Лев Толстой", "Лев Толстой"),
        ("毛 泽东", "毛 泽东"),
        ("عمر الشريف", "عمر الشريف"),
        ("Ａｎｎｅ", "Anne"),
        ("Win 1000 € at www.example.com", "Win at"),
        ("https://evil.example/?q=1 Anne", "Anne"),
        ("Anne example.com", "Anne"),
        ("Anne example。com evil．example", "Anne"),
        ("t.co/x bit.ly Anne", "Anne"),
        ("spy@example.com", ""),
        ("Anne\r\nBcc: all@example.com", "Anne"),
        ("<b>Anne</b>", ""),
        ("\u202eennA\u202c", "ennA"),
        ("\u200bAnne\u2060", "Anne"),
        ("\u0300.A", "A"),
        ("b\u3002w.c", ""),
        ("www1", ""),
        ("Annabel-.", "Annabel"),
        ("+33 6 12 34 56 78", ""),
        ("", ""),
        ("one two three four five six seven", "one two three four five"),
    ],
)
def test_names(typed, shown):
    """A36: names of all languages stay; links, addresses, numbers and symbols go."""
    assert clean_name(typed) == shown


@given(st.one_of(st.text(max_size=200), NASTY))
def test_any_text(text):
    """A36, X04: whatever is typed, nothing is shown that a mail program makes a link of or that breaks a line."""
    name = clean_name(text)
    assert len(name) <= LONGEST_NAME and len(name.split()) <= MOST_WORDS
    assert name == " ".join(name.split())
    assert not re.search(r"[@:/\\<>&?#=%\"\d]|\w\.\w\w|\w\w\.\w", name)
    assert not any(unicodedata.category(character)[0] in "CN" for character in name)
    assert clean_name(name) == name


def test_mailboxes():
    """A36: a tag, capitals and the dots of Gmail make no other mailbox; another name or house does."""
    assert mailbox("Eve+Bank@Example.org") == mailbox("eve@example.org") == "eve@example.org"
    assert mailbox("E.v.e@googlemail.com") == mailbox("eve+x@gmail.com")
    assert mailbox("e.ve@example.org") != mailbox("eve@example.org")
    assert mailbox("eve@example.com") != mailbox("eve@example.org")
    assert mailbox("+tag@example.org") == "+tag@example.org"
