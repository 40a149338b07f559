"""The keystore: the only module that sees a private key.

One key a purpose and organisation, each in a file of its own, encrypted under a key derived from the ledger's master
key. Who holds the key, and what it is for, is bound to the ciphertext. The files lie in a folder, readable by their
owner only, or wherever else an adapter of `KeyFiles` keeps them.

A process that seals for this one is handed the keys that it needs through a pipe, and only from here to here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Container, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.bindings import crypto_sign, crypto_sign_seed_keypair

from ledger.refusals import Code, Refusal
from verifier import cbor
from verifier.errors import Malformed
from verifier.keyfile import write_new
from verifier.keys import thumbprint

MASTER_KEY_SIZE: Final = 32
SIGNATURE_SIZE: Final = 64
ITSELF: Final = "organisation"
"""Custody of a key that its organisation holds itself."""


class KeystoreError(Exception):
    """A key file or the master key is missing, damaged, or not the right one."""


def derive(master: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose out of the master key (HKDF-SHA-256, RFC 5869)."""
    if len(master) != MASTER_KEY_SIZE:
        raise KeystoreError(f"the master key is {len(master)} bytes long, not {MASTER_KEY_SIZE}")
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"certledger/" + purpose.encode()).derive(master)


@dataclass(frozen=True, slots=True)
class Signer:
    """A key that signs: for an organisation, the named kinds of event."""

    kid: bytes
    public_key: bytes
    organisation: str
    custody: str
    kinds: frozenset[str]
    sign: Callable[[bytes], bytes]
    """The 64-byte Ed25519 signature of a message; releases the interpreter's lock while it works."""


def signer_of(seed: bytes, organisation: str, custody: str, kinds: Iterable[str]) -> Signer:
    """The signer of a 32-byte Ed25519 seed (RFC 8032 §5.1.5)."""
    public, secret = crypto_sign_seed_keypair(seed)
    return Signer(
        thumbprint(public),
        public,
        organisation,
        custody,
        frozenset(kinds),
        lambda message: crypto_sign(message, secret)[:SIGNATURE_SIZE],
    )


def held_elsewhere(public: bytes, organisation: str, kinds: Iterable[str], sign: Callable[[bytes], bytes]) -> Signer:
    """The signer of a key that its organisation holds itself; `sign` finds the signatures that it made."""
    return Signer(thumbprint(public), public, organisation, ITSELF, frozenset(kinds), sign)


def unsigned(message: bytes) -> bytes:
    """Signs nothing: at a desk that only looks at what would be recorded. Raises Refusal `signs-itself`."""
    raise Refusal(Code.SIGNS_ITSELF, "the organisation signs this with a key of its own")


_NOT_WHAT_WAS_SIGNED: Final = "what would be recorded now is not what was signed: fetch and sign it anew"


@dataclass(frozen=True, slots=True)
class Given:
    """Signatures that an organisation made elsewhere, and the recorded time that what it signed says."""

    recorded_at: int
    """Milliseconds since 1970 UTC."""
    signatures: Mapping[bytes, bytes]
    """By `Sig_structure`: nothing but these very bytes is signed."""

    def sign(self, message: bytes) -> bytes:
        """The signature over a message. Raises Refusal `stale` for anything else than what was signed."""
        if (signature := self.signatures.get(message)) is None:
            raise Refusal(Code.STALE, _NOT_WHAT_WAS_SIGNED)
        return signature

    def check(self, messages: Collection[bytes]) -> None:
        """That what its organisation would have to sign now is just what it signed. Raises Refusal `stale`.

        Else another key, which lies here, could sign in its name once the organisation's own is out of use.
        """
        if set(messages) != self.signatures.keys():
            raise Refusal(Code.STALE, _NOT_WHAT_WAS_SIGNED)


class KeyFiles(Protocol):
    """Where the files of the keys lie."""

    def files(self) -> list[tuple[str, bytes]]:
        """All files, name and bytes, oldest first. Raises KeystoreError, naming a file that others could read."""

    def create(self, name: str, data: bytes) -> None:
        """Keeps a new file; durable on return. Raises FileExistsError if another is there under this name."""


class KeyFolder:
    """The port `KeyFiles` on a folder that only its owner can read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self) -> list[tuple[str, bytes]]:
        """See `KeyFiles`."""
        found = sorted(self._folder.glob("*.key"), key=lambda file: (file.stat().st_mtime_ns, file.name))
        for file in found:
            if file.stat().st_mode & 0o077:
                raise KeystoreError(f"{file.name} can be read by others than its owner: chmod 600 it")
        return [(file.name, file.read_bytes()) for file in found]

    def create(self, name: str, data: bytes) -> None:
        """See `KeyFiles`."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(self._folder / name, data)


class _KeptNowhere:
    """The files of a keystore, and beside them those that a rehearsal makes, in memory."""

    def __init__(self, files: KeyFiles) -> None:
        self._files = files
        self._made: list[tuple[str, bytes]] = []

    def files(self) -> list[tuple[str, bytes]]:
        """See `KeyFiles`."""
        return [*self._files.files(), *self._made]

    def create(self, name: str, data: bytes) -> None:
        """See `KeyFiles`."""
        self._made.append((name, data))


