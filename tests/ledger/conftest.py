"""Whole ledgers on each engine: a new one for tests of desks, one with awards of every standing for tests of those."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.awards import Awards, open_awards
from ledger.open import Ledger
from tests.api.whole_ledger import WholeLedger, build
from tests.engines import Engine
from tests.ledger import lives


@pytest.fixture(params=lives.ENGINES)
def address(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where a new ledger may lie; its master key lies beside it."""
    monkeypatch.setenv("CERTLEDGER_MASTER_KEY_FILE", str(tmp_path / "master-key"))
    return lives.new_address(request.param, tmp_path)


@pytest.fixture
def ledger(address: str) -> Iterator[Ledger]:
    """A new ledger with everything that a life needs."""
    with lives.opened(address) as made:
        yield made


@pytest.fixture(scope="module")
def original(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> WholeLedger:
    """A ledger with awards of every standing, which nobody changes."""
    return build(engine, tmp_path_factory.mktemp("original"))


@pytest.fixture
def whole(original: WholeLedger, tmp_path: Path) -> WholeLedger:
    """A copy of it for one test."""
    return original.copy(tmp_path)


@pytest.fixture
def awards(ledger: Ledger) -> Iterator[Awards]:
    """The awards of the test's ledger."""
    with open_awards(ledger) as opened:
        yield opened
