"""Who else may say who somebody is: providers of OpenID Connect, as the settings name them.

No secret stands in the settings: they say in which file or environment variable it is found.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from verifier.errors import CouldNotCheck
from verifier.fetch import check_url

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_TEXTS: Final = ("id", "name_zh", "name_en", "issuer", "client_id")
_OPTIONAL: Final = ("client_secret_file", "client_secret_env")
_LISTS: Final = ("scopes", "acr", "amr")
_SECRET_LIMIT: Final = 4096


class SecretMissing(Exception):
    """The secret that the settings speak of cannot be had; the message says where it should be."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider, and this office as its client."""

    id: str
    """Names it in addresses: small letters, digits, hyphens."""
    name_zh: str
    name_en: str
    issuer: str
    """Its issuer identifier, to the letter as it names itself."""
    client_id: str
    client_secret_file: str = ""
    client_secret_env: str = ""
    """Where the secret is found; with neither, the office is a public client, which PKCE alone protects."""
    scopes: tuple[str, ...] = ()
    """Asked for beside `openid`."""
    acr: tuple[str, ...] = ()
    """Wanted classes of signing in, of which one has to be there; empty where any will do."""
    amr: tuple[str, ...] = ()
    """Wanted methods of signing in, all of which have to be there; empty where any will do."""

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Self:
        """Of one table `[[sign_in]]`. Raises ValueError."""
        unknown = set(values) - {*_TEXTS, *_OPTIONAL, *_LISTS}
        if unknown:
            raise ValueError(f"sign_in has no {', '.join(sorted(unknown))}")
        texts = {name: _text(values, name) for name in (*_TEXTS, *_OPTIONAL)}
        missing = [name for name in _TEXTS if not texts[name]]
        if missing:
            raise ValueError(f"sign_in needs {', '.join(missing)}")
        if not _ID.fullmatch(texts["id"]):
            raise ValueError("a sign_in.id has 1 to 32 small letters, digits and hyphens")
        if texts["client_secret_file"] and texts["client_secret_env"]:
            raise ValueError("a sign_in has its secret in a file or in the environment, not in both")
        try:
            check_url(texts["issuer"])
        except CouldNotCheck as error:
            raise ValueError(f"sign_in.issuer: {error.message}") from None
        scopes, acr, amr = (_texts(values, name) for name in _LISTS)
        return cls(**texts, scopes=scopes, acr=acr, amr=amr)

    def values(self) -> dict[str, str | list[str]]:
        """As in the settings; what is not set is left out."""
        found: dict[str, str | list[str]] = {name: getattr(self, name) for name in (*_TEXTS, *_OPTIONAL)}
        found |= {name: list(getattr(self, name)) for name in _LISTS}
        return {name: value for name, value in found.items() if value}

    def secret(self) -> str:
        """The client's secret, read anew each time, so that it may be changed; empty for a public client.

        Raises SecretMissing.
        """
        if self.client_secret_env:
            found = os.environ.get(self.client_secret_env, "")
            where = f"the environment variable {self.client_secret_env}"
        elif self.client_secret_file:
            where = self.client_secret_file
            found = _read(Path(where))
        else:
            return ""
        if not found.strip() or len(found) > _SECRET_LIMIT:
            raise SecretMissing(f"there is no secret of {self.id} in {where}")
        return found.strip()


def parse_providers(tables: Any) -> tuple[Provider, ...]:
    """All tables `[[sign_in]]`. Raises ValueError for two of one id or issuer, too."""
    if not isinstance(tables, list) or not all(isinstance(item, dict) for item in tables):
        raise ValueError("sign_in is written [[sign_in]], once for each provider")
    found = tuple(map(Provider.parse, tables))
    for name in ("id", "issuer"):
        if len({getattr(item, name) for item in found}) != len(found):
            raise ValueError(f"two of sign_in have the same {name}")
    return found


def _read(path: Path) -> str:
    try:
        if path.stat().st_mode & 0o077:
            raise SecretMissing(f"{path} can be read by others than its owner: chmod 600 it")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SecretMissing(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name, "")
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError(f"sign_in.{name} is not a text of printable characters")
    return value


def _texts(values: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = values.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item and " " not in item for item in value):
        raise ValueError(f"sign_in.{name} is not a list of words")
    return tuple(value)
