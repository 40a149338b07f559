"""A serving process of a ledger on a core of its own, and the connections that ask it.

It is the real server, middleware included, with one thing changed: its limits count by a clock that runs so fast that
they never bite. It is kept to one core, the asking to another.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import cycle, islice
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.app import create_app
from api.workers import serve_here
from ledger.places import Place

CONNECTIONS: Final = 8
"""Requests that are under way at once."""
BARE: Final = "/bare.json"
"""A route that only the benchmark's server has: a constant, without the framework's models."""
_HURRY: Final = 1e6
_READY_SECONDS: Final = 60.0
_TICK: Final = 0.001
"""Seconds: processor time that is shorter may be counted as none, as where a test asks only a few times."""


def get(path: str, *headers: str) -> bytes:
    """A request that asks for a path in English, with further lines of its head."""
    told = "".join(f"{line}\r\n" for line in headers)
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Language: en\r\n{told}\r\n".encode()


def post(path: str, body: bytes, kind: str, *headers: str) -> bytes:
    """A request that sends a body of a media type."""
    told = "".join(f"{line}\r\n" for line in headers)
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Language: en\r\nContent-Type: {kind}\r\n{told}"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def _serve(place: Place, listener: socket.socket, core: int) -> None:
    os.sched_setaffinity(0, {core})
    app = create_app(place, monotonic=lambda: time.monotonic() * _HURRY)

    async def bare(request: Request) -> Response:
        return JSONResponse({"alive": True})

    app.router.routes.insert(0, Route(BARE, bare))
    serve_here(app, listener)


@contextmanager
def serving(place: Place) -> Iterator[Server]:
    """A server on a core of its own where there are two, and this process kept to another."""
    before = os.sched_getaffinity(0)
    cores = sorted(before)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        arguments = (place, listener, cores[-1])
        process = multiprocessing.get_context("spawn").Process(target=_serve, args=arguments, daemon=True)
        process.start()
        try:
            os.sched_setaffinity(0, {cores[0]})
            with closing(Server(listener.getsockname()[1], process.pid or 0)) as server:
                yield server
        finally:
            os.sched_setaffinity(0, before)
            process.terminate()
            process.join()


class Server:
    """The connections to a serving process, and what came of its processor time."""

    def __init__(self, port: int, pid: int, connections: int = CONNECTIONS) -> None:
        self._clock = ~pid << 3 | 2  # Linux: the clock of a process's processor time
        self._sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
        for connection in self._sockets:
            connection.settimeout(_READY_SECONDS)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rates: dict[str, list[float]] = {}
        """Answers a second of the server's processor time, by work."""
        self.shares: dict[str, list[float]] = {}
        """Share of a core that the server used, by work."""

    def measure(self, name: str, requests: Sequence[bytes], count: int) -> float:
        """Answers a second; asks `count` times."""
        began, used_before = time.perf_counter(), time.clock_gettime(self._clock)
        self.ask(requests, count)
        seconds, used = time.perf_counter() - began, max(_TICK, time.clock_gettime(self._clock) - used_before)
        self.rates.setdefault(name, []).append(count / used)
        self.shares.setdefault(name, []).append(used / seconds)
        return count / seconds

    def ask(self, requests: Sequence[bytes], count: int) -> None:
        """Asks `count` times. Raises RuntimeError for an answer that is not 200."""
        left: Iterator[bytes] = islice(cycle(requests), count)
        waiting: list[socket.socket] = []
        for connection, request in zip(self._sockets, left, strict=False):
            connection.sendall(request)
            waiting.append(connection)
        while waiting:
            further = []
            for connection in waiting:
                _take(connection)
                if (following := next(left, None)) is not None:
                    connection.sendall(following)
                    further.append(connection)
            waiting = further

    def times(self, requests: Sequence[bytes]) -> tuple[float, ...]:
        """Seconds from asking to the whole answer, one request after the other over one connection."""
        found = []
        for request in requests:
            began = time.perf_counter()
            self._sockets[0].sendall(request)
            _take(self._sockets[0])
            found.append(time.perf_counter() - began)
        return tuple(found)

    def close(self) -> None:
        """Closes the connections."""
        for connection in self._sockets:
            connection.close()


def _take(connection: socket.socket) -> None:
    """Reads one answer."""
    data = bytearray()
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _more(connection)
    head = bytes(data[:end]).lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"the server answers {head[:60]!r}")
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(data) < end + 4 + length:
        data += _more(connection)


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise RuntimeError("the server hung up")
    return data
