"""Replay of what is recorded of training: attendance, results, amendments (DOMAIN.md, Control and codes of rows)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from verifier import kinds
from verifier.dossier import Enrolment
from verifier.replay.facts import Facts
from verifier.replay.inputs import Missing, withheld
from verifier.replay.outcomes import Difference
from verifier.rules import Programme

Training = kinds.AttendanceRecorded | kinds.ResultRecorded | kinds.ResultAmended
_MOST_SCORE: Final = 100


def check(event: Training, organisation: str, facts: Facts) -> Iterator[Difference]:
    """What the rules do not give of an event about an enrolment. Raises Missing."""
    if missing := withheld(event):
        raise Missing(missing)
    enrolment = facts.enrolment(event.enrolment_id)
    programme = facts.programme_of(enrolment)
    if programme is None:
        yield Difference("programme", f"cohort {enrolment.cohort} was never opened")
        return
    if organisation != programme.taught_by:
        yield Difference("entitlement", f"{programme.code} is taught by {programme.taught_by}, not by {organisation}")
    match event:
        case kinds.AttendanceRecorded():
            yield from _enrolled(enrolment, event.attended_on)
            if event.module not in {module.code for module in programme.modules}:
                yield Difference("unknown-value", f"{programme.code} has no module {event.module}")
            if not event.hours > 0:  # type: ignore[operator]
                yield Difference("bad-score", f"{event.hours} hours")
        case kinds.ResultRecorded():
            yield from _enrolled(enrolment, event.assessed_on)
            yield from _scored(event, programme)
            place = (event.assessment, event.attempt)
            if any((item.assessment, item.attempt) == place for item in enrolment.results):
                yield Difference(
                    "duplicate-result", f"attempt {event.attempt} at {event.assessment} has a score already"
                )
        case kinds.ResultAmended():
            yield from _enrolled(enrolment, event.amended_on)
            yield from _scored(event, programme)
            place = (event.assessment, event.attempt)
            on = event.amended_on
            if not any((item.assessment, item.attempt) == place and item.on <= on for item in enrolment.results):  # type: ignore[operator]
                yield Difference("no-result", f"attempt {event.attempt} at {event.assessment} has no score on {on}")


def _enrolled(enrolment: Enrolment, on: object) -> Iterator[Difference]:
    if isinstance(on, date) and on < enrolment.enrolled_on:
        yield Difference("not-enrolled", f"dated {on}, and enrolled on {enrolment.enrolled_on}")


def _scored(event: kinds.ResultRecorded | kinds.ResultAmended, programme: Programme) -> Iterator[Difference]:
    if event.assessment not in {item.code for item in programme.assessments}:
        yield Difference("unknown-value", f"{programme.code} has no assessment {event.assessment}")
    if not 1 <= event.attempt <= programme.max_attempts:  # type: ignore[operator]
        yield Difference(
            "too-many-attempts", f"attempt {event.attempt}, and {programme.code} allows {programme.max_attempts}"
        )
    if not 0 <= event.score <= _MOST_SCORE:  # type: ignore[operator]
        yield Difference("bad-score", f"a score of {event.score}")
