"""Certification of one enrolment (DOMAIN.md "Certification of one enrolment"), in exact arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from verifier.rules.days import years_after

CertificationRefusal = Literal["withdrawn", "attendance", "assessment-missing", "assessment-failed", "total-below-pass"]


@dataclass(frozen=True, slots=True)
class Module:
    """A part of a programme that is attended. `hours`: taught hours, above 0."""

    code: str
    hours: Decimal


@dataclass(frozen=True, slots=True)
class Assessment:
    """A part of a programme that is scored from 0 to 100. `weight`: its share of the total, 0 to 1."""

    code: str
    weight: Decimal
    pass_mark: Decimal


@dataclass(frozen=True, slots=True)
class Programme:
    """The rules of one programme. `min_attendance`: share of each module's hours; `total_pass`: 0 to 100."""

    code: str
    certified_by: str
    taught_by: str
    min_attendance: Decimal
    max_attempts: int
    total_pass: Decimal
    valid_years: int
    modules: tuple[Module, ...]
    assessments: tuple[Assessment, ...]


@dataclass(frozen=True, slots=True)
class Attendance:
    """Hours attended in a module on one day."""

    module: str
    hours: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class Result:
    """A score (0 to 100) for one attempt (from 1) at one assessment."""

    assessment: str
    attempt: int
    score: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class Amendment:
    """The score that replaces the one of the named attempt, from its day on."""

    assessment: str
    attempt: int
    score: Decimal
    on: date


@dataclass(frozen=True, slots=True)
class Certified:
    """The certificate is due: `total` with exactly one decimal, `expires_on` the last day of validity."""

    total: Decimal
    expires_on: date


@dataclass(frozen=True, slots=True)
class NotCertified:
    """The first rule that fails. `total` (one decimal) only for `total-below-pass`."""

    reason: CertificationRefusal
    total: Decimal | None = None


def certification(
    programme: Programme,
    withdrawn_on: date | None,
    attendance: Iterable[Attendance],
    results: Iterable[Result],
    amendments: Iterable[Amendment],
    on: date,
) -> Certified | NotCertified:
    """Decide one enrolment on the day of the request.

    Only what is dated on or before `on` counts. `results` and `amendments` are in the order in which they took
    effect; of several for one attempt on one day the first result and the last amendment stand.
    """
    # (1) The trainee withdrew.
    if withdrawn_on is not None and withdrawn_on <= on:
        return NotCertified("withdrawn")
    # (2) Too few hours in some module.
    if not _attended_enough(programme, attendance, on):
        return NotCertified("attendance")
    # (3) No result in some assessment.
    best = best_scores(programme, results, amendments, on)
    if any(assessment.code not in best for assessment in programme.assessments):
        return NotCertified("assessment-missing")
    # (4) The best attempt below the pass mark.
    if any(best[assessment.code] < assessment.pass_mark for assessment in programme.assessments):
        return NotCertified("assessment-failed")
    # (5) The rounded total below what the programme asks for.
    total = _weighted_total(programme, best)
    if total < programme.total_pass:
        return NotCertified("total-below-pass", total)
    return Certified(total, years_after(on, programme.valid_years))


def hours_needed(min_attendance: Decimal, modules: Iterable[Module]) -> dict[str, Fraction]:
    """The hours that have to be attended in each module, by code: its share of those that are taught."""
    needed: dict[str, Fraction] = {}
    for module in modules:
        hours = Fraction(min_attendance) * Fraction(module.hours)
        needed[module.code] = max(hours, needed.get(module.code, hours))
    return needed


def attended_enough(hours: Mapping[str, Fraction], needed: Mapping[str, Fraction]) -> bool:
    """Whether the hours attended, by module, reach in every module those that are needed (rule `attendance`)."""
    return all(hours.get(module, 0) >= need for module, need in needed.items())


def hours_attended(programme: Programme, attendance: Iterable[Attendance], on: date) -> dict[str, Fraction]:
    """The hours attended up to and including `on`, by module; 0 where there are none."""
    hours = {module.code: Fraction(0) for module in programme.modules}
    for session in attendance:
        if session.on <= on and session.module in hours:
            hours[session.module] += Fraction(session.hours)
    return hours


def best_scores(
    programme: Programme, results: Iterable[Result], amendments: Iterable[Amendment], on: date
) -> dict[str, Decimal]:
    """The best score that stands on `on`, by assessment; none for an assessment without a result."""
    best: dict[str, Decimal] = {}
    for (assessment, _), score in _scores(programme, results, amendments, on).items():
        best[assessment] = max(score, best.get(assessment, score))
    return best


def round_half_up(value: Fraction) -> Decimal:
    """`value` (not negative) to one decimal, a half going up; the result always shows that decimal: `80.0`."""
    tenths = (value * 20 + 1) // 2
    return Decimal(tenths).scaleb(-1)


def _attended_enough(programme: Programme, attendance: Iterable[Attendance], on: date) -> bool:
    hours = hours_attended(programme, attendance, on)
    return attended_enough(hours, hours_needed(programme.min_attendance, programme.modules))


def _scores(
    programme: Programme, results: Iterable[Result], amendments: Iterable[Amendment], on: date
) -> dict[tuple[str, int], Decimal]:
    """The score that stands on `on` for each attempt that counts, by assessment and attempt."""
    first: dict[tuple[str, int], Result] = {}
    for result in sorted(results, key=lambda result: result.on):
        if result.on <= on and 1 <= result.attempt <= programme.max_attempts:
            first.setdefault((result.assessment, result.attempt), result)
    scores = {attempt: result.score for attempt, result in first.items()}
    for amendment in sorted(amendments, key=lambda amendment: amendment.on):
        attempt = (amendment.assessment, amendment.attempt)
        # An amendment dated before its result amends nothing: then that result did not exist.
        if amendment.on <= on and attempt in first and first[attempt].on <= amendment.on:
            scores[attempt] = amendment.score
    return scores


def _weighted_total(programme: Programme, best: dict[str, Decimal]) -> Decimal:
    # Fractions, because a product of Decimals is rounded to the context's 28 digits.
    parts = (Fraction(assessment.weight) * Fraction(best[assessment.code]) for assessment in programme.assessments)
    return round_half_up(sum(parts, Fraction(0)))
