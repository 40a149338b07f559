"""A served ledger, and phones whose clock is the ledger's."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, expect

from ledger.awards import open_awards
from ledger.issue import issue
from tests.api.whole_ledger import NOW, WholeLedger, build, by
from tests.engines import ENGINES
from verifier.address import proof_address

PHONE = {"width": 390, "height": 844}


expect.set_options(timeout=30_000)
"""Milliseconds after which a test gives up: the machine may be busy."""


@dataclass(frozen=True)
class Served:
    """A running server and what it serves."""

    whole: WholeLedger
    url: str

    def link(self, name: str) -> str:
        """The link address of an award, as it stands in the code on paper but for its capitals."""
        return f"{self.url}/C/{self.whole.links[name]}"

    def proof(self, name: str) -> bytes:
        """The proof of an award."""
        with self.whole.opened() as ledger, open_awards(ledger) as awards:
            return awards.proof(by(awards, self.whole.links[name]))

    def paper(self, name: str) -> bytes:
        """The sealed PDF of an award."""
        with self.whole.opened() as ledger, open_awards(ledger) as awards:
            return issue(awards, by(awards, self.whole.links[name]))

    def proof_address(self, name: str) -> str:
        """The proof address of an award."""
        return proof_address(self.url, self.proof(name))


@contextmanager
def at_a_free_port() -> Iterator[tuple[socket.socket, str]]:
    """A free port of this machine and its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def running(app: FastAPI, listener: socket.socket) -> Iterator[None]:
    """Serves an application at a port until it is left."""
    server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="error", ws="none"))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def serving(folder: Path, **options: Any) -> Iterator[Served]:
    """Builds a ledger that lives at a free port of this machine, and serves it with these options."""
    with at_a_free_port() as (listener, url):
        whole = build(ENGINES["sqlite"], folder, url)
        with running(whole.app(**options), listener):
            yield Served(whole, url)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("e2e")) as found:
        yield found


NewContext = Callable[..., BrowserContext]


@pytest.fixture
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Makes phones; what a page reports as an error fails the test."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"viewport": PHONE, "locale": "zh-CN", **options})
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


def fills(page: Page, **typed: str) -> None:
    """Fills in fields of a console's form by their names, whatever kind each is of."""
    for name, value in typed.items():
        field = page.locator(f"#field-{name}")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def at_the_ledgers_time(page: Page) -> Page:
    """The page, with the clock of its device where the ledger's stands."""
    page.clock.set_fixed_time(datetime.fromtimestamp(NOW / 1000, UTC))
    return page


@pytest.fixture
def phone(new_context: NewContext) -> Iterator[Page]:
    """A phone whose clock stands where the ledger's does."""
    page = at_the_ledgers_time(new_context().new_page())
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []
