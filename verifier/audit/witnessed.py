"""Who witnessed the checkpoint that is audited, by the trust file given and by what the log says of its witnesses."""

from __future__ import annotations

from typing import Final

from verifier import cosignatures
from verifier.audit.report import Finding
from verifier.witnesses import Witnesses

FEW: Final = "whoever holds the log's keys can show such a checkpoint to one reader alone"


def notes(signed: bytes, given: Witnesses) -> list[str]:
    """How many cosigned and when; nothing where the trust file names nobody. Raises VerificationError."""
    found = cosignatures.judge(signed, given)
    return [f"the checkpoint is {found.sentence}"] if given.witnesses else []


def findings(signed: bytes, given: Witnesses, logged: Witnesses, size: int) -> list[Finding]:
    """What is to be told of the checkpoint of `size` entries. `logged` is what the log says of its witnesses there.

    Both are asked: a log that was forged could name nobody, or friends, and the trust file given is older than it.
    Raises VerificationError for a line of a witness that does not verify.
    """
    told = []
    found = cosignatures.judge(signed, given)
    if not found.quorum:
        changed = (
            "" if given == logged else "; the log names others since: get a newer trust file by a way that you trust"
        )
        told.append(Finding(size - 1, f"the checkpoint is {found.sentence}{changed}: {FEW}"))
    elif given != logged and not (now := cosignatures.judge(signed, logged)).quorum:
        told.append(Finding(size - 1, f"by the witnesses that the log names since, the checkpoint is {now.sentence}"))
    return told
