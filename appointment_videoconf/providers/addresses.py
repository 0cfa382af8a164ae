"""Addresses of rooms."""

from urllib.parse import urlsplit

MAX_LINK = 2000


def is_meeting_link(text):
    """Tell whether something is an https address that can be put into messages and calendars as it is."""
    if (
        not isinstance(text, str)
        or len(text) > MAX_LINK
        or any(character.isspace() or not character.isprintable() for character in text)
    ):
        return False
    try:
        link = urlsplit(text)
        port = link.port
    except ValueError:
        return False
    # A name and a password before the site are how one site is made to look like another.
    return link.scheme == "https" and "." in (link.hostname or "") and link.username is None and port != 0
