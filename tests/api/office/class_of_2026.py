"""A cohort that is being trained while a test looks on, beside those of the sample pack."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from ledger import commands as c
from ledger.permissions import Actors
from tests.api.office.conftest import Offices
from tests.api.whole_ledger import TODAY, actors
from verifier.dossier import Enrolment

COHORT = "BDI-2026Z"
MODULES = {"BD-101": 24, "AI-101": 16, "PRJ": 24}
ASSESSMENTS = ("EXAM", "LAB", "DEFENCE")
STARTS, ENDS = date(2026, 11, 2), date(2026, 12, 18)


@dataclass
class Training:
    """The cohort, with people in it."""

    offices: Offices
    people: list[UUID] = field(default_factory=list)

    @property
    def by(self) -> Actors:
        """The two accounts that a ledger begins with."""
        return actors(self.offices.ledger)

    def does(self, *commands: c.Command) -> None:
        for command in commands:
            self.offices.office.executor.execute(command, self.by)

    def opens(self, capacity: int = 10) -> None:
        self.does(c.OpenCohort(self.offices.ledger.desk().new_id(), COHORT, "BDI", STARTS, ENDS, capacity))

    def registers(self, number: int, employer: str | None = None) -> UUID:
        person = self.offices.ledger.desk().new_id()
        who = (person, f"Z{number:03}", f"学员甲{number}", "passport", f"P{number:07}", "bachelor", None)
        self.does(
            c.RegisterTrainee(*who, date(2020, 7, 1), None, None, employer, None, None, date(2026, 11, 2)),
        )
        return person

    def enrols(self, count: int) -> None:
        for number in range(1, count + 1):
            person = self.registers(number)
            self.does(c.Enrol(person, self.offices.ledger.desk().new_id(), COHORT, STARTS))
            self.people.append(person)

    def takes_two(self) -> None:
        """Two people, the first of ENT-02; taught by CQUPT, certified by HUAWEI."""
        self.opens()
        for number, employer in ((801, "ENT-02"), (802, None)):
            person = self.registers(number, employer)
            self.people.append(person)
            self.does(c.Enrol(person, self.offices.ledger.desk().new_id(), COHORT, STARTS))

    def trains(
        self, person: UUID, *, hours: dict[str, int] | None = None, scores: dict[str, int] | None = None
    ) -> None:
        for module, attended in (hours or MODULES).items():
            self.does(c.RecordAttendance(person, COHORT, module, Decimal(attended), STARTS))
        for assessment, score in (scores or dict.fromkeys(ASSESSMENTS, 80)).items():
            self.does(c.RecordResult(person, COHORT, assessment, 1, Decimal(score), "EX-01", TODAY))

    def certifies(self, person: UUID) -> None:
        """Two people do."""
        draw = self.offices.ledger.desk().draw("BDI", TODAY.year)
        self.does(c.RequestCertification(person, COHORT, draw, TODAY))

    def enrolment(self, person: UUID) -> Enrolment:
        (found,) = self.offices.ledger.desk().dossier(person).enrolments.values()
        return found


def form_id(page: str) -> str:
    """The id that the form on a page carries."""
    found = re.search(r'name="sent" value="([0-9a-f-]{36})"', page)
    assert found is not None
    return found[1]
