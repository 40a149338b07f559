"""The office of the served ledger and its register, opened when they are first needed: the public pages never depend
on them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from threading import Lock
from typing import Final

from ledger.office.opening import Office, OfficeWhenNeeded
from ledger.open import Ledger
from ledger.register.reading import Register, open_register
from ledger.store import StoreError

SWEPT_EVERY_MS: Final = 3_600_000
"""How often evidence that is to go is looked for, while anybody uses the office."""

_log = logging.getLogger(__name__)


class OpenedOffice:
    """Gives the office and the register; shared freely by threads."""

    def __init__(self, ledger: Callable[[], Ledger]) -> None:
        self._ledger = ledger
        self._office = OfficeWhenNeeded(ledger)
        self._register_lock, self._sweep_lock = Lock(), Lock()
        self._sweep_at = 0
        self._register: tuple[Register, ExitStack] | None = None

    def __call__(self) -> Office:
        """The open office. Raises StoreError where it cannot be opened; the next call tries again."""
        office = self._office()
        now = office.ledger.clock()
        with self._sweep_lock:
            due = now >= self._sweep_at
            if due:
                self._sweep_at = now + SWEPT_EVERY_MS
        if due:
            _sweep(office)
        return office

    def register(self) -> Register:
        """The open register; the first call makes it where it is not there. Raises StoreError as above."""
        with self._register_lock:
            if self._register is None:
                with ExitStack() as undo:
                    register = undo.enter_context(open_register(self._ledger()))
                    self._register = register, undo.pop_all()
            return self._register[0]

    def close(self) -> None:
        """Closes them, if they were ever opened."""
        with self._register_lock:
            if self._register is not None:
                self._register[1].close()
                self._register = None
        self._office.close()


def _sweep(office: Office) -> None:
    try:
        if gone := office.evidence.sweep():
            _log.info("removed evidence that nothing names, or of people who are erased: %d", gone)
    except StoreError as error:  # the request that found it due is about something else
        _log.error("evidence could not be swept: %s: %s", type(error).__name__, error)
