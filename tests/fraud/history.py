"""Frauds on history: what was recorded is changed, left out, moved or told another way, and signed again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from tests.fraud.forger import BASE, PARTNER, Forger
from tests.fraud.frauds import Course, entry, fraud, place
from tests.fraud.observers import Who
from tests.verifier import loglab
from verifier import cbor, kinds, statement

GROUP = "History"
NO_LONGER = place("the earlier checkpoint", "are not those that the earlier checkpoint was signed for")


@fraud(GROUP, Who.KEPT, "inconsistent", unseen_by=(Who.AUDIT,))
def award_rewritten(log: Forger) -> Course:
    """A certificate gets another total, years later, and everything is signed again."""
    yield
    log.rewrite(log.find(kinds.CertificateAwarded, "certified"), total=Decimal("99.5"))
    return NO_LONGER


@fraud(GROUP, Who.KEPT, "inconsistent", unseen_by=(Who.AUDIT,))
def score_rewritten(log: Forger) -> Course:
    """A failed exam gets a passing score after the fact, under the same entry."""
    yield
    log.rewrite(log.find(kinds.ResultRecorded, "failed"), score=Decimal(60))
    return NO_LONGER


@fraud(GROUP, Who.KEPT, "inconsistent", unseen_by=(Who.AUDIT,))
def revocation_deleted(log: Forger) -> Course:
    """A revocation for fraud is taken out, and the tree and the status list are made anew without it."""
    yield
    log.delete(log.find(kinds.CertificateRevoked, "revoked"))
    log.goes_on(1)
    return NO_LONGER


@fraud(GROUP, Who.KEPT, "inconsistent", unseen_by=(Who.AUDIT,))
def suspension_deleted(log: Forger) -> Course:
    """A suspension and its end are taken out, as if there never had been an inquiry."""
    yield
    log.delete(log.find(kinds.CertificateReinstated, "suspended"))
    log.delete(log.find(kinds.CertificateSuspended, "suspended"))
    log.goes_on(2)
    return NO_LONGER


@fraud(GROUP, Who.KEPT, "inconsistent", unseen_by=(Who.AUDIT,))
def objection_deleted(log: Forger) -> Course:
    """An objection and its answer are taken out of an application, whose later entries are numbered anew."""
    yield
    log.delete(log.find(kinds.ObjectionResolved))
    log.delete(log.find(kinds.ObjectionRaised))
    log.goes_on(2)
    return NO_LONGER


@fraud(GROUP, Who.KEPT, "inconsistent", unseen_by=(Who.AUDIT,))
def award_inserted_into_the_past(log: Forger) -> Course:
    """A certificate is put among those of an earlier day, with that day's recorded time."""
    yield
    model = log.find(kinds.CertificateAwarded, "certified")
    days = {name: getattr(log.award_of("certified"), name) for name in ("awarded_on", "expires_on")}
    log.says(log.new_award(**days), PARTNER)
    log.insert(model)
    return NO_LONGER


@fraud(GROUP, Who.KEPT, "inconsistent", unseen_by=(Who.AUDIT,))
def entries_reordered(log: Forger) -> Course:
    """Two awards change places and recorded times."""
    yield
    log.exchange(log.find(kinds.CertificateAwarded), log.find(kinds.CertificateAwarded, nth=1))
    return NO_LONGER


@fraud(GROUP, Who.KEPT, "inconsistent", unseen_by=(Who.AUDIT,))
def clock_set_back_for_the_whole_log(log: Forger) -> Course:
    """Every recorded time from one entry on is moved an hour back, so that a deadline was kept."""
    yield
    for index in range(log.find(kinds.NoticePosted), log.size):
        log.retell(index, recorded_at=log.time_of(index) - 3_600_000)
    return NO_LONGER


@fraud(GROUP, Who.KEPT, "inconsistent", unseen_by=(Who.AUDIT,))
def log_rolled_back(log: Forger) -> Course:
    """The last entries are dropped, and a shorter log is signed."""
    yield
    log.cut(log.find(kinds.CertificateRevoked))
    return place("the earlier checkpoint", "it was cut back, or this copy is old")


@fraud(GROUP, Who.KEPT, "inconsistent", unseen_by=(Who.AUDIT,))
def log_forked(log: Forger) -> Course:
    """From before a revocation on another history is told, until it is as long as the true one and longer."""
    size = log.size
    yield
    log.cut(log.find(kinds.CertificateRevoked))
    log.goes_on(size + 1 - log.size)
    return NO_LONGER


@fraud(GROUP, Who.HOLDER, "inconsistent")
def other_history_shown_to_an_employer(log: Forger) -> Course:
    """Who asks with a proof of before is shown a published log in which something else was recorded."""
    log.shown = log.proof_of("certified")
    yield
    log.rewrite(log.find(kinds.ResultRecorded, "failed"), score=Decimal(60))
    return place("inconsistent", "the log shows another history")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def clock_run_back(log: Forger) -> Course:
    """An entry is recorded with a time before that of the entry in front of it."""
    log.says(log.new_award(), PARTNER)
    yield
    at = log.now - timedelta(hours=1)
    return entry(log.says(log.new_award(), PARTNER, at=at), "before the entry before it")


