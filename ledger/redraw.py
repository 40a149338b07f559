"""A PDF that somebody shows, beside the same certificate drawn again from what was signed.

A good seal says "as issued" to the last byte, and no picture is needed for it. Without one, what the file shows is
compared with what its own proof says: page by page as it is drawn, and in the text that programs read (ADR 29).
Nothing that is uploaded is kept.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import Final

from ledger.awards import Awards
from ledger.certificate import checking, pdf
from ledger.certificate.bench import Bench, Held
from ledger.certificate.beside import Compared, Shown
from ledger.certificate.page import CannotPrint, shown_texts
from ledger.issue import page_of
from verifier.address import LinkAddress, ProofAddress, link_address, link_digest, parse_address, proof_address
from verifier.check import seal_refusal
from verifier.errors import CouldNotCheck, Malformed, VerificationError
from verifier.trust import Trust
from verifier.verdict import PrintedField, printed_fields
from verifier.verify import Proved, verify_proof

UPLOAD_LIMIT: Final = 16 * 1024 * 1024
"""Bytes of the largest file that is compared; a certificate has a hundredth of that."""
LINK_CODE: Final = "link_code"
PROOF_CODE: Final = "proof_code"
"""The keys of the two codes among the fields of a region."""
OTHER_PROOF: Final = "attachment proof.cbor, another than the code's"
"""What is told of an attached proof that is not good, beside a code whose proof is."""


class Likeness(enum.StrEnum):
    """What came of the comparison."""

    AS_ISSUED = "as-issued"
    """Byte for byte: its seal is good."""
    LOOKS_AS_ISSUED = "looks-as-issued"
    """Other bytes, as when another program saved it; nothing was found that looks, prints or reads otherwise."""
    NOT_AS_ISSUED = "not-as-issued"


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A file beside what was issued. `proved` is authentic; whether the award still stands is another question."""

    likeness: Likeness
    proof: bytes
    proved: Proved
    fields: tuple[PrintedField, ...]
    """As they were signed."""
    compared: Compared
    link_id: str
    """Of the award."""
    shows_link: bool
    """Whether the file itself shows that link. Who has only the proof is not given it."""


class IsReceipt(Exception):
    """The file is a verification receipt, the record of a check, and no certificate that could be drawn again."""


def compare(awards: Awards, upload: bytes) -> Redrawn:
    """The upload beside what was issued. Raises IsReceipt.

    Raises Malformed for what is no readable PDF or holds no proof, another VerificationError where its proof is not
    good, and CouldNotCheck where nothing can be drawn to compare it with. Raises NotYetSigned and StoreError too.
    """
    # (1) The proof that the file itself carries: attached, or else in the code on the page.
    if len(upload) > UPLOAD_LIMIT:
        raise Malformed(f"file: {len(upload)} bytes; the largest that is compared has {UPLOAD_LIMIT}")
    with Bench(upload) as bench:
        held = bench.read()
        # (2) What it proves, as a stranger would find it.
        trust = awards.snapshot().trust
        proof, proved = _verified(_proofs(held), trust)
        _check_design(held.subject)
        # (3) The one thing on paper that a proof does not disclose.
        link_id = _link_of(awards, proved)
        shows_link = any(link_digest(link) == proved.event.link_hash for link in _links(held))
        # (4) The certificate drawn again, and (5) the upload beside it.
        issued, shown = _drawn_again(awards, proof, proved, link_id, shows_link)
        compared = bench.compare(issued, shown)
    if held.proof not in (None, proof):
        compared = replace(compared, added=(*compared.added, OTHER_PROOF))
    # (6) The seal has the first word: what is as issued to the last byte needs no likeness.
    if _sealed(upload, trust):
        likeness = Likeness.AS_ISSUED
    else:
        likeness = Likeness.LOOKS_AS_ISSUED if compared.alike else Likeness.NOT_AS_ISSUED
    return Redrawn(likeness, proof, proved, printed_fields(proved, trust), compared, link_id, shows_link)


def _proofs(held: Held) -> list[bytes]:
    """The proofs of the file, the attached one first."""
    parsed = [address for address in map(_parsed, held.codes) if isinstance(address, ProofAddress)]
    proofs = [*([] if held.proof is None else [held.proof]), *(address.proof for address in parsed)]
    if not proofs:
        if held.is_receipt:
            raise IsReceipt
        raise Malformed("file: it carries no proof, neither attached nor in a code that can be read")
    return list(dict.fromkeys(proofs))


def _verified(proofs: list[bytes], trust: Trust) -> tuple[bytes, Proved]:
    """The first proof that is good, and what it proves. Raises what is wrong with the first one where none is."""
    refusal: VerificationError | CouldNotCheck | None = None
    for proof in proofs:
        try:
            return proof, verify_proof(proof, trust)
        except (VerificationError, CouldNotCheck) as error:
            refusal = refusal or error
    assert refusal is not None
    raise refusal


def _check_design(subject: str) -> None:
    """Raises CouldNotCheck for a file that names another design than can be drawn today.

    One that names none was saved by who dropped its metadata: it has no good seal in any case, and no way round the
    comparison.
    """
    if subject and subject != (drawn := pdf.design_mark(pdf.DESIGN)):
        raise CouldNotCheck(f"file: its subject is {subject[:80]!r}, and what can be drawn today is {drawn!r}")


def _link_of(awards: Awards, proved: Proved) -> str:
    issued = awards.by_link_hash(proved.event.link_hash)
    if issued is None:
        raise CouldNotCheck("the views do not hold this award: try again when they have caught up")
    if not isinstance(issued.event.link, str):
        raise CouldNotCheck("the holder's data are erased: nothing is drawn of them any more")
    return issued.event.link


def _links(held: Held) -> list[str]:
    return [found.link_id for found in map(_parsed, held.codes) if isinstance(found, LinkAddress)]


def _drawn_again(awards: Awards, proof: bytes, proved: Proved, link_id: str, shows_link: bool) -> tuple[bytes, Shown]:
    """The certificate as it was issued, byte for byte but for its seal, and what stands on it.

    The names on it are those of the day of issue: of the tree that the proof's own receipt is of.
    """
    then = awards.trust_at(proved.logged.included.size)
    page = page_of(proved, then, link_id)
    try:
        issued = pdf.render(page, proof)
    except CannotPrint as error:
        raise CouldNotCheck(f"it cannot be drawn again: {error}") from None
    codes = {LINK_CODE: link_address(page.base_url, link_id), PROOF_CODE: proof_address(page.base_url, proof)}
    return issued, Shown(
        texts=shown_texts(page),
        codes=codes,
        hidden="" if shows_link else LINK_CODE,
        attached=(checking.TLOG_PROOF, checking.TRUST, checking.README),
    )


def _sealed(upload: bytes, trust: Trust) -> bool:
    try:
        return seal_refusal(upload, trust) is None
    except CouldNotCheck:
        return False


def _parsed(text: str) -> LinkAddress | ProofAddress | None:
    try:
        return parse_address(text)
    except Malformed:
        return None
