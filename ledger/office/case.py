"""An application as its page shows it: everything that the next step depends on, read on one day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from ledger.deciders.title import pending
from ledger.notices import Days, answer_of, days_of_notice
from ledger.office.history import Happened, history
from ledger.office.opening import Office
from ledger.office.reading import reading_desk
from verifier import kinds
from verifier.dossier import Application, Dossier, Trainee
from verifier.rules import NoCalendar, Policy, barred_through, decision
from verifier.statement import subject_of


@dataclass(frozen=True, slots=True)
class Objected:
    """One objection to an application."""

    lodged: UUID | None
    """Of one that came by the public form, its stream; None for what was raised otherwise."""
    on: date | None
    name: str
    contact: str
    grounds: str
    """Empty where the objector's data are erased."""
    answer: str
    """`pending`, `dismissed`, `upheld`, or `none` where the application ended without an answer to it."""


@dataclass(frozen=True, slots=True)
class Case:
    """An application on a day."""

    trainee: Trainee
    application: Application
    policy: Policy | None
    """The edition that it is under to the end; None where it was refused before."""
    happened: tuple[Happened, ...]
    objections: tuple[Objected, ...]
    unanswered: bool
    days: Days | None
    """Of its notice; None before it is posted, and where they cannot be counted."""
    uncounted: int | None
    """The year without a calendar, for want of which today cannot be placed."""
    reason: str | None
    """Why a decision today would not grant the title, by DOMAIN.md's words; None where it would, or before a notice."""
    barred_through: date | None
    """The last day of a bar that fraud brought; None where nothing bars today."""
    title: UUID | None
    """The title that came of it, the newest of a chain of corrections."""

    @property
    def first_day(self) -> date | None:
        """The first possible day of decision; None where it cannot be told."""
        return None if self.days is None or self.days.last is None else self.days.last + timedelta(days=1)

    @property
    def step(self) -> str:
        """What is to be done next: `panel`, `post`, `decide`, or `ended`."""
        state = self.application
        if state.ended_on is not None or self.policy is None:
            return "ended"
        if state.voted_on is None:
            return "panel"
        return "post" if state.posted_on is None else "decide"


def case_of(office: Office, trainee: UUID, application: UUID, today: date) -> Case | None:
    """An application of a person; None where there is none, or the person's data are erased. Raises StoreError."""
    desk = reading_desk(office)
    dossier = desk.dossier(trainee)
    state = dossier.applications.get(application)
    if state is None or dossier.trainee is None or dossier.erased:
        return None
    catalogue, happened = desk.base.catalogue, history(office.ledger, application)
    policy = None if state.policy is None else catalogue.policy(state.policy)
    lodged = desk.objections_to(application)
    days: Days | None = None
    uncounted: int | None = None
    reason: str | None = None
    if policy is not None and state.posted_on is not None:
        try:
            days = days_of_notice(state.posted_on, policy.notice_working_days, today, catalogue.calendars)
            reason = decision(policy, state.posted_on, today, state.objection, catalogue.calendars)
        except NoCalendar as error:
            uncounted, reason = error.year, error.code
    return Case(
        dossier.trainee,
        state,
        policy,
        tuple(happened),
        tuple(_objections(state, lodged, happened)),
        state.unresolved or bool(pending(state, lodged)),
        days,
        uncounted,
        reason,
        barred(dossier, today),
        next((item.id for item in reversed(dossier.titles.values()) if item.event.application == application), None),
    )


def barred(dossier: Dossier, today: date) -> date | None:
    """The last day on which a person may not apply; None where nothing bars today. Raises Erased."""
    return barred_through(dossier.applicant(), today)


def _objections(
    state: Application, lodged: Sequence[kinds.ObjectionLodged], happened: Sequence[Happened]
) -> list[Objected]:
    there = {subject_of(item.objection_id) for item in lodged}
    found = [
        Objected(
            item.objection_id,
            item.lodged_on if isinstance(item.lodged_on, date) else None,
            str(item.name),
            str(item.contact),
            str(item.grounds),
            answer_of(item, state),
        )
        for item in lodged
    ]
    raised = [entry.event for entry in happened if isinstance(entry.event, kinds.ObjectionRaised)]
    for event, (grounds, answer) in zip(raised, state.raised, strict=True):
        if grounds not in there:
            erased = grounds.startswith("urn:")
            on = event.raised_on if isinstance(event.raised_on, date) else None
            open_answer = "pending" if state.ended_on is None else "none"
            found.append(Objected(None, on, "", "", "" if erased else grounds, answer or open_answer))
    return found
