"""A desk to read at: on the base that the process knows already, with a vault that opens nothing after it."""

from __future__ import annotations

from ledger.handle import Desk
from ledger.office.opening import Office
from ledger.vault import Vault


def reading_desk(office: Office) -> Desk:
    """A desk that is asked and never decides anything about the base. Raises StoreError."""
    ledger = office.ledger
    # A vault that lives long would keep the data keys of people who are erased meanwhile.
    parts = (ledger.store, Vault(ledger.data_keys), ledger.keystore, ledger.claim_keys, ledger.log_id)
    return Desk(*parts, ledger.clock, ledger.randomness, office.executor.base())
