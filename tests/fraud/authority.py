"""Frauds on authority: keys used for what they are not for, by whom they are not, or when they are not any more."""

from __future__ import annotations

from dataclasses import replace

from tests.fraud.forger import BASE, BUREAU, EMPLOYER, PARTNER, Forger
from tests.fraud.frauds import Course, entry, fraud, place
from tests.fraud.observers import Who
from tests.verifier import loglab
from verifier import kinds

GROUP = "Authority"


@fraud(GROUP, Who.AUDIT, "not-entitled")
def key_used_beyond_its_kinds(log: Forger) -> Course:
    """The base's everyday key signs a certificate in its own name."""
    log.says(log.new_award(), PARTNER)
    yield
    index = log.says(log.new_award(), by=log.key_of(BASE, "trainee.registered"))
    return entry(index, "is not entitled to certificate.awarded")


@fraud(GROUP, Who.AUDIT, "not-entitled")
def key_used_after_it_was_retired(log: Forger) -> Course:
    """The partner's old key, long replaced, signs one more certificate."""
    old, new = log.key_of(PARTNER, "certificate.awarded"), log.new_key("new key of the partner", PARTNER)
    log.says(log.grant(new))
    log.says(kinds.KeyRetired(organisation_id=log.stream_of_organisation(PARTNER), kid=old.kid))
    log.says(log.new_award(), PARTNER, by=new)
    yield
    return entry(log.says(log.new_award(), PARTNER, by=old), "was retired at index")


@fraud(GROUP, Who.AUDIT, "key-compromised")
def key_used_after_it_was_reported(log: Forger) -> Course:
    """A key that was reported compromised goes on signing."""
    old, new = log.key_of(PARTNER, "certificate.awarded"), log.new_key("new key of the partner", PARTNER)
    log.says(log.grant(new))
    report = kinds.KeyCompromised(organisation_id=log.stream_of_organisation(PARTNER), kid=old.kid, as_of=log.size)
    log.says(report)
    log.says(log.new_award(), PARTNER, by=new)
    yield
    return entry(log.says(log.new_award(), PARTNER, by=old), "is compromised as of index")


@fraud(GROUP, Who.AUDIT, "disowned")
def award_by_a_stolen_key(log: Forger) -> Course:
    """A thief signs a certificate with a key whose theft is reported afterwards."""
    yield
    stolen = log.key_of(PARTNER, "certificate.awarded")
    index = log.says(log.new_award(), PARTNER)
    log.says(kinds.KeyCompromised(organisation_id=log.stream_of_organisation(PARTNER), kid=stolen.kid, as_of=index))
    log.instead["status/0"] = log.status_token(bits=log.fold_bits())
    return entry(index, "by a compromised key")


@fraud(GROUP, Who.AUDIT, "not-entitled")
def key_grants_itself_more(log: Forger) -> Course:
    """The partner's key authorises a key for its own organisation, which only the root key may."""
    yield
    key = log.new_key("self-granted", PARTNER)
    index = log.says(log.grant(key), PARTNER, by=log.key_of(PARTNER, "certificate.awarded"))
    return entry(index, "is not entitled to key.authorised")


@fraud(GROUP, Who.AUDIT, "unknown-key")
def key_that_nobody_authorised(log: Forger) -> Course:
    """A certificate is signed with a key made for the purpose."""
    log.says(log.new_award(), PARTNER)
    yield
    return entry(log.says(log.new_award(), PARTNER, by=log.new_key("made for it", PARTNER)), "was never authorised")


@fraud(GROUP, Who.AUDIT, "not-entitled")
def award_by_another_organisation(log: Forger) -> Course:
    """The employer is given a key for certificates, and certifies a programme that is the partner's."""
    log.says(log.new_award(), PARTNER)
    yield
    key = log.new_key("the employer's", EMPLOYER)
    log.says(log.grant(key))
    return entry(log.says(log.new_award(), EMPLOYER, by=key), "EMPLOYER records certificate.awarded, and no programme")


@fraud(GROUP, Who.AUDIT, "not-entitled")
def results_by_who_does_not_teach(log: Forger) -> Course:
    """The partner is given a key for results, and records a score of a programme that the base teaches."""
    yield
    key = log.new_key("the partner's for results", PARTNER, kinds.TEACHING_KINDS)
    log.says(log.grant(key))
    score = log.event(log.find(kinds.ResultRecorded, "failed"))
    assert isinstance(score, kinds.ResultRecorded)
    return entry(log.says(replace(score, attempt=2), PARTNER, by=key), "PARTNER records result.recorded")


