"""Files and databases that hold what they were given, whole or not at all, once a call has returned."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def put(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Puts a file in place of what was there; its name is durable once the folder is settled.

    Raises OSError; then the old one is still there.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise


def settle(folder: Path) -> None:
    """Makes the names in a folder durable. Raises OSError, also where folders cannot be opened."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing of what is written within, alone among all writers. Raises sqlite3.Error.

    The connection leaves transactions to its user (`isolation_level=None`).
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
