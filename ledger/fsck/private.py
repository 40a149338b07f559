"""The private tables: streams, claims, boundaries, erasures, data keys, positions.

What an erasure took away cannot be recomputed one by one. Where an exact value is gone, the sum over all the erased is
still checked: entries, enrolments.
"""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from ledger.fsck.facts import Facts, uuid_of
from ledger.fsck.report import Problems, row
from ledger.fsck.tables import Row, Tables
from ledger.store import DataKeys, StoreError
from verifier import cbor
from verifier.errors import Malformed

ID_SIZE = 16


def read_owners(tables: Tables) -> dict[UUID, UUID]:
    """Whose stream it is, by stream."""
    return {uuid_of(item["stream"]): uuid_of(item["subject"]) for item in tables.rows("streams")}


def check_streams(tables: Tables, facts: Facts) -> Problems:
    """Each row is of a stream of the log, of one owner, who is not erased, and whose key sealed its values."""
    seen: set[UUID] = set()
    for item in tables.rows("streams"):
        subject, stream = uuid_of(item["subject"]), uuid_of(item["stream"])
        place = f"{subject}, {stream}"
        if stream not in facts.versions:
            yield row("streams", place, "stream"), "the log has no such stream"
        if stream in seen:
            yield row("streams", place), "the stream has two owners"
        seen.add(stream)
        if subject in facts.erased:
            yield row("streams", place, "subject"), "this person was erased"
    for stream, subjects in facts.sealed_subjects.items():
        for subject in subjects:
            if facts.owners.get(stream) != subject:
                yield "streams", f"stream {stream} is not filed under {subject}, whose key sealed its values"


def check_erasures(tables: Tables, facts: Facts) -> Problems:
    """The erased are those whose erasure the log records, and nothing of theirs is left in the vault."""
    there = {uuid_of(item["subject"]) for item in tables.rows("erasures")}
    for subject in sorted(there - facts.erased):
        yield row("erasures", subject), "the log records no such erasure"
    for subject in sorted(facts.erased - there):
        yield "erasures", f"{subject} is missing, whose erasure the log records"
    for sealed in tables.rows("vault"):
        if uuid_of(sealed["subject"]) in facts.erased:
            yield row("vault", sealed["notification_id"], "subject"), "personal values of a person who was erased"


def check_data_keys(tables: Tables, key_tables: Tables, data_keys: DataKeys, facts: Facts) -> Problems:
    """Every data key opens, and none is of a person who was erased. Keys that nothing uses do no harm."""
    for problem in key_tables.problems():
        yield "data_keys", problem
    for item in key_tables.rows("data_keys"):
        subject = uuid_of(item["subject"])
        if subject in facts.erased:
            yield row("data_keys", subject, "subject"), "the key of a person who was erased"
        try:
            data_keys.get(subject)
        except StoreError as error:
            yield row("data_keys", subject, "wrapped"), str(error)


def check_claims(tables: Tables, facts: Facts) -> Problems:
    """What the events claim is there as they claim it; the rest are rows of packs that were taken in."""
    missing = dict(facts.claims)
    for item in tables.rows("claims"):
        claim = missing.pop(item["key"], None)
        if claim is None:
            yield from _check_pack_claim(item, facts)
            continue
        subject = None if claim.subject is None else claim.subject.bytes
        for column, value in (("subject", subject), ("value", claim.value)):
            if item[column] != value:
                yield row("claims", item["key"], column), "not what the event that made it says"
    for key, claim in missing.items():
        yield row("claims", key), f"missing: an event of stream {uuid_of(claim.value)} makes this claim"


def _check_pack_claim(item: Row, facts: Facts) -> Problems:
    """A claim of an intake: of a pack, of a row taken in, or of a row turned away; each begins with the pack's id."""
    value, place = item["value"], item["key"]
    if value[:ID_SIZE] not in {pack.bytes for pack in facts.packs}:
        yield row("claims", place, "value"), "no event makes this claim, and it is of no pack that was taken in"
    elif item["subject"] is not None:
        stream = uuid_of(value[ID_SIZE:]) if len(value) == 2 * ID_SIZE else None
        if stream is None or stream not in facts.versions:
            yield row("claims", place, "value"), "a row that was taken in names no stream of the log"
        elif facts.owners.get(stream) != uuid_of(item["subject"]):
            yield row("claims", place, "subject"), f"stream {stream} is another's"
    elif value[ID_SIZE:] and not _is_rejection(value[ID_SIZE:]):
        yield row("claims", place, "value"), "a row that was turned away does not say why"


def _is_rejection(value: bytes) -> bool:
    try:
        parts = cbor.decode(value)
    except Malformed:
        return False
    return type(parts) is list and len(parts) == 3 and all(type(part) is str for part in parts)


def check_boundaries(tables: Tables, facts: Facts) -> Problems:
    """A person's revision counts the person's entries, a cohort's its enrolments, a pack's the rows that it settled."""
    there = {uuid_of(item["boundary"]): item["revision"] for item in tables.rows("boundaries")}
    entries = Counter(facts.owners[stream] for stream in facts.stream_of if stream in facts.owners)
    of_nobody = len(facts.stream_of) - entries.total()
    enrolments = Counter({facts.cohorts[code]: n for code, n in facts.enrolled.items() if code in facts.cohorts})
    settled = _settled(tables)
    hidden = {"entries": of_nobody, "enrolments": facts.enrolled_unknown}
    for boundary in sorted(there.keys() | entries.keys() | enrolments.keys() | settled.keys(), key=str):
        revision, place = there.get(boundary, 0), row("boundaries", boundary, "revision")
        if boundary in facts.erased:
            hidden["entries"] -= revision
        elif boundary in facts.cohorts.values():
            hidden["enrolments"] -= revision - enrolments[boundary]
            if revision < enrolments[boundary]:
                yield place, f"{revision}, but {enrolments[boundary]} enrolments are known"
        elif boundary in facts.packs:
            # What an erasure took of a pack's rows is not known, only that it took and did not add.
            if revision < settled[boundary] or (revision > settled[boundary] and not facts.erased):
                yield place, f"{revision}, but {settled[boundary]} rows of the pack are settled"
        elif revision != entries[boundary]:
            yield place, f"{revision}, but {entries[boundary]} entries are filed under it"
    for what, left in hidden.items():
        if left:
            yield "boundaries", f"the {what} of erased people do not add up: {left:+d}"


def _settled(tables: Tables) -> Counter[UUID]:
    """How many rows each pack has settled, taken in or turned away. The pack's own claim is not one."""
    found: Counter[UUID] = Counter()
    for item in tables.rows("claims"):
        if len(item["value"]) > ID_SIZE:
            found[uuid_of(item["value"][:ID_SIZE])] += 1
    return found


def check_pack_claims(tables: Tables, facts: Facts) -> Problems:
    """Each pack that was taken in is claimed once."""
    claimed = Counter(
        uuid_of(item["value"])
        for item in tables.rows("claims")
        if item["subject"] is None and item["key"] not in facts.claims and len(item["value"]) == ID_SIZE
    )
    for pack in sorted(facts.packs, key=str):
        if claimed[pack] != 1:
            yield "claims", f"pack {pack} is claimed {claimed[pack]} times, not once"


def check_tracking(tables: Tables) -> Problems:
    """The library's own mark is there; no view is kept in the ledger's file."""
    rows = {item["application_name"]: item["notification_id"] for item in tables.rows("tracking")}
    if rows.pop("__migration__", None) != 1:
        yield row("tracking", "__migration__", "notification_id"), "not the mark that the schema sets"
    for name in rows:
        yield row("tracking", name), "no view is kept in this file"
