"""The `certledger` command in an install of the verifier alone."""

from __future__ import annotations

import subprocess
import sys

import pytest

WITHOUT = "import sys; sys.modules['eventsourcing'] = None; from ledger.__main__ import main; main()"


@pytest.mark.parametrize("arguments", [["init", "--ledger", "x"], ["fsck"], ["demo", "--no-serve"]])
def test_it_says_what_to_install(arguments: list[str]) -> None:
    run = subprocess.run([sys.executable, "-c", WITHOUT, *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 3
    assert "pip install 'certledger[server]'" in run.stderr
    assert "Traceback" not in run.stderr


def test_its_help_lists_the_commands_all_the_same() -> None:
    run = subprocess.run([sys.executable, "-c", WITHOUT, "--help"], capture_output=True, text=True, check=True)
    assert "init" in run.stdout
    assert "Not installed" in run.stdout
