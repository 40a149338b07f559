"""Whose rows somebody may see: the whole base's, or those that one organisation has to do with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Scope:
    """The whole base, or one organisation.

    Of an organisation these are: the cohorts that it teaches or certifies, everybody enrolled in them; its employees;
    applicants whom it recommends; of an authority, applicants for its titles. Of their enrolments, certificates and
    titles it sees those of its own cohorts, of its employees, and of those applicants.
    """

    organisation: str | None = None


WHOLE: Final = Scope()
"""The whole base."""

Condition = tuple[str, tuple[Any, ...]]
"""A condition in SQL, and its parameters."""
ALWAYS: Final[Condition] = ("1 = 1", ())
_EMPLOYED: Final = "t.subject IN (SELECT subject FROM people WHERE employer = ?)"


def of_cohorts(scope: Scope) -> Condition:
    """On `c`, a cohort."""
    if scope.organisation is None:
        return ALWAYS
    return "(c.taught_by = ? OR c.certified_by = ?)", (scope.organisation,) * 2


def of_people(scope: Scope) -> Condition:
    """On `p`, a person."""
    if scope.organisation is None:
        return ALWAYS
    sql = (
        "EXISTS (SELECT 1 FROM reach r WHERE r.organisation = ? AND r.registered_on = p.registered_on"
        " AND r.subject = p.subject)"
    )
    return sql, (scope.organisation,)


def of_training(scope: Scope) -> Condition:
    """On `t`, an enrolment or a certificate, beside `p`, its person."""
    if scope.organisation is None:
        return ALWAYS
    sql = (
        "(t.cohort IN (SELECT cohort FROM cohorts WHERE taught_by = ? OR certified_by = ?)"
        " OR EXISTS (SELECT 1 FROM reach r WHERE r.organisation = ? AND r.registered_on = p.registered_on"
        " AND r.subject = t.subject AND r.whole = 1))"
    )
    return sql, (scope.organisation,) * 3


def of_applications(scope: Scope) -> Condition:
    """On `t`, an application."""
    if scope.organisation is None:
        return ALWAYS
    sql = f"(t.recommended_by = ? OR t.authority = ? OR {_EMPLOYED})"
    return sql, (scope.organisation,) * 3


def of_titles(scope: Scope) -> Condition:
    """On `t`, a title."""
    if scope.organisation is None:
        return ALWAYS
    sql = (
        "(t.policy IN (SELECT edition FROM policy_editions WHERE authority = ?)"
        f" OR t.application IN (SELECT application FROM applications WHERE recommended_by = ?) OR {_EMPLOYED})"
    )
    return sql, (scope.organisation,) * 3
