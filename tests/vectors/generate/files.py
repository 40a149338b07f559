"""The form of a vector: `<area>/<case>/input.*` and `expected.json`, a `_fail` suffix where a code is expected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

AREAS = (
    "addresses",
    "bundles",
    "cbor",
    "changes",
    "checkpoints",
    "cosignatures",
    "ed25519",
    "merkle",
    "receipts",
    "seals",
    "standing",
    "statements",
    "status",
    "trust",
)


class Files:
    """Collects vectors."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.contents: dict[Path, bytes] = {}

    def good(self, area: str, case: str, given: dict[str, Any] | str, value: Any, origin: str) -> None:
        """A case that is accepted, with the value that comes of it."""
        self._put(area, case, given, {"value": value, "origin": origin})

    def fail(self, area: str, case: str, given: dict[str, Any] | str, code: str, origin: str, says: str = "") -> None:
        """A case that is turned away with this code, in a sentence that `says` which field or byte is wrong."""
        self._put(area, f"{case}_fail", given, {"code": code, "origin": origin, **({"says": says} if says else {})})

    def _put(self, area: str, case: str, given: dict[str, Any] | str, expected: dict[str, Any]) -> None:
        folder = self.root / area / case
        name, data = ("input.txt", given.encode()) if isinstance(given, str) else ("input.json", _json(given))
        if area not in AREAS or folder / name in self.contents:
            raise ValueError(f"{area}/{case} is of no known area, or there twice")
        self.contents[folder / name] = data
        self.contents[folder / "expected.json"] = _json(expected)


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
