"""Titles: what is held on a day, the policy in force, and its routes (DOMAIN.md "Titles")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from verifier.rules.days import full_years_passed
from verifier.rules.lists import rank

Clause = Literal["level", "education", "requires-title", "title-years", "practice-years", "min-certificate-total"]


@dataclass(frozen=True, slots=True)
class Route:
    """One way to a title. A clause that is None (or an empty `education`) is not named and asks for nothing.

    `title_years` and `practice_years` are full years; `min_certificate_total` is 0 to 100.
    """

    id: str
    level: str
    education: tuple[str, ...]
    requires_title: str | None = None
    title_years: int | None = None
    practice_years: int | None = None
    min_certificate_total: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """An edition of the rules for titles. `quorum` and `majority` are shares, `notice_working_days` whole days."""

    edition: str
    authority: str
    effective_from: date
    panel_min_members: int
    quorum: Fraction
    majority: Fraction
    notice_working_days: int
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class CertificateRecord:
    """A certificate as far as the rules need it.

    `revoked_for` is one of REVOCATION_REASONS. Each pair in `suspended` is the day of suspension and the day of
    reinstatement, None while it lasts.
    """

    total: Decimal
    awarded_on: date
    expires_on: date
    revoked_on: date | None = None
    revoked_for: str | None = None
    suspended: tuple[tuple[date, date | None], ...] = ()


@dataclass(frozen=True, slots=True)
class TitleRecord:
    """A title granted here."""

    level: str
    granted_on: date
    revoked_on: date | None = None
    revoked_for: str | None = None


@dataclass(frozen=True, slots=True)
class HeldTitle:
    """A title and the day since which it is held; `none` has no such day."""

    level: str
    since: date | None


NO_TITLE = HeldTitle("none", None)


@dataclass(frozen=True, slots=True)
class Qualification:
    """All of an applicant that the routes of a policy look at, as it stood on the day of application `on`.

    `best_total` is the best total of the certificates valid that day, None where there is none.
    """

    level: str
    education: str
    held: HeldTitle
    practice_from: date
    best_total: Decimal | None
    on: date


@dataclass(frozen=True, slots=True)
class Condition:
    """One clause that a route names: what it asks for, what the applicant has, and whether that is enough.

    `level`, `requires-title`: titles. `education`: `asks` is the tuple of those listed. `title-years`,
    `practice-years`: `asks` is a number of full years, `has` the day since which they count, None for no such day.
    `min-certificate-total`: decimals, `has` None where no certificate is valid.
    """

    clause: Clause
    asks: str | int | Decimal | tuple[str, ...]
    has: str | date | Decimal | None
    met: bool


@dataclass(frozen=True, slots=True)
class RouteFinding:
    """A route and all that it names, in the order of DOMAIN.md; it is open where all of it is met."""

    route: Route
    conditions: tuple[Condition, ...]

    @property
    def fails(self) -> tuple[Clause, ...]:
        """The clauses that are not met; none of them means that the route is open."""
        return tuple(condition.clause for condition in self.conditions if not condition.met)


def certificate_valid_on(certificate: CertificateRecord, on: date) -> bool:
    """Whether the certificate is valid on a day: the days of award and of expiry are, the day of revocation is not.

    The day of suspension is not valid; the day of reinstatement is.
    """
    if not certificate.awarded_on <= on <= certificate.expires_on:
        return False
    if certificate.revoked_on is not None and certificate.revoked_on <= on:
        return False
    return not any(since <= on and (until is None or on < until) for since, until in certificate.suspended)


def best_valid_total(certificates: Iterable[CertificateRecord], on: date) -> Decimal | None:
    """The best total among the certificates valid on a day, None where there is none."""
    return max((one.total for one in certificates if certificate_valid_on(one, on)), default=None)


def title_held_on(declared: HeldTitle | None, granted: Iterable[TitleRecord], on: date) -> HeldTitle:
    """The highest title held on a day, of the one declared at registration and those granted here.

    The day of granting counts as held, the day of revocation does not. Where two have the same rank, the one held
    longer is meant.
    """
    held = [declared or NO_TITLE]
    held += [
        HeldTitle(title.level, title.granted_on)
        for title in granted
        if title.granted_on <= on and (title.revoked_on is None or on < title.revoked_on)
    ]
    return min(held, key=lambda title: (-rank(title.level), title.since or date.max))


def policy_in_force(policies: Iterable[Policy], on: date) -> Policy | None:
    """The edition with the latest `effective_from` not after `on`; None before the first."""
    begun = (policy for policy in policies if policy.effective_from <= on)
    return max(begun, key=lambda policy: policy.effective_from, default=None)


def explain_routes(policy: Policy, applicant: Qualification) -> tuple[RouteFinding, ...]:
    """Each route of the edition, in its order, with all that it names."""
    return tuple(RouteFinding(route, tuple(_conditions(route, applicant))) for route in policy.routes)


def open_route(policy: Policy, applicant: Qualification) -> Route | None:
    """The first route of the edition that is open, in its order; None where none is."""
    return first_open(explain_routes(policy, applicant))


def first_open(findings: Iterable[RouteFinding]) -> Route | None:
    """The first route that is open among those of an edition, in its order; None where none is."""
    return next((finding.route for finding in findings if not finding.fails), None)


def _conditions(route: Route, applicant: Qualification) -> Iterator[Condition]:
    held, on = applicant.held, applicant.on
    yield Condition("level", route.level, applicant.level, route.level == applicant.level)
    if route.education:
        yield Condition("education", route.education, applicant.education, applicant.education in route.education)
    if (title := route.requires_title) is not None:
        yield Condition("requires-title", title, held.level, title == held.level)
    if (years := route.title_years) is not None:
        passed = held.since is not None and full_years_passed(held.since, years, on)
        yield Condition("title-years", years, held.since, passed)
    if (years := route.practice_years) is not None:
        since = applicant.practice_from
        yield Condition("practice-years", years, since, full_years_passed(since, years, on))
    if (least := route.min_certificate_total) is not None:
        total = applicant.best_total
        yield Condition("min-certificate-total", least, total, total is not None and total >= least)
