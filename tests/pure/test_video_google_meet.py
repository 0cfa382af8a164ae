"""H12: Google Meet, through events of a calendar."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from odoo.addons.appointment_videoconf.providers import (
    CredentialsRefused,
    GoogleMeet,
    NotReadyYet,
    RateLimited,
    RequestRefused,
    Room,
    RoomGone,
    Unreachable,
)
from odoo.addons.appointment_videoconf.providers.google_meet import get_event_id

from .provider_peer import FAST, HANG, ProviderPeer, timing_for
from .test_video_jws import decode
from .video_cases import AGAIN, MEETING, account

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
KEY_FILE = json.dumps({"type": "service_account", "client_email": "rooms@bank.example.com", "private_key": PEM})
TOKEN = {"access_token": "token-1", "expires_in": 3599}
LINK = "https://meet.google.com/abc-defg-hij"
ID = get_event_id(MEETING.reference)
EVENT = {"id": ID, "status": "confirmed", "hangoutLink": LINK}
PENDING = {"id": ID, "status": "confirmed", "conferenceData": {"createRequest": {"status": {"statusCode": "pending"}}}}
EVENTS = "/calendars/primary/events"


@pytest.fixture
def peer():
    with ProviderPeer() as peer:
        yield peer


@pytest.fixture
def meet(peer, request):
    return GoogleMeet(
        account(base_url=peer.url, auth_url=f"{peer.url}/token", secret=KEY_FILE, host="rooms@example.com"),
        timing_for(request),
    )


def test_create(peer, meet):
    """H12: an event that is nobody's appointment, with an ID and a wish for a room made from our reference."""
    peer.plan(TOKEN, EVENT)
    assert meet.create(MEETING) == Room(LINK, ID)
    assert peer.ask() == ["POST /token", f"POST {EVENTS}"]
    made = peer.requests[1]
    assert made.headers["Authorization"] == "Bearer token-1"
    assert made.query == {"conferenceDataVersion": "1", "sendUpdates": "none"}
    assert made.json == {
        "id": ID,
        "summary": "Mortgage advice",
        "start": {"dateTime": "2026-03-03T09:00:00+00:00", "timeZone": "Europe/Paris"},
        "end": {"dateTime": "2026-03-03T09:45:00+00:00", "timeZone": "Europe/Paris"},
        "transparency": "transparent",
        "visibility": "private",
        "reminders": {"useDefault": False},
        "conferenceData": {
            "createRequest": {
                "requestId": MEETING.reference,
                "conferenceSolutionKey": {"type": "hangoutsMeet"},
            }
        },
    }
    assert set(ID) <= set("0123456789abcdefghijklmnopqrstuv") and 5 <= len(ID) <= 1024


def test_the_token_is_asked_for_with_a_signed_claim(peer, meet):
    peer.plan(TOKEN, EVENT)
    meet.create(MEETING)
    form = peer.requests[0].form
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    header, claims, signature = form["assertion"].split(".")
    KEY.public_key().verify(decode(signature), f"{header}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    found = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert found["iss"] == "rooms@bank.example.com" and found["sub"] == "rooms@example.com"
    assert found["scope"] == "https://www.googleapis.com/auth/calendar.events"
    assert found["exp"] - found["iat"] == 3600


def test_a_repeated_wish_gets_the_first_room(peer, meet):
    """H12: Google refuses a second event of the same ID; the first is taken, with the hour of today."""
    peer.plan(TOKEN, 409, EVENT, EVENT)
    assert meet.create(AGAIN) == Room(LINK, ID)
    assert peer.ask()[1:] == [f"POST {EVENTS}", f"GET {EVENTS}/{ID}", f"PATCH {EVENTS}/{ID}"]
    assert "conferenceData" not in peer.requests[-1].json


def test_an_event_that_was_removed_is_put_back(peer, meet):
    peer.plan(TOKEN, 409, {"id": ID, "status": "cancelled"}, EVENT)
    assert meet.create(MEETING) == Room(LINK, ID)
    body = peer.requests[-1].json
    assert body["status"] == "confirmed"
    assert body["conferenceData"]["createRequest"]["requestId"] != MEETING.reference, "that one Google knows"


def test_a_room_that_google_is_still_making(peer, meet):
    """H12: pending is no failure of the account; asked again, the same event has its room, by any of its fields."""
    entry = {"entryPoints": [{"entryPointType": "phone", "uri": "tel:+33"}, {"entryPointType": "video", "uri": LINK}]}
    ready = {"id": ID, "status": "confirmed", "conferenceData": entry}
    peer.plan(TOKEN, PENDING, 409, PENDING, PENDING, 409, ready, ready)
    for _try in range(2):
        with pytest.raises(NotReadyYet):
            meet.create(AGAIN)
    assert meet.create(AGAIN) == Room(LINK, ID)
    assert all("conferenceData" not in request.json for request in peer.requests if request.method == "PATCH")


def test_update_and_delete(peer, meet):
    peer.plan(TOKEN, EVENT, EVENT, 204)
    assert meet.update(Room(LINK, ID), MEETING) == Room(LINK, ID)
    meet.delete(Room(LINK, ID))
    assert peer.ask()[1:] == [f"GET {EVENTS}/{ID}", f"PATCH {EVENTS}/{ID}", f"DELETE {EVENTS}/{ID}"]
    assert peer.requests[2].json["start"]["dateTime"] == "2026-03-03T09:00:00+00:00"


def test_gone(peer, meet):
    peer.plan(TOKEN, {"id": ID, "status": "cancelled"}, 404, 410)
    room = Room(LINK, ID)
    for call in (lambda: meet.update(room, MEETING), lambda: meet.update(room, MEETING), lambda: meet.delete(room)):
        with pytest.raises(RoomGone):
            call()


def test_find(peer, meet):
    """H12: what a wish without an answer has made is found, to be given back."""
    peer.plan(TOKEN, EVENT, {"id": ID, "status": "cancelled"}, 404)
    assert [bool(meet.find(AGAIN)) for _again in range(3)] == [True, False, False]


@pytest.mark.parametrize(
    "answers, error",
    [
        ([(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})], CredentialsRefused),
        ([(401, {"error": "unauthorized_client"})], CredentialsRefused),
        ([TOKEN, (403, {"error": {"message": "Not a calendar user"}})], CredentialsRefused),
        ([TOKEN, (403, {"error": {"errors": [{"reason": "rateLimitExceeded"}]}})], RateLimited),
        ([TOKEN, 429], RateLimited),
        ([TOKEN, 503], Unreachable),
        ([TOKEN, (200, HANG)], Unreachable),
        ([TOKEN, {"id": ID}], Unreachable),
        (
            [TOKEN, {"id": ID, "conferenceData": {"createRequest": {"status": {"statusCode": "failure"}}}}],
            RequestRefused,
        ),
    ],
)
def test_failures(peer, meet, answers, error):
    peer.plan(*answers)
    with pytest.raises(error) as found:
        meet.create(MEETING)
    assert "BEGIN" not in str(found.value)


def test_check(peer, meet):
    peer.plan(TOKEN, {"kind": "calendar#events"})
    meet.check()
    assert peer.ask()[-1] == f"GET {EVENTS}"
    for secret in ("", "no JSON", "[]", '{"client_email": "a@example.com", "private_key": "none"}'):
        with pytest.raises(CredentialsRefused):
            GoogleMeet(account(base_url=peer.url, secret=secret, host="rooms@example.com"), FAST).check()
