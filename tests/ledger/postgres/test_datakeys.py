"""Data keys on PostgreSQL: how a destroyed key leaves the server's files, and whose schema is opened."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from ledger.postgres.datakeys import PostgresDataKeys
from ledger.postgres.datastore import connect
from ledger.store import StoreError
from tests.ledger.store.making import Maker
from tests.postgres_server import PostgresServer

MASTER = bytes(range(32))


def test_a_rewritten_table_holds_nothing_of_a_destroyed_key(
    postgres: PostgresServer, empty_address: str, make: Maker
) -> None:
    """What docs/postgresql.md says under Erasure."""
    person, other = make.uuid(), make.uuid()
    with PostgresDataKeys(empty_address, MASTER) as keys, connect(empty_address) as connection:
        keys.create([person, other])
        connection.execute("CHECKPOINT")
        wrapped = rows(empty_address)
        row = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
        assert row is not None
        folder = postgres.folder / "data" / "base" / str(row["oid"])
        assert all(key in written(folder) for key in wrapped.values())
        keys.destroy(person)
        connection.execute("VACUUM FULL certledger_keys.data_keys")
        connection.execute("CHECKPOINT")
        found = written(folder)
        assert (wrapped[person] in found, wrapped[other] in found) == (False, True)


def written(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())


def test_a_newer_schema_is_refused(empty_address: str) -> None:
    PostgresDataKeys(empty_address, MASTER).close()
    with connect(empty_address) as connection:
        connection.execute("INSERT INTO certledger_keys.migrations VALUES (99, 'of the future', now())")
    with pytest.raises(StoreError, match="certledger_keys has version 99"):
        PostgresDataKeys(empty_address, MASTER)


def rows(address: str) -> dict[UUID, bytes]:
    with connect(address) as connection:
        found = connection.execute("SELECT subject, wrapped FROM certledger_keys.data_keys").fetchall()
    return {row["subject"]: row["wrapped"] for row in found}
