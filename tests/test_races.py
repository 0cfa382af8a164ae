"""What holds when visitors meet, servers restart and processes die: with real servers, connections and signals."""

import threading
import time
from collections import Counter

import pytest

from house import lab

from .bank import open_bank
from .racing import race
from .visitor import Visitor


@pytest.fixture
def odoo_database(servers):
    return servers[0].database


@pytest.fixture
def bank(odoo_database):
    """A function that opens the bank on the test's database; returns the type's slug and the starts."""

    def open_it(**values):
        with lab.environment(odoo_database) as env:
            booking_type, starts = open_bank(env, **values)
            return booking_type.slug, starts

    return open_it


def mails_to(address, smtp_peer):
    return [message for message in smtp_peer.messages if address in message["To"]]


def test_one_slot_many_visitors(servers, odoo_database, bank):
    """X01: of 40 visitors on two servers one gets the slot; every loser is offered others, nobody sees an error."""
    slug, starts = bank(slots=1, later=4)
    figures = race(servers, odoo_database, slug, starts, visitors=40)
    assert figures["errors"] == []
    assert (figures["booked"], figures["in_database"], figures["double"]) == (1, 1, 0)
    assert figures["losses"] == 39
    assert figures["losses_without_offer"] == 0
    assert figures["http_5xx"] == 0


def test_every_slot_is_given_once(servers, odoo_database, bank):
    """X01: 40 visitors for 12 slots of one advisor: all twelve are booked, none twice."""
    slug, starts = bank(slots=12, later=4)
    figures = race(servers, odoo_database, slug, starts, visitors=40)
    assert figures["errors"] == []
    assert (figures["booked"], figures["in_database"], figures["double"]) == (12, 12, 0)
    assert figures["losses_without_offer"] == 0
    assert figures["http_5xx"] == 0


def test_daily_maximum_under_race(servers, odoo_database, bank):
    """A04, X01: with at most three a day, 30 visitors for 16 slots of one day get three; no error page."""
    slug, starts = bank(slots=16, max_per_day=3)
    figures = race(servers, odoo_database, slug, starts, visitors=30)
    assert figures["errors"] == []
    assert (figures["booked"], figures["in_database"], figures["double"]) == (3, 3, 0)
    assert figures["http_5xx"] == 0


def test_even_spread_under_race(servers, odoo_database, bank, connect):
    """A24, X01: 30 visitors at once for 8 hours of four advisors: none is ever ahead of another by more than one."""
    slug, starts = bank(advisors=4, slots=8, distribution="uniform")
    figures = race(servers, odoo_database, slug, starts, visitors=30)
    assert figures["errors"] == []
    assert figures["http_5xx"] == 0
    assert figures["double"] == 0
    assert figures["booked"] == figures["in_database"] >= 28
    with connect(), connect().cursor() as cursor:
        cursor.execute(
            """
            SELECT a.user_id
              FROM booking_appointment a
              JOIN booking_type t ON t.id = a.type_id
             WHERE t.slug = %s AND a.state = 'planned'
            """,
            [slug],
        )
        had = Counter(user_id for (user_id,) in cursor.fetchall())
    assert len(had) == 4
    assert max(had.values()) - min(had.values()) <= 1, had


def test_one_person_at_many_advisors(servers, bank, connect):
    """A37: twelve forms of one person for one hour, held with twelve advisors, sent at once: one is booked."""
    slug, starts = bank(slots=1, advisors=12)
    visitors = [Visitor(servers[number % 2].url) for number in range(12)]
    forms = [visitor.hold(visitor.open(f"/booking/{slug}"), starts[0]) for visitor in visitors]
    signal, answers = threading.Barrier(12), [None] * 12

    def send(number):
        # The half of them is known by the phone alone, the other by the e-mail alone: two people.
        email = "anne@example.com" if number % 2 else f"anne-{number}@example.com"
        phone = f"+336123456{number:02}" if number % 2 else "+33612345699"
        signal.wait()
        answers[number] = visitors[number].book(forms[number], email=email, phone=phone)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    booked = ["/booking/appointment/" in page.url for page in answers]
    assert [sum(booked[start::2]) for start in (0, 1)] == [1, 1]
    assert sorted(page.status for page in answers) == [200] * 2 + [409] * 10
    assert all("already have an appointment" in page.text for page in answers if page.status == 409)
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), (SELECT count(*) FROM res_partner WHERE email LIKE 'anne%%@example.com')"
            " FROM booking_appointment a JOIN booking_type t ON t.id = a.type_id"
            " WHERE a.state = 'planned' AND t.slug = %s",
            [slug],
        )
        assert cursor.fetchone() == (2, 2), "whoever was refused left no contact behind"


