"""Reminders of 100,000 appointments that come due in the same hour: finding them, and queueing their e-mails."""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

from house import console, lab

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.reminders import plan_reminders  # noqa: E402

USERS, EACH = 1000, 100
SAMPLE = 1000  # of which the e-mails are filled in and queued
RUNS = 5


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    with lab.database(modules=["appointment_booking"]) as name, lab.environment(name) as env:
        with console.step(f"{USERS * EACH:,} appointments"):
            plan_reminders(env, users=USERS, each=EACH)
            env.cr.commit()
            analyse(name)
        figures = measure(env)
    print(f"{USERS * EACH:,} reminders due in one hour; e-mails queued: the first {figures['sample']:,}")
    for key, value in figures.items():
        print(f"  {key:18}{value:>10,}")
    if options.json:
        print(json.dumps(figures))


def analyse(name):
    """Do what autovacuum would do in a minute."""
    connection = lab.connect(name)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def measure(env):
    from odoo import fields

    messages = env["booking.message"]
    times, found = [], 0
    for _run in range(RUNS):
        begin = time.perf_counter()
        env.cr.execute(messages._get_due_query(fields.Datetime.now(), USERS * EACH))
        found = len(env.cr.fetchall())
        times.append((time.perf_counter() - begin) * 1000)
    assert found == USERS * EACH, found
    done, queries, begin, cpu = 0, env.cr.sql_log_count, time.perf_counter(), time.process_time()
    while done < SAMPLE:
        messages._claim_due()
        env.cr.commit()
        while done < SAMPLE and (prepared := messages._prepare_some()):
            done += prepared
            env.cr.commit()
            env.invalidate_all()
    seconds, queries = time.perf_counter() - begin, env.cr.sql_log_count - queries
    cpu = time.process_time() - cpu
    env.cr.execute(
        "SELECT count(*), count(DISTINCT res_id) FROM mail_mail JOIN mail_message m ON m.id = mail_message_id"
    )
    assert env.cr.fetchone() == (done, done)
    return {
        "due_ms": round(statistics.median(times), 1),
        "per_second": round(done / seconds, 1),
        "cpu_ms_each": round(cpu * 1000 / done, 1),
        "queries_per_100": round(queries * 100 / done, 1),
        "sample": done,
    }


if __name__ == "__main__":
    main()
