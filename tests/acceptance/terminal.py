"""The two commands as somebody at a terminal runs them, and what they answer."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from ledger.__main__ import main as certledger_command
from ledger.open import Ledger, open_ledger
from verifier.__main__ import certverify as certverify_command

PACKS = Path(__file__).resolve().parents[1] / "packs"
GOOD, NOT_GOOD, MISUSE, COULD_NOT = range(4)


@dataclass(frozen=True)
class Answer:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str
    raw: bytes = b""

    @property
    def json(self) -> Any:
        """The one JSON object that was printed."""
        return json.loads(self.out)

    @property
    def said(self) -> str:
        """Everything that a person sees."""
        return self.out + self.err

    def expect(self, code: int, *words: str) -> Answer:
        """The same answer, where it ended so and says these words; no traceback may ever be shown."""
        assert "Traceback" not in self.said, self.said
        assert self.code == code, f"exit {self.code}, not {code}:\n{self.said}"
        for word in words:
            assert word in self.said, f"{word!r} is not in:\n{self.said}"
        return self


class Terminal:
    """A person at a terminal with a configuration folder of their own."""

    def __init__(self, config: Path) -> None:
        self.config = config
        self.env = {
            "XDG_CONFIG_HOME": str(config),
            "CERTLEDGER_LEDGER": None,
            "CERTLEDGER_TRUST": None,
            "CERTLEDGER_MASTER_KEY_FILE": None,
        }

    def certledger(self, *words: object, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Answer:
        """Runs `certledger` in this process."""
        return self._run(certledger_command, words, stdin, env)

    def certverify(self, *words: object, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Answer:
        """Runs `certverify` in this process."""
        return self._run(certverify_command, words, stdin, env)

    def _run(
        self, command: click.Command, words: tuple[object, ...], stdin: bytes, env: Mapping[str, str] | None
    ) -> Answer:
        result = CliRunner().invoke(
            command, [str(word) for word in words], input=stdin, env={**self.env, **(env or {})}
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise AssertionError(f"{words} ended with a traceback") from result.exception
        out = result.stdout_bytes.decode(errors="replace")
        return Answer(result.exit_code, out, result.stderr_bytes.decode(), result.stdout_bytes)

    def environment(self) -> dict[str, str]:
        """The environment of a process of its own."""
        kept = {name: value for name, value in os.environ.items() if name not in self.env}
        return kept | {name: value for name, value in self.env.items() if value is not None}

    def start(self, *words: object, **options: Any) -> subprocess.Popen[bytes]:
        """Starts `certledger` as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "ledger", *map(str, words)],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options,
        )

    def run(self, *words: object, **options: Any) -> Answer:
        """Runs `certledger` as a process of its own, to its end."""
        with self.start(*words, **options) as process:
            out, err = process.communicate(timeout=300)
        return Answer(process.returncode, (out or b"").decode(errors="replace"), (err or b"").decode(), out or b"")

    def run_shell(self, command: str) -> Answer:
        """Runs a line of shell."""
        done = subprocess.run(["bash", "-c", command], env=self.environment(), capture_output=True, check=False)
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode(), done.stdout)

    @contextmanager
    def opened(self, ledger: Path) -> Iterator[Ledger]:
        """A ledger opened with this person's master key."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_CONFIG_HOME", str(self.config))
            patch.delenv("CERTLEDGER_MASTER_KEY_FILE", raising=False)
            opened = open_ledger(str(ledger))
        with opened:
            yield opened

    def found(self, ledger: Path, *words: object) -> Path:
        """Makes a ledger."""
        self.certledger("init", "--ledger", ledger, *words).expect(GOOD)
        return ledger

    def taken_in(self, ledger: Path, pack: Path, *words: object) -> Answer:
        """Takes a pack in and gives the report."""
        return self.certledger("intake", pack, "--ledger", ledger, "--json", *words).expect(GOOD)

    def exported(self, ledger: Path, what: str) -> str:
        """An export's text."""
        return self.certledger("export", what, "--ledger", ledger).expect(GOOD).raw.decode()


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV text."""
    return list(csv.DictReader(io.StringIO(text)))


def expected(pack: str, name: str) -> str:
    """One of the office's answers."""
    return (PACKS / pack / "expected" / name).read_text("utf-8")


def table_sizes(ledger: Path) -> dict[str, int]:
    """How many rows each table of the ledger's databases has."""
    counts: dict[str, int] = {}
    for name in ("ledger.sqlite", "data-keys.sqlite"):
        with closing(sqlite3.connect(ledger / name)) as connection:
            tables = [table for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            for table in tables:
                (counts[f"{name} {table}"],) = connection.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()
    return counts
