"""Numbers and names out of tables, however an office saved them; a bad row or table is told and harms nobody."""

from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import Workbook

from ledger.bulk.items import ITEMS, Item, TooManyItems, TurnedAway, TypedRow, Understood, Unread
from ledger.bulk.tables import NAME_HEADINGS, NUMBER_HEADINGS, read_csv, read_workbook
from verifier.address import new_number

ONE, TWO = (new_number("BDI", 2026, bytes([at]) * 9) for at in (1, 2))


def rows(found: tuple[Understood, list[Item]]) -> list[tuple[int | None, str, str]]:
    typed = [item for item in found[1] if isinstance(item, TypedRow)]
    assert len(typed) == len(found[1])
    return [(item.place.line, item.number, item.name) for item in typed]


def book(*sheets: list[list[object]]) -> bytes:
    made = Workbook()
    made.remove(made.worksheets[0])
    for at, lines in enumerate(sheets):
        sheet = made.create_sheet(f"表{at}")
        for line in lines:
            sheet.append(line)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("headings", [("证书编号", "姓名"), ("Certificate Number", "NAME*"), ("번호", "이름")])
def test_a_table_as_offices_save_it(delimiter: str, encoding: str, headings: tuple[str, str]) -> None:
    lines = [[*headings, "部门"], [ONE, "阿依古丽·买买提", "x"], ["", "", ""], [f" {TWO} ", "张㐂", ""]]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    told, _ = found = read_csv("list.csv", text.encode(encoding))
    assert rows(found) == [(2, ONE, "阿依古丽·买买提"), (4, TWO, "张㐂")]
    assert (told.kind, told.items, told.delimiter, told.passed_over) == ("csv", 2, delimiter, ("部门",))
    assert told.encoding == ("gb18030" if encoding == "gb18030" else "utf-8")
    assert told.columns == headings


@pytest.mark.parametrize("heading", NUMBER_HEADINGS)
def test_every_heading_is_known_in_either_order(heading: str) -> None:
    for other in NAME_HEADINGS:
        assert rows(read_csv("a.csv", f'"{other}","{heading}"\n张三,{ONE}\n'.encode())) == [(2, ONE, "张三")]


def test_two_plain_columns_need_no_headings() -> None:
    assert rows(read_csv("a.csv", f"{ONE},张三\n{TWO},李四\n".encode())) == [(1, ONE, "张三"), (2, TWO, "李四")]
    told, _ = found = read_csv("a.csv", f"张三;{ONE.lower()}\n李四;{TWO}".encode())
    assert rows(found) == [(1, ONE.lower(), "张三"), (2, TWO, "李四")]
    assert told.columns == ("(B)", "(A)")


def test_excels_own_first_line_names_the_delimiter() -> None:
    assert rows(read_csv("a.csv", f"sep=;\r\n编号;姓名\r\n{ONE};张,三\r\n".encode())) == [(3, ONE, "张,三")]


def test_a_row_without_a_number_is_turned_away_alone() -> None:
    _, items = read_csv("a.csv", f"编号,姓名\n,张三\n{ONE}\n{ONE},李四\n".encode())
    first, second, third = items
    assert isinstance(first, Unread)
    assert (first.place.line, first.reason.code) == (2, "number-missing")
    assert (second, third) == (TypedRow(second.place, ONE, ""), TypedRow(third.place, ONE, "李四"))


@pytest.mark.parametrize(
    ("data", "code", "detail"),
    [
        (b"", "empty", ""),
        (b"\n \n,,\n", "empty", ""),
        ("编号,姓名\n".encode(), "empty", ""),
        ("学号,姓名\n1,张三\n".encode(), "unknown-columns", "学号, 姓名"),
        ("编号,编号,姓名\n".encode(), "unknown-columns", "编号, 编号, 姓名"),
        (f"{ONE}\n".encode(), "unknown-columns", ONE),
        (f"{ONE},{TWO}\n".encode(), "unknown-columns", f"{ONE}, {TWO}"),
        ('编号,姓名\n"x,y\n'.encode(), "bad-table", "line 2 is not CSV: unexpected end of data"),
        ("编号,姓名\n1,\0\n".encode(), "bad-table", "line 2 holds a NUL character"),
        ("编号,姓名".encode("utf-16"), "bad-table", "is UTF-16; save it as UTF-8 or GB18030"),
        ("编号,姓名\n1,张三丰".encode()[:-1], "bad-table", "is UTF-8, but byte"),
        (b"number,name\n" + b"x" * (8 * 1024 * 1024), "too-large", "a table has at most"),
    ],
)
def test_what_is_no_table_says_why(data: bytes, code: str, detail: str) -> None:
    with pytest.raises(TurnedAway) as refused:
        read_csv("a.csv", data)
    assert refused.value.code == code
    assert detail in refused.value.detail


def test_as_many_rows_as_there_may_be_and_one_more() -> None:
    lines = [f"{ONE},{at}" for at in range(ITEMS)]
    assert len(read_csv("a.csv", "\n".join(["number,name", *lines]).encode())[1]) == ITEMS
    with pytest.raises(TooManyItems):
        read_csv("a.csv", "\n".join([*lines, f"{ONE},x"]).encode())


# --- workbooks ------------------------------------------------------------------------------------------------------


def test_a_workbook_and_the_sheet_that_has_the_columns() -> None:
    data = book([["说明"]], [["姓名", "证书编号", "日期"], ["张三", ONE, date(2026, 1, 2)], [None, None], [7, TWO]])
    told, _ = found = read_workbook("list.xlsx", data)
    assert rows(found) == [(2, ONE, "张三"), (4, TWO, "7")]
    assert (told.kind, told.sheet, told.columns) == ("xlsx", "表1", ("证书编号", "姓名"))
    assert told.passed_over == ("日期", "表0")


def test_a_formula_counts_as_what_excel_saw_last_and_is_never_calculated() -> None:
    data = book([["number", "name"], [ONE, '=HYPERLINK("http://x.example","张三")']])
    assert rows(read_workbook("a.xlsx", data)) == [(2, ONE, "")]


def test_a_cell_in_the_last_corner_costs_nothing() -> None:
    """Laid out whole, this sheet of 5 KB would need half a terabyte."""
    made = Workbook()
    sheet = made.worksheets[0]
    sheet.append(["number", "name"])
    sheet.append([ONE, "张三"])
    sheet["XFD1048576"] = "x"
    out = io.BytesIO()
    made.save(out)
    assert rows(read_workbook("a.xlsx", out.getvalue())) == [(2, ONE, "张三")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (book([]), "empty"),
        (book([["a", "b", "c"]]), "unknown-columns"),
        (book([["number", "name"]])[:-30], "bad-archive"),
        (b"PK\x03\x04" + b"\0" * 100, "bad-archive"),
    ],
)
def test_what_is_no_workbook_says_why(data: bytes, code: str) -> None:
    with pytest.raises(TurnedAway) as refused:
        read_workbook("a.xlsx", data)
    assert refused.value.code == code
