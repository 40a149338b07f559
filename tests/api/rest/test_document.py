"""The OpenAPI document says what is there: every command with just the fields of its form, every code documented."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from api.office.rest.answers import PREFIX, STATUS
from api.office.rest.examples import example_of
from api.office.rest.files import FORM
from api.office.rest.prepared import MEDIA_TYPE
from ledger.office.doing import needs_approval
from ledger.office.forms import NAMES, SETTLED, read
from ledger.refusals import Code
from tests.api.rest.conftest import API, Served

FILES = {
    "fetch_prepared": MEDIA_TYPE,
    "get_rejects": "text/csv",
    "get_evidence": "application/octet-stream",
    "make_papers_zip": "application/zip",
    "make_papers_pdf": "application/pdf",
}
"""Operations that answer with a file."""
ROOT = Path(__file__).parents[3]
CODE = re.compile(r'(?:refused|_problem)\(\s*[0-9]{3},\s*"([a-z-]+)"')


@pytest.fixture
def document(served: Served) -> dict[str, Any]:
    found: dict[str, Any] = served.client.get(f"{API}/openapi.json").json()
    return found


def test_every_command_stands_there_with_the_fields_of_its_form(document: dict[str, Any]) -> None:
    paths = {path for path in document["paths"] if path.startswith(f"{PREFIX}/commands/")}
    assert paths == {f"{PREFIX}/commands/{name}" for name in NAMES}
    for command in NAMES.values():
        schema = document["components"]["schemas"][command.__name__]
        told = {field.name for field in fields(command)} - set(SETTLED.get(command, ()))
        assert set(schema["properties"]) == told | ({"note"} if needs_approval(command) else set())
        assert schema["additionalProperties"] is False


def test_every_operation_says_who_is_let_in_and_what_may_come(document: dict[str, Any]) -> None:
    operations = [(path, item) for path, items in document["paths"].items() for item in items.values()]
    assert len({item["operationId"] for _, item in operations}) == len(operations)
    for path, item in operations:
        public = path == f"{PREFIX}/changes"
        assert bool(item["security"]) is not public
        assert public or {"401", "403", "429", "503"} <= set(item["responses"])
        for status, answer in item["responses"].items():
            good = FILES.get(item["operationId"], "application/json")
            kind = "application/problem+json" if int(status) >= 400 else good
            assert list(answer["content"]) == ([] if status == "204" else [kind]), (path, status)


def test_every_form_has_an_example_that_is_in_form(document: dict[str, Any]) -> None:
    for path, items in document["paths"].items():
        for item in items.values():
            if "requestBody" not in item or item["operationId"].endswith("_proposal"):
                continue
            if FORM in item["requestBody"]["content"]:
                continue
            media = item["requestBody"]["content"]["application/json"]
            schema = document["components"]["schemas"][media["schema"]["$ref"].rpartition("/")[2]]
            assert set(media["example"]) <= set(schema["properties"]), path
            assert set(media["example"]) >= set(schema["required"]), path
    for name, command in NAMES.items():
        read(name, example_of(command))


def test_the_public_document_says_nothing_of_it(served: Served) -> None:
    assert not [path for path in served.client.get("/openapi.json").json()["paths"] if path.startswith(API)]


def test_every_code_of_the_api_is_documented() -> None:
    text = (ROOT / "docs" / "refusals.md").read_text("utf-8").split("\n## Admin API", 1)[1].split("\n## ", 1)[0]
    told = set(re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE))
    sources = [path.read_text("utf-8") for path in (ROOT / "api" / "office" / "rest").glob("*.py")]
    given = {code for source in sources for code in CODE.findall(source)}
    assert len(given) > 10
    elsewhere = {
        "too-many-requests",
        "not-found",
        "method-not-allowed",
        "internal-error",
        "too-slow",
        "bad-form",
    }  # `api.limits`, `api.problems`, `api.office.uploads`
    assert told == given | elsewhere


def test_refusals_have_a_status_that_is_documented() -> None:
    assert set(STATUS) <= set(Code)
    assert set(STATUS.values()) == {403, 404, 410, 412, 422}
