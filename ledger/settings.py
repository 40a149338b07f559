"""What a ledger is set to, and where its master key lies.

The settings are `ledger.toml` in the ledger's folder, or the same text in its database. Nothing in them is secret. The
master key lies outside the ledger's folder: in the user's configuration folder, or in the
file that CERTLEDGER_MASTER_KEY_FILE names.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from ledger.destinations import Destination, parse_destinations
from ledger.mail_settings import MailSettings, parse_mail
from ledger.providers import Provider, parse_providers
from ledger.signing import MASTER_KEY_SIZE, KeystoreError
from ledger.witness_settings import DEFAULTS, WitnessSettings, parse_witness_settings
from verifier.keyfile import write_new

MASTER_KEY_FILE = "CERTLEDGER_MASTER_KEY_FILE"
"""Environment variable: the file of the master key, instead of the one in the user's configuration folder."""


class SettingsError(Exception):
    """The ledger's address or settings cannot be used; the message names what and why."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one ledger."""

    log_id: UUID
    origin: str
    """The log's origin (C2SP tlog-checkpoint): a name without scheme, unique to this log."""
    url: str
    """Public address of the pages, without a slash at the end; the published log lies below `<url>/log`."""
    name_zh: str
    name_en: str
    accounts: dict[str, str]
    """Pseudonyms of the accounts that this machine knows by name; `init` makes `operator` and `approver`."""
    master_key: str = ""
    """Where the master key lies if not in the user's configuration folder: the demo's exception."""
    mail: MailSettings | None = None
    """How mail goes out; None where none does."""
    private_webhooks: bool = False
    """Whether webhooks may lead into networks that are not public."""
    sign_in: tuple[Provider, ...] = ()
    """Who else may say who a member of staff is."""
    publish: tuple[Destination, ...] = ()
    """Where the published tree is copied to beside the ledger's own folder."""
    witnesses: WitnessSettings = DEFAULTS
    """What is done where witnesses do not cosign."""

    def to_toml(self) -> str:
        """The text of `ledger.toml`."""
        log = {"id": str(self.log_id), "origin": self.origin, "url": self.url}
        log |= {"name_zh": self.name_zh, "name_en": self.name_en}
        if self.master_key:
            log["master_key"] = self.master_key
        text = ["[log]", *_lines(log), "", "[accounts]", *_lines(self.accounts), ""]
        if self.mail is not None:
            text += ["[mail]", *_lines(self.mail.to_table()), ""]
        if self.private_webhooks:
            text += ["[webhooks]", *_lines({"private": True}), ""]
        if table := self.witnesses.to_table():
            text += ["[witnesses]", *_lines(table), ""]
        for provider in self.sign_in:
            text += ["[[sign_in]]", *_lines(provider.values()), ""]
        for destination in self.publish:
            text += ["[[publish]]", *_lines(destination.values()), ""]
        return "\n".join(text)


def parse_settings(text: str, place: str) -> Settings:
    """Reads the text of `ledger.toml`; `place` says where it stands. Raises SettingsError."""
    try:
        data = tomllib.loads(text)
        log, accounts = data["log"], data["accounts"]
        return Settings(
            UUID(log["id"]),
            log["origin"],
            log["url"],
            log["name_zh"],
            log["name_en"],
            dict(accounts),
            log.get("master_key", ""),
            parse_mail(data["mail"]) if "mail" in data else None,
            data.get("webhooks", {}).get("private", False) is True,
            parse_providers(data.get("sign_in", [])),
            parse_destinations(data.get("publish", [])),
            parse_witness_settings(data.get("witnesses", {})),
        )
    except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise SettingsError(f"{place} cannot be used: {error}") from None


def user_folder() -> Path:
    """The user's configuration folder for certledger."""
    return _xdg_folder("XDG_CONFIG_HOME", ".config")


def user_data_folder() -> Path:
    """The user's folder for what certledger publishes of ledgers in databases."""
    return _xdg_folder("XDG_DATA_HOME", ".local/share")


def _xdg_folder(variable: str, default: str) -> Path:
    """certledger's own folder below one of the user's (XDG base directory specification)."""
    home = os.environ.get(variable)
    return (Path(home) if home else Path.home() / default) / "certledger"


def master_key_path(unless_named: Path) -> Path:
    """Where a ledger's master key lies: the file that MASTER_KEY_FILE names, else `unless_named`."""
    named = os.environ.get(MASTER_KEY_FILE)
    return Path(named) if named else unless_named


def read_master_key(path: Path) -> bytes:
    """The master key, 32 bytes as hex. Raises KeystoreError."""
    try:
        if path.stat().st_mode & 0o077:
            raise KeystoreError(f"{path} can be read by others than its owner: chmod 600 it")
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        raise KeystoreError(
            f"no master key at {path}: without it nothing personal can be read and nothing signed. "
            f"Restore it there, or name its file in {MASTER_KEY_FILE}"
        ) from None
    except (OSError, ValueError, UnicodeDecodeError) as error:
        raise KeystoreError(f"the master key at {path} cannot be read: {error}") from None
    if len(key) != MASTER_KEY_SIZE:
        raise KeystoreError(f"the master key at {path} is not {MASTER_KEY_SIZE} bytes in hex")
    return key


def write_master_key(path: Path, key: bytes) -> None:
    """Writes a new master key that only its owner can read. Raises SettingsError if one is there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        write_new(path, key.hex().encode() + b"\n")
    except FileExistsError:
        raise SettingsError(f"{path} is there already; a master key is never overwritten") from None


def _lines(values: Mapping[str, object]) -> list[str]:
    return [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
