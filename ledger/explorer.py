"""What the log shows everyone, at any index: counts, entries with their proofs, streams, organisations, cohorts.

Whatever is shown of an entry is read from the published tiles and proved to be in the signed tree; of a view or of the
database only numbers are taken, and which entries to look at.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ledger.awards import Awards, Snapshot
from ledger.projections.mix import BLOCK, Place, place_of
from verifier import merkle, note, statement, tlogproof
from verifier.authority import Key, Organisation
from verifier.catalogue import Cohort
from verifier.errors import CouldNotCheck, NotIncluded, VerificationError
from verifier.kinds import CHECKPOINT_KIND
from verifier.note import ED25519_TYPE, VerifierKey
from verifier.past import end_of, log_before, root_at
from verifier.receipt import Included
from verifier.statement import Statement, parse, verify_signature
from verifier.tile import WIDTH
from verifier.trust import Trust
from verifier.verify import recorded_moment


@dataclass(frozen=True, slots=True)
class At:
    """The log as it was published, and how much of it is looked at."""

    now: Snapshot
    size: int
    root: bytes
    """Of that size; shown to be that of the beginning of the published tree."""

    @property
    def past(self) -> bool:
        """Whether later entries are left out."""
        return self.size < self.now.head.size


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One line of the checkpoint."""

    name: str
    key_id: str
    of_log: bool
    """Whether it is the log's own, checked; any other is told and not checked here."""


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a stream."""

    index: int
    kind: str
    version: int
    recorded_at: datetime
    actors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry, proved to be in the tree that is looked at."""

    raw: bytes
    statement: Statement
    included: Included
    path: tuple[bytes, ...]
    recorded_at: datetime
    key: Key
    organisation: Organisation
    fault: str
    """Why the signature counts for nothing, as of a compromised key; empty where it is good."""
    before: int | None
    """The entry before it in its stream."""
    after: int | None


class Explorer:
    """Looks into the published log. Shared freely by threads."""

    def __init__(self, awards: Awards) -> None:
        self._awards = awards

    def at(self, size: int | None = None, day: date | None = None) -> At:
        """The log after so many entries, or as it was recorded at the end of a business day; else as it is published.

        Raises NotYetSigned, VerificationError, CouldNotCheck; ValueError for more entries than there are.
        """
        now = self._awards.snapshot()
        if day is not None:
            past = log_before(now.tree, now.head.root, end_of(day))
            return At(now, past.size, past.root)
        if size is None or size == now.head.size:
            return At(now, now.head.size, now.head.root)
        if not 0 <= size < now.head.size:
            raise ValueError(f"the log has {now.head.size} entries, not {size}")
        return At(now, size, root_at(now.tree, now.head.root, size))

    def mix(self, at: At) -> Counter[Place]:
        """Entries by month, kind and key. Raises StoreError."""
        if self._awards.shown() < at.size:
            self._awards.catch_up()
        block = at.size // BLOCK * BLOCK
        rows = self._awards.views.select(
            "SELECT month, kind, kid, SUM(entries) AS entries FROM entry_mix WHERE log_index < ?"
            " GROUP BY month, kind, kid",
            (block,),
        )
        counted = Counter({(row["month"], row["kind"], bytes(row["kid"])): int(row["entries"]) for row in rows})
        if at.size > block:
            rest = self._awards.ledger.store.entries(block, at.size - block)
            counted.update(place_of(parse(entry.statement)) for entry in rest)
        return counted

    def latest(self, at: At, count: int) -> list[Step]:
        """The last entries, newest first. Raises CouldNotCheck, StoreError."""
        first = max(0, at.size - count)
        found = self._awards.ledger.store.entries(first, at.size - first)
        return [self._step(at, entry.index, entry.statement) for entry in reversed(found)]

    def stream(self, at: At, stream: UUID) -> list[Step]:
        """The entries of a stream, oldest first. Raises CouldNotCheck, StoreError."""
        found = self._awards.ledger.store.stream(stream)
        return [self._step(at, entry.index, entry.statement) for entry in found if entry.index < at.size]

    def entry(self, at: At, index: int) -> ShownEntry:
        """An entry with its proof. Raises NotIncluded for one beyond the end; VerificationError, CouldNotCheck."""
        if not 0 <= index < at.size:
            raise NotIncluded(f"the log has {at.size} entries")
        # (1) The bytes as published, in the tree that is looked at.
        tree = at.now.tree
        raw = tree.entries(index // WIDTH)[index % WIDTH]
        path = merkle.inclusion_path(index, at.size, tree.hash)
        merkle.verify_inclusion(merkle.leaf_hash(raw), index, at.size, path, at.root)
        # (2) Signed by a key of the log. That it was entitled to it, or is disowned since, is told beside.
        read = statement.parse(raw)
        key = at.now.trust.key(read.kid)
        verify_signature(read, key.public_key)
        try:
            key.entitled(read.record.type.kind, index)
            fault = ""
        except VerificationError as error:
            fault = error.message
        places = [step.index for step in self.stream(at, read.stream_id)]
        here = places.index(index) if index in places else 0
        return ShownEntry(
            raw,
            read,
            Included(index, at.size, at.root),
            tuple(path),
            recorded_moment(read.record.envelope.recorded_at),
            key,
            at.now.trust.organisations[key.organisation],
            fault,
            places[here - 1] if here else None,
            places[here + 1] if here + 1 < len(places) else None,
        )

    def proof(self, at: At, index: int) -> str:
        """The C2SP tlog-proof of an entry under the published checkpoint. Raises as `entry`."""
        published = At(at.now, at.now.head.size, at.now.head.root)
        return tlogproof.make(index, self.entry(published, index).path, at.now.head.note)

    def signatures(self, at: At) -> list[SignatureLine]:
        """The lines under the published checkpoint."""
        signed = note.parse(at.now.head.note.encode())
        origin = at.now.trust.origin
        keys = [VerifierKey(origin, key.public_key) for key in at.now.authority.log_keys(CHECKPOINT_KIND)]
        own = {(key.name, key.id) for key, _ in note.signed_by(signed, keys) if key.type == ED25519_TYPE}
        lines = signed.signatures
        return [SignatureLine(item.name, item.key_id.hex(), (item.name, item.key_id) in own) for item in lines]

    def trust(self, at: At) -> Trust:
        """Organisations, keys and programmes as of the size that is looked at. Raises VerificationError."""
        return self._awards.trust_at(at.size) if at.past else at.now.trust

    def cohorts(self, at: At) -> dict[str, tuple[Cohort, UUID]]:
        """Every cohort with its stream, by code. Raises CouldNotCheck, StoreError."""
        base = self._awards.ledger.desk().base
        found = {code: (cohort, base.cohorts[code]) for code, cohort in base.catalogue.cohorts.items()}
        return {code: item for code, item in found.items() if self.stream(at, item[1])}

    def organisation_stream(self, code: str) -> UUID | None:
        """The stream of an organisation, which the log's own is for the base."""
        base = self._awards.ledger.desk().base
        return base.streams.get(code) or (self._awards.ledger.log_id if code == base.code else None)

    def _step(self, at: At, index: int, raw: bytes) -> Step:
        """What a line of a list says of an entry, if it is the one that is published."""
        if at.now.tree.hash(0, index) != merkle.leaf_hash(raw):
            raise CouldNotCheck(f"the published tiles hold another hash of entry {index} than the log")
        read = parse(raw)
        around = read.record.envelope
        moment = recorded_moment(around.recorded_at)
        return Step(index, read.record.type.kind, around.version, moment, around.actors)
