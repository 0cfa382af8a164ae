"""Debian packages fetched and unpacked without the system's package manager noticing.

A private apt folder inside the cache, with the machine's own Debian archive as its source but the suite we want.
Nothing is installed: packages are unpacked where we say.
"""

import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import commands, places
from .errors import Problem

_SUITE = "unstable"
_STABLE_NAMES = {"stable", "oldstable", "oldoldstable", "testing", "unstable", "sid"}


def available() -> bool:
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb") and _archive())


def unpack(packages: Sequence[str], target: Path, doing: str) -> None:
    """Download packages and unpack them all into one tree."""
    home = places.cache("apt")
    with places.alone("apt"):
        downloads = places.cache("apt", "downloads")
        try:
            options = _private_apt(home)
            log = places.log_file("apt")
            commands.run(["apt-get", *options, "update"], doing=doing, log=log)
            commands.run(["apt-get", *options, "download", *packages], doing=doing, log=log, cwd=downloads)
            for package in sorted(downloads.glob("*.deb")):
                commands.run(["dpkg-deb", "-x", package, target], doing=doing, log=log)
        finally:
            shutil.rmtree(downloads, ignore_errors=True)


def _private_apt(home: Path) -> list[str]:
    archive = _archive()
    if archive is None:
        raise Problem("The sources of apt on this machine name no Debian archive to fetch packages from.")
    sources = places.cache("apt", "sources")
    for part in ("lists/partial", "cache/archives/partial"):
        (home / part).mkdir(parents=True, exist_ok=True)
    (home / "status").touch()
    fields = archive | {"types": "deb", "suites": _SUITE, "components": "main"}
    (sources / "debian.sources").write_text("".join(f"{name}: {value}\n" for name, value in fields.items()))
    settings = {
        "Dir::Etc::SourceList": "/dev/null",
        "Dir::Etc::SourceParts": sources,
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "Dir::State::Lists": home / "lists",
        "Dir::State::status": home / "status",
        "Dir::Cache": home / "cache",
        "APT::Sandbox::User": "root",  # no change of user: the folder is ours alone
        "APT::Update::Error-Mode": "any",  # else an unreachable archive is only a warning
        "Acquire::Languages": "none",
        "Acquire::Retries": "2",
    }
    return [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]


def _archive() -> dict[str, str] | None:
    """The fields of the entry of apt's sources that names Debian's main archive: where it is, what signs it."""
    suites = _STABLE_NAMES | {_codename()}
    for entry in _entries(Path("/etc/apt")):
        if (
            "deb" in entry.get("types", "").split()
            and entry.get("enabled", "yes") != "no"
            and "main" in entry.get("components", "").split()
            and suites.intersection(entry.get("suites", "").split())
        ):
            return {name: value for name, value in entry.items() if name in _KEPT}
    return None


_KEPT = {"uris", "signed-by", "trusted", "check-valid-until", "allow-insecure"}


def _codename() -> str:
    release = Path("/etc/os-release")
    text = release.read_text() if release.exists() else ""
    if not re.search(r"^ID=\"?debian\"?$", text, re.M):
        return ""
    found = re.search(r"^VERSION_CODENAME=\"?(\w+)", text, re.M)
    return found[1] if found else ""


def _entries(etc: Path) -> Iterator[dict[str, str]]:
    """Each entry of apt's sources, in either of its two formats, as fields with lower-case names."""
    parts = etc / "sources.list.d"
    for path in sorted(parts.glob("*.sources")):
        for stanza in re.split(r"\n[ \t]*\n", path.read_text()):
            lines = [line for line in stanza.splitlines() if not line.startswith("#")]
            folded = re.sub(r"\n(?=[ \t])", "\0", "\n".join(lines))  # a value goes on in the lines that are indented
            pairs = (line.split(":", 1) for line in folded.splitlines() if ":" in line)
            yield {name.strip().lower(): value.strip().replace("\0", "\n") for name, value in pairs}
    for path in [etc / "sources.list", *sorted(parts.glob("*.list"))]:
        for line in path.read_text().splitlines() if path.exists() else ():
            found = re.match(r"(deb)\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)\s+([^#]+)", line.strip())
            if found:
                kind, options, uri, suite, components = found.groups()
                fields = dict(option.split("=", 1) for option in (options or "").split() if "=" in option)
                yield fields | {"types": kind, "uris": uri, "suites": suite, "components": components}
