"""H12: what every provider's answers and failures become."""

import logging
from datetime import datetime, timezone

import pytest

from odoo.addons.appointment_videoconf.providers import (
    CredentialsRefused,
    RateLimited,
    RequestRefused,
    RoomGone,
    Unreachable,
)
from odoo.addons.appointment_videoconf.providers.transport import Transport, read_retry_after

from .provider_peer import HANG, IMPATIENT, ProviderPeer, timing_for
from .video_cases import SECRET, account

URL = "/rooms?key=quetzalcoatl-7f3a"


@pytest.fixture
def peer():
    with ProviderPeer() as peer:
        yield peer


@pytest.fixture
def transport(request):
    return Transport("Example", timing_for(request), [SECRET])


@pytest.mark.parametrize(
    "answer, error",
    [
        (400, RequestRefused),
        (401, CredentialsRefused),
        (403, CredentialsRefused),
        (404, RequestRefused),
        (409, RequestRefused),
        (429, RateLimited),
        ((302, b"", {"Location": "https://elsewhere.example.com/"}), RequestRefused),
        (408, Unreachable),
        (500, Unreachable),
        (501, Unreachable),
        ((403, {"error": {"errors": [{"reason": "userRateLimitExceeded"}]}}), RateLimited),
        ((200, HANG), Unreachable),
        (b"<html>Sign in to the hotel's network</html>", Unreachable),
        (b"[]", Unreachable),
        (b"x" * 1_000_001, Unreachable),
    ],
)
def test_each_failure_is_of_one_family(peer, transport, answer, error):
    """H12: whatever goes wrong is one of five errors, and is asked once where asking twice might do it twice."""
    peer.plan(answer)
    with pytest.raises(error):
        transport.ask_json("POST", peer.url + URL, json={})
    assert len(peer.requests) == 1


def test_not_found_is_gone_only_for_a_room(peer, transport):
    peer.plan(404, 410)
    for _status in range(2):
        with pytest.raises(RoomGone):
            transport.ask("DELETE", peer.url, gone=True)


def test_a_passing_failure_is_tried_again_where_that_is_harmless(peer, transport):
    """H12: reading and deleting are repeated at once, a bounded number of times; making is not."""
    peer.plan(503, 502, {"fine": True})
    assert transport.ask_json("GET", peer.url) == {"fine": True}
    peer.plan(503, 503, 503, 503)
    with pytest.raises(Unreachable):
        transport.ask("DELETE", peer.url)
    assert len(peer.requests) == 6


def test_nobody_listens(transport):
    with ProviderPeer() as peer:
        url = peer.url
    with pytest.raises(Unreachable):
        transport.ask("POST", url + URL)


@pytest.mark.parametrize("url", ["", "meet.example.com", "file:///etc/passwd", "https://", "http://exa mple.com:x/"])
def test_addresses_that_are_none(transport, url):
    with pytest.raises(RequestRefused):
        transport.ask("GET", url)


def test_secrets_stay_secret(peer, caplog):
    """H12: no error, log or representation tells a secret, whatever the provider echoes and the library logs."""
    caplog.set_level(logging.INFO)
    transport = Transport("Example", IMPATIENT, [SECRET])
    peer.plan((400, {"message": f"the key {SECRET} is wrong"}), (200, HANG))
    for _failure in range(2):
        with pytest.raises((RequestRefused, Unreachable)) as found:
            transport.ask("POST", peer.url + URL)
        assert SECRET not in str(found.value)
        assert found.value.__suppress_context__ or not found.value.__context__
    assert SECRET not in caplog.text
    assert SECRET not in repr(account())


NOW = datetime(2026, 3, 2, 8, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "value, seconds",
    [
        ("30", 30),
        ("0", 1),
        ("999999999", 86400),
        ("Mon, 02 Mar 2026 08:05:00 GMT", 300),
        ("2026-03-02T09:00:00Z", 3600),
        ("2026-03-02T09:00:00", 3600),
        ("2020-01-01T00:00:00Z", 1),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_when_to_come_back(value, seconds):
    """H12: Retry-After is honoured in each of its forms, within a day."""
    assert read_retry_after(value, NOW) == seconds


def test_when_to_come_back_is_told(peer, transport):
    peer.plan((429, b"", {"Retry-After": "17"}), 429)
    for seconds in (17, None):
        with pytest.raises(RateLimited) as found:
            transport.ask("POST", peer.url)
        assert found.value.retry_after == seconds
