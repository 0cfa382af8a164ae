"""Providers that let programs in by an access token, which they give for the account's credentials."""

import time

from .errors import CredentialsRefused, RequestRefused, Unreachable
from .transport import Transport

# A token that is about to expire would do so on its way.
MARGIN = 60


class TokenTransport(Transport):
    """Sends requests with an access token; a token that is refused is replaced once.

    :param get_grant: function that returns how to ask for a token: ``(url, options of requests)``
    """

    def __init__(self, name, timing, secrets, get_grant):
        super().__init__(name, timing, secrets)
        self._get_grant = get_grant
        self._token, self._good_until = None, 0

    def ask(self, method, url, gone=False, **options):
        is_known = self._has_token()
        try:
            return super().ask(method, url, gone=gone, **self._with_token(options))
        except CredentialsRefused as error:
            if not is_known or error.status != 401:
                raise
        self.forget()
        return super().ask(method, url, gone=gone, **self._with_token(options))

    def _has_token(self):
        return bool(self._token) and time.monotonic() < self._good_until

    def _with_token(self, options):
        headers = {**options.pop("headers", {}), "Authorization": f"Bearer {self.get_token()}"}
        return {**options, "headers": headers}

    def forget(self):
        self._token = None

    def get_token(self):
        """Return an access token that is still good for a minute."""
        if not self._has_token():
            url, options = self._get_grant()
            try:
                answer = self._read_json(Transport.ask(self, "POST", url, **options))
            except RequestRefused as error:
                # The ways in which the three say that client, secret or tenant is wrong: 400, 401, 404.
                raise CredentialsRefused(str(error)) from None
            token, seconds = answer.get("access_token"), answer.get("expires_in")
            if not isinstance(token, str) or not token:
                raise Unreachable(f"{self._name}: the answer holds no access token.")
            self.hide(token)
            self._token = token
            lasts = seconds if isinstance(seconds, (int, float)) else 0
            self._good_until = time.monotonic() + max(lasts - MARGIN, 0)
        return self._token
