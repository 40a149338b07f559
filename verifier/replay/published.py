"""The replay of a published log: its checkpoint, every entry with its signature, the root, and every decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from verifier import checkpoint, statement
from verifier.audit.report import Problem
from verifier.disclosure import DisclosureFile
from verifier.errors import CouldNotCheck, Inconsistent, VerificationError
from verifier.fetch import PublishedLog
from verifier.merkle import Frontier, leaf_hash
from verifier.replay.disclosed import Disclosed
from verifier.replay.outcomes import Replayed
from verifier.replay.replayer import Replayer, Watch
from verifier.statement import verify_signature
from verifier.tile import WIDTH, TreeReader
from verifier.trust import Trust

Progress = Callable[[int, int], None]
"""Told how many entries of how many are done."""

_NOT_READ: Final = "what follows was not replayed: it rests on what could not be read"


def replay_log(
    log: PublishedLog,
    trusted: Trust,
    disclosures: DisclosureFile | None = None,
    progress: Progress = lambda done, size: None,
    watch: Watch = lambda taken, organisation: None,
) -> Replayed:
    """Replays a published log against a trust file, with an auditor's disclosure file where there is one.

    It judges decisions. Places in history, tiles, lists and passkeys are `audit`'s matter.
    """
    # (1) The signed tree head.
    try:
        head = checkpoint.verify(log.get("checkpoint"), trusted.checkpoint_keys(), trusted.origin)
    except VerificationError as error:
        return Replayed(problems=[Problem.of(error, "checkpoint")])
    except CouldNotCheck as error:
        return Replayed(unchecked=[Problem.of(error, "checkpoint")])
    # (2) Every entry in its order: signature, then every decision once more.
    course = _Course(disclosures, watch)
    tree = TreeReader(head.size, log.get)
    unchecked: list[Problem] = []
    try:
        for first in range(0, head.size, WIDTH):
            course.take(first, tree.entries(first // WIDTH))
            progress(min(first + WIDTH, head.size), head.size)
    except CouldNotCheck as error:
        unchecked.append(Problem.of(error, f"entries from {course.reached}"))
    except VerificationError as error:
        course.problems.append(Problem.of(error, f"entry {course.reached}", course.reached))
    # (3) The root over them is the signed one. (4) The file is of this log, and given out as the log says.
    replayed = course.finish(trusted.origin)
    replayed.origin, replayed.size, replayed.root = head.origin, head.size, head.root
    replayed.unchecked += unchecked
    if course.reached < head.size:
        replayed.notes.append(_NOT_READ)
    elif course.frontier.root != head.root:
        other = Inconsistent("the entries do not have the root that the checkpoint signs")
        replayed.problems.append(Problem.of(other, "checkpoint"))
    return replayed


class _Course:
    """One replay on its way."""

    def __init__(self, disclosures: DisclosureFile | None, watch: Watch) -> None:
        self.reached = 0
        self.frontier = Frontier()
        self.problems: list[Problem] = []
        self._disclosed = None if disclosures is None else Disclosed(disclosures)
        self._replayer = Replayer(self._disclosed, watch)

    def take(self, first: int, entries: list[bytes]) -> None:
        """Takes one bundle. Raises Malformed for an entry that is none."""
        self.frontier = self.frontier.extend(leaf_hash(entry) for entry in entries)
        for index, entry in enumerate(entries, first):
            read = statement.parse(entry)
            if self._disclosed is not None:
                self._disclosed.see(read)
            self._replayer.take(index, read)
            if (key := self._replayer.authority.keys.get(read.kid)) is not None:
                try:
                    verify_signature(read, key.public_key)
                except VerificationError as error:
                    self.problems.append(Problem.of(error, f"entry {index}", index))
            self.reached = index + 1

    def finish(self, origin: str) -> Replayed:
        """What came of it."""
        replayed = self._replayer.finish()
        replayed.problems += [*self.problems, *self._of_file(origin)]
        if self._disclosed is not None:
            replayed.notes += self._disclosed.notes()
        return replayed

    def _of_file(self, origin: str) -> Iterator[Problem]:
        return iter(()) if self._disclosed is None else iter(self._disclosed.finish(origin))
