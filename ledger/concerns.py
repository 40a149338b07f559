"""Which organisations a person's affairs and a cohort are about: in one place, for who acts and for who reads.

Acting: what the base records at an organisation's word (`verifier.staff.DELEGATED_KINDS`). Reading: whom the staff
of an organisation other than the base may see (`ledger.office.seeing`).
"""

from __future__ import annotations

from ledger import commands as c
from verifier.catalogue import Catalogue
from verifier.dossier import Application, Dossier
from verifier.rules import policy_in_force


def of_cohort(cohort: str, catalogue: Catalogue) -> frozenset[str]:
    """Those that teach and certify a cohort's programme; none for a cohort that there is not."""
    known = catalogue.cohorts.get(cohort)
    programme = None if known is None else catalogue.programme_of(known)
    return frozenset() if programme is None else frozenset({programme.taught_by, programme.certified_by})


def of_person(dossier: Dossier, catalogue: Catalogue) -> frozenset[str]:
    """Those that employ a person, and that teach and certify the cohorts that the person is in."""
    found = set[str]()
    if dossier.trainee is not None and dossier.trainee.employer is not None:
        found.add(dossier.trainee.employer)
    for enrolment in dossier.enrolments.values():
        found |= of_cohort(enrolment.cohort, catalogue)
    return frozenset(found)


def of_command(command: c.PersonCommand, dossier: Dossier, catalogue: Catalogue) -> frozenset[str]:
    """Those at whose word a command about a person may be recorded: the person's, and whom the command itself names.

    Of an enrolment it is those of its cohort alone, not of others that the person is in.
    """
    if isinstance(command, c.Enrol | c.Withdraw):
        return of_cohort(command.cohort, catalogue)
    named = {getattr(command, "recommended_by", None)}
    named.add(command.employer if isinstance(command, c.RegisterTrainee) else None)
    return of_person(dossier, catalogue) | frozenset(code for code in named if code is not None)


def readers(dossier: Dossier, catalogue: Catalogue) -> frozenset[str]:
    """Those that may see a person: those of `of_person`, who recommends an application, the authority that decides."""
    return of_person(dossier, catalogue) | beyond_training(dossier, catalogue)


def beyond_training(dossier: Dossier, catalogue: Catalogue) -> frozenset[str]:
    """Those that a person has to do with by more than a cohort: who employs and recommends, the authority."""
    found = set(_employer(dossier))
    for application in dossier.applications.values():
        found |= of_application(application, dossier, catalogue)
    return frozenset(found)


def of_application(application: Application, dossier: Dossier, catalogue: Catalogue) -> frozenset[str]:
    """Who recommends an application, the authority that decides, and who employs the person."""
    found = _employer(dossier) | _authority(application, catalogue)
    if isinstance(application.filed.recommended_by, str):
        found.add(application.filed.recommended_by)
    return frozenset(found)


def _employer(dossier: Dossier) -> set[str]:
    return set() if dossier.trainee is None or dossier.trainee.employer is None else {dossier.trainee.employer}


def _authority(application: Application, catalogue: Catalogue) -> set[str]:
    """The authority of the edition that an application is decided under, or that was in force on its day."""
    if application.policy is not None:
        return {catalogue.policy(application.policy).authority}
    in_force = policy_in_force(catalogue.policies, application.applied_on)
    return set() if in_force is None else {in_force.authority}
