"""The audit holds every approval against the passkeys of who gave it: what was not signed is found, and named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.authenticator import Authenticator, Ed25519Authenticator
from tests.verifier import loglab
from tests.verifier.loglab import AUTHORITY, BASE, CLERK, PARTNER, ROOT, Lab, MemoryLog, Signer, uuid
from verifier import approval, kinds
from verifier.audit import Report, audit
from verifier.events import Event, event_type
from verifier.statement import parse

HEAD = "head-2"
HELD = Authenticator("head")
SPARE = Ed25519Authenticator("spare")
DAY = date(2026, 3, 2)
ONE = uuid("certificate one")
SUSPENDED = kinds.CertificateSuspended(certificate_id=ONE, suspended_on=DAY, reason="other")


@pytest.fixture
def lab() -> Lab:
    """A log in which the approver has a passkey since index 13."""
    lab = Lab.founded()
    lab.record(registered(HELD), ROOT, CLERK)
    return lab


def registered(held: Authenticator, pseudonym: str = HEAD, **changes: Any) -> kinds.PasskeyRegistered:
    values = {"public_key": held.cose_key, "rp_id": held.rp_id, **changes}
    return kinds.PasskeyRegistered(account_id=uuid("account " + pseudonym), pseudonym=pseudonym, **values)


def removed(held: Authenticator, pseudonym: str = HEAD) -> kinds.PasskeyRemoved:
    return kinds.PasskeyRemoved(account_id=uuid("account " + pseudonym), pseudonym=pseudonym, passkey=held.thumbprint)


def foreseen(lab: Lab, *events: Event, **more: Any) -> list[bytes]:
    """Digests of the events, were they recorded now, one after the other."""
    return lab.foreseen(*events, **more)


def signed(lab: Lab, over: list[bytes], held: Authenticator = HELD, **changes: Any) -> int:
    """Records that the approver's passkey signed these digests; `changes` spoil the event."""
    return lab.approve(over, held, **{"approver": HEAD, **changes})


def approved(lab: Lab, event: Event, by: Signer = PARTNER, held: Authenticator = HELD, **more: Any) -> int:
    """An event that the approver's passkey signed before it was recorded."""
    signed(lab, foreseen(lab, event, by=by, **more), held)
    return lab.record(event, by, **more)


def audited(lab: Lab) -> Report:
    return audit(MemoryLog(lab.files()), lab.trust(), processes=0)


def good(lab: Lab) -> Report:
    report = audited(lab)
    assert (report.exit_code, report.problems, report.findings) == (0, [], [])
    return report


def wrong(lab: Lab, index: int, why: str) -> None:
    """The audit names this entry, and judges none after it."""
    report = audited(lab)
    assert report.exit_code == 1
    problem = report.ordered_problems()[0]
    assert problem.index == index
    assert why in problem.message
    assert report.judged == index


# --- what is signed -------------------------------------------------------------------------------------------------


def test_a_log_whose_approver_signs_is_good(lab: Lab) -> None:
    approved(lab, loglab.certificate())
    approved(lab, loglab.title(), AUTHORITY)
    assert good(lab).notes[-1] == (
        "of the approved entries since the first passkey was registered, 2 were signed by their approver's, 0 came "
        "with an intake that was signed as a whole, and 0 are of approvers who have none"
    )


def test_one_approval_is_of_many_entries_which_may_lie_apart(lab: Lab) -> None:
    events = [loglab.certificate("one"), loglab.certificate("two")]
    signed(lab, foreseen(lab, *events))
    lab.record(events[0])
    approved(lab, SUSPENDED)
    lab.record(events[1])
    good(lab)


def test_the_largest_approval_fits_an_entry(lab: Lab) -> None:
    many = [n.to_bytes(32, "big") for n in range(1000)]
    room = approval.LONGEST_CLIENT_DATA - len(HELD.approves(many, other="").client_data)
    assertion = HELD.approves(many, other="a" * room)
    assert len(assertion.client_data) == approval.LONGEST_CLIENT_DATA
    signed(lab, many, client_data=assertion.client_data, signature=assertion.signature)
    assert len(lab.entries[-1]) < 0xFFFF
    good(lab)


def test_what_was_approved_and_never_recorded_does_no_harm(lab: Lab) -> None:
    signed(lab, foreseen(lab, loglab.certificate()))
    good(lab)


def test_approvals_before_the_first_passkey_need_none() -> None:
    lab = Lab.founded()
    lab.record(loglab.certificate())
    assert good(lab).notes == audited(Lab.founded()).notes
    lab.record(registered(HELD), ROOT, CLERK)
    good(lab)
    wrong(lab, lab.record(SUSPENDED), "head-2 has a passkey, and it did not sign this certificate.suspended")


