"""Views of the log, wherever they are kept: each entry applied once, whatever fails when; rebuild equals live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ledger.projections import PROJECTIONS
from ledger.projector import Position, Projection, Projector, Tables, ViewMoved, Views
from ledger.store import Recorded, Store
from tests.ledger.store.backends import Backend, Crash, OpenStore, OpenViews, SqliteBackend, Steps
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


def shown(views: Views) -> list[list[tuple[Any, ...]]]:
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


def test_views_show_the_log_and_catch_up(store: OpenStore, views: Views, make: Maker) -> None:
    projector = Projector(store, views, BOTH)
    assert projector.catch_up() == 0
    for size in (3, 6, 9):
        store.append(make.person())
        assert projector.catch_up() == size
        assert shown(views) == expected(store)
    assert projector.catch_up() == 9
    assert shown(views) == expected(store)


def test_catching_up_goes_over_many_chunks(store: OpenStore, views: Views, make: Maker) -> None:
    for _ in range(5):
        store.append(make.person(700))
    assert Projector(store, views, BOTH).catch_up() == 3500
    assert shown(views) == expected(store)


def test_views_at_different_positions_read_the_log_once(store: OpenStore, views: Views, make: Maker) -> None:
    store.append(make.person(1500))
    Projector(store, views, [SIZES]).catch_up()
    store.append(make.person(100))
    assert Projector(store, views, BOTH).catch_up() == 1600
    assert shown(views) == expected(store)


def test_a_rebuild_equals_what_was_built_live(store: OpenStore, views: Views, make: Maker) -> None:
    projector = Projector(store, views, BOTH)
    for batch in make.people(20):
        store.append(batch)
        projector.catch_up()
    live = shown(views)
    assert projector.rebuild() == 60
    assert shown(views) == live == expected(store)


def test_sqlite_shows_the_same(store: OpenStore, views: Views, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    backend = SqliteBackend(tmp_path / "other")
    other, others = backend.open(), backend.open_views()
    for batch in Maker().people(20):
        assert store.append(batch) == other.append(batch)
    Projector(store, views, BOTH).catch_up()
    Projector(other, others, BOTH).catch_up()
    assert shown(views) == shown(others)
    backend.close()


def test_rows_are_read_by_place_and_by_name(store: OpenStore, views: Views, make: Maker) -> None:
    store.append(make.person())
    Projector(store, views, BOTH).catch_up()
    row = views.select("SELECT entry, word FROM indexes WHERE entry = ?", (1,))[0]
    assert (row["entry"], row["word"], row[0], row[-1], tuple(row)) == (1, "50%?", 1, "50%?", (1, "50%?"))


@pytest.mark.parametrize("value", ["it's", 'a "b" \\ c', "50%?", "%s", "", "日本", b"", b"\x00'\\\xff", 0, -1, 2**62])
def test_parameters_go_over_as_they_are(store: OpenStore, views: Views, make: Maker, value: object) -> None:
    kind = {str: "TEXT", bytes: "BLOB", int: "INTEGER"}[type(value)]
    keep = Projection(
        name="kept",
        revision=1,
        tables={"kept": f"CREATE TABLE kept (entry INTEGER PRIMARY KEY, value {kind}) STRICT"},
        apply=lambda tables, entries: tables.execute("INSERT INTO kept VALUES (?, ?)", (entries[0].index, value)),
    )
    store.append(make.person())
    Projector(store, views, [keep]).catch_up()
    rows = views.select("SELECT value, '?' FROM kept WHERE value = ? AND '%' <> ?", (value, "other"))
    assert [tuple(row) for row in rows] == [(value, "?")]


def test_a_new_revision_is_built_anew(store: OpenStore, views: Views, make: Maker) -> None:
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


def test_a_view_of_another_history_is_built_anew(views: Views, tmp_path: Path, make: Maker) -> None:
    for size in (5, 3, 7):
        (tmp_path / f"{size}").mkdir()
        restored = SqliteBackend(tmp_path / f"{size}")
        store = restored.open()
        store.append(make.person(size))
        Projector(store, views, BOTH).catch_up()
        assert shown(views) == expected(store)
        restored.close()


def test_two_projections_of_one_name_are_refused(store: OpenStore, views: Views) -> None:
    with pytest.raises(ValueError, match="same name"):
        Projector(store, views, [SIZES, replace(INDEXES, name="stream-sizes")])


def test_an_entry_is_applied_once_by_many_projectors(backend: Backend, store: OpenStore, make: Maker) -> None:
    for _ in range(6):
        store.append(make.person(600))
    errors: list[BaseException] = []

    def work() -> None:
        try:
            Projector(store, backend.open_views(), BOTH).catch_up()
        except BaseException as error:
            errors.append(error)

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    assert shown(backend.open_views()) == expected(store)


def test_a_view_that_moved_meanwhile_is_not_advanced(store: OpenStore, views: Views, make: Maker) -> None:
    store.append(make.person())
    entries = store.entries(0, 3)
    seen = views.position(INDEXES)
    assert views.advance(INDEXES, seen, entries[:1]) == Position(1, entries[0].leaf)
    for wrong in (seen, Position(1, bytes(32)), Position(2, entries[0].leaf)):
        with pytest.raises(ViewMoved):
            views.advance(INDEXES, wrong, entries[1:])
    assert views.position(INDEXES) == Position(1, entries[0].leaf)


def test_what_fails_in_a_projection_leaves_its_view_where_it_was(store: OpenStore, views: Views, make: Maker) -> None:
    def fail(tables: Tables, entries: Sequence[Recorded]) -> None:
        list_indexes(tables, entries)
        raise Crash

    store.append(make.person())
    with pytest.raises(Crash):
        Projector(store, views, [replace(INDEXES, apply=fail)]).catch_up()
    assert views.select("SELECT * FROM indexes") == []
    assert Projector(store, views, BOTH).catch_up() == 3
    assert shown(views) == expected(store)


def test_killed_between_any_two_statements_it_ends_the_same(backend: Backend, store: OpenStore, make: Maker) -> None:
    store.append(make.person(4))
    wanted = expected(store)
    steps = Steps(0)
    dying, views = backend.open_views(steps), backend.open_views()
    died, step = True, 0
    while died:
        backend.drop_views()
        died = False
        for _ in range(2):
            steps.left = step
            try:
                make_and_rebuild(store, dying)
            except Crash:
                died = True
        views.create_table()
        Projector(store, views, BOTH).catch_up()
        assert shown(views) == wanted
        step += 1
    assert step > 30


def make_and_rebuild(store: OpenStore, views: OpenViews) -> None:
    views.create_table()
    projector = Projector(store, views, BOTH)
    projector.catch_up()
    projector.rebuild()


def test_live_views_follow_the_log(backend: Backend, store: OpenStore, views: Views, make: Maker) -> None:
    store.append(make.person())
    projector = Projector(store, views, BOTH)
    writer = backend.open()
    with projector.live(store) as live:
        assert live.wait(3, timeout=20)
        assert shown(views) == expected(store)
        for size in (6, 9, 12):
            writer.append(make.person())
            assert live.wait(size, timeout=20)
            assert shown(views) == expected(store)
        assert not live.wait(13, timeout=0.05)
    assert not live.is_alive()


def test_what_fails_while_live_is_raised(store: OpenStore, views: Views, make: Maker) -> None:
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


def test_the_ledgers_own_projections_can_be_kept_here(store: OpenStore, views: Views) -> None:
    assert Projector(store, views, PROJECTIONS).catch_up() == 0
    for projection in PROJECTIONS:
        for table in projection.tables:
            assert views.select(f"SELECT * FROM {table}") == []
