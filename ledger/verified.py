"""What was verified under one published checkpoint, remembered by the very bytes that were verified.

Signatures and proofs do not change as long as the checkpoint and the bytes do not. Whoever answers reads both anew each
time, from the store and from the published folder, so that what is altered there meets nothing that was remembered of
what stood there before. Nothing personal is kept: statements and receipts hold hashes only, and what is disclosed of an
award is opened and compared with them each time. Everything here ends with its checkpoint. Whether the published tiles
bear an entry out is looked at each time too (`ledger.published_entries`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Final

from ledger.published_entries import PublishedEntries
from ledger.receipts import NotYetSigned, receipt_for
from ledger.signing import Signer
from ledger.store import SignedHead
from verifier import bundle, checkpoint, current
from verifier.checkpoint import Checkpoint
from verifier.current import Change, Current
from verifier.statement import Statement, parse, subject_of
from verifier.statuslist import StatusList
from verifier.tile import TreeReader
from verifier.trust import Trust
from verifier.verify import Logged, Proved, verify_logged

ENTRIES: Final = 4096
"""Entries of the log that are remembered at most, those asked for last; with all that belongs to one, about 10 KB."""
_LISTS: Final = 4

read_statement: Final = lru_cache(ENTRIES)(parse)
"""As `verifier.statement.parse`: what is read out of bytes hangs on nothing but the bytes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that was verified as a stranger would, with a receipt of the published tree."""

    logged: Logged
    path: tuple[bytes, ...]
    """From its leaf to the root, lowest level first."""


class Verified:
    """Under one checkpoint. Shared freely by threads. What fails is not remembered."""

    def __init__(
        self,
        head: SignedHead,
        tree: TreeReader,
        published: PublishedEntries,
        trust: Trust,
        signer: Callable[[], Signer],
    ) -> None:
        """`signer`: the log's present one for receipts; asked for when it is needed."""
        self._head, self._tree, self._trust, self._signer = head, tree, trust, signer
        self._published = published
        self._receipt = lru_cache(ENTRIES)(self._make_receipt)
        self._entry = lru_cache(ENTRIES)(self._verify_entry)
        self._list = lru_cache(_LISTS)(self._verify_list)

    def entry(self, index: int, statement: Statement) -> Entry:
        """An entry of the log: signed by who may, and in the published tree.

        Raises NotYetSigned for one that is not published yet; VerificationError, CouldNotCheck, Refusal `no-key`.
        """
        self.check_published(index, statement.raw)
        return self._entry(index, statement.raw)

    def check_published(self, index: int, statement: bytes) -> None:
        """Checks that the published tiles, as they are now, bear an entry out. Raises NotYetSigned, CouldNotCheck."""
        if index >= self._head.size:
            raise NotYetSigned(index, self._head.size)
        self._published.check(index, statement)

    def transparent(self, index: int, statement: Statement, disclosures: Sequence[bytes]) -> bytes:
        """The Transparent Statement of an entry, with these disclosures.

        Raises NotYetSigned; CouldNotCheck where a published tile is missing or does not bear the entry out.
        """
        self.check_published(index, statement.raw)
        return bundle.make(statement.raw, disclosures, [self._receipt(index, statement.raw)])

    def status_list(self, number: int, token: bytes) -> StatusList:
        """A published list. Raises as `verifier.current.verify_list`."""
        return self._list(number, token)

    def standing(self, proved: Proved, listed: StatusList, now: datetime, changes: Iterable[Change]) -> Current:
        """What stands of an award by its list. Raises as `verifier.current.check_standing`."""
        current.check_extends(self._tree, self._checkpoint, proved.logged.included, "the award's receipt")
        return current.standing_by(proved, self._checkpoint, listed, now, changes)

    @cached_property
    def _checkpoint(self) -> Checkpoint:
        """By a key that is not compromised."""
        return checkpoint.verify(self._head.note.encode(), self._trust.checkpoint_keys(), self._trust.origin)

    def _make_receipt(self, index: int, statement: bytes) -> bytes:
        subject = subject_of(read_statement(statement).stream_id)
        return receipt_for(index, self._head, self._tree.hash, self._signer(), self._trust.origin, subject)

    def _verify_entry(self, index: int, statement: bytes) -> Entry:
        shown = bundle.parse(bundle.make(statement, (), [self._receipt(index, statement)]))
        return Entry(verify_logged(shown, self._trust), shown.receipt.path)

    def _verify_list(self, number: int, token: bytes) -> StatusList:
        return current.verify_list(token, number, self._tree, self._checkpoint, self._trust)
