"""What writes to a ledger database: functions in it, which run with the rights of the owner of the tables.

The serving role may call `append` and may not write by itself, so there is no path into the log but this one: it locks
the tree head, numbers the entries densely, hashes them, extends the tree, and writes log, tree, command and everything
private in one transaction. What the caller knows of indexes, leaves and frontier is not asked.

All is decided before anything is written, so a batch that cannot go in leaves the transaction good for others.
"""

from __future__ import annotations

from typing import Final

TREE_HEAD_DAMAGED: Final = "LG001"
"""SQLSTATE: `tree_head` contradicts itself; the error's column says where."""

_EXTENDED: Final = r"""
CREATE FUNCTION certledger.extended(frontier bytea, leaves bytea[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
-- The frontier after these leaf hashes were appended (RFC 6962 section 2.1).
DECLARE
    size bigint := ('x' || encode(substr(frontier, 1, 8), 'hex'))::bit(64)::bigint;
    peaks bytea[] := '{}';
    top integer := (octet_length(frontier) - 8) / 32;
    level bigint;
    node bytea;
    grown bytea;
BEGIN
    FOR n IN 1 .. top LOOP
        peaks[n] := substr(frontier, 32 * n - 23, 32);
    END LOOP;
    FOREACH node IN ARRAY leaves LOOP
        level := size;
        WHILE level & 1 = 1 LOOP
            node := sha256('\x01'::bytea || peaks[top] || node);
            top := top - 1;
            level := level >> 1;
        END LOOP;
        top := top + 1;
        peaks[top] := node;
        size := size + 1;
    END LOOP;
    grown := int8send(size);
    FOR n IN 1 .. top LOOP
        grown := grown || peaks[n];
    END LOOP;
    RETURN grown;
END $$"""

_LOCKED_HEAD: Final = f"""
CREATE FUNCTION certledger.locked_head() RETURNS certledger.tree_head
LANGUAGE plpgsql AS $$
-- The tree head, which nobody else can change until the transaction ends.
DECLARE
    head certledger.tree_head;
    said bigint;
BEGIN
    SELECT * INTO head FROM certledger.tree_head WHERE id = 1 FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '{TREE_HEAD_DAMAGED}', COLUMN = 'tree_head', MESSAGE = 'the row is missing';
    END IF;
    IF octet_length(head.frontier) < 8 THEN
        RAISE EXCEPTION USING ERRCODE = '{TREE_HEAD_DAMAGED}', COLUMN = 'tree_head.frontier',
            MESSAGE = octet_length(head.frontier) || ' bytes are no frontier';
    END IF;
    said := ('x' || encode(substr(head.frontier, 1, 8), 'hex'))::bit(64)::bigint;
    IF octet_length(head.frontier) <> 8 + 32 * length(replace(said::bit(64)::text, '0', '')) THEN
        RAISE EXCEPTION USING ERRCODE = '{TREE_HEAD_DAMAGED}', COLUMN = 'tree_head.frontier',
            MESSAGE = octet_length(head.frontier) || ' bytes are no frontier of a tree of ' || said || ' leaves';
    END IF;
    IF said <> head.size THEN
        RAISE EXCEPTION USING ERRCODE = '{TREE_HEAD_DAMAGED}', COLUMN = 'tree_head.size',
            MESSAGE = head.size || ', but the frontier is of size ' || said;
    END IF;
    -- What is acknowledged is on the disk, whatever the server's default is.
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    RETURN head;
END $$"""

_ENTER: Final = r"""
CREATE FUNCTION certledger.enter(
    head certledger.tree_head, recorded bigint,
    streams uuid[], versions bigint[], topics text[], states bytea[])
RETURNS void
LANGUAGE plpgsql AS $$
-- Writes entries behind the locked head, and the head.
DECLARE
    leaves bytea[];
    latest bigint := greatest(recorded, head.recorded_at);
BEGIN
    IF cardinality(states) = 0 THEN
        UPDATE certledger.tree_head SET recorded_at = latest WHERE id = 1;
        RETURN;
    END IF;
    SELECT array_agg(sha256('\x00'::bytea || u.state) ORDER BY u.n) INTO leaves
        FROM unnest(states) WITH ORDINALITY AS u (state, n);
    INSERT INTO certledger.stored_events
        SELECT head.size + u.n, u.stream, u.version, u.topic, u.state, u.leaf
        FROM unnest(streams, versions, topics, states, leaves)
            WITH ORDINALITY AS u (stream, version, topic, state, leaf, n);
    UPDATE certledger.tree_head
        SET size = head.size + cardinality(states),
            frontier = certledger.extended(head.frontier, leaves),
            recorded_at = latest
        WHERE id = 1;
    PERFORM pg_notify('certledger', (head.size + cardinality(states))::text);
END $$"""

