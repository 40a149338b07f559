"""A disclosure file: the values behind a log's commitments, for one auditor (docs/formats.md, Disclosure file).

A random content key encrypts the parts one by one, so that neither writer nor reader holds more than one; HPKE (RFC
9180) encrypts the content key to the auditor. The SHA-256 of what is encrypted stands in the log, in the event by which
two people of the base gave the file out.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from verifier import cbor
from verifier.auditor_key import AuditorKey, Recipient
from verifier.errors import Malformed, Mismatch

MAGIC: Final = b"certledger disclosure 1\n"
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_PART: Final = 64 * 1024
"""Bytes from which on a part is full."""
_LONGEST_PART: Final = 1024 * 1024
_KEY_SIZE: Final = 32
_MOST_HEAD: Final = 4096

Item = tuple[int, Sequence[bytes] | None]
"""An index with the disclosures of its entry; None for one whose values are erased."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Of which log a file is, how much of it, and what of that."""

    origin: str
    size: int
    root: bytes
    """Of the tree of the first `size` entries."""
    scope: str
    """`all`, `cohort:` or `organisation:` with a code."""

    def encoded(self) -> bytes:
        """The first part of what is encrypted."""
        return cbor.encode({"origin": self.origin, "size": self.size, "root": self.root, "scope": self.scope})


def parts(scope: Scope, items: Iterable[Item]) -> Iterator[bytes]:
    """What is encrypted, part by part: the same for the same scope and items, which come by ascending index."""
    yield scope.encoded()
    waiting: list[list[object]] = []
    size = 0
    for index, disclosures in items:
        waiting.append([index, None if disclosures is None else list(disclosures)])
        size += 16 + sum(map(len, disclosures or ()))
        if size >= _PART:
            yield cbor.encode(waiting)
            waiting, size = [], 0
    if waiting:
        yield cbor.encode(waiting)


def digest_of(made: Iterable[bytes]) -> bytes:
    """SHA-256 over all parts, one after another: what the log says of a file."""
    digest = sha256()
    for part in made:
        digest.update(part)
    return digest.digest()


def write(file: BinaryIO, recipient: Recipient, made: Iterable[bytes], content_key: bytes) -> bytes:
    """Encrypts the parts to an auditor, and writes them. The digest of what was encrypted.

    `content_key`: 32 bytes, random, for this one file.
    """
    sealed = _SUITE.encrypt(content_key, recipient.public, MAGIC)
    head = cbor.encode({"key": sealed, "recipient": recipient.thumbprint})
    file.write(MAGIC + len(head).to_bytes(4, "big") + head)
    cipher, digest, number = ChaCha20Poly1305(content_key), sha256(), 0
    before: bytes | None = None
    for part in made:
        digest.update(part)
        if before is not None:
            _write_part(file, cipher, number, before, last=False)
            number += 1
        before = part
    _write_part(file, cipher, number, before or b"", last=True)
    return digest.digest()


