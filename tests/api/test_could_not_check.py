"""What cannot be had is told as that, by page, JSON and `certverify`: never "valid", and never "not revoked"."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.banners import BANNERS
from tests.api.forging import COULD_NOT
from tests.api.papers import papers
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


@pytest.mark.parametrize("name", NAMES)
def test_a_tile_gone_takes_the_proof_away(whole: WholeLedger, name: str) -> None:
    """Of whoever brings no proof along: a PDF has its own, and the list needs no tile to be of the same tree."""
    row, link = papers(whole, name)[name].row, whole.links[name]
    gone("tile/0")(whole.public)
    with TestClient(whole.app(works=False)) as client:
        assert state_told(client, link) == (COULD_NOT, COULD_NOT)
        (told,) = client.post("/bulk.json", json={"items": [row]}).text.splitlines()[1:-1]
        receipt = client.get(f"/c/{link}/receipt.pdf")
    assert json.loads(told)["state"] == COULD_NOT
    assert receipt.status_code == 503
    assert f'data-state="{COULD_NOT}"' in receipt.text


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
