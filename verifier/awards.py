"""Every award of the log with its standing: the fold that the status list is made of (FORMATS §6).

The ledger's publication and the audit of a published log share it. It needs the public part of the statements only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from uuid import UUID

from verifier.authority import Authority
from verifier.errors import RuleBroken
from verifier.events import Event, event_type
from verifier.standing import AWARDS, CHANGES, Award, evolve
from verifier.statement import Statement

AWARD_TYPES: Final = frozenset(event_type(cls).name for cls in (*AWARDS, *CHANGES))
"""Wire names of the events that make an award or change its standing."""


def disowned(index: int, statement: Statement, authority: Authority) -> bool:
    """Whether entry `index` was signed by a key that was compromised as of that index or an earlier one.

    Such an entry stays in the log and counts for nothing. Raises UnknownKey.
    """
    return _disowned(index, statement.kid, authority)


def fold_awards(entries: Iterable[tuple[int, Statement]], authority: Authority) -> dict[UUID, Award]:
    """The awards by stream id, in log order, with all changes of standing.

    `entries` are log indices with statements whose signatures are checked or trusted; types other than `AWARD_TYPES`
    may be left out. `authority` is that of the whole log: a compromise reported later disowns earlier entries. A
    disowned award is kept as such, so that the status list says INVALID to readers who do not know of the compromise.
    Raises RuleBroken, naming the index, for a change of what was never awarded; UnknownKey.
    """
    return fold_events(((index, read.stream_id, read.kid, read.record.event) for index, read in entries), authority)


def fold_events(events: Iterable[tuple[int, UUID, bytes, Event]], authority: Authority) -> dict[UUID, Award]:
    """As `fold_awards`, of what it looks at alone: index, stream, thumbprint of the signer, event."""
    awards: dict[UUID, Award] = {}
    for index, stream, kid, event in events:
        if not isinstance(event, (*AWARDS, *CHANGES)):
            continue
        if _disowned(index, kid, authority):
            if isinstance(event, AWARDS):
                awards[stream] = replace(evolve(None, event), disowned=True)
            continue
        if stream in awards and awards[stream].disowned:
            continue  # a good revocation of what a thief awarded: there is nothing left to change
        if stream not in awards and not isinstance(event, AWARDS):
            raise RuleBroken(f"entry {index}: {event_type(event).name} without an award before it")
        awards[stream] = evolve(awards.get(stream), event)
    return awards


def _disowned(index: int, kid: bytes, authority: Authority) -> bool:
    compromised_from = authority.key(kid).compromised_from
    return compromised_from is not None and index >= compromised_from
