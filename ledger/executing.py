"""Commands of many threads and processes at once: each is decided again as long as others are quicker.

A command is decided on what was read, and recorded only if that has not changed: the person's dossier, the cohort's
places, the base's rules, keys and accounts. Where it has, nothing is recorded, and it is decided anew on what is there
now: it may come out differently, or be refused. One command id serves all attempts, so a command whose answer was lost
is recorded once, whoever sends it again.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final
from uuid import UUID

from ledger import commands as c
from ledger.claims import ClaimKeys
from ledger.deciders.base import Base
from ledger.grouping import Interrupted
from ledger.handle import Clock, Desk, fold_base, system_clock, taken_already
from ledger.permissions import Actors
from ledger.seal import Randomness, seeded
from ledger.signing import ITSELF, Given, Keystore
from ledger.store import Appended, BoundaryMoved, ClaimTaken, DataKeys, Store, StoreBusy, StoreError, VersionConflict
from ledger.vault import Vault
from verifier.events import Event
from verifier.kinds import ObjectionErased, TraineeErased
from verifier.statement import to_be_signed

PATIENCE_SECONDS: Final = 30.0
"""How long a command is decided again while others are quicker."""
COMMAND_ID_SIZE: Final = 16
_FIRST_PAUSE: Final = 0.002
_LONGEST_PAUSE: Final = 0.1
_TURNS: Final = 64

Asked = c.Command | Callable[[Desk], c.Command]
"""A command, or what makes it at a desk, for what has to be looked up or drawn first. That is called again for each
attempt, and records nothing itself.
"""


class OthersQuicker(StoreBusy):
    """Others kept changing what the command is about. Nothing was recorded for it: try again."""

    def __init__(self, attempts: int) -> None:
        super().__init__(f"others changed what this is about {attempts} times while it was decided: try again")
        self.attempts = attempts


@dataclass(frozen=True, slots=True)
class Executed:
    """What came of a command."""

    events: tuple[Event, ...]
    """As recorded; personal values that were erased since are `Withheld`."""
    appended: Appended | None
    """Where they stand in the log, and whether that was known before; None where everything was as asked already."""


class Executor:
    """Executes commands. One for a process, shared freely by its threads."""

    def __init__(
        self,
        store: Store,
        data_keys: DataKeys,
        keystore: Keystore,
        claim_keys: ClaimKeys,
        log_id: UUID,
        clock: Clock = system_clock,
        randomness: Randomness = os.urandom,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._store, self._data_keys, self._keystore, self._claim_keys = store, data_keys, keystore, claim_keys
        self._log_id, self._clock, self._randomness = log_id, clock, randomness
        self._patience_seconds = patience_seconds
        self._base: Base | None = None
        self._folding = Lock()
        self._turns = tuple(Lock() for _ in range(_TURNS))

    def execute(
        self,
        command: Asked,
        actors: Actors,
        command_id: bytes | None = None,
        *,
        seed: bytes | None = None,
        approvals: Sequence[UUID] = (),
        given: Given | None = None,
    ) -> Executed:
        """Decides a command and records it.

        A `command_id` (16 bytes, random or of a keyed hash, for it opens what was recorded) that was recorded before is
        answered with what was recorded then, whatever `command` is. `seed` (32 secret bytes) is where the salts come
        from, for what an approver's passkey signed; `approvals` are the streams of what was signed. `given`: the
        signatures of an organisation that holds its own key, over just what is recorded, or nothing is.

        Raises Refusal; OthersQuicker where others were quicker for too long; StoreBusy and StoreCorrupt. After
        StoreBusy the same id finds out what became of it.
        """
        if command_id is not None and len(command_id) != COMMAND_ID_SIZE:
            raise ValueError(f"a command id has {COMMAND_ID_SIZE} bytes, not {len(command_id)}")
        if command_id is not None and (known := self._store.command(command_id)) is not None:
            return self._recorded(known)
        identity = command_id or self._randomness(COMMAND_ID_SIZE)
        turn: AbstractContextManager[object] = nullcontext()
        for _ in self._attempts():
            base = self._known_base()
            try:
                with turn:
                    return self._attempt(command, actors, identity, base, seed, approvals, given)
            except BoundaryMoved as moved:
                if moved.boundary == self._log_id.bytes:
                    self._forget(base)
                else:  # The threads of this process need not outrun each other.
                    turn = self._turns[hash(moved.boundary) % _TURNS]
            except (VersionConflict, Interrupted):
                pass
            except _Redrawn as redrawn:
                command = redrawn.command
            except StoreError:
                raise
            except Exception:  # A refusal, or what an outdated base leads to where a dossier is newer.
                known = None if command_id is None else self._store.command(command_id)
                if known is not None:  # The same command, sent twice, came to its end meanwhile.
                    return self._recorded(known)
                if not self._is_stale(base):
                    raise
                self._forget(base)
        raise AssertionError("attempts end with an error")

    def base(self) -> Base:
        """The base as it is recorded now, shared: it is not to be changed. Raises StoreError."""
        base = self._known_base()
        if not self._is_stale(base):
            return base
        self._forget(base)
        return self._known_base()

    # --- one attempt ------------------------------------------------------------------------------------------------

    def _attempt(
        self,
        asked: Asked,
        actors: Actors,
        identity: bytes,
        base: Base,
        seed: bytes | None,
        approvals: Sequence[UUID],
        given: Given | None,
    ) -> Executed:
        desk = self._desk(base, given)
        command = asked(desk) if callable(asked) else asked
        if isinstance(command, c.BaseCommand):
            desk = self._desk(None, given)
        events = desk.decide(command, actors)
        if given is not None:
            assert seed is not None  # what was signed was prepared with it
            statements = desk.unsigned(actors, identity, given.recorded_at, seeded(seed))
            given.check([to_be_signed(it.protected, it.payload) for it in statements if it.signer.custody == ITSELF])
        try:
            salts = None if seed is None else seeded(seed)
            appended = desk.flush(actors, command_id=identity, salts=salts, approvals=approvals)
        except ClaimTaken as taken:
            if not self._was_drawn(taken.key, events):
                raise taken_already(events) from None
            raise _Redrawn(asked if callable(asked) else _redraw(command, desk)) from None
        if appended is not None and appended.repeated:
            return self._recorded(appended)
        return Executed(tuple(events), appended)

    def _desk(self, base: Base | None, given: Given | None) -> Desk:
        # A vault of its own: one that lives long would keep the data keys of people who are erased meanwhile.
        parts = (self._store, Vault(self._data_keys), self._keystore, self._claim_keys, self._log_id)
        clock, signatures = (self._clock, None) if given is None else (lambda: given.recorded_at, given.sign)
        return Desk(*parts, clock, self._randomness, base, signatures)

    def _was_drawn(self, key: bytes, events: Sequence[Event]) -> bool:
        """Whether a claim is that of a place in the status list: the one thing drawn at random that can be taken."""
        drawn = (getattr(event, "status_index", None) for event in events)
        return any(key == self._claim_keys.status_index(index) for index in drawn if index is not None)

    def _recorded(self, known: Appended) -> Executed:
        """What a command recorded, read back from the log."""
        vault = Vault(self._data_keys)
        entries = self._store.entries(known.first_index, known.count) if known.count else []
        events = tuple(vault.read(entry)[1] for entry in entries)
        for event in events:
            # A crash may have come between the record and the key's end.
            if isinstance(event, TraineeErased | ObjectionErased):
                vault.forget(event.stream_id)
        return Executed(events, known)

    def _attempts(self) -> Iterator[int]:
        """Numbers of attempts, a random pause between two. Raises OthersQuicker when the time is over."""
        until = time.monotonic() + self._patience_seconds
        attempt, pause = 0, _FIRST_PAUSE
        while True:
            yield attempt
            attempt += 1
            if time.monotonic() > until:
                raise OthersQuicker(attempt)
            time.sleep(random.uniform(0, pause))
            pause = min(2 * pause, _LONGEST_PAUSE)

    # --- the base ---------------------------------------------------------------------------------------------------

    def _known_base(self) -> Base:
        """The base as it was some time ago. Whether it still is so is asked with each append, and before a refusal."""
        with self._folding:
            if self._base is None:
                self._base = fold_base(self._store, Vault(self._data_keys), self._log_id)
            return self._base

    def _is_stale(self, base: Base) -> bool:
        return self._store.boundary(self._log_id.bytes) != sum(base.versions.values())

    def _forget(self, base: Base) -> None:
        with self._folding:
            if self._base is base:
                self._base = None


class _Redrawn(Exception):
    """What was drawn at random is taken: the command with something else drawn."""

    def __init__(self, command: Asked) -> None:
        super().__init__()
        self.command = command


def _redraw(command: c.Command, desk: Desk) -> c.Command:
    match command:
        case c.RequestCertification() | c.CorrectCertificate() | c.DecideApplication() | c.CorrectTitle():
            return replace(command, drawn=replace(command.drawn, status_index=desk.draw_status_index()))
        case _:
            raise TypeError(f"nothing is drawn for {type(command).__name__}")
