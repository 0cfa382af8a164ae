"""C04: appointments in Google and Outlook, by Odoo's own synchronisations as they are, against servers that speak the
real requests of both services.
"""

import logging
from datetime import datetime, timedelta
from itertools import count

import pytest

from house import lab

from .calendar_peers import calendar_peers

MODULES = ["appointment_booking", "google_calendar", "microsoft_calendar"]
MONDAY = datetime.combine(datetime.now() + timedelta(days=7 - datetime.now().weekday()), datetime.min.time())
ROOM_OF = {"google": "google_meet", "outlook": "teams"}
NUMBERS = count(1)
DESKS = 28
USERS = DESKS + 12


class Bank:
    """A database with both synchronisations; everything is committed, as both ask their services after a commit."""

    def __init__(self, env):
        self.env = env
        parameters = env["ir.config_parameter"]
        for name in ("google_calendar", "microsoft_calendar"):
            parameters.set_param(f"{name}_client_id", "id")
            parameters.set_param(f"{name}_client_secret", "secret")
        parameters.set_param("web.base.url", "https://bank.example.com")
        self.public = env.ref("base.public_user")
        self.users = iter(self.make_users())
        self.manager = self.new_user("manager")
        self.desks = iter(self.make_desks())
        self.commit()

    def commit(self):
        self.env.cr.commit()
        self.env.invalidate_all()

    def make_users(self):
        """Make the users of all tests at once, which is much faster."""
        groups = self.env.ref("appointment_booking.group_booking_advisor") | self.env.ref("base.group_user")
        users = self.env["res.users"].with_context(no_reset_password=True)
        return users.create(
            [
                {
                    "name": f"User {number}",
                    "login": f"user-{number}",
                    "email": f"user-{number}@bank.example.com",
                    "tz": "UTC",
                    "group_ids": [(6, 0, groups.ids)],
                }
                for number in range(USERS)
            ]
        )

    def new_user(self, group="advisor"):
        user = next(self.users)
        if group != "advisor":
            user.group_ids += self.env.ref(f"appointment_booking.group_booking_{group}")
        return user

    def make_desks(self):
        """Make a type for each test, of an advisor and a team of its own: ``[booking.type]``."""
        advisors = [self.new_user() for _number in range(DESKS)]
        teams = self.env["booking.team"].create(
            [
                {
                    "name": user.name,
                    "manager_ids": [(6, 0, self.manager.ids)],
                    "member_ids": [(6, 0, user.ids)],
                }
                for user in advisors
            ]
        )
        self.env["booking.availability"].create(
            [
                {"user_id": user.id, "tz": "UTC", "hours_ids": [(0, 0, {"hour_from": 8, "hour_to": 18})]}
                for user in advisors
            ]
        )
        return self.env["booking.type"].create(
            [
                {
                    "name": "Mortgage advice",
                    "is_published": True,
                    "tz": "UTC",
                    "duration": 30,
                    "slot_step": 30,
                    "min_notice": 0,
                    "channel": "video",
                    "team_ids": [(6, 0, team.ids)],
                    "advisor_ids": [(0, 0, {"user_id": user.id})],
                }
                for user, team in zip(advisors, teams, strict=True)
            ]
        )


