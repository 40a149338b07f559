"""Keeps an open ledger signed, published and its views up to date: within `certledger serve`, or alone in `work`.

Of the processes of a machine one publishes, into the folder that they share; of those of all machines one signs. Each
of the others stands by: it looks now and then whether the turn is free.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread
from typing import Final, Self

from ledger.awards import Awards
from ledger.mirroring import Mirroring
from ledger.sequencer import CannotSign
from ledger.signing import KeystoreError
from ledger.store import Feed, SignedHead, StoreBusy, StoreError, Subscription
from ledger.tiles import CannotPublish
from ledger.turns import FileTurn
from ledger.upkeep import LEAD_SECONDS, Upkeep
from verifier.errors import VerificationError
from verifier.statuslist import TTL_SECONDS

PAUSE_SECONDS: Final = 0.25
"""Between one checkpoint and the next under load: what comes in meanwhile goes into one."""
LOOK_SECONDS: Final = LEAD_SECONDS / 3
"""How often to look for turns and news where no news comes."""
RETRY_SECONDS: Final = 1.0
"""After a failure that is the store's: it is away, for everybody."""
STEP_BACK_SECONDS: Final = 2 * LOOK_SECONDS
"""After another failure. The turns are given back: it may be this process's or this machine's alone."""
REFRESH_SECONDS: Final = TTL_SECONDS // 24
"""How often to look whether a status list has become old, where nothing comes in."""
LOCK_FILE: Final = ".publisher.tmp"
"""In the published folder: who publishes there holds a lock on it. Named so that nobody takes it for published."""

_TOLD: Final = (StoreError, CannotSign, CannotPublish, VerificationError, KeystoreError, OSError)
"""Failures that say in a line what is wrong; others show where they arose."""
_log = logging.getLogger(__name__)


class Stopped(Exception):
    """The publisher is to end: what it is doing is left undone, and done by the next who has the turn."""


