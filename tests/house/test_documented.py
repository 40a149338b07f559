"""Code and documents say the same: each event type, field, refusal and reason stands in docs/, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import get_args

from ledger.intake import rows
from ledger.intake.files import PackError
from ledger.refusals import Code
from tests.house.sources import modules
from verifier import kinds
from verifier.errors import CouldNotCheck, VerificationError
from verifier.events import EVENTS, EventType
from verifier.replay import RULES
from verifier.rules import NoCalendar

application = import_module("verifier.rules.application")
certification = import_module("verifier.rules.certification")

DOCS = Path(__file__).parents[2] / "docs"


def table(name: str, heading: str = "") -> list[list[str]]:
    """The cells of the one table below a heading, header and rule left out."""
    text = (DOCS / name).read_text("utf-8")
    if heading:
        text = text.split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def codes(heading: str) -> list[str]:
    found = table("refusals.md", heading)
    assert all(len(meaning) > 10 for _, meaning in found)
    return [code.strip("`") for code, _ in found]


def names(cell: str) -> list[str]:
    return re.findall(r"`([a-z_]+)`", cell)


def test_every_event_type_is_documented_once_and_in_order() -> None:
    assert [row[0].strip("`") for row in table("events.md")] == list(EVENTS)


def test_the_documented_fields_are_those_of_the_type() -> None:
    for row, declared in zip(table("events.md"), EVENTS.values(), strict=True):
        assert names(row[4]) == sorted(field.name for field in declared.public), declared.name
        assert names(row[5]) == [field.name for field in (*declared.printed, *declared.personal)], declared.name
        bold = re.findall(r"\*\*`([a-z_]+)`\*\*", row[5])
        assert bold == [field.name for field in declared.printed], declared.name


def test_the_documented_meaning_is_the_docstring() -> None:
    for row, declared in zip(table("events.md"), EVENTS.values(), strict=True):
        assert row[1] == " ".join((declared.cls.__doc__ or "").split())


def test_who_records_and_who_approves_is_documented() -> None:
    for row, declared in zip(table("events.md"), EVENTS.values(), strict=True):
        assert (row[2], row[3] == "yes") == (recorder(declared), declared.kind in kinds.APPROVED_KINDS), declared.name


def recorder(declared: EventType) -> str:
    if declared.kind in (*kinds.ROOT_KINDS, "log.started"):
        return "base (root key)"
    others = {
        "who teaches": kinds.TEACHING_KINDS,
        "who certifies": kinds.CERTIFYING_KINDS,
        "authority": kinds.AUTHORITY_KINDS,
    }
    return next((who for who, listed in others.items() if declared.kind in listed), "base")


def test_every_refusal_of_a_command_is_documented() -> None:
    assert codes("Commands") == [code.value for code in Code]


def test_every_code_of_a_row_is_documented() -> None:
    assert codes("Rows of a pack") == [
        "missing-field",
        "bad-date",
        "bad-id-number",
        *list(rows._FAULTS)[1:],
        PackError.code,
    ]


def test_every_recorded_reason_is_documented() -> None:
    assert codes("Recorded: certification") == [*get_args(certification.CertificationRefusal), "already-awarded"]
    listed = (application.ApplicationRefusal, application.PanelRefusal, application.DecisionRefusal)
    reasons = [reason for literal in listed for reason in get_args(literal)]
    assert codes("Recorded: applications") == ["already-applied", *reasons, NoCalendar.code]


def test_every_reason_of_a_check_is_documented() -> None:
    def below(cls: type[Exception]) -> Iterator[type[Exception]]:
        yield cls
        for child in cls.__subclasses__():
            yield from below(child)

    found = [cls for root in (VerificationError, CouldNotCheck) for cls in below(root)]
    known = {str(vars(cls)["code"]) for cls in found if cls.__module__.startswith("verifier") and "code" in vars(cls)}
    assert set(codes("Checks")) == known - {NoCalendar.code}


def test_every_rule_of_the_replay_is_documented() -> None:
    assert codes("Decision replay") == list(RULES)
    assert dict(table("refusals.md", "Decision replay")) == {f"`{rule}`": told for rule, told in RULES.items()}


def test_every_refusal_is_provoked_by_some_test() -> None:
    told = "".join(path.read_text("utf-8") for path in modules("tests/ledger"))
    assert [code.value for code in Code if not re.search(rf"\bCode\.{code.name}\b", told)] == []


def test_every_refusal_is_given_somewhere() -> None:
    written = "".join(path.read_text("utf-8") for path in modules("ledger", "api") if path.name != "refusals.py")
    assert [code.value for code in Code if not re.search(rf"\bCode\.{code.name}\b", written)] == []
