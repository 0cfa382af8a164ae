import hashlib
from urllib.parse import urlencode
from xml.etree import ElementTree

from .base import Provider, Room
from .errors import CredentialsRefused, RequestRefused, RoomGone, Unreachable
from .transport import Transport

# Minutes after which a room that nobody enters, or that everybody has left, is closed.
EMPTY, LEFT = 30, 15


class BigBlueButton(Provider):
    """A BigBlueButton server, from version 2.4 on. Takes ``base_url`` (up to ``/bigbluebutton``) and ``secret``.

    Its rooms live from the moment somebody enters until everybody has left. So none is made beforehand: whoever comes
    first opens it. To open an open one is nothing: the server knows it by our reference.
    """

    kind = "bigbluebutton"
    is_offline = True
    joins_at_click = True

    def __init__(self, account, *args, **kwargs):
        super().__init__(account, *args, **kwargs)
        # Not repeated by the library, which writes whole addresses, and so signatures, to the log.
        self._transport = Transport("BigBlueButton", self.timing, [account.secret], retries=0)

    def create(self, meeting):  # pylint: disable=method-required-super
        return Room(f"{self._get_base()}/", meeting.reference)

    def update(self, room, meeting):
        return room

    def delete(self, room):
        """Nothing is kept of a room in which nobody is; one that was opened early closes by itself."""

    def join_address(self, room, meeting, person, is_organiser):
        self._call(
            "create",
            {
                "name": meeting.subject or meeting.reference,
                "meetingID": room.external_id,
                "record": "false",
                "meetingExpireIfNoUserJoinedInMinutes": EMPTY,
                "meetingExpireWhenLastUserLeftInMinutes": LEFT,
            },
        )
        role = "MODERATOR" if is_organiser else "VIEWER"
        return self._sign("join", {"fullName": person, "meetingID": room.external_id, "role": role, "redirect": "true"})

    def check(self):
        """Ask for the meetings: the first call that looks at the signature."""
        self._call("getMeetings", {})

    def _get_base(self):
        base = self.account.base_url.rstrip("/")
        if not base or not self.account.secret:
            raise RequestRefused("BigBlueButton: the address of the server or its shared secret is missing.")
        return base.removesuffix("/api")

    def _sign(self, call, params):
        base, query = self._get_base(), urlencode(params)
        checksum = hashlib.sha256(f"{call}{query}{self.account.secret}".encode()).hexdigest()
        return f"{base}/api/{call}?{query}{'&' if query else ''}checksum={checksum}"

    def _call(self, call, params):
        answer = self._read(self._transport.ask("GET", self._sign(call, params), gone=True))
        if answer.findtext("returncode") == "SUCCESS":
            return answer
        key, words = answer.findtext("messageKey") or "", self._transport.clean(answer.findtext("message") or "")
        text = f"BigBlueButton: {key} {words}".strip()
        if key == "checksumError":
            raise CredentialsRefused(text)
        if key == "notFound":
            raise RoomGone(text)
        raise RequestRefused(text)

    def _read(self, content):
        # A document type could make a small answer a large one.
        if b"<!DOCTYPE" not in content:
            try:
                answer = ElementTree.fromstring(content)
            except ElementTree.ParseError:
                answer = None
            if answer is not None and answer.tag == "response":
                return answer
        raise Unreachable("BigBlueButton: the answer makes no sense.")
