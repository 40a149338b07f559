"""What an audit found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from verifier.audit.counts import Counts
from verifier.authority import Authority
from verifier.errors import CouldNotCheck, VerificationError

GOOD, NOT_GOOD, NOT_CHECKED = 0, 1, 3
"""Exit codes."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong: the first entry from which on it is, where it is one, and the place."""

    index: int | None
    place: str
    code: str
    message: str

    @classmethod
    def of(cls, error: VerificationError | CouldNotCheck, place: str, index: int | None = None) -> Problem:
        """The problem that an error tells of."""
        return cls(index, place, error.code, error.message)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"index": self.index, "place": self.place, "code": self.code, "message": self.message}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the rules leave to the auditor's judgement."""

    index: int
    message: str


@dataclass(slots=True)
class Report:
    """The whole answer."""

    origin: str = ""
    size: int = 0
    root: bytes = b""
    checkpoint: bytes = b""
    """The signed checkpoint, with the signatures of whoever saw it."""
    judged: int = 0
    """Entries whose signature, authority and place in history were checked."""
    problems: list[Problem] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unchecked: list[Problem] = field(default_factory=list)
    """What could not be had: neither good nor bad."""
    disowned: list[int] = field(default_factory=list)
    """Entries signed by a key since reported compromised as of them; they stay and count for nothing."""
    disowned_by: dict[int, bytes] = field(default_factory=dict)
    """The same entries, with the thumbprint of the key that signed each."""
    notes: list[str] = field(default_factory=list)
    authority: Authority = field(default_factory=Authority)
    """What the judged entries say of organisations and keys."""
    counts: Counts = field(default_factory=Counts)
    """Of the judged entries."""
    trust: str = ""
    """The published trust file, where it was found to be what the log gives; else empty."""
    replayed: dict[str, int] = field(default_factory=dict)
    """What a replay of decisions counted, by name."""

    def ordered_problems(self) -> list[Problem]:
        """The first wrong entry first; what has no entry last."""
        return sorted(self.problems, key=lambda problem: (problem.index is None, problem.index or 0))

    @property
    def exit_code(self) -> int:
        """0 good, 1 not good (a finding counts), 3 could not check."""
        if self.problems or self.findings:
            return NOT_GOOD
        return NOT_CHECKED if self.unchecked else GOOD

    def as_json(self) -> dict[str, Any]:
        """The same for programs, in short: `written.whole` says everything."""
        return {
            "exit": self.exit_code,
            "origin": self.origin,
            "size": self.size,
            "root": self.root.hex(),
            "judged": self.judged,
            "problems": [problem.as_json() for problem in self.ordered_problems()],
            "findings": [{"index": finding.index, "message": finding.message} for finding in self.findings],
            "unchecked": [problem.as_json() for problem in self.unchecked],
            "disowned": self.disowned,
            "notes": self.notes,
        }
