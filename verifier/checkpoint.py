"""C2SP tlog-checkpoint: a signed tree head as a note `origin\\nsize\\nbase64(root)\\n`."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from verifier import note
from verifier.errors import Malformed, UnknownKey
from verifier.merkle import HASH_SIZE
from verifier.note import ED25519_TYPE, Note, VerifierKey


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head. Only `verify` gives one whose signature was checked."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note's text, without extension lines: we sign none."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def parse(signed: Note) -> Checkpoint:
    """What a checkpoint's text says. Raises Malformed. Extension lines are refused: this log never writes any."""
    lines = signed.text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise Malformed("a checkpoint of this log is exactly origin, size and root hash, a line each")
    origin, size, root_text = lines[:3]
    if not note.is_key_name(origin):
        raise Malformed("checkpoint has no origin")
    if not size.isascii() or not size.isdigit() or str(int(size[:20])) != size or int(size) >= 2**63:
        raise Malformed(f"checkpoint size {size[:40]!r} is not a whole number below 2^63")
    root = note.decode_base64(root_text, "checkpoint's root hash")
    if len(root) != HASH_SIZE:
        raise Malformed("checkpoint's root hash is not 32 bytes")
    return Checkpoint(origin, int(size), root)


def sign(head: Checkpoint, signers: Iterable[tuple[VerifierKey, Callable[[bytes], bytes]]]) -> str:
    """The signed note of a tree head, with a line by each key and what it signs with."""
    text = head.text()
    return str(Note(text, tuple(note.Signature(key.name, key.id, by(text.encode())) for key, by in signers)))


def verify(data: bytes, log_keys: Iterable[VerifierKey], origin: str) -> Checkpoint:
    """The checkpoint, signed by one of the log's keys for this origin. Raises VerificationError."""
    # (1) Read the note. (2) Check the signatures of known keys; at least one must be the log's own (type Ed25519).
    signed = note.parse(data)
    if not any(key.type == ED25519_TYPE for key, _ in note.signed_by(signed, log_keys)):
        raise UnknownKey("checkpoint is not signed by the log's key")
    # (3) Read the text. (4) The origin must be the one that is trusted: one key never speaks for two logs.
    checkpoint = parse(signed)
    if checkpoint.origin != origin:
        raise Malformed(f"checkpoint is of log {checkpoint.origin!r}, not of {origin!r}")
    return checkpoint
