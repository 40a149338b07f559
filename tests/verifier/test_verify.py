"""One proof against one trust file, and what the published log says of it now: every way in which each can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.verifier import loglab
from tests.verifier.loglab import AUTHORITY, BASE, CLERK, PARTNER, RECEIPTS, ROOT, STATUS, THIEF, Lab, MemoryLog, uuid
from verifier import bundle, kinds, merkle, statuslist
from verifier.current import Current, business_day, check_standing
from verifier.errors import (
    BadSignature,
    CouldNotCheck,
    Inconsistent,
    KeyCompromised,
    Malformed,
    Mismatch,
    NotEntitled,
    NotIncluded,
    UnknownKey,
    VerificationError,
)
from verifier.fetch import FolderLog
from verifier.kinds import CertificateAwarded, TitleGranted
from verifier.standing import Standing
from verifier.trust import Trust
from verifier.verify import Proved, verify_change, verify_proof

AWARDED = date(2026, 3, 2)


@pytest.fixture
def lab() -> Lab:
    """A founded base with one certificate at index 13."""
    lab = Lab.founded()
    assert lab.record(loglab.certificate()) == 13
    lab.record(loglab.attended(), BASE, CLERK)
    return lab


# --- the proof alone ------------------------------------------------------------------------------------------------


def test_a_certificate_is_proved_with_everything_on_its_paper(lab: Lab) -> None:
    proved = verify_proof(lab.proof(13), lab.trust())
    assert isinstance(proved.event, CertificateAwarded)
    assert (proved.event.name, proved.event.total) == ("阿依古丽·测试", Decimal("86.5"))
    assert (proved.index, proved.logged.included.size) == (13, 15)
    assert proved.logged.included.root == lab.root()
    assert (proved.logged.organisation.code, proved.logged.key.custody) == ("HUAWEI", "base")
    assert proved.recorded_at == loglab.START + timedelta(seconds=14)


def test_a_title_is_proved(lab: Lab) -> None:
    index = lab.record(loglab.title(), AUTHORITY)
    proved = verify_proof(lab.proof(index), lab.trust())
    assert isinstance(proved.event, TitleGranted)
    assert (proved.event.speciality, proved.logged.organisation.code) == ("大数据", "CQHRSS")


def test_every_flipped_bit_of_a_proof_is_found(lab: Lab) -> None:
    proof, trust = lab.proof(13), lab.trust()
    assert verify_proof(proof, trust).index == 13
    for position in range(8 * len(proof)):
        spoilt = bytearray(proof)
        spoilt[position // 8] ^= 1 << position % 8
        with pytest.raises(VerificationError) as reason:
            verify_proof(bytes(spoilt), trust)
        assert reason.value.message


def test_every_truncation_of_a_proof_is_malformed(lab: Lab) -> None:
    proof, trust = lab.proof(13), lab.trust()
    for length in range(len(proof)):
        with pytest.raises(Malformed):
            verify_proof(proof[:length], trust)


def test_a_key_that_nobody_authorised_proves_nothing(lab: Lab) -> None:
    index = lab.record(loglab.certificate("two"), THIEF)
    # The trust file is as of the whole log: the key is not newer than it, it is nobody's.
    with pytest.raises(UnknownKey, match="not in the trust file"):
        verify_proof(lab.proof(index), lab.trust())


def test_a_key_newer_than_the_trust_file_cannot_be_judged(lab: Lab) -> None:
    old = lab.trust()
    lab.record(loglab.authorised(THIEF, "HUAWEI", kinds.CERTIFYING_KINDS), ROOT, CLERK)
    index = lab.record(loglab.certificate("two"), THIEF)
    with pytest.raises(CouldNotCheck, match="newer trust file"):
        verify_proof(lab.proof(index), old)
    assert verify_proof(lab.proof(index), lab.trust()).index == index


def test_an_unknown_key_with_a_forged_receipt_is_unknown_whatever_index_it_claims(lab: Lab) -> None:
    old = lab.trust()
    index = lab.record(loglab.certificate("two"), THIEF)
    forged = bundle.make(lab.entries[index], lab.disclosures[index][:1], [lab.receipt(index, signer=THIEF)])
    with pytest.raises(UnknownKey):
        verify_proof(forged, old)


def test_a_key_is_good_only_for_its_kinds(lab: Lab) -> None:
    index = lab.record(loglab.certificate("two"), AUTHORITY)
    with pytest.raises(NotEntitled, match=r"not entitled to certificate\.awarded"):
        verify_proof(lab.proof(index), lab.trust())


def test_nobody_signs_in_the_name_of_another(lab: Lab) -> None:
    index = lab.record(loglab.certificate("two"), replace(PARTNER, issuer=loglab.uri("CQHRSS")))
    with pytest.raises(NotEntitled, match="is not HUAWEI"):
        verify_proof(lab.proof(index), lab.trust())


def test_a_key_signs_only_within_its_time(lab: Lab) -> None:
    kept = lab.proof(13)
    lab.record(kinds.KeyRetired(organisation_id=uuid("organisation HUAWEI"), kid=PARTNER.kid), ROOT, CLERK)
    late = lab.record(loglab.certificate("late"))
    assert verify_proof(kept, lab.trust()).index == 13
    with pytest.raises(NotEntitled, match="retired at index 16"):
        verify_proof(lab.proof(late), lab.trust())


@pytest.mark.parametrize(("as_of", "good"), [(14, True), (13, False), (0, False)])
def test_a_compromise_disowns_from_its_index_on(lab: Lab, as_of: int, good: bool) -> None:
    lab.record(loglab.compromised(PARTNER, "HUAWEI", as_of), ROOT, CLERK)
    if good:
        assert verify_proof(lab.proof(13), lab.trust()).index == 13
        return
    with pytest.raises(KeyCompromised, match=f"as of index {as_of}"):
        verify_proof(lab.proof(13), lab.trust())


def test_a_signature_of_another_statement_is_none(lab: Lab) -> None:
    other = lab.record(loglab.certificate("two"))
    lab.entries[13] = lab.entries[13][:-64] + lab.entries[other][-64:]
    with pytest.raises(BadSignature):
        verify_proof(lab.proof(13), lab.trust())


def test_what_is_no_award_is_no_proof_of_one(lab: Lab) -> None:
    with pytest.raises(Malformed, match=r"attendance\.recorded/1 is not an award"):
        verify_proof(lab.proof(14), lab.trust())


def test_only_the_log_gives_receipts(lab: Lab) -> None:
    forged = bundle.make(lab.entries[13], lab.disclosures[13][:1], [lab.receipt(13, signer=PARTNER)])
    with pytest.raises(NotEntitled, match=r"not entitled to log\.receipt"):
        verify_proof(forged, lab.trust())


def test_a_receipt_of_another_entry_or_another_log_proves_nothing(lab: Lab) -> None:
    swapped = bundle.make(lab.entries[13], lab.disclosures[13][:1], [lab.receipt(14)])
    with pytest.raises(NotIncluded, match="receipt is for"):
        verify_proof(swapped, lab.trust())
    trust = lab.trust()
    elsewhere = replace(trust, log=replace(trust.log, name="other.example.org/log"))
    with pytest.raises(NotIncluded, match="receipt is of the log"):
        verify_proof(lab.proof(13), elsewhere)


def test_what_the_paper_shows_must_be_disclosed(lab: Lab) -> None:
    bare = bundle.make(lab.entries[13], [], [lab.receipt(13)])
    with pytest.raises(Mismatch, match="does not disclose"):
        verify_proof(bare, lab.trust())


def test_what_is_disclosed_must_be_what_was_committed_to(lab: Lab) -> None:
    other = lab.record(loglab.certificate("two", name="别人"))
    mixed = bundle.make(lab.entries[13], lab.disclosures[other][:1], [lab.receipt(13)])
    with pytest.raises(Mismatch, match="signed as one, are not those that the statement commits to") as refused:
        verify_proof(mixed, lab.trust())
    assert refused.value.altered == ("number", "name", "id_type", "id_number_masked", "total")


def test_the_number_on_paper_is_the_one_that_was_logged(lab: Lab) -> None:
    index = lab.record(loglab.certificate("two", number=loglab.number_of("another")))
    with pytest.raises(Mismatch, match="certificate number"):
        verify_proof(lab.proof(index), lab.trust())


def test_only_the_programmes_certifier_certifies(lab: Lab) -> None:
    lab.record(loglab.authorised(THIEF, "CQHRSS", kinds.CERTIFYING_KINDS), ROOT, CLERK)
    index = lab.record(loglab.certificate("two"), replace(THIEF, issuer=loglab.uri("CQHRSS")))
    with pytest.raises(NotEntitled, match="HUAWEI does"):
        verify_proof(lab.proof(index), lab.trust())


def test_only_an_authority_grants_titles(lab: Lab) -> None:
    lab.record(loglab.authorised(THIEF, "HUAWEI", kinds.AUTHORITY_KINDS), ROOT, CLERK)
    index = lab.record(loglab.title(), THIEF)
    with pytest.raises(NotEntitled, match="no authority"):
        verify_proof(lab.proof(index), lab.trust())


def test_an_unknown_programme_is_a_matter_of_the_trust_files_age(lab: Lab) -> None:
    old = lab.trust()
    lab.record(loglab.programme(code="ICT", programme_id=uuid("programme ICT")), BASE, CLERK)
    index = lab.record(loglab.certificate("two", programme="ICT"))
    with pytest.raises(CouldNotCheck, match="programme ICT is not in the trust file"):
        verify_proof(lab.proof(index), old)
    assert verify_proof(lab.proof(index), lab.trust()).event.programme == "ICT"  # type: ignore[union-attr]
    never = lab.record(loglab.certificate("three", programme="NONE"))
    with pytest.raises(NotEntitled, match="none that the base published"):
        verify_proof(lab.proof(never), lab.trust())


def test_a_recorded_time_beyond_the_calendar_is_malformed(lab: Lab) -> None:
    lab.now = datetime(9000, 1, 1, tzinfo=UTC)
    index = lab.record(loglab.certificate("two"))
    with pytest.raises(Malformed, match="beyond the calendar"):
        verify_proof(lab.proof(index), lab.trust())


# --- its standing ---------------------------------------------------------------------------------------------------


def standing(
    lab: Lab,
    folder: Path,
    day: date = AWARDED,
    spoil: Callable[[dict[str, bytes]], None] = lambda files: None,
    **more: Any,
) -> Current:
    """What stands of the certificate at index 13 by the log as published, on a day."""
    proved = verify_proof(lab.proof(13, 15), lab.trust())
    return by_log(proved, lab, folder, day, spoil, **more)


def by_log(
    proved: Proved, lab: Lab, folder: Path, day: date, spoil: Callable[[dict[str, bytes]], None], **more: Any
) -> Current:
    def with_list(files: dict[str, bytes]) -> None:
        files["status/0"] = token(lab, day)
        spoil(files)

    lab.publish(folder, with_list)
    return check_standing(proved, FolderLog(folder), lab.trust(), noon(day), **more)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def token(lab: Lab, day: date, **changes: Any) -> bytes:
    return lab.status_token(issued_at=round(noon(day).timestamp()) - 60, **changes)


def revoked(day: date = date(2026, 5, 4), reason: str = "fraud") -> kinds.CertificateRevoked:
    return kinds.CertificateRevoked(certificate_id=uuid("certificate one"), revoked_on=day, reason=reason)


SUSPENDED = kinds.CertificateSuspended(
    certificate_id=uuid("certificate one"), suspended_on=date(2026, 4, 1), reason="under review"
)
REINSTATED = kinds.CertificateReinstated(certificate_id=uuid("certificate one"), reinstated_on=date(2026, 4, 8))
SUPERSEDED = kinds.CertificateSuperseded(
    certificate_id=uuid("certificate one"), superseded_on=date(2026, 5, 4), successor=uuid("certificate new")
)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 1), Standing.NOT_YET_VALID),
        (date(2026, 3, 2), Standing.VALID),
        (date(2029, 3, 2), Standing.VALID),
        (date(2029, 3, 3), Standing.EXPIRED),
    ],
)
def test_the_awards_own_days_count(lab: Lab, tmp_path: Path, day: date, expected: Standing) -> None:
    assert standing(lab, tmp_path, day).standing is expected


def test_a_business_day_begins_at_midnight_in_chongqing() -> None:
    assert business_day(datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert business_day(datetime(2026, 3, 1, 16, 0, 0, tzinfo=UTC)) == date(2026, 3, 2)


@pytest.mark.parametrize("scan", [0, 8])
@pytest.mark.parametrize(
    ("changes", "listed", "expected"),
    [
        ((), statuslist.VALID, Standing.VALID),
        ((SUSPENDED,), statuslist.SUSPENDED, Standing.SUSPENDED),
        ((SUSPENDED, REINSTATED), statuslist.VALID, Standing.VALID),
        ((revoked(),), statuslist.INVALID, Standing.REVOKED),
        ((SUSPENDED, revoked()), statuslist.INVALID, Standing.REVOKED),
        ((SUPERSEDED,), statuslist.INVALID, Standing.SUPERSEDED),
    ],
)
def test_changes_of_standing_are_found(
    lab: Lab, tmp_path: Path, scan: int, changes: tuple[Any, ...], listed: int, expected: Standing
) -> None:
    for change in changes:
        lab.record(change)
    found = standing(lab, tmp_path, date(2026, 6, 1), scan=scan)
    assert found.listed == listed
    # Without the entries themselves the list does not tell revoked from superseded.
    ended = expected in (Standing.REVOKED, Standing.SUPERSEDED)
    assert found.standing is (None if ended and not scan else expected)
    if scan and expected is Standing.REVOKED:
        assert (found.award.revoked_on, found.award.revoked_for) == (date(2026, 5, 4), "fraud")


def test_changes_that_a_server_gave_tell_the_reason(lab: Lab, tmp_path: Path) -> None:
    index = lab.record(revoked())
    proved = verify_proof(lab.proof(13), lab.trust())
    change = verify_change(lab.proof(index), lab.trust(), proved)
    found = standing(lab, tmp_path, date(2026, 6, 1), changes=[change])
    assert (found.standing, found.award.revoked_for) == (Standing.REVOKED, "fraud")


def test_a_change_newer_than_the_list_counts(lab: Lab, tmp_path: Path) -> None:
    lab.record(revoked())
    older = token(lab, date(2026, 6, 1), size=15)
    found = standing(lab, tmp_path, date(2026, 6, 1), lambda files: files.update({"status/0": older}), scan=8)
    assert (found.listed, found.standing) == (statuslist.VALID, Standing.REVOKED)


def test_a_disowned_revocation_changes_nothing(lab: Lab, tmp_path: Path) -> None:
    lab.record(loglab.authorised(THIEF, "HUAWEI", kinds.CERTIFYING_KINDS), ROOT, CLERK)
    theft = lab.record(revoked(), THIEF)
    lab.record(loglab.compromised(THIEF, "HUAWEI", theft), ROOT, CLERK)
    right = token(lab, date(2026, 6, 1), bits=bytes(1 << 18))
    found = standing(lab, tmp_path, date(2026, 6, 1), lambda files: files.update({"status/0": right}), scan=8)
    assert found.standing is Standing.VALID


def test_a_change_must_be_of_this_award_by_who_made_it(lab: Lab) -> None:
    proved = verify_proof(lab.proof(13), lab.trust())
    other = lab.record(loglab.certificate("two"))
    elsewhere = replace(revoked(), certificate_id=uuid("certificate two"))
    assert lab.record(elsewhere) > other
    with pytest.raises(Mismatch, match="no change of this award"):
        verify_change(lab.proof(lab.size - 1), lab.trust(), proved)
    with pytest.raises(Mismatch, match="no change of this award"):
        verify_change(lab.proof(other), lab.trust(), proved)
    lab.record(loglab.authorised(THIEF, "CQHRSS", kinds.CERTIFYING_KINDS), ROOT, CLERK)
    foreign = lab.record(revoked(), replace(THIEF, issuer=loglab.uri("CQHRSS")))
    with pytest.raises(NotEntitled, match="which did not make the award"):
        verify_change(lab.proof(foreign), lab.trust(), proved)


def test_a_change_cannot_stand_before_its_award() -> None:
    lab = Lab.founded()
    early = lab.record(revoked())
    index = lab.record(loglab.certificate())
    proved = verify_proof(lab.proof(index), lab.trust())
    with pytest.raises(Mismatch, match="before the award"):
        verify_change(lab.proof(early), lab.trust(), proved)


@pytest.mark.parametrize(("hours", "words"), [(25, "1 day old"), (24 * 9 + 1, "9 days old")])
def test_a_stale_list_is_no_answer(lab: Lab, tmp_path: Path, hours: int, words: str) -> None:
    old = lab.status_token(issued_at=round((noon(AWARDED) - timedelta(hours=hours)).timestamp()))
    with pytest.raises(CouldNotCheck, match=f"newest status list is {words}"):
        standing(lab, tmp_path, AWARDED, lambda files: files.update({"status/0": old}))


def test_a_list_may_be_as_old_as_its_ttl(lab: Lab, tmp_path: Path) -> None:
    old = lab.status_token(issued_at=round((noon(AWARDED) - timedelta(hours=24)).timestamp()))
    found = standing(lab, tmp_path, AWARDED, lambda files: files.update({"status/0": old}))
    assert found.standing is Standing.VALID


def test_a_list_from_the_future_is_no_answer(lab: Lab, tmp_path: Path) -> None:
    ahead = lab.status_token(issued_at=round((noon(AWARDED) + timedelta(hours=1)).timestamp()))
    with pytest.raises(CouldNotCheck, match="in the future"):
        standing(lab, tmp_path, AWARDED, lambda files: files.update({"status/0": ahead}))


def test_a_list_that_does_not_know_the_award_yet_is_no_answer(lab: Lab, tmp_path: Path) -> None:
    before = token(lab, AWARDED, size=13)
    with pytest.raises(CouldNotCheck, match="does not know entry 13 yet"):
        standing(lab, tmp_path, AWARDED, lambda files: files.update({"status/0": before}))


def test_a_copy_older_than_the_receipt_is_no_answer(lab: Lab, tmp_path: Path) -> None:
    stale = lab.checkpoint(14)
    with pytest.raises(CouldNotCheck, match=r"has 14 entries and is older than the award's receipt \(15\)"):
        standing(lab, tmp_path, AWARDED, lambda files: files.update({"checkpoint": stale}))


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"signer": RECEIPTS}, NotEntitled, "not entitled to log.status-list"),
        ({"signer": THIEF}, UnknownKey, "not in the trust file"),
        ({"uri": f"{loglab.URL}/log/status/1"}, Malformed, "is the list"),
        ({"root": bytes(32)}, Inconsistent, "another history"),
        ({"size": 14, "root": bytes(32)}, Inconsistent, "another history"),
        ({"size": 99}, CouldNotCheck, "older than the status list"),
    ],
)
def test_a_list_must_be_this_logs_own(
    lab: Lab, tmp_path: Path, changes: dict[str, Any], error: type[Exception], words: str
) -> None:
    spoilt = token(lab, AWARDED, **{"root": lab.root(), **changes})
    with pytest.raises(error, match=words):
        standing(lab, tmp_path, AWARDED, lambda files: files.update({"status/0": spoilt}))


def test_a_list_that_hides_a_logged_revocation_contradicts_the_log(lab: Lab, tmp_path: Path) -> None:
    lab.record(revoked())
    lying = token(lab, date(2026, 6, 1), bits=bytes(1 << 18))
    with pytest.raises(Inconsistent, match="does not say what the log's own entries say"):
        standing(lab, tmp_path, date(2026, 6, 1), lambda files: files.update({"status/0": lying}), scan=8)


@pytest.mark.parametrize("name", ["checkpoint", "status/0"])
def test_every_flipped_bit_of_a_list_and_checkpoint_is_found(lab: Lab, name: str) -> None:
    proved, trust = verify_proof(lab.proof(13), lab.trust()), lab.trust()
    files = {**lab.files(), "status/0": token(lab, AWARDED)}
    log = MemoryLog(files)
    assert check_standing(proved, log, trust, noon(AWARDED)).standing is Standing.VALID
    good = files[name]
    for position in range(8 * len(good)):
        spoilt = bytearray(good)
        spoilt[position // 8] ^= 1 << position % 8
        files[name] = bytes(spoilt)
        with pytest.raises((VerificationError, CouldNotCheck)):
            check_standing(proved, log, trust, noon(AWARDED))


def test_a_rewritten_history_is_a_contradiction(lab: Lab, tmp_path: Path) -> None:
    proved, trust = verify_proof(lab.proof(13), lab.trust()), lab.trust()
    lab.entries[14] = lab.entries[12]
    for extra in (0, 3):
        for n in range(extra):
            lab.record(loglab.attended(hours=n + 1), BASE, CLERK)
        lab.publish(tmp_path, lambda files: files.update({"status/0": token(lab, AWARDED)}))
        with pytest.raises(Inconsistent, match="first 15 entries are not those that the award's receipt"):
            check_standing(proved, FolderLog(tmp_path), trust, noon(AWARDED))


def test_damaged_tiles_are_damaged_and_no_contradiction(lab: Lab, tmp_path: Path) -> None:
    proved, trust = verify_proof(lab.proof(13), lab.trust()), lab.trust()
    for n in range(5):
        lab.record(loglab.attended(hours=n + 1), BASE, CLERK)

    def spoil(files: dict[str, bytes]) -> None:
        files["status/0"] = token(lab, AWARDED)
        files["tile/0/000.p/20"] = merkle.leaf_hash(b"") + files["tile/0/000.p/20"][32:]

    lab.publish(tmp_path, spoil)
    with pytest.raises(Malformed, match="do not lead to its signed root"):
        check_standing(proved, FolderLog(tmp_path), trust, noon(AWARDED))


def test_a_log_of_many_tiles_is_followed(tmp_path: Path) -> None:
    lab = Lab.founded()
    index = lab.record(loglab.certificate())
    small = lab.proof(index)
    for n in range(600):
        lab.record(loglab.attended(hours=n + 1), BASE, CLERK)
    lab.record(revoked())
    lab.publish(tmp_path, lambda files: files.update({"status/0": token(lab, date(2026, 6, 1))}))
    trust: Trust = lab.trust()
    for proof in (small, lab.proof(index)):
        found = check_standing(verify_proof(proof, trust), FolderLog(tmp_path), trust, noon(date(2026, 6, 1)), scan=3)
        assert (found.checkpoint.size, found.standing) == (lab.size, Standing.REVOKED)
    few = check_standing(verify_proof(small, trust), FolderLog(tmp_path), trust, noon(date(2026, 6, 1)), scan=2)
    assert few.standing is None


@pytest.mark.parametrize("as_of", [0, 15])
def test_a_list_by_a_compromised_key_is_none_whatever_size_it_claims(lab: Lab, tmp_path: Path, as_of: int) -> None:
    lab.record(loglab.compromised(STATUS, "CQUPT", as_of), ROOT, CLERK)
    older = token(lab, AWARDED, size=15)
    with pytest.raises(KeyCompromised, match="status list"):
        standing(lab, tmp_path, AWARDED, lambda files: files.update({"status/0": older}))


def test_a_receipt_by_a_compromised_key_is_none_whatever_size_it_claims(lab: Lab) -> None:
    kept = lab.proof(13)
    lab.record(loglab.compromised(RECEIPTS, "CQUPT", 15), ROOT, CLERK)
    with pytest.raises(CouldNotCheck, match="get a new proof"):
        verify_proof(kept, lab.trust())
