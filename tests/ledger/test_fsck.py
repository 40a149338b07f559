"""fsck finds every change of every table: a real small ledger is changed in one place at a time."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from importlib.resources import as_file, files
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from ledger import commands as c
from ledger.fsck import Finding, Report, fsck_ledger
from ledger.fsck.report import MOST_A_CHECK, limited
from ledger.handle import Desk
from ledger.intake.definitions import read_definitions
from ledger.intake.engine import define, take_in
from ledger.intake.files import Pack, open_pack
from ledger.open import Ledger
from ledger.permissions import Actors
from ledger.places import FolderPlace
from ledger.publication import publish
from ledger.sequencer import Sequencer
from ledger.tables import KEY_TABLES, LOG_TABLES, key_columns
from ledger.tiles import DiskFolder
from ledger.vault import Vault
from tests.ledger.damage import ENGINES, Database, Kept, Refused, Step, make
from verifier.merkle import Frontier

START = 1_767_225_600_000
NOW = START + 86_400_000


def clock() -> Callable[[], int]:
    ticks = count(START, 1000)
    return lambda: next(ticks)


def randomness() -> Callable[[int], bytes]:
    draws = count()
    return lambda size: b"".join(sha256(b"%d" % next(draws)).digest() for _ in range(-(-size // 32)))[:size]


@pytest.fixture(scope="module", params=ENGINES)
def storage(request: pytest.FixtureRequest) -> str:
    """Where the ledgers lie."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def taken_in(storage: str, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """A ledger with a pack taken in and rows of it turned away; signed and published."""

    def fill(ledger: Ledger) -> None:
        take_in(ledger.desk(), sample(), actors_of(ledger))
        sign(ledger)

    return make(storage, tmp_path_factory.mktemp("taken-in"), clock(), randomness(), fill)


@pytest.fixture(scope="module")
def erased(storage: str, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """A ledger of three people, of whom one is certified, one suspended and one erased; signed twice and published."""

    def fill(ledger: Ledger) -> None:
        actors, desk = actors_of(ledger), ledger.desk()
        define(desk, read_definitions(sample()), actors)
        desk.flush(actors)
        people = [uuid.UUID(int=n, version=4) for n in range(1, 4)]
        for n, person in enumerate(people):
            train(desk, actors, person, n)
        sign(ledger)
        certificate = next(iter(desk.dossier(people[1]).certificates.values()))
        suspend = c.SuspendCertificate(people[1], certificate.id, "other", certificate.award.awarded_on)
        desk.execute(suspend, actors)
        desk.execute(c.EraseTrainee(people[2]), actors)
        sign(ledger)

    return make(storage, tmp_path_factory.mktemp("erased"), clock(), randomness(), fill)


def actors_of(ledger: Ledger) -> Actors:
    return Actors(ledger.settings.accounts["operator"], ledger.settings.accounts["approver"])


def sample() -> Pack:
    with as_file(files("ledger") / "sample" / "dirty-pack") as folder:
        return open_pack(folder)


def train(desk: Desk, actors: Actors, person: uuid.UUID, n: int) -> None:
    """Registers and enrols a person, who attends everything, passes everything and is certified."""
    cohort = next(iter(desk.base.catalogue.cohorts.values()))
    programme, day = desk.base.catalogue.programme_of(cohort), cohort.starts_on
    particulars = ("bachelor", None, date(2018, 7, 1), None, None, None, f"t{n}@example.org", None)
    desk.execute(c.RegisterTrainee(person, f"T{n}", f"学员{n}", "passport", f"P{n}", *particulars, day), actors)
    desk.execute(c.Enrol(person, desk.new_id(), cohort.code, day), actors)
    for module in programme.modules:
        desk.execute(c.RecordAttendance(person, cohort.code, module.code, module.hours, day), actors)
    for assessment in programme.assessments:
        result = c.RecordResult(person, cohort.code, assessment.code, 1, Decimal(90), "E1", day)
        desk.execute(result, actors)
    drawn = desk.draw("BDI", 2026)
    desk.execute(c.RequestCertification(person, cohort.code, drawn, cohort.ends_on), actors)


def sign(ledger: Ledger) -> None:
    signers, folder = ledger.log_signers(), DiskFolder(ledger.public)
    Sequencer(ledger.store, folder, signers.checkpoint, ledger.settings.origin).run_once(NOW)
    publish(ledger.store, folder, signers.status, NOW // 1000)


def test_a_good_ledger_has_no_findings(taken_in: Kept, erased: Kept) -> None:
    for kept in (taken_in, erased):
        report = kept.check()
        assert report.findings == ()
        assert report.good
        assert report.entries > 40
        assert {"entries", "claims", "boundaries", "published"} < set(report.checks)


# --- one change at a time --------------------------------------------------------------------------------------------


def changed(value: object) -> list[object]:
    """Other values of the same type."""
    match value:
        case bytes() if value:
            return [bytes([value[0] ^ 1]) + value[1:], value[:-1] + bytes([value[-1] ^ 0x80])]
        case bytes() | None:
            return [bytes(16)]
        case int():
            return [value + 1, value - 1]
        case str():
            return [value + "x", value[1:]]
    raise TypeError(type(value).__name__)


def some(rows: list[Any], most: int) -> list[Any]:
    """The first rows, the last, and some in the middle: enough of each kind, not too many."""
    step = max(1, len(rows) // most)
    return [*rows[::step], rows[-1]] if rows else []


def mutations(database: Database, table: str, most: int) -> Iterator[tuple[str, list[Step]]]:
    """Changes of one table, each with a name: a value, a row gone, a row more, two values or two rows exchanged."""
    columns = database.tables[table]
    width = len(key_columns(table)) if table in {**LOG_TABLES, **KEY_TABLES} else 1
    rows = [dict(zip(columns, row, strict=True)) for row in database.rows(table)]

    def key(row: dict[str, Any]) -> dict[str, Any]:
        return {column: row[column] for column in columns[:width]}

    def exchanged(one: dict[str, Any], two: dict[str, Any], names: list[str]) -> list[Step]:
        """Deletes both rows and writes them with the other's values."""
        mixed = [{**row, **{name: other[name] for name in names}} for row, other in ((one, two), (two, one))]
        return [*(Step(table, key(row), {}) for row in (one, two)), *(Step(table, {}, row) for row in mixed)]

    for row in some(rows, most):
        shown = f"{table} {row[columns[0]]!r}"
        for column, value in row.items():
            for other in changed(value):
                yield f"{shown} {column}={other!r:.40}", [Step(table, key(row), {column: other})]
        yield f"{shown} deleted", [Step(table, key(row), {})]
        for column in columns[:width]:
            for other in changed(row[column]):
                yield f"{shown} doubled as {other!r:.40}", [Step(table, {}, {**row, column: other})]
    for one, two in zip(some(rows, most), some(rows, most)[1:], strict=False):
        shown = f"{table} {one[columns[0]]!r} and {two[columns[0]]!r}"
        for column in columns[width:]:
            if one[column] != two[column]:
                yield f"{shown}: {column} exchanged", exchanged(one, two, [column])
        if any(one[column] != two[column] for column in columns[width:]):
            yield f"{shown} exchanged", exchanged(one, two, columns[width:])


