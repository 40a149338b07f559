"""Whether an authentic award still stands: the published status list, tied to the log that proved the award.

Nothing that is published is believed for itself: the checkpoint and the list are signed, and tiles prove that both are
of the same history as the award's receipt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from itertools import chain
from typing import Final

from verifier import checkpoint, cosignatures, kinds, merkle, statement, statuslist
from verifier.checkpoint import Checkpoint
from verifier.cosignatures import Cosigned
from verifier.errors import CouldNotCheck, Inconsistent, KeyCompromised, Malformed
from verifier.events import Event
from verifier.fetch import PublishedLog
from verifier.moments import moment_of
from verifier.receipt import Included
from verifier.standing import CHANGES, Award, Standing, evolve, fold
from verifier.statuslist import StatusList
from verifier.tile import WIDTH, TreeReader
from verifier.trust import Trust
from verifier.verify import Logged, Proved, check_change, recorded_moment, verify_signer

BUSINESS_ZONE: Final = timezone(timedelta(hours=8))
"""The base's days are those of Chongqing: UTC+8 all the year."""
CLOCK_TOLERANCE: Final = timedelta(minutes=10)
"""How far ahead of ours the clock of a list's maker may be."""

KEPT_BACK: Final = timedelta(hours=1)
"""For how long what is recorded may be in no new fold of the log: it waits for its turn to be signed."""

Change = tuple[int, Event]
"""A change of standing and its index in the log."""


@dataclass(frozen=True, slots=True)
class Current:
    """What the published log says of an award."""

    checkpoint: Checkpoint
    list: StatusList
    listed: int
    """The list's own word: `statuslist.VALID`, `INVALID` or `SUSPENDED`."""
    day: date
    """The business day that the standing is of."""
    standing: Standing | None
    """None where the award was revoked or superseded and the changes themselves were not at hand."""
    award: Award
    """With the changes that were at hand and agree with the list."""
    cosigned: Cosigned | None = None
    """By whom the checkpoint is cosigned, where that was looked at."""


def business_day(moment: datetime) -> date:
    """The base's calendar day at a moment."""
    return moment.astimezone(BUSINESS_ZONE).date()


def check_standing(
    proved: Proved, log: PublishedLog, trust: Trust, now: datetime, changes: Sequence[Change] = (), scan: int = 0
) -> Current:
    """What stands of an award now. `changes` are known already; up to `scan` bundles are searched for more.

    Raises CouldNotCheck where something is missing or too old; Inconsistent where the log contradicts itself; any other
    VerificationError for a published file that is damaged or not the log's own, which says nothing about the award.
    """
    # (1) The checkpoint, by a key trusted for this log, and cosigned by a quorum where the trust file asks for one.
    published = log.get("checkpoint")
    head = checkpoint.verify(published, trust.checkpoint_keys(), trust.origin)
    cosigned = cosignatures.judge(published, trust.witnesses)
    cosigned.check_quorum()
    tree = TreeReader(head.size, log.get)
    # (2) It extends the tree of the award's receipt.
    check_extends(tree, head, proved.logged.included, "the award's receipt")
    # (3) The list that holds the award's index, by a key for lists, (4) of the same history.
    number = statuslist.list_number(proved.event.status_index)
    listed = verify_list(log.get(statuslist.list_path(number)), number, tree, head, trust)
    # (5) to (7)
    further = _changes_in(proved, tree, head, trust, scan) if scan else ()
    return replace(standing_by(proved, head, listed, now, chain(changes, further)), cosigned=cosigned)


def verify_list(token: bytes, number: int, tree: TreeReader, head: Checkpoint, trust: Trust) -> StatusList:
    """A published status list: signed by a key for lists, of this number, and of the history under `head`.

    Raises as `check_standing`. How old it is, is not asked here.
    """
    listed = signed_list(token, number, trust)
    check_extends(tree, head, Included(0, listed.size, listed.root), "the status list")
    return listed


def standing_by(
    proved: Proved, head: Checkpoint, listed: StatusList, now: datetime, changes: Iterable[Change]
) -> Current:
    """What stands of an award by a verified checkpoint and list and the changes at hand. Raises as `check_standing`.

    Checkpoint, list and receipt must have been shown to be of one history.
    """
    # (5) The list knows the award and (6) is fresh.
    if listed.size <= proved.index:
        raise CouldNotCheck(
            f"the status list is as of {listed.size} entries and does not know entry {proved.index} yet"
        )
    check_fresh(listed, now)
    # (7) The list's word, with the changes behind it where they are at hand, and the award's own days.
    return _combine(proved, head, listed, dict(changes), business_day(now))


def check_extends(tree: TreeReader, head: Checkpoint, old: Included, what: str) -> None:
    """Checks that the log under `head` extends the tree that `old` speaks of.

    Raises Inconsistent only where both are signed and contradict each other; Malformed where the tiles are damaged;
    CouldNotCheck where the published copy is older.
    """
    if old.size > head.size:
        raise CouldNotCheck(f"this copy of the log has {head.size} entries and is older than {what} ({old.size})")
    if old.size == head.size:
        found = head.root
    else:
        found = merkle.subtree_root(0, old.size, tree.hash)
        path = tree.consistency_path(old.size)
        try:
            merkle.verify_consistency(old.size, head.size, path, found, head.root)
        except Inconsistent:
            raise Malformed(f"the tiles of this copy do not lead to its signed root of {head.size} entries") from None
    if found != old.root:
        raise Inconsistent(
            f"the log shows another history: its first {old.size} entries are not those that {what} was signed for"
        )


