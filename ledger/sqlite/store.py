"""The port `Store` on one SQLite file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from uuid import UUID

from eventsourcing.sqlite import SQLiteCursor

from ledger.sqlite import appending, reading
from ledger.sqlite.datastore import LOCK_SECONDS, LedgerDatastore, patience
from ledger.sqlite.recorder import LedgerRecorder
from ledger.sqlite.subscription import IndexSubscription, PollingSubscription
from ledger.store import (
    Appended,
    Batch,
    Claim,
    Head,
    Recorded,
    SignedHead,
    SignedHeadMoved,
)


class SqliteStore:
    """A ledger file, shared freely by the threads of this process and by other processes."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        self.recorder = recorder

    @classmethod
    def open(cls, path: Path) -> Self:
        """Opens the file, making it and its tables where they are not there. Raises StoreBusy, StoreError."""
        with patience():
            recorder = LedgerRecorder(LedgerDatastore(path))
            recorder.create_table()
        return cls(recorder)

    def close(self) -> None:
        """Closes all connections."""
        self.recorder.datastore.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(self, batch: Batch) -> Appended:
        """See `ledger.store.Log`."""
        with patience():
            appended = self.recorder.append(batch)
        if batch.erases and not appended.repeated:
            self._forget_old_pages()
        return appended

    def command(self, command_id: bytes) -> Appended | None:
        """See `ledger.store.Log`."""
        with self._reading() as c:
            return appending.find_command(c, command_id)

    def entries(self, start: int, limit: int) -> list[Recorded]:
        """See `ledger.store.Log`."""
        with self._reading() as c:
            return reading.entries(c, start, limit)

    def entry(self, index: int) -> Recorded | None:
        """See `ledger.store.Log`."""
        with self._reading() as c:
            return reading.entry(c, index)

    def stream(self, stream_id: UUID) -> list[Recorded]:
        """See `ledger.store.Histories`."""
        with self._reading() as c:
            return reading.stream(c, stream_id)

    def dossier(self, subject: UUID) -> list[Recorded]:
        """See `ledger.store.Histories`."""
        with self._reading() as c:
            return reading.dossier(c, subject)

    def boundary(self, boundary: bytes) -> int:
        """See `ledger.store.Histories`."""
        with self._reading() as c:
            return reading.boundary(c, boundary)

    def erasures(self) -> list[UUID]:
        """See `ledger.store.Histories`."""
        with self._reading() as c:
            return reading.erasures(c)

    def claim(self, key: bytes) -> Claim | None:
        """See `ledger.store.Claims`."""
        return self.claims((key,)).get(key)

    def claims(self, keys: Iterable[bytes]) -> dict[bytes, Claim]:
        """See `ledger.store.Claims`."""
        with self._reading() as c:
            return reading.claims(c, list(keys))

    def head(self) -> Head:
        """See `ledger.store.Tree`."""
        with self._reading() as c:
            frontier = appending.read_head(c)
        return Head(frontier.size, frontier)

    def leaves(self, start: int, end: int) -> list[bytes]:
        """See `ledger.store.Tree`."""
        with self._reading() as c:
            return reading.leaves(c, start, end)

    def signed_head(self) -> SignedHead | None:
        """See `ledger.store.Tree`."""
        with self._reading() as c:
            return reading.signed_head(c)

    def sign_head(self, expected_old: SignedHead | None, new: SignedHead) -> None:
        """See `ledger.store.Tree`."""
        with patience(), self.recorder.datastore.transaction(commit=True) as c:
            log = appending.read_head(c)
            old = reading.signed_head(c)
            if old != expected_old:
                raise SignedHeadMoved(old)
            if not (old.size if old else 0) <= new.size <= log.size:
                raise ValueError(f"a head of size {new.size} cannot be signed: the log has {log.size} entries")
            c.execute("INSERT OR REPLACE INTO signed_head VALUES (1, ?, ?, ?)", (new.size, new.root, new.note))

    @contextmanager
    def subscribe(self, after: int) -> Iterator[IndexSubscription]:
        """See `ledger.projector.Feed`."""
        with PollingSubscription(self.recorder, self.recorder.datastore.path, gt=after) as subscription:
            yield IndexSubscription(subscription)

    @contextmanager
    def _reading(self) -> Iterator[SQLiteCursor]:
        with patience(), self.recorder.datastore.transaction(commit=False) as c:
            yield c

    def _forget_old_pages(self) -> None:
        """Empties the write-ahead log, in which the erased rows still stand.

        Where a reader stays in an old snapshot for seconds, the log is emptied when the last connection closes.
        """
        with self.recorder.datastore.connection() as connection:
            connection.execute("PRAGMA busy_timeout = 2000")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            connection.execute(f"PRAGMA busy_timeout = {LOCK_SECONDS * 1000}")
