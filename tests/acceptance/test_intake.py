"""«Intake of the same pack twice records nothing new. Killed in the middle and run again, it ends in the same state as
one clean run.» With it `--strict`, a second pack that adds to a first, and bad rows that come back corrected."""

from __future__ import annotations

import csv
import random
import signal
import subprocess
import time
from collections import Counter
from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree

import pytest
from stdnum.cn import ric

from ledger.intake.files import open_pack
from ledger.intake.rows import ROW_TYPES
from tests.acceptance.conftest import Taken
from tests.acceptance.recent import append
from tests.acceptance.terminal import COULD_NOT, GOOD, NOT_GOOD, PACKS, Terminal, expected, rows
from tests.engines import Engine

WHATS = ("certificates", "titles")


def sample(name: str, to: Path) -> Path:
    """A copy of a pack that the wheel ships."""
    with as_file(files("ledger") / "sample" / name) as folder:
        return copytree(folder, to)


def kinds_of(engine: Engine, ledger: str) -> Counter[str]:
    """How many events of each type the log holds."""
    return Counter(topic for (topic,) in engine.query(ledger, "SELECT topic FROM stored_events"))


def log_size(engine: Engine, ledger: str) -> int:
    """Entries in the log, seen from another process."""
    ((size,),) = engine.query(ledger, "SELECT size FROM tree_head")
    return int(size)


# --- strict ---------------------------------------------------------------------------------------------------------


def test_strict_records_nothing_of_a_pack_with_a_bad_row(person: Terminal, engine: Engine, tmp_path: Path) -> None:
    ledger, rejects = person.found(engine.new(tmp_path / "ledger")), tmp_path / "rejects.csv"
    before = engine.sizes(ledger)
    answer = person.certledger("intake", PACKS / "dirty", "--ledger", ledger, "--strict", "--rejects", rejects)
    answer.expect(NOT_GOOD, "nothing was recorded", "roster.csv line 69", "missing-field")
    assert engine.sizes(ledger) == before
    assert rejects.read_text("utf-8") == expected("dirty", "rejects.csv")
    person.certledger("fsck", "--ledger", ledger).expect(GOOD)


def test_strict_takes_a_pack_without_a_bad_row(person: Terminal, engine: Engine, tmp_path: Path) -> None:
    ledger, pack = person.found(engine.new(tmp_path / "ledger")), sample("base-pack", tmp_path / "pack")
    person.certledger("intake", pack, "--ledger", ledger, "--strict").expect(GOOD, "0 rows turned away")
    assert person.exported(ledger, "titles") == (pack / "expected" / "titles.csv").read_text("utf-8")


# --- twice ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["base", "dirty"])
def test_the_same_pack_twice_records_nothing_new(
    person: Terminal, engine: Engine, tmp_path: Path, request: pytest.FixtureRequest, name: str
) -> None:
    taken: Taken = request.getfixturevalue(name)
    ledger = taken.copy(tmp_path / "ledger")
    before, rejects = engine.sizes(ledger), tmp_path / "rejects.csv"
    report = person.taken_in(ledger, PACKS / name, "--rejects", rejects).json
    assert (report["pack"], report["events"], report["taken"]) == (None, 0, {})
    assert report["known"] == taken.report.json["taken"]
    assert report["rejected"] == taken.report.json["rejected"]
    assert rejects.read_bytes() == taken.rejects.read_bytes()
    assert engine.sizes(ledger) == before


# --- killed ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2])
def test_an_intake_killed_and_run_again_ends_as_one_clean_run(
    person: Terminal, engine: Engine, tmp_path: Path, dirty: Taken, seed: int
) -> None:
    draw, ledger = random.Random(seed), person.found(engine.new(tmp_path / "ledger"))
    founded, whole = log_size(engine, ledger), log_size(engine, dirty.ledger)
    sizes = []
    for threshold in sorted(draw.randrange(founded, whole) for _ in range(3)):
        with person.start("intake", PACKS / "dirty", "--ledger", ledger) as process:
            assert reached(engine, ledger, threshold if draw.random() < 0.8 else founded, process)
            time.sleep(draw.random() * 0.3)
            process.send_signal(signal.SIGKILL)
        assert process.returncode in (-signal.SIGKILL, GOOD)
        sizes.append(log_size(engine, ledger))
    assert founded <= sizes[0] < whole, f"it was killed too late to say anything: {sizes}"
    report = person.taken_in(ledger, PACKS / "dirty").json
    assert report["rejected"] == dirty.report.json["rejected"]
    assert kinds_of(engine, ledger) == kinds_of(engine, dirty.ledger)
    assert [person.exported(ledger, what) for what in WHATS] == [dirty.export(what) for what in WHATS]
    person.certledger("fsck", "--ledger", ledger).expect(GOOD)


