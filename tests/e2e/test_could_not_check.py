"""Published files that cannot be had, in a real browser and by `certverify` over the network: no standing is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from ledger.awards import open_awards
from ledger.commands import SuspendCertificate
from tests.api.whole_ledger import NOW, TODAY, by, do, publish_now, trainee
from tests.e2e.conftest import NewContext, Served, at_the_ledgers_time, serving
from verifier.address import proof_address
from verifier.check import Checker
from verifier.trust import parse
from verifier.verdict import State

UNCHECKED, COULD_NOT = State.STANDING_NOT_CHECKED.value, State.COULD_NOT_CHECK.value
NAMES = ("valid", "revoked")
CLAIMED = {
    "valid": "有效 Valid",
    # The sample revokes two certificates of one day; chance decides which of them lies first in the log.
    "revoked": "已撤销 Revoked · 撤销日期 (2022-12-01，原因：错误颁发|2023-02-10，原因：弄虚作假)",
}
WAYS: dict[str, dict[str, Any] | None] = {
    "not there": {"status": 404},
    "server fails": {"status": 500},
    "garbage": {"body": b"\x00garbage"},
    "no connection": None,
}
Proofs = dict[str, bytes]


@pytest.fixture(scope="module")
def proofs() -> Proofs:
    """Made before the newest entry, so that only tiles tell whether their tree is part of today's."""
    return {}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, proofs: Proofs) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("gone"), works=False) as found:
        proofs.update({name: found.proof(name) for name in NAMES})
        with found.whole.opened() as ledger, open_awards(ledger) as awards:
            other = by(awards, found.whole.links["reinstated"])
            do(ledger, SuspendCertificate(trainee(other), other.stream, "other", TODAY))
            publish_now(ledger)
        yield found


def without(page: Page, path: str, way: str) -> None:
    answer = WAYS[way]

    def instead(route: Route) -> None:
        route.abort() if answer is None else route.fulfill(**answer)

    page.route(f"**/log/{path}", instead)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("path", "state"), [("status/0", UNCHECKED), ("trust.txt", COULD_NOT)])
def test_a_link_pages_own_check_agrees_with_no_standing_that_it_could_not_check(
    phone: Page, served: Served, path: str, state: str, way: str, name: str
) -> None:
    without(phone, path, way)
    phone.goto(served.link(name))
    own = phone.locator("[data-own-check=unknown]")
    expect(own.locator(".state")).to_have_attribute("data-state", state)
    expect(own.locator(".last-good")).to_have_count(1)
    assert own.locator("..").locator("[data-state]").first.get_attribute("data-state") == state  # above what is told
    expect(own).to_contain_text(re.compile(f"服务器称“{CLAIMED[name]}”；本机浏览器未能证实。"))
    expect(phone.locator("h1")).to_have_count(1)
    expect(phone.locator("[data-state=valid], [data-tone=good], .receipt")).to_have_count(0)


def test_a_check_that_is_never_answered_ends(phone: Page, served: Served) -> None:
    phone.route("**/log/trust.txt", lambda route: None)
    phone.goto(served.link("valid"))
    expect(phone.locator("[data-own-check=checking]")).to_have_count(1)
    expect(phone.locator("[data-own-check=unknown] h1")).to_contain_text("未能核验", timeout=30_000)
    expect(phone.locator("[data-state=valid]")).to_have_count(0)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path", ["status/0", "checkpoint", "trust.txt", "tile/**"])
def test_a_proof_code_has_no_standing(
    new_context: NewContext, served: Served, proofs: Proofs, path: str, way: str
) -> None:
    nothing = path == "trust.txt" or (path, way) == ("checkpoint", "no connection")
    for name in NAMES:
        page = at_the_ledgers_time(new_context().new_page())
        without(page, path, way)
        page.goto(proof_address(served.url, proofs[name]))
        expect(page.locator(".state")).to_have_attribute("data-state", COULD_NOT if nothing else UNCHECKED)
        expect(page.locator("[data-field=name]")).to_have_count(0 if nothing else 1)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("path", "of_the_link"), [("status", UNCHECKED), ("checkpoint", COULD_NOT), ("tile", COULD_NOT)]
)
def test_certverify_over_the_network(served: Served, proofs: Proofs, path: str, of_the_link: str, name: str) -> None:
    trust = parse((served.whole.public / "trust.txt").read_text("utf-8"))
    checker = Checker(trust, datetime.fromtimestamp(NOW / 1000, UTC))
    kept, paper = served.whole.public / path, served.paper(name)
    assert checker.check_bytes("proof", proofs[name]).state is State(name)
    kept.rename(kept.with_suffix(".gone"))
    try:
        verdicts = [
            checker.check_bytes("proof", proofs[name]),
            checker.check_bytes("paper", paper),
            checker.check_text(served.link(name)),
        ]
    finally:
        kept.with_suffix(".gone").rename(kept)
    assert [verdict.state for verdict in verdicts] == [UNCHECKED, UNCHECKED, of_the_link]
    assert [verdict.exit_code for verdict in verdicts] == [3, 3, 3]
