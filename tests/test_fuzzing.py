"""Every public and portal route withstands requests that no page would send."""

import itertools
import os

import pytest
from hypothesis import HealthCheck, given, settings

from house import lab

from .fuzz.answers import find_faults
from .fuzz.routes import find_routes
from .fuzz.shots import shots
from .fuzz.world import World

# How many requests each route gets. A thorough run sends 2,000: it takes hours, and is not for every change.
REQUESTS = int(os.environ.get("APPOINTMENT_FUZZ_REQUESTS", "25"))
REFILL = 100  # after so many, what they may have used up is there anew


@pytest.fixture(scope="module")
def world():
    with lab.database(demo=True) as name:
        with lab.servers(name, arguments=["--proxy-mode", "--max-cron-threads=0"]) as (server,):
            yield World(name, server)


@pytest.mark.parametrize("route", find_routes(), ids=str)
def test_route_withstands(world, route):
    """X04: no server error, nobody else's data, no injected header, calendar line or markup, whatever is sent.

    Reading changes nothing.
    """
    before = world.fingerprint()

    @settings(max_examples=REQUESTS, suppress_health_check=list(HealthCheck), database=None, deadline=None)
    @given(shots)
    def withstands(shot):
        if not route.reads_only and next(sent) % REFILL == REFILL - 1:
            world.refill_if_changed()
        answer = world.fire(route, shot)
        assert find_faults(answer, world.host) == [], f"{answer.request.method} {answer.request.url}"

    sent = itertools.count()
    withstands()
    if route.reads_only:
        assert world.fingerprint() == before
    else:
        world.refill_if_changed()
