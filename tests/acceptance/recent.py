"""The sample pack with one more cohort, whose days are reckoned from today: its certificates stand on any test day."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree

from stdnum.cn import ric

from ledger.intake.headers import COLUMNS

TODAY = date.today()
"""The day on which the tests began: they may go on past midnight."""
COHORT = "BDI-NOW"
PEOPLE = {"N0000001": "林知远", "N0000002": "欧阳𠮷", "N0000003": "阿依古丽·买买提", "N0000004": "韩㛃"}
HOURS = {"BD-101": 24, "AI-101": 16, "PRJ": 24}
ASSESSMENTS = ("EXAM", "LAB", "DEFENCE")


def day(before: int) -> str:
    """The day so many days ago."""
    return (TODAY - timedelta(days=before)).isoformat()


def id_number(number: int) -> str:
    """An invented resident ID number; its area code is issued to nobody."""
    body = f"50000019900101{number:03}"
    return body + ric.calc_check_digit(body + "0")


def write_pack(folder: Path) -> Path:
    """Writes the pack."""
    with as_file(files("ledger") / "sample" / "base-pack") as sample:
        copytree(sample, folder)
    append(folder, "cohorts", [(COHORT, "BDI", day(60), day(8), 10)])
    append(folder, "roster", [_person(number, *person) for number, person in enumerate(PEOPLE.items(), 1)])
    attended = [(no, COHORT, module, hours, day(30)) for no in PEOPLE for module, hours in HOURS.items()]
    append(folder, "attendance", attended)
    append(folder, "assessments", [(no, COHORT, name, 1, 88, day(9), "EX-01") for no in PEOPLE for name in ASSESSMENTS])
    append(folder, "award_requests", [(no, COHORT, day(7)) for no in PEOPLE])
    return folder


def write_revocation(folder: Path, trainee_no: str) -> Path:
    """Writes a pack of one row: the certificate of a person of the cohort is revoked today."""
    folder.mkdir()
    names = [column.name for column in COLUMNS["revocations"]]
    (folder / "revocations.csv").write_text(",".join(names) + "\n", encoding="utf-8")
    append(folder, "revocations", [(trainee_no, "certificate", COHORT, "", day(0), "issued-in-error")])
    return folder


def append(folder: Path, kind: str, values: Iterable[tuple[object, ...]]) -> None:
    """Adds rows, cells in canonical order, to a CSV file of a pack."""
    with (folder / f"{kind}.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(values)


def _person(number: int, trainee_no: str, name: str) -> tuple[object, ...]:
    document = ("resident-id", id_number(number))
    practice = ("bachelor", "2012-06-30", "2012-07-15", "", "", "ENT-01")
    contact = (f"{trainee_no.lower()}@example.org", f"1995555{number:04}")
    return (trainee_no, name, *document, *practice, COHORT, day(70), *contact)
