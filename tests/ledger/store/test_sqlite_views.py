"""Views in a file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from ledger.projector import Projector
from ledger.sqlite.store import SqliteStore
from ledger.sqlite.views import SqliteViews
from tests.ledger.store.making import Maker
from tests.ledger.store.test_views_contract import BOTH, expected, shown


def test_views_can_lie_in_the_ledger_file(tmp_path: Path, make: Maker) -> None:
    path = tmp_path / "ledger.db"
    with SqliteStore.open(path) as store, SqliteViews.open(path) as views:
        store.append(make.person())
        Projector(store, views, BOTH).catch_up()
        assert shown(views) == expected(store)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