def test_of_two_intakes_at_once_one_says_that_it_must_be_run_again(
    person: Terminal, engine: Engine, tmp_path: Path, dirty: Taken
) -> None:
    ledger = person.found(engine.new(tmp_path / "ledger"))
    running = [person.start("intake", PACKS / "dirty", "--ledger", ledger) for _ in range(2)]
    said = [(process.communicate()[1].decode(), process.returncode) for process in running]
    assert all(code == GOOD or (code == COULD_NOT and "run this again" in text) for text, code in said), said
    assert GOOD in [code for _, code in said]
    assert person.taken_in(ledger, PACKS / "dirty").json["events"] == 0
    assert kinds_of(engine, ledger) == kinds_of(engine, dirty.ledger)
    assert [person.exported(ledger, what) for what in WHATS] == [dirty.export(what) for what in WHATS]


def reached(engine: Engine, ledger: str, size: int, process: subprocess.Popen[bytes]) -> bool:
    """Waits until the log has so many entries or the process ended."""
    deadline = time.monotonic() + 240
    while log_size(engine, ledger) < size and process.poll() is None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


# --- one pack after another -----------------------------------------------------------------------------------------


def until(pack: Path, to: Path, day: str) -> Path:
    """The pack as it would have been on a day: rows that take effect later are not there yet."""
    copytree(pack, to)
    for file in open_pack(pack).files:
        if file.kind in ROW_TYPES:
            path = to / file.name
            header, *records = csv.reader(path.read_text("utf-8").splitlines())
            at = header.index(ROW_TYPES[file.kind].date_column)
            with path.open("w", encoding="utf-8", newline="") as out:
                csv.writer(out, lineterminator="\n").writerows([header, *(one for one in records if one[at] <= day)])
    return to


def test_a_pack_in_two_parts_comes_out_as_in_one(person: Terminal, engine: Engine, tmp_path: Path) -> None:
    ledger, part = (
        person.found(engine.new(tmp_path / "ledger")),
        until(PACKS / "dirty", tmp_path / "part", "2021-10-31"),
    )
    first = person.taken_in(ledger, part).json
    second = person.taken_in(ledger, PACKS / "dirty", "--rejects", tmp_path / "rejects.csv").json
    assert min(first["events"], second["events"]) > 500
    assert (tmp_path / "rejects.csv").read_text("utf-8") == expected("dirty", "rejects.csv")
    for what in WHATS:
        in_parts, in_one = rows(person.exported(ledger, what)), rows(expected("dirty", f"{what}.csv"))
        assert sorted(map(repr, in_parts)) == sorted(map(repr, in_one))


def test_late_rows_undo_no_decision_and_count_in_the_next(person: Terminal, engine: Engine, tmp_path: Path) -> None:
    """A trainee's hours come in after certification was refused for want of them; then it is asked for again."""
    trainee, cohort = "S2200004", "BDI-2022A"
    early = sample("base-pack", tmp_path / "early")
    lines = (early / "attendance.csv").read_text("utf-8").splitlines(keepends=True)
    (early / "attendance.csv").write_text("".join(line for line in lines if trainee not in line), encoding="utf-8")
    ledger = person.found(engine.new(tmp_path / "ledger"))
    person.taken_in(ledger, early)
    assert [row["reason"] for row in requests(person, ledger, trainee)] == ["attendance"]

    late = sample("base-pack", tmp_path / "late")
    assert person.taken_in(ledger, late).json["taken"] == {
        "attendance.csv": sum(line.startswith(trainee) for line in lines)
    }
    assert [row["reason"] for row in requests(person, ledger, trainee)] == ["attendance"]

    append(late, "award_requests", [(trainee, cohort, "2022-09-01")])
    assert person.taken_in(ledger, late).json["taken"] == {"award_requests.csv": 1}
    refused, awarded = requests(person, ledger, trainee)
    assert (refused["outcome"], refused["reason"]) == ("refused", "attendance")
    assert (awarded["outcome"], awarded["awarded_on"]) == ("awarded", "2022-09-01")
    person.certledger("fsck", "--ledger", ledger).expect(GOOD)


def requests(person: Terminal, ledger: str, trainee: str) -> list[dict[str, str]]:
    return [row for row in rows(person.exported(ledger, "certificates")) if row["trainee_no"] == trainee]


def test_a_row_turned_away_is_taken_in_when_it_comes_back_corrected(
    person: Terminal, engine: Engine, tmp_path: Path
) -> None:
    ledger, pack = person.found(engine.new(tmp_path / "ledger")), sample("dirty-pack", tmp_path / "pack")
    before = person.taken_in(ledger, pack).json["rejected"]
    (bad,) = [item for item in before if (item["file"], item["line"]) == ("roster.csv", 7)]
    assert bad["code"] == "bad-id-number"
    lines = (pack / "roster.csv").read_text("utf-8").splitlines()
    header, cells = lines[0].split(","), lines[6].split(",")
    at = header.index("id_number")
    cells[at] = cells[at][:17] + ric.calc_check_digit(cells[at][:17] + "0")
    lines[6] = ",".join(cells)
    (pack / "roster.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = person.taken_in(ledger, pack).json
    assert report["taken"] == {"roster.csv": 1}
    assert report["rejected"] == [item for item in before if item != bad]
    assert person.taken_in(ledger, pack).json["events"] == 0
