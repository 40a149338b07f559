"""Personal values at rest: nothing in clear, nothing movable, nothing left after an erasure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.seal import Circumstances, Draft, Sealer
from ledger.signing import signer_of
from ledger.sqlite.datakeys import SqliteDataKeys
from ledger.sqlite.store import SqliteStore
from ledger.store import Batch, Recorded, StoreCorrupt
from ledger.vault import Vault
from ledger.wrapping import CannotUnwrap
from tests.ledger.deciders.story import AWARDED, ENROLLED, REGISTERED, REVOKED, TRAINEE, uuid
from tests.verifier.test_kinds import forms_of
from verifier.errors import Mismatch
from verifier.events import WITHHELD, Event, event_type

MASTER = sha256(b"master").digest()
SIGNER = signer_of(sha256(b"seed").digest(), "BASE", "base", ())
SHARED = Circumstances(b"c" * 16, 1_767_225_600_000, "P-1", "P-2")
OTHER = replace(REGISTERED, trainee_id=uuid("other"), name="别人", trainee_no="T2")


@pytest.fixture
def data_keys(tmp_path: Path) -> Iterator[SqliteDataKeys]:
    with SqliteDataKeys(tmp_path / "data-keys.sqlite", MASTER) as keys:
        yield keys


@pytest.fixture
def vault(data_keys: SqliteDataKeys) -> Vault:
    return Vault(data_keys)


def recorded(vault: Vault, *events: Event, subject: object = TRAINEE) -> list[Recorded]:
    """The events as they would lie in the store."""
    drafts = [Draft(event, 1, subject, SIGNER) for event in events]  # type: ignore[arg-type]
    entries = Sealer(vault, lambda code: f"https://{code}").seal(drafts, SHARED)
    return [
        Recorded(index, e.stream_id, e.version, e.topic, e.statement, e.leaf, e.subject, e.sealed)
        for index, e in enumerate(entries)
    ]


def test_what_is_sealed_comes_back(vault: Vault, data_keys: SqliteDataKeys) -> None:
    rows = recorded(vault, REGISTERED, ENROLLED, AWARDED, REVOKED)
    for reader in (vault, Vault(data_keys)):
        assert [reader.read(row)[1] for row in rows] == [REGISTERED, ENROLLED, AWARDED, REVOKED]
    assert rows[3].sealed is None


def test_sealed_values_do_not_open_in_another_place(vault: Vault) -> None:
    one, place = recorded(vault, REGISTERED, ENROLLED)
    (other,) = recorded(vault, OTHER, subject=uuid("other"))
    for moved in (
        replace(one, stream_id=place.stream_id),
        replace(one, version=2),
        replace(one, subject=other.subject),
        replace(one, sealed=place.sealed),
        replace(one, sealed=other.sealed),
        replace(one, sealed=b""),
        replace(one, sealed=b"\x00" * 11),
    ):
        with pytest.raises(StoreCorrupt) as caught:
            vault.read(moved)
        assert (caught.value.index, caught.value.column) == (one.index, "sealed")


def test_values_of_another_statement_at_the_same_place_are_noticed(vault: Vault) -> None:
    (one,) = recorded(vault, REGISTERED)
    (other,) = recorded(vault, replace(REGISTERED, name="别人"))
    with pytest.raises(Mismatch):
        vault.read(replace(one, sealed=other.sealed))


def test_every_flipped_bit_is_noticed(vault: Vault) -> None:
    (row,) = recorded(vault, ENROLLED)
    sealed = row.sealed
    assert sealed is not None
    for at in range(len(sealed)):
        for bit in range(8):
            with pytest.raises(StoreCorrupt):
                vault.open(replace(row, sealed=sealed[:at] + bytes([sealed[at] ^ 1 << bit]) + sealed[at + 1 :]))


def test_a_destroyed_key_leaves_nothing_to_read(vault: Vault, data_keys: SqliteDataKeys) -> None:
    rows = recorded(vault, REGISTERED, AWARDED)
    vault.forget(TRAINEE)
    for reader in (vault, Vault(data_keys)):
        for row in rows:
            event = reader.read(row)[1]
            declared = event_type(event)
            assert all(getattr(event, f.name) is WITHHELD for f in (*declared.personal, *declared.printed))
    assert vault.read(rows[1])[1].awarded_on == AWARDED.awarded_on  # type: ignore[attr-defined]
    vault.forget(TRAINEE)


def test_a_new_key_does_not_open_what_the_old_one_sealed(vault: Vault) -> None:
    (row,) = recorded(vault, REGISTERED)
    vault.forget(TRAINEE)
    vault.prepare({TRAINEE})
    with pytest.raises(StoreCorrupt):
        vault.read(row)


def test_people_have_keys_of_their_own(vault: Vault, data_keys: SqliteDataKeys) -> None:
    (one,) = recorded(vault, REGISTERED)
    (other,) = recorded(vault, OTHER, subject=uuid("other"))
    vault.forget(TRAINEE)
    assert vault.open(one) is None
    assert vault.read(other)[1] == OTHER
    assert data_keys.get(uuid("other")) not in (None, data_keys.get(TRAINEE))


def test_another_master_key_opens_no_data_key(vault: Vault, tmp_path: Path) -> None:
    (row,) = recorded(vault, REGISTERED)
    with SqliteDataKeys(tmp_path / "data-keys.sqlite", bytes(32)) as wrong, pytest.raises(CannotUnwrap):
        Vault(wrong).read(row)


def test_nothing_lies_in_clear_in_any_file(vault: Vault, data_keys: SqliteDataKeys, tmp_path: Path) -> None:
    events: list[Event] = [REGISTERED, ENROLLED, AWARDED]
    drafts = [Draft(event, 1, TRAINEE, SIGNER) for event in events]
    with SqliteStore.open(tmp_path / "ledger.sqlite") as store:
        store.append(Batch(b"c" * 16, Sealer(vault, lambda code: f"https://{code}").seal(drafts, SHARED)))
        key = data_keys.get(TRAINEE)
        assert key is not None
        files = [path for path in tmp_path.iterdir() if path.is_file()]
        assert {path.name for path in files} >= {"ledger.sqlite", "data-keys.sqlite"}
        everything = b"".join(path.read_bytes() for path in files)
    assert b"trainee.registered/1" in everything
    assert [name for name, form in clear_forms(events) if form in everything] == []
    assert key not in everything
    assert MASTER not in everything


def clear_forms(events: list[Event]) -> Iterator[tuple[str, bytes]]:
    for event in events:
        declared = event_type(event)
        for field in (*declared.personal, *declared.printed):
            value = getattr(event, field.name)
            if value is not None and value != TRAINEE and value != ENROLLED.enrolment_id:
                yield from ((field.name, form) for form in forms_of(value) if len(form) > 5)
