"""What fsck reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

MOST_A_CHECK: Final = 100
"""Findings of one check that are listed; one wrong row can make thousands of others look wrong."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction."""

    check: str
    place: str
    """Table, row and column, or the published file."""
    message: str

    def __str__(self) -> str:
        return f"{self.check}: {self.place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at and what was found."""

    entries: int
    checks: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def good(self) -> bool:
        """Whether nothing contradicts anything."""
        return not self.findings


Problems = Iterator[tuple[str, str]]
"""What a check yields: places and messages."""


def row(table: str, key: object, column: str = "") -> str:
    """The place of a row, or of a value in it; `key` is the row's primary key, bytes shown in hex."""
    shown = bytes(key).hex() if isinstance(key, bytes | memoryview) else key
    return f"{table} row {shown}" + (f", column {column}" if column else "")


def limited(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, at most `MOST_A_CHECK` of each check, with a last one that says how many were left out."""
    kept: list[Finding] = []
    counts: Counter[str] = Counter()
    for finding in findings:
        counts[finding.check] += 1
        if counts[finding.check] <= MOST_A_CHECK:
            kept.append(finding)
    for check, count in counts.items():
        if count > MOST_A_CHECK:
            kept.append(Finding(check, "further places", f"{count - MOST_A_CHECK} more of the kind"))
    return tuple(kept)
