"""Signs and publishes what comes in, in a thread beside the server: sequencer, published tree, views."""

from __future__ import annotations

import logging
from threading import Event, Thread
from typing import Final

from ledger.awards import Awards
from ledger.upkeep import Upkeep
from verifier.statuslist import TTL_SECONDS

INTERVAL_SECONDS: Final = 1.0
REFRESH_SECONDS: Final = TTL_SECONDS // 24
"""How often to look whether a status list has become old, where nothing comes in."""

_log = logging.getLogger(__name__)


class Publisher(Thread):
    """Publishes within a second or so of a change. What fails is logged, kept in `failure`, and tried again."""

    def __init__(self, awards: Awards) -> None:
        super().__init__(name="publisher", daemon=True)
        self._awards = awards
        self._ledger = awards.ledger
        self._stopped = Event()
        self._upkeep: tuple[int, Upkeep] | None = None
        self._refresh_at = 0
        self.size = 0
        """Entries published so far."""
        self.failure = ""
        """Kind of what went wrong the last time; empty while all is well."""

    def run(self) -> None:
        """Looks for news until stopped."""
        while not self._stopped.wait(INTERVAL_SECONDS):
            self.step()

    def stop(self) -> None:
        """Ends the thread after what it is about to finish."""
        self._stopped.set()
        if self.is_alive():
            self.join()

    def step(self) -> None:
        """Publishes what is new; a failure does not end the thread, since the next try may succeed."""
        try:
            self._publish()
            self.failure = ""
        except Exception as error:
            if self.failure != type(error).__name__:  # not once a second
                _log.exception("publication failed; it is tried again every %s s", INTERVAL_SECONDS)
            self.failure = type(error).__name__

    def _publish(self) -> None:
        now = self._ledger.clock()
        size = self._ledger.store.head().size
        if size == self.size and now // 1000 < self._refresh_at:
            return
        self._awards.catch_up()
        self.size = self._current_upkeep().run_once().size
        self._refresh_at = now // 1000 + REFRESH_SECONDS

    def _current_upkeep(self) -> Upkeep:
        """The upkeep with the log's keys of now: one may have been rotated meanwhile."""
        revision = self._ledger.store.boundary(self._ledger.log_id.bytes)
        if self._upkeep is None or self._upkeep[0] != revision:
            self._upkeep = (revision, Upkeep(self._ledger))
        return self._upkeep[1]
