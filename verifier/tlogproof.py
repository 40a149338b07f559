"""C2SP tlog-proof: an inclusion proof with its checkpoint as one text, the evidence that a holder can keep for decades.

    c2sp.org/tlog-proof@v1
    index <index>
    <hash, base64>, a line each, lowest level first

    <checkpoint, with all its signatures>

The proof names neither leaf nor entry: whoever checks it hashes the entry that they hold.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from verifier import checkpoint, note
from verifier.checkpoint import Checkpoint
from verifier.errors import Malformed
from verifier.merkle import HASH_SIZE, leaf_hash, verify_inclusion
from verifier.note import VerifierKey

HEADER: Final = "c2sp.org/tlog-proof@v1"
MAX_SIZE: Final = 64 * 1024
_INDEX: Final = re.compile("index (0|[1-9][0-9]{0,18})")
_MAX_HASHES: Final = 63


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A proof as read; nothing of it is verified yet."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes


def make(index: int, path: Sequence[bytes], signed: str) -> str:
    """The text of a proof under a signed checkpoint."""
    hashes = [b64encode(node).decode() for node in path]
    return "\n".join([HEADER, f"index {index}", *hashes, "", signed])


def parse(data: bytes) -> TlogProof:
    """Reads a proof without extra data: this log makes no other. Raises Malformed, naming the line."""
    if len(data) > MAX_SIZE:
        raise Malformed(f"a tlog-proof is at most {MAX_SIZE} bytes")
    try:
        head, blank, signed = data.decode().partition("\n\n")
    except UnicodeDecodeError as error:
        raise Malformed(f"tlog-proof is not UTF-8 at byte {error.start}") from None
    lines = head.split("\n")
    if not blank or lines[0] != HEADER:
        raise Malformed(f"tlog-proof does not begin with {HEADER} and end in a checkpoint")
    index = _INDEX.fullmatch(lines[1]) if len(lines) > 1 else None
    if index is None:
        raise Malformed("tlog-proof, line 2: not the index of an entry")
    if len(lines) > 2 + _MAX_HASHES:
        raise Malformed("tlog-proof has more hashes than any tree is high")
    path = tuple(note.decode_base64(line, f"tlog-proof, line {at}") for at, line in enumerate(lines[2:], 3))
    if any(len(node) != HASH_SIZE for node in path):
        raise Malformed("tlog-proof: a hash is not 32 bytes long")
    return TlogProof(int(index[1]), path, signed.encode())


def verify(proof: TlogProof, entry: bytes, log_keys: Iterable[VerifierKey], origin: str) -> Checkpoint:
    """The checkpoint under which `entry` stands at the proof's index. Raises VerificationError. C2SP tlog-proof."""
    # (1) The checkpoint is the log's. (2) The entry's hash leads to its root by the path.
    head = checkpoint.verify(proof.checkpoint, log_keys, origin)
    verify_inclusion(leaf_hash(entry), proof.index, head.size, proof.path, head.root)
    return head
