"""Whatever is altered behind the server, its page never says "valid" of what does not verify."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.answer import Answer, State, answer_link
from ledger.awards import open_awards
from ledger.commands import ReportKeyCompromised, RevokeCertificate, SuspendCertificate
from tests.api.forging import execute, replace_in_statement, rows
from tests.api.whole_ledger import NOW, TODAY, WholeLedger, by, do, publish_now, trainee
from verifier.address import link_digest

AT = datetime.fromtimestamp(NOW / 1000, UTC)


def answer(whole: WholeLedger, name: str = "valid", at: datetime = AT) -> Answer:
    with whole.opened() as ledger, open_awards(ledger) as awards:
        return answer_link(awards, whole.links[name], at)


def test_the_unaltered_copy_is_valid(whole: WholeLedger) -> None:
    assert answer(whole).state is State.VALID


def test_a_changed_day_of_expiry(whole: WholeLedger) -> None:
    row, _ = rows(whole, "expired")
    with whole.opened() as ledger, open_awards(ledger) as awards:
        expires = str(getattr(by(awards, whole.links["expired"]).event, "expires_on", ""))
    replace_in_statement(whole, row, expires.encode(), b"2099" + expires.encode()[4:])
    assert answer(whole, "expired").state is State.COULD_NOT_CHECK


def test_every_tenth_bit_of_the_stored_statement(whole: WholeLedger) -> None:
    row, _ = rows(whole, "valid")
    with whole.opened() as ledger, open_awards(ledger) as awards:
        (entry,) = ledger.store.entries(row - 1, 1)
        for bit in range(0, 8 * len(entry.statement), 10):
            state = bytearray(entry.statement)
            state[bit // 8] ^= 1 << bit % 8
            execute(whole, "UPDATE stored_events SET state = ? WHERE notification_id = ?", bytes(state), row)
            found = answer_link(awards, whole.links["valid"], AT)
            assert (found.state, found.shown) == (State.COULD_NOT_CHECK, None), bit


def test_a_deleted_revocation(whole: WholeLedger) -> None:
    _, (row,) = rows(whole, "revoked")
    execute(whole, "DELETE FROM stored_events WHERE notification_id = ?", row)
    assert answer(whole, "revoked").state is State.REVOKED_OR_SUPERSEDED


def test_a_revocation_moved_to_another_stream(whole: WholeLedger) -> None:
    _, (row,) = rows(whole, "revoked")
    other, _ = rows(whole, "expired")
    stream = "SELECT originator_id FROM stored_events WHERE notification_id = ?"
    execute(whole, f"UPDATE stored_events SET originator_id = ({stream}) WHERE notification_id = ?", other, row)
    assert answer(whole, "revoked").state is State.REVOKED_OR_SUPERSEDED


def test_a_revocation_dated_later(whole: WholeLedger) -> None:
    _, (row,) = rows(whole, "revoked")
    replace_in_statement(whole, row, b"jrevoked_onj20", b"jrevoked_onj29")
    assert answer(whole, "revoked").state is State.COULD_NOT_CHECK


def test_personal_values_of_somebody_else(whole: WholeLedger) -> None:
    row, _ = rows(whole, "valid")
    other, _ = rows(whole, "expired")
    sql = "UPDATE vault SET sealed = (SELECT sealed FROM vault WHERE notification_id = ?) WHERE notification_id = ?"
    execute(whole, sql, other, row)
    assert answer(whole).state is State.COULD_NOT_CHECK


def test_a_link_that_the_view_leads_elsewhere(whole: WholeLedger) -> None:
    """The revoked certificate's link, made to lead to a valid one."""
    old, new = whole.links["revoked"], whole.links["valid"]
    execute(whole, "UPDATE awards SET link_hash = ? WHERE link_hash = ?", b"", link_digest(old))
    execute(whole, "UPDATE awards SET link_hash = ? WHERE link_hash = ?", link_digest(old), link_digest(new))
    assert answer(whole, "revoked").state is State.COULD_NOT_CHECK