@fraud(GROUP, Who.AUDIT, "not-entitled")
def title_by_who_is_no_authority(log: Forger) -> Course:
    """The partner is given a key for titles, and grants one."""
    log.says(log.new_title(), BUREAU)
    yield
    key = log.new_key("the partner's for titles", PARTNER, kinds.AUTHORITY_KINDS)
    log.says(log.grant(key))
    return entry(log.says(log.new_title(), PARTNER, by=key), "PARTNER records title.granted")


@fraud(GROUP, Who.AUDIT, "not-entitled")
def people_registered_by_another_organisation(log: Forger) -> Course:
    """The employer is given a key for the base's own records, and enrols whom it likes."""
    model = log.event(log.find(kinds.EnrolmentMade, "enrolled"))
    assert isinstance(model, kinds.EnrolmentMade)
    made = replace(model, enrolment_id=loglab.uuid("enrolment"))
    log.says(made)
    yield
    key = log.new_key("the employer's for records", EMPLOYER, kinds.REGISTRY_KINDS)
    log.says(log.grant(key))
    index = log.says(replace(made, enrolment_id=loglab.uuid("other enrolment")), EMPLOYER, by=key)
    return entry(index, "EMPLOYER records enrolment.made, which is the base's to record")


@fraud(GROUP, Who.AUDIT, "not-entitled")
def powers_of_the_root_key_given_away(log: Forger) -> Course:
    """The employer is given a key that authorises keys, so that it goes on when the base's root key is retired."""
    yield
    key = log.new_key("the employer's root", EMPLOYER, kinds.ROOT_KINDS)
    log.says(log.grant(key))
    further = log.new_key("the employer's further key", EMPLOYER)
    return entry(log.says(log.grant(further), EMPLOYER, by=key), "EMPLOYER records key.authorised")


@fraud(GROUP, Who.AUDIT, "not-entitled")
def signed_in_a_borrowed_name(log: Forger) -> Course:
    """The partner's key signs, and the statement names the base as its issuer."""
    log.says(log.new_award(), PARTNER)
    yield
    key = log.key_of(PARTNER, "certificate.awarded")
    borrowed = replace(key, issuer=log.key_of(BASE, "enrolment.made").issuer)
    return entry(log.says(log.new_award(), PARTNER, by=borrowed), "is not PARTNER, whose key signed")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def retired_key_authorised_again(log: Forger) -> Course:
    """A key that was retired is authorised once more, so that what it signed meanwhile looks good."""
    key = log.key_of(PARTNER, "certificate.awarded")
    log.says(kinds.KeyRetired(organisation_id=log.stream_of_organisation(PARTNER), kid=key.kid))
    yield
    return entry(log.says(log.grant(key)), "is authorised twice")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def key_for_who_was_never_accredited(log: Forger) -> Course:
    """A key is authorised for an organisation that the base never accredited."""
    yield
    key = log.new_key("nobody's", PARTNER)
    return entry(log.says(log.grant(key, organisation="NOBODY")), "NOBODY, which is not accredited")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def log_key_with_a_second_use(log: Forger) -> Course:
    """A key of the log is authorised for checkpoints and for awards at once."""
    yield
    key = log.new_key("of two uses", BASE, ("log.checkpoint", "certificate.awarded"))
    return entry(log.says(log.grant(key)), "a key of the log is for one use")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def compromise_dated_ahead(log: Forger) -> Course:
    """A key is reported compromised as of an entry that is still to come, so that it may go on until then."""
    yield
    key = log.key_of(PARTNER, "certificate.awarded")
    stream = log.stream_of_organisation(PARTNER)
    index = log.says(kinds.KeyCompromised(organisation_id=stream, kid=key.kid, as_of=log.size + 100))
    return entry(index, "which is not in the past")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def organisation_taken_over(log: Forger) -> Course:
    """The partner's code is accredited once more, in a stream and under an address of the forger's."""
    yield
    again = kinds.OrganisationAccredited(
        organisation_id=loglab.uuid("another PARTNER"),
        code=PARTNER,
        kind="enterprise",
        name_zh="企业",
        name_en="Partner",
        uri="https://partner.example.com",
    )
    return entry(log.says(again), "organisation PARTNER has a stream of its own already")


@fraud(GROUP, Who.AUDIT, "unknown-key")
def checkpoint_by_a_key_for_receipts(log: Forger) -> Course:
    """The tree head is signed by another of the log's keys than that for checkpoints."""
    yield
    log.instead["checkpoint"] = log.checkpoint(signer=log.own_key(kinds.RECEIPT_KIND))
    return place("checkpoint", "signed by no known key")
