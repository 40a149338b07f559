"""People who may apply for a title: registered, trained and certified in a cohort of their own, on the test's day."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from ledger import commands as c
from ledger.open import Ledger
from tests.api.whole_ledger import TODAY, do
from verifier.rules import Calendar

COHORT = "BDI-TEST"
EMPLOYER = "ENT-01"


def plain_calendars(ledger: Ledger, *years: int) -> None:
    """Years without holidays: from Monday to Friday is worked, whatever the package's calendar has."""
    for year in years:
        calendar = Calendar(year, frozenset(), frozenset())
        do(ledger, c.AdoptCalendar(ledger.desk().new_id(), calendar, "a test"))


def certified(ledger: Ledger, number: str, education: str = "bachelor", employer: str | None = EMPLOYER) -> UUID:
    """A trainee of this number with a certificate of today, five years in practice."""
    person = trained(ledger, number, education, employer)
    do(ledger, c.RequestCertification(person, COHORT, ledger.desk().draw("BDI", TODAY.year), TODAY))
    return person


def trained(ledger: Ledger, number: str, education: str = "bachelor", employer: str | None = EMPLOYER) -> UUID:
    """A trainee of this number who has done everything for a certificate, five years in practice."""
    base = ledger.desk().base
    programme, edition = next((code, max(editions)) for code, editions in base.catalogue.editions.items())
    rules = base.catalogue.programme(programme, edition)
    starts = TODAY - timedelta(days=30)
    if COHORT not in base.cohorts:
        do(ledger, c.OpenCohort(ledger.desk().new_id(), COHORT, programme, starts, TODAY, 100))
    person, enrolment = ledger.desk().new_id(), ledger.desk().new_id()
    do(
        ledger,
        c.RegisterTrainee(
            person, number, f"申报者{number}", "passport", f"P{number}", education, date(2020, 6, 30),
            date(2021, 11, 1), None, None, employer, None, None, starts,
        ),
    )  # fmt: skip
    do(ledger, c.Enrol(person, enrolment, COHORT, starts))
    for module in rules.modules:
        do(ledger, c.RecordAttendance(person, COHORT, module.code, module.hours, starts))
    for assessment in rules.assessments:
        do(ledger, c.RecordResult(person, COHORT, assessment.code, 1, rules.total_pass + 15, "EX-1", TODAY))
    return person
