"""Google Calendar (API v3) and Outlook (Graph v1.0) for tests: local HTTPS servers that speak what Odoo asks of them.

Odoo's synchronisations know their services by fixed addresses. They find these servers as they would find the real ones
behind a company's proxy: ``HTTPS_PROXY`` leads here, and the certificate of those names is trusted for the while. So
all of Odoo's code runs as it is, down to the encrypted connection.
"""

import json
import re
import ssl
import threading
import uuid
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PAGE = 1  # event, so that lists have pages


class Request(NamedTuple):
    """What a service was asked, by whose account."""

    method: str
    path: str
    query: dict
    body: dict
    account: str


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, status, error):
        super().__init__(status, error)
        self.status, self.error = status, error


class Service:
    """The calendars of a service: each account has one; an event is in those of its organizer and of its attendees.

    :ivar requests: each :class:`Request` that changes something, oldest first
    :ivar mails: ``(what, address)`` of each e-mail that the service itself would send
    :ivar errors: what was asked wrongly
    """

    def __init__(self):
        self.requests, self.mails, self.errors = [], [], []
        self.accounts = {}  # {access token: address}
        self.refreshes = {}  # {refresh token: address}
        self.events = {}
        self._change = 0
        self._lock = threading.Lock()

    def connect(self, address):
        """Open an account; return its ``(access token, refresh token)``."""
        access, refresh = f"access-{uuid.uuid4().hex}", f"refresh-{uuid.uuid4().hex}"
        self.accounts[access], self.refreshes[refresh] = address, address
        return access, refresh

    def expire(self, access):
        del self.accounts[access]

    def of(self, address, *, also_removed=False):
        """Return the events in somebody's calendar, as the service keeps them."""
        return [e for e in self.events.values() if self.is_in(e, address) and (also_removed or not e["removed"])]

    def asked(self, method, address):
        """Return the bodies of such requests by somebody."""
        return [r.body for r in self.requests if (r.method, r.account) == (method, address)]

    def is_in(self, event, address):
        return address in (event["owner"], *self.people(event))

    def touch(self, event):
        self._change += 1
        event["change"] = self._change
        event["changed_at"] = datetime.now(timezone.utc)

    def changed_since(self, token, address):
        """Return what is new in a calendar since a token; all that is there without one."""
        if token is None:
            return self.of(address)
        if not token.isdecimal():
            raise Refusal(410, self.full_sync)
        return [e for e in self.of(address, also_removed=True) if e["change"] > int(token)]

    def paged(self, query, address, token):
        """Return ``(events of this page, query of the next page or nothing, token for the next time)``."""
        skip, last = 0, self._change
        if page := query.get("page"):
            token, skip, last = (None if part == "-" else part for part in page.split("."))
            skip, last = int(skip), int(last)
        found = sorted(self.changed_since(token, address), key=lambda event: event["change"])
        more = skip + PAGE < len(found)
        following = f"{token or '-'}.{skip + PAGE}.{last}" if more else None
        return found[skip : skip + PAGE], following, str(last)

    def answer(self, method, url, headers, payload):
        """Answer a request: ``(status, JSON or nothing)``."""
        parts = urlsplit(url)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        with self._lock:
            try:
                if parts.path == self.token_path:
                    return self.renew(method, headers, parse_qs(payload.decode()))
                account = self.authenticate(method, headers, query)
                if payload and headers.get("Content-Type") != "application/json":
                    raise Refusal(415, {"message": "JSON is needed."})
                request = Request(method, parts.path, query, json.loads(payload) if payload else {}, account)
                if method != "GET":
                    self.requests.append(request)
                return self.do(request)
            except Refusal as refusal:
                self.errors.append((method, url, refusal.status))
                return refusal.status, {"error": {"code": refusal.status, **refusal.error}}

    def renew(self, method, headers, form):
        """Give a new access token for a refresh token, as OAuth 2 says."""
        address = self.refreshes.get(form.get("refresh_token", [""])[-1])
        known = form.get("grant_type") == ["refresh_token"] and form.get("client_id") and form.get("client_secret")
        if method != "POST" or not known or not address:
            return 400, {"error": "invalid_grant"}
        access = f"access-{uuid.uuid4().hex}"
        self.accounts[access] = address
        return 200, {"access_token": access, "expires_in": 3600, "token_type": "Bearer"}

    def authenticate(self, method, headers, query):
        kind, _space, token = headers.get("Authorization", "").partition(" ")
        if kind != "Bearer":
            token = self.token_of_address(method, query)
        if token not in self.accounts:
            raise Refusal(401, {"message": "Invalid credentials"})
        return self.accounts[token]

    def token_of_address(self, method, query):
        return None


