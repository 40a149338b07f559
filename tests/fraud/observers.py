"""Those who look, each with what honest people outside the base have, and nothing more."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from tests.fraud.forger import Forger
from tests.fraud.honest import Honest
from tests.verifier.loglab import MemoryLog
from verifier import trust
from verifier.audit import Report, audit
from verifier.check import Checker
from verifier.trust import Trust
from verifier.verdict import GOOD


class Who(enum.Enum):
    """Who names a fraud, in the words of docs/frauds.md."""

    AUDIT = "certverify audit"
    """`certverify audit` with a trust file of the base's first day."""
    KEPT = "certverify audit --since"
    """The same with a checkpoint that was kept before the deed."""
    HOLDER = "certverify check"
    """`certverify check` of a paper or proof, with the published log."""
    MONITOR = "certverify monitor"
    """Whoever looked at the log before the deed, and looks again."""
    WITNESS = "certverify witness"
    """Who cosigned the log before the deed, and is asked to cosign it again."""
    FSCK = "certledger fsck"
    """`certledger fsck` of the ledger itself."""


class Seen(NamedTuple):
    """One thing that was named."""

    index: int | None
    """The entry, where it is one."""
    place: str
    """The file, row or state."""
    code: str
    message: str


@dataclass(frozen=True)
class Keepsakes:
    """What was kept outside the base before the deed."""

    first_trust: Trust
    last_trust: Trust
    checkpoint: bytes

    @classmethod
    def of(cls, honest: Honest) -> Keepsakes:
        """Out of what the honest ledger published."""
        public = honest.kept.public
        last = trust.parse((public / "trust.txt").read_text("utf-8"))
        return cls(trust.parse(honest.trust_text), last, (public / "checkpoint").read_bytes())


def look(who: Who, log: Forger, kept: Keepsakes) -> list[Seen]:
    """What somebody names of the log as published, the first and most certain first; nothing where all is good."""
    if who is Who.HOLDER:
        return seen_by_holder(log, kept.last_trust)
    return named(audit(MemoryLog(log.files()), kept.first_trust, kept.checkpoint if who is Who.KEPT else None, 0))


def named(report: Report) -> list[Seen]:
    """Everything that an audit names."""
    problems = [Seen(item.index, item.place, item.code, item.message) for item in report.ordered_problems()]
    findings = [Seen(item.index, f"entry {item.index}", "finding", item.message) for item in report.findings]
    unchecked = [Seen(item.index, item.place, item.code, item.message) for item in report.unchecked]
    disowned = [Seen(index, f"entry {index}", "disowned", "by a compromised key") for index in report.disowned]
    return [*problems, *findings, *unchecked, *disowned]


def seen_by_holder(log: Forger, trusted: Trust) -> list[Seen]:
    """What a check of the thing shown says, an hour after the log was written last."""
    checker = Checker(trusted, log.now + timedelta(hours=1), MemoryLog(log.files()))
    verdict = checker.check_bytes("shown", log.shown)
    if verdict.exit_code == GOOD:
        return []
    return [Seen(None, verdict.state.value, verdict.code or verdict.state.value, verdict.message)]