@fraud(GROUP, Who.AUDIT, "finding")
def award_backdated(log: Forger) -> Course:
    """A certificate recorded today bears an earlier day."""
    day = log.today - timedelta(days=30)
    log.says(log.new_award(), PARTNER)
    yield
    return entry(log.says(log.new_award(on=day), PARTNER), f"certificate.awarded is dated {day}")


@fraud(GROUP, Who.AUDIT, "finding")
def revocation_backdated(log: Forger) -> Course:
    """A certificate is revoked today as of a day on which its holder still relied on it."""
    stream = log.award_of("certified").certificate_id
    start = log.size
    log.says(kinds.CertificateRevoked(certificate_id=stream, revoked_on=log.today, reason="other"), PARTNER)
    yield
    log.cut(start)
    day = log.today - timedelta(days=90)
    index = log.says(kinds.CertificateRevoked(certificate_id=stream, revoked_on=day, reason="other"), PARTNER)
    return entry(index, f"certificate.revoked is dated {day}")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def intake_pretended(log: Forger) -> Course:
    """A backdated certificate says that it came with a pack, which was never taken in."""
    log.says(log.new_award(), PARTNER)
    yield
    earlier = log.new_award(on=log.today - timedelta(days=30))
    return entry(log.says(earlier, PARTNER, pack=uuid4()), "which stands nowhere before it")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def entry_deleted_without_numbering_anew(log: Forger) -> Course:
    """A suspension is taken out and its reinstatement left with the number that it had."""
    yield
    log.delete(log.find(kinds.CertificateSuspended, "suspended"), close_gap=False)
    return entry(log.find(kinds.CertificateReinstated, "suspended"), "is version 3 of its stream")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def entry_recorded_twice(log: Forger) -> Course:
    """An attendance is put into the log once more, byte for byte, to make up hours."""
    yield
    log.entries.append(log.entries[log.find(kinds.AttendanceRecorded, "failed")])
    log.retell(log.size - 1, recorded_at=log.time_of(log.size - 2))
    return entry(log.size - 1, "attendance.recorded is version 2 of its stream")


@fraud(GROUP, Who.AUDIT, "bad-signature")
def entry_altered_without_its_key(log: Forger) -> Course:
    """A value of an award is changed by somebody who has the log's keys and not the organisation's."""
    yield
    index = log.find(kinds.CertificateAwarded, "certified")
    read = statement.parse(log.entries[index])
    expires = log.award_of("certified").expires_on + timedelta(days=365)
    payload = cbor.encode({**cbor.decode(read.payload), "expires_on": expires.isoformat()})
    log.entries[index] = statement.assemble(read.protected, payload, read.signature)
    return entry(index, "signature")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def events_out_of_course(log: Forger) -> Course:
    """An amended score is moved in front of the score that it amends."""
    yield
    amended = log.find(kinds.ResultAmended, "titled")
    recorded = log.find(kinds.ResultRecorded, "titled", nth=1)
    versions = [statement.parse(log.entries[index]).version for index in (recorded, amended)]
    log.exchange(recorded, amended)
    for index, version in zip((recorded, amended), versions, strict=True):
        log.retell(index, version=version)
    first = log.find(kinds.ResultRecorded, "titled")
    log.exchange(first, recorded)
    log.retell(first, version=versions[0] - 1)
    log.retell(recorded, version=versions[0])
    return entry(first, "result.amended cannot follow an enrolment without results")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def something_recorded_of_the_erased(log: Forger) -> Course:
    """A person whose data were erased goes on as if nothing had been."""
    yield
    change = kinds.TraineeNameChanged(
        trainee_id=log.people["erased"], name="another", reason="deed poll", changed_on=log.today
    )
    return entry(log.says(change), "trainee.name-changed cannot follow an erased trainee")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def second_genesis(log: Forger) -> Course:
    """The log is begun again in its midst, with keys of the forger's choice."""
    yield
    return entry(log.record(loglab.genesis(log.url), log.key_of(BASE, "log.started"), log.actors[:1]), "the genesis")


@fraud(GROUP, Who.AUDIT, "inconsistent")
def other_log_under_the_same_name(log: Forger) -> Course:
    """The whole log is told anew from entry 0, under a genesis with another time."""
    yield
    log.retell(0, recorded_at=log.time_of(0) - 1000)
    return place("the trust file given", "do not agree on genesis")


@fraud(GROUP, Who.AUDIT, "malformed")
def entry_that_says_more(log: Forger) -> Course:
    """A further field is signed into an award, for a reader who knows to look for it."""
    yield
    index = log.find(kinds.CertificateAwarded, "certified")
    payload = {**cbor.decode(statement.parse(log.entries[index]).payload), "note": "for friends"}
    log.sign_again(index, cbor.encode(payload))
    return entry(index, "unknown field note")
