from urllib.parse import quote, urlencode

from .addresses import is_meeting_link
from .base import Provider, Room
from .errors import CredentialsRefused, RequestRefused, RoomGone, Unreachable
from .oauth import TokenTransport

API = "https://api.zoom.us/v2"
AUTH = "https://zoom.us/oauth/token"
PAGE, MOST_PAGES = 300, 20
SCHEDULED = 2
# Zoom's own numbers for: the meeting does not exist; it has expired or was removed.
GONE = ("3001", "3003")


class Zoom(Provider):
    """Zoom, through an app of the kind "Server-to-Server OAuth".

    Takes ``account_id``, ``client_id``, ``secret``, and ``host``, the e-mail address of the one user whose meetings all
    of them are. Such a user leads none of them, and Zoom lets one user hold few meetings at a time: without a host,
    each meeting is its organiser's, who is known to Zoom by the same e-mail address.

    **Once only.** Zoom has no key by which a wish that is repeated could be told from a second wish. So each meeting
    carries its reference in its description. When a wish may have been heard before, the host's meetings are looked
    through first, and a meeting with this reference is taken; of several the oldest stays and the others are removed.
    What remains: a wish that Zoom carries out only after it was looked for, minutes later, makes a second meeting. It
    is removed with the first one, or by the next look.
    """

    kind = "zoom"

    def __init__(self, account, *args, **kwargs):
        super().__init__(account, *args, **kwargs)
        self._transport = TokenTransport("Zoom", self.timing, [account.secret], self._get_grant)
        self._base = (account.base_url or API).rstrip("/")

    def create(self, meeting):  # pylint: disable=method-required-super
        room = self.find(meeting) if meeting.asked_before else None
        if room:
            return self.update(room, meeting)
        answer = self._transport.ask_json("POST", self._get_host_url(meeting), json=self._get_body(meeting))
        return self._read_room(answer, meeting.reference)

    def update(self, room, meeting):
        self._transport.ask_json("PATCH", self._get_url(room), gone=True, json=self._get_body(meeting))
        return room

    def delete(self, room):
        # Neither the host nor anybody else is written to by Zoom.
        silent = urlencode({"schedule_for_reminder": "false", "cancel_meeting_reminder": "false"})
        self._transport.ask("DELETE", f"{self._get_url(room)}?{silent}", gone=True)

    def find(self, meeting):
        found = sorted(self._find_all(meeting), key=lambda answer: int(answer["id"]))
        found.sort(key=lambda answer: str(answer.get("created_at") or ""))
        rooms = [self._read_room(answer, meeting.reference) for answer in found]
        for double in rooms[1:]:
            try:
                self.delete(double)
            except RoomGone:
                continue
        return rooms[0] if rooms else None

    def check(self):
        """Ask for one meeting of the host, or of the app's owner: it needs the token, the rights and the host."""
        self._transport.ask_json("GET", f"{self._get_host_url()}?page_size=1")

    def _find_all(self, meeting):
        found, token = [], ""
        for _page in range(MOST_PAGES):
            query = {"type": "scheduled", "page_size": PAGE} | ({"next_page_token": token} if token else {})
            answer = self._transport.ask_json("GET", f"{self._get_host_url(meeting)}?{urlencode(query)}")
            for each in answer.get("meetings") or []:
                if meeting.reference in str(each.get("agenda") or "") and str(each.get("id", "")).isdigit():
                    found.append(each)
            token = answer.get("next_page_token")
            if not token:
                break
        return found

    def _get_grant(self):
        account = self.account
        if not (account.account_id and account.client_id and account.secret):
            raise CredentialsRefused("Zoom: account ID, client ID or client secret is missing.")
        form = {"grant_type": "account_credentials", "account_id": account.account_id}
        return account.auth_url or AUTH, {"data": form, "auth": (account.client_id, account.secret)}

    def _get_host_url(self, meeting=None):
        host = self.account.host or (meeting and meeting.organiser_email) or "me"
        return f"{self._base}/users/{quote(host, safe='@')}/meetings"

    def _get_url(self, room):
        if not room.external_id.isdigit():
            raise RequestRefused("Zoom: this is no number of a meeting.")
        return f"{self._base}/meetings/{room.external_id}"

    def _get_body(self, meeting):
        return {
            "topic": meeting.subject or meeting.reference,
            "type": SCHEDULED,
            "start_time": meeting.start.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "duration": meeting.minutes,
            "timezone": meeting.zone,
            "agenda": meeting.reference,
            # Nobody would open the waiting room of a host who is a program. Else the account's own rules hold.
            "settings": {"waiting_room": False, "join_before_host": True} if self.account.host else {},
        }

    def _read_room(self, answer, reference):
        number, address = str(answer.get("id") or ""), answer.get("join_url")
        if not number.isdigit() or not is_meeting_link(address):
            raise Unreachable("Zoom: the answer holds no meeting.")
        return Room(address, number, {"reference": reference})