class Publisher(Thread):
    """Publishes soon after each change. What fails is logged once, kept in `failure`, and tried again."""

    def __init__(self, awards: Awards) -> None:
        super().__init__(name="publisher", daemon=True)
        self._awards = awards
        self._ledger = awards.ledger
        self._turn = FileTurn(self._ledger.public / LOCK_FILE)
        self._upkeep: Upkeep | None = None
        destinations = self._ledger.settings.publish
        self.mirrors = [Mirroring(self._ledger, to, lambda: self.leads) for to in destinations]
        """What copies elsewhere what is published here."""
        self._news: _News | None = None
        self._woken = Event()
        self._looked = Event()
        self._ending = Event()
        self._refresh_at = 0
        self._pause = PAUSE_SECONDS
        self._behind = False
        self.size = 0
        """Entries published so far by this publisher."""
        self.witnesses = ""
        """How many witnesses cosigned what is signed, and when; empty where the log names none."""
        self._had_quorum = True
        self._seen: SignedHead | None = None
        """What was signed when this publisher last published."""
        self.failure = ""
        """Kind of what went wrong the last time; empty while all is well."""

    @property
    def leads(self) -> bool:
        """Whether it was this one's turn to sign when it last looked."""
        return self._upkeep is not None and self._upkeep.turn.ours

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self) -> None:
        """Works until it is stopped."""
        for mirror in self.mirrors:
            mirror.start()
        while not self._ending.is_set():
            self.step()
            self._looked.set()
            if self._upkeep is not None and self._news is None:
                self._news = _News(self._ledger.store, self.size, self._woken.set)
                self._news.start()
            self._wait()

    def await_first(self, seconds: float) -> None:
        """Waits until the running thread has done its first work, whatever came of it; at most so long."""
        self._looked.wait(seconds)

    def stop(self) -> None:
        """Ends the thread soon and gives the turns back."""
        self._ending.set()
        self._woken.set()
        if self.is_alive():
            self.join()
        for mirror in self.mirrors:
            mirror.stop()
        if self._news is not None:
            self._news.stop()
        self._resign()
        self._turn.give_back()

    def step(self) -> None:
        """Publishes what is new; a failure does not end the thread, since the next try may succeed."""
        try:
            self._work()
        except Stopped:
            return
        except Exception as error:
            self._fail(error)
        else:
            if self.failure:
                _log.warning("publication goes on")
            self.failure, self._pause = "", PAUSE_SECONDS

    def _fail(self, error: Exception) -> None:
        kind = type(error).__name__
        if self.failure != kind:  # not at every try
            trace = None if isinstance(error, _TOLD) else error
            _log.error("publication failed and is tried again: %s: %s", kind, error, exc_info=trace)
        self.failure = kind
        self._pause, self._behind = STEP_BACK_SECONDS, True
        if isinstance(error, StoreBusy):
            self._pause = RETRY_SECONDS
        else:
            self._resign()
            self._turn.give_back()

    def _resign(self) -> None:
        if self._upkeep is not None:
            self._upkeep.turn.resign()

    def _wait(self) -> None:
        """Until there may be something to do."""
        if self._ending.wait(self._pause):
            return
        self._woken.wait(PAUSE_SECONDS if self._behind else LOOK_SECONDS)
        self._woken.clear()

    def _work(self) -> None:
        if not self._turn.take():
            return  # another process of this machine publishes here
        recorded = self._ledger.store.head().size
        upkeep = self._upkeep = self._upkeep or Upkeep(self._ledger, self._beat)
        leads = upkeep.turn.take()
        now = self._ledger.clock() // 1000
        due = now >= self._refresh_at
        asks = leads and upkeep.witnesses.asks_again
        signed = self._ledger.store.signed_head()
        if recorded == self.size and signed == self._seen and not due and not asks:
            return
        self._behind = True  # until it is done: nobody tells us when others have signed
        self._awards.catch_up()
        if leads:
            upkeep.sign()
        signed = self._ledger.store.signed_head()
        if signed is None or (signed == self._seen and not due):
            self._behind = self._behind and not self._waits(signed)
            return
        self.size = upkeep.publish().size
        self._seen = signed
        self._behind = self.size < recorded and not self._waits(signed)
        self._refresh_at = now + REFRESH_SECONDS
        self._tell_of_witnesses(upkeep)

    def _waits(self, signed: SignedHead | None) -> bool:
        """Whether what is signed is not published for want of witnesses alone."""
        return signed is not None and signed == self._seen and self.size < signed.size

    def _tell_of_witnesses(self, upkeep: Upkeep) -> None:
        """Says once that the quorum is missing, and once that it is there again."""
        state = upkeep.witnesses.state
        self.witnesses = upkeep.witnesses.sentence if state.policy.witnesses else ""
        if state.quorum != self._had_quorum:
            self._had_quorum = state.quorum
            level = logging.INFO if state.quorum else logging.WARNING
            _log.log(level, "entries %d: %s", self.size, upkeep.witnesses.sentence)

    def _beat(self) -> None:
        if self._ending.is_set():
            raise Stopped


class _News(Thread):
    """Calls `tell` at each new entry, for as long as it can be heard: the publisher looks by itself too."""

    def __init__(self, feed: Feed, size: int, tell: Callable[[], None]) -> None:
        super().__init__(name="publisher-news", daemon=True)
        self._feed = feed
        self._size = size
        self._tell = tell
        self._ending = Event()
        self._subscription: Subscription | None = None

    def run(self) -> None:
        """Listens until it is stopped, again after each failure."""
        while not self._ending.is_set():
            try:
                with self._feed.subscribe(self._size) as self._subscription:
                    if self._ending.is_set():
                        return
                    for index in self._subscription:
                        self._size = index + 1
                        self._tell()
            except Exception as error:  # the publisher meets it too, and says so
                _log.debug("the subscription failed and is tried again: %s", error)
            self._ending.wait(RETRY_SECONDS)

    def stop(self) -> None:
        """Ends the thread."""
        self._ending.set()
        if self._subscription is not None:
            self._subscription.stop()
        self.join()
