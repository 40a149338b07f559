"""Where the independent checkers are, and the logs that they check.

A test whose tool is absent is skipped, saying so. In CI a skip is a failure (`tests/conftest.py`).
"""

from __future__ import annotations

import importlib
import os
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from tests.independent.ledger_log import LedgerLog, make
from tests.sample_log import LOG_KEY, SampleLog

REQUIRE_ALL = "CERTLEDGER_REQUIRE_ALL"
CHECKERS = Path(os.environ.get("CERTLEDGER_CHECKERS", Path(__file__).parents[2] / "build" / "checkers"))


def _prepared(variable: str, name: str) -> Path:
    found = Path(os.environ.get(variable, CHECKERS / name))
    if not found.exists():
        pytest.skip(f"{found} is absent: run .ci/checkers, or name it in {variable}")
    return found


def _library(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        pytest.skip(f"{name} cannot be imported: {error}")


@pytest.fixture(scope="session")
def treecheck() -> Path:
    """The Go program of tests/independent/go, built."""
    return _prepared("CERTLEDGER_TREECHECK", "treecheck")


@pytest.fixture(scope="session")
def cwt_python() -> Path:
    """The interpreter of the environment that `cwt` has for itself."""
    return _prepared("CERTLEDGER_CWT_PYTHON", "cwt/bin/python")


@pytest.fixture(scope="session")
def aics_python() -> Path:
    """The interpreter of `aics-tlog` and `aics-witness`; their modules lie in `src` beside its `bin`."""
    return _prepared("CERTLEDGER_AICS_PYTHON", "aics/bin/python")


@pytest.fixture(scope="session")
def scitt_cose() -> ModuleType:
    """The library `scitt-cose`."""
    return _library("scitt_cose")


@pytest.fixture(scope="session")
def pymerkle() -> ModuleType:
    """The library `pymerkle`."""
    return _library("pymerkle")


@pytest.fixture(scope="session")
def ledger_log(tmp_path_factory: pytest.TempPathFactory) -> LedgerLog:
    """A ledger's own log: the sample pack, taken in and published once for all tests."""
    return make(tmp_path_factory.mktemp("ledger"))


def _made_of_primitives(folder: Path, _: pytest.FixtureRequest) -> str:
    SampleLog.of_statements(700).publish(folder, sizes=(1, 5, 256, 300))
    return str(LOG_KEY)


def _made_by_a_ledger(folder: Path, request: pytest.FixtureRequest) -> str:
    made: LedgerLog = request.getfixturevalue("ledger_log")
    shutil.copytree(made.folder, folder, dirs_exist_ok=True)
    return made.vkey


PUBLISHERS = {"primitives": _made_of_primitives, "ledger": _made_by_a_ledger}
"""What publishes a log into a folder and gives its verifier key."""


@pytest.fixture(params=sorted(PUBLISHERS))
def published_tree(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """A published log: its folder, free to be spoilt, and its verifier key."""
    folder = tmp_path / "published"
    folder.mkdir()
    return folder, PUBLISHERS[request.param](folder, request)
