"""What the tests of this folder need from the machine; without it they skip, unless nothing may be skipped."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "verifier" / "web"


def node() -> str:
    """Node, with the packages that verifier/web names installed."""
    found = shutil.which("node")
    if found is None:
        missing("node is not on PATH")
    if not (WEB / "node_modules" / "esbuild").is_dir():
        missing("run `npm ci --ignore-scripts` in verifier/web first")
    return str(found)


def missing(what: str) -> None:
    """Skips, or fails where CI says that nothing may be skipped."""
    if os.environ.get("CERTLEDGER_REQUIRE_ALL") == "1":
        pytest.fail(what)
    pytest.skip(what)
