"""The course of an audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from verifier import checkpoint, merkle
from verifier.audit import reading, witnessed
from verifier.audit.beside import (
    TRUST_FILE,
    check_given_trust,
    check_list,
    check_published_trust,
    published_trust,
)
from verifier.audit.judging import Judge
from verifier.audit.report import Problem, Report
from verifier.audit.tree import Tree, check_root, check_tiles
from verifier.checkpoint import Checkpoint
from verifier.errors import CouldNotCheck, Inconsistent, VerificationError
from verifier.fetch import PublishedLog
from verifier.tile import WIDTH, TreeReader
from verifier.trust import Trust

Progress = Callable[[int, int], None]
"""Told how many entries of how many are done."""
Check = Callable[[], None]

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
) -> Report:
    """Audits a published log against a trust file, and against an earlier checkpoint where one was kept.

    `processes` checks signatures in that many further processes; None lets the size of the log decide.
    """
    report = Report()
    with _Noting(report, "checkpoint"):
        published = log.get("checkpoint")
        head = checkpoint.verify(published, trusted.checkpoint_keys(), trusted.origin)
        report.origin, report.size, report.root = head.origin, head.size, head.root
        audited = _Audit(log, trusted, head, report, progress)
        audited.run(since, processes)
        audited.tell_of_witnesses(published)
    return report


class _Noting:
    """Puts down what a step raises, so that the next one can go on."""

    def __init__(self, report: Report, place: str, index: int | None = None) -> None:
        self._report, self._place, self._index = report, place, index

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, CouldNotCheck):
            self._report.unchecked.append(Problem.of(error, self._place))
        elif isinstance(error, VerificationError):
            self._report.problems.append(Problem.of(error, self._place, self._index))
        return isinstance(error, VerificationError | CouldNotCheck)


class _Audit:
    """One audit under a signed tree head."""

    def __init__(self, log: PublishedLog, trusted: Trust, head: Checkpoint, report: Report, progress: Progress) -> None:
        self._log, self._trust, self._head, self._report, self._progress = log, trusted, head, report, progress
        self._published = TreeReader(head.size, log.get)
        self._judge = Judge()
        self._leaves = bytearray()
        self._due: dict[int, list[tuple[str, Check]]] = {}
        """What to compare when so many entries have been judged."""

    def run(self, since: bytes | None, processes: int | None) -> None:
        """The audit from the first entry to the published lists."""
        # (1) Trust files are folds of the log at some size: to be compared when the judging gets there.
        self._plan_trust()
        # (2) Every entry, in order.
        complete = self._read(reading.processes_for(self._head.size) if processes is None else processes)
        # (3) The tree over them: root, every tile, earlier checkpoint, status lists.
        if complete:
            self._check_tree(since)
        else:
            self._report.notes.append("root, tiles and lists were not compared: not all entries could be read")
        self._report.findings = sorted(self._judge.findings, key=lambda finding: finding.index)
        self._report.disowned = sorted(self._judge.disowned)
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
            self._at(published.as_of, TRUST_FILE, lambda: check_published_trust(self._judge, text, published.as_of))

    def _at(self, size: int, place: str, check: Check) -> None:
        self._due.setdefault(size, []).append((place, check))

    # --- entries ----------------------------------------------------------------------------------------------------

    def _read(self, processes: int) -> bool:
        """Reads all entries and judges them up to the first wrong one. False where not all could be read."""
        known = {key.kid: key.public_key for key in self._trust.keys.values()}
        batches = reading.read(self._published, known, processes)
        judging = True
        while True:
            first = len(self._leaves) // merkle.HASH_SIZE
            with _Noting(self._report, f"entries from {first}", first):
                batch = next(batches, None)
                if batch is None:
                    return True
                self._leaves += batch.leaves
                judging = judging and self._judge_batch(batch)
                self._progress(batch.first + len(batch.entries), self._head.size)
                continue
            return False

    def _judge_batch(self, batch: reading.Batch) -> bool:
        """False at the first wrong entry: whatever follows rests on it."""
        for offset, (entry, plain) in enumerate(zip(batch.entries, batch.plain, strict=True)):
            index = batch.first + offset
            try:
                if plain is None or not self._judge.take_plain(index, plain):
                    self._judge.take(index, entry, partial(self._reread, index, batch))
            except VerificationError as error:
                self._report.problems.append(Problem.of(error, f"entry {index}", index))
                return False
            self._report.judged = index + 1
            for place, check in self._due.pop(index + 1, ()):
                with _Noting(self._report, place):
                    check()
        return True

    def _reread(self, end: int, current: reading.Batch) -> Iterator[tuple[int, bytes]]:
        """The entries before `end`, fetched again; they must still be the same."""
        for first in range(0, end, WIDTH):
            here = first == current.first
            entries = current.entries if here else self._published.entries(first // WIDTH)
            for index, entry in enumerate(entries[: end - first], first):
                start = index * merkle.HASH_SIZE
                if merkle.leaf_hash(entry) != self._leaves[start : start + merkle.HASH_SIZE]:
                    raise Inconsistent(f"entry {index} was another one a moment ago")
                yield index, entry

    # --- tree and lists -----------------------------------------------------------------------------------------------

    def _check_tree(self, since: bytes | None) -> None:
        tree = Tree.over(bytes(self._leaves))
        for finding in check_tiles(tree, self._log):
            (self._report.unchecked if finding.code == CouldNotCheck.code else self._report.problems).append(finding)
        with _Noting(self._report, "checkpoint"):
            check_root(tree, self._head.size, self._head.root, "the checkpoint")
        if since is None:
            self._report.notes.append(NO_EARLIER_CHECKPOINT)
        else:
            with _Noting(self._report, "the earlier checkpoint"):
                self._check_earlier(tree, since)
        if self._report.judged < self._head.size:
            self._report.notes.append(
                f"entries after {self._report.judged} were not judged, nor lists folded: they rest on what is wrong"
            )
            return
        for place, _ in (item for items in self._due.values() for item in items):
            self._report.unchecked.append(Problem.of(CouldNotCheck("it is as of no entry of this log"), place))
        for number in self._judge.awards.list_numbers():
            with _Noting(self._report, f"status/{number}"):
                check_list(self._judge, tree, self._log, self._judge.authority.url, number)

    def _check_earlier(self, tree: Tree, since: bytes) -> None:
        earlier = checkpoint.verify(since, self._trust.checkpoint_keys(), self._trust.origin)
        if earlier.size > tree.size:
            raise Inconsistent(
                f"the earlier checkpoint is of {earlier.size} entries and the log has only {tree.size}: "
                "it was cut back, or this copy is old"
            )
        check_root(tree, earlier.size, earlier.root, "the earlier checkpoint")
