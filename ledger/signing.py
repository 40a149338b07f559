"""The keystore: the only module that sees a private key.

One key a purpose and organisation, each in a file of its own, encrypted under a key derived from the ledger's master
key, readable by its owner only. Who holds the key, and what it is for, is bound to the ciphertext.

A bulk intake signs in a second process, while this one decides what comes next.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.bindings import crypto_sign, crypto_sign_seed_keypair

from ledger.refusals import Code, Refusal
from verifier import cbor
from verifier.errors import Malformed
from verifier.keys import thumbprint

MASTER_KEY_SIZE: Final = 32
SIGNATURE_SIZE: Final = 64


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


class Keystore:
    """The private keys that lie with the base, in one folder."""

    def __init__(self, folder: Path, master: bytes) -> None:
        self._folder = folder
        self._cipher = AESGCM(derive(master, "keystore"))
        self._signers: list[Signer] | None = None
        self._seeds: dict[bytes, bytes] = {}
        """By key id, of the keys that were opened."""

    def create(self, organisation: str, custody: str, kinds: Iterable[str], seed: bytes) -> Signer:
        """A new key out of a 32-byte random seed; on the disk before this returns."""
        signer = signer_of(seed, organisation, custody, kinds)
        facts = cbor.encode([signer.kid, organisation, custody, sorted(signer.kinds)])
        nonce = os.urandom(12)
        data = cbor.encode([facts, nonce, self._cipher.encrypt(nonce, seed, facts)])
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self._folder / f"{organisation}-{signer.kid.hex()[:16]}.key", data)
        self._signers = None
        return signer

    def signers(self) -> list[Signer]:
        """All keys, oldest first. Raises KeystoreError, naming the file that cannot be opened."""
        if self._signers is None:
            files = sorted(self._folder.glob("*.key"), key=lambda file: (file.stat().st_mtime_ns, file.name))
            self._signers = [self._open(file) for file in files]
        return self._signers

    def signer(self, organisation: str, kind: str, authorised: Container[bytes]) -> Signer:
        """The newest of an organisation's authorised keys for a kind of event. Raises Refusal `no-key`.

        A key that a crash left behind before the log authorised it is passed over.
        """
        for signer in reversed(self.signers()):
            if signer.organisation == organisation and kind in signer.kinds and signer.kid in authorised:
                return signer
        raise Refusal(Code.NO_KEY, f"no key of {organisation} for {kind} lies in this keystore")

    def signing_process(self) -> SigningProcess:
        """A process that signs with these keys. Close it after use."""
        self.signers()
        return SigningProcess(self._seeds)

    def _open(self, file: Path) -> Signer:
        if file.stat().st_mode & 0o077:
            raise KeystoreError(f"{file.name} can be read by others than its owner: chmod 600 it")
        try:
            facts, nonce, sealed = cbor.decode(file.read_bytes())
            kid, organisation, custody, kinds = cbor.decode(facts)
            seed = self._cipher.decrypt(nonce, sealed, facts)
        except InvalidTag:
            raise KeystoreError(f"{file.name} does not open with this master key, or was changed") from None
        except (Malformed, ValueError, TypeError) as error:
            raise KeystoreError(f"{file.name} is not a key file: {error}") from None
        signer = signer_of(seed, organisation, custody, kinds)
        if signer.kid != kid:
            raise KeystoreError(f"{file.name} names another key than it holds")
        self._seeds[kid] = seed
        return signer


class SigningProcess:
    """Signs one list of messages at a time in a process of its own, while the caller works on.

    That is a fresh interpreter, not a fork: it has none of this one's connections, threads or memory. A key goes to it
    when it is first needed, through its standard input and nothing else.
    """

    def __init__(self, seeds: Mapping[bytes, bytes]) -> None:
        self._seeds = seeds
        self._known: dict[bytes, int] = {}
        """The keys that it has, by id, in the order in which it got them."""
        self._awaited = 0
        program = "from ledger.signing import sign_for_parent; sign_for_parent()"
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def start(self, work: Sequence[tuple[Signer, bytes]]) -> None:
        """Hands over messages, each with its signer. Raises KeystoreError; ValueError where others are still there."""
        if self._awaited:
            raise ValueError("the signatures asked for before were not taken yet")
        new = [kid for kid in dict.fromkeys(signer.kid for signer, _ in work) if kid not in self._known]
        if missing := [kid for kid in new if kid not in self._seeds]:
            raise KeystoreError(f"key {missing[0].hex()[:16]} does not lie in this keystore")
        self._known.update((kid, number) for number, kid in enumerate(new, len(self._known)))
        numbers = [self._known[signer.kid] for signer, _ in work]
        request = cbor.dumps([[self._seeds[kid] for kid in new], numbers, [message for _, message in work]])
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(len(request).to_bytes(_LENGTH_SIZE, "big") + request)
            self._process.stdin.flush()
        except OSError:
            raise self._ended() from None
        self._awaited = len(work)

    def finish(self) -> list[bytes]:
        """The signatures of the messages handed over, in their order. Raises KeystoreError if the process ended."""
        size, self._awaited = self._awaited * SIGNATURE_SIZE, 0
        assert self._process.stdout is not None
        reply = self._process.stdout.read(size)
        if len(reply) != size:
            raise self._ended()
        return [reply[start : start + SIGNATURE_SIZE] for start in range(0, size, SIGNATURE_SIZE)]

    def close(self) -> None:
        """Ends the process, whatever it is at."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):  # what was still to be sent is of no use any more
                pipe.close()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ended(self) -> KeystoreError:
        self._process.kill()
        return KeystoreError(f"the signing process ended before its time (exit status {self._process.wait()})")


_LENGTH_SIZE: Final = 8


def sign_for_parent() -> None:
    """What a signing process runs: requests from standard input, signatures to standard output, until the input ends.

    A request is 8 bytes of length and the CBOR of new seeds, the number of the key of each message, and the messages.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a keyboard interrupt is for the parent, whose end closes the input
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    secrets: list[bytes] = []
    while length := source.read(_LENGTH_SIZE):
        seeds, numbers, messages = cbor.decode(source.read(int.from_bytes(length, "big")))
        secrets += [crypto_sign_seed_keypair(seed)[1] for seed in seeds]
        pairs = zip(numbers, messages, strict=True)
        sink.write(b"".join([crypto_sign(message, secrets[number])[:SIGNATURE_SIZE] for number, message in pairs]))
        sink.flush()


def write_private(path: Path, data: bytes) -> None:
    """Writes a new file that only its owner can read, durably. Raises FileExistsError if it is there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
