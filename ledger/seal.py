"""From an event to what the store takes: statement bytes, signature, leaf, sealed personal values.

Sealing has two halves. The first turns a draft into plain values; it knows the event. The second makes the statement;
it knows keys and nothing else, so that a bulk intake can have it done by another process while it decides on.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.signing import Signer
from ledger.store import Entry
from ledger.vault import Vault, seal_with
from verifier.events import Event, event_type
from verifier.kinds import APPROVED_KINDS, ApprovalSigned
from verifier.record import (
    SALT_SIZE,
    Encoded,
    Envelope,
    TakeSalt,
    approved_digest,
    blind_command,
    encode_fields,
    payload_of,
)
from verifier.statement import Headers, assemble, to_be_signed

Randomness = Callable[[int], bytes]
"""So many random bytes. Tests pass a seeded one."""
SEED_SIZE: Final = 32
_BLOCK_SIZE: Final = 32


def seeded(seed: bytes) -> Randomness:
    """Randomness out of a secret seed of 32 bytes: the same seed gives the same bytes, however they are asked for.

    HMAC-SHA-256 in counter mode: block n is HMAC(seed, "certledger/salts" ‖ n in 8 bytes, big-endian). Whoever has the
    seed has the salts, so it is kept as long as they are to be foreseen and no longer.
    """
    if len(seed) != SEED_SIZE:
        raise ValueError(f"a seed has {SEED_SIZE} bytes, not {len(seed)}")
    left, number = b"", 0

    def take(size: int) -> bytes:
        nonlocal left, number
        blocks = [left]
        for _ in range(-(-(size - len(left)) // _BLOCK_SIZE)):
            blocks.append(hmac.digest(seed, b"certledger/salts" + number.to_bytes(8, "big"), "sha256"))
            number += 1
        drawn = b"".join(blocks)
        left = drawn[size:]
        return drawn[:size]

    return take


class Draft(NamedTuple):
    """An event that was decided on and is not yet recorded."""

    event: Event
    version: int
    subject: UUID
    """The person, or the log itself, whose data key seals the personal values."""
    signer: Signer


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What all events of one batch share."""

    command_id: bytes
    recorded_at: int
    proposer: str
    approver: str | None = None
    """Named only in events that need two people."""
    pack: UUID | None = None


class Prepared(NamedTuple):
    """A draft in plain values."""

    kid: bytes
    issuer: str
    subject: bytes
    version: int
    actors: tuple[str, ...]
    fields: Encoded


class Unsigned(NamedTuple):
    """A statement that lacks its signature, with the disclosures of its personal values."""

    signer: Signer
    protected: bytes
    payload: bytes
    disclosures: list[bytes]


class Sealed(NamedTuple):
    """A statement with its leaf, and the personal values encrypted, None if there are none."""

    statement: bytes
    leaf: bytes
    values: bytes | None


def seal_all(
    prepared: Iterable[Prepared],
    shared: Circumstances,
    salts: bytes,
    signers: Mapping[bytes, Signer],
    ciphers: Mapping[bytes, AESGCM],
) -> list[Sealed]:
    """The second half of sealing: `signers` by key id, `ciphers` by the person whose data key they hold."""
    take = _Salts(salts).take
    return [_sealed(item, shared, take, signers[item.kid], ciphers) for item in prepared]


def approved_digests(prepared: Iterable[Prepared], shared: Circumstances, salts: bytes) -> list[bytes]:
    """What an approver signs of each event, were they sealed with these salts at whatever time."""
    take = _Salts(salts).take
    return [approved_digest(payload_of(item.fields, _envelope(item, shared), take)[0]) for item in prepared]


def _unsigned(draft: Draft, item: Prepared, shared: Circumstances, salt: TakeSalt) -> Unsigned:
    payload, disclosures = payload_of(item.fields, _envelope(item, shared), salt)
    protected = _headers(item.kid, item.issuer).of(UUID(bytes=item.fields.stream))
    return Unsigned(draft.signer, protected, payload, disclosures)


def _sealed(
    item: Prepared, shared: Circumstances, salt: TakeSalt, signer: Signer, ciphers: Mapping[bytes, AESGCM]
) -> Sealed:
    stream = UUID(bytes=item.fields.stream)
    payload, disclosures = payload_of(item.fields, _envelope(item, shared), salt)
    protected = _headers(item.kid, item.issuer).of(stream)
    statement = assemble(protected, payload, signer.sign(to_be_signed(protected, payload)))
    values = seal_with(ciphers[item.subject], stream.bytes, item.version, disclosures) if disclosures else None
    return Sealed(statement, sha256(b"\x00" + statement).digest(), values)


