"""SQL of projections in PostgreSQL's words."""

from __future__ import annotations

import pytest

from ledger.postgres import dialect
from ledger.postgres.store import PostgresStore
from ledger.postgres.views import PostgresViews
from ledger.projector import Projection, Projector
from tests.ledger.store.making import Maker
from tests.ledger.store.test_views_contract import BOTH, INDEXES, expected, shown


def test_text_is_compared_byte_by_byte(empty_address: str) -> None:
    words = Projection(
        name="words",
        revision=1,
        tables={"words": "CREATE TABLE words (word TEXT PRIMARY KEY)"},
        apply=lambda tables, entries: tables.executemany("INSERT INTO words VALUES (?)", [("a",), ("B",), ("ä",)]),
    )
    with PostgresStore.open(empty_address) as store, PostgresViews.open(empty_address) as views:
        store.append(Maker().person())
        Projector(store, views, [words]).catch_up()
        assert [row["word"] for row in views.select("SELECT word FROM words ORDER BY word")] == ["B", "a", "ä"]
    assert 'word text COLLATE "C"' in dialect.definition(INDEXES.tables["indexes"])


def test_options_without_a_meaning_here_are_refused() -> None:
    with pytest.raises(ValueError, match="AUTOINCREMENT"):
        dialect.definition("CREATE TABLE t (a INTEGER) AUTOINCREMENT")


def test_a_select_leaves_no_session_state(empty_address: str) -> None:
    with PostgresStore.open(empty_address) as store, PostgresViews.open(empty_address) as views:
        store.append(Maker().person())
        Projector(store, views, BOTH).catch_up()
        assert shown(views) == expected(store)
        with views.datastore.connection() as connection:
            row = connection.execute("SHOW search_path").fetchone()
            assert row == {"search_path": '"$user", public'}
