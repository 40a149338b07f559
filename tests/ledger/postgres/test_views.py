"""Views on PostgreSQL: each entry applied once, whatever fails when; the same rows as on SQLite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ledger.postgres import dialect
from ledger.postgres.datastore import connect
from ledger.postgres.store import PostgresStore
from ledger.postgres.views import PostgresViews
from ledger.projections import PROJECTIONS
from ledger.projector import Position, Projection, Projector, Tables, ViewMoved
from ledger.sqlite.store import SqliteStore
from ledger.sqlite.views import SqliteViews
from ledger.store import Recorded, Store
from tests.ledger.store.backends import Crash
from tests.ledger.store.making import Maker


def count_events(tables: Tables, entries: Sequence[Recorded]) -> None:
    for entry in entries:
        tables.execute(
            "INSERT INTO stream_sizes VALUES (?, 1, ?)"
            " ON CONFLICT (stream) DO UPDATE SET size = stream_sizes.size + 1, latest = excluded.latest",
            (entry.stream_id.bytes, entry.index),
        )


def list_indexes(tables: Tables, entries: Sequence[Recorded]) -> None:
    highest = tables.select("SELECT COALESCE(MAX(entry), -1) FROM indexes")[0][0]
    assert [entry.index for entry in entries] == list(range(highest + 1, highest + 1 + len(entries)))
    tables.executemany("INSERT INTO indexes VALUES (?, '50%?')", [(entry.index,) for entry in entries])


SIZES = Projection(
    name="stream-sizes",
    revision=1,
    tables={"stream_sizes": "CREATE TABLE stream_sizes (stream BLOB PRIMARY KEY, size INTEGER, latest INTEGER) STRICT"},
    apply=count_events,
    indexes=("CREATE INDEX stream_sizes_size ON stream_sizes (size)",),
)
INDEXES = Projection(
    name="indexes",
    revision=1,
    tables={"indexes": "CREATE TABLE indexes (entry INTEGER PRIMARY KEY, word TEXT) STRICT, WITHOUT ROWID"},
    apply=list_indexes,
)
BOTH = (SIZES, INDEXES)


@pytest.fixture
def views(address: str) -> Iterator[PostgresViews]:
    with PostgresViews.open(address) as opened:
        yield opened


def shown(views: PostgresViews | SqliteViews) -> list[list[tuple[Any, ...]]]:
    return [
        [tuple(row) for row in views.select(f"SELECT * FROM {table} ORDER BY 1")]
        for table in ("stream_sizes", "indexes", "tracking")
    ]


def expected(store: Store) -> list[list[tuple[Any, ...]]]:
    sizes: dict[bytes, tuple[int, int]] = {}
    size = store.head().size
    for entry in store.entries(0, size + 1):
        sizes[entry.stream_id.bytes] = (sizes.get(entry.stream_id.bytes, (0, 0))[0] + 1, entry.index)
    return [
        sorted((stream, *rest) for stream, rest in sizes.items()),
        [(index, "50%?") for index in range(size)],
        [("__migration__", 1), ("indexes", size), ("stream-sizes", size)],
    ]


def test_views_show_the_log_catch_up_and_are_rebuilt(store: PostgresStore, views: PostgresViews, make: Maker) -> None:
    projector = Projector(store, views, BOTH)
    assert projector.catch_up() == 0
    for size in (3, 6, 9):
        store.append(make.person())
        assert projector.catch_up() == size
        assert shown(views) == expected(store)
    store.append(make.person(2500))
    assert projector.catch_up() == 2509
    live = shown(views)
    assert projector.rebuild() == 2509
    assert shown(views) == live == expected(store)


def test_sqlite_shows_the_same(store: PostgresStore, views: PostgresViews, tmp_path: Path) -> None:
    with SqliteStore.open(tmp_path / "ledger.db") as other, SqliteViews.open(tmp_path / "views.db") as others:
        for batch in Maker().people(20):
            assert store.append(batch) == other.append(batch)
        Projector(store, views, BOTH).catch_up()
        Projector(other, others, BOTH).catch_up()
        assert shown(views) == shown(others)


def test_rows_are_read_by_place_and_by_name(store: PostgresStore, views: PostgresViews, make: Maker) -> None:
    store.append(make.person())
    Projector(store, views, BOTH).catch_up()
    row = views.select("SELECT entry, word FROM indexes WHERE entry = ?", (1,))[0]
    assert (row["entry"], row["word"], row[0], row[-1], tuple(row)) == (1, "50%?", 1, "50%?", (1, "50%?"))


def test_a_new_revision_is_built_anew(store: PostgresStore, views: PostgresViews, make: Maker) -> None:
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


def test_an_entry_is_applied_once_by_many_projectors(address: str, store: PostgresStore, make: Maker) -> None:
    for _ in range(4):
        store.append(make.person(600))
    errors: list[BaseException] = []

    def work() -> None:
        try:
            with PostgresViews.open(address) as own:
                Projector(store, own, BOTH).catch_up()
        except BaseException as error:
            errors.append(error)

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    with PostgresViews.open(address) as views:
        assert shown(views) == expected(store)


def test_a_view_that_moved_meanwhile_is_not_advanced(store: PostgresStore, views: PostgresViews, make: Maker) -> None:
    store.append(make.person())
    entries = store.entries(0, 3)
    seen = views.position(INDEXES)
    assert views.advance(INDEXES, seen, entries[:1]) == Position(1, entries[0].leaf)
    for wrong in (seen, Position(1, bytes(32)), Position(2, entries[0].leaf)):
        with pytest.raises(ViewMoved):
            views.advance(INDEXES, wrong, entries[1:])
    assert views.position(INDEXES) == Position(1, entries[0].leaf)


def test_what_fails_in_a_projection_leaves_its_view_where_it_was(
    store: PostgresStore, views: PostgresViews, make: Maker
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


def test_live_views_follow_the_log(address: str, store: PostgresStore, views: PostgresViews, make: Maker) -> None:
    store.append(make.person())
    projector = Projector(store, views, BOTH)
    with projector.live(store) as live, PostgresStore.open(address) as writer:
        assert live.wait(3, timeout=20)
        for size in (6, 9, 12):
            writer.append(make.person())
            assert live.wait(size, timeout=20)
            assert shown(views) == expected(store)
        assert not live.wait(13, timeout=0.05)
    assert not live.is_alive()


def test_the_ledgers_own_projections_can_be_kept_here(store: PostgresStore, views: PostgresViews) -> None:
    assert Projector(store, views, PROJECTIONS).catch_up() == 0
    for projection in PROJECTIONS:
        for table in projection.tables:
            assert views.select(f"SELECT * FROM {table}") == []


def test_text_is_compared_byte_by_byte(address: str, views: PostgresViews) -> None:
    with connect(address) as connection:
        row = connection.execute("SELECT 'a' < 'B' COLLATE \"C\" AS less").fetchone()
    assert row == {"less": False}
    assert 'word text COLLATE "C"' in dialect.definition(INDEXES.tables["indexes"])


def test_options_without_a_meaning_here_are_refused() -> None:
    with pytest.raises(ValueError, match="AUTOINCREMENT"):
        dialect.definition("CREATE TABLE t (a INTEGER) AUTOINCREMENT")
