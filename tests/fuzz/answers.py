"""What is true of every answer, whatever was asked."""

from urllib.parse import urlsplit

from lxml import etree, html

from .shots import MARK
from .world import SECRET, VIDEO

_ADDRESSES = ("href", "src", "action", "formaction")


def find_faults(answer, host) -> list[str]:
    """What is wrong with an answer; nothing is wrong with most.

    :param answer: of ``requests``
    :param host: that of the site, to which alone it may lead
    """
    return [fault for check in (_status, _headers, _secrets, _markup, _calendar) for fault in check(answer, host)]


def _status(answer, _host):
    if answer.status_code >= 500:
        yield f"status {answer.status_code}"


def _headers(answer, host):
    for name, value in answer.headers.items():
        if MARK in name.lower():
            yield f"header {name}"
        if "\r" in value or "\n" in value:
            yield f"two lines in header {name}"
    goal = urlsplit(answer.headers.get("Location", ""))
    is_room = (goal.scheme, goal.netloc) == ("https", VIDEO)
    is_ours = goal.netloc in ("", host) and goal.scheme in ("", "http")
    if not (is_room or is_ours) or goal.path.startswith(("//", "\\")):
        yield f"leads away to {answer.headers['Location']}"


def _secrets(answer, _host):
    # What was asked may be in the address that an answer repeats, but nobody asks for this.
    if SECRET.lower() in (answer.text + str(answer.headers)).lower():
        yield "tells what somebody else has booked"


def _markup(answer, _host):
    if "html" not in answer.headers.get("Content-Type", "") or MARK not in answer.text:
        return
    for element in html.fromstring(answer.content).iter(etree.Element):
        for name, value in element.attrib.items():
            if name.startswith("on") and MARK in value:
                yield f"markup: {name} of {element.tag}"
            if name in _ADDRESSES and value.strip().lower().startswith("javascript:"):
                yield f"markup: {name} of {element.tag} is {value}"
        if element.tag == "script" and f"{MARK}()" in (element.text or ""):
            yield "markup: in a script"


def _calendar(answer, _host):
    if "text/calendar" not in answer.headers.get("Content-Type", ""):
        return
    lines = answer.text.replace("\r\n ", "").replace("\r\n\t", "").splitlines()
    if any(line.upper().startswith(f"X-{MARK}".upper()) for line in lines):
        yield "a calendar line of the attacker"
    # Agendas have several events, each with a name of ours; what an attacker adds has none.
    ours = sum(line.startswith("UID:business-meeting-") for line in lines)
    if lines.count("BEGIN:VEVENT") > max(ours, 1):
        yield "an event of the attacker"
