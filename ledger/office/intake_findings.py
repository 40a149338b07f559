"""What a rehearsal of an intake found, or the intake itself in the end; kept sealed, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from ledger.intake.engine import IntakeReport
from ledger.intake.rows import Rejected, Source


@dataclass(frozen=True, slots=True)
class Findings:
    """Counts by file, and every row that was turned away. It holds no personal value: `Rejected` has none."""

    events: int = 0
    """Events that an intake would record; 0 where it would record nothing."""
    taken: Mapping[str, int] = field(default_factory=dict)
    known: Mapping[str, int] = field(default_factory=dict)
    turned_away: Mapping[str, int] = field(default_factory=dict)
    rejected: tuple[Rejected, ...] = ()
    """In the order of `rejects.csv`; empty once the intake is over its time."""
    fault: str = ""
    """Place and reason why the pack cannot be taken in at all."""
    refusal: tuple[str, str] = ("", "")
    """Code and sentence of what the ledger refuses as a whole."""
    pack: UUID | None = None
    """Stream of the intake's event, once it is recorded."""
    indices: tuple[int, int] = (0, 0)
    """The entries of the log among which it lies: from the first on, up to before the second."""

    @property
    def is_news(self) -> bool:
        """Whether there is anything to take in, and nothing in its way."""
        return self.events > 0 and not self.fault and not self.refusal[0]

    def forgotten(self) -> Findings:
        """The same with counts alone."""
        return replace(self, rejected=())


def findings_of(report: IntakeReport) -> Findings:
    """What a report says."""
    away: dict[str, int] = {}
    for item in report.rejected:
        away[item.source.file] = away.get(item.source.file, 0) + 1
    taken, known = (
        {name: count for name, count in counted.items() if count} for counted in (report.taken, report.known)
    )
    return Findings(report.events, taken, known, away, tuple(report.rejected), pack=report.pack)


def findings_to_plain(findings: Findings) -> list[Any]:
    """The findings as plain values."""
    counts = [dict(counted) for counted in (findings.taken, findings.known, findings.turned_away)]
    rejected = [[*item.source, item.code, item.sentence, item.column] for item in findings.rejected]
    pack = b"" if findings.pack is None else findings.pack.bytes
    return [findings.events, counts, rejected, findings.fault, [*findings.refusal], pack, [*findings.indices]]


def findings_from_plain(plain: list[Any]) -> Findings:
    """The findings that `findings_to_plain` gave."""
    events, (taken, known, away), rows, fault, (code, message), pack, (first, end) = plain
    rejected = tuple(Rejected(Source(kind, file, line), *rest) for kind, file, line, *rest in rows)
    stream = UUID(bytes=pack) if pack else None
    return Findings(events, taken, known, away, rejected, fault, (code, message), stream, (first, end))
