"""Writes `ledger/postgres/definitions.txt` out of fresh schemas: `python -m tests.ledger.postgres.definitions`."""

from __future__ import annotations

from pathlib import Path

from ledger.postgres import definitions
from ledger.postgres.datakeys import KEYS
from ledger.postgres.datastore import connect
from ledger.postgres.migrations import LOG, Migrations, migrate
from tests.postgres_server import INSTALLATIONS, server

FILE = Path(definitions.__file__).with_suffix(".txt")
HEADER = "# Made by python -m tests.ledger.postgres.definitions; kept by tests/ledger/postgres/test_definitions.py"


def fresh(address: str, migrations: Migrations) -> dict[str, str]:
    """The definitions of a schema that was just made in an empty database."""
    with connect(address) as connection:
        migrate(connection, migrations)
        connection.execute("SET search_path = pg_catalog")
        return definitions.definitions(connection, migrations.schema)


def text(installation: str) -> str:
    """What the file should say, by one PostgreSQL."""
    shared = server(installation)
    lines = [HEADER]
    for migrations in (LOG, KEYS):
        found = fresh(shared.address(shared.database()), migrations)
        lines += definitions.written(migrations.schema, found)
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    FILE.write_text(text(next(iter(INSTALLATIONS))), encoding="utf-8")
