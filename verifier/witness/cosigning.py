"""The witness's one decision: whether a checkpoint extends what was signed before, and then its cosignature."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from verifier import merkle, note
from verifier.cosignatures import key_of
from verifier.errors import BadSignature, Inconsistent, Malformed, UnknownKey
from verifier.note import ED25519_TYPE, Signature, VerifierKey
from verifier.signing import OwnKey
from verifier.witness.request import SIZE_TYPE, AddCheckpoint, parse
from verifier.witness.store import Memory, Turn

Logs = Mapping[str, Sequence[VerifierKey]]
"""The keys by which each log signs its checkpoints, by origin."""
TEXT: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered over HTTP."""

    status: int
    body: str
    type: str = TEXT


class Witness:
    """Cosigns the checkpoints of logs. May be used by many threads."""

    def __init__(self, name: str, key: OwnKey, memory: Memory, logs: Logs, clock: Callable[[], int]) -> None:
        """`clock` gives seconds since 1970 UTC."""
        self.key = key_of(name, key.public)
        self._own, self._memory, self._logs, self._clock = key, memory, logs, clock

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answers an `add-checkpoint` request; a cosignature only once it is stored. Raises sqlite3.Error.

        The steps and the answers are those of C2SP tlog-witness.
        """
        # (1) The request is one. (2) The log is one that this witness knows. (3) It signed the checkpoint.
        try:
            asked = parse(body)
        except Malformed as error:
            return Answer(400, error.message + "\n")
        keys = self._logs.get(asked.head.origin)
        if keys is None:
            return Answer(404, "this witness does not know the log\n")
        try:
            if not any(key.type == ED25519_TYPE for key, _ in note.signed_by(asked.signed, keys)):
                return Answer(403, "the checkpoint is not signed by a key of the log\n")
        except (BadSignature, UnknownKey, Malformed) as error:
            return Answer(403, error.message + "\n")
        # (4) The old size is at most the new one.
        if asked.old > asked.head.size:
            return Answer(400, f"the old size {asked.old} is larger than the checkpoint's {asked.head.size}\n")
        with self._memory.turn() as turn:
            return self._judge(asked, turn)

    def _judge(self, asked: AddCheckpoint, turn: Turn) -> Answer:
        head, now = asked.head, self._clock()
        last = turn.cosigned(head.origin)
        size, root = (last.size, last.root) if last else (0, merkle.EMPTY_ROOT)
        # (5) The old size is what was signed last.
        if asked.old != size:
            if last and head.size == size and head.root != root:
                turn.keep(head, now, "another root of the size that was signed", str(asked.signed))
            return Answer(409, f"{size}\n", SIZE_TYPE)
        # (6) Of the same size, the same root. (7) Else the proof shows that the new tree extends the old one.
        if head.size == size and head.root != root:
            turn.keep(head, now, "another root of the size that was signed", str(asked.signed))
            return Answer(409, f"{size}\n", SIZE_TYPE)
        try:
            _check_extends(size, root, asked)
        except Inconsistent as error:
            turn.keep(head, now, "not shown to extend what was signed", str(asked.signed))
            return Answer(422, error.message + "\n")
        # (8) Stored when the transaction ends, and answered after that. The time never runs back.
        timestamp = max(now, last.timestamp if last else 0)
        line = self._cosign(asked.signed.text, timestamp)
        turn.put(head, timestamp, str(asked.signed) + str(line))
        return Answer(200, str(line))

    def _cosign(self, text: str, timestamp: int) -> Signature:
        signature = self._own.private.sign(note.cosigned_message(text, timestamp))
        return Signature(self.key.name, self.key.id, timestamp.to_bytes(8, "big") + signature)


def _check_extends(size: int, root: bytes, asked: AddCheckpoint) -> None:
    """Raises Inconsistent. What an empty tree was extended by needs no proof, and none is taken."""
    head = asked.head
    if size == 0 < head.size:
        if asked.proof:
            raise Inconsistent("there is no proof from an empty tree")
        return
    merkle.verify_consistency(size, head.size, asked.proof, root, head.root)
