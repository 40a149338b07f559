"""What a monitor keeps, in a folder: one SQLite file, and the checkpoints that contradict each other as files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from verifier import durable
from verifier.errors import CouldNotCheck

FORK: Final = "fork"
PERMANENT: Final = frozenset({FORK})
"""Kinds of alert that nothing that comes later makes undone."""
FILE: Final = "monitor.sqlite"
EVIDENCE: Final = "evidence"
_BUSY_SECONDS: Final = 60.0
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS kept (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    trust TEXT NOT NULL,
    checkpoint BLOB,
    seen_at INTEGER,
    audited INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS beside (path TEXT PRIMARY KEY, digest BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS alerts (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    message TEXT NOT NULL,
    at INTEGER NOT NULL,
    ended_at INTEGER,
    filed INTEGER NOT NULL DEFAULT 0,
    sent INTEGER NOT NULL DEFAULT 0
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the monitor saw last."""

    trust: str
    checkpoint: bytes | None
    """The largest that it saw; None before the first."""
    seen_at: int
    """When it first saw it, in seconds since 1970 UTC."""
    audited: int
    """Entries of the tree that was last found good as a whole."""
    beside: Mapping[str, bytes] = field(default_factory=dict)
    """The files beside that tree, its lists among them, as they were found good: SHA-256 by path."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong now."""

    kind: str
    subject: str
    """What it is about: the same condition in a later round has the same subject."""
    message: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A condition that was stored, to be told."""

    id: int
    kind: str
    subject: str
    message: str
    at: int


class State:
    """The folder. For one process at a time."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder where it is not there. Raises CouldNotCheck."""
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with self._writing() as connection:
                for statement in _SCHEMA.split(";"):
                    connection.execute(statement)
        except (OSError, sqlite3.Error) as error:
            raise CouldNotCheck(f"{folder} cannot be used to keep the monitor's state: {error}") from None

    def kept(self) -> Kept | None:
        """What was seen last; None for a new state."""
        with closing(self._connect()) as connection:
            row = connection.execute("SELECT trust, checkpoint, seen_at, audited FROM kept").fetchone()
            beside = dict(connection.execute("SELECT path, digest FROM beside"))
        return None if row is None else Kept(row[0], row[1], row[2] or 0, row[3], beside)

    def keep(self, kept: Kept) -> None:
        """Replaces what was seen last; durable on return."""
        with self._writing() as connection:
            values = (kept.trust, kept.checkpoint, kept.seen_at, kept.audited)
            connection.execute("INSERT OR REPLACE INTO kept VALUES (1, ?, ?, ?, ?)", values)
            connection.execute("DELETE FROM beside")
            connection.executemany("INSERT INTO beside VALUES (?, ?)", kept.beside.items())

    def note(self, conditions: Iterable[Condition], now: int) -> list[Alert]:
        """Stores what is wrong now. The alerts that are new; what is over by now has ended, and is told again if it
        comes again.
        """
        new = []
        with self._writing() as connection:
            query = "SELECT kind, subject, id FROM alerts WHERE ended_at IS NULL"
            standing = {(kind, subject): number for kind, subject, number in connection.execute(query)}
            for found in {(item.kind, item.subject): item for item in conditions}.values():
                if standing.pop((found.kind, found.subject), None) is None:
                    values = (found.kind, found.subject, found.message, now)
                    insert = "INSERT INTO alerts (kind, subject, message, at) VALUES (?, ?, ?, ?)"
                    number = connection.execute(insert, values).lastrowid
                    new.append(Alert(number or 0, found.kind, found.subject, found.message, now))
            over = [(now, number) for (kind, _), number in standing.items() if kind not in PERMANENT]
            connection.executemany("UPDATE alerts SET ended_at = ? WHERE id = ?", over)
        return new

    def standing(self) -> list[Alert]:
        """What is wrong, as far as is known."""
        return self._alerts("ended_at IS NULL")

    def untold(self, way: str) -> list[Alert]:
        """The alerts that were not told yet by a way: `filed` or `sent`."""
        return self._alerts(f"{_WAYS[way]} = 0")

    def told(self, way: str, alert: Alert) -> None:
        """The alert was told by this way."""
        with self._writing() as connection:
            connection.execute(f"UPDATE alerts SET {_WAYS[way]} = 1 WHERE id = ?", (alert.id,))

    def keep_evidence(self, name: str, data: bytes) -> Path:
        """Writes a file that proves something; durable on return, and never written over. Raises OSError."""
        folder = self.folder / EVIDENCE
        folder.mkdir(exist_ok=True)
        target = folder / name
        if not target.exists():
            durable.put(target, data, 0o666)
            for changed in (folder, self.folder):
                durable.settle(changed)
        return target

    def _alerts(self, where: str) -> list[Alert]:
        with closing(self._connect()) as connection:
            query = f"SELECT id, kind, subject, message, at FROM alerts WHERE {where} ORDER BY id"
            return [Alert(*row) for row in connection.execute(query)]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(self._connect()) as connection, durable.transaction(connection):
            yield connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.folder / FILE, timeout=_BUSY_SECONDS, isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")
        return connection


_WAYS: Final = {"filed": "filed", "sent": "sent"}
