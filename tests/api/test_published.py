"""The published log under /log."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ledger.media import FOR_EVER, SECONDS, served_as
from tests.api.whole_ledger import WholeLedger
from verifier import checkpoint, numberhead, statuslist, trust
from verifier.errors import Malformed
from verifier.numbertree import tile_path
from verifier.tile import TreeReader


def test_a_client_reads_and_checks_the_whole_tree(client: TestClient) -> None:
    known = trust.parse(client.get("/log/trust.txt").text)
    head = checkpoint.verify(client.get("/log/checkpoint").content, known.checkpoint_keys(), known.origin)

    def fetch(path: str) -> bytes:
        answer = client.get(f"/log/{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/octet-stream")
        assert answer.headers["cache-control"] == FOR_EVER
        return answer.content

    tree = TreeReader(head.size, fetch)
    assert tree.root() == head.root
    assert len(tree.entries(0)) == min(256, head.size)


def test_media_types_and_caching(client: TestClient) -> None:
    for path, media_type in (
        ("checkpoint", "text/plain; charset=utf-8"),
        ("trust.txt", "text/plain; charset=utf-8"),
        ("status/0", statuslist.MEDIA_TYPE),
        ("numbers/head", numberhead.MEDIA_TYPE),
    ):
        headers = client.get(f"/log/{path}").headers
        assert (headers["content-type"], headers["cache-control"]) == (media_type, SECONDS)
        assert headers["access-control-allow-origin"] == "*"


def test_tiles_of_the_number_index_never_change(client: TestClient) -> None:
    root = numberhead.read(client.get("/log/numbers/head").content).root
    answer = client.get(f"/log/{tile_path(root)}")
    assert sha256(answer.content).digest() == root
    assert answer.headers["cache-control"] == FOR_EVER


def test_head_and_other_methods(client: TestClient) -> None:
    assert client.head("/log/checkpoint").status_code == 200
    for method in ("POST", "PUT", "DELETE"):
        assert client.request(method, "/log/checkpoint").status_code == 405


OUTSIDE = [
    "",
    "ledger.toml",
    "../ledger.toml",
    "%2e%2e/ledger.toml",
    "..%2fledger.toml",
    "tile/0/../../../ledger.toml",
    "tile/0/000/",
    "tile/0/000.p/256",
    "tile/0/000.p/0",
    "tile/00/000",
    "tile/64/000",
    "tile/0/x000/000",
    "tile/0/0",
    "tile//000",
    "tile/entries/000.p/01",
    "status/00",
    "status/",
    "status/-1",
    "status/0/",
    ".checkpoint.tmp",
    "checkpoint/",
    "/checkpoint",
    "CHECKPOINT",
    "checkpoint%00",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_no_other_path_is_served(client: TestClient, path: str) -> None:
    answer = client.get(f"/log/{path}")
    assert answer.status_code == 404
    assert "[log]" not in answer.text


def test_a_link_out_of_the_folder_is_not_followed(whole: WholeLedger, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="ascii")
    (whole.public / "status" / "7").symlink_to(tmp_path / "secret")
    with TestClient(whole.app()) as client:
        assert client.get("/log/status/7").status_code == 404


def test_a_tile_that_is_not_there_yet_is_not_found(client: TestClient) -> None:
    assert client.get("/log/tile/0/x999/999").status_code == 404
    with pytest.raises(Malformed):
        served_as("tile/0/999999")
