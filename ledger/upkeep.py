"""The regular work on an open ledger: sign what came in, publish it, keep the views up to date."""

from __future__ import annotations

from pathlib import Path

from ledger.judging import Judge
from ledger.open import Ledger
from ledger.publication import Publication
from ledger.sequencer import Sequencer
from ledger.store import SignedHead
from ledger.tiles import DiskFolder, prune_partials

PRUNE_EVERY_SECONDS = 3600


class Upkeep:
    """Signs and publishes a ledger as often as one likes. Not shared between threads."""

    def __init__(self, ledger: Ledger) -> None:
        signers = ledger.log_signers()
        self._ledger = ledger
        self._public = DiskFolder(ledger.public)
        former = [signer.public_key for signer in ledger.former_checkpoint_signers()]
        self._sequencer = Sequencer(
            ledger.store,
            self._public,
            signers.checkpoint,
            ledger.settings.origin,
            former_keys=former,
            judge=Judge(ledger.store).judge,
        )
        self._publication = Publication(ledger.store, signers.status)
        self._prune_at = 0

    def run_once(self, folder: Path | None = None) -> SignedHead:
        """Signs what came in and publishes into the ledger's own `public/`, and into `folder` where one is given.

        Raises CannotSign, CannotPublish, VerificationError, StoreError.
        """
        now_ms = self._ledger.clock()
        self._sequencer.run_once(now_ms)
        self._prune(now_ms // 1000)
        head = self._publication.publish(self._public, now_ms // 1000)
        if folder is not None and folder.resolve() != self._ledger.public.resolve():
            head = self._publication.publish(DiskFolder(folder), now_ms // 1000)
        return head

    def _prune(self, now: int) -> None:
        """Takes partial tiles away that nobody needs any more, now and then."""
        head = self._ledger.store.signed_head()
        if head is not None and now >= self._prune_at:
            self._prune_at = now + PRUNE_EVERY_SECONDS
            prune_partials(self._ledger.public, head.size, now)
