"""``./setup/test``: the test suite."""

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import chromium, commands, console, lab, places, runner, venv
from . import database as databases
from .errors import Problem
from .postgres import server


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="setup/test",
        description="Run the tests in a throwaway database. Everything else on the command line goes to pytest.",
        epilog="setup/test appointment_booking/tests/test_slots.py -k holiday",
        allow_abbrev=False,
    )
    parser.add_argument("--pure", action="store_true", help="only the tests of code that needs no Odoo (seconds)")
    options, rest = parser.parse_known_args(arguments)
    return _pure(rest) if options.pure else _whole(rest)


def _pure(arguments: Sequence[str]) -> int:
    python = venv.python(venv.ensure("pure"))
    paths = [] if _names_path(arguments) else [places.PROJECT / "tests" / "pure"]
    return _pytest(python, [*paths, *arguments], dict(os.environ))


def _whole(arguments: Sequence[str]) -> int:
    with server() as (postgres, _):
        engine = runner.prepared("test", postgres)
        _provide_browser()
        databases.sweep(engine)
        with databases.throwaway(engine, lab.template(engine, demo=False)) as name:
            env = engine.environment() | {"ODOO_RC": str(engine.configuration(name))}
            try:
                return _pytest(engine.python, ["--odoo-http", *arguments], env)
            finally:
                databases.sweep(engine)  # what tests did not live to drop themselves


def _pytest(python: Path, arguments: Sequence[str | Path], env: Mapping[str, str]) -> int:
    return commands.foreground([python, "-m", "pytest", *arguments], env=env, cwd=places.PROJECT)


def _provide_browser() -> None:
    try:
        chromium.ensure()
    except Problem as problem:
        console.say(f"{problem} They are skipped.")


def _names_path(arguments: Sequence[str]) -> bool:
    return any((places.PROJECT / argument.split("::")[0]).exists() for argument in arguments if argument[:1] != "-")
