"""Processes that do the same work at the same time, kept from one measurement to the next."""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import Any, Protocol, Self, TypeVar

T = TypeVar("T")
_SPAWN = multiprocessing.get_context("spawn")


class Gate:
    """Where all wait for each other before they begin, and see that they are to end."""

    def __init__(self, connection: Connection, stop: Event) -> None:
        self._connection, self._stop = connection, stop

    def wait(self) -> None:
        """Says that this process is ready, and waits until all are."""
        self._connection.send(("ready", None))
        self._connection.recv()

    @property
    def closed(self) -> bool:
        """Whether the work is to end."""
        return self._stop.is_set()


class Work(Protocol):
    """What a process does: makes itself ready, waits at the gate, works until it is closed, gives what it found."""

    def __call__(self, gate: Gate, number: int, /, *arguments: Any) -> Any: ...


class Crew:
    """So many processes, waiting for work. Close it after use."""

    def __init__(self, size: int) -> None:
        self._stop = _SPAWN.Event()
        pipes = [_SPAWN.Pipe() for _ in range(size)]
        self._connections = [ours for ours, _ in pipes]
        self._processes = [_SPAWN.Process(target=_serve, args=(theirs, self._stop), daemon=True) for _, theirs in pipes]
        for process in self._processes:
            process.start()
        for _, theirs in pipes:
            theirs.close()

    @contextmanager
    def working(self, size: int, work: Work, *arguments: Any) -> Iterator[list[Any]]:
        """Has the first `size` processes work as long as the context lasts. What they found is in the list then.

        Raises RuntimeError with the traceback of a process that failed.
        """
        crew, found = self._connections[:size], list[Any]()
        self._stop.clear()
        for number, connection in enumerate(crew):
            connection.send((work, number, arguments))
        said = [connection.recv() for connection in crew]
        ready = [connection for connection, (word, _) in zip(crew, said, strict=True) if word == "ready"]
        for connection in ready:
            connection.send(None)
        try:
            if len(ready) == size:
                yield found
        finally:
            self._stop.set()
            said += [connection.recv() for connection in ready]
        failed = [value for word, value in said if word == "failed"]
        if failed:
            raise RuntimeError(failed[0])
        found += [value for word, value in said if word == "done"]

    def close(self) -> None:
        """Ends the processes."""
        for connection in self._connections:
            connection.close()
        for process in self._processes:
            process.join(30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def in_threads(threads: int, work: Callable[[int], T]) -> list[T]:
    """What `work` gives in each of so many threads at once, given the thread's number."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, range(threads)))


def flat(found: Sequence[Sequence[T]]) -> list[T]:
    """What all threads of all processes found."""
    return [item for each in found for item in each]


def _serve(connection: Connection, stop: Event) -> None:
    while True:
        try:
            work, number, arguments = connection.recv()
        except EOFError:
            return
        try:
            connection.send(("done", work(Gate(connection, stop), number, *arguments)))
        except Exception:
            connection.send(("failed", traceback.format_exc()))
