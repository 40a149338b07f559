"""Definitions by which nothing could be decided are not published, whoever sends them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from ledger import commands as c
from ledger.deciders.base import Base, decide
from ledger.refusals import Code
from tests.ledger.deciders.story import D, refused, uuid
from tests.ledger.deciders.test_decide_base import ACCREDIT, ADOPT, OPEN_COHORT, PUBLISH, PUBLISH_POLICY
from verifier import kinds
from verifier.rules import Assessment, Calendar, Module, Policy, Route

YEARS = 2**52


@pytest.fixture
def base() -> Base:
    made = Base(uuid("log"), "BASE")
    for code in ("BASE", "PARTNER", "BUREAU"):
        for event in decide(replace(ACCREDIT, code=code), Base(uuid("log"))):
            made.evolve(event)
    for event in decide(PUBLISH, made):
        assert isinstance(event, kinds.ProgrammePublished)
        made.evolve(event)
    return made


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"valid_years": YEARS}, Code.BAD_NUMBER),
        ({"valid_years": 0}, Code.BAD_NUMBER),
        ({"max_attempts": 0}, Code.BAD_NUMBER),
        ({"min_attendance": D("1.1")}, Code.BAD_NUMBER),
        ({"total_pass": D(101)}, Code.BAD_NUMBER),
        ({"modules": (Module("M1", D(0)),)}, Code.BAD_HOURS),
        ({"modules": (Module("M1", D(-1)),)}, Code.BAD_NUMBER),
        ({"modules": (Module("M1", D(1)), Module("M1", D(2)))}, Code.UNKNOWN_VALUE),
        ({"modules": (Module("", D(1)),)}, Code.UNKNOWN_VALUE),
        ({"assessments": (Assessment("EXAM", D("0.9"), D(60)),)}, Code.BAD_NUMBER),
        ({"assessments": (Assessment("EXAM", D(2), D(60)), Assessment("LAB", D(-1), D(60)))}, Code.BAD_NUMBER),
        ({"assessments": (Assessment("EXAM", D(1), D(101)),)}, Code.BAD_NUMBER),
        ({"assessments": ()}, Code.BAD_NUMBER),
    ],
)
def test_programmes(base: Base, change: dict[str, object], code: Code) -> None:
    refused(code, lambda: decide(replace(PUBLISH, **change), base))  # type: ignore[arg-type]


def route(change: dict[str, object]) -> Callable[[Policy], Policy]:
    return lambda policy: replace(policy, routes=(replace(policy.routes[0], **change),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda policy: replace(policy, notice_working_days=YEARS), Code.BAD_NUMBER),
        (lambda policy: replace(policy, panel_min_members=0), Code.BAD_NUMBER),
        (lambda policy: replace(policy, quorum=Fraction(3, 2)), Code.BAD_NUMBER),
        (lambda policy: replace(policy, majority=Fraction(0)), Code.BAD_NUMBER),
        (lambda policy: replace(policy, routes=policy.routes * 2), Code.UNKNOWN_VALUE),
        (route({"level": "none"}), Code.UNKNOWN_VALUE),
        (route({"education": ("kindergarten",)}), Code.UNKNOWN_VALUE),
        (route({"requires_title": "king"}), Code.UNKNOWN_VALUE),
        (route({"title_years": YEARS}), Code.BAD_NUMBER),
        (route({"practice_years": -1}), Code.BAD_NUMBER),
        (route({"min_certificate_total": D(101)}), Code.BAD_NUMBER),
    ],
)
def test_policies(base: Base, change: Callable[[Policy], Policy], code: Code) -> None:
    policy = replace(PUBLISH_POLICY.policy, routes=(Route("A1", "engineer", ("bachelor",), title_years=1),))
    assert decide(replace(PUBLISH_POLICY, policy=policy), base)
    refused(code, lambda: decide(replace(PUBLISH_POLICY, policy=change(policy)), base))


def test_cohorts(base: Base) -> None:
    assert decide(OPEN_COHORT, base)
    before = replace(OPEN_COHORT, ends_on=date(2000, 1, 1))
    refused(Code.BAD_ORDER, lambda: decide(before, base))
    for capacity in (-1, 2**52):
        refused(Code.BAD_NUMBER, lambda capacity=capacity: decide(replace(OPEN_COHORT, capacity=capacity), base))


@pytest.mark.parametrize(
    ("off", "worked", "code"),
    [
        (date(2025, 1, 1), None, Code.BAD_NUMBER),
        (date(2024, 1, 6), None, Code.UNKNOWN_VALUE),
        (None, date(2024, 1, 5), Code.UNKNOWN_VALUE),
    ],
)
def test_calendars(base: Base, off: date | None, worked: date | None, code: Code) -> None:
    days = (frozenset({day} - {None}) for day in (off, worked))
    calendar = Calendar(2024, *days)  # type: ignore[arg-type]
    refused(code, lambda: decide(replace(ADOPT, calendar=calendar), base))
    right = Calendar(2024, frozenset({date(2024, 1, 1)}), frozenset({date(2024, 2, 4)}))
    assert decide(c.AdoptCalendar(uuid("calendar"), right, "the State Council"), base)
