"""From an event to an entry: the bytes that are signed are those that are stored, and nothing links two streams."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.seal import Circumstances, Draft, Sealer, seeded
from ledger.signing import signer_of
from ledger.sqlite.datakeys import SqliteDataKeys
from ledger.store import Entry, Recorded
from ledger.vault import Vault
from tests.ledger.deciders.story import AWARDED, ENROLLED, OPENED, REGISTERED, REVOKED, TRAINEE, uuid
from verifier import merkle, statement
from verifier.events import event_type
from verifier.record import approved_digest, blind_command

SIGNER = signer_of(sha256(b"seed").digest(), "PARTNER", "base", ())
SHARED = Circumstances(b"command-id-16byt", 1_767_225_600_000, "P-1", "P-2", uuid("pack"))
STORY = (REGISTERED, ENROLLED, AWARDED, REVOKED, OPENED)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with SqliteDataKeys(tmp_path / "data-keys.sqlite", bytes(32)) as keys:
        yield Vault(keys)


def drafts() -> list[Draft]:
    return [Draft(event, 3, TRAINEE, SIGNER) for event in STORY]


def sealer(vault: Vault) -> Sealer:
    return Sealer(vault, lambda code: f"https://{code.lower()}.example.org")


def test_an_entry_is_the_statement_with_its_leaf_and_columns(vault: Vault) -> None:
    for entry, event in zip(sealer(vault).seal(drafts(), SHARED), STORY, strict=True):
        read = statement.verify_signature(statement.parse(entry.statement), SIGNER.public_key)
        assert read.raw == entry.statement
        assert (read.stream_id, read.version, read.type) == (entry.stream_id, entry.version, entry.topic)
        assert (entry.stream_id, entry.version, entry.topic) == (event.stream_id, 3, event_type(event).name)
        assert entry.leaf == merkle.leaf_hash(entry.statement)
        assert (read.kid, read.issuer) == (SIGNER.kid, "https://partner.example.org")
        assert (read.record.envelope.recorded_at, read.record.envelope.pack) == (SHARED.recorded_at, uuid("pack"))


def test_personal_values_are_sealed_and_committed_to(vault: Vault) -> None:
    for entry, event in zip(sealer(vault).seal(drafts(), SHARED), STORY, strict=True):
        declared = event_type(event)
        personal = bool(declared.personal or declared.printed)
        assert (entry.sealed is not None, entry.subject is not None) == (personal, personal)
    for index, (entry, event) in enumerate(zip(sealer(vault).seal(drafts(), SHARED), STORY, strict=True)):
        assert vault.read(recorded(index, entry))[1] == event


def test_streams_that_one_command_wrote_do_not_show_it(vault: Vault) -> None:
    entries = sealer(vault).seal(drafts(), SHARED)
    shown = {entry.stream_id: statement.parse(entry.statement).record.envelope.command for entry in entries}
    assert len(set(shown.values())) == len(shown)
    for stream, command in shown.items():
        assert command == blind_command(SHARED.command_id, stream)
    assert not any(SHARED.command_id in entry.statement for entry in entries)


def test_salts_are_never_used_twice(vault: Vault) -> None:
    commitments: list[bytes] = []
    for _ in range(3):
        for entry in sealer(vault).seal(drafts(), SHARED):
            commitments += statement.parse(entry.statement).record.commitments
    assert len(set(commitments)) == len(commitments)


def test_the_approver_stands_only_where_two_are_needed(vault: Vault) -> None:
    for entry, event in zip(sealer(vault).seal(drafts(), SHARED), STORY, strict=True):
        actors = statement.parse(entry.statement).record.envelope.actors
        assert actors == (("P-1", "P-2") if event in (AWARDED, REVOKED) else ("P-1",))


@pytest.mark.parametrize("approver", [None, "P-1"])
def test_an_award_is_never_sealed_for_one_person(vault: Vault, approver: str | None) -> None:
    with pytest.raises(ValueError, match="proposer and an approver"):
        sealer(vault).seal(drafts(), replace(SHARED, approver=approver))


def test_each_signature_belongs_to_its_draft(vault: Vault) -> None:
    other = signer_of(sha256(b"another seed").digest(), "BUREAU", "base", ())
    signers = (SIGNER, other, other, SIGNER, other)
    mixed = [draft._replace(signer=signer) for draft, signer in zip(drafts(), signers, strict=True)]
    for entry, signer in zip(sealer(vault).seal(mixed, SHARED), signers, strict=True):
        read = statement.verify_signature(statement.parse(entry.statement), signer.public_key)
        assert (read.kid, read.issuer) == (signer.kid, f"https://{signer.organisation.lower()}.example.org")


def recorded(index: int, entry: Entry) -> Recorded:
    """An entry as the store gives it back."""
    place = (index, entry.stream_id, entry.version, entry.topic)
    return Recorded(*place, entry.statement, entry.leaf, entry.subject, entry.sealed)


# --- salts from a seed ----------------------------------------------------------------------------------------------


def test_a_seed_gives_the_same_bytes_however_they_are_asked_for() -> None:
    seed = sha256(b"proposal").digest()
    whole = seeded(seed)(200)
    for sizes in ((200,), (16,) * 12 + (8,), (0, 1, 31, 32, 33, 0, 103), (199, 1)):
        take = seeded(seed)
        parts = [take(size) for size in sizes]
        assert [len(part) for part in parts] == list(sizes)
        assert b"".join(parts) == whole
    assert whole[:32] == hmac.digest(seed, b"certledger/salts" + bytes(8), "sha256")
    assert whole[32:64] == hmac.digest(seed, b"certledger/salts" + bytes(7) + b"\x01", "sha256")
    assert seeded(sha256(b"another").digest())(200) != whole


@pytest.mark.parametrize("seed", [b"", bytes(31), bytes(33)])
def test_a_seed_has_32_bytes(seed: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        seeded(seed)


def test_what_is_foreseen_is_what_is_sealed_at_any_time(vault: Vault) -> None:
    made, seed = sealer(vault), sha256(b"proposal").digest()
    foreseen = made.foreseen(drafts(), SHARED, made.draw(drafts(), seeded(seed)))
    assert len(set(foreseen)) == len(STORY)
    for at in (0, SHARED.recorded_at + 5000):
        salts = made.draw(drafts(), seeded(seed))
        entries = made.seal(drafts(), replace(SHARED, recorded_at=at), salts)
        assert [approved_digest(statement.parse(entry.statement).payload) for entry in entries] == foreseen
    again = made.seal(drafts(), SHARED)
    assert [approved_digest(statement.parse(entry.statement).payload) for entry in again][:3] != foreseen[:3]
