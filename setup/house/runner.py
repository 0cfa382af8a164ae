"""Running Odoo: installing modules into a database, and serving one."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from . import commands, odoo_source, places, venv
from .errors import Problem
from .odoo_source import OdooSource
from .postgres import Postgres

LANGUAGES = ("en_US", "fr_FR")
_SOURCE_VARIABLE = "APPOINTMENT_ODOO_ROOT"
EXTRA_ADDONS_VARIABLE = "APPOINTMENT_EXTRA_ADDONS"


@dataclass(frozen=True)
class Odoo:
    """All that is needed to start Odoo.

    :param extra_addons: folders with addons besides Odoo's and this project's
    """

    python: Path
    source: OdooSource
    postgres: Postgres
    extra_addons: tuple[Path, ...] = ()

    @classmethod
    def current(cls) -> "Odoo":
        """The Odoo that a process started by one of the commands is to use, told by its environment."""
        if _SOURCE_VARIABLE not in os.environ:
            raise Problem("This is started by ./setup/test or ./setup/bench, which prepare what it needs.")
        variables = {name: value for name, value in os.environ.items() if name.startswith("PG")}
        programs = Path(shutil.which("psql") or "").parent
        extra = tuple(Path(path) for path in os.environ.get(EXTRA_ADDONS_VARIABLE, "").split(os.pathsep) if path)
        source = OdooSource(Path(os.environ[_SOURCE_VARIABLE]))
        return cls(Path(sys.executable), source, Postgres(variables, programs), extra)

    @property
    def data(self) -> Path:
        """Odoo's data folder: attachments of all databases, and sessions."""
        return places.cache("data")

    @property
    def addons_path(self) -> list[Path]:
        """Everything but ``odoo/addons``. A folder without an addon would be refused."""
        ours = [places.PROJECT] if own_addons() else []
        return [*self.source.addons, *ours, *self.extra_addons]

    def environment(self) -> dict[str, str]:
        """The variables for an Odoo process. Those named ``ODOO_*``, which Odoo takes for options, are left out."""
        inherited = {name: value for name, value in self.postgres.environment().items() if not name.startswith("ODOO_")}
        python_path = os.pathsep.join([str(self.source.root), str(places.SETUP)])
        own = {
            "PYTHONPATH": python_path,
            _SOURCE_VARIABLE: str(self.source.root),
            EXTRA_ADDONS_VARIABLE: os.pathsep.join(map(str, self.extra_addons)),
            "APPOINTMENT_CACHE": str(places.cache_path()),
            "TMPDIR": str(places.temporary()),
            "XDG_CACHE_HOME": str(places.cache("home", "cache")),
            "XDG_CONFIG_HOME": str(places.cache("home", "config")),
            # No number: Odoo then serves half as many requests at once as it has database connections. Unset, it takes
            # all that come, and answers with an error when the connections run out.
            "ODOO_MAX_HTTP_THREADS": "auto",
        }
        if not self.source.root.is_relative_to(places.cache_path()):
            own["PYTHONPYCACHEPREFIX"] = str(places.cache("bytecode"))  # write nothing into someone else's Odoo
        return inherited | own

    def configuration(self, database: str) -> Path:
        """Write the configuration file for one database; the connection comes from the ``PG*`` variables."""
        options = {
            "db_name": database,
            "list_db": "False",
            "addons_path": ",".join(map(str, self.addons_path)),
            "data_dir": self.data,
            "http_interface": "127.0.0.1",
            "screenshots": places.cache("screenshots"),
            "workers": 0,
            "limit_memory_hard": 0,  # a limit on address space would be inherited by browsers, which need a lot of it
            "limit_memory_soft": 0,
            # A demonstration must not write to the world: mail waits in the queue, where it can be read.
            "smtp_server": "127.0.0.1",
            "smtp_port": 9,
        }
        path = places.cache("configuration") / f"{database}.conf"
        path.write_text("[options]\n" + "".join(f"{name} = {value}\n" for name, value in options.items()))
        return path

    def command(self, database: str, *arguments: str | Path) -> list[str | Path]:
        return [self.python, "-m", "odoo", "server", "--config", self.configuration(database), *arguments]

    def install(self, database: str, modules: Sequence[str], *, demo: bool, watch: Callable[[str], None]) -> None:
        """Install modules, into a new database if there is none of that name."""
        languages = ",".join(LANGUAGES)
        options = ["--init", ",".join(modules), "--load-language", languages, *(["--with-demo"] if demo else [])]
        self._change_modules(database, options, "Installing " + _listed(modules), watch)

    def update(self, database: str, modules: Sequence[str], watch: Callable[[str], None]) -> None:
        """Update those modules that are installed, install those that are not."""
        options = ["--update", ",".join(modules), "--init", ",".join(modules)]
        self._change_modules(database, options, "Updating " + _listed(modules), watch)

    def _change_modules(self, database: str, options: list[str], doing: str, watch: Callable[[str], None]) -> None:
        log = places.log_file(f"install-{database}")

        def progress(line: str) -> None:
            if found := re.search(r"Loading module (\w+) \((\d+)/(\d+)\)", line):
                watch(f"{found[2]} of {found[3]} modules ({found[1]})")

        commands.run(
            self.command(database, *options, "--stop-after-init", "--no-http", "--max-cron-threads=0"),
            doing=doing,
            log=log,
            env=self.environment(),
            cwd=places.PROJECT,
            watch=progress,
        )
        self._check_log(doing, log)

    @staticmethod
    def _check_log(doing: str, log: Path) -> None:
        """Odoo ends well even when it left out a module or its demo data: its log tells."""
        text = log.read_text(errors="replace")
        for pattern in (r"Module (\w+) demo data failed to install", r"invalid module names, ignored: (.+)"):
            if found := re.search(pattern, text):
                raise Problem(f"{doing} failed: {found[0]} (details: {log}).")

    def serve(
        self,
        database: str,
        port: int,
        log: Path,
        *arguments: str,
        inherit: Sequence[int] = (),
        die_with_us: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start a server in a process group of its own.

        :param inherit: descriptors of locks that the server is to hold
        :param die_with_us: whether it must not outlive this process, whatever happens to it
        """
        binding = ["setpriv", "--pdeathsig", "KILL", "--"] if die_with_us else []
        with log.open("a") as output:
            return subprocess.Popen(
                [*binding, *self.command(database, "--http-port", str(port), *arguments)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.environment(),
                cwd=places.PROJECT,
                pass_fds=inherit,
                start_new_session=True,
            )


def prepared(kind: str, postgres: Postgres) -> Odoo:
    """Odoo with the packages of one of the lock files."""
    source = odoo_source.find()
    environment = venv.ensure(kind)
    odoo_source.complete_icons(source, venv.site_packages(environment))
    odoo_source.complete_scripts(source)
    return Odoo(venv.python(environment), source, postgres, (oca_addons("addons"),))


def with_more_addons(engine: Odoo) -> Odoo:
    """The same, with the OCA's addons that ours are compared with, and those they use where they are installed."""
    return replace(engine, extra_addons=(*engine.extra_addons, oca_addons("oca")))


def oca_addons(kind: str) -> Path:
    """The folder with the OCA's addons that one of the lock files names."""
    return venv.site_packages(venv.ensure(kind)) / "odoo" / "addons"


def own_addons() -> list[Path]:
    return sorted(manifest.parent for manifest in places.PROJECT.glob("*/__manifest__.py"))


def own_modules() -> list[str]:
    return [addon.name for addon in own_addons()]


def answers(url: str, timeout: float = 5) -> bool:
    """Whether a server answers there. What it answers does not matter, as long as it is no server error."""
    try:
        with urllib.request.urlopen(url, timeout=timeout):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def wait_for(url: str, process: subprocess.Popen[bytes], timeout: float = 120) -> bool:
    """Wait until the server answers; tell whether it did before it died or the time was up."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline and process.poll() is None:
        if answers(url):
            return True
        time.sleep(0.2)
    return False


def stop_group(leader: int, timeout: float = 15) -> None:
    """End a process group: politely, then not."""
    for signum, patience in ((signal.SIGTERM, timeout), (signal.SIGKILL, 5.0)):
        deadline = time.monotonic() + patience
        try:
            os.killpg(leader, signum)
            while time.monotonic() < deadline:
                _reap(leader)
                os.killpg(leader, 0)
                time.sleep(0.1)
        except ProcessLookupError:
            return


def _reap(child: int) -> None:
    try:
        os.waitpid(child, os.WNOHANG)
    except ChildProcessError:
        pass  # not ours: whoever started it does


def _listed(modules: Sequence[str]) -> str:
    return modules[0] if len(modules) == 1 else f"{len(modules)} modules"
