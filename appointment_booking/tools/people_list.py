"""Lists of people as somebody pastes them: e-mails, domains and phone numbers, one a line or however. Pure Python.

An entry is kept in one form, so that what people type can be compared with it:

* ``anne@example.com``: this e-mail;
* ``example.com``: all e-mails of this domain and of those below it; ``.example``: of everything that ends so;
* ``+33612345678``: this phone number;
* with ``*`` for any characters, a pattern: ``test-*@example.com``, ``mail*.example.com``, ``+3389*``.
"""

import re
from fnmatch import fnmatchcase

_SEPARATORS = re.compile(r"[\n\r;,]+")
_IN_BRACKETS = re.compile(r".*<([^<>]+)>\s*")
_PHONE_LIKE = re.compile(r"[+0-9][0-9\s().\-/*\u00a0]*")
_PHONE_PATTERN = re.compile(r"\+[0-9]{2,15}\*?(?:[0-9]+\*?)*")
_LOCAL = re.compile(r"[^\s@<>\"]+")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


class WrongEntry(ValueError):
    """Something in a list that is no e-mail, domain, phone number or pattern; it is the only argument."""


def read_people(text, to_phone, *, domains_only=False):
    """Return the entries of a text, each once and in the form in which it is compared.

    :param to_phone: function from a phone number as people write it to E.164, or ``None`` where it is none
    :raise WrongEntry: for the first that is none

    >>> read_people("A <Anne@Example.com>; @Example.com\\n06 12 34 56 78, x*@example.org", lambda _text: "+33612345678")
    ['anne@example.com', 'example.com', '+33612345678', 'x*@example.org']
    """
    words = [word for part in _SEPARATORS.split(text or "") for word in _split(part)]
    return list(dict.fromkeys(_read(word, to_phone, domains_only) for word in words))


def is_listed(entries, email, phone):
    """Tell whether an e-mail or a phone number (E.164) is one of the entries, or falls under one.

    >>> is_listed(["example.com"], "anne@mail.example.com", ""), is_listed(["example.com"], "anne@myexample.com", "")
    (True, False)
    """
    entries = frozenset(entries)
    if phone and phone in entries:
        return True
    email = write_email(email)
    local, _at, domain = email.rpartition("@")
    if email and (email in entries or any(entry in entries for entry in _domains_above(domain))):
        return True
    return any(_falls_under(pattern, email, domain, phone or "") for pattern in entries if "*" in pattern)


def write_email(text):
    """Return an e-mail as it is compared: in small letters, its domain as the network knows it."""
    local, at, domain = (text or "").strip().lower().rpartition("@")
    return f"{local}@{write_domain(domain)}" if at else ""


def write_domain(domain):
    """Return a domain as the network knows it.

    >>> write_domain("Bücher.example.")
    'xn--bcher-kva.example'
    """
    domain = domain.lower().rstrip(".")
    try:
        return domain if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError:
        return domain


def _split(part):
    """A phone number may contain spaces; anything else is over where one stands."""
    part = part.strip()
    if bracketed := _IN_BRACKETS.fullmatch(part):
        return [bracketed[1]]
    return [part] if _PHONE_LIKE.fullmatch(part) else part.split()


def _read(word, to_phone, domains_only):
    if _PHONE_LIKE.fullmatch(word):
        if domains_only:
            raise WrongEntry(word)
        return _read_phone(word, to_phone)
    local, at, domain = word.lower().rpartition("@")
    domain = write_domain(domain)
    if domains_only and (local or "*" in word):
        raise WrongEntry(word)
    if "*" in word:
        # What is left without the stars must say something: else everybody would be meant.
        if sum(character.isalnum() for character in word) < 3 or not _LOCAL.fullmatch(local or "x"):
            raise WrongEntry(word)
        return f"{local}{at}{domain}"
    if not _is_domain(domain, whole=bool(at)) or (local and not _LOCAL.fullmatch(local)):
        raise WrongEntry(word)
    return f"{local}@{domain}" if local else domain


def _read_phone(word, to_phone):
    if "*" not in word:
        phone = to_phone(word)
    else:
        phone = re.sub(r"[^+0-9*]", "", word)
        phone = "+" + phone[2:] if phone.startswith("00") else phone
        phone = phone if _PHONE_PATTERN.fullmatch(phone) else None
    if not phone:
        raise WrongEntry(word)
    return phone


def _is_domain(domain, whole):
    labels = domain.removeprefix(".").split(".")
    return (len(labels) > 1 or (domain.startswith(".") and not whole)) and all(map(_LABEL.fullmatch, labels))


def _domains_above(domain):
    """``a.example.com`` is listed as such, as ``example.com``, and as all that ends in ``.com``."""
    labels = domain.split(".")
    for number in range(len(labels)):
        rest = ".".join(labels[number:])
        yield rest
        yield f".{rest}"


def _falls_under(pattern, email, domain, phone):
    if pattern.startswith("+") and "@" not in pattern:
        return bool(phone) and fnmatchcase(phone, pattern)
    known = email if "@" in pattern else domain
    return bool(known) and fnmatchcase(known, pattern.replace("[", "[[]").replace("?", "[?]"))
