"""Headers, errors, assets, the plain pages, and the publisher behind the server."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.headers import CONTENT_SECURITY_POLICY
from ledger.awards import open_awards
from ledger.commands import SuspendCertificate
from ledger.destinations import Destination
from ledger.publisher import LOCK_FILE, Publisher
from ledger.readiness import LATE_SECONDS
from ledger.settings import SettingsError
from ledger.turns import FileTurn
from ledger.upkeep import Upkeep
from tests.api.running import LONG, eventually
from tests.api.whole_ledger import NOW, TODAY, WholeLedger, by, do, publish_now, trainee
from verifier import checkpoint, statuslist
from verifier.statuslist import TTL_SECONDS

EVERYWHERE = [
    "/",
    "/p",
    "/healthz",
    "/readyz",
    "/nothing",
    "/openapi.json",
    "/log/checkpoint",
    "/log/x",
    "/assets/site.css",
]


@pytest.mark.parametrize("path", [*EVERYWHERE, "/c/nope", "/c/nope.json"])
def test_every_response_carries_the_same_protection(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in headers


@pytest.mark.engine("sqlite")  # whose settings are a file
def test_an_https_ledger_asks_for_https_from_then_on(whole: WholeLedger, client: TestClient) -> None:
    assert "strict-transport-security" not in client.get("/").headers
    settings = whole.folder / "ledger.toml"
    settings.write_text(settings.read_text().replace("http://127.0.0.1:8000", "https://base.example.org"))
    with TestClient(whole.app()) as secure:
        assert secure.get("/").headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize("name", ["valid", "revoked", "erased"])
def test_pages_hold_nothing_that_their_policy_forbids(client: TestClient, original: WholeLedger, name: str) -> None:
    for path in (f"/c/{original.links[name]}", "/", "/p", "/nothing"):
        page = client.get(path).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
        for script in re.findall(r"<script[^>]*>", page):
            assert re.search('src="/assets/(?:verify|prove).js"', script) or 'type="application/json"' in script
        assert not re.search(r'(?:src|href)="(?!/|\?|data:,)', page)


def test_no_documentation_pages_but_the_document(client: TestClient) -> None:
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404
    assert set(client.get("/openapi.json").json()["paths"]) == {
        "/.well-known/scitt-keys",
        "/.well-known/scitt-keys/{kid}",
        "/bulk.json",
        "/c/{link_id}.json",
        "/check.json",
        "/compare.json",
        "/entries",
        "/entries/{entry}",
        "/entries/{entry}/statement",
        "/healthz",
        "/numbers.json",
        "/readyz",
    }


def test_errors_are_plain_and_fit_who_asks(client: TestClient) -> None:
    page = client.get("/nothing?lang=en")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "No such page" in page.text
    for_programs = client.get("/nothing.json")
    assert for_programs.headers["content-type"] == "application/problem+json"
    assert for_programs.json()["code"] == "not-found"
    refused = client.post("/")
    assert (refused.status_code, set(refused.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})


def test_what_fails_inside_is_told_without_a_trace(whole: WholeLedger, caplog: pytest.LogCaptureFixture) -> None:
    """The ledger is closed under the server: everything that needs it fails."""
    app = whole.app()

    @app.get("/broken.json")
    def broken() -> None:
        raise ZeroDivisionError

    with TestClient(app) as client:
        pass
    client = TestClient(app, raise_server_exceptions=False)
    failed, page = client.get("/broken.json"), client.get(f"/c/{whole.links['valid']}")
    assert (failed.status_code, failed.json()["code"]) == (500, "internal-error")
    assert (page.status_code, 'data-state="could-not-check"' in page.text) == (503, True)
    assert client.get("/healthz").json() == {"alive": True}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["missing"]) == (503, ["database"])
    for answer in (failed, page, ready):
        assert "Traceback" not in answer.text
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert whole.links["valid"] not in caplog.text


def test_the_proof_page_says_what_to_do_without_javascript(client: TestClient) -> None:
    page = client.get("/p?lang=en").text
    assert '<main id="result" aria-live="polite">' in page
    assert '<script type="module" src="/assets/prove.js"></script>' in page
    assert "needs JavaScript" in page
    assert "certverify check" in page


def test_assets_are_served_with_their_types_and_asked_for_once(client: TestClient) -> None:
    for name, media_type in (("verify.js", "text/javascript"), ("verify.css", "text/css"), ("site.css", "text/css")):
        answer = client.get(f"/assets/{name}")
        assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
        again = client.get(f"/assets/{name}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert client.get("/assets/sources.sha256").status_code == 404
    assert client.get("/assets/../app.py").status_code == 404


def test_an_address_without_a_ledger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is no ledger"):
        create_app(str(tmp_path))


# --- the publisher --------------------------------------------------------------------------------------------------


def test_what_is_recorded_is_published_by_the_next_step(whole: WholeLedger) -> None:
    with whole.opened() as ledger, open_awards(ledger) as awards, Publisher(awards) as publisher:
        publisher.step()
        before = publisher.size
        issued = by(awards, whole.links["valid"])
        do(ledger, SuspendCertificate(trainee(issued), issued.stream, "other", TODAY))
        publisher.step()
        assert (publisher.size, publisher.failure) == (before + 1, "")
        head = checkpoint.verify(
            (ledger.public / "checkpoint").read_bytes(),
            awards.snapshot().trust.checkpoint_keys(),
            ledger.settings.origin,
        )
        assert head.size == publisher.size
        assert by(awards, whole.links["valid"]).award.suspended


def test_status_lists_are_made_anew_in_time_where_nothing_comes_in(whole: WholeLedger) -> None:
    now = [NOW]
    with (
        whole.opened(lambda: now[0]) as ledger,
        open_awards(ledger) as awards,
        Publisher(awards) as publisher,
    ):
        key = ledger.log_signers().status.public_key
        for hours in range(0, 72, 2):
            now[0] = NOW + hours * 3600_000
            publisher.step()
            token = statuslist.verify((ledger.public / "status" / "0").read_bytes(), key)
            assert now[0] // 1000 - token.issued_at <= TTL_SECONDS // 2


def test_a_failure_is_told_and_the_next_step_tries_again(whole: WholeLedger) -> None:
    with whole.opened() as ledger, open_awards(ledger) as awards, Publisher(awards) as publisher:
        issued = by(awards, whole.links["valid"])
        do(ledger, SuspendCertificate(trainee(issued), issued.stream, "other", TODAY))
        good = (ledger.public / "checkpoint").read_bytes()
        (ledger.public / "checkpoint").write_bytes(b"not of this log")
        publisher.step()
        assert publisher.failure == "AnotherLog"
        assert not publisher.leads  # another machine's folder may be a good one
        (ledger.public / "checkpoint").write_bytes(good)
        publisher.step()
        assert publisher.failure == ""


@pytest.mark.engine("sqlite")
def test_readyz_says_how_far_the_copies_are(whole: WholeLedger, tmp_path: Path) -> None:
    good, bad = Destination(str(tmp_path / "copy")), Destination(str(tmp_path / "file"))
    (tmp_path / "file").write_text("in the way")
    whole.place.replace_settings(replace(whole.place.settings(), publish=(good, bad)))
    with TestClient(whole.app()) as client:

        def copied() -> bool:
            first, second = client.get("/readyz").json()["mirrors"]
            return bool(first["published"] and second["failure"])

        assert eventually(copied)
        state = client.get("/readyz")
        assert (state.status_code, state.json()["ready"]) == (200, True)
        assert state.json()["mirrors"] == [
            {"to": good.to, "published": state.json()["published"], "failure": ""},
            {"to": bad.to, "published": 0, "failure": "FileExistsError"},
        ]


def test_readyz_says_how_far_publication_is(whole: WholeLedger) -> None:
    with TestClient(whole.app()) as client:
        state = client.get("/readyz").json()
        assert state["recorded"] == state["published"] == state["shown"] > 0
        assert (state["ready"], state["leads"], state["failure"], state["missing"]) == (True, True, "", [])
    (whole.public / "checkpoint").write_bytes(b"not of this log")
    with TestClient(whole.app()) as client:
        state = client.get("/readyz")
        assert (state.status_code, state.json()["missing"], state.json()["failure"]) == (
            503,
            ["published"],
            "AnotherLog",
        )
        assert client.get("/healthz").status_code == 200


def test_who_does_not_work_is_ready_as_long_as_another_does(whole: WholeLedger) -> None:
    """What is recorded may wait a minute for the process that publishes; then this one is not ready any more."""
    now = [NOW]
    with TestClient(whole.app(lambda: now[0], works=False)) as client:
        assert client.get("/readyz").json()["ready"]
        with whole.opened() as ledger, open_awards(ledger) as awards:
            issued = by(awards, whole.links["valid"])
            do(ledger, SuspendCertificate(trainee(issued), issued.stream, "other", TODAY))
        now[0] = NOW + LATE_SECONDS * 1000
        assert client.get("/readyz").json()["ready"]
        now[0] += 1000
        state = client.get("/readyz")
        assert (state.status_code, state.json()["missing"]) == (503, ["views", "published"])
        with whole.opened() as ledger, open_awards(ledger):
            publish_now(ledger)
        assert client.get("/readyz").json()["ready"]
        now[0] = NOW + (TTL_SECONDS + 1) * 1000
        assert client.get("/readyz").json()["missing"] == ["status-lists"]


def test_of_the_processes_of_a_machine_one_publishes(whole: WholeLedger) -> None:
    with whole.opened() as ledger, open_awards(ledger) as awards, Publisher(awards) as publisher:
        other = FileTurn(ledger.public / LOCK_FILE)
        assert other.take()
        publisher.step()
        assert (publisher.size, publisher.leads, publisher.failure) == (0, False, "")
        other.give_back()
        publisher.step()
        assert publisher.leads
        assert publisher.size == ledger.store.head().size
        assert not other.take()
        publisher.stop()
        assert other.take()
        other.give_back()


def test_who_has_not_the_turn_to_sign_publishes_what_others_sign(whole: WholeLedger) -> None:
    """As on another machine: its own folder, the same store."""
    with (
        whole.opened() as ledger,
        open_awards(ledger) as awards,
        whole.opened() as elsewhere,
        Publisher(awards) as publisher,
    ):
        assert elsewhere.store.lead(30)
        publisher.step()
        before = publisher.size
        assert not publisher.leads
        issued = by(awards, whole.links["valid"])
        do(ledger, SuspendCertificate(trainee(issued), issued.stream, "other", TODAY))
        publisher.step()
        assert (publisher.size, publisher.failure) == (before, "")
        Upkeep(elsewhere).sign()
        publisher.step()
        assert (publisher.size, publisher.leads) == (before + 1, False)


def test_a_server_publishes_while_it_runs(whole: WholeLedger) -> None:
    with TestClient(whole.app()) as client:
        link = whole.links["valid"]
        assert client.get(f"/c/{link}.json").json()["state"] == "valid"
        with whole.opened() as ledger, open_awards(ledger) as awards:
            issued = by(awards, link)
            do(ledger, SuspendCertificate(trainee(issued), issued.stream, "other", TODAY))
        until = datetime.now(UTC) + timedelta(seconds=LONG)
        states = {""}
        while "suspended" not in states and datetime.now(UTC) < until:
            states.add(client.get(f"/c/{link}.json").json().get("state", "waiting"))
        assert states <= {"", "waiting", "suspended"}
        assert "suspended" in states


def test_a_ledger_that_was_never_published_is_published_at_the_start(whole: WholeLedger, tmp_path: Path) -> None:
    """As after a restored backup without the public folder."""
    public = whole.public
    public.rename(tmp_path / "gone")
    with TestClient(whole.app()) as client:
        assert client.get(f"/c/{whole.links['valid']}.json").json()["state"] == "valid"
    with whole.opened() as ledger:
        publish_now(ledger)
    assert (public / "checkpoint").read_bytes() == (tmp_path / "gone" / "checkpoint").read_bytes()