def _envelope(item: Prepared, shared: Circumstances) -> Envelope:
    stream = UUID(bytes=item.fields.stream)
    command = blind_command(shared.command_id, stream)
    pack = None if shared.pack == stream else shared.pack  # the intake's own event came with no intake
    return Envelope(item.version, shared.recorded_at, command, item.actors, pack)


class Sealer:
    """Makes entries out of drafts."""

    def __init__(self, vault: Vault, issuer_uri: Callable[[str], str], randomness: Randomness = os.urandom) -> None:
        self._vault = vault
        self._issuer_uri = issuer_uri
        self._randomness = randomness

    def prepare(
        self, drafts: Sequence[Draft], shared: Circumstances, salts: bytes | None = None
    ) -> tuple[list[Prepared], bytes]:
        """The first half of sealing: the drafts in plain values, and the salts for all of them."""
        prepared = [self._prepared(draft, shared) for draft in drafts]
        return prepared, self.draw(drafts) if salts is None else salts

    def draw(self, drafts: Sequence[Draft], randomness: Randomness | None = None) -> bytes:
        """Salts for all drafts, in their order; from other randomness than the sealer's where it is given."""
        return (randomness or self._randomness)(SALT_SIZE * sum(_salts_needed(draft.event) for draft in drafts))

    def foreseen(self, drafts: Sequence[Draft], shared: Circumstances, salts: bytes) -> list[bytes]:
        """The approved digest of each draft, were they sealed with these salts at whatever time."""
        return approved_digests(self.prepare(drafts, shared, salts)[0], shared, salts)

    def unsigned(self, drafts: Sequence[Draft], shared: Circumstances, salts: bytes) -> list[Unsigned]:
        """What would be signed of each draft, were they sealed with these salts at the time that is given."""
        take = _Salts(salts).take
        prepared = self.prepare(drafts, shared, salts)[0]
        return [_unsigned(draft, item, shared, take) for draft, item in zip(drafts, prepared, strict=True)]

    def entries(self, drafts: Sequence[Draft], sealed: Sequence[Sealed]) -> list[Entry]:
        """The entries of drafts that were sealed."""
        return [_entry(draft, item) for draft, item in zip(drafts, sealed, strict=True)]

    def seal(self, drafts: Sequence[Draft], shared: Circumstances, salts: bytes | None = None) -> list[Entry]:
        """Both halves, in this process. Data keys are durable before anything is sealed under them."""
        prepared, salts = self.prepare(drafts, shared, salts)
        signers = {draft.signer.kid: draft.signer for draft in drafts}
        people = {person: UUID(bytes=person) for person in people_of(prepared)}
        self._vault.prepare(set(people.values()))
        ciphers = {person: self._vault.cipher(subject) for person, subject in people.items()}
        return self.entries(drafts, seal_all(prepared, shared, salts, signers, ciphers))

    def _prepared(self, draft: Draft, shared: Circumstances) -> Prepared:
        signer = draft.signer
        actors, fields = _actors(draft.event, shared), encode_fields(draft.event)
        issuer = self._issuer_uri(signer.organisation)
        return Prepared(signer.kid, issuer, draft.subject.bytes, draft.version, actors, fields)


def people_of(prepared: Iterable[Prepared]) -> set[bytes]:
    """Whose data keys it takes to seal these."""
    return {item.subject for item in prepared if item.fields.personal or item.fields.printed}


def _salts_needed(event: Event) -> int:
    declared = event_type(event)
    return len(declared.personal) + (2 if declared.printed else 0)


def _entry(draft: Draft, sealed: Sealed) -> Entry:
    subject = None if sealed.values is None else draft.subject
    topic = event_type(draft.event).name
    return Entry(draft.event.stream_id, draft.version, topic, sealed.statement, sealed.leaf, subject, sealed.values)


@lru_cache(maxsize=1024)
def _headers(kid: bytes, issuer: str) -> Headers:
    return Headers(kid, issuer)


class _Salts:
    """Salts out of one draw of randomness for a whole batch."""

    def __init__(self, drawn: bytes) -> None:
        self._drawn = drawn
        self._at = 0

    def take(self) -> bytes:
        """The next salt."""
        start = self._at
        self._at = start + SALT_SIZE
        return self._drawn[start : self._at]


def _actors(event: Event, shared: Circumstances) -> tuple[str, ...]:
    if isinstance(event, ApprovalSigned) and event.approver != shared.proposer:
        raise ValueError(f"what {event.approver} signed is recorded by nobody else")
    if event_type(event).kind not in APPROVED_KINDS:
        return (shared.proposer,)
    if shared.approver is None or shared.approver == shared.proposer:
        raise ValueError(f"{event_type(event).name} needs a proposer and an approver")
    return (shared.proposer, shared.approver)
