"""The browser for the tests: found on the machine, or installed with apt where we may."""

import os
import shutil
from pathlib import Path

from . import commands, console, places
from .errors import Problem

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> Path | None:
    return next((Path(path) for name in _NAMES if (path := shutil.which(name))), None)


def ensure() -> Path:
    """The browser; installed first if there is none and we are root. It is all that is installed outside the cache."""
    if found := find():
        return found
    if os.getuid() != 0 or not shutil.which("apt-get"):
        raise Problem("Browser tests need Chromium: install it (on Debian: apt-get install chromium).")
    log = places.log_file("chromium")
    with places.alone("chromium"), console.step("Installing Chromium"):
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
            commands.run(["apt-get", *arguments], doing="Installing Chromium", log=log, env=env)
    return find() or _missing(log)


def _missing(log: Path) -> Path:
    raise Problem(f"Chromium was installed but cannot be found (details: {log}).")
