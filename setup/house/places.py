"""The two folders this project writes to, itself and one cache, and locks between processes that share the cache."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from . import console
from .errors import Problem

SETUP = Path(__file__).resolve().parents[1]
PROJECT = SETUP.parent


def cache_path() -> Path:
    """Where the cache is or will be: ``APPOINTMENT_CACHE``, else the user's cache folder.

    Root's own home is closed to others, but PostgreSQL, which refuses to run as root, must reach its files.
    """
    if named := os.environ.get("APPOINTMENT_CACHE"):
        return Path(named).expanduser().resolve()
    if os.getuid() == 0:
        return Path("/var/cache/appointment-suite")
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).resolve() / "appointment-suite"


def cache(*parts: str) -> Path:
    """A folder in the cache, made if need be."""
    folder = cache_path().joinpath(*parts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise Problem(
            f"The cache folder {cache_path()} cannot be written to: name another with APPOINTMENT_CACHE."
        ) from error
    return folder


def log_file(name: str) -> Path:
    return cache("log") / f"{name}.log"


def temporary() -> Path:
    return cache("tmp")


class Lock:
    """A lock on a file of the cache. It is held as long as its descriptor is open in any process, and never longer."""

    def __init__(self, name: str) -> None:
        self.path = cache("lock") / name
        self._file: IO[str] = self.path.open("a")

    def try_exclusive(self) -> bool:
        return self._try(fcntl.LOCK_EX)

    def exclusive(self) -> None:
        if not self.try_exclusive():
            console.say(f"(waiting for another process of this project: {self.path.name})")
            fcntl.flock(self._file, fcntl.LOCK_EX)

    def shared(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def descriptor(self) -> int:
        """For a child process that is to go on holding the lock."""
        return self._file.fileno()

    def close(self) -> None:
        self._file.close()

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def alone(name: str) -> Iterator[Lock]:
    """Do something in one process at a time."""
    lock = Lock(name)
    try:
        lock.exclusive()
        yield lock
    finally:
        lock.close()
