"""ZIP archives of strangers: every entry is told, nothing is written, and no bomb goes off."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from ledger.bulk import archives
from ledger.bulk.archives import check_unpacked, read_archive
from ledger.bulk.items import ITEMS, HeldFile, Item, TooManyItems, TurnedAway, Unread

PDF = b"%PDF-1.7\nsome certificate\n"


def zipped(entries: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


def outcomes(data: bytes) -> dict[str, str]:
    """The code of what came of each entry, by name; empty for one that could be read."""
    return {str(item.place.entry): outcome(item) for item in read_archive("a.zip", io.BytesIO(data))[1]}


def outcome(item: Item) -> str:
    if isinstance(item, Unread):
        return item.reason.code
    assert isinstance(item, HeldFile)
    try:
        item.read()
    except TurnedAway as reason:
        return reason.code
    return ""


def test_entries_are_read_one_by_one_when_it_is_their_turn() -> None:
    data = zipped([("one.pdf", PDF), ("folder/", b""), ("folder/two.pdf", PDF + b"2"), ("photo.jpg", b"\xff\xd8\xff")])
    told, items = read_archive("a.zip", io.BytesIO(data))
    assert (told.kind, told.items) == ("zip", 3)
    assert [item.read() for item in items if isinstance(item, HeldFile)] == [PDF, PDF + b"2", b"\xff\xd8\xff"]


def test_what_systems_leave_behind_is_passed_over_and_named() -> None:
    data = zipped([("__MACOSX/._a.pdf", b"x"), ("a.pdf", PDF), ("b/.DS_Store", b"x"), ("Thumbs.db", b"x")])
    told, items = read_archive("a.zip", io.BytesIO(data))
    assert (len(items), told.passed_over) == (1, ("__MACOSX/._a.pdf", "b/.DS_Store", "Thumbs.db"))


def test_names_that_lead_out_of_the_archive_are_told_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["/etc/a.pdf", "../a.pdf", "b/../../a.pdf", "C:/a.pdf", "..\\b.pdf"]
    found = outcomes(zipped([*((name, PDF) for name in names), ("fine\\a.pdf", PDF)]))
    assert found == {**{name.replace("\\", "/"): "bad-name" for name in names}, "fine/a.pdf": ""}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("encoding", "flag"), [("gb18030", 0), ("utf-8", 0), ("utf-8", 0x800)])
def test_names_of_chinese_windows_are_read(encoding: str, flag: int) -> None:
    assert outcomes(renamed("证书-张三.pdf".encode(encoding), flag)) == {"证书-张三.pdf": ""}


def renamed(raw: bytes, flag: int) -> bytes:
    """An archive of one PDF whose name is these bytes, as other programs write them."""
    data = zipped([("x" * len(raw), PDF)], zipfile.ZIP_STORED).replace(b"x" * len(raw), raw)
    local, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    return patched(patched(data, local + 6, flag), central + 8, flag)


def patched(data: bytes, at: int, value: int, form: str = "<H") -> bytes:
    packed = struct.pack(form, value)
    return data[:at] + packed + data[at + len(packed) :]


def test_a_second_entry_of_one_name_is_told() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped([("a.pdf", PDF), ("a.pdf", PDF)])
    assert [outcome(item) for item in read_archive("a.zip", io.BytesIO(data))[1]] == ["", "duplicate-name"]


def test_what_is_no_certificate_and_archives_in_archives_are_told() -> None:
    inner = zipped([("a.pdf", PDF)])
    entries = [("a.txt", b"hello"), ("b.zip", inner), ("c.pdf", inner), ("d.exe", b"MZ"), ("e.pdf", b"")]
    assert outcomes(zipped(entries)) == {
        "a.txt": "unknown-file",
        "b.zip": "nested-archive",
        "c.pdf": "nested-archive",
        "d.exe": "unknown-file",
        "e.pdf": "unknown-file",
    }


def test_encrypted_and_strangely_packed_entries_are_told() -> None:
    data = zipped([("a.pdf", PDF)])
    assert outcomes(patched(data, data.index(b"PK\x01\x02") + 8, 1)) == {"a.pdf": "encrypted"}
    assert outcomes(zipped([("a.pdf", PDF)], zipfile.ZIP_LZMA)) == {"a.pdf": "bad-archive"}


def test_damaged_entries_are_told_and_the_others_read() -> None:
    data = zipped([("a.pdf", PDF * 20), ("b.pdf", PDF)], zipfile.ZIP_STORED)
    assert outcomes(data[:60] + bytes([data[60] ^ 1]) + data[61:]) == {"a.pdf": "bad-archive", "b.pdf": ""}


def test_bombs_are_told_before_they_are_unpacked() -> None:
    zeros = b"%PDF-" + bytes(30 * 1024 * 1024)
    assert outcomes(zipped([("a.pdf", zeros), ("b.pdf", PDF)])) == {"a.pdf": "overcompressed", "b.pdf": ""}
    assert outcomes(zipped([("a.pdf", zeros + bytes(4 * 1024 * 1024))])) == {"a.pdf": "too-large"}
    with pytest.raises(TurnedAway) as refused:
        read_archive("a.zip", io.BytesIO(zipped([(f"{at}.pdf", zeros) for at in range(18)])))
    assert (refused.value.code, "unpacked" in refused.value.detail) == ("too-large", True)


def test_an_entry_never_gives_more_than_its_directory_says() -> None:
    data = zipped([("a.pdf", PDF + bytes(100_000))])
    assert outcomes(patched(data, data.index(b"PK\x01\x02") + 24, len(PDF), "<I")) == {"a.pdf": "bad-archive"}


def test_entries_that_share_their_bytes_are_a_bomb() -> None:
    data = zipped([("a.pdf", PDF * 50), ("b.pdf", PDF * 50)], zipfile.ZIP_STORED)
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 1)
    doubled = patched(patched(data, first + 20, len(data), "<I"), second + 20, len(data), "<I")
    with pytest.raises(TurnedAway) as refused:
        read_archive("a.zip", io.BytesIO(doubled))
    assert refused.value.code == "bad-archive"


@pytest.mark.parametrize("data", [b"", b"PK", PDF, b"PK\x03\x04" * 100])
def test_what_is_no_archive_is_told(data: bytes) -> None:
    with pytest.raises(TurnedAway) as refused:
        read_archive("a.zip", io.BytesIO(data))
    assert refused.value.code == "bad-archive"


def test_a_directory_that_is_too_large_is_not_even_read() -> None:
    data = zipped([("a.pdf", PDF)])
    end = data.rindex(b"PK\x05\x06")
    for at, value, form in ((10, archives.ENTRIES + 1, "<H"), (12, archives.DIRECTORY_BYTES + 1, "<I")):
        with pytest.raises(TurnedAway) as refused:
            read_archive("a.zip", io.BytesIO(patched(data, end + at, value, form)))
        assert refused.value.code == "too-large"


def test_as_many_entries_as_there_may_be_and_one_more() -> None:
    entries = [(f"{at}.pdf", PDF) for at in range(ITEMS + 1)]
    assert len(read_archive("a.zip", io.BytesIO(zipped(entries[:-1])))[1]) == ITEMS
    with pytest.raises(TooManyItems):
        read_archive("a.zip", io.BytesIO(zipped(entries)))


def test_an_empty_archive_is_told() -> None:
    with pytest.raises(TurnedAway) as refused:
        read_archive("a.zip", io.BytesIO(zipped([("folder/", b"")])))
    assert refused.value.code == "empty"


def test_unpacking_to_count_stops_at_the_limit() -> None:
    data = zipped([("a", bytes(900_000)), ("b", bytes(200_000))])
    check_unpacked(data, 1_100_000)
    with pytest.raises(TurnedAway):
        check_unpacked(data, 1_099_999)
