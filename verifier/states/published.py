"""A state by the published log alone: every entry that it rests on is checked, and shown to be in the signed tree."""

from __future__ import annotations

from datetime import date

from verifier import checkpoint, merkle, statement
from verifier.errors import CouldNotCheck, Inconsistent, NotIncluded
from verifier.fetch import PublishedLog
from verifier.merkle import Frontier
from verifier.past import log_before
from verifier.states.point import AfterEntries, OnDay, Point, RecordedBy
from verifier.states.public import PUBLIC, PublicFold, PublicProjection
from verifier.states.table import State, ordered
from verifier.tile import WIDTH, TreeReader
from verifier.trust import Trust


def state_at(log: PublishedLog, trusted: Trust, projection: str, point: Point | None, day: date | None = None) -> State:
    """A public projection at a point, None for the log's end. `day` asks for standings of another day than its own.

    Raises CouldNotCheck for a point or a projection that is not there, VerificationError where the log is not good.
    """
    wanted = known(projection, point)
    # (1) The signed head, and how many of its entries were there at that point.
    head = checkpoint.verify(log.get("checkpoint"), trusted.checkpoint_keys(), trusted.origin)
    tree = TreeReader(head.size, log.get)
    match point:
        case AfterEntries(size):
            if size > head.size:
                raise CouldNotCheck(f"the log has {head.size} entries, not {size}")
        case RecordedBy():
            size = log_before(tree, head.root, point.end).size
        case OnDay() | None:
            size = head.size
    # (2) Each of them: its signature, and that its key was entitled to it there.
    fold, frontier = PublicFold(), Frontier()
    for first in range(0, size, WIDTH):
        entries = tree.entries(first // WIDTH)[: size - first]
        frontier = frontier.extend(map(merkle.leaf_hash, entries))
        for entry in entries:
            fold.take(statement.parse(entry))
    # (3) They are the beginning of the signed tree.
    if size:
        try:
            merkle.verify_consistency(size, head.size, tree.consistency_path(size), frontier.root, head.root)
        except Inconsistent:
            raise NotIncluded(f"the first {size} entries of this copy are not those of its signed tree") from None
    return state_of(fold, wanted, point or AfterEntries(size), day, trusted.origin, frontier.root)


def known(projection: str, point: Point | None) -> PublicProjection:
    """The projection, where it can be asked for this kind of point. Raises CouldNotCheck."""
    if (found := PUBLIC.get(projection)) is None:
        raise CouldNotCheck(f"there is no projection {projection!r}, but {', '.join(PUBLIC)}")
    if isinstance(point, OnDay) and found.dated is None:
        raise CouldNotCheck(f"{projection} have no business dates: ask for a number of entries or a recorded time")
    return found


def state_of(
    fold: PublicFold, projection: PublicProjection, point: Point, day: date | None, origin: str, root: bytes
) -> State:
    """The rows of a fold at a point."""
    on = point.day if isinstance(point, OnDay) else day or fold.last_day
    rows = projection.rows(fold, on)
    if isinstance(point, OnDay) and projection.dated is not None:
        rows = filter(projection.dated, rows)
    asked = "" if projection.dated is None else on.isoformat()
    table = ordered(rows, projection.key)
    return State(
        projection.name, origin, str(point), fold.size, root.hex(), asked, projection.columns, projection.key, table
    )
