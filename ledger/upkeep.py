"""The regular work on an open ledger: sign what came in, while it is our turn, and publish what is signed.

Any process may publish the signed head, and on each machine one has to, into that machine's own folder. Only one at a
time needs to sign: who has the turn (`ledger.store.Lead`). Should two sign all the same, one history comes of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ledger.judging import Judge
from ledger.numbertiles import Outdated
from ledger.open import Ledger, LogSigners
from ledger.pruning import prune_edge
from ledger.publication import Publication
from ledger.sequencer import Sequencer
from ledger.store import SignedHead, Store, StoreBusy
from ledger.tiles import DiskFolder
from ledger.witnessing import Gatherer
from verifier.tile import TreeReader
from verifier.witnesses import Witnesses, parse_logged

PRUNE_EVERY_SECONDS: Final = 3600
LEAD_SECONDS: Final = 5.0
"""For how long the turn to sign is asked; it is renewed, or asked for again, at a third of it."""
WAIT_SECONDS: Final = 30.0
"""How long a command waits for another process, whose turn it is, to sign what the command needs."""
_LOOK_SECONDS: Final = 0.05


class Turn:
    """Our turn to sign, asked of the store only as often as is needed. Not shared between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ask_at = 0.0
        self.ours = False
        """What the store said the last time."""

    def take(self) -> bool:
        """Whether it is our turn now; takes it where it is free. Raises StoreError."""
        now = time.monotonic()
        if now >= self._ask_at:
            self.ours = False
            self.ours = self._store.lead(LEAD_SECONDS)
            self._ask_at = now + LEAD_SECONDS / 3
        return self.ours

    def renew(self) -> None:
        """Keeps the turn, if we have it, while something takes long. Raises StoreError."""
        if self.ours:
            self.take()

    def resign(self) -> None:
        """Lets others sign."""
        if self.ours:
            self._store.resign()
        self.ours, self._ask_at = False, 0.0


class Upkeep:
    """Signs and publishes a ledger as often as one likes. Not shared between threads."""

    def __init__(
        self, ledger: Ledger, beat: Callable[[], None] = lambda: None, *, wait_seconds: float = WAIT_SECONDS
    ) -> None:
        """`beat` is called all along the way; what it raises ends the work at once, and no harm is done.

        `wait_seconds`: how long `run_once` waits for another process to sign. Raises Refusal `no-key`, StoreError.
        """
        self._ledger = ledger
        self._beat = beat
        self._public = DiskFolder(ledger.public)
        self._judge = Judge(ledger.store, self._on_the_way)
        self._prune_at = self._prune_numbers_at = 0
        self._outdated = Outdated()
        self._wait_seconds = wait_seconds
        self.turn = Turn(ledger.store)
        """Whether it is our turn to sign. Who takes it gives it back."""
        self._revision = self._keys_revision()
        signers = ledger.log_signers()
        self.witnesses = Gatherer(ledger.settings.witnesses)
        """Who cosigns, and how many did."""
        self.witnesses.follow(self._policy())
        self._publication = Publication(ledger.store, signers.status, self._on_the_way, self.witnesses.may_publish)
        self._sequencer = self._new_sequencer(signers)

    def sign(self) -> None:
        """Signs what came in, and publishes the tree into the ledger's own `public/`. To be called in our turn only.

        Raises CannotSign, CannotPublish, StoreError.
        """
        self._follow_keys()
        self._sequencer.run_once(self._ledger.clock())

    def publish(self, folder: Path | None = None) -> SignedHead:
        """Publishes what is signed into the ledger's own `public/`, and into `folder` where one is given.

        Raises CannotPublish, VerificationError, StoreError.
        """
        self._follow_keys()
        now = self._ledger.clock() // 1000
        self._prune(now)
        head = self._publication.publish(self._public, now)
        if now >= self._prune_numbers_at:
            self._prune_numbers_at = now + PRUNE_EVERY_SECONDS
            self._outdated.prune(self._ledger.public, self._publication.numbers)
        if folder is not None and folder.resolve() != self._ledger.public.resolve():
            head = self._publication.publish(DiskFolder(folder), now)
        return head

    def run_once(self, folder: Path | None = None) -> SignedHead:
        """Sees that all that is recorded now is signed, and publishes it as `publish` does.

        Where it is another process's turn to sign, waits for it, and takes over where that one dies. Raises what `sign`
        and `publish` raise, and StoreBusy where the other signs nothing for too long.
        """
        self._await_signed(self._ledger.store.head().size)
        return self.publish(folder)

    def _await_signed(self, size: int) -> None:
        until = time.monotonic() + self._wait_seconds
        while True:
            try:
                if self.turn.take():
                    return self.sign()
            finally:
                self.turn.resign()
            signed = self._ledger.store.signed_head()
            if signed is not None and signed.size >= size:
                return
            if time.monotonic() > until:
                raise StoreBusy(
                    f"it is another process's turn to sign, and in {self._wait_seconds:.0f} s it has not signed the"
                    f" {size} entries that are recorded: see what `certledger serve` or `certledger work` says"
                )
            self._beat()
            time.sleep(_LOOK_SECONDS)

    def _on_the_way(self) -> None:
        self._beat()
        self.turn.renew()

    def _follow_keys(self) -> None:
        """The log's keys of now: one may have been replaced meanwhile. What is folded is kept."""
        revision = self._keys_revision()
        if revision != self._revision:
            signers = self._ledger.log_signers()
            self._publication.sign_lists_with(signers.status)
            self._sequencer = self._new_sequencer(signers)
            self.witnesses.follow(self._policy())
            self._revision = revision

    def _keys_revision(self) -> int:
        return self._ledger.store.boundary(self._ledger.log_id.bytes)

    def _new_sequencer(self, signers: LogSigners) -> Sequencer:
        former = [earlier.public_key for earlier in self._ledger.former_checkpoint_signers(signers)]
        return Sequencer(
            self._ledger.store,
            self._public,
            signers.checkpoint,
            self._ledger.settings.origin,
            former_keys=former,
            judge=self._judge.judge,
            further=signers.further_checkpoint,
            cosign=self._cosign,
        )

    def _policy(self) -> Witnesses:
        return parse_logged(self._ledger.desk().base.witnesses)

    def _cosign(self, head: SignedHead, tree: TreeReader) -> SignedHead | None:
        """Gathers cosignatures, and keeps them in the database before they are shown. Raises SignedHeadMoved."""
        self._on_the_way()
        cosigned = self.witnesses.gather(head, tree)
        if cosigned != head:
            self._ledger.store.sign_head(head, cosigned)
        return cosigned if self.witnesses.may_publish(cosigned) else None

    def _prune(self, now: int) -> None:
        """Takes partial tiles away that nobody needs any more, now and then."""
        head = self._ledger.store.signed_head()
        if head is not None and now >= self._prune_at:
            self._prune_at = now + PRUNE_EVERY_SECONDS
            prune_edge(self._public, head.size, now)
