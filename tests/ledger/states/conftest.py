"""A ledger with awards of every standing, on each engine; a test that changes one takes a copy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.open import Ledger
from tests.api.whole_ledger import WholeLedger, build
from tests.engines import Engine


@pytest.fixture(scope="module")
def whole(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> WholeLedger:
    """One that nobody changes."""
    return build(engine, tmp_path_factory.mktemp("states"))


@pytest.fixture(scope="module")
def twins(whole: WholeLedger, tmp_path_factory: pytest.TempPathFactory) -> tuple[WholeLedger, WholeLedger]:
    """Two copies, made before anything is open: a database that somebody uses cannot be copied."""
    return whole.copy(tmp_path_factory.mktemp("one")), whole.copy(tmp_path_factory.mktemp("other"))


@pytest.fixture(scope="module")
def ledger(whole: WholeLedger, twins: tuple[WholeLedger, WholeLedger]) -> Iterator[Ledger]:
    """It, open."""
    with whole.opened() as opened:
        yield opened


@pytest.fixture(scope="module")
def size(ledger: Ledger) -> int:
    """Its entries."""
    return ledger.store.head().size
