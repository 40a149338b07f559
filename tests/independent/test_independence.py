"""The checkers judge our code from outside: nothing of ours is built on them, and in CI none of them may be missing."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ORACLES = {"aics_tlog", "aics_witness", "cwt", "pycose", "pymerkle", "scitt_cose"}


def imports_of(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_no_module_of_ours_imports_a_checker() -> None:
    files = [file for room in ("verifier", "ledger", "api") for file in (ROOT / room).rglob("*.py")]
    assert len(files) > 20
    assert {str(file): imports_of(file) & ORACLES for file in files if imports_of(file) & ORACLES} == {}


@pytest.mark.parametrize(("required", "code", "outcome"), [("", 0, "skipped"), ("1", 1, "and still")])
def test_an_absent_checker_is_skipped_but_not_where_all_are_required(required: str, code: int, outcome: str) -> None:
    environment = {**os.environ, "CERTLEDGER_REQUIRE_ALL": required, "CERTLEDGER_TREECHECK": "/nonexistent/treecheck"}
    chosen = f"{Path(__file__).parent / 'test_tlog.py'}::test_misuse_is_not_a_verdict"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", chosen]
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == code, result.stdout
    assert outcome in result.stdout
    assert "/nonexistent/treecheck is absent: run .ci/checkers" in result.stdout
