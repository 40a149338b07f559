"""Gathers cosignatures of a signed tree head before it is published (FORMATS §3), from all witnesses at once.

How far each witness is, its cosignature on the head before says; who is not on it tells it when asked (409).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Final

from ledger.store import SignedHead
from ledger.witness_settings import PUBLISH, WitnessSettings
from verifier import cosignatures
from verifier.cosignatures import Cosigned
from verifier.errors import CouldNotCheck, VerificationError
from verifier.note import Signature, VerifierKey
from verifier.tile import TreeReader
from verifier.witness.asking import ask
from verifier.witnesses import NOBODY, Witness, Witnesses

GRACE_SECONDS: Final = 0.25
"""How long the others are waited for once the quorum is there."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
"""Who gives nothing is left alone for a while, twice as long each time: nobody is to slow every checkpoint."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Known:
    """What is known of a witness."""

    size: int = 0
    """Entries of the largest tree that it is known to have cosigned."""
    pause: float = 0.0
    ask_at: float = 0.0
    """Not before, by the monotonic clock."""
    trouble: str = ""


class Gatherer:
    """Asks the witnesses. Not shared between threads."""

    def __init__(self, settings: WitnessSettings, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._monotonic = settings, monotonic
        self._known: dict[VerifierKey, _Known] = {}
        self._policy = NOBODY
        self.state = Cosigned(NOBODY, ())
        """Of the head that was asked for last."""

    def follow(self, policy: Witnesses) -> None:
        """From now on these are the witnesses."""
        self._policy = policy
        self.state = Cosigned(policy, ())

    def gather(self, head: SignedHead, tree: TreeReader) -> SignedHead:
        """The head with the cosignatures that could be had in time. `tree` reads the head's own tree."""
        self._learn(head)
        missing = [witness for witness in self._policy.witnesses if self._is_due(witness)]
        lines = self._ask(missing, head, tree) if missing else []
        made = replace(head, note=cosignatures.with_lines(head.note, lines))
        self._learn(made)
        return made

    def may_publish(self, head: SignedHead) -> bool:
        """Whether a head may be published as it is."""
        if self._settings.when_missing == PUBLISH:
            return True
        return cosignatures.judge(head.note.encode(), self._policy).quorum

    @property
    def asks_again(self) -> bool:
        """Whether a witness that did not cosign the last head is to be asked once more."""
        return any(self._is_due(witness) for witness in self._policy.witnesses)

    @property
    def sentence(self) -> str:
        """How many cosigned the last head, when, and why others did not; for people."""
        troubles = [
            known.trouble
            for witness in self._policy.witnesses
            if (known := self._known.get(witness.key)) and known.trouble
        ]
        return "; ".join([self.state.sentence, *troubles])

    def _is_due(self, witness: Witness) -> bool:
        if witness.url is None or witness.name in self.state.names:
            return False
        return self._monotonic() >= self._known.setdefault(witness.key, _Known()).ask_at

    def _learn(self, head: SignedHead) -> None:
        """Who cosigned this head has its size."""
        try:
            self.state = cosignatures.judge(head.note.encode(), self._policy)
        except VerificationError as error:  # a line that was stored and is not good: as if it were not there
            _log.error("the signed head of %d entries: %s", head.size, error.message)
            self.state = Cosigned(self._policy, ())
        for witness in self._policy.witnesses:
            if witness.name in self.state.names:
                self._known.setdefault(witness.key, _Known()).size = head.size

    def _ask(self, witnesses: list[Witness], head: SignedHead, tree: TreeReader) -> list[Signature]:
        proofs = {0: (), **{size: tuple(tree.consistency_path(size)) for size in self._sizes(witnesses, head)}}

        def proof(old: int) -> tuple[bytes, ...]:
            # A size that the witness told is read by its own thread, from tiles that never change.
            return proofs.get(old) or tuple(TreeReader(tree.size, tree.fetch).consistency_path(old))

        limit = self._monotonic() + self._settings.seconds
        pool = ThreadPoolExecutor(len(witnesses), thread_name_prefix="witness")
        try:
            asked = {
                pool.submit(ask, one, head.note, self._known[one.key].size, proof, float(self._settings.seconds)): one
                for one in witnesses
            }
            return self._await(asked, limit)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _sizes(self, witnesses: list[Witness], head: SignedHead) -> set[int]:
        return {size for one in witnesses if 0 < (size := self._known[one.key].size) <= head.size}

    def _await(self, asked: dict[Future[Signature], Witness], limit: float) -> list[Signature]:
        """The lines that come in time: until the quorum is there and a little longer, or all have answered."""
        waiting, lines, names = set(asked), list[Signature](), set(self.state.names)
        while waiting and (left := limit - self._monotonic()) > 0:
            done, waiting = wait(waiting, left, FIRST_COMPLETED)
            for future in done:
                line = self._answered(asked[future], future)
                if line is not None:
                    lines.append(line)
                    names.add(asked[future].name)
            if self._policy.quorum is not None and self._policy.met(names):
                limit = min(limit, self._monotonic() + GRACE_SECONDS)
        for future in waiting:
            self._put_off(asked[future], f"witness {asked[future].name} did not answer in time")
        return lines

    def _answered(self, witness: Witness, future: Future[Signature]) -> Signature | None:
        try:
            line = future.result()
        except (CouldNotCheck, VerificationError) as error:
            self._put_off(witness, error.message)
            return None
        self._known[witness.key] = _Known()
        return line

    def _put_off(self, witness: Witness, why: str) -> None:
        known = self._known[witness.key]
        known.pause = min(LONGEST_PAUSE_SECONDS, known.pause * 2 or FIRST_PAUSE_SECONDS)
        known.ask_at = self._monotonic() + known.pause
        if known.trouble != why:
            _log.warning("%s", why)
        known.trouble = why
