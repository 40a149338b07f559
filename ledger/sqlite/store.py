"""The port `Store` on one SQLite file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self
from uuid import UUID

from eventsourcing.sqlite import SQLiteCursor

from ledger.grouping import GroupCommit, Outcome
from ledger.sqlite import appending, reading
from ledger.sqlite.datastore import LedgerDatastore, patience
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
from ledger.turns import FileTurn

_FORGETTING_SECONDS: Final = 2
"""How long who erases waits for readers of an old state."""


class SqliteStore:
    """A ledger file, shared freely by the threads of this process and by other processes."""

    def __init__(self, recorder: LedgerRecorder) -> None:
        self.recorder = recorder
        self._queue = GroupCommit(self)
        self._erased_stands = False
        path = recorder.datastore.path
        self._turn = FileTurn(path.with_name(f"{path.name}-lead"))

    @classmethod
    def open(cls, path: Path) -> Self:
        """Opens the file, making it and its tables where they are not there. Raises StoreBusy, StoreError."""
        with patience():
            recorder = LedgerRecorder(LedgerDatastore(path))
            recorder.create_table()
        return cls(recorder)

    def close(self) -> None:
        """Closes all connections and gives the turn to sign back."""
        self._turn.give_back()
        self.recorder.datastore.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(self, batch: Batch) -> Appended:
        """See `ledger.store.Log`. What several threads append at once goes in together (`ledger.grouping`)."""
        return self._queue.append(batch)

    def append_all(self, batches: Sequence[Batch]) -> list[Outcome]:
        """See `ledger.grouping.Groups`."""
        with patience():
            outcomes = self.recorder.append_all(batches)
        erased = any(batch.erases and isinstance(one, Appended) for batch, one in zip(batches, outcomes, strict=True))
        if erased or self._erased_stands:
            self._forget_old_pages(_FORGETTING_SECONDS if erased else 0)
        return outcomes

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
        with patience():
            return reading.stream(self.recorder.datastore.select, stream_id)

    def dossier(self, subject: UUID) -> list[Recorded]:
        """See `ledger.store.Histories`."""
        with self._reading() as c:
            return reading.dossier(c, subject)

    def boundary(self, boundary: bytes) -> int:
        """See `ledger.store.Histories`."""
        with patience():
            return reading.boundary(self.recorder.datastore.select, boundary)

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
            appending.read_fence(c).check_open()
            log = appending.read_head(c)
            old = reading.signed_head(c)
            if old != expected_old:
                raise SignedHeadMoved(old)
            if not (old.size if old else 0) <= new.size <= log.size:
                raise ValueError(f"a head of size {new.size} cannot be signed: the log has {log.size} entries")
            c.execute("INSERT OR REPLACE INTO signed_head VALUES (1, ?, ?, ?)", (new.size, new.root, new.note))

    def lead(self, seconds: float) -> bool:
        """See `ledger.store.Lead`. The turn lasts until it is given back or the process ends."""
        return self._turn.take()

    def resign(self) -> None:
        """See `ledger.store.Lead`."""
        self._turn.give_back()

    def check_open(self) -> None:
        """See `ledger.store.Lead`."""
        with self._reading() as c:
            appending.read_fence(c).check_open()

    @contextmanager
    def subscribe(self, after: int) -> Iterator[IndexSubscription]:
        """See `ledger.store.Feed`."""
        with PollingSubscription(self.recorder, self.recorder.datastore.path, gt=after) as subscription:
            yield IndexSubscription(subscription)

    @contextmanager
    def _reading(self) -> Iterator[SQLiteCursor]:
        with patience(), self.recorder.datastore.transaction(commit=False) as c:
            yield c

    def _forget_old_pages(self, seconds: float) -> None:
        """Empties the write-ahead log, in which erased rows still stand.

        Where a reader stays in an old state for longer, each append tries it again; and the last to close the file
        empties the log in any case.
        """
        self._erased_stands = not self.recorder.datastore.empty_log(seconds)
