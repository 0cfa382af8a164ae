"""What a stranger reads of what a visitor typed, and whether two addresses are one mailbox. Pure Python, no Odoo.

An invitation goes to somebody who did not ask for it, at the word of somebody whom nobody knows. Of this person's words
it repeats a name and nothing else, so that nobody sends advertisements or links through it.
"""

import re
import unicodedata

LONGEST_NAME = 50
MOST_WORDS = 5

# What mail programs make a link of, or what begins one.
_ADDRESS = re.compile(r"[@/\\:#?=&%]|^www\b", re.IGNORECASE)
_LETTER = ("L", "M")
_BETWEEN = "'’-‐‑·"
# Mailboxes whose provider ignores dots in front of the @.
_DOTLESS = frozenset(("gmail.com", "googlemail.com"))


def clean_name(text: str) -> str:
    """Return what of a text may be shown as somebody's name: words of letters, without links, numbers and symbols.

    ``"Anne-Marie O'Neil"`` and ``"J. R. Martin"`` stay, ``"Win 1000 € at www.example.com"`` becomes ``"Win at"``. What
    is cleaned once stays the same.
    """
    words = []
    for token in unicodedata.normalize("NFKC", text or "").split():
        if word := _clean_word(token):
            words.append(word)
    name = " ".join(words[:MOST_WORDS])
    while len(name) > LONGEST_NAME:
        name = name[:LONGEST_NAME].rpartition(" ")[0] or _clean_word(name[:LONGEST_NAME])
    return name


def _clean_word(token):
    """Return a token without what is no part of a name; nothing of one that reads like a site, as ``example.com``.

    What is left may read like a site when the token did not: it is looked at again until nothing more goes.
    """
    while (kept := _take_away(token)) != token:
        token = kept
    return token


def _take_away(token):
    if _ADDRESS.search(token):
        return ""
    parts = re.split(r"[.\u3002\uff0e\uff61]+", token)
    inner = [part for part in parts if part]
    if len(inner) > 1 and any(len(part) > 1 for part in inner):
        return ""
    kept = "".join(
        character
        for character in token
        if unicodedata.category(character)[0] in _LETTER or character in _BETWEEN or character == "."
    )
    kept = re.sub(r"\.{2,}", ".", kept)
    # A name begins with a letter, to which combining signs belong; a dot only ends something short, as in "Dr.".
    while kept and unicodedata.category(kept[0])[0] != "L":
        kept = kept[1:]
    kept = kept.rstrip(_BETWEEN)
    if kept.endswith(".") and len(kept) > 5:
        kept = kept.rstrip("." + _BETWEEN)
    return unicodedata.normalize("NFKC", kept)


def mailbox(email: str) -> str:
    """Return what tells one mailbox from others: ``"Eve+bank@Example.org"`` arrives where ``"eve@example.org"`` does.

    Used to count and to remember, never to write to.
    """
    local, _at, domain = (email or "").strip().casefold().rpartition("@")
    local = local.split("+")[0] or local
    if domain in _DOTLESS:
        local, domain = local.replace(".", "") or local, "gmail.com"
    return f"{local}@{domain}"
