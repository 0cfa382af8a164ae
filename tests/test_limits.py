"""Limits per person and against abuse hold with real, parallel transactions on two servers."""

import threading
from datetime import timedelta

import pytest

from house import lab

from .bank import open_bank
from .visitor import Visitor

VISITORS = 10
PLANNED = """
    SELECT count(*)
      FROM booking_appointment a
      JOIN booking_type t ON t.id = a.type_id
     WHERE a.state = 'planned' AND t.slug = %s
"""


@pytest.fixture
def odoo_database(servers):
    return servers[0].database


def at_once(deeds):
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


def open_limited(database, **values):
    """Open the bank with a limit per person; return ``(slug, starts)``, an hour for each visitor."""
    with lab.environment(database) as env:
        booking_type, starts = open_bank(env, slots=VISITORS, advisors=2)
        env["booking.restriction"].create({"type_id": booking_type.id, "kind": "count", **values})
        return booking_type.slug, starts


def book_at_once(servers, slug, starts, answers):
    """Hold an hour each, then send all forms at the same moment; return the pages."""
    visitors = [Visitor(servers[number % 2].url) for number in range(len(starts))]
    forms = [
        visitor.hold(visitor.open(f"/booking/{slug}?day={start[:10]}"), start)
        for visitor, start in zip(visitors, starts, strict=True)
    ]
    assert {form.status for form in forms} == {200}
    return at_once(
        [
            lambda visitor=visitor, form=form, number=number: visitor.book(form, **answers(number))
            for number, (visitor, form) in enumerate(zip(visitors, forms, strict=True))
        ]
    )


def count_planned(connect, slug):
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute(PLANNED, [slug])
        return cursor.fetchone()[0]


def test_one_appointment_of_one_person(servers, odoo_database, connect):
    """A70, X01: ten forms of one person for ten hours, sent at once: one is booked, nine read why not."""
    slug, starts = open_limited(odoo_database, period="upcoming", max_count=1)
    pages = book_at_once(servers, slug, starts, lambda _number: {"email": "one@example.com", "phone": "+33612345600"})
    assert sorted(page.status for page in pages) == [200] + [409] * (VISITORS - 1)
    assert all("Nothing is booked" in page.text for page in pages if page.status == 409)
    assert count_planned(connect, slug) == 1


def test_three_appointments_of_one_person_in_a_month(servers, odoo_database, connect):
    """A70, X01: with three in any thirty days, ten forms at once book three, whichever of e-mail and phone is typed."""
    slug, starts = open_limited(odoo_database, period="rolling", days=30, max_count=3)
    with lab.environment(odoo_database) as env:
        # By this contact the e-mail and the phone are one person's.
        env["res.partner"].create({"name": "Anne Martin", "email": "anne@example.com", "phone": "+33612345699"})

    def answers(number):
        known, other = ("anne@example.com", f"+336123456{number:02}"), (f"anne-{number}@example.com", "+33612345699")
        email, phone = known if number % 2 else other
        return {"email": email, "phone": phone}

    pages = book_at_once(servers, slug, starts, answers)
    assert sorted(page.status for page in pages) == [200] * 3 + [409] * (VISITORS - 3)
    assert count_planned(connect, slug) == 3


def test_other_people_are_not_kept_waiting(servers, odoo_database, connect):
    """A70: ten people at once under the same limit all get their hour."""
    slug, starts = open_limited(odoo_database, period="upcoming", max_count=1)

    def answers(number):
        return {"email": f"person-{number}@example.com", "phone": f"+336123450{number:02}"}

    pages = book_at_once(servers, slug, starts, answers)
    assert {page.status for page in pages} == {200}
    assert count_planned(connect, slug) == VISITORS


def test_deeds_count_for_all_servers(servers, odoo_database, connect):
    """A71: what was done at one server counts at the other: six slots asked for in turns, three are held."""
    slug, starts = open_limited(odoo_database, period="upcoming", max_count=1)
    with lab.environment(odoo_database) as env:
        env["ir.config_parameter"].set_param("appointment_booking.limit_hold", "3")
        env["booking.rate.limit"].search([]).unlink()  # what other tests did from this machine
    statuses = []
    for number, start in enumerate(starts[:6]):
        visitor = Visitor(servers[number % 2].url)
        statuses.append(visitor.hold(visitor.open(f"/booking/{slug}"), start).status)
    assert statuses == [200] * 3 + [429] * 3


def test_old_deeds_go(odoo_database):
    """A71: two connections see each other's deeds at once, and what is old is deleted."""
    hour = timedelta(hours=1)
    with lab.environment(odoo_database) as one, one.registry.cursor() as cursor:
        two = one(cr=cursor)
        assert [env["booking.rate.limit"]._allow("try", "192.0.2.1", 2, hour) for env in (one, two, one)] == [
            True,
            True,
            False,
        ]
        assert two["booking.rate.limit"]._is_spent("try", "192.0.2.1", 2, hour)
        one.cr.execute("UPDATE booking_rate_limit SET done_at = done_at - INTERVAL '3 days'")
        one["booking.rate.limit"]._gc_deeds()
        assert one["booking.rate.limit"].search_count([("deed", "=", "try")]) == 0


def test_index_for_what_a_person_has(odoo_database, connect):
    """A70: of two hundred thousand appointments of one type, those of a person are found by indexes."""
    slug, _starts = open_limited(odoo_database, period="year", max_count=1)
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            """
            ALTER TABLE booking_appointment DISABLE TRIGGER USER;
            INSERT INTO booking_appointment
                   (name, state, company_id, type_id, user_id, start, stop, busy_stop, gap, booker_email, booker_phone,
                    one_at_a_time)
            SELECT 'X' || n, 'planned', t.company_id, t.id, a.user_id, moment, moment + INTERVAL '1 minute',
                   moment + INTERVAL '1 minute', 0, 'person-' || n || '@example.com', '+336' || n, false
              FROM generate_series(1, 200000) n,
                   LATERAL (SELECT TIMESTAMP '2030-01-01' + n * INTERVAL '2 minutes' AS moment) m,
                   booking_type t,
                   LATERAL (SELECT user_id FROM booking_advisor WHERE type_id = t.id LIMIT 1) a
             WHERE t.slug = %s;
            ANALYZE booking_appointment
            """,
            [slug],
        )
        connection.commit()
    with lab.environment(odoo_database) as env:
        from odoo.tools import SQL

        appointments = env["booking.appointment"]
        booking_type = env["booking.type"].search([("slug", "=", slug)])
        person = appointments._as_person({"person-7@example.com"}, {"+3367"}, env["res.partner"])
        assert len(appointments._load_of_person(booking_type, person, env.cr.now())) == 1
        query = appointments._person_query(booking_type, person, env.cr.now())
        env.cr.execute(SQL("EXPLAIN %s", query))
        plan = "\n".join(line for (line,) in env.cr.fetchall())
        assert "Seq Scan on booking_appointment" not in plan, plan
        assert "booker_email" in plan and "booker_phone" in plan, plan
