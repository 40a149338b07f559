"""An organisation that holds its own key: the test has it, and nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256, sha512

from nacl.bindings import (
    crypto_core_ed25519_scalar_add,
    crypto_core_ed25519_scalar_mul,
    crypto_core_ed25519_scalar_reduce,
    crypto_scalarmult_ed25519_base_noclamp,
)

from ledger import commands as c
from ledger.office.opening import Office
from ledger.signing import Signer, signer_of
from tests.ledger import lives
from verifier import prepared


@dataclass(frozen=True)
class OwnKey:
    """The key of an organisation's own."""

    seed: bytes
    signer: Signer

    def signs(self, file: bytes) -> list[bytes]:
        """The signed statements of a prepared file, in its order."""
        return [item.signed(self.signer.sign(item.message)) for item in prepared.parse(file).statements]

    def signs_again(self, message: bytes) -> bytes:
        """Another good signature over the same: RFC 8032 §5.1.6 with an r that is drawn otherwise."""
        secret = bytearray(sha512(self.seed).digest()[:32])
        secret[0] &= 248
        secret[31] = secret[31] & 63 | 64
        drawn = crypto_core_ed25519_scalar_reduce(sha512(b"another" + message).digest())
        point = crypto_scalarmult_ed25519_base_noclamp(drawn)
        hashed = sha512(point + self.signer.public_key + message).digest()
        times = crypto_core_ed25519_scalar_mul(crypto_core_ed25519_scalar_reduce(hashed), bytes(secret))
        return point + crypto_core_ed25519_scalar_add(drawn, times)


def own_key(name: str, organisation: str, kinds: Iterable[str]) -> OwnKey:
    """A key out of its name, which nobody knows of."""
    seed = sha256(f"own key {name}".encode()).digest()
    return OwnKey(seed, signer_of(seed, organisation, "organisation", kinds))


def authorised(office: Office, organisation: str, kinds: Iterable[str], name: str = "") -> OwnKey:
    """The same, authorised in the log by its public half."""
    made = own_key(name or organisation, organisation, kinds)
    granted = tuple(sorted(made.signer.kinds))
    command = c.AuthoriseKey(organisation, made.signer.public_key, granted, "organisation")
    office.executor.execute(command, lives.operators(office.ledger))
    return made
