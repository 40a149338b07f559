"""`copy`: every row the same, at most one of the two ever open, and whole again after a kill at any point."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import threading
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent

from ledger import commands as c
from ledger.copying import COPIED, CannotCopy, copy
from ledger.fence import BACKUP, MOVED, OPEN, UNFINISHED, Fence, FenceMoved, Restoring
from ledger.open import Ledger
from ledger.places import DatabasePlace, FolderPlace, Place
from ledger.publication import publish
from ledger.settings import SettingsError
from ledger.store import SignedHead, StoreClosed, StoreError
from ledger.tables import Key, Row
from ledger.tiles import CannotPublish, DiskFolder
from tests.ledger.damage import Kept, make, url
from tests.ledger.test_fsck import NOW, START, actors_of, clock, define, randomness, sample, sign, train
from tests.ledger.test_fsck import read_definitions as definitions
from tests.postgres_server import INSTALLATIONS
from verifier.statuslist import TTL_SECONDS

SPAWN = multiprocessing.get_context("spawn")
SERVERS = list(INSTALLATIONS)
PAIRS = [
    *([("sqlite", SERVERS[0]), (SERVERS[0], "sqlite")] if SERVERS else []),
    *pairwise(SERVERS),
    ("sqlite", "sqlite"),
]
CHUNK = 40


def fill(ledger: Ledger) -> None:
    """Three people, of whom the last is erased, and an entry that is not signed yet."""
    actors, desk = actors_of(ledger), ledger.desk()
    define(desk, definitions(sample()), actors)
    desk.flush(actors)
    for n in range(1, 4):
        train(desk, actors, uuid.UUID(int=n, version=4), n)
    desk.execute(c.EraseTrainee(uuid.UUID(int=3, version=4)), actors)
    sign(ledger)
    train(desk, actors, uuid.UUID(int=4, version=4), 4)


@pytest.fixture(scope="module", params=PAIRS, ids="-to-".join)
def pair(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Engines of source and destination."""
    engines: tuple[str, str] = request.param
    return engines


