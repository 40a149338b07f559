"""Roles of least privilege for a ledger database, as SQL that its administrator runs once (docs/postgresql.md).

owner      owns the schemas and renews them; nothing serves under it
writer     serves: reads everything of the log and beside it, records by the function `append` and by nothing else,
           follows the log with the views, makes and follows the private register, keeps the office's tables
sequencer  reads the log, swaps the signed head by the function `sign_head`, makes and follows the views
reader     reads what is public: the log, the tree, the signed head, the views
keys       reads, makes and destroys data keys and sees nothing else

A role that serves needs two connections, one as `writer` and one as `keys`: neither sees what the other holds, and a
copy of the one schema without the other opens nothing. The roles cannot log in until the administrator lets them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PRIVATE: Final = (
    *("commands", "vault", "streams", "claims", "boundaries", "erasures", "tracking"),
    *("settings", "key_files", "fence"),
)
"""Tables beside the log: the writer reads them, no reader does."""
SEQUENCED: Final = ("vault", "streams", "boundaries", "erasures", "settings", "key_files", "fence")
"""Of these, what the sequencer reads: what it signs, in whose name, with which keys, and whether here at all."""
PUBLIC: Final = ("stored_events", "tree_head", "signed_head", "migrations")
"""Tables that hold nothing which is not published."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of the roles; roles are shared by all databases of a server, so two ledgers may want their own."""

    owner: str = "certledger_owner"
    writer: str = "certledger_writer"
    sequencer: str = "certledger_sequencer"
    reader: str = "certledger_reader"
    keys: str = "certledger_keys"

    def __post_init__(self) -> None:
        for name in self.all:
            if not name.replace("_", "").isalnum() or not name.isascii():
                raise ValueError(f"{name!r}: a role is named in letters, digits and _")

    @property
    def all(self) -> tuple[str, ...]:
        """All of them."""
        return (self.owner, self.writer, self.sequencer, self.reader, self.keys)


def creating(roles: Roles) -> list[str]:
    """Statements that make the roles where they are not there, and schemas that the owner may fill.

    To be run by an administrator, in the ledger's database, before the owner opens the ledger for the first time. The
    owner is not let into the database's other schemas and cannot make new ones.
    """
    made = [
        f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        for role in roles.all
    ]
    schemas = ("certledger", "certledger_keys", "certledger_views", "certledger_office", "certledger_register")
    return [*made, *(f"CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {roles.owner}" for schema in schemas)]


def granting(roles: Roles) -> list[str]:
    """Statements that give the roles their rights on the log and its views.

    To be run as the owner once the tables are there, and again after each migration.
    """
    return [*_log(roles), *_views(roles), *_office(roles)]


def granting_keys(roles: Roles) -> list[str]:
    """Statements that give the role of the keys its rights, to be run as the owner where the keys lie."""
    return [
        f"GRANT USAGE ON SCHEMA certledger_keys TO {roles.keys}",
        f"GRANT SELECT, INSERT, DELETE ON certledger_keys.data_keys TO {roles.keys}",
        f"GRANT SELECT ON certledger_keys.migrations TO {roles.keys}",
    ]


def _log(roles: Roles) -> list[str]:
    readers = f"{roles.writer}, {roles.sequencer}, {roles.reader}"
    return [
        f"GRANT USAGE ON SCHEMA certledger TO {readers}",
        *(f"GRANT SELECT ON certledger.{table} TO {readers}" for table in PUBLIC),
        *(f"GRANT SELECT ON certledger.{table} TO {roles.writer}" for table in PRIVATE),
        # An entry is read together with its sealed values, which open nothing without the keys.
        *(f"GRANT SELECT ON certledger.{table} TO {roles.sequencer}" for table in SEQUENCED),
        f"GRANT EXECUTE ON FUNCTION certledger.append TO {roles.writer}",
        f"GRANT EXECUTE ON FUNCTION certledger.add_key_file TO {roles.writer}",
        *(
            f"GRANT EXECUTE ON FUNCTION certledger.{function} TO {roles.sequencer}"
            for function in ("sign_head", "take_lead", "resign_lead")
        ),
    ]


def _views(roles: Roles) -> list[str]:
    rows = f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA certledger_views TO {roles.writer}"
    later = "ALTER DEFAULT PRIVILEGES IN SCHEMA certledger_views GRANT"
    return [
        # The views' own tables are made and dropped by the sequencer, whose they are; the others get at those to come
        # by what it grants in `sequencing`.
        f"GRANT USAGE, CREATE ON SCHEMA certledger_views TO {roles.sequencer}",
        f"GRANT USAGE ON SCHEMA certledger_views TO {roles.writer}, {roles.reader}",
        rows,
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA certledger_views TO {roles.sequencer}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA certledger_views TO {roles.reader}",
        f"{later} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {roles.writer}, {roles.sequencer}",
        f"{later} SELECT ON TABLES TO {roles.reader}",
        # Who makes the register's tables has them; nobody else reads them (ADR 31).
        f"GRANT USAGE, CREATE ON SCHEMA certledger_register TO {roles.writer}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA certledger_register TO {roles.writer}",
    ]


def _office(roles: Roles) -> list[str]:
    return [
        f"GRANT USAGE ON SCHEMA certledger_office TO {roles.writer}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA certledger_office TO {roles.writer}",
    ]


def sequencing(roles: Roles) -> list[str]:
    """Statements to be run once as the sequencer: who may read and follow the views that it will make."""
    later = "ALTER DEFAULT PRIVILEGES IN SCHEMA certledger_views GRANT"
    return [
        f"{later} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {roles.writer}",
        f"{later} SELECT ON TABLES TO {roles.reader}",
    ]
