"""The floors: what the parts that we stand on do alone, on the same data, batches, cores and disk."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import JSONTranscoder, Transcoding
from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair

from benchmarks.measuring import each, rate
from ledger.store import Store
from ledger.vault import Vault
from verifier import statement
from verifier.trust import Trust

_SECTION = 1000
_SEED = bytes(range(32))

Signed = tuple[bytes, bytes]
"""Signature and message in one, and the public key."""


class Plain(NamedTuple):
    """An event as a library without signatures would store it."""

    stream: UUID
    kind: str
    fields: dict[str, Any]


class Thing(Aggregate):
    """One stream as an aggregate of the library: every event carries the same fields as ours."""

    class Created(Aggregate.Created):
        """The first event of a stream."""

        kind: str
        fields: dict[str, Any]

    class Happened(Aggregate.Event):
        """Any later event."""

        kind: str
        fields: dict[str, Any]

        def apply(self, aggregate: Aggregate) -> None:
            """Nothing to fold: only storing is measured."""

    def __init__(self, kind: str, fields: dict[str, Any]) -> None:
        pass


class _DateAsISO(Transcoding):
    type = date
    name = "date_iso"

    def encode(self, obj: date) -> str:
        return obj.isoformat()

    def decode(self, data: str) -> date:
        return date.fromisoformat(data)


class Things(Application[UUID]):
    """The library's application on SQLite as it comes: JSON, synchronous FULL, WAL, no signatures, no encryption."""

    def register_transcodings(self, transcoder: JSONTranscoder) -> None:
        """Its own transcodings, and one for days."""
        super().register_transcodings(transcoder)
        transcoder.register(_DateAsISO())


def plain_events(store: Store, vault: Vault) -> list[Plain]:
    """All events of a ledger with their personal values, in log order."""
    found: list[Plain] = []
    while entries := store.entries(len(found), _SECTION):
        for entry in entries:
            event = vault.read(entry)[1]
            fields = {item.name: _value(getattr(event, item.name)) for item in dataclasses.fields(event)}  # type: ignore[arg-type]
            found.append(Plain(entry.stream_id, entry.topic, fields))
    return found


def library_save(events: Sequence[Plain], batch: int, path: Path) -> float:
    """Events a second of the library's `save` of many aggregates, so many events at a time. Only `save` is timed."""
    app = Things(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)})
    things: dict[UUID, Thing] = {}
    seconds = 0.0
    try:
        for start in range(0, len(events), batch):
            touched: dict[UUID, Thing] = {}
            chunk = events[start : start + batch]
            for event in chunk:
                thing = things.get(event.stream)
                if thing is None:
                    thing = things[event.stream] = Thing(event.kind, event.fields)
                else:
                    thing.trigger_event(Thing.Happened, kind=event.kind, fields=event.fields)
                touched[event.stream] = thing
            seconds += len(chunk) / rate(len(chunk), _saving(app, list(touched.values())))
    finally:
        app.close()
    return len(events) / seconds


def signing(messages: Sequence[bytes]) -> float:
    """Bare PyNaCl signatures a second of these messages, in one process."""
    _, secret = crypto_sign_seed_keypair(_SEED)
    return each(messages, lambda message: crypto_sign(message, secret))


def signed_messages(store: Store, trusted: Trust) -> list[Signed]:
    """Signature, message and public key of every entry, ready for a bare verification."""
    found: list[Signed] = []
    while entries := store.entries(len(found), _SECTION):
        for entry in entries:
            read = statement.parse(entry.statement)
            message = statement.to_be_signed(read.protected, read.payload)
            found.append((read.signature + message, trusted.key(read.kid).public_key))
    return found


def verifying(signed: Sequence[Signed]) -> float:
    """Bare PyNaCl verifications a second, in one process."""
    return each(signed, lambda item: crypto_sign_open(*item))


def _saving(app: Things, things: list[Thing]) -> Callable[[], object]:
    return lambda: app.save(*things)


def _value(value: Any) -> Any:
    """A value that the library's JSON takes; the few structured ones of definitions as text."""
    if value is None or isinstance(value, str | int | bool | UUID | date | Decimal):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)
