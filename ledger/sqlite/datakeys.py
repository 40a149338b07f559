"""Data keys of people in a file of their own, each wrapped by the master key with AES-256-GCM.

data_keys
  subject   the person, 16 bytes
  wrapped   12-byte nonce ‖ ciphertext of the 32-byte key ‖ 16-byte tag; the subject is authenticated with it

The file has a rollback journal, deleted at each commit, and no write-ahead log, in which a destroyed key would go on
standing. Its backups are to be kept briefly: an old one would undo an erasure (PERSISTENCE.md).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final
from uuid import UUID

from ledger.sqlite.datastore import connect, execute, execute_at_once, patience
from ledger.wrapping import KeyWrap

_CHUNK: Final = 500


class SqliteDataKeys:
    """The port `DataKeys` on one SQLite file."""

    def __init__(self, path: Path, master_key: bytes) -> None:
        """Opens the file, making it where it is not there. Raises ValueError for a master key that is not 32 bytes."""
        self._wrap = KeyWrap(master_key)
        self._lock = Lock()
        with patience():
            self._connection = connect(path)
            execute(
                self._connection,
                "CREATE TABLE IF NOT EXISTS data_keys ("
                " subject BLOB PRIMARY KEY CHECK (length(subject) = 16),"
                " wrapped BLOB NOT NULL CHECK (length(wrapped) = 60)) STRICT, WITHOUT ROWID",
            )
            self._connection.execute("PRAGMA busy_timeout = 0")

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> SqliteDataKeys:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def create(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        """See `ledger.store.DataKeys`. A key that is there already stays, whoever made it."""
        wanted = list(dict.fromkeys(subjects))
        fresh = [(subject.bytes, self._wrap.fresh(subject)) for subject in wanted]
        with self._writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO data_keys VALUES (?, ?)", fresh)
        return self.get_many(wanted)

    def get(self, subject: UUID) -> bytes | None:
        """See `ledger.store.DataKeys`. Raises CannotUnwrap."""
        return self.get_many((subject,)).get(subject)

    def get_many(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        """See `ledger.store.DataKeys`. Raises CannotUnwrap."""
        wanted = [subject.bytes for subject in subjects]
        rows: list[tuple[bytes, bytes]] = []
        with self._lock, patience():
            for start in range(0, len(wanted), _CHUNK):
                rows += self._select(wanted[start : start + _CHUNK])
        return {
            subject: self._wrap.unwrap(subject, wrapped) for subject, wrapped in ((UUID(bytes=s), w) for s, w in rows)
        }

    def destroy(self, subject: UUID) -> None:
        """See `ledger.store.DataKeys`."""
        with self._writing() as connection:
            connection.execute("DELETE FROM data_keys WHERE subject = ?", (subject.bytes,))

    def _select(self, chunk: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
        sql = f"SELECT subject, wrapped FROM data_keys WHERE subject IN ({','.join('?' * len(chunk))})"
        return [(subject, wrapped) for subject, wrapped in execute_at_once(self._connection, sql, chunk)]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, patience():
            execute_at_once(self._connection, "BEGIN IMMEDIATE")
            try:
                yield self._connection
                execute_at_once(self._connection, "COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
