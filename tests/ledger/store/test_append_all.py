"""Several batches in one transaction, and what many threads make of it: the same on every store."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from ledger.store import (
    Appended,
    Batch,
    BoundaryMoved,
    ClaimTaken,
    RecordedBehind,
    StoreCorrupt,
    StoreError,
    VersionConflict,
)
from tests.ledger.store.backends import Backend, Crash, OpenStore
from tests.ledger.store.making import Maker, view
from verifier.merkle import root_of


def statements(*batches: Batch) -> list[bytes]:
    return [entry.statement for batch in batches for entry in batch.entries]


def test_batches_go_in_one_after_the_other(store: OpenStore, make: Maker) -> None:
    batches = [make.person(size) for size in (3, 1, 0, 64, 2)]
    assert store.append_all(batches) == [
        Appended(0, 3),
        Appended(3, 1),
        Appended(4, 0),
        Appended(4, 64),
        Appended(68, 2),
    ]
    assert [entry.statement for entry in store.entries(0, 100)] == statements(*batches)
    assert store.head().frontier.root == root_of(store.leaves(0, 70))
    assert store.append_all(batches[:1]) == [Appended(0, 3, repeated=True)]


BAD: dict[str, tuple[type[StoreError], Callable[[Maker, Batch], Batch]]] = {
    "version": (VersionConflict, lambda make, first: make.batch(make.entry(first.entries[0].stream_id, 1))),
    "boundary": (
        BoundaryMoved,
        lambda make, first: replace(make.person(), boundaries={**first.boundaries, make.bytes(16): (0, 1)}),
    ),
    "claim": (ClaimTaken, lambda make, first: replace(make.person(), claims=[make.claim(), first.claims[0]])),
    "time": (RecordedBehind, lambda make, first: replace(make.person(), recorded_at=first.recorded_at - 1)),
}


@pytest.mark.parametrize("kind", BAD)
def test_one_that_cannot_go_in_hinders_no_other_and_leaves_nothing(
    backend: Backend, store: OpenStore, make: Maker, kind: str
) -> None:
    error, spoil = BAD[kind]
    first = replace(make.person(), recorded_at=5000)
    bad, worse = spoil(make, first), spoil(make, first)
    good = [first, replace(make.person(), recorded_at=5000), replace(make.person(), recorded_at=6000)]
    outcomes = store.append_all([good[0], bad, good[1], worse, good[2]])
    assert [outcomes[n] for n in (0, 2, 4)] == [Appended(0, 3), Appended(3, 3), Appended(6, 3)]
    assert [type(outcomes[n]) for n in (1, 3)] == [error, error]
    assert [entry.statement for entry in store.entries(0, 100)] == statements(*good)
    assert store.command(bad.command_id) is None
    assert store.claims(claim.key for claim in bad.claims if claim not in first.claims) == {}
    assert all(store.boundary(key) == 0 for key in bad.boundaries if key not in first.boundaries)
    assert view(backend.open(), [*good, bad, worse]) == view(store, [*good, bad, worse])


def test_of_a_group_of_bad_ones_nothing_is_left(store: OpenStore, make: Maker) -> None:
    first = replace(make.person(), recorded_at=5000)
    store.append(first)
    bad = [spoil(make, first) for _, spoil in BAD.values()]
    was = view(store, [first, *bad])
    assert [type(outcome) for outcome in store.append_all(bad)] == [error for error, _ in BAD.values()]
    assert view(store, [first, *bad]) == was


def test_each_sees_what_those_before_it_have_written(store: OpenStore, make: Maker) -> None:
    stream, boundary, claim = make.uuid(), make.bytes(16), make.claim()
    batches = [
        make.batch(make.entry(stream, 1), boundaries={boundary: (0, 1)}, claims=[claim]),
        make.batch(make.entry(stream, 2), boundaries={boundary: (1, 2)}),
        make.batch(make.entry(stream, 2), boundaries={boundary: (2, 3)}),
        make.batch(boundaries={boundary: (1, 3)}),
        make.batch(claims=[claim]),
        make.batch(make.entry(stream, 3), boundaries={boundary: (2, 3)}),
    ]
    outcomes = store.append_all(batches)
    assert [type(outcome) for outcome in outcomes] == [
        *(Appended, Appended, VersionConflict, BoundaryMoved, ClaimTaken, Appended)
    ]
    assert store.boundary(boundary) == 3
    assert [entry.version for entry in store.stream(stream)] == [1, 2, 3]


def test_one_erased_in_the_group_that_brought_it_in_is_erased(store: OpenStore, make: Maker) -> None:
    person, other = make.person(), make.person()
    subject = person.streams[0][0]
    store.append_all([person, make.batch(erases=[subject]), other])
    assert store.dossier(subject) == []
    assert [entry.sealed is None for entry in store.entries(0, 9)] == [True] * 3 + [False] * 3
    assert store.erasures() == [subject]


def test_a_command_that_comes_twice_in_one_group_is_recorded_once(store: OpenStore, make: Maker) -> None:
    before, batch = make.person(), make.person()
    store.append(before)
    same = replace(make.person(), command_id=batch.command_id)
    assert store.append_all([batch, before, same, batch]) == [
        *(Appended(3, 3), Appended(0, 3, repeated=True)),
        *(Appended(3, 3, repeated=True), Appended(3, 3, repeated=True)),
    ]
    assert [entry.statement for entry in store.entries(0, 9)] == statements(before, batch)


def test_recorded_time_does_not_run_back_within_a_group(store: OpenStore, make: Maker) -> None:
    times = (3000, 0, 3000, 2999, 5000, 4999, 0)
    outcomes = store.append_all([replace(make.person(1), recorded_at=at) for at in times])
    assert [isinstance(outcome, Appended) for outcome in outcomes] == [at not in (2999, 4999) for at in times]
    behind = [(one.recorded_at, one.last) for one in outcomes if isinstance(one, RecordedBehind)]
    assert behind == [(2999, 3000), (4999, 5000)]
    with pytest.raises(RecordedBehind):
        store.append(replace(make.person(), recorded_at=4999))


def test_a_group_lost_leaves_nothing_and_can_be_repeated(backend: Backend, store: OpenStore, make: Maker) -> None:
    store.append_all([make.person() for _ in range(3)])
    writes = backend.faults.statements
    for place in {0, 1, writes // 2, writes - 1}:
        batches = [make.person() for _ in range(3)]
        was, size = view(store, batches), store.head().size
        backend.faults.lose_at = place
        for _ in range(2):
            with pytest.raises(Crash):
                store.append_all(batches)
            assert view(store, batches) == was
        backend.faults.lose_at = None
        assert store.append_all(batches) == [Appended(size + 3 * n, 3) for n in range(3)]


def test_a_group_whose_answer_was_lost_is_answered_as_repeated(backend: Backend, store: OpenStore, make: Maker) -> None:
    taken = make.claim()
    store.append(make.batch(claims=[taken]))
    batches = [make.person(), make.batch(claims=[taken]), make.person()]
    backend.faults.keep = True
    with pytest.raises(Crash):
        store.append_all(batches)
    backend.faults.keep = False
    first, second, third = store.append_all(batches)
    assert (first, third) == (Appended(0, 3, repeated=True), Appended(3, 3, repeated=True))
    assert isinstance(second, ClaimTaken)
    assert [entry.statement for entry in store.entries(0, 9)] == statements(batches[0], batches[2])


def test_a_broken_tree_head_keeps_all_of_them_out(backend: Backend, store: OpenStore, make: Maker) -> None:
    store.append(make.person())
    backend.sql("UPDATE tree_head SET size = 2")
    with pytest.raises(StoreCorrupt, match=r"tree_head\.size"):
        store.append_all([make.person(), make.person()])
    backend.sql("UPDATE tree_head SET size = 3")
    assert store.append(make.person()) == Appended(3, 3)


def test_threads_of_one_handle_append_into_one_dense_log(store: OpenStore) -> None:
    batches = [batch for seed in range(16) for batch in Maker(seed).people(12)]
    with ThreadPoolExecutor(16) as pool:
        appended = list(pool.map(store.append, batches))
    assert sorted(one.first_index for one in appended) == list(range(0, 3 * len(batches), 3))
    entries = store.entries(0, 1000)
    for batch, one in zip(batches, appended, strict=True):
        read = entries[one.first_index : one.first_index + one.count]
        assert [entry.statement for entry in read] == statements(batch)
    assert store.head().frontier.root == root_of(store.leaves(0, len(entries)))


def test_of_threads_that_come_at_once_only_who_conflicts_fails(store: OpenStore, make: Maker) -> None:
    taken = make.claim()
    store.append(make.batch(claims=[taken]))
    start = Barrier(16)

    def work(n: int) -> str:
        maker = Maker(100 + n)
        batches = [maker.batch(claims=[taken]) if n % 4 == turn % 4 else maker.person() for turn in range(8)]
        start.wait(60)
        told = ""
        for batch in batches:
            try:
                store.append(batch)
                told += "+"
            except ClaimTaken:
                told += "-"
        return told

    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(work, range(16)))
    assert told == ["".join("-" if n % 4 == turn % 4 else "+" for turn in range(8)) for n in range(16)]
    assert store.head().size == 16 * 6 * 3


def test_a_command_sent_by_many_threads_at_once_is_recorded_once(store: OpenStore, make: Maker) -> None:
    batch, start = make.person(), Barrier(12)

    def work(_: int) -> Appended:
        start.wait(60)
        return store.append(batch)

    with ThreadPoolExecutor(12) as pool:
        appended = list(pool.map(work, range(12)))
    assert sorted(one.repeated for one in appended) == [False] + [True] * 11
    assert {(one.first_index, one.count) for one in appended} == {(0, 3)}
    assert store.head().size == 3
