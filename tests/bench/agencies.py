"""The choice of an agency among 500 with 2,000 advisors: what the model works out, and the whole page.

And the free slots of four weeks at each of the agencies, as those ask for who wait for any of them.

Each advisor keeps hours at one or two agencies and has some busy events and appointments in the next weeks. The caches
of the ORM and of the slot engine are cold each time, though a server would profit from them; what remains warm is what
it keeps between requests: the registry, Odoo's ormcache, PostgreSQL's pages.
"""

import argparse
import gc
import json
import random
import re
import statistics
import time
from datetime import date, datetime, timedelta

import requests
from psycopg2.extras import execute_values

from house import console, lab

TZ = "Europe/Paris"
SIZES = ((5, 20), (500, 2000))  # agencies, advisors
EVENTS = 20  # of each advisor, in the next four weeks
RUNS = 5


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    results = {}
    with lab.database(modules=["appointment_booking"]) as name:
        with lab.environment(name) as env:
            for agencies, advisors in SIZES:
                with console.step(f"{agencies} agencies, {advisors:,} advisors with {EVENTS} events each"):
                    slug, type_id = open_agencies(env, agencies, advisors)
                    env.cr.commit()
                    analyse(name)
                results[agencies] = {"advisors": advisors, "slug": slug} | time_model(env, type_id)
                results[agencies]["everywhere_ms"] = time_everywhere(env, type_id)
        with lab.servers(name) as (server,):
            for figures in results.values():
                figures["page_ms"], figures["page_kb"], figures["listed"] = time_page(server, figures.pop("slug"))
    print_table(results)
    if options.json:
        most = results[max(results)]
        print(json.dumps({"ms": most["ms"], "queries": most["queries"], "page_ms": most["page_ms"], "sizes": results}))


def open_agencies(env, agencies, advisors):
    """Create a published type with that many agencies and advisors; return its slug and id."""
    dice = random.Random(agencies)
    env = env(context={"tracking_disable": True, "no_reset_password": True, "mail_create_nolog": True})
    places = env["booking.agency"].create(
        [
            {
                "name": f"Agency {agencies}-{number:03}",
                "street": f"{number} High Street",
                "zip": f"{1000 + number * 78:05}",
                "city": f"Town {number}",
                "tz": TZ,
                "latitude": dice.uniform(43, 50),
                "longitude": dice.uniform(-1, 7),
                "postcodes": f"{1000 + number * 78:05}-{1077 + number * 78:05}",
            }
            for number in range(agencies)
        ]
    )
    users = add_users(env, agencies, advisors)
    booking_type = env["booking.type"].create(
        {
            "name": f"Bench {agencies}",
            "is_published": True,
            "tz": TZ,
            "geolocation": True,
            "agency_ids": [(6, 0, places.ids)],
            "advisor_ids": [(0, 0, {"user_id": user.id, "sequence": n}) for n, user in enumerate(users)],
        }
    )
    env["booking.availability"].create(
        [
            {
                "user_id": user.id,
                "agency_id": places[(number + more * 7) % agencies].id,
                "tz": TZ,
                **{
                    day: (number + rank + more) % 2 == 0 for rank, day in enumerate(("mon", "tue", "wed", "thu", "fri"))
                },
                "hours_ids": [
                    (0, 0, {"hour_from": 9 + number % 3 / 2, "hour_to": 12}),
                    (0, 0, {"hour_from": 14, "hour_to": 17 + number % 4 / 2}),
                ],
            }
            for number, user in enumerate(users)
            for more in range(1 + number % 2)
        ]
    )
    env.flush_all()
    add_events(env, users, dice)
    return booking_type.slug, booking_type.id


def add_users(env, agencies, advisors):
    """Create users, in SQL but for their contacts, since the ORM would take minutes."""
    partners = env["res.partner"].create([{"name": f"Advisor {number}", "tz": TZ} for number in range(advisors)])
    env.flush_all()
    ids = execute_values(
        env.cr._obj,
        "INSERT INTO res_users (partner_id, company_id, login, active, share, notification_type)"
        " VALUES %s RETURNING id",
        [(partner.id, f"advisor-{agencies}-{number}") for number, partner in enumerate(partners)],
        f"(%s, {env.company.id}, %s, true, false, 'email')",
        fetch=True,
        page_size=advisors,
    )
    return env["res.users"].browse([user_id for (user_id,) in ids])


