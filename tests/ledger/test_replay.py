"""What the ledger decided, the replay decides again: whole packs, and lives at random (verifier/replay)."""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from shutil import copytree

import pytest

from ledger import commands as c
from ledger.exports import outcomes as exported
from ledger.founding import Founding, found
from ledger.handle import Desk
from ledger.intake.engine import take_in
from ledger.intake.files import open_pack
from ledger.open import Ledger
from ledger.refusals import Refusal
from tests.ledger import lives
from tests.ledger.deciders.story import APPLIED_ON, COHORT, ENROLLED_ON, POSTED_ON, REGISTER, REQUESTED_ON, STARTS
from verifier.replay import Held, Replayed, Replayer, Verdict
from verifier.replay.drafts import Draft, read_draft
from verifier.replay.replayer import Watch
from verifier.replay.supposing import OPEN, Supposing
from verifier.statement import parse

PACKS = Path(__file__).parents[1] / "packs"


@pytest.fixture
def sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a new ledger may lie."""
    monkeypatch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(tmp_path / "master-key"))
    return tmp_path / "ledger"


def replayed(ledger: Ledger, watch: Watch = lambda taken, organisation: None) -> Replayed:
    """The replay of a ledger's log with everything disclosed that is there."""
    entries = ledger.store.entries(0, 1_000_000)
    disclosures = []
    for entry in entries:
        opened = ledger.vault.open(entry)
        disclosures.append(None if opened is None and parse(entry.statement).record.commitments else opened or [])
    replayer = Replayer(Held(disclosures), watch)
    for entry in entries:
        replayer.take(entry.index, parse(entry.statement))
    return replayer.finish()


def expected(pack: str, file: str, outcome: str) -> int:
    """How many rows of what must come of a pack have this outcome."""
    with (PACKS / pack / "expected" / file).open(encoding="utf-8", newline="") as table:
        return sum(row["outcome"] == outcome for row in csv.DictReader(table))


@pytest.mark.parametrize("pack", ["base", "dirty"])
def test_every_decision_of_a_pack_agrees(sqlite: Path, pack: str) -> None:
    with found(sqlite, Founding()) as ledger:
        take_in(ledger.desk(), open_pack(PACKS / pack), lives.operators(ledger))
        answer = replayed(ledger)
    assert (answer.differing, answer.not_replayed, answer.problems, answer.notes) == ([], {}, [], [])
    assert answer.counts["certificate.awarded"].agrees == expected(pack, "certificates.csv", "awarded")
    assert answer.counts["title.granted"].agrees == expected(pack, "titles.csv", "granted")
    assert answer.exit_code == 0


STRICTER = {
    "policies.toml": (
        ('quorum = "2/3"', 'quorum = "4/5"'),
        ("notice_working_days = 5", "notice_working_days = 7"),
        ("practice_years = 4", "practice_years = 6"),
    ),
    "programmes.toml": (("total_pass = 70", "total_pass = 80"), ("pass = 60", "pass = 66")),
}
"""What is asked for more; where the pack does not ask for it, nothing is replaced."""


def outcomes(ledger: Ledger) -> Counter[tuple[str, str]]:
    """How often what came of certification requests and of applications."""
    made = exported(ledger.store, ledger.vault)
    rows = [("certificate", cells) for _, cells in made.certificates] + [("title", cells) for _, cells in made.titles]
    told = ((what, cells["reason"] or cells["outcome"]) for what, cells in rows)
    # In a pack, what stays open does so for its notice.
    return Counter((what, OPEN if reason == "notice-too-short" else reason) for what, reason in told)


