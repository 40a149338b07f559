"""Finding the files of a pack, and their text as records with lines."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest

from ledger.intake.files import KINDS, PackError, PackFile, open_pack, read_table, read_text


def csv_file(data: bytes, name: str = "enrolments.csv") -> PackFile:
    return PackFile(name.split(".")[0], name, data)


def excel_file(*sheets: Sequence[Sequence[object]], name: str = "enrolments.xlsx") -> PackFile:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for line, row in enumerate(rows, start=1):
            for at, value in enumerate(row, start=1):
                sheet.cell(line, at, value)
    out = io.BytesIO()
    book.save(out)
    return csv_file(out.getvalue(), name)


def records(file: PackFile) -> list[tuple[int, list[str]]]:
    return [(record.line, record.cells) for record in read_table(file).records]


def test_a_file_is_of_the_kind_that_its_name_says_up_to_the_first_dot(tmp_path: Path) -> None:
    for name in ("roster.xlsx", "roster.gb18030.csv", "roster.CSV", "cohorts.csv", "policies.toml", "attendance.2.csv"):
        (tmp_path / name).write_bytes(b"x")
    pack = open_pack(tmp_path)
    assert [(file.kind, file.name) for file in pack.files] == [
        ("policies", "policies.toml"),
        ("cohorts", "cohorts.csv"),
        ("roster", "roster.CSV"),
        ("roster", "roster.gb18030.csv"),
        ("roster", "roster.xlsx"),
        ("attendance", "attendance.2.csv"),
    ]
    assert pack.unknown == ()
    assert [file.name for file in pack.of("cohorts", "policies")] == ["policies.toml", "cohorts.csv"]


def test_what_is_not_read_is_named(tmp_path: Path) -> None:
    for name in (
        "cohorts.csv",
        "cohorts.toml",
        "policies.csv",
        "roster",
        "roster.csv.bak",
        "~$roster.xlsx",
        "Notes.txt",
    ):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "expected").mkdir()
    (tmp_path / "enrolments.csv").mkdir()
    pack = open_pack(tmp_path)
    assert [file.name for file in pack.files] == ["cohorts.csv"]
    assert set(pack.unknown) == {
        "Notes.txt", "cohorts.toml", "enrolments.csv", "policies.csv", "roster", "roster.csv.bak", "~$roster.xlsx"
    }  # fmt: skip


def test_a_folder_without_a_file_of_a_pack_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="holds no file of a pack"):
        open_pack(tmp_path)
    with pytest.raises(PackError, match="is not a folder"):
        open_pack(tmp_path / "elsewhere")


def test_the_hash_is_of_the_bytes_that_are_parsed() -> None:
    assert csv_file(b"a\r\n").sha256() == hashlib.sha256(b"a\r\n").digest()


def test_the_kinds_stand_in_the_order_of_rejects() -> None:
    assert " ".join(KINDS) == (
        "organisations programmes policies cohorts roster enrolments attendance assessments amendments withdrawals"
        " award_requests title_applications revocations"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("text", ["学号,期次\n李雷,一期\n", "plain\n", "", "𠮷野,㐂\n"])
def test_text_is_read_in_each_encoding(encoding: str, text: str) -> None:
    assert read_text(csv_file(text.encode(encoding))) == text


def test_text_that_is_neither_utf_8_nor_gb18030_is_refused_with_the_byte() -> None:
    with pytest.raises(PackError, match=r"enrolments.csv: is neither UTF-8 .* byte 5 \(line 2\)"):
        read_text(csv_file(b"ab\ncd\xb0\xff\n"))


def test_a_damaged_utf_8_file_is_not_taken_for_gb18030() -> None:
    data = "学号,姓名\n1,李雷\n2,韩梅梅\n".encode()
    at = data.index("雷".encode())
    damaged = data[:at] + data[at + 1 :]
    assert damaged.decode("gb18030", errors="replace")
    with pytest.raises(PackError, match=rf"is UTF-8, but byte {at} \(line 2\) is damaged"):
        read_text(csv_file(damaged))
    with pytest.raises(PackError, match=rf"byte {at + 3} \(line 2\) is damaged"):
        read_text(csv_file(b"\xef\xbb\xbf" + damaged))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf_16_is_named(encoding: str) -> None:
    with pytest.raises(PackError, match="is UTF-16"):
        read_text(csv_file("\ufeff学号".encode(encoding)))


def test_a_record_stands_on_its_first_line_and_blank_lines_count() -> None:
    data = b'a,b\r\n1,2\r\n\r\n3,"x\r\ny\r\nz"\r\n , \r\n5,6\r\n7,"8\n"'
    assert records(csv_file(data)) == [(2, ["1", "2"]), (4, ["3", "x\r\ny\r\nz"]), (8, ["5", "6"]), (9, ["7", "8\n"])]


def test_lines_of_an_excel_file_are_the_rows_of_its_sheet() -> None:
    file = excel_file([["a", "b"], ["1", "2"], [], [None, "  "], ["3", None]], [])
    assert read_table(file).header == ["a", "b"]
    assert records(file) == [(2, ["1", "2"]), (5, ["3", ""])]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1.0, "1"),
        (86.8, "86.8"),
        (59.9999999999999, "59.9999999999999"),
        (59.99999999999999, "60"),
        (0.1 + 0.2, "0.3"),
        (0.00001, "0.00001"),
        (19900000001, "19900000001"),
        (date(2023, 2, 5), "2023-02-05"),
        (datetime(2023, 2, 5), "2023-02-05"),
        (datetime(2023, 2, 5, 8, 30), "2023-02-05 08:30:00"),
        (time(8, 30), "08:30:00"),
        (True, "TRUE"),
        (" 12 ", " 12 "),
    ],
)
def test_a_cell_of_excel_is_the_text_that_csv_would_hold(value: object, text: str) -> None:
    assert records(excel_file([["a"], [value]])) == [(2, [text])]


def test_an_id_number_typed_as_a_number_has_lost_its_end_and_shows_it() -> None:
    assert records(excel_file([["a"], [500000197509074038]])) == [(2, ["5.00000197509074e+17"])]


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (csv_file(b""), "is empty"),
        (csv_file(b"\n\n"), "is empty"),
        (excel_file([]), "is empty"),
        (csv_file(b"\na,b\n1,2\n"), "enrolments.csv line 1: is blank"),
        (excel_file([[], ["a"]]), "enrolments.xlsx line 1: is blank"),
        (csv_file(b'a,b\n1,2\n3,"4\n'), "enrolments.csv line 3: is not CSV"),
        (csv_file(b'a,b\n1,"2"x\n'), "enrolments.csv line 2: is not CSV"),
        (csv_file(b"no workbook", "enrolments.xlsx"), "is not a readable Excel workbook"),
        (excel_file([["a"]], [["b"]]), "has 2 sheets that are not empty"),
    ],
)
def test_what_is_no_table_is_refused(file: PackFile, message: str) -> None:
    with pytest.raises(PackError, match=message):
        read_table(file)


@pytest.mark.parametrize("cut", [10, 400, 2000])
def test_a_cut_workbook_is_refused(cut: int) -> None:
    whole = excel_file([["a", "b"], *[[str(n), str(n)] for n in range(50)]])
    with pytest.raises(PackError, match="is not a readable Excel workbook"):
        read_table(csv_file(whole.data[:cut], whole.name))
