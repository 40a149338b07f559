"""Signs and publishes what comes in, in a thread beside the server: sequencer, published tree, views."""

from __future__ import annotations

import logging
from threading import Event, Thread
from typing import Final

from ledger.awards import Awards
from ledger.publication import Publication
from ledger.sequencer import Sequencer
from ledger.tiles import DiskFolder
from verifier.kinds import CHECKPOINT_KIND
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
        self._folder = DiskFolder(self._ledger.public)
        self._stopped = Event()
        self._tools: tuple[int, Sequencer, Publication] | None = None
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
        sequencer, publication = self._current_tools()
        sequencer.run_once(now)
        self.size = publication.publish(self._folder, now // 1000).size
        self._refresh_at = now // 1000 + REFRESH_SECONDS

    def _current_tools(self) -> tuple[Sequencer, Publication]:
        """Sequencer and publication with the log's keys of now: a key may have been rotated meanwhile."""
        store = self._ledger.store
        revision = store.boundary(self._ledger.log_id.bytes)
        if self._tools is None or self._tools[0] != revision:
            signers, authority = self._ledger.log_signers(), self._awards.authority()
            former = [key.public_key for key in authority.log_keys(CHECKPOINT_KIND)]
            sequencer = Sequencer(store, self._folder, signers.checkpoint, authority.origin, former)
            self._tools = (revision, sequencer, Publication(store, signers.status))
        return self._tools[1], self._tools[2]
