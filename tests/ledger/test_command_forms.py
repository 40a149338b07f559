"""Commands as plain values: there and back, and what is not in its form is named by its place."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import commands as c
from ledger.command_forms import COMMANDS, BadForm, from_plain, name_of, to_plain
from ledger.refusals import Code
from tests.ledger.deciders.story import REGISTER, drawn, uuid
from tests.ledger.deciders.test_decide_base import ACCREDIT, ADOPT, OPEN_COHORT, PUBLISH, PUBLISH_POLICY

_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20)
for kind, values in (
    (str, _TEXT),
    (Decimal, st.decimals(-1000, 1000, places=2)),
    (Fraction, st.fractions(0, 1, max_denominator=100)),
    (UUID, st.uuids()),
    (int, st.integers(-(2**52), 2**52)),
    (date, st.dates(date(1900, 1, 1), date(2199, 12, 31))),
):
    st.register_type_strategy(kind, values)


@given(st.one_of([st.from_type(command) for command in COMMANDS.values()]))
def test_every_command_comes_back_as_it_went(command: c.Command) -> None:
    plain = json.loads(json.dumps(to_plain(command)))
    assert from_plain(name_of(type(command)), plain) == command


def test_forms_are_named_after_their_commands() -> None:
    assert name_of(c.RevokeCertificate) == "revoke-certificate"
    assert COMMANDS["apply-for-title"] is c.ApplyForTitle
    assert len(COMMANDS) == len({name_of(command) for command in COMMANDS.values()})


ACCOUNT = {"account_id": str(uuid("a")), "pseudonym": "P", "organisation": "B"}
REVOCATION = {"trainee": str(uuid("a")), "cohort": "BDI", "reason": "fraud", "on": "2026-05-04"}


@pytest.mark.parametrize(
    ("name", "plain", "place"),
    [
        ("no-command", {}, "command"),
        ("revoke-certificate", [], "revoke-certificate"),
        ("revoke-certificate", REVOCATION | {"extra": 1}, "extra"),
        ("revoke-certificate", {k: v for k, v in REVOCATION.items() if k != "on"}, "on"),
        ("revoke-certificate", REVOCATION | {"on": "2026-02-30"}, "on"),
        ("revoke-certificate", REVOCATION | {"on": "20260504"}, "on"),
        ("revoke-certificate", REVOCATION | {"on": 0}, "on"),
        ("revoke-certificate", REVOCATION | {"on": "1899-12-31"}, "on"),
        ("revoke-certificate", REVOCATION | {"on": "2200-01-01"}, "on"),
        ("revoke-certificate", REVOCATION | {"trainee": "x"}, "trainee"),
        ("revoke-certificate", REVOCATION | {"trainee": str(uuid("a")).upper()}, "trainee"),
        ("revoke-certificate", REVOCATION | {"reason": "x" * 2001}, "reason"),
        ("revoke-certificate", REVOCATION | {"reason": "a\x00b"}, "reason"),
        ("revoke-certificate", REVOCATION | {"reason": "\ud800"}, "reason"),
        ("revoke-certificate", REVOCATION | {"reason": None}, "reason"),
        ("correct-certificate", to_plain(c.CorrectCertificate(uuid("a"), uuid("b"), drawn("x"), date(2026, 1, 1))), ""),
        ("open-account", {"account_id": str(uuid("a")), "pseudonym": "P", "organisation": "B", "roles": "no"}, "roles"),
        (
            "open-account",
            {"account_id": str(uuid("a")), "pseudonym": "P", "organisation": "B", "roles": [1]},
            "roles[0]",
        ),
        ("open-cohort", to_plain(OPEN_COHORT) | {"capacity": True}, "capacity"),
        ("open-cohort", to_plain(OPEN_COHORT) | {"capacity": 1.0}, "capacity"),
        ("publish-programme", to_plain(PUBLISH) | {"total_pass": "NaN"}, "total_pass"),
        ("publish-programme", to_plain(PUBLISH) | {"total_pass": "1e9"}, "total_pass"),
        ("publish-programme", to_plain(PUBLISH) | {"modules": [{"code": "M", "hours": "x"}]}, "modules[0].hours"),
        ("publish-policy", to_plain(PUBLISH_POLICY) | {"policy": {}}, "policy.edition"),
    ],
)
def test_what_is_not_in_its_form_is_named_by_its_place(name: str, plain: Any, place: str) -> None:
    if not place:
        plain["drawn"]["status_index"] = "1"
        place = "drawn.status_index"
    with pytest.raises(BadForm) as refused:
        from_plain(name, plain)
    assert (refused.value.place, refused.value.code) == (place, Code.BAD_FORM)


def test_what_has_a_default_may_be_left_out() -> None:
    for command in (ACCREDIT, ADOPT, OPEN_COHORT, PUBLISH, PUBLISH_POLICY, REGISTER):
        assert from_plain(name_of(type(command)), to_plain(command)) == command
    applied = c.ApplyForTitle(uuid("a"), uuid("b"), "A1", "engineer", "大数据", None, date(2026, 1, 1))
    plain = to_plain(applied)
    assert {field.name for field in fields(applied)} == set(plain)
    del plain["source"]
    assert from_plain("apply-for-title", plain) == applied
