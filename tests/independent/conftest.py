"""Where the independent checkers are, and the logs that they check.

A test whose tool is absent is skipped, saying so. With `CERTLEDGER_REQUIRE_ALL=1`, as in CI, a skip is a failure.
"""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Generator
from pathlib import Path
from types import ModuleType

import pytest

from tests.independent.ledger_log import LedgerLog, make
from tests.sample_log import LOG_KEY, SampleLog

REQUIRE_ALL = "CERTLEDGER_REQUIRE_ALL"
CHECKERS = Path(os.environ.get("CERTLEDGER_CHECKERS", Path(__file__).parents[2] / "build" / "checkers"))


def _must_not_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get(REQUIRE_ALL) == "1":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{REQUIRE_ALL}=1, and still: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _must_not_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _must_not_skip(report)
    return report


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
