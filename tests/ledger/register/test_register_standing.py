"""The register says of every award on any day what the one fold of standing says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ledger.awards import Awards, IssuedAward, open_awards
from ledger.open import Ledger
from ledger.register.reading import Register
from tests.api.whole_ledger import TODAY, WholeLedger, by
from verifier.kinds import CertificateAwarded
from verifier.standing import Standing

DAYS = [
    date(2020, 1, 1),
    date(2023, 1, 1),
    TODAY - timedelta(days=1),
    TODAY,
    TODAY + timedelta(days=1),
    date(2027, 1, 1),
    date(2030, 1, 1),
]


def issued(awards: Awards, kind: type[object]) -> dict[object, IssuedAward]:
    return {item.stream: item for item in awards.all() if isinstance(item.event, kind) and not item.erased}


@pytest.mark.parametrize("day", DAYS)
def test_standings_are_those_of_the_fold(ledger: Ledger, register: Register, day: date) -> None:
    with open_awards(ledger) as awards:
        certificates = issued(awards, CertificateAwarded)
        every = {item.stream: item for item in awards.all() if not item.erased}
    titles = {stream: item for stream, item in every.items() if stream not in certificates}
    lines = register.certificates(day, limit=500).rows
    assert {line.certificate: line.standing for line in lines} == {
        stream: item.award.on(day) for stream, item in certificates.items()
    }
    assert {line.number for line in lines} == {str(item.event.number) for item in certificates.values()}
    told = register.titles(day, limit=500).rows
    assert {line.title: line.standing for line in told} == {s: item.award.on(day) for s, item in titles.items()}
    for standing in Standing:
        assert register.certificates(day, standing=standing, limit=500).rows == tuple(
            line for line in lines if line.standing is standing
        )
        assert register.titles(day, standing=standing, limit=500).rows == tuple(
            line for line in told if line.standing is standing
        )


def test_every_standing_was_there_to_be_told(register: Register) -> None:
    told = {line.standing for day in DAYS for line in register.certificates(day, limit=500).rows}
    assert told == set(Standing)


def test_an_enrolment_names_the_newest_of_a_chain(ledger: Ledger, register: Register, whole: WholeLedger) -> None:
    with open_awards(ledger) as awards:
        old, new = by(awards, whole.links["superseded"]), by(awards, whole.links["correction"])
    assert isinstance(new.event, CertificateAwarded)
    lines = register.enrolments(str(new.event.cohort), limit=500).rows
    (line,) = [item for item in lines if item.certificate in (old.stream, new.stream)]
    assert (line.certificate, line.status) == (new.stream, "certified")
