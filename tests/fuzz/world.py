"""A bank with customers, seen by one of them and by strangers: what its pages would send, and what nobody may learn."""

import io
import random
import re
import secrets
from collections import defaultdict
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import requests
import werkzeug.exceptions
from lxml import html

from house import lab, runner

from ..bank import open_bank
from .routes import url_map
from .shots import Shot

# Tables in which reading may leave a trace: how often somebody asked, and what a geocoder said.
COUNTERS = {"booking_rate_limit", "booking_place_lookup"}
SECRET = "Quetzalcoatl"  # in the name of somebody whose data are not ours to see
LOGIN = "fuzzer"
VIDEO = "meet.example.com"  # where video rooms are: the one site to which ours may lead
PAGES_READ = 160  # at first
PAGES_READ_AGAIN = 30  # whenever there is something new
SEEDS_KEPT = 60  # requests remembered for each route when new ones are read
# Names of parameters, in the code that reads them and in the forms that send them.
_READ = re.compile(r"""(?:params|kw|values)(?:\.get|\.pop)?[(\[]["'](\w+)["']""")
_LIMITED = re.compile(r"""(?:_may|_allow|_get_limit)\(\s*["'](\w+)["']""")
_SENT = re.compile(r"""\bname=["']([\w-]+)["']""")


