"""``./setup/package``: the addons as wheels, for an Odoo that exists."""

import argparse

from . import commands, console, places, runner, venv


def main(arguments: list[str]) -> int:
    argparse.ArgumentParser(prog="setup/package", description="Build each addon's wheel into dist/.").parse_args(
        arguments
    )
    target = places.PROJECT / "dist"
    python = venv.python(venv.ensure("style"))
    build = f"from whool.buildapi import build_wheel; build_wheel({str(target)!r})"
    target.mkdir(exist_ok=True)
    for addon in runner.own_addons():
        with console.step(f"Building {addon.name}"):
            commands.run(
                [python, "-c", build],
                doing=f"Building {addon.name}",
                log=places.log_file("package"),
                cwd=addon,
            )
    print(f"The wheels are in {target}.")
    return 0
