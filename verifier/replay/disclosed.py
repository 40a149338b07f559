"""An auditor's disclosure file beside the log that it is of: same log, same root, and in the log that it was given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from verifier import kinds
from verifier.audit.report import Problem
from verifier.disclosure import DisclosureFile
from verifier.errors import Inconsistent, Mismatch, NotIncluded, VerificationError
from verifier.merkle import Frontier
from verifier.statement import Statement

_PLACE: Final = "the disclosure file"
_LEAVES: Final = 1024


class Disclosed:
    """The disclosures of a file (`Disclosures`), and what is wrong with the file, said at the end.

    From where it cannot be read on it discloses nothing: a replay goes on, and says what is withheld.
    """

    def __init__(self, file: DisclosureFile) -> None:
        self._file: DisclosureFile | None = file
        self._scope, self._recipient = file.scope, file.recipient
        self._given: set[bytes] = set()
        """Digests of the disclosures to this auditor that the log records."""
        self._frontier, self._leaves = Frontier(), list[bytes]()
        self._seen = 0
        self._problems: list[Problem] = []

    def see(self, statement: Statement) -> None:
        """Is shown every entry in the order of the log."""
        if self._seen < self._scope.size:
            self._leaves.append(statement.leaf)
            self._seen += 1
            if len(self._leaves) == _LEAVES or self._seen == self._scope.size:
                self._frontier, self._leaves = self._frontier.extend(self._leaves), []
        event = statement.record.event
        if isinstance(event, kinds.DisclosureMade) and event.recipient == self._recipient:
            self._given.add(event.digest)

    def of(self, index: int) -> Sequence[bytes]:
        """The disclosures of an entry."""
        if self._file is None:
            return ()
        try:
            return self._file.of(index)
        except VerificationError as error:
            self._give_up(error)
            return ()

    def is_erased(self, index: int) -> bool:
        """Whether the base says of an entry that its values were erased."""
        return self._file is not None and self._file.is_erased(index)

    def finish(self, origin: str) -> list[Problem]:
        """What is wrong with the file. `origin`: of the log that was shown."""
        for error in self._faults(origin):
            self._problems.append(Problem.of(error, _PLACE))
        return self._problems

    def notes(self) -> Iterator[str]:
        """What the file says of itself."""
        yield (
            f"disclosed to key {self._recipient.hex()[:16]} as of {self._scope.size} entries, scope {self._scope.scope}"
        )

    def _faults(self, origin: str) -> Iterator[VerificationError]:
        if self._scope.origin != origin:
            yield Mismatch(f"it is of the log {self._scope.origin}, not of {origin}")
        elif self._seen < self._scope.size:
            yield Inconsistent(f"it is as of {self._scope.size} entries, and the log has only {self._seen}")
        elif self._frontier.root != self._scope.root:
            yield Inconsistent(f"the log's root of its first {self._scope.size} entries is not the file's")
        if self._file is None:
            return
        try:
            digest = self._file.digest()
        except VerificationError as error:
            yield error
            return
        if digest not in self._given:
            yield NotIncluded("the log does not say that this file was given to this auditor")

    def _give_up(self, error: VerificationError) -> None:
        self._problems.append(Problem.of(error, _PLACE))
        self._file = None
