"""A desk to read at: on the base that the process knows already, with a vault that opens nothing after it."""

from __future__ import annotations

from ledger.handle import Desk
from ledger.office.opening import Office


def reading_desk(office: Office) -> Desk:
    """A desk that is asked and never decides anything about the base. Raises StoreError."""
    return office.ledger.desk(office.executor.base())
