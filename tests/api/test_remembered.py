"""Answers given again: as worked out anew, only while everything is the same, and nothing personal in clear."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from api import remembered
from api.answer import answer_link
from api.links import json_of
from api.remembered import Remembered
from ledger.awards import Awards, open_awards
from ledger.commands import EraseTrainee, RevokeCertificate, SuspendCertificate
from tests.api.whole_ledger import NOW, TODAY, WholeLedger, by, do, publish_now, trainee
from verifier.verify import verify_proof

AT = datetime.fromtimestamp(NOW / 1000, UTC)
LATER = AT + timedelta(hours=1, microseconds=1500)
STANDING_ALONE = ["valid", "title valid", "expired", "suspended", "revoked", "reinstated"]


@contextmanager
def kept(whole: WholeLedger, name: str = "valid") -> Iterator[tuple[Awards, Remembered, str]]:
    """The awards of an open ledger, and what remembers the answer to one link."""
    link = whole.links[name]
    with whole.opened() as ledger, open_awards(ledger) as awards:
        memory = Remembered()
        keep(memory, awards, link)
        assert memory.find(awards, link, AT) is not None
        yield awards, memory, link


def keep(memory: Remembered, awards: Awards, link: str, at: datetime = AT) -> None:
    answer = answer_link(awards, link, at)
    memory.keep(awards, link, answer, bytes(json_of(answer).body))


@pytest.mark.parametrize("name", STANDING_ALONE)
@pytest.mark.parametrize("at", [AT, LATER])
def test_it_is_what_would_be_worked_out_anew(whole: WholeLedger, name: str, at: datetime) -> None:
    with kept(whole, name) as (awards, memory, link):
        again = memory.find(awards, link.lower(), at)
        assert again == bytes(json_of(answer_link(awards, link, at)).body)


@pytest.mark.parametrize("name", ["superseded", "erased"])
def test_what_hangs_on_more_than_its_own_rows_is_worked_out_each_time(whole: WholeLedger, name: str) -> None:
    with whole.opened() as ledger, open_awards(ledger) as awards:
        memory = Remembered()
        keep(memory, awards, whole.links[name])
        assert memory.find(awards, whole.links[name], AT) is None


def test_the_proof_given_out_verifies_as_a_whole(whole: WholeLedger) -> None:
    for name in STANDING_ALONE:
        with whole.opened() as ledger, open_awards(ledger) as awards:
            answer = answer_link(awards, whole.links[name], AT)
            assert answer.shown is not None
            assert answer.proof is not None
            assert verify_proof(answer.proof, awards.snapshot().trust) == answer.shown.proved


def test_nothing_personal_is_kept_in_clear(whole: WholeLedger) -> None:
    with kept(whole) as (awards, memory, link):
        event = by(awards, link).event
        (entry,) = memory._kept.values()
        held = pickle.dumps((entry.sealed, entry.sources.rows, entry.subject))
        for personal in (event.name, event.number, event.link, event.id_number_masked):
            assert str(personal).encode() not in held
        body = json.loads(memory.find(awards, link, AT) or b"")
        assert body["fields"]["name"] == event.name


def _key_destroyed(whole: WholeLedger, awards: Awards, link: str) -> None:
    awards.ledger.data_keys.destroy(trainee(by(awards, link)))


def _erased(whole: WholeLedger, awards: Awards, link: str) -> None:
    do(awards.ledger, EraseTrainee(trainee(by(awards, link))))


def _erased_and_published(whole: WholeLedger, awards: Awards, link: str) -> None:
    _erased(whole, awards, link)
    publish_now(awards.ledger)


def _suspended(whole: WholeLedger, awards: Awards, link: str) -> None:
    issued = by(awards, link)
    do(awards.ledger, SuspendCertificate(trainee(issued), issued.stream, "other", TODAY))


def _another_revoked_and_published(whole: WholeLedger, awards: Awards, link: str) -> None:
    issued = by(awards, whole.links["reinstated"])
    do(awards.ledger, RevokeCertificate(trainee(issued), str(getattr(issued.event, "cohort", "")), "other", TODAY))
    publish_now(awards.ledger)


def _sealed_values_gone(whole: WholeLedger, awards: Awards, link: str) -> None:
    _altered(whole, "DELETE FROM vault WHERE notification_id = ?", by(awards, link).index + 1)


def _statement_altered(whole: WholeLedger, awards: Awards, link: str) -> None:
    issued = by(awards, link)
    statement = issued.statement.raw[:-1] + bytes([issued.statement.raw[-1] ^ 1])
    _altered(whole, "UPDATE stored_events SET state = ? WHERE notification_id = ?", statement, issued.index + 1)


def _altered(whole: WholeLedger, sql: str, *values: object) -> None:
    assert len(whole.engine.query(whole.address, f"{sql} RETURNING 1", values)) == 1


def _list_gone(whole: WholeLedger, awards: Awards, link: str) -> None:
    (whole.public / "status" / "0").unlink()


def _checkpoint_gone(whole: WholeLedger, awards: Awards, link: str) -> None:
    (whole.public / "checkpoint").unlink()


def _trust_file_gone(whole: WholeLedger, awards: Awards, link: str) -> None:
    (whole.public / "trust.txt").unlink()


def _entries_gone(whole: WholeLedger, awards: Awards, link: str) -> None:
    shutil.rmtree(whole.public / "tile" / "entries")


def _hashes_gone(whole: WholeLedger, awards: Awards, link: str) -> None:
    shutil.rmtree(whole.public / "tile" / "0")


Change = Callable[[WholeLedger, Awards, str], None]
CHANGES: list[Change] = [
    _key_destroyed,
    _erased,
    _erased_and_published,
    _suspended,
    _another_revoked_and_published,
    _sealed_values_gone,
    _statement_altered,
    _list_gone,
    _checkpoint_gone,
    _trust_file_gone,
    _entries_gone,
    _hashes_gone,
]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_is_met_at_once(
    whole: WholeLedger, change: Callable[[WholeLedger, Awards, str], None]
) -> None:
    with kept(whole) as (awards, memory, link):
        change(whole, awards, link)
        assert memory.find(awards, link, AT) is None
        assert not memory._kept


@pytest.mark.parametrize("at", [AT + timedelta(hours=13), AT + timedelta(hours=25), AT - timedelta(hours=1)])
def test_another_day_and_a_list_out_of_date_are_worked_out_anew(whole: WholeLedger, at: datetime) -> None:
    with kept(whole) as (awards, memory, link):
        assert memory.find(awards, link, at) is None


def test_no_more_is_kept_than_so_many(whole: WholeLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "ANSWERS", 2)
    with whole.opened() as ledger, open_awards(ledger) as awards:
        memory = Remembered()
        first, second, third = (whole.links[name] for name in ("valid", "expired", "suspended"))
        keep(memory, awards, first)
        keep(memory, awards, second)
        assert memory.find(awards, first, AT) is not None  # so that the second is the one not asked for longest
        keep(memory, awards, third)
        assert [memory.find(awards, link, AT) is not None for link in (first, second, third)] == [True, False, True]
