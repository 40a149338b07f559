"""«`packs/xlsx`: the roster taken in from both files equals the first 60 rows of base.»"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from shutil import copy

import pytest

from ledger.exports import log_of
from tests.acceptance.conftest import Taken
from tests.acceptance.terminal import PACKS, Terminal
from tests.engines import Engine
from verifier import kinds

DEFINITIONS = ("organisations.csv", "programmes.toml", "policies.toml", "cohorts.csv")
FILES = ("roster.xlsx", "roster.gb18030.csv")
RECORDED = frozenset({"trainee_id", "enrolment_id", "trainee"})
"""Random, and so of no interest here."""


def people(person: Terminal, ledger: str) -> dict[str, list[dict[str, object]]]:
    """What the vault holds of each trainee at the first enrolment: particulars, then the enrolment."""
    found: dict[object, list[dict[str, object]]] = {}
    enrolments = []
    with person.opened(ledger) as opened:
        for recorded in log_of(opened.store):
            if not recorded.topic.startswith(("trainee.registered", "enrolment.made")):
                continue
            _, event = opened.vault.read(recorded)
            values = {item.name: getattr(event, item.name) for item in fields(event) if item.name not in RECORDED}
            if isinstance(event, kinds.TraineeRegistered):
                found[event.trainee_id] = [values]
            elif isinstance(event, kinds.EnrolmentMade):
                enrolments.append((event.trainee, event.enrolled_on, values))
    for trainee, enrolled_on, values in enrolments:
        if found[trainee][0]["registered_on"] == enrolled_on:  # the others come from enrolments.csv
            found[trainee].append(values)
    return {str(values[0]["trainee_no"]): values for values in found.values()}


@pytest.fixture(scope="module")
def first_sixty(person: Terminal, base: Taken) -> dict[str, list[dict[str, object]]]:
    numbers = [line.split(",")[0] for line in (PACKS / "base" / "roster.csv").read_text("utf-8").splitlines()[1:61]]
    everybody = people(person, base.ledger)
    return {number: everybody[number] for number in numbers}


@pytest.mark.parametrize("names", [FILES[:1], FILES[1:], FILES], ids=["xlsx", "gb18030", "both"])
def test_the_roster_from_excel_equals_the_first_sixty_rows_of_base(
    person: Terminal,
    engine: Engine,
    tmp_path: Path,
    first_sixty: dict[str, list[dict[str, object]]],
    names: tuple[str, ...],
) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    for name in DEFINITIONS:
        copy(PACKS / "base" / name, pack)
    for name in names:
        copy(PACKS / "xlsx" / name, pack)
    ledger = person.found(engine.new(tmp_path / "ledger"))
    report = person.taken_in(ledger, pack).json
    assert people(person, ledger) == first_sixty
    assert sum(report["taken"].values()) == 60
    assert len(first_sixty) == 60
    assert all(len(values) == 2 for values in first_sixty.values())


def test_one_roster_after_the_other_adds_nobody(person: Terminal, engine: Engine, tmp_path: Path) -> None:
    ledger = person.found(engine.new(tmp_path / "ledger"))
    for number, name in enumerate(FILES):
        pack = tmp_path / f"pack-{number}"
        pack.mkdir()
        for definition in DEFINITIONS:
            copy(PACKS / "base" / definition, pack)
        copy(PACKS / "xlsx" / name, pack)
        report = person.taken_in(ledger, pack).json
        assert report["rejected"] == []
    assert report["known"] == {FILES[1]: 60}
    assert report["events"] == 0