def test_another_approver_without_a_passkey_needs_none(lab: Lab) -> None:
    lab.record(loglab.opened("head-3", "approver"), ROOT, CLERK)
    lab.record(loglab.certificate(), actors=("clerk-1", "head-3"))
    assert "and 1 are of approvers who have none" in good(lab).notes[-1]


# --- frauds ---------------------------------------------------------------------------------------------------------


def test_an_approval_that_nobody_gave(lab: Lab) -> None:
    wrong(lab, lab.record(loglab.certificate()), "head-2 has a passkey, and it did not sign this certificate.awarded")


def test_an_approval_of_something_else(lab: Lab) -> None:
    signed(lab, foreseen(lab, loglab.certificate(total=Decimal(60))))
    wrong(lab, lab.record(loglab.certificate()), "did not sign")


def test_an_approval_that_comes_after(lab: Lab) -> None:
    digests = foreseen(lab, loglab.certificate())
    index = lab.record(loglab.certificate())
    signed(lab, digests)
    wrong(lab, index, "did not sign")


def test_an_approval_that_names_another_proposer(lab: Lab) -> None:
    lab.record(loglab.opened("clerk-3", "registrar"), ROOT, CLERK)
    signed(lab, foreseen(lab, loglab.certificate()))
    wrong(lab, lab.record(loglab.certificate(), actors=("clerk-3", HEAD)), "did not sign")


def test_an_approval_by_another_approver(lab: Lab) -> None:
    other = Authenticator("other")
    lab.record(loglab.opened("head-3", "approver"), ROOT, CLERK)
    lab.record(registered(other, "head-3"), ROOT, CLERK)
    signed(lab, foreseen(lab, loglab.certificate()), other, approver="head-3")
    wrong(lab, lab.record(loglab.certificate()), "did not sign")


def test_an_approval_is_used_once(lab: Lab) -> None:
    """The same entry again is a version too many, even where its digest is signed again."""
    salt = lab._salt
    digests = foreseen(lab, loglab.certificate())
    signed(lab, digests)
    lab.record(loglab.certificate())
    signed(lab, digests)
    lab._salt, lab.versions[ONE] = salt, 0
    assert foreseen(lab, loglab.certificate()) == digests
    wrong(lab, lab.record(loglab.certificate()), "version 1 of its stream")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"digests": (bytes(32),)}, "another challenge"),
        ({"digests": ()}, "of 1 to 1000 events"),
        ({"passkey": bytes(32)}, "is none of head-2's"),
        ({"passkey": SPARE.thumbprint}, "is none of head-2's"),
        ({"signature": b""}, "not in DER"),
        ({"authenticator_data": bytes(37)}, "another rp id"),
        ({"client_data": b"{}"}, "no assertion"),
        ({"approver": "clerk-1"}, "without the role of approver"),
        ({"approver": "nobody"}, "no open account"),
    ],
    ids=str,
)
def test_a_bad_assertion(lab: Lab, changes: dict[str, Any], why: str) -> None:
    wrong(lab, signed(lab, foreseen(lab, loglab.certificate()), **changes), why)


def test_an_approval_is_recorded_by_who_gave_it(lab: Lab) -> None:
    lab.record(loglab.opened("head-3", "approver"), ROOT, CLERK)
    index = signed(lab, foreseen(lab, loglab.certificate()))
    read = parse(lab.entries.pop()).record.event
    for actors in (("head-3",), (HEAD, "head-3"), ("head-3", HEAD)):
        wrong(lab, lab.record(replace(read, approval_id=uuid(str(actors))), BASE, actors), "is recorded by")
        lab.entries.pop()
    assert index == lab.size


@pytest.mark.parametrize("part", ["authenticator_data", "client_data", "signature"])
def test_every_bit_of_an_assertion_in_the_log(lab: Lab, part: str) -> None:
    index = signed(lab, foreseen(lab, loglab.certificate()))
    event = parse(lab.entries.pop()).record.event
    lab.versions.clear()
    data = getattr(event, part)
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        lab.record(replace(event, **{part: bytes(changed)}), BASE, (HEAD,), version=1)
        authority = lab.authority(index)
        with pytest.raises(loglab.VerificationError):
            authority.admit(index, parse(lab.entries.pop()))


# --- passkeys -------------------------------------------------------------------------------------------------------


def test_a_further_passkey_with_the_consent_of_the_first(lab: Lab) -> None:
    approved(lab, registered(SPARE), ROOT, actors=CLERK)
    approved(lab, loglab.certificate(), held=SPARE)
    approved(lab, SUSPENDED, held=HELD)
    good(lab)


