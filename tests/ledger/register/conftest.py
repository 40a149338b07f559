"""The register of a ledger with the sample pack and awards of every standing, on each engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.open import Ledger
from ledger.register.reading import Register, open_register
from tests.api.whole_ledger import WholeLedger


@pytest.fixture
def ledger(whole: WholeLedger) -> Iterator[Ledger]:
    """The test's own copy, open."""
    with whole.opened() as opened:
        yield opened


@pytest.fixture
def register(ledger: Ledger) -> Iterator[Register]:
    """Its register."""
    with open_register(ledger) as opened:
        yield opened


@pytest.fixture(scope="module")
def unchanged(original: WholeLedger) -> Iterator[Register]:
    """A register that no test of the module changes."""
    with original.opened() as ledger, open_register(ledger) as opened:
        yield opened
