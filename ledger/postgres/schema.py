"""The tables of a ledger database: schema `certledger`. Its functions stand in `functions`, the keys in `datakeys`.

stored_events    the log, one row an entry; never changed, never deleted
  notification_id     index in the log + 1, dense
  originator_id       stream id
  originator_version  version in the stream, from 1
  topic               wire name of the event type
  state               the signed statement (COSE_Sign1, empty unprotected header)
  leaf                RFC 6962 leaf hash of `state`
tree_head        one row, which every writer locks: the tree over all of stored_events
  size                number of entries
  frontier            roots of its complete subtrees (`Frontier.to_bytes`)
  recorded_at         recorded time of the last batch, milliseconds: it never runs backwards
signed_head      at most one row: the latest tree head that the log signed
  size, root          what was signed
  note                the C2SP signed note
commands         one row a command that was recorded
  command_id          16 bytes
  first_index, count  where its entries stand
vault            the sealed personal values of entries that have any
  notification_id     the entry's
  subject             the person whose data key sealed them
  sealed              ciphertext
streams          private index: whose stream it is
  subject, stream
claims           private uniqueness
  key                 HMAC, 32 bytes
  subject             the person with whom it is erased, or null
  value               what the claimant wants to find again
boundaries       optimistic consistency
  boundary            16 bytes
  revision            of what was decided last
erasures         everyone ever erased, so that a data key can be destroyed again
  subject
tracking         `eventsourcing`'s: how far a process that reads this log has come
  application_name, notification_id
settings         one row, written last when a ledger is made
  text                as `ledger.toml` of a ledger in a folder
key_files        the ledger's signing keys, encrypted under the master key
  name                of the file that it would be in a folder
  number              in the order in which they came
  data                its bytes
lead             at most one row: whose turn it is to sign
  holder              of one open store
  until               by the database's clock
fence            one row: whether this database is the one that may be written to (`ledger.fence`)
  state               open, moved, backup, unfinished
  other               where the ledger was moved to, or what this is a copy of
  move                the same at both ends of one move, 16 bytes
  turn                grows with every change
migrations       what has been done to this schema
  number, name        of the migration
  applied_at          when
"""

from __future__ import annotations

from typing import Final

TABLES: Final = (
    """CREATE TABLE certledger.stored_events (
        notification_id bigint PRIMARY KEY,
        originator_id uuid NOT NULL,
        originator_version bigint NOT NULL,
        topic text NOT NULL,
        state bytea NOT NULL,
        leaf bytea NOT NULL CHECK (octet_length(leaf) = 32),
        UNIQUE (originator_id, originator_version))""",
    # Signatures and hashes do not compress: do not try.
    "ALTER TABLE certledger.stored_events ALTER state SET STORAGE EXTERNAL",
    # Room on its page for the versions of the one row that every writer changes.
    """CREATE TABLE certledger.tree_head (
        id integer PRIMARY KEY CHECK (id = 1),
        size bigint NOT NULL,
        frontier bytea NOT NULL,
        recorded_at bigint NOT NULL) WITH (fillfactor = 10)""",
    """CREATE TABLE certledger.signed_head (
        id integer PRIMARY KEY CHECK (id = 1),
        size bigint NOT NULL,
        root bytea NOT NULL CHECK (octet_length(root) = 32),
        note text NOT NULL) WITH (fillfactor = 10)""",
    """CREATE TABLE certledger.commands (
        command_id bytea PRIMARY KEY CHECK (octet_length(command_id) = 16),
        first_index bigint NOT NULL,
        count bigint NOT NULL)""",
    """CREATE TABLE certledger.vault (
        notification_id bigint PRIMARY KEY,
        subject uuid NOT NULL,
        sealed bytea NOT NULL)""",
    "ALTER TABLE certledger.vault ALTER sealed SET STORAGE EXTERNAL",
    "CREATE INDEX vault_subject ON certledger.vault (subject)",
    """CREATE TABLE certledger.streams (
        subject uuid NOT NULL,
        stream uuid NOT NULL,
        PRIMARY KEY (subject, stream))""",
    """CREATE TABLE certledger.claims (
        key bytea PRIMARY KEY CHECK (octet_length(key) = 32),
        subject uuid,
        value bytea NOT NULL)""",
    "CREATE INDEX claims_subject ON certledger.claims (subject) WHERE subject IS NOT NULL",
    """CREATE TABLE certledger.boundaries (
        boundary bytea PRIMARY KEY CHECK (octet_length(boundary) = 16),
        revision bigint NOT NULL CHECK (revision > 0)) WITH (fillfactor = 80)""",
    "CREATE TABLE certledger.erasures (subject uuid PRIMARY KEY)",
    """CREATE TABLE certledger.tracking (
        application_name text PRIMARY KEY,
        notification_id bigint NOT NULL) WITH (fillfactor = 50)""",
    # The library's mark that tracking has one row an application.
    "INSERT INTO certledger.tracking VALUES ('__migration__', 1)",
    r"INSERT INTO certledger.tree_head VALUES (1, 0, '\x0000000000000000', 0)",
)
"""Version 1 of the tables."""

FROZEN: Final = (
    """CREATE FUNCTION certledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the log is never changed: % on % refused', TG_OP, TG_TABLE_NAME;
    END $$""",
    """CREATE TRIGGER log_is_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON certledger.stored_events
        FOR EACH STATEMENT EXECUTE FUNCTION certledger.refuse_change()""",
)
"""Not even the owner of the tables changes or deletes an entry by a plain statement."""
