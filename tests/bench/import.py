"""Hours of 20,000 lines, checked and imported from a file, with the progress that a page would see meanwhile.

400 advisors have 50 lines each: weekly hours with a validity, dates and closed days, in 20 agencies. The file is read
and checked first, as on the page, then imported in one transaction, then imported again, which must change nothing.
"""

import argparse
import base64
import io
import json
import resource
import threading
import time
from datetime import date, timedelta
from typing import Any

from house import console, lab

LINES = 20000
ADVISORS = 400
AGENCIES = 20
LIMIT = 60  # seconds
KEY = "bench"
HEAD = "advisor;agency;kind;weekdays;dates;hours;valid from;valid until;types;note\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print a JSON object in the last line")
    parser.add_argument("--lines", type=int, default=LINES)
    options = parser.parse_args()
    with lab.database(modules=["appointment_booking"]) as name, lab.environment(name) as env:
        with console.step(f"{ADVISORS} advisors and {AGENCIES} agencies"):
            prepare(env)
        file = base64.b64encode(write(options.lines).encode()).decode()
        check, report, _seen = measure(env, name, "check_import", file)
        assert report["counts"]["new"] == options.lines, report["counts"]
        run, report, seen = measure(env, name, "run_import", file)
        assert report["done"], report["rows"][:5]
        again, report, _seen = measure(env, name, "run_import", file)
        assert report["counts"]["identical"] == options.lines, report["counts"]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        result = {"lines": options.lines, "check_s": check, "import_s": run, "again_s": again, "peak_mb": memory}
        result["progress_seen"] = len(seen)
        print(
            f"{options.lines} lines: checked in {check:.1f} s, imported in {run:.1f} s, again in {again:.1f} s; "
            f"{len(seen)} steps of progress seen from outside; {memory} MB at most."
        )
        assert run < LIMIT, f"The import took longer than {LIMIT} seconds."
        if options.json:
            print(json.dumps(result))


def prepare(env: Any) -> None:
    """Make whom and what the file names; no mail goes to them."""
    quiet = env["res.users"].with_context(no_reset_password=True, mail_create_nosubscribe=True)
    group = env.ref("appointment_booking.group_booking_advisor")
    quiet.create(
        [
            {
                "name": f"Advisor {number}",
                "login": f"advisor{number}",
                "email": f"advisor{number}@example.com",
                "tz": "Europe/Paris",
                "group_ids": [(6, 0, group.ids)],
            }
            for number in range(ADVISORS)
        ]
    )
    env["booking.agency"].create([{"name": f"Agency {number}", "tz": "Europe/Paris"} for number in range(AGENCIES)])
    env.cr.commit()


def write(lines: int) -> str:
    text = io.StringIO(HEAD)
    text.seek(0, io.SEEK_END)
    for line in range(lines):
        advisor, number = line % ADVISORS, line // ADVISORS
        agency, day = f"Agency {line % AGENCIES}", date(2027, 1, 4) + timedelta(days=7 * number)
        if number % 5 < 3:
            row = ["recurring", "mon-thu", "", "09:00-12:00 14:00-18:00", f"{day}", f"{day + timedelta(days=4)}"]
        elif number % 5 == 3:
            row = ["one-off", "", f"{day + timedelta(days=5)}", "9h-12h30", "", ""]
        else:
            row, agency = ["closed", "", f"{day}", "", "", ""], ""
        text.write(";".join([f"advisor{advisor}", agency, *row, "", "Bench"]) + "\n")
    return text.getvalue()


def measure(env: Any, database: str, method: str, file: str) -> tuple[float, dict[str, Any], set[int]]:
    """Return how long it takes, what it answers, and what another connection read of its progress meanwhile."""
    seen: set[int] = set()
    over = threading.Event()

    def watch() -> None:
        connection = lab.connect(database)
        connection.autocommit = True
        with connection.cursor() as cursor:
            while not over.wait(0.2):
                cursor.execute("SELECT done FROM booking_progress WHERE key = %s", [KEY])
                seen.update(row[0] for row in cursor.fetchall())
        connection.close()

    env.invalidate_all()
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        begin = time.perf_counter()
        report = getattr(env["booking.availability"], method)(file, KEY)
        env.cr.commit()
        return time.perf_counter() - begin, report, seen
    finally:
        over.set()
        watcher.join()


if __name__ == "__main__":
    main()
