"""The fence of a ledger database (`ledger.fence`): its row, and the triggers that every writer passes."""

from __future__ import annotations

from typing import Final

CLOSED: Final = "LG002"
"""SQLSTATE: the ledger is closed here; the error's column says how, its message where it lies."""

FENCE: Final = (
    """CREATE TABLE certledger.fence (
        id integer PRIMARY KEY CHECK (id = 1),
        state text NOT NULL CHECK (state IN ('open', 'moved', 'backup', 'unfinished')),
        other text NOT NULL,
        move bytea NOT NULL,
        turn bigint NOT NULL)""",
    "INSERT INTO certledger.fence VALUES (1, 'open', '', '', 0)",
    f"""
CREATE FUNCTION certledger.refuse_where_closed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fence certledger.fence;
BEGIN
    IF TG_TABLE_NAME = 'tree_head' THEN
        -- Who moves the fence holds the lock on the tree head, which whoever comes here has.
        SELECT * INTO fence FROM certledger.fence f WHERE f.id = 1;
    ELSE
        -- The fence is not moved before this transaction has ended.
        SELECT * INTO fence FROM certledger.fence f WHERE f.id = 1 FOR SHARE;
    END IF;
    IF fence.state IS DISTINCT FROM 'open' THEN
        RAISE EXCEPTION USING ERRCODE = '{CLOSED}', COLUMN = coalesce(fence.state, 'missing'),
            MESSAGE = coalesce(fence.other, '');
    END IF;
    RETURN NULL;
END $$""",
    "REVOKE ALL ON FUNCTION certledger.refuse_where_closed FROM PUBLIC",
    """CREATE TRIGGER tree_is_fenced BEFORE UPDATE ON certledger.tree_head
        FOR EACH STATEMENT EXECUTE FUNCTION certledger.refuse_where_closed()""",
    """CREATE TRIGGER head_is_fenced BEFORE INSERT OR UPDATE ON certledger.signed_head
        FOR EACH STATEMENT EXECUTE FUNCTION certledger.refuse_where_closed()""",
)
"""Table and triggers, as a migration adds them."""
