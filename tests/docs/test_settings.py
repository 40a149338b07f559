"""docs/settings.md names every key of ledger.toml and every environment variable that the program reads."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from ledger.mail_settings import MailSettings
from ledger.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "settings.md").read_text("utf-8")
VARIABLE = re.compile(r"CERTLEDGER_[A-Z_]+|XDG_[A-Z_]+")


def rows(heading: str) -> set[str]:
    """The first cells of the table under a heading."""
    part = TEXT.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([^`]+)` \|", part, re.MULTILINE))


def variables() -> Iterator[str]:
    """Names of environment variables among the strings of the source."""
    for room in ("verifier", "ledger", "api"):
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and VARIABLE.fullmatch(node.value):
                    yield node.value


def test_every_key_of_ledger_toml_is_documented() -> None:
    mail = MailSettings("mail.example.org", "a@example.org", "starttls", 587, "user", "file", 9, trainees=False)
    base = ("log.example.org", "https://example.org", "甲", "A", {"operator": "P1"}, "file")
    written = tomllib.loads(Settings(UUID(int=1), *base, mail, private_webhooks=True).to_toml())
    assert written.pop("accounts") == {"operator": "P1"}
    assert rows("ledger.toml") == {f"{table}.{key}" for table in written for key in written[table]} | {
        "accounts.<name>"
    }


def test_every_environment_variable_is_documented() -> None:
    assert rows("Environment") == set(variables())
