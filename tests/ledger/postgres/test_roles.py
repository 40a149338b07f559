"""Least privilege: what each role can do, and that none can do more."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
import pytest
from psycopg import errors

from ledger.postgres import roles
from ledger.postgres.appending import append_all
from ledger.postgres.datakeys import PostgresDataKeys
from ledger.postgres.datastore import connect
from ledger.postgres.roles import PRIVATE, PUBLIC, Roles
from ledger.postgres.store import PostgresStore
from ledger.postgres.views import REGISTER_SCHEMA, PostgresViews
from ledger.projector import Projector
from ledger.store import Appended, SignedHead, StoreError
from tests.ledger.postgres.test_views import BOTH, expected, shown
from tests.ledger.store.making import Maker
from tests.postgres_server import PostgresServer
from verifier.merkle import root_of

ROLES = Roles()
MASTER = bytes(32)


class Guarded:
    """A ledger database with roles, as docs/postgresql.md says; here they log in without a password."""

    def __init__(self, server: PostgresServer) -> None:
        self._server, self._database = server, server.database()
        self.run("postgres", roles.creating(ROLES))
        self.run("postgres", [f"ALTER ROLE {role} LOGIN" for role in ROLES.all])
        PostgresStore.open(self.address(ROLES.owner)).close()
        PostgresViews.open(self.address(ROLES.owner)).close()
        PostgresDataKeys(self.address(ROLES.owner), MASTER).close()
        self.run(ROLES.owner, [*roles.granting(ROLES), *roles.granting_keys(ROLES)])
        self.run(ROLES.sequencer, roles.sequencing(ROLES))

    def address(self, role: str) -> str:
        return self._server.address(self._database, role)

    def run(self, role: str, statements: Sequence[str]) -> None:
        with connect(self.address(role)) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def refused(self, role: str, statement: str) -> None:
        with pytest.raises(errors.InsufficientPrivilege):
            self.run(role, [statement])


@pytest.fixture
def guarded(postgres: PostgresServer) -> Guarded:
    return Guarded(postgres)


def test_each_role_can_do_its_work(guarded: Guarded, make: Maker) -> None:
    batch, subject = make.person(), make.uuid()
    with (
        PostgresStore.open(guarded.address(ROLES.writer)) as writing,
        PostgresStore.open(guarded.address(ROLES.sequencer)) as sequencing,
        PostgresViews.open(guarded.address(ROLES.sequencer)) as views,
        PostgresViews.open(guarded.address(ROLES.writer)) as followed,
        PostgresDataKeys(guarded.address(ROLES.keys), MASTER) as keys,
    ):
        assert writing.append(batch) == Appended(0, 3)
        assert writing.append(batch) == Appended(0, 3, repeated=True)
        assert len(writing.dossier(batch.streams[0][0])) == 3
        sequencing.sign_head(None, SignedHead(3, sequencing.head().frontier.root, "note"))
        assert sequencing.entries(0, 9) == writing.entries(0, 9)
        Projector(sequencing, views, BOTH).catch_up()
        writing.append(make.person())
        writing.append(make.batch(erases=[batch.streams[0][0]]))
        Projector(writing, followed, BOTH).catch_up()
        assert shown(views) == expected(writing)
        assert keys.create([subject])[subject] == keys.get(subject)
        keys.destroy(subject)
        assert keys.get(subject) is None
    guarded.run(ROLES.reader, [f"SELECT * FROM certledger.{table}" for table in PUBLIC])
    guarded.run(ROLES.reader, ["SELECT * FROM certledger_views.stream_sizes"])


def test_the_register_is_the_writers_alone(guarded: Guarded, make: Maker) -> None:
    with (
        PostgresStore.open(guarded.address(ROLES.writer)) as writing,
        PostgresViews.open(guarded.address(ROLES.writer), REGISTER_SCHEMA) as register,
    ):
        writing.append(make.person())
        Projector(writing, register, BOTH).catch_up()
        assert shown(register) == expected(writing)
    for role in (ROLES.reader, ROLES.sequencer, ROLES.keys):
        for table in ("stream_sizes", "projections"):
            guarded.refused(role, f"SELECT * FROM certledger_register.{table}")
        guarded.refused(role, "CREATE TABLE certledger_register.mine ()")


WRITERS = (ROLES.writer, ROLES.sequencer, ROLES.reader, ROLES.keys)


@pytest.mark.parametrize("role", WRITERS)
def test_nobody_writes_a_table_of_the_log_by_a_plain_statement(guarded: Guarded, role: str) -> None:
    with connect(guarded.address("postgres")) as connection:
        rows = connection.execute(
            "SELECT c.relname AS name, a.attname AS first FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid"
            " WHERE attnum = 1 AND relnamespace = 'certledger'::regnamespace AND relkind = 'r'"
        ).fetchall()
    assert {row["name"] for row in rows} == {*PUBLIC, *PRIVATE, "lead"}
    for row in rows:
        table, first = f"certledger.{row['name']}", row["first"]
        for statement in (
            f"INSERT INTO {table} DEFAULT VALUES",
            f"INSERT INTO {table} SELECT * FROM {table}",
            f"UPDATE {table} SET {first} = {first}",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
            f"COPY {table} FROM STDIN",
            f"DO $$ BEGIN LOCK TABLE {table} IN EXCLUSIVE MODE; END $$",
            f"SELECT * FROM {table} FOR UPDATE",
        ):
            guarded.refused(role, statement)


@pytest.mark.parametrize("role", WRITERS)
def test_nobody_gets_behind_the_function(guarded: Guarded, role: str) -> None:
    inside = {
        "insert_events": "'{}', '{}', '{}', '{}'",
        "enter": "NULL, 0, '{}', '{}', '{}', '{}'",
        "locked_head": "",
        "extended": "'', '{}'",
    }
    if role != ROLES.writer:
        inside["append"] = f"{'NULL, ' * 16}NULL"
    if role != ROLES.sequencer:
        inside["sign_head"] = f"{'NULL, ' * 5}NULL"
    for function, arguments in inside.items():
        guarded.refused(role, f"SELECT certledger.{function}({arguments})")
    for statement in (
        "CREATE TABLE certledger.mine ()",
        "CREATE FUNCTION certledger.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE certledger.stored_events DISABLE TRIGGER ALL",
        "DROP TABLE certledger.stored_events",
        "CREATE TRIGGER mine BEFORE INSERT ON certledger.stored_events EXECUTE FUNCTION certledger.refuse_change()",
        "CREATE RULE mine AS ON INSERT TO certledger.stored_events DO INSTEAD NOTHING",
        f"SET ROLE {ROLES.owner}",
        "SET session_replication_role = replica",
        f"ALTER ROLE {role} SUPERUSER",
    ):
        guarded.refused(role, statement)


def test_who_serves_sees_no_key_and_who_has_the_keys_sees_no_log(guarded: Guarded) -> None:
    for role in (ROLES.writer, ROLES.sequencer, ROLES.reader):
        guarded.refused(role, "SELECT * FROM certledger_keys.data_keys")
    for table in (*PUBLIC, *PRIVATE):
        guarded.refused(ROLES.keys, f"SELECT * FROM certledger.{table}")
    for table in PRIVATE:
        guarded.refused(ROLES.reader, f"SELECT * FROM certledger.{table}")
    guarded.refused(ROLES.keys, "UPDATE certledger_keys.data_keys SET wrapped = wrapped")


def test_tables_of_ones_own_do_not_mislead_the_function(guarded: Guarded, make: Maker) -> None:
    """Whatever search path and temporary tables the caller has, the log that is written is the ledger's."""
    with (
        PostgresStore.open(guarded.address(ROLES.writer)) as store,
        store.recorder.datastore.connection() as connection,
    ):
        for table in ("stored_events", "tree_head", "commands", "claims"):
            connection.execute(f"CREATE TEMP TABLE {table} (LIKE certledger.{table})".encode())
        connection.execute("SET search_path = pg_temp, public")
        batch = make.person()
        assert append_all(connection, [batch]) == [Appended(0, 3)]
        assert append_all(connection, [batch]) == [Appended(0, 3, repeated=True)]
        for table in ("stored_events", "tree_head", "commands", "claims"):
            assert connection.execute(f"SELECT * FROM pg_temp.{table}".encode()).fetchall() == []
        assert store.head().frontier.root == root_of([entry.leaf for entry in batch.entries])


