"""What the commands say while they work: one line a step, with the time it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Step:
    """A step under way; ``update`` shows how far it is."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._start = time.monotonic()
        self._shown = self._start
        self._live = sys.stderr.isatty()
        self._write(f"{title} ...", end="" if self._live else "\n")

    def update(self, detail: str) -> None:
        """Tell the detail: in place on a terminal, else as a line of its own every ten seconds."""
        now = time.monotonic()
        if self._live:
            self._write(f"\r\033[K{self._title} ... {detail}", end="")
        elif now - self._shown >= 10:
            self._shown = now
            self._write(f"  {detail}")

    def finish(self) -> None:
        seconds = time.monotonic() - self._start
        if self._live:
            self._write(f"\r\033[K{self._title}: {seconds:.0f} s")
        elif seconds >= 1:
            self._write(f"{self._title}: done in {seconds:.0f} s")

    def abandon(self) -> None:
        if self._live:
            self._write("")

    @staticmethod
    def _write(text: str, end: str = "\n") -> None:
        print(text, end=end, file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[Step]:
    """Announce a step, and its end. Progress goes to standard error: standard output is for results."""
    current = Step(title)
    try:
        yield current
    except BaseException:
        current.abandon()
        raise
    current.finish()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
