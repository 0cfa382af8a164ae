"""Many visitors who want the same slots at the same moment, from several servers on one database."""

import random
import threading
import time
from collections import Counter

from house import lab

from .visitor import Visitor

LOADING_AT_ONCE = 16
CONFIRMED = """
    SELECT count(*)
      FROM booking_appointment a
      JOIN booking_type t ON t.id = a.type_id
     WHERE a.state = 'planned' AND t.slug = %s
"""
# Beside those that staff may make on purpose (C03), such as one of the demo bank.
DOUBLE = """
    SELECT count(*)
      FROM booking_appointment a
      JOIN booking_appointment b
        ON a.user_id = b.user_id AND a.id < b.id
       AND tsrange(a.start, a.busy_stop) && tsrange(b.start, b.busy_stop)
     WHERE a.state IN ('hold', 'planned', 'done') AND b.state IN ('hold', 'planned', 'done')
       AND NOT COALESCE(a.overbooked OR b.overbooked, FALSE)
"""


class Racer(threading.Thread):
    """A visitor who loads the page, waits for the signal, and then tries until booked or until nothing is on offer."""

    def __init__(self, number, url, slug, starts, signal, loading):
        super().__init__(daemon=True)
        self.visitor = Visitor(url)
        self.number, self.slug, self.starts = number, slug, starts
        self.signal, self.loading = signal, loading
        self.booked = False
        self.lost_without_offer = 0
        self.losses = 0
        self.error = None

    def run(self):
        try:
            with self.loading:
                page = self.visitor.open(f"/booking/{self.slug}?day={self.starts[0][:10]}")
            self.signal.wait()
            self._race(page)
        except threading.BrokenBarrierError:
            return  # another one could not even load the page, and says why
        except Exception as error:  # counted and shown at the end, as any other wrong answer
            self.error = error
            self.signal.abort()

    def _race(self, page):
        start = random.Random(self.number).choice(self.starts)
        while True:
            page = self.visitor.hold(page, start)
            if page.status == 200:
                page = self.visitor.book(page)
                self.booked = page.status == 200 and "/booking/appointment/" in page.url
                return
            self.losses += 1
            offers = [offer for offer in page.starts if offer in self.starts]
            if not page.starts:
                self.lost_without_offer += 1
            if not offers:
                return
            start = random.Random(self.number + self.losses).choice(offers)


def race(servers, database, slug, starts, visitors):
    """Let all visitors go at once; return the figures of this race."""
    for server in servers:
        Visitor(server.url).open(f"/booking/{slug}")  # a new server's first page takes long: it makes its style sheets
    signal, loading = threading.Barrier(visitors + 1), threading.Semaphore(LOADING_AT_ONCE)
    racers = [
        Racer(number, servers[number % len(servers)].url, slug, starts, signal, loading) for number in range(visitors)
    ]
    for racer in racers:
        racer.start()
    try:
        signal.wait()
    except threading.BrokenBarrierError:
        raise next(racer.error for racer in racers if racer.error) from None
    begin = time.perf_counter()
    for racer in racers:
        racer.join()
    seconds = time.perf_counter() - begin
    statuses = Counter(status for racer in racers for status in racer.visitor.statuses)
    with lab.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(CONFIRMED, [slug])
        (in_database,) = cursor.fetchone()
        cursor.execute(DOUBLE)
        (double,) = cursor.fetchone()
    return {
        "slots": len(starts),
        "booked": sum(racer.booked for racer in racers),
        "in_database": in_database,
        "double": double,
        "http_5xx": sum(count for status, count in statuses.items() if status >= 500),
        "errors": [repr(racer.error) for racer in racers if racer.error][:3],
        "losses": sum(racer.losses for racer in racers),
        "losses_without_offer": sum(racer.lost_without_offer for racer in racers),
        "statuses": dict(sorted(statuses.items())),
        "seconds": round(seconds, 2),
        "bookings_per_second": round(sum(racer.booked for racer in racers) / seconds, 1),
        "answers_per_second": round(sum(statuses.values()) / seconds, 1),
    }
