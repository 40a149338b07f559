"""The honest ledger of the drill: a real one in SQLite, in which nine people got what they had a right to, day by day.

Whoever forges begins from here. People, keys and days are invented.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from uuid import UUID

from ledger import commands as c
from ledger import passkeys
from ledger.awards import open_awards
from ledger.issue import issue
from ledger.open import Ledger
from ledger.permissions import Actors
from ledger.seal import seeded
from ledger.upkeep import Upkeep
from tests.authenticator import Authenticator
from tests.ledger.damage import Kept
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
from tests.ledger.lives import Life, opened
from verifier.current import BUSINESS_ZONE

FOUNDED_ON = date(2023, 12, 1)
PASSKEY_ON, SUSPENDED_ON, REINSTATED_ON = date(2024, 7, 15), date(2024, 8, 1), date(2024, 9, 2)
REVOKED_ON, ERASED_ON = date(2024, 10, 8), date(2024, 11, 4)
SESSIONS = 160
"""Of who is only `enrolled`: enough that the log fills a tile."""
HEAD = "P-HEAD"
"""Pseudonym of the approver who has a passkey; the one that the ledger began with has none."""
HELD = Authenticator("head of the drill")
PEOPLE = ("suspended", "revoked", "corrected", "failed", "erased", "titled", "untitled", "certified", "enrolled")
"""What became of each."""


class Days:
    """A clock that is turned from day to day; each look at it takes a second. Milliseconds since 1970 UTC."""

    def __init__(self, day: date = FOUNDED_ON) -> None:
        self.now = 0
        self.turn_to(day)

    def __call__(self) -> int:
        self.now += 1000
        return self.now

    def turn_to(self, day: date) -> None:
        """Nine in the morning of a day of the base's."""
        self.now = int(datetime.combine(day, time(9), BUSINESS_ZONE).timestamp() * 1000)


@dataclass(frozen=True)
class Honest:
    """The closed ledger, and what people outside of it kept."""

    kept: Kept
    people: dict[str, UUID]
    """Trainees by what became of them."""
    accounts: Actors
    """The two that the ledger began with."""
    last: int
    """What the clock said last."""
    trust_text: str
    """The trust file that everybody got when the base began to record people."""
    paper: bytes
    """The sealed PDF of who is `certified`."""


def make(folder: Path) -> Honest:
    """Makes the ledger, signed and published. The master key lies where CERTLEDGER_MASTER_KEY_FILE says."""
    clock = Days()
    with opened(folder / "ledger", clock) as ledger:
        Upkeep(ledger).run_once()
        trust_text = (ledger.public / "trust.txt").read_text("utf-8")
        lives = {name: Life(ledger) for name in PEOPLE}
        _train(lives, clock)
        _certify(lives, clock)
        _grant(lives, clock)
        _change(ledger, lives, clock)
        Upkeep(ledger).run_once()
        people = {name: life.trainee for name, life in lives.items()}
        with open_awards(ledger) as awards:
            theirs = (item for item in awards.of_cohort(COHORT) if item.event.trainee == people["certified"])
            paper = issue(awards, next(theirs))
        accounts = lives["certified"].actors
        kept = Kept(ledger.place, ledger.public, folder / "master-key")
    return Honest(kept, people, accounts, clock.now, trust_text, paper)


def _train(lives: dict[str, Life], clock: Days) -> None:
    clock.turn_to(ENROLLED_ON)
    for number, (name, life) in enumerate(lives.items(), 1):
        identity = {"trainee_no": f"T{number}", "id_type": "passport", "id_number": f"P{number:06}"}
        registered = replace(REGISTER, trainee=life.trainee, name=f"{name} 某", **identity)  # type: ignore[arg-type]
        life.does(registered, c.Enrol(life.trainee, life.enrolment, COHORT, ENROLLED_ON))
    clock.turn_to(STARTS)
    for life in lives.values():
        life.does(c.RecordAttendance(life.trainee, COHORT, "M1", D(8), STARTS))
    clock.turn_to(ENDS)
    life = lives["enrolled"]
    desk = life.ledger.desk()
    for _ in range(SESSIONS):
        desk.decide(c.RecordAttendance(life.trainee, COHORT, "M1", D("0.5"), ENDS), life.actors)
    desk.flush(life.actors)
    for name, life in lives.items():
        if name == "enrolled":
            continue
        score = D(50) if name == "failed" else D(80)
        life.does(
            c.RecordResult(life.trainee, COHORT, "EXAM", 1, score, "EX-1", ENDS),
            c.RecordResult(life.trainee, COHORT, "LAB", 1, D(90), "EX-1", ENDS),
        )
    life = lives["titled"]
    life.does(c.AmendResult(life.trainee, COHORT, "LAB", 1, D(95), "slip", ENDS))


