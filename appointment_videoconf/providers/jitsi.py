import secrets
import time
from urllib.parse import quote, urlsplit

from . import jws
from .base import Provider, Room
from .errors import CredentialsRefused, RequestRefused

# How long after the end of the meeting its tokens still let people in: meetings run late.
GRACE = 2 * 60 * 60


class Jitsi(Provider):
    """A Jitsi Meet server, or 8x8's (JaaS). A room is there as soon as somebody opens its address.

    Takes ``base_url``, and where the server lets in by tokens only: ``secret`` (the text that it knows as well, or an
    RSA private key in PEM), ``client_id`` (application), ``key_id`` (for RSA), ``account_id`` (subject; by default the
    server's name). Tokens are made at the click, so that no message carries one.
    """

    kind = "jitsi"
    is_offline = True

    @property
    def joins_at_click(self):
        return bool(self.account.secret)

    def create(self, meeting):  # pylint: disable=method-required-super
        name = secrets.token_urlsafe(18)  # 144 bits: who does not know it does not find the room
        return Room(f"{self._get_base()}/{name}", name)

    def update(self, room, meeting):
        """The address of a room says nothing of its hours."""
        return room

    def delete(self, room):
        """Nothing is kept of a room in which nobody is."""

    def join_address(self, room, meeting, person, is_organiser):
        if not self.joins_at_click:
            return room.address
        return f"{room.address}?jwt={quote(self._get_token(room.external_id, meeting, person, is_organiser))}"

    def check(self):
        """Without asking the server: it has nothing that could be asked."""
        self._get_base()
        if self.joins_at_click:
            self._sign({"room": "*"})

    def _get_base(self):
        link = urlsplit(self.account.base_url)
        if not link.scheme or not link.hostname:
            raise RequestRefused("The address of the server is missing.")
        return self.account.base_url.rstrip("/")

    def _get_token(self, name, meeting, person, is_organiser):
        account = self.account
        is_ours = jws.is_private_key(account.secret) and account.account_id  # an account with 8x8
        return self._sign(
            {
                "iss": "chat" if is_ours else account.client_id,
                "aud": "jitsi" if is_ours else account.client_id,
                "sub": account.account_id or urlsplit(account.base_url).hostname,
                "room": name,
                "nbf": int(time.time()) - 60,  # clocks differ
                "exp": int(meeting.stop.timestamp()) + GRACE,
                "context": {
                    "user": {
                        "name": person,
                        "moderator": is_organiser,
                        "affiliation": "owner" if is_organiser else "member",
                    }
                },
            }
        )

    def _sign(self, claims):
        secret = self.account.secret
        algorithm = "RS256" if jws.is_private_key(secret) else "HS256"
        header = {"kid": self.account.key_id} if self.account.key_id else {}
        try:
            return jws.sign(claims, secret, algorithm, **header)
        except ValueError as error:
            raise CredentialsRefused(str(error)) from None
