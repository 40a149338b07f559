"""Asking a witness for its cosignature (C2SP tlog-witness): what a log does, and whoever stands in for one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from verifier import cosignatures, fetch, note
from verifier.checkpoint import Checkpoint
from verifier.errors import CouldNotCheck, VerificationError
from verifier.note import Signature
from verifier.witness.request import PATH, SIZE_TYPE, make, tree_head
from verifier.witnesses import Witness

Proof = Callable[[int], Sequence[bytes]]
"""The proof that the checkpoint's tree extends the one of so many entries."""
ANSWER_LIMIT: Final = 64 * 1024
_SIZE: Final = re.compile("(0|[1-9][0-9]{0,18})\n")


def ask(witness: Witness, signed: str, known: int, proof: Proof, seconds: float) -> Signature:
    """The witness's cosignature of a signed checkpoint, verified. `known` is the size that it is believed to have.

    Raises CouldNotCheck where it gives none: it is away, or has seen another history, and then the message says so.
    """
    head = tree_head(note.parse(signed.encode()))
    answer = _post(witness, signed, min(known, head.size), proof, seconds)
    if answer.status == 409 and answer.type == SIZE_TYPE:
        answer = _post(witness, signed, _size_told(answer, head, witness), proof, seconds)
    if answer.status != 200:
        told = answer.body[:200].decode(errors="replace").strip()
        raise CouldNotCheck(f"witness {witness.name} answers {answer.status}: {told}")
    return _line(answer.body, signed, witness)


def _post(witness: Witness, signed: str, old: int, proof: Proof, seconds: float) -> fetch.Answer:
    if witness.url is None:
        raise CouldNotCheck(f"witness {witness.name} has no address in the policy")
    body = make(old, proof(old) if old else (), signed)
    return fetch.post(witness.url.rstrip("/") + PATH, body, "text/plain; charset=utf-8", seconds, ANSWER_LIMIT)


def _size_told(answer: fetch.Answer, head: Checkpoint, witness: Witness) -> int:
    told = _SIZE.fullmatch(answer.body.decode(errors="replace"))
    if told is None:
        raise CouldNotCheck(f"witness {witness.name} does not say which size it has")
    if int(told[1]) > head.size:
        raise CouldNotCheck(
            f"witness {witness.name} has cosigned {told[1]} entries and the log has {head.size}: was it cut back?"
        )
    return int(told[1])


def _line(body: bytes, signed: str, witness: Witness) -> Signature:
    """The line by the witness's own key; others are ignored, as C2SP asks."""
    try:
        answered = note.parse(signed.encode() + body)
        lines = cosignatures.signed_by(answered, [witness.key])
        if lines:
            cosignatures.timestamp_of(lines[0][1])
            return lines[0][1]
    except VerificationError as error:
        raise CouldNotCheck(f"witness {witness.name}: {error.message}") from None
    raise CouldNotCheck(f"witness {witness.name} answered without a cosignature by its key")
