"""Problems a person can act on, and how the commands end when they meet one."""

import errno
import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn


class Problem(Exception):
    """Something went wrong that one sentence explains."""


class Terminated(KeyboardInterrupt):
    """Somebody asked this process to end; unlike with Ctrl-C, its children were not asked."""


def enter(main: Callable[[list[str]], int]) -> NoReturn:
    """Run a command's ``main`` and end the process: with its result, or with one sentence on standard error."""
    os.umask(0o022)  # what root writes, PostgreSQL's unprivileged user has to read
    signal.signal(signal.SIGTERM, _terminate)
    try:
        status = main(sys.argv[1:])
    except Problem as problem:
        status = _complain(str(problem))
    except KeyboardInterrupt:
        status = _complain("Interrupted.", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # keeps Python from complaining at exit
        status = 141
    except OSError as error:
        status = _complain(sentence(error))
    sys.exit(status)


def sentence(error: OSError) -> str:
    """What an error of the operating system means to the person at the keyboard."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full()
    return f"{error.strerror or error}: {error.filename}." if error.filename else f"{error}."


def disk_full() -> str:
    from . import places

    return f"The disk is full: make room in {places.cache_path()} or name another cache folder with APPOINTMENT_CACHE."


def _complain(text: str, status: int = 1) -> int:
    print(text, file=sys.stderr, flush=True)
    return status


def _terminate(signum: int, frame: object) -> None:
    raise Terminated
