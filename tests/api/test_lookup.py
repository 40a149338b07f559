"""A typed number with its holder's name: both or nothing, told alike whatever does not fit."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape, unescape
from itertools import count
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.limits import TYPED
from ledger.awards import open_awards
from ledger.commands import EraseTrainee
from ledger.names import folded_name
from tests.api.whole_ledger import WholeLedger, by, do, publish_now, trainee
from verifier.address import ALPHABET, new_number, number_digest


@dataclass(frozen=True)
class Paper:
    """What somebody reads from a paper."""

    number: str
    name: str

    def as_form(self) -> dict[str, str]:
        return {"number": self.number, "name": self.name}


def paper_of(whole: WholeLedger, state: str = "valid") -> Paper:
    with whole.opened() as ledger, open_awards(ledger) as awards:
        event = by(awards, whole.links[state]).event
        return Paper(str(event.number), str(event.name))


@pytest.fixture(scope="session")
def client(original: WholeLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Minutes go by between any two of its questions, so that none is too many."""
    served = original.copy(tmp_path_factory.mktemp("asked"))
    with TestClient(served.app(monotonic=count(step=100).__next__)) as made:
        yield made


@pytest.fixture(scope="session")
def paper(original: WholeLedger) -> Paper:
    return paper_of(original)


UNKNOWN = new_number("BDI", 2026, b"\x07" * 9)


def mistyped(number: str) -> str:
    """The number with one character of its random part changed for the next of the alphabet."""
    at = len(number) - 4
    return number[:at] + ALPHABET[(ALPHABET.index(number[at]) + 1) % 32] + number[at + 1 :]


def code_of(page: str) -> str:
    found = re.search(r'data-state="([^"]+)"', page)
    assert found is not None
    return found[1]


def without_what_was_typed(page: str) -> str:
    return re.sub(r'(<input [^>]*) value="[^"]*"', r"\1", page)


def test_number_and_name_lead_to_the_page_of_the_link(client: TestClient, original: WholeLedger, paper: Paper) -> None:
    page = client.post("/check", data=paper.as_form())
    by_link = client.get(f"/c/{original.links['valid']}")
    assert (page.status_code, code_of(page.text)) == (200, "valid")
    facts = r'data-field="([^"]+)"[^>]*>([^<]*)<'
    assert re.findall(facts, page.text) == re.findall(facts, by_link.text) != []
    twin = client.post("/check.json", json=paper.as_form())
    assert twin.json() == client.get(f"/c/{original.links['valid']}.json").json()


@pytest.mark.parametrize("state", ["revoked", "expired", "suspended", "superseded", "title valid"])
def test_every_state_is_told(client: TestClient, original: WholeLedger, state: str) -> None:
    answer = client.post("/check.json", json=paper_of(original, state).as_form())
    assert (answer.status_code, answer.json()["state"]) == (200, state.removeprefix("title "))


def test_how_it_is_typed_does_not_matter(client: TestClient, paper: Paper) -> None:
    numbers = [paper.number.lower(), paper.number.replace("-", " "), f" {paper.number.replace('-', '')} "]
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in paper.number)
    spaced = "\u3000".join(paper.name)
    for number, name in [
        *[(n, paper.name) for n in [*numbers, wide]],
        (paper.number, spaced),
        (paper.number, f"·{spaced}\u200b"),
    ]:
        assert client.post("/check", data={"number": number, "name": name}).status_code == 200, (number, name)


def test_wrong_name_unknown_number_and_erased_holder_are_one_answer(whole: WholeLedger) -> None:
    gone, there = paper_of(whole), paper_of(whole, "reinstated")
    with whole.opened() as ledger, open_awards(ledger) as awards:
        do(ledger, EraseTrainee(trainee(by(awards, whole.links["valid"]))))
        publish_now(ledger)
    asked = [
        Paper(there.number, "某某某"),
        Paper(UNKNOWN, there.name),
        gone,
        Paper(gone.number, "Withheld"),
        Paper(gone.number, "WITHHELD"),
        Paper(there.number, gone.name),
        Paper(UNKNOWN, "某某某"),
    ]
    with TestClient(whole.app()) as client:
        pages = [client.post("/check", data=paper.as_form()) for paper in asked]
        twins = [client.post("/check.json", json=paper.as_form()) for paper in asked]
    assert {(page.status_code, without_what_was_typed(page.text)) for page in pages} == {
        (404, without_what_was_typed(pages[0].text))
    }
    assert code_of(pages[0].text) == "no-match"
    assert {(twin.status_code, twin.content) for twin in twins} == {(404, twins[0].content)}
    assert twins[0].json()["code"] == "no-match"
    for answers in (pages, twins):
        headers = [{k: v for k, v in answer.headers.items() if k != "content-length"} for answer in answers]
        assert all(found == headers[0] for found in headers)


