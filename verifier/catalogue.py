"""What the base offers and by which rules: the fold of the log's public definitions, for deciders and audit alike.

Programmes with their editions, policies, calendars, terms of notices, cohorts. Later editions never touch earlier ones:
a cohort stays under the edition that it was opened under.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from verifier import kinds
from verifier.errors import RuleBroken
from verifier.events import Event
from verifier.rules import Calendar, Policy, Programme
from verifier.trust import NamedProgramme


@dataclass(frozen=True, slots=True)
class Cohort:
    """One run of a programme, under the edition that it was opened under. Both days belong to it."""

    code: str
    programme: str
    programme_edition: int
    starts_on: date
    ends_on: date
    capacity: int


@dataclass(slots=True)
class Catalogue:
    """The definitions so far. `evolve` refuses nothing; whether an event may stand where it does, others judge."""

    editions: dict[str, dict[int, Programme]] = field(default_factory=dict)
    """Every edition of every programme, by code and edition."""
    policies: list[Policy] = field(default_factory=list)
    """Every edition of the rules for titles, in the order of publication."""
    calendars: dict[int, Calendar] = field(default_factory=dict)
    """By year; one that is adopted anew replaces the earlier one."""
    cohorts: dict[str, Cohort] = field(default_factory=dict)
    """By code."""
    terms: list[kinds.NoticeTermsSet] = field(default_factory=list)
    """Every authority's terms of public notices, in the order in which they were set."""
    _names: dict[str, NamedProgramme] = field(default_factory=dict)

    def evolve(self, event: Event) -> None:
        """Takes in one more event; one that defines nothing changes nothing."""
        match event:
            case kinds.ProgrammePublished():
                editions = self.editions.setdefault(event.code, {})
                editions[event.edition] = _programme(event)
                if event.edition == max(editions):
                    certifiers = dict.fromkeys(
                        editions[number].certified_by for number in sorted(editions, reverse=True)
                    )
                    self._names[event.code] = NamedProgramme(
                        event.code, event.name_zh, event.name_en, tuple(certifiers), event.taught_by
                    )
            case kinds.PolicyPublished():
                self.policies.append(_policy(event))
            case kinds.CalendarAdopted():
                self.calendars[event.year] = Calendar(
                    event.year, frozenset(event.days_off), frozenset(event.make_up_days)
                )
            case kinds.NoticeTermsSet():
                self.terms.append(event)
            case kinds.CohortOpened():
                self.cohorts[event.code] = Cohort(
                    event.code, event.programme, event.programme_edition, event.starts_on, event.ends_on, event.capacity
                )
            case _:
                pass

    def programme(self, code: str, edition: int) -> Programme:
        """One edition of a programme. Raises RuleBroken where it was never published."""
        try:
            return self.editions[code][edition]
        except KeyError:
            raise RuleBroken(f"programme {code}, edition {edition}, was never published") from None

    def policy(self, edition: str) -> Policy:
        """One edition of the rules for titles. Raises RuleBroken where it was never published."""
        for policy in self.policies:
            if policy.edition == edition:
                return policy
        raise RuleBroken(f"policy {edition} was never published")

    def terms_of(self, authority: str) -> kinds.NoticeTermsSet | None:
        """The terms that an authority set last; None where it never set any."""
        return next((terms for terms in reversed(self.terms) if terms.authority == authority), None)

    def newest_edition(self, code: str) -> int | None:
        """The number of a programme's newest edition; None for a programme that was never published."""
        editions = self.editions.get(code)
        return max(editions) if editions else None

    def programme_of(self, cohort: Cohort) -> Programme:
        """The edition of the programme that a cohort was opened under. Raises RuleBroken where there is none."""
        return self.programme(cohort.programme, cohort.programme_edition)

    def named_programmes(self) -> list[NamedProgramme]:
        """What the trust file prints: each programme by its newest edition, in the order of first publication."""
        return [self._names[code] for code in self.editions]


def _programme(event: kinds.ProgrammePublished) -> Programme:
    return Programme(
        code=event.code,
        certified_by=event.certified_by,
        taught_by=event.taught_by,
        min_attendance=event.min_attendance,
        max_attempts=event.max_attempts,
        total_pass=event.total_pass,
        valid_years=event.valid_years,
        modules=event.modules,
        assessments=event.assessments,
    )


def _policy(event: kinds.PolicyPublished) -> Policy:
    return Policy(
        edition=event.edition,
        authority=event.authority,
        effective_from=event.effective_from,
        panel_min_members=event.panel_min_members,
        quorum=event.quorum,
        majority=event.majority,
        notice_working_days=event.notice_working_days,
        routes=event.routes,
    )
