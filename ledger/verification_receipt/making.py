"""A verification receipt out of the ledger: everything is checked once more, at one moment and by one checkpoint.

What is said is worked out by `verifier.recheck`, the way by which a stranger works it out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ledger.awards import Awards, IssuedAward, Snapshot
from ledger.receipts import NotYetSigned
from ledger.signing import Signer
from verifier import recheck, verification_receipt
from verifier.errors import CouldNotCheck, Inconsistent, KeyCompromised, VerificationError
from verifier.fetch import FolderLog
from verifier.kinds import DOCUMENT_KIND
from verifier.recheck import KeptLog, Recheck, VerifiedLog
from verifier.trust import Trust
from verifier.verification_receipt import TEXT_LIMIT, Item, Presented

ATTEMPTS: Final = 3
"""How often a check begins anew where something was published in the middle of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that is to stand in a receipt: what was presented, and the award that it led to."""

    presented: Presented
    issued: IssuedAward | None
    """None where it led to none; then `state` says why, and nothing bears that out but the base's word."""
    state: str = "unknown"
    """One of the states of `verification_receipt` that go without evidence; of no meaning beside an award."""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A signed receipt, and what a stranger finds in it."""

    data: bytes
    found: Recheck
    trust: Trust
    signer: Signer
    """The log's document key, which seals the file that carries it too."""


def make(awards: Awards, asked: Sequence[Asked], now: datetime, turned_away: Mapping[str, int] | None = None) -> Made:
    """The receipt of a check that is made now. Every state in it is the one of now, not one that was found before.

    `turned_away` counts what was sent along and not looked at, by the code of the reason.

    Raises NotYetSigned where nothing is published yet; VerificationError or CouldNotCheck where there is no good
    checkpoint to check by; Refusal `no-key`; Malformed where it would be larger than a receipt may be; ValueError for
    nothing asked.
    """
    if not asked:
        raise ValueError("a receipt is of at least one item")
    for _ in range(ATTEMPTS):
        # All proofs first: then the checkpoint that is read below covers each of them.
        proofs = [_with_proof(awards, item) for item in asked]
        snapshot = awards.snapshot()
        read = KeptLog(FolderLog(awards.ledger.public))
        log = VerifiedLog(read, snapshot.trust)
        items = [_checked(item, log, snapshot.trust, now) for item in proofs]
        if log.head.size == snapshot.head.size and _is_settled(items, awards, snapshot):
            return _signed(awards, snapshot, read.files, items, now, turned_away or {})
    raise CouldNotCheck("the log was published anew in the middle of the check, several times: try again")


def _signed(
    awards: Awards,
    by: Snapshot,
    files: Mapping[str, bytes],
    items: Sequence[Item],
    now: datetime,
    turned_away: Mapping[str, int],
) -> Made:
    signer, trust = awards.log_signer(by.authority, DOCUMENT_KIND), by.trust
    data = verification_receipt.make(
        signer.kid, trust.origin, trust.genesis, int(now.timestamp()), files, items, signer.sign, turned_away
    )
    return Made(data, recheck.verify(data, trust, now), trust, signer)


def _is_settled(items: Iterable[Item], awards: Awards, by: Snapshot) -> bool:
    """Whether nothing more would be found out by checking again: a list may have been newer than the checkpoint."""
    return all(item.state != CouldNotCheck.code for item in items) or awards.snapshot() is by


def _with_proof(awards: Awards, asked: Asked) -> Item:
    """The item with its evidence, or with the reason for which there is none."""
    shown = asked.presented
    shown = replace(shown, text=_told(shown.text), name=_told(shown.name))
    if asked.issued is None:
        return Item(shown, asked.state, asked.code)
    if asked.issued.erased:
        return Item(shown, "erased", "erased")
    try:
        proof = awards.proof(asked.issued)
        return Item(shown, "", proof=proof, changes=tuple(awards.change_proofs(asked.issued)))
    except NotYetSigned:
        return Item(shown, CouldNotCheck.code, "not-yet-published")
    except (VerificationError, CouldNotCheck) as error:
        return Item(shown, CouldNotCheck.code, error.code)


def _checked(item: Item, log: VerifiedLog, trust: Trust, now: datetime) -> Item:
    if item.proof is None:
        return item
    try:
        stood = recheck.stands(item.presented, item.proof, item.changes, log, trust, now)
        return replace(item, state=stood.state)
    except KeyCompromised as error:
        state, code = "not-entitled", error.code
    except Inconsistent as error:
        state, code = error.code, error.code
    except (VerificationError, CouldNotCheck) as error:
        state, code = CouldNotCheck.code, error.code
    return Item(item.presented, state, code)


def _told(text: str) -> str:
    """Text that somebody else wrote, in a form that can be written down: what is no character stands as its number."""
    whole = text.encode("utf-8", "backslashreplace").decode()
    return whole if len(whole) <= TEXT_LIMIT else whole[: TEXT_LIMIT - 1] + "…"
