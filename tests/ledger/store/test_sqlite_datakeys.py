"""Data keys: durable, wrapped, bound to their person, and gone when destroyed."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger.sqlite.datakeys import SqliteDataKeys
from ledger.store import DataKeys
from ledger.wrapping import CannotUnwrap
from tests.ledger.store.making import Maker

MASTER = bytes(range(32))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.db"


def test_keys_are_made_once_and_read_back_by_any_handle(path: Path, make: Maker) -> None:
    people = [make.uuid() for _ in range(1100)]
    with SqliteDataKeys(path, MASTER) as keys, SqliteDataKeys(path, MASTER) as others:
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


def test_two_that_make_a_key_at_once_get_the_same(path: Path, make: Maker) -> None:
    people = [make.uuid() for _ in range(50)]

    def work(_: int) -> dict[object, bytes]:
        with SqliteDataKeys(path, MASTER) as keys:
            return {person: keys.create([person])[person] for person in people}

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(work, range(4)))
    assert all(result == results[0] for result in results)


def test_a_destroyed_key_is_in_no_file_any_more(path: Path, make: Maker) -> None:
    person, other = make.uuid(), make.uuid()
    with SqliteDataKeys(path, MASTER) as keys:
        kept = keys.create([person, other])[other]
        wrapped = rows(path)[person.bytes]
        assert wrapped in written(path.parent)
        keys.destroy(person)
        keys.destroy(person)
        assert keys.get(person) is None
        assert keys.get_many([person, other]) == {other: kept}
        assert wrapped not in written(path.parent)


def test_no_key_stands_in_clear_and_the_file_is_private(path: Path, make: Maker) -> None:
    with SqliteDataKeys(path, MASTER) as keys:
        made = keys.create([make.uuid() for _ in range(20)])
    assert not any(key in written(path.parent) for key in made.values())
    assert path.stat().st_mode & 0o777 == 0o600


def test_another_master_key_opens_nothing(path: Path, make: Maker) -> None:
    person = make.uuid()
    with SqliteDataKeys(path, MASTER) as keys:
        keys.create([person])
    with SqliteDataKeys(path, bytes(32)) as keys, pytest.raises(CannotUnwrap, match=str(person)):
        keys.get(person)
    with pytest.raises(ValueError, match="32 bytes"):
        SqliteDataKeys(path, b"short")


def test_every_flipped_bit_of_a_wrapped_key_is_found(path: Path, make: Maker) -> None:
    person = make.uuid()
    with SqliteDataKeys(path, MASTER) as keys:
        keys.create([person])
        wrapped = rows(path)[person.bytes]
        for bit in range(0, len(wrapped) * 8):
            changed = bytearray(wrapped)
            changed[bit // 8] ^= 1 << bit % 8
            put(path, person.bytes, bytes(changed))
            with pytest.raises(CannotUnwrap):
                keys.get(person)


def test_a_key_moved_to_another_person_does_not_open(path: Path, make: Maker) -> None:
    person, other = make.uuid(), make.uuid()
    with SqliteDataKeys(path, MASTER) as keys:
        keys.create([person, other])
        put(path, person.bytes, rows(path)[other.bytes])
        with pytest.raises(CannotUnwrap):
            keys.get(person)


def rows(path: Path) -> dict[bytes, bytes]:
    connection = sqlite3.connect(path)
    found = dict(connection.execute("SELECT subject, wrapped FROM data_keys"))
    connection.close()
    return found


def put(path: Path, subject: bytes, wrapped: bytes) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("UPDATE data_keys SET wrapped = ? WHERE subject = ?", (wrapped, subject))
    connection.close()


def written(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())
