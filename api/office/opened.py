"""The office of the served ledger and its register, opened when first needed: the public pages never depend on them."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from ledger.office.opening import Office, open_office
from ledger.open import Ledger
from ledger.places import OpenViews
from ledger.register.reading import Register


class OpenedOffice:
    """Gives the office; shared freely by threads."""

    def __init__(self, ledger: Callable[[], Ledger]) -> None:
        self._ledger = ledger
        self._lock = Lock()
        self._office: Office | None = None
        self._views: OpenViews | None = None
        self._register: Register | None = None

    def __call__(self) -> Office:
        """The open office. Raises StoreError where it cannot be opened; the next call tries again."""
        with self._lock:
            if self._office is None:
                self._office = open_office(self._ledger())
            return self._office

    def register(self) -> Register:
        """The register of people, as far as the log goes now. Raises StoreError; the next call tries again."""
        with self._lock:
            if self._register is None:
                self._views = self._ledger().open_register_views()
                self._register = Register(self._ledger(), self._views)
            register = self._register
        register.catch_up()
        return register

    def close(self) -> None:
        """Closes what was ever opened."""
        with self._lock:
            if self._views is not None:
                self._views.close()
                self._views = self._register = None
            if self._office is not None:
                self._office.close()
                self._office = None
