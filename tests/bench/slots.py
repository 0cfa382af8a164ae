"""Free slots of four weeks, computed by this project and by OCA's resource_booking from the same data.

Advisors work from Monday to Friday, 9 to 12 and 14 to 18 in Paris, and have 100 busy events each in the 40 days from
next Monday on. Both are asked for the starts of all free slots of 30 minutes in 28 days; the answers must be the same.
Each time, the caches of the ORM are cold, and so are those of this project's engine, though a server would profit from
them. What remains warm is what a server keeps between requests: the registry, Odoo's ormcache, PostgreSQL's pages.
"""

import argparse
import gc
import json
import random
import statistics
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import pytz
from psycopg2.extras import execute_values

from house import console, lab

TZ = "Europe/Paris"
HOURS = ((9, 12), (14, 18))
SLOT = 30  # minutes
DAYS = 28
EVENTS = 100  # of each advisor
EVENT_DAYS = 40
SIZES = (1, 10, 50)
MANY = 1000
RUNS = 5


class Result(NamedTuple):
    """What asking for the slots costs, and how many there are."""

    ms: float
    queries: int
    slots: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print a JSON object in the last line")
    options = parser.parse_args()
    with lab.database(modules=["appointment_booking", "resource_booking"]) as name, lab.environment(name) as env:
        ours, theirs = measure(env)
    print_table(ours, theirs)
    if options.json:
        print(json.dumps(summary(ours, theirs)))


def measure(env: Any) -> tuple[dict[int, Result], dict[int, Result]]:
    """Return the results of both by the number of advisors. With the most, theirs is that of the second most."""
    data = Data(env)
    ours: dict[int, Result] = {}
    theirs: dict[int, Result] = {}
    most = max(SIZES)
    with console.step(f"{most} advisors with {EVENTS} events each"):
        data.add_advisors(most)
        for size in SIZES:
            us, them = Timer(env, data.our_question(size)), Timer(env, data.their_question(size))
            data.commit()
            ours[size], theirs[size] = take_turns(us, them)
            compare(size, us.starts, them.starts)
    with console.step(f"{MANY:,} advisors"):
        data.add_advisors(MANY)
        us = Timer(env, data.our_question(MANY))
        data.commit()
        # Theirs once more, with 50 still: what the machine is busy with now must not count for one of them only.
        ours[MANY], theirs[MANY] = take_turns(us, them)
    return ours, theirs


def take_turns(*timers: "Timer") -> list[Result]:
    # What the other one left behind is cleared away before this one's time, not in it. The rest of the heap is frozen:
    # to walk through all of it empties the processor's caches, which no server does before it answers.
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        for _run in range(RUNS + 1):
            for timer in timers:
                gc.collect()
                timer.run()
    finally:
        gc.enable()
        gc.unfreeze()
    return [timer.result() for timer in timers]


def next_monday() -> datetime:
    """The beginning of next week on the advisors' clocks."""
    today = date.today()
    monday = today + timedelta(days=7 - today.weekday())
    return pytz.timezone(TZ).localize(datetime.combine(monday, datetime.min.time()))


def compare(size: int, ours: set[datetime], theirs: set[datetime]) -> None:
    """Both must have found the same starts: events begin and end where slots do, so there is no room for opinions."""
    if ours != theirs:
        only_ours, only_theirs = sorted(ours - theirs), sorted(theirs - ours)
        raise SystemExit(
            f"The slots of {size} advisors differ: {len(only_ours)} only here (as {only_ours[:3]}), "
            f"{len(only_theirs)} only there (as {only_theirs[:3]})."
        )