_INSERT_EVENTS: Final = """
CREATE FUNCTION certledger.insert_events(streams uuid[], versions bigint[], topics text[], states bytea[])
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, certledger, pg_temp
SET lock_timeout = '60s' SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
-- The plain path of the library's recorders, for the owner alone: events without a command. Returns the size before.
DECLARE
    head certledger.tree_head := locked_head();
BEGIN
    PERFORM enter(head, 0, streams, versions, topics, states);
    RETURN head.size;
END $$"""

# Plans are made once a session: planning these statements anew takes longer than running them. A plan that was made
# when the tables were empty must not scan them later. A scan that nothing can avoid is priced so high by that that an
# older PostgreSQL compiles it first, which takes longer than all the rest: so nothing is compiled.
_APPEND: Final = """
CREATE FUNCTION certledger.append(
    command bytea, recorded bigint,
    streams uuid[], versions bigint[], topics text[], states bytea[], subjects uuid[], seals bytea[],
    claim_keys bytea[], claim_subjects uuid[], claim_values bytea[],
    boundary_keys bytea[], revisions_read bigint[], revisions_written bigint[],
    owners uuid[], owned uuid[], erased uuid[],
    OUT outcome text, OUT place bytea, OUT first bigint, OUT second bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, certledger, pg_temp
SET lock_timeout = '60s' SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
-- Records a batch whole, or says in `outcome` why not; `ledger.postgres.appending` reads the answer.
DECLARE
    head certledger.tree_head := locked_head();
    entries integer := cardinality(states);
BEGIN
    IF cardinality(streams) <> entries OR cardinality(versions) <> entries OR cardinality(topics) <> entries
        OR cardinality(subjects) <> entries OR cardinality(seals) <> entries
        OR cardinality(claim_subjects) <> cardinality(claim_keys)
        OR cardinality(claim_values) <> cardinality(claim_keys)
        OR cardinality(revisions_read) <> cardinality(boundary_keys)
        OR cardinality(revisions_written) <> cardinality(boundary_keys)
        OR cardinality(owned) <> cardinality(owners)
    THEN
        RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'the arrays of a batch are not of one length';
    END IF;

    -- (1) A command that is recorded is not recorded again.
    SELECT c.first_index, c.count INTO first, second FROM commands c WHERE c.command_id = command;
    IF FOUND THEN
        outcome := 'repeated';
        RETURN;
    END IF;

    -- (2) Each entry is the next of its stream.
    SELECT uuid_send(v.stream), v.version - 1, v.should - 1 INTO place, first, second
        FROM (
            SELECT u.n, u.stream, u.version,
                row_number() OVER (PARTITION BY u.stream ORDER BY u.n)
                + coalesce((SELECT max(e.originator_version) FROM stored_events e WHERE e.originator_id = u.stream), 0)
                AS should
            FROM unnest(streams, versions) WITH ORDINALITY AS u (stream, version, n)
        ) v
        WHERE v.version <> v.should ORDER BY v.n LIMIT 1;
    IF FOUND THEN
        outcome := 'version-conflict';
        RETURN;
    END IF;

    -- (3) Recorded time does not run backwards.
    IF recorded <> 0 AND recorded < head.recorded_at THEN
        outcome := 'recorded-behind';
        first := recorded;
        second := head.recorded_at;
        RETURN;
    END IF;

    -- (4) What the command decided on has not changed.
    IF cardinality(boundary_keys) > 0 THEN
        SELECT u.key, u.read, coalesce(b.revision, 0) INTO place, first, second
            FROM unnest(boundary_keys, revisions_read) WITH ORDINALITY AS u (key, read, n)
            LEFT JOIN boundaries b ON b.boundary = u.key
            WHERE u.read <> coalesce(b.revision, 0) ORDER BY u.n LIMIT 1;
        IF FOUND THEN
            outcome := 'boundary-moved';
            RETURN;
        END IF;
    END IF;

    -- (5) What may be there once is not there yet.
    IF cardinality(claim_keys) > 0 THEN
        SELECT t.key INTO place
            FROM (
                SELECT u.n, u.key, row_number() OVER (PARTITION BY u.key ORDER BY u.n) AS times
                FROM unnest(claim_keys) WITH ORDINALITY AS u (key, n)
            ) t
            WHERE t.times > 1 OR EXISTS (SELECT FROM claims c WHERE c.key = t.key) ORDER BY t.n LIMIT 1;
        IF FOUND THEN
            outcome := 'claim-taken';
            RETURN;
        END IF;
    END IF;

    -- (6) Write.
    PERFORM enter(head, recorded, streams, versions, topics, states);
    IF entries > 0 THEN
        INSERT INTO vault
            SELECT head.size + u.n, u.subject, u.seal
            FROM unnest(subjects, seals) WITH ORDINALITY AS u (subject, seal, n)
            WHERE u.subject IS NOT NULL;
    END IF;
    IF cardinality(boundary_keys) > 0 THEN
        INSERT INTO boundaries
            SELECT u.key, u.write FROM unnest(boundary_keys, revisions_read, revisions_written) AS u (key, read, write)
            WHERE u.write <> u.read
            ON CONFLICT (boundary) DO UPDATE SET revision = excluded.revision;
    END IF;
    IF cardinality(claim_keys) > 0 THEN
        INSERT INTO claims
            SELECT u.key, u.subject, u.value
            FROM unnest(claim_keys, claim_subjects, claim_values) AS u (key, subject, value);
    END IF;
    IF cardinality(owners) > 0 THEN
        INSERT INTO streams
            SELECT u.owner, u.stream FROM unnest(owners, owned) AS u (owner, stream)
            ON CONFLICT DO NOTHING;
    END IF;
    INSERT INTO commands VALUES (command, head.size, entries);
    IF cardinality(erased) > 0 THEN
        DELETE FROM vault v WHERE v.subject = ANY (erased);
        DELETE FROM claims c WHERE c.subject = ANY (erased);
        DELETE FROM streams s WHERE s.subject = ANY (erased);
        INSERT INTO erasures SELECT DISTINCT u FROM unnest(erased) AS u ON CONFLICT DO NOTHING;
    END IF;
    outcome := 'appended';
    first := head.size;
    second := entries;
END $$"""

