"""What one member of staff sees in one request: the base everything, others what is theirs, administrators nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.office.opening import Office
from ledger.office.sight import OutOfSight, Sight
from ledger.refusals import Code, Refusal
from ledger.register.reading import Register, open_register
from ledger.register.scope import WHOLE, Scope
from tests.ledger.deciders.story import COHORT
from tests.ledger.lives import Life
from tests.ledger.office.conftest import join


@pytest.fixture
def register(office: Office) -> Iterator[Register]:
    with open_register(office.ledger) as register:
        yield register


def test_it_shows_what_was_recorded_a_moment_ago(office: Office, register: Register) -> None:
    clerk = join(office, "clerk", "registrar")
    life = Life(office.ledger)
    life.is_registered()
    sight = Sight(office, register, clerk)
    assert sight.scope == WHOLE
    assert sight.cohort(COHORT).enrolled == 1
    dossier = sight.dossier(life.trainee)
    assert sight.enrolment(dossier, life.enrolment).cohort == COHORT
    assert sight.programme(COHORT).code == sight.cohort(COHORT).programme


def test_what_is_not_there_is_out_of_sight(office: Office, register: Register) -> None:
    life = Life(office.ledger)
    life.is_registered()
    sight = Sight(office, register, join(office, "clerk", "registrar"))
    dossier = sight.dossier(life.trainee)
    nobody = office.ledger.desk().new_id()
    for look, code in (
        (lambda: sight.cohort("NONE"), Code.UNKNOWN_COHORT),
        (lambda: sight.dossier(nobody), Code.UNKNOWN_TRAINEE),
        (lambda: sight.enrolment(dossier, nobody), Code.NOT_ENROLLED),
        (lambda: sight.certificate(dossier, nobody), Code.NO_AWARD),
    ):
        with pytest.raises(OutOfSight) as refusal:
            look()
        assert refusal.value.code is code


def test_others_see_what_is_theirs_and_administrators_nobody(office: Office, register: Register) -> None:
    life = Life(office.ledger)
    life.is_registered()
    partner = Sight(office, register, join(office, "partner", "auditor", organisation="PARTNER"))
    assert partner.scope == Scope("PARTNER")
    assert partner.sees_training(partner.dossier(life.trainee), COHORT)
    bureau = Sight(office, register, join(office, "bureau", "auditor", organisation="BUREAU"))
    with pytest.raises(OutOfSight):
        bureau.cohort(COHORT)
    with pytest.raises(OutOfSight):
        bureau.dossier(life.trainee)
    with pytest.raises(Refusal) as refusal:
        Sight(office, register, join(office, "keys", "administrator"))
    assert refusal.value.code is Code.MISSING_ROLE
