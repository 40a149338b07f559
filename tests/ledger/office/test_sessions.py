"""Sessions and tokens: found by their secret until they are over, used up, or ended from elsewhere."""

from __future__ import annotations

import pytest

from ledger.office.opening import Office
from ledger.office.sessions import FRESH_SECONDS, IDLE_SECONDS, LONGEST_SECONDS
from ledger.office.tokens import LONGEST_DAYS, PREFIX
from ledger.refusals import Code, Refusal
from tests.ledger.office.conftest import Hands, join


def test_a_session_is_found_while_it_is_used(office: Office, hands: Hands) -> None:
    account = join(office, "a", "registrar").account
    secret = office.sessions.open(account, "Chromium")
    for _ in range(LONGEST_SECONDS // (IDLE_SECONDS - 1)):
        session = office.sessions.find(secret)
        assert session is not None
        assert (session.account, session.agent) == (account, "Chromium")
        hands.turn(IDLE_SECONDS - 1)
    hands.turn(LONGEST_SECONDS - (IDLE_SECONDS - 1) * (LONGEST_SECONDS // (IDLE_SECONDS - 1)))
    assert office.sessions.find(secret) is None, "it is old"


def test_a_session_that_is_not_used_is_over(office: Office, hands: Hands) -> None:
    secret = office.sessions.open(join(office, "a", "registrar").account, "")
    hands.turn(IDLE_SECONDS)
    assert office.sessions.find(secret) is None
    assert office.sessions.find("") is None
    assert office.sessions.find("x" * 5000) is None


def test_a_new_session_takes_the_place_of_the_one_that_the_browser_had(office: Office) -> None:
    account = join(office, "a", "registrar").account
    first = office.sessions.open(account, "")
    second = office.sessions.open(account, "", replaces=first)
    assert first != second
    assert office.sessions.find(first) is None
    assert office.sessions.find(second) is not None


def test_freshness_passes_and_is_renewed(office: Office, hands: Hands) -> None:
    secret = office.sessions.open(join(office, "a", "registrar").account, "")
    hands.turn(FRESH_SECONDS)
    session = office.sessions.find(secret)
    assert session is not None
    assert session.is_fresh(hands())
    hands.turn(1)
    assert not session.is_fresh(hands())
    renewed = office.sessions.freshened(session)
    assert renewed.is_fresh(hands())
    found = office.sessions.find(secret)
    assert found is not None
    assert found.is_fresh(hands())


def test_sessions_are_ended_from_elsewhere_and_only_ones_own(office: Office, hands: Hands) -> None:
    mine, other = join(office, "a", "registrar").account, join(office, "b", "registrar").account
    secrets = []
    for agent in ("one", "two", "three"):
        secrets.append(office.sessions.open(mine, agent))
        hands.turn(1)
    theirs = office.sessions.open(other, "theirs")
    assert [session.agent for session in office.sessions.of(mine)] == ["three", "two", "one"]
    found = office.sessions.find(secrets[0])
    assert found is not None
    office.sessions.end(other, found.id)
    assert office.sessions.find(secrets[0]) is not None
    office.sessions.end(mine, found.id)
    assert office.sessions.find(secrets[0]) is None
    kept = office.sessions.find(secrets[1])
    assert kept is not None
    office.sessions.end_others(mine, kept.id)
    assert [session.agent for session in office.sessions.of(mine)] == ["two"]
    assert office.sessions.find(theirs) is not None


def test_a_token_is_found_until_its_day_or_until_it_is_revoked(office: Office, hands: Hands) -> None:
    account = join(office, "a", "registrar").account
    token, secret = office.tokens.make(account, "nightly export", ["read", "record"], 1)
    assert secret.startswith(PREFIX)
    found = office.tokens.find(secret)
    assert found == token
    assert office.tokens.find(secret) is not None
    (listed,) = office.tokens.of(account)
    assert (listed.name, listed.scopes, listed.used_at) == ("nightly export", {"read", "record"}, hands())
    hands.turn(86_400)
    assert office.tokens.find(secret) is None
    again, secret = office.tokens.make(account, "nightly export", ["read"], LONGEST_DAYS)
    office.tokens.revoke(join(office, "b", "registrar").account, again.id)
    assert office.tokens.find(secret) is not None
    office.tokens.revoke(account, again.id)
    assert office.tokens.find(secret) is None


@pytest.mark.parametrize(
    ("name", "scopes", "days", "code"),
    [
        ("", ["read"], 1, Code.BAD_TEXT),
        ("x" * 81, ["read"], 1, Code.BAD_TEXT),
        ("x", [], 1, Code.UNKNOWN_VALUE),
        ("x", ["approve"], 1, Code.UNKNOWN_VALUE),
        ("x", ["read"], 0, Code.BAD_NUMBER),
        ("x", ["read"], LONGEST_DAYS + 1, Code.BAD_NUMBER),
    ],
)
def test_tokens_that_cannot_be(office: Office, name: str, scopes: list[str], days: int, code: Code) -> None:
    account = join(office, "a", "registrar").account
    with pytest.raises(Refusal) as refusal:
        office.tokens.make(account, name, scopes, days)
    assert refusal.value.code is code
    assert office.tokens.of(account) == []
