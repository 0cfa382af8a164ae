import hashlib
import json
import time
from urllib.parse import quote

from . import jws
from .addresses import is_meeting_link
from .base import Provider, Room
from .errors import CredentialsRefused, NotReadyYet, RequestRefused, RoomGone, Unreachable
from .oauth import TokenTransport

API = "https://www.googleapis.com/calendar/v3"
AUTH = "https://oauth2.googleapis.com/token"
SCOPE = "https://www.googleapis.com/auth/calendar.events"
# Answers hold the room, and guests (there are none) are not written to.
QUIET = "conferenceDataVersion=1&sendUpdates=none"


class GoogleMeet(Provider):
    """Google Meet, through events of a Google Workspace calendar: Meet makes a room for an event that asks for one.

    Takes ``secret``, the key file (JSON) of a service account to which the domain has delegated the scope
    ``calendar.events``; ``host``, the e-mail address of the user in whose calendar the events are; and optionally
    ``account_id``, another calendar of that user.

    **Once only.** The ID of the event and of the wish for a room are made from our reference: Google refuses a second
    one (409), and the first is taken. The events are marked as free, private, and have no guests: nobody is written to.
    """

    kind = "google_meet"

    def __init__(self, account, *args, **kwargs):
        super().__init__(account, *args, **kwargs)
        self._key = _read_key_file(account.secret)
        secrets = [account.secret, self._key.get("private_key", "")]
        self._transport = TokenTransport("Google Meet", self.timing, secrets, self._get_grant)
        self._base = (account.base_url or API).rstrip("/")

    def create(self, meeting):  # pylint: disable=method-required-super
        event_id = get_event_id(meeting.reference)
        body = {"id": event_id, **self._get_body(meeting), **self._get_wish(meeting.reference)}
        try:
            event = self._transport.ask_json("POST", f"{self._get_events_url()}?{QUIET}", json=body)
        except RequestRefused as error:
            if error.status != 409:
                raise
            event = self._take(event_id, meeting)
        return self._read_room(event)

    def _take(self, event_id, meeting):
        """Return the event that is there already, as it should be; one that was removed is put back."""
        event = self._get_event(event_id)
        if event.get("status") != "cancelled" and not meeting.asked_before:
            return event
        body = {"status": "confirmed", **self._get_body(meeting)}
        if not _find_link(event) and _get_state(event) != "pending":
            # Google ignores a wish whose ID it knows.
            body |= self._get_wish(f"{meeting.reference}-{int(time.time())}")
        return self._patch(event_id, body)

    def update(self, room, meeting):
        event = self._get_event(room.external_id)
        if event.get("status") == "cancelled":
            raise RoomGone("Google Meet: the event was removed from the calendar.")
        return self._read_room(self._patch(room.external_id, self._get_body(meeting)))

    def delete(self, room):
        self._transport.ask("DELETE", f"{self._get_event_url(room.external_id)}?sendUpdates=none", gone=True)

    def find(self, meeting):
        try:
            event = self._get_event(get_event_id(meeting.reference))
        except RoomGone:
            return None
        return None if event.get("status") == "cancelled" else Room(_find_link(event) or "", event["id"])

    def check(self):
        """Ask for one event of the calendar: it needs the key, the delegation and the host to be right."""
        self._transport.ask_json("GET", f"{self._get_events_url()}?maxResults=1&fields=kind")

    def _get_grant(self):
        email, private_key = self._key.get("client_email"), self._key.get("private_key")
        if not (email and private_key and self.account.host):
            raise CredentialsRefused("Google Meet: the key file is not complete, or the user is missing.")
        url, now = self.account.auth_url or AUTH, int(time.time())
        claims = {"iss": email, "sub": self.account.host, "scope": SCOPE, "aud": AUTH, "iat": now, "exp": now + 3600}
        try:
            assertion = jws.sign(claims, private_key, "RS256")
        except ValueError as error:
            raise CredentialsRefused(f"Google Meet: {error}") from None
        grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
        return url, {"data": {"grant_type": grant, "assertion": assertion}}

    def _get_events_url(self):
        return f"{self._base}/calendars/{quote(self.account.account_id or 'primary', safe='@')}/events"

    def _get_event_url(self, event_id):
        if not event_id.isalnum():
            raise RequestRefused("Google Meet: this is no ID of an event.")
        return f"{self._get_events_url()}/{event_id}"

    def _get_event(self, event_id):
        return self._transport.ask_json("GET", self._get_event_url(event_id), gone=True)

    def _patch(self, event_id, body):
        return self._transport.ask_json("PATCH", f"{self._get_event_url(event_id)}?{QUIET}", gone=True, json=body)

    def _get_body(self, meeting):
        return {
            "summary": meeting.subject or meeting.reference,
            "start": {"dateTime": meeting.start.isoformat(), "timeZone": meeting.zone},
            "end": {"dateTime": meeting.stop.isoformat(), "timeZone": meeting.zone},
            "transparency": "transparent",
            "visibility": "private",
            "reminders": {"useDefault": False},
        }

    def _get_wish(self, reference):
        wish = {"requestId": reference, "conferenceSolutionKey": {"type": "hangoutsMeet"}}
        return {"conferenceData": {"createRequest": wish}}

    def _read_room(self, event):
        event_id, link = event.get("id"), _find_link(event)
        if isinstance(event_id, str) and link:
            return Room(link, event_id)
        state = _get_state(event)
        if state == "failure":
            raise RequestRefused("Google Meet: Google made no room for the event.")
        if state == "pending":
            raise NotReadyYet("Google Meet: Google is still making the room.")
        raise Unreachable("Google Meet: the answer holds no room.")


def get_event_id(reference):
    """Return an ID as Google wants them, letters a-v and digits, that is always the same for a reference."""
    return hashlib.sha256(f"videoconf/{reference}".encode()).hexdigest()


def _find_link(event):
    points = _dig(event, "conferenceData", "entryPoints")
    addresses = [
        point.get("uri")
        for point in (points if isinstance(points, list) else [])
        if isinstance(point, dict) and point.get("entryPointType") == "video"
    ]
    for address in (event.get("hangoutLink"), *addresses):
        if is_meeting_link(address):
            return address
    return None


def _get_state(event):
    """Return how far Google is with making the room: pending, success or failure."""
    return _dig(event, "conferenceData", "createRequest", "status", "statusCode")


def _dig(value, *names):
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _read_key_file(text):
    try:
        content = json.loads(text or "{}", strict=False)
    except ValueError:
        content = None
    content = content if isinstance(content, dict) else {}
    return {name: value for name, value in content.items() if isinstance(value, str)}
