"""«A changed, deleted, reordered, inserted row or column value in the database is found by `fsck`.» And every published
file that is flipped, cut or gone is found by the audit: never good, and the place is named."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from shutil import copytree

import pytest

from tests.acceptance.conftest import Taken
from tests.acceptance.published import files_of, statements
from tests.acceptance.terminal import COULD_NOT, GOOD, NOT_GOOD, Answer, Terminal
from tests.engines import BOTH, Engine

# Rows and files are spoilt as they lie in a folder; tests/ledger/test_fsck.py spoils those of every engine.
pytestmark = pytest.mark.engine("sqlite")

Damage = Callable[[Path, random.Random], None]


def flipped(file: Path, draw: random.Random) -> None:
    """One bit is another."""
    data = bytearray(file.read_bytes())
    data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    file.write_bytes(data)


def cut(file: Path, draw: random.Random) -> None:
    """The end is missing."""
    data = file.read_bytes()
    file.write_bytes(data[: draw.randrange(len(data))])


def gone(file: Path, draw: random.Random) -> None:
    """The file is not there."""
    file.unlink()


def audit(person: Terminal, taken: Taken, published: Path) -> Answer:
    return person.certverify("audit", published, "--trust", taken.trust, "--since", taken.published / "checkpoint")


@pytest.mark.parametrize("damage", [flipped, cut, gone], ids=lambda damage: damage.__name__)
def test_every_damaged_file_of_a_published_log_is_found(
    person: Terminal, small: Taken, tmp_path: Path, damage: Damage
) -> None:
    names = [path.relative_to(small.published) for path in files_of(small.published)]
    assert {"checkpoint", "trust.txt", "status/0", "tile/1/000.p/2", "tile/0/000"} <= set(map(str, names))
    published = copytree(small.published, tmp_path / "published")
    audit(person, small, published).expect(GOOD)
    for seed, name in enumerate(names):
        damage(published / name, random.Random(seed))
        answer = audit(person, small, published)
        assert answer.code in ((COULD_NOT,) if damage is gone else (NOT_GOOD, COULD_NOT)), f"{name}:\n{answer.said}"
        place = "entry " if "entries" in name.parts and damage is flipped else str(name)
        assert place in answer.expect(answer.code).said, f"{name} is not named:\n{answer.said}"
        (published / name).write_bytes((small.published / name).read_bytes())
    audit(person, small, published).expect(GOOD)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_damaged_file_of_a_larger_log_is_found(person: Terminal, dirty: Taken, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    published = copytree(dirty.published, tmp_path / "published")
    file = draw.choice(files_of(published))
    flipped(file, draw)
    answer = audit(person, dirty, published)
    assert answer.code in (NOT_GOOD, COULD_NOT), f"{file}:\n{answer.said}"
    assert str(file.relative_to(published)) in answer.said


def test_the_first_wrong_entry_is_named(person: Terminal, small: Taken, tmp_path: Path) -> None:
    published, index = copytree(small.published, tmp_path / "published"), 300
    file, entry = published / "tile/entries/001", list(statements(small.published))[index].raw
    data = bytearray(file.read_bytes())
    data[data.index(entry) + len(entry) - 1] ^= 1
    file.write_bytes(data)
    answer = audit(person, small, published)
    answer.expect(NOT_GOOD, f"the first that is wrong is entry {index}", "signature")


def test_two_tiles_in_one_anothers_place_are_found(person: Terminal, small: Taken, tmp_path: Path) -> None:
    published = copytree(small.published, tmp_path / "published")
    one, two = published / "tile/0/000", published / "tile/0/001"
    kept = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(kept)
    audit(person, small, published).expect(NOT_GOOD, "tile/0/000", "tile/0/001")


@BOTH
def test_an_older_tree_in_the_place_of_the_newest_is_found(
    person: Terminal, engine: Engine, small: Taken, tmp_path: Path
) -> None:
    """A log cut back to an earlier checkpoint is good by itself, and not for whoever keeps a later one."""
    old = tmp_path / "old"
    fresh = person.found(engine.new(tmp_path / "ledger"))
    person.certledger("publish", old, "--ledger", fresh).expect(GOOD)
    trust = old / "trust.txt"
    kept_trust, early = tmp_path / "trust.txt", copytree(old, tmp_path / "early")
    kept_trust.write_bytes(trust.read_bytes())
    person.taken_in(fresh, small.pack)
    person.certledger("publish", old, "--ledger", fresh).expect(GOOD)
    answer = person.certverify("audit", early, "--trust", kept_trust, "--since", old / "checkpoint")
    answer.expect(NOT_GOOD, "earlier checkpoint", "cut back")
    person.certverify("audit", old, "--trust", kept_trust, "--since", early / "checkpoint").expect(GOOD)
    person.certverify("audit", early, "--trust", trust).expect(NOT_GOOD, "cut back")


# --- the database ---------------------------------------------------------------------------------------------------

ROWS = ("stored_events", "vault", "streams", "claims", "commands", "boundaries")
ALL = (*ROWS, "tree_head", "signed_head")
SEED = 77


def another(value: object, draw: random.Random) -> object:
    """A value of the same type that is not this one."""
    match value:
        case bytes():
            changed = bytearray(value)
            changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
            return bytes(changed)
        case int():
            return value + 1_000_000
        case str():
            return value[:-1] + ("x" if value[-1] != "x" else "y")
    raise TypeError(f"{value!r} has no other value")


def change(connection: sqlite3.Connection, table: str, draw: random.Random) -> str:
    """Changes a value of a row; tells which."""
    row = pick(connection, table, draw)
    column = draw.choice([name for name in row.keys() if row[name] is not None and name != "id"])  # noqa: SIM118
    where = " AND ".join(f"{name} IS ?" for name in row.keys())  # noqa: SIM118
    connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (another(row[column], draw), *tuple(row)))
    return str(column)


def delete(connection: sqlite3.Connection, table: str, draw: random.Random) -> str:
    """Deletes a row."""
    row = pick(connection, table, draw)
    where = " AND ".join(f"{name} IS ?" for name in row.keys())  # noqa: SIM118
    connection.execute(f"DELETE FROM {table} WHERE {where}", tuple(row))
    return ""


def insert(connection: sqlite3.Connection, table: str, draw: random.Random) -> str:
    """Adds a row that is like another under a key of its own."""
    row = dict(pick(connection, table, draw))
    for name in [item["name"] for item in connection.execute(f"PRAGMA table_info({table})") if item["pk"]]:
        if isinstance(row[name], int):
            (row[name],) = connection.execute(f"SELECT MAX({name}) + 1 FROM {table}").fetchone()
        else:
            row[name] = draw.randbytes(len(row[name]))
    if table == "stored_events":
        row["originator_version"] += 1000
    connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
    return ""


def pick(connection: sqlite3.Connection, table: str, draw: random.Random) -> sqlite3.Row:
    rows = connection.execute(f"SELECT * FROM {table}").fetchall()
    chosen: sqlite3.Row = draw.choice(rows)
    return chosen


@pytest.fixture
def spoilt(small: Taken, tmp_path: Path) -> Path:
    """A copy to be spoilt."""
    return Path(small.copy(tmp_path / "ledger"))


@pytest.mark.parametrize(
    ("mutate", "table"),
    [(mutate, table) for mutate in (change, delete, insert) for table in (ALL if mutate is change else ROWS)],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_fsck_finds_a_row_that_was_tampered_with(
    person: Terminal, spoilt: Path, mutate: Callable[[sqlite3.Connection, str, random.Random], str], table: str
) -> None:
    database = spoilt / "ledger.sqlite"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.row_factory = sqlite3.Row
        column = mutate(connection, table, random.Random(f"{SEED} {table}"))
    answer = person.certledger("fsck", "--ledger", spoilt, "--json").expect(NOT_GOOD)
    findings = answer.json["findings"]
    assert findings, (mutate, table, column)
    # That a claim of an intake, or a stream of the base, is missing shows in what the boundaries count.
    tables = {table, "boundaries"} if table in ("claims", "streams") else {table}
    assert any(item["place"].split()[0] in tables for item in findings), f"{column}: {findings}"


def test_fsck_finds_two_rows_in_one_anothers_place(person: Terminal, spoilt: Path) -> None:
    database = spoilt / "ledger.sqlite"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE stored_events SET notification_id = -1 WHERE notification_id = 100")
        connection.execute("UPDATE stored_events SET notification_id = 100 WHERE notification_id = 101")
        connection.execute("UPDATE stored_events SET notification_id = 101 WHERE notification_id = -1")
    person.certledger("fsck", "--ledger", spoilt).expect(NOT_GOOD, "tree_head", "tile/entries/000")


@BOTH
def test_fsck_finds_a_changed_published_file(person: Terminal, small: Taken, tmp_path: Path) -> None:
    ledger = small.copy(tmp_path / "ledger")
    flipped(person.public(ledger) / "tile" / "0" / "000", random.Random(SEED))
    person.certledger("fsck", "--ledger", ledger).expect(NOT_GOOD, "tile/0/000")


def test_fsck_of_a_database_that_is_no_database_says_so(person: Terminal, small: Taken, tmp_path: Path) -> None:
    ledger = Path(small.copy(tmp_path / "ledger"))
    data = bytearray((ledger / "ledger.sqlite").read_bytes())
    data[4096:8192] = random.Random(SEED).randbytes(4096)
    (ledger / "ledger.sqlite").write_bytes(data)
    person.certledger("fsck", "--ledger", ledger).expect(NOT_GOOD, "database")
    (ledger / "ledger.sqlite").write_bytes(b"no database at all" * 1000)
    person.certledger("fsck", "--ledger", ledger).expect(NOT_GOOD, "database file")
