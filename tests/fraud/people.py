"""Frauds on people: one who plays two, one who may not, one who was never there."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.authenticator import PRESENT_AND_VERIFIED, Authenticator
from tests.fraud.forger import BASE, EMPLOYER, PARTNER, Forger
from tests.fraud.frauds import Course, entry, fraud
from tests.fraud.honest import HEAD, HELD
from tests.fraud.observers import Who
from tests.verifier import loglab
from verifier import kinds
from verifier.approval import USER_VERIFIED
from verifier.events import Event

GROUP = "People"
FORGED = Authenticator("the forger's own")


def with_head(log: Forger) -> tuple[str, str]:
    """Proposer, and the approver who has a passkey."""
    return log.actors[0], HEAD


def with_account(log: Forger, pseudonym: str, *roles: str, organisation: str = BASE) -> str:
    """Opens an account, as it should be."""
    account = loglab.uuid(f"account of {pseudonym}")
    log.says(kinds.AccountOpened(account_id=account, pseudonym=pseudonym, organisation=organisation, roles=roles))
    return pseudonym


def lodged(log: Forger) -> kinds.ObjectionLodged:
    """An objection to the title's application."""
    return kinds.ObjectionLodged(
        objection_id=loglab.uuid(f"objection {log.size}"),
        application=log.event(log.find(kinds.ApplicationFiled, "titled")).stream_id,
        place=1,
        notice="0123456789ABCDEFGHJK",
        name="异议 某",
        contact="objector@example.org",
        grounds="copied",
        lodged_on=log.today,
        terms=loglab.uuid("terms"),
        link=loglab.link_of("objection"),
    )


def foreseen(log: Forger, event: Event) -> list[bytes]:
    """What the approver with the passkey signs of an award that is recorded right after the signature."""
    tried = log.again()
    tried.signs_approval([bytes(32)])
    return tried.foreseen(event, by=log.key_of(PARTNER, "certificate.awarded"), actors=with_head(log))


def approved(log: Forger, event: Event) -> int:
    """An award as it should be: signed by the approver's passkey, then recorded."""
    log.signs_approval(foreseen(log, event))
    return log.says(event, PARTNER, with_head(log))


