"""Whether a process can answer the public, as a load balancer asks: what of it is missing, in stable words."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from ledger.awards import Awards, Snapshot
from ledger.receipts import NotYetSigned
from ledger.sequencer import CannotSign, recorded_at
from ledger.store import Store
from verifier import statuslist
from verifier.errors import CouldNotCheck, VerificationError
from verifier.fetch import FolderLog

LATE_SECONDS: Final = 60
"""How long after it was recorded an entry may wait to be published and to stand in the views."""

DATABASE: Final = "database"
VIEWS: Final = "views"
PUBLISHED: Final = "published"
STATUS_LISTS: Final = "status-lists"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Readiness:
    """How far everything is. None where it could not be found out."""

    missing: tuple[str, ...]
    """What is not as it should be: `database` cannot be reached; `views` are behind; what is `published` cannot be
    read or is behind; the `status-lists` are missing or too old.
    """
    recorded: int | None = None
    """Entries in the log."""
    shown: int | None = None
    """Entries that the views show."""
    published: int | None = None
    """Entries under the checkpoint in this machine's published folder."""


def readiness(awards: Awards, now_ms: int) -> Readiness:
    """How things stand now, in milliseconds since 1970 UTC. Raises nothing: what fails is missing."""
    store = awards.ledger.store
    try:
        recorded = store.head().size
    except Exception as error:
        _log.debug("not ready: %s", error)
        return Readiness((DATABASE,))
    missing, shown, published = [], None, None
    try:
        shown = awards.shown()
        if _late(store, shown, recorded, now_ms):
            missing.append(VIEWS)
    except Exception as error:
        _log.debug("not ready: %s", error)
        missing.append(VIEWS)
    try:
        snapshot = awards.snapshot()
        published = snapshot.head.size
        if _late(store, published, recorded, now_ms):
            missing.append(PUBLISHED)
        if not _lists_are_current(awards, snapshot, now_ms):
            missing.append(STATUS_LISTS)
    except (NotYetSigned, VerificationError, CouldNotCheck) as error:
        _log.debug("not ready: %s", error)
        missing.append(PUBLISHED)
    except Exception as error:
        _log.debug("not ready: %s", error)
        missing.append(DATABASE)
    return Readiness(tuple(missing), recorded, shown, published)


def _late(store: Store, done: int, recorded: int, now_ms: int) -> bool:
    """Whether the first entry that is not done has waited too long."""
    if done >= recorded:
        return False
    entry = store.entry(done)
    try:
        return entry is None or recorded_at(entry) < now_ms - LATE_SECONDS * 1000
    except CannotSign:
        return True


def _lists_are_current(awards: Awards, snapshot: Snapshot, now_ms: int) -> bool:
    """Whether checks would take the first status list; the others are made together with it."""
    try:
        token = FolderLog(awards.ledger.public).get("status/0")
        listed = statuslist.verify(token, snapshot.trust.key(statuslist.signer(token)).public_key)
    except (VerificationError, CouldNotCheck):
        return False
    return now_ms // 1000 - listed.issued_at <= statuslist.TTL_SECONDS
