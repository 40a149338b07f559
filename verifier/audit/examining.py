"""What can be said of entries without knowing their place in history: form, hashes, signature by the key they name.

It needs no order, so any process can do it for any bundle. Whatever is not in order here, or changes what the log says
of keys, people and definitions, is left to the audit, which looks at it whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from verifier import keys, merkle, statement
from verifier.audit.skimming import Shown, Skimmed, skim
from verifier.current import business_day
from verifier.errors import VerificationError
from verifier.events import EVENTS, Event
from verifier.standing import AWARDS, CHANGES
from verifier.statement import to_be_signed
from verifier.verify import LATEST, recorded_moment

WHOLE: Final = -1
"""Number of no group: an entry that the audit looks at whole."""
WHOLE_KINDS: Final = frozenset(
    declared.kind
    for declared in EVENTS.values()
    if declared.public and not issubclass(declared.cls, (*AWARDS, *CHANGES))
)
"""Kinds that define something: few entries, on which the others rest."""

_HOUR: Final = 3_600_000


@dataclass(slots=True)
class Examined:
    """A bundle as examined, one column for each thing. What stands for an entry to be looked at whole means nothing."""

    leaves: bytes
    """Leaf hashes one after another."""
    root: bytes
    """Root over them."""
    groups: list[tuple[Shown, str]] = field(default_factory=list)
    """What entries have in common, with the month in which they were recorded."""
    group_of: list[int] = field(default_factory=list)
    streams: list[bytes] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    events: dict[int, Event] = field(default_factory=dict)
    """Awards and changes of them, by their place in the bundle."""


def examine(entries: list[bytes], known: Mapping[bytes, bytes]) -> Examined:
    """Examines a bundle, with the public keys that are known by thumbprint."""
    leaves = list(map(merkle.leaf_hash, entries))
    found = Examined(b"".join(leaves), merkle.root_of(leaves))
    numbers: dict[tuple[Shown, str], int] = {}
    for place, entry in enumerate(entries):
        read, event = skim(entry), None
        if read is None:
            read, event = _read_whole(entry)
        number, stream, version, recorded_at = WHOLE, b"", 0, 0
        if read is not None and read.recorded_at <= LATEST and _signed(read, known):
            shown, stream, version, recorded_at, _, _ = read
            group = (shown, month_of(recorded_at))
            number = numbers.setdefault(group, len(numbers))
            if event is not None:
                found.events[place] = event
        found.group_of.append(number)
        found.streams.append(stream)
        found.versions.append(version)
        found.times.append(recorded_at)
    found.groups = list(numbers)
    return found


def month_of(recorded_at: int) -> str:
    """The month of a recorded time in the base's calendar, as `2026-03`."""
    return _month_of_hour(recorded_at // _HOUR)


@lru_cache(maxsize=4096)
def _month_of_hour(hour: int) -> str:
    return business_day(recorded_moment(hour * _HOUR)).isoformat()[:7]


def _read_whole(entry: bytes) -> tuple[Skimmed | None, Event | None]:
    """A statement of an award, or in a rarer form; neither for what the audit has to look at itself."""
    try:
        read = statement.parse(entry)
    except VerificationError:
        return None, None
    kind, around = read.record.type.kind, read.record.envelope
    if kind in WHOLE_KINDS:
        return None, None
    event = read.record.event if isinstance(read.record.event, (*AWARDS, *CHANGES)) else None
    shown = Shown(kind, read.kid, read.issuer, around.actors, around.pack.bytes if around.pack else None)
    message = to_be_signed(read.protected, read.payload)
    return Skimmed(shown, read.stream_id.bytes, around.version, around.recorded_at, message, read.signature), event


def _signed(read: Skimmed, known: Mapping[bytes, bytes]) -> bool:
    public = known.get(read.shown.kid)
    if public is None:
        return False
    try:
        keys.verify(public, read.signature, read.message)
    except VerificationError:
        return False
    return True
