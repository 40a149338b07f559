"""One piece of an upload after the other, checked as the pages check it.

A number with a name is answered for as on the page of typed numbers (`api.lookup`), a PDF, picture or proof as
`certverify` does, with the standing that the pages give (`api.answer`).
"""

from __future__ import annotations

import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Final, assert_never

from api import lookup
from api.answer import Answer, State, answer_link, answer_proof
from api.bulk_turns import Guesses
from api.limits import Monotonic
from api.refused import Refused
from ledger.awards import Awards
from ledger.bulk.items import HeldFile, Item, TurnedAway, TypedRow, Unread
from ledger.handle import Clock, moment_of
from ledger.names import folded_name
from verifier.address import check_number
from verifier.check import Checker
from verifier.errors import CouldNotCheck
from verifier.verdict import PrintedField, Verdict
from verifier.verdict import State as FileState

NO_MATCH: Final = "no-match"
TURNED_AWAY: Final = "turned-away"
"""Nothing was looked up: the row or file has to be put right."""
SLICE_SECONDS: Final = 0.05
"""How long one upload is worked at before the next one has its turn; a piece that was begun is finished."""
RUN_SECONDS: Final = 900.0
"""How long an upload may take; what is left then could not be checked."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of one piece."""

    item: Item
    state: str
    """A word of `api.answer.State` or `verifier.verdict.State`, or one of the two above."""
    checked_at: datetime
    code: str = ""
    """Stable code of the reason."""
    detail: str = ""
    """What there is to say of this very piece, in English, for people."""
    matched: tuple[str, ...] = ()
    """What of the piece led to the award and agreed with it: `number` and `name`, `seal`, `proof`, `link`."""
    answer: Answer | None = None
    """Where it led to an award; everything in it has verified."""
    fields: tuple[PrintedField, ...] = ()
    """What was signed, also where a file differs from it."""
    file_hash: bytes | None = None
    """SHA-256 of a file."""


@dataclass(slots=True)
class Run:
    """The checks of one upload."""

    awards: Callable[[], Awards]
    clock: Clock
    monotonic: Monotonic
    address: str
    guesses: Guesses
    _known: dict[tuple[str, str], Checked] = field(default_factory=dict)
    """What came of numbers with names, each asked once however often it stands in the upload."""
    _until: float | None = None
    _missed_at: float = -math.inf
    """When the last pair that did not match was asked."""

    def slice(self, items: Iterator[Item]) -> list[Checked]:
        """The next few pieces; none where all are done. Raises nothing. To be called by who has the turn to work."""
        begun = self.monotonic()
        self._until = self._until or begun + RUN_SECONDS
        done: list[Checked] = []
        for item in items:
            missed = self._missed_at
            done.append(self._check(item) if begun < self._until else self._unchecked(item, "out-of-time"))
            if self._missed_at != missed or self.monotonic() - begun >= SLICE_SECONDS:
                break
        return done

    def rest(self) -> float:
        """Seconds until what was found may be told and the next piece looked at.

        It is told that a pair does not match as long after it was asked as a typed one hears so, and nothing that comes
        after it tells how long finding that out took.
        """
        return max(0.0, self._missed_at + lookup.SECONDS - time.perf_counter())

    def now(self) -> datetime:
        """The ledger's own time."""
        return moment_of(self.clock)

    def _check(self, item: Item) -> Checked:
        try:
            match item:
                case TypedRow():
                    return self._typed(item)
                case HeldFile():
                    return self._file(item)
                case Unread():
                    raise item.reason
                case _:
                    assert_never(item)
        except TurnedAway as reason:
            return Checked(item, TURNED_AWAY, self.now(), reason.code, reason.detail)
        except Exception:  # Whatever a stranger's file leads a library into: it says nothing about the certificate.
            _log.exception("a piece of an upload could not be checked")
            return self._unchecked(item, CouldNotCheck.code)

    def _unchecked(self, item: Item, code: str) -> Checked:
        return Checked(item, State.COULD_NOT_CHECK, self.now(), code)

    def _typed(self, row: TypedRow) -> Checked:
        typed = lookup.Typed(number=row.number, name=row.name)
        try:
            lookup.check(typed)
        except Refused as refused:
            raise TurnedAway(refused.code) from None
        pair = check_number(row.number), folded_name(row.name)
        if (known := self._known.get(pair)) is None:
            known = self._known[pair] = self._asked(row, typed, pair)
        return replace(known, item=row)

    def _asked(self, row: TypedRow, typed: lookup.Typed, pair: tuple[str, str]) -> Checked:
        if (code := self.guesses.refusal(self.address, pair)) is not None:
            raise TurnedAway(code)
        begun, now = time.perf_counter(), self.now()
        found = lookup.answer_typed(self.awards, typed, now)
        if found is None:
            self.guesses.missed(self.address, pair)
            self._missed_at = begun
            return Checked(row, NO_MATCH, now, NO_MATCH)
        return _answered(row, found[0], ("number", "name"))

    def _file(self, held: HeldFile) -> Checked:
        data = held.read()
        file_hash = sha256(data).digest()
        try:
            trust = self.awards().snapshot().trust
        except Exception:  # As for a link: store, keys or disk.
            _log.exception("the published log could not be read")
            return replace(self._unchecked(held, CouldNotCheck.code), file_hash=file_hash)
        # Offline: what stands, and what a link leads to, is asked of the ledger itself and not over the network.
        checker = Checker(trust, self.now(), offline=True, drawn=False)
        verdict = checker.check_bytes(held.place.entry or held.place.file, data)
        return replace(self._of_verdict(held, verdict, data), file_hash=file_hash)

    def _of_verdict(self, held: HeldFile, verdict: Verdict, data: bytes) -> Checked:
        now = verdict.checked_at or self.now()
        if verdict.link is not None:
            return _answered(held, answer_link(self.awards(), verdict.link.link_id, now), ("link",))
        if verdict.state is FileState.STANDING_NOT_CHECKED and verdict.proved and verdict.proof:
            matched = ("seal", "proof") if b"%PDF-" in data[:1024] else ("proof",)
            return _answered(held, answer_proof(self.awards(), verdict.proof, verdict.proved, now), matched)
        return Checked(held, verdict.state, now, verdict.code, verdict.message, fields=verdict.fields)


def _answered(item: Item, answer: Answer, matched: tuple[str, ...]) -> Checked:
    led = matched if answer.shown else ()
    fields = answer.shown.fields if answer.shown else ()
    return Checked(item, answer.state, answer.checked_at, answer.code, "", led, answer, fields)


def counted(results: Iterable[Checked]) -> dict[str, int]:
    """How many pieces came to each state: the best first, in the order in which the states are declared."""
    order = [*(str(state) for state in (*State, *FileState)), NO_MATCH, TURNED_AWAY]
    counts = Counter(checked.state for checked in results)
    return {str(state): counts[state] for state in sorted(counts, key=order.index)}
