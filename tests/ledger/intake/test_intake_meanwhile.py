"""An intake beside others who record something about the same people: it goes on where it stopped."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from benchmarks.pack import write_pack
from ledger import commands as c
from ledger.founding import Founding, found
from ledger.intake import engine
from ledger.intake.engine import IntakeReport, Progress, take_in
from ledger.intake.files import open_pack
from ledger.open import Ledger
from ledger.store import BoundaryMoved
from tests.ledger.lives import operators

TRAINEES, CHUNK = 12, 100
"""A small pack in small chunks."""


@pytest.fixture
def ledger(address: str) -> Iterator[Ledger]:
    with found(address, Founding()) as made:
        yield made


@pytest.fixture(params=["sealed here", "sealed elsewhere"])
def pack(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(engine, "CHUNK", CHUNK)
    monkeypatch.setattr(engine, "_SEALED_ELSEWHERE_FROM", 0 if request.param == "sealed elsewhere" else 1 << 30)
    return write_pack(tmp_path / "pack", TRAINEES)


def renames(ledger: Ledger, pack: Path, times: int) -> Progress:
    """At each of the first chunks that are recorded, gives everybody who is there by then another name."""
    with (pack / "roster.csv").open(encoding="utf-8", newline="") as file:
        numbers = sorted({row["trainee_no"] for row in csv.DictReader(file)})
    left = [times]

    def progress(done: int, total: int) -> None:
        if done == total or not left[0]:
            return
        left[0] -= 1
        desk = ledger.desk()
        for person in filter(None, map(desk.find_trainee, numbers)):
            desk.decide(c.ChangeName(person, f"改名{left[0]}", "marriage", date(2099, 1, 1)), operators(ledger))
        desk.flush(operators(ledger))

    return progress


def takes_in(ledger: Ledger, pack: Path, progress: Progress = lambda done, total: None) -> IntakeReport:
    return take_in(ledger.desk(), open_pack(pack), operators(ledger), progress=progress)


def kinds(ledger: Ledger) -> Counter[str]:
    size = ledger.store.head().size
    return Counter(entry.topic for start in range(0, size, 1000) for entry in ledger.store.entries(start, 1000))


def test_it_comes_out_as_if_nobody_had_been_there(
    ledger: Ledger, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = takes_in(ledger, pack, renames(ledger, pack, times=2))
    assert report.events > 3 * CHUNK
    disturbed = kinds(ledger)
    assert disturbed.pop("trainee.name-changed/1") > 0
    monkeypatch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(tmp_path / "other-key"))
    with found(tmp_path / "other", Founding()) as alone:
        undisturbed = takes_in(alone, pack)
        assert (report.events, report.taken, report.known, report.rejected) == (
            undisturbed.events,
            undisturbed.taken,
            undisturbed.known,
            undisturbed.rejected,
        )
        assert kinds(alone) == disturbed
    again = takes_in(ledger, pack)
    assert (again.events, again.pack) == (0, None)
    assert again.known == report.taken


def test_where_it_happens_time_and_again_the_intake_says_so(
    ledger: Ledger, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_ATTEMPTS", 2)
    with pytest.raises(BoundaryMoved):
        takes_in(ledger, pack, renames(ledger, pack, times=3))
    report = takes_in(ledger, pack)
    assert report.known
    assert report.taken
