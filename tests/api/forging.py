"""What somebody may do who can write to the ledger's database, with what a visitor may then be told.

None of them holds a signing key: statements, checkpoints and lists stay what was signed, or stop verifying. So a forger
can take an answer away, and can do nothing that turns one into "valid".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ledger.awards import open_awards
from ledger.vault import Vault
from tests.api.whole_ledger import WholeLedger, by
from verifier import cbor
from verifier.address import link_digest, number_digest

COULD_NOT = "could-not-check"


@dataclass(frozen=True)
class Forgery:
    """One alteration: of which award, and which states are then told of it."""

    name: str
    link: str
    alter: Callable[[WholeLedger, str], None]
    told: str
    by_number: str
    """What the typed number with the true name is told: a state, or the code of a refusal."""


def execute(whole: WholeLedger, sql: str, *values: object) -> None:
    """Changes exactly one row."""
    assert len(whole.engine.query(whole.address, f"{sql} RETURNING 1", values)) == 1


def rows(whole: WholeLedger, name: str) -> tuple[int, list[int]]:
    """Row of the award and rows of its changes."""
    with whole.opened() as ledger, open_awards(ledger) as awards:
        issued = by(awards, whole.links[name])
        return issued.index + 1, [index + 1 for index, _ in issued.changes]


def replace_in_statement(whole: WholeLedger, row: int, old: bytes, new: bytes) -> None:
    """Changes some bytes of a statement."""
    ((state,),) = whole.engine.query(whole.address, "SELECT state FROM stored_events WHERE notification_id = ?", (row,))
    assert old in state
    execute(whole, "UPDATE stored_events SET state = ? WHERE notification_id = ?", state.replace(old, new), row)


def change_deleted(whole: WholeLedger, name: str) -> None:
    """The last change of standing is gone from the log's table."""
    execute(whole, "DELETE FROM stored_events WHERE notification_id = ?", rows(whole, name)[1][-1])


def change_moved(whole: WholeLedger, name: str) -> None:
    """The last change of standing is filed under another award."""
    other, _ = rows(whole, "title valid")
    stream = f"SELECT originator_id FROM stored_events WHERE notification_id = {other}"
    sql = f"UPDATE stored_events SET originator_id = ({stream}) WHERE notification_id = ?"
    execute(whole, sql, rows(whole, name)[1][-1])


def change_out_of_view(whole: WholeLedger, name: str) -> None:
    """The view shows no change any more."""
    stream = link_digest(whole.links[name])
    sql = "DELETE FROM award_changes WHERE award = (SELECT award FROM awards WHERE link_hash = ?)"
    execute(whole, sql, stream)


def view_dated_later(whole: WholeLedger, name: str) -> None:
    """The view says another last day."""
    execute(whole, "UPDATE awards SET expires_on = '2099-01-01' WHERE link_hash = ?", link_digest(whole.links[name]))


def last_day_later(whole: WholeLedger, name: str) -> None:
    """The signed statement says another last day."""
    row, _ = rows(whole, name)
    with whole.opened() as ledger, open_awards(ledger) as awards:
        day = str(getattr(by(awards, whole.links[name]).event, "expires_on", ""))
    replace_in_statement(whole, row, day.encode(), b"2099" + day.encode()[4:])


def first_day_earlier(whole: WholeLedger, name: str) -> None:
    """The signed statement says another day of award."""
    row, _ = rows(whole, name)
    replace_in_statement(whole, row, b"jawarded_onj20", b"jawarded_onj19")


def somebody_elses_values(whole: WholeLedger, name: str) -> None:
    """The sealed values are those of another award."""
    other = "revoked" if name != "revoked" else "valid"
    sql = "UPDATE vault SET sealed = (SELECT sealed FROM vault WHERE notification_id = {}) WHERE notification_id = ?"
    execute(whole, sql.format(rows(whole, other)[0]), rows(whole, name)[0])


def values_gone(whole: WholeLedger, name: str) -> None:
    """The sealed values are gone, as after an erasure."""
    execute(whole, "DELETE FROM vault WHERE notification_id = ?", rows(whole, name)[0])


