"""The private tables: streams, claims, boundaries, erasures, data keys, positions.

What an erasure took away cannot be recomputed one by one. Where an exact value is gone, the sum over all the erased is
still checked: entries, enrolments.
"""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from ledger.claims import ClaimKeys, IntakeClaim
from ledger.fsck.facts import Facts, uuid_of
from ledger.fsck.report import Problems, row
from ledger.store import Claim, DataKeys, StoreCorrupt, StoreError
from ledger.tables import Row, Tables
from verifier.rules import NoCalendar, working_days_left

ID_SIZE = 16
KEYS_AT_A_TIME = 500


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
    if problems := key_tables.problems():
        yield from (("data_keys", problem) for problem in problems)
        return
    subjects = [uuid_of(item["subject"]) for item in key_tables.rows("data_keys")]
    for subject in subjects:
        if subject in facts.erased:
            yield row("data_keys", subject, "subject"), "the key of a person who was erased"
    for start in range(0, len(subjects), KEYS_AT_A_TIME):
        yield from _check_opening(data_keys, subjects[start : start + KEYS_AT_A_TIME])


def _check_opening(data_keys: DataKeys, subjects: list[UUID]) -> Problems:
    """Asks for many keys at once, and one by one only where something is wrong with one of them."""
    try:
        data_keys.get_many(subjects)
    except StoreError:
        for subject in subjects:
            try:
                data_keys.get(subject)
            except StoreError as error:
                yield row("data_keys", subject, "wrapped"), str(error)


def check_claims(tables: Tables, keys: ClaimKeys, facts: Facts) -> Problems:
    """What the events claim is there as they claim it; the rest are rows of packs that were taken in."""
    missing = dict(facts.claims)
    for item in tables.rows("claims"):
        claim = missing.pop(item["key"], None)
        if claim is None:
            yield from _check_intake_claim(item, keys, facts)
            continue
        subject = None if claim.subject is None else claim.subject.bytes
        for column, value in (("subject", subject), ("value", claim.value)):
            if item[column] != value:
                yield row("claims", item["key"], column), "not what the event that made it says"
    for stream in sorted(facts.filed - facts.found_again, key=str):
        yield "claims", f"missing: the pack's row that became application {stream}"
    for key, claim in missing.items():
        yield row("claims", key), f"missing: an event of stream {uuid_of(claim.value)} makes this claim"


def _check_intake_claim(item: Row, keys: ClaimKeys, facts: Facts) -> Problems:
    """A claim of an intake is bound to its place, and is of a pack or a stream that the log knows."""
    subject = None if item["subject"] is None else uuid_of(item["subject"])
    place = item["key"]
    try:
        kind, body = keys.read(Claim(item["key"], subject, item["value"]))
    except StoreCorrupt as error:
        yield row("claims", place), f"no event makes this claim, and no intake: {error}"
        return
    if kind is IntakeClaim.APPLICATION:
        if facts.owners.get(uuid_of(body)) != subject:
            yield row("claims", place, "value"), "an application of a pack's row is not this person's"
        facts.found_again.add(uuid_of(body))
    elif uuid_of(body[:ID_SIZE]) not in facts.packs:
        yield row("claims", place, "value"), "of no pack that was taken in"
    else:
        facts.settled[kind, uuid_of(body[:ID_SIZE])] += 1


def check_boundaries(tables: Tables, facts: Facts) -> Problems:
    """What each revision counts: a person's or objector's the entries, a cohort's its enrolments, an application's the
    objections that were lodged against it, a pack's the rows that it settled.
    """
    there = {uuid_of(item["boundary"]): item["revision"] for item in tables.rows("boundaries")}
    entries = Counter(facts.owners[stream] for stream in facts.stream_of if stream in facts.owners)
    of_nobody = len(facts.stream_of) - entries.total()
    enrolments = Counter({facts.cohorts[code]: n for code, n in facts.enrolled.items() if code in facts.cohorts})
    lodged = Counter(application for _, _, application, _ in facts.lodged)
    settled = _settled(facts)
    hidden = {"entries": of_nobody, "enrolments": facts.enrolled_unknown, "objections": facts.lodged_unknown}
    known = there.keys() | entries.keys() | enrolments.keys() | lodged.keys() | settled.keys()
    for boundary in sorted(known, key=str):
        revision, place = there.get(boundary, 0), row("boundaries", boundary, "revision")
        if boundary in facts.erased:
            hidden["entries"] -= revision
        elif boundary in facts.cohorts.values():
            hidden["enrolments"] -= revision - enrolments[boundary]
            if revision < enrolments[boundary]:
                yield place, f"{revision}, but {enrolments[boundary]} enrolments are known"
        elif boundary in facts.applications:
            hidden["objections"] -= revision - lodged[boundary]
            if revision < lodged[boundary]:
                yield place, f"{revision}, but {lodged[boundary]} objections to the application are known"
        elif boundary in facts.packs:
            if revision != settled[boundary]:
                yield place, f"{revision}, but {settled[boundary]} rows of the pack are settled"
        elif revision != entries[boundary]:
            yield place, f"{revision}, but {entries[boundary]} entries are filed under it"
    for what, left in hidden.items():
        if left:
            yield "boundaries", f"the {what} of erased people do not add up: {left:+d}"


def check_objections(facts: Facts) -> Problems:
    """Each objection was lodged while the notice of its application stood. Of erased applicants nobody can tell."""
    for index, stream, application, day in facts.lodged:
        posted_on, edition = facts.posted.get(application), facts.under.get(application)
        if application not in facts.applications:
            yield f"entry {index}", f"objection {stream} is to no application of this log"
        elif posted_on is not None and edition is not None:
            days = facts.catalogue.policy(edition).notice_working_days
            try:
                left = working_days_left(posted_on, days, day, facts.catalogue.calendars)
            except NoCalendar as error:
                yield f"entry {index}", f"objection {stream}: {error.message}"
                continue
            if day < posted_on or left == 0:
                yield f"entry {index}", f"objection {stream} was lodged while its notice did not stand"


def _settled(facts: Facts) -> Counter[UUID]:
    """How many rows each pack has settled, taken in or turned away."""
    found: Counter[UUID] = Counter()
    for (kind, pack), count in facts.settled.items():
        if kind is not IntakeClaim.PACK:
            found[pack] += count
    return found


def check_pack_claims(facts: Facts) -> Problems:
    """Each pack that was taken in is claimed once."""
    for pack in sorted(facts.packs, key=str):
        if (count := facts.settled[IntakeClaim.PACK, pack]) != 1:
            yield "claims", f"pack {pack} is claimed {count} times, not once"


def check_tracking(tables: Tables) -> Problems:
    """The library's own mark is there; no view is kept in the ledger's file."""
    rows = {item["application_name"]: item["notification_id"] for item in tables.rows("tracking")}
    if rows.pop("__migration__", None) != 1:
        yield row("tracking", "__migration__", "notification_id"), "not the mark that the schema sets"
    for name in rows:
        yield row("tracking", name), "no view is kept in this file"
