"""``./setup/run``: from nothing to a running Odoo with the addons, and back."""

import argparse
import errno
import json
import re
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from . import chromium, console, places, postgres, runner
from . import database as databases
from .errors import Problem
from .runner import Odoo


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    site = _Site(options.database)
    if options.stop:
        return _stop(site)
    if options.with_browser:
        chromium.ensure()
    digest = databases.addons_digest()
    if not site.acquire():
        running = site.running()
        demo = not options.without_demo
        if running.demo != demo and not options.reset:
            raise _other_contents(site.database, running.demo)
        if options.reset or running.digest != digest:
            console.say("Stopping the server, to start it anew.")
            site.stop()
        elif options.port not in (None, running.port):
            raise Problem(
                f"The database {site.database} is already served on port {running.port}: "
                "stop it with --stop, or choose another database with --database."
            )
        else:
            print(f"Odoo is already running on {running.url} (database {site.database}).")
            return 0
    _start(site, options, digest)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="setup/run",
        description="Start Odoo 19 with the appointment addons and a bank's demo data. Fetches what it needs.",
        epilog="ODOO_PATH names an Odoo 19 to use; PGHOST, PGPORT, PGUSER, PGPASSWORD a PostgreSQL; "
        f"APPOINTMENT_CACHE the one folder that is written to besides this project (now {places.cache_path()}).",
    )
    parser.add_argument("--port", type=_port, help="where Odoo listens (default: 8069)")
    parser.add_argument("--database", type=_database, default="appointment", help="its name (default: %(default)s)")
    parser.add_argument("--without-demo", action="store_true", help="start with empty addons")
    parser.add_argument("--with-browser", action="store_true", help="as root, also install Chromium for browser tests")
    parser.add_argument("--reset", action="store_true", help="throw the database away and begin again")
    parser.add_argument("--stop", action="store_true", help="stop the server that an earlier call started")
    return parser


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is no port")
    return int(text)


def _database(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", text):
        raise argparse.ArgumentTypeError("a database is named with a-z, 0-9, _ and -, at most 40 of them")
    return text


@dataclass(frozen=True)
class _Running:
    """What is known of a server that was started."""

    process: int
    port: int
    project: str
    digest: str
    demo: bool

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"


class _Site:
    """A database that is being prepared or served: by whoever holds its lock, which the server inherits from us."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.lock = places.Lock(f"site-{database}")
        self._state = places.cache("site") / f"{database}.json"

    def acquire(self) -> bool:
        """Take the site, unless a server has it."""
        if not self.lock.try_exclusive():
            return False
        self._state.unlink(missing_ok=True)
        return True

    def running(self) -> _Running:
        if not self._state.exists():
            raise Problem(f"Another process is preparing the database {self.database}: wait for it to finish.")
        running = _Running(**json.loads(self._state.read_text()))
        if running.project != str(places.PROJECT):
            raise Problem(
                f"The database {self.database} is in use, served from {running.project}: "
                "stop it there, or choose others with --database and --port."
            )
        return running

    def record(self, running: _Running) -> None:
        self._state.write_text(json.dumps(asdict(running)))

    def stop(self) -> None:
        """Stop the server and take the site over."""
        runner.stop_group(self.running().process)
        self.lock.exclusive()
        self._state.unlink(missing_ok=True)


def _stop(site: _Site) -> int:
    if site.acquire():
        print(f"No server of this project runs on the database {site.database}.")
        return 0
    site.stop()
    postgres.stop_unless_used()
    print("Stopped.")
    return 0


def _start(site: _Site, options: argparse.Namespace, digest: str) -> None:
    port = options.port or 8069
    demo = not options.without_demo
    _check_port(port)
    with postgres.server() as (cluster, users):
        engine = runner.prepared("run", cluster)
        _prepare(engine, site.database, digest, demo=demo, reset=options.reset)
        log = places.log_file(f"odoo-{site.database}")
        log.unlink(missing_ok=True)
        locks = [lock.descriptor() for lock in (site.lock, users) if lock]
        _set_address(engine, site.database, port)
        with console.step("Starting Odoo"):
            process = engine.serve(site.database, port, log, inherit=locks)
            running = _Running(process.pid, port, str(places.PROJECT), digest, demo)
            try:
                site.record(running)
                if not runner.wait_for(f"{running.url}/web/login", process):
                    raise Problem(f"Odoo did not start (details: {log}).")
            except BaseException:
                runner.stop_group(process.pid)
                raise
        _tell(engine, site.database, running, log)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            fault = "taken by another program" if error.errno == errno.EADDRINUSE else "not allowed to you"
            raise Problem(f"Port {port} is {fault}: choose another with --port.") from error


def _prepare(engine: Odoo, name: str, digest: str, *, demo: bool, reset: bool) -> None:
    """Bring the database to the state of the addons on disk."""
    facts = databases.note(engine, name)
    if databases.exists(engine, name):
        if facts is None:
            raise Problem(f"The database {name} was not made by this project: choose another with --database.")
        if (reset or facts["digest"] != digest) and databases.in_use(engine, name):
            raise Problem(f"The database {name} is in use: close what is connected to it, or choose another.")
        if reset:
            databases.drop(engine, name)
        elif facts["demo"] != demo:
            raise _other_contents(name, facts["demo"])
    modules = runner.own_modules()
    if not databases.exists(engine, name):
        with console.step(f"Installing {', '.join(modules)}") as step:
            databases.create(engine, name, modules, demo=demo, watch=step.update)
    elif facts and facts["digest"] != digest:
        with console.step("Updating the addons") as step:
            engine.update(name, modules, watch=step.update)
    databases.annotate(engine, name, {"digest": digest, "demo": demo})


def _set_address(engine: Odoo, database: str, port: int) -> None:
    """Make links in messages lead to this server: Odoo learns its address only once an administrator logs in."""
    engine.postgres.query(
        f"UPDATE ir_config_parameter SET value = 'http://localhost:{port}'"
        " WHERE key = 'web.base.url' AND value LIKE 'http://localhost:%'",
        database,
    )


def _other_contents(database: str, demo: bool) -> Problem:
    has, wanted = ("demo data", "without") if demo else ("no demo data", "with it")
    return Problem(f"The database {database} has {has}: add --reset to make it {wanted}, or choose another.")


def _tell(engine: Odoo, database: str, running: _Running, log: Path) -> None:
    print(f"""\
Odoo is running (database {database}, log {log}).

  {running.url}/booking       what a visitor sees
  {running.url}/my/meetings   what exhibitors and participants of a fair see
  {running.url}/odoo          the back office

Log in as""")
    for login, person in [("admin", "administrator"), *_demo_users(engine, database)]:
        print(f"  {login:24} {person}")
    print("The password is the login. Stop with ./setup/run --stop.", flush=True)


def _demo_users(engine: Odoo, database: str) -> list[list[str]]:
    """Some people of the addons' demo data, in the order they were written down."""
    modules = ", ".join(postgres.quoted(name) for name in runner.own_modules())
    return engine.postgres.query(
        "SELECT u.login, p.name FROM ir_model_data d JOIN res_users u ON u.id = d.res_id"
        " JOIN res_partner p ON p.id = u.partner_id"
        f" WHERE d.model = 'res.users' AND d.module IN ({modules}) AND u.active ORDER BY d.id LIMIT 5",
        database,
    )
