"""Bookers who move their appointments at the same moment, on two servers and one database."""

import threading

import pytest
import requests

from house import lab

from .bank import open_bank
from .racing import DOUBLE
from .visitor import Visitor

COUNTS = """
    SELECT id, start, move_count, COALESCE(ics_sequence, 0), state
      FROM booking_appointment
     WHERE id = ANY(%s)
"""


@pytest.fixture
def odoo_database(servers):
    return servers[0].database


@pytest.fixture
def booked(odoo_database):
    """A function that opens the bank and books some of its slots: returns ``(slug, starts, {id: token})``."""

    def book(count, slots, **values):
        limits = {key: values.pop(key) for key in ("move_limit",) if key in values}
        with lab.environment(odoo_database) as env:
            booking_type, starts = open_bank(env, slots=slots, **values)
            booking_type.write({"move_notice": 0, **limits})
            tokens = {}
            for number, start in enumerate(starts[:count]):
                hold = env["booking.appointment"]._hold(
                    booking_type,
                    env["booking.journey"]._read_start(start),
                    reason=env["booking.reason"],
                    agency=env["booking.agency"],
                    visitor_key=f"{booking_type.slug}-{number}",
                )
                email = f"booker-{number}@{booking_type.slug}.example.com"
                hold._confirm({"last_name": f"Booker {number}", "email": email}, [])
                tokens[hold.id] = hold._portal_ensure_token()
            return booking_type.slug, starts, tokens

    return book


def at_once(*deeds):
    """Do all at the same moment; return their results in order."""
    signal, results = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(number, deed):
        signal.wait()
        try:
            results[number] = deed()
        except Exception as error:  # shown by the comparison at the end
            results[number] = error

    threads = [threading.Thread(target=run, args=entry, daemon=True) for entry in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def mover(server, token, was, start):
    """Return a function that sends the form of a move, and returns the status of the answer."""
    url, data = f"{server.url}/booking/appointment/{token}/move", {"was": was, "start": start, "tz": "UTC"}
    return lambda: requests.post(url, data=data, allow_redirects=False, timeout=300).status_code


def look(connect, tokens):
    """Return ``({id: (start, moves, sequence, state)}, double bookings)`` as the database has them."""
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute(COUNTS, [list(tokens)])
        found = {row[0]: (f"{row[1].isoformat()}Z", *row[2:]) for row in cursor.fetchall()}
        cursor.execute(DOUBLE)
        return found, cursor.fetchone()[0]


def warm(servers, slug):
    for server in servers:
        Visitor(server.url).open(f"/booking/{slug}")


def test_many_moves_to_one_slot(servers, booked, connect):
    """A52, X01: twelve appointments are moved to one slot: one gets it, eleven stay where they are and read so."""
    slug, starts, tokens = booked(12, slots=13)
    warm(servers, slug)
    movers = [
        mover(servers[number % 2], token, starts[number], starts[12]) for number, token in enumerate(tokens.values())
    ]
    statuses = at_once(*movers)
    assert sorted(statuses, key=str) == [303] + [409] * 11
    found, double = look(connect, tokens)
    assert double == 0
    for number, (appointment_id, status) in enumerate(zip(tokens, statuses, strict=True)):
        moved = status == 303
        assert found[appointment_id] == (starts[12] if moved else starts[number], int(moved), int(moved), "planned")


def test_moves_against_new_bookings(servers, booked, connect):
    """A52, X01: eight bookers move to a slot that eight new visitors want as well: one of all gets it."""
    slug, starts, tokens = booked(8, slots=9, later=4)
    warm(servers, slug)
    visitors = [Visitor(servers[number % 2].url) for number in range(8)]
    pages = [visitor.open(f"/booking/{slug}?day={starts[8][:10]}") for visitor in visitors]

    def holder(visitor, page):
        return lambda: visitor.hold(page, starts[8]).status

    statuses = at_once(
        *(mover(servers[n % 2], token, starts[n], starts[8]) for n, token in enumerate(tokens.values())),
        *(holder(visitor, page) for visitor, page in zip(visitors, pages, strict=True)),
    )
    won = [status for status in statuses if status in (200, 303)]
    assert (len(won), statuses.count(409)) == (1, 15), statuses
    found, double = look(connect, tokens)
    assert double == 0
    assert sum(moves for _start, moves, _sequence, _state in found.values()) == statuses.count(303)


def test_one_appointment_moved_twice_at_once(servers, booked, connect):
    """A50, A52: of six moves of one appointment at the same moment one is done, and counted once."""
    slug, starts, tokens = booked(1, slots=7, move_limit=1)
    ((appointment_id, token),) = tokens.items()
    warm(servers, slug)
    statuses = at_once(*(mover(servers[n % 2], token, starts[0], starts[n]) for n in range(1, 7)))
    # who comes second reads that it was moved meanwhile, or that it cannot be moved once more
    assert statuses.count(303) == 1
    assert set(statuses) <= {303, 403, 409}, statuses
    found, double = look(connect, tokens)
    assert double == 0
    assert found[appointment_id] == (starts[1 + statuses.index(303)], 1, 1, "planned")


def test_move_and_cancel_at_once(servers, booked, connect):
    """A51, A52: moved and cancelled at the same moment it is one or the other, never an error page."""
    slug, starts, tokens = booked(6, slots=12)
    warm(servers, slug)

    def canceller(token, was):
        url = f"{servers[1].url}/booking/appointment/{token}/cancel"
        return lambda: requests.post(url, data={"was": was}, allow_redirects=False, timeout=300).status_code

    deeds = []
    for number, token in enumerate(tokens.values()):
        deeds += [mover(servers[0], token, starts[number], starts[6 + number]), canceller(token, starts[number])]
    statuses = at_once(*deeds)
    assert set(statuses) <= {303, 409, 410}, statuses
    found, double = look(connect, tokens)
    assert double == 0
    for number, appointment_id in enumerate(tokens):
        moved, cancelled = (status == 303 for status in statuses[2 * number : 2 * number + 2])
        assert (found[appointment_id][3] == "cancelled") == cancelled
        assert found[appointment_id][1] == int(moved)
        assert moved or cancelled


def test_daily_maximum_under_moves(servers, odoo_database, booked, connect):
    """A04, A52: with at most one a day, of five who move to one day one gets there."""
    slug, starts, tokens = booked(5, slots=16, later=4)
    later = None
    with lab.environment(odoo_database) as env:
        booking_type = env["booking.type"].search([("slug", "=", slug)])
        booking_type.max_per_day = 1
        slots = env["booking.journey"]._read_start(starts[0])
        later = [
            f"{start.isoformat()}Z" for start in booking_type._get_slots(slots, slots.replace(year=slots.year + 1))
        ]
    later = [start for start in later if start[:10] > starts[-1][:10]]
    assert len(later) == 4
    warm(servers, slug)
    movers = [mover(servers[n % 2], token, starts[n], later[n % 4]) for n, token in enumerate(tokens.values())]
    statuses = at_once(*movers)
    assert sorted(statuses, key=str) == [303, 409, 409, 409, 409]
    found, double = look(connect, tokens)
    assert double == 0
    assert sum(start in later for start, *_rest in found.values()) == 1
