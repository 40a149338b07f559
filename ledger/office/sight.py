"""What one member of staff sees now: cohorts, people, their papers. What is out of sight is as if it were not there."""

from __future__ import annotations

from uuid import UUID

from ledger.handle import moment_of
from ledger.office import seeing
from ledger.office.opening import Office
from ledger.office.staff import Member
from ledger.refusals import Code, Refusal
from ledger.register.lines import CohortLine
from ledger.register.reading import Register
from verifier.current import business_day
from verifier.dossier import Application, Certificate, Dossier, Enrolment
from verifier.rules import Programme


class OutOfSight(Refusal):
    """What was asked for is not there, or is not to be seen: nobody can tell which."""


class Sight:
    """For one request of one member of staff. Not shared between threads."""

    def __init__(self, office: Office, register: Register, member: Member) -> None:
        """Brings the register to the end of the log. Raises Refusal `missing-role` for who sees nobody; StoreError."""
        self.member, self.register = member, register
        self.base = office.executor.base()
        self.scope = seeing.scope_of(member, self.base)
        register.catch_up()
        self.today = business_day(moment_of(office.ledger.clock))
        self.desk = office.ledger.desk(self.base)

    def cohort(self, code: str) -> CohortLine:
        """A cohort. Raises OutOfSight `unknown-cohort`."""
        found = self.register.cohort(code, self.scope)
        if found is None:
            raise OutOfSight(Code.UNKNOWN_COHORT, "no such cohort, or none that this account may see")
        return found

    def programme(self, cohort: str) -> Programme:
        """The edition of the programme that a cohort was opened under."""
        return self.base.catalogue.programme_of(self.base.catalogue.cohorts[cohort])

    def dossier(self, trainee: UUID) -> Dossier:
        """A person. Raises OutOfSight `unknown-trainee`, `erased`."""
        dossier = self.desk.dossier(trainee)
        try:
            seeing.check_person(self.member, dossier, self.base)
        except Refusal as refusal:
            raise OutOfSight(refusal.code, refusal.message) from None
        return dossier

    def enrolment(self, dossier: Dossier, enrolment: UUID) -> Enrolment:
        """An enrolment of a person who is seen. Raises OutOfSight `not-enrolled`."""
        found = dossier.enrolments.get(enrolment)
        if found is None or not self.sees_training(dossier, found.cohort):
            raise OutOfSight(Code.NOT_ENROLLED, "no such enrolment, or none that this account may see")
        return found

    def certificate(self, dossier: Dossier, certificate: UUID) -> Certificate:
        """A certificate of a person who is seen. Raises OutOfSight `no-award`."""
        found = dossier.certificates.get(certificate)
        if found is None or not self.sees_training(dossier, str(found.event.cohort)):
            raise OutOfSight(Code.NO_AWARD, "no such certificate, or none that this account may see")
        return found

    def sees_training(self, dossier: Dossier, cohort: str) -> bool:
        """Whether a person's enrolment and certificate in a cohort are seen."""
        return seeing.sees_training(self.member, dossier, cohort, self.base)

    def sees_application(self, dossier: Dossier, application: Application) -> bool:
        """Whether a title application of a person who is seen is seen."""
        return seeing.sees_application(self.member, dossier, application, self.base)
