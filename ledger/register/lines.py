"""The lines of the register's lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from verifier.standing import Standing


@dataclass(frozen=True, slots=True)
class Who:
    """A person as lists show it: opened from the card, which nobody can open after an erasure."""

    subject: UUID
    trainee_no: str
    name: str
    id_type: str
    id_number_masked: str


@dataclass(frozen=True, slots=True)
class CohortLine:
    """A cohort with its numbers. They count who is still here: an enrolment of an erased person takes its place all
    the same (`Desk.places_taken`).
    """

    cohort: str
    stream: UUID
    programme: str
    edition: int
    starts_on: date
    ends_on: date
    places: int
    taught_by: str
    certified_by: str
    enrolled: int
    trained: int
    withdrawn: int
    certified: int
    titled: int


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A trainee."""

    who: Who
    registered_on: date
    employer: str | None
    education: str


@dataclass(frozen=True, slots=True)
class EnrolmentLine:
    """A trainee in a cohort. Attendance and results are in the dossier."""

    who: Who
    enrolment: UUID
    cohort: str
    enrolled_on: date
    status: str
    """`enrolled`, `trained`, `withdrawn`, `refused` or `certified`."""
    trained: bool
    withdrawn_on: date | None
    total: Decimal | None
    refused_for: str | None
    asked_on: date | None
    certificate: UUID | None


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """A certificate, with its standing on the day that was asked for."""

    who: Who
    certificate: UUID
    number: str
    enrolment: UUID
    cohort: str
    programme: str
    total: Decimal
    awarded_on: date
    expires_on: date
    standing: Standing
    revoked_for: str | None


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    """A title application, and what was done last."""

    who: Who
    application: UUID
    application_no: str
    level: str
    speciality: str
    recommended_by: str | None
    authority: str | None
    applied_on: date
    step: str
    """`filed`, `eligible`, `panel`, `notice`, `granted` or `refused`."""
    policy: str | None
    route: str | None
    voted_on: date | None
    posted_on: date | None
    objection: str
    ended_on: date | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class TitleLine:
    """A title, with its standing on the day that was asked for."""

    who: Who
    title: UUID
    number: str
    application: UUID
    level: str
    speciality: str
    policy: str
    granted_on: date
    standing: Standing
    revoked_for: str | None
