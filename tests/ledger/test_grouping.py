"""Group commit: together where it helps, each for itself where one fails."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from ledger.grouping import GroupCommit, Interrupted, Outcome
from ledger.sqlite.store import SqliteStore
from ledger.store import Appended, Batch, ClaimTaken, RecordedBehind, StoreBusy
from tests.ledger.store.making import Maker


class HeldUp:
    """A store whose transactions can be held up and fail, and which remembers who went in with whom."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.groups: list[list[bytes]] = []
        self.open = Event()
        self.open.set()
        self.entered = Event()
        self.fail_for: dict[bytes, BaseException] = {}

    def append_all(self, batches: Sequence[Batch]) -> list[Outcome]:
        self.entered.set()
        self.open.wait()
        self.groups.append([batch.command_id for batch in batches])
        for batch in batches:
            if batch.command_id in self.fail_for:
                raise self.fail_for[batch.command_id]
        return self.store.append_all(batches)


@pytest.fixture
def groups(tmp_path: Path) -> Iterator[HeldUp]:
    with SqliteStore.open(tmp_path / "ledger.db") as store:
        yield HeldUp(store)


@pytest.fixture
def make() -> Maker:
    return Maker()


@contextmanager
def at_once(queue: GroupCommit, groups: HeldUp, batches: Iterable[Batch]) -> Iterator[list[Future[Appended]]]:
    """Appends a first batch that is held up until all of these have queued up behind it, in this order."""
    with ThreadPoolExecutor(100) as pool:
        groups.open.clear()
        groups.entered.clear()
        first = pool.submit(queue.append, Maker(99).person())
        assert groups.entered.wait(20)
        calls = []
        for batch in batches:
            queued = len(queue._waiting)
            calls.append(pool.submit(queue.append, batch))
            while len(queue._waiting) == queued:
                assert not calls[-1].done()
        groups.open.set()
        wait([first, *calls], 20)
        first.result()
        yield calls


def test_one_caller_waits_for_nobody(groups: HeldUp, make: Maker) -> None:
    queue = GroupCommit(groups)
    batches = list(make.people(3))
    assert [queue.append(batch) for batch in batches] == [Appended(0, 3), Appended(3, 3), Appended(6, 3)]
    assert groups.groups == [[batch.command_id] for batch in batches]
    assert queue.append(batches[1]) == Appended(3, 3, repeated=True)


def test_who_comes_meanwhile_goes_in_together(groups: HeldUp, make: Maker) -> None:
    batches = list(make.people(20))
    with at_once(GroupCommit(groups), groups, batches) as calls:
        assert [call.result() for call in calls] == [Appended(3 + 3 * n, 3) for n in range(20)]
    assert groups.groups[1:] == [[batch.command_id for batch in batches]]


def test_a_group_is_bounded(groups: HeldUp, make: Maker) -> None:
    sizes = [3, 3, 3, 3, 30, 3, 2, 5, 4]
    batches = [make.person(size) for size in sizes]
    with at_once(GroupCommit(groups, most_batches=3, most_entries=10), groups, batches) as calls:
        assert [call.result().count for call in calls] == sizes
    assert [len(group) for group in groups.groups[1:]] == [3, 1, 1, 3, 1]


def test_the_order_of_recorded_times_is_kept_within_a_group(groups: HeldUp, make: Maker) -> None:
    batches = [replace(make.person(), recorded_at=at) for at in (5000, 3000, 4000)]
    with at_once(GroupCommit(groups), groups, batches) as calls:
        assert [call.result().first_index for call in calls] == [9, 3, 6]
    with pytest.raises(RecordedBehind):
        GroupCommit(groups).append(replace(make.person(), recorded_at=4999))


def test_of_a_group_only_who_conflicts_fails(groups: HeldUp, make: Maker) -> None:
    queue = GroupCommit(groups)
    taken = make.claim()
    queue.append(make.batch(claims=[taken]))
    batches = [make.person(), make.batch(claims=[taken]), make.person(), make.batch(claims=[taken]), make.person()]
    with at_once(queue, groups, batches) as calls:
        assert [call.exception() is None for call in calls] == [True, False, True, False, True]
        assert all(isinstance(calls[n].exception(), ClaimTaken) for n in (1, 3))
        assert calls[1].exception() is not calls[3].exception()
    assert len(groups.groups) == 3
    assert groups.store.head().size == 12


