"""Providers of single sign-on as the settings name them, and where their secrets are found."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ledger.providers import Provider, SecretMissing, parse_providers
from ledger.settings import Settings, SettingsError, parse_settings

GOOD = {"id": "kc", "name_zh": "甲", "name_en": "A", "issuer": "https://a.example.org/x", "client_id": "office"}


def test_what_is_good() -> None:
    assert parse_providers([]) == ()
    (found,) = parse_providers([{**GOOD, "scopes": ["profile"]}])
    assert (found.id, found.issuer, found.scopes, found.acr) == ("kc", GOOD["issuer"], ("profile",), ())
    assert Provider.parse({**GOOD, "issuer": "http://127.0.0.1:9400"}).issuer == "http://127.0.0.1:9400"


@pytest.mark.parametrize(
    "wrong",
    [
        *({"id": text} for text in ("", "A", "a/b", "../x", "-", "x" * 33, 7)),
        *({"issuer": text} for text in ("", "a.example.org", "http://a.example.org", "https://u:p@a", "https://a?b")),
        {"client_id": ""},
        {"client_id": ["office"]},
        {"name_zh": "a\nb"},
        {"client_secret": "in clear"},
        {"client_secret_file": "f", "client_secret_env": "E"},
        {"scopes": "profile"},
        {"scopes": ["a b"]},
        {"acr": [1]},
    ],
    ids=str,
)
def test_what_is_not(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="sign_in"):
        parse_providers([{**GOOD, **wrong}])


def test_no_two_are_alike_and_settings_say_where_they_stand() -> None:
    for other in ({**GOOD, "id": "other"}, {**GOOD, "issuer": "https://b.example.org"}):
        with pytest.raises(ValueError, match="two of sign_in"):
            parse_providers([GOOD, other])
    text = Settings(UUID(int=1), "log.example.org", "https://example.org", "甲", "A", {}).to_toml()
    with pytest.raises(SettingsError, match="the file cannot be used: sign_in is written"):
        parse_settings(f"sign_in = 1\n{text}", "the file")


def test_a_secret_is_in_a_file_of_its_own_or_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Provider.parse(GOOD).secret() == ""
    file = tmp_path / "secret"
    by_file = Provider.parse({**GOOD, "client_secret_file": str(file)})
    with pytest.raises(SecretMissing, match="cannot be read"):
        by_file.secret()
    file.write_text("of the file\n")
    file.chmod(0o644)
    with pytest.raises(SecretMissing, match="others than its owner"):
        by_file.secret()
    file.chmod(0o600)
    assert by_file.secret() == "of the file"
    file.write_text(" \n")
    with pytest.raises(SecretMissing, match="no secret of kc"):
        by_file.secret()
    by_variable = Provider.parse({**GOOD, "client_secret_env": "OFFICE_SECRET"})
    with pytest.raises(SecretMissing, match="OFFICE_SECRET"):
        by_variable.secret()
    monkeypatch.setenv("OFFICE_SECRET", "of the environment")
    assert by_variable.secret() == "of the environment"
