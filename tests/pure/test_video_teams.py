"""H12: Microsoft Teams, through Graph."""

import pytest

from odoo.addons.appointment_videoconf.providers import (
    CredentialsRefused,
    RateLimited,
    RequestRefused,
    Room,
    RoomGone,
    Teams,
    Unreachable,
)

from .provider_peer import FAST, HANG, ProviderPeer, timing_for
from .video_cases import AGAIN, MEETING, SECRET, account

TOKEN = {"access_token": "token-1", "expires_in": 3599, "token_type": "Bearer"}
LINK = "https://teams.microsoft.com/l/meetup-join/19%3ameeting"
MADE = {"id": "MSo1/+=", "joinWebUrl": LINK, "externalId": MEETING.reference}
HOUSE = "/v1.0/users/u-1/onlineMeetings"
ROOM = Room(LINK, "MSo1/+=")


@pytest.fixture
def peer():
    with ProviderPeer() as peer:
        yield peer


@pytest.fixture
def teams(peer, request):
    settings = {"account_id": "tenant", "client_id": "app", "host": "u-1"}
    return Teams(account(base_url=f"{peer.url}/v1.0", auth_url=peer.url, **settings), timing_for(request))


def test_create(peer, teams):
    """H12: the room is asked for by our reference, so that Graph gives the same one for ever."""
    peer.plan(TOKEN, (201, MADE))
    assert teams.create(MEETING) == ROOM
    token, made = peer.requests
    assert peer.ask() == ["POST /tenant/oauth2/v2.0/token", f"POST {HOUSE}/createOrGet"]
    assert token.form == {
        "grant_type": "client_credentials",
        "client_id": "app",
        "client_secret": SECRET,
        "scope": "https://graph.microsoft.com/.default",
    }
    assert made.headers["Authorization"] == "Bearer token-1"
    assert made.json == {
        "externalId": MEETING.reference,
        "subject": "Mortgage advice",
        "startDateTime": "2026-03-03T09:00:00Z",
        "endDateTime": "2026-03-03T09:45:00Z",
    }


def test_a_repeated_wish_gets_the_first_room(peer, teams):
    """H12: Graph answers 200 with the meeting that is there; its hour may be an old one and is set."""
    peer.plan(TOKEN, MADE, MADE)
    assert teams.create(AGAIN) == ROOM
    assert peer.ask()[1:] == [f"POST {HOUSE}/createOrGet", f"PATCH {HOUSE}/MSo1%2F%2B%3D"]


def test_update_and_delete(peer, teams):
    peer.plan(TOKEN, MADE, 204)
    assert teams.update(ROOM, MEETING) == ROOM
    teams.delete(ROOM)
    assert peer.ask()[1:] == [f"PATCH {HOUSE}/MSo1%2F%2B%3D", f"DELETE {HOUSE}/MSo1%2F%2B%3D"]
    assert peer.requests[1].json == {
        "subject": "Mortgage advice",
        "startDateTime": "2026-03-03T09:00:00Z",
        "endDateTime": "2026-03-03T09:45:00Z",
    }


def test_gone(peer, teams):
    peer.plan(TOKEN, 404, 404)
    for call in (lambda: teams.update(ROOM, MEETING), lambda: teams.delete(ROOM)):
        with pytest.raises(RoomGone):
            call()


def test_an_expired_token_is_replaced_once(peer, teams):
    peer.plan(TOKEN, MADE, (401, {"error": {"code": "InvalidAuthenticationToken"}}), TOKEN, MADE)
    teams.create(MEETING)
    assert teams.create(MEETING) == ROOM
    assert peer.is_done


@pytest.mark.parametrize(
    "answers, error",
    [
        ([(400, {"error": "unauthorized_client", "error_description": f"AADSTS700016 {SECRET}"})], CredentialsRefused),
        ([(401, {"error": "invalid_client"})], CredentialsRefused),
        ([TOKEN, (403, {"error": {"message": "No application access policy found"}})], CredentialsRefused),
        ([TOKEN, (429, b"", {"Retry-After": "120"})], RateLimited),
        ([TOKEN, (404, {"error": {"message": "User not found"}})], RequestRefused),
        ([TOKEN, 504], Unreachable),
        ([TOKEN, (201, HANG)], Unreachable),
        ([TOKEN, (201, {"id": "x"})], Unreachable),
    ],
)
def test_failures(peer, teams, answers, error):
    peer.plan(*answers)
    with pytest.raises(error) as found:
        teams.create(MEETING)
    assert SECRET not in str(found.value)
    assert peer.ask().count(f"POST {HOUSE}/createOrGet") <= 1


def test_check(peer, teams):
    """H12: only a meeting that is made proves that one may be; it is removed at once."""
    peer.plan(TOKEN, (201, MADE), 204)
    teams.check()
    assert peer.ask()[1:] == [f"POST {HOUSE}/createOrGet", f"DELETE {HOUSE}/MSo1%2F%2B%3D"]
    with pytest.raises(CredentialsRefused):
        Teams(account(base_url=peer.url), FAST).check()
