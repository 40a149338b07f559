"""From an event to what the store takes: statement bytes, signature, leaf, sealed personal values.

Sealing has two halves, so that a bulk intake can sign one chunk while it decides on the next: `payloads` fixes what
will be signed, `finish` puts the signatures in.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from ledger.signing import Signer
from ledger.store import Entry
from ledger.vault import Vault
from verifier.events import Event, event_type
from verifier.kinds import APPROVED_KINDS
from verifier.record import SALT_SIZE, Envelope, blind_command, make_payload
from verifier.statement import Headers, assemble, to_be_signed

Randomness = Callable[[int], bytes]
"""So many random bytes. Tests pass a seeded one."""


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


class Unsigned(NamedTuple):
    """A draft with the exact bytes that its signer signs."""

    draft: Draft
    protected: bytes
    payload: bytes
    disclosures: list[bytes]

    def message(self) -> bytes:
        """What is to be signed (RFC 9052 §4.4)."""
        return to_be_signed(self.protected, self.payload)


class Sealer:
    """Makes entries out of drafts."""

    def __init__(self, vault: Vault, issuer_uri: Callable[[str], str], randomness: Randomness = os.urandom) -> None:
        self._vault = vault
        self._issuer_uri = issuer_uri
        self._randomness = randomness
        self._headers: dict[tuple[bytes, str], Headers] = {}

    def payloads(self, drafts: Sequence[Draft], shared: Circumstances) -> list[Unsigned]:
        """Fixes salts, envelopes and payload bytes."""
        pool = _Salts(self._randomness, sum(_salts_needed(draft.event) for draft in drafts))
        return [self._unsigned(draft, shared, pool.take) for draft in drafts]

    def finish(self, unsigned: Sequence[Unsigned], signatures: Sequence[bytes]) -> list[Entry]:
        """The entries. Data keys are durable before anything is sealed under them."""
        self._vault.prepare({item.draft.subject for item in unsigned if item.disclosures})
        return [self._entry(item, signature) for item, signature in zip(unsigned, signatures, strict=True)]

    def seal(self, drafts: Sequence[Draft], shared: Circumstances) -> list[Entry]:
        """Both halves at once."""
        unsigned = self.payloads(drafts, shared)
        return self.finish(unsigned, [item.draft.signer.sign(item.message()) for item in unsigned])

    def _unsigned(self, draft: Draft, shared: Circumstances, salt: Callable[[], bytes]) -> Unsigned:
        stream = draft.event.stream_id
        envelope = Envelope(
            draft.version,
            shared.recorded_at,
            blind_command(shared.command_id, stream),
            _actors(draft.event, shared),
            None if shared.pack == stream else shared.pack,  # the intake's own event came with no intake
        )
        payload, disclosures = make_payload(draft.event, envelope, salt)
        return Unsigned(draft, self._headers_of(draft.signer).of(stream), payload, disclosures)

    def _entry(self, item: Unsigned, signature: bytes) -> Entry:
        draft, stream = item.draft, item.draft.event.stream_id
        statement = assemble(item.protected, item.payload, signature)
        sealed = None
        if item.disclosures:
            sealed = self._vault.seal(draft.subject, stream, draft.version, item.disclosures)
        return Entry(
            stream,
            draft.version,
            event_type(draft.event).name,
            statement,
            sha256(b"\x00" + statement).digest(),
            draft.subject if sealed else None,
            sealed,
        )

    def _headers_of(self, signer: Signer) -> Headers:
        uri = self._issuer_uri(signer.organisation)
        headers = self._headers.get((signer.kid, uri))
        if headers is None:
            headers = self._headers[signer.kid, uri] = Headers(signer.kid, uri)
        return headers


class _Salts:
    """Salts out of one draw of randomness for a whole batch."""

    def __init__(self, randomness: Randomness, count: int) -> None:
        self._bytes = randomness(SALT_SIZE * count)
        self._at = 0

    def take(self) -> bytes:
        start = self._at
        self._at = start + SALT_SIZE
        return self._bytes[start : self._at]


def _salts_needed(event: Event) -> int:
    declared = event_type(event)
    return len(declared.personal) + (2 if declared.printed else 0)


def _actors(event: Event, shared: Circumstances) -> tuple[str, ...]:
    if event_type(event).kind not in APPROVED_KINDS:
        return (shared.proposer,)
    if shared.approver is None or shared.approver == shared.proposer:
        raise ValueError(f"{event_type(event).name} needs a proposer and an approver")
    return (shared.proposer, shared.approver)
