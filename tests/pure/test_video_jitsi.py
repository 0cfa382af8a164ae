"""H12: Jitsi Meet, with and without tokens; personal links."""

import base64
import hashlib
import hmac
import json
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from odoo.addons.appointment_videoconf.providers import CredentialsRefused, Jitsi, PersonalLink, RequestRefused

from .test_video_jws import decode
from .video_cases import MEETING, SECRET, account

SERVER = "https://meet.example.com"


def read_token(address):
    header, claims, signature = parse_qs(urlsplit(address).query)["jwt"][0].split(".")
    return json.loads(decode(header)), json.loads(decode(claims)), f"{header}.{claims}", decode(signature)


def test_an_open_server():
    """H12: a room whose name nobody guesses; its address is all one needs."""
    jitsi = Jitsi(account(base_url=f"{SERVER}/", secret=""))
    rooms = {jitsi.create(MEETING).address for _again in range(50)}
    assert len(rooms) == 50
    room = jitsi.create(MEETING)
    assert room.address == f"{SERVER}/{room.external_id}" and len(base64.urlsafe_b64decode(room.external_id)) >= 16
    assert jitsi.is_offline and not jitsi.joins_at_click
    assert jitsi.join_address(room, MEETING, "Anne", False) == room.address
    assert jitsi.update(room, MEETING) == room
    jitsi.delete(room)
    jitsi.check()


def test_tokens():
    """H12: with a secret, a token is made for each person at the click: it names them, leads or not, and expires."""
    jitsi = Jitsi(account(base_url=SERVER, client_id="bank"))
    room = jitsi.create(MEETING)
    assert jitsi.joins_at_click and "jwt" not in room.address
    for person, leads in (("Ada & Co", True), ("Anne", False)):
        address = jitsi.join_address(room, MEETING, person, leads)
        assert address.startswith(f"{room.address}?jwt=")
        header, claims, signed, signature = read_token(address)
        assert header == {"alg": "HS256", "typ": "JWT"}
        assert signature == hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).digest()
        assert claims.pop("nbf") <= time.time()
        assert claims == {
            "iss": "bank",
            "aud": "bank",
            "sub": "meet.example.com",
            "room": room.external_id,
            "exp": MEETING.stop.timestamp() + 7200,
            "context": {"user": {"name": person, "moderator": leads, "affiliation": "owner" if leads else "member"}},
        }
    jitsi.check()


def test_tokens_by_a_private_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    jitsi = Jitsi(account(base_url="https://8x8.vc/app-1", account_id="app-1", key_id="app-1/k", secret=key.decode()))
    room = jitsi.create(MEETING)
    header, claims, _signed, _signature = read_token(jitsi.join_address(room, MEETING, "Anne", False))
    assert header == {"alg": "RS256", "typ": "JWT", "kid": "app-1/k"}
    assert (claims["iss"], claims["aud"], claims["sub"]) == ("chat", "jitsi", "app-1")


def test_settings_that_cannot_work():
    with pytest.raises(RequestRefused):
        Jitsi(account(base_url="")).create(MEETING)
    with pytest.raises(CredentialsRefused) as found:
        Jitsi(account(base_url=SERVER, secret="-----BEGIN PRIVATE KEY-----")).check()
    assert "BEGIN" not in str(found.value)


def test_personal_link():
    """H01, H12: the organiser's own room; what is no https address is refused."""
    link = "https://visio.example.org/ada"
    personal = PersonalLink(account(link=link))
    room = personal.create(MEETING)
    assert room.address == personal.join_address(room, MEETING, "Anne", False) == link
    assert personal.is_offline and not personal.joins_at_click
    assert PersonalLink(account(link=f"{link}2")).update(room, MEETING).address == f"{link}2"
    personal.delete(room)
    for wrong in ("", "http://visio.example.org/ada", "javascript:alert(1)"):
        with pytest.raises(RequestRefused):
            PersonalLink(account(link=wrong)).create(MEETING)
