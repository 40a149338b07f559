"""Migrations: once, under a lock, forward only, and whole."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psycopg
import pytest

from ledger.postgres import datakeys, migrations, schema, views
from ledger.postgres.datastore import StoreUnavailable, connect
from ledger.postgres.migrations import LOG, Migration, migrate
from ledger.postgres.store import PostgresStore
from ledger.store import StoreError
from tests.ledger.store.making import Maker
from tests.postgres_server import PostgresServer

NEXT = Migration(
    "one more table", ("CREATE TABLE certledger.more (n integer)", "INSERT INTO certledger.more VALUES (1)")
)


ALL = [(number, step.name) for number, step in enumerate(LOG.steps, 1)]


def applied(address: str) -> list[tuple[int, str]]:
    with connect(address) as connection:
        rows = connection.execute("SELECT number, name FROM certledger.migrations ORDER BY 1").fetchall()
    return [(row["number"], row["name"]) for row in rows]


def test_many_that_start_at_once_make_the_schema_once(empty_address: str) -> None:
    def start(_: int) -> None:
        PostgresStore.open(empty_address).close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(start, range(8)))
    assert applied(empty_address) == ALL


def test_a_later_step_is_applied_once_to_what_is_there(empty_address: str, make: Maker) -> None:
    with PostgresStore.open(empty_address) as store:
        store.append(make.person())
    later = replace(LOG, steps=(*LOG.steps, NEXT))

    def start(_: int) -> None:
        with connect(empty_address) as connection:
            migrate(connection, later)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(start, range(6)))
    assert applied(empty_address) == [*ALL, (len(ALL) + 1, NEXT.name)]
    with connect(empty_address) as connection:
        assert connection.execute("SELECT n FROM certledger.more").fetchall() == [{"n": 1}]
    with pytest.raises(StoreError, match=f"has version {len(ALL) + 1}, this program knows {len(ALL)}"):
        PostgresStore.open(empty_address)


def test_a_step_that_fails_leaves_nothing_of_itself(empty_address: str) -> None:
    broken = replace(LOG, steps=(*LOG.steps, replace(NEXT, statements=(*NEXT.statements, "SELECT 1 / 0"))))
    for _ in range(2):
        with connect(empty_address) as connection, pytest.raises(psycopg.errors.DivisionByZero):
            migrate(connection, broken)
    with connect(empty_address) as connection:
        # The steps of one start stand or fall together.
        assert connection.execute("SELECT FROM pg_namespace WHERE nspname = 'certledger'").fetchall() == []
        migrate(connection, LOG)
    assert applied(empty_address) == ALL


def test_a_wrong_address_is_told_at_once(postgres: PostgresServer) -> None:
    with pytest.raises(StoreUnavailable, match='database "absent" does not exist'):
        PostgresStore.open(postgres.address("absent"))
    with pytest.raises(StoreUnavailable, match='role "absent" does not exist'):
        PostgresStore.open(postgres.address("postgres", "absent"))


@pytest.mark.parametrize("module", [schema, datakeys, views])
def test_every_table_and_column_is_described(module: object) -> None:
    words = set(re.findall(r"\w+", module.__doc__ or ""))
    steps = next(
        found.steps
        for found in (LOG, datakeys.KEYS, views.VIEWS)
        if found.schema == {schema: "certledger", datakeys: "certledger_keys", views: "certledger_views"}[module]  # type: ignore[index]
    )
    text = "\n".join(statement for step in steps for statement in step.statements)
    tables = re.findall(r"CREATE TABLE \w+\.(\w+) ?\((.*?)\)(?: WITH|$|\n)", text, re.S)
    assert tables
    columns = {line.split()[0] for _, body in tables for line in re.split(r",\s*(?![^(]*\))", body) if line.strip()}
    columns -= {"UNIQUE", "PRIMARY", "id"}
    assert {name for name, _ in tables} | {column.strip() for column in columns} <= words


def test_every_migration_is_named_and_numbered_by_its_place() -> None:
    for found in (LOG, datakeys.KEYS, views.VIEWS):
        assert all(step.name and step.statements for step in found.steps)
    assert isinstance(migrations.LOG.steps, tuple)
