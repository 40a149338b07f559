"""`certledger serve` as a process of its own, on loopback."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.serve import serve
from tests.api.whole_ledger import WholeLedger

pytestmark = pytest.mark.engine("sqlite")

PROGRAM = "from api.serve import serve; serve()"


@contextmanager
def served(whole: WholeLedger) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running command and its address."""
    command = [sys.executable, "-u", "-c", PROGRAM, "--ledger", str(whole.folder), "--port", "0"]
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment) as run:
        assert run.stdout is not None
        line = run.stdout.readline()
        found = re.search(r"on (http://127\.0\.0\.1:[0-9]+)", line)
        assert found, line + run.stdout.read()
        try:
            yield run, found[1]
        finally:
            run.kill()


def test_the_command_serves_until_it_is_told_to_end(whole: WholeLedger) -> None:
    with served(whole) as (run, address):
        with urllib.request.urlopen(f"{address}/c/{whole.links['valid']}.json", timeout=30) as answer:
            # The machine's clock is another than that of the ledger: the list may be too old or from the future.
            assert json.load(answer)["state"] in ("valid", "authentic-standing-not-checked", "expired")
        with urllib.request.urlopen(f"{address}/log/checkpoint", timeout=30) as answer:
            assert answer.read().count(b"\n") == 5
        run.send_signal(signal.SIGTERM)
        rest, _ = run.communicate(timeout=30)
        assert run.returncode in (0, -signal.SIGTERM)
    assert "Traceback" not in rest
    assert whole.links["valid"] not in rest
    assert not list(whole.folder.glob("*.sqlite-wal"))  # both databases were closed


def test_what_is_no_ledger_is_misuse(tmp_path: Path) -> None:
    refused = CliRunner().invoke(serve, ["--ledger", str(tmp_path)])
    assert refused.exit_code == 2
    assert "is no ledger" in refused.output


def test_a_ledger_without_its_master_key_cannot_be_served(whole: WholeLedger) -> None:
    (whole.folder / "master.key").unlink()
    refused = CliRunner().invoke(serve, ["--ledger", str(whole.folder)])
    assert refused.exit_code == 3
    assert "no master key" in refused.output


def test_a_port_that_is_taken_is_told(whole: WholeLedger) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = CliRunner().invoke(serve, ["--ledger", str(whole.folder), "--port", port])
    assert refused.exit_code == 1
    assert f"cannot listen on 127.0.0.1, port {port}" in refused.output
