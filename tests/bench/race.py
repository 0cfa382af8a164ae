"""Two servers, 200 visitors for one slot, then 200 visitors for 50 slots: who gets one, and how fast."""

import argparse
import json
import sys
from pathlib import Path

from house import lab

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bank import open_bank  # noqa: E402
from tests.racing import race  # noqa: E402

VISITORS = 200


def run(races):
    """Return ``{name: figures}``; each race has a database and two servers of its own.

    Beside the slots that all want there are some three weeks later: every loser must be shown the next free ones.

    :param races: list of ``(name, slots that the visitors want)``
    """
    results = {}
    for name, slots in races:
        with lab.database() as database:
            with lab.environment(database) as env:
                booking_type, starts = open_bank(env, slots=slots, later=16)
                slug = booking_type.slug
            with lab.servers(database, count=2) as servers:
                results[name] = race(servers, database, slug, starts, VISITORS)
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    results = run([("one_slot", 1), ("fifty_slots", 50)])
    for name, figures in results.items():
        print(f"{name}: {VISITORS} visitors, 2 servers")
        for key, value in figures.items():
            print(f"  {key:22} {value}")
    if options.json:
        summary = {
            "booked": [figures["booked"] for figures in results.values()],
            "double": sum(figures["double"] for figures in results.values()),
            "losses_without_offer": sum(figures["losses_without_offer"] for figures in results.values()),
            "http_5xx": sum(figures["http_5xx"] for figures in results.values()),
            "bookings_per_second": results["fifty_slots"]["bookings_per_second"],
        }
        print(json.dumps(summary | results))


if __name__ == "__main__":
    main()
