"""Whose turn it is to sign: one row that says who, and until when by the database's own clock.

No session lock: the turn is had behind a pooler in transaction mode, and a machine that vanished without closing its
connections loses it in seconds. What keeps one history is the swap in `sign_head`, not the turn (ADR 19).
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.rows import DictRow, tuple_row

LONGEST_SECONDS: Final = 60
"""How long a turn may be asked for at once."""

TURNS: Final = (
    """CREATE TABLE certledger.lead (
        id integer PRIMARY KEY CHECK (id = 1),
        holder uuid NOT NULL,
        until timestamptz NOT NULL) WITH (fillfactor = 10)""",
    f"""
CREATE FUNCTION certledger.take_lead(who uuid, seconds double precision) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, certledger, pg_temp SET lock_timeout = '10s' AS $$
-- Takes or renews the turn to sign; false while another has it.
BEGIN
    IF NOT seconds BETWEEN 0 AND {LONGEST_SECONDS} THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'a turn is for 0 to {LONGEST_SECONDS} seconds';
    END IF;
    -- A turn that a crash of the server forgets harms nobody: do not wait for the disk.
    PERFORM set_config('synchronous_commit', 'off', true);
    INSERT INTO lead VALUES (1, who, clock_timestamp() + make_interval(secs => seconds))
        ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, until = excluded.until
        WHERE lead.holder = excluded.holder
            OR lead.until < clock_timestamp()
            -- Longer than anybody may ask for: the clock was set back.
            OR lead.until > clock_timestamp() + interval '{LONGEST_SECONDS} seconds';
    RETURN FOUND;
END $$""",
    """
CREATE FUNCTION certledger.resign_lead(who uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, certledger, pg_temp SET lock_timeout = '10s' AS $$
-- Gives the turn back, if it is theirs.
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    UPDATE lead SET until = '-infinity' WHERE id = 1 AND holder = who;
END $$""",
    "REVOKE ALL ON FUNCTION certledger.take_lead FROM PUBLIC",
    "REVOKE ALL ON FUNCTION certledger.resign_lead FROM PUBLIC",
)
"""Table and functions, as a migration adds them."""


def take(connection: psycopg.Connection[DictRow], holder: UUID, seconds: float) -> bool:
    """Takes or renews the turn for `holder`; False while another has it. Safe to repeat."""
    with connection.cursor(binary=True, row_factory=tuple_row) as c:
        row: Any = c.execute("SELECT certledger.take_lead(%s::uuid, %s::float8)", (holder, seconds)).fetchone()
    return bool(row[0])


def resign(connection: psycopg.Connection[DictRow], holder: UUID) -> None:
    """Gives the turn of `holder` back. Safe to repeat."""
    connection.execute("SELECT certledger.resign_lead(%s::uuid)", (holder,))
