"""The office's pages over a ledger with the sample pack, by people who have signed in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from ledger.office.opening import Office, open_office
from ledger.office.staff import Member
from ledger.open import Ledger
from tests.api.whole_ledger import NOW, URL, WholeLedger, actors

PASSWORD = "a passphrase for tests"


@dataclass
class Hands:
    """A clock that stands still until it is turned; milliseconds since 1970 UTC."""

    now: int = NOW

    def __call__(self) -> int:
        return self.now

    def turn(self, seconds: float) -> None:
        self.now += int(seconds * 1000)


@dataclass
class Browser:
    """What one person does in one browser."""

    client: TestClient
    member: Member
    headers: dict[str, str] = field(default_factory=lambda: {"Sec-Fetch-Site": "same-origin"})

    def get(self, path: str, **options: Any) -> Response:
        return self.client.get(path, follow_redirects=False, **options)

    def post(self, path: str, headers: dict[str, str] | None = None, **sent: str) -> Response:
        made = self.headers if headers is None else headers
        return self.client.post(path, data=sent, headers=made, follow_redirects=False)

    def signs_in(self, password: str = PASSWORD) -> Response:
        return self.post("/console", _login=self.member.login, _password=password, _method="get")


@dataclass
class Offices:
    """A served ledger with its office, open beside it."""

    ledger: Ledger
    office: Office
    new_client: Callable[[], TestClient]

    def joins(self, login: str, *roles: str, organisation: str = "BASE", signed_in: bool = True) -> Browser:
        """A new member of staff in a browser of their own."""
        staff = self.office.staff
        member, secret = staff.add(login, f"{login} 某", "", organisation, roles, actors(self.ledger))
        staff.accept(secret, PASSWORD)
        browser = Browser(self.new_client(), member)
        if signed_in:
            assert browser.signs_in().status_code == 303
        return browser


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def offices(whole: WholeLedger, hands: Hands) -> Iterator[Offices]:
    with ExitStack() as stack:
        ledger = stack.enter_context(whole.opened(hands))
        office = stack.enter_context(open_office(ledger))
        first = stack.enter_context(TestClient(whole.app(hands, works=False), base_url=URL))

        def new_client() -> TestClient:
            return TestClient(first.app, base_url=URL)

        yield Offices(ledger, office, new_client)


def text_of(response: Response) -> str:
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))
