"""Data keys of people in a schema of their own, `certledger_keys`, better in a database of its own.

data_keys
  subject   the person
  wrapped   12-byte nonce ‖ ciphertext of the 32-byte key ‖ 16-byte tag; the subject is authenticated with it
migrations
  number, name, applied_at   as in the schema of the log

Its backups are to be kept briefly: an old one would undo an erasure (PERSISTENCE.md). PostgreSQL does not overwrite
what it deletes: a destroyed key, wrapped as it is, can stand in a page until vacuum has come by and the page was used
again, and in the write-ahead log until that is recycled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.rows import DictRow

from ledger.postgres.datastore import PATIENCE_SECONDS, LedgerDatastore, patience
from ledger.postgres.migrations import Migration, Migrations, migrate
from ledger.wrapping import WRAPPED_SIZE, KeyWrap

KEYS_SCHEMA: Final = "certledger_keys"

KEYS: Final = Migrations(
    KEYS_SCHEMA,
    (
        Migration(
            "data keys",
            (
                # Deleted rows are cleared away at the next round of vacuum, however few there are.
                f"""CREATE TABLE certledger_keys.data_keys (
                    subject uuid PRIMARY KEY,
                    wrapped bytea NOT NULL CHECK (octet_length(wrapped) = {WRAPPED_SIZE}))
                    WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0)""",
            ),
        ),
    ),
)
"""The schema of the keys."""


class PostgresDataKeys:
    """The port `DataKeys` on one PostgreSQL database."""

    def __init__(self, address: str, master_key: bytes, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Opens the database, making or renewing its schema where that is due.

        Raises ValueError for a master key that is not 32 bytes; StoreUnavailable, StoreError as `PostgresStore.open`.
        """
        self._wrap = KeyWrap(master_key)
        self._datastore = LedgerDatastore(address, schema=KEYS_SCHEMA, pool_size=4, patience=patience_seconds)
        self._datastore.check_address()
        with patience():
            self._datastore.persist(lambda connection: migrate(connection, KEYS))

    def close(self) -> None:
        """Closes all connections."""
        self._datastore.close()

    def __enter__(self) -> PostgresDataKeys:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def create(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        """See `ledger.store.DataKeys`. A key that is there already stays, whoever made it."""
        wanted = list(dict.fromkeys(subjects))
        self._write(
            "INSERT INTO certledger_keys.data_keys SELECT u.subject, u.wrapped"
            # In one order everywhere: two who make keys for the same people wait for each other, not both for ever.
            " FROM unnest(%b::uuid[], %b::bytea[]) AS u (subject, wrapped) ORDER BY 1 ON CONFLICT DO NOTHING",
            (wanted, [self._wrap.fresh(subject) for subject in wanted]),
        )
        return self.get_many(wanted)

    def get(self, subject: UUID) -> bytes | None:
        """See `ledger.store.DataKeys`. Raises CannotUnwrap."""
        return self.get_many((subject,)).get(subject)

    def get_many(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        """See `ledger.store.DataKeys`. Raises CannotUnwrap."""
        sql = "SELECT subject, wrapped FROM certledger_keys.data_keys WHERE subject = ANY (%b::uuid[])"
        with patience():
            found = self._datastore.rows(sql, (list(subjects),))
        return {subject: self._wrap.unwrap(subject, wrapped) for subject, wrapped in found}

    def destroy(self, subject: UUID) -> None:
        """See `ledger.store.DataKeys`."""
        self._write("DELETE FROM certledger_keys.data_keys WHERE subject = %s", (subject,))

    def _write(self, sql: str, params: Sequence[Any]) -> None:
        def write(connection: psycopg.Connection[DictRow]) -> None:
            with connection.transaction(), connection.cursor() as c:
                # Durable on return, whatever the server's default is: what is sealed under a lost key is lost.
                c.execute(
                    "SELECT set_config('synchronous_commit', 'on', true)"
                    " WHERE current_setting('synchronous_commit') = 'off'"
                )
                c.execute(sql.encode(), params)

        with patience():
            self._datastore.persist(write)
