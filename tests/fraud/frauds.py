"""What a fraud of the drill is, and the list of all of them, which docs/frauds.md repeats."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from tests.fraud.observers import Who


class Named(NamedTuple):
    """What must be named: the entry, or else the file, row or state, and some of the words that say why."""

    index: int | None
    place: str
    words: str


def entry(index: int, words: str) -> Named:
    """One entry of the log."""
    return Named(index, f"entry {index}", words)


def place(name: str, words: str) -> Named:
    """A published file, what was kept, or the state of a paper."""
    return Named(None, name, words)


Course = Generator[None, None, Named]
"""Does what is honest, yields, which is the control, then lies and returns what must be named."""


@dataclass(frozen=True)
class Fraud:
    """A fraud. Its name and title stand in docs/frauds.md."""

    group: str
    name: str
    title: str
    """What is forged."""
    who: Who
    code: str
    """Stable code of the error by which it is named, or the check of fsck; `finding` for what is left to the auditor's
    judgement, the new standing of a paper for what is no error.
    """
    unseen_by: tuple[Who, ...]
    """Who looks at the same log and finds nothing."""
    deed: Callable[..., Course]
    """Of a `Forger`; of an `Owned` database for what `fsck` names."""


FRAUDS: list[Fraud] = []

Deed = TypeVar("Deed", bound=Callable[..., Course])


def fraud(group: str, who: Who, code: str, *, unseen_by: tuple[Who, ...] = ()) -> Callable[[Deed], Deed]:
    """Puts a fraud on the list: its name is the function's, its title the docstring."""

    def register(deed: Deed) -> Deed:
        name = deed.__name__.replace("_", "-")
        title = " ".join((deed.__doc__ or "").split()).rstrip(".")
        FRAUDS.append(Fraud(group, name, title, who, code, unseen_by, deed))
        return deed

    return register


def done(course: Course) -> Named:
    """Does the rest of a deed; what must be named."""
    try:
        next(course)
    except StopIteration as end:
        named: Named = end.value
        return named
    raise AssertionError("a deed yields once")
