"""Requests that come again: known by key and account, refused where they ask for something else."""

from __future__ import annotations

import pytest

from ledger.office.opening import Office
from ledger.office.repeats import KEPT_DAYS
from ledger.refusals import Code, Refusal
from tests.ledger.deciders.story import uuid
from tests.ledger.office.conftest import Hands

ME, YOU = uuid("me"), uuid("you")


def test_an_answer_is_given_again(office: Office) -> None:
    first = office.repeats.begin(ME, "k", b"asked")
    assert first.answer is None
    assert office.repeats.begin(ME, "k", b"asked") == first, "not answered yet: it is done under the same id"
    office.repeats.keep(first, {"a": [1, "x"]})
    again = office.repeats.begin(ME, "k", b"asked")
    assert (again.request, again.answer) == (first.request, {"a": [1, "x"]})


def test_a_key_belongs_to_one_account_and_one_request(office: Office) -> None:
    mine = office.repeats.begin(ME, "k", b"asked")
    office.repeats.keep(mine, {})
    with pytest.raises(Refusal) as refused:
        office.repeats.begin(ME, "k", b"something else")
    assert refused.value.code is Code.IDEMPOTENCY_MISMATCH
    others = office.repeats.begin(YOU, "k", b"asked")
    assert others.answer is None
    assert others.request != mine.request
    assert office.repeats.begin(ME, "l", b"asked").request != mine.request


def test_what_is_forgotten_is_still_the_same_request(office: Office, hands: Hands) -> None:
    first = office.repeats.begin(ME, "k", b"asked")
    office.repeats.keep(first, {})
    hands.turn(KEPT_DAYS * 86_400 + 1)
    assert office.repeats.begin(ME, "k", b"something else").request != first.request
    hands.turn(KEPT_DAYS * 86_400 + 1)
    assert office.repeats.begin(ME, "k", b"asked") == first


def test_who_reads_the_cabinet_finds_neither_key_nor_what_was_asked(office: Office) -> None:
    office.repeats.keep(office.repeats.begin(ME, "a-known-key", b"a known form"), {"told": "an answer"})
    (row,) = office.cabinet.select("SELECT * FROM repeats")
    for name in ("place", "body", "answer"):
        for told in (b"known", b"an answer", ME.bytes):
            assert told not in bytes(row[name])