class Desk:
    """An advisor whose calendar is synchronised with one of the services, and the type of theirs."""

    def __init__(self, bank, service, name):
        self.bank, self.env, self.service, self.name = bank, bank.env, service, name
        self.type = next(bank.desks)
        self.user, self.team = self.type.advisor_ids.user_id, self.type.team_ids
        self.address = self.user.email
        self.tokens = self.connect(self.user)
        self.start = MONDAY + timedelta(hours=9)

    def connect(self, user):
        access, refresh = self.service.connect(user.email)
        settings = self.env["res.users.settings"]._find_or_create_for_user(user)
        if self.name == "google":
            settings._set_google_auth_tokens(access, refresh, 3600)
        else:
            user._set_microsoft_auth_tokens(access, refresh, 3600)
        self.bank.commit()
        self.pull(user)
        return access, refresh

    def book(self, hours=0, by=None):
        """Book online as a visitor, or in the back office as one of the staff."""
        number, start = next(NUMBERS), self.start + timedelta(hours=hours)
        booker = {"email": f"anne-{number}@example.net", "phone": f"+336{12_000_000 + number}"}
        if by:
            partner = self.env["res.partner"].create({"name": "Anne Martin", **booker})
            values = {"type_id": self.type.id, "user_id": self.user.id, "start": start, "partner_id": partner.id}
            appointment = self.env["booking.appointment"].with_user(by).create(values).sudo()
        else:
            appointments = self.env["booking.appointment"].with_user(self.bank.public).sudo()
            nothing = {"reason": self.env["booking.reason"], "agency": self.env["booking.agency"], "lang": "en_US"}
            appointment = appointments._hold(self.type, start, visitor_key=f"visitor-{number}", **nothing)
            appointment._confirm({"last_name": "Martin", "first_name": "Anne", **booker}, [])
        self.bank.commit()
        return self.env["booking.appointment"].browse(appointment.id)

    def pull(self, user=None):
        """Do what the scheduled action of the synchronisation does for one user."""
        user = user or self.user
        mine = user.with_user(user).sudo()
        if self.name == "google":
            from odoo.addons.google_calendar.utils.google_calendar import GoogleCalendarService

            mine._sync_google_calendar(GoogleCalendarService(self.env["google.service"]))
        else:
            mine._sync_microsoft_calendar()
        self.bank.commit()

    def remote(self, user=None):
        """Return the one event in the calendar at the service."""
        (event,) = self.service.of((user or self.user).email)
        return event

    def deeds(self, address=None):
        """Return the methods of what the service was asked to change for somebody."""
        return [r.method for r in self.service.requests if r.account == (address or self.address)]

    def known(self, *appointments):
        """Return all that a synchronisation might change, to be compared."""
        env = self.env
        entries = env["calendar.event"].with_context(active_test=False).search([("user_id", "=", self.user.id)])
        words = ["name", "start", "stop", "location", "videocall_location", "active", "privacy", "show_as"]
        return {
            "appointments": env["booking.appointment"].search([("user_id", "=", self.user.id)]).ids,
            "entries": entries.read([*words, "description", "user_id"], load=None),
            "people": [(sorted(e.partner_ids.ids), sorted(e.attendee_ids.mapped("state"))) for e in entries],
            "states": [(a.state, a.start, a.stop, a.ics_sequence, a.meeting_url) for a in appointments],
            "answers": [[row.answer for row in a.participant_ids] for a in appointments],
            "messages": env["booking.message"].search_count([]),
            "mails": env["mail.mail"].search_count([]),
            "chatter": [len(a.message_ids) for a in appointments],
        }

    def told(self, appointment, event, recipient="booker"):
        log = appointment.message_log_ids
        return len(log.filtered(lambda message: (message.event, message.recipient) == (event, recipient)))

    def notes(self, appointment):
        return appointment.activity_ids.mapped("note")

    def assert_quiet(self, *appointments, users=()):
        """What comes back from the service changes nothing, and asks nothing of it."""
        before, asked = self.known(*appointments), len(self.service.requests)
        for user in users or [self.user]:
            self.pull(user)
        assert self.known(*appointments) == before
        assert self.service.requests[asked:] == []


@pytest.fixture(scope="module")
def peers(tmp_path_factory):
    with calendar_peers(tmp_path_factory.mktemp("peers")) as (google, outlook):
        yield {"google": google, "outlook": outlook}


@pytest.fixture(scope="module")
def bank(peers):
    with lab.database(modules=MODULES) as database, lab.environment(database) as env:
        yield Bank(env)


@pytest.fixture(params=["google", "outlook"])
def new_desk(request, bank, peers, caplog):
    """A function that gives a :class:`Desk`. In the end no service was asked wrongly, and Odoo did not complain."""
    service = peers[request.param]
    service.mails.clear()
    service.errors.clear()
    caplog.set_level(logging.WARNING)
    yield lambda: Desk(bank, service, request.param)
    bank.env.cr.rollback()
    bank.env.invalidate_all()
    assert service.errors == []
    assert [r.getMessage() for r in caplog.records if "calendar" in r.name or "account" in r.name] == []


