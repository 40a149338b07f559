"""The course of an audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Final

from verifier import checkpoint, cosignatures, merkle, note, numberhead, statement, statuslist
from verifier.audit import outside_clock, reading, witnessed
from verifier.audit.beside import (
    TRUST_FILE,
    check_given_trust,
    check_list,
    check_published_trust,
    published_trust,
)
from verifier.audit.hook import Replay
from verifier.audit.judging import Judge, Reread
from verifier.audit.numbers import check_numbers
from verifier.audit.reading import Batch
from verifier.audit.report import Problem, Report
from verifier.audit.resuming import STATE_FILE, Kept, check_leads
from verifier.audit.state import SAVE_EVERY, State
from verifier.audit.tree import Tree, check_extends, check_leaves, check_root, check_tiles
from verifier.checkpoint import Checkpoint
from verifier.errors import CouldNotCheck, Inconsistent, VerificationError
from verifier.fetch import PublishedLog
from verifier.tile import WIDTH, TreeReader
from verifier.trust import Trust

Progress = Callable[[int, int], None]
"""Told how many entries of how many are done."""
Check = Callable[[], None]

EARLIER: Final = "the earlier checkpoint"
"""Its place in a report."""
NO_EARLIER_CHECKPOINT: Final = (
    "no earlier checkpoint was given: without one, nobody can find a history that was rewritten and signed again by "
    "the log's own keys"
)


def audit(
    log: PublishedLog,
    trusted: Trust,
    since: bytes | None = None,
    processes: int | None = None,
    progress: Progress = lambda done, size: None,
    *,
    state: Path | None = None,
    save_every: int = SAVE_EVERY,
    replay: Replay | None = None,
) -> Report:
    """Audits a published log against a trust file, and against an earlier checkpoint where one was kept.

    `processes` examines entries in that many further processes; None lets the size of the log decide. `state` is a file
    in which the audit keeps how far it came, every so many entries and at the end: the next one goes on from there.
    `replay` looks on; an audit that is looked on begins with the first entry, whatever the state file says.
    """
    report = Report()
    with _Noting(report, "checkpoint"):
        signed = log.get("checkpoint")
        head = checkpoint.verify(signed, trusted.checkpoint_keys(), trusted.origin)
        report.origin, report.size, report.root, report.checkpoint = head.origin, head.size, head.root, signed
        kept = None
        if state is not None:
            with _Noting(report, STATE_FILE):
                kept = Kept(state, save_every, signed, head, trusted)
            if kept is None:
                return report
        audited = _Audit(log, trusted, head, report, progress, replay, kept)
        audited.run(since, processes)
        audited.tell_of_witnesses(signed)
    return report


class _Noting:
    """Puts down what a step raises, so that the next one can go on."""

    def __init__(self, report: Report, place: str, index: int | None = None) -> None:
        self._report, self._place, self._index = report, place, index

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, CouldNotCheck):
            _add(self._report.unchecked, Problem.of(error, self._place))
        elif isinstance(error, VerificationError):
            _add(self._report.problems, Problem.of(error, self._place, self._index))
        return isinstance(error, VerificationError | CouldNotCheck)


def _add(problems: list[Problem], problem: Problem) -> None:
    """Two steps may come upon the same."""
    if problem not in problems:
        problems.append(problem)


class _Audit:
    """One audit under a signed tree head."""

    def __init__(
        self,
        log: PublishedLog,
        trusted: Trust,
        head: Checkpoint,
        report: Report,
        progress: Progress,
        replay: Replay | None,
        kept: Kept | None,
    ) -> None:
        self._log, self._trust, self._head, self._report, self._progress = log, trusted, head, report, progress
        self._replay, self._kept = replay, kept
        self._in_line = False
        """Whether what is audited begins with what the state file holds. If not, that is kept till all was compared."""
        self._published = TreeReader(head.size, log.get)
        self._judge = Judge()
        self._tree = Tree(self._leaves)
        self._tiles: list[Problem] = []
        """What is wrong with tiles of leaf hashes."""
        self._extended: dict[str, bytes] = {}
        """Signed checkpoints that the tree was found to extend, by place."""
        self._due: dict[int, list[tuple[str, Check]]] = {}
        """What to compare when so many entries have been judged."""

    def run(self, since: bytes | None, processes: int | None) -> None:
        """The audit from the first entry to the published lists."""
        # (1) Trust files are folds of the log at some size: to be compared when the judging gets there.
        self._plan_trust()
        if not self._resume():
            return
        # (2) Every entry, in order.
        complete = self._read(reading.processes_for(self._head.size) if processes is None else processes)
        self._take_replay()
        # (3) The tree over them: root, every tile, earlier checkpoint, status lists.
        if complete:
            self._check_tree(since)
            self._save()
        else:
            self._report.notes.append("root, tiles and lists were not compared: not all entries could be read")
        self._report.findings = sorted(self._report.findings + self._judge.findings, key=lambda finding: finding.index)
        self._report.disowned = sorted(self._judge.disowned)
        self._report.disowned_by = dict(sorted(self._judge.disowned.items()))
        self._report.counts, self._report.authority = self._judge.counts, self._judge.authority
        self._report.notes += self._judge.approvals.notes()

    def tell_of_witnesses(self, signed: bytes) -> None:
        """Who cosigned the checkpoint. What the log says of its witnesses counts where every entry is in order."""
        with _Noting(self._report, "checkpoint"):
            given = self._trust.witnesses
            logged = self._judge.authority.witnesses if self._report.judged == self._head.size else given
            self._report.notes += witnessed.notes(signed, given)
            self._report.findings += witnessed.findings(signed, given, logged, self._head.size)

    def _plan_trust(self) -> None:
        given = self._trust.as_of
        with _Noting(self._report, "the trust file given"):
            if given > self._head.size:
                raise Inconsistent(
                    f"the trust file given is as of {given} entries and the log has only {self._head.size}: "
                    "it was cut back, or this copy is old"
                )
            self._at(given, "the trust file given", lambda: check_given_trust(self._judge, self._trust))
        with _Noting(self._report, TRUST_FILE):
            text, published = published_trust(self._log, self._head)
            self._at(published.as_of, TRUST_FILE, lambda: self._check_trust(text, published.as_of))

    def _check_trust(self, text: str, size: int) -> None:
        check_published_trust(self._judge, text, size)
        self._report.trust = text

    def _resume(self) -> bool:
        """Goes on from the state file, where there is one and the log leads on from it. False for one of no use."""
        before = self._kept.state if self._kept else None
        self._in_line = before is None
        if before is None or self._replay is not None or not self._leads_on(before):
            return True
        with _Noting(self._report, STATE_FILE):
            self._tree = before.tree_again(self._leaves)
            before.restore(self._judge, self._check_due)
            self._report.judged = before.size
            self._in_line = True
            self._report.notes.append(
                f"the first {before.size} entries were audited before, as the state file says, and the log leads on "
                "from them"
            )
            return True
        return False

    def _leads_on(self, before: State) -> bool:
        """Whether the signed tree may extend what was audited before. If not, a whole audit tells what is wrong."""
        try:
            if before.size > self._head.size:
                return False
            check_leads(before.tree_again(self._leaves), self._published, self._head)
        except Inconsistent:
            return False
        except (VerificationError, CouldNotCheck):
            pass  # a tile is wrong or not to be had: the roots are compared in the end
        return True

    def _check_due(self, size: int) -> None:
        for due in sorted(self._due):
            if 0 < due <= size:
                for place, check in self._due.pop(due):
                    with _Noting(self._report, place):
                        check()

    def _at(self, size: int, place: str, check: Check) -> None:
        self._due.setdefault(size, []).append((place, check))

    # --- entries ----------------------------------------------------------------------------------------------------

    def _read(self, processes: int) -> bool:
        """Reads all entries and judges them up to the first wrong one. False where not all could be read."""
        known = {key.kid: key.public_key for key in self._trust.keys.values()}
        batches = reading.read(self._published, self._tree.size, known, self._learnt, processes)
        judging = True
        while True:
            first = self._tree.size
            with _Noting(self._report, f"entries from {first}", first):
                batch = next(batches, None)
                if batch is None:
                    return True
                start = self._tree.extend(batch.examined.leaves, batch.examined.root)
                if problem := check_leaves(batch.first, batch.examined.leaves, self._log):
                    self._tiles.append(problem)
                judging = judging and self._judge_batch(batch, start)
                if judging:
                    self._save_now_and_then()
                self._progress(self._tree.size, self._head.size)
                continue
            return False

    def _learnt(self) -> dict[bytes, bytes]:
        return {kid: key.public_key for kid, key in self._judge.authority.keys.items() if kid not in self._trust.keys}

    def _judge_batch(self, batch: Batch, start: int) -> bool:
        """False at the first wrong entry: whatever follows rests on it."""
        last, offset = len(batch.entries), start
        while offset < last:
            end = min((size - batch.first for size in self._due if size > batch.first + offset), default=last)
            problem = None
            try:
                reached = self._judge.take_examined(batch, offset, min(end, last))
                if reached < min(end, last):
                    index = batch.first + reached
                    self._judge.take(index, batch.entries[reached], self._before(index))
            except VerificationError as error:
                index = self._judge.judged
                problem = Problem.of(error, f"entry {index}", index)
            self._show(batch, offset)
            offset = self._judge.judged - batch.first
            self._report.judged = self._judge.judged
            if problem is not None:
                self._report.problems.append(problem)
                return False
            self._check_due(self._judge.judged)
        return True

    def _show(self, batch: Batch, offset: int) -> None:
        """Shows what was judged of a bundle from `offset` on to whoever looks on."""
        if self._replay is not None:
            for index in range(batch.first + offset, self._judge.judged):
                self._replay.take(index, statement.parse(batch.entries[index - batch.first]))

    def _take_replay(self) -> None:
        if self._replay is not None:
            found = self._replay.finish()
            self._report.problems += found.problems
            self._report.findings += found.findings
            self._report.notes += found.notes
            self._report.replayed = dict(found.counts)

    def _save_now_and_then(self) -> None:
        kept = self._kept
        if kept is None or not self._in_line or self._tree.size >= self._head.size:
            return
        if self._tree.size < kept.saved + kept.every:
            return
        try:
            check_leads(self._tree, self._published, self._head)
        except (VerificationError, CouldNotCheck):
            return  # what does not lead to the signed root is told in the end, and never gone on from
        self._save()

    def _save(self) -> None:
        """Keeps how far the audit came. Only what is good so far is gone on from."""
        if self._kept and not self._report.problems and not self._tiles and self._report.judged == self._tree.size:
            with _Noting(self._report, STATE_FILE):
                self._kept.save(self._judge, self._tree)

    def _before(self, end: int) -> Reread:
        """The entries before `end`, fetched again when they are asked for; they must still be the same."""

        def again() -> Iterator[tuple[int, bytes]]:
            for first in range(0, end, WIDTH):
                yield from enumerate(self._entries_again(first // WIDTH)[: end - first], first)

        return again

    def _entries_again(self, bundle: int) -> list[bytes]:
        entries = self._published.entries(bundle)
        self._tree.check_again(bundle, b"".join(map(merkle.leaf_hash, entries)))
        return entries

    def _recorded_at(self, index: int) -> int:
        entry = self._entries_again(index // WIDTH)[index % WIDTH]
        return statement.parse(entry).record.envelope.recorded_at

    def _leaves(self, bundle: int) -> bytes:
        return b"".join(map(merkle.leaf_hash, self._published.entries(bundle)))

    # --- tree and lists -----------------------------------------------------------------------------------------------

    def _check_tree(self, since: bytes | None) -> None:
        for finding in (*self._tiles, *check_tiles(self._tree, self._log)):
            (self._report.unchecked if finding.code == CouldNotCheck.code else self._report.problems).append(finding)
        with _Noting(self._report, "checkpoint"):
            check_root(self._tree, self._head.size, self._head.root, "the checkpoint")
            self._extended["checkpoint"] = self._report.checkpoint
        if self._kept and self._kept.state:
            with _Noting(self._report, STATE_FILE):
                self._kept.check(self._tree)
                self._extended[STATE_FILE] = self._kept.state.checkpoint
        if since is None:
            if not (self._kept and self._kept.state):
                self._report.notes.append(NO_EARLIER_CHECKPOINT)
        else:
            with _Noting(self._report, EARLIER):
                self._check_earlier(since)
                self._extended[EARLIER] = since
        if self._report.judged < self._head.size:
            self._report.notes.append(
                f"entries after {self._report.judged} were not judged, nor lists folded: they rest on what is wrong"
            )
            return
        for place, _ in (item for items in self._due.values() for item in items):
            self._report.unchecked.append(Problem.of(CouldNotCheck("it is as of no entry of this log"), place))
        for number in self._judge.awards.list_numbers():
            with _Noting(self._report, statuslist.list_path(number)):
                self._report.findings.extend(check_list(self._judge, self._tree, self._head, self._log, number))
        with _Noting(self._report, numberhead.PATH):
            self._report.findings.extend(check_numbers(self._judge, self._tree, self._head, self._log))
        self._check_clock()

    def _check_clock(self) -> None:
        """Asks the times of cosignatures. What is found stays found: the next audit has other checkpoints."""
        policies = dict.fromkeys((self._trust.witnesses, self._judge.authority.witnesses))
        for (place, signed), policy in product(self._extended.items(), policies):
            with _Noting(self._report, place):
                size = checkpoint.parse(note.parse(signed)).size
                seen = cosignatures.judge(signed, policy)
                for finding in outside_clock.findings(seen, size, self._head.size, self._recorded_at):
                    if finding not in self._judge.findings:
                        self._judge.findings.append(finding)

    def _check_earlier(self, since: bytes) -> None:
        try:
            earlier = checkpoint.verify(since, self._trust.checkpoint_keys(), self._trust.origin)
        except VerificationError as error:
            raise CouldNotCheck(f"the earlier checkpoint given is none of this log's: {error.message}") from None
        check_extends(self._tree, earlier, EARLIER)
