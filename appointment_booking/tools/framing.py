"""Turning a page of the booking way into one that lives inside another site's frame.

The pages themselves know nothing of frames: their links and forms are led through another door here, at one place, so
that each new step works inside a frame as well.
"""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml import html

_OWN = re.compile(r"(?P<lang>/[a-z]{2,3}(?:_[A-Za-z]{2,4})?)?/booking(?=/)(?!/embed(?:/|$))")
_ADDRESSES = ("href", "action", "formaction", "data-leave", "data-resume")


def lead_through(address, ticket):
    """Return an address of the way as it is inside the frame, or ``None`` for any other one.

    :param ticket: what tells the visitor; without one nothing goes on inside the frame
    """
    parts = urlsplit(address)
    match = ticket and not parts.scheme and not parts.netloc and _OWN.match(parts.path)
    if not match:
        return None
    path = f"{match['lang'] or ''}/booking/embed{parts.path[match.end() :]}"
    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != "ticket"]
    return urlunsplit(("", "", path, urlencode([*query, ("ticket", ticket)]), parts.fragment))


def frame_page(text, ticket):
    """Return the HTML of a page with its links and forms inside the frame.

    What leads elsewhere opens in a tab of its own. Forms carry the ticket in the place of the token of a session.
    """
    page = html.document_fromstring(text)
    for element in page.iter("a", "form", "button", "input", "div"):
        _lead(element, ticket)
    for form in page.iter("form"):
        for token in form.xpath(".//input[@name='csrf_token']"):
            token.drop_tree()
        if ticket:
            form.insert(0, html.Element("input", {"type": "hidden", "name": "ticket", "value": ticket}))
    return html.tostring(page, encoding="unicode", doctype="<!DOCTYPE html>")


def _lead(element, ticket):
    for name in _ADDRESSES:
        address = element.get(name)
        inside = address and element.get("target") != "_blank" and lead_through(address, ticket)
        if inside:
            element.set(name, inside)
        elif name == "href" and element.tag == "a" and _leads_away(address):
            element.set("target", "_blank")
            element.set("rel", "noopener")


def _leads_away(address):
    return bool(address) and not address.startswith("#") and urlsplit(address).scheme in ("", "http", "https")
