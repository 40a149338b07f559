"""Many at once: each piece is told as the pages tell it, in every form of the answer, and nothing of it is kept."""

from __future__ import annotations

import csv
import html
import io
import json
import logging
import re
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from api import bulk_checks, bulk_words, words
from api.banners import BANNERS
from api.bulk_checks import Checked
from api.bulk_rows import CsvTable, workbook
from api.lookup import SECONDS
from ledger.awards import open_awards
from ledger.bulk.items import ITEMS, Place, TypedRow
from ledger.certificate.codes import link_code
from ledger.commands import EraseTrainee
from tests.api.papers import Paper, papers, zipped
from tests.api.test_lookup import UNKNOWN, mistyped
from tests.api.whole_ledger import NOW, WholeLedger, by, do, publish_now, trainee
from verifier.address import link_address
from verifier.check import Checker

STATES = ("valid", "title valid", "revoked", "expired", "suspended", "superseded")
Line = dict[str, Any]


@pytest.fixture(scope="session")
def held(original: WholeLedger) -> dict[str, Paper]:
    return papers(original, *STATES)


@pytest.fixture(scope="session")
def client(original: WholeLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Seconds go by at every look at the clock, so that no upload is one too many."""
    served = original.copy(tmp_path_factory.mktemp("bulk"))
    with TestClient(served.app(monotonic=count(step=5).__next__)) as made:
        yield made


def lines(client: TestClient, *files: tuple[str, bytes], **sent: Any) -> list[Line]:
    """The lines of an answer for programs: the first, one a piece, the last."""
    if files:
        sent["files"] = [("files", file) for file in files]
    answer = client.post("/bulk.json", **sent)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson"), answer.text
    found = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["type"] for line in found] == ["begin", *["item"] * found[0]["items"], "end"]
    assert [line["at"] for line in found[1:-1]] == list(range(1, found[0]["items"] + 1))
    assert sum(found[-1]["counts"].values()) == found[-1]["items"] == found[0]["items"]
    return found


def items(client: TestClient, *files: tuple[str, bytes], **sent: Any) -> list[Line]:
    return lines(client, *files, **sent)[1:-1]


def typed(client: TestClient, *pairs: tuple[str, str]) -> list[Line]:
    return items(client, json={"items": [{"number": number, "name": name} for number, name in pairs]})


def codes(found: list[Line]) -> list[tuple[str, str | None]]:
    return [(line["state"], line["code"]) for line in found]


def spoilt(pdf: bytes) -> bytes:
    """An edited file."""
    return pdf + b"\n"


# --- numbers with names ---------------------------------------------------------------------------------------------


def test_a_row_says_what_the_page_of_typed_numbers_says(client: TestClient, held: dict[str, Paper]) -> None:
    found = items(client, json={"items": [paper.row for paper in held.values()]})
    for state, paper, line in zip(STATES, held.values(), found, strict=True):
        single = client.post("/check.json", json=paper.row).json()
        assert line["answer"] == single
        assert line["state"] == state.removeprefix("title ") == single["state"]
        assert line["sentence"] == single["sentence"]
        assert (line["matched"], line["signed"]) == (["number", "name"], single["fields"])
    revoked = found[2]
    assert revoked["remark"]["en"].startswith("revoked since 20")


def test_wrong_name_unknown_number_and_erased_holder_are_one_answer(whole: WholeLedger, held: dict[str, Paper]) -> None:
    gone, there = held["valid"], held["title valid"]
    with whole.opened() as ledger, open_awards(ledger) as awards:
        do(ledger, EraseTrainee(trainee(by(awards, whole.links["valid"]))))
        publish_now(ledger)
    with TestClient(whole.app()) as client:
        asked = [(there.number, "某某某"), (UNKNOWN, there.name), (gone.number, gone.name), (gone.number, "Withheld")]
        found = typed(client, *asked)
    own = ("at", "line", "number", "name")
    assert [{key: value for key, value in line.items() if key not in own} for line in found] == [
        {key: value for key, value in found[0].items() if key not in own}
    ] * 4
    assert codes(found) == [("no-match", "no-match")] * 4
    assert (found[0]["answer"], found[0]["signed"], found[0]["matched"]) == (None, {}, [])


def test_a_number_alone_shows_nothing_and_a_slip_is_said_before_any_look_up(
    whole: WholeLedger, held: dict[str, Paper]
) -> None:
    """Also where nothing can be looked up, since the ledger is closed."""
    app = whole.app()
    with TestClient(app):
        pass
    paper = held["valid"]
    found = typed(TestClient(app), (paper.number, ""), (paper.number, " · "), (mistyped(paper.number), paper.name))
    assert codes(found) == [("turned-away", "name-missing")] * 2 + [("turned-away", "mistyped-number")]
    assert all(line["answer"] is None and line["signed"] == {} for line in found)
    (right,) = typed(TestClient(app), (paper.number, paper.name))
    assert codes([right]) == [("could-not-check", "could-not-check")]


def test_a_pair_that_does_not_match_takes_its_time_and_holds_up_only_itself(
    client: TestClient, held: dict[str, Paper]
) -> None:
    begun = time.perf_counter()
    found = typed(client, *[(held["valid"].number, "nobody")] * 3, (held["valid"].number, held["valid"].name))
    assert codes(found) == [("no-match", "no-match")] * 3 + [("valid", None)]
    assert time.perf_counter() - begun >= SECONDS


def test_tables_of_offices(client: TestClient, held: dict[str, Paper]) -> None:
    one, two = held["valid"], held["revoked"]
    rows = [
        "姓名;证书编号;部门",
        f"{one.name};{one.number};x",
        ";;",
        f"{two.name};;y",
        f"{two.name};{two.number.lower()};z",
    ]
    text = "\r\n".join(rows)
    begin, *found, _ = lines(client, ("名单.csv", text.encode("gb18030")))
    assert begin["files"] == [
        {
            "name": "名单.csv",
            "kind": "csv",
            "items": 3,
            "encoding": "gb18030",
            "delimiter": ";",
            "sheet": None,
            "columns": {"number": "证书编号", "name": "姓名"},
            "passed_over": ["部门"],
        }
    ]
    assert codes(found) == [("valid", None), ("turned-away", "number-missing"), ("revoked", None)]
    assert [(line["file"], line["line"]) for line in found] == [("名单.csv", 2), ("名单.csv", 4), ("名单.csv", 5)]


# --- files ----------------------------------------------------------------------------------------------------------


def test_an_archive_of_papers(client: TestClient, held: dict[str, Paper]) -> None:
    files = {f"papers/{state}.pdf": paper.pdf for state, paper in held.items()}
    files |= {"edited.pdf": spoilt(held["valid"].pdf), "other.pdf": b"%PDF-1.4\n", "notes.txt": b"x"}
    found = items(client, ("all.zip", zipped(files)))
    assert [line["entry"] for line in found] == list(files)
    assert codes(found) == [
        *((state.removeprefix("title "), None) for state in STATES),
        ("not-as-issued", "not-as-issued"),
        ("not-as-issued", "not-as-issued"),
        ("turned-away", "unknown-file"),
    ]
    for line, paper in zip(found, held.values(), strict=False):
        single = client.post("/check.json", json=paper.row).json()
        assert line["answer"] == single
        assert line["matched"] == ["seal", "proof"]
    edited, bare = found[-3:-1]
    assert (edited["signed"]["number"], edited["answer"], edited["matched"]) == (held["valid"].number, None, [])
    assert "not as it was sealed" in edited["detail"]
    assert bare["signed"] == {}


def test_pictures_and_proofs(client: TestClient, original: WholeLedger, held: dict[str, Paper]) -> None:
    url = "http://127.0.0.1:8000"

    def photo(link: str, at: str = url) -> bytes:
        return link_code(link_address(at, link)).png(1)

    with original.opened() as ledger, open_awards(ledger) as awards:
        proof = awards.proof(by(awards, original.links["revoked"]))
    found = items(
        client,
        ("a.png", photo(original.links["valid"])),
        ("b.cbor", proof),
        ("c.png", photo(original.links["erased"])),
        ("d.png", photo("0" * 24)),
        ("e.png", photo(original.links["valid"], "https://evil.example.net")),
        ("f.png", b"\x89PNG\r\n\x1a\nnothing"),
    )
    assert [line["state"] for line in found] == [
        "valid",
        "revoked",
        "erased",
        "unknown",
        "could-not-check",
        "not-a-proof",
    ]
    assert [line["matched"] for line in found] == [["link"], ["proof"], ["link"], [], [], []]
    assert (found[0]["number"], found[1]["signed"]["name"]) == (held["valid"].number, held["revoked"].name)
    assert "evil.example.net" in found[4]["detail"]


def test_without_a_status_list_nothing_is_valid_and_nothing_revoked(whole: WholeLedger, held: dict[str, Paper]) -> None:
    (whole.public / "status" / "0").unlink()
    with TestClient(whole.app(works=False)) as client:
        rows = items(client, json={"items": [paper.row for paper in held.values()]})
        files = items(client, *[(state, paper.pdf) for state, paper in held.items()])
    assert codes(rows + files) == [("authentic-standing-not-checked", "could-not-check")] * 12


def test_without_a_checkpoint_nothing_could_be_checked(whole: WholeLedger, held: dict[str, Paper]) -> None:
    (whole.public / "checkpoint").unlink()
    with TestClient(whole.app(works=False)) as client:
        rows = items(client, json={"items": [held["valid"].row]})
        files = items(client, ("a.pdf", held["valid"].pdf))
    assert [line["state"] for line in rows + files] == ["could-not-check"] * 2


# --- forms of the answer --------------------------------------------------------------------------------------------


def in_form(client: TestClient, form: str, *files: tuple[str, bytes], language: str = "en") -> bytes:
    answer = client.post(f"/bulk?lang={language}", data={"answer": form}, files=[("files", file) for file in files])
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    if form != "page":
        assert answer.headers["content-disposition"] == f'attachment; filename="certledger-check.{form}"'
    return answer.content


def listed(*pairs: tuple[str, str]) -> tuple[str, bytes]:
    out = io.StringIO()
    csv.writer(out).writerows([("number", "name"), *pairs])
    return "list.csv", out.getvalue().encode()


@pytest.mark.parametrize("language", ["zh", "en", "ko"])
def test_csv_and_excel_say_what_json_says_and_can_be_checked_again(
    client: TestClient, held: dict[str, Paper], language: str
) -> None:
    sent = listed(*((paper.number, paper.name) for paper in held.values()), (UNKNOWN, "=cmd|' /C calc'!A0"))
    found = items(client, sent)
    data = in_form(client, "csv", sent, language=language)
    assert data.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert len(set(head)) == len(head)
    for line, row in zip(found, rows, strict=True):
        values = dict(zip(head, row, strict=True))
        name = line["name"] if line["name"][0] != "=" else f"'{line['name']}"
        assert list(values.values())[:4] == ["list.csv", str(line["line"]), line["number"], name]
        assert list(values.values())[5] == line["state"]
        assert line["signed"].get("expires_on", "") in row
    book = load_workbook(io.BytesIO(in_form(client, "xlsx", sent, language=language)))
    sheet = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert sheet[0] == head
    assert [row[5] for row in sheet[1:]] == [line["state"] for line in found]
    last = book.worksheets[0].cell(len(sheet), 4)
    assert (last.value, last.data_type, last.quotePrefix) == ("=cmd|' /C calc'!A0", "s", True)
    assert isinstance(sheet[1][8], datetime)
    assert (sheet[1][8].date(), sheet[1][1]) == (date.fromisoformat(found[0]["signed"]["awarded_on"]), 2)
    again = items(client, ("again.csv", data))
    assert [line["state"] for line in again[:-1]] == [line["state"] for line in found[:-1]]


def test_the_receipt_says_what_the_rows_say_and_a_stranger_finds_the_same(
    client: TestClient, original: WholeLedger, held: dict[str, Paper]
) -> None:
    files = [listed(*((paper.number, paper.name) for paper in held.values()), (UNKNOWN, "nobody"), ("", "x"))]
    files += [(f"{state}.pdf", paper.pdf) for state, paper in held.items()]
    files.append(("edited.pdf", spoilt(held["valid"].pdf)))
    data = in_form(client, "pdf", *files)
    with original.opened() as ledger, open_awards(ledger) as awards:
        trust = awards.snapshot().trust
    verdict = Checker(trust, datetime.fromtimestamp(NOW / 1000, UTC), offline=True).check_bytes("receipt", data)
    assert verdict.state.value == "verification-receipt", verdict
    told = [line["state"] for line in items(client, *files) if line["state"] != "turned-away"]
    assert verdict.then is not None
    assert [item.state for item in verdict.then.items] == told
    assert "no-match" in told
    assert verdict.then.turned_away == {"number-missing": 1}
    page = in_form(client, "page", *files).decode()
    assert 'download="certledger-check.pdf"' in page


def test_an_earlier_receipt_among_the_files_stands_in_the_new_one_as_what_it_is(
    client: TestClient, original: WholeLedger, held: dict[str, Paper]
) -> None:
    row = listed((held["valid"].number, held["valid"].name))
    earlier = in_form(client, "pdf", row)
    assert 'download="certledger-check.pdf"' in in_form(client, "page", row, ("receipt.pdf", earlier)).decode()
    data = in_form(client, "pdf", row, ("receipt.pdf", earlier))
    with original.opened() as ledger, open_awards(ledger) as awards:
        trust = awards.snapshot().trust
    verdict = Checker(trust, datetime.fromtimestamp(NOW / 1000, UTC), offline=True).check_bytes("receipt", data)
    assert verdict.then is not None
    assert [item.state for item in verdict.then.items] == ["valid", "verification-receipt"]


def test_where_every_row_was_turned_away_it_is_said_why_and_not_to_try_again(client: TestClient) -> None:
    rows = listed(("BDI-2026-1", "x"), ("BDI-2026-2", "y"), (UNKNOWN, ""))
    page = in_form(client, "page", rows).decode()
    assert html.unescape(page).count(str(bulk_words.NO_RECEIPT_OF_NOTHING.en)) == 1
    assert bulk_words.NO_RECEIPT.en not in html.unescape(page)
    answer = client.post("/bulk?lang=en", data={"answer": "pdf"}, files=[("files", rows)])
    assert (answer.status_code, answer.headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "no-store"
    assert 'data-state="nothing-checked"' in answer.text
    told = html.unescape(answer.text)
    assert f"2: {bulk_words.REMARKS['mistyped-number'].en}" in told
    assert f"1: {bulk_words.REMARKS['name-missing'].en}" in told
    for form in ("csv", "xlsx"):
        assert in_form(client, form, rows)


def test_without_a_good_log_there_is_no_receipt(whole: WholeLedger, held: dict[str, Paper]) -> None:
    (whole.public / "checkpoint").unlink()
    with TestClient(whole.app(works=False)) as client:
        page = in_form(client, "page", listed((held["valid"].number, held["valid"].name))).decode()
        assert str(bulk_words.NO_RECEIPT.en) in page
        sent = [("files", listed((held["valid"].number, held["valid"].name)))]
        answer = client.post("/bulk?lang=en", data={"answer": "pdf"}, files=sent)
        assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
        assert 'data-state="no-receipt"' in answer.text


@pytest.mark.parametrize("start", list("=+-@\t\r\n") + list("＝＋－＠"))
def test_no_cell_is_a_formula(start: str) -> None:
    row = TypedRow(Place(f"{start}file"), "number", "name")
    checked = Checked(row, bulk_checks.TURNED_AWAY, datetime.fromtimestamp(NOW / 1000), "too-large", f"{start}1+1")
    (cells,) = csv.reader(io.StringIO(CsvTable("en").rows([checked]).decode(), newline=""))
    assert cells[0] == f"'{start}file"
    sheet = load_workbook(io.BytesIO(workbook([checked], "en"))).worksheets[0]
    assert {cell.data_type for row_cells in sheet.iter_rows() for cell in row_cells} <= {"s", "inlineStr", "n", "d"}


@pytest.mark.parametrize("language", ["zh", "en", "ko"])
def test_the_page_shows_every_row_then_a_summary_with_both_tables(
    client: TestClient, held: dict[str, Paper], language: str
) -> None:
    sent = listed(*((paper.number, paper.name) for paper in held.values()), ("x", '"><script>x</script>'))
    page = in_form(client, "page", sent, language=language).decode()
    assert re.findall(r'<tr data-state="([^"]+)"', page) == [line["state"] for line in items(client, sent)]
    for state in {"valid", "revoked", "turned-away"}:
        assert bulk_words.banner_of(state, "").word.of(language) in page  # type: ignore[arg-type]
    assert page.index("</table>") < page.index('id="summary"') < page.index("</html>")
    counted = dict(re.findall(r'<li data-state="([^"]+)"[^>]*>.*?<strong>(\d+)</strong>', page))
    assert counted == {
        **dict.fromkeys(["expired", "suspended", "superseded", "revoked", "turned-away"], "1"),
        "valid": "2",
    }
    links = re.findall(r'<a download="certledger-check\.(csv|xlsx|pdf)" href="data:[^"]+;base64,[^"]+"', page)
    assert links == ["csv", "xlsx", "pdf"]
    assert "<script>x" not in page


@pytest.mark.parametrize("language", ["zh", "en", "ko"])
def test_what_is_in_english_alone_is_called_so(client: TestClient, held: dict[str, Paper], language: str) -> None:
    edited = ("edited.pdf", spoilt(held["valid"].pdf))
    page = in_form(client, "page", edited, language=language).decode()
    label = words.TECHNICAL.of(language)  # type: ignore[arg-type]
    assert re.search(rf'<span class="detail">{re.escape(label)}: <span lang="en">[^<]+</span></span>', page)
    assert f"{label}: " in in_form(client, "csv", edited, language=language).decode("utf-8-sig")


def test_the_label_is_the_one_of_the_pages_that_scan() -> None:
    twin = Path(__file__).parents[2] / "verifier" / "web" / "src" / "sentences.json"
    assert json.loads(twin.read_text("utf-8"))["technical"] == words.TECHNICAL.as_json()


def test_how_to_check_without_uploading_is_told_whole(client: TestClient) -> None:
    """With the trust file, without which the command does nothing, and where to get the command."""
    page = client.get("/bulk?lang=en").text
    assert "certverify check *.pdf --trust trust.txt --log " in page
    assert '<a href="/trust?lang=en#certverify">' in page
    there = client.get("/trust?lang=en").text
    assert 'id="certverify"' in there
    assert "certledger-VERSION.tar.gz" in there
    assert "pip install '.[scan]'" in there
    assert '<a href="/trust?lang=en#certverify">' in client.get("/?lang=en").text


def test_every_outcome_looks_and_sounds_like_no_other() -> None:
    told = [*BANNERS.values(), *bulk_words.OUTCOMES.values()]
    assert len({banner.icon for banner in told}) == len(told)
    for language in ("zh", "en", "ko"):
        assert len({banner.word.of(language) for banner in told}) == len(told)


# --- what is refused, and what is kept ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"json": {"items": []}}, 422, "nothing-uploaded"),
        ({"data": {"answer": "csv"}, "files": [("other", b"x")]}, 422, "nothing-uploaded"),
        ({"json": {"items": {}}}, 400, "bad-upload"),
        ({"json": {"items": [{"number": "1"}]}}, 400, "bad-upload"),
        ({"json": {"items": [{"number": 1, "name": "x"}]}}, 400, "bad-upload"),
        ({"content": b'{"items": [{"number": "\\ud800", "name": "x"}]}'}, 400, "bad-upload"),
        ({"content": b"[" * 5000}, 400, "bad-upload"),
        ({"json": {"items": [{"number": "1", "name": "x"}] * (ITEMS + 1)}}, 413, "too-many-items"),
        ({"files": [("files", (f"{at}.pdf", b"%PDF-")) for at in range(ITEMS + 1)]}, 413, "too-many-items"),
        ({"files": [("files", ("a.csv", b"number,name\n" + b"x,y\n" * (ITEMS + 1)))]}, 413, "too-many-items"),
        ({"content": b"x" * (1024 * 1024 + 1)}, 413, "upload-too-large"),
        ({"content": b"x", "headers": {"Content-Length": "268435457"}}, 413, "upload-too-large"),
        ({"content": b"x", "headers": {"Content-Type": "text/csv"}}, 415, "bad-upload"),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400, "bad-upload"),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data; boundary=y"}}, 400, "bad-upload"),
    ],
)
def test_what_is_no_upload_is_refused(client: TestClient, sent: dict[str, Any], status: int, code: str) -> None:
    if "content" in sent:
        sent = {**sent, "headers": {"Content-Type": "application/json", **sent.get("headers", {})}}
    twin, page = client.post("/bulk.json", **sent), client.post("/bulk?lang=en", **sent)
    assert (twin.status_code, twin.json()["code"]) == (page.status_code, code) == (status, code)
    assert f'data-state="{code}"' in page.text
    assert 'class="lookup bulk"' in page.text


def test_nothing_is_written_or_logged(
    client: TestClient, held: dict[str, Paper], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the files, which would spill into a temporary folder if there were one, nor who they are about."""
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    caplog.set_level(logging.DEBUG)
    paper = held["valid"]
    large = zipped({"a.pdf": paper.pdf, "b.pdf": b"%PDF-" + Random(1).randbytes(2_000_000)})
    found = items(client, (f"{paper.name}.zip", large), ("list.csv", listed((paper.number, paper.name))[1]))
    assert [line["state"] for line in found] == ["valid", "not-as-issued", "valid"]
    assert paper.name not in caplog.text
    assert paper.number not in caplog.text


def test_the_form_and_the_route_are_told_of(client: TestClient) -> None:
    for language in ("zh", "en", "ko"):
        page = client.get(f"/bulk?lang={language}")
        assert page.status_code == 200
        assert set(re.findall(r'name="answer" value="([^"]+)"', page.text)) == set(bulk_words.ANSWERS)
        assert f'href="/bulk?lang={language}"' in client.get(f"/?lang={language}").text
    described = client.get("/openapi.json").json()["paths"]["/bulk.json"]["post"]
    assert set(described["responses"]) == {"200", "400", "408", "413", "415", "422", "429", "503"}
    assert set(described["requestBody"]["content"]) == {"application/json", "multipart/form-data"}
    assert set(described["responses"]["200"]["content"]) == {"application/x-ndjson"}


def test_every_code_of_a_piece_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "refusals.md").read_text("utf-8")
    section = text.split("\n## Pieces of a bulk check", 1)[1].split("\n## ", 1)[0]
    assert set(re.findall(r"(?m)^\| `([a-z-]+)` \|", section)) == {*bulk_words.REMARKS, *bulk_words.OUTCOMES}
