from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from .addresses import is_meeting_link
from .base import Meeting, Provider, Room
from .errors import CredentialsRefused, RequestRefused, RoomGone, Unreachable
from .oauth import TokenTransport

API = "https://graph.microsoft.com/v1.0"
AUTH = "https://login.microsoftonline.com"
SCOPE = "https://graph.microsoft.com/.default"


class Teams(Provider):
    """Microsoft Teams, through Graph, as an app with the permission OnlineMeetings.ReadWrite.All.

    Takes ``account_id`` (tenant), ``client_id``, ``secret`` and ``host``, the object ID of the user whose meetings they
    are: an application access policy must let the app act for that user.

    **Once only.** Graph knows a meeting by tenant, user and our reference: to ask again is to get the same one.
    """

    kind = "teams"

    def __init__(self, account, *args, **kwargs):
        super().__init__(account, *args, **kwargs)
        self._transport = TokenTransport("Microsoft Teams", self.timing, [account.secret], self._get_grant)
        self._base = (account.base_url or API).rstrip("/")

    def create(self, meeting):  # pylint: disable=method-required-super
        room = self._create_or_get(meeting)
        # What was there before may be of another hour.
        return self.update(room, meeting) if meeting.asked_before else room

    def _create_or_get(self, meeting):
        body = {"externalId": meeting.reference, **self._get_body(meeting)}
        answer = self._transport.ask_json("POST", f"{self._get_host_url()}/createOrGet", json=body)
        return self._read_room(answer)

    def update(self, room, meeting):
        self._transport.ask_json("PATCH", self._get_url(room), gone=True, json=self._get_body(meeting))
        return room

    def delete(self, room):
        self._transport.ask("DELETE", self._get_url(room), gone=True)

    def find(self, meeting):
        """Get it, which makes one where there was none: Graph cannot look for a reference without that."""
        return self._create_or_get(meeting)

    def check(self):
        """Make a meeting and remove it: nothing less proves that the policy lets the app act for the user."""
        now = datetime.now(timezone.utc).replace(microsecond=0)
        room = self._create_or_get(Meeting("connection-test", "Connection test", now, now + timedelta(minutes=5)))
        try:
            self.delete(room)
        except RoomGone:
            return

    def _get_grant(self):
        account = self.account
        if not (account.account_id and account.client_id and account.secret and account.host):
            raise CredentialsRefused("Microsoft Teams: tenant, client ID, client secret or user is missing.")
        form = {
            "grant_type": "client_credentials",
            "client_id": account.client_id,
            "client_secret": account.secret,
            "scope": SCOPE,
        }
        base = (account.auth_url or AUTH).rstrip("/")
        return f"{base}/{quote(account.account_id, safe='')}/oauth2/v2.0/token", {"data": form}

    def _get_host_url(self):
        return f"{self._base}/users/{quote(self.account.host, safe='@')}/onlineMeetings"

    def _get_url(self, room):
        if not room.external_id:
            raise RequestRefused("Microsoft Teams: this is no ID of a meeting.")
        return f"{self._get_host_url()}/{quote(room.external_id, safe='')}"

    def _get_body(self, meeting):
        return {
            "subject": meeting.subject or meeting.reference,
            "startDateTime": meeting.start.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "endDateTime": meeting.stop.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def _read_room(self, answer):
        external_id, address = answer.get("id"), answer.get("joinWebUrl") or answer.get("joinUrl")
        if not isinstance(external_id, str) or not is_meeting_link(address):
            raise Unreachable("Microsoft Teams: the answer holds no meeting.")
        return Room(address, external_id)
