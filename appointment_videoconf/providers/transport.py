"""Asking a provider over HTTP: bounded in time, size and number of tries; answers become values or errors."""

import json
import time
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import cached_property
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from .errors import CredentialsRefused, RateLimited, RequestRefused, RoomGone, Unreachable

MOST_BYTES = 1_000_000
MOST_WORDS = 200
LONGEST_WAIT = 24 * 60 * 60
# What may be sent twice without doing it twice.
REPEATABLE = frozenset(("GET", "HEAD", "PUT", "DELETE"))
PASSING = frozenset((408, 425, 500, 502, 503, 504, 507, 509, 520, 521, 522, 523, 524, 529))


class Transport:
    """Sends requests of one account.

    A request is repeated at once only where the provider certainly did not do it: when no connection could be made, or
    when doing it twice is doing it once. Everything else is left to whoever asks again later. Redirects are not
    followed: what was sent to one server is not meant for another.

    :param name: the provider's, for error messages
    :param secrets: texts that must not appear in any error
    """

    def __init__(self, name, timing, secrets=(), retries=None):
        self._name, self._timing = name, timing
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)
        retries = timing.retries if retries is None else retries
        self._retry = Retry(
            total=retries,
            status=retries,
            other=0,
            redirect=0,
            allowed_methods=REPEATABLE,
            status_forcelist=(502, 503, 504),
            backoff_factor=timing.backoff,
            respect_retry_after_header=False,  # a queue waits better than a process
            raise_on_status=False,
        )

    @cached_property
    def _session(self):
        session = requests.Session()
        session.auth = _keep_as_is  # else a .netrc of the machine would replace our access tokens
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(max_retries=self._retry))
        return session

    def ask_json(self, method, url, gone=False, **options):
        """Return the JSON object that answers, ``{}`` for none.

        :param gone: whether "not found" means that the room is gone; else it means that the account is wrong
        """
        return self._read_json(self.ask(method, url, gone=gone, **options))

    def _read_json(self, content):
        if not content.strip():
            return {}
        try:
            answer = json.loads(content)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise Unreachable(f"{self._name}: the answer makes no sense.")
        return answer

    def ask(self, method, url, gone=False, **options):
        """Return the content of the answer as bytes.

        :raise ProviderError:
        """
        if urlsplit(url).scheme not in ("https", "http") or not urlsplit(url).hostname:
            raise RequestRefused(f"{self._name}: the address of the server is missing or wrong.")
        until = time.monotonic() + self._timing.total
        try:
            with self._session.request(
                method,
                url,
                timeout=(self._timing.connect, self._timing.read),
                allow_redirects=False,
                stream=True,
                **options,
            ) as response:
                content = self._read(response, until)
        except requests.exceptions.Timeout:
            raise Unreachable(f"{self._name}: no answer in time.") from None
        except requests.exceptions.SSLError:
            raise Unreachable(f"{self._name}: the certificate of the server is not trusted.") from None
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema):
            raise RequestRefused(f"{self._name}: the address of the server is wrong.") from None
        except requests.exceptions.RequestException as error:
            # Its text holds the whole address, which may be signed.
            raise Unreachable(f"{self._name}: no connection ({type(error).__name__}).") from None
        self._judge(response, content, gone)
        return content

    def _read(self, response, until):
        content = bytearray()
        for part in response.iter_content(16_384):
            content += part
            if len(content) > MOST_BYTES:
                raise Unreachable(f"{self._name}: the answer is too long.")
            if time.monotonic() > until:
                raise Unreachable(f"{self._name}: the answer comes too slowly.")
        return bytes(content)

    def _judge(self, response, content, gone):
        status = response.status_code
        if 200 <= status < 300:
            return
        words = self.clean(_get_words(content))
        text = f"{self._name}: {status} {words}".rstrip()
        if status == 429 or (status == 403 and _is_about_speed(content)):
            raise RateLimited(text, read_retry_after(response.headers.get("Retry-After")))
        if status in (401, 403):
            raise CredentialsRefused(text, status)
        if status in (404, 410) and gone:
            raise RoomGone(text)
        if status in PASSING or status >= 500:
            raise Unreachable(text)
        raise RequestRefused(text, status)

    def clean(self, text):
        """Return one line of a provider's words, without any secret of the account."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return " ".join(text.split())[:MOST_WORDS]

    def hide(self, secret):
        """Keep another secret out of errors: an access token."""
        self._secrets = sorted({*self._secrets, secret}, key=len, reverse=True)


def _keep_as_is(request):
    return request


def _get_words(content):
    """Return what an error's answer says, in the ways of the providers that we know."""
    try:
        answer = json.loads(content)
    except ValueError:
        return ""
    if not isinstance(answer, dict):
        return ""
    error = answer.get("error")
    parts = [error] if isinstance(error, str) else []
    for holder in (error, answer):
        if isinstance(holder, dict):
            parts += [holder.get(name) for name in ("message", "error_description", "reason")]
    return ": ".join(dict.fromkeys(str(part) for part in parts if part))


def _is_about_speed(content):
    """Tell whether a refusal is Google's way of saying "not so fast"."""
    return b"rateLimitExceeded" in content or b"userRateLimitExceeded" in content or b"quotaExceeded" in content


def read_retry_after(value, now=None):
    """Return the seconds that a ``Retry-After`` asks for, 1 to a day: a number, an HTTP date, or ISO as Zoom does.

    ``None`` when there is none, or none that can be read.
    """
    value = (value or "").strip()
    if value.isdigit():
        return min(max(int(value[:9]), 1), LONGEST_WAIT)
    for read in (parsedate_to_datetime, lambda text: datetime.fromisoformat(text.replace("Z", "+00:00"))):
        try:
            instant = read(value)
        except (TypeError, ValueError):
            continue
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=timezone.utc)
        wait = (instant - (now or datetime.now(timezone.utc))).total_seconds()
        return min(max(int(wait), 1), LONGEST_WAIT)
    return None