@fraud(GROUP, Who.AUDIT, "rule-broken")
def one_person_proposes_and_approves(log: Forger) -> Course:
    """The same account proposes and approves a certificate."""
    both = with_account(log, "P-BOTH", "approver", "registrar")
    log.says(log.new_award(), PARTNER, (both, log.actors[1]))
    yield
    return entry(log.says(log.new_award(), PARTNER, (both, both)), "both proposed and approved")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def nobody_approved(log: Forger) -> Course:
    """A certificate names its proposer alone."""
    log.says(log.new_award(), PARTNER)
    yield
    return entry(log.says(log.new_award(), PARTNER, log.actors[:1]), "and names one person")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def approver_without_the_role(log: Forger) -> Course:
    """A registrar approves a certificate."""
    clerk = with_account(log, "P-CLERK", "registrar")
    log.says(log.new_award(), PARTNER, (clerk, log.actors[1]))
    yield
    return entry(log.says(log.new_award(), PARTNER, (log.actors[0], clerk)), "without the role of approver")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def approver_who_never_was(log: Forger) -> Course:
    """The approver is a pseudonym that no account has."""
    log.says(log.new_award(), PARTNER)
    yield
    actors = (log.actors[0], "P-NOBODY")
    return entry(log.says(log.new_award(), PARTNER, actors), "P-NOBODY approved certificate.awarded without the role")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def proposer_who_never_was(log: Forger) -> Course:
    """The approver proposes too, under a pseudonym that no account has."""
    log.says(log.new_award(), PARTNER)
    yield
    actors = ("P-NOBODY", log.actors[1])
    return entry(log.says(log.new_award(), PARTNER, actors), "P-NOBODY")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def attendance_by_nobody(log: Forger) -> Course:
    """Hours are recorded under a pseudonym that no account has."""
    model = log.event(log.find(kinds.AttendanceRecorded, "enrolled"))
    log.says(model)
    yield
    return entry(log.says(model, actors=("P-NOBODY",)), "P-NOBODY")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def proposed_by_who_may_only_look(log: Forger) -> Course:
    """A certificate is proposed by an account that may look at everything and record nothing."""
    auditor = with_account(log, "P-AUDITOR", "auditor")
    log.says(log.new_award(), PARTNER)
    yield
    index = log.says(log.new_award(), PARTNER, (auditor, log.actors[1]))
    return entry(index, "P-AUDITOR proposed certificate.awarded without the role of registrar")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def score_by_a_registrar(log: Forger) -> Course:
    """A registrar, who is no assessor, records a score."""
    clerk = with_account(log, "P-CLERK", "registrar")
    result = log.event(log.find(kinds.ResultRecorded, "certified"))
    log.says(log.event(log.find(kinds.AttendanceRecorded, "enrolled")), actors=(clerk,))
    yield
    return entry(log.says(replace(result, attempt=2), actors=(clerk,)), "without the role of assessor")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def account_opened_by_a_registrar(log: Forger) -> Course:
    """A registrar, who is no administrator, opens an account for an approver of their own."""
    clerk = with_account(log, "P-CLERK", "registrar")
    yield
    friend = kinds.AccountOpened(
        account_id=loglab.uuid("account of a friend"), pseudonym="P-FRIEND", organisation=BASE, roles=("approver",)
    )
    return entry(log.says(friend, actors=(clerk,)), "without the role of administrator")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def objection_by_somebody_of_the_office(log: Forger) -> Course:
    """An objection of the public form is recorded under the account of a registrar."""
    form = with_account(log, "public-form", "public")
    log.says(lodged(log), actors=(form,))
    yield
    return entry(log.says(lodged(log)), "without the role of public")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def proposed_by_staff_of_another_organisation(log: Forger) -> Course:
    """The employer's registrar proposes a certificate of the partner's."""
    theirs = with_account(log, "P-PARTNERS", "registrar", organisation=PARTNER)
    others = with_account(log, "P-EMPLOYERS", "registrar", organisation=EMPLOYER)
    log.says(log.new_award(), PARTNER, (theirs, log.actors[1]))
    yield
    index = log.says(log.new_award(), PARTNER, (others, log.actors[1]))
    return entry(index, "P-EMPLOYERS is of EMPLOYER and acted for PARTNER")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def approved_by_staff_of_another_organisation(log: Forger) -> Course:
    """The employer's approver approves a certificate of the partner's."""
    theirs = with_account(log, "P-PARTNERS", "approver", organisation=PARTNER)
    others = with_account(log, "P-EMPLOYERS", "approver", organisation=EMPLOYER)
    log.says(log.new_award(), PARTNER, (log.actors[0], theirs))
    yield
    index = log.says(log.new_award(), PARTNER, (log.actors[0], others))
    return entry(index, "P-EMPLOYERS is of EMPLOYER and acted for PARTNER")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def base_acts_by_a_key_that_it_does_not_hold(log: Forger) -> Course:
    """The base's staff award in the name of a partner that holds its key itself: the key was copied."""
    own = log.new_key("the partner's own", PARTNER)
    log.keys.append(own)
    log.says(log.grant(own, custody="organisation"))
    theirs = with_account(log, "P-PARTNERS", "registrar", organisation=PARTNER)
    head = with_account(log, "P-PARTNERS-HEAD", "approver", organisation=PARTNER)
    log.says(log.new_award(), PARTNER, (theirs, head), by=own)
    yield
    return entry(log.says(log.new_award(), PARTNER, by=own), "is of BASE and acted for PARTNER")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def account_moved_to_another_organisation(log: Forger) -> Course:
    """An account of the partner's that was opened anew for the employer goes on proposing for the partner."""
    theirs = with_account(log, "P-PARTNERS", "registrar", organisation=PARTNER)
    log.says(log.new_award(), PARTNER, (theirs, log.actors[1]))
    with_account(log, theirs, "registrar", organisation=EMPLOYER)
    yield
    index = log.says(log.new_award(), PARTNER, (theirs, log.actors[1]))
    return entry(index, "P-PARTNERS is of EMPLOYER and acted for PARTNER")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def closed_account_approves(log: Forger) -> Course:
    """An approver who left the base approves a certificate."""
    approver = log.actors[1]
    log.says(kinds.AccountClosed(account_id=log.account(approver), pseudonym=approver))
    yield
    return entry(log.says(log.new_award(), PARTNER), "without the role of approver")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def closed_account_proposes(log: Forger) -> Course:
    """A registrar who left the base proposes a certificate."""
    proposer = log.actors[0]
    log.says(kinds.AccountClosed(account_id=log.account(proposer), pseudonym=proposer))
    yield
    return entry(log.says(log.new_award(), PARTNER), proposer)


@fraud(GROUP, Who.AUDIT, "rule-broken")
def pseudonym_taken_over(log: Forger) -> Course:
    """An account of the forger's is opened under the pseudonym of another's."""
    yield
    opened = kinds.AccountOpened(
        account_id=loglab.uuid("another account"), pseudonym=HEAD, organisation="BASE", roles=("approver",)
    )
    return entry(log.says(opened), f"account {HEAD} has a stream of its own already")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def approval_never_given(log: Forger) -> Course:
    """A certificate names an approver who has a passkey, which signed nothing."""
    approved(log, log.new_award())
    yield
    return entry(log.says(log.new_award(), PARTNER, with_head(log)), "and it did not sign this certificate.awarded")


@fraud(GROUP, Who.AUDIT, "bad-signature")
def approval_forged(log: Forger) -> Course:
    """An assertion is made with another key, and called that of the approver's passkey."""
    approved(log, log.new_award())
    yield
    made = FORGED.approves(over := foreseen(log, log.new_award()))
    return entry(log.signs_approval(over, signature=made.signature), "the approval")