def test_a_draft_says_what_the_same_pack_brings_under_it(
    sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = copytree(PACKS / "dirty", tmp_path / "pack")
    for file, changes in STRICTER.items():
        for old, new in changes:
            (pack / file).write_text((pack / file).read_text("utf-8").replace(old, new), encoding="utf-8")
    with found(sqlite, Founding()) as ledger:
        take_in(ledger.desk(), open_pack(PACKS / "dirty"), lives.operators(ledger))
        before = outcomes(ledger)
        same = Supposing(draft_of(PACKS / "dirty"))
        assert replayed(ledger, same).differing == []
        other = Supposing(draft_of(pack))
        replayed(ledger, other)
    monkeypatch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(tmp_path / "another-key"))
    with found(tmp_path / "other", Founding()) as ledger:
        take_in(ledger.desk(), open_pack(pack), lives.operators(ledger))
        after = outcomes(ledger)
    assert (same.finish(), same.not_supposed) == ([], 0)
    changes = other.finish()
    assert len(changes) > 20
    before.subtract((change.what, change.was) for change in changes)
    would = [(change.what, change.would) for change in changes if change.would != OPEN]
    before.update((what, OPEN if reason == "notice-too-short" else reason) for what, reason in would)
    # A pack says what a panel would have said that never met, and so knows more than the log.
    unknown = sum(change.would == OPEN for change in changes)
    assert unknown < 5
    assert (before - after, (after - before).total()) == (Counter(), unknown)


def draft_of(pack: Path) -> Draft:
    """A pack's own definitions as a draft."""
    return read_draft("pack", "".join((pack / file).read_text("utf-8") for file in STRICTER))


# --- lives at random ------------------------------------------------------------------------------------------------