def test_what_the_caller_says_of_leaves_and_indexes_is_not_asked(guarded: Guarded, make: Maker) -> None:
    """The function takes statements only, so a caller cannot bring in a leaf, an index or a frontier of its own."""
    with connect(guarded.address("postgres")) as connection:
        row = connection.execute("SELECT proargnames AS names FROM pg_proc WHERE proname = 'append'").fetchone()
    assert row is not None
    assert not {"leaf", "leaves", "frontier", "index", "notification_id"} & set(row["names"])


def test_arrays_of_different_lengths_are_refused(guarded: Guarded, make: Maker) -> None:
    good = ["'{}'::uuid[]", "'{}'::bigint[]", "'{}'::text[]", "'{}'::bytea[]", "'{}'::uuid[]", "'{}'::bytea[]"]
    good += ["'{}'::bytea[]", "'{}'::uuid[]", "'{}'::bytea[]", "'{}'::bytea[]", "'{}'::bigint[]", "'{}'::bigint[]"]
    good += ["'{}'::uuid[]", "'{}'::uuid[]"]
    for place, empty in enumerate(good):
        longer = [*good]
        longer[place] = empty.replace("'{}'", "'{NULL}'")
        with pytest.raises(psycopg.DataError, match="one length"):
            guarded.run(ROLES.writer, [f"SELECT certledger.append('\\x{'00' * 16}', 0, {', '.join(longer)}, '{{}}')"])
    with PostgresStore.open(guarded.address(ROLES.writer)) as store:
        assert store.head().size == 0


def test_not_even_the_owner_changes_an_entry(guarded: Guarded, make: Maker) -> None:
    with PostgresStore.open(guarded.address(ROLES.writer)) as store:
        store.append(make.person())
    for statement in (
        "UPDATE certledger.stored_events SET topic = topic",
        "DELETE FROM certledger.stored_events",
        "TRUNCATE certledger.stored_events",
    ):
        with pytest.raises(errors.RaiseException, match="the log is never changed"):
            guarded.run(ROLES.owner, [statement])


def test_a_role_that_may_not_make_the_schema_says_so(postgres: PostgresServer) -> None:
    database = postgres.database()
    with connect(postgres.address(database)) as connection:
        for statement in roles.creating(ROLES):
            connection.execute(statement.encode())
        connection.execute(f"ALTER ROLE {ROLES.writer} LOGIN".encode())
    with pytest.raises(StoreError, match="start once as its owner"):
        PostgresStore.open(postgres.address(database, ROLES.writer))


def test_names_of_roles_are_plain() -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        Roles(writer='writer"; DROP TABLE x; --')