def test_booked_online(new_desk):
    """C04: a booking is put into the advisor's calendar once, after the commit, with our room; nobody is written to."""
    desk = new_desk()
    appointment = desk.book()
    assert desk.deeds() == ["POST"]
    remote = desk.remote()
    assert desk.service.hours(remote) == (appointment.start, appointment.stop)
    assert desk.service.place(remote) == appointment.meeting_url
    assert appointment.meeting_url.startswith("https://bank.example.com/calendar/join_videocall/")
    assert appointment.meeting_url.endswith(f"/{appointment.calendar_event_id.access_token}"), "else the link is dead"
    assert not desk.service.room(remote)
    assert set(desk.service.people(remote)) <= {desk.address}
    assert desk.service.mails == []
    desk.assert_quiet(appointment)


def test_no_room_unasked(new_desk):
    """C04, A03: an appointment without a place gets no room of Meet or Teams, neither when it is made nor when it
    moves; nor does one that would have its room from the other service.
    """
    desk = new_desk()
    desk.type.channel = "other"
    appointment = desk.book()
    desk.type.write({"channel": "video", "video_provider": ROOM_OF["outlook" if desk.name == "google" else "google"]})
    other = desk.book(1)
    appointment.with_user(desk.user).write({"start": desk.start + timedelta(hours=2)})
    desk.bank.commit()
    assert len(desk.service.of(desk.address)) == 2
    for remote in desk.service.of(desk.address):
        assert not desk.service.room(remote)
        assert not desk.service.place(remote)
    desk.assert_quiet(appointment, other)
    assert not appointment.meeting_url


def test_room_of_the_service(new_desk):
    """C04, A03: where the type has its rooms from there, the service makes one, which stays through a move."""
    desk = new_desk()
    desk.type.video_provider = ROOM_OF[desk.name]
    appointment = desk.book()
    room = desk.service.room(desk.remote())
    assert room
    if desk.name == "outlook":
        desk.pull()
    assert appointment.meeting_url == room
    appointment.with_user(desk.user).write({"start": desk.start + timedelta(hours=2)})
    desk.bank.commit()
    assert desk.service.room(desk.remote()) == room
    assert len(desk.service.of(desk.address)) == 1
    desk.assert_quiet(appointment)
    assert appointment.meeting_url == room


def test_moved_and_cancelled_by_staff(new_desk):
    """C04: what staff change is changed there once, and a cancelled appointment leaves the calendar."""
    desk = new_desk()
    appointment = desk.book()
    appointment.with_user(desk.bank.manager).write({"start": desk.start + timedelta(hours=2)})
    desk.bank.commit()
    assert desk.deeds() == ["POST", "PATCH"]
    assert desk.service.hours(desk.remote()) == (appointment.start, appointment.stop)
    assert desk.service.place(desk.remote()) == appointment.meeting_url
    desk.assert_quiet(appointment)
    appointment.with_user(desk.bank.manager).action_cancel()
    desk.bank.commit()
    assert desk.deeds() == ["POST", "PATCH", {"google": "PATCH", "outlook": "DELETE"}[desk.name]]
    assert desk.service.of(desk.address) == []
    assert desk.service.mails == []
    desk.pull()
    desk.assert_quiet(appointment)
    assert appointment.state == "cancelled"
    assert not desk.notes(appointment)


def test_planned_again(new_desk):
    """C04: what was cancelled and is planned again is in the calendar again, once, whatever came back meanwhile."""
    desk = new_desk()
    one, two = desk.book(), desk.book(2)
    for appointment in (one, two):
        appointment.with_user(desk.user).action_cancel()
    desk.bank.commit()
    one.with_user(desk.bank.manager).action_reopen()
    desk.bank.commit()
    assert desk.service.hours(desk.remote()) == (one.start, one.stop)
    desk.pull()
    two.with_user(desk.bank.manager).action_reopen()
    desk.bank.commit()
    found = sorted(desk.service.hours(event) for event in desk.service.of(desk.address))
    assert found == [(a.start, a.stop) for a in (one, two)]
    desk.assert_quiet(one, two)
    assert not desk.notes(one) + desk.notes(two)


