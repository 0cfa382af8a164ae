"""Tickets for pages that are shown where cookies do not arrive, as inside another site.

A ticket says which visitor this is and that a form comes from a page of ours. It is no secret of an account: whoever
holds one may do what any visitor may. So it needs no store, only a signature, a type and an end.
"""

import re
import secrets
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import NamedTuple

LASTS = timedelta(hours=12)
_FORM = re.compile(r"([A-Za-z0-9_-]{32})\.([0-9]{10})\.([0-9a-f]{64})")
_EPOCH = datetime(1970, 1, 1)


class Ticket(NamedTuple):
    visitor_key: str
    is_fresh: bool  # whether a form that carries it may act
    has_code: bool = False  # whether it was issued to somebody who knew the access code of the type


def new_visitor_key():
    return secrets.token_urlsafe(24)


def issue(sign, subject, visitor_key, now):
    """Return a ticket as text.

    :param sign: function from a text to its signature, 64 hexadecimal digits
    :param subject: what the ticket is good for, as the address of a type
    :param now: naive UTC
    """
    end = int((now + LASTS - _EPOCH).total_seconds())
    return f"{visitor_key}.{end}.{sign(f'{subject}.{visitor_key}.{end}')}"


def read(sign, subject, text, now):
    """Return the :class:`Ticket` that a text is, or ``None`` for anything that we did not issue for this subject.

    One that is over still tells whose it was.
    """
    match = _FORM.fullmatch(text or "")
    if not match:
        return None
    visitor_key, end, signature = match.groups()
    if not compare_digest(sign(f"{subject}.{visitor_key}.{end}"), signature):
        return None
    return Ticket(visitor_key, _EPOCH + timedelta(seconds=int(end)) > now)
