"""Where the published tree is copied to beside the ledger's own folder, as the settings name it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

_TEXTS: Final = ("to", "endpoint", "region", "access_key_id", "secret_key_file")
_BUCKET: Final = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,62}(/[A-Za-z0-9._-]+)*")


class SecretMissing(Exception):
    """The secret key that the settings speak of cannot be had; the message says where it should be."""


@dataclass(frozen=True, slots=True)
class Destination:
    """One place for a copy of the published tree."""

    to: str
    """A folder, or `s3://bucket/prefix`."""
    endpoint: str = ""
    """Address of a store that speaks S3, where it is not Amazon's."""
    region: str = ""
    access_key_id: str = ""
    secret_key_file: str = ""
    """Where both are empty, credentials come from the environment (`AWS_ACCESS_KEY_ID` and its like) or the machine."""

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Self:
        """Of one table `[[publish]]`. Raises ValueError."""
        if unknown := sorted(set(values) - set(_TEXTS)):
            raise ValueError(f"publish has no {', '.join(unknown)}")
        if not all(isinstance(value, str) for value in values.values()):
            raise ValueError("what publish says is text")
        if not values.get("to"):
            raise ValueError("publish needs to")
        made = cls(**values)
        if not made.is_bucket and (made.to.startswith("s3:") or "://" in made.to):
            raise ValueError(f"publish: {made.to!r} is neither a folder nor s3://bucket/prefix")
        if not made.is_bucket and any((made.endpoint, made.region, made.access_key_id, made.secret_key_file)):
            raise ValueError(f"publish: {made.to!r} is a folder, and the rest is for buckets")
        if made.endpoint and not made.endpoint.startswith(("https://", "http://")):
            raise ValueError(f"publish: the endpoint {made.endpoint!r} is no http address")
        if bool(made.access_key_id) != bool(made.secret_key_file):
            raise ValueError("publish: access_key_id and secret_key_file go together")
        return made

    @property
    def is_bucket(self) -> bool:
        """Whether it is a bucket and no folder."""
        return _BUCKET.fullmatch(self.to) is not None

    def values(self) -> dict[str, object]:
        """The table `[[publish]]` without what is not set."""
        return {key: value for key, value in asdict(self).items() if value}

    def secret(self) -> str:
        """The secret key out of its file. Raises SecretMissing."""
        path = Path(self.secret_key_file)
        try:
            if os.stat(path).st_mode & 0o077:
                raise SecretMissing(f"{path} can be read by others than its owner: chmod 600 it")
            return path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SecretMissing(f"the secret key in {path} cannot be read: {error}") from None


def parse_destinations(tables: object) -> tuple[Destination, ...]:
    """Of all tables `[[publish]]`. Raises ValueError."""
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ValueError("publish is a list of tables: write [[publish]]")
    made = tuple(Destination.parse(table) for table in tables)
    if len({item.to for item in made}) != len(made):
        raise ValueError("publish names one destination twice")
    return made
