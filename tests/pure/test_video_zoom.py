"""H12: Zoom, by server-to-server OAuth."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from odoo.addons.appointment_videoconf.providers import (
    CredentialsRefused,
    RateLimited,
    RequestRefused,
    Room,
    RoomGone,
    Unreachable,
    Zoom,
)

from .provider_peer import FAST, HANG, ProviderPeer, timing_for
from .video_cases import AGAIN, MEETING, SECRET, account

TOKEN = {"access_token": "token-1", "expires_in": 3600}
LINK = "https://example.zoom.us/j/811?pwd=x"
MADE = (201, {"id": 811, "join_url": LINK, "start_url": "https://example.zoom.us/s/811?zak=secret"})
MEETINGS = "/v2/users/host@example.com/meetings"


@pytest.fixture
def peer():
    with ProviderPeer() as peer:
        yield peer


@pytest.fixture
def zoom(peer, request):
    settings = {"account_id": "acc", "client_id": "app", "host": "host@example.com"}
    return Zoom(account(base_url=f"{peer.url}/v2", auth_url=f"{peer.url}/oauth/token", **settings), timing_for(request))


def listed(number, agenda=MEETING.reference, created_at="2026-03-02T08:00:00Z"):
    return {"id": number, "join_url": f"https://example.zoom.us/j/{number}", "agenda": agenda, "created_at": created_at}


def test_create(peer, zoom):
    """H12: one token, one meeting; the second room needs no second token."""
    peer.plan(TOKEN, MADE, MADE)
    room = zoom.create(MEETING)
    assert room == Room(LINK, "811", {"reference": MEETING.reference})
    zoom.create(MEETING)
    assert peer.ask() == ["POST /oauth/token", f"POST {MEETINGS}", f"POST {MEETINGS}"]
    token, made, _second = peer.requests
    assert token.form == {"grant_type": "account_credentials", "account_id": "acc"}
    assert token.headers["Authorization"] == "Basic " + base64.b64encode(f"app:{SECRET}".encode()).decode()
    assert made.headers["Authorization"] == "Bearer token-1"
    assert made.json == {
        "topic": "Mortgage advice",
        "type": 2,
        "start_time": "2026-03-03T09:00:00Z",
        "duration": 45,
        "timezone": "Europe/Paris",
        "agenda": MEETING.reference,
        "settings": {"waiting_room": False, "join_before_host": True},
    }
    assert "zak" not in repr(room), "the host's own address would let anybody lead"


def test_meetings_of_each_organiser(peer):
    """H12: without a host, the meeting is the organiser's, who leads it by the account's own rules."""
    settings = {"account_id": "acc", "client_id": "app"}
    zoom = Zoom(account(base_url=f"{peer.url}/v2", auth_url=f"{peer.url}/oauth/token", **settings), FAST)
    peer.plan(TOKEN, MADE)
    zoom.create(replace(MEETING, organiser_email="ada@example.com"))
    assert peer.ask()[1] == "POST /v2/users/ada@example.com/meetings"
    assert peer.requests[1].json["settings"] == {}


def test_update_and_delete(peer, zoom):
    peer.plan(TOKEN, 204, 204)
    room = Room(LINK, "811")
    moved = replace(MEETING, start=MEETING.start + timedelta(days=1), stop=MEETING.stop + timedelta(days=1))
    assert zoom.update(room, moved) == room
    zoom.delete(room)
    assert peer.ask() == ["POST /oauth/token", "PATCH /v2/meetings/811", "DELETE /v2/meetings/811"]
    assert peer.requests[1].json["start_time"] == "2026-03-04T09:00:00Z"


def test_a_repeated_wish_finds_the_first(peer, zoom):
    """H12: when the first wish may have been heard, the meetings are looked through; a found one is taken as it is."""
    peer.plan(
        TOKEN,
        {"meetings": [listed(7, "something else")], "next_page_token": "2"},
        {"meetings": [listed(811)], "next_page_token": ""},
        204,
    )
    assert zoom.create(AGAIN).external_id == "811"
    assert peer.ask()[1:] == [f"GET {MEETINGS}", f"GET {MEETINGS}", "PATCH /v2/meetings/811"]
    assert peer.requests[2].query["next_page_token"] == "2"
    assert peer.is_done


def test_a_repeated_wish_that_was_never_heard(peer, zoom):
    peer.plan(TOKEN, {"meetings": []}, MADE)
    assert zoom.create(AGAIN).external_id == "811"
    assert peer.ask()[1:] == [f"GET {MEETINGS}", f"POST {MEETINGS}"]


def test_doubles_are_removed(peer, zoom):
    """H12: Zoom knows no idempotency: where two were made nevertheless, the oldest stays."""
    old, late = listed(900, created_at="2026-03-02T08:00:00Z"), listed(800, created_at="2026-03-02T08:03:00Z")
    peer.plan(TOKEN, {"meetings": [late, old]}, 404)
    assert zoom.find(AGAIN).external_id == "900"
    assert peer.ask()[-1] == "DELETE /v2/meetings/800"


def test_an_expired_token_is_replaced_once(peer, zoom):
    """H12: a token that is no longer taken is replaced; when the new one is refused too, so is the account."""
    peer.plan(TOKEN, MADE, 401, {"access_token": "token-2", "expires_in": 3600}, MADE)
    zoom.create(MEETING)
    zoom.create(MEETING)
    assert peer.requests[-1].headers["Authorization"] == "Bearer token-2"
    peer.plan(401, {"access_token": "token-3", "expires_in": 3600}, 401)
    with pytest.raises(CredentialsRefused):
        zoom.create(MEETING)
    assert peer.is_done


@pytest.mark.parametrize(
    "answers, error",
    [
        ([(400, {"reason": "Bad request", "error": "invalid_request"})], CredentialsRefused),
        ([(401, {"reason": f"Invalid client {SECRET}"})], CredentialsRefused),
        ([{"token": "of another shape"}], Unreachable),
        ([503], Unreachable),
        ([TOKEN, (429, {"message": "daily limit"}, {"Retry-After": "2099-01-01T00:00:00Z"})], RateLimited),
        ([TOKEN, (400, {"code": 300, "message": "Invalid host"})], RequestRefused),
        ([TOKEN, (404, {"code": 1001, "message": "User does not exist"})], RequestRefused),
        ([TOKEN, 500], Unreachable),
        ([TOKEN, (201, HANG)], Unreachable),
        ([TOKEN, (201, b"{")], Unreachable),
        ([TOKEN, (201, {"id": 811})], Unreachable),
        ([TOKEN, (201, {"id": "../users", "join_url": LINK})], Unreachable),
    ],
)
def test_failures(peer, zoom, answers, error):
    """H12: each failure is told by its kind and without secrets, and a meeting is asked for at most once."""
    peer.plan(*answers)
    with pytest.raises(error) as found:
        zoom.create(MEETING)
    assert SECRET not in str(found.value) and "token-1" not in str(found.value)
    assert peer.ask().count(f"POST {MEETINGS}") <= 1


def test_gone(peer, zoom):
    peer.plan(TOKEN, 404, 404)
    for call in (lambda: zoom.update(Room(LINK, "811"), MEETING), lambda: zoom.delete(Room(LINK, "811"))):
        with pytest.raises(RoomGone):
            call()


def test_check(peer, zoom):
    """H12: the test asks for the host's meetings, and makes none."""
    peer.plan(TOKEN, {"meetings": []})
    zoom.check()
    assert peer.ask() == ["POST /oauth/token", f"GET {MEETINGS}"]
    with pytest.raises(CredentialsRefused):
        Zoom(account(base_url=peer.url), FAST).check()
