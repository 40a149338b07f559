"""Personal approvals: whose approver has a passkey is recorded only as far as that passkey signed it before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from verifier import kinds, passkey
from verifier.approvers import Approvers, Registered
from verifier.audit.report import Finding
from verifier.errors import RuleBroken
from verifier.record import approved_digest
from verifier.statement import Statement

UNASKED: Final = "without the consent of the passkeys that the account has"


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
                approver = read.record.envelope.actors[1]
                self._take_approved(read, approver, approvers.of(approver))
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

    def _take_approved(self, read: Statement, approver: str, in_force: Mapping[bytes, Registered]) -> None:
        if not in_force:
            self._bare += 1
            return
        pack = read.record.envelope.pack
        if pack is not None and read.record.type.kind in kinds.INTAKE_KINDS:
            whose, by = self._packs.get(pack.bytes, ("", b""))
            if whose == approver and by in in_force:
                self._in_packs += 1
                return
        signer = self._use(approver, read)
        if signer is None:
            raise RuleBroken(f"{approver} has a passkey, and it did not sign this {read.record.type.kind}")
        self._signed += 1
        if isinstance(read.record.event, kinds.PackTakenIn):
            self._packs[read.stream_id.bytes] = (approver, signer)

    def _use(self, approver: str, read: Statement) -> bytes | None:
        """The passkey that signed this entry, which is then used up; None where none did."""
        digest = approved_digest(read.payload)
        for signer, digests in self._waiting.get(approver, {}).items():
            if digest in digests:
                digests.discard(digest)
                return signer
        return None
