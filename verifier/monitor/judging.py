"""Audits of a monitor go on from a file of its own, so that only new entries are judged."""

from __future__ import annotations

from pathlib import Path

from verifier.audit import Report, audit
from verifier.audit.resuming import STATE_FILE
from verifier.fetch import PublishedLog
from verifier.monitor.rounds import Audit
from verifier.trust import Trust

FILE = "audit.state"
"""In the monitor's folder."""


def resuming(path: Path) -> Audit:
    """Audits that go on from the file at `path`, which is made where there is none.

    One that is of no use, damaged or of an earlier version, is taken away, and every entry is judged again: what the
    monitor saw last it keeps elsewhere.
    """

    def judge(log: PublishedLog, trusted: Trust, since: bytes | None) -> Report:
        report = audit(log, trusted, since, state=path)
        if any(item.place == STATE_FILE for item in report.unchecked):
            path.unlink(missing_ok=True)
            report = audit(log, trusted, since, state=path)
        return report

    return judge
