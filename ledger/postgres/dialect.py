"""SQL of projections, which is written once, in the words of SQLite, as PostgreSQL understands it.

A projection keeps to what both know: `?` for parameters, columns of the types INTEGER, TEXT and BLOB, `ON CONFLICT`
with its columns named. Text is compared byte by byte, as SQLite does, so that rows come in the same order.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_TYPES: Final = {"INTEGER": "bigint", "TEXT": 'text COLLATE "C"', "BLOB": "bytea"}
_QUOTED_OR_SPECIAL: Final = re.compile(r"('(?:[^']|'')*'|\"[^\"]*\")|([?%])")


@lru_cache(maxsize=256)
def statement(sql: str) -> str:
    """A statement with its parameters in psycopg's form."""

    def replaced(found: re.Match[str]) -> str:
        if found[1] is not None:
            return found[1].replace("%", "%%")
        return "%s" if found[2] == "?" else "%%"

    return _QUOTED_OR_SPECIAL.sub(replaced, sql)


def definition(sql: str) -> str:
    """A `CREATE TABLE` with PostgreSQL's types. Raises ValueError for one with options that mean nothing here."""
    body, end, options = sql.rpartition(")")
    unknown = {option.strip().upper() for option in options.split(",") if option.strip()} - {"STRICT", "WITHOUT ROWID"}
    if unknown:
        raise ValueError(f"a table of a view has options that PostgreSQL does not know: {', '.join(sorted(unknown))}")
    return typed(body) + end


def typed(sql: str) -> str:
    """The same with PostgreSQL's types in the place of those of columns."""
    return re.sub(r"\b(INTEGER|TEXT|BLOB)\b", lambda found: _TYPES[found[1]], sql)