def test_a_further_passkey_without_consent_is_a_finding(lab: Lab) -> None:
    index = lab.record(registered(SPARE), ROOT, CLERK)
    approved(lab, loglab.certificate(), held=SPARE)
    report = audited(lab)
    assert (report.exit_code, report.problems) == (1, [])
    assert [(finding.index, finding.message) for finding in report.findings] == [
        (index, "a passkey of head-2 was registered without the consent of the passkeys that the account has")
    ]


def test_whoever_has_a_passkey_needs_no_role_for_a_further_one_of_their_own(lab: Lab) -> None:
    approved(lab, registered(SPARE), ROOT, actors=(HEAD,))
    approved(lab, removed(SPARE), ROOT, actors=(HEAD,))
    approved(lab, loglab.certificate(), actors=("clerk-1", HEAD))
    good(lab)


def test_the_first_passkey_and_anothers_take_an_administrator(lab: Lab) -> None:
    lab.record(loglab.opened("head-3", "approver"), ROOT, CLERK)
    for event, actors in (
        (registered(SPARE, "head-3"), ("head-3",)),
        (registered(SPARE, "head-3"), (HEAD,)),
        (registered(SPARE), ("head-3",)),
        (removed(HELD), ("head-3",)),
    ):
        index = lab.record(event, ROOT, actors, version=2)
        wrong(lab, index, f"{actors[0]} proposed {event_type(event).kind} without the role of administrator")
        lab.entries.pop()


def test_a_passkey_does_not_consent_to_itself(lab: Lab) -> None:
    index = signed(lab, foreseen(lab, registered(SPARE), by=ROOT, actors=CLERK), SPARE)
    lab.record(registered(SPARE), ROOT, CLERK)
    wrong(lab, index, "is none of head-2's")


def test_a_passkey_of_another_account_does_not_consent(lab: Lab) -> None:
    other = Authenticator("other")
    lab.record(loglab.opened("head-3", "approver"), ROOT, CLERK)
    lab.record(registered(other, "head-3"), ROOT, CLERK)
    signed(lab, foreseen(lab, registered(SPARE), by=ROOT, actors=CLERK), other, approver="head-3")
    index = lab.record(registered(SPARE), ROOT, CLERK)
    assert [finding.index for finding in audited(lab).findings] == [index]


def test_a_passkey_is_removed_with_its_own_consent_or_another_s(lab: Lab) -> None:
    approved(lab, registered(SPARE), ROOT, actors=CLERK)
    approved(lab, removed(HELD), ROOT, held=SPARE, actors=CLERK)
    approved(lab, removed(SPARE), ROOT, held=SPARE, actors=CLERK)
    lab.record(loglab.certificate())
    good(lab)


def test_a_removal_without_consent_is_a_finding(lab: Lab) -> None:
    index = lab.record(removed(HELD), ROOT, CLERK)
    lab.record(registered(SPARE), ROOT, CLERK)
    approved(lab, loglab.certificate(), held=SPARE)
    report = audited(lab)
    assert (report.exit_code, report.problems) == (1, [])
    assert [(finding.index, finding.message) for finding in report.findings] == [
        (index, "a passkey of head-2 was removed without the consent of the passkeys that the account has")
    ]


def test_what_a_removed_passkey_signed_and_was_not_recorded_is_void(lab: Lab) -> None:
    approved(lab, registered(SPARE), ROOT, actors=CLERK)
    signed(lab, foreseen(lab, loglab.certificate()))
    approved(lab, removed(HELD), ROOT, held=SPARE, actors=CLERK)
    wrong(lab, lab.record(loglab.certificate()), "did not sign")


def test_a_removed_passkey_signs_nothing_more(lab: Lab) -> None:
    approved(lab, registered(SPARE), ROOT, actors=CLERK)
    approved(lab, removed(HELD), ROOT, held=SPARE, actors=CLERK)
    wrong(lab, signed(lab, foreseen(lab, loglab.certificate())), "is none of head-2's")


def test_passkeys_outlive_the_closing_of_the_account(lab: Lab) -> None:
    lab.record(kinds.AccountClosed(account_id=uuid("account " + HEAD), pseudonym=HEAD), ROOT, CLERK)
    lab.record(loglab.opened(HEAD, "approver"), ROOT, CLERK)
    good(lab)
    wrong(lab, lab.record(loglab.certificate()), "did not sign")


