"""What keeps a visitor from being fooled or followed: on every route, and in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import APIRouter
from starlette.routing import BaseRoute, Route
from starlette.testclient import TestClient

from api import words
from api.languages import LANGUAGES
from ledger.awards import open_awards
from tests.api.whole_ledger import WholeLedger, by
from tests.ledger.certificate import edits
from verifier import bundle, statement
from verifier.address import LINK_ID_LENGTH, new_link_id

PAGES = ("/", "/check", "/compare", "/trust", "/p", "/nothing")
FILLED = {"link_id": "0" * LINK_ID_LENGTH, "path": "checkpoint", "name": "site.css"}


def routes(found: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Each method and path of the application."""
    for route in found:
        if isinstance(router := getattr(route, "original_router", None), APIRouter):
            yield from routes(router.routes)
        if isinstance(route, Route):
            path = re.sub(r"{(\w+)(?::\w+)?}", lambda name: FILLED.get(name[1], "0" * 32), route.path)
            yield from ((method, path) for method in sorted(route.methods or ()))


FOR_EVERYBODY = ("/log/", "/api/v1/changes", "/.well-known/scitt-keys", "/entries/")
"""What pages of other sites may read, too."""


def test_every_route_answers_under_the_same_protection(client: TestClient) -> None:
    """Whatever comes of it: an answer, a refusal of what was sent, an unknown address."""
    asked = set(routes(client.app.routes))  # type: ignore[attr-defined]
    assert {("GET", "/"), ("POST", "/check"), ("POST", "/compare.json"), ("GET", "/log/checkpoint")} <= asked
    for method, path in sorted(
        asked | {("GET", "/nothing"), ("DELETE", "/"), ("POST", "/c/x"), ("GET", "//x.example/")}
    ):
        answer = client.request(method, path, follow_redirects=False)
        headers = answer.headers
        policy = headers["content-security-policy"]
        assert {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy.split("; ")), path
        assert not re.search(r"unsafe-inline|http|\*", policy), path
        assert headers["referrer-policy"] == "no-referrer", path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["x-frame-options"] == "DENY", path
        assert headers["cross-origin-opener-policy"] == "same-origin", path
        readable = answer.status_code == 200 and path.startswith(FOR_EVERYBODY)
        assert headers["cross-origin-resource-policy"] == ("cross-origin" if readable else "same-origin"), path
        assert ("camera=()" in headers["permissions-policy"]) == (path != "/scan"), path
        # Only the office leads on, and to its own pages.
        assert "location" not in headers or (path + headers["location"]).count("/console") == 2, path
        assert headers.get("location", "/").startswith("/"), path
        assert "set-cookie" not in headers, path


def test_only_what_is_published_for_everyone_may_be_read_by_other_sites(client: TestClient) -> None:
    for path in ("/", "/check", "/compare", f"/c/{FILLED['link_id']}", "/log/nothing"):
        answer = client.get(path)
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert client.get("/log/checkpoint").headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize("path", [*PAGES, "link"])
def test_every_page_says_how_not_to_be_fooled_and_leads_nowhere_else(
    client: TestClient, original: WholeLedger, path: str
) -> None:
    address = f"/c/{original.links['valid']}" if path == "link" else path
    for language in LANGUAGES:
        page = client.get(f"{address}?lang={language}").text
        for sentence in (words.NEVER_ASKS, words.OWN_DEVICE):
            assert sentence.of(language) in page
        assert f'<a href="/check?lang={language}">127.0.0.1:8000/check</a>' in page
        for form in re.findall(r"<form[^>]*>", page):
            assert re.search(r'action="/(?!/)', form) or "action=" not in form
        for leads in re.findall(r'(?:href|src)="([^"]*)"', page):
            assert re.match(r"/(?!/)|\?|data:", leads), leads
        assert not re.search(r'type="password"|autocomplete="cc-', page)


def test_links_cannot_be_guessed() -> None:
    """24 characters of base32 are 120 bits, all of them drawn."""
    assert 5 * LINK_ID_LENGTH >= 100
    every_bit = {new_link_id((1 << bit).to_bytes(15, "big")) for bit in range(120)}
    assert len(every_bit) == 120


@pytest.mark.engine("sqlite")  # what is on paper does not depend on where the ledger lies
def test_a_proof_signed_by_who_may_not_sign_it_is_told_apart_from_a_compromised_key(
    whole: WholeLedger,
) -> None:
    """The base's own key, good for other things, under somebody's award."""
    with whole.opened() as ledger, open_awards(ledger) as awards:
        issued = by(awards, whole.links["valid"])
        shown = bundle.parse(awards.proof(issued))
        known = awards.snapshot().trust
        signer = next(
            key for key in ledger.keystore.signers() if key.kid in known.keys and "certificate.awarded" not in key.kinds
        )
        protected = statement.Headers(signer.kid, known.organisations[signer.organisation].uri)
        header = protected.of(issued.stream)
        payload = shown.statement.payload
        forged = statement.assemble(header, payload, signer.sign(statement.to_be_signed(header, payload)))
        proof = bundle.make(forged, shown.disclosures, [shown.receipt.raw])
    file = edits.edited(edits.BLANK, lambda document, page: document.new_attachment("proof.cbor").set_data(proof))
    with TestClient(whole.app(works=False)) as client:
        answer = client.post("/compare.json", content=file, headers={"Content-Type": "application/pdf"})
        assert (answer.status_code, answer.json()["code"]) == (422, "not-entitled")
        page = client.post("/compare?lang=en", files={"file": file}).text
    assert 'data-state="not-entitled"' in page
    assert words.REFUSALS["not-entitled"].en in page
