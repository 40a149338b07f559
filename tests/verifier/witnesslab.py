"""Witnesses made from words, and what they sign; nothing is checked here on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from nacl.signing import SigningKey

from tests.verifier.loglab import ACTORS, ROOT, Lab, uuid
from verifier import kinds, note
from verifier.cosignatures import key_of
from verifier.note import Signature, VerifierKey

NOW = 1_780_000_000


@dataclass(frozen=True)
class WitnessKey:
    """A witness's key."""

    word: str

    @cached_property
    def signing(self) -> SigningKey:
        return SigningKey(sha256(b"witness" + self.word.encode()).digest())

    @property
    def vkey(self) -> VerifierKey:
        return key_of(f"{self.word}.example.org", bytes(self.signing.verify_key))

    def line(self, checkpoint: bytes, at: int = NOW) -> Signature:
        """Its cosignature."""
        text = note.parse(checkpoint).text
        signature = self.signing.sign(note.cosigned_message(text, at)).signature
        return Signature(self.vkey.name, self.vkey.id, at.to_bytes(8, "big") + signature)


ANNA, BORIS, CHEN = (WitnessKey(word) for word in ("anna", "boris", "chen"))
POLICY = (
    f"witness anna {ANNA.vkey}\nwitness boris {BORIS.vkey}\nwitness chen {CHEN.vkey}\n"
    "group two 2 anna boris chen\nquorum two\n"
)
"""Two of three."""


def set_witnesses(lab: Lab, policy: str = POLICY) -> int:
    """Records that these are the log's witnesses from here on."""
    return lab.record(kinds.WitnessesSet(log_id=uuid("log"), policy=policy), ROOT, ACTORS)


def cosigned(checkpoint: bytes, *witnesses: WitnessKey, at: int = NOW) -> bytes:
    """The checkpoint with the cosignatures of these witnesses."""
    return checkpoint + "".join(str(witness.line(checkpoint, at)) for witness in witnesses).encode()