def test_a_passkey_of_a_closed_account_can_be_removed(lab: Lab) -> None:
    digests = foreseen(lab, replace(removed(HELD)), by=ROOT, actors=CLERK)
    lab.record(kinds.AccountClosed(account_id=uuid("account " + HEAD), pseudonym=HEAD), ROOT, CLERK)
    index = lab.record(removed(HELD), ROOT, CLERK)
    assert [finding.index for finding in audited(lab).findings] == [index]
    wrong(lab, signed(lab, digests), "no open account")


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (registered(HELD), "registered twice"),
        (registered(HELD, "clerk-1"), "registered twice"),
        (registered(SPARE, "nobody"), "no open account"),
        (replace(registered(SPARE), account_id=uuid("account clerk-1")), "has a stream of its own"),
        (replace(registered(SPARE), account_id=uuid("another")), "cannot follow an empty stream"),
        (registered(SPARE, rp_id="https://base.example.org"), "rp id"),
        (registered(SPARE, public_key=SPARE.cose_key + b"\x00"), "CBOR"),
        (registered(SPARE, public_key=b"\xa0"), "does not say type"),
        (removed(SPARE), "is none of head-2's"),
        (removed(HELD, "clerk-1"), "is none of clerk-1's"),
    ],
    ids=range(10),
)
def test_a_passkey_that_may_not_come_or_go(lab: Lab, event: Event, why: str) -> None:
    wrong(lab, lab.record(event, ROOT, CLERK), why)


def test_a_removed_passkey_does_not_come_back(lab: Lab) -> None:
    approved(lab, removed(HELD), ROOT, actors=CLERK)
    wrong(lab, lab.record(registered(HELD), ROOT, CLERK), "registered twice")


def test_passkeys_are_the_root_key_s(lab: Lab) -> None:
    wrong(lab, lab.record(registered(SPARE), BASE, CLERK), "not entitled to passkey.registered")


def test_what_a_thief_of_the_root_key_did_to_passkeys_is_told(lab: Lab) -> None:
    first = lab.record(registered(SPARE), ROOT, CLERK)
    second = lab.record(removed(HELD), ROOT, CLERK)
    other = Signer("other root", loglab.uri("CQUPT"))
    lab.record(loglab.authorised(other, "CQUPT", kinds.ROOT_KINDS), ROOT, CLERK)
    lab.record(
        kinds.KeyCompromised(organisation_id=uuid("organisation CQUPT"), kid=ROOT.kid, as_of=first), other, CLERK
    )
    report = audited(lab)
    assert report.disowned == [first, second, second + 1]
    told = [(finding.index, finding.message) for finding in report.findings]
    assert (first, "a disowned entry registered a passkey of head-2: remove it") in told
    assert (
        second,
        "a disowned entry removed a passkey of head-2: approvals since then are not bound by it",
    ) in told


# --- intakes --------------------------------------------------------------------------------------------------------

PACK = uuid("pack")
TAKEN_IN = kinds.PackTakenIn(
    pack_id=PACK, files={"roster": bytes(32)}, custody={"HUAWEI": "base"}, actors_defaulted=False, salt=bytes(16)
)


def test_who_signed_an_intake_approved_what_comes_of_its_rows(lab: Lab) -> None:
    approved(lab, TAKEN_IN, BASE)
    lab.record(loglab.certificate(), pack=PACK)
    lab.record(loglab.title(), AUTHORITY, pack=PACK)
    lab.record(kinds.CertificateRevoked(certificate_id=ONE, revoked_on=DAY, reason="other"), pack=PACK)
    assert "1 were signed by their approver's, 3 came with an intake" in good(lab).notes[-1]


def test_an_intake_is_signed_itself(lab: Lab) -> None:
    wrong(lab, lab.record(TAKEN_IN, BASE), "did not sign this pack.taken-in")


def test_an_intake_of_before_the_passkey_approves_nothing_after_it() -> None:
    lab = Lab.founded()
    lab.record(TAKEN_IN, BASE)
    lab.record(loglab.certificate(), pack=PACK)
    lab.record(registered(HELD), ROOT, CLERK)
    good(lab)
    wrong(lab, lab.record(loglab.title(), AUTHORITY, pack=PACK), "did not sign this title.granted")


def test_an_intake_approves_what_rows_can_say_and_nothing_else(lab: Lab) -> None:
    approved(lab, TAKEN_IN, BASE)
    lab.record(loglab.certificate(), pack=PACK)
    wrong(lab, lab.record(SUSPENDED, pack=PACK), "did not sign this certificate.suspended")


def test_an_intake_is_approved_by_one_approver(lab: Lab) -> None:
    lab.record(loglab.opened("head-3", "approver"), ROOT, CLERK)
    lab.record(TAKEN_IN, BASE, ("clerk-1", "head-3"))
    wrong(lab, lab.record(loglab.certificate(), pack=PACK), "did not sign this certificate.awarded")


def test_an_intake_whose_passkey_was_removed_approves_nothing_more(lab: Lab) -> None:
    approved(lab, TAKEN_IN, BASE)
    lab.record(loglab.certificate(), pack=PACK)
    approved(lab, registered(SPARE), ROOT, actors=CLERK)
    approved(lab, removed(HELD), ROOT, held=SPARE, actors=CLERK)
    wrong(lab, lab.record(loglab.title(), AUTHORITY, pack=PACK), "did not sign this title.granted")