def test_moved_there(new_desk):
    """C04: moved in their calendar by the advisor, the appointment follows, and the booker is told once."""
    desk = new_desk()
    appointment = desk.book()
    messages = desk.env["booking.message"]
    messages.search([("appointment_id", "!=", appointment.id), ("state", "=", "queued")])._give_up("cancelled", "over")
    while messages._claim_due() + messages._prepare_some() + messages._try_again():
        desk.bank.commit()
    start = desk.start + timedelta(hours=3)
    desk.service.move(desk.remote(), start, start + timedelta(minutes=30))
    desk.pull()
    assert (appointment.start, appointment.calendar_event_id.start) == (start, start)
    assert desk.service.hours(desk.remote()) == (start, start + timedelta(minutes=30))
    desk.assert_quiet(appointment)
    assert desk.told(appointment, "modified") == 1
    assert not desk.notes(appointment)
    assert desk.service.mails == []


def test_moved_there_against_the_rules(new_desk):
    """C04, X01: moved onto another appointment, it is put back, there too; the team reads why, the booker nothing."""
    desk = new_desk()
    appointment, other = desk.book(), desk.book(3)
    (remote,) = (e for e in desk.service.of(desk.address) if desk.service.hours(e)[0] == appointment.start)
    desk.service.move(remote, other.start, other.stop)
    desk.pull()
    assert appointment.start == desk.start
    assert desk.service.hours(remote) == (appointment.start, appointment.stop)
    (note,) = desk.notes(appointment)
    assert "another appointment" in note
    assert desk.bank.manager.partner_id in appointment.message_ids.partner_ids
    assert not desk.told(appointment, "modified")
    desk.assert_quiet(appointment, other)


def test_removed_there(new_desk):
    """C04: removed in their calendar by the advisor, the appointment stays and comes back there; the team reads why."""
    desk = new_desk()
    appointment = desk.book()
    desk.service.remove(desk.remote())
    desk.pull()
    assert appointment.state == "planned"
    assert desk.service.hours(desk.remote()) == (appointment.start, appointment.stop)
    assert desk.service.place(desk.remote()) == appointment.meeting_url
    (note,) = desk.notes(appointment)
    assert "removed from the calendar" in note
    assert not desk.told(appointment, "cancelled")
    assert desk.service.mails == []
    desk.assert_quiet(appointment)


def test_colleague(new_desk):
    """C04: a colleague who takes part is invited there, nobody from outside; the answer there counts here."""
    desk = new_desk()
    colleague = desk.bank.new_user()
    desk.connect(colleague)
    appointment = desk.book()
    outsider = desk.env["res.partner"].create({"name": "Notary", "email": "notary@example.net"})
    rows = desk.env["booking.participant"].create(
        [{"appointment_id": appointment.id, "partner_id": partner.id} for partner in (colleague.partner_id, outsider)]
    )
    desk.bank.commit()
    assert set(desk.service.people(desk.remote())) - {desk.address} == {colleague.email}
    assert {address for _what, address in desk.service.mails} <= (
        {colleague.email} if desk.name == "outlook" else set()
    )
    desk.assert_quiet(appointment, users=[desk.user, colleague])
    assert rows.mapped("answer") == ["needsAction", "needsAction"]
    for answer, words in (("tentative", "tentativelyAccepted"), ("declined", "declined")):
        desk.service.respond(desk.remote(), colleague.email, answer if desk.name == "google" else words)
        desk.pull()
        assert rows.mapped("answer") == [answer, "needsAction"]
        desk.assert_quiet(appointment, users=[desk.user, colleague])
    assert appointment.state == "planned"


