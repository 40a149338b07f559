"""Moving a ledger from one place to another, or copying it: `certledger copy`.

Every row is compared and what is missing is written, so a copy that was killed at any point is made whole by running it
again. Of the two places one at most may be written to at any time (`ledger.fence`). A move, in order:

1. The destination is fenced as unfinished, and is no ledger for any command.
2. All is copied while the source is in use; what came in meanwhile is copied again and again, until it is little.
3. The source is fenced: from here on nothing is recorded there. Every row of both is compared once more.
4. The signed head is published. 5. The destination is opened. 6. Its settings are written: it is the ledger.

A copy for backup leaves the source as it is and is closed itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from ledger.copying.levelling import CHUNK, Differs, check_prefix, level, pages
from ledger.copying.publishing import CopiedTree
from ledger.fence import BACKUP, MOVED, OPEN, UNFINISHED, Fence, FenceMoved, Restoring
from ledger.places import FolderPlace, Place
from ledger.settings import Settings, SettingsError
from ledger.store import StoreClosed
from ledger.tables import LOG_TABLES, OFFICE_TABLES

Progress = Callable[[int, int], None]
"""Hears how much of how much is done, in rows of the log and of the vault."""

COPIED: Final = tuple(table for table in LOG_TABLES if table not in ("tracking", "fence"))
LIVE_PASSES: Final = 5
"""How often what came in meanwhile is copied before the source is closed all the same."""


class CannotCopy(Exception):
    """The destination is not one that this ledger may be copied to. Nothing there was changed."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What was done."""

    entries: int
    signed: int
    """Size of the signed head, which is published; 0 where nothing is signed."""
    public: Path
    before: int
    """Entries that were in the destination already."""


def copy(
    source: Place,
    destination: Place,
    *,
    backup: bool = False,
    progress: Progress = lambda done, total: None,
    chunk: int = CHUNK,
) -> Copied:
    """Moves a ledger, or copies it where it is for `backup`. Safe to repeat, and to be run again after a crash.

    `chunk` is how many rows are written in one transaction.

    Raises CannotCopy, SettingsError; StoreClosed where the source is closed itself; FenceMoved where another copy has
    taken over; CannotPublish, VerificationError, StoreError.
    """
    settings = source.settings()
    source.check_whole()
    _check_destination(destination, settings)
    with ExitStack() as stack:
        here = stack.enter_context(closing(source.open_restoring()))
        there = stack.enter_context(closing(destination.open_restoring()))
        there_keys = stack.enter_context(closing(destination.open_key_restoring()))
        there_office = stack.enter_context(closing(destination.open_office_restoring()))
        copying = _Copy(source, destination, settings, here, there, there_keys, there_office, progress, chunk)
        return copying.run(backup)


def _check_destination(destination: Place, settings: Settings) -> None:
    """What is there is this ledger, or nothing."""
    try:
        destination.check_free()
    except SettingsError as error:
        if not destination.has_tables():
            raise CannotCopy(str(error)) from None
    with suppress(SettingsError):
        if destination.settings().log_id != settings.log_id:
            raise CannotCopy(f"{destination.name} holds another ledger")


def _name(place: Place) -> str:
    """The place's name for whoever reads it elsewhere."""
    return str(place.folder.resolve()) if isinstance(place, FolderPlace) else place.name