class World:
    """A server's data and pages, as far as an attacker may know them."""

    def __init__(self, database, server):
        self.database, self.server = database, server
        self.account, self.nobody = requests.Session(), requests.Session()
        self.map = url_map().bind("")
        self.seeds = defaultdict(list)  # {(method, rule): [(path, {name: value})]}
        self.parts = defaultdict(list)  # {name of a part of an address: [values]}
        self.rooms = []  # tokens of our video rooms
        self.invitations = []  # tokens of guests of video conferences
        self.meetings = []  # pages of business meetings
        self.names = sorted(_names_in_sources())
        with lab.environment(database) as env:
            self._people(env)
            self._appointments(env, 24)
            self._fair(env)
            self._meetings(env, 12)
        self._sign_in()
        self._read_pages()
        self._full = self.fingerprint()

    @property
    def host(self):
        return urlsplit(self.server.url).netloc

    def refill_if_changed(self):
        """Where something has changed: book and hold anew what a route may have used up, and read the pages of that."""
        if self.fingerprint() == self._full:
            return
        known = {name: len(self.parts[name]) for name in ("token", "number")}
        with lab.environment(self.database) as env:
            self._appointments(env, 4)
            self._meetings(env, 2)
        for seeds in self.seeds.values():
            del seeds[:-SEEDS_KEPT]  # what was there before may be used up
        self._read_pages(PAGES_READ_AGAIN, known)
        self._full = self.fingerprint()

    # What there is

    def _people(self, env):
        parameters = env["ir.config_parameter"]
        parameters.set_param("appointment_booking.geocoder_url", "http://127.0.0.1:9/")  # nobody is there
        for deed in _LIMITED.findall(_sources()):
            parameters.set_param(f"appointment_booking.limit_{deed}", "100000000")
        users = env["res.users"].with_context(no_reset_password=True)
        portal = [(6, 0, env.ref("base.group_portal").ids)]
        me, other = users.create(
            [
                {
                    "name": "Fred Fuzzer",
                    "login": LOGIN,
                    "password": LOGIN,
                    "email": "fred@example.com",
                    "group_ids": portal,
                },
                {"name": f"Anna {SECRET}", "login": "other", "email": f"{SECRET}@example.com", "group_ids": portal},
            ]
        )
        self.me, self.other = me.partner_id.id, other.partner_id.id
        options = {"allow_move": True, "allow_cancel": True, "allow_guests": True, "waiting_list": True}
        booking_type, starts = open_bank(env, advisors=8, slots=160, **options)
        provider = env["videoconf.provider"].create(
            {"name": "Jitsi", "kind": "jitsi", "base_url": f"https://{VIDEO}", "secret": "shared"}
        )
        booking_type.write({"channel": "video", "video_provider": "provider", "videoconf_provider_id": provider.id})
        self.type_id = booking_type.id
        users = booking_type.advisor_ids.user_id.ids
        self.free = [(datetime.fromisoformat(start[:-1]), user_id) for start in starts for user_id in users]

    def _appointments(self, env, number):
        """Held slots and appointments of our own, and some of somebody else."""
        booking_type = env["booking.type"].browse(self.type_id)
        taken = env["booking.appointment"].search([("type_id", "=", self.type_id)])  # by requests, too
        places = {(appointment.start, appointment.user_id.id) for appointment in taken}
        self.free = [place for place in self.free if place not in places]
        for person, name in ((self.me, "Fred Fuzzer"), (self.other, f"Anna {SECRET}")):
            for state in ("hold", "planned"):
                for _again in range(number if person == self.me else 3):
                    start, user_id = self.free.pop()
                    appointment = env["booking.appointment"].create(
                        {
                            "type_id": booking_type.id,
                            "user_id": user_id,
                            "start": start,
                            "state": state,
                            "hold_until": datetime.now() + timedelta(days=2) if state == "hold" else False,
                            "booker_name": name,
                            "booker_email": f"{name.split()[1]}-{secrets.token_hex(4)}@example.com",
                            "booker_phone": f"+336{random.randrange(10**8):08}",
                            "partner_id": person,
                        }
                    )
                    if person == self.me:
                        self.parts["token"].append(appointment._portal_ensure_token())
                        self.rooms += appointment.videoconf_room_id.mapped("access_token")
                        self.parts["number"].append(str(appointment.id))
                    else:
                        self.parts["number"].append(str(appointment.id))  # may be asked for, must not be told

        self._conferences(env)

    def _fair(self, env):
        """A fair at which our account stands for a partner and takes part, and somebody else does, too."""
        start = (datetime.now() + timedelta(days=10)).replace(hour=8, minute=0, second=0, microsecond=0)
        event = env["event.event"].create(
            {
                "name": "Fair",
                "date_begin": start,
                "date_end": start + timedelta(days=40),
                "date_tz": "Europe/Paris",
                "meeting_enabled": True,
                "meeting_partner_request_limit": 0,
                "meeting_participant_request_limit": 0,
            }
        )
        env["business.meeting.rule"].create({"name": "All", "event_id": event.id})
        env["business.meeting.slot"].create(
            [
                {
                    "event_id": event.id,
                    "start": start + timedelta(minutes=30 * number),
                    "stop": start + timedelta(minutes=30 * number + 20),
                }
                for number in range(60)
            ]
        )
        level = env["event.sponsor.type"].search([], limit=1)
        sponsors = []
        for person in (self.me, self.other):
            sponsors.append(
                env["event.sponsor"].create(
                    {
                        "event_id": event.id,
                        "partner_id": person,
                        "sponsor_type_id": level.id,
                        "exhibitor_type": "exhibitor",
                        "name": "Fuzz and Sons" if person == self.me else f"{SECRET} and Sons",
                    }
                )
            )
            env["business.meeting.space"].create({"sponsor_id": sponsors[-1].id, "name": "Table"})
        stranger = env["event.sponsor"].create(
            {
                "event_id": event.id,
                "partner_id": env["res.partner"].create({"name": "Known to all", "is_company": True}).id,
                "sponsor_type_id": level.id,
                "exhibitor_type": "exhibitor",
            }
        )
        env["business.meeting.space"].create({"sponsor_id": stranger.id, "name": "Table"})
        # Nobody sees somebody else, by any rule: their name must never be told.
        hidden = str([("name", "not ilike", SECRET)])
        event.meeting_rule_ids.write({"sponsor_domain": hidden, "participant_domain": hidden})
        mine, theirs = env["event.registration"].create(
            [
                {"event_id": event.id, "partner_id": person, "name": name, "email": email, "state": "open"}
                for person, name, email in (
                    (self.me, "Fred Fuzzer", "fred@example.com"),
                    (self.other, f"Anna {SECRET}", f"{SECRET}@example.com"),
                )
            ]
        )
        self.fair = event.id, sponsors[0].id, stranger.id, mine.id
        link = mine._get_meeting_url()
        theirs._get_meeting_url()  # exists, and nobody knows it
        self.parts["token"].append(link.rsplit("/", 1)[1])
        self.meetings += [
            "/my/meetings",
            f"/my/meetings/partner/{sponsors[0].id}",
            f"/my/meetings/participant/{mine.id}",
            link,
        ]
        for name, records in (("sponsor_id", sponsors), ("registration_id", (mine, theirs))):
            self.parts[name] += [str(record.id) for record in records]

    def _meetings(self, env, number):
        """Requests and meetings of our partner and of our participant, each with people of no importance."""
        event_id, sponsor_id, stranger_id, registration_id = self.fair
        meetings = env["business.meeting"].with_context(mail_notify_force_send=False)
        sponsor, stranger = env["event.sponsor"].browse((sponsor_id, stranger_id))
        for index in range(number):
            visitor = env["event.registration"].create(
                {"event_id": event_id, "name": f"Visitor {secrets.token_hex(3)}", "state": "open"}
            )
            common = meetings._get_common_slots(sponsor, visitor)
            if len(common) < 7:
                break
            slots = env["business.meeting.slot"].browse([offer.slot_id for offer in common[index % 5 :][:2]])
            side = "participant" if index % 3 else "partner"
            meeting = meetings._request(sponsor, visitor, side, slots, message="Hello")
            if index % 4 == 0:
                meeting._accept(meeting.awaiting, slots[0])
            self.parts["meeting_id"].append(str(meeting.id))
            self.meetings.append(f"/my/meetings/partner/{sponsor_id}/meeting/{meeting.id}")
        mine = env["event.registration"].browse(registration_id)
        link = mine._get_meeting_url()
        together = [("sponsor_id", "=", stranger_id), ("registration_id", "=", mine.id)]
        common = meetings._get_common_slots(stranger, mine)
        if common and not meetings.search([*together, ("state", "in", ("requested", "confirmed"))]):
            slots = env["business.meeting.slot"].browse([offer.slot_id for offer in common[-2:]])
            meeting = meetings._request(stranger, mine, "partner", slots)
            self.parts["meeting_id"].append(str(meeting.id))
            self.meetings += [
                f"{link}/meeting/{meeting.id}",
                f"/my/meetings/participant/{mine.id}/meeting/{meeting.id}",
            ]

    def _conferences(self, env):
        """A video conference that has just begun, to which we are invited together with somebody else."""
        host = env["booking.type"].browse(self.type_id).advisor_ids.user_id[0]
        conference = env["videoconf.conference"].create(
            {
                "subject": "Video conference",
                "user_id": host.id,
                "sender_id": host.id,
                "start": datetime.now() + timedelta(minutes=10),
                "duration": 600,
                "agenda": "<p>What it is about</p>",
                "show_guests": False,
                "notify_open": True,
                "videoconf_provider_id": env["videoconf.provider"].search([("kind", "=", "jitsi")], limit=1).id,
                "document_ids": [(0, 0, {"name": "paper.txt", "raw": b"paper"})],
            }
        )
        conference._order_room()
        conference._add_guests(env["res.partner"].browse([self.me, self.other]))
        guest = conference.guest_ids.filtered(lambda guest: guest.partner_id.id == self.me)
        self.invitations.append(guest.access_token)
        self.parts["token"].append(guest.access_token)
        self.parts["number"] += [str(conference.id), str(conference.document_ids.id)]

    # What its pages would send

    def _sign_in(self):
        page = html.fromstring(self.account.get(f"{self.server.url}/web/login").content)
        token = page.xpath("//input[@name='csrf_token']/@value")[0]
        answer = self.account.post(
            f"{self.server.url}/web/login", data={"login": LOGIN, "password": LOGIN, "csrf_token": token}
        )
        assert answer.ok and "/web/login" not in answer.url

    def _read_pages(self, most=PAGES_READ, known=None):
        """Read some pages: those of our own links, and what is linked from the first pages and from these.

        :param known: how many tokens and numbers have been read before
        """
        known = known or {"token": 0, "number": 0}
        tokens, numbers = (self.parts[name][known[name] :] for name in ("token", "number"))
        waiting = [] if any(known.values()) else ["/booking", "/my/appointments"]
        waiting += [f"/videoconf/room/{token}" for token in self.rooms[-4:]]
        waiting += [f"/booking/conference/{token}" for token in self.invitations[-1:]]
        waiting += self.meetings[-12:] if any(known.values()) else self.meetings
        waiting += [f"/booking/hold/{token}" for token in tokens] + [
            f"/booking/appointment/{token}" for token in tokens
        ]
        waiting += [f"/my/appointments/{number}" for number in numbers]
        seen = set()
        while waiting and len(seen) < most:
            address = waiting.pop(0)
            if address in seen or not self._note("GET", address):
                continue
            seen.add(address)
            answer = self.account.get(self.server.url + address)
            if "text/html" not in answer.headers.get("Content-Type", ""):
                continue
            page = html.fromstring(answer.content)
            for form in page.forms:
                fields = {name: value or "" for name, value in form.form_values()}
                fields |= {button.get("name"): button.get("value") for button in form.xpath(".//button[@name]")}
                for action in [form.get("action") or address, *form.xpath(".//@formaction")]:
                    self._note(form.method, action, fields)
            links = [link for link in page.xpath("//a/@href") if link.startswith("/")]
            waiting += random.sample(links, min(len(links), 12))

    def _note(self, method, address, fields=None):
        """Remember a request of one of our routes; tell whether it is one."""
        url = urlsplit(address)
        try:
            rule, parts = self.map.match(url.path, method="GET")
        except (werkzeug.exceptions.HTTPException, werkzeug.routing.RequestRedirect):
            return False
        self.seeds[method, rule].append((url.path, dict(parse_qsl(url.query)) | (fields or {})))
        for name, value in parts.items():
            self.parts[name].append(str(value))
        self.names = sorted({*self.names, *(fields or {})})
        return True

    # Sending

    def fire(self, route, shot: Shot):
        """Send a shot; return the answer, not following where it leads."""
        seeds = self.seeds.get((route.method, route.rule))
        if seeds and not shot.made_up:
            path, params = seeds[shot.seed % len(seeds)]
            params = dict(params)
        else:
            path, params = self._fill(route.rule, shot), {}
        if params and shot.left_out is not None:
            params.pop(sorted(params)[shot.left_out % len(params)])
        for number, value in shot.changes:
            names = sorted(params) if params and number % 2 else self.names
            params[names[number % len(names)]] = value
        session = self.account if shot.account or not shot.made_up else self.nobody
        # Another address each time: what is limited for one must not hide what comes after the limit.
        address = ".".join(str(random.randrange(1, 255)) for _byte in range(4))
        headers = {"X-Forwarded-For": address, "X-Forwarded-Host": self.host, **shot.headers}
        if shot.body == "rubbish" and route.method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return session.request(
            route.method,
            self.server.url + requests.utils.quote(path),
            headers={name: value.encode("latin-1") for name, value in headers.items()},
            allow_redirects=False,
            timeout=120,
            **self._body(route.method, shot.body, params),
        )

    def _fill(self, rule, shot):
        """Make an address of a rule, of parts that we know and parts that we do not."""
        parts = iter(shot.path)

        def fill(found):
            number, text = next(parts, (0, None))
            known = self.parts.get(found["name"]) or ["1"]
            if found["choices"]:
                known, text = found["choices"].split(","), None  # anything else is not this address
            if found["kind"] == "int":
                return str(number) if text else known[number % len(known)]
            return text.replace("/", "") or "x" if text else known[number % len(known)]

        return re.sub(r"<(?:(?P<kind>\w+)(?:\((?P<choices>[^)]*)\))?:)?(?P<name>\w+)>", fill, rule)

    def _body(self, method, kind, params):
        if method == "GET":
            return {"params": params}
        if kind == "json":
            return {"json": params}
        if kind == "rubbish":
            return {"data": b"\xff\x00%zz&=&" + "&".join(params).encode()}
        if kind == "files":
            name = next(iter(params.values()), "") or "x"
            return {
                "data": params,
                "files": {field: (name[:60], io.BytesIO(b"<svg onload=1>")) for field in [*params][:2] or ["file"]},
            }
        return {"data": params}

    # What must not have happened

    def fingerprint(self):
        """What there is in our tables, but for what is counted."""
        with lab.connect(self.database) as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT tablename FROM pg_tables WHERE tablename ~ '^(booking|videoconf|business_meeting)_' ORDER BY 1"
            )
            tables = [table for (table,) in cursor.fetchall() if table not in COUNTERS]
            cursor.execute(
                " UNION ALL ".join(
                    f"SELECT '{table}', count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t"
                    for table in tables
                )
            )
            found = sorted(cursor.fetchall())
        connection.close()
        return found


def _sources():
    """The code that answers, and the pages that ask."""
    folders = [addon / folder for addon in runner.own_addons() for folder in ("controllers", "models", "templates")]
    files = [path for folder in folders for path in sorted(folder.glob("*")) if path.suffix in (".py", ".xml")]
    return "\n".join(path.read_text() for path in files)


def _names_in_sources():
    sources = _sources()
    return {*_READ.findall(sources), *_SENT.findall(sources)}
