"""Throwaway databases and servers, for the test suite, for tests that need a real server, and for benchmarks.

Used inside a process that ``./setup/test`` or ``./setup/bench`` started::

    from house import lab

    with lab.database(demo=True) as name:                       # a fresh copy, dropped at the end
        with lab.servers(name, count=2) as (one, two):          # two Odoo server processes on it
            urllib.request.urlopen(one.url + "/booking")
            one.kill()                                          # kill -9
            one.start()                                         # and up again, on the same port
        with lab.connect(name) as connection: ...               # psycopg2
        with lab.environment(name) as env: ...                  # Odoo's env in this process, as superuser
"""

import ast
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import bundles, places, postgres, runner
from . import database as databases
from .errors import Problem
from .runner import Odoo

if TYPE_CHECKING:
    import psycopg2.extensions

# Beyond what our addons depend on: the tests show that time off makes an advisor busy, and send SMS through Twilio.
_MODULES_FOR_TESTS = ("hr_holidays", "sms_twilio")


class Server:
    """An Odoo server process on a database. It dies with the process that made it."""

    def __init__(
        self, engine: Odoo, database: str, smtp_port: int | None = None, arguments: Sequence[str] = ()
    ) -> None:
        self.database = database
        self.port = postgres.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = places.log_file(f"server-{database}-{self.port}")
        self._engine = engine
        self._arguments = list(arguments)
        if smtp_port:
            self._arguments += ["--smtp", "127.0.0.1", "--smtp-port", str(smtp_port)]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, timeout: float = 120) -> None:
        """Start, and return when it answers."""
        self.process = self._engine.serve(self.database, self.port, self.log, *self._arguments, die_with_us=True)
        if not runner.wait_for(f"{self.url}/web/login", self.process, timeout):
            self.kill()
            raise Problem(f"An Odoo server did not start: {self.log}.\n{_tail(self.log)}")

    def stop(self) -> None:
        """End it as an administrator would."""
        if self.process:
            runner.stop_group(self.process.pid)
            self.process.wait()
            self.process = None

    def kill(self) -> None:
        """kill -9, in the middle of whatever it does."""
        if self.process:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
            self.process = None


@contextmanager
def database(*, demo: bool = False, modules: Sequence[str] | None = None) -> Iterator[str]:
    """The name of a fresh database with our addons, or with just these modules; dropped at the end."""
    engine = Odoo.current()
    with databases.throwaway(engine, template(engine, demo=demo, modules=modules)) as name:
        yield name


def install(database: str, *modules: str) -> None:
    """Install modules that ours do not depend on, such as those of the OCA that they use where they are there."""
    Odoo.current().install(database, modules, demo=False, watch=lambda _progress: None)


@contextmanager
def servers(
    database: str, count: int = 1, smtp_port: int | None = None, arguments: Sequence[str] = ()
) -> Iterator[list[Server]]:
    """Some Odoo server processes on one database. Only the first runs scheduled actions, so that tests can tell when.

    :param smtp_port: where they deliver mail on this machine; otherwise mail finds no server
    :param arguments: more options for Odoo, such as ``--max-cron-threads=0``
    """
    engine = Odoo.current()
    with ExitStack() as stack:
        started = []
        for number in range(count):
            server = Server(engine, database, smtp_port, [*arguments, *(["--max-cron-threads=0"] if number else [])])
            stack.callback(server.kill)
            server.start()
            started.append(server)
        yield started


def dsn(database: str) -> str:
    """A connection string; where the server is comes from the ``PG*`` variables."""
    return f"dbname={database}"


def connect(database: str) -> "psycopg2.extensions.connection":
    import psycopg2

    return psycopg2.connect(dsn(database))


@contextmanager
def environment(database: str) -> Iterator[Any]:
    """Odoo's ``env`` of the superuser on a database, in this process. Committed at the end, rolled back on an error.

    Servers on the same database are told of what they have in their caches.
    """
    import odoo.api
    import odoo.modules.registry
    import odoo.sql_db
    import odoo.tools

    config = odoo.tools.config
    # In the test suite pytest-odoo has read it, for a database of its own: it is not ours to change there.
    if not config["db_name"]:
        configuration = Odoo.current().configuration(database)
        config.parse_config(["--config", str(configuration), "--log-level", "error"], setup_logging=True)
    testing, config["test_enable"] = config["test_enable"], False  # loading a registry would run its modules' tests
    try:
        registry = odoo.modules.registry.Registry(database)
    finally:
        config["test_enable"] = testing
    try:
        with registry.cursor() as cursor:
            yield odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {})
        registry.signal_changes()
    finally:
        odoo.sql_db.close_db(database)


def template(engine: Odoo, *, demo: bool, modules: Sequence[str] | None = None) -> str:
    """The template with the modules, on top of the one with only Odoo's own modules, which changes rarely."""
    base = databases.template(engine, base_modules(), demo=demo)
    wanted = list(runner.own_modules() if modules is None else modules)
    return databases.template(engine, wanted, demo=demo, over=base, finish=bundles.prepare) if wanted else base


def base_modules() -> list[str]:
    """Odoo's modules that our addons depend on, and those that only the tests need."""
    needed = set(_MODULES_FOR_TESTS)
    for addon in runner.own_addons():
        needed.update(ast.literal_eval((addon / "__manifest__.py").read_text())["depends"])
    return sorted(needed.difference(runner.own_modules()))


def chromium() -> Path | None:
    """The browser for tests, if there is one."""
    from .chromium import find

    return find()


def _tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
