"""Awards as they were issued: found by link, number or cohort, each with its proof under the published checkpoint.

The views say where to look; everything that is given out is read from the log itself. Personal values come from the
vault and are `Withheld` once the holder's data were erased.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from threading import Lock
from uuid import UUID

from ledger.open import Ledger
from ledger.projections import PROJECTIONS
from ledger.projector import Projector, Views
from ledger.publication import TRUST_FILE, fold_base
from ledger.published_entries import PublishedEntries, Stamp, is_settled, read_stamped, stamp_of
from ledger.receipts import NotYetSigned
from ledger.signing import Signer
from ledger.store import Recorded, SignedHead, StoreCorrupt, StoreError
from ledger.tiles import CHECKPOINT, DiskFolder, tree_in
from ledger.vault import Vault
from ledger.verified import Verified, read_statement
from verifier import checkpoint, cosignatures, merkle, tlogproof, trust
from verifier import note as note_format
from verifier.address import link_digest, number_digest
from verifier.authority import Authority
from verifier.awards import AWARD_TYPES, disowned
from verifier.checkpoint import Checkpoint
from verifier.cosignatures import Cosigned
from verifier.errors import CouldNotCheck, Malformed, Mismatch, VerificationError
from verifier.keys import thumbprint
from verifier.kinds import (
    CHECKPOINT_KIND,
    RECEIPT_KIND,
    CertificateAwarded,
    CertificateSuperseded,
    TitleGranted,
    TitleSuperseded,
)
from verifier.note import VerifierKey
from verifier.record import reveal
from verifier.standing import AWARDS, Award, fold
from verifier.statement import Statement, parse
from verifier.tile import TreeReader
from verifier.trust import Trust
from verifier.verify import recorded_moment


@dataclass(frozen=True)
class IssuedAward:
    """One award with what became of it. Nothing of it is verified: that is for whoever relies on it.

    What is folded from its entries is folded when it is first asked for.
    """

    entries: tuple[Recorded, ...]
    """Its stream as it lies in the store."""
    stream: UUID
    index: int
    """Of its entry in the log."""
    statement: Statement
    disclosures: tuple[bytes, ...]
    """The first is `print`, everything that the paper shows; none after an erasure."""
    changes: tuple[tuple[int, Statement], ...]
    """Every change of standing in its stream, with its index in the log."""
    authority: Authority
    """By the log as it was when this was read."""

    @cached_property
    def event(self) -> CertificateAwarded | TitleGranted:
        """With its personal values, or `Withheld` in their place after an erasure. Raises Mismatch, Malformed."""
        event = reveal(self.statement.record, self.disclosures)
        assert isinstance(event, AWARDS)
        return event

    @cached_property
    def award(self) -> Award:
        """With all changes that count; those signed by a compromised key do not."""
        counted = (item.record.event for index, item in self.changes if not disowned(index, item, self.authority))
        return fold([self.statement.record.event, *counted])

    @property
    def disowned(self) -> bool:
        """Whether the award itself was signed by a key that was compromised by then."""
        return disowned(self.index, self.statement, self.authority)

    @property
    def erased(self) -> bool:
        """Whether the holder's data are gone."""
        return not self.disclosures


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The log as published at one moment: the signed tree, and the trust file that its entries give."""

    head: SignedHead
    tree: TreeReader
    authority: Authority
    trust: Trust
    trust_text: str
    """The trust file itself."""
    signer: bytes
    """Thumbprint of the key that signed the checkpoint."""
    newest_at: datetime | None
    """When the newest entry was recorded, by its own statement; None where the tree does not bear that out."""
    verified: Verified
    """What is verified under this checkpoint."""
    cosigned: Cosigned
    """Which witnesses of the log cosigned the checkpoint."""


class Awards:
    """Looks awards up. Shared freely by threads."""

    def __init__(self, ledger: Ledger, views: Views) -> None:
        self.ledger = ledger
        self.views = views
        self._folder = DiskFolder(ledger.public)
        self._trust_file = ledger.public / TRUST_FILE
        self._projector = Projector(ledger.store, views, PROJECTIONS)
        self._lock = Lock()
        self._base: tuple[int, list[tuple[int, Statement]], Authority] | None = None
        self._snapshot: Snapshot | None = None
        self._trust_checked: tuple[Stamp, Trust] | None = None
        """The published trust file that was compared last, and what with."""

    def catch_up(self) -> int:
        """Brings the views to the end of the log; until then newer awards are not found. Returns the log's size."""
        return self._projector.catch_up()

    def shown(self) -> int:
        """How many entries of the log the views show. Raises StoreError."""
        return self._projector.shown()

    def rebuild(self) -> int:
        """Makes the views anew from entry 0 on. Returns the log's size."""
        return self._projector.rebuild()

    # --- looking up -------------------------------------------------------------------------------------------------

    def by_link(self, link_id: str) -> IssuedAward | None:
        """The award of a link id, in either case. Raises Malformed for what is no link id, StoreCorrupt."""
        return self.by_link_hash(link_digest(link_id))

    def by_link_hash(self, digest: bytes) -> IssuedAward | None:
        """The award whose link id has this hash, as an award's own statement names it. Raises StoreCorrupt."""
        return self._first("link_hash", digest)

    def by_number(self, number: str) -> IssuedAward | None:
        """The award of a certificate number as somebody typed it. Raises Malformed for what is none, StoreCorrupt."""
        return self._first("number_hash", number_digest(number))

    def nearest_number(self, number: str) -> IssuedAward | None:
        """The award of a number or, where there is none, the one whose number's hash comes next; None for no awards.

        Finding it takes the same work whether the number is one or not. Raises Malformed, StoreCorrupt.
        """
        digest = number_digest(number)
        rows = self.views.select(
            "SELECT award FROM awards WHERE number_hash >= ? ORDER BY number_hash LIMIT 1", (digest,)
        ) or self.views.select("SELECT award FROM awards ORDER BY number_hash LIMIT 1")
        return self._open(UUID(bytes=rows[0]["award"])) if rows else None

    def successor(self, issued: IssuedAward) -> IssuedAward | None:
        """The award that replaced this one; None where there is none, or where its holder's data were erased.

        Raises StoreCorrupt, and Mismatch for personal values that are not those that were logged.
        """
        vault = Vault(self.ledger.data_keys)
        for entry in self.ledger.store.stream(issued.stream):
            if entry.topic in AWARD_TYPES:
                event = reveal(parse(entry.statement).record, vault.open(entry) or ())
                if isinstance(event, CertificateSuperseded | TitleSuperseded) and isinstance(event.successor, UUID):
                    found = self._open(event.successor)
                    return None if found.erased else found
        return None

    def of_cohort(self, cohort: str) -> Iterator[IssuedAward]:
        """The certificates of a cohort in log order. Those of erased holders are not found: their cohort went too."""
        found = self.ledger.desk().base.catalogue.cohorts.get(cohort)
        if found is None:
            return
        sql = "SELECT award FROM awards WHERE kind = 'certificate' AND subject = ? ORDER BY log_index"
        for row in self.views.select(sql, (found.programme,)):
            issued = self._open(UUID(bytes=row["award"]))
            if isinstance(issued.event, CertificateAwarded) and issued.event.cohort == cohort:
                yield issued

    def all(self) -> Iterator[IssuedAward]:
        """Every award, in log order."""
        for row in self.views.select("SELECT award FROM awards ORDER BY log_index"):
            yield self._open(UUID(bytes=row["award"]))

    def authority(self) -> Authority:
        """Who may sign what by the log as it is now. Raises VerificationError where the log does not bear it out."""
        with self._lock:
            return self._public_base()[1]

    def trust_at(self, size: int) -> Trust:
        """The trust file that the log's first `size` entries give. Raises VerificationError, also for an empty log."""
        with self._lock:
            statements, _ = self._public_base()
        authority, catalogue = fold_base((index, item) for index, item in statements if index < size)
        return trust.parse(trust.from_log(authority, catalogue.named_programmes(), size))

    # --- proofs -----------------------------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """The log as published now. Raises NotYetSigned where nothing is; VerificationError for a damaged checkpoint;
        CouldNotCheck where there is no trust file beside it, so that nobody else could check it either.

        It is the published checkpoint and not the last signed one: only of that one all tiles are there.
        """
        note = self._folder.read(CHECKPOINT)
        if note is None:
            raise NotYetSigned(0, 0)
        with self._lock:
            known = self._snapshot
            made = known if known and known.head.note.encode() == note else self._read_snapshot(note)
            try:
                self._check_trust(made.trust)
            except CouldNotCheck:
                self._snapshot = made  # its checkpoint is good, and can be named as the last one that was
                raise
            self._snapshot = made
            return made

    def published(self, path: str) -> bytes:
        """A file of the published log as it is now. Raises CouldNotCheck where it is missing or cannot be read."""
        try:
            data = self._folder.read(path)
        except OSError as error:
            raise CouldNotCheck(f"{path} cannot be read: {error.strerror or error}") from None
        if data is None:
            raise CouldNotCheck(f"{path} is not there")
        return data

    def last_good(self) -> Snapshot | None:
        """The log as it is published or, where that does not verify now, as it did last since this was opened."""
        try:
            return self.snapshot()
        except (NotYetSigned, VerificationError, CouldNotCheck, StoreError, OSError):
            return self._snapshot

    def proof(self, issued: IssuedAward, at: Snapshot | None = None) -> bytes:
        """The award's Transparent Statement: what its paper shows disclosed, and a receipt of the published tree.

        That is the tree as it is published now, or that of the snapshot given. After an erasure nothing is disclosed
        any more. Raises NotYetSigned for an entry that is not published yet; CouldNotCheck where a published tile is
        missing; NotIncluded where the tree does not hold the statement.
        """
        verified = (at or self.snapshot()).verified
        return verified.transparent(issued.index, issued.statement, issued.disclosures[:1])

    def tlog_proof(self, issued: IssuedAward, at: Snapshot) -> str:
        """The C2SP tlog-proof of the award's entry in a snapshot's tree. Raises as `proof`."""
        if issued.index >= at.head.size:
            raise NotYetSigned(issued.index, at.head.size)
        path = at.tree.inclusion_path(issued.index)
        merkle.verify_inclusion(issued.statement.leaf, issued.index, at.head.size, path, at.head.root)
        return tlogproof.make(issued.index, path, at.head.note)

    def change_proofs(self, issued: IssuedAward) -> list[bytes]:
        """The Transparent Statements of the award's changes of standing, in log order. Raises as `proof`."""
        verified = self.snapshot().verified
        return [verified.transparent(index, statement, ()) for index, statement in issued.changes]

    def log_signer(self, authority: Authority, kind: str) -> Signer:
        """The log's key for a use, neither retired nor compromised (`Ledger.log_signers`). Raises Refusal `no-key`."""
        current = [key.kid for key in authority.current_keys(kind)]
        return self.ledger.keystore.in_use(authority.base, kind, current)[0]

    # --- inside -----------------------------------------------------------------------------------------------------

    def _first(self, column: str, digest: bytes) -> IssuedAward | None:
        rows = self.views.select(f"SELECT award FROM awards WHERE {column} = ? ORDER BY log_index LIMIT 1", (digest,))
        return self._open(UUID(bytes=rows[0]["award"])) if rows else None

    def _open(self, stream: UUID) -> IssuedAward:
        entries = [entry for entry in self.ledger.store.stream(stream) if entry.topic in AWARD_TYPES]
        if not entries:
            raise StoreCorrupt(None, "awards", f"the view names an award {stream}, which the log does not hold")
        # A vault of its own: one that lives long would keep the data keys of people who are erased meanwhile.
        return _issued(entries, Vault(self.ledger.data_keys), self.authority())

    def _read_snapshot(self, note: bytes) -> Snapshot:
        statements, whole = self._public_base()
        keys = [VerifierKey(whole.origin, key.public_key) for key in whole.log_keys(CHECKPOINT_KIND)]
        there = checkpoint.verify(note, keys, whole.origin)
        authority, catalogue = fold_base((index, item) for index, item in statements if index < there.size)
        text = trust.from_log(authority, catalogue.named_programmes(), there.size)
        head = SignedHead(there.size, there.root, note.decode())
        tree = tree_in(self._folder, there.size)
        signed = note_format.signed_by(note_format.parse(note), keys)
        signer = next(thumbprint(key.public_key) for key, _ in signed)
        trusted = trust.parse(text)
        published = PublishedEntries(self._folder.root, there.size, there.root)
        verified = Verified(head, tree, published, trusted, lambda: self.log_signer(authority, RECEIPT_KIND))
        cosigned = cosignatures.judge(note, trusted.witnesses)
        return Snapshot(head, tree, authority, trusted, text, signer, self._newest_at(there, tree), verified, cosigned)

    def _check_trust(self, folded: Trust) -> None:
        """Checks the fold against the trust file published with the checkpoint. Raises Mismatch, CouldNotCheck.

        An entry that somebody takes out of the database, such as the report of a compromised key, leaves no trace in
        what is left. A file of another size is none to compare with: it is published after its checkpoint.
        """
        try:
            stamp = stamp_of(os.stat(self._trust_file))
        except OSError as error:
            raise CouldNotCheck(f"{TRUST_FILE} cannot be had: {error.strerror or error}") from None
        if self._trust_checked and self._trust_checked[0] == stamp and self._trust_checked[1] is folded:
            return
        data, stamp = read_stamped(self._trust_file, TRUST_FILE)
        try:
            there = trust.parse(data.decode())
        except (Malformed, ValueError) as error:
            raise CouldNotCheck(f"{TRUST_FILE}, as published, cannot be read: {error}") from None
        if there.as_of == folded.as_of and there != folded:
            raise Mismatch(f"{TRUST_FILE}, as published, is not the one that the log in the database gives")
        self._trust_checked = (stamp, folded) if is_settled(stamp) else None

    def _newest_at(self, there: Checkpoint, tree: TreeReader) -> datetime | None:
        try:
            (newest,) = self.ledger.store.entries(there.size - 1, 1)
            statement = parse(newest.statement)
            path = tree.inclusion_path(there.size - 1)
            merkle.verify_inclusion(statement.leaf, there.size - 1, there.size, path, there.root)
            return recorded_moment(statement.record.envelope.recorded_at)
        except (VerificationError, CouldNotCheck, StoreError, ValueError):
            return None

    def _public_base(self) -> tuple[list[tuple[int, Statement]], Authority]:
        """The statements about the base, and who may sign what by all of them. Folded anew when one is added."""
        log_id = self.ledger.log_id
        revision = self.ledger.store.boundary(log_id.bytes)
        if self._base is None or self._base[0] != revision:
            statements = [(entry.index, parse(entry.statement)) for entry in self.ledger.store.dossier(log_id)]
            self._base = (revision, statements, fold_base(statements)[0])
        return self._base[1], self._base[2]


@contextmanager
def open_awards(ledger: Ledger) -> Iterator[Awards]:
    """The awards of an open ledger, with views that are up to date."""
    with closing(ledger.open_views()) as views:
        awards = Awards(ledger, views)
        awards.catch_up()
        yield awards


def _issued(entries: Sequence[Recorded], vault: Vault, authority: Authority) -> IssuedAward:
    first, *rest = entries
    statement = read_statement(first.statement)
    if not isinstance(statement.record.event, AWARDS):
        raise StoreCorrupt(first.index, "topic", "the stream of an award begins with no award")
    changes = tuple((entry.index, read_statement(entry.statement)) for entry in rest)
    disclosures = tuple(vault.open(first) or ())
    return IssuedAward(tuple(entries), statement.stream_id, first.index, statement, disclosures, changes, authority)