def printed(whole: WholeLedger, name: str, key: str, value: object) -> None:
    """Who has the master key too has sealed other values for the paper."""
    with whole.opened() as ledger, open_awards(ledger) as awards:
        issued = by(awards, whole.links[name])
        salt, values, label = cbor.decode(cbor.decode(issued.disclosures[0]))
        forged = cbor.dumps(cbor.encode([salt, {**values, key: value}, label]))
        vault, first = Vault(ledger.data_keys), issued.entries[0]
        assert first.subject is not None
        vault.prepare({first.subject})
        sealed = vault.seal(first.subject, first.stream_id, first.version, [forged, *issued.disclosures[1:]])
    execute(whole, "UPDATE vault SET sealed = ? WHERE notification_id = ?", sealed, first.index + 1)


def another_name(whole: WholeLedger, name: str) -> None:
    """Another name, well sealed."""
    printed(whole, name, "name", "冒名者")


def another_number(whole: WholeLedger, name: str) -> None:
    """The number of a certificate that stands, well sealed."""
    with whole.opened() as ledger, open_awards(ledger) as awards:
        other = str(by(awards, whole.links["valid"]).event.number)
    printed(whole, name, "number", other)


def link_led_elsewhere(whole: WholeLedger, name: str) -> None:
    """The view leads this link to a valid certificate."""
    old, new = link_digest(whole.links[name]), link_digest(whole.links["valid"])
    execute(whole, "UPDATE awards SET link_hash = ? WHERE link_hash = ?", b"", old)
    execute(whole, "UPDATE awards SET link_hash = ? WHERE link_hash = ?", old, new)


def number_led_elsewhere(whole: WholeLedger, name: str) -> None:
    """The view leads this number to a valid certificate."""
    with whole.opened() as ledger, open_awards(ledger) as awards:
        old = number_digest(str(by(awards, whole.links[name]).event.number))
        new = number_digest(str(by(awards, whole.links["valid"]).event.number))
    execute(whole, "UPDATE awards SET number_hash = ? WHERE number_hash = ?", b"", old)
    execute(whole, "UPDATE awards SET number_hash = ? WHERE number_hash = ?", old, new)


def signed_head_altered(whole: WholeLedger, name: str) -> None:
    """The tree head in the database is another one than that which is published."""
    execute(whole, "UPDATE signed_head SET size = size - 1 WHERE id = ?", 1)


FORGERIES = [
    Forgery("revocation deleted", "revoked", change_deleted, "revoked-or-superseded", "revoked-or-superseded"),
    Forgery("suspension deleted", "suspended", change_deleted, "suspended", "suspended"),
    Forgery("supersession deleted", "superseded", change_deleted, "revoked-or-superseded", "revoked-or-superseded"),
    Forgery("revocation moved", "revoked", change_moved, "revoked-or-superseded", "revoked-or-superseded"),
    Forgery("revocation out of the view", "revoked", change_out_of_view, "revoked", "revoked"),
    Forgery("last day later in the view", "expired", view_dated_later, "expired", "expired"),
    Forgery("last day later", "expired", last_day_later, COULD_NOT, COULD_NOT),
    Forgery("first day earlier", "valid", first_day_earlier, COULD_NOT, COULD_NOT),
    Forgery("somebody else's values", "valid", somebody_elses_values, COULD_NOT, COULD_NOT),
    Forgery("values gone", "valid", values_gone, "erased", "no-match"),
    Forgery("another name", "valid", another_name, COULD_NOT, COULD_NOT),
    Forgery("another number", "revoked", another_number, COULD_NOT, COULD_NOT),
    Forgery("link led elsewhere", "revoked", link_led_elsewhere, COULD_NOT, COULD_NOT),
    Forgery("number led elsewhere", "revoked", number_led_elsewhere, "revoked", "no-match"),
    Forgery("signed head altered", "revoked", signed_head_altered, "revoked", "revoked"),
]
