"""Bookers who invite people, and guests whose programs do things, at the same moment: two servers, one database."""

from datetime import datetime, timedelta

import pytest
import requests

from house import lab

from .bank import open_bank
from .test_move_races import at_once

LISTED = "SELECT count(*) FROM booking_guest WHERE appointment_id = ANY(%s) AND state != 'removed'"
TOLD = "SELECT count(*) FROM booking_message WHERE appointment_id = ANY(%s) AND event = 'invited'"

READERS = 3
OPENED = "SELECT count(*) FROM mail_tracking_event WHERE tracking_email_id = ANY(%s) AND event_type = 'open'"
READ = """
    SELECT count(*) FROM mail_message m JOIN mail_notification n ON n.mail_message_id = m.id
     WHERE m.model = 'videoconf.conference' AND m.res_id = ANY(%s) AND n.notification_type = 'inbox'
"""


@pytest.fixture
def odoo_database(servers):
    return servers[0].database


@pytest.fixture
def booked(odoo_database):
    """A function that opens the bank and books some slots; returns ``{id: token}``."""

    def book(count, **values):
        with lab.environment(odoo_database) as env:
            booking_type, starts = open_bank(env, slots=count, allow_guests=True, **values)
            appointments = env["booking.appointment"].create(
                [
                    {
                        "type_id": booking_type.id,
                        "user_id": booking_type.advisor_ids.user_id.id,
                        "start": start.replace("T", " ").removesuffix("Z"),
                        "booker_name": f"Booker {number}",
                        "booker_email": f"booker-{number}@example.com",
                    }
                    for number, start in enumerate(starts)
                ]
            )
            return {appointment.id: appointment._portal_ensure_token() for appointment in appointments}

    return book


def invite(server, token, email):
    """Send the form; return the status of the answer."""
    url = f"{server.url}/booking/appointment/{token}/guests"
    return requests.post(url, data={"email_1": email}, timeout=300, allow_redirects=False).status_code


def count(connection, query, ids):
    with connection.cursor() as cursor:
        cursor.execute(query, [ids])
        return cursor.fetchone()[0]


def test_no_more_than_there_is_room_for(servers, odoo_database, booked):
    """A36, X01: of ten invitations at once two find a place; the others read so, and nobody sees an error page."""
    tokens = booked(1, guest_limit=2)
    (token,) = tokens.values()
    for server in servers:
        requests.get(f"{server.url}/booking/appointment/{token}/guests", timeout=300)
    statuses = at_once(
        *(
            lambda number=number: invite(servers[number % 2], token, f"guest-{number}@example.org")
            for number in range(10)
        )
    )
    assert statuses.count(303) == 2, statuses
    assert set(statuses) <= {303, 409, 422}, statuses
    with lab.connect(odoo_database) as connection:
        assert count(connection, LISTED, list(tokens)) == 2
        assert count(connection, TOLD, list(tokens)) == 2


def test_second_click(servers, odoo_database, booked):
    """A36, X01: the same form sent four times at once invites once."""
    tokens = booked(1)
    (token,) = tokens.values()
    for server in servers:
        requests.get(f"{server.url}/booking/appointment/{token}/guests", timeout=300)
    statuses = at_once(
        *(lambda number=number: invite(servers[number % 2], token, "guest@example.org") for number in range(4))
    )
    assert all(status < 500 for status in statuses), statuses
    with lab.connect(odoo_database) as connection:
        assert count(connection, LISTED, list(tokens)) == 1
        assert count(connection, TOLD, list(tokens)) == 1


def test_mailbox_is_not_flooded(servers, odoo_database, booked):
    """A36, A71: eight appointments at once invite one mailbox: three e-mails are written down, no more."""
    tokens = booked(8)
    for server in servers:
        requests.get(f"{server.url}/booking/appointment/{list(tokens.values())[0]}/guests", timeout=300)
    statuses = at_once(
        *(
            lambda number=number, token=token: invite(servers[number % 2], token, f"eve+{number}@example.org")
            for number, token in enumerate(tokens.values())
        )
    )
    assert sorted(statuses) == [303] * 3 + [429] * 5, statuses
    with lab.connect(odoo_database) as connection:
        assert count(connection, LISTED, list(tokens)) == 3
        assert count(connection, TOLD, list(tokens)) == 3


@pytest.fixture
def pictures(odoo_database):
    """The addresses of the pictures in some invitations to video conferences, of guests who agreed."""
    with lab.environment(odoo_database) as env:
        organiser = env["res.users"].search([("login", "=", "julien")])
        guests = env["res.partner"].create(
            [{"name": f"Reader {number}", "email": f"reader-{number}@example.com"} for number in range(READERS)]
        )
        for guest in guests:
            env["videoconf.consent"]._note(guest, True, "page")
        start = datetime.now().replace(microsecond=0) + timedelta(days=2)
        conference = env["videoconf.conference"].with_user(organiser)
        conference = conference._organise({"subject": "Offer", "start": start, "notify_open": True}, guests).sudo()
        sent = env["mail.tracking.email"].create(
            [{"state": "sent", "videoconf_message_id": message.id} for message in conference.message_log_ids]
        )
        addresses = [f"/mail/tracking/open/{odoo_database}/{one.id}/{one.token}/blank.gif" for one in sent]
        return conference.id, sent.ids, addresses


def test_picture_is_fetched_by_many(servers, odoo_database, pictures):
    """H06: programs that fetch a picture several times at once get it each time; it is noted and told once."""
    conference, sent, addresses = pictures
    assert len(addresses) == READERS
    urls = [server.url + address for address in addresses for server in servers * 2]
    statuses = at_once(*(lambda url=url: requests.get(url, timeout=300).status_code for url in urls))
    assert set(statuses) == {200}
    with lab.connect(odoo_database) as connection:
        assert count(connection, OPENED, sent) == READERS
        assert count(connection, READ, [conference]) == READERS
