"""The tables beside the log that follow from it alone: tree head, signed head, commands."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.fsck.facts import Facts
from ledger.fsck.report import Problems, row
from ledger.tables import Row, Tables
from verifier import checkpoint, cosignatures, note
from verifier.errors import VerificationError
from verifier.kinds import CHECKPOINT_KIND
from verifier.merkle import Frontier, root_of
from verifier.note import VerifierKey
from verifier.record import blind_command


def check_vault_end(tables: Tables, facts: Facts) -> Problems:
    """No row of the vault is of an entry beyond the end."""
    for sealed in tables.rows("vault"):
        if sealed["notification_id"] > len(facts.leaves):
            yield row("vault", sealed["notification_id"]), "there is no such entry"


def check_tree_head(tables: Tables, facts: Facts) -> Problems:
    """The one row is the frontier over the leaves of all statements."""
    rows = list(tables.rows("tree_head"))
    if len(rows) != 1:
        yield "tree_head", f"{len(rows)} rows where one should be"
        return
    frontier = Frontier().extend(facts.leaves)
    if rows[0]["size"] != frontier.size:
        yield row("tree_head", 1, "size"), f"{rows[0]['size']}, but there are {frontier.size} entries"
    if rows[0]["frontier"] != frontier.to_bytes():
        yield row("tree_head", 1, "frontier"), "not that of the entries"
    if rows[0]["recorded_at"] != facts.recorded_at:
        yield row("tree_head", 1, "recorded_at"), f"{rows[0]['recorded_at']}, the last entry says {facts.recorded_at}"


def check_fence(tables: Tables) -> Problems:
    """There is one. No statement says where a ledger was moved to, so what it says is not checked."""
    if (found := len(list(tables.rows("fence")))) != 1:
        yield "fence", f"{found} rows where one should be"


def checkpoint_keys(facts: Facts) -> list[VerifierKey]:
    """The log's keys for checkpoints, of all times."""
    authority = facts.authority
    return [VerifierKey(authority.origin, key.public_key) for key in authority.log_keys(CHECKPOINT_KIND)]


def signed_row(tables: Tables) -> Row | None:
    """The row of the signed head."""
    return next(iter(tables.rows("signed_head")), None)


def check_signed_head(tables: Tables, facts: Facts) -> Problems:
    """The note is signed by the log, in the one form that the sequencer gives it, and the columns repeat it."""
    signed = signed_row(tables)
    if signed is None:
        return
    data = signed["note"].encode()
    try:
        shown = checkpoint.verify(data, checkpoint_keys(facts), facts.authority.origin)
    except VerificationError as error:
        yield row("signed_head", 1, "note"), error.message
        return
    if (strange := _strange_line(note.parse(data), signed["note"], facts)) is not None:
        yield row("signed_head", 1, "note"), strange
    for column, value in (("size", shown.size), ("root", shown.root)):
        if signed[column] != value:
            yield row("signed_head", 1, column), "not what the signed note says"
    if shown.size > len(facts.leaves):
        yield row("signed_head", 1, "size"), f"{shown.size} entries are signed, there are {len(facts.leaves)}"
    elif shown.root != root_of(facts.leaves[: shown.size]):
        yield row("signed_head", 1, "root"), f"the first {shown.size} entries are not those that were signed"


def _strange_line(read: note.Note, text: str, facts: Facts) -> str | None:
    """What the note has beside the log's own signature and, behind it, good ones of witnesses that the log named."""
    known = facts.authority.witness_keys
    if str(read) != text or any(
        (line.name, line.key_id) in {(key.name, key.id) for key in known} for line in read.signatures[:1]
    ):
        return "not a note as the sequencer writes it: the log's signature first"
    try:
        good = cosignatures.signed_by(read, list(known))
    except VerificationError as error:
        return error.message
    return None if len(good) == len(read.signatures) - 1 else "signed by others than the log and its witnesses"


def check_commands(tables: Tables, facts: Facts) -> Problems:
    """Each entry belongs to one command, whose id its statement shows blinded."""
    commands = sorted(tables.rows("commands"), key=lambda command: (command["first_index"], command["count"]))
    end = 0
    for command in commands:
        place, first, count = command["command_id"], command["first_index"], command["count"]
        if first != end or count < 0:
            yield row("commands", place, "first_index"), f"{first}, where the command before it ends at {end}"
        end = max(end, first + count)
        if end > len(facts.leaves):
            yield row("commands", place, "count"), f"reaches entry {end - 1}, the log has {len(facts.leaves)}"
        yield from _check_shown(place, range(max(0, first), min(first + count, len(facts.leaves))), facts)
    if end != len(facts.leaves):
        yield "commands", f"no command recorded the entries from {end} on: a row is missing"


def _check_shown(command_id: bytes, indices: Sequence[int], facts: Facts) -> Problems:
    for index in indices:
        shown = facts.command_of[index]
        if shown and shown != blind_command(command_id, facts.stream_of[index]):
            yield row("commands", command_id, "command_id"), f"entry {index} was recorded by another command"
            return
