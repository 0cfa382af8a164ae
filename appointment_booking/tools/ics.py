"""Calendar entries for other programs (RFC 5545, and RFC 5546 for what they ask of the receiver)."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from icalendar import Calendar, Event, vCalAddress, vDuration, vText


class Person(NamedTuple):
    name: str
    email: str


class Entry(NamedTuple):
    """What a calendar entry says. Instants are naive UTC."""

    uid: str
    sequence: int
    stamp: datetime
    start: datetime
    stop: datetime
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    organizer: Person | None = None
    attendee: Person | None = None
    answer: str = "ACCEPTED"  # what the attendee has answered so far: PARTSTAT of RFC 5545


def build(entry: Entry, method: str) -> bytes:
    """Return the bytes of an ICS file.

    :param method: ``REQUEST`` for a new or changed entry, ``CANCEL`` for one that is off, ``PUBLISH`` for a file that
        somebody downloads

    Lines are folded, texts escaped, and line breaks in values cannot start a new property: ``icalendar`` does that.
    It leaves control characters in, which RFC 5545 does not allow.
    """
    calendar = _calendar(method)
    calendar.add_component(_event(entry, method))
    return calendar.to_ical()


def build_feed(entries: Iterable[Entry], name: str, refresh: timedelta) -> bytes:
    """Return the bytes of a calendar that other programs subscribe to.

    :param name: what they call it
    :param refresh: how often they should ask again (RFC 7986, 5.7; older programs know another name for it)
    """
    calendar = _calendar("PUBLISH")
    calendar.add("name", _clean(name))
    calendar.add("x-wr-calname", _clean(name))
    calendar.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(refresh))
    for entry in entries:
        calendar.add_component(_event(entry, "PUBLISH"))
    return calendar.to_ical()


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Appointment Booking//Odoo//")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def _event(entry: Entry, method: str) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", _utc(entry.stamp))
    event.add("dtstart", _utc(entry.start))
    event.add("dtend", _utc(entry.stop))
    event.add("summary", _clean(entry.summary))
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    for name in ("description", "location", "url"):
        if value := _clean(getattr(entry, name)):
            event.add(name, value)
    if entry.organizer:
        event["organizer"] = _address(entry.organizer)
    if entry.attendee and method != "PUBLISH":
        attendee = _address(entry.attendee)
        attendee.params["partstat"] = vText(entry.answer)
        attendee.params["role"] = vText("REQ-PARTICIPANT")
        event.add("attendee", attendee, encode=0)
    return event


def _clean(text: str) -> str:
    """Leave out what no text of a calendar may hold: control characters but line breaks and tabs."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text.replace("\r\n", "\n").replace("\r", "\n"))


def _utc(instant: datetime) -> datetime:
    return instant.replace(tzinfo=timezone.utc, microsecond=0)


def _address(person: Person) -> vCalAddress:
    address = vCalAddress(f"mailto:{person.email}")
    # A name is one line; programs disagree about what a backslash means in it.
    address.params["cn"] = vText(" ".join(_clean(person.name).replace("\\", " ").split()))
    return address
