"""Where an enrolment stands by the rules of certification, with the numbers behind it: nothing is decided here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from verifier.dossier import Enrolment
from verifier.rules import (
    Certified,
    NotCertified,
    Programme,
    best_scores,
    certification,
    hours_attended,
    hours_needed,
)


@dataclass(frozen=True, slots=True)
class Hours:
    """A module: hours attended, and the least that is asked for."""

    module: str
    attended: Fraction
    needed: Fraction

    @property
    def enough(self) -> bool:
        """Whether this module is attended enough."""
        return self.attended >= self.needed


@dataclass(frozen=True, slots=True)
class Best:
    """An assessment: the best score that stands, None for none, and the pass mark."""

    assessment: str
    score: Decimal | None
    pass_mark: Decimal

    @property
    def passed(self) -> bool:
        """Whether the best attempt reaches the pass mark."""
        return self.score is not None and self.score >= self.pass_mark


@dataclass(frozen=True, slots=True)
class Preview:
    """What a request for certification would bring on a day, and why."""

    hours: tuple[Hours, ...]
    best: tuple[Best, ...]
    outcome: Certified | NotCertified


def preview(enrolment: Enrolment, programme: Programme, on: date) -> Preview:
    """An enrolment by the rules of its programme's edition; only what is dated on or before `on` counts."""
    attended = hours_attended(programme, enrolment.attendance, on)
    needed = hours_needed(programme.min_attendance, programme.modules)
    best = best_scores(programme, enrolment.results, enrolment.amendments, on)
    return Preview(
        tuple(Hours(module, attended[module], hours) for module, hours in needed.items()),
        tuple(Best(item.code, best.get(item.code), item.pass_mark) for item in programme.assessments),
        certification(
            programme, enrolment.withdrawn_on, enrolment.attendance, enrolment.results, enrolment.amendments, on
        ),
    )
