"""The second half of sealing in a process of its own, so that a bulk intake decides on while a chunk is being signed.

That process is a fresh interpreter, not a fork: it has none of this one's connections, threads or memory. Signing keys
and data keys go to it when they are first needed, through its standard input and nothing else.
"""

from __future__ import annotations

import fcntl
import marshal
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Any, Final, Self
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.seal import Circumstances, Prepared, Sealed, people_of, seal_all
from ledger.signing import Keystore, KeystoreError, Signer, receive_signers
from ledger.vault import Vault
from verifier.record import Encoded

_LENGTH_SIZE: Final = 8
_PIPE_SIZE: Final = 1 << 20
_PROGRAM: Final = "from ledger.intake.sealing import seal_for_parent; seal_for_parent()"


class SealingProcess:
    """Seals one batch at a time. Close it after use."""

    def __init__(self, keystore: Keystore, vault: Vault) -> None:
        self._keystore, self._vault = keystore, vault
        self._signers: set[bytes] = set()
        self._people: set[bytes] = set()
        """Whose keys it has."""
        self._waiting = False
        command = [sys.executable, "-P", "-c", _PROGRAM]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin, self._process.stdout
        for pipe in (self._to, self._from):
            _widen(pipe)

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def start(self, prepared: Sequence[Prepared], shared: Circumstances, salts: bytes) -> None:
        """Hands a batch over. Raises KeystoreError if the process has ended; ValueError where one is still there."""
        if self._waiting:
            raise ValueError("the batch before was not taken yet")
        signers = {item.kid for item in prepared} - self._signers
        people = people_of(prepared) - self._people
        # Data keys are durable before anything is sealed under them.
        keys = self._vault.keys_for(UUID(bytes=person) for person in people)
        request = (
            _plain(shared),
            salts,
            [(person.bytes, key) for person, key in keys.items()],
            [(*item[:5], tuple(item.fields)) for item in prepared],
        )
        try:
            self._keystore.hand_over(sorted(signers), self._to)
            _write(self._to, request)
        except OSError:
            raise self._ended() from None
        self._signers |= signers
        self._people |= people
        self._waiting = True

    def finish(self) -> list[Sealed]:
        """What became of the batch handed over, in its order. Raises KeystoreError if the process has ended."""
        self._waiting = False
        try:
            return [Sealed(*item) for item in _read(self._from)]
        except EOFError:
            raise self._ended() from None

    def forget(self) -> None:
        """Waits for a batch that was handed over and is not wanted any more, if there is one."""
        if self._waiting:
            self.finish()

    def close(self) -> None:
        """Ends the process, whatever it is at."""
        self._process.kill()
        for pipe in (self._to, self._from):
            with suppress(BrokenPipeError):  # what was still to be sent is of no use any more
                pipe.close()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ended(self) -> KeystoreError:
        self._process.kill()
        return KeystoreError(f"the sealing process ended before its time (exit status {self._process.wait()})")


def seal_for_parent() -> None:
    """What a sealing process runs: batches from standard input, sealed to standard output, until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a keyboard interrupt is for the parent, whose end closes the input
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    signers: dict[bytes, Signer] = {}
    ciphers: dict[bytes, AESGCM] = {}
    while (new := receive_signers(source)) is not None:
        signers.update((signer.kid, signer) for signer in new)
        shared, salts, keys, items = _read(source)
        ciphers.update((person, AESGCM(key)) for person, key in keys)
        prepared = [
            Prepared(kid, issuer, subject, version, actors, Encoded(*fields))
            for kid, issuer, subject, version, actors, fields in items
        ]
        sealed = seal_all(prepared, _circumstances(*shared), salts, signers, ciphers)
        _write(sink, [tuple(item) for item in sealed])


def _plain(shared: Circumstances) -> tuple[object, ...]:
    pack = None if shared.pack is None else shared.pack.bytes
    return shared.command_id, shared.recorded_at, shared.proposer, shared.approver, pack


def _circumstances(
    command_id: bytes, recorded_at: int, proposer: str, approver: str | None, pack: bytes | None
) -> Circumstances:
    return Circumstances(command_id, recorded_at, proposer, approver, None if pack is None else UUID(bytes=pack))


def _widen(pipe: IO[bytes]) -> None:
    """Lets a whole batch lie in the pipe where the system can, so that neither end waits for the other to read."""
    with suppress(AttributeError, OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_SIZE)


def _write(pipe: IO[bytes], value: Any) -> None:
    """Plain values, for the same interpreter at the other end."""
    data = marshal.dumps(value)
    pipe.write(len(data).to_bytes(_LENGTH_SIZE, "big") + data)
    pipe.flush()


def _read(pipe: IO[bytes]) -> Any:
    length = pipe.read(_LENGTH_SIZE)
    data = pipe.read(int.from_bytes(length, "big"))
    if len(length) < _LENGTH_SIZE or len(data) < int.from_bytes(length, "big"):
        raise EOFError
    return marshal.loads(data)
