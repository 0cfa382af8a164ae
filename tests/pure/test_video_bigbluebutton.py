"""H12: BigBlueButton, whose rooms are opened by whoever comes first."""

import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from odoo.addons.appointment_videoconf.providers import (
    BigBlueButton,
    CredentialsRefused,
    RequestRefused,
    RoomGone,
    Unreachable,
)

from .provider_peer import FAST, HANG, ProviderPeer, timing_for
from .video_cases import MEETING, SECRET, account

FINE = b"<response><returncode>SUCCESS</returncode></response>"


def failed(key, message=""):
    return (
        f"<response><returncode>FAILED</returncode><messageKey>{key}</messageKey>"
        f"<message>{message}</message></response>"
    ).encode()


@pytest.fixture
def peer():
    with ProviderPeer() as peer:
        yield peer


@pytest.fixture
def bbb(peer, request):
    return BigBlueButton(account(base_url=f"{peer.url}/bigbluebutton/"), timing_for(request))


def checksum(call, query):
    return hashlib.sha256(f"{call}{query}{SECRET}".encode()).hexdigest()


def test_the_room_is_opened_at_the_click(peer, bbb):
    """H12: nothing is asked when a room is ordered; whoever joins opens it and gets a signed address of their own."""
    room = bbb.create(MEETING)
    assert bbb.is_offline and bbb.joins_at_click and not peer.requests
    assert bbb.update(room, MEETING) == room
    bbb.delete(room)
    assert not peer.requests
    for person, leads, role in (("Ada & Co", True, "MODERATOR"), ("Zoë Ünal", False, "VIEWER")):
        peer.plan(FINE)
        address = urlsplit(bbb.join_address(room, MEETING, person, leads))
        query, found = address.query.rsplit("&checksum=", 1)
        assert f"{address.scheme}://{address.netloc}{address.path}" == f"{peer.url}/bigbluebutton/api/join"
        assert found == checksum("join", query)
        assert parse_qs(query) == {
            "fullName": [person],
            "meetingID": [MEETING.reference],
            "role": [role],
            "redirect": ["true"],
        }
    assert peer.ask() == ["GET /bigbluebutton/api/create"] * 2
    asked = peer.requests[0].query
    assert asked["meetingID"] == MEETING.reference and asked["name"] == "Mortgage advice" and asked["record"] == "false"


def test_the_call_is_signed(peer, bbb):
    peer.plan(FINE)
    bbb.check()
    assert peer.ask() == ["GET /bigbluebutton/api/getMeetings"]
    assert peer.requests[0].query == {"checksum": checksum("getMeetings", "")}


@pytest.mark.parametrize(
    "answer, error",
    [
        (failed("checksumError", f"not {SECRET}"), CredentialsRefused),
        (failed("notFound"), RoomGone),
        (failed("idNotUnique"), RequestRefused),
        (b"<html>Welcome to nginx</html>", Unreachable),
        (b"not XML", Unreachable),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><response><returncode>SUCCESS</returncode></response>', Unreachable),
        ((503, b""), Unreachable),
        ((200, HANG), Unreachable),
    ],
)
def test_failures(peer, bbb, answer, error):
    """H12: a server that opens no room now says so in words, without the secret; nothing is asked twice."""
    peer.plan(answer)
    with pytest.raises(error) as found:
        bbb.join_address(bbb.create(MEETING), MEETING, "Anne", False)
    assert SECRET not in str(found.value)
    assert len(peer.requests) == 1


def test_settings_are_missing():
    with pytest.raises(RequestRefused):
        BigBlueButton(account(base_url="https://bbb.example.com", secret=""), FAST).create(MEETING)
