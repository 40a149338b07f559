"""Identities at providers: bound to one account, found by issuer and subject alone, sealed; one way in stays."""

from __future__ import annotations

from contextlib import closing

import pytest

from ledger.cabinet_key import CabinetKey
from ledger.office.identities import Identities
from ledger.office.openid import Identity
from ledger.office.opening import Office
from ledger.office.staff import CannotSignIn
from ledger.office.ways import Ways
from ledger.permissions import Actors
from ledger.providers import Provider
from ledger.refusals import Code, Refusal
from tests.ledger.office.conftest import join

KC = Provider("kc", "甲", "A", "https://a.example.org", "office")
LI = Identity(KC.issuer, "li-at-kc", "li@provider", None)


def test_an_identity_is_of_one_account_and_of_one_issuer(office: Office) -> None:
    li, wang = join(office, "li", "registrar"), join(office, "wang", "registrar")
    office.identities.bind(li.account, LI)
    office.identities.bind(li.account, LI)
    assert office.identities.account_of(LI) == li.account
    with pytest.raises(Refusal) as refused:
        office.identities.bind(wang.account, LI)
    assert refused.value.code is Code.IDENTITY_TAKEN
    for other in (
        Identity("https://b.example.org", LI.subject, LI.label, None),
        Identity(LI.issuer, "wang", LI.label, None),
        Identity(f"{LI.issuer}/", LI.subject, LI.label, None),
    ):
        assert office.identities.account_of(other) is None
    (bound,) = office.identities.of(li.account)
    assert (bound.issuer, bound.label) == (LI.issuer, LI.label)
    assert bound.used_at is not None
    office.identities.unbind(wang.account, bound.place)
    assert office.identities.account_of(LI) == li.account, "another's is not taken away"
    office.identities.unbind(li.account, bound.place)
    assert office.identities.account_of(LI) is None


def test_who_reads_the_rows_finds_nobody(office: Office) -> None:
    office.identities.bind(join(office, "li", "registrar").account, LI)
    with closing(office.ledger.place.open_office_tables()) as tables:
        (row,) = tables.rows("identities")
    for text in (LI.issuer, LI.subject, LI.label):
        assert text.encode() not in b"".join(bytes(row[name]) for name in ("place", "sealed"))
    stranger = Identities(office.cabinet, CabinetKey(bytes(32)), office.ledger.clock)
    assert stranger.account_of(LI) is None


def test_closing_an_account_takes_them_away(office: Office, operators: Actors) -> None:
    li = join(office, "li", "registrar")
    office.identities.bind(li.account, LI)
    office.staff.close(li.account, operators)
    assert office.identities.account_of(LI) is None


def test_a_link_is_used_up_with_the_binding_or_neither(office: Office) -> None:
    li, wang = join(office, "li", "registrar"), join(office, "wang", "registrar")
    office.identities.bind(wang.account, LI)
    secret = office.staff.invite(li.account)
    with pytest.raises(Refusal):
        office.identities.bind(li.account, LI, office.staff.using_up(secret))
    assert office.staff.invited(secret) is not None
    other = Identity(LI.issuer, "other", "", None)
    office.identities.bind(li.account, other, office.staff.using_up(secret))
    with pytest.raises(CannotSignIn):
        office.identities.bind(li.account, Identity(LI.issuer, "third", "", None), office.staff.using_up(secret))
    assert len(office.identities.of(li.account)) == 1


def test_one_way_in_stays_and_a_provider_that_is_gone_is_none(office: Office) -> None:
    li = join(office, "li", "registrar")
    ways = Ways(office.cabinet, office.ledger.cabinet_key, [KC])
    assert ways.of(li.account) == []
    office.identities.bind(li.account, LI)
    assert ways.of(li.account) == ["kc"]
    assert office.ways.of(li.account) == [], "the settings here name no provider"
    (bound,) = office.identities.of(li.account)
    with pytest.raises(Refusal) as refused:
        office.identities.unbind(li.account, bound.place, ways.check_left(li.account))
    assert refused.value.code is Code.LAST_WAY_IN
    assert office.identities.of(li.account) == [bound]
    office.staff.change_password(li.account, "a passphrase for tests")
    assert ways.of(li.account) == ["password", "kc"]
    office.identities.unbind(li.account, bound.place, ways.check_left(li.account))
    assert ways.of(li.account) == ["password"]
