"""The office of an open ledger, its parts put together."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from ledger.executing import Executor
from ledger.office.evidence import EvidenceFiles
from ledger.office.passkeys import Passkeys
from ledger.office.proposals import Proposals
from ledger.office.repeats import Repeats
from ledger.office.sessions import Sessions
from ledger.office.staff import Staff
from ledger.office.tokens import Tokens
from ledger.open import Ledger
from ledger.places import OpenCabinet


@dataclass(frozen=True, slots=True)
class Office:
    """Close it after use; the ledger stays open. Shared freely by threads."""

    ledger: Ledger
    cabinet: OpenCabinet
    executor: Executor
    staff: Staff
    sessions: Sessions
    tokens: Tokens
    passkeys: Passkeys
    proposals: Proposals
    repeats: Repeats
    evidence: EvidenceFiles

    def close(self) -> None:
        """Closes the cabinet."""
        self.cabinet.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_office(ledger: Ledger) -> Office:
    """Opens the office of an open ledger. Raises StoreError."""
    with ExitStack() as undo:
        cabinet = ledger.place.open_cabinet()
        undo.callback(cabinet.close)
        key, clock, settings, executor = ledger.cabinet_key, ledger.clock, ledger.settings, ledger.executor()
        evidence = EvidenceFiles(cabinet, ledger.store, ledger.data_keys, clock)
        office = Office(
            ledger,
            cabinet,
            executor,
            Staff(cabinet, key, executor, clock),
            Sessions(cabinet, key, clock),
            Tokens(cabinet, key, clock),
            Passkeys(cabinet, key, clock, settings.url, settings.name_en),
            Proposals(cabinet, key, executor, ledger.desk, clock, evidence.forget),
            Repeats(cabinet, key, clock),
            evidence,
        )
        undo.pop_all()
        return office