@pytest.fixture(scope="module")
def origin(pair: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return make(pair[0], tmp_path_factory.mktemp("origin"), clock(), randomness(), fill)


@pytest.fixture
def source(origin: Kept, pair: tuple[str, str], tmp_path: Path) -> Kept:
    return origin.copy(pair[0], tmp_path / "source")


@pytest.fixture
def target(source: Kept, pair: tuple[str, str], tmp_path: Path) -> Kept:
    return empty(source, pair[1], tmp_path / "target")


def empty(source: Kept, engine: str, folder: Path) -> Kept:
    """A place where nothing is yet."""
    if engine == "sqlite":
        return Kept(FolderPlace(folder), folder / "public", source.key_file)
    return Kept(DatabasePlace(url(engine), public_folder=folder), folder, source.key_file)


def contents(kept: Kept) -> dict[str, list[Row]]:
    """Every row of every table that is copied, the keys that are used, and the key files."""
    with closing(kept.place.open_tables()) as tables, closing(kept.place.open_key_tables()) as keys:
        found: dict[str, list[Any]] = {table: list(tables.rows(table)) for table in COPIED}
        # A refused registration has made a key that nothing uses.
        used = {row["subject"] for row in found["streams"]}
        found["data_keys"] = [row for row in keys.rows("data_keys") if row["subject"] in used]
    return {**found, "key files": [{"file": file} for file in kept.place.key_files().files()]}


def keys_of(kept: Kept) -> set[bytes]:
    """Everyone who has a data key."""
    with closing(kept.place.open_key_tables()) as keys:
        return {row["subject"] for row in keys.rows("data_keys")}


def tree(folder: Path) -> dict[str, bytes]:
    """The published files."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def fence(kept: Kept) -> Fence:
    with closing(kept.place.open_restoring()) as restoring:
        return restoring.fence()


def states(*kept: Kept) -> tuple[str, ...]:
    return tuple(fence(one).state for one in kept)


def refuses(kept: Kept, said: str) -> None:
    """Neither a new entry nor a new signature is taken."""
    with kept.opened(lambda: NOW - 1000) as ledger:
        size, head = ledger.store.head(), ledger.store.signed_head()
        with pytest.raises(StoreClosed, match=said):
            register(ledger, next(NUMBERS))
        with pytest.raises(StoreClosed, match=said):
            ledger.store.sign_head(head, SignedHead(size.size, size.frontier.root, "note"))
        assert (ledger.store.head(), ledger.store.signed_head()) == (size, head)


NUMBERS = count(1000)
"""Of people, each once."""


def register(ledger: Ledger, n: int) -> uuid.UUID:
    """Registers one more person."""
    person, day = uuid.UUID(int=n, version=4), date(2026, 1, 2)
    particulars = ("bachelor", None, date(2018, 7, 1), None, None, None, f"t{n}@example.org", None)
    command = c.RegisterTrainee(person, f"T{n}", f"学员{n}", "passport", f"P{n}", *particulars, day)
    ledger.desk().execute(command, actors_of(ledger))
    return person


def publishes_no_fresh_list(kept: Kept) -> None:
    """A status list that is due is not made where the ledger is closed: it would hide what is revoked later."""
    with kept.opened() as ledger:
        signers, folder = ledger.log_signers(), DiskFolder(ledger.public)
        publish(ledger.store, folder, signers.status, NOW // 1000)
        with pytest.raises(StoreClosed):
            publish(ledger.store, folder, signers.status, NOW // 1000 + TTL_SECONDS)


def takes(kept: Kept) -> None:
    """New entries and signatures are taken."""
    with kept.opened(lambda: NOW - 1000) as ledger:
        register(ledger, next(NUMBERS))
        sign(ledger)
    assert kept.check().good


def test_a_moved_ledger_is_the_same_row_by_row_and_byte_by_byte(source: Kept, target: Kept) -> None:
    told: list[tuple[int, int]] = []
    before, shown = contents(source), tree(source.public)
    done = copy(source.place, target.place, progress=lambda *at: told.append(at), chunk=CHUNK)
    assert contents(target) == before == contents(source)
    assert tree(target.public) == shown == tree(source.public)
    assert source.place.settings() == target.place.settings()
    assert (done.entries, done.before) == (len(before["stored_events"]), 0)
    assert told[-1][0] == told[-1][1] > 0
    assert source.check() == target.check()
    assert target.check().good
    assert states(source, target) == (MOVED, OPEN)
    refuses(source, "was moved to")
    publishes_no_fresh_list(source)
    takes(target)


def test_a_move_that_was_made_is_not_made_again(source: Kept, target: Kept) -> None:
    copy(source.place, target.place)
    takes(target)
    after = contents(target)
    assert copy(source.place, target.place).before == len(after["stored_events"])
    assert contents(target) == after
    assert states(source, target) == (MOVED, OPEN)


def test_a_ledger_comes_back_to_where_it_was(source: Kept, target: Kept) -> None:
    copy(source.place, target.place)
    takes(target)
    done = copy(target.place, source.place)
    assert done.before < done.entries
    assert contents(source) == contents(target)
    assert tree(source.public) == tree(target.public)
    assert states(source, target) == (OPEN, MOVED)
    refuses(target, "was moved to")
    takes(source)


def test_a_backup_is_closed_and_can_be_renewed(source: Kept, target: Kept) -> None:
    gone = uuid.UUID(int=1, version=4)
    copy(source.place, target.place, backup=True)
    assert contents(target) == contents(source)
    assert states(source, target) == (OPEN, BACKUP)
    assert source.check() == target.check()
    refuses(target, "backup copy of")
    with source.opened(lambda: NOW - 1000) as ledger:
        ledger.desk().execute(c.EraseTrainee(gone), actors_of(ledger))
        assert ledger.data_keys.get(gone) is None
    takes(source)
    copy(source.place, target.place, backup=True)
    assert contents(target) == contents(source)
    assert gone.bytes not in keys_of(target)
    assert target.check().good
    with pytest.raises(StoreClosed, match="backup copy of"):
        copy(target.place, source.place)
    copy(source.place, target.place)  # A move may follow onto the same place.
    assert states(source, target) == (MOVED, OPEN)


# --- refused, and nothing changed ------------------------------------------------------------------------------------


def refused(source: Kept, target: Kept, error: type[Exception], said: str, **options: bool) -> None:
    before = (contents(source), contents(target), states(source, target))
    with pytest.raises(error, match=said):
        copy(source.place, target.place, **options)
    assert (contents(source), contents(target), states(source, target)) == before


def test_another_ledger_is_left_alone(source: Kept, pair: tuple[str, str], tmp_path: Path) -> None:
    other = make(pair[1], tmp_path, clock(), os.urandom, lambda ledger: None)
    for backup in (False, True):
        refused(source, other, CannotCopy, "holds another ledger", backup=backup)
    other.place.replace_settings(None)
    refused(source, other, CannotCopy, "is a ledger that is written to")
    set_fence(other, Fence(MOVED, "somewhere", b"m", 1))
    refused(source, other, CannotCopy, "holds another ledger: its entry 0")


def set_fence(kept: Kept, new: Fence) -> None:
    with closing(kept.place.open_restoring()) as restoring:
        restoring.swap(restoring.fence(), new)


def test_a_ledger_that_is_ahead_is_left_alone(source: Kept, target: Kept) -> None:
    copy(source.place, target.place)
    takes(target)
    set_fence(source, Fence(OPEN))
    refused(source, target, CannotCopy, "is a ledger that is written to")
    set_fence(target, Fence(MOVED, "somewhere", b"m", 9))
    refused(source, target, CannotCopy, "holds another ledger: its entry")


def test_a_closed_ledger_is_not_moved(source: Kept, target: Kept, tmp_path: Path) -> None:
    copy(source.place, target.place)
    third = empty(source, "sqlite", tmp_path / "third")
    with pytest.raises(StoreClosed, match="was moved to"):
        copy(source.place, third.place)
    copy(source.place, third.place, backup=True)  # To read in, it may be had as often as one likes.
    assert states(source, target, third) == (MOVED, OPEN, BACKUP)
    set_fence(third, Fence(UNFINISHED, "somewhere", b"m", 9))
    with pytest.raises(StoreClosed, match="unfinished copy"):
        copy(third.place, empty(source, "sqlite", tmp_path / "fourth").place, backup=True)


def test_a_place_is_not_copied_to_itself(source: Kept) -> None:
    for options in ({}, {"backup": True}):
        refused(source, source, CannotCopy, "is a ledger that is written to", **options)
    set_fence(source, Fence(MOVED, "somewhere", b"m", 3))
    refused(source, source, CannotCopy, "are the same", backup=True)


def test_a_folder_of_other_things_is_left_alone(origin: Kept, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter.txt").write_text("dear")
    with pytest.raises(CannotCopy, match="is not empty"):
        copy(origin.place, FolderPlace(tmp_path / "letters"))
    assert tree(tmp_path / "letters") == {"letter.txt": b"dear"}


# --- failures --------------------------------------------------------------------------------------------------------


class Interrupting:
    """A database that calls `before` and `after` around everything that is written to it."""

    def __init__(self, restoring: Restoring, before: Callable[[str], None], after: Callable[[str], None]) -> None:
        self._restoring, self._before, self._after = restoring, before, after

    def fence(self) -> Fence:
        return self._restoring.fence()

    def page(self, table: str, after: Key | None, limit: int) -> list[Row]:
        return self._restoring.page(table, after, limit)

    def swap(self, old: Fence, new: Fence) -> None:
        self._before(new.state)
        self._restoring.swap(old, new)
        self._after(new.state)

    def change(self, table: str, gone: Sequence[Key], rows: Sequence[Row], fence: Fence | None) -> None:
        self._before(table)
        self._restoring.change(table, gone, rows, fence)
        self._after(table)

    def close(self) -> None:
        self._restoring.close()


class InterruptedPlace:
    """A place whose databases are interrupted, and whose settings are."""

    def __init__(self, place: Place, before: Callable[[str], None], after: Callable[[str], None]) -> None:
        self._place, self._before, self._after = place, before, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._place, name)

    def open_restoring(self) -> Interrupting:
        return Interrupting(self._place.open_restoring(), self._before, self._after)

    def open_key_restoring(self) -> Interrupting:
        return Interrupting(self._place.open_key_restoring(), self._before, self._after)

    def replace_settings(self, settings: Any) -> None:
        self._before("settings" if settings else "no settings")
        self._place.replace_settings(settings)
        self._after("settings" if settings else "no settings")


def killed_copy(source: Place, target: Place, at: int) -> None:
    """Copies and kills itself at the write number `at`: before it where that is even, after it where it is odd."""
    writes = count()

    def before(what: str) -> None:
        if at % 2 == 0 and next(writes) == at // 2:
            os.kill(os.getpid(), signal.SIGKILL)

    def after(what: str) -> None:
        if at % 2 and next(writes) == at // 2:
            os.kill(os.getpid(), signal.SIGKILL)

    here: Any = InterruptedPlace(source, before, after)
    there: Any = InterruptedPlace(target, before, after)
    copy(here, there, chunk=CHUNK)


def run_to_death(source: Kept, target: Kept, at: int) -> bool:
    """Whether the copy, in a process of its own, came to its end."""
    process = SPAWN.Process(target=killed_copy, args=(source.place, target.place, at))
    process.start()
    process.join(120)
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode == 0


def is_ledger(kept: Kept) -> bool:
    try:
        kept.place.settings()
    except SettingsError:
        return False
    return True


def test_a_copy_that_is_killed_again_and_again_gets_there(source: Kept, target: Kept) -> None:
    """Each run is killed some writes later than the last, so that it dies in what the last has left behind."""
    before = contents(source)
    kills = 0
    for at in (0, 1, 3, 5, 8, 10, 13, 18, 25, 34, 999):
        finished = run_to_death(source, target, at)
        kills += not finished
        assert states(source, target) != (OPEN, OPEN) or not contents(target)["stored_events"]
        if fence(target).state == UNFINISHED:
            assert not is_ledger(target)
        if finished:
            break
    assert finished
    assert kills >= 6
    assert contents(target) == before
    assert states(source, target) == (MOVED, OPEN)
    assert target.check().good
    takes(target)


def test_a_copy_that_is_killed_where_the_fences_move_never_leaves_two_open(
    origin: Kept, pair: tuple[str, str], tmp_path: Path
) -> None:
    """The last writes of a move: the source is closed, the destination opened, its settings written."""
    writes: list[str] = []
    trial = origin.copy(pair[0], tmp_path / "trial"), empty(origin, pair[1], tmp_path / "trial-target")
    here: Any = InterruptedPlace(trial[0].place, writes.append, lambda what: None)
    there: Any = InterruptedPlace(trial[1].place, writes.append, lambda what: None)
    copy(here, there, chunk=CHUNK)
    crucial = [n for n, what in enumerate(writes) if what in (MOVED, OPEN, "settings")]
    assert [writes[n] for n in crucial] == [MOVED, OPEN, "settings"]
    for at in sorted({2 * n + side for n in crucial for side in (0, 1)}):
        source = origin.copy(pair[0], tmp_path / f"source-{at}")
        target = empty(origin, pair[1], tmp_path / f"target-{at}")
        before = contents(source)
        assert not run_to_death(source, target, at)
        assert states(source, target) in ((OPEN, UNFINISHED), (MOVED, UNFINISHED), (MOVED, OPEN))
        copy(source.place, target.place)
        assert contents(target) == before
        assert states(source, target) == (MOVED, OPEN)
        assert is_ledger(target)


def test_a_failure_after_the_source_was_closed_opens_it_again(source: Kept, target: Kept) -> None:
    closed = threading.Event()

    def fail(what: str) -> None:
        if what == MOVED:
            closed.set()
        elif closed.is_set() and what == OPEN:
            pass
        elif closed.is_set() and what != UNFINISHED:
            raise StoreError(f"injected at {what}")

    def record(what: str) -> None:
        """Somebody records as late as can be: what is to be copied after the source was closed."""
        if what == MOVED:
            with source.opened(lambda: NOW - 1000) as ledger:
                register(ledger, next(NUMBERS))

    here: Any = InterruptedPlace(source.place, record, fail)
    there: Any = InterruptedPlace(target.place, fail, lambda what: None)
    with pytest.raises(StoreError, match="injected"):
        copy(here, there)
    assert closed.is_set()
    assert states(source, target) == (OPEN, UNFINISHED)
    assert not is_ledger(target)
    takes(source)
    copy(source.place, target.place)
    assert contents(target) == contents(source)
    takes(target)


def test_of_two_copies_at_once_one_gets_there(source: Kept, target: Kept) -> None:
    before = contents(source)

    def overtake(what: str) -> None:
        if what == "vault":
            copy(source.place, target.place)

    there: Any = InterruptedPlace(target.place, overtake, lambda what: None)
    with pytest.raises(FenceMoved, match="another copy has taken over"):
        copy(source.place, there)
    assert states(source, target) == (MOVED, OPEN)
    assert contents(target) == before
    takes(target)


def test_a_tree_of_another_log_is_found_before_anything_is_closed(source: Kept, target: Kept) -> None:
    copy(source.place, target.place)
    copy(target.place, source.place)
    text = (target.public / "checkpoint").read_text()
    (target.public / "checkpoint").write_text(text.replace("\n", " \n", 1))
    with pytest.raises(CannotPublish, match="not of the log"):
        copy(source.place, target.place)
    assert states(source, target) == (OPEN, UNFINISHED)
    shutil.rmtree(target.public)
    copy(source.place, target.place)
    assert target.check().good


# --- beside writers --------------------------------------------------------------------------------------------------


def test_what_was_acknowledged_while_a_ledger_moved_is_there_and_the_writers_hear_of_it(
    source: Kept, target: Kept
) -> None:
    acknowledged: list[uuid.UUID] = []
    ended: list[BaseException] = []
    ticks = count(START + 50_000_000)
    some = threading.Semaphore(0)

    def write(ledger: Ledger) -> None:
        try:
            while True:
                acknowledged.append(register(ledger, next(NUMBERS)))
                some.release()
        except BaseException as error:
            ended.append(error)
            some.release()

    with source.opened(lambda: next(ticks)) as ledger:
        writer = threading.Thread(target=write, args=(ledger,))
        writer.start()
        some.acquire()
        copy(source.place, target.place, chunk=CHUNK)
        writer.join(120)
        assert not writer.is_alive()
        assert [type(error) for error in ended] == [StoreClosed]
        with pytest.raises(StoreClosed, match="was moved to"):
            register(ledger, next(NUMBERS))
    assert acknowledged
    with target.opened(lambda: NOW - 1000) as ledger:
        there = {row["subject"] for row in contents(target)["streams"]}
        assert {person.bytes for person in acknowledged} <= there
        assert all(ledger.data_keys.get(person) for person in acknowledged)
    assert contents(target) == contents(source)
    takes(target)


def test_who_is_erased_between_two_runs_is_erased_in_the_copy(source: Kept, target: Kept) -> None:
    gone = uuid.UUID(int=2, version=4)

    def fail(what: str) -> None:
        if what == "commands":
            raise StoreError("injected")

    there: Any = InterruptedPlace(target.place, fail, lambda what: None)
    with pytest.raises(StoreError, match="injected"):
        copy(source.place, there)
    assert any(row["subject"] == gone.bytes for row in contents(target)["vault"])
    with source.opened(lambda: NOW - 1000) as ledger:
        ledger.desk().execute(c.EraseTrainee(gone), actors_of(ledger))
        # As in a source whose key outlived the erasure for a while.
        ledger.data_keys.create([gone])
        copy(source.place, target.place)
    found = contents(target)
    assert gone.bytes not in keys_of(target)
    for table in ("vault", "streams", "claims"):
        assert not [row for row in found[table] if row["subject"] == gone.bytes]
    assert [row for row in found["erasures"] if row["subject"] == gone.bytes]
    assert target.check().good


def test_a_closed_ledger_takes_nothing_by_any_path(source: Kept) -> None:
    """Not even by the library's plain one, nor from a process that knows nothing of fences."""
    with source.opened(lambda: NOW - 1000) as ledger:
        command = next(iter(contents(source)["commands"]))
        set_fence(source, Fence(MOVED, "elsewhere", b"m", 1))
        again = ledger.store.command(command["command_id"])
        assert again is not None  # What was recorded is still answered.
        recorder: Any = ledger.store.recorder  # type: ignore[attr-defined]
        with pytest.raises(Exception, match=r"closed|elsewhere"):
            recorder.insert_events([stored_event()])
        assert len(contents(source)["stored_events"]) == ledger.store.head().size


def stored_event() -> Any:
    return StoredEvent(uuid.uuid4(), 1, "x", b"state")
