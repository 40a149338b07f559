"""Verification of what a holder shows: one Transparent Statement against one trust file, asking nobody.

What comes out is authentic as of the receipt's tree. Whether the award still stands is another question: `current`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from verifier import address, bundle, kinds, receipt
from verifier.authority import Key, Organisation
from verifier.bundle import Bundle
from verifier.errors import CouldNotCheck, Malformed, Mismatch, NotEntitled, NotIncluded, UnknownKey, VerificationError
from verifier.events import WITHHELD, Event
from verifier.kinds import CertificateAwarded, TitleGranted
from verifier.receipt import Included
from verifier.record import reveal
from verifier.standing import AWARDS, CHANGES
from verifier.statement import Statement, subject_of, verify_signature
from verifier.trust import Trust

AUTHORITY_KIND: Final = "authority"
"""The kind of organisation that grants titles."""
LATEST: Final = 2**47
"""Milliseconds since 1970: a day in the year 6429."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A statement that was signed by who may sign it, and that the log has given a receipt for."""

    statement: Statement
    key: Key
    organisation: Organisation
    """In whose name it was signed. `key.custody` says who held the key."""
    included: Included


@dataclass(frozen=True, slots=True)
class Proved:
    """An authentic award, with everything that its paper shows."""

    logged: Logged
    event: CertificateAwarded | TitleGranted
    """None of its printed values is withheld."""

    @property
    def index(self) -> int:
        """Where the award stands in the log."""
        return self.logged.included.index

    @property
    def recorded_at(self) -> datetime:
        """The recorder's clock at signing."""
        return recorded_moment(self.logged.statement.record.envelope.recorded_at)


def recorded_moment(milliseconds: int) -> datetime:
    """The moment of a recorded time. Raises Malformed for one that lies thousands of years ahead."""
    if milliseconds > LATEST:
        raise Malformed(f"recorded time {milliseconds} is beyond the calendar")
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def verify_proof(data: bytes, trust: Trust) -> Proved:
    """What a proof proves. Raises VerificationError, or CouldNotCheck where the trust file is older than the award."""
    # (1) Read the transparent statement: one exact form.
    shown = bundle.parse(data)
    # (2) The issuer's key, (3) its signature, (5) the log's receipt; (8) the key's time, by the receipt's index.
    return verify_award(verify_logged(shown, trust), shown.disclosures, trust)


def verify_award(logged: Logged, disclosures: Sequence[bytes], trust: Trust) -> Proved:
    """The award that a logged statement makes, by what is disclosed of it. Raises as `verify_proof`."""
    # (4) It is an award.
    record = logged.statement.record
    recorded_moment(record.envelope.recorded_at)
    if not isinstance(record.event, AWARDS):
        raise Malformed(f"{record.type.name} is not an award")
    # (6) Every value on paper is disclosed, and is the one committed to.
    event = reveal(record, disclosures)
    if not isinstance(event, AWARDS) or any(getattr(event, field.name) is WITHHELD for field in record.type.printed):
        raise Mismatch("the proof does not disclose what its paper shows")
    # (7) The number on paper is this award's; who signed is who awards such a thing.
    if address.number_digest(str(event.number)) != event.number_hash:
        raise Mismatch("the certificate number disclosed is not the one that the award was logged under")
    _check_awarder(event, logged, trust)
    return Proved(logged, event)


def verify_change(data: bytes, trust: Trust, award: Proved) -> tuple[int, Event]:
    """A later change of the award's standing, with its index. Raises VerificationError or CouldNotCheck."""
    logged = verify_logged(bundle.parse(data), trust)
    return check_change(logged, award)