def test_finding_nothing_opens_an_award_all_the_same(original: WholeLedger, paper: Paper) -> None:
    """The work of an unknown number is that of a known one: the award is read and its values are decrypted."""
    with original.opened() as ledger, open_awards(ledger) as awards:
        decoy, itself = awards.nearest_number(UNKNOWN), awards.nearest_number(paper.number)
        assert decoy is not None
        assert itself is not None
        assert (str(decoy.event.number) == UNKNOWN, str(itself.event.number) == paper.number) == (False, True)
        digests = sorted(issued.event.number_hash for issued in awards.all())
        # As many as it takes: chance may put the last of the awards as close to the end as it likes.
        beyond = next(n for i in count() if number_digest(n := _number(i)) > digests[-1])
        last = awards.nearest_number(beyond)
        assert last is not None
        assert last.event.number_hash == digests[0]


def _number(seed: int) -> str:
    return new_number("BDI", 2026, seed.to_bytes(9, "big"))


def test_a_typing_error_is_said_before_anything_is_looked_up(whole: WholeLedger, paper: Paper) -> None:
    """Also where nothing can be looked up: the ledger is closed."""
    app = whole.app()
    with TestClient(app):
        pass
    client = TestClient(app)
    wrong = Paper(mistyped(paper.number), paper.name)
    page, twin = client.post("/check", data=wrong.as_form()), client.post("/check.json", json=wrong.as_form())
    assert (page.status_code, code_of(page.text)) == (422, "mistyped-number")
    assert (twin.status_code, twin.json()["code"]) == (422, "mistyped-number")
    right = client.post("/check.json", json=paper.as_form())
    assert (right.status_code, right.json()["code"]) == (503, "could-not-check")


@pytest.mark.parametrize("name", ["", " ", "·", "\u3000\u200b"])
def test_a_number_alone_shows_nothing(client: TestClient, paper: Paper, name: str) -> None:
    page = client.post("/check", data={"number": paper.number, "name": name})
    assert (page.status_code, code_of(page.text)) == (422, "name-missing")
    assert paper.name not in page.text


@pytest.mark.parametrize(
    ("number", "name", "code"),
    [(None, "名" * 201, "name-too-long"), ("", "x", "number-missing"), (" \u3000", "x", "number-missing")],
)
def test_what_is_wrong_is_said_and_nothing_else(
    client: TestClient, paper: Paper, number: str | None, name: str, code: str
) -> None:
    row = {"number": paper.number if number is None else number, "name": name}
    page, twin = client.post("/check", data=row), client.post("/check.json", json=row)
    assert (page.status_code, code_of(page.text)) == (422, code)
    assert (twin.status_code, twin.json()["code"]) == (422, code)


@pytest.mark.parametrize(("name", "status"), [(None, 200), ("somebody else", 404), ("", 422)])
def test_another_language_asks_the_same_again(client: TestClient, paper: Paper, name: str | None, status: int) -> None:
    row = {"number": paper.number, "name": paper.name if name is None else name}
    page = client.post("/check?lang=en", data=row)
    assert page.status_code == status
    forms = re.findall(
        r'<form method="post" action="(/check\?lang=[a-z]+)">\s*<input type="hidden" name="number" value="([^"]*)">'
        r'\s*<input type="hidden" name="name" value="([^"]*)">\s*<button lang="([^"]+)"',
        page.text,
    )
    assert [lang for *_, lang in forms] == ["zh-CN", "en", "ko"]
    action, number, typed, _ = forms[2]
    again = client.post(action, data={"number": number, "name": unescape(typed)})
    assert (again.status_code, again.headers["content-language"]) == (status, "ko")
    assert unescape(typed) == row["name"]
    assert 'class="anew"' not in page.text
    assert 'method="post" action="/check?lang=ko"' not in client.get("/check?lang=en").text


def test_a_page_that_cannot_be_asked_again_says_that_another_language_begins_anew(client: TestClient) -> None:
    for path in ("/bulk", "/compare"):
        assert 'class="anew"' in client.post(path, files={"unknown": b""}).text
        assert 'class="anew"' not in client.get(path).text


def test_who_asks_too_often_does_not_type_it_again(whole: WholeLedger, paper: Paper) -> None:
    with TestClient(whole.app(monotonic=lambda: 1000.0)) as asking:
        for _ in range(TYPED.burst):
            asking.post("/check", data={"number": "nope", "name": "x"})
        page = asking.post("/check?lang=en", data=paper.as_form())
        assert (page.status_code, page.headers["retry-after"], code_of(page.text)) == (429, "2", "too-many-requests")
        assert f'value="{paper.number}"' in page.text
        assert f'value="{escape(paper.name)}"' in page.text
        assert asking.post("/check", content=b"x").status_code == 429


