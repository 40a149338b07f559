"""The order in which the rows of a pack take effect (DOMAIN.md "Titles", last paragraph)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from enum import IntEnum, auto
from typing import Final, Literal, NamedTuple

from ledger.intake.rows import ApplicationRow, Row
from verifier.rules import is_in_order

Part = Literal["row", "apply", "panel", "notice", "decide"]


class Phase(IntEnum):
    """The order within one day."""

    REGISTRATION = auto()
    ENROLMENT = auto()
    ATTENDANCE = auto()
    RESULT = auto()
    AMENDMENT = auto()
    WITHDRAWAL = auto()
    CERTIFICATION = auto()
    REVOCATION = auto()
    EARLIER_PANEL = auto()
    EARLIER_NOTICE = auto()
    EARLIER_DECISION = auto()
    APPLICATION = auto()
    SAME_DAY_PANEL = auto()
    SAME_DAY_NOTICE = auto()
    SAME_DAY_DECISION = auto()


class Step(NamedTuple):
    """What happens to one row on one day. `part` tells the four steps of an application apart; others are "row"."""

    on: date
    phase: Phase
    row: Row
    part: Part = "row"


_PHASES: Final = {
    "roster": Phase.REGISTRATION,
    "enrolments": Phase.ENROLMENT,
    "attendance": Phase.ATTENDANCE,
    "assessments": Phase.RESULT,
    "amendments": Phase.AMENDMENT,
    "withdrawals": Phase.WITHDRAWAL,
    "award_requests": Phase.CERTIFICATION,
    "revocations": Phase.REVOCATION,
}


def schedule(rows: Iterable[Row]) -> list[Step]:
    """The steps of a pack in the order in which they take effect; `rows` in the order of `read_rows`.

    By day, within a day by phase, within a phase by the order of the rows. An application gives four steps. One
    whose days are not in order gives the first alone: it will be turned away there as `bad-order` at the latest.
    """
    steps = [step for row in rows for step in _steps(row)]
    steps.sort(key=lambda step: (step.on, step.phase))
    return steps


def _steps(row: Row) -> Iterator[Step]:
    if not isinstance(row, ApplicationRow):
        yield Step(row.effective_on(), _PHASES[row.source.kind], row)
        return
    applied_on = row.applied_on
    yield Step(applied_on, Phase.APPLICATION, row, "apply")
    if not is_in_order(applied_on, row.panel_on, row.notice_from, row.decided_on):
        return
    later: tuple[tuple[Part, date, Phase, Phase], ...] = (
        ("panel", row.panel_on, Phase.EARLIER_PANEL, Phase.SAME_DAY_PANEL),
        ("notice", row.notice_from, Phase.EARLIER_NOTICE, Phase.SAME_DAY_NOTICE),
        ("decide", row.decided_on, Phase.EARLIER_DECISION, Phase.SAME_DAY_DECISION),
    )
    for part, on, earlier, same_day in later:
        yield Step(on, same_day if on == applied_on else earlier, row, part)
