"""What a witness remembers, in one SQLite file: the largest checkpoint of each log that it signed.

The file is the witness: where it is lost, or an old copy comes back, the same key could sign two histories. Then the
witness needs a new key (docs/operations.md). Any number of processes may use one file at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from verifier import durable
from verifier.checkpoint import Checkpoint
from verifier.errors import CouldNotCheck

BUSY_SECONDS: Final = 5.0
"""How long a request waits for others that write."""
MAX_CONTRADICTIONS: Final = 100
"""Checkpoints of one log that are kept as evidence: enough to show what it did."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS witness (id INTEGER PRIMARY KEY CHECK (id = 1), key TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS cosigned (
    origin TEXT PRIMARY KEY,
    size INTEGER NOT NULL CHECK (size >= 0),
    root BLOB NOT NULL CHECK (length(root) = 32),
    timestamp INTEGER NOT NULL,
    checkpoint TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS contradictions (
    origin TEXT NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    seen_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    checkpoint TEXT NOT NULL,
    PRIMARY KEY (origin, size, root)
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The largest checkpoint of a log that the witness signed, and when it last did."""

    size: int
    root: bytes
    timestamp: int
    checkpoint: str


class Turn:
    """One transaction: what is read in it holds until what is written in it is durable."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def cosigned(self, origin: str) -> Cosigned | None:
        """What was signed last of a log."""
        query = "SELECT size, root, timestamp, checkpoint FROM cosigned WHERE origin = ?"
        row = self._connection.execute(query, (origin,)).fetchone()
        return None if row is None else Cosigned(*row)

    def put(self, head: Checkpoint, timestamp: int, checkpoint: str) -> None:
        """Replaces what was signed last of a log."""
        values = (head.origin, head.size, head.root, timestamp, checkpoint)
        self._connection.execute("INSERT OR REPLACE INTO cosigned VALUES (?, ?, ?, ?, ?)", values)

    def keep(self, head: Checkpoint, now: int, reason: str, checkpoint: str) -> None:
        """Keeps a checkpoint, signed by its log, that the witness would not sign."""
        there = "SELECT count(*) FROM contradictions WHERE origin = ?"
        if self._connection.execute(there, (head.origin,)).fetchone()[0] < MAX_CONTRADICTIONS:
            values = (head.origin, head.size, head.root, now, reason, checkpoint)
            self._connection.execute("INSERT OR IGNORE INTO contradictions VALUES (?, ?, ?, ?, ?, ?)", values)


class Memory:
    """The file. Each use has a connection of its own, so that threads and processes may share it."""

    def __init__(self, file: Path, key: str) -> None:
        """Makes the file where there is none. Raises CouldNotCheck for one that is another witness's, or no such file.

        `key` is the verifier key of the witness that the file is of.
        """
        self._file = file
        # Threads queue here: SQLite lets who finds it taken sleep, and look again, and sleep longer.
        self._one_writes = Lock()
        try:
            with closing(self._connect()) as connection:
                connection.executescript(_SCHEMA)
            with self.turn() as turn:
                turn._connection.execute("INSERT OR IGNORE INTO witness VALUES (1, ?)", (key,))
                (of,) = turn._connection.execute("SELECT key FROM witness").fetchone()
        except sqlite3.Error as error:
            raise CouldNotCheck(f"{file} cannot be used as the witness's memory: {error}") from None
        if of != key:
            raise CouldNotCheck(f"{file} is the memory of the witness {of}, and no other may sign by it")

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """A transaction, alone among all writers; durable once the context is left. Raises sqlite3.Error."""
        with self._one_writes, closing(self._connect()) as connection, durable.transaction(connection):
            yield Turn(connection)

    def contradictions(self) -> list[tuple[str, int, str]]:
        """What was kept as evidence: origin, size and why it was not signed. Raises sqlite3.Error."""
        with closing(self._connect()) as connection:
            found = connection.execute("SELECT origin, size, reason FROM contradictions ORDER BY origin, size")
            return [(origin, size, reason) for origin, size, reason in found]

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, timeout=BUSY_SECONDS, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        return connection
