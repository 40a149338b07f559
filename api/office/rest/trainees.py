"""Trainees: everything that the ledger knows of one person, for who may see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.office.gate import Gate
from api.office.rest.answers import PREFIX, SIGNED_IN, Told, statuses, told
from api.office.rest.bodies import etag
from ledger.deciders.base import Base
from ledger.deciders.masking import mask_id_number
from ledger.handle import Clock, moment_of
from ledger.office.opening import Office
from ledger.office.reading import reading_desk
from ledger.office.seeing import check_person, sees_application, sees_training, unknown_trainee
from ledger.office.staff import Member
from verifier.current import business_day
from verifier.dossier import Application, Certificate, Dossier, Enrolment, Title, Trainee, shown
from verifier.rules import Amendment, Result

WHOLE_ID_ROLES: Final = ("registrar", "auditor")
"""Who sees an identity document's whole number; to others its middle is hidden."""
_ID_LENGTH: Final = 36


class Person(Told):
    """A person as of the last event."""

    trainee_no: str
    name: str
    id_type: str
    id_number: str = Field(description="Whole for registrars and auditors; to others its middle is hidden.")
    education: str
    graduated_on: date | None
    practice_from: date
    title_held: str | None = Field(description="As declared; titles granted here stand by themselves.")
    title_since: date | None
    employer: str | None
    email: str | None
    phone: str | None
    registered_on: date


class AttendanceTold(Told):
    """Hours attended in a module."""

    module: str
    hours: str
    on: date


class ResultTold(Told):
    """The score of an attempt; an amendment replaces it."""

    assessment: str
    attempt: int
    score: str
    on: date


class EnrolmentTold(Told):
    """A trainee in a cohort."""

    id: UUID
    cohort: str
    enrolled_on: date
    withdrawn_on: date | None
    attendance: list[AttendanceTold]
    results: list[ResultTold]
    amendments: list[ResultTold]


class AwardTold(Told):
    """What stands of an award."""

    id: UUID
    number: str
    link: str = Field(description="Opens the holder's page: /c/<link>.")
    awarded_on: date
    standing: str = Field(description="On the present day.")
    revoked_on: date | None
    revoked_for: str | None
    superseded_on: date | None
    corrects: UUID | None


class CertificateTold(AwardTold):
    """A certificate."""

    enrolment: UUID
    cohort: str
    programme: str
    total: str
    expires_on: date


class TitleTold(AwardTold):
    """A title granted here."""

    application: UUID
    level: str
    speciality: str
    policy: str
    route: str


class ApplicationTold(Told):
    """A title application on its way."""

    id: UUID
    application_no: str
    level: str
    speciality: str
    applied_on: date
    recommended_by: str | None
    policy: str | None
    route: str | None
    voted_on: date | None
    posted_on: date | None
    objection: str
    unresolved: bool = Field(description="Whether an objection was raised and is not resolved yet.")
    ended_on: date | None


class TraineeTold(Told):
    """Everything that the ledger knows of one person and the account may see."""

    id: UUID
    revision: int = Field(description="Counts the events about the person; the ETag in clear.")
    person: Person
    enrolments: list[EnrolmentTold]
    certificates: list[CertificateTold]
    applications: list[ApplicationTold]
    titles: list[TitleTold]


def add(made: APIRouter, office: Callable[[], Office], gate: Gate, clock: Clock) -> None:
    """Adds the routes."""
    documented = statuses(*SIGNED_IN, 404, 410, 422)
    documented[200] = {"headers": {"ETag": {"schema": {"type": "string"}, "description": "For `If-Match`."}}}

    def answer(member: Member, trainee: UUID | None) -> Response:
        desk = reading_desk(office())
        if trainee is None:
            raise unknown_trainee()
        dossier = desk.dossier(trainee)
        check_person(member, dossier, desk.base)
        model = _trainee(dossier, member, desk.base, business_day(moment_of(clock)))
        headers = {"ETag": etag(model.revision), "Content-Location": f"{PREFIX}/trainees/{trainee}"}
        return told(model, headers=headers)

    @made.get(
        "/trainees",
        response_model=TraineeTold,
        responses=documented,
        operation_id="find_trainee",
        summary="The trainee of a number",
    )
    def find(request: Request, trainee_no: Annotated[str, Query(min_length=1, max_length=200)]) -> Response:
        member = gate.acting(request).member
        return answer(member, reading_desk(office()).find_trainee(trainee_no))

    @made.get(
        "/trainees/{trainee}",
        response_model=TraineeTold,
        responses=documented,
        operation_id="get_trainee",
        summary="The trainee of an id",
    )
    def get(request: Request, trainee: Annotated[str, Path(json_schema_extra={"format": "uuid"})]) -> Response:
        return answer(gate.acting(request).member, id_of(trainee))