def add_events(env, users, dice):
    """Insert busy events with the users as attendees, in SQL, since the ORM would take minutes."""
    monday = datetime.combine(date.today(), datetime.min.time())
    rows = []
    for user in users:
        for _event in range(EVENTS):
            start = monday + timedelta(days=dice.randrange(28), hours=dice.randrange(7, 16))
            rows.append((user.id, start, start + timedelta(minutes=30 * dice.randint(1, 3)), user.partner_id.id))
    ids = execute_values(
        env.cr._obj,
        "INSERT INTO calendar_event (name, user_id, start, stop, active, allday, show_as, privacy)"
        " VALUES %s RETURNING id",
        [row[:3] for row in rows],
        "('Meeting', %s, %s, %s, true, false, 'busy', 'public')",
        fetch=True,
        page_size=len(rows),
    )
    execute_values(
        env.cr._obj,
        "INSERT INTO calendar_attendee (event_id, partner_id, state) VALUES %s",
        [(event_id, row[3]) for (event_id,), row in zip(ids, rows, strict=True)],
        "(%s, %s, 'accepted')",
    )


def analyse(name):
    """Do what autovacuum would do in a minute."""
    connection = lab.connect(name)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def forget_engine():
    from odoo.addons.appointment_booking.engine import slots, wallclock, zones

    for module in (slots, wallclock, zones):
        for function in vars(module).values():
            if hasattr(function, "cache_clear"):
                function.cache_clear()


def time_model(env, type_id):
    """Return what the list costs from the address on; the first run does not count."""
    from odoo.tools.misc import get_lang

    runs = []
    for _run in range(RUNS + 1):
        forget_engine()
        with env.registry.cursor() as cursor:
            fresh = env(cr=cursor, context={"lang": "en_US"})
            get_lang(fresh)  # every page of the website has read it by then
            gc.collect()
            before, start = cursor.sql_log_count, time.perf_counter()
            journey = fresh["booking.journey"]
            choices = journey._read_choices(fresh["booking.type"].browse(type_id), {"at": "45.76,4.84"})
            places = journey._get_places(choices, "bench")
            runs.append(((time.perf_counter() - start) * 1000, cursor.sql_log_count - before))
            assert places.offers and places.offers[0].distance
    milliseconds, queries = zip(*runs[1:], strict=True)
    return {"ms": round(statistics.median(milliseconds), 1), "queries": max(queries)}


def time_everywhere(env, type_id):
    """Return how long it takes to find the free slots of four weeks at each agency; the first run does not count."""
    now, times = datetime.now(), []
    for _run in range(RUNS + 1):
        forget_engine()
        with env.registry.cursor() as cursor:
            booking_type = env(cr=cursor)["booking.type"].browse(type_id)
            agencies = booking_type.agency_ids
            gc.collect()
            start = time.perf_counter()
            slots = booking_type._get_slots_by_agency(now, now + timedelta(weeks=4), agencies=agencies)
            times.append((time.perf_counter() - start) * 1000)
            assert len(slots) == len(agencies) and any(slots.values())
    return round(statistics.median(times[1:]), 1)


def time_page(server, slug):
    """Return how long the page takes in milliseconds, its size in kB and how many agencies are on it."""
    session, times, page = requests.Session(), [], None
    for _run in range(RUNS + 1):
        start = time.perf_counter()
        page = session.get(f"{server.url}/booking/{slug}", timeout=60)
        times.append((time.perf_counter() - start) * 1000)
        page.raise_for_status()
    listed = len(re.findall('class="o_booking_choice_name"', page.text))
    return round(statistics.median(times[1:]), 1), round(len(page.content) / 1000), listed


def print_table(results):
    print(f"The choice of an agency: model with cold caches, page by HTTP; median of {RUNS}")
    print(
        f"{'agencies':>9}{'advisors':>10}{'model ms':>10}{'queries':>9}{'page ms':>9}{'page kB':>9}{'listed':>8}"
        f"{'everywhere ms':>15}"
    )
    for agencies, figures in results.items():
        print(
            f"{agencies:>9}{figures['advisors']:>10,}{figures['ms']:>10}{figures['queries']:>9}"
            f"{figures['page_ms']:>9}{figures['page_kb']:>9}{figures['listed']:>8}{figures['everywhere_ms']:>15}"
        )


if __name__ == "__main__":
    main()
