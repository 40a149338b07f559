"""The pages of public notices and the form behind them: what they show, to whom, until when, and what they refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import notice_words
from api.banners import BANNERS
from api.languages import LANGUAGES
from api.notices import BODY_LIMIT
from ledger import commands as c
from ledger.awards import open_awards
from ledger.notices import Notices
from ledger.objections import held
from tests.api.noticed import BASIS_EN, BASIS_ZH, LAST_DAY, NAMES, POSTED_ON, REACHED_AT, Noticed, build, terms
from tests.api.whole_ledger import TODAY, URL, publish_now
from tests.engines import Engine
from verifier import trust
from verifier.events import WITHHELD
from verifier.objection import verify_objection

FILLED = {"name": "王异议", "contact": "wang@example.org", "grounds": "论文是抄来的\n证据在此", "consent": "yes"}
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="session")
def built(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Noticed:
    """Not to be changed."""
    return build(engine, tmp_path_factory.mktemp("noticed"))


@pytest.fixture
def noticed(built: Noticed, tmp_path: Path) -> Noticed:
    """A copy to do anything with."""
    return built.copy(tmp_path)


@pytest.fixture
def client(noticed: Noticed) -> Iterator[TestClient]:
    """A visitor with much time between two questions."""
    with TestClient(noticed.whole.app(monotonic=count(step=1000).__next__), follow_redirects=False) as made:
        yield made


def page(client: TestClient, path: str, language: str = "en") -> str:
    return unescape(client.get(f"{path}?lang={language}").text)


def form(client: TestClient, notice: str, **changed: str) -> dict[str, str]:
    """The form as it was served, filled in."""
    (sent,) = re.findall(r'name="sent" value="([0-9a-f]{32})"', client.get(f"/n/{notice}/object").text)
    return {**FILLED, "sent": sent, **changed}


def lodge(client: TestClient, notice: str, headers: dict[str, str] | None = None, **changed: str) -> Any:
    return client.post(f"/n/{notice}/object", data=form(client, notice, **changed), headers=headers or OWN)


# --- what is shown --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_the_terms_let_it_and_until_when(client: TestClient, built: Noticed, language: str) -> None:
    shown = page(client, f"/n/{built.pages['standing']}", language)
    banner = BANNERS["in-notice"]
    assert re.findall(r'data-state="([^"]+)" data-tone="([^"]+)"', shown) == [("in-notice", banner.tone)]
    assert banner.icon in shown
    assert banner.word.of(language) in shown  # type: ignore[arg-type]
    fields = dict(re.findall(r'data-field="(\w+)"[^>]*>([^<]*)<', shown))
    assert set(fields) == {"name", "employer", "level", "posted_on", "last", "decided_from", "left"}
    assert (fields["name"], fields["left"]) == (NAMES["standing"], "5")
    assert (fields["posted_on"], fields["last"], fields["decided_from"]) == (
        str(POSTED_ON),
        str(LAST_DAY),
        "2026-11-28",
    )
    assert (BASIS_ZH if language == "zh" else BASIS_EN) in shown
    assert REACHED_AT in shown
    assert notice_words.until(LAST_DAY, None).of(language) in shown  # type: ignore[arg-type]
    assert f'href="/n/{built.pages["standing"]}/object?lang={language}"' in shown


def test_neither_list_nor_page_is_kept_or_indexed_or_needs_a_script(client: TestClient, built: Noticed) -> None:
    for path in ("/notices", f"/n/{built.pages['standing']}", f"/n/{built.pages['standing']}/object"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert "noindex" in answer.headers["x-robots-tag"]
        assert "noindex" in re.findall(r'name="robots" content="([^"]+)"', answer.text)[0]
        assert "<script" not in answer.text
        assert "set-cookie" not in answer.headers


def test_the_list_has_those_that_stand_and_no_other(client: TestClient, built: Noticed) -> None:
    shown = page(client, "/notices")
    listed = re.findall(r'data-notice="([A-Z2-7]{24})"', shown)
    assert sorted(listed) == sorted(built.pages[word] for word in NAMES if word != "ended")
    assert listed == sorted(listed, reverse=True), "of one day, in an order that says nothing of the log's"
    assert NAMES["ended"] not in shown
    for asked in ("?page=2", "?page=-1", "?page=x", "?page=999999999999", "?page=²"):
        assert client.get(f"/notices{asked}").status_code == 200
    assert page(client, f"/n/{built.pages['standing'].lower()}") == page(client, f"/n/{built.pages['standing']}")


def test_what_has_ended_is_gone_and_what_never_was_is_not_found(
    client: TestClient, noticed: Noticed, built: Noticed
) -> None:
    before = page(client, f"/n/{built.pages['erasable']}")
    assert NAMES["erasable"] in before
    trainee, _ = noticed.lives["erasable"]
    noticed.does(c.EraseTrainee(trainee))
    for word in ("ended", "erasable"):
        for path in (f"/n/{built.pages[word]}", f"/n/{built.pages[word]}/object"):
            for language in LANGUAGES:
                answer = client.get(f"{path}?lang={language}")
                assert answer.status_code == 410
                assert 'data-state="notice-ended"' in answer.text
                assert BANNERS["notice-ended"].sentence.of(language) in unescape(answer.text)
                assert NAMES[word] not in answer.text
                assert "data-field" not in answer.text
    assert NAMES["erasable"] not in page(client, "/notices")
    assert client.get(f"/n/{'A' * 24}").status_code == 404


def test_after_the_last_day_nothing_is_shown(noticed: Noticed) -> None:
    for at, status in ((datetime(2026, 11, 27, 15, 59), 200), (datetime(2026, 11, 27, 16, 0), 410)):
        moment = int(at.replace(tzinfo=UTC).timestamp() * 1000)
        with TestClient(noticed.whole.app(lambda moment=moment: moment)) as client:  # type: ignore[misc]
            answer = client.get(f"/n/{noticed.pages['standing']}")
            assert answer.status_code == status
            assert (NAMES["standing"] in answer.text) == (status == 200)
            assert (NAMES["standing"] in client.get("/notices").text) == (status == 200)


def test_terms_that_let_nothing_be_shown_are_kept_at_once(client: TestClient, noticed: Noticed) -> None:
    with noticed.whole.opened() as ledger:
        command = terms(ledger)
    noticed.does(command)
    for path in ("/notices", f"/n/{noticed.pages['standing']}"):
        shown = page(client, path)
        assert NAMES["standing"] not in shown
        assert 'data-field="employer"' not in shown
        assert "assistant engineer" in shown


def test_a_value_that_was_changed_in_the_database_is_not_shown(noticed: Noticed) -> None:
    """The row of another entry's values: they open under another place alone."""
    rows = noticed.whole.engine.query(
        noticed.whole.address,
        "SELECT v.notification_id FROM vault v JOIN stored_events e ON e.notification_id = v.notification_id "
        "WHERE e.topic = 'trainee.registered/1' ORDER BY v.notification_id",
    )
    (first,), (second,), *_ = rows
    noticed.whole.engine.query(
        noticed.whole.address,
        "UPDATE vault SET sealed = (SELECT sealed FROM vault WHERE notification_id = ?) WHERE notification_id = ?",
        (second, first),
    )
    with TestClient(noticed.whole.app(works=False)) as client:
        answer = client.get(f"/n/{noticed.pages['standing']}?lang=en")
        assert answer.status_code == 503
        assert 'data-state="could-not-check"' in answer.text
        assert "data-field" not in answer.text
        shown = page(client, "/notices")
        assert "1 more could not be checked just now and is left out." in shown
        assert NAMES["standing"] not in shown
        assert NAMES["other"] in shown