def test_nothing_typed_stands_in_an_address_a_log_or_a_cache(
    client: TestClient, paper: Paper, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for path, typed in (("/check", paper), ("/check", Paper(UNKNOWN, paper.name)), ("/check", Paper("x", paper.name))):
        page = client.post(path, data=typed.as_form(), follow_redirects=False)
        assert "location" not in page.headers
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-robots-tag"] == "noindex, nofollow"
        assert page.headers["referrer-policy"] == "no-referrer"
        links = re.findall(r'(?:href|action|src)="([^"]*)"', page.text)
        assert not any(paper.number in unescape(link) or paper.name in unescape(link) for link in links)
    assert paper.name not in caplog.text
    assert paper.number not in caplog.text


def test_what_was_typed_comes_back_escaped(client: TestClient, paper: Paper) -> None:
    page = client.post("/check", data={"number": UNKNOWN, "name": '"><script>x</script>'})
    assert "<script>x" not in page.text
    assert 'value="&#34;&gt;&lt;script&gt;' in page.text


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("number=1", "application/x-www-form-urlencoded", 400),
        ("number=1&number=2&name=x", "application/x-www-form-urlencoded", 400),
        ("", "application/x-www-form-urlencoded", 400),
        ("number=1&name=" + "x" * 9000, "application/x-www-form-urlencoded", 413),
        ("number=1&name=x", "text/plain", 415),
        ("number=%ff&name=%ff", "application/x-www-form-urlencoded", 422),
    ],
)
def test_what_is_no_form_is_refused(client: TestClient, body: str, kind: str, status: int) -> None:
    page = client.post("/check", content=body, headers={"Content-Type": kind})
    assert page.status_code == status
    assert 'action="/check?lang=' in page.text


@pytest.mark.parametrize(
    "body", ["", "[]", "{", '{"number": 1, "name": "x"}', '{"number": "\\ud800", "name": "x"}', "[" * 5000]
)
def test_what_is_no_document_is_refused(client: TestClient, body: str) -> None:
    twin = client.post("/check.json", content=body, headers={"Content-Type": "application/json"})
    assert (twin.status_code, twin.json()["code"]) == (400, "unreadable")


def test_the_form_is_on_the_front_page_and_alone(client: TestClient) -> None:
    for path in ("/", "/check"):
        for language in ("zh", "en", "ko"):
            page = client.get(f"{path}?lang={language}")
            assert page.status_code == 200
            assert f'<form class="lookup" method="post" action="/check?lang={language}"' in page.text
            assert set(re.findall(r'<label for="([^"]+)"', page.text)) == {"number", "name"}


def test_the_twin_is_documented(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]["/check.json"]["post"]
    assert set(described["responses"]) >= {"200", "400", "404", "422", "429", "503"}
    assert described["requestBody"]["content"]["application/json"]["schema"]["required"] == ["number", "name"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("阿依古丽·买买提", "阿依古丽•买买提"),
        ("阿依古丽·买买提", "阿依古丽 ‧ 买买提"),
        ("阿依古丽·买买提", "阿依古丽・买买提"),
        ("阿依古丽·买买提", "阿依古丽买买提"),
        ("Anna Strauß", "ANNA\u3000STRAUSS"),
        ("Zoë", unicodedata.normalize("NFD", "zoë")),
        ("⼭田", "山田"),
        ("葛\U000e0100城", "葛城"),
        ("ＡＢＣ", "abc"),
    ],
)
def test_names_that_are_one(one: str, other: str) -> None:
    assert folded_name(one) == folded_name(other) != ""


@pytest.mark.parametrize(("one", "other"), [("张三", "张三三"), ("张三", "張三"), ("Zoe", "Zoë"), ("王-李", "王李")])
def test_names_that_are_two(one: str, other: str) -> None:
    assert folded_name(one) != folded_name(other)


def test_every_code_of_the_pages_is_documented() -> None:
    documented, given = codes_of("Pages and JSON", lambda path: path.name != "scrapi.py")
    assert given >= {"no-match", "bad-date", "too-many-requests", "unreadable"}
    assert given <= documented
    assert documented - given == {"no-such-certificate", "not-yet-published"}  # given by the answer to a link


def test_every_code_of_signed_statements_is_documented() -> None:
    documented, given = codes_of("Signed statements and receipts", lambda path: path.name == "scrapi.py")
    assert given == documented


def codes_of(heading: str, is_of: Callable[[Path], bool]) -> tuple[set[str], set[str]]:
    """Those that the documents have under a heading, and those that modules give."""
    root = Path(__file__).parents[2]
    written = "".join(path.read_text("utf-8") for path in sorted((root / "api").glob("*.py")) if is_of(path))
    given = set(re.findall(r'(?:Refused|Full|problem)\(\s*(?:\d+|status), "([a-z-]+)"', written))
    section = (root / "docs" / "refusals.md").read_text("utf-8").split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    return set(re.findall(r"(?m)^\| `([a-z-]+)` \|", section)), given
