"""What a phone loads from a link code, with nothing in its cache: bytes on the wire, heads of responses included."""

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
