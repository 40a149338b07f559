"""Ledgers that many tests look at and none may change. Whoever changes one works on a copy."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from tests.acceptance import recent
from tests.acceptance.terminal import GOOD, PACKS, Answer, Terminal
from tests.engines import Engine
from tests.free_port import free_port


@pytest.fixture(autouse=True)
def own_configuration(person: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may find, or leave, anything in the user's own folders."""
    for name, value in person.env.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def person(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    return Terminal(tmp_path_factory.mktemp("config"))


class Taken:
    """A ledger with a pack taken in, and published."""

    def __init__(self, person: Terminal, engine: Engine, folder: Path, pack: Path, *options: object) -> None:
        self.person, self.pack, self._engine = person, pack, engine
        self.ledger, self.published = engine.new(folder / "ledger"), folder / "published"
        person.found(self.ledger, *options)
        self.rejects = folder / "rejects.csv"
        self.report: Answer = person.taken_in(self.ledger, pack, "--rejects", self.rejects)
        person.certledger("publish", self.published, "--ledger", self.ledger).expect(GOOD)
        self._exports: dict[str, str] = {}

    @property
    def trust(self) -> Path:
        """The trust file that was published."""
        return self.published / "trust.txt"

    def export(self, what: str) -> str:
        """An export's text."""
        if what not in self._exports:
            self._exports[what] = self.person.exported(self.ledger, what)
        return self._exports[what]

    def copy(self, to: Path) -> str:
        """A copy of the ledger; the same master key opens it."""
        made = self._engine.copy(self.ledger, to)
        copytree(self.person.public(self.ledger), self.person.public(made), dirs_exist_ok=True)
        return made


@pytest.fixture(scope="session")
def base(person: Terminal, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """The office's base pack."""
    return Taken(person, engine, tmp_path_factory.mktemp("base"), PACKS / "base")


@pytest.fixture(scope="session")
def dirty(person: Terminal, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """The office's pack with bad rows."""
    return Taken(person, engine, tmp_path_factory.mktemp("dirty"), PACKS / "dirty")


@pytest.fixture(scope="session")
def small(person: Terminal, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """A cohort that ended last week; nobody listens at its address."""
    folder = tmp_path_factory.mktemp("small")
    pack = recent.write_pack(folder / "pack")
    taken = Taken(person, engine, folder, pack, "--url", f"http://127.0.0.1:{free_port()}")
    assert taken.report.json["rejected"] == []
    return taken
