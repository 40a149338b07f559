"""Where an audit lets somebody else look at every entry that it judged: the replay of decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from verifier.audit.report import Finding, Problem
from verifier.statement import Statement


@dataclass(frozen=True, slots=True)
class Replayed:
    """What whoever looked on found. It is put into the audit's report."""

    problems: tuple[Problem, ...] = ()
    """Wrong: the audit's answer is NOT-GOOD."""
    findings: tuple[Finding, ...] = ()
    """For the auditor to judge."""
    notes: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    """By name, such as `certificates replayed`."""


class Replay(Protocol):
    """Is shown every entry in the order of the log, once the audit has judged it good. Nothing else is parsed for it.

    An audit with a replay always begins with entry 0, for what the replay has folded is in no state file.
    """

    def take(self, index: int, statement: Statement) -> None:
        """Takes in the next entry. Its signature, authority and place are checked; that it is disowned may come later.

        Raises nothing: what is wrong is kept for `finish`.
        """
        ...

    def finish(self) -> Replayed:
        """What was found, up to the last entry that was judged. Called once, after the entries and before the tree."""
        ...
