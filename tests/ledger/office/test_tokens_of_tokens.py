"""Tokens that are made with a token: never more than it may, never longer than it lasts, and gone with it."""

from __future__ import annotations

import pytest

from ledger.office.opening import Office
from ledger.office.tokens import SCOPES
from ledger.refusals import Code, Refusal
from tests.ledger.office.conftest import Hands, join

DAY = 86_400


def test_a_token_makes_none_that_may_do_more_or_lasts_longer(office: Office, hands: Hands) -> None:
    account = join(office, "clerk", "registrar").account
    maker, _ = office.tokens.make(account, "deployment", ("read", "tokens"), 10)
    for scopes in (("record",), ("read", "propose"), SCOPES):
        with pytest.raises(Refusal) as refused:
            office.tokens.make(account, "job", scopes, 1, maker)
        assert refused.value.code is Code.WIDER_TOKEN
    hands.turn(4 * DAY)
    short, _ = office.tokens.make(account, "job", ("read",), 2, maker)
    long, secret = office.tokens.make(account, "job", ("read",), 366, maker)
    assert short.expires_at == hands.now + 2 * DAY * 1000
    assert long.expires_at == maker.expires_at
    assert [item.made_by for item in office.tokens.of(account)].count(maker.id) == 2
    hands.turn(6 * DAY)
    assert office.tokens.find(secret) is None


def test_what_was_made_with_a_token_ends_with_it(office: Office, hands: Hands) -> None:
    account = join(office, "clerk", "registrar").account
    other, kept = office.tokens.make(account, "another", ("read",), 10)
    first, _ = office.tokens.make(account, "first", ("read", "tokens"), 10)
    second, _ = office.tokens.make(account, "second", ("read", "tokens"), 10, first)
    third, secret = office.tokens.make(account, "third", ("read",), 10, second)
    assert {item.id for item in office.tokens.made_with(first)} == {first.id, second.id, third.id}
    assert {item.id for item in office.tokens.made_with(second)} == {second.id, third.id}
    office.tokens.revoke(account, first.id)
    assert [item.id for item in office.tokens.of(account)] == [other.id]
    assert office.tokens.find(secret) is None
    assert office.tokens.find(kept) is not None
    with pytest.raises(Refusal) as refused:
        office.tokens.make(account, "late", ("read",), 1, second)
    assert refused.value.code is Code.WIDER_TOKEN
