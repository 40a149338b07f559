"""Frauds on awards: copied numbers and places, altered days, changes by who did not make them, the ended revived."""

from __future__ import annotations

from datetime import timedelta

from tests.fraud.forger import EMPLOYER, PARTNER, Forger
from tests.fraud.frauds import Course, entry, fraud, place
from tests.fraud.observers import Who
from tests.verifier import loglab
from verifier import bundle, kinds, record, statement

GROUP = "Awards"


@fraud(GROUP, Who.AUDIT, "rule-broken")
def certificate_number_cloned(log: Forger) -> Course:
    """Two certificates have one number."""
    log.says(log.new_award(), PARTNER)
    yield
    first = log.award_of("certified")
    clone = log.new_award(number=first.number, number_hash=first.number_hash)
    return entry(log.says(clone, PARTNER), "the award's number hash is that of an earlier award")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def link_cloned(log: Forger) -> Course:
    """Two certificates have one link, so that the code on a paper leads to another's page."""
    log.says(log.new_award(), PARTNER)
    yield
    first = log.award_of("certified")
    clone = log.new_award(link=first.link, link_hash=first.link_hash)
    return entry(log.says(clone, PARTNER), "the award's link hash is that of an earlier award")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def place_in_the_status_list_cloned(log: Forger) -> Course:
    """A certificate shares its place in the status list with a valid one, so that it cannot be revoked alone."""
    log.says(log.new_award(), PARTNER)
    yield
    clone = log.new_award(status_index=log.award_of("certified").status_index)
    return entry(log.says(clone, PARTNER), "the award's status index is that of an earlier award")


@fraud(GROUP, Who.AUDIT, "malformed")
def place_outside_of_every_list(log: Forger) -> Course:
    """A certificate has a place in no status list, so that nobody can ever read of its revocation."""
    log.says(log.new_award(), PARTNER)
    yield
    return entry(log.says(log.new_award(status_index=-1), PARTNER), "status index is below 0")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def expiry_altered(log: Forger) -> Course:
    """A certificate is valid for a year more than its programme gives."""
    log.says(log.new_award(), PARTNER)
    yield
    longer = log.new_award().expires_on + timedelta(days=365)
    return entry(log.says(log.new_award(expires_on=longer), PARTNER), "which is not 3 years later")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def revoked_certificate_revived(log: Forger) -> Course:
    """A certificate revoked for fraud is reinstated."""
    yield
    again = kinds.CertificateReinstated(certificate_id=log.award_of("revoked").certificate_id, reinstated_on=log.today)
    return entry(log.says(again, PARTNER), "certificate.reinstated cannot follow a certificate that ended")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def reinstated_without_a_suspension(log: Forger) -> Course:
    """A certificate that was never suspended is reinstated, as cover for an inquiry that was kept quiet."""
    yield
    again = kinds.CertificateReinstated(
        certificate_id=log.award_of("certified").certificate_id, reinstated_on=log.today
    )
    return entry(log.says(again, PARTNER), "certificate.reinstated cannot follow a certificate in force")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def awarded_again_in_its_own_stream(log: Forger) -> Course:
    """A revoked certificate is awarded once more under the same identity."""
    log.says(log.new_award(), PARTNER)
    yield
    again = log.new_award("revoked", certificate_id=log.award_of("revoked").certificate_id)
    return entry(log.says(again, PARTNER), "certificate.awarded cannot follow a certificate that ended")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def revoked_before_it_was_awarded(log: Forger) -> Course:
    """A revocation is dated before its award, so that it never stood."""
    award = log.award_of("certified")
    yield
    day = award.awarded_on - timedelta(days=1)
    index = log.says(
        kinds.CertificateRevoked(certificate_id=award.certificate_id, revoked_on=day, reason="other"), PARTNER
    )
    return entry(index, f"a change of standing is dated {day}, before what it changes")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def revoked_for_no_reason_of_the_rules(log: Forger) -> Course:
    """A certificate is revoked for a reason that the rules do not have."""
    yield
    stream = log.award_of("certified").certificate_id
    index = log.says(kinds.CertificateRevoked(certificate_id=stream, revoked_on=log.today, reason="rival"), PARTNER)
    return entry(index, "'rival' is no reason of a revocation")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def revocation_of_nothing(log: Forger) -> Course:
    """A certificate that was never logged is revoked, to make believe that there was one."""
    yield
    index = log.says(
        kinds.CertificateRevoked(certificate_id=loglab.uuid("never"), revoked_on=log.today, reason="other"), PARTNER
    )
    return entry(index, "certificate.revoked cannot follow an empty stream")


@fraud(GROUP, Who.AUDIT, "not-entitled")
def foreign_certificate_suspended(log: Forger) -> Course:
    """A second partner, which certifies an edition of its own, suspends a certificate of the first."""
    published = log.event(log.find(kinds.ProgrammePublished))
    assert isinstance(published, kinds.ProgrammePublished)
    key = log.new_key("the employer's", EMPLOYER)
    log.says(log.grant(key))
    log.says(loglab.programme(certified_by=EMPLOYER, taught_by="BASE", code="AI"))
    yield
    stream = log.award_of("certified").certificate_id
    suspended = kinds.CertificateSuspended(certificate_id=stream, suspended_on=log.today, reason="other")
    index = log.says(suspended, EMPLOYER, by=key)
    return entry(index, "EMPLOYER changes the standing of an award that PARTNER made")


@fraud(GROUP, Who.HOLDER, "mismatch")
def name_exchanged_in_a_proof(log: Forger) -> Course:
    """A proof shows another name and total than the organisation signed."""
    index = log.find(kinds.CertificateAwarded, "certified")
    log.shown = log.proof(index)
    yield
    read = bundle.parse(log.shown)
    around = statement.parse(log.entries[index]).record.envelope
    _, disclosures = record.make_payload(log.new_award(name="阿依古丽·伪造"), around, lambda: bytes(16))
    log.shown = bundle.make(log.entries[index], disclosures[:1], [read.receipt.raw])
    return place("tampered", "the printed fields")


@fraud(GROUP, Who.HOLDER, "mismatch")
def paper_without_its_values(log: Forger) -> Course:
    """A proof leaves out what its paper shows, so that anything can be printed."""
    index = log.find(kinds.CertificateAwarded, "certified")
    log.shown = log.proof(index)
    yield
    log.shown = bundle.make(log.entries[index], [], [log.receipt(index)])
    return place("tampered", "does not disclose what its paper shows")


@fraud(GROUP, Who.HOLDER, "revoked")
def revoked_certificate_shown(log: Forger) -> Course:
    """A certificate is shown after its revocation, with a proof of before."""
    index = log.find(kinds.CertificateAwarded, "certified")
    log.shown = log.proof(index)
    yield
    log.shown = log.proof_of("revoked", log.find(kinds.CertificateRevoked, "revoked"))
    return place("revoked", "")


@fraud(GROUP, Who.HOLDER, "superseded")
def superseded_certificate_shown(log: Forger) -> Course:
    """A certificate with the wrong name is shown though its correction replaced it."""
    log.shown = log.proof_of("certified")
    yield
    log.shown = log.proof_of("corrected")
    return place("superseded", "")
