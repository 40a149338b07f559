"""How far a long command is: a bar on a terminal, or lines of JSON for programs, both to standard error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import click

KINDS: Final = ("auto", "bar", "json", "none")
_SECONDS: Final = 0.5
"""Between two lines of JSON, at least."""

Tell = Callable[[int, int], None]
"""Told how many of how many are done."""


@contextmanager
def shown(kind: str, label: str) -> Iterator[Tell]:
    """How progress of this kind is told. `auto` is a bar where standard error is a terminal, else nothing."""
    if kind == "auto":
        kind = "bar" if sys.stderr.isatty() else "none"
    if kind == "json":
        yield _Lines().tell
    elif kind == "bar":
        pace = _Pace()
        with click.progressbar(
            length=1, label=label, file=sys.stderr, show_eta=False, item_show_func=lambda text: text
        ) as bar:

            def tell(done: int, size: int) -> None:
                bar.length = size
                bar.update(done - bar.pos, pace.words(done, size))

            yield tell
    else:
        yield lambda done, size: None


class _Pace:
    """How many a second, since the first was told: what was done before is not this run's work."""

    def __init__(self) -> None:
        self._began, self._first = time.monotonic(), 0
        self._told = False

    def of(self, done: int, size: int) -> tuple[float, float | None]:
        """How many a second, and the seconds that are left; None as long as nobody can know."""
        if not self._told:
            self._told, self._first = True, 0 if done <= 256 else done
        seconds = time.monotonic() - self._began
        rate = (done - self._first) / seconds if seconds > 0 else 0.0
        return rate, (size - done) / rate if rate > 0 else None

    def words(self, done: int, size: int) -> str:
        """The same for people."""
        rate, left = self.of(done, size)
        if left is None:
            return ""
        minutes, seconds = divmod(round(left), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{rate:,.0f}/s, {hours}:{minutes:02}:{seconds:02} left"


class _Lines:
    """A line of JSON now and then, and one at the end."""

    def __init__(self) -> None:
        self._pace, self._last = _Pace(), -_SECONDS

    def tell(self, done: int, size: int) -> None:
        """Writes a line, unless the last one is only a moment ago."""
        rate, left = self._pace.of(done, size)
        now = time.monotonic()
        if done < size and now - self._last < _SECONDS:
            return
        self._last = now
        said = {
            "done": done,
            "size": size,
            "per_second": round(rate, 1),
            "seconds_left": None if left is None else round(left, 1),
        }
        click.echo(json.dumps(said), err=True)
