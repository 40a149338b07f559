"""Every benchmark runs, at a tiny size: nothing is asserted about time."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import BENCHMARKS, main, run, table
from benchmarks.crew import Crew, Gate
from benchmarks.measuring import Aim, Figure, in_turns
from benchmarks.pack import write_pack
from benchmarks.world import Sizes, World

TINY = Sizes(
    trainees=6,
    rounds=2,
    checks=3,
    papers=10,
    cohort=6,
    photographs=3,
    logs=(300, 700),
    audited=(100, 200),
    writers=2,
    threads=2,
    seconds=0.2,
    links=3,
    listed=20,
    requests=12,
    people=5,
    rows=60,
    commands=5,
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("benchmarks"), TINY)
    yield made
    made.close()


@pytest.mark.parametrize("name", [name for name in BENCHMARKS if name != "browser"])
def test_it_runs_and_gives_figures(world: World, name: str) -> None:
    figures = run(world, (name,))
    assert figures
    for figure in figures:
        assert figure.best > 0 or figure.unit == " %"
        assert len(figure.floor_values) in (0, len(figure.values))
        assert (figure.met is None) == (figure.aim is None)
    assert len(table(figures)) == len(figures) + 2


def test_a_browser_is_measured_in_a_process_of_its_own() -> None:
    """Playwright runs once in a process, and the tests' own may run in this one."""
    command = [sys.executable, "-m", "benchmarks", "browser", "--json", "--rounds", "1", "--trainees", "6"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures = {figure["name"]: figure["best"] for figure in json.loads(done.stdout)["figures"]}
    if shutil.which("chromium") is None:
        assert figures == {}
        assert "no chromium on PATH" in done.stderr
        return
    assert len(figures) == 5
    loaded, ready = (figures[name] for name in figures if "scan" in name or "offline" in name)
    assert 0 < loaded < ready


def test_endurance_counts_what_was_acknowledged(world: World) -> None:
    said: list[str] = []
    figures = {figure.name: figure.best for figure in run(world, ("endurance",), said.append, minutes=0.05)}
    assert len(figures) == 4
    assert said[0] == "endurance"
    assert all(0 <= share <= 1 for name, share in figures.items() if "smallest share" in name)


def test_a_process_that_fails_is_told_of() -> None:
    with Crew(2) as crew:
        with pytest.raises(RuntimeError, match="ZeroDivisionError"), crew.working(2, divide, 0):
            pass
        with crew.working(2, divide, 4) as found:
            assert found == []
        assert found == [0.0, 0.25]


def divide(gate: Gate, number: int, by: int) -> float:
    gate.wait()
    return number / by


def test_no_row_of_the_pack_is_turned_away(world: World) -> None:
    with world.new_ledger() as ledger:
        report = world.take_in(ledger)
    assert report.rejected == []
    assert report.events > 25 * TINY.trainees


def test_the_pack_has_as_many_trainees_as_asked_for_and_is_the_same_each_time(tmp_path: Path) -> None:
    first, again = write_pack(tmp_path / "a", 40), write_pack(tmp_path / "b", 40)
    files = sorted(file.name for file in first.iterdir())
    assert {name: (first / name).read_bytes() for name in files} == {
        name: (again / name).read_bytes() for name in files
    }
    with (first / "roster.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len({row["id_number"] for row in rows}) == 40
    assert all(row["id_number"].startswith("500000") for row in rows)


def test_what_is_compared_is_measured_in_turns() -> None:
    order: list[str] = []

    def work(name: str) -> float:
        order.append(name)
        return float(len(order))

    found = in_turns(2, {"ours": lambda: work("ours"), "floor": lambda: work("floor")})
    assert order == ["ours", "floor", "floor", "ours"]
    assert found == {"ours": (1.0, 4.0), "floor": (2.0, 3.0)}


def test_ratios_and_aims() -> None:
    faster = Figure("a", "/s", (40.0, 30.0, 20.0), "b", (100.0, 50.0, 80.0), Aim(0.4))
    assert (faster.best, faster.median, faster.ratio, faster.median_ratio, faster.met) == (40.0, 30.0, 0.4, 0.4, True)
    slower = Figure("a", " µs", (40.0, 30.0), "b", (10.0, 20.0), Aim(2, at_least=False), less_is_better=True)
    assert (slower.best, slower.ratio, slower.met) == (30.0, 3.0, False)
    assert Figure("a", "/s", (1.0,)).met is None


def test_the_command_prints_json(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", 4)
    done = CliRunner().invoke(main, ["disk", "--json", "--rounds", "1", "--pack", str(pack)])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert {figure["name"] for figure in said["figures"]} >= {"database, bytes an event"}
    assert said["before"].startswith("load ")


def test_publishing_is_held_against_writing_the_same_files(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", 4)
    done = CliRunner().invoke(main, ["publishing", "--json", "--rounds", "1", "--pack", str(pack)])
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)["figures"]
    assert [figure["name"].rpartition(", ")[2] for figure in figures] == ["a folder"] * 2 + ["a bucket"] * 2
    assert all(figure["ratio"] > 0 for figure in figures)