class DisclosureFile:
    """A disclosure file as its auditor reads it: once, from the front, in the order of the log.

    Raises Malformed for what is no such file, Mismatch where it is for another key or was altered.
    """

    def __init__(self, file: BinaryIO, key: AuditorKey) -> None:
        self._file = file
        if file.read(len(MAGIC)) != MAGIC:
            raise Malformed("this is no disclosure file")
        head = cbor.decode(_read_whole(file, _length(file, _MOST_HEAD)))
        if type(head) is not dict or head.keys() != {"key", "recipient"} or type(head["key"]) is not bytes:
            raise Malformed("the head of the disclosure file is not as it must be")
        self.recipient = key.recipient.thumbprint
        if head["recipient"] != self.recipient:
            raise Mismatch("the disclosure file is for another auditor's key")
        try:
            content_key = _SUITE.decrypt(head["key"], key.private, MAGIC)
        except (InvalidTag, ValueError):
            raise Mismatch("the disclosure file's key does not open: it was altered") from None
        if len(content_key) != _KEY_SIZE:
            raise Malformed("the disclosure file's key has another size")
        self._cipher, self._number, self._ended = ChaCha20Poly1305(content_key), 0, False
        self._digest = sha256()
        self.scope = _scope(self._next_part())
        self._items: dict[int, Sequence[bytes] | None] = {}
        self._last = -1
        """The last index read so far."""
        self.disclosed = self.erased = 0
        """Entries disclosed and erased, of those read so far."""

    def of(self, index: int) -> Sequence[bytes]:
        """The disclosures of an entry; none where the file has none. Indices are asked for in ascending order."""
        self._read_to(index)
        return self._items.get(index) or ()

    def is_erased(self, index: int) -> bool:
        """Whether the base says of this entry that its values were erased."""
        self._read_to(index)
        return index in self._items and self._items[index] is None

    def digest(self) -> bytes:
        """SHA-256 of all that was encrypted; what was not read yet is read first."""
        while not self._ended:
            self._take(self._next_part())
        return self._digest.digest()

    def _read_to(self, index: int) -> None:
        while self._last < index and not self._ended:
            self._take(self._next_part())

    def _take(self, part: bytes) -> None:
        kept: dict[int, Sequence[bytes] | None] = {}
        for index, disclosures in _items(part):
            if index <= self._last:
                raise Malformed("the entries of the disclosure file are not in the order of the log")
            self._last = index
            kept[index] = disclosures
            self.disclosed += disclosures is not None
            self.erased += disclosures is None
        self._items = kept

    def _next_part(self) -> bytes:
        sealed = _read_whole(self._file, _length(self._file, _LONGEST_PART))
        last = not self._file.read(1)
        if not last:
            self._file.seek(-1, io.SEEK_CUR)
        try:
            part = self._cipher.decrypt(_nonce(self._number, last), sealed, None)
        except InvalidTag:
            raise Mismatch(f"part {self._number} of the disclosure file was altered, or it is cut short") from None
        self._number += 1
        self._ended = last
        self._digest.update(part)
        return part


def _write_part(file: BinaryIO, cipher: ChaCha20Poly1305, number: int, part: bytes, *, last: bool) -> None:
    sealed = cipher.encrypt(_nonce(number, last), part, None)
    file.write(len(sealed).to_bytes(4, "big") + sealed)


def _nonce(number: int, last: bool) -> bytes:
    """The part's number, and whether it is the last: a file that is cut short does not open."""
    return number.to_bytes(11, "big") + bytes((last,))


def _length(file: BinaryIO, most: int) -> int:
    length = int.from_bytes(file.read(4), "big")
    if not 0 < length <= most:
        raise Malformed("the disclosure file is cut short, or a part of it has no length that a part can have")
    return length


def _read_whole(file: BinaryIO, length: int) -> bytes:
    data = file.read(length)
    if len(data) < length:
        raise Malformed("the disclosure file is cut short")
    return data


def _scope(part: bytes) -> Scope:
    value = cbor.decode(part)
    kinds = {"origin": str, "size": int, "root": bytes, "scope": str}
    if type(value) is not dict or {name: type(item) for name, item in value.items()} != kinds:
        raise Malformed("the disclosure file does not begin with its scope")
    return Scope(value["origin"], value["size"], value["root"], value["scope"])


def _items(part: bytes) -> Iterator[Item]:
    value = cbor.decode(part)
    if type(value) is not list:
        raise Malformed("a part of the disclosure file is no list")
    for item in value:
        if type(item) is not list or len(item) != 2 or type(item[0]) is not int:
            raise Malformed("a part of the disclosure file holds something that is no entry")
        disclosures = item[1]
        listed = type(disclosures) is list and all(type(one) is bytes for one in disclosures)
        if disclosures is not None and not listed:
            raise Malformed("a part of the disclosure file holds something that is no disclosure")
        yield item[0], disclosures
