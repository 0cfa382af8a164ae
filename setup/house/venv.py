"""Virtual environments made from the lock files, each in the cache under a name that tells its contents."""

import hashlib
import importlib.util
import os
import shutil
import sys
from pathlib import Path

from . import commands, console, debian, places
from .errors import Problem

REQUIREMENTS = places.SETUP / "requirements"


def lock_text(kind: str) -> str:
    return (REQUIREMENTS / f"{kind}.lock").read_text()


def ensure(kind: str) -> Path:
    """The folder of the environment with the packages of ``requirements/<kind>.lock``; made if need be."""
    version = "%d.%d.%d" % sys.version_info[:3]
    recipe = hashlib.sha256(f"{lock_text(kind)}{sys.executable}{version}".encode()).hexdigest()[:10]
    folder = places.cache("venv") / f"{kind}-{recipe}"
    if _complete(folder):
        return folder
    with places.alone(f"venv-{folder.name}"):
        if not _complete(folder):  # another process may have made it while we waited
            with console.step(f"Installing Python packages ({kind})"):
                _make(folder, kind)
    return folder


def python(folder: Path) -> Path:
    return folder / "bin" / "python"


def site_packages(folder: Path) -> Path:
    return folder / "lib" / ("python%d.%d" % sys.version_info[:2]) / "site-packages"


def _complete(folder: Path) -> bool:
    return (folder / "complete").exists()


def _make(folder: Path, kind: str) -> None:
    """Everything is written at its final place, because scripts carry that path; the marker comes last."""
    shutil.rmtree(folder, ignore_errors=True)
    log = places.log_file(f"pip-{kind}")
    pip = _environment_with_pip(folder, log)
    env = os.environ | pip | {"PIP_CACHE_DIR": str(places.cache("pip")), "TMPDIR": str(places.temporary())}
    env.pop("PIP_TARGET", None)
    env.pop("PIP_USER", None)
    commands.run(
        # The lock names every package there is to install, so pip has nothing to resolve.
        [python(folder), "-m", "pip", "install", "--no-deps", "--no-input", "--disable-pip-version-check",
         "--requirement", REQUIREMENTS / f"{kind}.lock"],
        doing="Installing Python packages",
        log=log,
        env=env,
    )  # fmt: skip
    (folder / "complete").touch()


def _environment_with_pip(folder: Path, log: Path) -> dict[str, str]:
    """Make an empty environment and return the variables under which its Python can run pip.

    Debian's Python comes without ``ensurepip`` until python3-venv is installed; then pip is borrowed from the package
    that python3-venv would have used.
    """
    make = [sys.executable, "-m", "venv", "--without-pip", folder]
    if importlib.util.find_spec("venv") is None:
        raise Problem("This Python lacks the module venv, which Debian has in the package python3.")
    if importlib.util.find_spec("ensurepip"):
        commands.run([*make[:3], folder], doing="Making a virtual environment", log=log)
        return {}
    commands.run(make, doing="Making a virtual environment", log=log)
    return {"PYTHONPATH": str(_borrowed_pip())}


def _borrowed_pip() -> Path:
    tree = places.cache("pip-wheel")
    pattern = "usr/share/python-wheels/pip-*.whl"
    if not any(tree.glob(pattern)):
        if not debian.available():
            raise Problem("This Python lacks the module ensurepip: install it (on Debian: python3-venv).")
        debian.unpack(["python3-pip-whl"], tree, doing="Fetching pip")
    return next(tree.glob(pattern))
