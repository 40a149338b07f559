"""Intakes through the console: matched, rehearsed with nothing recorded, approved by another, taken in once."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path
from signal import SIGKILL
from time import sleep
from uuid import uuid4

import openpyxl
import pytest

from ledger import commands as c
from ledger import passkeys
from ledger.bulk.items import TurnedAway
from ledger.bulk.uploads import Uploaded
from ledger.exports import CERTIFICATE_COLUMNS, TITLE_COLUMNS, outcomes, to_csv
from ledger.founding import Founding, found
from ledger.fsck import fsck_ledger
from ledger.intake import engine
from ledger.intake.files import PackFile
from ledger.intake.rows import Rejected, Row, read_file
from ledger.office.intake_files import LEFT_OUT, unpacked
from ledger.office.intake_work import HELD_SECONDS, Interrupted, work_once
from ledger.office.intakes import KEPT_SECONDS, Intake, IntakeMoved
from ledger.office.opening import Office, open_office
from ledger.office.proposals import Signature
from ledger.office.staff import Member
from ledger.open import Ledger, open_ledger
from ledger.refusals import Code
from ledger.register.reading import open_register
from ledger.tables import key_of
from ledger.upkeep import Upkeep
from tests.authenticator import Authenticator
from tests.ledger import lives
from tests.ledger.deciders.story import refused
from tests.ledger.office.conftest import Hands, join
from tests.zipped_packs import zipped
from verifier import trust
from verifier.audit import audit
from verifier.fetch import FolderLog

SAMPLE = Path(str(files("ledger.sample")))
PACKS = Path(__file__).parents[2] / "packs"


@pytest.fixture
def ledger(address: str, hands: Hands) -> Iterator[Ledger]:
    """A ledger of which nothing is known yet."""
    with found(address, Founding(), hands) as made:
        yield made


@pytest.fixture
def clerk(office: Office) -> Member:
    return join(office, "clerk", "registrar", "assessor", "administrator")


@pytest.fixture
def head(office: Office) -> Member:
    return join(office, "head", "approver")


def sent(name: str, data: bytes) -> Uploaded:
    return Uploaded(name, io.BytesIO(data), len(data))


def uploaded(office: Office, member: Member, *sent_files: Uploaded) -> Intake:
    found_files, left_out = unpacked(sent_files)
    return office.intakes.upload(member, found_files, left_out)


def checked(office: Office, member: Member, intake: Intake) -> Intake:
    office.intakes.ask_check(intake.id, member, intake.version)
    assert work_once(office)
    return office.intakes.get(intake.id)


def proposed(office: Office, member: Member, *sent_files: Uploaded) -> Intake:
    intake = checked(office, member, uploaded(office, member, *sent_files))
    return office.intakes.propose(intake.id, member, intake.version, "the year's records")


def taken_in(office: Office, member: Member, approver: Member, *sent_files: Uploaded) -> Intake:
    intake = proposed(office, member, *sent_files)
    office.intakes.approve(intake.id, approver, intake.version)
    while work_once(office):
        pass
    return office.intakes.get(intake.id)


def exported(ledger: Ledger) -> tuple[str, str]:
    folded = outcomes(ledger.store, ledger.vault)
    return to_csv(CERTIFICATE_COLUMNS, folded.certificates), to_csv(TITLE_COLUMNS, folded.titles)


def traces(ledger: Ledger) -> tuple[object, ...]:
    """All that recording something leaves."""
    keys = sorted(name for name, _ in ledger.place.key_files().files())
    with closing(ledger.place.open_key_tables()) as tables:
        people = [key_of("data_keys", row) for row in tables.rows("data_keys")]
    with open_register(ledger) as register:
        register.catch_up()
        registered = register.views.select("SELECT COUNT(*) AS n FROM people")[0]["n"]
    return ledger.store.head(), keys, people, registered


def pieces(office: Office) -> int:
    return int(office.cabinet.select("SELECT COUNT(*) AS n FROM intake_pieces")[0]["n"])


@pytest.mark.parametrize("pack", ["base", "dirty"])
def test_a_pack_comes_out_as_by_the_command_line(office: Office, clerk: Member, head: Member, pack: str) -> None:
    done = taken_in(office, clerk, head, sent(f"{pack}.zip", zipped(PACKS / pack)))
    assert done.state == "done", done.reason
    expected = PACKS / pack / "expected"
    names = ("certificates.csv", "titles.csv")
    assert exported(office.ledger) == tuple((expected / name).read_text("utf-8") for name in names)
    assert done.findings is not None
    if pack == "dirty":
        rows = [f"{item.source.file},{item.source.line},{item.code}" for item in done.findings.rejected]
        assert "\n".join(["file,line,code", *rows, ""]) == (expected / "rejects.csv").read_text("utf-8")
    assert done.findings.pack is not None
    first, end = done.findings.indices
    assert done.findings.pack in {entry.stream_id for entry in office.ledger.store.entries(first, end - first)}
    assert pieces(office) == 0
    assert fsck_ledger(office.ledger).findings == ()


def test_a_rehearsal_records_nothing_and_finds_what_the_intake_finds(
    office: Office, clerk: Member, head: Member
) -> None:
    before = traces(office.ledger)
    intake = proposed(office, clerk, sent("pack.zip", zipped(SAMPLE / "dirty-pack")))
    assert traces(office.ledger) == before
    rehearsed = intake.findings
    assert rehearsed is not None
    assert rehearsed.events > 40
    assert rehearsed.rejected
    office.intakes.approve(intake.id, head, intake.version)
    assert work_once(office)
    done = office.intakes.get(intake.id).findings
    assert done is not None
    assert (done.taken, done.turned_away, done.rejected, done.events) == (
        rehearsed.taken,
        rehearsed.turned_away,
        rehearsed.rejected,
        rehearsed.events,
    )


def test_what_is_known_already_is_told_and_cannot_be_proposed(office: Office, clerk: Member, head: Member) -> None:
    data = zipped(SAMPLE / "base-pack")
    done = taken_in(office, clerk, head, sent("pack.zip", data))
    again = checked(office, clerk, uploaded(office, clerk, sent("pack.zip", data)))
    assert done.findings is not None
    assert again.findings is not None
    assert (again.findings.taken, again.findings.known) == ({}, done.findings.taken)
    refused(Code.WRONG_STEP, lambda: office.intakes.propose(again.id, clerk, again.version, ""))


class Killed(BaseException):
    """As the end of a process: nothing is given back."""


def test_killed_in_the_middle_it_goes_on_where_it_stopped(
    office: Office, clerk: Member, head: Member, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "CHUNK", 50)
    intake = proposed(office, clerk, sent("pack.zip", zipped(PACKS / "base")))
    office.intakes.approve(intake.id, head, intake.version)
    for stop_at in (300, 900):
        size = office.ledger.store.head().size

        def dies(size: int = size, stop_at: int = stop_at) -> bool:
            if office.ledger.store.head().size > size + stop_at:
                raise Killed
            return False

        with pytest.raises(Killed):
            work_once(office, dies)
        assert not work_once(office), "it is held still"
        hands.turn(HELD_SECONDS + 1)
        left = office.intakes.get(intake.id)
        assert left.state == "taking"
        assert 0 < left.done < left.total
    with open_office(office.ledger) as started_anew:
        assert work_once(started_anew)
    done = office.intakes.get(intake.id)
    assert done.state == "done"
    assert done.findings is not None
    assert done.findings.known == {}, "what an earlier try took in is this intake's own"
    assert sum(done.findings.taken.values()) == sum(file.rows for file in done.files if file.kind not in DEFINED)
    expected = PACKS / "base" / "expected"
    assert exported(office.ledger)[0] == (expected / "certificates.csv").read_text("utf-8")
    assert done.findings.indices[0] < 50


def works(address: str, now: int) -> None:
    """What a serving process does, alone in one that will be killed."""
    engine.CHUNK = 50
    with open_ledger(address, lambda: now) as ledger, open_office(ledger) as office:
        work_once(office)


def test_a_process_killed_by_the_system_loses_nothing(
    office: Office, clerk: Member, head: Member, hands: Hands, address: str
) -> None:
    intake = proposed(office, clerk, sent("pack.zip", zipped(PACKS / "base")))
    office.intakes.approve(intake.id, head, intake.version)
    before = office.ledger.store.head().size
    process = get_context("spawn").Process(target=works, args=(address, hands()))
    process.start()
    while process.is_alive() and office.ledger.store.head().size < before + 300:
        sleep(0.01)
    process.kill()
    process.join()
    assert process.exitcode == -SIGKILL, "it was still at work"
    hands.turn(HELD_SECONDS + 1)
    assert work_once(office)
    done = office.intakes.get(intake.id)
    assert done.state == "done", done.reason
    assert exported(office.ledger)[0] == (PACKS / "base" / "expected" / "certificates.csv").read_text("utf-8")
    assert fsck_ledger(office.ledger).findings == ()


DEFINED = ("organisations", "programmes", "policies", "cohorts")


def test_a_process_that_ends_gives_it_back(office: Office, clerk: Member) -> None:
    intake = uploaded(office, clerk, sent("pack.zip", zipped(SAMPLE / "base-pack")))
    office.intakes.ask_check(intake.id, clerk, intake.version)
    with pytest.raises(Interrupted):
        work_once(office, lambda: True)
    assert work_once(office)
    assert office.intakes.get(intake.id).state == "checked"


def test_what_nobody_foresaw_ends_it_with_a_reason_and_it_can_be_tried_again(office: Office, clerk: Member) -> None:
    intake = uploaded(office, clerk, sent("pack.zip", zipped(SAMPLE / "base-pack")))
    office.intakes.ask_check(intake.id, clerk, intake.version)

    def breaks() -> bool:
        raise RuntimeError("unforeseen")

    assert work_once(office, breaks)
    failed = office.intakes.get(intake.id)
    assert (failed.state, failed.reason) == ("failed", "RuntimeError: unforeseen")
    assert checked(office, clerk, failed).state == "checked"


def test_columns_of_other_names_are_matched_by_hand(office: Office, clerk: Member, head: Member) -> None:
    taken_in(office, clerk, head, sent("pack.zip", zipped(SAMPLE / "base-pack")))
    person = (SAMPLE / "base-pack" / "roster.csv").read_text("utf-8").splitlines()[1].split(",")
    text = f"学号,班级,离开日期,原因,经办人\n{person[0]},{person[10]},2026-01-05,个人原因,甲\n"
    intake = uploaded(office, clerk, sent("退训.csv", text.encode("gb18030")))
    (file,) = intake.files
    assert (file.kind, file.header[1], file.samples[0][1]) == ("", "班级", person[10])
    assert not intake.is_matched
    refused(Code.WRONG_STEP, lambda: office.intakes.ask_check(intake.id, clerk, intake.version))
    intake = office.intakes.match(intake.id, clerk, intake.version, {0: "withdrawals"}, {})
    (file,) = intake.files
    assert file.missing == ("cohort", "withdrawn_on")
    assert [file.header[at] for at in file.unknown] == ["班级", "离开日期", "经办人"]
    chosen = {1: "cohort", 2: "withdrawn_on", 4: LEFT_OUT}
    intake = office.intakes.match(intake.id, clerk, intake.version, {0: "withdrawals"}, {0: chosen})
    assert intake.is_matched
    intake = checked(office, clerk, intake)
    assert intake.findings is not None
    assert intake.findings.rejected == ()
    assert intake.findings.taken == {"退训.csv": 1}


def test_workbooks_and_gb18030_are_known_by_their_headings(office: Office, clerk: Member) -> None:
    folder = PACKS / "xlsx"
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".csv", ".xlsx"):
            continue
        intake = uploaded(office, clerk, sent(f"名册{path.suffix}", path.read_bytes()))
        (file,) = intake.files
        assert (file.kind, file.rows, file.is_matched) == ("roster", 60, True), path.name
        (guarded,) = office.intakes.pack(intake.id).files
        assert guarded.guarded
        trusted = PackFile("roster", path.name, path.read_bytes())
        assert [row_of(row) for row in read_file(guarded)] == [row_of(row) for row in read_file(trusted)]


def row_of(row: Row | Rejected) -> tuple[str, ...]:
    assert isinstance(row, Row)
    return row.cells


def test_uploader_and_approver_are_two_and_have_their_roles(office: Office, clerk: Member, head: Member) -> None:
    both = join(office, "both", "registrar", "approver", "assessor", "administrator")
    intake = proposed(office, both, sent("pack.zip", zipped(SAMPLE / "base-pack")))
    refused(Code.SAME_PERSON, lambda: office.intakes.approve(intake.id, both, intake.version))
    refused(Code.MISSING_ROLE, lambda: office.intakes.approve(intake.id, clerk, intake.version))
    refused(Code.MISSING_ROLE, lambda: uploaded(office, head, sent("roster.csv", b"a\n")))
    with pytest.raises(IntakeMoved):
        office.intakes.approve(intake.id, head, intake.version - 1)
    assert office.intakes.get(intake.id).state == "waiting"


def test_a_right_that_is_missing_stops_the_whole(office: Office, head: Member) -> None:
    registrar = join(office, "registrar", "registrar")
    intake = checked(office, registrar, uploaded(office, registrar, sent("pack.zip", zipped(SAMPLE / "base-pack"))))
    assert intake.findings is not None
    assert "missing-role" in intake.findings.fault
    assert not intake.findings.is_news


def test_where_the_approver_has_a_passkey_it_signs_the_intake(office: Office, clerk: Member, head: Member) -> None:
    device = Authenticator("head")
    registers = c.RegisterPasskey(head.pseudonym, device.cose_key, device.rp_id)
    passkeys.change(office.ledger, registers, lives.operators(office.ledger))
    intake = proposed(office, clerk, sent("pack.zip", zipped(SAMPLE / "base-pack")))
    refused(Code.NOT_SIGNED, lambda: office.intakes.approve(intake.id, head, intake.version))
    digests = office.intakes.to_sign(intake.id, head)
    assert digests is not None
    assert len(digests) == 1
    assertion = device.approves(digests)
    signature = Signature(device.thumbprint, assertion.authenticator_data, assertion.client_data, assertion.signature)
    office.intakes.approve(intake.id, head, intake.version, signature)
    assert work_once(office)
    done = office.intakes.get(intake.id)
    assert done.state == "done", done.reason
    assert done.findings is not None
    Upkeep(office.ledger).run_once()
    text = (office.ledger.public / "trust.txt").read_text("utf-8")
    report = audit(FolderLog(office.ledger.public), trust.parse(text), processes=0)
    assert (report.problems, report.findings) == ([], [])
    assert "1 were signed by their approver's" in report.notes[-1]


def has_passkey(office: Office, member: Member) -> Authenticator:
    device = Authenticator(member.login)
    registers = c.RegisterPasskey(member.pseudonym, device.cose_key, device.rp_id)
    passkeys.change(office.ledger, registers, lives.operators(office.ledger))
    return device


def test_what_a_passkey_signed_and_stopped_half_way_goes_on_by_the_same_approver(
    office: Office, clerk: Member, head: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "CHUNK", 50)
    device, other = has_passkey(office, head), join(office, "other", "approver")
    has_passkey(office, other)
    intake = proposed(office, clerk, sent("pack.zip", zipped(SAMPLE / "base-pack")))
    digests = office.intakes.to_sign(intake.id, head)
    assert digests
    assertion = device.approves(digests)
    signature = Signature(device.thumbprint, assertion.authenticator_data, assertion.client_data, assertion.signature)
    office.intakes.approve(intake.id, head, intake.version, signature)
    size = office.ledger.store.head().size

    def breaks() -> bool:
        if office.ledger.store.head().size > size + 100:
            raise RuntimeError("unforeseen")
        return False

    assert work_once(office, breaks)
    failed = office.intakes.get(intake.id)
    assert failed.state == "failed"
    again = checked(office, clerk, failed)
    again = office.intakes.propose(again.id, clerk, again.version, "again")
    assert office.intakes.to_sign(again.id, head) == [], "it is signed"
    refused(Code.NOT_SIGNED, lambda: office.intakes.approve(again.id, other, again.version))
    office.intakes.approve(again.id, head, again.version)
    assert work_once(office)
    done = office.intakes.get(intake.id)
    assert done.state == "done", done.reason


def test_declined_or_thrown_away_nothing_of_the_files_is_left(office: Office, clerk: Member, head: Member) -> None:
    declined = proposed(office, clerk, sent("pack.zip", zipped(SAMPLE / "base-pack")))
    thrown = uploaded(office, clerk, sent("pack.zip", zipped(SAMPLE / "base-pack")))
    assert pieces(office) > 0
    refused(Code.BAD_TEXT, lambda: office.intakes.decline(declined.id, head, " ", declined.version))
    office.intakes.decline(declined.id, head, "the wrong year", declined.version)
    office.intakes.withdraw(thrown.id, clerk, thrown.version)
    assert pieces(office) == 0
    assert office.intakes.get(declined.id).reason == "the wrong year"
    assert all(not file.samples for id_ in (declined.id, thrown.id) for file in office.intakes.get(id_).files)


def test_what_nobody_goes_on_with_expires(office: Office, clerk: Member, head: Member, hands: Hands) -> None:
    done = taken_in(office, clerk, head, sent("pack.zip", zipped(SAMPLE / "dirty-pack")))
    left = uploaded(office, clerk, sent("pack.zip", zipped(SAMPLE / "base-pack")))
    hands.turn(KEPT_SECONDS - 1)
    office.intakes.sweep()
    assert office.intakes.get(left.id).state == "uploaded"
    hands.turn(2)
    assert not work_once(office)
    assert office.intakes.get(left.id).state == "expired"
    assert pieces(office) == 0
    kept = office.intakes.get(done.id).findings
    assert kept is not None
    assert kept.rejected == ()
    assert sum(kept.turned_away.values()) > 0


def test_the_same_upload_twice_is_one(office: Office, clerk: Member) -> None:
    id_, found_files = uuid4(), [("roster.csv", b"trainee_no\n")]
    first = office.intakes.upload(clerk, found_files, [], id_)
    assert office.intakes.upload(clerk, found_files, [], id_) == first
    other = join(office, "other", "registrar")
    refused(Code.IDEMPOTENCY_MISMATCH, lambda: office.intakes.upload(other, found_files, [], id_))


def test_nothing_lies_in_the_cabinet_in_clear(office: Office, clerk: Member) -> None:
    uploaded(office, clerk, sent("roster.csv", (SAMPLE / "base-pack" / "roster.csv").read_bytes()))
    name = (SAMPLE / "base-pack" / "roster.csv").read_text("utf-8").splitlines()[1].split(",")[1].encode()
    rows = office.cabinet.select("SELECT plan AS sealed FROM intakes") + office.cabinet.select(
        "SELECT sealed FROM intake_pieces"
    )
    assert rows
    assert all(name not in bytes(row["sealed"]) for row in rows)


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("roster.csv", b"\0" * (20 * 1024 * 1024))
    return made.getvalue()


def test_bombs_and_what_is_no_pack_are_turned_away() -> None:
    for data, code in ((bomb(), "overcompressed"), (b"PK\x03\x04 no archive", "bad-archive")):
        with pytest.raises(TurnedAway) as raised:
            unpacked([sent("pack.zip", data)])
        assert raised.value.code == code
    with pytest.raises(TurnedAway) as raised:
        unpacked([sent("letter.docx", b"no table")])
    assert raised.value.code == "empty"
    folder = [sent("pack/roster.csv", b"b"), sent("pack/note.txt", b"c"), sent("pack/expected/titles.csv", b"d")]
    named, left_out = unpacked([sent("roster.csv", b"a"), *folder])
    assert ([name for name, _ in named], left_out) == (["roster.csv", "roster (2).csv"], ["note.txt"])


def test_a_sheet_with_a_cell_in_the_last_corner_is_refused_at_once(office: Office, clerk: Member) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "学号"
    book.active["XFD1048576"] = "x"
    made = io.BytesIO()
    book.save(made)
    intake = uploaded(office, clerk, sent("roster.xlsx", made.getvalue()))
    assert "beyond its first 64 columns" in intake.files[0].fault
