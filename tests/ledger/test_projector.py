"""Views of the log: each entry applied once, whatever is killed when; rebuild equals live."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from eventsourcing.sqlite import SQLiteCursor

from ledger.projector import Position, Projection, Projector, Tables, ViewMoved
from ledger.sqlite.datastore import LedgerDatastore
from ledger.sqlite.store import SqliteStore
from ledger.sqlite.views import SqliteViews
from ledger.store import Recorded
from tests.ledger.store.backends import Crash
from tests.ledger.store.making import Maker


def count_events(tables: Tables, entries: Sequence[Recorded]) -> None:
    for entry in entries:
        tables.execute(
            "INSERT INTO stream_sizes VALUES (?, 1, ?)"
            " ON CONFLICT DO UPDATE SET size = size + 1, latest = excluded.latest",
            (entry.stream_id.hex, entry.index),
        )


def list_indexes(tables: Tables, entries: Sequence[Recorded]) -> None:
    highest = tables.select("SELECT COALESCE(MAX(entry), -1) FROM indexes")[0][0]
    assert [entry.index for entry in entries] == list(range(highest + 1, highest + 1 + len(entries)))
    tables.executemany("INSERT INTO indexes VALUES (?)", [(entry.index,) for entry in entries])


SIZES = Projection(
    name="stream-sizes",
    revision=1,
    tables={"stream_sizes": "CREATE TABLE stream_sizes (stream TEXT PRIMARY KEY, size INTEGER, latest INTEGER)"},
    apply=count_events,
    indexes=("CREATE INDEX stream_sizes_size ON stream_sizes (size)",),
)
INDEXES = Projection(
    name="indexes",
    revision=1,
    tables={"indexes": "CREATE TABLE indexes (entry INTEGER PRIMARY KEY)"},
    apply=list_indexes,
)
BOTH = (SIZES, INDEXES)


@pytest.fixture
def make() -> Maker:
    return Maker()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore.open(tmp_path / "ledger.db") as opened:
        yield opened


@pytest.fixture
def views(tmp_path: Path) -> Iterator[SqliteViews]:
    with SqliteViews.open(tmp_path / "views.db") as opened:
        yield opened


def shown(views: SqliteViews) -> list[list[tuple[Any, ...]]]:
    return [
        [tuple(row) for row in views.select(f"SELECT * FROM {table} ORDER BY 1")]
        for table in ("stream_sizes", "indexes", "tracking")
    ]


def expected(store: SqliteStore) -> list[list[tuple[Any, ...]]]:
    sizes: dict[str, tuple[int, int]] = {}
    size = store.head().size
    for entry in store.entries(0, size + 1):
        sizes[entry.stream_id.hex] = (sizes.get(entry.stream_id.hex, (0, 0))[0] + 1, entry.index)
    return [
        sorted((stream, *rest) for stream, rest in sizes.items()),
        [(index,) for index in range(size)],
        [("__migration__", 1), ("indexes", size), ("stream-sizes", size)],
    ]


def test_views_show_the_log_and_catch_up(store: SqliteStore, views: SqliteViews, make: Maker) -> None:
    projector = Projector(store, views, BOTH)
    assert projector.catch_up() == 0
    for size in (3, 6, 9):
        store.append(make.person())
        assert projector.catch_up() == size
        assert shown(views) == expected(store)
    assert projector.catch_up() == 9
    assert shown(views) == expected(store)


def test_catching_up_goes_over_many_chunks(store: SqliteStore, views: SqliteViews, make: Maker) -> None:
    for _ in range(5):
        store.append(make.person(700))
    assert Projector(store, views, BOTH).catch_up() == 3500
    assert shown(views) == expected(store)


def test_views_at_different_positions_read_the_log_once(store: SqliteStore, views: SqliteViews, make: Maker) -> None:
    store.append(make.person(1500))
    Projector(store, views, [SIZES]).catch_up()
    store.append(make.person(100))
    assert Projector(store, views, BOTH).catch_up() == 1600
    assert shown(views) == expected(store)


def test_a_rebuild_equals_what_was_built_live(store: SqliteStore, views: SqliteViews, make: Maker) -> None:
    projector = Projector(store, views, BOTH)
    for batch in make.people(20):
        store.append(batch)
        projector.catch_up()
    live = shown(views)
    assert projector.rebuild() == 60
    assert shown(views) == live == expected(store)


def test_a_new_revision_is_built_anew(store: SqliteStore, views: SqliteViews, make: Maker) -> None:
    store.append(make.person())
    Projector(store, views, BOTH).catch_up()
    changed = replace(
        INDEXES,
        revision=2,
        tables={"indexes": "CREATE TABLE indexes (entry INTEGER PRIMARY KEY, leaf BLOB)"},
        apply=lambda tables, entries: tables.executemany(
            "INSERT INTO indexes VALUES (?, ?)", [(entry.index, entry.leaf) for entry in entries]
        ),
    )
    Projector(store, views, [SIZES, changed]).catch_up()
    assert [row["leaf"] for row in views.select("SELECT leaf FROM indexes ORDER BY entry")] == store.leaves(0, 3)
    assert shown(views)[0] == expected(store)[0]


def test_a_view_of_another_history_is_built_anew(tmp_path: Path, views: SqliteViews, make: Maker) -> None:
    with SqliteStore.open(tmp_path / "other.db") as other:
        other.append(make.person(5))
        Projector(other, views, BOTH).catch_up()
    for size in (3, 7):
        with SqliteStore.open(tmp_path / f"restored-{size}.db") as restored:
            restored.append(make.person(size))
            Projector(restored, views, BOTH).catch_up()
            assert shown(views) == expected(restored)


def test_two_projections_of_one_name_are_refused(store: SqliteStore, views: SqliteViews) -> None:
    with pytest.raises(ValueError, match="same name"):
        Projector(store, views, [SIZES, replace(INDEXES, name="stream-sizes")])


def test_an_entry_is_applied_once_by_many_projectors(tmp_path: Path, store: SqliteStore, make: Maker) -> None:
    for _ in range(6):
        store.append(make.person(600))
    errors: list[BaseException] = []

    def work() -> None:
        try:
            with SqliteViews.open(tmp_path / "views.db") as own:
                Projector(store, own, BOTH).catch_up()
        except BaseException as error:
            errors.append(error)

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    with SqliteViews.open(tmp_path / "views.db") as views:
        assert shown(views) == expected(store)


def test_a_view_that_moved_meanwhile_is_not_advanced(store: SqliteStore, views: SqliteViews, make: Maker) -> None:
    store.append(make.person())
    entries = store.entries(0, 3)
    seen = views.position(INDEXES)
    assert views.advance(INDEXES, seen, entries[:1]) == Position(1, entries[0].leaf)
    for wrong in (seen, Position(1, bytes(32)), Position(2, entries[0].leaf)):
        with pytest.raises(ViewMoved):
            views.advance(INDEXES, wrong, entries[1:])
    assert views.position(INDEXES) == Position(1, entries[0].leaf)


def test_what_fails_in_a_projection_leaves_its_view_where_it_was(
    store: SqliteStore, views: SqliteViews, make: Maker
) -> None:
    def fail(tables: Tables, entries: Sequence[Recorded]) -> None:
        list_indexes(tables, entries)
        raise Crash

    store.append(make.person())
    with pytest.raises(Crash):
        Projector(store, views, [replace(INDEXES, apply=fail)]).catch_up()
    assert views.select("SELECT * FROM indexes") == []
    assert Projector(store, views, BOTH).catch_up() == 3
    assert shown(views) == expected(store)


class _DyingCursor(SQLiteCursor):
    def __init__(self, cursor: SQLiteCursor, datastore: _DyingDatastore) -> None:
        super().__init__(cursor.sqlite_cursor)
        self.datastore = datastore

    def execute(self, *args: Any, **kwargs: Any) -> None:
        self.datastore.live_on()
        super().execute(*args, **kwargs)

    def executemany(self, *args: Any, **kwargs: Any) -> None:
        self.datastore.live_on()
        super().executemany(*args, **kwargs)


class _DyingDatastore(LedgerDatastore):
    """Dies at one statement or commit, counted over all transactions."""

    def __init__(self, path: Path, steps: int) -> None:
        super().__init__(path, durable=False)
        self.steps = steps

    def live_on(self) -> None:
        if self.steps == 0:
            raise Crash
        self.steps -= 1

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        with super().transaction(commit=commit) as cursor:
            yield _DyingCursor(cursor, self)
            self.live_on()
        self.live_on()


def test_killed_between_any_two_statements_it_ends_the_same(tmp_path: Path, store: SqliteStore, make: Maker) -> None:
    store.append(make.person(4))
    died = True
    step = 0
    while died:
        path = tmp_path / f"views-{step}.db"
        died = False
        for _ in range(2):
            try:
                run_all(store, _DyingDatastore(path, step))
            except Crash:
                died = True
        with SqliteViews.open(path) as views:
            Projector(store, views, BOTH).catch_up()
            assert shown(views) == expected(store)
        step += 1
    assert step > 30


def run_all(store: SqliteStore, datastore: _DyingDatastore) -> None:
    views = SqliteViews(datastore)
    try:
        views.create_table()
        projector = Projector(store, views, BOTH)
        projector.catch_up()
        projector.rebuild()
    finally:
        views.close()


def test_live_views_follow_the_log(tmp_path: Path, store: SqliteStore, views: SqliteViews, make: Maker) -> None:
    store.append(make.person())
    projector = Projector(store, views, BOTH)
    with projector.live(store) as live, SqliteStore.open(tmp_path / "ledger.db") as writer:
        assert live.wait(3, timeout=20)
        assert shown(views) == expected(store)
        for size in (6, 9, 12):
            writer.append(make.person())
            assert live.wait(size, timeout=20)
            assert shown(views) == expected(store)
        assert not live.wait(13, timeout=0.05)
    assert not live.is_alive()


def test_what_fails_while_live_is_raised(store: SqliteStore, views: SqliteViews, make: Maker) -> None:
    def fail(tables: Tables, entries: Sequence[Recorded]) -> None:
        raise Crash

    projector = Projector(store, views, [replace(INDEXES, apply=fail)])
    live_context = projector.live(store)
    live = live_context.__enter__()
    store.append(make.person())
    with pytest.raises(Crash):
        live.wait(3, timeout=20)
    with pytest.raises(Crash):
        live_context.__exit__(None, None, None)


def test_views_can_lie_in_the_ledger_file(tmp_path: Path, store: SqliteStore, make: Maker) -> None:
    store.append(make.person())
    with SqliteViews.open(tmp_path / "ledger.db") as views:
        Projector(store, views, BOTH).catch_up()
        assert shown(views) == expected(store)
    connection = sqlite3.connect(tmp_path / "ledger.db")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
