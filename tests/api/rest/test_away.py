"""Where the office cannot be opened, the public pages do without it, and programs are told to come again."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from tests.api.rest.conftest import API, problem
from tests.ledger import lives
from tests.ledger.office.conftest import Hands


def test_the_public_pages_do_without_the_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(tmp_path / "master-key"))
    with lives.opened(lives.new_address("sqlite", tmp_path), Hands()) as made:
        place = made.place
    spoilt = tmp_path / "ledger" / "office.sqlite"
    spoilt.unlink(missing_ok=True)
    spoilt.write_bytes(b"no database at all" * 1000)
    with TestClient(create_app(place, Hands(), works=False), raise_server_exceptions=False) as client:
        for _ in range(2):
            answer = client.get(f"{API}/me", headers={"Authorization": "Bearer x"})
            problem(answer, 503, "unavailable")
            assert int(answer.headers["retry-after"]) > 0
        assert client.get("/").status_code == 200
        assert client.get("/healthz").status_code == 200
        assert client.get(f"{API}/openapi.json").status_code == 200
        spoilt.unlink()
        problem(client.get(f"{API}/me", headers={"Authorization": "Bearer x"}), 401, "not-signed-in")
