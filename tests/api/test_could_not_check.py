"""What cannot be had is told as that, by page, JSON and `certverify`: never "valid", and never "not revoked"."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.banners import BANNERS
from tests.api.forging import COULD_NOT
from tests.api.papers import Paper, papers
from tests.api.whole_ledger import NOW, WholeLedger
from verifier.check import Checker
from verifier.fetch import FolderLog
from verifier.trust import parse
from verifier.verdict import State

AT = datetime.fromtimestamp(NOW / 1000, UTC)
NOT_STANDING = State.STANDING_NOT_CHECKED.value
DAY = 24 * 3600_000


def gone(path: str) -> Callable[[Path], None]:
    def spoil(public: Path) -> None:
        target = public / path
        shutil.rmtree(target) if target.is_dir() else target.unlink()

    return spoil


def cut(path: str) -> Callable[[Path], None]:
    def spoil(public: Path) -> None:
        data = (public / path).read_bytes()
        (public / path).write_bytes(data[: len(data) // 2])

    return spoil


def a_folder(path: str) -> Callable[[Path], None]:
    """Unreadable, also for root."""

    def spoil(public: Path) -> None:
        (public / path).unlink()
        (public / path).mkdir()

    return spoil


NAMES = ("valid", "revoked")
LIST, CHECKPOINT = "status/0", "checkpoint"
MISSING = [
    ("list gone", gone(LIST), NOT_STANDING),
    ("list cut off", cut(LIST), NOT_STANDING),
    ("list unreadable", a_folder(LIST), NOT_STANDING),
    ("checkpoint gone", gone(CHECKPOINT), COULD_NOT),
    ("checkpoint cut off", cut(CHECKPOINT), COULD_NOT),
    ("checkpoint unreadable", a_folder(CHECKPOINT), COULD_NOT),
]
TRUST = "trust.txt"
KEYS = [
    ("trust file gone", gone(TRUST)),
    ("trust file cut off", cut(TRUST)),
    ("trust file unreadable", a_folder(TRUST)),
]


def state_told(client: TestClient, link: str) -> tuple[str, str]:
    """What page and JSON say, after it was seen that neither says a word of standing."""
    page, twin = client.get(f"/c/{link}?lang=en"), client.get(f"/c/{link}.json")
    (state,) = re.findall(r'data-state="([^"]+)"', page.text)
    assert f'class="word">{BANNERS[state].word.en}' in page.text
    for standing in ("valid", "revoked", "expired"):
        assert f'data-state="{standing}"' not in page.text
        assert f'class="word">{BANNERS[standing].word.en}<' not in page.text
    said = twin.json()
    assert said.get("standing") is None
    return state, said.get("state") or (COULD_NOT if twin.status_code == 503 else said["code"])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("what", "spoil", "state"), MISSING, ids=[what for what, _, _ in MISSING])
def test_what_is_published_cannot_be_had(
    whole: WholeLedger, name: str, what: str, spoil: Callable[[Path], None], state: str
) -> None:
    link, trust = whole.links[name], parse((whole.public / "trust.txt").read_text("utf-8"))
    with TestClient(whole.app(works=False)) as warm:
        proof = base64.urlsafe_b64decode(warm.get(f"/c/{link}.json").json()["proof"] + "==")
        spoil(whole.public)
        with TestClient(whole.app(works=False)) as cold:
            for client in (warm, cold):
                assert state_told(client, link) == (state, state)
    verdict = Checker(trust, AT, FolderLog(whole.public)).check_bytes("proof", proof)
    assert (verdict.state, verdict.exit_code) == (State.STANDING_NOT_CHECKED, 3)


@pytest.mark.parametrize(("what", "spoil", "state"), MISSING, ids=[what for what, _, _ in MISSING])
def test_neither_bulk_nor_a_receipt_says_more(
    whole: WholeLedger, what: str, spoil: Callable[[Path], None], state: str
) -> None:
    held = papers(whole, *NAMES)
    asked = {"items": [paper.row for paper in held.values()]}
    spoil(whole.public)
    with TestClient(whole.app(works=False)) as client:
        rows = client.post("/bulk.json", json=asked).text.splitlines()
        files = client.post("/bulk.json", files=[("files", (name, held[name].pdf)) for name in NAMES]).text.splitlines()
        receipts = [client.get(f"/c/{whole.links[name]}/receipt.pdf") for name in NAMES]
    told = [json.loads(line)["state"] for line in (*rows[1:-1], *files[1:-1])]
    assert len(told) == 2 * len(NAMES)
    assert set(told) == {state}
    for receipt in receipts:
        assert (receipt.status_code, receipt.headers["content-type"]) == (503, "text/html; charset=utf-8")
        assert f'data-state="{state}"' in receipt.text


def altered(path: str) -> Callable[[Path], None]:
    """Each 32 bytes with one bit the other way, so that no hash is left as it was; of the same length."""

    def spoil(public: Path) -> None:
        data = bytearray((public / path).read_bytes())
        data[::32] = bytes(byte ^ 1 for byte in data[::32])
        (public / path).write_bytes(data)

    return spoil


def tiles(level: str) -> Callable[[Path], list[str]]:
    """The paths of the published tiles of a level: `entries` or a number."""

    def found(public: Path) -> list[str]:
        files = [file for file in (public / "tile" / level).rglob("*") if file.is_file()]
        return [file.relative_to(public).as_posix() for file in files]

    return found


def each(paths: Callable[[Path], list[str]], spoil: Callable[[str], Callable[[Path], None]]) -> Callable[[Path], None]:
    def spoil_all(public: Path) -> None:
        found = paths(public)
        assert found
        for path in found:
            spoil(path)(public)

    return spoil_all


TILES = [
    ("tiles gone", gone("tile")),
    ("hashes gone", gone("tile/0")),
    ("entries gone", gone("tile/entries")),
    *(
        (f"tile/{level} {what}", each(tiles(level), spoil))
        for level in ("entries", "0")
        for what, spoil in (("cut off", cut), ("unreadable", a_folder), ("altered", altered))
    ),
]


@pytest.fixture(scope="module")
def held(original: WholeLedger, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Paper]:
    """The papers of the same awards."""
    return papers(original.copy(tmp_path_factory.mktemp("papers")), *NAMES)


def told_by_bulk(client: TestClient, **asked: Any) -> list[str]:
    return [json.loads(line)["state"] for line in client.post("/bulk.json", **asked).text.splitlines()[1:-1]]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("what", "spoil"), KEYS + TILES, ids=[what for what, _ in KEYS + TILES])
def test_keys_or_tiles_cannot_be_had(
    whole: WholeLedger, held: dict[str, Paper], name: str, what: str, spoil: Callable[[Path], None]
) -> None:
    """Also where all was remembered: nobody else could check the log by what is published."""
    link, paper = whole.links[name], held[name]
    there = whole.public.with_name("as it was")
    shutil.copytree(whole.public, there)
    with TestClient(whole.app(works=False)) as warm:
        for _ in range(2):
            assert warm.get(f"/c/{link}.json").json()["state"] == name
        spoil(whole.public)
        with TestClient(whole.app(works=False)) as cold:
            for client in (warm, cold):
                assert state_told(client, link) == (COULD_NOT, COULD_NOT)
                assert client.post("/check.json", json=paper.row).status_code == 503
                assert told_by_bulk(client, json={"items": [paper.row]}) == [COULD_NOT]
                assert told_by_bulk(client, files=[("files", ("a.pdf", paper.pdf))]) == [COULD_NOT]
                for question in ("on", "as-of"):
                    page = client.get(f"/c/{link}?{question}=2026-11-01&lang=en").text
                    assert "Last good checkpoint" in page
                    assert f">{BANNERS[name].word.en}<" not in page
                receipt = client.get(f"/c/{link}/receipt.pdf")
                assert receipt.status_code == 503
                assert f'data-state="{COULD_NOT}"' in receipt.text
        shutil.rmtree(whole.public)
        there.rename(whole.public)
        assert warm.get(f"/c/{link}.json").json()["state"] == name


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_not_compared_where_its_certificate_cannot_be_checked(
    whole: WholeLedger, held: dict[str, Paper], name: str
) -> None:
    gone("tile/entries")(whole.public)
    with TestClient(whole.app(works=False)) as client:
        told = client.post("/compare.json", files={"file": ("a.pdf", held[name].pdf, "application/pdf")})
    assert (told.status_code, told.json()["code"]) == (422, COULD_NOT)


@pytest.mark.parametrize("name", NAMES)
def test_a_list_out_of_date(whole: WholeLedger, name: str) -> None:
    now = [NOW]
    with TestClient(whole.app(lambda: now[0], works=False)) as client:
        assert client.get(f"/c/{whole.links[name]}.json").json()["state"] == name
        now[0] += DAY + 3600_000
        assert state_told(client, whole.links[name]) == (NOT_STANDING, NOT_STANDING)


@pytest.mark.parametrize("name", NAMES)
def test_the_data_keys_cannot_be_had(whole: WholeLedger, name: str) -> None:
    """A wrapped key that does not open: neither is anybody erased by that, nor anything valid."""
    with TestClient(whole.app(works=False)) as warm:
        assert warm.get(f"/c/{whole.links[name]}.json").json()["state"] == name
        schema = "" if whole.engine.__class__.__name__ == "SqliteEngine" else "certledger_keys."
        spoilt = whole.engine.query(
            whole.address, f"UPDATE {schema}data_keys SET wrapped = ? RETURNING 1", (bytes(60),)
        )
        assert spoilt
        with TestClient(whole.app(works=False)) as cold:
            for client in (warm, cold):
                assert state_told(client, whole.links[name]) == (COULD_NOT, COULD_NOT)
