"""What a ledger's schema consists of, as the catalogue says it, and what it should consist of.

The wanted definitions lie in `definitions.txt`, a line each, written from a fresh schema by
`python -m tests.ledger.postgres.definitions`. Each is told in words that PostgreSQL 15 to 18 have in common; a
function's source by its SHA-256. What an administrator may tune, such as fill factors, is not told.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

import psycopg
from psycopg.rows import DictRow, tuple_row

_RELATIONS: Final = """
SELECT c.relname, c.relkind::text || c.relpersistence::text, CASE WHEN c.relrowsecurity THEN 'row security' ELSE '' END
FROM pg_class c WHERE c.relnamespace = %s::regnamespace AND c.relkind NOT IN ('i', 'I')"""
_COLUMNS: Final = """
SELECT c.relname || '.' || a.attname,
    format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
    concat_ws(' ', a.attnum, a.attstorage, nullif(a.attidentity, ''), nullif(a.attgenerated, ''),
        pg_get_expr(d.adbin, d.adrelid))
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = %s::regnamespace AND c.relkind NOT IN ('i', 'I', 'S') AND a.attnum > 0 AND NOT a.attisdropped"""
# Since PostgreSQL 18 NOT NULL is a constraint of its own ('n'); the columns tell it for all.
_CONSTRAINTS: Final = """
SELECT n.conname || ' of ' || c.relname, pg_get_constraintdef(n.oid),
    CASE WHEN n.convalidated THEN '' ELSE 'not validated' END
FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid
WHERE c.relnamespace = %s::regnamespace AND n.contype <> 'n'"""
_INDEXES: Final = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid),
    CASE WHEN i.indisvalid AND i.indisready AND i.indislive THEN '' ELSE 'invalid' END
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = %s::regnamespace"""
_TRIGGERS: Final = """
SELECT t.tgname || ' of ' || c.relname, pg_get_triggerdef(t.oid), CASE t.tgenabled WHEN 'O' THEN '' ELSE 'disabled' END
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = %s::regnamespace AND NOT t.tgisinternal"""
_RULES: Final = "SELECT rulename || ' of ' || tablename, definition, '' FROM pg_rules WHERE schemaname = %s"
_FUNCTIONS: Final = """
SELECT p.proname || '(' || pg_get_function_arguments(p.oid) || ')',
    concat_ws(' ', l.lanname, CASE WHEN p.prosecdef THEN 'SECURITY DEFINER' END, p.provolatile, p.proparallel,
        coalesce(pg_get_function_result(p.oid), ''), array_to_string(p.proconfig, '; ')),
    p.prosrc
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.pronamespace = %s::regnamespace"""
_QUERIES: Final = {
    "relation": _RELATIONS,
    "column": _COLUMNS,
    "constraint": _CONSTRAINTS,
    "index": _INDEXES,
    "trigger": _TRIGGERS,
    "rule": _RULES,
    "function": _FUNCTIONS,
}


def definitions(connection: psycopg.Connection[DictRow], schema: str) -> dict[str, str]:
    """What the schema consists of: kind and name, and how it is defined.

    `connection` must have nothing but `pg_catalog` in its search path, so that names are told whole.
    """
    found = {}
    with connection.cursor(row_factory=tuple_row) as c:
        for kind, query in _QUERIES.items():
            for name, *told in c.execute(query.encode(), (schema,)).fetchall():
                found[f"{kind} {name}"] = " | ".join(_words(kind, told))
    return found


def _words(kind: str, told: list[Any]) -> Iterator[str]:
    *words, last = told
    yield from words
    if kind == "function":
        yield f"sha256 {sha256(last.encode()).hexdigest()}"
    elif last:
        yield last


def wanted(schema: str) -> dict[str, str]:
    """What the schema should consist of, by `definitions.txt`."""
    text = (files("ledger.postgres") / "definitions.txt").read_text("utf-8")
    lines = (line.split(" | ", 2) for line in text.splitlines() if line and not line.startswith("#"))
    return {name: told for found, name, told in lines if found == schema}


def written(schema: str, found: dict[str, str]) -> list[str]:
    """The lines of `definitions.txt` for these definitions."""
    return [f"{schema} | {name} | {told}" for name, told in sorted(found.items())]