class Google(Service):
    """Google Calendar API v3, the calendar ``primary`` of each account."""

    hosts = ("www.googleapis.com", "accounts.google.com")
    token_path = "/o/oauth2/token"
    full_sync = {"message": "Sync token is no longer valid.", "errors": [{"reason": "fullSyncRequired"}]}
    path = re.compile(r"/calendar/v3/calendars/primary/events(?:/(?P<id>[^/]+))?")

    def people(self, event):
        return [person["email"] for person in event["data"].get("attendees", [])]

    def token_of_address(self, method, query):
        return query.get("access_token") if method in ("GET", "DELETE") else None

    def do(self, request):
        match = self.path.fullmatch(request.path)
        if not match:
            raise Refusal(404, {"message": "Not Found"})
        deed = getattr(self, f"do_{request.method}_{'one' if match['id'] else 'all'}", None)
        if not deed:
            raise Refusal(405, {"message": "Method not allowed"})
        return deed(request, match["id"])

    def find(self, event_id, account):
        event = self.events.get(event_id)
        if not event or not self.is_in(event, account):
            raise Refusal(404, {"message": "Not Found"})
        return event

    def show(self, event, account):
        data = {name: value for name, value in event["data"].items() if value is not None}
        own = event["owner"] == account
        people = [
            {**person, "organizer": person["email"] == event["owner"], "self": person["email"] == account}
            for person in data.get("attendees", [])
        ]
        shown = {
            **data,
            "kind": "calendar#event",
            "etag": f'"{event["change"]}"',
            "status": "cancelled" if event["removed"] else "confirmed",
            "updated": event["changed_at"].isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "iCalUID": f"{data['id']}@google.com",
            "creator": {"email": event["owner"], "self": own},
            "organizer": {"email": event["owner"], "self": own},
            "eventType": "default",
        }
        return {**shown, "attendees": people} if people else shown

    def tell(self, what, event, request):
        if request.query.get("sendUpdates", "none") != "none":
            self.mails += [(what, address) for address in self.people(event) if address != event["owner"]]

    def do_POST_all(self, request, _id):
        data = request.body
        if not re.fullmatch(r"[a-v0-9]{5,1024}", data.get("id", "")):
            raise Refusal(400, {"message": "Invalid resource id value."})
        if data["id"] in self.events:
            raise Refusal(409, {"message": "The requested identifier already exists."})
        self.check_hours(data)
        event = {"owner": request.account, "removed": False, "data": {}}
        self.merge(event, request)
        self.events[data["id"]] = event
        self.touch(event)
        self.tell("invitation", event, request)
        return 200, self.show(event, request.account)

    def do_PATCH_one(self, request, event_id):
        event = self.find(event_id, request.account)
        if event["owner"] != request.account and not event["data"].get("guestsCanModify"):
            raise Refusal(403, {"message": "Forbidden", "errors": [{"reason": "forbiddenForNonOrganizer"}]})
        self.check_hours({**event["data"], **request.body})
        event["removed"] |= request.body.get("status") == "cancelled"
        self.merge(event, request)
        self.touch(event)
        self.tell("change", event, request)
        return 200, self.show(event, request.account)

    def do_DELETE_one(self, request, event_id):
        event = self.find(event_id, request.account)
        if event["removed"]:
            raise Refusal(410, {"message": "Resource has been deleted"})
        event["removed"] = True
        self.touch(event)
        self.tell("cancellation", event, request)
        return 204, None

    def do_GET_one(self, request, event_id):
        return 200, self.show(self.find(event_id, request.account), request.account)

    def do_GET_all(self, request, _id):
        query = request.query
        if "syncToken" not in query and "pageToken" not in query and not {"timeMin", "timeMax"} <= query.keys():
            raise Refusal(400, {"message": "Bad Request"})
        found, following, token = self.paged({"page": query.get("pageToken")}, request.account, query.get("syncToken"))
        items = [self.show(event, request.account) for event in found]
        answer = {"kind": "calendar#events", "items": items, "defaultReminders": [{"method": "popup", "minutes": 30}]}
        return 200, answer | ({"nextPageToken": following} if following else {"nextSyncToken": token})

    def check_hours(self, data):
        """An event has two instants or two days, and ends after it begins."""
        start, end = data.get("start") or {}, data.get("end") or {}
        for name, read in (
            ("dateTime", datetime.fromisoformat),
            ("date", lambda text: datetime.strptime(text, "%Y-%m-%d")),
        ):
            if start.get(name) and end.get(name) and not (start.keys() & end.keys()) - {"dateTime", "date", "timeZone"}:
                if read(start[name]) >= read(end[name]):
                    raise Refusal(400, {"message": "The specified time range is empty."})
                return
        raise Refusal(400, {"message": "Missing end time."})

    def merge(self, event, request):
        """Take what is given; where the version is told, a room is made, or given up."""
        for name, value in request.body.items():
            if name not in ("conferenceData", "organizer", "status"):
                event["data"][name] = value
        if request.query.get("conferenceDataVersion") == "1" and "conferenceData" in request.body:
            if request.body["conferenceData"] is None:
                event["data"].pop("conferenceData", None)
                event["data"].pop("hangoutLink", None)
            elif request.body["conferenceData"].get("createRequest", {}).get("requestId"):
                link = f"https://meet.google.com/{uuid.uuid4().hex[:10]}"
                event["data"]["hangoutLink"] = link
                event["data"]["conferenceData"] = {"entryPoints": [{"entryPointType": "video", "uri": link}]}

    # What people do in their calendar

    def move(self, event, start, stop):
        for name, instant in (("start", start), ("end", stop)):
            event["data"][name] = {"dateTime": f"{instant.isoformat()}Z", "timeZone": "UTC"}
        self.touch(event)

    def remove(self, event):
        event["removed"] = True
        self.touch(event)

    def respond(self, event, address, answer):
        for person in event["data"]["attendees"]:
            if person["email"] == address:
                person["responseStatus"] = answer
        self.touch(event)

    def hours(self, event):
        """Return ``(start, stop)``, naive UTC."""
        read = [datetime.fromisoformat(event["data"][name]["dateTime"]) for name in ("start", "end")]
        return tuple(instant.astimezone(timezone.utc).replace(tzinfo=None) for instant in read)

    def place(self, event):
        return event["data"].get("location")

    def room(self, event):
        return event["data"].get("hangoutLink")


