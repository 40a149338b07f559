"""«Moving between SQLite and PostgreSQL, both ways, by one command, resumable: every byte of the log the same.»"""

from __future__ import annotations

import csv
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from ledger.copying import COPIED
from ledger.places import place_of
from tests.acceptance.conftest import Taken
from tests.acceptance.recent import id_number
from tests.acceptance.terminal import COULD_NOT, GOOD, NOT_GOOD, PACKS, Terminal
from tests.engines import BOTH, ENGINES, ON, Engine

pytestmark = BOTH


@pytest.fixture
def ledger(base: Taken, tmp_path: Path) -> str:
    """A copy of the base's ledger, of this test alone."""
    return base.copy(tmp_path / "ledger")


@pytest.fixture
def elsewhere(engine: Engine) -> Engine:
    """The other engine."""
    return ENGINES[next(name for name in ON if ENGINES[name] is not engine)]


@pytest.fixture
def more(tmp_path: Path) -> Path:
    """A pack of one person more."""
    lines = (PACKS / "base" / "roster.csv").read_text("utf-8").splitlines()
    header, first = csv.reader(lines[:2])
    someone = dict(zip(header, first, strict=True)) | {"trainee_no": "N0000001", "id_number": id_number(1)}
    folder = tmp_path / "more"
    folder.mkdir()
    text = f"{lines[0]}\n{','.join(someone.values())}\n"
    (folder / "roster.csv").write_text(text, "utf-8")
    return folder


def contents(address: str) -> dict[str, list[object]]:
    """Every row that is copied, the keys that are used, and the key files."""
    place = place_of(address)
    with closing(place.open_tables()) as tables, closing(place.open_key_tables()) as keys:
        found: dict[str, list[object]] = {table: list(tables.rows(table)) for table in COPIED}
        # An intake that was refused has made a key that nothing uses.
        used = {row["subject"] for row in tables.rows("streams")}
        found["data_keys"] = [row for row in keys.rows("data_keys") if row["subject"] in used]
    return {**found, "key files": list(place.key_files().files())}


def tree(folder: Path) -> dict[str, bytes]:
    """The published files."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_base_moves_and_comes_back(
    person: Terminal, base: Taken, ledger: str, more: Path, elsewhere: Engine, tmp_path: Path
) -> None:
    other = elsewhere.new(tmp_path / "other")
    before, shown = contents(ledger), tree(person.public(ledger))
    moved = person.certledger("copy", "--from", ledger, "--to", other, "--json").expect(GOOD).json
    assert (moved["entries"], moved["already_there"]) == (len(before["stored_events"]), 0)
    assert contents(other) == before
    assert tree(person.public(other)) == shown
    for address in (ledger, other):
        person.certledger("fsck", "--ledger", address).expect(GOOD, "nothing is wrong")
        assert person.exported(address, "certificates") == base.export("certificates")
        assert person.exported(address, "titles") == base.export("titles")
    person.certledger("intake", more, "--ledger", ledger).expect(COULD_NOT, "this ledger was moved to")
    person.taken_in(other, more)
    person.certledger("copy", "--from", ledger, "--to", other).expect(GOOD)  # made already: nothing is undone
    person.certledger("copy", "--from", other, "--to", ledger).expect(GOOD, f"{moved['entries']} of them there already")
    assert contents(ledger) == contents(other)
    assert len(contents(ledger)["stored_events"]) > moved["entries"]
    person.certledger("publish", tmp_path / "published", "--ledger", ledger).expect(GOOD)
    kept = tmp_path / "kept-checkpoint"
    kept.write_bytes(shown["checkpoint"])
    audit = ("audit", tmp_path / "published", "--trust", tmp_path / "published" / "trust.txt", "--since", kept)
    person.certverify(*audit).expect(GOOD)


def test_a_copy_that_is_killed_is_made_whole_by_running_it_again(
    person: Terminal, ledger: str, more: Path, elsewhere: Engine, tmp_path: Path
) -> None:
    other = elsewhere.new(tmp_path / "other")
    before = contents(ledger)
    size = len(before["stored_events"])
    killed = 0
    for share in (0.0, 0.3, 0.6, 0.9):
        with person.start("copy", "--from", ledger, "--to", other) as process:
            until = time.monotonic() + 120
            while process.poll() is None and entries(elsewhere, other) <= share * size and time.monotonic() < until:
                time.sleep(0.005)
            killed += process.poll() is None
            process.kill()
    assert killed > 0
    person.certledger("copy", "--from", ledger, "--to", other).expect(GOOD)
    assert contents(other) == before
    for address in (ledger, other):
        person.certledger("fsck", "--ledger", address).expect(GOOD, "nothing is wrong")
    person.certledger("intake", more, "--ledger", ledger).expect(COULD_NOT, "this ledger was moved to")
    person.taken_in(other, more)


def entries(engine: Engine, address: str) -> int:
    """How many entries are there already; 0 where there are not even tables."""
    if not address.startswith("postgresql://") and not (Path(address) / "ledger.sqlite").exists():
        return 0
    try:
        return int(engine.query(address, "SELECT COUNT(*) FROM stored_events")[0][0])
    except (psycopg.errors.UndefinedTable, sqlite3.OperationalError):  # being made just now
        return 0


def test_what_is_no_place_for_a_copy_is_refused(
    person: Terminal, base: Taken, ledger: str, elsewhere: Engine, tmp_path: Path
) -> None:
    other = person.found(elsewhere.new(tmp_path / "other"))
    before = contents(other)
    copy = ("copy", "--from", ledger, "--to")
    person.certledger(*copy, other).expect(NOT_GOOD, "nothing was copied", "holds another ledger")
    assert contents(other) == before
    person.certledger("copy", "--from", tmp_path / "nothing", "--to", other).expect(2, "is no ledger")
    person.certledger(*copy, "mysql://somewhere").expect(2, "is not known")
    person.certledger(*copy, tmp_path / "letters", "--to-data-keys", "postgresql:///x").expect(2, "--to-data-keys")
    person.certledger("fsck", "--ledger", ledger).expect(GOOD)
    person.certledger("fsck", "--ledger", other).expect(GOOD)


def test_a_backup_can_be_read_and_takes_nothing(
    person: Terminal, base: Taken, ledger: str, more: Path, elsewhere: Engine, tmp_path: Path
) -> None:
    kept = elsewhere.new(tmp_path / "kept")
    person.certledger("copy", "--backup", "--from", ledger, "--to", kept).expect(GOOD, "kept a copy")
    assert contents(kept) == contents(ledger)
    person.certledger("fsck", "--ledger", kept).expect(GOOD, "nothing is wrong")
    assert person.exported(kept, "certificates") == base.export("certificates")
    person.certledger("intake", more, "--ledger", kept).expect(COULD_NOT, "this is a backup copy of")
    person.taken_in(ledger, more)
    person.certledger("copy", "--backup", "--from", ledger, "--to", kept).expect(GOOD)
    assert contents(kept) == contents(ledger)
