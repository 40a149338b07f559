"""The honest ledger, made once a worker, and what the tests take of it."""

from __future__ import annotations

import pytest

from ledger.settings import MASTER_KEY_FILE
from tests.fraud.forger import Forger
from tests.fraud.honest import Honest, make
from tests.fraud.observers import Keepsakes


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Honest:
    """Nobody changes it."""
    folder = tmp_path_factory.mktemp("honest")
    with pytest.MonkeyPatch.context() as patch:  # of no test of others: the session lasts longer than these
        patch.setenv(MASTER_KEY_FILE, str(folder / "master-key"))
        return make(folder)


@pytest.fixture(scope="session")
def owner(honest: Honest) -> Forger:
    """The owner of everything, before any deed."""
    return Forger.of(honest)


@pytest.fixture(scope="session")
def keepsakes(honest: Honest) -> Keepsakes:
    """What was kept outside."""
    return Keepsakes.of(honest)


@pytest.fixture
def forger(owner: Forger) -> Forger:
    """The same, for one deed."""
    return owner.again()
