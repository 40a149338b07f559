"""What a whole upload holds, by what the files are and not by what they are called."""

from __future__ import annotations

import io
import zipfile

import pytest

from ledger.bulk.items import ITEMS, HeldFile, TooManyItems, TypedRow, Unread, visible
from ledger.bulk.uploads import Contents, Uploaded, contents
from tests.ledger.bulk.test_bulk_archives import PDF, zipped
from tests.ledger.bulk.test_bulk_tables import ONE, book


def upload(*files: tuple[str, bytes]) -> Contents:
    return contents(Uploaded(name, io.BytesIO(data), len(data)) for name, data in files)


def test_several_files_of_every_kind_in_their_order() -> None:
    found = upload(
        ("list.csv", f"number,name\n{ONE},张三\n".encode()),
        ("book.xlsx", book([["number", "name"], [ONE, "李四"]])),
        ("stored.zip", zipped([("a.pdf", PDF)], zipfile.ZIP_STORED)),
        ("b.pdf", PDF),
        ("c.bin", b"\x89PNG\r\n\x1a\n"),
    )
    assert [told.kind for told in found.files] == ["csv", "xlsx", "zip", "file", "file"]
    assert [type(item) for item in found.items] == [TypedRow, TypedRow, HeldFile, HeldFile, HeldFile]
    assert [(item.place.file, item.place.line, item.place.entry) for item in found.items] == [
        ("list.csv", 2, None),
        ("book.xlsx", 2, None),
        ("stored.zip", None, "a.pdf"),
        ("b.pdf", None, None),
        ("c.bin", None, None),
    ]
    held = [item.read() for item in found.items if isinstance(item, HeldFile)]
    assert held == [PDF, PDF, b"\x89PNG\r\n\x1a\n"]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.csv", b"", "empty"),
        ("a.doc", b"\xd0\xcf\x11\xe0", "unknown-file"),
        ("a.csv", b"a,b,c", "unknown-columns"),
        ("a.xlsx", zipped([("a.pdf", PDF)]), "bad-table"),
        ("a.zip", zipped([("a.pdf", PDF)])[:-5], "bad-archive"),
        ("a.pdf", PDF + bytes(32 * 1024 * 1024), "too-large"),
        ("a.csv", b"number,name\n" + bytes(9 * 1024 * 1024), "too-large"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_piece_that_was_turned_away(name: str, data: bytes, code: str) -> None:
    found = upload((name, data), ("b.pdf", PDF))
    first, second = found.items
    assert isinstance(first, Unread)
    assert (first.place.file, first.reason.code) == (name, code)
    assert isinstance(second, HeldFile)


def test_all_files_together_may_hold_so_many() -> None:
    half = zipped([(f"{at}.pdf", PDF) for at in range(ITEMS // 2)])
    assert len(upload(("a.zip", half), ("b.zip", half)).items) == ITEMS
    with pytest.raises(TooManyItems):
        upload(("a.zip", half), ("b.zip", half), ("c.pdf", PDF))


def test_names_of_strangers_cannot_pretend() -> None:
    assert visible("gpj.\u202efdp") == "gpj.\\u202efdp"
    assert visible("a\r\nb\0") == "a\\u000d\\u000ab\\u0000"
    assert visible("阿依古丽·买买提.pdf") == "阿依古丽·买买提.pdf"
    assert (len(visible("x" * 500)), visible("x" * 500)[-1]) == (200, "…")
