"""The explorer's public pages: whatever is shown is what was published, at any point, and nothing of it is personal."""

from __future__ import annotations

import csv
import html
import io
import re
from collections import Counter
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from api import explorer_words
from api.languages import LANGUAGES
from ledger.open import Ledger
from tests.api.whole_ledger import TODAY, WholeLedger
from verifier import note, tlogproof
from verifier.events import EVENTS
from verifier.merkle import leaf_hash, verify_inclusion
from verifier.statement import parse

PERSONAL = ("name", "trainee_no", "id_number", "id_number_masked", "email", "phone", "number", "application_no", "link")


@pytest.fixture(scope="session")
def entries(original: WholeLedger) -> list[bytes]:
    with original.opened() as ledger:
        return [entry.statement for entry in everything(ledger)]


def everything(ledger: Ledger) -> list:  # type: ignore[type-arg]
    found: list = []  # type: ignore[type-arg]
    while some := ledger.store.entries(len(found), 1000):
        found += some
    return found


@pytest.fixture(scope="session")
def personal(original: WholeLedger) -> set[str]:
    """Every name, number and address of a person that the ledger holds."""
    with original.opened() as ledger:
        events = [ledger.vault.read(entry)[1] for entry in everything(ledger)]
    public = {field.name for declared in EVENTS.values() for field in declared.public}
    told = {getattr(event, name, None) for event in events for name in PERSONAL if name not in public}
    return {value for value in told if isinstance(value, str) and len(value) > 1}


def pages(entries: list[bytes]) -> list[str]:
    """An address of every kind of page, and the entry and stream of every kind of event."""
    by_kind = {parse(entry).record.type.kind: index for index, entry in enumerate(entries)}
    streams = {str(parse(entries[index]).stream_id) for index in by_kind.values()}
    return [
        *("/explore", "/explore/organisations", "/explore/organisations/HUAWEI", "/explore/cohorts"),
        *("/explore/growth.csv", "/explore/mix.csv"),
        *(f"/explore/entry/{index}" for index in by_kind.values()),
        *(f"/explore/stream/{stream}" for stream in sorted(streams)),
    ]


def test_every_page_in_every_language_and_no_personal_value(
    client: TestClient, entries: list[bytes], personal: set[str]
) -> None:
    assert len(personal) > 100
    for address in pages(entries):
        for language in LANGUAGES:
            answer = client.get(f"{address}?lang={language}")
            assert answer.status_code == 200, address
            told = re.sub(r"[0-9a-f-]{32,}", "", answer.text)  # hashes and ids: eight digits may stand there by chance
            assert not [value for value in personal if value in told], address
            if "html" in answer.headers["content-type"]:
                tag = {"zh": "zh-CN"}.get(language, language)
                assert f'<html lang="{tag}">' in answer.text
                assert not re.search(r"<script|style=|onclick", answer.text)


def test_an_entry_is_what_was_published_and_its_downloads_prove_it(client: TestClient, entries: list[bytes]) -> None:
    for index in (0, 1, 255, 256, len(entries) - 1):
        raw = client.get(f"/explore/entry/{index}/statement.cose").content
        assert raw == entries[index]
        proof = tlogproof.parse(client.get(f"/explore/entry/{index}/proof.tlog").content)
        lines = note.parse(proof.checkpoint).text.splitlines()
        size, root = int(lines[1]), note.decode_base64(lines[2], "root")
        assert proof.index == index
        verify_inclusion(leaf_hash(raw), index, size, proof.path, root)
        page = client.get(f"/explore/entry/{index}?lang=en").text
        assert leaf_hash(raw).hex() in page
        assert root.hex() in page
        assert all(node.hex() in page for node in proof.path)
        assert page.count('class="other"') == len(proof.path)


def test_public_fields_are_shown_with_signer_and_custody(client: TestClient, entries: list[bytes]) -> None:
    index = next(n for n, entry in enumerate(entries) if parse(entry).record.type.kind == "certificate.awarded")
    read = parse(entries[index])
    page = client.get(f"/explore/entry/{index}?lang=en").text
    for field in read.record.type.public:
        assert f'data-field="{field.name}"' in page
    assert read.kid.hex() in page
    assert explorer_words.BY_BASE.en in page
    for own in ("/explore/entry/0", "/explore/organisations/BASE"):
        shown = html.unescape(client.get(f"{own}?lang=en").text)
        assert (explorer_words.BASES_OWN.en in shown, explorer_words.BY_BASE.en in shown) == (True, False)
    assert read.record.commitments[0].hex() in page


