"""H12: signed tokens, against the examples of RFC 7515 and against the public key."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from odoo.addons.appointment_videoconf.providers import jws


def decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_hs256_of_jwt_io():
    """The example that everybody compares with."""
    token = jws.sign({"sub": "1234567890", "name": "John Doe", "iat": 1516239022}, "your-256-bit-secret", "HS256")
    assert token.split(".")[2] == "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.mark.parametrize("form", [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize(
    "paste", [lambda pem: pem, lambda pem: pem.replace("\n", " "), lambda pem: pem.replace("\n", "")]
)
def test_rs256(key, form, paste):
    """H12: a private key is read as it comes out of a field of one line, too."""
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
    token = jws.sign({"room": "x"}, paste(pem), "RS256", kid="k1")
    header, claims, signature = token.split(".")
    key.public_key().verify(decode(signature), f"{header}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    assert json.loads(decode(header)) == {"alg": "RS256", "typ": "JWT", "kid": "k1"}
    assert json.loads(decode(claims)) == {"room": "x"}


def test_keys_that_are_none():
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for text in ("", "secret", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", curve.decode()):
        with pytest.raises(ValueError):
            jws.sign({}, text, "RS256")
    with pytest.raises(ValueError):
        jws.sign({}, "", "HS256")
