"""Every reason for which the verifier says no, and the one answer that is not a no: `CouldNotCheck`."""

from __future__ import annotations

from typing import ClassVar


class VerificationError(Exception):
    """Something that was checked is not good.

    `code` is stable and meant for programs; the message is a sentence that names the place and the reason.
    """

    code: ClassVar[str] = "not-verified"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Malformed(VerificationError):
    """The bytes are not in the one encoding that a reader accepts."""

    code = "malformed"


class BadSignature(VerificationError):
    """A signature does not verify, or its key or signature is not in canonical form."""

    code = "bad-signature"


class UnknownKey(VerificationError):
    """The signer's key is not one that the trust file or the log knows."""

    code = "unknown-key"


class NotEntitled(VerificationError):
    """The signer's key is known, but not entitled to this kind of event at this index."""

    code = "not-entitled"


class KeyCompromised(NotEntitled):
    """The signer's key was reported compromised as of this index or an earlier one."""

    code = "key-compromised"


class NotIncluded(VerificationError):
    """No valid proof says that the entry is in the log."""

    code = "not-included"


class Inconsistent(VerificationError):
    """Two views of one log contradict each other: history was rewritten or shown differently."""

    code = "inconsistent"


class Mismatch(VerificationError):
    """A disclosed value is not the one that was committed to.

    `altered` names the fields one or more of which were altered, where that is known.
    """

    code = "mismatch"

    def __init__(self, message: str, altered: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.altered = altered


class NotApproved(VerificationError):
    """A passkey's assertion is not one by which its owner approved this."""

    code = "not-approved"


class NotAsIssued(VerificationError):
    """The file is not, byte for byte, one that the ledger issued."""

    code = "not-as-issued"


class RuleBroken(VerificationError):
    """An event that history or DOMAIN.md's rules do not allow at its place."""

    code = "rule-broken"


class CouldNotCheck(Exception):
    """What the check needs could not be had. This is neither valid, nor revoked, nor forged."""

    code: ClassVar[str] = "could-not-check"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
