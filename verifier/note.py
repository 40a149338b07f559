"""C2SP signed-note: text, a blank line, and signature lines `— name base64(key id ‖ signature)`."""

from __future__ import annotations

import binascii
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from verifier import keys
from verifier.errors import BadSignature, Malformed, UnknownKey

ED25519_TYPE: Final = 0x01
COSIGNATURE_TYPE: Final = 0x04
_DASH: Final = "\u2014"
_MAX_NOTE: Final = 1_000_000
_MAX_SIGNATURES: Final = 100


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A named public key: `name+hex(key id)+base64(type ‖ public key)`."""

    name: str
    public_key: bytes
    type: int = ED25519_TYPE

    @property
    def id(self) -> bytes:
        """Key id: SHA-256(name ‖ 0x0A ‖ type ‖ public key), first 4 bytes."""
        return sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public_key).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes([self.type]) + self.public_key).decode()}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Reads a verifier key. Raises Malformed or BadSignature, naming what is wrong with it."""
        name, plus, rest = text.partition("+")
        key_id, plus2, encoded = rest.partition("+")
        if not plus or not plus2 or not is_key_name(name):
            raise Malformed(f"{text!r} is not a verifier key: name+keyid+key")
        data = decode_base64(encoded, "verifier key")
        if len(data) != 1 + keys.PUBLIC_KEY_SIZE or data[0] not in (ED25519_TYPE, COSIGNATURE_TYPE):
            raise Malformed(f"verifier key {name} is not an Ed25519 key")
        key = cls(name, keys.check_public_key(data[1:]), data[0])
        if key.id.hex() != key_id:
            raise Malformed(f"verifier key {name}: the key id {key_id} is not that of the key, {key.id.hex()}")
        return key


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line."""

    name: str
    key_id: bytes
    data: bytes

    def __str__(self) -> str:
        return f"{_DASH} {self.name} {b64encode(self.key_id + self.data).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note as read; its signatures are not checked by reading it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(str(signature) for signature in self.signatures)


def is_key_name(name: str) -> bool:
    """Whether a name may stand in a key or a signature line: not empty, no blank, no plus sign."""
    return bool(name) and "+" not in name and not any(ch.isspace() or unicodedata.category(ch) == "Cc" for ch in name)


def parse(data: bytes) -> Note:
    """Reads a note. Raises Malformed, naming the line that is wrong."""
    if len(data) > _MAX_NOTE:
        raise Malformed("note is larger than 1 MB")
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise Malformed(f"note is not UTF-8 at byte {error.start}") from None
    if any(ord(ch) < 0x20 and ch != "\n" for ch in whole):
        raise Malformed("note holds a control character")
    split = whole.rfind("\n\n")
    if split < 0 or not whole.endswith("\n"):
        raise Malformed("note has no blank line before its signatures, or does not end in a newline")
    lines = whole[split + 2 : -1].split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise Malformed(f"note has more than {_MAX_SIGNATURES} signature lines")
    return Note(whole[: split + 1], tuple(_signature(line) for line in lines))


def signed_by(note: Note, known: Iterable[VerifierKey]) -> tuple[tuple[VerifierKey, Signature], ...]:
    """The good signatures by known keys. A line by an unknown key is ignored, as C2SP signed-note asks.

    Raises BadSignature if a line that claims a known key does not verify, UnknownKey if no known key signed.
    """
    by_name = {(key.name, key.id): key for key in known}
    good: dict[tuple[str, bytes], tuple[VerifierKey, Signature]] = {}
    for signature in note.signatures:
        key = by_name.get((signature.name, signature.key_id))
        if key is None:
            continue
        if (key.name, key.id) in good:
            raise Malformed(f"note is signed twice by {key.name}")
        try:
            keys.verify(key.public_key, *_message(key, signature, note.text))
        except BadSignature as error:
            raise BadSignature(f"note: signature of {key.name}: {error.message}") from None
        good[key.name, key.id] = (key, signature)
    if not good:
        raise UnknownKey("note is signed by no known key")
    return tuple(good.values())


def cosigned_message(text: str, timestamp: int) -> bytes:
    """What a witness signs: C2SP tlog-cosignature v1."""
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def _message(key: VerifierKey, signature: Signature, text: str) -> tuple[bytes, bytes]:
    if key.type == ED25519_TYPE:
        return signature.data, text.encode()
    if len(signature.data) != 8 + keys.SIGNATURE_SIZE:
        raise BadSignature("a cosignature is not a time and 64 bytes")
    return signature.data[8:], cosigned_message(text, int.from_bytes(signature.data[:8], "big"))


def _signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != _DASH or not is_key_name(name):
        raise Malformed(f"signature line {line[:60]!r} is not «{_DASH} name base64»")
    data = decode_base64(encoded, f"signature of {name}")
    if len(data) < 5:
        raise Malformed(f"signature of {name} is too short")
    return Signature(name, data[:4], data[4:])


def decode_base64(text: str, what: str) -> bytes:
    """Canonical standard base64 (RFC 4648 §4), or Malformed."""
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed(f"{what} is not base64") from None
    if b64encode(data).decode() != text:
        raise Malformed(f"{what} is not in canonical base64")
    return data
