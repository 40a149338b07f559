"""The thread of a serving process that works on intakes; it ends soon when it is told to, and nothing is lost."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import Final

from ledger.office.intake_work import Interrupted, work_once
from ledger.office.opening import Office

LOOK_SECONDS: Final = 10.0
"""How often to look whether an intake was left by a process that died."""
RETRY_SECONDS: Final = 2.0

_log = logging.getLogger(__name__)


class IntakeWorker:
    """Works in the background from the first time that it is woken. Shared freely by threads."""

    def __init__(self, office: Callable[[], Office]) -> None:
        """`office`: the open office, asked for when there may be work. Raises StoreError."""
        self._office = office
        self._woken, self._ending, self._starting = Event(), Event(), Lock()
        self._thread: Thread | None = None

    def wake(self) -> None:
        """There may be something to do."""
        with self._starting:
            if self._thread is None and not self._ending.is_set():
                self._thread = Thread(target=self._run, name="intake-worker", daemon=True)
                self._thread.start()
        self._woken.set()

    def stop(self) -> None:
        """Ends the thread; what it was at is given back."""
        self._ending.set()
        self._woken.set()
        with self._starting:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._woken.clear()
            pause = LOOK_SECONDS
            try:
                while work_once(self._office(), self._ending.is_set):
                    pass
            except Interrupted:
                return
            except Exception:  # whatever it was, it is tried again: an intake must not hang for a server that was away
                _log.exception("an intake could not go on and is tried again")
                pause = RETRY_SECONDS
            self._woken.wait(pause)
