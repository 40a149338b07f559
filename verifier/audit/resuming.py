"""An audit's state file in use: whether it is of this log, whether the log leads on from it, when it is written."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from verifier import checkpoint, merkle, note
from verifier.audit import state
from verifier.audit.judging import Judge
from verifier.audit.state import State
from verifier.audit.tree import Tree, check_extends
from verifier.checkpoint import Checkpoint
from verifier.errors import CouldNotCheck, Malformed
from verifier.tile import TreeReader
from verifier.trust import Trust

STATE_FILE: Final = "the state file"
"""Its place in a report."""


class Kept:
    """The state file of one audit under one signed checkpoint."""

    def __init__(self, path: Path, every: int, signed: bytes, head: Checkpoint, trusted: Trust) -> None:
        """Reads what is there. Raises CouldNotCheck for a state that is damaged, of another version or another log."""
        self._path, self._signed, self._head = path, signed, head
        self.every = every
        self.state: State | None = state.load(path)
        """What was there."""
        self.saved = self.state.size if self.state else 0
        """Entries of the state in the file now."""
        self._earlier: Checkpoint | None = None
        if self.state is None:
            return
        if (self.state.origin, self.state.genesis) != (trusted.origin, trusted.genesis):
            raise CouldNotCheck(
                f"the state file {path} is of another log, {self.state.origin} with genesis "
                f"{self.state.genesis.hex()[:16]}: name another file for this log"
            )
        try:
            self._earlier = checkpoint.parse(note.parse(self.state.checkpoint))
        except Malformed as error:
            raise CouldNotCheck(f"the state file {path} holds no checkpoint: {error.message}") from None
        if self._earlier.size < self.state.tree_again(_none).size:
            raise CouldNotCheck(f"the state file {path} is of more entries than its checkpoint")

    def check(self, tree: Tree) -> None:
        """Raises Inconsistent unless the tree leads on from the checkpoint of the audit before."""
        if self._earlier is not None:
            check_extends(tree, self._earlier, "the checkpoint of the audit before")

    def save(self, judge: Judge, tree: Tree) -> None:
        """Writes how far the audit came. Raises CouldNotCheck where that fails."""
        try:
            state.save(self._path, self._signed, judge, tree)
        except OSError as error:
            raise CouldNotCheck(f"the state file {self._path} cannot be written: {error.strerror}") from None
        self.saved = tree.size


def _none(bundle: int) -> bytes:
    raise CouldNotCheck(f"bundle {bundle} is not read")


def check_leads(tree: Tree, published: TreeReader, head: Checkpoint) -> None:
    """Raises Inconsistent unless the signed tree extends this one, by the published tiles; else as reading does."""
    if tree.size:
        proof = published.consistency_path(tree.size)
        merkle.verify_consistency(tree.size, head.size, proof, tree.root(tree.size), head.root)
