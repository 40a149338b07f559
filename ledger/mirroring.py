"""Keeps the copies of the published tree up to date: a thread each, so that one that is away holds up no other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread
from typing import Final

from ledger.destinations import Destination
from ledger.mirror import mirror_of
from ledger.open import Ledger
from ledger.store import StoreError
from ledger.tiles import CannotPublish, Overtaken
from verifier.errors import VerificationError

LOOK_SECONDS: Final = 0.5
"""How often to look whether something new was published."""
RETRY_SECONDS: Final = 1.0
LONGEST_RETRY_SECONDS: Final = 60.0
"""After one failure, and after many."""

STOP_SECONDS: Final = 5.0
"""How long the end waits for an answer of a bucket; what is not answered by then was written or not."""

_TOLD: Final = (CannotPublish, VerificationError, StoreError, OSError)
"""Failures that say in a line what is wrong; others show where they arose."""
_log = logging.getLogger(__name__)


class Stopped(Exception):
    """The copying is to end: what is left is copied by the next who has the turn."""


class Mirroring(Thread):
    """Copies what is published to one destination, while it is this process's turn to sign.

    What fails is logged once, kept in `failure`, and tried again; whatever was missed meanwhile is copied then.
    """

    def __init__(self, ledger: Ledger, destination: Destination, leads: Callable[[], bool]) -> None:
        super().__init__(name=f"mirroring-{destination.to}", daemon=True)
        self._ending = Event()
        self._mirror = mirror_of(ledger, destination, self._beat)
        self._leads = leads
        self._pause = LOOK_SECONDS
        self.failure = ""
        """Kind of what went wrong the last time; empty while all is well."""

    @property
    def to(self) -> str:
        """Where to."""
        return self._mirror.name

    @property
    def size(self) -> int:
        """Entries under the checkpoint that this process copied last."""
        return self._mirror.size

    def run(self) -> None:
        """Works until it is stopped."""
        while not self._ending.wait(self._pause):
            self.step()

    def stop(self) -> None:
        """Ends the thread soon."""
        self._ending.set()
        if self.is_alive():
            self.join(STOP_SECONDS)

    def step(self) -> None:
        """Copies what is new; a failure does not end the thread, since the next try may succeed."""
        if not self._leads():
            self._pause = LOOK_SECONDS
            return
        try:
            self._mirror.publish()
        except Stopped:
            return
        except Exception as error:
            self._fail(error)
        else:
            if self.failure:
                _log.warning("publication to %s goes on", self.to)
            self.failure, self._pause = "", LOOK_SECONDS

    def _beat(self) -> None:
        if self._ending.is_set():
            raise Stopped

    def _fail(self, error: Exception) -> None:
        kind = type(error).__name__
        if self.failure != kind and not isinstance(error, Overtaken):  # not at every try
            trace = None if isinstance(error, _TOLD) else error
            _log.error("publication to %s failed and is tried again: %s: %s", self.to, kind, error, exc_info=trace)
        self._pause = min(max(2 * self._pause, RETRY_SECONDS), LONGEST_RETRY_SECONDS)
        self.failure = kind
