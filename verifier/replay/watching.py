"""The replay as an audit has it look on: every entry that was judged, and what came of it for the report."""

from __future__ import annotations

from verifier.audit import hook
from verifier.audit.report import Problem
from verifier.disclosure import DisclosureFile
from verifier.replay.disclosed import Disclosed
from verifier.replay.outcomes import Replayed, Verdict
from verifier.replay.replayer import Replayer
from verifier.statement import Statement


class AuditReplay:
    """A `verifier.audit.hook.Replay`. `replayed` has the whole answer after `finish`."""

    def __init__(self, origin: str, disclosures: DisclosureFile | None = None) -> None:
        """`origin`: of the log that is audited."""
        self._origin = origin
        self._disclosed = None if disclosures is None else Disclosed(disclosures)
        self._replayer = Replayer(self._disclosed)
        self.replayed = Replayed()

    def take(self, index: int, statement: Statement) -> None:
        """Takes in the next entry, whose signature and authority the audit checked."""
        if self._disclosed is not None:
            self._disclosed.see(statement)
        self._replayer.take(index, statement)

    def finish(self) -> hook.Replayed:
        """What was found, in the audit's own words."""
        found = self.replayed = self._replayer.finish()
        if self._disclosed is not None:
            found.problems += self._disclosed.finish(self._origin)
            found.notes += self._disclosed.notes()
        differing = [
            Problem(outcome.index, f"decision replay, {outcome.kind}", item.rule, item.told)
            for outcome in found.differing
            for item in outcome.differences
        ]
        counts = {f"decisions: {verdict.value}": found.total(verdict) for verdict in Verdict}
        return hook.Replayed((*found.problems, *differing), (), (*found.notes, *_open(found)), counts)


def _open(found: Replayed) -> list[str]:
    """What was not replayed, kind by kind."""
    kinds: dict[str, int] = {}
    for (kind, _), known in found.not_replayed.items():
        kinds[kind] = kinds.get(kind, 0) + known.count
    return [f"{count} of {kind} were not replayed: inputs are withheld" for kind, count in sorted(kinds.items())]
