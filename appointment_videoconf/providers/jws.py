"""Signed tokens (RFC 7515, RFC 7519): the two algorithms that providers of video rooms ask for."""

import base64
import hashlib
import hmac
import json
import re

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----(.*?)-----END \1-----", re.DOTALL)


def sign(claims, key, algorithm, **header):
    """Return a token.

    :param claims: dict of JSON
    :param key: a text that both sides know for ``HS256``; a private key in PEM for ``RS256``
    :raise ValueError: when the key is none
    """
    parts = [{"alg": algorithm, "typ": "JWT", **header}, claims]
    signed = b".".join(_encode(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    signature = {"HS256": _sign_hs256, "RS256": _sign_rs256}[algorithm](signed, key)
    return b".".join([signed, _encode(signature)]).decode()


def is_private_key(text):
    """Tell whether a text is meant to be a private key rather than a shared secret."""
    return "-----BEGIN" in text


def _sign_hs256(signed, key):
    if not key:
        raise ValueError("There is no key.")
    return hmac.new(key.encode(), signed, hashlib.sha256).digest()


def _sign_rs256(signed, key):
    return load_private_key(key).sign(signed, padding.PKCS1v15(), hashes.SHA256())


def load_private_key(text):
    """Read an RSA key in PEM, also one whose lines were joined when it was pasted into a field of one line."""
    found = _PEM.search(text.replace("\\n", "\n"))
    if not found:
        raise ValueError("This is no private key in PEM.")
    label, body = found[1], "".join(found[2].split())
    try:
        key = serialization.load_der_private_key(base64.b64decode(body), password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise ValueError(f"This {label.lower()} cannot be read.") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("This is no RSA key.")
    return key


def _encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")
