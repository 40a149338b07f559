"""What the documents name is there: files, folders, tests, other documents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
QUOTED = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?:verifier|ledger|api|tests|docs|\.ci|benchmarks)/[\w./-]*[\w/](?:::\w+)?")
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")


def named(document: Path) -> list[str]:
    """Paths of the repository that a document names in backquotes."""
    return [text for text in QUOTED.findall(document.read_text("utf-8")) if PATH.fullmatch(text)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_is_there(document: Path) -> None:
    for reference in named(document):
        path, _, test = reference.partition("::")
        assert (ROOT / path).exists(), f"{document.name} names {path}, which is not there"
        if test:
            assert re.search(rf"^ *def {test}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE), reference
    for link in LINK.findall(document.read_text("utf-8")):
        assert (document.parent / link).exists(), f"{document.name} links to {link}, which is not there"


def test_every_standard_is_shown_by_a_test_or_by_vectors() -> None:
    table = (ROOT / "docs" / "standards.md").read_text("utf-8")
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ") and "`" in line]
    assert len(rows) > 20
    for row in rows:
        assert "tests/" in row[3], row[0]


def test_every_decision_has_its_number_and_is_listed() -> None:
    folder = ROOT / "docs" / "adr"
    decisions = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [int(name[:4]) for name in decisions] == list(range(1, len(decisions) + 1))
    listed = re.findall(r"\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert listed == decisions