def survivors(kept: Kept, database: Database) -> tuple[int, list[str]]:
    """How many changes were made to the tables of a database, and those that fsck did not find."""
    tried, missed = 0, []
    in_folder = isinstance(kept.place, FolderPlace)
    most = 3 if in_folder else 1  # A server takes longer to be put right again.
    with kept.opened() if not in_folder else nullcontext() as ledger:
        for table in database.tables:
            for what, steps in mutations(database, table, most):
                try:
                    database.apply(steps)
                except Refused:
                    continue
                tried += 1
                # A file that was put back is opened anew. What is kept of keys must not hide that one was changed.
                found = kept.check() if ledger is None else fsck_ledger(replace(ledger, vault=Vault(ledger.data_keys)))
                if found.good:
                    missed.append(what)
                database.restore()
    return tried, missed


@pytest.fixture
def copies(taken_in: Kept, erased: Kept, storage: str, tmp_path: Path) -> dict[str, Kept]:
    return {
        "taken-in": taken_in.copy(storage, tmp_path / "taken-in"),
        "erased": erased.copy(storage, tmp_path / "erased"),
    }


# One server is enough: what is read is the same rows, and the schema is looked at on each.
@pytest.mark.parametrize("storage", ENGINES[:2], indirect=True, scope="module")
def test_every_change_of_every_table_is_found(copies: dict[str, Kept]) -> None:
    tried, missed = survivors(copies["erased"], copies["erased"].log())
    assert tried > 75
    assert missed == []


@pytest.mark.parametrize("storage", ENGINES[:2], indirect=True, scope="module")
def test_every_change_after_an_intake_is_found(copies: dict[str, Kept]) -> None:
    tried, missed = survivors(copies["taken-in"], copies["taken-in"].log())
    assert tried > 75
    assert missed == []


def test_every_change_of_the_data_keys_is_found(copies: dict[str, Kept]) -> None:
    tried, missed = survivors(copies["erased"], copies["erased"].keys())
    assert tried > 10
    assert missed == []


@pytest.mark.parametrize(
    ("sql", "check", "place"),
    [
        ("UPDATE stored_events SET leaf = zeroblob(32) WHERE notification_id = 7", "entries", "row 7, column leaf"),
        ("UPDATE stored_events SET topic = 'x' WHERE notification_id = 8", "entries", "row 8, column topic"),
        ("DELETE FROM stored_events WHERE notification_id = 9", "entries", "row 10, column notification_id"),
        ("UPDATE tree_head SET size = size - 1", "tree-head", "tree_head row 1, column size"),
        ("UPDATE signed_head SET root = zeroblob(32)", "signed-head", "signed_head row 1, column root"),
        ("DELETE FROM commands WHERE first_index = 0", "commands", "column first_index"),
        ("DELETE FROM vault WHERE notification_id = (SELECT MIN(notification_id) FROM vault)", "entries", "vault row"),
        ("UPDATE boundaries SET revision = revision + 1", "boundaries", "column revision"),
        ("DELETE FROM erasures", "erasures", "erasures"),
        ("DELETE FROM fence", "fence", "fence"),
        ("CREATE TABLE more (x integer)", "schema", "database"),
        ("DROP INDEX vault_subject", "schema", "database"),
    ],
)
def test_a_finding_names_the_check_and_the_place(copies: dict[str, Kept], sql: str, check: str, place: str) -> None:
    copies["erased"].log().run(sql)
    findings = copies["erased"].check().findings
    assert any(item.check == check and place in item.place for item in findings), findings


