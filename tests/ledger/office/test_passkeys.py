"""Passkeys: registered and asserted, each answer for its own ticket, account and purpose alone."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.office.opening import Office
from ledger.office.passkeys import APPROVE, FRESH, SIGN_IN, TICKET_SECONDS, BadPasskey
from ledger.office.staff import CannotSignIn, Member
from ledger.refusals import Code
from tests.ledger.office.authenticator import PRESENT, Authenticator
from tests.ledger.office.conftest import Hands, join


def authenticator(office: Office, **changed: Any) -> Authenticator:
    made = Authenticator("127.0.0.1", "http://127.0.0.1:8000")
    for name, value in changed.items():
        setattr(made, name, value)
    return made


def registered(office: Office, member: Member, device: Authenticator) -> None:
    begun = office.passkeys.begin_registration(member)
    answer = device.makes(begun.options)
    office.passkeys.finish_registration(member.account, begun.ticket, answer, "phone", lambda tables: None)


@pytest.fixture
def member(office: Office) -> Member:
    return join(office, "a", "approver")


def test_who_has_a_passkey_signs_in_with_it(office: Office, member: Member) -> None:
    device = authenticator(office)
    registered(office, member, device)
    (kept,) = office.passkeys.of(member.account)
    assert (kept.name, kept.credential, kept.used_at) == ("phone", device.credential, None)
    begun = office.passkeys.begin(SIGN_IN)
    assert "allowCredentials" not in begun.options or begun.options["allowCredentials"] == []
    done = office.passkeys.finish(SIGN_IN, begun.ticket, device.signs_in(begun.options))
    assert done.passkey.account == member.account
    assert office.passkeys.of(member.account)[0].used_at is not None


def test_a_ticket_serves_once_for_one_purpose_one_account_and_a_while(
    office: Office, member: Member, hands: Hands
) -> None:
    device, other = authenticator(office), join(office, "b", "approver")
    registered(office, member, device)
    begun = office.passkeys.begin(FRESH, member.account)
    answer = device.signs_in(begun.options)
    for purpose, account in ((SIGN_IN, None), (APPROVE, member.account), (FRESH, other.account)):
        wrong = office.passkeys.begin(FRESH, member.account)
        with pytest.raises(CannotSignIn):
            office.passkeys.finish(purpose, wrong.ticket, device.signs_in(wrong.options), account)
    assert office.passkeys.finish(FRESH, begun.ticket, answer, member.account)
    with pytest.raises(CannotSignIn):
        office.passkeys.finish(FRESH, begun.ticket, answer, member.account)
    late = office.passkeys.begin(FRESH, member.account)
    hands.turn(TICKET_SECONDS + 1)
    with pytest.raises(CannotSignIn):
        office.passkeys.finish(FRESH, late.ticket, device.signs_in(late.options), member.account)


def test_a_challenge_of_ones_own_is_what_is_signed(office: Office, member: Member) -> None:
    device, challenge = authenticator(office), bytes(range(32))
    registered(office, member, device)
    begun = office.passkeys.begin(APPROVE, member.account, challenge)
    done = office.passkeys.finish(APPROVE, begun.ticket, device.signs_in(begun.options), member.account)
    assert b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8" in done.client_data
    assert done.signature
    assert done.authenticator_data


@pytest.mark.parametrize(
    "changed",
    [
        {"rp_id": "elsewhere.example"},
        {"origin": "https://elsewhere.example"},
        {"flags": PRESENT},
        {"credential": b"another credential"},
    ],
)
def test_answers_that_do_not_hold(office: Office, member: Member, changed: dict[str, Any]) -> None:
    device = authenticator(office)
    registered(office, member, device)
    for name, value in changed.items():
        setattr(device, name, value)
    begun = office.passkeys.begin(FRESH, member.account)
    with pytest.raises(BadPasskey):
        office.passkeys.finish(FRESH, begun.ticket, device.signs_in(begun.options), member.account)


def test_another_key_a_flipped_bit_and_nonsense_are_refused(office: Office, member: Member) -> None:
    device = authenticator(office)
    registered(office, member, device)
    forger = authenticator(office)
    begun = office.passkeys.begin(FRESH, member.account)
    with pytest.raises(BadPasskey):
        office.passkeys.finish(FRESH, begun.ticket, forger.signs_in(begun.options), member.account)
    for nonsense in ({}, {"rawId": 1}, {"rawId": "AAAA", "response": {}}, {"rawId": "!", "response": None}):
        begun = office.passkeys.begin(FRESH, member.account)
        with pytest.raises(BadPasskey):
            office.passkeys.finish(FRESH, begun.ticket, nonsense, member.account)


def test_a_passkey_of_somebody_else_does_not_show_who_one_is(office: Office, member: Member) -> None:
    device, other = authenticator(office), join(office, "b", "approver")
    registered(office, member, device)
    begun = office.passkeys.begin(FRESH, other.account)
    with pytest.raises(BadPasskey):
        office.passkeys.finish(FRESH, begun.ticket, device.signs_in(begun.options), other.account)


def test_a_counter_that_goes_back_shows_a_clone(office: Office, member: Member) -> None:
    device = authenticator(office)
    registered(office, member, device)
    for _ in range(2):
        begun = office.passkeys.begin(FRESH, member.account)
        office.passkeys.finish(FRESH, begun.ticket, device.signs_in(begun.options), member.account)
    device.signs = 0
    begun = office.passkeys.begin(FRESH, member.account)
    with pytest.raises(BadPasskey):
        office.passkeys.finish(FRESH, begun.ticket, device.signs_in(begun.options), member.account)


def test_registering_twice_or_without_being_verified_is_refused(office: Office, member: Member) -> None:
    device = authenticator(office)
    registered(office, member, device)
    with pytest.raises(BadPasskey) as refusal:
        registered(office, member, device)
    assert refusal.value.code is Code.BAD_PASSKEY
    with pytest.raises(BadPasskey):
        registered(office, member, authenticator(office, credential=b"unverified", flags=PRESENT))
    office.passkeys.remove(join(office, "b", "approver").account, device.credential)
    assert len(office.passkeys.of(member.account)) == 1
    office.passkeys.remove(member.account, device.credential)
    assert office.passkeys.of(member.account) == []
