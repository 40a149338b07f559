"""The office of an open ledger, its parts put together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import Self

from ledger.executing import Executor
from ledger.office.evidence import EvidenceFiles
from ledger.office.identities import Identities
from ledger.office.intakes import Intakes
from ledger.office.looks import Looks
from ledger.office.outbox.messages import Outbox
from ledger.office.outbox.webhooks import Webhooks
from ledger.office.outbox.wishes import Wishes
from ledger.office.passkeys import Passkeys
from ledger.office.preparations import Preparations
from ledger.office.proposals import Proposals
from ledger.office.repeats import Repeats
from ledger.office.sessions import Sessions
from ledger.office.single_sign_on import SingleSignOn
from ledger.office.staff import Staff
from ledger.office.tokens import Tokens
from ledger.office.ways import Ways
from ledger.open import Ledger
from ledger.places import OpenCabinet
from ledger.signing import unsigned


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
    preparations: Preparations
    proposals: Proposals
    repeats: Repeats
    outbox: Outbox
    webhooks: Webhooks
    wishes: Wishes
    intakes: Intakes
    identities: Identities
    single_sign_on: SingleSignOn
    ways: Ways
    evidence: EvidenceFiles
    looks: Looks

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
        office = assemble(ledger, cabinet)
        undo.pop_all()
        return office


def assemble(ledger: Ledger, cabinet: OpenCabinet) -> Office:
    """Puts an office's parts together."""
    key, clock, settings, executor = ledger.cabinet_key, ledger.clock, ledger.settings, ledger.executor()
    outbox = Outbox(cabinet, key, clock, ledger.randomness)
    preparations = Preparations(cabinet, key, executor, ledger.desk, ledger.store, clock, settings.origin)
    evidence = EvidenceFiles(cabinet, ledger.store, ledger.data_keys, clock)
    return Office(
        ledger,
        cabinet,
        executor,
        Staff(cabinet, key, executor, clock),
        Sessions(cabinet, key, clock),
        Tokens(cabinet, key, clock),
        Passkeys(cabinet, key, clock, settings.url, settings.name_en),
        preparations,
        Proposals(
            cabinet, key, executor, lambda base: ledger.desk(base, unsigned), clock, preparations, evidence.forget
        ),
        Repeats(cabinet, key, clock),
        outbox,
        Webhooks(cabinet, key, outbox, clock, private=settings.private_webhooks),
        Wishes(cabinet),
        Intakes(cabinet, key, executor, ledger.desk_apart, clock),
        Identities(cabinet, key, clock),
        SingleSignOn(cabinet, key, clock, settings.url, settings.sign_in),
        Ways(cabinet, key, settings.sign_in),
        evidence,
        Looks(cabinet, key, clock),
    )


class OfficeWhenNeeded:
    """The office of a ledger, opened when it is first needed. Shared freely by threads."""

    def __init__(self, ledger: Callable[[], Ledger]) -> None:
        self._ledger, self._lock = ledger, Lock()
        self._office: Office | None = None

    def __call__(self) -> Office:
        """The open office. Raises StoreError where it cannot be opened; the next call tries again."""
        with self._lock:
            if self._office is None:
                self._office = open_office(self._ledger())
            return self._office

    def close(self) -> None:
        """Closes it, if it was ever opened."""
        with self._lock:
            if self._office is not None:
                self._office.close()
                self._office = None
