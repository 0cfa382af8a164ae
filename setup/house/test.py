"""``./setup/test``: the test suite."""

import argparse
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from . import chromium, commands, console, lab, places, runner, shards, venv
from . import database as databases
from .errors import Problem
from .postgres import server

# Each has a server, often a browser and a second server: more of them want more memory than most machines have. They
# wait for each other a third of the time, so that there is one more of them than processors.
_MOST_PROCESSES = 4


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="setup/test",
        description="Run the tests in a throwaway database. Everything else on the command line goes to pytest.",
        epilog="setup/test appointment_booking/tests/test_slots.py -k holiday",
        allow_abbrev=False,
    )
    parser.add_argument("--pure", action="store_true", help="only the tests of code that needs no Odoo (seconds)")
    parser.add_argument(
        "--processes",
        type=int,
        metavar="N",
        help="test in so many processes; otherwise in one if paths are named, else one more than processors (up to 4)",
    )
    options, rest = parser.parse_known_args(arguments)
    if options.pure:
        return _pure(rest)
    processes = 1 if _names_path(rest) else min((os.cpu_count() or 1) + 1, _MOST_PROCESSES)
    return _whole(rest, options.processes or processes)


def _pure(arguments: Sequence[str]) -> int:
    python = venv.python(venv.ensure("pure"))
    paths = [] if _names_path(arguments) else [places.PROJECT / "tests" / "pure"]
    return _pytest(python, [*paths, *arguments], dict(os.environ))


def _whole(arguments: Sequence[str], processes: int) -> int:
    with server() as (postgres, _):
        engine = runner.with_more_addons(runner.prepared("test", postgres))
        _provide_browser()
        databases.sweep(engine)
        template = _templates(engine, all_of_them=processes > 1)
        with ExitStack() as stack:
            names = [stack.enter_context(databases.throwaway(engine, template)) for _process in range(processes)]
            configurations = [str(engine.configuration(name)) for name in names]
            env = engine.environment() | {"ODOO_RC": configurations[0]}
            options = ["--odoo-http"]
            if processes > 1:
                env[shards.CONFIGURATIONS] = os.pathsep.join(configurations)
                # A file stays together: its tests share servers, browsers and databases.
                how = ["--dist", "loadfile", "--no-loadscope-reorder"]
                options += ["-p", shards.__name__, "--numprocesses", str(processes), *how]
            try:
                return _pytest(engine.python, [*options, *arguments], env)
            finally:
                databases.sweep(engine)  # what tests did not live to drop themselves


def _templates(engine: runner.Odoo, *, all_of_them: bool) -> str:
    """The name of the template for Odoo's own test cases.

    :param all_of_them: whether to make the one with demo data as well, at the same time: otherwise all processes would
        begin by waiting for it
    """
    with ThreadPoolExecutor() as both:
        demo = both.submit(lab.template, engine, demo=True) if all_of_them else None
        template = lab.template(engine, demo=False)
        if demo:
            demo.result()
    return template


def _pytest(python: Path, arguments: Sequence[str | Path], env: Mapping[str, str]) -> int:
    return commands.foreground([python, "-m", "pytest", *arguments], env=env, cwd=places.PROJECT)


def _provide_browser() -> None:
    try:
        chromium.ensure()
    except Problem as problem:
        console.say(f"{problem} They are skipped.")


def _names_path(arguments: Sequence[str]) -> bool:
    return any((places.PROJECT / argument.split("::")[0]).exists() for argument in arguments if argument[:1] != "-")