class Chance:
    """People to whom anything happens, in any order; what the rules refuse does not."""

    def __init__(self, ledger: Ledger, seed: int) -> None:
        self._ledger, self._random = ledger, random.Random(seed)
        self._actors = lives.operators(ledger)
        self._people = [lives.Life(ledger) for _ in range(24)]
        self.refused: Counter[str] = Counter()

    def happens(self, times: int) -> None:
        """So many things, each to somebody."""
        for number, life in enumerate(self._people):
            self._do(self._registered(number, life))
            self._do(c.Enrol(life.trainee, life.enrolment, COHORT, ENROLLED_ON))
            for way in ("_trained", "_requested", "_applied", "_noticed", "_decided"):
                for command in getattr(self, way)(life):
                    self._do(command)
        for _ in range(times):
            life = self._random.choice(self._people)
            for command in self._random.choice(self._ways)(self, life):
                self._do(command)

    def _do(self, command: c.Command | Callable[[Desk], c.Command]) -> None:
        desk = self._ledger.desk()
        try:
            desk.execute(command(desk) if callable(command) else command, self._actors)
        except Refusal as refusal:
            self.refused[refusal.code.value] += 1

    def _registered(self, number: int, life: lives.Life) -> c.RegisterTrainee:
        education = self._random.choice(("bachelor", "bachelor", "bachelor", "doctor", "college"))
        held = self._random.choice(
            (("technician", date(2020, 1, 1)), (None, None), (None, None), ("engineer", date(2022, 1, 1)))
        )
        new = replace(REGISTER, trainee=life.trainee, trainee_no=f"T{number}", education=education)
        new = replace(new, id_type="passport", id_number=f"P{number}")
        return replace(new, title_held=held[0], title_since=held[1])

    def _day(self, first: date, days: int) -> date:
        return first + timedelta(days=self._random.randrange(days))

    def _trained(self, life: lives.Life) -> Iterator[c.Command]:
        pick = self._random.choice
        yield c.RecordAttendance(
            life.trainee, COHORT, "M1", pick((Decimal(3), Decimal(8), Decimal(8))), self._day(STARTS, 80)
        )
        for assessment in ("EXAM", "LAB"):
            score = Decimal(self._random.randrange(56, 100))
            yield c.RecordResult(
                life.trainee, COHORT, assessment, pick((1, 1, 2)), score, "EX-1", self._day(STARTS, 90)
            )

    def _amended(self, life: lives.Life) -> Iterator[c.Command]:
        score = Decimal(self._random.randrange(56, 100))
        yield c.AmendResult(life.trainee, COHORT, "EXAM", 1, score, "slip", self._day(STARTS, 100))

    def _requested(self, life: lives.Life) -> Iterator[Callable[[Desk], c.Command]]:
        on = self._day(REQUESTED_ON, 5)
        yield lambda desk: c.RequestCertification(life.trainee, COHORT, desk.draw("BDI", 2024), on)

    def _withdrawn(self, life: lives.Life) -> Iterator[c.Command]:
        if self._random.random() < 0.1:
            yield c.Withdraw(life.trainee, COHORT, "moved", self._day(STARTS, 90))

    def _applied(self, life: lives.Life) -> Iterator[c.Command]:
        life.application = self._ledger.desk().new_id()
        level = self._random.choice(("assistant-engineer", "assistant-engineer", "engineer"))
        by = self._random.choice(("EMPLOYER", "EMPLOYER", "EMPLOYER", None))
        yield c.ApplyForTitle(life.trainee, life.application, "A1", level, "大数据", by, self._day(APPLIED_ON, 9))
        present = self._random.choice((5, 6, 6, 9))
        yield c.RecordPanel(life.trainee, life.application, 9, present, self._random.randrange(3, 6), APPLIED_ON)
        yield c.RecordPanel(life.trainee, life.application, 9, 6, self._random.randrange(4, 7), self._day(POSTED_ON, 3))

    def _noticed(self, life: lives.Life) -> Iterator[c.Command]:
        yield c.PostNotice(life.trainee, life.application, self._day(POSTED_ON, 6))
        if self._random.random() < 0.3:
            outcome = self._random.choice(("dismissed", "upheld"))
            yield c.RaiseObjection(life.trainee, life.application, "copied", self._day(POSTED_ON, 9))
            yield c.ResolveObjection(life.trainee, life.application, outcome, self._day(POSTED_ON, 9))

    def _decided(self, life: lives.Life) -> Iterator[Callable[[Desk], c.Command]]:
        on = self._day(POSTED_ON + timedelta(days=6), 20)
        yield lambda desk: c.DecideApplication(life.trainee, life.application, desk.draw("AENG", 2024), on)

    def _changed(self, life: lives.Life) -> Iterator[c.Command | Callable[[Desk], c.Command]]:
        dossier = self._ledger.desk().dossier(life.trainee)
        on, reason = self._day(REQUESTED_ON, 60), self._random.choice(("fraud", "other"))
        for certificate in dossier.certificates:
            yield self._random.choice(
                (
                    c.SuspendCertificate(life.trainee, certificate, reason, on),
                    c.ReinstateCertificate(life.trainee, certificate, on),
                    c.RevokeCertificate(life.trainee, COHORT, reason, on),
                    lambda desk, old=certificate: c.CorrectCertificate(life.trainee, old, desk.draw("BDI", 2024), on),
                )
            )
        for title in dossier.titles.values():
            yield self._random.choice(
                (
                    c.RevokeTitle(life.trainee, title.event.level, reason, on),
                    lambda desk, old=title.id: c.CorrectTitle(life.trainee, old, desk.draw("AENG", 2024), on),
                )
            )

    def _renamed(self, life: lives.Life) -> Iterator[c.Command]:
        yield c.ChangeName(life.trainee, self._random.choice(("甲", "乙")), "marriage", self._day(STARTS, 90))
        if self._random.random() < 0.03:
            yield c.EraseTrainee(life.trainee)

    _ways = (
        _trained,
        _trained,
        _amended,
        _requested,
        _requested,
        _withdrawn,
        _applied,
        _noticed,
        _decided,
        _decided,
        _changed,
        _renamed,
    )


@pytest.mark.parametrize("seed", [0, 2])
def test_whatever_happens_to_people_the_replay_agrees(sqlite: Path, seed: int) -> None:
    with lives.opened(sqlite) as ledger:
        chance = Chance(ledger, seed)
        chance.happens(60)
        answer = replayed(ledger)
    assert (answer.differing, answer.problems) == ([], [])
    assert answer.total(Verdict.WITHHELD) == 0
    assert answer.total(Verdict.AGREES) > 150
    assert answer.counts["title.granted"].agrees > 0
    assert sum(chance.refused.values()) > 10
