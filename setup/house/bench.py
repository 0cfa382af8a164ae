"""``./setup/bench``: run one of the benchmarks in ``tests/bench``."""

import argparse
import ast
from pathlib import Path

from . import commands, places, runner
from . import database as databases
from .errors import Problem
from .postgres import server


def main(arguments: list[str]) -> int:
    found = {path.stem: path for path in sorted(_folder().glob("[!_]*.py"))}
    parser = argparse.ArgumentParser(
        prog="setup/bench",
        description="Run a benchmark in throwaway databases. What follows its name goes to it, such as --json.",
        epilog="Benchmarks:\n" + "".join(f"  {name:12} {_summary(path)}\n" for name, path in found.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", nargs="?", help="which one; without it, they are listed")
    options, rest = parser.parse_known_args(arguments)
    if options.name is None:
        print(parser.format_help())
        return 0
    if options.name not in found:
        raise Problem(f"There is no benchmark {options.name}: there are {', '.join(found) or 'none yet'}.")
    return _run(found[options.name], rest)


def _run(script: Path, arguments: list[str]) -> int:
    with server() as (postgres, _):
        engine = runner.with_more_addons(runner.prepared("test", postgres))
        databases.sweep(engine)
        try:
            env = engine.environment()
            return commands.foreground([engine.python, script, *arguments], env=env, cwd=places.PROJECT)
        finally:
            databases.sweep(engine)


def _folder() -> Path:
    return places.PROJECT / "tests" / "bench"


def _summary(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n")[0]
