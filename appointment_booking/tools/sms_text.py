"""Text messages: what fits into one, and how a text is written so that it does. Pure Python, no Odoo.

Networks carry 160 characters of the GSM alphabet (3GPP TS 23.038) in one message. A single character outside of it, as
the apostrophe that word processors write, turns the whole text into UTF-16, of which only 70 units fit.
"""

import unicodedata
from typing import NamedTuple

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")  # each takes the room of two
_PLAIN = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "‚": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "−": "-",
        "‑": "-",
        "·": "-",
        "…": "...",
        "œ": "oe",
        "Œ": "OE",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\u200e": None,
        "\u200f": None,
    }
)


class Length(NamedTuple):
    """How long a text is: ``units`` of its alphabet, in so many ``messages``."""

    units: int
    messages: int
    is_unicode: bool


def measure(text: str) -> Length:
    """Tell how a network would carry a text.

    >>> measure("Reminder: 10:00")
    Length(units=15, messages=1, is_unicode=False)
    >>> measure("x" * 161).messages, measure("ç" * 71).messages
    (2, 2)
    """
    if is_gsm(text):
        units = sum(2 if character in _EXTENDED else 1 for character in text)
        return Length(units, 1 if units <= 160 else -(-units // 153), False)
    units = len(text.encode("utf-16-le")) // 2
    return Length(units, 1 if units <= 70 else -(-units // 67), True)


def is_gsm(text: str) -> bool:
    return all(character in _BASIC or character in _EXTENDED for character in text)


def plain(text: str) -> str:
    """Return a text in the GSM alphabet, where that only costs accents and typography; else as it is.

    >>> plain("Prêt immobilier, l’agence de Besançon")
    "Pret immobilier, l'agence de Besancon"
    >>> plain("Ραντεβού")
    'Ραντεβού'
    """
    written = "".join(_closest(character) for character in (text or "").translate(_PLAIN))
    return written if is_gsm(written) else text


def shorten(text: str, room: int) -> str:
    """Cut a text to some characters, at a word if one ends not far before.

    >>> shorten("Advice on buying a home", 16), shorten("Besançon", 5)
    ('Advice on buying', 'Besan')
    """
    text = " ".join((text or "").split())
    if len(text) <= room:
        return text
    cut = text[:room]
    word = cut if text[room] == " " else cut[: cut.rfind(" ") + 1]
    return (word if len(word) > room // 2 else cut).rstrip(" ,.;:-")


def _closest(character: str) -> str:
    if character in _BASIC or character in _EXTENDED:
        return character
    bare = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    return bare if bare and is_gsm(bare) else character
