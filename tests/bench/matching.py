"""A partner's list of participants: 5,000 participants, 300 partners and 20 matching rules.

What is timed is all that the page asks the model: the first twenty whom the rules let the partner see, how many there
are, the columns, and the counters at the top; then a search, and when the partner and a participant are both free. The
caches of the ORM are cold each time; warm remains what a server keeps between requests.
"""

import argparse
import gc
import json
import random
import statistics
import time
from datetime import datetime, timedelta

from psycopg2.extras import execute_values

from house import console, lab

SIZES = ((100, 10, 2), (5000, 300, 20))  # participants, partners, rules
RUNS = 7
CITIES = ("Lyon", "Paris", "Lille", "Nantes", "Nice")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    results = {}
    with lab.database(modules=["appointment_business_meeting"]) as name, lab.environment(name) as env:
        for size in SIZES:
            participants, partners, rules = size
            with console.step(f"{participants:,} participants, {partners} partners, {rules} rules"):
                sponsor_ids = open_fair(env, *size)
                env.cr.commit()
                analyse(name)
            results[participants] = {"partners": partners, "rules": rules} | measure(env, sponsor_ids)
    print(f"A partner's list of participants; median of {RUNS}, caches cold")
    print(
        f"{'participants':>13}{'partners':>10}{'rules':>7}{'page ms':>9}{'queries':>9}{'search ms':>11}{'slots ms':>10}"
    )
    for participants, figures in results.items():
        print(
            f"{participants:>13,}{figures['partners']:>10}{figures['rules']:>7}{figures['ms']:>9}"
            f"{figures['queries']:>9}{figures['search_ms']:>11}{figures['slots_ms']:>10}"
        )
    if options.json:
        most = results[max(results)]
        print(json.dumps({"ms": most["ms"], "queries": most["queries"], "sizes": results}))


def open_fair(env, participants, partners, rules):
    """Create a fair of that size; return the ids of its partners."""
    dice = random.Random(participants)
    env = env(context={"tracking_disable": True, "mail_create_nolog": True, "lang": "en_US"})
    start = datetime.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=7)
    event = env["event.event"].create(
        {
            "name": f"Fair {participants}",
            "date_begin": start,
            "date_end": start + timedelta(days=2),
            "date_tz": "Europe/Paris",
            "meeting_enabled": True,
            "meeting_has_quota": True,
            "meeting_quota": 20,
            "event_mail_ids": [],
        }
    )
    env["business.meeting.slot"].create(
        [
            {
                "event_id": event.id,
                "start": start + timedelta(minutes=30 * number),
                "stop": start + timedelta(minutes=30 * number + 25),
            }
            for number in range(40)
        ]
    )
    levels = env["event.sponsor.type"].create([{"name": f"Level {number}"} for number in range(5)])
    companies = env["res.partner"].create([{"name": f"Company {n}", "is_company": True} for n in range(partners)])
    sponsors = env["event.sponsor"].create(
        [
            {"event_id": event.id, "partner_id": company.id, "sponsor_type_id": levels[number % 5].id}
            for number, company in enumerate(companies)
        ]
    )
    env["business.meeting.space"].create(
        [{"sponsor_id": sponsor.id, "name": f"Table {number}"} for sponsor in sponsors for number in range(2)]
    )
    env["business.meeting.rule"].create(
        [
            {
                "name": f"Rule {number}",
                "event_id": event.id,
                "sponsor_domain": str([("sponsor_type_id", "=", levels[number % 5].id)]),
                "participant_domain": str(
                    [
                        ("partner_id.city", "=", CITIES[number % 5]),
                        "|",
                        ("company_name", "ilike", f"{number}"),
                        ("partner_id.function", "!=", f"Job {number}"),
                    ]
                ),
            }
            for number in range(rules)
        ]
    )
    env.flush_all()
    add_registrations(env, event, participants, dice)
    return sponsors.ids


def add_registrations(env, event, participants, dice):
    """Insert contacts and registrations in SQL, since the ORM would take minutes."""
    rows = [
        (f"Person {number:05}", f"person-{number}@example.com", dice.choice(CITIES), f"Job {dice.randrange(20)}")
        for number in range(participants)
    ]
    ids = execute_values(
        env.cr._obj,
        "INSERT INTO res_partner (name, complete_name, email, email_normalized, city, function, active, type)"
        " VALUES %s RETURNING id",
        [(row[0], row[0], row[1], row[1], row[2], row[3]) for row in rows],
        "(%s, %s, %s, %s, %s, %s, true, 'contact')",
        fetch=True,
        page_size=participants,
    )
    env.cr.execute("UPDATE res_partner SET commercial_partner_id = id WHERE commercial_partner_id IS NULL")
    execute_values(
        env.cr._obj,
        "INSERT INTO event_registration (event_id, partner_id, name, email, company_name, state, active, barcode)"
        " VALUES %s",
        [
            (event.id, partner_id, row[0], row[1], f"Company {dice.randrange(500)}", f"{event.id}-{partner_id}")
            for (partner_id,), row in zip(ids, rows, strict=True)
        ],
        "(%s, %s, %s, %s, %s, 'open', true, %s)",
        page_size=participants,
    )


def analyse(name):
    """Do what autovacuum would do in a minute."""
    connection = lab.connect(name)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def measure(env, sponsor_ids):
    """Return what pages of several partners cost; the first run does not count."""
    pages, searches, slots = [], [], []
    for run in range(RUNS + 1):
        sponsor_id = sponsor_ids[run * 5 % len(sponsor_ids)]
        with env.registry.cursor() as cursor:
            fresh = env(cr=cursor, context={"lang": "en_US"})
            sponsor = fresh["event.sponsor"].browse(sponsor_id)
            gc.collect()
            before, start = cursor.sql_log_count, time.perf_counter()
            found, count = sponsor._search_meeting_participants(limit=20)
            table = sponsor._get_meeting_columns()._read(found)
            sponsor._get_meeting_counters()
            pages.append(((time.perf_counter() - start) * 1000, cursor.sql_log_count - before))
            assert count >= len(found) == len(table) > 0
            start = time.perf_counter()
            sponsor._search_meeting_participants("person 12", limit=20)
            searches.append((time.perf_counter() - start) * 1000)
            start = time.perf_counter()
            assert fresh["business.meeting"]._get_common_slots(sponsor, found[0])
            slots.append((time.perf_counter() - start) * 1000)
    milliseconds, queries = zip(*pages[1:], strict=True)
    return {
        "ms": round(statistics.median(milliseconds), 1),
        "queries": max(queries),
        "search_ms": round(statistics.median(searches[1:]), 1),
        "slots_ms": round(statistics.median(slots[1:]), 1),
    }


if __name__ == "__main__":
    main()
