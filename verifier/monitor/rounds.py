"""One round of a monitor: the log as it is now against what was seen before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from verifier import checkpoint, comparison, cosignatures, note, numberhead, trust
from verifier.audit import Report, audit
from verifier.audit.beside import TRUST_FILE
from verifier.checkpoint import Checkpoint
from verifier.cosignatures import Cosigned
from verifier.current import check_extends, verify_list
from verifier.errors import CouldNotCheck, Inconsistent, UnknownKey, VerificationError
from verifier.fetch import PublishedLog
from verifier.monitor.state import FORK, Condition, Kept, State
from verifier.receipt import Included
from verifier.statuslist import FOLDER, list_path
from verifier.tile import TreeReader
from verifier.trust import Trust

ROLLBACK: Final = "rollback"
BAD_CHECKPOINT: Final = "bad-checkpoint"
BAD_ENTRY: Final = "bad-entry"
FINDING: Final = "finding"
QUORUM: Final = "quorum"
STALE: Final = "stale"
WITNESSES_CHANGED: Final = "witnesses-changed"

Audit = Callable[[PublishedLog, Trust, bytes | None], Report]
"""Judges a published log, and that it extends an earlier checkpoint."""


@dataclass(slots=True)
class Round:
    """What one round found."""

    size: int = 0
    """Entries of the log as it is shown now; 0 where that could not be had."""
    audited: bool = False
    """Whether the log was audited in this round."""
    grown: bool = False
    """Whether there were entries that no audit had found good before."""
    wrong: list[Condition] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    """What could not be had: neither good nor bad."""


class Monitor:
    """Follows one log."""

    def __init__(
        self,
        log: PublishedLog,
        state: State,
        clock: Callable[[], int],
        max_age: int,
        judge: Audit = audit,
    ) -> None:
        """`clock` gives seconds since 1970 UTC. `max_age`: seconds after which a log that signs nothing is stale."""
        self._log, self._state, self._clock, self._max_age, self._judge = log, state, clock, max_age, judge

    def run(self) -> Round:
        """One round, in which everything is stored before the next step. Raises sqlite3.Error, OSError."""
        found = Round()
        kept = self._state.kept()
        if kept is None:
            raise CouldNotCheck("the monitor has no trust file to begin with")
        try:
            self._follow(kept, found)
        except CouldNotCheck as error:
            found.unchecked.append(error.message)
            self._check_age(kept, found, kept.seen_at)
        except VerificationError as error:
            found.wrong.append(Condition(BAD_CHECKPOINT, error.code, f"the log's checkpoint: {error.message}"))
        self._state.note([*found.wrong, *self._lasting(found)], self._clock())
        return found

    def _lasting(self, found: Round) -> list[Condition]:
        """What could not be looked at in this round is as it was."""
        if not found.unchecked:
            return []
        return [Condition(alert.kind, alert.subject, alert.message) for alert in self._state.standing()]

    def _follow(self, kept: Kept, found: Round) -> None:
        # (1) The checkpoint, by a key that the trust file knows, or that the log granted since.
        published = self._log.get("checkpoint")
        known = trust.parse(kept.trust)
        trusted = self._trusting(published, known)
        head = checkpoint.verify(published, trusted.checkpoint_keys(), trusted.origin)
        found.size = head.size
        tree = TreeReader(head.size, self._log.get)
        # (2) It extends the one that was kept. Then it is kept, before anything else is looked at.
        if not self._extends(kept, head, published, tree, found):
            return
        before = kept.checkpoint or published
        if kept.checkpoint is None or head.size > _head_of(kept.checkpoint).size:
            kept = replace(kept, checkpoint=published, seen_at=self._clock())
            self._state.keep(kept)
        # (3) Enough witnesses cosigned it. (4) The entries, and the lists folded from them, where one of either is new
        # or the last audit was not good.
        witnessed = cosignatures.judge(published, trusted.witnesses)
        if not witnessed.quorum:
            found.wrong.append(
                Condition(QUORUM, str(trusted.witnesses.quorum), f"the checkpoint is {witnessed.sentence}")
            )
        found.grown = head.size != kept.audited
        if found.grown or self._changed_beside(kept):
            kept = self._audit(kept, before, known, trusted, witnessed, found)
        # (5) Somebody signed lately.
        self._check_age(kept, found, self._signed_at(witnessed, tree, head, trusted, kept.seen_at))

    def _trusting(self, published: bytes, known: Trust) -> Trust:
        """The trust file by which the checkpoint is good: the one kept, or the log's own if it goes on from that.

        Whether the log granted what its own file says, the audit looks at. Raises VerificationError, CouldNotCheck.
        """
        try:
            checkpoint.verify(published, known.checkpoint_keys(), known.origin)
        except UnknownKey:
            newer = trust.parse(self._log.get(TRUST_FILE).decode(errors="replace"))
            comparison.compare(known, newer)
            return newer
        return known

    def _extends(self, kept: Kept, head: Checkpoint, published: bytes, tree: TreeReader, found: Round) -> bool:
        if kept.checkpoint is None:
            return True
        before = _head_of(kept.checkpoint)
        if head.size < before.size:
            self._keep_both(kept.checkpoint, published)
            message = f"{before.size} entries were shown, now {head.size}: the log was cut back, or this copy is old"
            found.wrong.append(Condition(ROLLBACK, f"{head.size} {head.root.hex()}", message))
            return False
        try:
            check_extends(tree, head, Included(0, before.size, before.root), "the checkpoint kept")
        except Inconsistent as error:
            files = self._keep_both(kept.checkpoint, published)
            message = f"{error.message}. Both are signed, and kept: {files}"
            found.wrong.append(Condition(FORK, f"{head.size} {head.root.hex()}", message))
            return False
        return True

    def _keep_both(self, *checkpoints: bytes) -> str:
        names = []
        for data in checkpoints:
            head = _head_of(data)
            names.append(str(self._state.keep_evidence(f"{head.size}-{head.root.hex()[:16]}.checkpoint", data)))
        return " and ".join(names)

    def _audit(
        self, kept: Kept, before: bytes, known: Trust, trusted: Trust, witnessed: Cosigned, found: Round
    ) -> Kept:
        """Judges the log, and what came since the checkpoint of before. What is good as a whole is not judged again."""
        seen = _Remembering(self._log)
        report = self._judge(seen, trusted, before)
        found.audited = True
        for problem in report.ordered_problems():
            place = problem.place if problem.index is None else f"entry {problem.index}"
            found.wrong.append(Condition(BAD_ENTRY, f"{place} {problem.code}", f"{place}: {problem.message}"))
        for finding in report.findings:
            if witnessed.sentence in finding.message:
                continue  # its own condition: the entry that it names is another one as the log grows
            subject = f"entry {finding.index} {finding.message[:40]}"
            found.wrong.append(Condition(FINDING, subject, f"entry {finding.index}: {finding.message}"))
        found.unchecked += [f"{item.place}: {item.message}" for item in report.unchecked]
        if report.problems or report.unchecked:
            return kept
        # The very bytes that the audit compared with the log: asked for once more, it might be another file.
        text = report.trust
        newer = trust.parse(text)
        if newer.witnesses != known.witnesses:
            message = f"the log names other witnesses: {'; '.join(newer.witnesses.lines)}"
            self._state.note([*found.wrong, Condition(WITNESSES_CHANGED, newer.witnesses.text, message)], self._clock())
        if report.findings:
            kept = replace(kept, trust=text)
        else:
            kept = replace(kept, trust=text, audited=report.size, beside=seen.digests)
        self._state.keep(kept)
        return kept

    def _changed_beside(self, kept: Kept) -> bool:
        """Whether a file beside the tree is not the one that was found good, or cannot be had: an audit tells which.

        Who holds the key for lists can sign another one while the log stands still.
        """
        try:
            return not kept.beside or any(_digest(self._log.get(path)) != good for path, good in kept.beside.items())
        except CouldNotCheck:
            return True

    def _signed_at(self, witnessed: Cosigned, tree: TreeReader, head: Checkpoint, trusted: Trust, seen_at: int) -> int:
        """When something was last signed about this checkpoint: by witnesses, or by the log, whose list says when."""
        times = [item.timestamp for item in witnessed.cosignatures]
        with suppress(VerificationError, CouldNotCheck):  # an audit says what is wrong with it
            times.append(verify_list(self._log.get(list_path(0)), 0, tree, head, trusted).issued_at)
        return max(times, default=seen_at)

    def _check_age(self, kept: Kept, found: Round, signed_at: int) -> None:
        age = self._clock() - signed_at
        if kept.checkpoint is not None and age > self._max_age:
            message = f"nothing was signed for {age // 3600} hours: the log stands still, or this copy of it does"
            found.wrong.append(Condition(STALE, str(_head_of(kept.checkpoint).size), message))


class _Remembering:
    """A log; it is remembered what it showed of the files beside its tree."""

    def __init__(self, log: PublishedLog) -> None:
        self._log = log
        self._shown: dict[str, set[bytes]] = {}

    @property
    def place(self) -> str:
        """Where it is."""
        return self._log.place

    def get(self, path: str) -> bytes:
        """A published file. Raises CouldNotCheck."""
        data = self._log.get(path)
        if path in (TRUST_FILE, numberhead.PATH) or path.startswith(FOLDER):
            self._shown.setdefault(path, set()).add(_digest(data))
        return data

    @property
    def digests(self) -> Mapping[str, bytes]:
        """By path. What it showed in two ways is good in neither: it counts as changed in the next round."""
        return {path: min(shown) if len(shown) == 1 else b"" for path, shown in self._shown.items()}


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _head_of(signed: bytes) -> Checkpoint:
    return checkpoint.parse(note.parse(signed))