def id_of(text: str) -> UUID | None:
    """An id as it stands in an address, in its one form; None for what is none."""
    try:
        found = UUID(text) if len(text) == _ID_LENGTH else None
    except ValueError:
        return None
    return found if str(found) == text else None


def _trainee(dossier: Dossier, member: Member, base: Base, today: date) -> TraineeTold:
    """A person, with those of the person's affairs that the member sees."""
    assert dossier.trainee is not None

    def trained(cohort: str) -> bool:
        return sees_training(member, dossier, cohort, base)

    applications = [item for item in dossier.applications.values() if sees_application(member, dossier, item, base)]
    seen = {item.id for item in applications}
    return TraineeTold(
        id=dossier.subject,
        revision=sum(dossier.versions.values()),
        person=_person(dossier.trainee, not member.roles.isdisjoint(WHOLE_ID_ROLES)),
        enrolments=[_enrolment(item) for item in dossier.enrolments.values() if trained(item.cohort)],
        certificates=[
            certificate_told(item, today) for item in dossier.certificates.values() if trained(shown(item.event.cohort))
        ],
        applications=[_application(item) for item in applications],
        titles=[title_told(item, today) for item in dossier.titles.values() if shown(item.event.application) in seen],
    )


def _person(trainee: Trainee, whole_id: bool) -> Person:
    return Person(
        trainee_no=trainee.trainee_no,
        name=trainee.name,
        id_type=trainee.id_type,
        id_number=trainee.id_number if whole_id else mask_id_number(trainee.id_type, trainee.id_number),
        education=trainee.education,
        graduated_on=trainee.graduated_on,
        practice_from=trainee.practice_from,
        title_held=trainee.declared.level if trainee.declared else None,
        title_since=trainee.declared.since if trainee.declared else None,
        employer=trainee.employer,
        email=trainee.email,
        phone=trainee.phone,
        registered_on=trainee.registered_on,
    )


def _enrolment(enrolment: Enrolment) -> EnrolmentTold:
    return EnrolmentTold(
        id=enrolment.id,
        cohort=enrolment.cohort,
        enrolled_on=enrolment.enrolled_on,
        withdrawn_on=enrolment.withdrawn_on,
        attendance=[
            AttendanceTold(module=item.module, hours=format(item.hours, "f"), on=item.on)
            for item in enrolment.attendance
        ],
        results=[_result(item) for item in enrolment.results],
        amendments=[_result(item) for item in enrolment.amendments],
    )


def _result(item: Result | Amendment) -> ResultTold:
    return ResultTold(assessment=item.assessment, attempt=item.attempt, score=format(item.score, "f"), on=item.on)


def certificate_told(certificate: Certificate, today: date) -> CertificateTold:
    """The model of a certificate, as it stands on a day. Raises Erased."""
    event, award = certificate.event, certificate.award
    return CertificateTold(
        id=certificate.id,
        number=shown(event.number),
        link=shown(event.link),
        awarded_on=award.awarded_on,
        standing=award.on(today).value,
        revoked_on=award.revoked_on,
        revoked_for=award.revoked_for,
        superseded_on=award.superseded_on,
        corrects=shown(event.corrects),
        enrolment=shown(event.enrolment),
        cohort=shown(event.cohort),
        programme=event.programme,
        total=format(shown(event.total), "f"),
        expires_on=event.expires_on,
    )


def title_told(title: Title, today: date) -> TitleTold:
    """The model of a title, as it stands on a day. Raises Erased."""
    event, award = title.event, title.award
    return TitleTold(
        id=title.id,
        number=shown(event.number),
        link=shown(event.link),
        awarded_on=award.awarded_on,
        standing=award.on(today).value,
        revoked_on=award.revoked_on,
        revoked_for=award.revoked_for,
        superseded_on=award.superseded_on,
        corrects=shown(event.corrects),
        application=shown(event.application),
        level=event.level,
        speciality=shown(event.speciality),
        policy=shown(event.policy),
        route=shown(event.route),
    )


def _application(application: Application) -> ApplicationTold:
    filed = application.filed
    return ApplicationTold(
        id=application.id,
        application_no=shown(filed.application_no),
        level=application.level,
        speciality=shown(filed.speciality),
        applied_on=application.applied_on,
        recommended_by=shown(filed.recommended_by),
        policy=application.policy,
        route=application.route,
        voted_on=application.voted_on,
        posted_on=application.posted_on,
        objection=application.objection,
        unresolved=application.unresolved,
        ended_on=application.ended_on,
    )
