"""What the log as it was recorded at the end of a day says of an award: what its page would have said then.

Of that day are the entries, the keys and what was known of them: a key that was reported compromised later was still a
good one. The times are those of the ledger's own clock, and a page of that day shows what was published by then, some
seconds behind what was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.awards import Awards, IssuedAward, Snapshot
from ledger.receipts import NotYetSigned
from verifier import merkle
from verifier.errors import KeyCompromised
from verifier.past import Past, check_no_gap, end_of, log_before
from verifier.receipt import Included
from verifier.standing import Standing, fold
from verifier.statement import Statement
from verifier.trust import Trust
from verifier.verify import Logged, Proved, check_change, verify_signer


@dataclass(frozen=True, slots=True)
class Then:
    """An award in the log as it was recorded at the end of a day."""

    past: Past
    standing: Standing | None
    """What the log said then of that day; None where the award was not in it yet."""
    disowned: bool = False
    """Whether the log said by then that the key of the award had been compromised when it signed."""


def as_of(awards: Awards, issued: IssuedAward, day: date) -> Then:
    """What the log said at the end of a business day, by what is published.

    Raises NotYetSigned where something of the award is recorded and not published yet; VerificationError and
    CouldNotCheck where the published tiles or the statements do not bear it out.
    """
    now = awards.snapshot()
    past = log_before(now.tree, now.head.root, end_of(day))
    if issued.index >= past.size:
        return Then(past, None)
    known = awards.trust_at(past.size)
    # (1) The award was in that tree, signed by who was entitled to it by what was known then.
    try:
        logged = _logged(issued.statement, issued.index, past, known, now)
    except KeyCompromised:
        return Then(past, Standing.REVOKED, disowned=True)
    proved = Proved(logged, issued.event)
    # (2) So were its changes. None that stands before another one is missing.
    counted = []
    check_no_gap(statement for _, statement in issued.changes)
    for index, statement in issued.changes:
        if index >= past.size:
            continue
        try:
            _, event = check_change(_logged(statement, index, past, known, now), proved)
        except KeyCompromised:
            continue  # disowned by then: it stays in the log and counts for nothing
        counted.append(event)
    # (3) What stood on that day.
    return Then(past, fold([issued.event, *counted]).on(day))


def _logged(statement: Statement, index: int, past: Past, known: Trust, now: Snapshot) -> Logged:
    """The statement in the tree of that day. Raises NotIncluded, and as `verify_signer`."""
    if index >= now.head.size:
        raise NotYetSigned(index, now.head.size)
    merkle.verify_inclusion(
        statement.leaf, index, past.size, merkle.inclusion_path(index, past.size, now.tree.hash), past.root
    )
    key, organisation = verify_signer(statement, index, known)
    return Logged(statement, key, organisation, Included(index, past.size, past.root))
