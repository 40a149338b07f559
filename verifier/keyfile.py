"""Files with a private key of one's own: PKCS #8 in PEM (RFC 5958), that only their owner can read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from verifier.errors import CouldNotCheck

OWNER_ONLY: Final = 0o600
PASSPHRASE_VARIABLE: Final = "CERTLEDGER_KEY_PASSPHRASE"
"""Environment variable: the passphrase of a key file that a command opens or makes."""


def write_key(path: Path, private: PrivateKeyTypes, passphrase: bytes | None) -> None:
    """Makes the file, encrypted where there is a passphrase. Raises OSError, FileExistsError where a file is there."""
    sealing = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    write_new(path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealing))


def write_new(path: Path, data: bytes, mode: int = OWNER_ONLY) -> None:
    """Makes a file with these permissions; durable on return. Raises OSError, FileExistsError where a file is there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def needs_passphrase(data: bytes) -> bool:
    """Whether a key file is encrypted."""
    return b"ENCRYPTED" in data.partition(b"\n")[0]


def open_key(data: bytes, passphrase: bytes | None) -> PrivateKeyTypes:
    """The key of a file. Raises CouldNotCheck for what is none, or does not open; it names no part of it."""
    try:
        return load_pem_private_key(data, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CouldNotCheck("the key file is no PKCS #8 key in PEM, or its passphrase is another one") from None
