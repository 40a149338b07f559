"""What pages read of an application: history, days, who may take a step, what waits; the register's one line."""

from __future__ import annotations

from datetime import timedelta

from ledger import commands as c
from ledger.office.allowed import why_not
from ledger.office.case import case_of
from ledger.office.doing import do
from ledger.office.history import history, history_of_base, owner_of
from ledger.office.keys import keys_of
from ledger.office.opening import Office
from ledger.office.waiting import proposals_about
from ledger.open import Ledger
from ledger.refusals import Code
from ledger.register.reading import open_register
from ledger.register.scope import Scope
from tests.ledger.deciders.story import FIRST_DECISION, POSTED_ON
from tests.ledger.lives import Life
from tests.ledger.office.conftest import join

ONE = timedelta(days=1)


def test_an_application_is_read_as_it_stands_on_a_day(ledger: Ledger, office: Office) -> None:
    life = Life(ledger)
    life.is_in_notice()
    told = history(ledger, life.application)
    assert [item.kind for item in told] == [
        "application.filed",
        "application.found-eligible",
        "panel.voted",
        "notice.posted",
    ]
    assert {item.actors for item in told} == {(life.actors.proposer,)}
    assert not any(item.historical for item in told)
    assert owner_of(ledger, life.application) == life.trainee
    early, due = (case_of(office, life.trainee, life.application, day) for day in (POSTED_ON, FIRST_DECISION))
    assert early is not None
    assert due is not None
    assert early.first_day == due.first_day == FIRST_DECISION
    assert (early.reason, due.reason) == ("notice-too-short", None)
    life.does(c.RaiseObjection(life.trainee, life.application, "copied", POSTED_ON))
    case = case_of(office, life.trainee, life.application, POSTED_ON + ONE)
    assert case is not None
    assert case.unanswered
    assert [(item.grounds, item.answer, item.lodged) for item in case.objections] == [("copied", "pending", None)]
    assert case_of(office, life.trainee, life.enrolment, POSTED_ON) is None
    life.does(c.EraseTrainee(life.trainee))
    assert case_of(office, life.trainee, life.application, POSTED_ON) is None
    assert owner_of(ledger, life.application) is None


def test_a_step_is_for_the_role_and_the_organisation_that_it_needs(ledger: Ledger, office: Office) -> None:
    clerk, boss = join(office, "clerk", "registrar"), join(office, "boss", "administrator")
    theirs = join(office, "theirs", "registrar", organisation="BUREAU")
    far = join(office, "far", "registrar", organisation="EMPLOYER")

    def code(member: object, organisation: str = "BUREAU", kind: str = "panel.voted") -> Code | None:
        refusal = why_not(office, member, kind, organisation)  # type: ignore[arg-type]
        return None if refusal is None else refusal.code

    assert code(clerk) is None
    assert code(theirs) is None
    assert code(clerk, kind="title.granted") is None  # another approves, which is asked when it is proposed
    assert code(boss) is Code.MISSING_ROLE
    assert code(far) is Code.OTHER_ORGANISATION
    assert code(clerk, "EMPLOYER") is Code.NO_KEY


def test_what_waits_is_found_by_what_it_is_about(ledger: Ledger, office: Office) -> None:
    life, clerk = Life(ledger), join(office, "clerk", "registrar")
    join(office, "head", "approver")
    life.is_in_notice()
    desk = ledger.desk()
    command = c.DecideApplication(life.trainee, life.application, desk.draw("AENG", 2024), FIRST_DECISION)
    proposal = do(office, clerk, command, desk.new_id()).proposal
    assert proposal is not None
    names = ("decide-application",)
    assert proposals_about(office, life.trainee, names, application=life.application) == [proposal]
    assert proposals_about(office, life.trainee, names, application=life.trainee) == []
    assert proposals_about(office, life.application, names) == []
    assert proposals_about(office, life.trainee, ("revoke-title",)) == []
    office.proposals.withdraw(proposal.id, clerk, proposal.version)
    assert proposals_about(office, life.trainee, names) == []


def test_keys_are_listed_with_what_became_of_them(ledger: Ledger, office: Office) -> None:
    life = Life(ledger)
    first = next(key for key in keys_of(history_of_base(ledger)) if key.organisation == "BUREAU")
    assert (first.custody, first.in_use) == ("base", True)
    life.does(c.ReportKeyCompromised(first.kid, 9), c.ReportKeyCompromised(first.kid, 5))
    life.does(c.ReportKeyCompromised(first.kid, 7))
    found = {key.kid: key for key in keys_of(history_of_base(ledger))}
    assert found[first.kid].compromised_from == 5
    assert not found[first.kid].in_use
    assert {key.custody for key in found.values() if key.organisation == "BASE"} == {"base"}


def test_the_register_gives_one_application_and_one_title_to_who_sees_them(ledger: Ledger) -> None:
    life = Life(ledger)
    life.is_registered()
    life.is_trained()
    life.is_certified()
    life.is_titled()
    (title,) = ledger.desk().dossier(life.trainee).titles
    with open_register(ledger) as register:
        for scope in (Scope(), Scope("BUREAU"), Scope("EMPLOYER")):
            application, line = register.application(life.application, scope), register.title(title, POSTED_ON, scope)
            assert application is not None
            assert line is not None
            assert (application.who, application.application) == (line.who, line.application)
        for scope in (Scope("PARTNER"), Scope("ELSEWHERE")):
            assert register.application(life.application, scope) is None
            assert register.title(title, POSTED_ON, scope) is None
        assert register.application(title) is None
        assert register.title(life.application, POSTED_ON) is None