class Outlook(Service):
    """Microsoft Graph v1.0, the default calendar of each account. It writes to all attendees, unasked."""

    hosts = ("graph.microsoft.com", "login.microsoftonline.com")
    token_path = "/common/oauth2/v2.0/token"
    full_sync = {"code": "fullSyncRequired", "message": "Sync token is no longer valid."}
    one = re.compile(r"/v1\.0/me/(?:calendar/)?events/(?P<id>[^/]+)(?:/(?P<deed>accept|decline|tentativelyAccept))?")

    def people(self, event):
        return [person["emailAddress"]["address"] for person in event["data"].get("attendees", [])]

    def do(self, request):
        if request.path == "/v1.0/me/calendar/events" and request.method == "POST":
            return self.insert(request)
        if request.path == "/v1.0/me/calendarView/delta" and request.method == "GET":
            return self.delta(request)
        if request.path == "/v1.0/me/events" and request.method == "GET":
            uid = re.fullmatch(r"iCalUId eq '(.+)'", request.query.get("$filter", ""))
            found = [e for e in self.of(request.account) if uid and e["uid"] == uid[1]]
            return 200, {"value": [self.show(event, request.account) for event in found]}
        match = self.one.fullmatch(request.path)
        event = match and self.events.get(match["id"].rpartition("-")[0])
        if not event or event["removed"] or match["id"] != self.id_for(event, request.account):
            raise Refusal(404, {"code": "ErrorItemNotFound", "message": "The object was not found in the store."})
        return self.change(request, event, match["deed"])

    def id_for(self, event, address):
        """The id of an event is another one in each calendar; only its iCalUId is the same."""
        return f"{event['id']}-{uuid.uuid5(uuid.NAMESPACE_DNS, address).hex}"

    def change(self, request, event, deed):
        if request.method == "POST" and deed:
            states = {"accept": "accepted", "decline": "declined", "tentativelyAccept": "tentativelyAccepted"}
            self.respond(event, request.account, states[deed])
            return 202, None
        if request.method == "GET":
            return 200, self.show(event, request.account)
        if event["owner"] != request.account:
            raise Refusal(403, {"code": "ErrorAccessDenied", "message": "Access is denied."})
        if request.method == "PATCH":
            self.merge(event, request.body)
            self.touch(event)
            self.tell("change", event)
            return 200, self.show(event, request.account)
        if request.method == "DELETE":
            event["removed"] = True
            self.touch(event)
            self.tell("cancellation", event)
            return 204, None
        raise Refusal(405, {"code": "ErrorInvalidRequest", "message": "Method not allowed."})

    def insert(self, request):
        event = {"id": f"AAMk{uuid.uuid4().hex}", "uid": f"040000008{uuid.uuid4().hex.upper()}"}
        event |= {"owner": request.account, "removed": False, "data": {"isOnlineMeeting": False, "attendees": []}}
        if not {"subject", "start", "end"} <= request.body.keys():
            raise Refusal(400, {"code": "ErrorPropertyValidationFailure", "message": "Start and end are needed."})
        self.merge(event, request.body)
        self.events[event["id"]] = event
        self.touch(event)
        self.tell("invitation", event)
        return 201, self.show(event, request.account)

    def merge(self, event, body):
        data = event["data"]
        taken = {
            name: value for name, value in body.items() if name not in ("isOnlineMeeting", "isOrganizer", "organizer")
        }
        for name in {"start", "end"} & taken.keys():
            instant = datetime.fromisoformat(taken[name]["dateTime"])
            if instant.tzinfo:
                instant = instant.astimezone(timezone.utc).replace(tzinfo=None)
            taken[name] = {"dateTime": f"{instant.isoformat()}.0000000", "timeZone": "UTC"}
        data |= taken
        if data["start"]["dateTime"] >= data["end"]["dateTime"] and not data.get("isAllDay"):
            raise Refusal(400, {"code": "ErrorCalendarEndDateIsEarlierThanStartDate", "message": "It ends too early."})
        if body.get("isOnlineMeeting") and not data["isOnlineMeeting"]:  # once there, a room stays
            data["isOnlineMeeting"] = True
            data["onlineMeeting"] = {"joinUrl": f"https://teams.microsoft.com/l/meetup-join/{uuid.uuid4().hex}"}

    def delta(self, request):
        query = request.query
        if not query.keys() & {"$deltatoken", "$skiptoken"} and not {"startDateTime", "endDateTime"} <= query.keys():
            raise Refusal(400, {"code": "ErrorInvalidParameter", "message": "A window is needed."})
        found, following, token = self.paged(
            {"page": query.get("$skiptoken")}, request.account, query.get("$deltatoken")
        )
        items = [
            {"id": self.id_for(event, request.account), "@removed": {"reason": "deleted"}}
            if event["removed"]
            else self.show(event, request.account)
            for event in found
        ]
        address = "https://graph.microsoft.com/v1.0/me/calendarView/delta?"
        if following:
            return 200, {"value": items, "@odata.nextLink": address + urlencode({"$skiptoken": following})}
        return 200, {"value": items, "@odata.deltaLink": address + urlencode({"$deltatoken": token})}

    def show(self, event, account):
        data, own = event["data"], event["owner"] == account
        mine = [p["status"]["response"] for p in data["attendees"] if p["emailAddress"]["address"] == account]
        return {
            "isAllDay": False,
            "isReminderOn": False,
            "reminderMinutesBeforeStart": 15,
            "showAs": "busy",
            "sensitivity": "normal",
            "onlineMeeting": None,
            "recurrence": None,
            **data,
            "id": self.id_for(event, account),
            "iCalUId": event["uid"],
            "type": "singleInstance",
            "seriesMasterId": None,
            "isCancelled": False,
            "isOrganizer": own,
            "organizer": {"emailAddress": {"name": event["owner"], "address": event["owner"]}},
            "responseStatus": {"response": "organizer" if own else (mine or ["none"])[0]},
            "lastModifiedDateTime": event["changed_at"].isoformat().replace("+00:00", "0Z"),
        }

    def tell(self, what, event):
        self.mails += [(what, address) for address in self.people(event) if address != event["owner"]]

    # What people do in their calendar

    def move(self, event, start, stop):
        for name, instant in (("start", start), ("end", stop)):
            event["data"][name] = {"dateTime": f"{instant.isoformat()}.0000000", "timeZone": "UTC"}
        self.touch(event)

    def remove(self, event):
        event["removed"] = True
        self.touch(event)

    def respond(self, event, address, answer):
        for person in event["data"]["attendees"]:
            if person["emailAddress"]["address"] == address:
                person["status"] = {"response": answer}
        self.touch(event)

    def hours(self, event):
        """Return ``(start, stop)``, naive UTC."""
        return tuple(datetime.fromisoformat(event["data"][name]["dateTime"][:19]) for name in ("start", "end"))

    def place(self, event):
        return event["data"].get("location", {}).get("displayName")

    def room(self, event):
        return (event["data"].get("onlineMeeting") or {}).get("joinUrl")