# --- the form -------------------------------------------------------------------------------------------------------


def test_an_objection_leads_to_its_own_page_and_receipt(client: TestClient, noticed: Noticed) -> None:
    answer = lodge(client, noticed.pages["standing"])
    assert answer.status_code == 303
    assert answer.headers["cache-control"] == "no-store"
    own = answer.headers["location"].partition("?")[0]
    with noticed.whole.opened() as ledger:
        publish_now(ledger)
    for language in LANGUAGES:
        shown = page(client, own, language)
        assert notice_words.OUTCOMES["pending"].of(language) in shown
        for value in (FILLED["name"], FILLED["contact"], "论文是抄来的", noticed.pages["standing"]):
            assert value in shown
    received = client.get(f"{own}/objection.cbor")
    assert (received.status_code, received.headers["cache-control"]) == (200, "no-store")
    _is_a_receipt(received.content, noticed)
    assert client.get(f"/o/{'0' * 24}").status_code == client.get("/o/nonsense").status_code == 404
    assert client.get(f"/o/{'0' * 24}/objection.cbor").status_code == 404
    assert FILLED["name"] not in page(client, f"/n/{noticed.pages['standing']}")
    assert FILLED["name"] not in page(client, "/notices")


def _is_a_receipt(data: bytes, noticed: Noticed) -> None:
    """As a stranger reads it."""
    trusted = trust.parse((noticed.whole.public / "trust.txt").read_text("utf-8"))
    event = verify_objection(data, trusted).event
    assert (event.name, event.grounds, event.lodged_on) == (FILLED["name"], FILLED["grounds"], TODAY)
    assert (event.application, event.place) == (WITHHELD, WITHHELD)


