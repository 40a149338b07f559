"""One language a page, chosen without a cookie; no sentence lacks one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import banners, notice_words, words
from api import sentences as page_sentences
from api.languages import LANGUAGES, TAGS, Words
from tests.api.whole_ledger import WholeLedger
from verifier.verdict import _LABELS, _LEVELS

HANGUL, HAN = re.compile("[가-힣]"), re.compile("[一-鿿]")


def sentences() -> Iterator[tuple[str, Words]]:
    """Every constant sentence of the pages with its name."""
    for module in (words, banners, notice_words):
        for name, value in vars(module).items():
            for at, found in value.items() if isinstance(value, dict) else [("", value)]:
                if isinstance(found, Words):
                    yield f"{name} {at}", found
                if isinstance(found, banners.Banner):
                    yield f"{name} {at} word", found.word
                    yield f"{name} {at} sentence", found.sentence


def test_every_sentence_is_there_in_every_language() -> None:
    found = dict(sentences())
    assert len(found) > 60
    for name, said in found.items():
        assert HAN.search(said.zh), name
        assert not HAN.search(said.en), name
        assert not HANGUL.search(said.en), name
        assert re.search("[A-Za-z]", said.en), name
        assert HANGUL.search(said.ko), name


SOURCES = Path(__file__).parents[2] / "verifier" / "web" / "src"


def browsers() -> dict[str, Any]:
    """What `states.json` is to hold: what the browser's own check says as the served pages do."""
    states = {
        name: {
            "tone": banner.tone,
            "icon": banner.icon,
            "word": banner.word.as_json(),
            "sentence": banner.sentence.as_json(),
        }
        for name, banner in banners.BANNERS.items()
        if name not in ("erased", "unknown", "in-notice", "notice-ended")
    }
    tables = {"labels": words.LABELS, "since": words.SINCE, "reasons": words.REASONS}
    told = {name: {key: said.as_json() for key, said in table.items()} for name, table in tables.items()}
    return {"states": states, **told, "glosses": words.GLOSSES}


def table(name: str) -> dict[str, Any]:
    """A table of what the browser says."""
    found: dict[str, Any] = json.loads((SOURCES / name).read_text("utf-8"))
    return found


def test_the_browsers_own_check_says_the_same() -> None:
    assert table("states.json") == browsers()
    assert table("refusals.json") == {code: said.as_json() for code, said in words.REFUSALS.items()}


def test_what_the_browser_alone_tells_apart_has_a_word_and_an_icon_of_its_own() -> None:
    """What time never mends is told in words of its own; a mistyped number in those of /check."""
    things, known = table("things.json"), list(banners.BANNERS.values())
    assert things["mistyped"]["word"] == page_sentences.MISTYPED.as_json()
    assert things["mistyped"]["sentence"] == page_sentences.MISTYPED_HOW.as_json()
    count = len(things) + len(known)
    assert len({thing["icon"] for thing in things.values()} | {banner.icon for banner in known}) == count
    for language in LANGUAGES:
        told = {thing["word"][language] for thing in things.values()} | {banner.word.of(language) for banner in known}
        assert len(told) == count
    for name, thing in things.items():
        assert set(thing) == {"tone", "icon", "word", "sentence"}
        for said in (thing["word"], thing["sentence"]):
            assert list(said) == list(LANGUAGES), name
            assert HAN.search(said["zh"]), name
            assert HANGUL.search(said["ko"]), name
            assert not HAN.search(said["en"]), name
        assert "later" not in thing["sentence"]["en"]


def test_the_browsers_sentences_are_there_in_every_language_with_the_same_places() -> None:
    tables = [table(f"{name}.json") for name in ("sentences", "report", "details", "scanning")]
    told = {name: said for table in tables for name, said in table.items()}
    assert len(told) == sum(map(len, tables))
    sources = {path.stem: path.read_text("utf-8") for path in SOURCES.glob("*.js")}
    of_evidence = table("evidence.json")  # a page of its own, whose names are its own
    assert _said(sources.pop("evidence")) == set(of_evidence)
    assert _said("".join(sources.values())) == set(told)
    for name, said in [*told.items(), *of_evidence.items()]:
        assert list(said) == list(LANGUAGES), name
        assert HAN.search(said["zh"]), name
        assert HANGUL.search(said["ko"]), name
        assert not HAN.search(said["en"]), name
        assert len({frozenset(re.findall(r"{\w+}", text)) for text in said.values()}) == 1, name
    assert said_alike(told)


def _said(source: str) -> set[str]:
    """The names of the sentences that a script says."""
    return set(re.findall(r'say(?:Plain)?\("(\w+)"', source))


