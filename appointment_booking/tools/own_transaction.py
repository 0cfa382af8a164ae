"""A transaction beside that of the request. No Odoo."""

import random
import time

from psycopg2.pool import PoolError

PATIENCE = 5  # seconds


def own_cursor(database, patience=PATIENCE):
    """Return a cursor of its own, as ``registry.cursor()`` does; wait a moment where all connections are in use.

    A process of Odoo has ``db_maxconn`` connections, and refuses to give one more. A request has one already: when many
    come at the same moment, the second one is free again as soon as the first of them are done.

    :param database: the registry, or whatever else has a method ``cursor``
    :param patience: how many seconds to wait
    :raise PoolError: when no connection has become free by then
    """
    until = time.monotonic() + patience
    while True:
        try:
            return database.cursor()
        except PoolError:
            if time.monotonic() >= until:
                raise
            time.sleep(random.uniform(0.01, 0.05))
