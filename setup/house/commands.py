"""Running other programs: their output goes to a log file, their failure becomes one sentence."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from .errors import Problem, Terminated, disk_full

_NO_NETWORK = re.compile(
    r"Temporary failure (in name resolution|resolving)|Name or service not known|Could not resolve|Failed to resolve"
    r"|Network is unreachable|Could not connect|Connection refused|Failed to establish a new connection"
    r"|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH"
)
_DISK_FULL = re.compile(
    r"No space left on device|Disk quota exceeded|could not extend file|ENOSPC|not have enough free space"
)
_TOO_LITTLE = 2**20  # bytes free; then a program may not even have been able to say what it lacked
_COMPLAINT = re.compile(r"^(ERROR|FATAL|E|error|npm error|[\w.]*(?:Error|Exception|Violation)):? ?(?P<text>.+)$")


def run(
    argv: Sequence[str | Path],
    *,
    doing: str,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: int | None = None,
    watch: Callable[[str], None] | None = None,
) -> None:
    """Run a program to its end; ``watch`` sees each line it prints.

    :param doing: what the program is for, as the subject of a sentence: "Installing Python packages"
    """
    lines: list[str] = []
    with log.open("w") as kept:
        process = subprocess.Popen(
            [os.fspath(argument) for argument in argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            text=True,
            errors="replace",
            **as_user(user),
        )
        try:
            assert process.stdout is not None
            for line in process.stdout:
                kept.write(line)
                lines.append(line.rstrip())
                if watch:
                    watch(lines[-1])
            status = process.wait()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if status:
        raise Problem(explain(doing, lines, log))


def foreground(argv: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path) -> int:
    """Run a program on our terminal and return its status. Whatever ends us ends it.

    Ctrl-C reaches it directly, and it is given the time to finish in its own way.
    """
    bound = ["setpriv", "--pdeathsig", "KILL", "--", *argv]
    process = subprocess.Popen(bound, env=env, cwd=cwd)
    try:
        return process.wait()
    except Terminated:
        process.terminate()
        raise
    finally:
        process.wait()


def as_user(user: int | None) -> dict:
    """What ``subprocess`` needs to run a program as that user, and in no group of ours."""
    return {} if user is None else {"user": user, "group": user, "extra_groups": []}


def explain(doing: str, lines: Sequence[str], log: Path) -> str:
    """One sentence for a program that failed, from what it printed."""
    text = "\n".join(lines)
    if is_disk_full(text) or shutil.disk_usage(log.parent).free < _TOO_LITTLE:
        return disk_full()
    if _NO_NETWORK.search(text):
        return f"{doing} failed: the network or the package server cannot be reached (details: {log})."
    complaints = [found["text"].strip() for line in lines if (found := _COMPLAINT.match(line))]
    reason = (
        complaints[-1] if complaints else next((line for line in reversed(lines) if line.strip()), "no reason given")
    )
    return f"{doing} failed: {reason.rstrip('.')} (details: {log})."


def is_disk_full(text: str) -> bool:
    return bool(_DISK_FULL.search(text))
