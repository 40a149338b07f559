"""What stood on a past day, and the log as it was recorded at the end of one: how many entries, and what proves it.

Recorded time never runs back in a log: the sequencer refuses to sign what does, and an audit says so. So where one
entry was recorded on a day or before, and the next one later, the log had exactly so many entries when that day ended.
Both are read from the published tiles and shown to be in the signed tree. The times are those of the ledger's own clock
(docs/threat-model.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from verifier import bundle, merkle, statement
from verifier.current import BUSINESS_ZONE, Change
from verifier.errors import Inconsistent, KeyCompromised, Malformed, Mismatch
from verifier.standing import Award, fold
from verifier.statement import Statement
from verifier.tile import WIDTH, TreeReader
from verifier.trust import Trust
from verifier.verify import Proved, recorded_moment, verify_change


@dataclass(frozen=True, slots=True)
class Past:
    """A log as it was recorded before a moment."""

    size: int
    """Entries recorded before the moment. Of those behind it the first was recorded at the moment or later."""
    root: bytes
    """Root of the tree of that size, which the published one was shown to extend."""
    last: datetime | None
    """When entry `size - 1` was recorded; None for an empty log."""
    next: datetime | None
    """When entry `size` was recorded; None where the published log ends."""


def whole_history(award: Proved, changes: Sequence[bytes], trust: Trust) -> Award:
    """The award with all the changes whose proofs are given; those by a compromised key count for nothing.

    What stood on an earlier day hangs on changes that today's status list does not tell of. Raises Mismatch where one
    is missing before another; VerificationError or CouldNotCheck for a proof that is not good.
    """
    check_no_gap(bundle.parse(item).statement for item in changes)
    counted: list[Change] = []
    for item in changes:
        try:
            counted.append(verify_change(item, trust, award))
        except KeyCompromised:
            continue
    return fold([award.event, *(event for _, event in sorted(counted, key=lambda change: change[0]))])


def check_no_gap(changes: Iterable[Statement]) -> None:
    """Checks that an award's changes are its second entry, its third and so on. Raises Mismatch."""
    for version, change in enumerate(changes, start=2):
        if change.record.envelope.version != version:
            raise Mismatch(f"the award's entry {version} is missing before its entry {change.record.envelope.version}")


def end_of(day: date) -> datetime:
    """The moment at which a business day is over. Raises OverflowError for the last day of the calendar."""
    return datetime.combine(day + timedelta(days=1), time(), BUSINESS_ZONE)


def log_before(tree: TreeReader, root: bytes, moment: datetime) -> Past:
    """The log as it was recorded before `moment`, by the tiles of a published tree whose root is signed.

    Raises CouldNotCheck where a tile is missing; Malformed for tiles or entries that are damaged, or that do not lead
    to the signed root; NotIncluded for an entry that
    is not the tree's; Inconsistent where recorded time runs back around the end that was found.
    """
    # (1) Search by the recorded times, which never run back: first the bundles by their first entries, then one bundle.
    low, high = 0, -(-tree.size // WIDTH)
    while low < high:
        middle = (low + high) // 2
        if _recorded(tree.entries(middle)[0]) < moment:
            low = middle + 1
        else:
            high = middle
    size = 0
    if low:
        entries = tree.entries(low - 1)
        before = sum(1 for entry in entries if _recorded(entry) < moment)
        size = (low - 1) * WIDTH + before
    # (2) The entries on both sides of the end are in the signed tree, and lie on their sides of the moment.
    last = recorded_in(tree, root, size - 1) if size else None
    following = recorded_in(tree, root, size) if size < tree.size else None
    if (last is not None and last >= moment) or (following is not None and following < moment):
        raise Inconsistent(f"the log's recorded times run back around entry {size}")
    # (3) The root of that size, and that the signed tree extends it.
    return Past(size, root_at(tree, root, size), last, following)


def root_at(tree: TreeReader, signed: bytes, size: int) -> bytes:
    """Root of the first `size` entries of a published tree, which the signed root is shown to extend.

    Raises Malformed for tiles that do not lead to it, CouldNotCheck where one is missing.
    """
    if size == tree.size:
        return signed
    if size == 0:
        return merkle.EMPTY_ROOT
    root = merkle.subtree_root(0, size, tree.hash)
    try:
        merkle.verify_consistency(size, tree.size, tree.consistency_path(size), root, signed)
    except Inconsistent:
        raise Malformed(f"the tiles of this copy do not lead to its signed root of {tree.size} entries") from None
    return root


def _recorded(entry: bytes) -> datetime:
    return recorded_moment(statement.parse(entry).record.envelope.recorded_at)


def recorded_in(tree: TreeReader, root: bytes, index: int) -> datetime:
    """When an entry of a published tree, whose root is signed, was recorded. Raises as `log_before`."""
    entry = tree.entries(index // WIDTH)[index % WIDTH]
    merkle.verify_inclusion(merkle.leaf_hash(entry), index, tree.size, tree.inclusion_path(index), root)
    return _recorded(entry)