@contextmanager
def calendar_peers(folder):
    """Let this process find a Google and an Outlook of its own: ``(google, outlook)``."""
    google, outlook = Google(), Outlook()
    services = {host: service for service in (google, outlook) for host in service.hosts}
    key, certificate = _make_certificate(folder, services)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    class Handler(BaseHTTPRequestHandler):
        """A proxy that is itself where the tunnel leads."""

        protocol_version = "HTTP/1.1"
        service = None

        def do_CONNECT(self):
            host, _colon, port = self.path.partition(":")
            if host not in services or port != "443":
                self.send_error(502)
                return
            self.service = services[host]
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self.connection = context.wrap_socket(self.connection, server_side=True)
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
            self.close_connection = False

        def answer(self):
            payload = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if not self.service:
                self.send_error(400)
                return
            status, content = self.service.answer(self.command, self.path, self.headers, payload)
            body = b"" if content is None else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = answer

        def log_message(self, *args):
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("NO_PROXY", "no_proxy", "CURL_CA_BUNDLE"):
                patch.delenv(name, raising=False)
            for name in ("HTTPS_PROXY", "https_proxy"):
                patch.setenv(name, f"http://127.0.0.1:{server.server_port}")
            patch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
            yield google, outlook
    finally:
        server.shutdown()
        server.server_close()


def _make_certificate(folder, hosts):
    """Write a key and a certificate for these hosts; return their paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Calendar peers")])
    now = datetime.now(timezone.utc)
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign"), False
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, key_cert_sign=True, encipher_only=False, decipher_only=False, **usage
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "key.pem", folder / "certificate.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    paths[0].write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    paths[1].write_bytes(certificate.public_bytes(pem))
    return paths
