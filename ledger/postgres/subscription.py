"""Hearing of new entries: the database notifies each commit, and where it is not heard, a look now and then finds it.

LISTEN is state of a session. Behind a pooler in transaction mode it is lost without a word, so the listener should have
an address that leads to the server itself; without one the looks alone still find everything, somewhat later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import Event, Thread
from typing import Any, Final

import psycopg
from eventsourcing.persistence import ApplicationRecorder, ListenNotifySubscription

from ledger.postgres.datastore import connect

POLL_SECONDS: Final = 0.25
"""How long an entry that no notification told of stays unseen."""
_STOP_SECONDS: Final = 0.1


class Listener(Thread):
    """Calls `news` when entries may have come: when notified, every `POLL_SECONDS`, and after a lost connection."""

    def __init__(self, address: str, news: Callable[[], None]) -> None:
        super().__init__(name="ledger-listen", daemon=True)
        self._address = address
        self._news = news
        self._stopped = Event()

    def run(self) -> None:
        """Listens until it is stopped. A server that is away is waited for."""
        while not self._stopped.is_set():
            try:
                with connect(self._address) as connection:
                    connection.execute("LISTEN certledger")
                    self._listen(connection)
            except psycopg.Error:
                self._news()
                self._stopped.wait(POLL_SECONDS)

    def stop(self) -> None:
        """Makes the thread end soon."""
        self._stopped.set()

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        waited = POLL_SECONDS
        while not self._stopped.is_set():
            heard = any(True for _ in connection.notifies(timeout=_STOP_SECONDS, stop_after=1))
            waited += _STOP_SECONDS
            if heard or waited > POLL_SECONDS:
                waited = 0
                self._news()


class NotifiedSubscription(ListenNotifySubscription[ApplicationRecorder]):
    """The library's subscription to a ledger database."""

    def __init__(
        self, recorder: ApplicationRecorder, address: str, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._listener = Listener(address, self._has_been_notified.set)
        self._listener.start()

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        try:
            super().__exit__(*args, **kwargs)
        finally:
            self._listener.stop()
            self._listener.join()


class IndexSubscription:
    """The port `ledger.store.Subscription`: every index from `after` on, as the log grows."""

    def __init__(self, address: str, size: Callable[[], int], after: int) -> None:
        """`size` asks how many entries there are."""
        self._size = size
        self._next = after
        self._news = Event()
        self._stopped = False
        self._listener = Listener(address, self._news.set)

    def start(self) -> None:
        """Begins to listen."""
        self._listener.start()

    def __iter__(self) -> Iterator[int]:
        while not self._stopped:
            self._news.clear()
            size = self._size()
            while self._next < size and not self._stopped:
                self._next += 1
                yield self._next - 1
            if not self._stopped:
                self._news.wait()

    def stop(self) -> None:
        """Ends the iteration."""
        self._stopped = True
        self._listener.stop()
        self._news.set()

    def close(self) -> None:
        """Ends the iteration and waits for the listener."""
        self.stop()
        self._listener.join()
