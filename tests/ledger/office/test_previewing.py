"""The preview says what a request for certification would bring, with the numbers behind it."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from ledger import commands as c
from ledger.office.opening import Office
from ledger.office.previewing import Preview, preview
from tests.ledger.deciders.story import COHORT, ENDS, REQUESTED_ON, STARTS, D
from tests.ledger.lives import Life
from verifier.rules import Certified, NotCertified


@pytest.fixture
def life(office: Office) -> Life:
    life = Life(office.ledger)
    life.is_registered()
    return life


def seen(life: Life, days_before: int = 0) -> Preview:
    desk = life.ledger.desk()
    enrolment = desk.dossier(life.trainee).enrolments[life.enrolment]
    programme = desk.base.catalogue.programme_of(desk.base.catalogue.cohorts[COHORT])
    return preview(enrolment, programme, REQUESTED_ON - timedelta(days=days_before))


def test_it_foretells_what_the_decider_does(life: Life) -> None:
    assert seen(life).outcome == NotCertified("attendance")
    life.is_trained()
    outcome = seen(life).outcome
    assert isinstance(outcome, Certified)
    assert life.is_certified() == ["certificate.awarded/1"]
    (certificate,) = life.ledger.desk().dossier(life.trainee).certificates.values()
    assert (certificate.event.total, certificate.event.expires_on) == (outcome.total, outcome.expires_on)


def test_the_numbers_are_those_that_count_on_the_day(life: Life) -> None:
    life.is_trained()
    found = seen(life)
    assert {item.module: (item.attended, item.enough) for item in found.hours}["M1"] == (Fraction(8), True)
    assert {item.assessment: item.score for item in found.best} == {"EXAM": D(80), "LAB": D(90)}
    before = seen(life, days_before=(REQUESTED_ON - ENDS).days + 1)
    assert [item.score for item in before.best] == [None, None]
    assert not any(item.passed for item in before.best)
    life.does(c.Withdraw(life.trainee, COHORT, "moved", STARTS))
    assert seen(life).outcome == NotCertified("withdrawn")
