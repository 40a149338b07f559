"""The port `Cabinet` on a SQLite file of its own: what staff do does not wait for the log's writers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

from ledger.cabinet import STEPS
from ledger.projector import Tables
from ledger.sqlite.datastore import LedgerDatastore, patience
from ledger.sqlite.views import TransactionTables
from ledger.store import StoreError

T = TypeVar("T")


class SqliteCabinet:
    """See `ledger.cabinet.Cabinet`. Shared freely by threads."""

    def __init__(self, datastore: LedgerDatastore) -> None:
        self._datastore = datastore

    @classmethod
    def open(cls, path: Path) -> Self:
        """Opens the file, making or renewing it where that is due. Raises StoreError."""
        cabinet = cls(LedgerDatastore(path))
        try:
            cabinet.renew()
        except BaseException:
            cabinet.close()
            raise
        return cabinet

    def renew(self) -> None:
        """Brings the file to the step that this program knows. Raises StoreError for one that a newer has written."""
        with patience():
            ((there,),) = self._datastore.select("PRAGMA user_version")
            if there < len(STEPS):
                with self._datastore.transaction(commit=True) as c:
                    c.execute("PRAGMA user_version")
                    (there,) = c.fetchone()
                    for _, statements in STEPS[there:]:
                        for statement in statements:
                            c.execute(statement)
                    c.execute(f"PRAGMA user_version = {max(there, len(STEPS))}")
        if there > len(STEPS):
            raise StoreError(f"{self._datastore.path.name} has version {there}, this program knows {len(STEPS)}")

    def close(self) -> None:
        """Closes all connections."""
        self._datastore.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def select(self, sql: str, params: Sequence[Any] = (), /) -> list[Any]:
        """See `ledger.cabinet.Cabinet`."""
        with patience():
            return self._datastore.select(sql, params)

    def write(self, work: Callable[[Tables], T], /) -> T:
        """See `ledger.cabinet.Cabinet`."""
        with patience(), self._datastore.transaction(commit=True) as c:
            return work(TransactionTables(c))
