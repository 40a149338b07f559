"""A file as sealed chunks: each bound to its file, its number and how many there are, so that none can be left out,
added, taken from another file or put elsewhere.

The key of a file follows from the person's data key and the file's random id, and seals each chunk once: so the nonce
is the chunk's number (AES-256-GCM, NIST SP 800-38D §8.2.1). Who destroys the data key has destroyed the file.
"""

from __future__ import annotations

import hmac
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from verifier import cbor

CHUNK_BYTES: Final = 16 * 1024
"""Of a file's content; the last chunk may have fewer. So small that a copy of a thousand rows fits into memory."""
_HEADER: Final = b"\xff" * 12
"""The nonce of what is told of a file, which no chunk has."""


class NotAsSealed(Exception):
    """Something does not open with this key in this place."""


class FileKey:
    """Seals and opens one file of one person."""

    def __init__(self, data_key: bytes, file: UUID) -> None:
        """`data_key`: the person's. `file`: never used before."""
        self._file = file
        self._cipher = AESGCM(hmac.digest(data_key, b"certledger/evidence file" + file.bytes, "sha256"))

    def seal(self, number: int, total: int, data: bytes) -> bytes:
        """Chunk `number`, from 0, of `total`."""
        return self._cipher.encrypt(_nonce(number), data, self._place(number, total))

    def open(self, number: int, total: int, sealed: bytes) -> bytes:
        """The content of a chunk. Raises NotAsSealed."""
        try:
            return self._cipher.decrypt(_nonce(number), sealed, self._place(number, total))
        except InvalidTag:
            raise NotAsSealed from None

    def seal_header(self, told: Any) -> bytes:
        """What is told of the file; sealed once."""
        return self._cipher.encrypt(_HEADER, cbor.encode(told), self._place(-1, 0))

    def open_header(self, sealed: bytes) -> Any:
        """What is told of the file. Raises NotAsSealed."""
        try:
            return cbor.decode(self._cipher.decrypt(_HEADER, sealed, self._place(-1, 0)))
        except InvalidTag:
            raise NotAsSealed from None

    def _place(self, number: int, total: int) -> bytes:
        return cbor.encode(["certledger/evidence", self._file.bytes, number, total])


def chunks_of(size: int) -> int:
    """How many chunks a file of so many bytes has; an empty one has one."""
    return max(1, -(-size // CHUNK_BYTES))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