@fraud(GROUP, Who.AUDIT, "unknown-key")
def approval_by_a_passkey_of_the_forger(log: Forger) -> Course:
    """An assertion is made, whole and good, with a passkey that the approver never registered."""
    approved(log, log.new_award())
    yield
    return entry(log.signs_approval(foreseen(log, log.new_award()), FORGED), f"is none of {HEAD}'s")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def approval_replayed(log: Forger) -> Course:
    """What the approver signed for one certificate is recorded once more, before another."""
    over = foreseen(log, log.new_award())
    approved(log, log.new_award())
    yield
    log.signs_approval(over)
    return entry(log.says(log.new_award(), PARTNER, with_head(log)), "and it did not sign this certificate.awarded")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def other_total_than_was_approved(log: Forger) -> Course:
    """The approver signed a certificate of 60, and one of 95 is recorded."""
    approved(log, log.new_award())
    yield
    shown = log.new_award(total=Decimal(60))
    log.signs_approval(foreseen(log, shown))
    index = log.says(replace(shown, total=Decimal(95)), PARTNER, with_head(log))
    return entry(index, "and it did not sign this certificate.awarded")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def approved_award_rewritten(log: Forger) -> Course:
    """An award that a passkey approved gets another total, signed again by the organisation's key."""
    index = approved(log, log.new_award())
    yield
    log.rewrite(index, total=Decimal("99.5"))
    return entry(index, "and it did not sign this certificate.awarded")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def revocation_rewritten(log: Forger) -> Course:
    """A revocation for fraud becomes one for another reason, which bars nobody; a passkey had approved it."""
    yield
    index = log.rewrite(log.find(kinds.CertificateRevoked, "revoked"), reason="issued-in-error")
    return entry(index, "and it did not sign this certificate.revoked")


@fraud(GROUP, Who.AUDIT, "not-approved")
def approval_on_a_look_alike_page(log: Forger) -> Course:
    """The approver's passkey was asked by a page of another domain."""
    yield
    made = HELD.approves(over := foreseen(log, log.new_award()), origin="https://office.base.example.com")
    index = log.signs_approval(over, client_data=made.client_data, signature=made.signature)
    return entry(index, "office.base.example.com")


@fraud(GROUP, Who.AUDIT, "not-approved")
def approval_without_finger_or_pin(log: Forger) -> Course:
    """Somebody touched the approver's key without being verified."""
    yield
    made = HELD.approves(over := foreseen(log, log.new_award()), flags=PRESENT_AND_VERIFIED & ~USER_VERIFIED)
    parts = {"authenticator_data": made.authenticator_data, "signature": made.signature}
    return entry(log.signs_approval(over, **parts), "did not verify who it was")


@fraud(GROUP, Who.AUDIT, "finding")
def passkey_removed_without_consent(log: Forger) -> Course:
    """The approver's passkey is taken away, and the operator approves in that name from then on."""
    yield
    gone = kinds.PasskeyRemoved(account_id=log.account(HEAD), pseudonym=HEAD, passkey=HELD.thumbprint)
    index = log.says(gone)
    log.says(log.new_award(), PARTNER, with_head(log))
    return entry(index, f"a passkey of {HEAD} was removed without the consent")


@fraud(GROUP, Who.AUDIT, "finding")
def passkey_added_without_consent(log: Forger) -> Course:
    """The operator registers a passkey of their own for the approver, and approves by it."""
    yield
    added = kinds.PasskeyRegistered(
        account_id=log.account(HEAD), pseudonym=HEAD, public_key=FORGED.cose_key, rp_id=FORGED.rp_id
    )
    index = log.says(added)
    event = log.new_award()
    log.signs_approval(foreseen(log, event), FORGED)
    log.says(event, PARTNER, with_head(log))
    return entry(index, f"a passkey of {HEAD} was registered without the consent")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def removed_passkey_revived(log: Forger) -> Course:
    """A passkey that was taken out of use is registered once more, by who has the old device."""
    yield
    gone = kinds.PasskeyRemoved(account_id=log.account(HEAD), pseudonym=HEAD, passkey=HELD.thumbprint)
    tried = log.again()
    tried.signs_approval([bytes(32)])
    consent = tried.foreseen(gone, by=log.key_of("BASE", "passkey.removed"), actors=log.actors[:1])
    log.signs_approval(consent)
    log.says(gone)
    back = kinds.PasskeyRegistered(
        account_id=log.account(HEAD), pseudonym=HEAD, public_key=HELD.cose_key, rp_id=HELD.rp_id
    )
    return entry(log.says(back), "is registered twice")


@fraud(GROUP, Who.AUDIT, "rule-broken")
def approval_recorded_by_another(log: Forger) -> Course:
    """What an approver's passkey signed is recorded by somebody else in the approver's name."""
    yield
    over = foreseen(log, log.new_award())
    index = log.signs_approval(over)
    log.retell(index, actors=[log.actors[1]])
    return entry(index, f"an approval of {HEAD} is recorded by")
