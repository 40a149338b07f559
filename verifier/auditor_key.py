"""An auditor's own key: X25519, for whom a disclosure file is encrypted (docs/formats.md, Disclosure file)."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from verifier import cbor, keyfile
from verifier.errors import CouldNotCheck

PUBLIC_SUFFIX = ".pub"
"""Behind the name of the key's file: that of the public half, which the base is given."""


@dataclass(frozen=True, slots=True)
class AuditorKey:
    """The private half, which never leaves the auditor."""

    private: X25519PrivateKey

    @property
    def recipient(self) -> Recipient:
        """The public half."""
        return Recipient(self.private.public_key())


@dataclass(frozen=True, slots=True)
class Recipient:
    """The public half of an auditor's key."""

    public: X25519PublicKey

    @property
    def thumbprint(self) -> bytes:
        """COSE Key Thumbprint, SHA-256 (RFC 9679 §3, RFC 9053 §7.2): how the log names whom was disclosed to."""
        raw = self.public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return sha256(cbor.encode({1: 1, -1: 4, -2: raw})).digest()


def new_auditor_key(path: Path, passphrase: bytes | None) -> AuditorKey:
    """Makes a key: `path` with the private half (PKCS #8 in PEM), readable by its owner alone, and beside it the public
    one (SubjectPublicKeyInfo in PEM), `path` with `.pub` behind it.

    Raises OSError, FileExistsError where a file is there.
    """
    made = AuditorKey(X25519PrivateKey.generate())
    keyfile.write_key(path, made.private, passphrase)
    public = made.recipient.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    keyfile.write_new(path.with_name(path.name + PUBLIC_SUFFIX), public, 0o644)
    return made


def read_auditor_key(data: bytes, passphrase: bytes | None) -> AuditorKey:
    """The key of a file. Raises CouldNotCheck for what is none, or does not open; it names no part of it."""
    private = keyfile.open_key(data, passphrase)
    if not isinstance(private, X25519PrivateKey):
        raise CouldNotCheck("the key is no X25519 key: `certverify new-auditor-key` makes one")
    return AuditorKey(private)


def read_recipient(data: bytes) -> Recipient:
    """The public half in a file. Raises CouldNotCheck for what is none, a private half above all."""
    try:
        public = load_pem_public_key(data)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CouldNotCheck("this is no public key in PEM: the auditor's file that ends in .pub is meant") from None
    if not isinstance(public, X25519PublicKey):
        raise CouldNotCheck("the key is no X25519 key: `certverify new-auditor-key` makes one")
    return Recipient(public)
