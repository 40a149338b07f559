"""One application for a title, from the day it is filed to the day of decision (DOMAIN.md "Titles", 1 to 11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from verifier.rules.days import Calendar, notice_has_stood, years_after
from verifier.rules.lists import rank
from verifier.rules.titles import (
    CertificateRecord,
    HeldTitle,
    Policy,
    Qualification,
    Route,
    RouteFinding,
    TitleRecord,
    best_valid_total,
    explain_routes,
    first_open,
    policy_in_force,
    title_held_on,
)

BARRED_YEARS = 3
"""Full years for which a revocation for fraud bars its holder from applying."""

ApplicationRefusal = Literal["barred", "no-valid-certificate", "already-holds-title", "not-recommended", "not-eligible"]
PanelRefusal = Literal["no-quorum", "rejected-by-panel"]
DecisionRefusal = Literal["notice-too-short", "objection-upheld"]


@dataclass(frozen=True, slots=True)
class ApplicationRecord:
    """An earlier application of the same trainee. `ended_on` is None while it is open.

    One that was turned away as `already-applied` was never open and has no such record.
    """

    level: str
    applied_on: date
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Applicant:
    """What the ledger knows of a trainee who applies: registration, awards, earlier applications."""

    education: str
    practice_from: date
    declared: HeldTitle | None
    certificates: tuple[CertificateRecord, ...] = ()
    titles: tuple[TitleRecord, ...] = ()
    applications: tuple[ApplicationRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """The application is not opened at all."""

    reason: Literal["already-applied"] = "already-applied"


@dataclass(frozen=True, slots=True)
class Refused:
    """The application ended on its own day. `policy` is the edition consulted, only for `not-eligible`."""

    reason: ApplicationRefusal
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class Eligible:
    """The application goes to the panel, under this edition and route to the end."""

    policy: Policy
    route: Route


@dataclass(frozen=True, slots=True)
class Explained:
    """An application's outcome with everything that it depends on, whether or not the decision came so far."""

    outcome: TurnedAway | Refused | Eligible
    already_applied: bool
    """Another application for the level is open."""
    barred_through: date | None
    """The last day on which the trainee may not apply; None where nothing bars."""
    best_total: Decimal | None
    """Of the certificates valid that day; None where there is none."""
    held: HeldTitle
    holds_title: bool
    """The title held ranks as high as the one asked for, or higher."""
    recommended: bool
    policy: Policy | None
    """The edition in force that day; None before the first."""
    routes: tuple[RouteFinding, ...]
    """All of that edition."""


def application(
    applicant: Applicant, level: str, recommended: bool, policies: Iterable[Policy], on: date
) -> TurnedAway | Refused | Eligible:
    """Decide an application for `level` (one of AWARD_LEVELS) on the day it is filed."""
    return explain(applicant, level, recommended, policies, on).outcome


def explain(applicant: Applicant, level: str, recommended: bool, policies: Iterable[Policy], on: date) -> Explained:
    """What becomes of an application for `level` (one of AWARD_LEVELS) filed on a day, and why."""
    # (1) One for the same level is open; the day on which it ends counts as open.
    already = any(earlier.level == level and _open_on(earlier, on) for earlier in applicant.applications)
    # (2) An award was revoked for fraud less than three full years ago.
    barred = barred_through(applicant, on)
    # (3) No certificate is valid on this day.
    best_total = best_valid_total(applicant.certificates, on)
    # (4) A title as high, or higher, is held already.
    held = title_held_on(applicant.declared, applicant.titles, on)
    holds = rank(held.level) >= rank(level)
    # (5) No organisation recommends the trainee. (6) No route of the edition in force is open, or there is no edition.
    policy = policy_in_force(policies, on)
    qualification = Qualification(level, applicant.education, held, applicant.practice_from, best_total, on)
    routes = () if policy is None else explain_routes(policy, qualification)
    route = first_open(routes)
    outcome: TurnedAway | Refused | Eligible
    if already:
        outcome = TurnedAway()
    elif barred is not None:
        outcome = Refused("barred")
    elif best_total is None:
        outcome = Refused("no-valid-certificate")
    elif holds:
        outcome = Refused("already-holds-title")
    elif not recommended:
        outcome = Refused("not-recommended")
    elif policy is None or route is None:
        outcome = Refused("not-eligible", policy)
    else:
        outcome = Eligible(policy, route)
    return Explained(outcome, already, barred, best_total, held, holds, recommended, policy, routes)


def barred_through(applicant: Applicant, on: date) -> date | None:
    """The last day of the bar that revocations for fraud up to the day `on` bring; None where none bars on it."""
    awards: tuple[CertificateRecord | TitleRecord, ...] = (*applicant.certificates, *applicant.titles)
    revoked = (award.revoked_on for award in awards if award.revoked_for == "fraud")
    free = [years_after(day, BARRED_YEARS) for day in revoked if day is not None and day <= on]
    last = max(free, default=on)
    return last - timedelta(days=1) if on < last else None


def panel_is_well_formed(size: int, present: int, votes_for: int, min_members: int) -> bool:
    """Whether a panel's counts can be: odd, large enough, no more present than members, no more votes than present.

    `min_members` is `panel_min_members` of the edition in force on the day of application, 0 before the first.
    """
    return size % 2 == 1 and size >= min_members and 0 <= votes_for <= present <= size


def is_in_order(applied_on: date, panel_on: date, notice_from: date, decided_on: date) -> bool:
    """Whether application, panel, notice and decision follow one another; equal days are in order."""
    return applied_on <= panel_on <= notice_from <= decided_on


def panel(policy: Policy, size: int, present: int, votes_for: int) -> PanelRefusal | None:
    """Why a well-formed panel does not recommend the title; None where it does. Exact shares are enough."""
    # (7) Too few of the members are present.
    if present < policy.quorum * size:
        return "no-quorum"
    # (8) Too few of those present vote for.
    if votes_for < policy.majority * present:
        return "rejected-by-panel"
    return None


def decision(
    policy: Policy, posted_on: date, decided_on: date, objection: str, calendars: Mapping[int, Calendar]
) -> DecisionRefusal | None:
    """Why the title is not granted on `decided_on`; None where it is. `objection` is one of OBJECTIONS.

    After `notice-too-short` the application stays open. Raises NoCalendar where a day of the notice lies in a year
    without a calendar.
    """
    # (9) The notice has not stood for its whole working days.
    if not notice_has_stood(posted_on, policy.notice_working_days, decided_on, calendars):
        return "notice-too-short"
    # (10) An objection was upheld.
    if objection == "upheld":
        return "objection-upheld"
    return None


def _open_on(earlier: ApplicationRecord, on: date) -> bool:
    return earlier.applied_on <= on and (earlier.ended_on is None or on <= earlier.ended_on)