def _certify(lives: dict[str, Life], clock: Days) -> None:
    clock.turn_to(REQUESTED_ON)
    for name, life in lives.items():
        if name != "enrolled":
            life.is_certified()
    # On the day of the award: a later correction bears that day too, and is a finding for the auditor to judge.
    life = lives["corrected"]
    wrong = next(iter(life.ledger.desk().dossier(life.trainee).certificates))
    life.does(
        c.ChangeName(life.trainee, "更正 某", "misspelt", REQUESTED_ON),
        lambda desk: c.CorrectCertificate(life.trainee, wrong, desk.draw("BDI", 2024), REQUESTED_ON),
    )


def _grant(lives: dict[str, Life], clock: Days) -> None:
    """One title is granted, after an objection that was dismissed; one application fails at the panel."""
    votes = {"titled": 4, "untitled": 2}
    clock.turn_to(APPLIED_ON)
    for name in votes:
        life, asked = lives[name], (f"A-{name}", "assistant-engineer", "大数据", "EMPLOYER")
        life.does(c.ApplyForTitle(life.trainee, life.application, *asked, APPLIED_ON))
    clock.turn_to(VOTED_ON)
    for name, for_it in votes.items():
        life = lives[name]
        life.does(c.RecordPanel(life.trainee, life.application, 9, 6, for_it, VOTED_ON))
    life = lives["titled"]
    clock.turn_to(POSTED_ON)
    life.does(
        c.PostNotice(life.trainee, life.application, POSTED_ON),
        c.RaiseObjection(life.trainee, life.application, "copied", POSTED_ON),
        c.ResolveObjection(life.trainee, life.application, "dismissed", POSTED_ON),
    )
    clock.turn_to(FIRST_DECISION)
    life.does(lambda desk: c.DecideApplication(life.trainee, life.application, desk.draw("AENG", 2024), FIRST_DECISION))


def _change(ledger: Ledger, lives: dict[str, Life], clock: Days) -> None:
    operator = lives["certified"].actors
    clock.turn_to(PASSKEY_ON)
    desk = ledger.desk()
    desk.execute(c.OpenAccount(desk.new_id(), HEAD, "BASE", ("approver",)), operator)
    passkeys.change(ledger, c.RegisterPasskey(HEAD, HELD.cose_key, HELD.rp_id), operator)
    clock.turn_to(SUSPENDED_ON)
    life = lives["suspended"]
    certificate = next(iter(ledger.desk().dossier(life.trainee).certificates))
    life.does(c.SuspendCertificate(life.trainee, certificate, "other", SUSPENDED_ON))
    clock.turn_to(REINSTATED_ON)
    life.does(c.ReinstateCertificate(life.trainee, certificate, REINSTATED_ON))
    clock.turn_to(REVOKED_ON)
    revocation = c.RevokeCertificate(lives["revoked"].trainee, COHORT, "fraud", REVOKED_ON)
    _approved_by_passkey(ledger, revocation, Actors(operator.proposer, HEAD))
    clock.turn_to(ERASED_ON)
    lives["erased"].does(c.EraseTrainee(lives["erased"].trainee))


def _approved_by_passkey(ledger: Ledger, command: c.Command, actors: Actors) -> None:
    seed, command_id = secrets.token_bytes(32), secrets.token_bytes(16)
    desk = ledger.desk()
    desk.decide(command, actors)
    digests = tuple(digest for _, digest in desk.foreseen(actors, command_id, seeded(seed)))
    made = HELD.approves(digests)
    parts = (made.authenticator_data, made.client_data, made.signature)
    approval = c.SignApproval(desk.new_id(), HEAD, HELD.thumbprint, digests, *parts)
    ledger.executor().execute(approval, Actors(HEAD))
    ledger.executor().execute(command, actors, command_id, seed=seed, approvals=(approval.approval_id,))
