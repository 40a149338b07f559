"""Threads that make messages and send them, within `certledger serve` or `work`, beside publishing and never before it.

One follows and takes up approved proposals that were left; one sends mail, one calls webhooks: a mail server that hangs
holds up nobody else. Processes of one ledger may all do so at once: what is claimed is claimed once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, Final, Self

from ledger.office.finishing import take_up
from ledger.office.opening import Office
from ledger.office.outbox.calling import Caller
from ledger.office.outbox.following import Follower
from ledger.office.outbox.messages import Counts
from ledger.office.outbox.post import Post
from ledger.office.outbox.sending import Calls, Carrier, Mail, send_next
from ledger.settings import Settings
from ledger.store import StoreError

LOOK_SECONDS: Final = 2.0
"""How often to look for something to do."""
RETRY_SECONDS: Final = 10.0
"""After a failure that is the office's own; doubled with each further one, up to sixteen times as long."""
COUNT_SECONDS: Final = 30.0
"""How often to look how the outbox stands, and what was left."""
ENDING_SECONDS: Final = 15.0
"""How long a thread may take to end; one that still connects somewhere is left behind."""

_log = logging.getLogger(__name__)


class _Round(Thread):
    """Does one thing again and again, until it is stopped. What fails is logged once, and tried again."""

    def __init__(self, name: str, work: Callable[[], bool]) -> None:
        """`work` says whether it did something, and so may have more to do."""
        super().__init__(name=name, daemon=True)
        self._work = work
        self._ending = Event()
        self.failure = ""
        """Kind of what went wrong the last time; empty while all is well."""

    def run(self) -> None:
        """Works until it is stopped."""
        pause = RETRY_SECONDS
        while not self._ending.is_set():
            try:
                busy = self._work()
            except Exception as error:
                self._fail(error)
                self._ending.wait(pause)
                pause = min(2 * pause, 16 * RETRY_SECONDS)
            else:
                self.failure, pause = "", RETRY_SECONDS
                self._ending.wait(0 if busy else LOOK_SECONDS)

    def end(self) -> None:
        """Has it end after what it is doing."""
        self._ending.set()

    def _fail(self, error: Exception) -> None:
        kind = type(error).__name__
        if self.failure != kind and not self._ending.is_set():
            trace = None if isinstance(error, StoreError) else error
            _log.error("%s failed and is tried again: %s: %s", self.name, kind, error, exc_info=trace)
        self.failure = kind


@dataclass(slots=True)
class _Looked:
    at: float = 0.0
    counts: Counts | None = None


class Courier:
    """The threads. `office` gives the open office, whenever it is needed."""

    def __init__(self, office: Callable[[], Office], carriers: list[Carrier]) -> None:
        self._office, self._carriers = office, carriers
        self._follower: Follower | None = None
        self._looked = _Looked()
        self._rounds = [_Round("following what is to be told", self.follow)]
        self._rounds += [_Round(f"sending to {item.ways[0]}", self._sends(item)) for item in carriers]

    def __enter__(self) -> Self:
        for item in self._rounds:
            item.start()
        return self

    def __exit__(self, *_: Any) -> None:
        for item in self._rounds:
            item.end()
        for carrier in self._carriers:
            carrier.cut()
        until = time.monotonic() + ENDING_SECONDS
        for item in self._rounds:
            item.join(max(0.0, until - time.monotonic()))

    @property
    def trouble(self) -> str:
        """`stuck` where messages wait too long or were given up; else kind of what hinders it; empty for nothing."""
        counts = self._looked.counts
        if counts is not None and (counts.failed or counts.overdue):
            return "stuck"
        return next((item.failure for item in self._rounds if item.failure), "")

    def follow(self) -> bool:
        """Makes messages of what happened, takes up what was left; whether there was anything. Raises StoreError."""
        office = self._office()
        office.ledger.store.check_open()
        if self._follower is None:
            follower = Follower(office)
            follower.begin()
            self._follower = follower
        if time.monotonic() > self._looked.at:
            take_up(office)
            office.outbox.tidy()
            self._looked = _Looked(time.monotonic() + COUNT_SECONDS, office.outbox.counts())
        return self._follower.follow_log() | self._follower.follow_proposals()

    def _sends(self, carrier: Carrier) -> Callable[[], bool]:
        def send() -> bool:
            office = self._office()
            office.ledger.store.check_open()  # a copy of a ledger tells nobody anything
            return send_next(office, carrier)

        return send


def courier(office: Callable[[], Office], settings: Settings) -> Courier:
    """As the settings have it."""
    carriers: list[Carrier] = [Calls(Caller(private=settings.private_webhooks))]
    if settings.mail is not None:
        carriers.append(Mail(Post(settings.mail, f"{settings.name_zh} {settings.name_en}", settings.url)))
    return Courier(office, carriers)
