"""JSON answers that were given before, given again for as long as everything that they were made of is the same.

An answer is worked out from the award's rows, checkpoint, trust file, tiles and status list as published, the business
day and the age of the list. All of these are looked at each time; what differs in a single byte from what the
remembered answer was made of is worked out, and verified, anew. So whoever alters database or files finds nothing here
that still says what they took away.

What is remembered of a person lies sealed under that person's data key, as it does in the vault, and that key is
fetched each time. When a holder's data are erased the key is destroyed, and what this process remembers becomes as
unreadable as what the disk holds, whether anybody asks again or not.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from threading import Lock
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.answer import Answer, Sources, State
from ledger.awards import Awards
from verifier.address import check_link_id, link_digest
from verifier.current import business_day, check_fresh
from verifier.errors import Malformed
from verifier.statuslist import list_path

ANSWERS: Final = 4096
"""How many are remembered at most, those asked for last; one is about 4 KB, with its rows."""
_NONCE_SIZE: Final = 12
_STANDS_ALONE: Final = {State.VALID, State.NOT_YET_VALID, State.EXPIRED, State.SUSPENDED, State.REVOKED}
"""States that hang on one award's rows: a superseded one names another award."""


@dataclass(frozen=True, slots=True)
class _Kept:
    sources: Sources
    subject: UUID
    day: date
    sealed: bytes
    """Nonce, and the JSON around the time of checking, under the person's data key."""


class Remembered:
    """The answers of one process. Shared freely by threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._lock = Lock()

    def find(self, awards: Awards, link_id: str, now: datetime) -> bytes | None:
        """The JSON of a link's answer as of now; None where it has to be worked out, whatever the reason."""
        try:
            digest = link_digest(check_link_id(link_id))
        except Malformed:
            return None
        kept = self._kept.get(digest)
        if kept is None:
            return None
        try:
            text = _opened(awards, digest, kept, now)
        except Exception:  # Whatever cannot be read: working the answer out tells and logs what it is.
            text = None
        with self._lock:
            if text is None:
                self._kept.pop(digest, None)
                return None
            if digest in self._kept:
                self._kept.move_to_end(digest)
        before, _, after = text.partition(_GAP)
        return b"".join((before, _moment(now), after))

    def keep(self, awards: Awards, link_id: str, answer: Answer, body: bytes) -> None:
        """Remembers the JSON of an answer, where everything that it hangs on is known."""
        sources = answer.sources
        if answer.state not in _STANDS_ALONE or sources is None or answer.proof is None:
            return
        subject = sources.rows[0].subject
        before, stamp, after = body.partition(_CHECKED_AT + _moment(answer.checked_at))
        key = awards.ledger.data_keys.get(subject) if subject else None
        if subject is None or key is None or not stamp:
            return
        digest, nonce = link_digest(check_link_id(link_id)), os.urandom(_NONCE_SIZE)
        text = b"".join((before, _CHECKED_AT, _GAP, after))
        sealed = nonce + AESGCM(key).encrypt(nonce, text, digest)
        with self._lock:
            self._kept[digest] = _Kept(sources, subject, business_day(answer.checked_at), sealed)
            while len(self._kept) > ANSWERS:
                self._kept.popitem(last=False)


def _opened(awards: Awards, digest: bytes, kept: _Kept, now: datetime) -> bytes | None:
    """What is kept, where nothing that it was made of has changed. Raises what reading raises, and CouldNotCheck."""
    made_of = kept.sources
    if awards.snapshot() is not made_of.snapshot or business_day(now) != kept.day:
        return None
    if awards.published(list_path(made_of.list_number)) != made_of.token:
        return None
    check_fresh(made_of.listed, now)
    for row in made_of.rows:
        made_of.snapshot.verified.check_published(row.index, row.statement)
    if tuple(awards.ledger.store.stream(made_of.rows[0].stream_id)) != made_of.rows:
        return None
    key = awards.ledger.data_keys.get(kept.subject)
    return None if key is None else AESGCM(key).decrypt(kept.sealed[:_NONCE_SIZE], kept.sealed[_NONCE_SIZE:], digest)


_CHECKED_AT: Final = b'"checked_at":'
"""Its quotes stand bare: within a text, whatever that is, JSON escapes them."""
_GAP: Final = b"\x00"
"""Where the time of checking belongs; JSON has no such byte."""


def _moment(at: datetime) -> bytes:
    return f'"{at.astimezone(UTC).isoformat().removesuffix("+00:00")}Z"'.encode()
