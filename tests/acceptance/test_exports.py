"""«Exported results equal `expected/` cell by cell; rejects equal `expected/rejects.csv`.»"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.conftest import Taken
from tests.acceptance.offices import OFFICES, Office, rewritten
from tests.acceptance.terminal import GOOD, PACKS, Terminal, expected, rows
from tests.engines import Engine


@pytest.mark.parametrize("what", ["certificates", "titles"])
def test_the_base_pack_comes_out_as_the_office_says(base: Taken, what: str) -> None:
    assert rows(base.export(what)) == rows(expected("base", f"{what}.csv"))
    assert base.export(what) == expected("base", f"{what}.csv")


@pytest.mark.parametrize("what", ["certificates", "titles"])
def test_the_dirty_pack_comes_out_as_the_office_says(dirty: Taken, what: str) -> None:
    assert dirty.export(what) == expected("dirty", f"{what}.csv")


def test_the_dirty_packs_bad_rows_are_those_that_the_office_names(dirty: Taken) -> None:
    assert dirty.rejects.read_text("utf-8") == expected("dirty", "rejects.csv")
    named = [(item["file"], str(item["line"]), item["code"]) for item in dirty.report.json["rejected"]]
    assert named == [(row["file"], row["line"], row["code"]) for row in rows(expected("dirty", "rejects.csv"))]
    assert all(f"line {item['line']}: " in item["sentence"] for item in dirty.report.json["rejected"])


def test_the_base_pack_has_no_bad_row(base: Taken) -> None:
    assert base.rejects.read_text("utf-8") == "file,line,code\n"
    assert base.report.json["rejected"] == []
    assert base.report.json["taken"]["attendance.csv"] == 6910


def test_an_export_goes_to_a_file_too(person: Terminal, dirty: Taken, tmp_path: Path) -> None:
    file = tmp_path / "titles.csv"
    person.certledger("export", "titles", "--ledger", dirty.ledger, "-o", file).expect(GOOD)
    assert file.read_bytes() == expected("dirty", "titles.csv").encode()


@pytest.mark.parametrize("office", OFFICES, ids=str)
def test_the_dirty_pack_comes_out_the_same_however_the_office_wrote_it(
    person: Terminal, engine: Engine, tmp_path: Path, office: Office
) -> None:
    pack = rewritten(PACKS / "dirty", tmp_path / "pack", office)
    ledger = person.found(engine.new(tmp_path / "ledger"))
    report = person.taken_in(ledger, pack).json
    assert report["unknown_files"] == []
    named = [f"{item['file'].split('.')[0]}.csv,{item['line']},{item['code']}" for item in report["rejected"]]
    assert named == expected("dirty", "rejects.csv").splitlines()[1:]
    for what in ("certificates", "titles"):
        assert person.exported(ledger, what) == expected("dirty", f"{what}.csv")


def test_the_base_pack_comes_out_the_same_from_chinese_windows(
    person: Terminal, engine: Engine, tmp_path: Path
) -> None:
    pack = rewritten(PACKS / "base", tmp_path / "pack", Office(encoding="gb18030", chinese=True, shuffled=True))
    ledger = person.found(engine.new(tmp_path / "ledger"))
    assert person.taken_in(ledger, pack).json["rejected"] == []
    for what in ("certificates", "titles"):
        assert person.exported(ledger, what) == expected("base", f"{what}.csv")