def test_the_past_has_nothing_of_what_came_later(client: TestClient, entries: list[bytes]) -> None:
    assert client.get("/explore/entry/50?at=50").status_code == 404
    page = client.get("/explore/entry/49?at=50&lang=en").text
    assert explorer_words.PAST.en in page
    assert "/explore/entry/50" not in page
    table = client.get("/explore/mix.csv?at=50").text
    counted: Counter[str] = Counter()
    for row in csv.DictReader(io.StringIO(table)):
        counted[row["kind"]] += int(row["entries"])
    assert counted == Counter(parse(entry).record.type.kind for entry in entries[:50])


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 499])
def test_a_page_as_of_any_size(client: TestClient, size: int) -> None:
    answer = client.get(f"/explore?at={size}&lang=en")
    assert answer.status_code == 200
    assert f"{size} / " in answer.text


def test_a_day_is_one_of_recording(client: TestClient, entries: list[bytes]) -> None:
    size = len(entries)
    assert f"{size} / {size}" in client.get(f"/explore?by={TODAY}").text
    assert f"0 / {size}" in client.get(f"/explore?by={TODAY - timedelta(days=1)}").text


@pytest.mark.parametrize("query", ["at=x", "at=-1", "at=99999999", "by=2026-02-30", "by=9999-12-31", "at=" + "9" * 40])
def test_what_is_no_point(client: TestClient, query: str) -> None:
    assert client.get(f"/explore?{query}").status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        *("entry/99999999", "entry/x", "entry/²", "stream/x", "stream/00000000-0000-0000-0000-000000000000"),
        *("organisations/NOBODY", "cohorts/NEVER"),
    ],
)
def test_what_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(f"/explore/{path}").status_code == 404


def test_search_leads_to_each_kind_of_thing(client: TestClient, original: WholeLedger, entries: list[bytes]) -> None:
    cohort = next(parse(e).record.event.code for e in entries if parse(e).record.type.kind == "cohort.opened")
    stream = str(parse(entries[60]).stream_id)
    for asked, address in (
        ("12", "/explore/entry/12"),
        (stream, f"/explore/stream/{stream}"),
        (stream.upper(), f"/explore/stream/{stream}"),
        ("huawei", "/explore/organisations/HUAWEI"),
        (cohort, f"/explore/cohorts/{cohort}"),
    ):
        answer = client.post("/explore/search?lang=en", data={"q": asked}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{address}?lang=en")
        assert client.get(address).status_code == 200
    assert client.post("/explore/search", data={"q": "nothing like it"}).status_code == 404
    assert client.post("/explore/search", data={"q": ""}).status_code == 404
    assert client.post("/explore/search", json={"q": "12"}).status_code == 415


def test_a_number_alone_leads_to_the_form_and_stands_in_no_address(client: TestClient, original: WholeLedger) -> None:
    with original.opened() as ledger:
        events = [ledger.vault.read(entry)[1] for entry in everything(ledger)]
    awarded = next(event for event in events if isinstance(getattr(event, "number", None), str))
    answer = client.post("/explore/search?lang=en", data={"q": awarded.number}, follow_redirects=False)  # type: ignore[attr-defined]
    assert answer.status_code == 200
    assert 'action="/check' in answer.text
    assert awarded.number in answer.text  # type: ignore[attr-defined]
    assert awarded.name not in answer.text  # type: ignore[attr-defined]


def test_every_kind_and_public_field_has_its_words() -> None:
    assert set(explorer_words.KINDS) == {declared.kind for declared in EVENTS.values()}
    assert set(explorer_words.FIELDS) == {field.name for declared in EVENTS.values() for field in declared.public}


def test_nothing_is_shown_of_a_log_whose_tiles_are_damaged(whole: WholeLedger) -> None:
    with TestClient(whole.app(works=False)) as damaged:
        assert damaged.get("/explore/entry/3").status_code == 200
        bundle = whole.public / "tile" / "entries" / "000"
        data = bytearray(bundle.read_bytes())
        data[40] ^= 1
        bundle.chmod(0o644)
        bundle.write_bytes(data)
        assert damaged.get("/explore/entry/0").status_code == 503
        assert damaged.get("/explore/entry/300").status_code == 200
