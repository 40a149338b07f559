"""Which passkeys sign for which accounts: a fold over the events that register and remove them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from verifier import approval, kinds, passkey
from verifier.approval import Approval, Assertion
from verifier.errors import RuleBroken, UnknownKey, VerificationError
from verifier.events import Event
from verifier.passkey import Passkey


@dataclass(frozen=True, slots=True)
class Registered:
    """A passkey of an account."""

    passkey: Passkey
    rp_id: str


_NONE: Final[Mapping[bytes, Registered]] = MappingProxyType({})


@dataclass(slots=True)
class Approvers:
    """The passkeys in force, by pseudonym and thumbprint.

    They outlive the closing of an account: one that is opened again is bound by the same passkeys.
    """

    _in_force: dict[str, dict[bytes, Registered]] = field(default_factory=dict)
    _ever: set[bytes] = field(default_factory=set)
    """Thumbprints of all that were ever registered: none comes back, for the same account or another."""

    def of(self, pseudonym: str) -> Mapping[bytes, Registered]:
        """The passkeys of an account by thumbprint; none where whoever acts under it approves without."""
        return self._in_force.get(pseudonym, _NONE)

    def check_new(self, public_key: bytes, rp_id: str) -> Passkey:
        """The passkey of a key that may be registered. Raises Malformed, BadSignature or RuleBroken."""
        approval.check_rp_id(rp_id)
        read = passkey.parse(public_key)
        if read.thumbprint in self._ever:
            raise RuleBroken(f"passkey {read.thumbprint.hex()[:16]} is registered twice")
        return read

    def check_known(self, pseudonym: str, thumbprint: bytes) -> Registered:
        """The passkey of an account. Raises UnknownKey where it is none of it, or none any more."""
        known = self.of(pseudonym).get(thumbprint)
        if known is None:
            raise UnknownKey(f"passkey {thumbprint.hex()[:16]} is none of {pseudonym}'s")
        return known

    def check_approval(self, event: kinds.ApprovalSigned) -> Approval:
        """What an approver signed. Raises UnknownKey, Malformed, NotApproved or BadSignature."""
        known = self.check_known(event.approver, event.passkey)
        assertion = Assertion(event.authenticator_data, event.client_data, event.signature)
        return approval.verify(known.passkey, known.rp_id, event.digests, assertion)

    def evolve(self, event: Event) -> None:
        """Takes in a registration or a removal; passes other events over, and a key that `check_new` would refuse."""
        match event:
            case kinds.PasskeyRegistered():
                try:
                    read = passkey.parse(event.public_key)
                except VerificationError:  # nothing could be signed by it
                    return
                self._in_force.setdefault(event.pseudonym, {})[read.thumbprint] = Registered(read, event.rp_id)
                self._ever.add(read.thumbprint)
            case kinds.PasskeyRemoved():
                self._in_force.get(event.pseudonym, {}).pop(event.passkey, None)
            case _:
                pass
