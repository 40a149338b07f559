"""An enterprise with a key of its own at its own browser: what waits, the file to sign, and what comes back."""

from __future__ import annotations

import re

import pytest
from httpx2 import Response

from api.office import refusal_words
from ledger import commands as c
from ledger.awards import open_awards
from ledger.office.doing import do
from ledger.office.preparations import LEAD_SECONDS, Preparation
from ledger.refusals import Code
from tests.api.office.conftest import Browser, Hands, Offices, text_of
from tests.api.whole_ledger import TODAY, WholeLedger, actors, by, trainee
from tests.ledger.office.own_keys import OwnKey, own_key
from verifier import prepared
from verifier.kinds import CERTIFYING_KINDS


@pytest.fixture
def enterprise(offices: Offices, original: WholeLedger) -> str:
    """Who certified the valid certificate."""
    with open_awards(offices.ledger) as awards:
        programme = by(awards, original.links["valid"]).event
        base = offices.office.executor.base()
        edition = base.catalogue.newest_edition(programme.programme)  # type: ignore[union-attr]
        assert edition is not None
        return base.catalogue.programme(programme.programme, edition).certified_by  # type: ignore[union-attr]


@pytest.fixture
def key(offices: Offices, enterprise: str) -> OwnKey:
    made = own_key("enterprise", enterprise, CERTIFYING_KINDS)
    granted = tuple(sorted(CERTIFYING_KINDS))
    command = c.AuthoriseKey(enterprise, made.signer.public_key, granted, "organisation")
    offices.office.executor.execute(command, actors(offices.ledger))
    return made


@pytest.fixture
def clerk(offices: Offices, enterprise: str) -> Browser:
    return offices.joins("e-clerk", "registrar", organisation=enterprise)


@pytest.fixture
def waiting(offices: Offices, key: OwnKey, clerk: Browser, enterprise: str, original: WholeLedger) -> Preparation:
    """A suspension that was proposed and approved in browsers of the enterprise."""
    head = offices.joins("e-head", "approver", organisation=enterprise)
    with open_awards(offices.ledger) as awards:
        issued = by(awards, original.links["valid"])
    command = c.SuspendCertificate(trainee(issued), issued.stream, "other", TODAY)
    proposal = do(offices.office, clerk.member, command, offices.ledger.desk().new_id()).proposal
    assert proposal is not None
    path = f"/console/proposals/{proposal.id}"
    assert head.post(path, do="approve", version=str(proposal.version)).status_code == 303
    (found,) = offices.office.preparations.all(enterprise)
    assert found.proposal == proposal.id
    return found


def path_of(waiting: Preparation) -> str:
    return f"/console/prepared/{waiting.id}"


def send(browser: Browser, waiting: Preparation, *files: bytes) -> Response:
    sent = [("file", ("entry.cose", data, "application/octet-stream")) for data in files]
    return browser.client.post(
        f"{path_of(waiting)}?lang=en", data={"do": "send"}, files=sent, headers=browser.headers, follow_redirects=False
    )


def test_it_is_fetched_signed_and_sent_back(
    offices: Offices, clerk: Browser, key: OwnKey, waiting: Preparation
) -> None:
    assert path_of(waiting) in clerk.get("/console/prepared").text
    assert path_of(waiting) in clerk.get(f"/console/proposals/{waiting.proposal}").text
    page = text_of(clerk.get(f"{path_of(waiting)}?lang=en"))
    assert "certificate.suspended/1" in page
    assert f"suspended_on {TODAY}" in page
    file = clerk.post(path_of(waiting), do="fetch")
    assert file.headers["content-disposition"] == f'attachment; filename="prepared-{waiting.number}.cbor"'
    assert prepared.parse(file.content).id == waiting.id
    size = offices.ledger.store.head().size
    done = send(clerk, waiting, *key.signs(file.content))
    assert (done.status_code, done.headers["location"]) == (303, path_of(waiting))
    assert offices.ledger.store.head().size == size + 1
    assert "recorded" in text_of(clerk.get(f"{path_of(waiting)}?lang=en"))
    assert waiting.proposal is not None
    assert offices.office.proposals.get(waiting.proposal).state == "done"


def test_what_is_wrong_is_told_on_the_page(
    offices: Offices, clerk: Browser, key: OwnKey, waiting: Preparation, hands: Hands
) -> None:
    (entry,) = key.signs(clerk.post(path_of(waiting), do="fetch").content)
    for data, code in ((b"x", Code.BAD_STATEMENT), (entry[:-1] + bytes([entry[-1] ^ 1]), Code.BAD_SIGNATURE)):
        answer = send(clerk, waiting, data)
        assert (answer.status_code, refusal_words.SENTENCES[code].en in answer.text) == (409, True)
    assert send(clerk, waiting).status_code == 422
    hands.turn(LEAD_SECONDS + 601)
    late = send(clerk, waiting, entry)
    assert (late.status_code, refusal_words.SENTENCES[Code.STALE].en in late.text) == (409, True)
    assert send(clerk, waiting, *key.signs(clerk.post(path_of(waiting), do="fetch").content)).status_code == 303


def test_it_is_taken_back(offices: Offices, clerk: Browser, waiting: Preparation) -> None:
    assert clerk.post(path_of(waiting), do="withdraw").status_code == 303
    assert "taken back" in text_of(clerk.get(f"{path_of(waiting)}?lang=en"))
    assert waiting.proposal is not None
    assert offices.office.proposals.get(waiting.proposal).state == "stopped"


def test_others_look_on_or_see_nothing(offices: Offices, waiting: Preparation) -> None:
    of_base = offices.joins("b-clerk", "registrar")
    assert of_base.get(path_of(waiting)).status_code == 200
    assert 'name="do"' not in of_base.get(path_of(waiting)).text
    assert of_base.post(path_of(waiting), do="fetch").status_code == 403
    authority = next(policy.authority for policy in offices.office.executor.base().catalogue.policies)
    stranger = offices.joins("stranger", "registrar", organisation=authority)
    assert stranger.get(path_of(waiting)).status_code == 404
    assert stranger.get("/console/prepared/nothing").status_code == 404
    assert str(waiting.id) not in stranger.get("/console/prepared").text


def test_another_sites_form_is_not_taken(clerk: Browser, key: OwnKey, waiting: Preparation) -> None:
    (entry,) = key.signs(clerk.post(path_of(waiting), do="fetch").content)
    clerk.headers = {"Sec-Fetch-Site": "cross-site"}
    assert send(clerk, waiting, entry).status_code == 403


def test_who_signs_in_again_chooses_the_file_again(
    offices: Offices, clerk: Browser, key: OwnKey, waiting: Preparation
) -> None:
    """Of who is not signed in no file is read."""
    (entry,) = key.signs(clerk.post(path_of(waiting), do="fetch").content)
    clerk.client.cookies.clear()
    asked = send(clerk, waiting, entry)
    assert asked.status_code == 401
    kept = dict(re.findall(r'name="(do)" value="([^"]*)"', asked.text))
    again = clerk.post(path_of(waiting), _login=clerk.member.login, _password="a passphrase for tests", **kept)
    assert again.status_code == 422
    assert send(clerk, waiting, entry).status_code == 303
    assert offices.office.preparations.get(waiting.id).state == "recorded"
