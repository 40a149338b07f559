"""The body of `add-checkpoint` (C2SP tlog-witness): the size that the witness is known to have, a proof, a checkpoint.

old <size>
<hash, base64>, a line each

<checkpoint, with its signatures>
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from verifier import checkpoint, note
from verifier.checkpoint import Checkpoint
from verifier.errors import Malformed
from verifier.merkle import HASH_SIZE
from verifier.note import Note

PATH: Final = "/add-checkpoint"
"""Below a witness's prefix."""
MAX_SIZE: Final = 64 * 1024
"""Bytes of the largest body that is read: 63 hashes and a checkpoint with a hundred signatures have a third of it."""
SIZE_TYPE: Final = "text/x.tlog.size"
"""Content type of the answer that tells the size that the witness has."""
_OLD: Final = re.compile("old (0|[1-9][0-9]{0,18})")
_MAX_HASHES: Final = 63


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request as read; nothing of it is verified."""

    old: int
    proof: tuple[bytes, ...]
    signed: Note
    head: Checkpoint


def make(old: int, proof: Sequence[bytes], signed: str) -> bytes:
    """The body of a request."""
    hashes = [b64encode(node).decode() for node in proof]
    return "\n".join([f"old {old}", *hashes, "", signed]).encode()


def parse(data: bytes) -> AddCheckpoint:
    """Reads a body. Raises Malformed."""
    try:
        head, blank, signed = data.decode().partition("\n\n")
    except UnicodeDecodeError:
        raise Malformed("the request is not UTF-8") from None
    lines = head.split("\n")
    old = _OLD.fullmatch(lines[0])
    if not blank or old is None:
        raise Malformed("the request does not begin with an old size and end in a checkpoint")
    if len(lines) > 1 + _MAX_HASHES:
        raise Malformed(f"the request has more than {_MAX_HASHES} hashes")
    proof = tuple(note.decode_base64(line, f"line {at}") for at, line in enumerate(lines[1:], 2))
    if any(len(node) != HASH_SIZE for node in proof):
        raise Malformed("a hash of the consistency proof is not 32 bytes long")
    read = note.parse(signed.encode())
    return AddCheckpoint(int(old[1]), proof, read, tree_head(read))


def tree_head(signed: Note) -> Checkpoint:
    """The tree head of any log's checkpoint: the lines behind the first three are the log's own. Raises Malformed."""
    lines = signed.text.split("\n")
    if len(lines) < 4 or "" in lines[3:-1]:
        raise Malformed("a checkpoint is origin, size and root hash, a line each, and no empty lines behind them")
    return checkpoint.parse(Note("\n".join([*lines[:3], ""]), ()))
