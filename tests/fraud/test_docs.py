"""docs/frauds.md and the drill say the same: every row is a test, and every test a row."""

from __future__ import annotations

from collections import Counter

from tests.fraud.frauds import Fraud
from tests.fraud.hidden import HIDDEN
from tests.fraud.listed import FRAUDS, GROUPS
from tests.house.test_documented import table

LEAST = 40
"""Distinct frauds that issue 6 asks for."""


def row(fraud: Fraud) -> list[str]:
    """A fraud as the page has it."""
    others = ", ".join(f"`{other.value}`" for other in fraud.unseen_by)
    return [f"`{fraud.name}`", fraud.title, f"`{fraud.who.value}`", f"`{fraud.code}`", others]


def test_every_fraud_stands_in_the_docs_and_nothing_else_does() -> None:
    for group in GROUPS:
        assert table("frauds.md", group) == [row(fraud) for fraud in FRAUDS if fraud.group == group], group
    assert {fraud.group for fraud in FRAUDS} == set(GROUPS)


def test_what_the_public_log_hides_stands_there_too() -> None:
    rows = [[f"`{item.name}`", item.title, f"`{item.rule}`"] for item in HIDDEN]
    assert table("frauds.md", "What only the values show") == rows


def test_there_are_more_than_enough_and_each_is_another() -> None:
    assert len(FRAUDS) >= LEAST
    for names in (Counter(fraud.name for fraud in FRAUDS), Counter(fraud.title for fraud in FRAUDS)):
        assert names.most_common(1)[0][1] == 1
