"""What `PostgresTables` says of a schema that was changed, and what it reads beside writers."""

from __future__ import annotations

import re

import pytest

from ledger.postgres.datastore import StoreUnavailable, connect
from ledger.postgres.store import PostgresStore
from ledger.postgres.tables import PostgresTables
from ledger.tables import LOG_TABLES
from tests.ledger.store.making import Maker
from tests.postgres_server import PostgresServer


def problems(address: str, *statements: str) -> list[str]:
    with connect(address) as connection:
        for statement in statements:
            connection.execute(statement.encode())
    tables = PostgresTables(address)
    try:
        return tables.problems()
    finally:
        tables.close()


def test_a_fresh_schema_has_no_problems(address: str) -> None:
    assert problems(address) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("ALTER TABLE certledger.stored_events DISABLE TRIGGER log_is_frozen", "trigger log_is_frozen.*disabled"),
        ("DROP TRIGGER log_is_frozen ON certledger.stored_events", "trigger log_is_frozen.* is missing"),
        (
            "CREATE OR REPLACE FUNCTION certledger.refuse_change() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NULL; END $$",
            r"function refuse_change\(\) is not defined",
        ),
        ("ALTER FUNCTION certledger.enter SECURITY DEFINER", "function enter.* is not defined"),
        ("CREATE FUNCTION certledger.more() RETURNS int LANGUAGE sql AS 'SELECT 1'", "function more.*does not belong"),
        ("CREATE TABLE certledger.more (n integer)", "relation more does not belong"),
        ("CREATE VIEW certledger.more AS SELECT 1 AS n", "relation more does not belong"),
        ("DROP TABLE certledger.erasures", "relation erasures is missing"),
        ("ALTER TABLE certledger.commands SET UNLOGGED", "relation commands is not defined"),
        ("ALTER TABLE certledger.vault ENABLE ROW LEVEL SECURITY", "relation vault is not defined"),
        ("ALTER TABLE certledger.vault ALTER subject DROP NOT NULL", "column vault.subject is not defined"),
        ("ALTER TABLE certledger.claims DROP CONSTRAINT claims_pkey", "constraint claims_pkey of claims is missing"),
        ("ALTER TABLE certledger.claims DROP CONSTRAINT claims_key_check", "constraint claims_key_check.* is missing"),
        ("DROP INDEX certledger.vault_subject", "index certledger.vault_subject is missing"),
        ("CREATE RULE more AS ON DELETE TO certledger.claims DO INSTEAD NOTHING", "rule more.* does not belong"),
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'certledger.vault_subject'::regclass",
            "index certledger.vault_subject is not defined as it should be.*invalid",
        ),
    ],
)
def test_every_change_of_a_definition_is_named(address: str, statement: str, said: str) -> None:
    found = problems(address, statement)
    assert any(re.search(said, line) for line in found), found


def test_sessions_that_fire_no_triggers_are_named(address: str) -> None:
    with connect(address) as connection:
        database = connection.info.dbname
    found = problems(address, f"ALTER DATABASE {database} SET session_replication_role = replica")
    assert found[:1] == ["session_replication_role is replica: triggers do not fire"]
    assert len(found) == 2


def test_an_index_that_lacks_a_row_is_found_where_amcheck_is_installed(address: str, make: Maker) -> None:
    with connect(address) as connection:
        row = connection.execute("SELECT FROM pg_available_extensions WHERE name = 'amcheck'").fetchone()
        if row is None:  # This PostgreSQL came without it, and the check is left out there.
            assert problems(address) == []
            return
    with PostgresStore.open(address) as store:
        store.append(make.person())
    index = "WHERE indexrelid = 'certledger.vault_subject'::regclass"
    assert problems(address, "CREATE EXTENSION amcheck") == []
    found = problems(
        address,
        f"UPDATE pg_index SET indisready = false, indisvalid = false {index}",
        "INSERT INTO certledger.vault VALUES (99, gen_random_uuid(), '')",
        f"UPDATE pg_index SET indisready = true, indisvalid = true {index}",
    )
    assert len(found) == 1
    assert "index certledger.vault_subject: heap tuple" in found[0]


def test_one_state_is_read_whatever_is_written_meanwhile(address: str, make: Maker) -> None:
    with PostgresStore.open(address) as store:
        for batch in make.people(3):
            store.append(batch)
        tables = PostgresTables(address)
        size = store.head().size
        entries = tables.rows("stored_events")
        first = next(entries)
        store.append(make.person())
        assert [first, *entries][-1]["notification_id"] == size
        assert next(tables.rows("tree_head"))["size"] == size
        unfinished = tables.rows("commands")
        next(unfinished)
        tables.close()


def test_rows_have_the_shape_of_the_other_engine(address: str, make: Maker) -> None:
    batch = make.person()
    with PostgresStore.open(address) as store:
        store.append(batch)
    tables = PostgresTables(address)
    for table, columns in LOG_TABLES.items():
        for row in tables.rows(table):
            assert tuple(row) == columns
            assert {type(value) for value in row.values()} <= {bytes, int, str, type(None)}
    assert next(tables.rows("stored_events"))["originator_id"] == batch.entries[0].stream_id.bytes
    tables.close()


def test_a_database_that_is_not_there_is_told(postgres: PostgresServer) -> None:
    with pytest.raises(StoreUnavailable):
        PostgresTables(postgres.address("absent"))