def check_change(logged: Logged, award: Proved) -> tuple[int, Event]:
    """The index and event of a logged statement that changes this award's standing. Raises Mismatch, NotEntitled."""
    event = logged.statement.record.event
    if not isinstance(event, CHANGES) or logged.statement.stream_id != award.logged.statement.stream_id:
        raise Mismatch(f"entry {logged.included.index} is no change of this award's standing")
    if logged.included.index <= award.index:
        raise Mismatch(f"entry {logged.included.index} stands before the award that it would change")
    if logged.organisation.code != award.logged.organisation.code:
        raise NotEntitled(
            f"entry {logged.included.index} is signed by {logged.organisation.code}, which did not make the award"
        )
    return logged.included.index, event


def verify_signer(statement: Statement, index: int, trust: Trust) -> tuple[Key, Organisation]:
    """Who signed an entry, entitled to and in its own name. Raises UnknownKey, NotEntitled, BadSignature."""
    key = trust.key(statement.kid).entitled(statement.record.type.kind, index)
    organisation = trust.organisations[key.organisation]
    if statement.issuer != organisation.uri:
        raise NotEntitled(f"issuer {statement.issuer} is not {key.organisation}, whose key signed")
    verify_signature(statement, key.public_key)
    return key, organisation


def verify_logged(shown: Bundle, trust: Trust) -> Logged:
    """The statement of a proof, whatever it says: signed by who may, and in the log. Raises as `verify_proof`."""
    statement = shown.statement
    try:
        key, organisation = verify_signer(statement, shown.receipt.index, trust)
    except UnknownKey as error:
        if _is_newer_than_trust(shown, trust):
            raise CouldNotCheck(
                f"{error.message}, and the award is entry {shown.receipt.index}: get a newer trust file"
            ) from error
        raise
    return Logged(statement, key, organisation, _verify_receipt(shown, trust))


def _verify_receipt(shown: Bundle, trust: Trust) -> Included:
    """What the receipt proves. Its key must have been the log's for receipts when the tree had that size.

    A receipt's size is its signer's own word: who has a compromised key can name an early one. So no receipt by a
    compromised key proves anything by itself, at whatever size.
    """
    proof = shown.receipt
    if proof.issuer != f"https://{trust.origin}":
        raise NotIncluded(f"the receipt is of the log {proof.issuer}, not of https://{trust.origin}")
    if proof.kid not in trust.keys and proof.size > trust.as_of:
        raise CouldNotCheck(
            f"the receipt is of {proof.size} entries, signed by key {proof.kid.hex()[:16]}, which the trust file (as of"
            f" entry {trust.as_of}) does not know yet: get a newer trust file"
        )
    key = trust.key(proof.kid)
    if key.compromised_from is not None:
        raise CouldNotCheck(
            f"the receipt is signed by key {key.kid.hex()[:16]}, which was compromised as of entry "
            f"{key.compromised_from}: get a new proof from the base"
        )
    key.entitled(kinds.RECEIPT_KIND, proof.size - 1)
    return receipt.verify(proof, shown.statement.leaf, subject_of(shown.statement.stream_id), key.public_key)


def _is_newer_than_trust(shown: Bundle, trust: Trust) -> bool:
    """Whether the log itself, by a good receipt, took the statement in after the trust file was made."""
    try:
        return _verify_receipt(shown, trust).index >= trust.as_of
    except (VerificationError, CouldNotCheck):
        return False


def _check_awarder(event: CertificateAwarded | TitleGranted, logged: Logged, trust: Trust) -> None:
    """DOMAIN.md, Control: certificates by the programme's `certified_by`, titles by an authority."""
    organisation = logged.organisation
    if isinstance(event, TitleGranted):
        if organisation.kind != AUTHORITY_KIND:
            raise NotEntitled(f"{organisation.code} is no authority, and only an authority grants titles")
        return
    programme = trust.programmes.get(event.programme)
    if programme is None:
        if logged.included.index >= trust.as_of:
            raise CouldNotCheck(
                f"programme {event.programme} is not in the trust file (as of entry {trust.as_of}): get a newer one"
            )
        raise NotEntitled(f"programme {event.programme} is none that the base published")
    if organisation.code not in programme.certified_by:
        raise NotEntitled(f"{organisation.code} does not certify {event.programme}, {programme.certified_by[0]} does")
