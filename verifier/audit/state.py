"""What an audit keeps in a file, so that the next one goes on where it stopped.

The file is the auditor's own, and as trustworthy as the disk that it lies on: whoever can write it can have entries
passed over. It says of which log it is, and under which signed checkpoint its entries stood. What it holds is folded
from entries that were judged good, under a root that was proven to lead to that checkpoint.

Form: the line `certledger-audit-state/1`, a line with the SHA-256 of the rest in hexadecimal, then one CBOR map in the
one encoding (verifier/cbor.py).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from verifier import cbor, durable
from verifier.audit.histories import STATES
from verifier.audit.judging import Judge
from verifier.audit.tree import Leaves, Tree
from verifier.errors import CouldNotCheck, VerificationError
from verifier.events import EVENTS

RULES: Final = 2
"""Raised whenever an audit asks more of an entry than before: what was judged by less is not gone on from."""
SAVE_EVERY: Final = 50_000
"""Entries after which an audit that goes on writes its state."""
_FORMAT: Final = b"certledger-audit-state/1"
_OF_STATES: Final = b"certledger-audit-state/"
_LIMIT: Final = 2**31
"""Bytes of the largest state file that is read."""


@dataclass(frozen=True, slots=True)
class State:
    """A state as read: good in form, and of this version. Whether it is of this log, its user asks."""

    origin: str
    genesis: bytes
    checkpoint: bytes
    """The signed checkpoint that its entries are the beginning of."""
    size: int
    """Entries that were audited."""
    tree: list[Any]
    judge: dict[str, Any]

    def tree_again(self, leaves: Leaves) -> Tree:
        """The tree over the entries. Raises CouldNotCheck for a state that cannot have been written by an audit."""
        try:
            open_leaves, *levels = self.tree
            tree = Tree(leaves, open_leaves, tuple(levels))
            size = tree.size
        except (ValueError, TypeError) as error:
            raise _unfit(error) from None
        if size != self.size:
            raise CouldNotCheck(f"the state file is of {self.size} entries and holds the hashes of {size}")
        return tree

    def restore(self, judge: Judge, at: Callable[[int], None]) -> None:
        """Makes a new judge what it was. `at` is told each size up to which the log's keys and definitions are folded.

        Raises CouldNotCheck for a state that cannot have been written by an audit.
        """
        try:
            judge.restore(self.judge, self.size, at)
        except (VerificationError, ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
            raise _unfit(error) from None


def _unfit(error: Exception) -> CouldNotCheck:
    return CouldNotCheck(f"the state file holds what no audit wrote: {error}")


def load(path: Path) -> State | None:
    """The state in a file; None where there is no file. Raises CouldNotCheck for one that is not gone on from."""
    try:
        with path.open("rb") as file:
            data = file.read(_LIMIT)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CouldNotCheck(f"the state file {path} cannot be read: {error.strerror}") from None
    form, _, rest = data.partition(b"\n")
    digest, _, body = rest.partition(b"\n")
    if form != _FORMAT:
        what = "is of another version of certverify" if form.startswith(_OF_STATES) else "is no state of an audit"
        raise CouldNotCheck(
            f"the state file {path} {what}: name another one, or remove it and audit from the beginning"
        )
    if sha256(body).hexdigest().encode() != digest:
        raise CouldNotCheck(f"the state file {path} is damaged: remove it and audit from the beginning")
    try:
        plain = cbor.decode(body)
        rules = plain.pop("rules")
        state = State(**plain)
    except (VerificationError, AttributeError, KeyError, TypeError) as error:
        raise CouldNotCheck(f"the state file {path} is in no form that an audit writes: {error}") from None
    if rules != _rules():
        raise CouldNotCheck(
            f"the state file {path} is of another version of certverify, which knew other kinds of event or rules: "
            "remove it and audit from the beginning"
        )
    return state


def save(path: Path, checkpoint: bytes, judge: Judge, tree: Tree) -> None:
    """Puts a state in place of the one before, whole or not at all. Raises OSError."""
    plain = {
        "rules": _rules(),
        "origin": judge.authority.origin,
        "genesis": judge.authority.genesis,
        "checkpoint": checkpoint,
        "size": tree.size,
        "tree": [tree.open_leaves, *tree.levels],
        "judge": judge.plain(),
    }
    body = cbor.encode(plain)
    durable.put(path, b"\n".join((_FORMAT, sha256(body).hexdigest().encode(), body)))
    with suppress(OSError):  # where folders cannot be opened
        durable.settle(path.absolute().parent)


def _rules() -> bytes:
    """What the numbers and kinds in a state mean: another verifier may know others."""
    return sha256(cbor.encode([sorted(EVENTS), list(STATES), RULES])).digest()
