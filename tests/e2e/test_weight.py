"""What a phone loads from a link code, with nothing in its cache: bytes on the wire, and when the state can be read."""

from __future__ import annotations

import pytest
from playwright.sync_api import Request, expect

from tests.e2e.conftest import NewContext, Served, at_the_ledgers_time

MOST = 50_000
"""For the page, its styles, and the browser's own check: program, trust file and status list."""
PAINTED = 20_000
"""Of them, what there is to load before state and fields can be seen."""


def weigh(requests: list[Request]) -> dict[str, int]:
    """Bytes by path."""
    found: dict[str, int] = {}
    for request in requests:
        if request.url.startswith("http"):
            sizes = request.sizes()
            path = "/" + request.url.split("/", 3)[3]
            found[path] = sizes["responseHeadersSize"] + sizes["responseBodySize"]
    return found


@pytest.mark.parametrize("name", ["valid", "title valid", "superseded"])
def test_a_link_page_is_light(new_context: NewContext, served: Served, name: str) -> None:
    page = at_the_ledgers_time(new_context().new_page())
    requests: list[Request] = []
    page.on("requestfinished", lambda request: requests.append(request))
    page.goto(served.link(name))
    expect(page.locator("[data-own-check=agrees]")).to_have_count(1)
    weights = weigh(requests)
    painted = {path: size for path, size in weights.items() if not path.endswith(".js") and "/log/" not in path}
    assert {"/assets/verify.css", "/assets/site.css"} < set(painted)
    assert sum(painted.values()) < PAINTED, painted
    assert sum(weights.values()) < MOST, weights


def test_scripts_and_styles_travel_compressed(new_context: NewContext, served: Served) -> None:
    page = new_context().new_page()
    with page.expect_response("**/assets/verify.js") as found:
        page.goto(served.link("valid"))
    assert found.value.headers["content-encoding"] == "gzip"
    assert found.value.request.sizes()["responseBodySize"] < len(found.value.body()) / 2


SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""A slow mobile network: 400 kbit/s, 400 ms to an answer."""


@pytest.mark.parametrize("name", ["valid", "revoked"])
def test_on_a_slow_network_the_state_is_read_before_any_script_has_come(
    new_context: NewContext, served: Served, name: str
) -> None:
    page = new_context().new_page()
    requests: list[Request] = []
    page.on("requestfinished", lambda request: requests.append(request))
    page.route("**/*.js", lambda route: None)  # scripts never come: what is seen owes nothing to them
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    page.goto(served.link(name), wait_until="commit")
    expect(page.locator(".state .word")).to_be_visible()
    painted = page.wait_for_function(
        "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime", timeout=10_000
    ).json_value()
    assert painted < 10_000
    assert sum(weigh(requests).values()) < PAINTED


def test_without_styles_the_state_is_still_a_word_at_the_top(new_context: NewContext, served: Served) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.route("**/*.css", lambda route: route.abort())
    page.goto(served.link("revoked"))
    text = page.locator("main").inner_text()
    assert text.index("已撤销") < text.index("证书编号")
    assert page.locator(".state .word").is_visible()
