"""Who sees whom: by role, by organisation, and the same refusal for nobody as for somebody out of sight."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger import commands as c
from ledger.office import seeing
from ledger.office.opening import Office
from ledger.office.proposals import Proposal
from ledger.office.staff import Member
from ledger.refusals import Code, Refusal
from tests.ledger.deciders.story import COHORT, ENROLLED_ON, REGISTER, REQUESTED_ON, STARTS, D, drawn
from tests.ledger.deciders.test_decide_base import ACCREDIT
from tests.ledger.lives import Life, operators
from tests.ledger.office.conftest import join
from verifier.authority import ROLES


@pytest.fixture
def life(office: Office) -> Life:
    far = replace(ACCREDIT, organisation_id=office.ledger.desk().new_id(), code="FAR", kind="enterprise")
    office.executor.execute(far, operators(office.ledger))
    life = Life(office.ledger)
    life.is_registered()
    return life


def sees(office: Office, member: Member, life: Life) -> bool:
    desk = office.ledger.desk()
    return seeing.sees_person(member, desk.dossier(life.trainee), desk.base)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_roles_that_see_people(office: Office, life: Life, role: str) -> None:
    assert sees(office, join(office, "a", role), life) == (role not in ("administrator", "public"))


def test_other_organisations_see_whom_they_are_concerned_with(office: Office, life: Life) -> None:
    members = {code: join(office, code, "registrar", organisation=code) for code in ("PARTNER", "EMPLOYER", "FAR")}
    bureau = join(office, "bureau", "auditor", organisation="BUREAU")
    assert {code: sees(office, member, life) for code, member in members.items()} == {
        "PARTNER": True,  # certifies the cohort
        "EMPLOYER": True,  # employs
        "FAR": False,
    }
    assert not sees(office, bureau, life)
    life.is_trained(), life.is_certified(), life.applies()
    assert sees(office, bureau, life), "the authority decides on the application"
    base = office.executor.base()
    told = {code: seeing.sees_cohort(member, COHORT, base) for code, member in members.items()}
    assert told == {"PARTNER": True, "EMPLOYER": False, "FAR": False}
    assert not seeing.sees_cohort(members["FAR"], "NONE", base)


def test_out_of_sight_is_as_if_not_there(office: Office, life: Life) -> None:
    far, desk = join(office, "far", "registrar", organisation="FAR"), office.ledger.desk()
    told = []
    for who in (life.trainee, desk.new_id()):
        with pytest.raises(Refusal) as refused:
            seeing.check_person(far, desk.dossier(who), desk.base)
        told.append((refused.value.code, refused.value.message))
    assert told[0] == told[1]
    assert told[0][0] is Code.UNKNOWN_TRAINEE


def test_commands_about_somebody_out_of_sight(office: Office, life: Life) -> None:
    far, partner = (join(office, code, "registrar", organisation=code) for code in ("FAR", "PARTNER"))
    desk = office.ledger.desk()

    def check(member: Member, command: c.Command) -> None:
        seeing.check_command(member, command, desk.dossier, desk.base)

    stranger = desk.new_id()
    attended = c.RecordAttendance(life.trainee, COHORT, "M1", D(1), STARTS)
    check(partner, attended)
    for command in (
        attended,
        c.Enrol(life.trainee, desk.new_id(), COHORT, ENROLLED_ON),
        c.ApplyForTitle(life.trainee, desk.new_id(), "A", "engineer", "x", "FAR", REQUESTED_ON),
        replace(attended, trainee=stranger),
    ):
        with pytest.raises(Refusal) as refused:
            check(far, command)
        assert refused.value.code is Code.UNKNOWN_TRAINEE
    # Who enrols somebody in a cohort of their own need not have seen them; who registers somebody cannot have.
    check(partner, c.Enrol(stranger, desk.new_id(), COHORT, ENROLLED_ON))
    check(far, replace(REGISTER, trainee=stranger))
    with pytest.raises(Refusal) as refused:
        check(far, c.EraseObjection(stranger, REQUESTED_ON))
    assert refused.value.code is Code.OTHER_ORGANISATION
    with pytest.raises(Refusal) as refused:
        check(join(office, "admin", "administrator"), attended)
    assert refused.value.code is Code.UNKNOWN_TRAINEE


def test_in_the_base_the_erased_are_told_from_the_unknown(office: Office, life: Life) -> None:
    clerk = join(office, "clerk", "registrar")
    life.does(c.EraseTrainee(life.trainee))
    desk = office.ledger.desk()
    with pytest.raises(Refusal) as refused:
        seeing.check_person(clerk, desk.dossier(life.trainee), desk.base)
    assert refused.value.code is Code.ERASED


def test_proposals_are_seen_by_who_made_them_and_whom_they_concern(office: Office, life: Life) -> None:
    certification: list[c.Command] = [c.RequestCertification(life.trainee, COHORT, drawn("x"), REQUESTED_ON)]
    erasure: list[c.Command] = [c.EraseTrainee(life.trainee)]
    terms: list[c.Command] = [c.SetNoticeTerms(life.trainee, "BUREAU", (), "x", "x", "x", 1)]
    unknown: list[c.Command] = [*erasure, c.EraseTrainee(office.ledger.desk().new_id())]
    desk = office.ledger.desk()

    def seen(member: Member, organisation: str, commands: list[c.Command], approver: str = "") -> bool:
        made = Proposal(desk.new_id(), 1, "", "done", 1, "", organisation, approver, 0, 0, "", "", 1, 1)
        return seeing.sees_proposal(member, made, commands, desk.dossier, desk.base)

    every = (certification, erasure, terms, unknown)
    table = {"BASE": "1111", "PARTNER": "1100", "EMPLOYER": "1100", "BUREAU": "0010", "FAR": "0000"}
    for code, expected in table.items():
        member = join(office, code, "approver", organisation=code)
        assert "".join(str(int(seen(member, "BASE", commands))) for commands in every) == expected, code
        assert seen(member, code, unknown), "what one's own organisation proposed"
        assert seen(member, "BASE", [], member.pseudonym), "what one decided on, when the commands are forgotten"
    assert not seen(join(office, "admin", "administrator"), "BASE", certification)
