"""One trainee's life in a log of the lab, from registration to a title, each step of it to be spoilt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.verifier import loglab
from tests.verifier.loglab import AUTHORITY, BASE, CLERK, PARTNER, Lab, uuid
from verifier import kinds
from verifier.events import Event
from verifier.replay import Held, Nothing, Replayed, Replayer
from verifier.statement import parse

STEPS = (
    "calendar",
    "registered",
    "attended",
    "assessed",
    "awarded",
    "filed",
    "eligible",
    "voted",
    "posted",
    "granted",
)
APPLIED_ON, VOTED_ON, POSTED_ON, FIRST_DECISION = (
    date(2026, 3, 3),
    date(2026, 3, 10),
    date(2026, 3, 11),
    date(2026, 3, 19),
)
"""Posted on a Wednesday: the 12th, 13th, 16th, 17th and 18th are the five working days."""


def step(name: str) -> Event:
    """One step of the honest life."""
    enrolment, application, trainee = uuid("enrolment one"), uuid("application one"), uuid("trainee one")
    steps: Mapping[str, Event] = {
        "calendar": kinds.CalendarAdopted(
            calendar_id=uuid("calendar"), year=2026, days_off=(), make_up_days=(), source="invented: no holidays"
        ),
        "registered": kinds.TraineeRegistered(
            trainee_id=trainee,
            trainee_no="T1",
            name="阿依古丽·测试",
            id_type="resident-id",
            id_number="500000199604121018",
            education="doctor",
            graduated_on=None,
            practice_from=date(2019, 7, 1),
            title_held=None,
            title_since=None,
            employer="HUAWEI",
            email=None,
            phone=None,
            registered_on=date(2026, 1, 4),
        ),
        "attended": loglab.attended(hours=30),
        "assessed": kinds.ResultRecorded(
            enrolment_id=enrolment,
            assessment="EXAM",
            attempt=1,
            score=Decimal("86.5"),
            assessed_on=date(2026, 2, 27),
            assessor="EX-1",
        ),
        "awarded": loglab.certificate(),
        "filed": kinds.ApplicationFiled(
            application_id=application,
            trainee=trainee,
            application_no="A1",
            level="engineer",
            speciality="大数据",
            applied_on=APPLIED_ON,
            recommended_by="HUAWEI",
            source=None,
        ),
        "eligible": kinds.ApplicationFoundEligible(application_id=application, policy="CQ-2026", route="E1"),
        "voted": kinds.PanelVoted(application_id=application, size=9, present=6, votes_for=4, voted_on=VOTED_ON),
        "posted": kinds.NoticePosted(application_id=application, posted_on=POSTED_ON),
        "granted": loglab.title(on=FIRST_DECISION, name="阿依古丽·测试"),
    }
    return steps[name]


@dataclass
class Life:
    """The steps to be recorded, as somebody wants them; `by` and `actors` only where they are not the right ones."""

    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    by: Mapping[str, loglab.Signer] = field(default_factory=dict)
    actors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    before: Mapping[str, tuple[Event, loglab.Signer]] = field(default_factory=dict)
    """An event more, in front of a step."""

    def recorded(self, lab: Lab | None = None) -> Lab:
        """The log of it."""
        lab = lab or Lab.founded()
        for name in STEPS:
            if name in self.before:
                event, signer = self.before[name]
                lab.record(event, signer, loglab.ACTORS if _approved(event) else CLERK)
            if name not in self.left_out:
                event = replace(step(name), **self.changes.get(name, {}))  # type: ignore[type-var]
                actors = self.actors.get(name, loglab.ACTORS if _approved(event) else CLERK)
                lab.record(event, self.by.get(name, _signer(name)), actors)
        return lab


def replayed(lab: Lab, *, disclosed: bool = True) -> Replayed:
    """The replay of a log, with everything disclosed or nothing."""
    replayer = Replayer(Held(lab.disclosures) if disclosed else Nothing())
    for index, entry in enumerate(lab.entries):
        replayer.take(index, parse(entry))
    return replayer.finish()


def differences(found: Replayed) -> list[tuple[str, str]]:
    """Kind and rule of all that differs."""
    return [(outcome.kind, item.rule) for outcome in found.differing for item in outcome.differences]


def stream_of(name: str) -> UUID:
    """The stream that a step belongs to."""
    return step(name).stream_id


def _approved(event: Event) -> bool:
    return isinstance(event, kinds.CertificateAwarded | kinds.TitleGranted | kinds.CertificateRevoked)


def _signer(name: str) -> loglab.Signer:
    if name == "awarded":
        return PARTNER
    return AUTHORITY if name in ("eligible", "voted", "posted", "granted") else BASE
