"""The two commands as somebody at a terminal runs them, and what they answer."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from psycopg.conninfo import conninfo_to_dict

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
            "XDG_DATA_HOME": str(config / "data"),
            "CERTLEDGER_LEDGER": None,
            "CERTLEDGER_DATA_KEYS": None,
            "CERTLEDGER_DIRECT": None,
            "CERTLEDGER_PUBLIC": None,
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
        settings = {**self.env, **self._published_at(words), **(env or {})}
        result = CliRunner().invoke(command, [str(word) for word in words], input=stdin, env=settings)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise AssertionError(f"{words} ended with a traceback") from result.exception
        out = result.stdout_bytes.decode(errors="replace")
        return Answer(result.exit_code, out, result.stderr_bytes.decode(), result.stdout_bytes)

    def public(self, ledger: str) -> Path:
        """The published tree of a ledger; a copy of a database has its own, though the log is the same."""
        named = self._published_at(("--ledger", ledger))
        return Path(named["CERTLEDGER_PUBLIC"]) if named else Path(ledger) / "public"

    def _published_at(self, words: Sequence[object]) -> dict[str, str]:
        for word in map(str, words):
            if word.startswith("postgresql://"):
                return {"CERTLEDGER_PUBLIC": str(self.config / "public" / str(conninfo_to_dict(word)["dbname"]))}
        return {}

    def environment(self, words: Sequence[object] = ()) -> dict[str, str]:
        """The environment of a process of its own."""
        kept = {name: value for name, value in os.environ.items() if name not in self.env}
        return kept | {name: value for name, value in self.env.items() if value} | self._published_at(words)

    def start(self, *words: object, **options: Any) -> subprocess.Popen[bytes]:
        """Starts `certledger` as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "ledger", *map(str, words)],
            env=self.environment(words),
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
    def opened(self, ledger: str) -> Iterator[Ledger]:
        """A ledger opened with this person's master key."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in (self.env | self._published_at((ledger,))).items():
                if value is None:
                    patch.delenv(name, raising=False)
                else:
                    patch.setenv(name, value)
            with open_ledger(ledger) as opened:
                yield opened

    def found(self, ledger: str, *words: object) -> str:
        """Makes a ledger."""
        self.certledger("init", "--ledger", ledger, *words).expect(GOOD)
        return ledger

    def taken_in(self, ledger: str, pack: Path, *words: object) -> Answer:
        """Takes a pack in and gives the report."""
        return self.certledger("intake", pack, "--ledger", ledger, "--json", *words).expect(GOOD)

    def exported(self, ledger: str, what: str) -> str:
        """An export's text."""
        return self.certledger("export", what, "--ledger", ledger).expect(GOOD).raw.decode()


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a CSV text."""
    return list(csv.DictReader(io.StringIO(text)))


def expected(pack: str, name: str) -> str:
    """One of the office's answers."""
    return (PACKS / pack / "expected" / name).read_text("utf-8")
