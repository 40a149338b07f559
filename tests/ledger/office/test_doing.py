"""Doing what is asked: at once or by a proposal, once for each request, never what nobody else could approve."""

from __future__ import annotations

import pytest

from ledger import commands as c
from ledger.commands import Command
from ledger.office.doing import PROPOSED, do, needs_approval
from ledger.office.opening import Office
from ledger.refusals import Code, Refusal
from tests.ledger.deciders.story import COHORT, REQUESTED_ON, STARTS, D
from tests.ledger.lives import Life, operators
from tests.ledger.office.conftest import join


@pytest.fixture
def life(office: Office) -> Life:
    life = Life(office.ledger)
    life.is_registered()
    return life


def test_what_one_person_may_do_is_done_once(office: Office, life: Life) -> None:
    clerk, request = join(office, "clerk", "registrar"), office.ledger.desk().new_id()
    command = c.RecordAttendance(life.trainee, COHORT, "M1", D(4), STARTS)
    size = office.ledger.store.head().size
    for _ in range(2):
        done = do(office, clerk, command, request)
        assert done.proposal is None
        assert done.executed is not None
    assert office.ledger.store.head().size == size + 1


def test_what_needs_two_is_proposed_once(office: Office, life: Life) -> None:
    clerk, request = join(office, "clerk", "registrar"), office.ledger.desk().new_id()
    size = office.ledger.store.head().size
    for _ in range(2):
        done = do(office, clerk, c.EraseTrainee(life.trainee), request, "asked for by letter")
        assert done.executed is None
        assert done.proposal is not None
    assert [item.note for item in office.proposals.all()] == ["asked for by letter"]
    assert office.ledger.store.head().size == size


def test_a_form_that_is_sent_again_when_all_is_recorded_is_answered_as_before(office: Office, life: Life) -> None:
    clerk, head = join(office, "clerk", "registrar"), join(office, "head", "approver")
    request = office.ledger.desk().new_id()
    first = do(office, clerk, c.EraseTrainee(life.trainee), request).proposal
    assert first is not None
    office.proposals.approve(first.id, head, first.version)
    office.proposals.carry_out(first.id)
    again = do(office, clerk, c.EraseTrainee(life.trainee), request).proposal
    assert again is not None
    assert (again.id, again.state) == (first.id, "done")
    with pytest.raises(Refusal) as refusal:
        do(office, clerk, c.EraseTrainee(life.trainee), office.ledger.desk().new_id())
    assert refusal.value.code is Code.ERASED


def test_the_id_of_somebody_elses_proposal_is_not_ones_own(office: Office, life: Life) -> None:
    clerk, other = join(office, "clerk", "registrar"), join(office, "other", "registrar")
    request = office.ledger.desk().new_id()
    do(office, clerk, c.EraseTrainee(life.trainee), request)
    with pytest.raises(Refusal) as refusal:
        do(office, other, c.EraseTrainee(life.trainee), request)
    assert refusal.value.code is Code.IDEMPOTENCY_MISMATCH
    assert len(office.proposals.all()) == 1


def test_what_is_refused_today_is_not_proposed(office: Office, life: Life) -> None:
    clerk, request = join(office, "clerk", "registrar"), office.ledger.desk().new_id()
    for member, command, code in (
        (clerk, c.RevokeCertificate(life.trainee, COHORT, "fraud", REQUESTED_ON), Code.NO_AWARD),
        (join(office, "reader", "auditor"), c.EraseTrainee(life.trainee), Code.MISSING_ROLE),
        (join(office, "far", "registrar", organisation="EMPLOYER"), c.EraseTrainee(life.trainee), None),
    ):
        with pytest.raises(Refusal) as refusal:
            do(office, member, command, request)
        assert refusal.value.code is (code or Code.OTHER_ORGANISATION)
    assert office.proposals.all() == []


def test_what_nobody_else_could_approve_is_not_proposed(office: Office, life: Life) -> None:
    by = operators(office.ledger)
    assert by.approver is not None
    office.executor.execute(c.CloseAccount(by.approver), by)
    alone = join(office, "alone", "registrar", "approver")
    with pytest.raises(Refusal) as refusal:
        do(office, alone, c.EraseTrainee(life.trainee), office.ledger.desk().new_id())
    assert refusal.value.code is Code.NO_APPROVER
    join(office, "far", "approver", organisation="EMPLOYER")
    with pytest.raises(Refusal) as refusal:
        do(office, alone, c.EraseTrainee(life.trainee), office.ledger.desk().new_id())
    assert refusal.value.code is Code.OTHER_ORGANISATION
    join(office, "near", "approver")
    assert do(office, alone, c.EraseTrainee(life.trainee), office.ledger.desk().new_id()).proposal is not None


def test_which_commands_need_two_follows_from_the_events_they_record() -> None:
    """A command that records what needs an approver, and is not proposed, would be refused for want of one."""
    awarding = {c.RequestCertification, c.CorrectCertificate, c.DecideApplication, c.CorrectTitle}
    standing = {c.SuspendCertificate, c.ReinstateCertificate, c.RevokeCertificate, c.RevokeTitle}
    erasing = {c.EraseTrainee, c.EraseObjection}
    both = {c.SetNoticeTerms, c.SetWitnesses, c.TakeInPack, c.RecordDisclosure}
    assert awarding | standing | erasing | both == PROPOSED
    assert {command for command in Command.__args__ if needs_approval(command)} == PROPOSED
