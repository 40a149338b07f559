"""The table `[mail]` of the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ledger.mail_settings import MAIL_PASSWORD_FILE, MailSettings, NoPassword, parse_mail
from ledger.settings import Settings, SettingsError, parse_settings

LEAST = {"host": "mail.example.org", "sender": "office@example.org"}


def test_what_is_not_said_is_as_by_custom() -> None:
    assert parse_mail(LEAST) == MailSettings("mail.example.org", "office@example.org", "tls", 465)
    assert parse_mail({**LEAST, "security": "starttls"}).port == 587
    assert parse_mail({**LEAST, "host": "localhost", "security": "none", "port": 2525}).port == 2525


@pytest.mark.parametrize(
    "wrong",
    [
        {"security": "none"},
        {"security": "ssl"},
        {"port": 65536},
        {"port": "465"},
        {"port": True},
        {"timeout_seconds": 0},
        {"timeout_seconds": 3600},
        {"sender": "office"},
        {"sender": "a@example.org\nBcc: b@example.org"},
        {"trainees": "no"},
        {"password": "sesame"},
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"mail"):
        parse_mail({**LEAST, **wrong})


@pytest.mark.parametrize("missing", ["host", "sender"])
def test_a_server_and_a_sender_there_must_be(missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        parse_mail({key: value for key, value in LEAST.items() if key != missing})


def test_settings_are_read_as_they_were_written() -> None:
    mail = MailSettings("mail.example.org", "office@example.org", "starttls", 587, "u", "file", 9, trainees=False)
    settings = Settings(UUID(int=1), "o", "https://example.org", "甲", "A", {"operator": "P"}, "", mail, True)
    assert parse_settings(settings.to_toml(), "here") == settings
    bare = Settings(UUID(int=1), "o", "https://example.org", "甲", "A", {})
    assert parse_settings(bare.to_toml(), "here") == bare
    with pytest.raises(SettingsError, match=r"here cannot be used: \[mail\]"):
        parse_settings(bare.to_toml() + '[mail]\nhost = "x"\n', "here")


def test_the_password_is_in_a_file_of_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = parse_mail({**LEAST, "password_file": str(tmp_path / "named")})
    with pytest.raises(NoPassword, match="cannot be read"):
        settings.password()
    other = tmp_path / "other"
    other.write_text(" sesame \n")
    other.chmod(0o600)
    monkeypatch.setenv(MAIL_PASSWORD_FILE, str(other))
    assert settings.password() == " sesame "
    other.chmod(0o640)
    with pytest.raises(NoPassword, match="chmod 600"):
        settings.password()
    monkeypatch.delenv(MAIL_PASSWORD_FILE)
    with pytest.raises(NoPassword, match="no file of a password is named"):
        parse_mail(LEAST).password()
