"""The office of a served ledger, opened when it is first needed: the public pages do without it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from ledger.office.opening import Office, open_office
from ledger.open import Ledger


class OpenedOffice:
    """Gives the office. Shared freely by threads."""

    def __init__(self, ledger: Callable[[], Ledger]) -> None:
        self._ledger = ledger
        self._lock = Lock()
        self._office: Office | None = None

    def __call__(self) -> Office:
        """The office; where it could not be opened, that is tried again each time. Raises StoreError."""
        with self._lock:
            if self._office is None:
                self._office = open_office(self._ledger())
            return self._office

    def close(self) -> None:
        """Closes the office, if it is open. The ledger stays open."""
        with self._lock:
            if self._office is not None:
                self._office.close()
                self._office = None
