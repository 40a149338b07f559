"""Proposals: one proposes, another approves, and what was seen is recorded once, whatever dies in between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ledger import commands as c
from ledger import passkeys
from ledger.executing import Executor
from ledger.office.opening import Office
from ledger.office.proposals import MOST_COMMANDS, AlreadyDecided, Proposal, Proposals, Signature
from ledger.office.staff import Member
from ledger.refusals import Code, Refusal
from ledger.store import StoreBusy
from tests.authenticator import RP_ID, Authenticator
from tests.ledger import lives
from tests.ledger.deciders.story import COHORT, ENROLLED_ON, REGISTER, REQUESTED_ON
from tests.ledger.lives import Life
from tests.ledger.office.conftest import join
from verifier import kinds
from verifier.events import Event
from verifier.record import approved_digest
from verifier.statement import parse


class Fell(Exception):
    """The process dies here."""


@pytest.fixture
def clerk(office: Office) -> Member:
    return join(office, "clerk", "registrar", "assessor")


@pytest.fixture
def head(office: Office) -> Member:
    return join(office, "head", "approver")


@pytest.fixture
def life(office: Office) -> Life:
    life = Life(office.ledger)
    life.is_registered()
    life.is_trained()
    return life


def certification(office: Office, life: Life) -> c.RequestCertification:
    return c.RequestCertification(life.trainee, COHORT, office.ledger.desk().draw("BDI", 2024), REQUESTED_ON)


def proposed(office: Office, clerk: Member, life: Life) -> Proposal:
    return office.proposals.propose(clerk, [certification(office, life)], "spring cohort")


def awards(office: Office, life: Life) -> int:
    return len(office.ledger.desk().dossier(life.trainee).certificates)


def code_of(refusal: pytest.ExceptionInfo[Refusal]) -> Code:
    return refusal.value.code


def test_what_is_approved_is_recorded_as_it_was_seen(office: Office, clerk: Member, head: Member, life: Life) -> None:
    proposal = proposed(office, clerk, life)
    assert (proposal.number, proposal.kind, proposal.state, proposal.size, proposal.note) == (
        *(1, "request-certification", "open", 1),
        "spring cohort",
    )
    (seen,) = office.proposals.foresee(proposal.id, head.pseudonym)
    approved = office.proposals.approve(proposal.id, head, proposal.version)
    assert (approved.state, approved.approver, awards(office, life)) == ("approved", head.pseudonym, 0)
    done = office.proposals.carry_out(proposal.id)
    assert (done.state, done.done) == ("done", 1)
    assert office.proposals.unfinished() == []
    (certificate,) = office.ledger.desk().dossier(life.trainee).certificates.values()
    assert (certificate.event,) == seen.events
    entry = office.ledger.store.stream(certificate.id)[0]
    statement, _ = office.ledger.vault.read(entry)
    assert statement.record.envelope.actors == (clerk.pseudonym, head.pseudonym)


def test_the_same_proposal_sent_twice_is_one(office: Office, clerk: Member, life: Life) -> None:
    command, id_ = certification(office, life), office.ledger.desk().new_id()
    first = office.proposals.propose(clerk, [command], "", id_)
    assert office.proposals.propose(clerk, [command], "", id_) == first
    assert [item.id for item in office.proposals.all()] == [id_]


def test_nobody_approves_alone_or_without_the_role(office: Office, clerk: Member, head: Member, life: Life) -> None:
    proposal = proposed(office, clerk, life)
    both = join(office, "both", "registrar", "approver")
    own = proposed(office, both, life)
    with pytest.raises(Refusal) as refusal:
        office.proposals.approve(own.id, both, own.version)
    assert code_of(refusal) is Code.SAME_PERSON
    for member in (clerk, join(office, "reader", "auditor")):
        with pytest.raises(Refusal) as refusal:
            office.proposals.approve(proposal.id, member, proposal.version)
        assert code_of(refusal) in (Code.SAME_PERSON, Code.MISSING_ROLE)
    stranger = join(office, "stranger", "approver", organisation="EMPLOYER")
    with pytest.raises(Refusal) as refusal:
        office.proposals.approve(proposal.id, stranger, proposal.version)
    assert code_of(refusal) is Code.OTHER_ORGANISATION
    assert office.proposals.get(proposal.id) == proposal
    partner = join(office, "partner", "approver", organisation="PARTNER")
    assert office.proposals.approve(proposal.id, partner, proposal.version).state == "approved"


def test_declining_says_why_and_withdrawing_is_for_who_proposed(
    office: Office, clerk: Member, head: Member, life: Life
) -> None:
    first, second = proposed(office, clerk, life), proposed(office, clerk, life)
    with pytest.raises(Refusal) as refusal:
        office.proposals.decline(first.id, head, " ", first.version)
    assert code_of(refusal) is Code.BAD_TEXT
    with pytest.raises(Refusal) as refusal:
        office.proposals.decline(first.id, clerk, "no", first.version)
    assert code_of(refusal) is Code.SAME_PERSON
    declined = office.proposals.decline(first.id, head, "the minutes are missing", first.version)
    assert (declined.state, declined.reason, declined.approver) == (
        *("declined", "the minutes are missing"),
        head.pseudonym,
    )
    with pytest.raises(Refusal) as refusal:
        office.proposals.withdraw(second.id, head, second.version)
    assert code_of(refusal) is Code.MISSING_ROLE
    assert office.proposals.withdraw(second.id, clerk, second.version).state == "withdrawn"
    for proposal in (first, second):
        assert office.proposals.carry_out(proposal.id).done == 0
        with pytest.raises(AlreadyDecided) as late:
            office.proposals.approve(proposal.id, head, proposal.version)
        assert late.value.code is Code.ALREADY_DECIDED
    assert [item.state for item in office.proposals.all()] == ["withdrawn", "declined"]
    assert office.proposals.all(("open", "approved")) == []
    assert [item.number for item in office.proposals.all(before=2)] == [1]


def test_of_two_who_decide_at_once_one_comes_too_late(office: Office, clerk: Member, head: Member, life: Life) -> None:
    proposal = proposed(office, clerk, life)
    other = join(office, "other", "approver")

    def decide(member: Member) -> str:
        try:
            office.proposals.approve(proposal.id, member, proposal.version)
        except AlreadyDecided as late:
            return f"late: {late.proposal.state}"
        office.proposals.carry_out(proposal.id)
        return "approved"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(decide, (head, other)))
    assert said[0] == "approved"
    assert said[1] in ("late: approved", "late: done")
    assert awards(office, life) == 1


def test_two_proposals_of_one_award_make_one(office: Office, clerk: Member, head: Member, life: Life) -> None:
    first, second = proposed(office, clerk, life), proposed(office, clerk, life)
    for proposal in (first, second):
        office.proposals.approve(proposal.id, head, proposal.version)
    office.proposals.carry_out(first.id)
    office.proposals.carry_out(second.id)
    assert awards(office, life) == 1


def test_what_is_not_possible_any_more_is_not_approved(office: Office, clerk: Member, head: Member, life: Life) -> None:
    life.is_certified()
    (certificate,) = office.ledger.desk().dossier(life.trainee).certificates
    revocation = c.RevokeCertificate(life.trainee, COHORT, "fraud", REQUESTED_ON)
    proposal = office.proposals.propose(clerk, [revocation], "")
    life.does(revocation)
    with pytest.raises(Refusal) as refusal:
        office.proposals.approve(proposal.id, head, proposal.version)
    assert code_of(refusal) is Code.NO_AWARD
    assert office.proposals.get(proposal.id).state == "open"
    assert office.ledger.desk().dossier(life.trainee).certificates[certificate].award.revoked_on == REQUESTED_ON


def test_what_is_refused_when_its_turn_comes_stops_and_says_so(
    office: Office, clerk: Member, head: Member, life: Life
) -> None:
    life.is_certified()
    revocation = c.RevokeCertificate(life.trainee, COHORT, "other", REQUESTED_ON)
    proposal = office.proposals.propose(clerk, [revocation], "")
    office.proposals.approve(proposal.id, head, proposal.version)
    life.does(revocation)
    stopped = office.proposals.carry_out(proposal.id)
    assert (stopped.state, stopped.done) == ("stopped", 0)
    assert "no-award" in stopped.reason


class Falling(Executor):
    """Dies when so many commands are done, before or after the next is recorded."""

    def __init__(self, executor: Executor, after: int, recorded: bool) -> None:
        self._there, self._left, self._recorded = executor, after, recorded

    def execute(self, *arguments: object, **named: object) -> object:  # type: ignore[override]
        self._left -= 1
        if self._left < 0 and not self._recorded:
            raise Fell
        done = self._there.execute(*arguments, **named)  # type: ignore[arg-type]
        if self._left < 0:
            raise Fell
        return done


@pytest.mark.parametrize("recorded", [False, True])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_killed_in_the_middle_it_goes_on_and_awards_nobody_twice(
    office: Office, clerk: Member, head: Member, after: int, recorded: bool
) -> None:
    lives = [Life(office.ledger) for _ in range(3)]
    for n, life in enumerate(lives):
        life.does(*named(life, n))
        life.is_trained()
    proposal = office.proposals.propose(clerk, [certification(office, life) for life in lives], "")
    office.proposals.approve(proposal.id, head, proposal.version)
    parts = (office.cabinet, office.ledger.cabinet_key)
    falling = Falling(office.executor, after, recorded)
    dying = Proposals(*parts, falling, office.ledger.desk, office.ledger.clock, office.preparations)
    with pytest.raises(Fell):
        dying.carry_out(proposal.id)
    assert office.proposals.unfinished() == [proposal.id]
    done = office.proposals.carry_out(proposal.id)
    assert (done.state, done.done) == ("done", 3)
    assert [awards(office, life) for life in lives] == [1, 1, 1]


def named(life: Life, n: int) -> list[c.Command]:
    identity = {"trainee_no": f"T{n}", "id_type": "passport", "id_number": f"P{n:06}"}
    person = replace(REGISTER, trainee=life.trainee, **identity)  # type: ignore[arg-type]
    return [person, c.Enrol(life.trainee, life.enrolment, COHORT, ENROLLED_ON)]


def test_a_store_that_is_away_leaves_it_to_the_next_try(
    office: Office, clerk: Member, head: Member, life: Life
) -> None:
    proposal = proposed(office, clerk, life)
    office.proposals.approve(proposal.id, head, proposal.version)

    class Away(Executor):
        def __init__(self) -> None:
            pass

        def execute(self, *arguments: object, **named: object) -> object:  # type: ignore[override]
            raise StoreBusy("away")

    parts = (office.cabinet, office.ledger.cabinet_key)
    with pytest.raises(StoreBusy):
        Proposals(*parts, Away(), office.ledger.desk, office.ledger.clock, office.preparations).carry_out(proposal.id)
    assert office.proposals.get(proposal.id).state == "approved"
    assert office.proposals.carry_out(proposal.id).state == "done"


def test_a_run_is_of_one_kind_and_not_endless(office: Office, clerk: Member, life: Life) -> None:
    command = certification(office, life)
    other = c.EraseTrainee(life.trainee)
    for commands in ([], [command, other], [command] * (MOST_COMMANDS + 1)):
        with pytest.raises(Refusal) as refusal:
            office.proposals.propose(clerk, commands, "")
        assert code_of(refusal) is Code.BAD_NUMBER
    with pytest.raises(Refusal) as refusal:
        office.proposals.propose(clerk, [command], "x" * 2001)
    assert code_of(refusal) is Code.BAD_TEXT
    with pytest.raises(Refusal) as refusal:
        office.proposals.get(life.trainee)
    assert code_of(refusal) is Code.UNKNOWN_PROPOSAL


def test_a_refused_certification_is_recorded_as_one(office: Office, clerk: Member, head: Member) -> None:
    life = Life(office.ledger)
    life.is_registered()
    proposal = proposed(office, clerk, life)
    (seen,) = office.proposals.foresee(proposal.id, head.pseudonym)
    assert isinstance(seen.events[0], kinds.CertificationRefused)
    office.proposals.approve(proposal.id, head, proposal.version)
    assert office.proposals.carry_out(proposal.id).state == "done"
    recorded: list[Event] = [office.ledger.vault.read(e)[1] for e in office.ledger.store.stream(life.enrolment)]
    assert recorded[-1] == seen.events[0]


# --- personal approvals (ADR 30) --------------------------------------------------------------------------------------


def signs(office: Office, member: Member) -> Authenticator:
    """A passkey in the log that signs what the member approves."""
    device = Authenticator(member.login)
    register = c.RegisterPasskey(member.pseudonym, device.cose_key, RP_ID)
    passkeys.change(office.ledger, register, lives.operators(office.ledger))
    return device


def signed(device: Authenticator, digests: list[bytes]) -> Signature:
    assertion = device.approves(digests)
    return Signature(device.thumbprint, assertion.authenticator_data, assertion.client_data, assertion.signature)


def test_an_approvers_passkey_signs_what_comes_to_be_recorded(
    office: Office, clerk: Member, head: Member, life: Life
) -> None:
    device = signs(office, head)
    proposal = proposed(office, clerk, life)
    with pytest.raises(Refusal) as refusal:
        office.proposals.approve(proposal.id, head, proposal.version)
    assert code_of(refusal) is Code.NOT_SIGNED
    digests = office.proposals.to_sign(proposal.id, head)
    assert digests is not None
    assert digests == office.proposals.to_sign(proposal.id, head), "each look foresees the same"
    office.proposals.approve(proposal.id, head, proposal.version, signed(device, digests))
    assert office.proposals.carry_out(proposal.id).state == "done"
    (certificate,) = office.ledger.desk().dossier(life.trainee).certificates
    (entry,) = office.ledger.store.stream(certificate)
    assert approved_digest(parse(entry.statement).payload) in digests


def test_another_approver_signs_something_else(office: Office, clerk: Member, head: Member, life: Life) -> None:
    other = join(office, "other", "approver")
    device = signs(office, head)
    assert office.proposals.to_sign(proposed(office, clerk, life).id, other) is None
    signs(office, other)
    proposal = proposed(office, clerk, life)
    theirs = office.proposals.to_sign(proposal.id, other)
    assert theirs is not None
    assert theirs != office.proposals.to_sign(proposal.id, head)
    with pytest.raises(Refusal) as refusal:
        office.proposals.approve(proposal.id, head, proposal.version, signed(device, theirs))
    assert code_of(refusal) is Code.BAD_APPROVAL
    assert office.proposals.get(proposal.id).state == "open"


def test_what_changed_after_it_was_signed_is_not_recorded(
    office: Office, clerk: Member, head: Member, life: Life
) -> None:
    device = signs(office, head)
    proposal = proposed(office, clerk, life)
    digests = office.proposals.to_sign(proposal.id, head)
    assert digests is not None
    office.proposals.approve(proposal.id, head, proposal.version, signed(device, digests))
    life.does(c.ChangeName(life.trainee, "另一个名字", "marriage", REQUESTED_ON))
    stopped = office.proposals.carry_out(proposal.id)
    assert stopped.state == "stopped"
    assert "not-signed" in stopped.reason
    assert awards(office, life) == 0


def test_nothing_is_left_from_which_salts_could_be_worked_out(
    office: Office, clerk: Member, head: Member, life: Life
) -> None:
    done, declined = proposed(office, clerk, life), proposed(office, clerk, life)
    office.proposals.decline(declined.id, head, "twice", declined.version)
    office.proposals.approve(done.id, head, done.version)
    office.proposals.carry_out(done.id)
    for proposal in (done, declined):
        assert office.proposals.commands(proposal.id) == []
        assert office.proposals._body(office.proposals._row(proposal.id)) == ([], b"")


def test_a_person_stands_once_in_a_proposal(office: Office, clerk: Member, life: Life) -> None:
    with pytest.raises(Refusal) as refusal:
        office.proposals.propose(clerk, [certification(office, life), certification(office, life)], "")
    assert code_of(refusal) is Code.BAD_NUMBER
