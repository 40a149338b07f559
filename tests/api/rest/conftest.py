"""A served ledger with staff, their tokens and sessions, and one trainee's life; the test turns its clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from ledger.office.opening import Office, open_office
from ledger.office.staff import Member
from ledger.office.tokens import SCOPES
from ledger.open import open_place
from ledger.upkeep import Upkeep
from tests.ledger import lives
from tests.ledger.lives import Life
from tests.ledger.office.conftest import Hands, join

API = "/api/v1"
COOKIE = "certledger-office"


@dataclass
class Seconds:
    """The clock of limits: it goes on by so much each time somebody looks."""

    step: float = 0
    now: float = 1000

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@dataclass
class Served:
    """The application's client, and the office behind it, open beside it as another process would have it."""

    client: TestClient
    office: Office
    hands: Hands
    seconds: Seconds
    life: Life
    _keys: Iterator[int] = field(default_factory=count)
    _members: dict[tuple[str, ...], Member] = field(default_factory=dict)

    def member(self, *roles: str, organisation: str = "BASE") -> Member:
        """A member of staff with these roles, the same each time."""
        known = (organisation, *roles)
        if known not in self._members:
            self._members[known] = join(self.office, "-".join(known), *roles, organisation=organisation)
        return self._members[known]

    def token(self, member: Member, *scopes: str) -> dict[str, str]:
        """Headers of a program with a token of these scopes, or of all."""
        _, secret = self.office.tokens.make(member.account, "a program", scopes or SCOPES, 30)
        return {"Authorization": f"Bearer {secret}"}

    def session(self, member: Member) -> dict[str, str]:
        """Headers of a page of this site in a browser that has just signed in."""
        secret = self.office.sessions.open(member.account, "a browser")
        return {"Cookie": f"{COOKIE}={secret}", "Sec-Fetch-Site": "same-origin"}

    def get(self, path: str, headers: dict[str, str], **query: Any) -> httpx2.Response:
        return self.client.get(API + path, headers=headers, params=query)

    def give(self, name: str, headers: dict[str, str], form: Any, key: str = "") -> httpx2.Response:
        """Gives a command, as a new request unless a key is named."""
        named = {"Idempotency-Key": key or f"key-{next(self._keys)}", **headers}
        return self.client.post(f"{API}/commands/{name}", headers=named, json=form)

    def post(self, path: str, headers: dict[str, str], body: Any) -> httpx2.Response:
        return self.client.post(API + path, headers=headers, json=body)

    def size(self) -> int:
        return self.office.ledger.store.head().size


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(tmp_path / "master-key"))
    hands = Hands()
    with lives.opened(lives.new_address("sqlite", tmp_path), hands) as made:
        life, place = Life(made), made.place
        life.is_registered()
        Upkeep(made).run_once()
    with open_place(place, hands) as ledger, open_office(ledger) as office:
        life.ledger = ledger
        seconds = Seconds()
        app = create_app(place, hands, works=False, monotonic=seconds)
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Served(client, office, hands, seconds, life)


def problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer, which must be just this one."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    told: dict[str, Any] = answer.json()
    assert (told["status"], told["code"]) == (status, code), told
    assert all(told["sentence"][language] for language in ("zh", "en", "ko"))
    assert answer.headers["cache-control"] == "no-store"
    return told