def _remove_tiles(public: Path) -> None:
    shutil.rmtree(public / "tile" / "0")


def _spoil_tiles(public: Path) -> None:
    for file in (public / "tile" / "0").rglob("*"):
        if file.is_file():
            file.write_bytes(bytes(len(file.read_bytes())))


def _spoil_checkpoint(public: Path) -> None:
    text = (public / "checkpoint").read_text()
    (public / "checkpoint").write_text(text.replace("\n5", "\n4", 1).replace("\n4", "\n3", 1))


def _remove_checkpoint(public: Path) -> None:
    (public / "checkpoint").unlink()


@pytest.mark.parametrize("spoil", [_remove_tiles, _spoil_tiles, _spoil_checkpoint, _remove_checkpoint])
def test_a_damaged_published_tree(whole: WholeLedger, spoil: Callable[[Path], None]) -> None:
    spoil(whole.public)
    assert answer(whole).state is State.COULD_NOT_CHECK


def _remove_list(file: Path) -> None:
    file.unlink()


def _flip_list(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize("spoil", [_remove_list, _flip_list])
def test_a_missing_or_damaged_status_list(whole: WholeLedger, spoil: Callable[[Path], None]) -> None:
    spoil(whole.public / "status" / "0")
    found = answer(whole)
    assert found.state is State.STANDING_NOT_CHECKED
    assert found.shown is not None


def test_a_status_list_that_is_a_day_old(whole: WholeLedger) -> None:
    assert answer(whole, at=AT + timedelta(hours=23)).state is State.VALID
    assert answer(whole, at=AT + timedelta(hours=25)).state is State.STANDING_NOT_CHECKED


def test_a_change_that_is_recorded_but_not_published_is_waited_for(whole: WholeLedger) -> None:
    with whole.opened() as ledger, open_awards(ledger) as awards:
        issued = by(awards, whole.links["valid"])
        do(ledger, SuspendCertificate(trainee(issued), issued.stream, "other", TODAY))
        found = answer_link(awards, whole.links["valid"], AT)
        assert (found.state, found.code) == (State.COULD_NOT_CHECK, "not-yet-published")
        publish_now(ledger)
        assert answer_link(awards, whole.links["valid"], AT).state is State.SUSPENDED


@pytest.mark.engine("sqlite")
def test_an_old_copy_of_the_database_beside_a_newer_published_log(whole: WholeLedger, tmp_path: Path) -> None:
    shutil.copy(whole.folder / "ledger.sqlite", tmp_path / "old.sqlite")
    with whole.opened() as ledger, open_awards(ledger) as awards:
        issued = by(awards, whole.links["valid"])
        cohort = str(getattr(issued.event, "cohort", ""))
        do(ledger, RevokeCertificate(trainee(issued), cohort, "fraud", TODAY))
        publish_now(ledger)
    for beside in whole.folder.glob("ledger.sqlite-*"):
        beside.unlink()
    shutil.copy(tmp_path / "old.sqlite", whole.folder / "ledger.sqlite")
    assert answer(whole).state is State.REVOKED_OR_SUPERSEDED


def test_what_a_compromised_key_signed_counts_for_nothing(whole: WholeLedger) -> None:
    with whole.opened() as ledger, open_awards(ledger) as awards:
        issued = by(awards, whole.links["valid"])
        do(ledger, ReportKeyCompromised(issued.statement.kid, issued.index))
        publish_now(ledger)
        found = answer_link(awards, whole.links["valid"], AT)
        assert (found.state, found.code) == (State.NOT_ENTITLED, "key-compromised")
        assert found.shown is None


def test_a_revocation_by_a_compromised_key_counts_for_nothing(whole: WholeLedger) -> None:
    with whole.opened() as ledger, open_awards(ledger) as awards:
        issued = by(awards, whole.links["suspended"])
        index, change = issued.changes[0]
        do(ledger, ReportKeyCompromised(change.kid, index))
        publish_now(ledger)
        assert answer_link(awards, whole.links["suspended"], AT).state is State.VALID