class Timer:
    """Asks a question again and again, each time in a transaction of its own, with cold caches.

    The first time does not count: it fills what a server keeps between requests.
    """

    def __init__(self, env: Any, ask: Callable[[Any], set[datetime]]) -> None:
        self._env = env
        self._ask = ask
        self._runs: list[tuple[float, int]] = []
        self.starts: set[datetime] = set()

    def run(self) -> None:
        forget_engine()
        with self._env.registry.cursor() as cursor:
            env = self._env(cr=cursor, context={"tz": TZ})
            env.invalidate_all()
            before, start = cursor.sql_log_count, time.perf_counter()
            self.starts = self._ask(env)
            self._runs.append(((time.perf_counter() - start) * 1000, cursor.sql_log_count - before))

    def result(self) -> Result:
        milliseconds, queries = zip(*self._runs[1:], strict=True)
        return Result(round(statistics.median(milliseconds), 2), max(queries), len(self.starts))


def forget_engine() -> None:
    """Empty the caches of this project's engine."""
    from odoo.addons.appointment_booking.engine import slots, wallclock, zones

    for module in (slots, wallclock, zones):
        for function in vars(module).values():
            if hasattr(function, "cache_clear"):
                function.cache_clear()


class Data:
    """Advisors with events, and the types that the first of them take, for this project and for OCA's module."""

    def __init__(self, env: Any) -> None:
        self._env = env(context={"tz": TZ, "tracking_disable": True, "no_reset_password": True})
        self._start = next_monday()
        self._random = random.Random(20)
        self._calendar = self._env["resource.calendar"].create(
            {
                "name": "Bench",
                "tz": TZ,
                "attendance_ids": [
                    (0, 0, {"name": "Hours", "dayofweek": str(day), "hour_from": low, "hour_to": high})
                    for day in range(5)
                    for low, high in HOURS
                ],
            }
        )
        self._users: list[int] = []

    def commit(self) -> None:
        """Commit, and do what autovacuum would do in a minute."""
        self._env.flush_all()
        self._env.cr.commit()
        connection = lab.connect(self._env.cr.dbname)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        connection.close()

    def add_advisors(self, total: int) -> None:
        """Complete the advisors to a number."""
        users = self._env["res.users"].create(
            [
                {"name": f"Advisor {number}", "login": f"advisor{number}", "tz": TZ}
                for number in range(len(self._users), total)
            ]
        )
        self._users += users.ids
        self._env["booking.availability"].create(
            [
                {
                    "user_id": user.id,
                    "tz": TZ,
                    "hours_ids": [(0, 0, {"hour_from": low, "hour_to": high}) for low, high in HOURS],
                }
                for user in users
            ]
        )
        self._env.flush_all()
        self._add_events(users)

    def _add_events(self, users: Any) -> None:
        """Insert events with the users as organisers and attendees, in SQL, since the ORM would take minutes."""
        events = [(user.id, user.partner_id.id, *self._event_times()) for user in users for _event in range(EVENTS)]
        cr = self._env.cr
        ids = execute_values(
            cr._obj,
            """
            INSERT INTO calendar_event (name, user_id, start, stop, duration, active, allday, show_as, privacy)
                 VALUES %s RETURNING id
            """,
            [(user_id, start, stop) for user_id, _partner_id, start, stop in events],
            "('Meeting', %s, %s, %s, 0.5, true, false, 'busy', 'public')",
            fetch=True,
            page_size=len(events),
        )
        attendees = [(event_id, event[1]) for (event_id,), event in zip(ids, events, strict=True)]
        execute_values(
            cr._obj,
            "INSERT INTO calendar_event_res_partner_rel (calendar_event_id, res_partner_id) VALUES %s",
            attendees,
        )
        execute_values(
            cr._obj,
            "INSERT INTO calendar_attendee (event_id, partner_id, state) VALUES %s",
            attendees,
            "(%s, %s, 'accepted')",
        )

    def _event_times(self) -> tuple[datetime, datetime]:
        """A start within the hours of work, and an end 30 to 90 minutes later, in UTC."""
        while True:
            day = self._start.date() + timedelta(days=self._random.randrange(EVENT_DAYS))
            if day.weekday() < 5:
                break
        low, high = self._random.choices(HOURS, weights=[high - low for low, high in HOURS])[0]
        minutes = self._random.randrange(low * 60, high * 60, SLOT)
        start = pytz.timezone(TZ).localize(datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes))
        start = start.astimezone(pytz.utc).replace(tzinfo=None)
        return start, start + timedelta(minutes=SLOT * self._random.randint(1, 3))

    def our_question(self, size: int) -> Callable[[Any], set[datetime]]:
        booking_type = self._env["booking.type"].create(
            {
                "name": f"Bench {size}",
                "tz": TZ,
                "duration": SLOT,
                "slot_step": SLOT,
                "min_notice": 0,
                "channel": "phone",
                "advisor_ids": [(0, 0, {"user_id": user_id}) for user_id in self._users[:size]],
            }
        )
        start, stop = (at.astimezone(pytz.utc).replace(tzinfo=None) for at in self._period())

        def ask(env):
            return set(env["booking.type"].browse(booking_type.id)._get_slots(start, stop))

        return ask

    def their_question(self, size: int) -> Callable[[Any], set[datetime]]:
        resources = self._env["resource.resource"].create(
            [
                {"name": "Resource", "resource_type": "user", "user_id": user_id, "calendar_id": self._calendar.id}
                for user_id in self._users[:size]
            ]
        )
        booking_type = self._env["resource.booking.type"].create(
            {
                "name": f"Bench {size}",
                "resource_calendar_id": self._calendar.id,
                "duration": SLOT / 60,
                "slot_duration": SLOT / 60,
                "modifications_deadline": 0,
                "combination_rel_ids": [
                    (0, 0, {"combination_id": combination.id})
                    for combination in self._env["resource.booking.combination"].create(
                        [{"resource_ids": [(6, 0, resource.ids)]} for resource in resources]
                    )
                ],
            }
        )
        booking = self._env["resource.booking"].create(
            {"type_id": booking_type.id, "partner_ids": [(6, 0, self._env.user.partner_id.ids)]}
        )

        start, stop = self._period()

        def ask(env):
            days = env["resource.booking"].browse(booking.id)._get_available_slots(start, stop)
            return {at.astimezone(pytz.utc).replace(tzinfo=None) for starts in days.values() for at in starts}

        return ask

    def _period(self) -> tuple[datetime, datetime]:
        """From when to when slots are asked for, on the advisors' clocks."""
        last = self._start.replace(tzinfo=None) + timedelta(days=DAYS)
        return self._start, pytz.timezone(TZ).localize(last)


