"""The first pass: every entry, its row, its signature and authority, and its sealed values."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ledger.claims import ClaimKeys
from ledger.fsck.facts import Facts, uuid_of
from ledger.fsck.report import Problems, row
from ledger.store import Recorded, StoreError
from ledger.tables import Row, Tables
from verifier.errors import VerificationError
from verifier.events import WITHHELD, Event
from verifier.merkle import leaf_hash
from verifier.record import reveal
from verifier.statement import Statement, parse

OpenSealed = Callable[[Recorded], list[bytes] | None]
"""The disclosures of an entry's sealed values; None where no data key opens them. Raises StoreError."""


def check_entries(
    tables: Tables, facts: Facts, signed_size: int | None, unseal: OpenSealed, keys: ClaimKeys
) -> Problems:
    """Reads the log once, fills `facts` and yields what is wrong with single entries."""
    last_time = 0
    for index, (entry, sealed, strays) in enumerate(_with_vault(tables)):
        for stray in strays:
            yield row("vault", stray["notification_id"]), "there is no such entry"
        if index == signed_size:
            facts.mark_published(index)
        number = entry["notification_id"]
        if number != index + 1:
            yield row("stored_events", number, "notification_id"), f"entry {index} should stand here: rows are missing"
        facts.leaves.append(leaf_hash(entry["state"]))
        facts.stream_of.append(uuid_of(entry["originator_id"]))
        facts.command_of.append(b"")
        if entry["leaf"] != facts.leaves[-1]:
            yield row("stored_events", number, "leaf"), "not the hash of the statement"
        try:
            statement = parse(entry["state"])
        except VerificationError as error:
            yield row("stored_events", number, "state"), error.message
            continue
        yield from _check_row(entry, statement, facts)
        at = statement.record.envelope.recorded_at
        if at < last_time:
            yield row("stored_events", number, "state"), "recorded before the entry in front of it"
        last_time = facts.recorded_at = at
        try:
            facts.authority.check_staff(statement)
            facts.authority.admit(index, statement)
            # A passkey that came or went without consent is for an auditor to judge, and no damage.
            facts.approvals.take(index, statement, facts.authority.approvers)
        except VerificationError as error:
            yield row("stored_events", number, "state"), f"{error.message} ({error.code})"
        event = statement.record.event
        for problem in _opened(index, statement, entry, sealed, facts, unseal):
            if isinstance(problem, tuple):
                yield problem
            else:
                event = problem
        facts.take_in(index, statement, event, keys)
    if len(facts.leaves) == signed_size:
        facts.mark_published(signed_size)


def _with_vault(tables: Tables) -> Iterator[tuple[Row, Row | None, list[Row]]]:
    """Each entry with its row of the vault, and with the rows of the vault in front of it that are nobody's."""
    vault = tables.rows("vault")
    waiting = next(vault, None)
    for entry in tables.rows("stored_events"):
        strays = []
        while waiting is not None and waiting["notification_id"] < entry["notification_id"]:
            strays.append(waiting)
            waiting = next(vault, None)
        sealed = None
        if waiting is not None and waiting["notification_id"] == entry["notification_id"]:
            sealed, waiting = waiting, next(vault, None)
        yield entry, sealed, strays


def _check_row(entry: Row, statement: Statement, facts: Facts) -> Problems:
    """The columns say what the statement says, and the stream has no gap."""
    number, stream = entry["notification_id"], statement.stream_id
    said = {
        "originator_id": stream.bytes,
        "originator_version": statement.version,
        "topic": statement.type,
    }
    for column, value in said.items():
        if entry[column] != value:
            yield row("stored_events", number, column), "not what the statement says"
    facts.versions[stream] += 1
    if statement.version != facts.versions[stream]:
        yield (
            row("stored_events", number, "originator_version"),
            f"version {statement.version} where {facts.versions[stream]} of the stream should follow",
        )
    facts.stream_of[-1] = stream
    facts.command_of[-1] = statement.record.envelope.command


def _opened(
    index: int, statement: Statement, entry: Row, sealed: Row | None, facts: Facts, unseal: OpenSealed
) -> Iterator[tuple[str, str] | Event]:
    """Opens the sealed values of an entry: yields problems, and last the event with all its personal values."""
    stream, number = statement.stream_id, entry["notification_id"]
    if sealed is None:
        if statement.record.commitments and stream in facts.owners:
            yield row("vault", number), "missing: the personal values of this entry should be here"
        return
    subject = uuid_of(sealed["subject"])
    facts.sealed_subjects.setdefault(stream, set()).add(subject)
    if not statement.record.commitments:
        yield row("vault", number), "the entry has no personal values"
        return
    recorded = Recorded(
        index, stream, statement.version, statement.type, entry["state"], entry["leaf"], subject, sealed["sealed"]
    )
    try:
        disclosures = unseal(recorded)
        if disclosures is None:
            yield row("vault", number, "subject"), "no data key opens the personal values"
            return
        event = reveal(statement.record, disclosures)
    except (StoreError, VerificationError) as error:
        yield row("vault", number, "sealed"), str(error)
        return
    fields = (*statement.record.type.personal, *statement.record.type.printed)
    if withheld := [item.name for item in fields if getattr(event, item.name) is WITHHELD]:
        yield row("vault", number, "sealed"), f"{withheld[0]} is not among the sealed values"
    yield event
