"""A connection that ends in time: a time-out counts from one byte to the next, and a slow server has many bytes."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Timer

Socket = Callable[[], socket.socket | None]
"""The socket of a connection as it is now; None while there is none."""


class Line:
    """The connection that one sender has at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._socket: Socket = lambda: None

    @contextmanager
    def held(self, connection: Socket, seconds: float) -> Iterator[None]:
        """Cuts the connection when the time is over, or when `cut` is called."""
        timer = Timer(seconds, self.cut)
        timer.daemon = True
        with self._lock:
            self._socket = connection
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                self._socket = lambda: None

    def cut(self) -> None:
        """Cuts the connection there is: whoever waits at it gets an OSError or an end of file."""
        with self._lock:
            found = self._socket()
        if found is not None:
            with suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)
