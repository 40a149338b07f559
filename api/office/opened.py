"""The office of the served ledger and its register, opened when they are first needed: the public pages never depend
on them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from threading import Lock

from ledger.office.opening import Office, OfficeWhenNeeded
from ledger.open import Ledger
from ledger.register.reading import Register, open_register


class OpenedOffice:
    """Gives the office and the register; shared freely by threads."""

    def __init__(self, ledger: Callable[[], Ledger]) -> None:
        self._ledger = ledger
        self._office = OfficeWhenNeeded(ledger)
        self._register_lock = Lock()
        self._register: tuple[Register, ExitStack] | None = None

    def __call__(self) -> Office:
        """The open office. Raises StoreError where it cannot be opened; the next call tries again."""
        return self._office()

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
