"""Data keys on PostgreSQL: durable, wrapped, bound to their person, and gone when destroyed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from ledger.postgres.datakeys import PostgresDataKeys
from ledger.postgres.datastore import connect
from ledger.store import DataKeys, StoreError
from ledger.wrapping import CannotUnwrap
from tests.ledger.store.making import Maker
from tests.postgres_server import PostgresServer

MASTER = bytes(range(32))


def test_keys_are_made_once_and_read_back_by_any_handle(empty_address: str, make: Maker) -> None:
    people = [make.uuid() for _ in range(1100)]
    with PostgresDataKeys(empty_address, MASTER) as keys, PostgresDataKeys(empty_address, MASTER) as others:
        port: DataKeys = keys
        made = port.create(people)
        assert set(made) == set(people)
        assert all(len(key) == 32 for key in made.values())
        assert len(set(made.values())) == len(people)
        assert others.get_many(people) == made
        assert others.get(people[7]) == made[people[7]]
        more = others.create([people[0], make.uuid()])
        assert more[people[0]] == made[people[0]]
        assert len(more) == 2
        assert keys.get(make.uuid()) is None
        assert keys.get_many([make.uuid()]) == {}
        assert keys.create([]) == {}


def test_many_that_make_keys_at_once_get_the_same(empty_address: str, make: Maker) -> None:
    people = [make.uuid() for _ in range(60)]

    def work(turn: int) -> dict[UUID, bytes]:
        with PostgresDataKeys(empty_address, MASTER) as keys:
            asked = people[turn:] + people[:turn]
            return {person: key for start in range(0, 60, 20) for person, key in keys.create(asked[start:]).items()}

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(work, range(0, 40, 10)))
    assert all(result == results[0] for result in results)
    assert set(results[0]) == set(people)


def test_a_destroyed_key_is_gone_and_others_stay(empty_address: str, make: Maker) -> None:
    person, other = make.uuid(), make.uuid()
    with PostgresDataKeys(empty_address, MASTER) as keys:
        kept = keys.create([person, other])[other]
        keys.destroy(person)
        keys.destroy(person)
        assert keys.get(person) is None
        assert keys.get_many([person, other]) == {other: kept}
    assert set(rows(empty_address)) == {other}


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


def test_no_key_stands_in_clear(empty_address: str, make: Maker) -> None:
    with PostgresDataKeys(empty_address, MASTER) as keys:
        made = keys.create([make.uuid() for _ in range(20)])
    stored = b"".join(rows(empty_address).values())
    assert not any(key in stored for key in made.values())


def test_another_master_key_opens_nothing(empty_address: str, make: Maker) -> None:
    person = make.uuid()
    with PostgresDataKeys(empty_address, MASTER) as keys:
        keys.create([person])
    with PostgresDataKeys(empty_address, bytes(32)) as keys, pytest.raises(CannotUnwrap, match=str(person)):
        keys.get(person)
    with pytest.raises(ValueError, match="32 bytes"):
        PostgresDataKeys(empty_address, b"short")


def test_every_flipped_bit_of_a_wrapped_key_is_found(empty_address: str, make: Maker) -> None:
    person = make.uuid()
    with PostgresDataKeys(empty_address, MASTER) as keys:
        keys.create([person])
        wrapped = rows(empty_address)[person]
        with connect(empty_address) as connection:
            for bit in range(0, len(wrapped) * 8):
                changed = bytearray(wrapped)
                changed[bit // 8] ^= 1 << bit % 8
                connection.execute("UPDATE certledger_keys.data_keys SET wrapped = %s", (bytes(changed),))
                with pytest.raises(CannotUnwrap):
                    keys.get(person)


def test_a_key_moved_to_another_person_does_not_open(empty_address: str, make: Maker) -> None:
    person, other = make.uuid(), make.uuid()
    with PostgresDataKeys(empty_address, MASTER) as keys:
        keys.create([person, other])
        put(empty_address, person, rows(empty_address)[other])
        with pytest.raises(CannotUnwrap):
            keys.get(person)


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


def put(address: str, subject: UUID, wrapped: bytes) -> None:
    with connect(address) as connection:
        connection.execute("UPDATE certledger_keys.data_keys SET wrapped = %s WHERE subject = %s", (wrapped, subject))
