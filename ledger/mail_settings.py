"""How mail goes out: the table `[mail]` of a ledger's settings. The password is in a file that it names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, Literal, get_args

from ledger.mail_address import check_mail_address

MAIL_PASSWORD_FILE: Final = "CERTLEDGER_MAIL_PASSWORD_FILE"
"""Environment variable: the file of the mail server's password, instead of the one that the settings name."""
Security = Literal["tls", "starttls", "none"]
_PORTS: Final = {"tls": 465, "starttls": 587, "none": 25}
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_LONGEST_TIMEOUT: Final = 60


class NoPassword(Exception):
    """The file of the mail server's password cannot be used; the message says why, and nothing of what is in it."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The server that takes our mail."""

    host: str
    sender: str
    """Address from which mail comes."""
    security: str = "tls"
    """`tls` from the first byte, `starttls`, or `none`: that for a server on this machine alone."""
    port: int = 0
    """0 for the one that the kind of security has by custom."""
    user: str = ""
    """Empty where the server asks for nobody."""
    password_file: str = ""
    timeout_seconds: int = 20
    """How long to wait for each answer of the server."""
    trainees: bool = True
    """Whether trainees are written to, or staff alone."""

    def to_table(self) -> dict[str, object]:
        """The table, without what is as it is by default."""
        fixed = ("host", "sender", "security")
        return {
            item.name: getattr(self, item.name)
            for item in fields(self)
            if item.name in fixed or getattr(self, item.name) != item.default
        }

    def password(self) -> str:
        """The password, read anew each time. Raises NoPassword."""
        named = os.environ.get(MAIL_PASSWORD_FILE) or self.password_file
        if not named:
            raise NoPassword(f"no file of a password is named, by mail.password_file or {MAIL_PASSWORD_FILE}")
        path = Path(named)
        try:
            if path.stat().st_mode & 0o077:
                raise NoPassword(f"{path} can be read by others than its owner: chmod 600 it")
            return path.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise NoPassword(f"{path} cannot be read: {type(error).__name__}") from None


def parse_mail(table: Mapping[str, Any]) -> MailSettings:
    """Reads the table. Raises ValueError, which says what is wrong."""
    unknown = set(table) - {item.name for item in fields(MailSettings)}
    missing = {"host", "sender"} - set(table)
    if unknown or missing:
        raise ValueError(f"[mail]: {', '.join(sorted(unknown | missing))} is missing or unknown")
    found = MailSettings(**table)
    for item in fields(MailSettings):
        kind = {"str": str, "int": int, "bool": bool}[str(item.type)]
        if type(getattr(found, item.name)) is not kind:
            raise ValueError(f"[mail]: {item.name} is no {kind.__name__}")
    if found.security not in get_args(Security):
        raise ValueError(f"[mail]: security is one of {', '.join(get_args(Security))}")
    if found.security == "none" and found.host not in _LOOPBACK:
        raise ValueError('[mail]: security = "none" is for a server on this machine (localhost) alone')
    if not 0 <= found.port < 65536 or not 1 <= found.timeout_seconds <= _LONGEST_TIMEOUT:
        raise ValueError(f"[mail]: a port is below 65536, and a timeout has 1 to {_LONGEST_TIMEOUT} seconds")
    return MailSettings(
        **{**asdict(found), "sender": check_mail_address(found.sender), "port": found.port or _PORTS[found.security]}
    )
