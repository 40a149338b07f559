"""What the replay of a decision says: it agrees, it differs by a rule, or something that it needs is withheld."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from verifier.audit.report import Problem

RULES: Final[Mapping[str, str]] = {
    "entitlement": "each kind of event is recorded by the organisation entitled to it, with a key entitled then",
    "four-eyes": "nobody both proposes and approves, and the approver's account is open and has the role",
    "withdrawn": "certification 1: the trainee withdrew",
    "attendance": "certification 2: the hours in each module reach their share",
    "assessment-missing": "certification 3: every assessment has a result",
    "assessment-failed": "certification 4: the best attempt of each assessment reaches its pass mark",
    "total-below-pass": "certification 5: the weighted total reaches that of the programme",
    "already-awarded": "one certificate an enrolment",
    "total": "the total is that of the best attempts, rounded half up to one decimal",
    "validity": "a certificate is valid through the day so many years later",
    "programme": "a certificate is of the programme of its cohort, under the edition that the cohort was opened under",
    "not-enrolled": "what is recorded of a trainee in a cohort is of one who was enrolled by then",
    "holder": "an award names the trainee who was enrolled, or who applied",
    "correction": "a correction supersedes one award in force and repeats it: same award, right data",
    "already-applied": "titles 1: one application for a level at a time",
    "barred": "titles 2: no award revoked for fraud less than three full years ago",
    "no-valid-certificate": "titles 3: a certificate valid on the day of application",
    "already-holds-title": "titles 4: no title held that ranks as high",
    "not-recommended": "titles 5: an organisation recommends the trainee",
    "not-eligible": "titles 6: a route of the edition in force is open",
    "policy-in-force": "the edition is the one in force on the day of application",
    "route": "the first open route, in the order of the edition, is used",
    "no-quorum": "titles 7: enough of the panel's members are present",
    "rejected-by-panel": "titles 8: enough of those present vote for",
    "notice-too-short": "titles 9: the notice has stood for its working days by the calendar in force",
    "no-calendar": "a day in a year without a calendar cannot be counted",
    "objection-upheld": "titles 10: no objection was upheld",
    "objection-pending": "no decision while an objection waits for its answer",
    "bad-panel": "a panel is odd and large enough, with no more present than members, nor votes than present",
    "bad-order": "application, panel, notice, decision and changes of standing follow one another",
    "wrong-step": "panel, notice and decision are of an open application that was found eligible",
    "no-award": "only an award that is there is revoked, suspended, reinstated or superseded",
    "already-revoked": "an award is revoked once",
    "already-superseded": "a superseded award stands for nothing any more",
    "already-suspended": "a suspended certificate is neither suspended again nor corrected",
    "not-suspended": "only a suspended certificate is reinstated",
    "unknown-value": "reasons, modules and assessments are of their lists",
    "too-many-attempts": "no more attempts than the programme allows",
    "duplicate-result": "one score an attempt",
    "no-result": "only a score that is there is amended",
    "bad-score": "a score is from 0 to 100, hours are above 0",
}
"""By code: what DOMAIN.md asks for. A difference names one of these."""


class Verdict(enum.Enum):
    """What came of deciding once more."""

    AGREES = "agrees"
    DIFFERS = "differs"
    WITHHELD = "withheld"
    """Not replayed: an input is withheld from the auditor."""
    ERASED = "erased"
    """Not replayed: the inputs were those of a person whose data are erased."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule that does not give what was recorded."""

    rule: str
    """One of RULES."""
    told: str
    """What the rules give, and what was recorded."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One decision of the log, decided once more."""

    index: int
    kind: str
    stream: UUID
    verdict: Verdict
    differences: tuple[Difference, ...] = ()
    """In the order of the rules; there may be some although other inputs are withheld."""
    withheld: tuple[str, ...] = ()
    """The inputs that would have been needed, as `result.recorded.score`."""

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "index": self.index,
            "kind": self.kind,
            "stream": str(self.stream),
            "verdict": self.verdict.value,
            "differences": [{"rule": item.rule, "told": item.told} for item in self.differences],
            "withheld": list(self.withheld),
        }


@dataclass(slots=True)
class Counts:
    """How many decisions of a kind came out how."""

    agrees: int = 0
    differs: int = 0
    withheld: int = 0
    erased: int = 0


@dataclass(slots=True)
class Withheld:
    """Decisions of one kind that could not be replayed for want of the same inputs."""

    count: int
    first: int
    """Index of the first."""


@dataclass(slots=True)
class Replayed:
    """The whole answer of a replay."""

    origin: str = ""
    size: int = 0
    root: bytes = b""
    entries: int = 0
    """Entries that were taken in."""
    counts: dict[str, Counts] = field(default_factory=dict)
    """By kind of event."""
    differing: list[Outcome] = field(default_factory=list)
    not_replayed: dict[tuple[str, tuple[str, ...]], Withheld] = field(default_factory=dict)
    """By kind and withheld inputs; none of them for an erased person."""
    problems: list[Problem] = field(default_factory=list)
    """Disclosed values that the log does not commit to, entries that cannot be read or are not signed by their key."""
    unchecked: list[Problem] = field(default_factory=list)
    """What could not be had."""
    notes: list[str] = field(default_factory=list)

    def count(self, outcome: Outcome) -> None:
        """Takes in the outcome of one decision."""
        counts = self.counts.setdefault(outcome.kind, Counts())
        setattr(counts, outcome.verdict.value, getattr(counts, outcome.verdict.value) + 1)
        if outcome.verdict is Verdict.DIFFERS:
            self.differing.append(outcome)
        elif outcome.verdict is not Verdict.AGREES:
            known = self.not_replayed.setdefault((outcome.kind, outcome.withheld), Withheld(0, outcome.index))
            known.count += 1

    def total(self, verdict: Verdict) -> int:
        """How many decisions came out so."""
        return sum(int(getattr(counts, verdict.value)) for counts in self.counts.values())

    @property
    def exit_code(self) -> int:
        """0 all agree, 1 one differs or something is wrong, 3 not everything could be replayed."""
        if self.problems or self.differing:
            return 1
        return 3 if self.unchecked or self.not_replayed else 0

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "exit": self.exit_code,
            "origin": self.origin,
            "size": self.size,
            "root": self.root.hex(),
            "entries": self.entries,
            "counts": {kind: dict(_counted(counts)) for kind, counts in sorted(self.counts.items())},
            "differing": [outcome.as_json() for outcome in self.differing],
            "not_replayed": [
                {"kind": kind, "withheld": list(inputs), "count": known.count, "first": known.first}
                for (kind, inputs), known in sorted(self.not_replayed.items())
            ],
            "problems": [problem.as_json() for problem in self.problems],
            "unchecked": [problem.as_json() for problem in self.unchecked],
            "notes": self.notes,
        }


def _counted(counts: Counts) -> Iterator[tuple[str, int]]:
    return ((verdict.value, getattr(counts, verdict.value)) for verdict in Verdict)
