"""Where an answer is worked out: on the event loop where that is quick, else in a thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from starlette.concurrency import run_in_threadpool

from ledger.places import FolderPlace, Place

T = TypeVar("T")


class Run(Protocol):
    """Calls a function that may read the ledger."""

    async def __call__(self, work: Callable[..., T], /, *args: Any) -> T:
        """What the function gives."""
        ...


def pace_of(place: Place) -> Run:
    """How to read the ledger of a place without holding other visitors up.

    In a folder a few rows are found by their keys in less time than a thread is handed work in, and several threads
    would only take the interpreter from each other. What lies in a database is a network away, which can be gone.
    """
    if isinstance(place, FolderPlace):
        return _at_once
    return run_in_threadpool


async def _at_once(work: Callable[..., T], /, *args: Any) -> T:
    return work(*args)