def summary(ours: dict[int, Result], theirs: dict[int, Result]) -> dict[str, Any]:
    most = max(SIZES)
    return {
        "ratio_50": round(ours[most].ms / theirs[most].ms, 4),
        "queries": max(result.queries for result in ours.values()),
        "queries_1": ours[1].queries,
        "queries_50": ours[most].queries,
        "ms_1000": ours[MANY].ms,
        "ratio_1000": round(ours[MANY].ms / theirs[MANY].ms, 4),
        "sizes": {size: {"ours": ours[size]._asdict(), "resource_booking": theirs[size]._asdict()} for size in ours},
    }


def print_table(ours: dict[int, Result], theirs: dict[int, Result]) -> None:
    print(
        f"Free slots of {SLOT} minutes in {DAYS} days, {EVENTS} events of each advisor; cold caches, median of {RUNS}"
    )
    print(f"{'appointment_booking':>37}{'OCA resource_booking':>38}")
    print(f"{'advisors':>9}{'ms':>12}{'queries':>8}{'slots':>8}" * 2 + f"{'ratio':>9}")
    for size, us in ours.items():
        them, their_size = theirs[size], min(size, max(SIZES))
        print(
            f"{size:>9,}{us.ms:>12,.1f}{us.queries:>8}{us.slots:>8}"
            f"{their_size:>9,}{them.ms:>12,.1f}{them.queries:>8}{them.slots:>8}{us.ms / them.ms:>9.2%}"
        )


if __name__ == "__main__":
    main()
