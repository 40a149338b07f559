"""The port `Store` on one PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Self
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import DictRow, tuple_row

from ledger.grouping import GroupCommit, Outcome
from ledger.postgres import leading, reading
from ledger.postgres.appending import append_all
from ledger.postgres.datastore import PATIENCE_SECONDS, LedgerDatastore, patience
from ledger.postgres.recorder import LedgerRecorder
from ledger.postgres.subscription import IndexSubscription
from ledger.store import (
    Appended,
    Batch,
    Claim,
    Head,
    Recorded,
    SignedHead,
    SignedHeadMoved,
)


class PostgresStore:
    """A ledger database, shared freely by the threads of this process, by other processes and other machines."""

    def __init__(self, recorder: LedgerRecorder, listen: str | None = None) -> None:
        """`listen` is the address at which notifications are heard, where `recorder` has that of a pooler."""
        self.recorder = recorder
        self._datastore = recorder.datastore
        self._listen = listen or recorder.datastore.address
        self._holder = uuid4()
        self._leads = False
        self._queue = GroupCommit(self)

    @classmethod
    def open(cls, address: str, *, listen: str | None = None, patience_seconds: float = PATIENCE_SECONDS) -> Self:
        """Opens the database `address` (a connection string), making or renewing its schema where that is due.

        Raises StoreUnavailable where it cannot be reached now, StoreError for a schema that is newer or that this role
        may not renew.
        """
        datastore = LedgerDatastore(address, patience=patience_seconds)
        datastore.check_address()
        with patience():
            recorder = LedgerRecorder(datastore)
            recorder.create_table()
        return cls(recorder, listen)

    def close(self) -> None:
        """Gives the turn to sign back and closes all connections."""
        self.resign()
        self._datastore.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(self, batch: Batch) -> Appended:
        """See `ledger.store.Log`.

        Where the connection is lost on the way, the batch is sent again: the database knows by the command whether it
        was recorded the time before, and then the answer is `repeated`. What several threads append at once goes in
        together (`ledger.grouping`).
        """
        return self._queue.append(batch)

    def append_all(self, batches: Sequence[Batch]) -> list[Outcome]:
        """See `ledger.grouping.Groups`."""
        with patience():
            return self._datastore.persist(lambda connection: append_all(connection, batches))

    def command(self, command_id: bytes) -> Appended | None:
        """See `ledger.store.Log`."""
        with patience():
            return reading.command(self._datastore.rows, command_id)

    def entries(self, start: int, limit: int) -> list[Recorded]:
        """See `ledger.store.Log`."""
        with patience():
            return reading.entries(self._datastore.rows, start, limit)

    def entry(self, index: int) -> Recorded | None:
        """See `ledger.store.Log`."""
        with patience():
            return reading.entry(self._datastore.rows, index)

    def stream(self, stream_id: UUID) -> list[Recorded]:
        """See `ledger.store.Histories`."""
        with patience():
            return reading.stream(self._datastore.rows, stream_id)

    def dossier(self, subject: UUID) -> list[Recorded]:
        """See `ledger.store.Histories`."""
        with patience():
            return reading.dossier(self._datastore.rows, subject)

    def boundary(self, boundary: bytes) -> int:
        """See `ledger.store.Histories`."""
        with patience():
            return reading.boundary(self._datastore.rows, boundary)

    def erasures(self) -> list[UUID]:
        """See `ledger.store.Histories`."""
        with patience():
            return reading.erasures(self._datastore.rows)

    def claim(self, key: bytes) -> Claim | None:
        """See `ledger.store.Claims`."""
        return self.claims((key,)).get(key)

    def claims(self, keys: Iterable[bytes]) -> dict[bytes, Claim]:
        """See `ledger.store.Claims`."""
        with patience():
            return reading.claims(self._datastore.rows, list(keys))

    def head(self) -> Head:
        """See `ledger.store.Tree`."""
        with patience():
            frontier = reading.head(self._datastore.rows)
        return Head(frontier.size, frontier)

    def leaves(self, start: int, end: int) -> list[bytes]:
        """See `ledger.store.Tree`."""
        with patience():
            return reading.leaves(self._datastore.rows, start, end)

    def signed_head(self) -> SignedHead | None:
        """See `ledger.store.Tree`."""
        with patience():
            return reading.signed_head(self._datastore.rows)

    def sign_head(self, expected_old: SignedHead | None, new: SignedHead) -> None:
        """See `ledger.store.Tree`."""
        attempts = 0

        def swap(connection: psycopg.Connection[DictRow]) -> tuple[Any, ...]:
            nonlocal attempts
            attempts += 1
            return _swap(connection, expected_old, new)

        with patience():
            outcome, size, root, note, log_size = self._datastore.persist(swap)
        found = None if size is None else SignedHead(size, root, note)
        if outcome == "unfit":
            raise ValueError(f"a head of size {new.size} cannot be signed: the log has {log_size} entries")
        # Where an answer was lost on the way, the head that stands there is the one that this call has put there.
        if outcome == "moved" and not (attempts > 1 and found == new):
            raise SignedHeadMoved(found or self.signed_head())

    def lead(self, seconds: float) -> bool:
        """See `ledger.store.Lead`. The seconds are counted by the database's clock."""
        self._leads = True  # if only the answer is lost, there is something to give back
        with patience():
            self._leads = self._datastore.persist(lambda connection: leading.take(connection, self._holder, seconds))
        return self._leads

    def resign(self) -> None:
        """See `ledger.store.Lead`. Tried once."""
        if self._leads:
            self._leads = False
            with suppress(psycopg.Error), self._datastore.connection() as connection:
                leading.resign(connection, self._holder)

    def check_open(self) -> None:
        """See `ledger.store.Lead`."""
        with patience():
            reading.fence(self._datastore.rows).check_open()

    @contextmanager
    def subscribe(self, after: int) -> Iterator[IndexSubscription]:
        """See `ledger.store.Feed`."""
        subscription = IndexSubscription(self._listen, self._size, after)
        subscription.start()
        try:
            yield subscription
        finally:
            subscription.close()

    def _size(self) -> int:
        with patience():
            return reading.size(self._datastore.rows)


def _swap(connection: psycopg.Connection[DictRow], old: SignedHead | None, new: SignedHead) -> tuple[Any, ...]:
    was = (None, None, None) if old is None else (old.size, old.root, old.note)
    with connection.cursor(binary=True, row_factory=tuple_row) as c:
        row = c.execute(
            "SELECT * FROM certledger.sign_head(%s::bigint, %s::bytea, %s::text, %s::bigint, %s::bytea, %s::text)",
            (*was, new.size, new.root, new.note),
        ).fetchone()
    assert row is not None
    return row