def test_given_to_another_advisor(new_desk):
    """C04: given to a colleague, it leaves one calendar and comes into the other, with the link people have."""
    desk = new_desk()
    colleague = desk.bank.new_user()
    desk.connect(colleague)
    desk.team.member_ids = [(4, colleague.id)]
    appointment = desk.book()
    desk.type.advisor_ids = [(0, 0, {"user_id": colleague.id})]
    link, token = appointment.meeting_url, appointment.calendar_event_id.access_token
    appointment.with_user(desk.bank.manager).user_id = colleague
    desk.bank.commit()
    assert desk.service.of(desk.address) == []
    assert desk.service.hours(desk.remote(colleague)) == (appointment.start, appointment.stop)
    assert (appointment.meeting_url, appointment.calendar_event_id.access_token) == (link, token)
    assert desk.service.place(desk.remote(colleague)) == link
    for user in (desk.user, colleague):
        desk.pull(user)
    desk.assert_quiet(appointment, users=[desk.user, colleague])
    entries = desk.env["calendar.event"].search(
        [("res_model", "=", appointment._name), ("res_id", "=", appointment.id)]
    )
    assert entries == appointment.calendar_event_id
    assert desk.service.mails == []
    assert not desk.notes(appointment)


def test_booked_by_who_has_a_calendar(new_desk):
    """C04: staff with a calendar of their own book for an advisor without one: it comes into nobody else's calendar."""
    desk = new_desk()
    clerk = desk.bank.new_user("manager")
    desk.connect(clerk)
    advisor, desk.user = desk.user, desk.bank.new_user()
    desk.team.write({"manager_ids": [(4, clerk.id)], "member_ids": [(4, desk.user.id)]})
    desk.type.advisor_ids = [(0, 0, {"user_id": desk.user.id})]
    appointment = desk.book(by=clerk)
    assert appointment.calendar_event_id.active
    assert desk.deeds(clerk.email) == desk.deeds(advisor.email) == []
    desk.user = advisor
    appointment.with_user(clerk).user_id = advisor
    desk.bank.commit()
    assert desk.service.hours(desk.remote()) == (appointment.start, appointment.stop)
    assert desk.deeds(clerk.email) == []
    desk.assert_quiet(appointment, users=[advisor, clerk])


def test_changed_online(new_desk):
    """C04: a visitor, who has no calendar here, books and cancels: the advisor's is right at once, after renewing an
    access that has run out.
    """
    desk = new_desk()
    desk.service.expire(desk.tokens[0])
    past = datetime.now() - timedelta(hours=1)
    if desk.name == "google":
        desk.user.res_users_settings_id.google_calendar_token_validity = past
    else:
        desk.user.microsoft_calendar_token_validity = past
    desk.bank.commit()
    appointment = desk.book()
    assert desk.service.hours(desk.remote()) == (appointment.start, appointment.stop)
    appointment.with_user(desk.bank.public).sudo()._cancel("booker")
    desk.bank.commit()
    assert desk.service.of(desk.address) == []
    assert len(desk.deeds()) == 2


def test_read_from_the_beginning(new_desk):
    """C04: when the service has forgotten what was read, everything is read again, and nothing comes twice."""
    desk = new_desk()
    appointments = [desk.book(hours) for hours in range(2)]
    settings = desk.user.res_users_settings_id
    settings.write({"google_calendar_sync_token": "stale", "microsoft_calendar_sync_token": "stale"})
    desk.bank.commit()
    before = desk.known(*appointments)
    desk.pull()
    assert desk.service.errors.pop()[2] == 410
    assert desk.known(*appointments) == before
    assert len(desk.service.of(desk.address)) == 2


def test_other_entries(new_desk):
    """C04: what is no appointment is synchronised as Odoo does it, and makes the advisor busy."""
    desk = new_desk()
    own = desk.env["calendar.event"].with_user(desk.user).with_context(no_mail_to_attendees=True)
    own.create({"name": "Round", "start": desk.start, "stop": desk.start + timedelta(hours=1)})
    desk.bank.commit()
    assert desk.service.room(desk.remote()), "Odoo's own way"
    taken = desk.type._get_slots(desk.start, desk.start + timedelta(hours=2), agency=desk.env["booking.agency"])
    assert desk.start not in taken
