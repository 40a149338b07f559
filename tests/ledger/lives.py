"""Lives of trainees in whole ledgers, on every engine: what the tests of desks and of many writers tell."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path

from ledger import commands as c
from ledger.founding import APPROVER, OPERATOR, Founding, found
from ledger.handle import Clock, Desk
from ledger.open import Ledger
from ledger.permissions import Actors
from ledger.places import Place
from tests import engines
from tests.ledger.deciders.story import (
    APPLIED_ON,
    COHORT,
    ENDS,
    ENROLLED_ON,
    FIRST_DECISION,
    POSTED_ON,
    REGISTER,
    REQUESTED_ON,
    STARTS,
    VOTED_ON,
    D,
)
from tests.ledger.deciders.test_decide_base import ACCREDIT, ADOPT, OPEN_COHORT, PUBLISH, PUBLISH_POLICY
from verifier import kinds
from verifier.events import event_type

ENGINES = tuple(engines.ENGINES)
START = 1_767_225_600_000
"""1 January 2026, in milliseconds since 1970 UTC."""


def new_address(engine: str, folder: Path) -> str:
    """Where a new ledger may lie. Its master key lies where CERTLEDGER_MASTER_KEY_FILE says."""
    return engines.ENGINES[engine].new(folder / "ledger")


def opened(at: Place | str | Path, clock: Clock | None = None, founding: Founding | None = None) -> Ledger:
    """A new ledger with everything that a life needs; by default a second passes between two looks at its clock."""
    ticks = count(START, 1000)
    made = found(at, founding or Founding(), clock=clock or (lambda: next(ticks)))
    actors = operators(made)
    desk = made.desk()
    for code, kind in (("PARTNER", "enterprise"), ("BUREAU", "authority"), ("EMPLOYER", "enterprise")):
        desk.decide(replace(ACCREDIT, organisation_id=desk.new_id(), code=code, kind=kind), actors)
    for code, granted in (
        ("BASE", kinds.TEACHING_KINDS),
        ("PARTNER", kinds.CERTIFYING_KINDS),
        ("BUREAU", kinds.AUTHORITY_KINDS),
    ):
        signer = made.keystore.create(code, "base", granted, os.urandom(32))
        desk.decide(c.AuthoriseKey(code, signer.public_key, granted, "base"), actors)
    for command in (PUBLISH, PUBLISH_POLICY, ADOPT, OPEN_COHORT):
        fresh = next(name for name in command.__dataclass_fields__ if name.endswith("_id"))
        desk.decide(replace(command, **{fresh: desk.new_id()}), actors)  # type: ignore[arg-type]
    desk.flush(actors)
    return made


def operators(ledger: Ledger) -> Actors:
    """The two accounts that a ledger begins with."""
    return Actors(ledger.settings.accounts[OPERATOR], ledger.settings.accounts[APPROVER])


class Life:
    """One trainee's life at a desk that is opened anew for each command, as a server's would be."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.actors = operators(ledger)
        self.trainee, self.enrolment, self.application = (ledger.desk().new_id() for _ in range(3))

    def does(self, *commands: c.Command | Callable[[Desk], c.Command]) -> list[str]:
        """Executes each command; the names of the events that came of it."""
        names: list[str] = []
        for command in commands:
            desk = self.ledger.desk()
            events = desk.execute(command(desk) if callable(command) else command, self.actors)
            names += [event_type(event).name for event in events]
        return names

    def is_registered(self) -> list[str]:
        return self.does(
            replace(REGISTER, trainee=self.trainee), c.Enrol(self.trainee, self.enrolment, COHORT, ENROLLED_ON)
        )

    def is_trained(self) -> list[str]:
        return self.does(
            c.RecordAttendance(self.trainee, COHORT, "M1", D(8), STARTS),
            c.RecordResult(self.trainee, COHORT, "EXAM", 1, D(70), "EX-1", ENDS),
            c.AmendResult(self.trainee, COHORT, "EXAM", 1, D(80), "slip", ENDS),
            c.RecordResult(self.trainee, COHORT, "LAB", 1, D(90), "EX-1", ENDS),
        )

    def is_certified(self) -> list[str]:
        return self.does(
            lambda desk: c.RequestCertification(self.trainee, COHORT, desk.draw("BDI", 2024), REQUESTED_ON)
        )

    def applies(self) -> list[str]:
        return self.does(
            c.ApplyForTitle(
                self.trainee, self.application, "A1", "assistant-engineer", "大数据", "EMPLOYER", APPLIED_ON
            )
        )

    def is_in_notice(self, no: int = 1, posted_on: date = POSTED_ON, name: str = REGISTER.name) -> list[str]:
        """Everything up to the posting of the notice."""
        identity = {"trainee_no": f"T{no}", "id_type": "passport", "id_number": f"P{no:06}"}
        registered = self.does(
            replace(REGISTER, trainee=self.trainee, name=name, **identity),  # type: ignore[arg-type]
            c.Enrol(self.trainee, self.enrolment, COHORT, ENROLLED_ON),
        )
        return [
            *registered,
            *self.is_trained(),
            *self.is_certified(),
            *self.applies(),
            *self.does(
                c.RecordPanel(self.trainee, self.application, 9, 6, 6, VOTED_ON),
                c.PostNotice(self.trainee, self.application, posted_on),
            ),
        ]

    def is_titled(self) -> list[str]:
        return self.applies() + self.does(
            c.RecordPanel(self.trainee, self.application, 9, 6, 4, VOTED_ON),
            c.PostNotice(self.trainee, self.application, POSTED_ON),
            c.RaiseObjection(self.trainee, self.application, "copied", POSTED_ON),
            c.ResolveObjection(self.trainee, self.application, "dismissed", POSTED_ON),
            lambda desk: c.DecideApplication(self.trainee, self.application, desk.draw("AENG", 2024), FIRST_DECISION),
        )

    @property
    def certificate(self) -> object:
        return list(self.ledger.desk().dossier(self.trainee).certificates)[-1]

    @property
    def title(self) -> object:
        return list(self.ledger.desk().dossier(self.trainee).titles)[-1]