class _Copy:
    """One run."""

    def __init__(
        self,
        source: Place,
        destination: Place,
        settings: Settings,
        here: Restoring,
        there: Restoring,
        there_keys: Restoring,
        there_office: Restoring,
        progress: Progress,
        chunk: int,
    ) -> None:
        self._source, self._destination = source, destination
        # A master key inside the folder is a demo's; it is not copied.
        self._settings = replace(settings, master_key="")
        self._here, self._there, self._there_keys, self._there_office = here, there, there_keys, there_office
        self._progress, self._chunk = progress, chunk
        self._tree = CopiedTree(source, destination, settings)
        self._fence = Fence()
        """The destination's, as this run has set it."""
        self._before = 0

    def run(self, backup: bool) -> Copied:
        """See `copy`."""
        if not self._begin(backup):
            self._before = self._there.page("tree_head", None, 1)[0]["size"]
            try:
                self._destination.settings()
            except SettingsError:  # killed just before they were written
                self._destination.replace_settings(self._settings)
            return self._finished()
        if backup:
            self._back_up()
            self._tree.publish()
            self._there.swap(self._fence, replace(self._fence, state=BACKUP, turn=self._fence.turn + 1))
        else:
            self._move()
        self._destination.replace_settings(self._settings)
        return self._finished()

    def _finished(self) -> Copied:
        (head,) = self._there.page("tree_head", None, 1)
        signed = self._there.page("signed_head", None, 1)
        return Copied(head["size"], signed[0]["size"] if signed else 0, self._tree.folder, self._before)

    def _begin(self, backup: bool) -> bool:
        """Fences the destination, if it may be copied to; False where it is the open ledger already."""
        here, there = self._here.fence(), self._there.fence()
        source, destination = self._source.name, self._destination.name
        begun = here.state == MOVED and here.move == there.move and there.state in (OPEN, UNFINISHED)
        if begun and there.state == OPEN:
            return False
        if begun and backup:
            raise CannotCopy(f"{source} is being moved to {destination}: finish that first, without --backup")
        if here.state == UNFINISHED or (here.state != OPEN and not begun and not backup):
            raise StoreClosed(here.state, here.other)
        if there.state == OPEN and self._there.page("stored_events", None, 1):
            raise CannotCopy(f"{destination} is a ledger that is written to itself: a copy needs a place of its own")
        self._check_prefix()
        move = there.move if there.state == UNFINISHED and there.move else os.urandom(16)
        self._fence = Fence(UNFINISHED, _name(self._source), move, there.turn + 1)
        self._there.swap(there, self._fence)
        if self._here.fence() == self._fence:
            self._there.swap(self._fence, there)
            raise CannotCopy(f"{source} and {destination} are the same")
        self._destination.replace_settings(None)
        return True

    def _check_prefix(self) -> None:
        with closing(self._source.open_tables()) as tables:
            try:
                self._before = check_prefix(tables.rows("stored_events"), self._there)
            except Differs as error:
                index = error.key[0] - 1
                raise CannotCopy(
                    f"{self._destination.name} holds another ledger: its entry {index} is not one of this log"
                ) from None

    def _move(self) -> None:
        here = self._here.fence()
        if here.state == OPEN:
            for _ in range(LIVE_PASSES):
                reached = self._pass()
                if self._here.page("tree_head", None, 1)[0]["size"] - reached <= CHUNK:
                    break
            self._tree.publish()  # so that a folder that will not do is found before anything is closed
        # Also where it is closed already: of two copies that run at once, one goes on from here.
        closed = Fence(MOVED, _name(self._destination), self._fence.move, here.turn + 1)
        self._here.swap(here, closed)
        try:
            self._pass()
            self._tree.publish()
        except BaseException:
            self._reopen(closed)
            raise
        self._there.swap(self._fence, Fence(OPEN, "", self._fence.move, self._fence.turn + 1))

    def _reopen(self, closed: Fence) -> None:
        """Lets the source be written to again, where nobody else goes on with the move."""
        mine = replace(self._fence, turn=self._fence.turn + 1)
        with suppress(FenceMoved):
            self._there.swap(self._fence, mine)
            self._here.swap(closed, Fence(OPEN, "", b"", closed.turn + 1))

    def _back_up(self) -> None:
        """One state of the log, with the keys that open it: who is erased between the two is looked for again."""
        while True:
            self._pass()
            with closing(self._source.open_tables()) as tables:
                now = [row["subject"] for row in tables.rows("erasures")]
            if now == [row["subject"] for row in pages(self._there, "erasures")]:
                return

    def _pass(self) -> int:
        """Copies one state of the source; how many entries it has."""
        dealt = 0
        with closing(self._source.open_tables()) as tables:
            size: int = next(iter(tables.rows("tree_head")))["size"]

            def done(rows: int) -> None:
                nonlocal dealt
                dealt += rows
                self._progress(min(dealt, 2 * size), 2 * size)

            for table in COPIED:
                heard = done if table in ("stored_events", "vault") else lambda rows: None
                level(table, tables.rows(table), self._there, self._fence, heard, chunk=self._chunk)
            erased = {row["subject"] for row in tables.rows("erasures")}
        self._copy_keys(erased)
        self._copy_office()
        self._copy_key_files()
        self._progress(2 * size, 2 * size)
        return size

    def _copy_keys(self, erased: set[Any]) -> None:
        """The data keys as they are wrapped, since the master key is the same. Only those of the erased go."""
        with closing(self._source.open_key_tables()) as tables:
            rows = (row for row in tables.rows("data_keys") if row["subject"] not in erased)
            self._check_turn()
            level("data_keys", rows, self._there_keys, None, may_go=lambda key: key[0] in erased, chunk=self._chunk)

    def _copy_office(self) -> None:
        """Staff, their tokens and what is proposed. Who writes to it in the last moment of a move writes in vain."""
        with closing(self._source.open_office_tables()) as tables:
            self._check_turn()
            for table in OFFICE_TABLES:
                level(table, tables.rows(table), self._there_office, None, chunk=self._chunk)

    def _check_turn(self) -> None:
        """The data keys may lie in another database than the fence."""
        if (there := self._there.fence()) != self._fence:
            raise FenceMoved(there)

    def _copy_key_files(self) -> None:
        there = self._destination.key_files()
        kept = dict(there.files())
        for name, data in self._source.key_files().files():
            if kept.get(name, data) != data:
                raise CannotCopy(f"{self._destination.name} has another key as {name}")
            if name not in kept:
                there.create(name, data)
