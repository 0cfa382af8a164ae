"""The sites that may show the booking pages inside theirs."""

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
# On the machine of a web designer there is no certificate.
_LOCAL = ("localhost", "127.0.0.1")


class WrongOrigin(ValueError):
    """A line that is no exact origin; the line is its only argument."""


def read_origins(text):
    """Return the origins that a text names, one a line or word, each once and in its exact form.

    ``https://www.example.com`` and, with another port, ``https://www.example.com:8443``: nothing with a path, a name, a
    wildcard or without encryption, since this goes into a header that says whom browsers trust.

    :raise WrongOrigin: for the first that is none
    """
    return list(dict.fromkeys(_read(word) for word in (text or "").split()))


def _read(word):
    try:
        parts = urlsplit(word)
        port = parts.port
    except ValueError:
        raise WrongOrigin(word) from None
    host = parts.hostname or ""
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL)
    bare = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    if not (secure and bare and _HOST.fullmatch(host) and word.isascii() and port != 0):
        raise WrongOrigin(word)
    usual = port is None or port == {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if usual else f":{port}")
