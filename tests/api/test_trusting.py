"""The page that says where trust comes from, against the published files; and the sentences of all these pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from html import unescape

import pytest
from starlette.testclient import TestClient

from api import date_words, sentences, trust_words
from api.languages import LANGUAGES, Words
from ledger import commands as c
from ledger.awards import open_awards
from tests.api.whole_ledger import WholeLedger, do, publish_now
from tests.verifier.witnesslab import ANNA, POLICY
from verifier import kinds
from verifier.cosignatures import with_lines
from verifier.trust import parse

HANGUL, HAN = re.compile("[가-힣]"), re.compile("[一-鿿]")


def anchor(page: str, name: str) -> list[str]:
    return re.findall(rf'data-anchor="{name}">([^<]*)<', page)


def test_the_page_shows_what_is_published(client: TestClient) -> None:
    page, published = client.get("/trust?lang=en").text, client.get("/log/trust.txt").content
    trust = parse(published.decode())
    assert [found.replace(" ", "") for found in anchor(page, "file")] == [sha256(published).hexdigest()]
    assert (anchor(page, "bytes"), anchor(page, "asof")) == ([str(len(published))], [str(trust.as_of)])
    assert [found.replace(" ", "") for found in anchor(page, "genesis")] == [trust.genesis.hex()]
    assert [found.replace(" ", "") for found in anchor(page, "key")] == [key.kid.hex() for key in trust.keys.values()]
    for found in (*anchor(page, "file"), *anchor(page, "genesis"), *anchor(page, "key")):
        assert re.fullmatch("([0-9a-f]{4} ){15}[0-9a-f]{4}", found)
    assert trust.origin in page
    assert "None yet" in page
    assert page.count("<dt>held by</dt><dd>the base</dd>") == len(trust.keys)
    assert "entry 0 (2026-11-23 12:00:00 (UTC+8))" in page


def test_every_key_is_for_something(client: TestClient) -> None:
    page = client.get("/trust?lang=en").text
    purposes = re.findall(r"<dt>for</dt><dd>([^<]*)</dd>", page)
    assert all(purposes)
    told = {part for purpose in purposes for part in unescape(purpose).split("; ")}
    assert told == {purpose.en for _, purpose in trust_words.PURPOSES}


def test_each_purpose_goes_by_a_kind_that_is_signed_for_it_alone() -> None:
    groups = [
        kinds.ROOT_KINDS,
        kinds.REGISTRY_KINDS,
        *[(kind,) for kind in kinds.LOG_KINDS],
        kinds.TEACHING_KINDS,
        kinds.CERTIFYING_KINDS,
        kinds.AUTHORITY_KINDS,
    ]
    assert [next(i for i, group in enumerate(groups) if kind in group) for kind, _ in trust_words.PURPOSES] == list(
        range(len(groups))
    )


def test_a_compromised_key_is_told(whole: WholeLedger) -> None:
    with whole.opened() as ledger, open_awards(ledger) as awards:
        key = next(key for key in awards.authority().keys.values() if key.organisation == "HUAWEI")
        do(ledger, c.ReportKeyCompromised(key.kid, key.since + 1))
        publish_now(ledger)
    with TestClient(whole.app()) as client:
        page = client.get("/trust?lang=en").text
        assert f"what it signed from entry {key.since + 1} on counts for nothing" in page


def test_the_pages_tell_which_witnesses_cosigned(whole: WholeLedger) -> None:
    with whole.opened() as ledger:
        do(ledger, c.SetWitnesses(POLICY.replace("quorum two", "quorum anna")))
        publish_now(ledger)
        head = ledger.store.signed_head()
        assert head is not None
        with TestClient(whole.app()) as client:
            page = client.get("/trust?lang=en").text
            assert "0 of 3 witnesses cosigned this checkpoint. That is fewer than are asked for" in page
        lines = [ANNA.line(head.note.encode())]
        ledger.store.sign_head(head, replace(head, note=with_lines(head.note, lines)))
        publish_now(ledger)
    with TestClient(whole.app()) as client:
        told = "1 of 3 witnesses cosigned this checkpoint: anna (2026-05-29 04:26:40 (UTC+8))"
        assert told in client.get("/trust?lang=en").text
        assert told in client.get(f"/c/{whole.links['valid']}?lang=en").text
        assert "None yet" not in client.get("/trust?lang=en").text


@pytest.mark.parametrize("file", ["trust.txt", "checkpoint"])
def test_what_cannot_be_checked_is_not_shown(whole: WholeLedger, file: str) -> None:
    with TestClient(whole.app()) as client:
        (whole.public / file).unlink()
        page = client.get("/trust?lang=en")
        assert (page.status_code, "Could not check" in page.text) == (503, True)
        assert "data-anchor" not in page.text


def test_a_trust_file_that_the_log_does_not_give_is_not_shown(whole: WholeLedger) -> None:
    with TestClient(whole.app()) as client:
        file = whole.public / "trust.txt"
        file.write_text(file.read_text().replace(' "Huawei Technologies Co., Ltd."', ' "Somebody Else"'))
        assert client.get("/trust").status_code == 503


def test_every_way_leads_to_the_page(client: TestClient, original: WholeLedger) -> None:
    for path in ("/", f"/c/{original.links['valid']}", f"/c/{original.links['revoked']}", "/c/nope"):
        assert re.search(r'href="/trust(\?lang=\w+)?"', client.get(path).text), path


def test_the_page_needs_no_script_and_can_be_kept_and_found(client: TestClient) -> None:
    answer = client.get("/trust")
    assert "<script" not in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert 'name="robots" content="all"' in answer.text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", answer.text)


def said() -> Iterator[tuple[str, Words]]:
    """Every constant sentence of these pages."""
    for module in (sentences, date_words, trust_words):
        for name, value in vars(module).items():
            if isinstance(value, Words):
                yield name, value
            elif isinstance(value, tuple):
                yield from ((name, item if isinstance(item, Words) else item[1]) for item in value)
    yield "wait", sentences.wait(2)
    yield "on", date_words.on(date(2024, 5, 1), date_words.NOT_IN_LOG)
    yield "as_of", date_words.as_of(date(2024, 5, 1), date_words.NOT_IN_LOG)
    yield "entries", date_words.entries(2)
    yield "since", trust_words.since(1, "x")
    yield "retired", trust_words.retired(1)
    yield "compromised", trust_words.compromised(1)


def test_every_sentence_is_there_in_every_language() -> None:
    found = list(said())
    assert len(found) > 70
    for name, words in found:
        if words.zh == words.en:
            assert name == "FILE_HASH"
            continue
        assert HAN.search(words.zh), name
        assert not HAN.search(words.en), name
        assert not HANGUL.search(words.en + words.zh), name
        assert HANGUL.search(words.ko), name


@pytest.mark.parametrize("path", ["/", "/check", "/trust"])
def test_a_page_is_in_one_language(client: TestClient, path: str) -> None:
    pages = {language: client.get(f"{path}?lang={language}") for language in LANGUAGES}
    for language, page in pages.items():
        assert page.headers["content-language"].startswith(language)
        main = page.text.split("<main", 1)[1].split("</main>", 1)[0]
        assert bool(HANGUL.search(main)) == (language == "ko")
        assert bool(HAN.search(main)) == (language == "zh") or language == "ko"
