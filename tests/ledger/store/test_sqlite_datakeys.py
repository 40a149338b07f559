"""Data keys in a file: private, and a destroyed key is in no byte of it any more."""

from __future__ import annotations

from pathlib import Path

from tests.ledger.store.backends import SqliteBackend
from tests.ledger.store.making import Maker

MASTER = bytes(range(32))


def test_a_destroyed_key_is_in_no_file_any_more(tmp_path: Path, make: Maker) -> None:
    person, other = make.uuid(), make.uuid()
    backend = SqliteBackend(tmp_path)
    with backend.open_keys(MASTER) as keys:
        keys.create([person, other])
        wrapped = backend.wrapped()
        assert all(row in written(tmp_path) for row in wrapped.values())
        keys.destroy(person)
        assert wrapped[person] not in written(tmp_path)
        assert wrapped[other] in written(tmp_path)


def test_no_key_stands_in_clear_and_the_file_is_private(tmp_path: Path, make: Maker) -> None:
    backend = SqliteBackend(tmp_path)
    with backend.open_keys(MASTER) as keys:
        made = keys.create([make.uuid() for _ in range(20)])
    assert not any(key in written(tmp_path) for key in made.values())
    assert backend.keys_path.stat().st_mode & 0o777 == 0o600


def written(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())
