"""Signs tree heads and publishes them: the only writer of checkpoints.

Order of writing (FORMATS §3): entries lie in the database with their leaves → the signed checkpoint replaces the last
one there, if that is still the last → tiles → cosignatures of witnesses, into the database → the checkpoint's file.
A crash in between loses nothing: the next run publishes what is signed before it signs anything, and what was signed
is never signed differently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from ledger.signing import Signer
from ledger.store import Recorded, SignedHead, SignedHeadMoved, Store
from ledger.tiles import Cosign, Folder, check_not_ahead, frontier_in, publish_tree
from verifier import cbor, checkpoint
from verifier.checkpoint import Checkpoint
from verifier.errors import Malformed, VerificationError
from verifier.merkle import EMPTY_ROOT, Frontier, leaf_hash
from verifier.note import VerifierKey
from verifier.record import RECORDED_AT
from verifier.statement import cose_sign1_parts
from verifier.tile import MAX_ENTRY

MAX_AHEAD_MS: Final = 10 * 60 * 1000
"""How far a statement's recorded time may lie ahead of the sequencer's clock (FORMATS §1)."""
CHUNK: Final = 2000
"""Entries that are read at a time."""


class CannotSign(Exception):
    """The log is not one that may be signed as it is. Nothing was signed."""

    def __init__(self, index: int | None, message: str) -> None:
        super().__init__(f"{'tree head' if index is None else f'entry {index}'}: {message}")
        self.index, self.message = index, message


class Sequencer:
    """Signs the tree over all entries and publishes it. Several may run at once; one of them signs each head."""

    def __init__(
        self,
        store: Store,
        folder: Folder,
        signer: Signer,
        origin: str,
        former_keys: Iterable[bytes] = (),
        judge: Callable[[Recorded], None] = lambda entry: None,
        further: Iterable[Signer] = (),
        cosign: Cosign = lambda head, tree: head,
    ) -> None:
        """`former_keys` are public keys of retired checkpoint signers, whose last head may still stand.

        `further` sign every head as well: successors of the signer, so that who knows but one of them can follow.

        `judge` raises VerificationError for an entry that must not be signed: `ledger.judging.Judge` checks signature
        and entitlement. Without one the store is trusted that far. `cosign`: see `ledger.tiles.publish_tree`.
        """
        self._judge = judge
        self._cosign = cosign
        self._store = store
        self._folder = folder
        self._signers = [(VerifierKey(origin, item.public_key), item) for item in (signer, *further)]
        self._origin = origin
        self._keys = [key for key, _ in self._signers] + [VerifierKey(origin, public) for public in former_keys]

    def run_once(self, now_ms: int) -> SignedHead | None:
        """Signs and publishes what has come in; None if there is nothing new. Finishes an interrupted publication.

        `now_ms` is the clock in milliseconds since 1970 UTC. Raises CannotSign, CannotPublish, StoreCorrupt, StoreBusy.
        """
        while True:
            try:
                with self._folder.exclusive():
                    return self._run(now_ms)
            except SignedHeadMoved:  # A sequencer with another folder was first: publish its head, then look again.
                continue

    def _run(self, now_ms: int) -> SignedHead | None:
        old = self._store.signed_head()
        if old is None:
            check_not_ahead(self._folder, 0, self._keys, self._origin)
        else:
            self._check_signed(old)
            self._publish(old)
        new = self._extend(old, now_ms)
        if new is None:
            return None
        self._store.sign_head(old, new)
        self._publish(new)
        return new

    def _publish(self, head: SignedHead) -> None:
        publish_tree(self._folder, self._store, head, self._keys, self._origin, self._cosign)

    def _check_signed(self, head: SignedHead) -> None:
        """The row says what this log signed: its columns are not signed, its note is."""
        try:
            signed = checkpoint.verify(head.note.encode(), self._keys, self._origin)
        except VerificationError as error:
            raise CannotSign(None, f"the note of the last signed head: {error.message}") from None
        if (signed.size, signed.root) != (head.size, head.root):
            raise CannotSign(None, f"the last signed head says {head.size} entries, its note another tree")

    def _extend(self, old: SignedHead | None, now_ms: int) -> SignedHead | None:
        """The head over all entries, signed, after checking that it extends the last one entry by entry."""
        head = self._store.head()
        start = old.size if old else 0
        if head.size < start:
            raise CannotSign(None, f"{start} entries were signed, the log has {head.size}")
        # (1) Where the last signed tree ends: the stored frontier is not believed.
        frontier = self._frontier(start, old.root if old else EMPTY_ROOT)
        if head.size == start:
            if head.frontier != frontier:
                raise CannotSign(None, "the stored frontier is not that of the signed tree")
            return None
        # (2) Every new entry is fit to be signed, and its leaf is its hash.
        last_time = self._recorded_at(start - 1) if start else 0
        while frontier.size < head.size:
            entries = self._store.entries(frontier.size, min(CHUNK, head.size - frontier.size))
            if not entries:
                raise CannotSign(frontier.size, "the entry is missing")
            for entry in entries:
                last_time = _check_entry(entry, last_time, now_ms)
                self._check_signer(entry)
            frontier = frontier.extend(entry.leaf for entry in entries)
        # (3) The tree that the writers kept is the same.
        if frontier != head.frontier:
            raise CannotSign(None, f"the stored frontier is not that of the {head.size} entries")
        # (4) Sign it.
        return self._sign(head.size, frontier.root)

    def _check_signer(self, entry: Recorded) -> None:
        try:
            self._judge(entry)
        except VerificationError as error:
            raise CannotSign(entry.index, f"{error.message} ({error.code})") from None

    def _frontier(self, size: int, root: bytes) -> Frontier:
        """The frontier of the last signed tree, out of the published tiles or else out of the stored leaves."""
        frontier = frontier_in(self._folder, size, root) or Frontier().extend(self._store.leaves(0, size))
        if frontier.root != root:
            raise CannotSign(None, f"the first {size} entries are not those that were signed: history was changed")
        return frontier

    def _recorded_at(self, index: int) -> int:
        entry = self._store.entry(index)
        if entry is None:
            raise CannotSign(index, "the entry is missing")
        return recorded_at(entry)

    def _sign(self, size: int, root: bytes) -> SignedHead:
        head = Checkpoint(self._origin, size, root)
        signed = checkpoint.sign(head, ((key, item.sign) for key, item in self._signers))
        for key, _ in self._signers:
            checkpoint.verify(signed.encode(), [key], self._origin)  # A faulty signature must never get out.
        return SignedHead(size, root, signed)


def recorded_at(entry: Recorded) -> int:
    """When the entry says it was recorded, in milliseconds since 1970 UTC. Raises CannotSign."""
    try:
        _, unprotected, payload, _ = cose_sign1_parts(entry.statement)
        fields = cbor.decode(payload or b"")
    except Malformed as error:
        raise CannotSign(entry.index, error.message) from None
    at = fields.get(RECORDED_AT) if type(fields) is dict else None
    if unprotected or type(at) is not int:
        raise CannotSign(entry.index, "not a statement as it is logged, with the time it was recorded")
    return at


def _check_entry(entry: Recorded, last_time: int, now_ms: int) -> int:
    """The entry's recorded time, if the entry may be signed at its place. Raises CannotSign."""
    if len(entry.statement) > MAX_ENTRY:
        raise CannotSign(entry.index, f"{len(entry.statement)} bytes do not fit a bundle, which takes {MAX_ENTRY}")
    if leaf_hash(entry.statement) != entry.leaf:
        raise CannotSign(entry.index, "its leaf is not the hash of its statement")
    at = recorded_at(entry)
    if at < last_time:
        raise CannotSign(
            entry.index, f"recorded {last_time - at} ms before the entry in front of it: time runs backwards"
        )
    if at > now_ms + MAX_AHEAD_MS:
        raise CannotSign(entry.index, f"recorded {(at - now_ms) // 1000} s ahead of the clock, more than ten minutes")
    return at
