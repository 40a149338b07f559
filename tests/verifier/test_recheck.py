"""Verification receipts: believed where their own evidence says what they say, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import pytest

from tests.verifier import loglab
from tests.verifier.loglab import (
    CHECKPOINTS,
    CLERK,
    DOCUMENTS,
    PARTNER,
    RECEIPTS,
    ROOT,
    STATUS,
    THIEF,
    Lab,
    MemoryLog,
    Signer,
    uuid,
)
from tests.verifier.receiptlab import BY_LINK, change_proof, item, kept, receipt
from verifier import kinds, recheck, trust
from verifier.errors import (
    BadSignature,
    CouldNotCheck,
    Inconsistent,
    KeyCompromised,
    Malformed,
    Mismatch,
    NotEntitled,
    UnknownKey,
    VerificationError,
)
from verifier.events import Event
from verifier.recheck import Recheck, VerifiedLog
from verifier.verification_receipt import FILE, LINK, NUMBER, Item, Presented

ONE = uuid("certificate one")
DAY = date(2026, 3, 2)
REVOKED = kinds.CertificateRevoked(certificate_id=ONE, revoked_on=DAY, reason="fraud")
SUSPENDED = kinds.CertificateSuspended(certificate_id=ONE, suspended_on=DAY, reason="other")
REINSTATED = kinds.CertificateReinstated(certificate_id=ONE, reinstated_on=DAY)
SUPERSEDED = kinds.CertificateSuperseded(certificate_id=ONE, superseded_on=DAY, successor=uuid("certificate two"))
UNKNOWN = Item(Presented(NUMBER, "BDI-2026-020G30G2GC1R8-S", "李四"), "unknown", "no-match")


def awarded(*changes: Event, on: date = DAY) -> Lab:
    """A log with the certificate at index 13 and changes of its standing from index 14 on."""
    lab = Lab.founded()
    assert lab.record(loglab.certificate(on=on)) == 13
    for change in changes:
        lab.record(change)
    return lab


def verified(lab: Lab, data: bytes, by: Lab | None = None) -> Recheck:
    return recheck.verify(data, (by or lab).trust(), lab.now + timedelta(hours=1))


# --- what it says ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "on", "state"),
    [
        ([], DAY, "valid"),
        ([], date(2026, 3, 3), "not-yet-valid"),
        ([], date(2023, 3, 1), "expired"),
        ([SUSPENDED], DAY, "suspended"),
        ([SUSPENDED, REINSTATED], DAY, "valid"),
        ([REVOKED], DAY, "revoked"),
        ([SUPERSEDED], DAY, "superseded"),
    ],
)
def test_each_standing_is_worked_out_again(changes: list[Event], on: date, state: str) -> None:
    lab = awarded(*changes, on=on)
    found = verified(lab, receipt(lab, item(lab, changes=range(14, 14 + len(changes)))))
    (only,) = found.items
    assert only.item.state == state
    assert only.stood is not None
    assert only.stood.state == state
    assert str(only.stood.proved.event.name) == "阿依古丽·测试"
    assert (found.checkpoint.size, found.checkpoint.root) == (lab.size, lab.root())
    assert found.checked_at == lab.now.replace(microsecond=0)


def test_without_the_change_it_is_revoked_or_superseded() -> None:
    lab = awarded(REVOKED)
    assert verified(lab, receipt(lab, item(lab))).items[0].item.state == "revoked-or-superseded"


def test_it_can_be_checked_much_later_and_after_the_award_was_revoked() -> None:
    lab = awarded()
    data = receipt(lab, item(lab))
    lab.record(REVOKED)
    found = recheck.verify(data, lab.trust(), lab.now + timedelta(days=4000))
    assert found.items[0].item.state == "valid"


@pytest.mark.parametrize(
    "shown",
    [BY_LINK, Presented(NUMBER, loglab.number_of("one"), "阿依古丽·测试"), Presented(FILE, "a.pdf", "", bytes(32))],
)
def test_what_was_presented_stands_in_it(shown: Presented) -> None:
    lab = awarded()
    assert verified(lab, receipt(lab, item(lab, shown=shown), UNKNOWN)).items[0].item.presented == shown


def test_an_item_without_evidence_has_the_bases_word_alone() -> None:
    lab = awarded()
    evident, bare = verified(lab, receipt(lab, item(lab), UNKNOWN)).items
    assert evident.stood is not None
    assert (bare.item, bare.stood) == (UNKNOWN, None)


def test_a_proof_and_a_list_of_smaller_trees_are_tied_to_the_checkpoint_by_tiles() -> None:
    lab = awarded()
    proof, token = lab.proof(13), lab.status_token()
    for _ in range(300):
        lab.record(loglab.attended())
    files = {**lab.files(), "status/0": token}
    log = recheck.KeptLog(MemoryLog(files))
    assert recheck.stands(BY_LINK, proof, (), VerifiedLog(log, lab.trust()), lab.trust(), lab.now).state == "valid"
    read = log.files
    assert {"checkpoint", "status/0"} < read.keys()
    assert any(path.startswith("tile/0/") for path in read)
    evident = Item(BY_LINK, "valid", proof=proof)
    assert verified(lab, receipt(lab, evident, files=read)).items[0].stood is not None
    for path in read.keys() - {"checkpoint"}:
        with pytest.raises(CouldNotCheck, match=r"item 1: .*does not carry"):
            verified(lab, receipt(lab, evident, files={key: read[key] for key in read.keys() - {path}}))


def test_where_all_is_of_one_tree_two_files_are_enough() -> None:
    lab = awarded()
    assert kept(lab, lab.proof(13), lab.now).keys() == {"checkpoint", "status/0"}


# --- what the base may not say --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("changes", "said"), [([REVOKED], "valid"), ([], "revoked"), ([SUSPENDED], "valid")])
def test_a_state_that_its_evidence_does_not_show_is_found(changes: list[Event], said: str) -> None:
    lab = awarded(*changes)
    lie = item(lab, changes=range(14, 14 + len(changes)), state=said)
    with pytest.raises(Inconsistent, match=f"item 2: it says {said}"):
        verified(lab, receipt(lab, UNKNOWN, lie))


def test_a_revocation_that_is_left_out_is_seen_in_the_list() -> None:
    lab = awarded(REVOKED)
    with pytest.raises(Inconsistent, match="item 1"):
        verified(lab, receipt(lab, item(lab, state="valid")))


def test_an_old_list_does_not_hide_a_revocation() -> None:
    lab = awarded()
    lab.now += timedelta(days=2)
    old = lab.status_token(issued_at=round((lab.now - timedelta(days=2)).timestamp()))
    with pytest.raises(CouldNotCheck, match=r"item 1: the newest status list is 2 days old"):
        verified(lab, receipt(lab, item(lab), files={"checkpoint": lab.checkpoint(), "status/0": old}))


@pytest.mark.parametrize(
    "shown", [Presented(LINK, loglab.link_of("two")), Presented(NUMBER, loglab.number_of("two"), "阿依古丽·测试")]
)
def test_a_proof_of_another_award_than_the_one_presented(shown: Presented) -> None:
    lab = awarded()
    with pytest.raises(Mismatch, match="item 1: the proof is of another award"):
        verified(lab, receipt(lab, item(lab, shown=shown, state="valid")))


def test_a_list_of_another_history() -> None:
    lab, other = awarded(), awarded(SUSPENDED, REINSTATED)
    files = {"checkpoint": lab.checkpoint(), "status/0": other.status_token(size=14, root=bytes(32))}
    with pytest.raises(Inconsistent, match="item 1"):
        verified(lab, receipt(lab, item(lab), files=files))


def test_a_receipt_from_the_future_is_no_verdict() -> None:
    lab = awarded()
    with pytest.raises(CouldNotCheck, match="in the future"):
        recheck.verify(receipt(lab, item(lab)), lab.trust(), lab.now - timedelta(minutes=11))
    recheck.verify(receipt(lab, item(lab)), lab.trust(), lab.now - timedelta(minutes=9))


# --- who signed -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("signer", [PARTNER, RECEIPTS, CHECKPOINTS, STATUS, ROOT])
def test_another_key_of_the_log_signs_no_receipt(signer: Signer) -> None:
    lab = awarded()
    with pytest.raises(NotEntitled, match=r"not entitled to log\.document"):
        verified(lab, receipt(lab, item(lab), signer=signer))


def test_a_key_that_nobody_knows() -> None:
    lab = awarded()
    with pytest.raises(UnknownKey):
        verified(lab, receipt(lab, item(lab), signer=THIEF))
    with pytest.raises(BadSignature):
        verified(lab, receipt(lab, item(lab), sign=THIEF.sign))


def test_a_file_seal_by_the_same_key_is_no_signature_of_a_receipt() -> None:
    """What the document key signs of a file is 32 bytes; of a receipt it is a Sig_structure, which is longer."""
    lab = awarded()
    with pytest.raises(BadSignature):
        verified(lab, receipt(lab, item(lab), sign=lambda message: DOCUMENTS.sign(sha256(message).digest())))


def test_a_key_is_good_for_receipts_of_the_log_up_to_its_retirement() -> None:
    lab = awarded()
    before = receipt(lab, item(lab))
    lab.record(kinds.KeyRetired(organisation_id=uuid("organisation CQUPT"), kid=DOCUMENTS.kid), ROOT, CLERK)
    assert verified(lab, before).items[0].stood is not None
    lab.record(loglab.attended())
    with pytest.raises(NotEntitled, match="retired at index 15"):
        verified(lab, receipt(lab, item(lab)))


@pytest.mark.parametrize("signer", [DOCUMENTS, CHECKPOINTS, STATUS, RECEIPTS])
def test_evidence_by_a_key_of_the_log_that_was_reported_compromised_is_no_verdict(signer: Signer) -> None:
    lab = awarded()
    data = receipt(lab, item(lab))
    spare = Signer("spare", ROOT.issuer)
    lab.record(loglab.authorised(spare, "CQUPT", (kinds.CHECKPOINT_KIND,)), ROOT, CLERK)
    lab.record(loglab.compromised(signer, "CQUPT", 14), ROOT, CLERK)
    if signer is CHECKPOINTS:
        lab.record(kinds.KeyRetired(organisation_id=uuid("organisation CQUPT"), kid=signer.kid), ROOT, CLERK)
    with pytest.raises(CouldNotCheck, match="compromised"):
        verified(lab, data)


def test_an_award_that_was_disowned_since() -> None:
    lab = awarded()
    data = receipt(lab, item(lab))
    lab.record(loglab.compromised(PARTNER, "HUAWEI", 13), ROOT, CLERK)
    with pytest.raises(KeyCompromised, match="item 1"):
        verified(lab, data)


def test_a_revocation_that_was_disowned_since_makes_the_base_no_liar() -> None:
    lab = awarded(REVOKED)
    data = receipt(lab, item(lab, changes=[14]))
    lab.record(loglab.compromised(PARTNER, "HUAWEI", 14), ROOT, CLERK)
    with pytest.raises(KeyCompromised, match="item 1: a change of its standing"):
        verified(lab, data)


def test_a_receipt_of_another_base_is_known_by_nothing() -> None:
    lab, other = awarded(), Lab.founded(now=loglab.START + timedelta(days=1))
    with pytest.raises(UnknownKey, match="genesis"):
        verified(lab, receipt(lab, item(lab)), by=other)


def test_a_trust_file_older_than_the_key_is_no_verdict() -> None:
    lab = awarded()
    old = lab.trust_text()
    newer = Signer("newer", ROOT.issuer)
    lab.record(loglab.authorised(newer, "CQUPT", (kinds.DOCUMENT_KIND,)), ROOT, CLERK)
    data = receipt(lab, item(lab), signer=newer)
    assert verified(lab, data).key.kid == newer.kid
    with pytest.raises(CouldNotCheck, match="get a newer trust file"):
        recheck.verify(data, trust.parse(old), lab.now)


# --- what became of it ----------------------------------------------------------------------------------------------


def test_the_log_of_today_extends_the_receipts() -> None:
    lab = awarded()
    found = verified(lab, receipt(lab, item(lab)))
    lab.record(REVOKED)
    log = VerifiedLog(MemoryLog(lab.files()), lab.trust())
    recheck.check_same_log(found, log)
    assert found.items[0].stood is not None
    assert recheck.stands_today(found.items[0].stood, log, lab.now) == "revoked-or-superseded"
    late = lab.now + timedelta(days=3)
    assert recheck.stands_today(found.items[0].stood, log, late) == "could-not-check"


@pytest.mark.parametrize("evident", [True, False])
def test_a_history_rewritten_since_is_found(evident: bool) -> None:
    lab = awarded()
    found = verified(lab, receipt(lab, item(lab) if evident else UNKNOWN))
    lab.entries[12] = lab.entries[11]
    lab.record(loglab.attended("two"))
    log = VerifiedLog(MemoryLog(lab.files()), lab.trust())
    with pytest.raises(Inconsistent, match="another history"):
        recheck.check_same_log(found, log)
    if found.items[0].stood is not None:
        with pytest.raises(Inconsistent):
            recheck.stands_today(found.items[0].stood, log, lab.now)


def test_an_older_copy_of_the_log_is_no_verdict() -> None:
    lab = awarded()
    older = VerifiedLog(MemoryLog(lab.files()), lab.trust())
    lab.record(loglab.attended("two"))
    with pytest.raises(CouldNotCheck, match="older"):
        recheck.check_same_log(verified(lab, receipt(lab, item(lab))), older)


# --- every byte -----------------------------------------------------------------------------------------------------


def test_every_bit_of_a_receipt() -> None:
    """Nothing in a receipt may change harmlessly."""
    lab = awarded(SUSPENDED)
    data = receipt(lab, item(lab, changes=[14]), UNKNOWN)
    known = lab.trust()
    assert recheck.verify(data, known, lab.now).items
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(VerificationError):
            recheck.verify(bytes(flipped), known, lab.now)


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda proof: proof[:-1], Malformed),
        (lambda proof: proof[:-1] + bytes([proof[-1] ^ 1]), VerificationError),
        (lambda proof: b"", Malformed),
    ],
)
def test_spoilt_evidence_that_the_base_signed(spoil: Callable[[bytes], bytes], error: type[VerificationError]) -> None:
    lab = awarded()
    with pytest.raises(error, match="item 1"):
        verified(lab, receipt(lab, item(lab, proof=spoil(lab.proof(13)), state="valid")))


def test_a_change_that_is_none_is_refused() -> None:
    lab = awarded()
    spoilt = replace(item(lab), changes=(change_proof(lab, 12),))
    with pytest.raises(Mismatch, match="item 1: entry 12 is no change"):
        verified(lab, receipt(lab, spoilt))
