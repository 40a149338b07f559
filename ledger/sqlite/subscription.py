"""Hearing of new entries: `PRAGMA data_version` changes when another connection, of any process, has committed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

from eventsourcing.persistence import ApplicationRecorder, ListenNotifySubscription

from ledger.sqlite.datastore import connect, patience

POLL_SECONDS: Final = 0.01


class PollingSubscription(ListenNotifySubscription[ApplicationRecorder]):
    """A subscription to a ledger file that looks for commits a hundred times a second."""

    def __init__(
        self, recorder: ApplicationRecorder, path: Path, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._path = path
        self._stopped = Event()
        self._poll_thread = Thread(target=self._poll, name="ledger-poll", daemon=True)
        self._poll_thread.start()

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        try:
            super().__exit__(*args, **kwargs)
        finally:
            self._poll_thread.join()

    def stop(self) -> None:
        """Ends the iteration."""
        super().stop()
        if hasattr(self, "_stopped"):  # The pulling thread may fail before __init__ comes this far.
            self._stopped.set()

    def _poll(self) -> None:
        try:
            with closing(connect(self._path)) as connection:
                seen = None
                while not self._has_been_stopped and not self._stopped.wait(POLL_SECONDS):
                    now = connection.execute("PRAGMA data_version").fetchone()[0]
                    if now != seen:
                        seen = now
                        self._has_been_notified.set()
        except BaseException as error:
            if self._thread_error is None:
                self._thread_error = error
            self.stop()


class IndexSubscription:
    """The port `ledger.store.Subscription`: indexes in place of notifications."""

    def __init__(self, notifications: PollingSubscription) -> None:
        self._notifications = notifications

    def __iter__(self) -> Iterator[int]:
        with patience():
            for notification in self._notifications:
                yield notification.id - 1

    def stop(self) -> None:
        """Ends the iteration."""
        self._notifications.stop()
