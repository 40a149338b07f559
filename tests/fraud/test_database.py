"""What `certledger fsck` names of a database that its owner changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fraud.database import Owned
from tests.fraud.forger import Forger
from tests.fraud.frauds import Fraud, done
from tests.fraud.honest import Honest
from tests.fraud.listed import FRAUDS
from tests.fraud.observers import Who

OF_DATABASES = [fraud for fraud in FRAUDS if fraud.who is Who.FSCK]


@pytest.mark.parametrize("fraud", OF_DATABASES, ids=[fraud.name for fraud in OF_DATABASES])
def test_fsck_names_it(fraud: Fraud, forger: Forger, honest: Honest, tmp_path: Path) -> None:
    owned = Owned(honest.kept.copy("sqlite", tmp_path / "ledger"), forger, honest.people)
    deed = fraud.deed(owned)
    next(deed)
    assert owned.check() == []
    expected = done(deed)
    found = [item for item in owned.check() if (item.place, item.code) == (expected.place, fraud.code)]
    assert found, owned.check()
    assert any(expected.words in item.message for item in found), found