def test_the_form_sent_twice_is_recorded_once(client: TestClient, noticed: Noticed) -> None:
    filled = form(client, noticed.pages["standing"])
    answers = [client.post(f"/n/{noticed.pages['standing']}/object", data=filled, headers=OWN) for _ in range(2)]
    assert len({answer.headers["location"] for answer in answers}) == 1
    other = lodge(client, noticed.pages["standing"])
    assert other.headers["location"] != answers[0].headers["location"]
    with noticed.whole.opened() as ledger, open_awards(ledger) as awards:
        assert len(held(awards)) == 2


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"contact": " "}, "contact"),
        ({"contact": "长" * 201}, "contact"),
        ({"grounds": "长" * 2001}, "grounds"),
        ({"grounds": "\x1b[2J"}, "grounds"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_filled_in_stays(
    client: TestClient, noticed: Noticed, changed: dict[str, str], code: str
) -> None:
    answer = lodge(client, noticed.pages["standing"], **changed)
    assert answer.status_code == 422
    assert re.findall(r'data-state="([^"]+)"', answer.text) == [code]
    assert notice_words.FAULTS[code].zh in unescape(answer.text)
    assert f'id="{code}"' in re.findall(r"<[^>]*aria-invalid[^>]*>", answer.text)[0]
    assert all(value in unescape(answer.text) for value in ("证据在此", "wang@") if code not in ("grounds", "contact"))


def test_without_consent_nothing_is_recorded(client: TestClient, noticed: Noticed) -> None:
    filled = form(client, noticed.pages["standing"])
    del filled["consent"]
    answer = client.post(f"/n/{noticed.pages['standing']}/object", data=filled, headers=OWN)
    assert answer.status_code == 422
    assert 'data-state="consent"' in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": URL}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": URL}, 303),
        ({"Origin": "https://elsewhere.example.org"}, 403),
        ({"Origin": "null"}, 403),
        ({"X-Nothing": "said"}, 403),
    ],
)
def test_another_sites_form_is_not_taken(
    client: TestClient, noticed: Noticed, headers: dict[str, str], status: int
) -> None:
    answer = lodge(client, noticed.pages["standing"], headers)
    assert answer.status_code == status
    if status == 403:
        assert 'data-state="other-site"' in answer.text
        assert FILLED["name"] not in answer.text


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"", "application/x-www-form-urlencoded", 400),
        (b"name=a", "application/x-www-form-urlencoded", 400),
        (b"sent=" + b"00" * 15 + b"&name=a&contact=b&grounds=c", "application/x-www-form-urlencoded", 400),
        (b"sent=" + b"00" * 16 + b"&name=a&name=b&contact=b&grounds=c", "application/x-www-form-urlencoded", 400),
        (b"\xff=", "application/x-www-form-urlencoded", 400),
        (b"name=" + b"a" * BODY_LIMIT, "application/x-www-form-urlencoded", 413),
        (b"{}", "application/json", 415),
    ],
)
def test_what_is_no_form_is_turned_away(
    client: TestClient, noticed: Noticed, body: bytes, media_type: str, status: int
) -> None:
    headers = {**OWN, "Content-Type": media_type}
    answer = client.post(f"/n/{noticed.pages['standing']}/object", content=body, headers=headers)
    assert answer.status_code == status
    assert 'data-state="unreadable"' in answer.text


def test_no_objection_where_no_notice_stands(client: TestClient, noticed: Noticed) -> None:
    filled = form(client, noticed.pages["standing"])
    for notice, status in ((noticed.pages["ended"], 410), ("A" * 24, 404)):
        answer = client.post(f"/n/{notice}/object", data=filled, headers=OWN)
        assert answer.status_code == status
    with noticed.whole.opened() as ledger, open_awards(ledger) as awards:
        assert held(awards) == []


def test_who_sends_too_many_waits(noticed: Noticed) -> None:
    with TestClient(noticed.whole.app(monotonic=lambda: 0.0), follow_redirects=False) as client:
        statuses = [
            client.post(f"/n/{noticed.pages['standing']}/object", content=b"", headers=OWN).status_code
            for _ in range(11)
        ]
        assert statuses == [415] * 10 + [429]
        answer = client.post(f"/n/{noticed.pages['standing']}/object", content=b"", headers=OWN)
        assert answer.headers["retry-after"] == "300"
        assert client.get(f"/n/{noticed.pages['standing']}").status_code == 200


def test_a_notice_without_terms_has_no_form(engine: Engine, tmp_path: Path) -> None:
    from tests.api.whole_ledger import WholeLedger, clock, new_place
    from tests.ledger.lives import Life, opened

    place = new_place(engine, tmp_path)
    with opened(place, clock) as ledger:
        life = Life(ledger)
        life.is_in_notice(1, POSTED_ON)
        publish_now(ledger)
        with open_awards(ledger) as awards:
            notice = Notices(awards).id_of(life.application)
    with TestClient(WholeLedger(engine, place, {}).app()) as client:
        shown = page(client, f"/n/{notice}")
        assert notice_words.NO_FORM.en in shown
        assert notice_words.NO_TERMS.en in shown
        assert 'data-field="name"' not in shown
        answer = client.get(f"/n/{notice}/object?lang=en")
        assert (answer.status_code, notice_words.NO_FORM.en in answer.text) == (409, True)


def test_published_files_know_nothing_of_notice_and_objection(client: TestClient, noticed: Noticed) -> None:
    own = lodge(client, noticed.pages["standing"]).headers["location"].split("?")[0].rpartition("/")[2]
    with noticed.whole.opened() as ledger:
        publish_now(ledger)
    published = b"".join(path.read_bytes() for path in noticed.whole.public.rglob("*") if path.is_file())
    assert len(published) > 10_000
    for value in (*noticed.pages.values(), *NAMES.values(), own, FILLED["name"], FILLED["contact"], "论文是抄来的"):
        assert value.encode() not in published
        assert value.lower().encode() not in published
