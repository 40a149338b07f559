"""A ledger's projections in the past: what the live ones hold now, what packs expect of a day, and nobody erased."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from ledger import commands as c
from ledger.awards import open_awards
from ledger.cli.travelling import bisect, diff, state
from ledger.open import Ledger
from ledger.projections.register.rows import APPLICATIONS, CERTIFICATES, ENROLMENTS, PEOPLE, TITLES
from ledger.register.reading import open_register
from ledger.states.days import DAY_FIELDS
from ledger.states.folding import PROJECTIONS, Folding, state_at
from ledger.states.parting import Verdict, part_file, part_ledgers
from tests.api.whole_ledger import TODAY, WholeLedger, by, do
from verifier import kinds
from verifier.current import BUSINESS_ZONE
from verifier.errors import CouldNotCheck
from verifier.fetch import FolderLog
from verifier.standing import Standing
from verifier.states.point import AfterEntries, OnDay, RecordedBy
from verifier.states.public import PUBLIC
from verifier.states.published import state_at as published_state_at
from verifier.states.table import State, parse_state
from verifier.trust import parse as parse_trust

DAYS = (
    *("2022-06-12", "2022-06-13", "2022-11-30", "2022-12-01"),
    *("2023-12-31", "2025-06-13", "2025-06-14", "2026-07-01"),
)
"""Around the days on which the pack awards, revokes and lets expire."""
EXPECTED = Path(str(files("ledger.sample"))) / "base-pack" / "expected"


def expected(name: str) -> list[dict[str, str]]:
    with (EXPECTED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(found: State, name: str) -> list[object]:
    return [row[found.columns.index(name)] for row in found.rows]


@pytest.mark.parametrize(
    "table", [PEOPLE, ENROLMENTS, CERTIFICATES, APPLICATIONS, TITLES], ids=lambda table: table.name
)
def test_the_end_of_the_log_is_what_the_live_register_holds(ledger: Ledger, table: object) -> None:
    assert hasattr(table, "name")
    found = state_at(ledger, table.name, None)
    with open_register(ledger) as register:
        register.catch_up()
        kept = [name for name in found.columns if name not in ("standing", "hours")]
        rows = register.views.select(f"SELECT {', '.join(kept)} FROM {table.name}")
    live = [tuple(str(UUID(bytes=bytes(v))) if isinstance(v, bytes) else v for v in row) for row in rows]
    told = [tuple(row[found.columns.index(name)] for name in kept) for row in found.rows]
    assert told == sorted(live, key=lambda row: row[0])
    assert told


def test_awards_stand_as_their_pages_say(ledger: Ledger) -> None:
    found = state_at(ledger, "awards", OnDay(TODAY))
    with open_awards(ledger) as awards:
        awards.catch_up()
        right = {str(issued.stream): issued.award.on(TODAY).value for issued in awards.all()}
    assert dict(zip(column(found, "award"), column(found, "standing"), strict=True)) == right
    assert len(set(right.values())) >= 4


@pytest.mark.parametrize("projection", PUBLIC)
def test_the_ledger_and_the_published_log_say_the_same(whole: WholeLedger, ledger: Ledger, projection: str) -> None:
    trusted = parse_trust((whole.public / "trust.txt").read_text(encoding="utf-8"))
    for at in (AfterEntries(0), AfterEntries(40), None):
        theirs = published_state_at(FolderLog(whole.public), trusted, projection, at)
        assert theirs == state_at(ledger, projection, at)


@pytest.mark.parametrize("day", DAYS)
def test_a_business_date_has_what_the_pack_expects_of_it(whole: WholeLedger, ledger: Ledger, day: str) -> None:
    """Everything of the pack was recorded at one moment; only its own days tell them apart.

    Two things are not in the pack: one holder was erased, and one certificate has a correction, of the same days.
    """
    right = Counter(
        "revoked"
        if row["revoked_on"] and row["revoked_on"] <= day
        else "expired"
        if row["expires_on"] < day
        else "valid"
        for row in expected("certificates")
        if row["outcome"] == "awarded" and row["awarded_on"] <= day
    )
    on = OnDay(date.fromisoformat(day))
    with open_awards(ledger) as awards:
        awards.catch_up()
        words = ("erased", "correction", "superseded")
        erased, correction, corrected = (by(awards, whole.links[word]) for word in words)
    if (standing := erased.award.on(on.day)) is not Standing.NOT_YET_VALID:
        right[standing.value] -= 1
    found = state_at(ledger, "certificates", on)
    told = dict(zip(column(found, "certificate"), map(str, column(found, "standing")), strict=True))
    assert told.pop(str(correction.stream), None) == told.get(str(corrected.stream))
    assert Counter(told.values()) == right
    titles = state_at(ledger, "titles", on)
    granted = [row for row in expected("titles") if row["outcome"] == "granted" and row["granted_on"] <= day]
    assert len(granted) - 1 <= len(titles.rows) <= len(granted)


def test_who_is_erased_stays_erased_at_every_point(ledger: Ledger, size: int) -> None:
    [erased] = {
        entry.stream_id
        for start in range(0, size, 1000)
        for entry in ledger.store.entries(start, 1000)
        if entry.topic == "trainee.erased/1"
    }
    before = next(
        entry.index for entry in reversed(ledger.store.stream(erased)) if entry.topic == "trainee.registered/1"
    )
    for at in (AfterEntries(before + 1), AfterEntries(size - 5), OnDay(date(2025, 1, 1)), None):
        for projection in ("people", "enrolments", "certificates", "applications", "titles"):
            found = state_at(ledger, projection, at)
            assert str(erased) not in {cell for row in found.rows for cell in row}


def test_a_recorded_time_takes_what_was_recorded_by_then(ledger: Ledger, size: int) -> None:
    at = datetime.fromtimestamp(ledger.clock() / 1000, BUSINESS_ZONE)
    assert state_at(ledger, "counts", RecordedBy(at)).size == size
    assert state_at(ledger, "counts", RecordedBy(at - timedelta(milliseconds=1))).size == 0


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_every_projection_in_small_steps_is_what_it_is_in_one(ledger: Ledger, size: int, projection: str) -> None:
    folding = Folding(ledger, projection)
    for at in sorted({0, 1, 7, size // 3, size // 2, size - 1, size}):
        folding.advance(at)
        assert folding.state(AfterEntries(at)) == state_at(ledger, projection, AfterEntries(at))
    folding.close()


def test_what_cannot_be_asked(ledger: Ledger, size: int) -> None:
    for projection, point in (
        ("keys", OnDay(TODAY)),
        ("notices", OnDay(TODAY)),
        ("people", AfterEntries(size + 1)),
        ("nothing", None),
    ):
        with pytest.raises(CouldNotCheck):
            state_at(ledger, projection, point)


def test_each_event_has_one_business_date_or_none() -> None:
    assert DAY_FIELDS[kinds.CertificateAwarded] == "awarded_on"
    assert DAY_FIELDS[kinds.TraineeRegistered] == "registered_on"
    assert DAY_FIELDS[kinds.ResultRecorded] == "assessed_on"
    without = {cls for cls, name in DAY_FIELDS.items() if name is None}
    assert {kinds.CohortOpened, kinds.TraineeErased, kinds.ApplicationFoundEligible} <= without
    assert not {kinds.PanelVoted, kinds.AttendanceRecorded, kinds.TitleGranted} & without


def suspend_one(ledger: Ledger) -> None:
    with open_awards(ledger) as awards:
        awards.catch_up()
        issued = next(
            item
            for item in awards.all()
            if isinstance(item.event, kinds.CertificateAwarded)
            and item.award.on(TODAY) is Standing.VALID
            and not item.erased
        )
        holder = issued.event.trainee
        assert isinstance(holder, UUID)
        do(ledger, c.SuspendCertificate(holder, issued.stream, "other", TODAY))


def test_two_ledgers_part_at_the_event_that_only_one_has(twins: tuple[WholeLedger, WholeLedger], size: int) -> None:
    with twins[0].opened() as one, twins[1].opened() as other:
        assert part_ledgers(one, other, "certificates").verdict is Verdict.SAME
        suspend_one(other)
        found = part_ledgers(one, other, "awards")
        assert (found.verdict, found.index) == (Verdict.CONTINUED, size)
        assert found.entries[0] is None
        assert found.entries[1] is not None
        assert found.entries[1].topic == "certificate.suspended/1"
        suspend_one(one)
        same = part_ledgers(one, other, "certificates")
        assert (same.verdict, same.index) == (Verdict.SAME, None)


def test_a_file_that_lost_a_change_parts_at_that_change(ledger: Ledger, size: int) -> None:
    told = state_at(ledger, "awards", AfterEntries(size))
    at = told.columns.index("standing")
    spoilt = tuple((*row[:at], "valid", None) if row[at] == "suspended" else row for row in told.rows)
    changed = parse_state(json.dumps({**told.as_json(), "rows": [list(row) for row in spoilt]}).encode(), "file")
    found = part_file(ledger, changed)
    assert found.verdict is Verdict.PARTED
    assert found.entries[0] is not None
    assert found.entries[0].topic == "certificate.suspended/1"
    assert part_file(ledger, told).verdict is Verdict.SAME


def test_a_file_with_rows_that_nothing_made_names_no_event(ledger: Ledger, size: int) -> None:
    told = state_at(ledger, "cohorts", AfterEntries(size)).as_json()
    row = ["NEVER-1", *told["rows"][0][1:]]
    found = part_file(ledger, parse_state(json.dumps({**told, "rows": [*told["rows"], row]}).encode(), "file"))
    assert (found.verdict, found.index) == (Verdict.PARTED, None)
    assert [row[0] for row in found.found.gone] == ["NEVER-1"]


def run(command: object, *arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))  # type: ignore[arg-type]


def test_the_commands(whole: WholeLedger, tmp_path: Path, size: int) -> None:
    place = ["--ledger", whole.address]
    listed = run(state, "--list", *place)
    assert [line.split()[0] for line in listed.output.splitlines()] == list(PROJECTIONS)
    told = run(state, "cohort-numbers", "--at", "2023-03-20", "--csv", *place)
    assert told.output.splitlines()[0] == "cohort,people,enrolled,trained,withdrawn,refused,certified,titled"
    kept = tmp_path / "state.json"
    kept.write_text(run(state, "titles", "--json", *place).output, encoding="utf-8")
    assert run(bisect, "titles", whole.address, str(kept)).output.startswith("SAME")
    kept.write_text(kept.read_text(encoding="utf-8").replace('"granted_on"', '"granted"'), encoding="utf-8")
    assert run(bisect, "titles", str(kept), whole.address).exit_code == 3
    assert run(bisect, "people", str(kept), whole.address).exit_code == 3
    assert run(bisect, "titles", str(kept), str(kept)).exit_code == 2
    assert run(diff, "certificates", "2022-12-31", "2022-12-31", *place).exit_code == 0
    differs = run(diff, "certificates", "2022-06-12", "2022-12-31", *place)
    assert (differs.exit_code, "+" in differs.output) == (1, True)
    assert run(state, "keys", "--at", "2026-01-01", *place).exit_code == 3
    assert run(state, *place).exit_code == 2
    unknown = run(state, "nothing", *place)
    assert (unknown.exit_code, unknown.output.strip().endswith(", ".join(PROJECTIONS))) == (3, True)


@pytest.fixture(scope="module")
def values(ledger: Ledger, size: int) -> set[str]:
    """Names and numbers of everybody who is in the log."""
    found: set[str] = set()
    for start in range(0, size, 1000):
        for entry in ledger.store.entries(start, 1000):
            event = ledger.vault.read(entry)[1]
            names = ("name", "trainee_no", "id_number", "email", "phone", "number", "application_no", "link")
            found |= {
                value for name in names if isinstance(value := getattr(event, name, None), str) and len(value) > 1
            }
    return found


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_no_name_or_number_of_a_person_is_in_a_state(ledger: Ledger, values: set[str], projection: str) -> None:
    assert len(values) > 50
    cells = {str(cell) for row in state_at(ledger, projection, None).rows for cell in row}
    assert not cells & values
