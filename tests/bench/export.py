"""The export of 50,000 appointments as CSV, XLSX and XML: how long it takes, and by how much memory grows at most."""

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path

from house import console, lab

ROWS, USERS = 50_000, 50


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    figures = {"rows": ROWS}
    with lab.database(modules=["appointment_booking"]) as name:
        with lab.environment(name) as env, console.step(f"{ROWS:,} appointments"):
            add_appointments(env)
        for kind in ("csv", "xlsx", "xml"):
            # A process of its own: the highest memory of a process never falls.
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                figures |= pool.apply(export, (name, kind))
    print(f"Export of {ROWS:,} appointments")
    for kind in ("csv", "xlsx", "xml"):
        seconds, grown, size = (figures[f"{kind}_{what}"] for what in ("s", "mb", "file_mb"))
        print(f"  {kind:6}{seconds:>8} s{grown:>8} MB of memory{size:>8} MB file")
    if options.json:
        print(json.dumps(figures))


def add_appointments(env):
    env = env(context={"tracking_disable": True, "no_reset_password": True})
    users = env["res.users"].create([{"name": f"Advisor {n}", "login": f"advisor-{n}"} for n in range(USERS)])
    agency = env["booking.agency"].create({"name": "Lyon"})
    booking_type = env["booking.type"].create({"name": "Advice", "agency_ids": [(6, 0, agency.ids)]})
    env.flush_all()
    env.cr.execute(
        """
        INSERT INTO booking_appointment (name, state, company_id, type_id, agency_id, channel, user_id, start, stop,
                                         busy_stop, gap, booker_name, booker_email, booker_phone, create_uid,
                                         create_date, access_token)
        SELECT 'A' || n, 'done', %s, %s, %s, 'in_person', (%s::int[])[n %% %s + 1], start, start + interval '30 min',
               start + interval '30 min', 0, 'Booker ' || n, 'booker' || n || '@example.com', '+3361234' || n, 1,
               start - interval '5 days', md5(n::text)
          FROM (SELECT n, TIMESTAMP '2025-01-01' + n / %s * interval '1 hour' AS start
                  FROM GENERATE_SERIES(0, %s - 1) n) one
        """,
        [env.company.id, booking_type.id, agency.id, users.ids, USERS, USERS, ROWS],
    )


def export(name, kind):
    """Return what one export takes, in this process."""
    with lab.environment(name) as env, tempfile.TemporaryFile() as file:
        env = env(user=env.ref("base.user_admin"), context={"lang": "en_US", "tz": "Europe/Paris"})
        appointments = env["booking.appointment"]
        few = appointments._find_listed([], None, None, 1000)
        with tempfile.TemporaryFile() as warm:
            few._export(kind, warm)
        env.invalidate_all()
        before, begin = peak(), time.perf_counter()
        listed = appointments._find_listed([], "start desc")
        assert len(listed) == ROWS
        listed._export(kind, file)
        seconds, grown = time.perf_counter() - begin, peak() - before
        size = file.seek(0, 2)
    return {
        f"{kind}_s": round(seconds, 2),
        f"{kind}_mb": round(grown / 1024, 1),
        f"{kind}_file_mb": round(size / 2**20, 1),
    }


def peak():
    """Return the highest memory of this process so far, in kB; Linux can forget what was before."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
