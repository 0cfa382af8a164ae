"""Databases: templates that are made once, copies that are made in seconds, and their attachments."""

import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from . import console, places, runner, venv
from .errors import Problem
from .postgres import quoted
from .runner import Odoo

_TEMPLATE = "appointment_template_"
_COPY = "appointment_copy_"
_TEMPLATES_KEPT = 6

# Parts of an addon that never reach the database: they are read from disk when they are needed.
_NOT_IN_DATABASE = {"controllers", "readme", "tests", "__pycache__", "README.rst", "README.md", "pyproject.toml"}


def exists(engine: Odoo, name: str) -> bool:
    return bool(engine.postgres.query(f"SELECT 1 FROM pg_database WHERE datname = {quoted(name)}"))


def in_use(engine: Odoo, name: str) -> bool:
    return bool(engine.postgres.query(f"SELECT 1 FROM pg_stat_activity WHERE datname = {quoted(name)} LIMIT 1"))


def drop(engine: Odoo, name: str) -> None:
    """Drop a database with its attachments, even while something is connected to it.

    Autovacuum cannot be sent away by a role that is no superuser; it goes by itself after a moment.
    """
    for patience in (1, 2, 4, 0):
        try:
            engine.postgres.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            break
        except Problem:
            if not patience:
                raise
            time.sleep(patience)
    shutil.rmtree(_filestore(engine, name), ignore_errors=True)
    (places.cache("configuration") / f"{name}.conf").unlink(missing_ok=True)


def rename(engine: Odoo, old: str, new: str) -> None:
    engine.postgres.query(f'ALTER DATABASE "{old}" RENAME TO "{new}"')
    if _filestore(engine, old).exists():
        _filestore(engine, old).rename(_filestore(engine, new))


def create(
    engine: Odoo,
    name: str,
    modules: Sequence[str],
    *,
    demo: bool,
    watch: Callable[[str], None],
    over: str | None = None,
    finish: Callable[[Odoo, str], None] | None = None,
) -> None:
    """Make a database with modules, on top of a template if that is given: all of it, or nothing."""
    partial = f"{name}_partial"
    drop(engine, partial)
    try:
        if over:
            copy(engine, over, partial)
        engine.install(partial, modules, demo=demo, watch=watch)
        if finish:
            finish(engine, partial)
        rename(engine, partial, name)
    except BaseException:
        with suppress(Problem):  # what went wrong first is what matters
            drop(engine, partial)
        raise


def copy(engine: Odoo, template: str, name: str) -> None:
    """Copy a database. Attachments never change once written, so their copies are links to the same files."""
    engine.postgres.query(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    if (source := _filestore(engine, template)).exists():
        shutil.copytree(source, _filestore(engine, name), copy_function=os.link)


def note(engine: Odoo, name: str) -> dict | None:
    """What this project has noted about a database of its own; nothing for somebody else's."""
    rows = engine.postgres.query(
        f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = {quoted(name)}"
    )
    try:
        return json.loads(rows[0][0])["appointment"]
    except (IndexError, KeyError, ValueError, TypeError):
        return None


def annotate(engine: Odoo, name: str, facts: dict) -> None:
    engine.postgres.query(f'COMMENT ON DATABASE "{name}" IS {quoted(json.dumps({"appointment": facts}))}')


def addons_digest() -> str:
    """Changes when something changes in our addons that a database has to be told of."""
    digest = hashlib.sha256()
    for addon in runner.own_addons():
        for path in sorted(addon.rglob("*")):
            inside = path.relative_to(addon)
            if (
                path.is_file()
                and not _NOT_IN_DATABASE.intersection(inside.parts)
                and inside.parts[:2] != ("static", "src")
            ):
                digest.update(f"{addon.name}/{inside}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def template(
    engine: Odoo,
    modules: Sequence[str],
    *,
    demo: bool,
    over: str | None = None,
    finish: Callable[[Odoo, str], None] | None = None,
) -> str:
    """The name of a database with these modules; made if need be, on top of another template if that is given.

    :param finish: what is done to it before it is copied
    """
    facts = [engine.source.identity, venv.lock_text("run"), ",".join(runner.LANGUAGES), over or "", str(demo), *modules]
    if finish:
        facts.append(f"{finish.__module__}.{finish.__qualname__}")
    if set(modules) & set(runner.own_modules()):
        facts.append(addons_digest())
    name = _TEMPLATE + hashlib.sha256("\n".join(facts).encode()).hexdigest()[:10]
    with places.alone(name) as lock:
        if not exists(engine, name):
            _discard_old_templates(engine, but=name)
            with console.step(
                f"Preparing a database with {len(modules)} modules{' and demo data' if demo else ''}"
            ) as step:
                create(engine, name, modules, demo=demo, over=over, watch=step.update, finish=finish)
                # PostgreSQL copies only databases that nobody is connected to.
                engine.postgres.query(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        os.utime(lock.path)
    return name


def _discard_old_templates(engine: Odoo, but: str) -> None:
    """Drop the templates that were not used for longest, sparing those that somebody is using."""
    rows = engine.postgres.query(f"SELECT datname FROM pg_database WHERE datname LIKE {quoted(_TEMPLATE + '%')}")
    names = [name for (name,) in rows if not name.endswith("_partial") and name != but]
    locks = {name: places.Lock(name) for name in names}
    newest_first = sorted(names, key=lambda name: locks[name].path.stat().st_mtime, reverse=True)
    for name in newest_first[_TEMPLATES_KEPT:]:
        if locks[name].try_exclusive():
            drop(engine, name)
            locks[name].path.unlink(missing_ok=True)
    for lock in locks.values():
        lock.close()


@contextmanager
def throwaway(engine: Odoo, source: str) -> Iterator[str]:
    """A copy of a template for the time of the block; its lock tells others that it is not litter."""
    name = _COPY + secrets.token_hex(5)
    lock = places.Lock(name)
    lock.exclusive()
    try:
        copy(engine, source, name)
        yield name
    finally:
        drop(engine, name)
        lock.path.unlink(missing_ok=True)
        lock.close()


def sweep(engine: Odoo) -> None:
    """Drop the copies whose owner died without doing it."""
    for path in places.cache("lock").glob(f"{_COPY}*"):
        lock = places.Lock(path.name)
        if lock.try_exclusive():
            drop(engine, path.name)
            path.unlink(missing_ok=True)
        lock.close()


def _filestore(engine: Odoo, name: str) -> Path:
    return engine.data / "filestore" / name