def test_entries_dropped_from_the_end_with_their_tree_are_found_by_the_rows_that_speak_of_them(
    copies: dict[str, Kept],
) -> None:
    with copies["erased"].opened() as ledger:
        size = ledger.store.head().size
        shorter = Frontier().extend(ledger.store.leaves(0, size - 1)).to_bytes()
    steps = [Step("stored_events", {"notification_id": size}, {})]
    steps.append(Step("tree_head", {"id": 1}, {"size": size - 1, "frontier": shorter}))
    copies["erased"].log().apply(steps)
    assert {"signed-head", "commands"} <= {item.check for item in copies["erased"].check().findings}


def test_a_key_of_the_erased_that_came_back_is_found(copies: dict[str, Kept]) -> None:
    gone = uuid.UUID(int=3, version=4)
    with copies["erased"].opened() as ledger:
        ledger.data_keys.create([gone])
        report = fsck_ledger(ledger)
    assert any(item.check == "data-keys" and "erased" in item.message for item in report.findings)


def test_many_findings_of_one_check_are_counted_not_listed() -> None:
    finding = Finding("claims", "somewhere", "wrong")
    listed = limited([finding] * (MOST_A_CHECK + 5))
    assert len(listed) == MOST_A_CHECK + 1
    assert listed[-1].message.startswith("5 more")


# --- the published tree ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("storage", ENGINES[:2], indirect=True, scope="module")
def test_every_change_of_a_published_file_is_found(copies: dict[str, Kept]) -> None:
    public = copies["erased"].public
    there = [path for path in public.rglob("*") if path.is_file()]
    assert len(there) >= 6
    for path in there:
        data = path.read_bytes()
        for wrong in (data[:-1], bytes([data[0] ^ 1]) + data[1:], data + b"x", b""):
            path.write_bytes(wrong)
            findings = copies["erased"].check().findings
            assert any(item.place == path.relative_to(public).as_posix() for item in findings), path
        path.write_bytes(data)
    for path in (path for path in there if ".p" not in str(path) or path.name == str(tree_size(public))):
        data = path.read_bytes()
        path.unlink()
        assert any(item.place == path.relative_to(public).as_posix() for item in copies["erased"].check().findings), (
            path
        )
        path.write_bytes(data)
    assert copies["erased"].check().good


def tree_size(public: Path) -> int:
    return int((public / "checkpoint").read_text().split("\n")[1])


@pytest.mark.parametrize("name", ["index.html", "tile/0/009", "tile/0/000.p/x", "status/1", "tile/entries/000.p/200"])
def test_a_file_that_does_not_belong_to_the_tree_is_found(copies: dict[str, Kept], name: str) -> None:
    stranger = copies["erased"].public / name
    stranger.parent.mkdir(parents=True, exist_ok=True)
    stranger.write_bytes(b"?")
    assert [item.place for item in copies["erased"].check().findings] == [name]


def test_a_publication_that_was_left_behind_is_named(copies: dict[str, Kept], tmp_path: Path) -> None:
    with copies["erased"].opened(lambda: NOW - 1000) as ledger:
        add_somebody(ledger, 10)
        assert copies["erased"].check().good  # Not signed yet is nothing wrong.
        signers = ledger.log_signers()
        elsewhere = DiskFolder(tmp_path / "elsewhere")
        Sequencer(ledger.store, elsewhere, signers.checkpoint, ledger.settings.origin).run_once(NOW)
        behind = {item.place for item in copies["erased"].check().findings}
        assert {"checkpoint", "status/0", "trust.txt"} < behind
        sign(ledger)
        assert copies["erased"].check().good


def add_somebody(ledger: Ledger, n: int) -> None:
    train(ledger.desk(), actors_of(ledger), uuid.UUID(int=n, version=4), n)


def test_writers_beside_it_are_no_finding(copies: dict[str, Kept]) -> None:
    reports: list[Report] = []
    done = threading.Event()

    def check() -> None:
        while len(reports) < 2 or not done.is_set():
            reports.append(copies["erased"].check())

    checker = threading.Thread(target=check)
    checker.start()
    try:
        with copies["erased"].opened(lambda: NOW - 1000) as ledger:
            for n in range(20, 26):
                add_somebody(ledger, n)
    finally:
        done.set()
        checker.join()
    assert len(reports) > 1
    assert [item for report in reports for item in report.findings] == []
