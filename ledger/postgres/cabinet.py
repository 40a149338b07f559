"""The port `Cabinet` in a schema of its own, `certledger_office`, of the ledger's database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Self, TypeVar

import psycopg
from psycopg.rows import DictRow

from ledger.cabinet import CABINET_SCHEMA, STEPS
from ledger.postgres import dialect
from ledger.postgres.datastore import PATIENCE_SECONDS, LedgerDatastore, patience
from ledger.postgres.migrations import Migration, Migrations, migrate
from ledger.postgres.views import TransactionTables, named_rows
from ledger.projector import Tables

T = TypeVar("T")

_HERE: Final = f"SET LOCAL search_path = {CABINET_SCHEMA}"


def _defined(statement: str) -> str:
    if statement.startswith("ALTER TABLE"):
        return dialect.typed(statement)
    return dialect.definition(statement) if statement.startswith("CREATE TABLE") else statement


CABINET: Final = Migrations(
    CABINET_SCHEMA,
    tuple(Migration(name, (_HERE, *map(_defined, statements))) for name, statements in STEPS),
)
"""The schema of the office."""


class PostgresCabinet:
    """See `ledger.cabinet.Cabinet`. Shared freely by threads."""

    def __init__(self, address: str, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Opens the database, making or renewing the schema where that is due. Raises as `PostgresStore.open`."""
        self._datastore = LedgerDatastore(address, schema=CABINET_SCHEMA, pool_size=8, patience=patience_seconds)
        self._datastore.check_address()
        with patience():
            self._datastore.persist(lambda connection: migrate(connection, CABINET))

    def close(self) -> None:
        """Closes all connections."""
        self._datastore.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def select(self, sql: str, params: Sequence[Any] = (), /) -> list[Any]:
        """See `ledger.cabinet.Cabinet`. One message to the server and one back, as in `PostgresViews.select`."""
        query = f"{_HERE}; {dialect.statement(sql)}"

        def ask(connection: psycopg.Connection[DictRow]) -> list[Any]:
            with psycopg.ClientCursor(connection, row_factory=named_rows) as c:
                c.execute(query.encode(), params)
                c.nextset()
                return list(c.fetchall())

        with patience():
            return self._datastore.persist(ask)

    def write(self, work: Callable[[Tables], T], /) -> T:
        """See `ledger.cabinet.Cabinet`. One writer at a time, so that both engines tell one story."""

        def transact(connection: psycopg.Connection[DictRow]) -> T:
            with connection.transaction(), connection.cursor() as c:
                c.execute(f"{_HERE}; SET LOCAL synchronous_commit = on".encode())
                c.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (CABINET_SCHEMA,))
                return work(TransactionTables(c))

        with patience():
            return self._datastore.persist(transact)