def test_of_many_on_one_state_in_one_group_one_wins(groups: HeldUp, make: Maker) -> None:
    boundary = make.bytes(16)
    batches = [make.batch(make.entry(make.uuid(), 1), boundaries={boundary: (0, 1)}) for _ in range(20)]
    with at_once(GroupCommit(groups), groups, batches) as calls:
        assert [call.exception() is None for call in calls] == [True, *[False] * 19]
    assert groups.store.boundary(boundary) == 1


def test_what_one_brings_about_is_found_by_halving(groups: HeldUp, make: Maker) -> None:
    batches = list(make.people(16))
    guilty = [batches[3], batches[11]]
    groups.fail_for = {batch.command_id: RuntimeError(str(n)) for n, batch in enumerate(guilty)}
    with at_once(GroupCommit(groups), groups, batches) as calls:
        failed = {n: call.exception() for n, call in enumerate(calls) if call.exception()}
    assert {n: str(error) for n, error in failed.items()} == {3: "0", 11: "1"}
    assert groups.store.head().size == 3 + 14 * 3
    assert [groups.store.command(batch.command_id) is None for batch in batches] == [n in (3, 11) for n in range(16)]


class Gone(StoreBusy):
    """A store's own kind of being busy."""


def test_a_store_that_is_busy_is_busy_for_all_and_asked_once(groups: HeldUp, make: Maker) -> None:
    batches = list(make.people(8))
    groups.fail_for = {batches[5].command_id: Gone("locked")}
    with at_once(GroupCommit(groups), groups, batches) as calls:
        errors = [call.exception() for call in calls]
    assert all(isinstance(error, Gone) and str(error) == "locked" for error in errors)
    assert len(set(map(id, errors))) == 8
    assert len(groups.groups) == 2
    groups.fail_for = {}
    assert GroupCommit(groups).append(batches[0]) == Appended(3, 3)


def test_who_waits_on_one_that_is_interrupted_hears_of_it(groups: HeldUp, make: Maker) -> None:
    queue = GroupCommit(groups)
    batches = list(make.people(5))
    groups.fail_for = {batches[2].command_id: KeyboardInterrupt()}
    with at_once(queue, groups, batches) as calls:
        errors = [call.exception() for call in calls]
    assert isinstance(errors[0], KeyboardInterrupt)
    assert all(isinstance(error, Interrupted) for error in errors[1:])
    groups.fail_for = {}
    assert [queue.append(batch).repeated for batch in batches] == [False] * 5


def test_one_that_is_interrupted_while_it_waits_holds_up_nobody(groups: HeldUp, make: Maker) -> None:
    queue = GroupCommit(groups)
    first, mine, other = make.people(3)
    groups.open.clear()
    with ThreadPoolExecutor(3) as pool:
        leading = pool.submit(queue.append, first)
        assert groups.entered.wait(20)
        pool.submit(interrupt_when, lambda: len(queue._waiting) == 1)
        with pytest.raises(KeyboardInterrupt):
            queue.append(mine)
        waiting = pool.submit(queue.append, other)
        groups.open.set()
        assert [leading.result(20), waiting.result(20)] == [Appended(0, 3), Appended(3, 3)]
    assert groups.store.command(mine.command_id) is None


def interrupt_when(ready: Callable[[], bool]) -> None:
    while not ready():
        time.sleep(0.001)
    time.sleep(0.05)
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def test_a_batch_that_is_wrong_in_itself_is_kept_out_of_the_group(groups: HeldUp, make: Maker) -> None:
    entry = make.entry(make.uuid(), 1)
    with pytest.raises(ValueError, match="entry 0 of the batch"):
        GroupCommit(groups).append(make.batch(replace(entry, leaf=bytes(32))))
    assert groups.groups == []


def test_many_threads_lose_nothing(groups: HeldUp) -> None:
    queue = GroupCommit(groups)
    batches = [batch for seed in range(8) for batch in Maker(seed).people(25)]
    with ThreadPoolExecutor(16) as pool:
        appended = list(pool.map(queue.append, batches))
    assert sorted(one.first_index for one in appended) == list(range(0, 600, 3))
    for batch, one in zip(batches, appended, strict=True):
        read = groups.store.entries(one.first_index, one.count)
        assert [entry.statement for entry in read] == [entry.statement for entry in batch.entries]
    assert len(groups.groups) < 200
