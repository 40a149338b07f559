"""What witnesses signed of a checkpoint (C2SP tlog-cosignature v1), and whether that is a quorum.

A cosignature says that at its time the witness had seen no larger tree of this log, and that this one extends all that
it saw before. So whoever asks for a quorum cannot be shown another history than others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from verifier import note
from verifier.errors import CouldNotCheck, Malformed, UnknownKey
from verifier.moments import moment_of
from verifier.note import COSIGNATURE_TYPE, Note, Signature, VerifierKey
from verifier.witnesses import Witnesses

_TIME_LIMIT: Final = 2**63


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A good cosignature by a witness that counts."""

    witness: str
    """Its name in the policy."""
    timestamp: int
    """When it was made, in seconds since 1970 UTC, by the witness's clock."""
    signature: Signature

    @property
    def at(self) -> datetime:
        """When it was made, in UTC."""
        return moment_of(self.timestamp)

    @property
    def told(self) -> str:
        """Who cosigned when, for people."""
        return f"{self.witness} at {self.at:%Y-%m-%d %H:%M:%S} UTC"


@dataclass(frozen=True, slots=True)
class Cosigned:
    """What a checkpoint carries of cosignatures, by a policy."""

    policy: Witnesses
    cosignatures: tuple[Cosignature, ...]
    """One a witness, in the policy's order."""

    @property
    def names(self) -> frozenset[str]:
        """The witnesses that cosigned, by their names in the policy."""
        return frozenset(item.witness for item in self.cosignatures)

    @property
    def quorum(self) -> bool:
        """Whether the policy's quorum is there; always, where it asks for none."""
        return self.policy.met(self.names)

    @property
    def sentence(self) -> str:
        """How many cosigned and when, for people."""
        of = f"{len(self.cosignatures)} of {len(self.policy.witnesses)} witnesses"
        who = ", ".join(item.told for item in self.cosignatures)
        missing = "" if self.quorum else f"; the quorum {self.policy.quorum} is missing"
        return f"cosigned by {of}{': ' if who else ''}{who}{missing}"

    def check_quorum(self) -> None:
        """Raises CouldNotCheck where the quorum is missing: such a checkpoint might be shown to this reader alone."""
        if not self.quorum:
            raise CouldNotCheck(f"the checkpoint is {self.sentence}")


def key_of(name: str, public: bytes) -> VerifierKey:
    """The verifier key of a witness."""
    return VerifierKey(name, public, COSIGNATURE_TYPE)


def judge(data: bytes, policy: Witnesses) -> Cosigned:
    """The cosignatures of a checkpoint by the witnesses of a policy; the log's own signature is not looked at.

    Raises Malformed; BadSignature for a line of one of the witnesses that does not verify.
    """
    by_key = {witness.key: witness.name for witness in policy.witnesses}
    found = {by_key[key]: line for key, line in signed_by(note.parse(data), list(by_key))}
    ordered = (witness.name for witness in policy.witnesses if witness.name in found)
    return Cosigned(policy, tuple(Cosignature(name, timestamp_of(found[name]), found[name]) for name in ordered))


def signed_by(signed: Note, keys: Sequence[VerifierKey]) -> list[tuple[VerifierKey, Signature]]:
    """The good cosignatures by these keys; none where nobody of them signed. Raises as `judge`."""
    try:
        return list(note.signed_by(signed, keys))
    except UnknownKey:
        return []


def timestamp_of(line: Signature) -> int:
    """The time that a cosignature says, in seconds since 1970 UTC. Raises Malformed."""
    timestamp = int.from_bytes(line.data[:8], "big")
    if timestamp >= _TIME_LIMIT:
        raise Malformed(f"the cosignature of {line.name} says a time that no clock shows")
    return timestamp


def with_lines(signed: str, lines: Sequence[Signature]) -> str:
    """The note with these signature lines behind its own; a line of a key that signed already is left out."""
    there = {(line.name, line.key_id) for line in note.parse(signed.encode()).signatures}
    return signed + "".join(str(line) for line in lines if (line.name, line.key_id) not in there)
