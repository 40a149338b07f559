"""A base at work: people in one cohort, and the commands that a term brings, some of them about the same thing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random
from uuid import UUID

from ledger import commands as c
from ledger.executing import Executor
from ledger.founding import APPROVER, OPERATOR
from ledger.open import Ledger
from ledger.permissions import Actors

COHORT, MODULE_HOURS, DAY = "BENCHMARK", Decimal(1), date(2024, 3, 4)


@dataclass(frozen=True, slots=True)
class Training:
    """Who is being trained, by whose account."""

    people: tuple[UUID, ...]
    module: str
    actors: Actors


def begin(ledger: Ledger, people: int) -> Training:
    """Opens a cohort of the first programme of the pack that was taken in, and fills it with people."""
    desk, accounts = ledger.desk(), ledger.settings.accounts
    actors = Actors(accounts[OPERATOR], accounts[APPROVER])
    programme = min(desk.base.catalogue.editions)
    desk.decide(c.OpenCohort(desk.new_id(), COHORT, programme, DAY, date(2099, 1, 1), 1_000_000), actors)
    found = tuple(desk.new_person() for _ in range(people))
    for number, person in enumerate(found):
        desk.decide(_registration(person, f"B{number}"), actors)
        desk.decide(c.Enrol(person, desk.new_id(), COHORT, DAY), actors)
    desk.flush(actors)
    editions = desk.base.catalogue.editions[programme]
    return Training(found, editions[max(editions)].modules[0].code, actors)


class Clerk:
    """Executes one command after the other: sessions of people in turn, now and then a newcomer with the enrolment.

    All enrolments of all clerks count the places of one cohort.
    """

    def __init__(self, training: Training, executor: Executor, name: str) -> None:
        self._training, self._executor, self._name = training, executor, name
        self._random = Random(name)
        self._newcomer: UUID | None = None
        self._newcomers = 0

    def next(self) -> float:
        """Executes the next command; the seconds that it took."""
        return _timed(lambda: self._executor.execute(self._command(), self._training.actors))

    def attend(self) -> float:
        """Records a session of somebody; the seconds that it took."""
        return _timed(lambda: self._executor.execute(self._session(), self._training.actors))

    def _command(self) -> c.Command:
        if self._newcomer is not None:
            newcomer, self._newcomer = self._newcomer, None
            return c.Enrol(newcomer, self._new_id(), COHORT, DAY)
        if self._random.random() < 0.15:
            self._newcomer, self._newcomers = self._new_id(), self._newcomers + 1
            return _registration(self._newcomer, f"{self._name}-{self._newcomers}")
        return self._session()

    def _session(self) -> c.Command:
        person = self._random.choice(self._training.people)
        return c.RecordAttendance(person, COHORT, self._training.module, MODULE_HOURS, DAY)

    def _new_id(self) -> UUID:
        return UUID(bytes=self._random.randbytes(16), version=4)


def _registration(person: UUID, number: str) -> c.RegisterTrainee:
    plain = ("passport", number, "bachelor", None, DAY, None, None, None, None, None, DAY)
    return c.RegisterTrainee(person, number, f"学员{number}", *plain)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
