"""Database, published files and answers altered, before a real browser and `certverify` at the same server.

The browser checks for itself what page and files give it, with the trust file of that server: it finds out whatever is
not signed, and believes a server that has the log's own keys. `certverify` has a trust file from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from ledger.awards import open_awards
from ledger.issue import issue
from tests.api import forging
from tests.api.whole_ledger import NOW, WholeLedger, by
from tests.e2e.conftest import Served, serving
from verifier.check import Checker
from verifier.trust import Trust, parse
from verifier.verdict import State

AT = datetime.fromtimestamp(NOW / 1000, UTC)
NEVER = {State.VALID}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Served]:
    """A server of a ledger that may be spoilt. It publishes nothing, which would put a spoilt file right again."""
    with serving(tmp_path, works=False) as found:
        yield found


def paper(served: Served, name: str) -> bytes:
    with served.whole.opened() as ledger, open_awards(ledger) as awards:
        return issue(awards, by(awards, served.whole.links[name]))


def trusted(served: Served) -> Trust:
    return parse((served.whole.public / "trust.txt").read_text("utf-8"))


@pytest.mark.parametrize(
    ("name", "alter", "word"),
    [
        ("revoked", forging.change_deleted, "已撤销或替换"),
        ("expired", forging.last_day_later, "未能核验"),
        ("revoked", forging.another_number, "未能核验"),
        ("revoked", forging.link_led_elsewhere, "未能核验"),
    ],
)
def test_an_altered_database(
    phone: Page, own: Served, name: str, alter: Callable[[WholeLedger, str], None], word: str
) -> None:
    trust, document = trusted(own), paper(own, name)
    phone.goto(own.link(name))
    expect(phone.locator("[data-own-check=agrees]")).to_have_count(1)
    alter(own.whole, name)
    phone.goto(own.link(name))
    expect(phone.locator(".state .word")).to_contain_text(word)
    expect(phone.locator("[data-own-check=checking]")).to_have_count(0)
    assert phone.locator('[data-state="valid"]').count() == 0
    checker = Checker(trust, AT)
    assert checker.check_text(own.link(name)).state not in NEVER
    assert checker.check_bytes("paper", document).state is State(name)


def test_a_server_that_says_valid_of_what_is_revoked(phone: Page, own: Served) -> None:
    """Whoever has the whole server, but no key, shows the page of a valid certificate and leaves the changes out."""

    def lie(route: Route) -> None:
        answer = route.fetch()
        text = re.sub(r'"changes": \[[^]]*\]', '"changes": []', answer.text())
        route.fulfill(response=answer, body=text.replace('data-state="revoked"', 'data-state="valid"'))

    phone.route(re.compile("/C/"), lie)
    phone.goto(own.link("revoked"))
    expect(phone.locator("[data-own-check=differs], [data-own-check=refused]")).to_have_count(1)
    expect(phone.locator("[data-own-check=agrees]")).to_have_count(0)
    expect(phone.locator("h1")).to_contain_text("已撤销或替换")
    expect(phone.locator(".claimed")).to_contain_text("本机浏览器的核验结果与之不符")
    expect(phone.locator("[data-state=valid], [data-tone=good], .receipt")).to_have_count(0)


@pytest.mark.parametrize("changed", ["trust.txt", "status/0", "checkpoint"])
def test_published_files_altered(phone: Page, own: Served, changed: str) -> None:
    trust, document = trusted(own), paper(own, "valid")
    file = own.whole.public / changed
    data = bytearray(file.read_bytes())
    if changed == "trust.txt":
        text = data.decode()
        key = re.findall(r"^key (\S+) (\S+) HUAWEI", text, re.MULTILINE)[0]
        data = bytearray(re.sub(rf"^key {key[0]}.*\n", "", text, flags=re.MULTILINE).encode())
    else:
        data[-3] ^= 1
    file.write_bytes(data)
    phone.goto(own.link("valid"))
    expect(phone.locator("[data-own-check=checking]")).to_have_count(0)
    if phone.locator("[data-own-check=agrees]").count():  # that it cannot be known
        assert phone.locator('[data-state="valid"]').count() == 0
    assert phone.locator('[data-state="valid"]').count() == 0
    verdict = Checker(trust, AT).check_bytes("paper", document)
    assert (verdict.state is State.VALID) == (changed == "trust.txt")  # it has its own, and asks for no other