def said_alike(told: dict[str, Any]) -> bool:
    """Whether the sentences that both have are the same."""
    pairs = {
        "compare": words.COMPARE,
        "domain": words.DOMAIN,
        "checked_at": words.CHECKED_AT,
        "custody_label": words.CUSTODY,
        "recorded_label": words.RECORDED,
        "entry_label": words.ENTRY,
        **{"details": words.DETAILS, "statement": words.STATEMENT, "leaf_label": words.LEAF, "key": words.KEY},
        **{"kid_label": words.KEY_ID, "uri_label": words.KEY_OF, "authority_label": words.AUTHORITY},
        **{"path": words.PATH, "checkpoint": words.CHECKPOINT, "log_label": words.LOG, "size_label": words.SIZE},
        **{"root_label": words.ROOT, "witnesses": words.WITNESSES, "no_witnesses": words.NO_WITNESSES},
    }
    filled = {
        "as_of": ({"last": 6, "size": 7}, words.as_of(7)),
        "authorised": ({"since": 3}, words.authorised(3)),
        "path_told": ({"index": 5, "count": 4}, words.path_told(5, 4)),
    }
    return all(told[name] == said.as_json() for name, said in pairs.items()) and all(
        {language: text.format(**places) for language, text in told[name].items()} == said.as_json()
        for name, (places, said) in filled.items()
    )


def test_no_script_says_a_sentence_of_its_own() -> None:
    for path in SOURCES.glob("*.js"):
        assert not HAN.search(path.read_text("utf-8")), path.name


def test_no_two_states_share_a_word_or_an_icon() -> None:
    told = list(banners.BANNERS.values())
    assert len({banner.icon for banner in told}) == len(told)
    for language in LANGUAGES:
        assert len({banner.word.of(language) for banner in told}) == len(told)


def test_what_paper_shows_has_a_label_in_every_language() -> None:
    """In Chinese and English it is the label of the verifier's own output."""
    for key, label in _LABELS.items():
        said = words.LABELS[key]
        assert label == f"{said.zh} {said.en}"
    assert set(_LEVELS) <= set(words.GLOSSES)


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", "", "zh"),
        ("", "fr-FR,fr;q=0.9", "zh"),
        ("", "en-GB,en;q=0.9", "en"),
        ("", "ko-KR,ko;q=0.9,en-US;q=0.8", "ko"),
        ("", "en;q=0.5, ko;q=0.9", "ko"),
        ("", "fr, en;q=0.2", "en"),
        ("", "en;q=0, zh;q=0.1", "zh"),
        ("", "zh-TW", "zh"),
        ("", "en;q=nan,ko;q=x,en;q=9", "zh"),
        ("", ";;=,,q=1;", "zh"),
        ("?lang=en", "ko", "en"),
        ("?lang=ko", "", "ko"),
        ("?lang=tlh", "en", "en"),
        ("?lang=%22%3E", "", "zh"),
    ],
)
def test_the_address_decides_and_then_the_browser(client: TestClient, query: str, accepted: str, language: str) -> None:
    for path in ("/c/nope", "/p", "/nothing"):
        answer = client.get(f"{path}{query}", headers={"Accept-Language": accepted})
        assert f'<html lang="{TAGS[language]}">' in answer.text  # type: ignore[index]
        assert answer.headers["content-language"] == TAGS[language]  # type: ignore[index]
        assert "Accept-Language" in answer.headers["vary"]
        assert "set-cookie" not in answer.headers


def test_the_switch_stays_at_the_address_and_keeps_what_was_asked(client: TestClient, original: WholeLedger) -> None:
    page = client.get(f"/c/{original.links['valid']}?a=1%262&lang=ko&a=%22%3E").text
    leads = [unescape(found) for found in re.findall(r'<a href="(\?[^"]*)" lang', page)]
    assert leads == [f"?a=1%262&a=%22%3E&lang={language}" for language in LANGUAGES]
    assert re.findall(r'hreflang="(\S+)" aria-current="true"', page) == ["ko"]


def test_a_page_is_in_one_language(client: TestClient, original: WholeLedger) -> None:
    """Only the state's word has English beside it on the Chinese page, and names stand as they do on paper."""
    link = original.links["suspended"]
    for language in LANGUAGES:
        page = client.get(f"/c/{link}?lang={language}").text
        for name, said in sentences():
            for other in set(LANGUAGES) - {language}:
                text = said.of(other)
                if len(text) > 20 and text not in said.of(language):
                    assert text.replace("'", "&#39;") not in page, name
    page = client.get(f"/c/{link}?lang=zh").text
    assert '暂停 <span lang="en">Suspended</span>' in page
