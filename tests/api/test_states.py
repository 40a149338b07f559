"""Every state that a link's page can say, each brought about in a ledger and asked for by its address."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from api.banners import BANNERS
from api.languages import LANGUAGES
from ledger.awards import open_awards
from ledger.commands import EraseTrainee, ReportKeyCompromised
from tests.api.whole_ledger import NOW, WholeLedger, by, do, publish_now, trainee
from verifier import statuslist

HOUR = 3600_000


def told(client: TestClient, link: str, state: str, words: str = "") -> str:
    """The English page, after it was seen that every language's page says this state."""
    banner = BANNERS[words or state]
    for language in LANGUAGES:
        page = client.get(f"/c/{link}?lang={language}").text
        assert re.findall(r'data-state="([^"]+)" data-tone="([^"]+)"', page) == [(state, banner.tone)]
        assert banner.icon in page
        assert f'class="word">{banner.word.of(language)}' in page.replace("&#39;", "'")
    return client.get(f"/c/{link}?lang=en").text


def _compromised(whole: WholeLedger) -> None:
    with whole.opened() as ledger, open_awards(ledger) as awards:
        issued = by(awards, whole.links["valid"])
        do(ledger, ReportKeyCompromised(issued.statement.kid, issued.index))
        publish_now(ledger)


def _list_gone(whole: WholeLedger) -> None:
    (whole.public / "status" / "0").unlink()


def _list_of_nothing_revoked(whole: WholeLedger) -> None:
    """Signed by the log itself, against its own entries."""
    with whole.opened() as ledger:
        head, signer = ledger.store.signed_head(), ledger.log_signers().status
        assert head is not None
        uri = f"{ledger.settings.url}/log/status/0"
        bits = bytes(statuslist.LIST_LENGTH // 4)
        token = statuslist.make(uri, NOW // 1000, head.size, head.root, bits, signer.kid, signer.sign)
    (whole.public / "status" / "0").write_bytes(token)


def _revocation_deleted(whole: WholeLedger) -> None:
    with whole.opened() as ledger, open_awards(ledger) as awards:
        ((index, _),) = by(awards, whole.links["revoked"]).changes
    sql = "DELETE FROM stored_events WHERE notification_id = ? RETURNING 1"
    assert len(whole.engine.query(whole.address, sql, (index + 1,))) == 1


@pytest.mark.parametrize(
    ("spoil", "name", "state", "words"),
    [
        (_compromised, "valid", "not-entitled", "key-compromised"),
        (_list_gone, "valid", "authentic-standing-not-checked", ""),
        (_list_of_nothing_revoked, "revoked", "inconsistent", ""),
        (_revocation_deleted, "revoked", "revoked-or-superseded", ""),
    ],
)
def test_what_happened_behind_the_page_is_told(
    whole: WholeLedger, spoil: Callable[[WholeLedger], None], name: str, state: str, words: str
) -> None:
    spoil(whole)
    with TestClient(whole.app(works=False)) as client:
        page = told(client, whole.links[name], state, words)
    assert 'data-state="valid"' not in page


def test_no_such_certificate(client: TestClient) -> None:
    told(client, "0" * 24, "unknown")


def test_what_could_not_be_checked_names_the_last_good_checkpoint_and_its_age(whole: WholeLedger) -> None:
    now = [NOW]
    with TestClient(whole.app(lambda: now[0], works=False)) as client:
        size = int((whole.public / "checkpoint").read_text().splitlines()[1])
        assert client.get(f"/c/{whole.links['valid']}.json").json()["log_size"] == size
        (whole.public / "checkpoint").write_bytes(b"not of this log")
        now[0] += 5 * HOUR
        page = told(client, whole.links["valid"], "could-not-check")
    assert "Last good checkpoint" in page
    assert f"<dt>entries</dt><dd>{size}</dd>" in page
    assert "2026-11-23 12:00:00 (UTC+8) · 5 hours ago" in page
    assert "data-field" not in page


def test_where_no_checkpoint_ever_verified_that_is_said(whole: WholeLedger) -> None:
    (whole.public / "checkpoint").write_bytes(b"not of this log")
    with TestClient(whole.app(works=False)) as client:
        page = told(client, whole.links["valid"], "could-not-check")
    assert "Since this server started, no checkpoint has verified." in page


def test_a_superseded_certificate_leads_on_to_its_correction(client: TestClient, original: WholeLedger) -> None:
    old, new = original.links["superseded"], original.links["correction"]
    page = told(client, old, "superseded")
    (leads,) = re.findall(r'class="current" href="([^"]+)"', page)
    assert leads == f"/c/{new}?lang=en"
    assert 'data-state="valid"' in client.get(leads).text
    assert client.get(f"/c/{old}.json").json()["superseded_by"] == new
    assert client.get(f"/c/{new}.json").json()["superseded_by"] is None
    assert old not in client.get(leads).text


def test_after_an_erasure_nothing_leads_on(whole: WholeLedger) -> None:
    with whole.opened() as ledger, open_awards(ledger) as awards:
        do(ledger, EraseTrainee(trainee(by(awards, whole.links["superseded"]))))
        publish_now(ledger)
    with TestClient(whole.app(works=False)) as client:
        page = told(client, whole.links["superseded"], "erased")
    assert 'class="current"' not in page
    assert whole.links["correction"] not in page


def test_below_the_fold_lies_what_the_proof_rests_on(client: TestClient, original: WholeLedger) -> None:
    page = client.get(f"/c/{original.links['valid']}?lang=en").text
    above, _, below = page.partition('<details class="proof-details">')
    twin = client.get(f"/c/{original.links['valid']}.json").json()
    for row in (twin["issuer"]["kid"], "(BASE) for ", "authorised for this kind", "None yet", "<svg"):
        assert row in below
    assert twin["issuer"]["kid"] not in above
    assert re.search(rf"<dt>log entry</dt><dd>{twin['entry']}</dd>", below)
    assert 'class="root"' in below
