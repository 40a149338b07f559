"""The packs that the wheel ships: what the ledger decides on them is what was worked out by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from ledger.exports import CERTIFICATE_COLUMNS, TITLE_COLUMNS, outcomes, to_csv
from ledger.founding import APPROVER, OPERATOR, Founding, found
from ledger.intake.engine import IntakeReport, PackTurnedAway, take_in
from ledger.intake.files import open_pack
from ledger.open import Ledger
from ledger.permissions import Actors
from ledger.refusals import Code
from verifier import kinds

SAMPLE = Path(str(files("ledger.sample")))
ROW_CODES = {"missing-field", "bad-date", "bad-id-number", "bad-score", "bad-hours", "bad-number"} | {
    code.value for code in list(Code)[: list(Code).index(Code.BAD_ORDER) + 1]
}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with found(tmp_path / "ledger", Founding(master_key_in="master.key")) as made:
        yield made


def intake(ledger: Ledger, name: str, *, strict: bool = False) -> IntakeReport:
    accounts = ledger.settings.accounts
    return take_in(
        ledger.desk(), open_pack(SAMPLE / name), Actors(accounts[OPERATOR], accounts[APPROVER]), strict=strict
    )


def exported(ledger: Ledger) -> dict[str, str]:
    folded = outcomes(ledger.store, ledger.vault)
    return {
        "certificates.csv": to_csv(CERTIFICATE_COLUMNS, folded.certificates),
        "titles.csv": to_csv(TITLE_COLUMNS, folded.titles),
    }


def expected(pack: str, name: str) -> str:
    return (SAMPLE / pack / "expected" / name).read_text("utf-8")


def rows(pack: str, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(expected(pack, name))))


def test_the_base_pack_comes_out_as_worked_out_by_hand(ledger: Ledger) -> None:
    report = intake(ledger, "base-pack")
    assert report.rejected == []
    assert report.unknown_files == ()
    for name, text in exported(ledger).items():
        assert text == expected("base-pack", name)


def test_the_base_pack_a_second_time_records_nothing(ledger: Ledger) -> None:
    intake(ledger, "base-pack")
    size = ledger.store.head().size
    assert intake(ledger, "base-pack").events == 0
    assert ledger.store.head().size == size


def test_the_dirty_pack_is_turned_away_row_by_row(ledger: Ledger) -> None:
    report = intake(ledger, "dirty-pack")
    found_codes = [(item.source.file, str(item.source.line), item.code) for item in report.rejected]
    assert found_codes == [(row["file"], row["line"], row["code"]) for row in rows("dirty-pack", "rejects.csv")]
    for name, text in exported(ledger).items():
        assert text == expected("dirty-pack", name)


def test_the_dirty_pack_is_turned_away_whole_if_that_is_asked_for(ledger: Ledger) -> None:
    size = ledger.store.head().size
    with pytest.raises(PackTurnedAway):
        intake(ledger, "dirty-pack", strict=True)
    assert ledger.store.head().size == size


def test_the_dirty_pack_has_every_code_of_a_row() -> None:
    assert {row["code"] for row in rows("dirty-pack", "rejects.csv")} == ROW_CODES


def test_the_base_pack_shows_every_outcome() -> None:
    certificates, titles = rows("base-pack", "certificates.csv"), rows("base-pack", "titles.csv")
    assert {row["reason"] for row in certificates} == {
        "",
        "withdrawn",
        "attendance",
        "assessment-missing",
        "assessment-failed",
        "total-below-pass",
        "already-awarded",
    }
    assert {row["reason"] for row in titles} == {
        "",
        "already-applied",
        "barred",
        "no-valid-certificate",
        "already-holds-title",
        "not-recommended",
        "not-eligible",
        "no-quorum",
        "rejected-by-panel",
        "notice-too-short",
        "objection-upheld",
    }
    assert {row["route"] for row in titles if row["outcome"] == "granted"} == {
        "A1",
        "A2",
        "A3",
        "A4",
        "A5",
        "E1",
        "E2",
        "E3",
        "E5",
    }
    assert any(row["revoked_on"] for row in certificates)
    assert any(row["revoked_on"] for row in titles)


def test_some_certificates_of_the_base_pack_stand_for_years_to_come() -> None:
    standing = [
        date.fromisoformat(row["expires_on"])
        for row in rows("base-pack", "certificates.csv")
        if row["outcome"] == "awarded" and not row["revoked_on"]
    ]
    assert sum(day >= date(2028, 12, 31) for day in standing) >= 5
    assert any(day < date(2026, 11, 22) for day in standing)


def test_the_log_holds_nothing_of_the_people(ledger: Ledger) -> None:
    intake(ledger, "base-pack")
    with (SAMPLE / "base-pack" / "roster.csv").open(encoding="utf-8") as file:
        personal = [
            row[column].encode()
            for row in csv.DictReader(file)
            for column in ("trainee_no", "name", "id_number", "email", "phone")
            if row[column]
        ]
    logged = b"".join(recorded.statement for recorded in ledger.store.entries(0, 10_000))
    assert b"certificate.awarded/1" in logged
    assert [value for value in personal if value in logged] == []
    for file in Path(ledger.place.name).rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert [value for value in personal if len(value) > 6 and value in data] == [], file.name


def test_two_ledgers_from_one_pack_share_nothing(tmp_path: Path) -> None:
    traces: list[set[bytes]] = []
    for name in ("one", "other"):
        with found(tmp_path / name, Founding(master_key_in="master.key")) as made:
            intake(made, "base-pack")
            traces.append(set())
            for recorded in made.store.entries(0, 10_000):
                statement, event = made.vault.read(recorded)
                traces[-1] |= {recorded.stream_id.bytes, statement.record.envelope.command}
                traces[-1] |= set(statement.record.commitments)
                if isinstance(event, kinds.CertificateAwarded | kinds.TitleGranted):
                    traces[-1] |= {str(event.number).encode(), str(event.link).encode()}
    assert len(traces[0]) > 1500
    assert traces[0].isdisjoint(traces[1])
