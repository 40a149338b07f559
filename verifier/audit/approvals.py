"""Personal approvals: whose approver has a passkey is recorded only as far as that passkey signed it before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from verifier import kinds, passkey
from verifier.approvers import Approvers
from verifier.audit.report import Finding
from verifier.errors import RuleBroken
from verifier.record import approved_digest
from verifier.statement import Statement

UNASKED: Final = "without the consent of the passkeys that the account has"


class Consent(Enum):
    """On what an approved entry rests, in a log in which some approver has a passkey."""

    OWN = "it was signed itself"
    IN_PACK = "its intake was signed as a whole"
    NONE = "its approver has no passkey"


@dataclass(slots=True)
class Approvals:
    """What was signed and is not recorded yet. What is recorded is forgotten: an entry comes once."""

    begun: bool = False
    """Whether any passkey was registered so far."""
    _waiting: dict[str, dict[bytes, set[bytes]]] = field(default_factory=dict)
    """Digests, by approver and passkey."""
    _packs: dict[bytes, tuple[str, bytes]] = field(default_factory=dict)
    """By intake that a passkey signed: the approver and the passkey."""
    _signed: int = 0
    """Approved entries that a passkey signed."""
    _in_packs: int = 0
    """Approved entries of an intake that a passkey signed as a whole."""
    _bare: int = 0
    """Approved entries since the first passkey whose approver has none."""

    def take(self, index: int, read: Statement, approvers: Approvers) -> Finding | None:
        """Takes in an entry, whose own signatures are checked. `approvers` knows this entry already.

        A passkey that came or went without consent is a finding: somebody may have lost the old one. Raises RuleBroken
        for an approval that no passkey gave.
        """
        match event := read.record.event:
            case kinds.ApprovalSigned():
                self._waiting.setdefault(event.approver, {}).setdefault(event.passkey, set()).update(event.digests)
            case kinds.PasskeyRegistered():
                self.begun = True
                others = approvers.of(event.pseudonym).keys() - {passkey.parse(event.public_key).thumbprint}
                if others and self._use(event.pseudonym, read) is None:
                    return Finding(index, f"a passkey of {event.pseudonym} was registered {UNASKED}")
            case kinds.PasskeyRemoved():
                signer = self._use(event.pseudonym, read)
                self._waiting.get(event.pseudonym, {}).pop(event.passkey, None)
                if signer is None:
                    return Finding(index, f"a passkey of {event.pseudonym} was removed {UNASKED}")
            case _ if self.begun and read.record.type.kind in kinds.APPROVED_KINDS:
                self._take_approved(read, read.record.envelope.actors[1], approvers)
            case _:
                pass
        return None

    def notes(self) -> Iterator[str]:
        """For a log with passkeys: on what its approved entries since the first of them rest."""
        if self.begun:
            yield (
                f"of the approved entries since the first passkey was registered, {self._signed} were signed by their "
                f"approver's, {self._in_packs} came with an intake that was signed as a whole, and {self._bare} are of "
                "approvers who have none"
            )

    def consent(self, kind: str, approver: str, pack: bytes | None, approvers: Approvers) -> Consent | None:
        """On what an entry of an approved kind rests, `Consent.OWN` being still to be seen; None before any passkey."""
        if not self.begun:
            return None
        in_force = approvers.of(approver)
        if not in_force:
            return Consent.NONE
        if pack is not None and kind in kinds.INTAKE_KINDS:
            whose, by = self._packs.get(pack, ("", b""))
            if whose == approver and by in in_force:
                return Consent.IN_PACK
        return Consent.OWN

    def count(self, consent: Consent) -> None:
        """Counts one approved entry."""
        self._bare += consent is Consent.NONE
        self._in_packs += consent is Consent.IN_PACK
        self._signed += consent is Consent.OWN

    def plain(self) -> list[Any]:
        """For a state file."""
        waiting = [
            [approver, [[signer, sorted(digests)] for signer, digests in by.items()]]
            for approver, by in self._waiting.items()
        ]
        packs = [[pack, *signed] for pack, signed in self._packs.items()]
        return [self.begun, waiting, packs, self._signed, self._in_packs, self._bare]

    @classmethod
    def of(cls, plain: list[Any]) -> Approvals:
        """From `plain`. Raises ValueError or TypeError for what is none."""
        begun, waiting, packs, signed, in_packs, bare = plain
        return cls(
            begun,
            {approver: {signer: set(digests) for signer, digests in by} for approver, by in waiting},
            {pack: (approver, signer) for pack, approver, signer in packs},
            signed,
            in_packs,
            bare,
        )

    def _take_approved(self, read: Statement, approver: str, approvers: Approvers) -> None:
        pack = read.record.envelope.pack
        kind = read.record.type.kind
        consent = self.consent(kind, approver, pack.bytes if pack else None, approvers)
        if consent is Consent.OWN:
            signer = self._use(approver, read)
            if signer is None:
                raise RuleBroken(f"{approver} has a passkey, and it did not sign this {kind}")
            if isinstance(read.record.event, kinds.PackTakenIn):
                self._packs[read.stream_id.bytes] = (approver, signer)
        if consent is not None:
            self.count(consent)

    def _use(self, approver: str, read: Statement) -> bytes | None:
        """The passkey that signed this entry, which is then used up; None where none did."""
        digest = approved_digest(read.payload)
        for signer, digests in self._waiting.get(approver, {}).items():
            if digest in digests:
                digests.discard(digest)
                return signer
        return None