_SIGN_HEAD: Final = """
CREATE FUNCTION certledger.sign_head(
    old_size bigint, old_root bytea, old_note text, new_size bigint, new_root bytea, new_note text,
    OUT outcome text, OUT found_size bigint, OUT found_root bytea, OUT found_note text, OUT log_size bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, certledger, pg_temp SET lock_timeout = '60s' AS $$
-- Puts the new signed head in the place of the old one, if that is still there; of the old all or nothing is null.
BEGIN
    SELECT t.size INTO log_size FROM tree_head t WHERE t.id = 1;
    SELECT s.size, s.root, s.note INTO found_size, found_root, found_note FROM signed_head s WHERE s.id = 1 FOR UPDATE;
    IF (found_size, found_root, found_note) IS DISTINCT FROM (old_size, old_root, old_note) THEN
        outcome := 'moved';
    ELSIF new_size < coalesce(found_size, 0) OR new_size > log_size THEN
        outcome := 'unfit';
    ELSIF found_size IS NULL THEN
        INSERT INTO signed_head VALUES (1, new_size, new_root, new_note) ON CONFLICT DO NOTHING;
        outcome := CASE WHEN FOUND THEN 'signed' ELSE 'moved' END;
    ELSE
        UPDATE signed_head SET size = new_size, root = new_root, note = new_note WHERE id = 1;
        outcome := 'signed';
    END IF;
END $$"""

_CLOSED: Final = """
DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'certledger'::regnamespace LOOP
        EXECUTE 'REVOKE ALL ON FUNCTION ' || f || ' FROM PUBLIC';
    END LOOP;
END $$"""

FUNCTIONS: Final = (_EXTENDED, _LOCKED_HEAD, _ENTER, _INSERT_EVENTS, _APPEND, _SIGN_HEAD, _CLOSED)
"""Version 1 of the functions. Nobody but the owner may call them until a role is granted it (`roles`)."""
