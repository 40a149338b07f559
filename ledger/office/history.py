"""What happened to something, entry by entry, as its page tells it: with the time, and who did it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from ledger.open import Ledger
from ledger.store import Recorded
from ledger.vault import Vault
from verifier.events import Event, event_type


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of the log."""

    index: int
    event: Event
    """With its personal values, or `Withheld` in their place after an erasure."""
    recorded_at: int
    """Milliseconds since 1970 UTC."""
    actors: tuple[str, ...]
    """Pseudonyms: who proposed, and who approved where somebody had to."""
    historical: bool
    """Whether it came with a pack."""

    @property
    def kind(self) -> str:
        """What kind of event it is."""
        return event_type(self.event).kind


def history(ledger: Ledger, stream: UUID) -> list[Happened]:
    """Everything in a stream, oldest first. Raises StoreError."""
    vault = Vault(ledger.data_keys)
    return [_happened(vault, entry) for entry in ledger.store.stream(stream)]


def history_of_base(ledger: Ledger) -> list[Happened]:
    """Everything about the base itself: organisations, keys, accounts, rules; oldest first. Raises StoreError."""
    vault = Vault(ledger.data_keys)
    return [_happened(vault, entry) for entry in ledger.store.dossier(ledger.log_id)]


def owner_of(ledger: Ledger, stream: UUID) -> UUID | None:
    """The person whose stream it is; None for nobody's, and after an erasure. Raises StoreError."""
    return next((entry.subject for entry in ledger.store.stream(stream) if entry.subject is not None), None)


def _happened(vault: Vault, entry: Recorded) -> Happened:
    statement, event = vault.read(entry)
    said = statement.record.envelope
    return Happened(entry.index, event, said.recorded_at, said.actors, said.pack is not None)
