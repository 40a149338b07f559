"""Organisations and keys: what everybody reads, and what administrators change, after a fresh sign."""

from __future__ import annotations

import re
from base64 import b64encode

import pytest

from ledger.office.history import history_of_base
from ledger.office.keys import KeyLine, keys_of
from ledger.office.sessions import FRESH_SECONDS
from ledger.signing import signer_of
from tests.api.office.conftest import PASSWORD, Browser, Hands, Offices, text_of
from verifier.kinds import AUTHORITY_KINDS

PUBLIC = signer_of(b"\x07" * 32, "SCH-01", "organisation", ()).public_key
NEW = {
    "do": "accredit",
    "code": "SCH-99",
    "kind": "school",
    "name_zh": "某中学",
    "name_en": "Some School",
    "uri": "https://school.example.org",
}


@pytest.fixture
def boss(offices: Offices) -> Browser:
    return offices.joins("boss", "administrator")


def keys(offices: Offices, code: str) -> list[KeyLine]:
    return [key for key in keys_of(history_of_base(offices.ledger)) if key.organisation == code]


def test_everybody_reads_who_belongs_to_the_base_and_who_holds_the_keys(offices: Offices) -> None:
    auditor = offices.joins("auditor", "auditor")
    page = text_of(auditor.get("/console/organisations?lang=en"))
    assert "CQHRSS 重庆市人力资源和社会保障局" in page
    assert "held by the base: proves what the base said in its name" in page
    assert "SCH-01 示例中学 Example Middle School school no key" in page
    one = text_of(auditor.get("/console/organisations/CQHRSS?lang=en"))
    assert "May sign titles" in one
    assert "Retire" not in one
    assert auditor.get("/console/organisations/NOBODY").status_code == 404


def test_an_organisation_is_accredited_once_and_given_anew(offices: Offices, boss: Browser) -> None:
    same = "00000000-0000-4000-8000-000000000005"
    size = offices.ledger.store.head().size
    assert boss.post("/console/organisations", **NEW, sent=same).status_code == 303
    assert offices.ledger.store.head().size == size + 1
    again = boss.post("/console/organisations?lang=en", **NEW, sent=same)
    assert again.status_code == 422
    assert "The code is taken" in again.text
    page = "/console/organisations/SCH-99"
    assert boss.post(page, **{**NEW, "name_en": "Another Name"}).status_code == 303
    assert "Another Name" in boss.get(page).text
    assert boss.post(page, **{**NEW, "code": "CQHRSS"}).status_code == 404
    bad = boss.post("/console/organisations?lang=en", **{**NEW, "code": "two words"})
    assert bad.status_code == 409
    assert "without blanks" in bad.text
    assert 'value="two words"' in bad.text


@pytest.mark.parametrize("written", [PUBLIC.hex(), PUBLIC.hex().upper(), b64encode(PUBLIC).decode()])
def test_a_key_that_the_organisation_holds_is_authorised_by_its_public_half(
    offices: Offices, boss: Browser, written: str
) -> None:
    page = "/console/organisations/CQEDU"
    sent = {"do": "authorise", "public_key": written, "groups": "authority"}
    assert boss.post(page, **sent).status_code == 303
    (key,) = keys(offices, "CQEDU")
    assert (key.public_key, key.custody, key.kinds) == (PUBLIC, "organisation", tuple(sorted(AUTHORITY_KINDS)))
    assert "held by the organisation itself" in text_of(boss.get(f"{page}?lang=en"))
    again = boss.post(f"{page}?lang=en", **sent)
    assert again.status_code == 409
    assert "was used before" in again.text


@pytest.mark.parametrize(
    "sent",
    [
        {"public_key": "", "groups": "authority"},
        {"public_key": "00" * 31, "groups": "authority"},
        {"public_key": "zz" * 32, "groups": "authority"},
        {"public_key": PUBLIC.hex(), "groups": ""},
        {"public_key": PUBLIC.hex(), "groups": "log.checkpoint"},
    ],
)
def test_what_is_no_key_or_for_no_use_is_not_authorised(offices: Offices, boss: Browser, sent: dict[str, str]) -> None:
    assert boss.post("/console/organisations/CQEDU", do="authorise", **sent).status_code == 422
    assert keys(offices, "CQEDU") == []


def test_a_point_of_small_order_is_no_key(boss: Browser) -> None:
    page = boss.post("/console/organisations/CQEDU", do="authorise", public_key="00" * 32, groups="authority")
    assert page.status_code == 409


def test_a_key_is_retired_and_reported_after_a_fresh_sign(offices: Offices, boss: Browser, hands: Hands) -> None:
    page, (key,) = "/console/organisations/CQHRSS", keys(offices, "CQHRSS")
    hands.turn(FRESH_SECONDS + 1)
    sent = {"do": "retire", "kid": key.kid.hex()}
    assert boss.post(page, **sent).status_code == 403
    assert keys(offices, "CQHRSS") == [key]
    assert boss.post(page, **sent, _password=PASSWORD).status_code == 303
    assert "retired at entry" in text_of(boss.get(f"{page}?lang=en"))
    assert boss.post(page, **sent).status_code == 409
    size = offices.ledger.store.head().size
    report = {"do": "report", "kid": key.kid.hex()}
    assert boss.post(page, **report, as_of=str(size + 10)).status_code == 409
    assert boss.post(page, **report, as_of="").status_code == 409
    assert boss.post(page, **report, as_of=str(size)).status_code == 303
    assert keys(offices, "CQHRSS")[0].compromised_from == size
    assert f"reported compromised from entry {size}" in text_of(boss.get(f"{page}?lang=en"))


def test_a_key_of_another_organisation_or_of_the_base_is_not_changed_here(offices: Offices, boss: Browser) -> None:
    (other,), own = keys(offices, "CQHRSS"), keys(offices, "BASE")
    size = offices.ledger.store.head().size
    for page, kid in (("HUAWEI", other.kid), ("BASE", own[0].kid), ("HUAWEI", b"")):
        assert boss.post(f"/console/organisations/{page}", do="retire", kid=kid.hex()).status_code == 404
    assert not re.search('value="retire"', boss.get("/console/organisations/BASE").text)
    assert offices.ledger.store.head().size == size


@pytest.mark.parametrize("role", ["registrar", "assessor", "approver", "auditor"])
def test_who_is_no_administrator_changes_nothing(offices: Offices, role: str) -> None:
    other = offices.joins("other", role)
    (key,) = keys(offices, "CQHRSS")
    size = offices.ledger.store.head().size
    assert other.post("/console/organisations", **NEW).status_code == 403
    for sent in ({"do": "retire", "kid": key.kid.hex()}, {"do": "report", "kid": key.kid.hex(), "as_of": "0"}, NEW):
        assert other.post("/console/organisations/CQHRSS", **sent).status_code == 403
    assert offices.ledger.store.head().size == size
