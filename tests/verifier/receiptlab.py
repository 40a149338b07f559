"""Verification receipts of the invented base in `loglab`, honest or spoilt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tests.verifier import loglab
from tests.verifier.loglab import DOCUMENTS, ORIGIN, Lab, MemoryLog
from verifier import bundle, verification_receipt
from verifier.merkle import leaf_hash
from verifier.recheck import KeptLog, VerifiedLog, stands
from verifier.verification_receipt import LINK, Item, Presented

BY_LINK = Presented(LINK, loglab.link_of("one"))


def change_proof(lab: Lab, index: int) -> bytes:
    """The Transparent Statement of a change of standing."""
    return bundle.make(lab.entries[index], (), [lab.receipt(index)])


def item(lab: Lab, award: int = 13, changes: Sequence[int] = (), shown: Presented = BY_LINK, **spoilt: Any) -> Item:
    """What an honest base says now of the award at that index."""
    proof, proofs = lab.proof(award), tuple(change_proof(lab, index) for index in changes)
    if "state" not in spoilt:
        spoilt["state"] = stands(
            shown, proof, proofs, VerifiedLog(MemoryLog(lab.files()), lab.trust()), lab.trust(), lab.now
        ).state
    return Item(**{"presented": shown, "proof": proof, "changes": proofs, **spoilt})


def receipt(lab: Lab, *items: Item, at: datetime | None = None, **spoilt: Any) -> bytes:
    """The receipt that the base gives now."""
    signer = spoilt.pop("signer", DOCUMENTS)
    files = {path: lab.files()[path] for path in ("checkpoint", "status/0")}
    values: dict[str, Any] = {
        "kid": signer.kid,
        "origin": ORIGIN,
        "genesis": leaf_hash(lab.entries[0]),
        "checked_at": int((at or lab.now).timestamp()),
        "files": files,
        "items": items,
        "sign": signer.sign,
    }
    return verification_receipt.make(**{**values, **spoilt})


def kept(lab: Lab, proof: bytes, at: datetime) -> dict[str, bytes]:
    """The published files that a check of this proof reads."""
    log = KeptLog(MemoryLog(lab.files()))
    stands(BY_LINK, proof, (), VerifiedLog(log, lab.trust()), lab.trust(), at)
    return log.files
