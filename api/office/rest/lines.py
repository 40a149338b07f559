"""Lines of the register's lists as models: what the console's tables show of people and papers."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from api.office.rest.answers import Told
from ledger.register.lines import (
    ApplicationLine,
    CertificateLine,
    CohortLine,
    EnrolmentLine,
    PersonLine,
    TitleLine,
    Who,
)


class WhoTold(Told):
    """A person as lists show it."""

    id: UUID
    trainee_no: str
    name: str
    id_type: str
    id_number: str = Field(description="Its middle is hidden, whoever asks.")


class CohortLineTold(Told):
    """A cohort with its numbers, which count who is not erased."""

    code: str
    programme: str
    programme_edition: int
    starts_on: date
    ends_on: date
    capacity: int
    taught_by: str
    certified_by: str
    enrolled: int
    trained: int = Field(description="The hours of every module are enough.")
    withdrawn: int
    certified: int
    titled: int


class PersonLineTold(Told):
    """A trainee."""

    trainee: WhoTold
    registered_on: date
    employer: str | None
    education: str


class EnrolmentLineTold(Told):
    """A trainee in a cohort."""

    id: UUID
    trainee: WhoTold
    cohort: str
    enrolled_on: date
    status: str = Field(description="`enrolled`, `trained`, `withdrawn`, `refused` or `certified`.")
    trained: bool
    withdrawn_on: date | None
    total: str | None
    refused_for: str | None
    asked_on: date | None
    certificate: UUID | None


class CertificateLineTold(Told):
    """A certificate."""

    id: UUID
    trainee: WhoTold
    number: str
    enrolment: UUID
    cohort: str
    programme: str
    total: str
    awarded_on: date
    expires_on: date
    standing: str = Field(description="On the present day.")
    revoked_for: str | None


class ApplicationLineTold(Told):
    """A title application, and what was done last."""

    id: UUID
    trainee: WhoTold
    application_no: str
    level: str
    speciality: str
    recommended_by: str | None
    authority: str | None
    applied_on: date
    step: str = Field(description="`filed`, `eligible`, `panel`, `notice`, `granted` or `refused`.")
    policy: str | None
    route: str | None
    voted_on: date | None
    posted_on: date | None
    objection: str
    ended_on: date | None
    reason: str | None


class TitleLineTold(Told):
    """A title granted here."""

    id: UUID
    trainee: WhoTold
    number: str
    application: UUID
    level: str
    speciality: str
    policy: str
    granted_on: date
    standing: str = Field(description="On the present day.")
    revoked_for: str | None


def who_told(who: Who) -> WhoTold:
    """The model of a person in a list."""
    return WhoTold(
        id=who.subject,
        trainee_no=who.trainee_no,
        name=who.name,
        id_type=who.id_type,
        id_number=who.id_number_masked,
    )


def cohort_line(line: CohortLine) -> CohortLineTold:
    """The model of a cohort's line."""
    return CohortLineTold(
        code=line.cohort,
        programme=line.programme,
        programme_edition=line.edition,
        starts_on=line.starts_on,
        ends_on=line.ends_on,
        capacity=line.places,
        taught_by=line.taught_by,
        certified_by=line.certified_by,
        enrolled=line.enrolled,
        trained=line.trained,
        withdrawn=line.withdrawn,
        certified=line.certified,
        titled=line.titled,
    )


def person_line(line: PersonLine) -> PersonLineTold:
    """The model of a trainee's line."""
    return PersonLineTold(
        trainee=who_told(line.who),
        registered_on=line.registered_on,
        employer=line.employer,
        education=line.education,
    )


def enrolment_line(line: EnrolmentLine) -> EnrolmentLineTold:
    """The model of an enrolment's line."""
    return EnrolmentLineTold(
        id=line.enrolment,
        trainee=who_told(line.who),
        cohort=line.cohort,
        enrolled_on=line.enrolled_on,
        status=line.status,
        trained=line.trained,
        withdrawn_on=line.withdrawn_on,
        total=None if line.total is None else format(line.total, "f"),
        refused_for=line.refused_for,
        asked_on=line.asked_on,
        certificate=line.certificate,
    )


def certificate_line(line: CertificateLine) -> CertificateLineTold:
    """The model of a certificate's line."""
    return CertificateLineTold(
        id=line.certificate,
        trainee=who_told(line.who),
        number=line.number,
        enrolment=line.enrolment,
        cohort=line.cohort,
        programme=line.programme,
        total=format(line.total, "f"),
        awarded_on=line.awarded_on,
        expires_on=line.expires_on,
        standing=line.standing.value,
        revoked_for=line.revoked_for,
    )


def application_line(line: ApplicationLine) -> ApplicationLineTold:
    """The model of an application's line."""
    return ApplicationLineTold(
        id=line.application,
        trainee=who_told(line.who),
        application_no=line.application_no,
        level=line.level,
        speciality=line.speciality,
        recommended_by=line.recommended_by,
        authority=line.authority,
        applied_on=line.applied_on,
        step=line.step,
        policy=line.policy,
        route=line.route,
        voted_on=line.voted_on,
        posted_on=line.posted_on,
        objection=line.objection,
        ended_on=line.ended_on,
        reason=line.reason,
    )


def title_line(line: TitleLine) -> TitleLineTold:
    """The model of a title's line."""
    return TitleLineTold(
        id=line.title,
        trainee=who_told(line.who),
        number=line.number,
        application=line.application,
        level=line.level,
        speciality=line.speciality,
        policy=line.policy,
        granted_on=line.granted_on,
        standing=line.standing.value,
        revoked_for=line.revoked_for,
    )
