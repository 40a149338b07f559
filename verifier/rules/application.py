"""One application for a title, from the day it is filed to the day of decision (DOMAIN.md "Titles", 1 to 11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from verifier.rules.days import Calendar, full_years_passed, notice_has_stood
from verifier.rules.lists import rank
from verifier.rules.titles import (
    CertificateRecord,
    HeldTitle,
    Policy,
    Qualification,
    Route,
    TitleRecord,
    best_valid_total,
    open_route,
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


def application(
    applicant: Applicant, level: str, recommended: bool, policies: Iterable[Policy], on: date
) -> TurnedAway | Refused | Eligible:
    """Decide an application for `level` (one of AWARD_LEVELS) on the day it is filed."""
    # (1) One for the same level is open; the day on which it ends counts as open.
    if any(earlier.level == level and _open_on(earlier, on) for earlier in applicant.applications):
        return TurnedAway()
    # (2) An award was revoked for fraud less than three full years ago.
    awards: tuple[CertificateRecord | TitleRecord, ...] = (*applicant.certificates, *applicant.titles)
    if any(_bars(award, on) for award in awards):
        return Refused("barred")
    # (3) No certificate is valid on this day.
    best_total = best_valid_total(applicant.certificates, on)
    if best_total is None:
        return Refused("no-valid-certificate")
    # (4) A title as high, or higher, is held already.
    held = title_held_on(applicant.declared, applicant.titles, on)
    if rank(held.level) >= rank(level):
        return Refused("already-holds-title")
    # (5) No organisation recommends the trainee.
    if not recommended:
        return Refused("not-recommended")
    # (6) No route of the edition in force is open, or there is no edition yet.
    policy = policy_in_force(policies, on)
    if policy is None:
        return Refused("not-eligible")
    qualification = Qualification(level, applicant.education, held, applicant.practice_from, best_total, on)
    route = open_route(policy, qualification)
    return Refused("not-eligible", policy) if route is None else Eligible(policy, route)


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


def _bars(award: CertificateRecord | TitleRecord, on: date) -> bool:
    if award.revoked_for != "fraud" or award.revoked_on is None or award.revoked_on > on:
        return False
    return not full_years_passed(award.revoked_on, BARRED_YEARS, on)
