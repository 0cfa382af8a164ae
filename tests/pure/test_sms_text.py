"""A61: what fits into one text message."""

import doctest

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.appointment_booking.tools import sms_text


def test_examples():
    """A61: the examples in the code hold."""
    assert doctest.testmod(sms_text).failed == 0


def test_limits():
    """A61: 160 characters of the alphabet or 70 outside of it are one message; parts of longer ones hold less."""
    for text, messages in (
        ("", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("€" * 80, 1),  # two units each
        ("€" * 81, 2),
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("ê" * 134, 2),
        ("ê" * 135, 3),
        ("😀" * 35, 1),  # two UTF-16 units each
        ("😀" * 36, 2),
    ):
        assert sms_text.measure(text).messages == messages, (text[:1], len(text))


def test_plain():
    """A61, X05: typography and accents that cost a second message are written plainly; other scripts stay."""
    assert sms_text.plain("mar. 3 mars, 9:00\u202fAM") == "mar. 3 mars, 9:00 AM"
    assert sms_text.plain("L’été à Besançon – «prêt»…") == 'L\'été à Besancon - "pret"...'
    assert sms_text.plain("Пн 3") == "Пн 3"
    assert sms_text.plain("") == ""


@given(st.text(max_size=60))
def test_plain_never_costs_more(text):
    """A61: writing a text plainly never makes more messages of it, and changes nothing that was plain."""
    plain = sms_text.plain(text)
    assert not sms_text.is_gsm(text) or plain == text
    assert sms_text.measure(plain).messages <= sms_text.measure(text).messages


@given(st.text(max_size=60), st.integers(1, 60))
def test_shorten(text, room):
    """A61: a shortened text fits, and is the beginning of the text."""
    short = sms_text.shorten(text, room)
    assert len(short) <= room
    assert " ".join(text.split()).startswith(short)
