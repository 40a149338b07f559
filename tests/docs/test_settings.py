"""docs/settings.md names every key of ledger.toml and every environment variable that the program reads."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from ledger.destinations import Destination
from ledger.mail_settings import MailSettings
from ledger.providers import Provider
from ledger.settings import Settings, parse_settings
from ledger.witness_settings import WitnessSettings

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
    lists = (("profile",), ("gold",), ("otp",))
    by_file = Provider("a", "甲", "A", "https://a.example.org", "office", "file", "", *lists)
    by_variable = Provider("b", "乙", "B", "https://b.example.org", "office", "", "VARIABLE", *lists)
    bucket = Destination("s3://bucket/prefix", "https://s3.example.org", "here", "key", "file")
    rest = {"sign_in": (by_file, by_variable), "publish": (bucket, Destination("/srv/www"))}
    settings = Settings(UUID(int=1), *base, mail, private_webhooks=True, witnesses=WitnessSettings("wait", 9), **rest)
    assert parse_settings(settings.to_toml(), "here") == settings
    written = tomllib.loads(settings.to_toml())
    assert written.pop("accounts") == {"operator": "P1"}
    providers = {f"sign_in.{key}" for provider in written.pop("sign_in") for key in provider}
    copies = {f"publish.{key}" for copy in written.pop("publish") for key in copy}
    tables = {f"{table}.{key}" for table in written for key in written[table]}
    assert rows("ledger.toml") == tables | {"accounts.<name>"} | providers | copies


def test_every_environment_variable_is_documented() -> None:
    assert rows("Environment") == set(variables())
