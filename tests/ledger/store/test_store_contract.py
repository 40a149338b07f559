"""What every store must do, whatever it is built on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ledger.store import (
    Appended,
    Batch,
    BoundaryMoved,
    ClaimTaken,
    Recorded,
    SignedHead,
    SignedHeadMoved,
    Store,
    StoreCorrupt,
    VersionConflict,
)
from tests.ledger.store.backends import Backend, Crash
from tests.ledger.store.making import Maker, view
from verifier.merkle import root_of


def recorded(batch: Batch, first_index: int = 0) -> list[Recorded]:
    return [
        Recorded(index, e.stream_id, e.version, e.topic, e.statement, e.leaf, e.subject, e.sealed)
        for index, e in enumerate(batch.entries, first_index)
    ]


def test_a_new_store_is_empty(store: Store, make: Maker) -> None:
    assert store.head().size == 0
    assert store.head().frontier.root == root_of([])
    assert store.entries(0, 10) == []
    assert store.entry(0) is None
    assert store.stream(make.uuid()) == []
    assert store.dossier(make.uuid()) == []
    assert store.claim(make.bytes(32)) is None
    assert store.boundary(make.bytes(16)) == 0
    assert store.command(make.bytes(16)) is None
    assert store.leaves(0, 0) == []
    assert store.signed_head() is None
    assert store.erasures() == []


def test_what_was_appended_is_read_back_the_same(store: Store, make: Maker) -> None:
    first, second = make.person(), make.person(2)
    assert store.append(first) == Appended(0, 3)
    assert store.append(second) == Appended(3, 2)
    assert store.entries(0, 10) == recorded(first) + recorded(second, 3)
    assert store.entries(2, 2) == [recorded(first)[2], recorded(second, 3)[0]]
    assert store.entry(4) == recorded(second, 3)[1]
    assert store.entry(5) is None
    assert store.entries(5, 10) == []
    assert store.stream(second.entries[0].stream_id) == recorded(second, 3)
    assert store.claim(first.claims[0].key) == first.claims[0]
    keys = [claim.key for claim in first.claims]
    assert store.claims([*keys, make.bytes(32)]) == dict(zip(keys, first.claims, strict=True))
    assert [store.boundary(b) for b in first.boundaries] == [1]
    assert store.command(second.command_id) == Appended(3, 2, repeated=True)


def test_another_handle_sees_the_same(backend: Backend, store: Store, make: Maker) -> None:
    batches = list(make.people(3))
    for batch in batches:
        store.append(batch)
    assert view(backend.open(), batches) == view(store, batches)


def test_the_tree_is_that_of_the_leaves_at_every_size(store: Store, make: Maker) -> None:
    leaves: list[bytes] = []
    for size in (1, 2, 3, 1, 7, 0, 16, 33):
        stream = make.uuid()
        batch = make.batch(*[make.entry(stream, version) for version in range(1, size + 1)])
        assert store.append(batch) == Appended(len(leaves), size)
        leaves += [entry.leaf for entry in batch.entries]
        assert store.head().size == len(leaves)
        assert store.head().frontier.root == root_of(leaves)
    assert store.leaves(0, len(leaves)) == leaves
    assert store.leaves(5, 9) == leaves[5:9]


def test_a_dossier_holds_all_streams_of_one_person_in_log_order(store: Store, make: Maker) -> None:
    person, other = make.uuid(), make.uuid()
    trainee, enrolment, strange = make.uuid(), make.uuid(), make.uuid()
    store.append(make.batch(make.entry(trainee, 1, person), streams=[(person, trainee)]))
    store.append(make.batch(make.entry(strange, 1, other), streams=[(other, strange)]))
    store.append(make.batch(make.entry(enrolment, 1, person), streams=[(person, enrolment), (person, trainee)]))
    store.append(make.batch(make.entry(trainee, 2, person)))
    assert [(e.index, e.stream_id, e.version) for e in store.dossier(person)] == [
        (0, trainee, 1),
        (2, enrolment, 1),
        (3, trainee, 2),
    ]
    assert all(entry.subject == person and entry.sealed for entry in store.dossier(person))


@pytest.mark.parametrize("version", [1, 2, 4, 5])
def test_a_stream_takes_only_its_next_version(store: Store, make: Maker, version: int) -> None:
    stream = make.uuid()
    before = make.batch(make.entry(stream, 1), make.entry(stream, 2))
    store.append(before)
    batch = make.batch(make.entry(make.uuid(), 1), make.entry(stream, version), claims=[make.claim()])
    was = view(store, [before, batch])
    with pytest.raises(VersionConflict) as refused:
        store.append(batch)
    assert (refused.value.stream_id, refused.value.expected, refused.value.actual) == (stream, version - 1, 2)
    assert view(store, [before, batch]) == was


@pytest.mark.parametrize("versions", [(2,), (1, 1), (1, 3), (2, 1), (0,)])
def test_a_new_stream_starts_with_version_1_and_has_no_gaps(
    store: Store, make: Maker, versions: tuple[int, ...]
) -> None:
    stream = make.uuid()
    with pytest.raises(VersionConflict):
        store.append(make.batch(*[make.entry(stream, version) for version in versions]))
    assert store.head().size == 0


def test_versions_are_checked_in_a_batch_of_many_streams(store: Store, make: Maker) -> None:
    streams = [make.uuid() for _ in range(1200)]
    store.append(make.batch(*[make.entry(stream, 1) for stream in streams]))
    store.append(make.batch(*[make.entry(stream, 2) for stream in streams]))
    with pytest.raises(VersionConflict):
        store.append(make.batch(*[make.entry(stream, 3) for stream in streams[:-1]], make.entry(streams[-1], 2)))
    assert store.head().size == 2400


@pytest.mark.parametrize(("read", "write"), [(0, 1), (1, 2), (3, 3), (3, 9), (0, 0)])
def test_a_boundary_that_moved_stops_the_batch(store: Store, make: Maker, read: int, write: int) -> None:
    boundary = make.bytes(16)
    store.append(make.batch(boundaries={boundary: (0, 2)}))
    batch = make.batch(make.entry(make.uuid(), 1), boundaries={make.bytes(16): (0, 1), boundary: (read, write)})
    was = view(store, [batch])
    with pytest.raises(BoundaryMoved) as refused:
        store.append(batch)
    assert (refused.value.boundary, refused.value.expected, refused.value.actual) == (boundary, read, 2)
    assert view(store, [batch]) == was


def test_a_boundary_moves_on_and_can_be_checked_only(store: Store, make: Maker) -> None:
    boundary, absent = make.bytes(16), make.bytes(16)
    store.append(make.batch(boundaries={boundary: (0, 1)}))
    store.append(make.batch(boundaries={boundary: (1, 40), absent: (0, 0)}))
    store.append(make.batch(boundaries={boundary: (40, 40), absent: (0, 0)}))
    assert store.boundary(boundary) == 40
    assert store.boundary(absent) == 0


def test_a_claim_is_taken_once(store: Store, make: Maker) -> None:
    claim = make.claim()
    store.append(make.batch(claims=[claim]))
    batch = make.batch(make.entry(make.uuid(), 1), claims=[make.claim(), replace(claim, value=b"other"), make.claim()])
    was = view(store, [batch])
    with pytest.raises(ClaimTaken) as refused:
        store.append(batch)
    assert refused.value.key == claim.key
    assert view(store, [batch]) == was
    assert store.claim(claim.key) == claim


def test_a_batch_cannot_take_one_claim_twice(store: Store, make: Maker) -> None:
    claim = make.claim()
    with pytest.raises(ClaimTaken) as refused:
        store.append(make.batch(claims=[make.claim(), claim, claim]))
    assert refused.value.key == claim.key
    assert store.claim(claim.key) is None


def test_claims_are_found_in_bulk(store: Store, make: Maker) -> None:
    claims = [make.claim(make.uuid()) for _ in range(1700)]
    store.append(make.batch(claims=claims))
    found = store.claims([claim.key for claim in claims] + [make.bytes(32) for _ in range(700)])
    assert found == {claim.key: claim for claim in claims}


def test_a_command_is_recorded_once(backend: Backend, store: Store, make: Maker) -> None:
    first, second = make.person(), make.person()
    store.append(first)
    store.append(second)
    was = view(store, [first, second])
    assert store.append(first) == Appended(0, 3, repeated=True)
    assert backend.open().append(replace(make.person(), command_id=second.command_id)) == Appended(3, 3, repeated=True)
    assert view(store, [first, second]) == was


def test_what_no_store_could_take_is_refused(store: Store, make: Maker) -> None:
    good = make.entry(make.uuid(), 1, make.uuid())
    wrong = [
        replace(good, leaf=bytes(32)),
        replace(good, stream_id=make.uuid()),
        replace(good, version=2),
        replace(good, topic="result.recorded/1"),
        replace(good, sealed=None),
        replace(good, subject=None),
    ]
    for entry in wrong:
        with pytest.raises(ValueError, match="entry 1 of the batch"):
            store.append(make.batch(make.entry(make.uuid(), 1), entry))
    with pytest.raises(ValueError, match="revision 1 cannot follow 2"):
        store.append(make.batch(boundaries={make.bytes(16): (2, 1)}))
    assert store.head().size == 0


def test_each_write_lost_twice_leaves_nothing_and_can_be_repeated(backend: Backend, store: Store, make: Maker) -> None:
    erased = make.person()
    store.append(erased)
    store.append(replace(make.person(), erases=[erased.streams[0][0]]))
    writes = backend.faults.statements
    assert writes > 10
    for place in range(writes):
        erased = make.person()
        store.append(erased)
        batch = replace(make.person(), erases=[erased.streams[0][0]])
        was = view(store, [erased, batch])
        backend.faults.lose_at = place
        for _ in range(2):
            with pytest.raises(Crash):
                store.append(batch)
            assert view(store, [erased, batch]) == was
            assert view(backend.open(), [erased, batch]) == was
        backend.faults.lose_at = None
        size = store.head().size
        assert store.append(batch) == Appended(size, 3)
        assert store.entries(size, 9) == recorded(batch, size)
        assert store.dossier(erased.streams[0][0]) == []
        assert store.head().frontier.root == root_of(store.leaves(0, size + 3))


def test_a_write_that_was_kept_is_not_written_again(backend: Backend, store: Store, make: Maker) -> None:
    batch = make.person()
    backend.faults.keep = True
    for _ in range(2):
        with pytest.raises(Crash):
            store.append(batch)
        assert store.entries(0, 9) == recorded(batch)
    backend.faults.keep = False
    assert store.append(batch) == Appended(0, 3, repeated=True)
    assert store.entries(0, 9) == recorded(batch)


def test_erasing_a_person_takes_all_that_is_private_and_leaves_the_log(store: Store, make: Maker) -> None:
    person, other = make.person(), make.person()
    for batch in (person, other):
        store.append(batch)
    subject, stream = person.streams[0]
    erasure = make.batch(
        make.entry(stream, 4, subject), claims=[make.claim(subject)], streams=[(subject, stream)], erases=[subject]
    )
    store.append(erasure)
    bare = [replace(entry, subject=None, sealed=None) for entry in recorded(person)]
    assert store.entries(0, 6) == bare + recorded(other, 3)
    assert [entry.sealed for entry in store.stream(stream)] == [None] * 4
    assert store.dossier(subject) == []
    assert store.claims(claim.key for claim in (*person.claims, *erasure.claims)) == {
        person.claims[1].key: person.claims[1]
    }
    assert store.dossier(other.streams[0][0]) == recorded(other, 3)
    assert store.claim(other.claims[0].key) == other.claims[0]
    assert store.erasures() == [subject]
    assert store.head().frontier.root == root_of(store.leaves(0, 7))
    store.append(make.batch(claims=[replace(person.claims[0], subject=None)]))


def test_the_signed_head_is_swapped_only_by_who_has_seen_it(store: Store, make: Maker) -> None:
    store.append(make.person())
    first, second = SignedHead(2, make.bytes(32), "note 1"), SignedHead(3, make.bytes(32), "note 2")
    store.sign_head(None, first)
    assert store.signed_head() == first
    for expected in (None, second, replace(first, note="note 9")):
        with pytest.raises(SignedHeadMoved) as refused:
            store.sign_head(expected, second)
        assert refused.value.actual == first
    store.sign_head(first, second)
    cosigned = replace(second, note="note 2, cosigned")
    store.sign_head(second, cosigned)
    assert store.signed_head() == cosigned


@pytest.mark.parametrize("size", [0, 1, 4])
def test_no_head_is_signed_that_shrinks_or_runs_ahead(store: Store, make: Maker, size: int) -> None:
    store.append(make.person())
    signed = SignedHead(2, make.bytes(32), "note")
    store.sign_head(None, signed)
    with pytest.raises(ValueError, match=f"head of size {size}"):
        store.sign_head(signed, SignedHead(size, make.bytes(32), "note"))
    assert store.signed_head() == signed


def test_signing_lost_and_kept(backend: Backend, store: Store, make: Maker) -> None:
    store.append(make.person())
    head = SignedHead(1, make.bytes(32), "note")
    store.sign_head(None, head)
    later = replace(head, size=2)
    for place in range(backend.faults.statements):
        backend.faults.lose_at = place
        for _ in range(2):
            with pytest.raises(Crash):
                store.sign_head(head, later)
            assert store.signed_head() == head
    backend.faults.lose_at, backend.faults.keep = None, True
    with pytest.raises(Crash):
        store.sign_head(head, later)
    backend.faults.keep = False
    assert store.signed_head() == later
    with pytest.raises(SignedHeadMoved):
        store.sign_head(head, later)


@pytest.mark.parametrize(
    ("sql", "column"),
    [
        ("UPDATE stored_events SET originator_id = zeroblob(16) WHERE notification_id = 2", "originator_id"),
        ("UPDATE stored_events SET originator_version = 7 WHERE notification_id = 2", "originator_version"),
        ("UPDATE stored_events SET topic = 'attendance.recorded/2' WHERE notification_id = 2", "topic"),
        ("UPDATE stored_events SET state = zeroblob(500) WHERE notification_id = 2", "state"),
        (
            "UPDATE stored_events SET state = (SELECT state FROM stored_events WHERE notification_id = 1)"
            " WHERE notification_id = 2",
            "originator_version",
        ),
        (
            "UPDATE stored_events SET state = (SELECT state FROM stored_events WHERE notification_id = 4)"
            " WHERE notification_id = 2",
            "originator_id",
        ),
    ],
)
def test_a_row_that_contradicts_its_statement_is_named(
    backend: Backend, store: Store, make: Maker, sql: str, column: str
) -> None:
    batches = list(make.people(2))
    for batch in batches:
        store.append(batch)
    backend.sql(sql)
    for read in (lambda: store.entries(0, 9), lambda: store.entry(1)):
        with pytest.raises(StoreCorrupt) as found:
            read()
        assert (found.value.index, found.value.column) == (1, column)
    assert store.entry(0) == recorded(batches[0])[0]


def test_a_missing_entry_is_named(backend: Backend, store: Store, make: Maker) -> None:
    store.append(make.person())
    backend.sql("DELETE FROM stored_events WHERE notification_id = 2")
    for read in (lambda: store.entries(0, 9), lambda: store.leaves(0, 3)):
        with pytest.raises(StoreCorrupt) as found:
            read()
        assert (found.value.index, found.value.column) == (1, "notification_id")
    with pytest.raises(StoreCorrupt):
        store.leaves(0, 4)


@pytest.mark.parametrize(
    ("sql", "column"),
    [
        ("UPDATE tree_head SET size = 2", "tree_head.size"),
        ("UPDATE tree_head SET frontier = zeroblob(9)", "tree_head.frontier"),
        ("DELETE FROM tree_head", "tree_head"),
    ],
)
def test_a_broken_tree_head_is_named_and_stops_appending(
    backend: Backend, store: Store, make: Maker, sql: str, column: str
) -> None:
    store.append(make.person())
    backend.sql(sql)
    for read in (store.head, lambda: store.append(make.person())):
        with pytest.raises(StoreCorrupt) as found:
            read()
        assert (found.value.index, found.value.column) == (None, column)


def test_threads_append_into_one_dense_log(backend: Backend, store: Store) -> None:
    def work(seed: int) -> list[Batch]:
        own = backend.open()
        batches = list(Maker(seed).people(25))
        for batch in batches:
            own.append(batch)
        return batches

    with ThreadPoolExecutor(8) as pool:
        batches = [batch for part in pool.map(work, range(10, 18)) for batch in part]
    entries = store.entries(0, 1000)
    assert len(entries) == len(batches) * 3
    assert [entry.index for entry in entries] == list(range(len(entries)))
    assert {entry.statement for entry in entries} == {e.statement for batch in batches for e in batch.entries}
    assert store.head().frontier.root == root_of(store.leaves(0, len(entries)))
    assert all(len(store.dossier(batch.streams[0][0])) == 3 for batch in batches)


def test_of_many_who_decide_on_the_same_state_one_wins(backend: Backend, store: Store, make: Maker) -> None:
    boundary, stream = make.bytes(16), make.uuid()
    makers = [Maker(seed) for seed in range(20, 28)]

    def attempt(maker: Maker) -> bool:
        batch = maker.batch(maker.entry(stream, 1), boundaries={boundary: (0, 1)})
        try:
            backend.open().append(batch)
        except (BoundaryMoved, VersionConflict):
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, makers)) == 1
    assert store.head().size == 1
    assert store.boundary(boundary) == 1
