"""What a member of staff may see: the one rule for consoles and programs.

Personal values are for who works with them: registrars, assessors, approvers, auditors. Staff of the base see
everybody, those of another organisation the people and cohorts that it is concerned with (`ledger.concerns`). What
somebody may not see is for them as if it were not there: the refusal is the same, so that nobody learns who is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, get_args
from uuid import UUID

from ledger import commands as c
from ledger import concerns
from ledger.deciders.base import Base
from ledger.office.proposals import Proposal
from ledger.office.staff import Member
from ledger.refusals import Code, Refusal
from ledger.register.scope import WHOLE, Scope
from verifier.dossier import Application, Dossier

PERSONAL_ROLES: Final = ("registrar", "assessor", "approver", "auditor")
"""Roles that see people; an administrator does keys and accounts."""
_OF_A_PERSON: Final = get_args(c.PersonCommand)


def sees_people(member: Member) -> bool:
    """Whether a member of staff sees anybody at all."""
    return not member.roles.isdisjoint(PERSONAL_ROLES)


def sees_person(member: Member, dossier: Dossier, base: Base) -> bool:
    """Whether a member of staff may see a person."""
    if not sees_people(member):
        return False
    return member.organisation == base.code or member.organisation in concerns.readers(dossier, base.catalogue)


def sees_cohort(member: Member, cohort: str, base: Base) -> bool:
    """Whether a member of staff may see a cohort, which holds no personal value."""
    return member.organisation == base.code or member.organisation in concerns.of_cohort(cohort, base.catalogue)


def check_person(member: Member, dossier: Dossier, base: Base) -> None:
    """Raises Refusal `unknown-trainee`, the same for nobody and for somebody out of sight; `erased` in the base."""
    if not sees_person(member, dossier, base):
        raise unknown_trainee()
    if dossier.erased:
        raise Refusal(Code.ERASED, "this trainee's data are erased")
    if dossier.trainee is None:
        raise unknown_trainee()


def unknown_trainee() -> Refusal:
    """Says by which rights there would be an answer, and nothing of whether there is anybody."""
    return Refusal(
        Code.UNKNOWN_TRAINEE,
        f"no such trainee, or none that this account may see: that takes one of the roles {', '.join(PERSONAL_ROLES)},"
        " in the base or in an organisation that is concerned with the trainee",
    )


def unknown_proposal() -> Refusal:
    """Of a proposal that there is not, and of one out of sight."""
    return Refusal(
        Code.UNKNOWN_PROPOSAL,
        f"no such proposal, or none that this account may see: that takes one of the roles {', '.join(PERSONAL_ROLES)},"
        " in the base, or in an organisation that proposed it or is concerned with everybody in it",
    )


def check_command(member: Member, command: c.Command, dossier: Callable[[UUID], Dossier], base: Base) -> None:
    """Raises Refusal where a command is about somebody whom its giver may not see, before anything is decided on them.

    Whoever enrols somebody in a cohort of their own organisation need not have seen them before.
    """
    if isinstance(command, c.EraseObjection | c.LodgeObjection):
        if member.organisation != base.code:
            raise Refusal(Code.OTHER_ORGANISATION, f"objections are kept by {base.code}, not by {member.organisation}")
    elif isinstance(command, _OF_A_PERSON) and not isinstance(command, c.RegisterTrainee):
        cohort = command.cohort if isinstance(command, c.Enrol) else ""
        if member.organisation in concerns.of_cohort(cohort, base.catalogue) and sees_people(member):
            return
        check_person(member, dossier(command.trainee), base)


def sees_proposal(
    member: Member, proposal: Proposal, commands: list[c.Command], dossier: Callable[[UUID], Dossier], base: Base
) -> bool:
    """Whether a member of staff may see a proposal.

    Of one that is done the commands are forgotten: from then on it is seen where it was made, in the base, and by who
    decided on it.
    """
    if not sees_people(member):
        return False
    if member.organisation in (base.code, proposal.organisation) or member.pseudonym == proposal.approver:
        return True
    return bool(commands) and all(_is_about(member.organisation, command, dossier, base) for command in commands)


def _is_about(organisation: str, command: Any, dossier: Callable[[UUID], Dossier], base: Base) -> bool:
    if isinstance(command, c.SetNoticeTerms):
        return command.authority == organisation
    if not isinstance(command, _OF_A_PERSON):
        return False
    cohort = getattr(command, "cohort", "")  # known without opening anybody's dossier
    return organisation in concerns.of_cohort(cohort, base.catalogue) or (
        organisation in concerns.readers(dossier(command.trainee), base.catalogue)
    )


def scope_of(member: Member, base: Base) -> Scope:
    """The rows of the register that a member of staff may see. Raises Refusal `missing-role` for who sees nobody."""
    if not sees_people(member):
        raise Refusal(Code.MISSING_ROLE, f"seeing people takes one of the roles {', '.join(PERSONAL_ROLES)}")
    return WHOLE if member.organisation == base.code else Scope(member.organisation)


def sees_training(member: Member, dossier: Dossier, cohort: str, base: Base) -> bool:
    """Whether a member of staff who may see a person may see the person's enrolment and certificate in a cohort.

    As the register's lists have it: an organisation that teaches or certifies other cohorts of the person does not.
    """
    if not sees_person(member, dossier, base):
        return False
    return member.organisation in concerns.of_cohort(cohort, base.catalogue) or sees_whole(member, dossier, base)


def sees_application(member: Member, dossier: Dossier, application: Application, base: Base) -> bool:
    """Whether a member of staff who may see a person may see one of the person's title applications, and its title."""
    if not sees_person(member, dossier, base):
        return False
    return member.organisation == base.code or (
        member.organisation in concerns.of_application(application, dossier, base.catalogue)
    )


def sees_whole(member: Member, dossier: Dossier, base: Base) -> bool:
    """Whether a member of staff who may see a person may see all of the person's affairs, whatever they are about."""
    if not sees_person(member, dossier, base):
        return False
    return member.organisation == base.code or member.organisation in concerns.beyond_training(dossier, base.catalogue)


def check_administrator(member: Member) -> None:
    """Raises Refusal `missing-role` unless a member of staff is an administrator, of whatever organisation."""
    if "administrator" not in member.roles:
        raise Refusal(Code.MISSING_ROLE, f"{member.pseudonym} lacks the role administrator")


def check_keeps_staff(member: Member, base: Base) -> None:
    """Raises Refusal unless a member of staff may see who there is, and let people in: an administrator of the base."""
    check_administrator(member)
    if member.organisation != base.code:
        raise Refusal(Code.OTHER_ORGANISATION, f"accounts are kept by {base.code}, not by {member.organisation}")
