"""docs/postgresql.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from ledger.cabinet import CABINET_SCHEMA
from ledger.postgres import roles
from ledger.postgres.datakeys import KEYS_SCHEMA
from ledger.postgres.datastore import LOG_SCHEMA
from ledger.postgres.roles import Roles
from ledger.postgres.views import REGISTER_SCHEMA, VIEWS_SCHEMA

TEXT = (Path(__file__).parents[3] / "docs" / "postgresql.md").read_text("utf-8")


def table(heading: str) -> list[str]:
    """The first cells of the table below a heading."""
    text = TEXT.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| `(\w+)` \|", text, re.M)


def test_the_sql_of_the_roles_is_the_programs() -> None:
    blocks = re.findall(r"```sql\n(.*?)\n```", TEXT, re.S)
    written = [make(Roles()) for make in (roles.creating, roles.granting, roles.granting_keys, roles.sequencing)]
    assert blocks == ["\n".join(f"{statement};" for statement in statements) for statements in written]


def test_every_role_and_schema_is_described() -> None:
    assert table("Roles") == list(Roles().all)
    assert table("What lies where") == [LOG_SCHEMA, KEYS_SCHEMA, VIEWS_SCHEMA, CABINET_SCHEMA, REGISTER_SCHEMA]
