"""Appointments are spread evenly also among visitors who book in the same moment: with real, parallel transactions."""

import threading
from collections import Counter
from datetime import datetime

from house import lab

from .bank import open_bank

VISITORS = 12


def book_at_once(env, booking_type, starts):
    """Let as many visitors as there are starts hold one each, all at the same moment; return the errors."""
    signal, errors = threading.Barrier(len(starts)), []

    def hold(number, start):
        try:
            # an environment of its own for each thread, as a server has one for each request
            with env.registry.cursor() as cursor:
                mine = env(cr=cursor)
                signal.wait()
                mine["booking.appointment"]._hold_in_own_transaction(
                    booking_type.with_env(mine),
                    datetime.strptime(start, "%Y-%m-%dT%H:%M:%SZ"),
                    reason=mine["booking.reason"],
                    agency=mine["booking.agency"],
                    visitor_key=str(number),
                )
        except Exception as error:
            errors.append(repr(error))

    visitors = [threading.Thread(target=hold, args=item) for item in enumerate(starts)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    return errors


def holds_by_advisor(name, booking_type_id):
    with lab.connect(name) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT user_id FROM booking_appointment WHERE type_id = %s", [booking_type_id])
        return Counter(user_id for (user_id,) in cursor.fetchall())


def test_holds_in_the_same_moment():
    """A24, X01: twelve visitors for twelve hours at which all three advisors are free: each advisor gets four."""
    with lab.database() as name, lab.environment(name) as env:
        booking_type, starts = open_bank(env, advisors=3, slots=VISITORS, distribution="uniform")
        env.cr.commit()
        assert book_at_once(env, booking_type, starts) == []
        assert sorted(holds_by_advisor(name, booking_type.id).values()) == [4, 4, 4]


def test_tolerance_in_the_same_moment():
    """A24, X01: a tolerance is kept as well, and no visitor is turned away for it."""
    with lab.database() as name, lab.environment(name) as env:
        booking_type, starts = open_bank(env, advisors=3, slots=VISITORS, distribution="uniform", uniform_tolerance=2)
        env.cr.commit()
        assert book_at_once(env, booking_type, starts) == []
        held = holds_by_advisor(name, booking_type.id)
        assert sum(held.values()) == VISITORS
        assert max(held.values()) - min(held.values()) <= 3