class Keystore:
    """The private keys that lie with the base."""

    def __init__(self, files: KeyFiles, master: bytes) -> None:
        self._files = files
        self._cipher = AESGCM(derive(master, "keystore"))
        self._signers: list[Signer] | None = None
        self._lent: list[Signer] = []
        self._seeds: dict[bytes, bytes] = {}
        """By key id, of the keys that were opened."""

    def create(self, organisation: str, custody: str, kinds: Iterable[str], seed: bytes) -> Signer:
        """A new key out of a 32-byte random seed; kept durably before this returns."""
        signer = signer_of(seed, organisation, custody, kinds)
        facts = cbor.encode([signer.kid, organisation, custody, sorted(signer.kinds)])
        nonce = os.urandom(12)
        data = cbor.encode([facts, nonce, self._cipher.encrypt(nonce, seed, facts)])
        self._files.create(f"{organisation}-{signer.kid.hex()[:16]}.key", data)
        self._signers = None
        return signer

    def lend(self, organisation: str, custody: str, kinds: Iterable[str], seed: bytes) -> Signer:
        """A key that lies elsewhere, by its 32-byte seed: it signs while this keystore is open, and is kept nowhere."""
        signer = signer_of(seed, organisation, custody, kinds)
        self._lent.append(signer)
        self._seeds[signer.kid] = seed
        self._signers = None
        return signer

    def rehearsal(self) -> Keystore:
        """One that knows the same keys and keeps new ones nowhere: for deciding what is not to be recorded."""
        made = copy(self)
        made._files = _KeptNowhere(self._files)
        made._seeds = dict(self._seeds)
        return made

    def signers(self) -> list[Signer]:
        """All keys, oldest first, lent ones last. Raises KeystoreError, naming the file that cannot be opened."""
        signers = self._signers  # Another thread may forget them meanwhile.
        if signers is None:
            kept = [self._open(name, data) for name, data in self._files.files()]
            signers = self._signers = [*kept, *self._lent]
        return signers

    def signer(self, organisation: str, kind: str, authorised: Container[bytes]) -> Signer:
        """The newest of an organisation's authorised keys for a kind of event. Raises Refusal `no-key`.

        A key that a crash left behind before the log authorised it is passed over.
        """
        for _ in range(2):
            for signer in reversed(self.signers()):
                if signer.organisation == organisation and kind in signer.kinds and signer.kid in authorised:
                    return signer
            self._signers = None  # Another process may have made it meanwhile.
        raise Refusal(Code.NO_KEY, f"no key of {organisation} for {kind} lies in this keystore")

    def in_use(self, organisation: str, kind: str, authorised: Iterable[bytes]) -> list[Signer]:
        """The keys of `authorised` that lie here and are an organisation's for a kind of event, in that order.

        Raises Refusal `no-key` where there is none.
        """
        self.signer(organisation, kind, authorised := list(authorised))
        here = {item.kid: item for item in self.signers() if item.organisation == organisation and kind in item.kinds}
        return [here[kid] for kid in authorised if kid in here]

    def hand_over(self, kids: Iterable[bytes], pipe: IO[bytes]) -> None:
        """Writes keys of this store for `receive_signers`, which a process of this program's own runs at the other end.

        Raises KeystoreError for a key that does not lie here.
        """
        signers = {signer.kid: signer for signer in self.signers()}
        given = []
        for kid in kids:
            if kid not in signers:
                raise KeystoreError(f"key {kid.hex()[:16]} does not lie in this keystore")
            signer = signers[kid]
            given.append([self._seeds[kid], signer.organisation, signer.custody, sorted(signer.kinds)])
        data = cbor.dumps(given)
        pipe.write(len(data).to_bytes(_LENGTH_SIZE, "big") + data)

    def _open(self, name: str, data: bytes) -> Signer:
        try:
            facts, nonce, sealed = cbor.decode(data)
            kid, organisation, custody, kinds = cbor.decode(facts)
            seed = self._cipher.decrypt(nonce, sealed, facts)
        except InvalidTag:
            raise KeystoreError(f"{name} does not open with this master key, or was changed") from None
        except (Malformed, ValueError, TypeError) as error:
            raise KeystoreError(f"{name} is not a key file: {error}") from None
        signer = signer_of(seed, organisation, custody, kinds)
        if signer.kid != kid:
            raise KeystoreError(f"{name} names another key than it holds")
        self._seeds[kid] = seed
        return signer


_LENGTH_SIZE: Final = 8


def receive_signers(pipe: IO[bytes]) -> list[Signer] | None:
    """The keys that `Keystore.hand_over` wrote at the other end; None where that was closed."""
    length = pipe.read(_LENGTH_SIZE)
    if len(length) < _LENGTH_SIZE:
        return None
    given = cbor.decode(pipe.read(int.from_bytes(length, "big")))
    return [signer_of(seed, organisation, custody, kinds) for seed, organisation, custody, kinds in given]
