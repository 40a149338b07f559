"""The tables of a ledger file, and how a file becomes one.

Every table is STRICT: a value of another type than its column's is an error.

stored_events    the log, one row an entry; never changed, never deleted
  notification_id     index in the log + 1, dense
  originator_id       stream id, 16 bytes
  originator_version  version in the stream, from 1
  topic               wire name of the event type
  state               the signed statement (COSE_Sign1, empty unprotected header)
  leaf                RFC 6962 leaf hash of `state`
tree_head        one row: the tree over all of stored_events
  size                number of entries
  frontier            roots of its complete subtrees (`Frontier.to_bytes`)
  recorded_at         recorded time of the last batch, milliseconds: it never runs backwards
signed_head      at most one row: the latest tree head that the log signed
  size, root          what was signed
  note                the C2SP signed note
commands         one row a command that was recorded
  command_id          16 bytes
  first_index, count  where its entries stand
vault            the sealed personal values of entries that have any
  notification_id     the entry's
  subject             the person whose data key sealed them, 16 bytes
  sealed              ciphertext
streams          private index: whose stream it is
  subject, stream     16 bytes each
claims           private uniqueness
  key                 HMAC, 32 bytes
  subject             the person with whom it is erased, or null
  value               what the claimant wants to find again
boundaries       optimistic consistency
  boundary            16 bytes
  revision            of what was decided last
erasures         everyone ever erased, so that a data key can be destroyed again
  subject             16 bytes
tracking         `eventsourcing`'s: how far a projection kept in this file has come
  application_name, notification_id
fence            one row: whether this file is the one that may be written to (`ledger.fence`)
  state               open, moved, backup, unfinished
  other               where the ledger was moved to, or what this is a copy of
  move                the same at both ends of one move, 16 bytes
  turn                grows with every change
"""

from __future__ import annotations

import sqlite3
from typing import Final

from ledger.sqlite.datastore import execute
from ledger.store import StoreError
from verifier.merkle import Frontier

SCHEMA_VERSION: Final = 2
"""Kept in `PRAGMA user_version`."""

TABLES: Final = (
    """CREATE TABLE stored_events (
        notification_id INTEGER PRIMARY KEY,
        originator_id BLOB NOT NULL CHECK (length(originator_id) = 16),
        originator_version INTEGER NOT NULL,
        topic TEXT NOT NULL,
        state BLOB NOT NULL,
        leaf BLOB NOT NULL CHECK (length(leaf) = 32),
        UNIQUE (originator_id, originator_version)) STRICT""",
    """CREATE TABLE tree_head (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        size INTEGER NOT NULL,
        frontier BLOB NOT NULL,
        recorded_at INTEGER NOT NULL) STRICT""",
    """CREATE TABLE signed_head (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        size INTEGER NOT NULL,
        root BLOB NOT NULL CHECK (length(root) = 32),
        note TEXT NOT NULL) STRICT""",
    """CREATE TABLE commands (
        command_id BLOB PRIMARY KEY CHECK (length(command_id) = 16),
        first_index INTEGER NOT NULL,
        count INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
    """CREATE TABLE vault (
        notification_id INTEGER PRIMARY KEY,
        subject BLOB NOT NULL CHECK (length(subject) = 16),
        sealed BLOB NOT NULL) STRICT""",
    "CREATE INDEX vault_subject ON vault (subject)",
    """CREATE TABLE streams (
        subject BLOB NOT NULL CHECK (length(subject) = 16),
        stream BLOB NOT NULL CHECK (length(stream) = 16),
        PRIMARY KEY (subject, stream)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE claims (
        key BLOB PRIMARY KEY CHECK (length(key) = 32),
        subject BLOB CHECK (length(subject) = 16),
        value BLOB NOT NULL) STRICT, WITHOUT ROWID""",
    "CREATE INDEX claims_subject ON claims (subject) WHERE subject IS NOT NULL",
    """CREATE TABLE boundaries (
        boundary BLOB PRIMARY KEY CHECK (length(boundary) = 16),
        revision INTEGER NOT NULL CHECK (revision > 0)) STRICT, WITHOUT ROWID""",
    "CREATE TABLE erasures (subject BLOB PRIMARY KEY CHECK (length(subject) = 16)) STRICT, WITHOUT ROWID",
    """CREATE TABLE tracking (
        application_name TEXT PRIMARY KEY,
        notification_id INTEGER NOT NULL) STRICT, WITHOUT ROWID""",
)
"""Version 1."""

FENCE: Final = (
    """CREATE TABLE fence (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        state TEXT NOT NULL CHECK (state IN ('open', 'moved', 'backup', 'unfinished')),
        other TEXT NOT NULL,
        move BLOB NOT NULL,
        turn INTEGER NOT NULL) STRICT""",
    "INSERT INTO fence VALUES (1, 'open', '', x'', 0)",
    # For processes of an older version too, which have the file open.
    *(
        f"CREATE TRIGGER {name} BEFORE {event} WHEN NOT EXISTS (SELECT 1 FROM fence WHERE state = 'open')"
        " BEGIN SELECT RAISE(ABORT, 'this ledger is closed'); END"
        for name, event in (
            ("tree_is_fenced", "UPDATE ON tree_head"),
            ("first_head_is_fenced", "INSERT ON signed_head"),
            ("head_is_fenced", "UPDATE ON signed_head"),
        )
    ),
)
"""Version 2 adds the fence."""


def create(connection: sqlite3.Connection) -> None:
    """Makes the tables where the file has none yet, or those that it lacks; several processes may do so at once.

    `connection` is in autocommit mode. Raises StoreError for a file that a newer version of this program has written.
    """
    if _version(connection) == SCHEMA_VERSION:
        return
    execute(connection, "BEGIN IMMEDIATE")
    try:
        if _version(connection) == 0:
            for statement in TABLES:
                connection.execute(statement)
            connection.execute("INSERT INTO tree_head VALUES (1, 0, ?, 0)", (Frontier().to_bytes(),))
            # The library's mark that tracking has one row an application.
            connection.execute("INSERT INTO tracking VALUES ('__migration__', 1)")
        if _version(connection) < SCHEMA_VERSION:
            for statement in FENCE:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    if (version := _version(connection)) != SCHEMA_VERSION:
        raise StoreError(f"the database has schema version {version}, this program knows {SCHEMA_VERSION}")


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version
