"""Who asks too often is told when to ask again, before anything is looked up; links that lead somewhere never count."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient

from api.limits import ADDRESSES, MISSED, TYPED, Allowance, Buckets, address_of
from tests.api.whole_ledger import WholeLedger

NOWHERE = "/c/" + "1" * 24
TYPED_WRONG = {"number": "nope", "name": "x"}


@dataclass
class Clock:
    """Seconds that a test moves."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_bucket_empties_and_fills_again(clock: Clock) -> None:
    buckets = Buckets(Allowance(3, 0.5), clock)
    for _ in range(3):
        assert buckets.wait("a") == 0
        buckets.take("a")
    assert buckets.wait("a") == 2
    assert buckets.wait("b") == 0
    clock.now += 1
    assert buckets.wait("a") == 1
    clock.now += 1
    assert buckets.wait("a") == 0
    clock.now += 10_000
    for _ in range(3):
        buckets.take("a")
    assert buckets.wait("a") > 0


def test_addresses_that_ask_no_more_are_forgotten(clock: Clock) -> None:
    buckets = Buckets(Allowance(1, 0.001), clock)
    for number in range(ADDRESSES + 10):
        buckets.take(str(number))
    assert len(buckets._left) == ADDRESSES
    assert (buckets.wait("0"), buckets.wait(str(ADDRESSES)) > 0) == (0, True)


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_whom_a_request_counts_for(host: str, counted: str) -> None:
    assert address_of({"type": "http", "client": (host, 1)}) == counted
    assert address_of({"type": "http", "client": None}) == ""


def test_typed_numbers_are_limited_on_page_and_json_together(whole: WholeLedger, clock: Clock) -> None:
    with TestClient(whole.app(monotonic=clock)) as client:
        for turn in range(TYPED.burst):
            answer = (
                client.post("/check", data=TYPED_WRONG) if turn % 2 else client.post("/check.json", json=TYPED_WRONG)
            )
            assert answer.status_code == 422
        page, twin = client.post("/check", data=TYPED_WRONG), client.post("/check.json", json=TYPED_WRONG)
        assert (page.status_code, page.headers["retry-after"], page.headers["cache-control"]) == (429, "2", "no-store")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["content-security-policy"]
        assert (twin.status_code, twin.headers["retry-after"]) == (429, "2")
        assert twin.headers["content-type"] == "application/problem+json"
        assert twin.json()["code"] == "too-many-requests"
        assert "2 seconds" in twin.json()["detail"]
        assert client.get("/check").status_code == client.get("/").status_code == 200
        assert client.get(f"/c/{whole.links['valid']}").status_code == 200
        other = TestClient(client.app, client=("192.0.2.7", 5))
        assert other.post("/check", data=TYPED_WRONG).status_code == 422
        clock.now += 2
        assert client.post("/check", data=TYPED_WRONG).status_code == 422
        assert client.post("/check", data=TYPED_WRONG).status_code == 429


def test_links_that_lead_nowhere_are_limited_and_others_not(whole: WholeLedger, clock: Clock) -> None:
    with TestClient(whole.app(monotonic=clock)) as client:
        for _ in range(MISSED.burst + 5):
            assert client.head(f"/c/{whole.links['valid']}").status_code == 200
        for turn in range(MISSED.burst):
            assert client.get(NOWHERE + (".json" if turn % 2 else "")).status_code == 404
        page, twin = client.get(NOWHERE.upper()), client.get(NOWHERE + ".json")
        assert (page.status_code, page.headers["retry-after"], twin.status_code) == (429, "1", 429)
        assert twin.json()["code"] == "too-many-requests"
        # A link that leads somewhere is not looked up either: who is let through would learn that it does.
        assert client.get(f"/c/{whole.links['valid']}").status_code == 429
        clock.now += 1
        assert client.get(f"/c/{whole.links['valid']}").status_code == 200