def test_hold_survives_a_restart(servers, odoo_database, bank):
    """A31: a slot that is held stays held while the server is restarted, and the form can still be sent."""
    slug, starts = bank(slots=2)
    with lab.servers(odoo_database) as (server,):
        visitor, other = Visitor(server.url), Visitor(server.url)
        form = visitor.hold(visitor.open(f"/booking/{slug}"), starts[0])
        server.stop()
        server.start()
        assert starts[0] not in other.open(f"/booking/{slug}").starts
        confirmation = visitor.book(form)
    assert confirmation.status == 200
    assert "/booking/appointment/" in confirmation.url


def test_kill_in_the_middle_of_bookings(servers, odoo_database, bank, connect):
    """X01, A31: kill -9 during 100 bookings leaves no half appointment and loses no confirmed one."""
    slug, starts = bank(slots=100)
    confirmed, stop = [], threading.Event()

    def book_until_stopped(server, mine):
        visitor = Visitor(server.url, timeout=60)
        for start in mine:
            while not stop.is_set():
                try:
                    page = visitor.open(f"/booking/{slug}?day={start[:10]}")
                    if start not in page.starts:
                        break  # the server died after it had booked or held it
                    page = visitor.book(visitor.hold(page, start), email=f"{start}@example.com".replace(":", ""))
                    if "/booking/appointment/" in page.url:
                        confirmed.append(page.url.rsplit("/", 1)[1])
                        break
                except (OSError, StopIteration):
                    # the server died under us: a visitor loads the page again
                    time.sleep(0.2)

    with lab.servers(odoo_database) as (server,):
        visitors = [
            threading.Thread(target=book_until_stopped, args=(server, starts[n::4]), daemon=True) for n in range(4)
        ]
        try:
            for visitor in visitors:
                visitor.start()
            for enough in (10, 30, 50):
                deadline = time.monotonic() + 120
                while len(confirmed) < enough and time.monotonic() < deadline:
                    time.sleep(0.05)
                server.kill()
                server.start()
            for visitor in visitors:
                visitor.join(timeout=300)
        finally:
            stop.set()

    assert len(confirmed) >= 50, "the kills hit while bookings were going on"
    with connect(), connect().cursor() as cursor:
        cursor.execute("SELECT access_token FROM booking_appointment WHERE state = 'planned'")
        planned = {token for (token,) in cursor.fetchall()}
        assert set(confirmed) <= planned, "whoever saw a confirmation has an appointment"
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE a.name = '/' OR a.partner_id IS NULL OR a.booker_email IS NULL),
                   count(*) FILTER (WHERE e.id IS NULL OR e.start != a.start OR e.stop != a.stop),
                   count(*) FILTER (WHERE (SELECT count(*) FROM booking_answer WHERE appointment_id = a.id) = 0),
                   count(*) FILTER (WHERE NOT EXISTS (
                       SELECT FROM booking_message m WHERE m.appointment_id = a.id AND m.event = 'booked'
                          AND m.recipient = 'booker' AND m.state IN ('queued', 'sent')))
              FROM booking_appointment a
         LEFT JOIN calendar_event e ON e.id = a.calendar_event_id
             WHERE a.state = 'planned'
               AND a.type_id = (SELECT id FROM booking_type WHERE slug = %s)
            """,
            [slug],
        )
        assert cursor.fetchone() == (0, 0, 0, 0), "contact, calendar entry, answers and e-mail came with each"
        cursor.execute(
            """
            SELECT count(*) FROM calendar_event e
             WHERE e.res_model = 'booking.appointment'
               AND NOT EXISTS (SELECT FROM booking_appointment a WHERE a.calendar_event_id = e.id)
            """
        )
        assert cursor.fetchone() == (0,), "no calendar entry without its appointment"


def test_confirmation_reaches_the_booker(odoo_server, smtp_peer, bank):
    """A34: the confirmation is delivered to the mail server after the booking, once, with the calendar entry."""
    slug, starts = bank(slots=1)
    visitor = Visitor(odoo_server.url)
    page = visitor.book(visitor.hold(visitor.open(f"/booking/{slug}"), starts[0]), email="told@example.com")
    assert page.status == 200
    deadline = time.monotonic() + 60
    while not (received := mails_to("told@example.com", smtp_peer)) and time.monotonic() < deadline:
        time.sleep(0.2)
    (message,) = received
    assert message["Subject"].startswith("Desk, ")
    (attachment,) = [part for part in message.walk() if part.get_filename() == "appointment.ics"]
    assert b"METHOD:REQUEST" in attachment.get_payload(decode=True)
    token = page.url.rsplit("/", 1)[1]
    texts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    assert any(token in text for text in texts)
