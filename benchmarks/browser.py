"""In a real browser: how long its own check of a proof takes, and what a first visit of a page transfers.

A check is timed on the open page of proof codes, from another proof behind its `#` to the result that is drawn; the
published files that it asks for come over the loopback, from this process. Its floor is as many bare verifications of
Ed25519 by the same page's WebCrypto, in the same rounds. Bytes are those that the server sends, headers and bodies, to
a browser that has nothing of it yet.
"""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import cycle, islice
from statistics import median
from threading import Thread
from typing import Final

import click
import uvicorn
from playwright.sync_api import Browser, sync_playwright
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.app import create_app
from benchmarks.measuring import Figure, in_turns
from benchmarks.world import World
from ledger.awards import open_awards
from ledger.places import Place
from verifier.address import proof_address
from verifier.standing import Standing

_WAIT_MS: Final = 60_000
_CHECKED: Final = ".state:not([data-state=checking])"
_REPEATED: Final = 50
"""How often the floor of one check is measured at once: the page's clock is coarse."""
_COUNT: Final = """() => {
  const bare = crypto.subtle.verify.bind(crypto.subtle);
  self.verifications = 0;
  crypto.subtle.verify = (...given) => { self.verifications += 1; return bare(...given); };
}"""
_CHECK: Final = """async (hash) => {
  const result = document.getElementById("result");
  const state = () => result.querySelector(".state")?.dataset.state ?? "checking";
  const before = self.verifications;
  const began = performance.now();
  const drawn = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (state() === "checking") return;
      observer.disconnect();
      resolve(performance.now() - began);
    });
    observer.observe(result, { childList: true });
  });
  location.hash = hash;
  return { took: await drawn, state: state(), verifications: self.verifications - before };
}"""
_BARE: Final = """async (count) => {
  const { privateKey, publicKey } = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  const message = new Uint8Array(600);
  const signature = await crypto.subtle.sign("Ed25519", privateKey, message);
  const verify = Object.getPrototypeOf(crypto.subtle).verify.bind(crypto.subtle);
  const began = performance.now();
  for (let at = 0; at < count; at += 1) await verify("Ed25519", publicKey, signature, message);
  return performance.now() - began;
}"""


def measure(world: World) -> Iterator[Figure]:
    """Milliseconds and bytes; nothing, and a word about it, where there is no Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        click.echo("… browser: left out, for there is no chromium on PATH", err=True)
        return
    with open_awards(world.ledger) as awards:
        valid = (item for item in awards.all() if item.award.on(date.today()) is Standing.VALID)
        issued = list(islice(valid, max(2, world.sizes.checks // 10)))
        proofs = [awards.proof(item) for item in issued]
    with _serving(world.ledger.place) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        addresses = [proof_address(server.url, proof) for proof in proofs]
        yield from _times(browser, addresses, world.sizes.rounds)
        yield from _bytes(browser, server, f"{server.url}/c/{issued[0].event.link}", addresses[0])
        browser.close()


def _times(browser: Browser, addresses: list[str], rounds: int) -> Iterator[Figure]:
    page = browser.new_page()
    page.goto(addresses[0])
    page.wait_for_selector(_CHECKED, timeout=_WAIT_MS)
    page.evaluate(_COUNT)
    verifications: set[int] = set()
    turns = cycle([*addresses[1:], addresses[0]])

    def checks() -> float:
        told = [page.evaluate(_CHECK, next(turns).partition("#")[2]) for _ in addresses]
        if {one["state"] for one in told} != {"valid"}:
            raise RuntimeError(f"not all of them are valid: {told}")
        verifications.update(one["verifications"] for one in told)
        took: float = median(one["took"] for one in told)
        return took

    checks()
    (count,) = verifications
    batch = count * _REPEATED

    def bare() -> float:
        took: float = page.evaluate(_BARE, batch)
        return took * count / batch

    found = in_turns(rounds, {"check": checks, "bare": bare})
    floor = f"{count} bare verifications in the page"
    yield Figure("check of a proof in the browser", " ms", found["check"], floor, found["bare"], less_is_better=True)
    page.close()


def _bytes(browser: Browser, server: _Server, link: str, proof: str) -> Iterator[Figure]:
    def visit(address: str, done: str) -> tuple[int, int]:
        """Sent until the page had loaded with what it says, and in all."""
        before = server.sent
        page = browser.new_context().new_page()
        page.goto(address)
        loaded = server.sent - before
        page.wait_for_selector(done, timeout=_WAIT_MS)
        everything = server.sent - before
        page.context.close()
        return loaded, everything

    _, whole = visit(link, "[data-own-check]:not([data-own-check=checking])")
    yield Figure("first visit of a link's page, bytes", "", (float(whole),), less_is_better=True)
    _, whole = visit(proof, _CHECKED)
    yield Figure("first visit of a proof code, bytes", "", (float(whole),), less_is_better=True)
    loaded, whole = visit(f"{server.url}/scan", "#offline-status[data-ready=yes]")
    yield Figure("first visit of /scan until it has loaded, bytes", "", (float(loaded),), less_is_better=True)
    yield Figure("the same, until it is ready for use offline, bytes", "", (float(whole),), less_is_better=True)


@dataclass
class _Server:
    """A running server, which counts what it sends."""

    app: ASGIApp
    url: str
    sent: int = 0
    """Bytes of headers and bodies."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counting(message: Message) -> None:
            self.sent += sum(len(name) + len(value) + 4 for name, value in message.get("headers", ()))
            self.sent += len(message.get("body", b""))
            await send(message)

        await self.app(scope, receive, counting)


@contextmanager
def _serving(place: Place) -> Iterator[_Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = _Server(create_app(place, works=False), f"http://127.0.0.1:{listener.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(made, access_log=False, log_level="error", ws="none"))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield made
        finally:
            server.should_exit = True
            thread.join()