def kept_back(tree: TreeReader, head: Checkpoint, size: int, issued_at: int, what: str) -> str | None:
    """Why a fold of the log's first `size` entries may hide what came since: it is dated long after that was recorded.

    None for one that is as new as it says. `issued_at`: seconds since 1970 UTC; `what`: its name. Raises NotIncluded
    for an entry that is not under the head; Malformed, CouldNotCheck.
    """
    if size >= head.size:
        return None
    entry = tree.entries(size // WIDTH)[size % WIDTH]
    merkle.verify_inclusion(merkle.leaf_hash(entry), size, head.size, tree.inclusion_path(size), head.root)
    recorded = recorded_moment(statement.parse(entry).record.envelope.recorded_at)
    issued = moment_of(issued_at)
    if issued - recorded <= KEPT_BACK:
        return None
    return (
        f"recorded {recorded:%Y-%m-%d %H:%M} UTC and not in {what} of {issued:%Y-%m-%d %H:%M} UTC, "
        f"which is of the log's first {size} entries"
    )


def signed_list(token: bytes, number: int, trust: Trust) -> StatusList:
    """A published status list: signed by a key for lists, of this number. Raises VerificationError.

    That it is of the log's history is another question: see `verify_list`.
    """
    key = trust.key(statuslist.signer(token))
    # Size and date are the signer's own word: who has a compromised key can name an early size.
    if key.compromised_from is not None:
        raise KeyCompromised(f"the status list is signed by key {key.kid.hex()[:16]}, which was reported compromised")
    listed = statuslist.verify(token, key.public_key)
    key.entitled(kinds.STATUS_KIND, listed.size - 1)
    # Each list is signed alike: without its name, another list could be passed off for this one.
    uri = status_uri(trust.url, number)
    if listed.uri != uri:
        raise Malformed(f"status/{number} is the list {listed.uri}, not {uri}")
    return listed


def status_uri(url: str, number: int) -> str:
    """The name of a published list: its address below the ledger's."""
    return f"{url.rstrip('/')}/log/status/{number}"


def check_fresh(listed: StatusList, now: datetime) -> None:
    """Checks that a list is neither too old nor dated ahead. Raises CouldNotCheck."""
    issued = moment_of(listed.issued_at)
    if issued > now + CLOCK_TOLERANCE:
        raise CouldNotCheck(f"the status list is dated {issued:%Y-%m-%d %H:%M} UTC, which is in the future")
    age = now - issued
    if age > timedelta(seconds=min(listed.ttl, statuslist.TTL_SECONDS)):
        raise CouldNotCheck(f"the newest status list is {_span(age)} old")


def _span(age: timedelta) -> str:
    if age.days >= 1:
        return f"{age.days} day{'s' if age.days > 1 else ''}"
    return f"{age.seconds // 3600} hours"


def _changes_in(proved: Proved, tree: TreeReader, head: Checkpoint, trust: Trust, scan: int) -> Iterator[Change]:
    """The award's changes in the entry bundles behind it, each proved by the tiles; none where they are too many."""
    stream = proved.logged.statement.stream_id
    bundles = range(proved.index // WIDTH, -(-head.size // WIDTH))
    if len(bundles) > scan:
        return
    for number in bundles:
        for offset, entry in enumerate(tree.entries(number)):
            index = number * WIDTH + offset
            if index <= proved.index or stream.bytes not in entry:
                continue
            read = statement.parse(entry)
            if read.stream_id != stream or not isinstance(read.record.event, CHANGES):
                continue
            merkle.verify_inclusion(read.leaf, index, head.size, tree.inclusion_path(index), head.root)
            try:
                key, organisation = verify_signer(read, index, trust)
            except KeyCompromised:
                continue  # disowned: it stays in the log and counts for nothing
            yield check_change(Logged(read, key, organisation, Included(index, head.size, head.root)), proved)


def _combine(proved: Proved, head: Checkpoint, listed: StatusList, changes: dict[int, Event], day: date) -> Current:
    """The list's word and the changes' must agree. Only a history that ended cannot be undone by what is withheld."""
    status = listed.at(proved.event.status_index)
    known = fold([proved.event, *(changes[index] for index in sorted(changes) if index < listed.size)])
    if known.ended and status != statuslist.INVALID:
        raise Inconsistent(f"the status list of {listed.size} entries does not say what the log's own entries say")
    if statuslist.status_of(known) == status:
        award = fold([proved.event, *(changes[index] for index in sorted(changes))])
        return Current(head, listed, status, day, award.on(day), award)
    bare = evolve(None, proved.event)
    standing: Standing | None = bare.on(day)
    if status == statuslist.INVALID:
        standing = None
    elif status == statuslist.SUSPENDED and standing is Standing.VALID:
        standing = Standing.SUSPENDED
    return Current(head, listed, status, day, standing, bare)
