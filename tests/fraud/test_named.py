"""«A fraud drill: at least 40 distinct frauds by someone who owns the database and every key but the witnesses': the
audit, monitor or witness names each.»

Each deed has its control: up to where it begins to lie, its observer finds nothing.
"""

from __future__ import annotations

import pytest

from tests.fraud.forger import Forger
from tests.fraud.frauds import Fraud, done
from tests.fraud.listed import FRAUDS
from tests.fraud.observers import Keepsakes, Who, look

OF_LOGS = [fraud for fraud in FRAUDS if fraud.who in (Who.AUDIT, Who.KEPT, Who.HOLDER)]


@pytest.mark.parametrize("fraud", OF_LOGS, ids=[fraud.name for fraud in OF_LOGS])
def test_a_fraud_is_named(fraud: Fraud, forger: Forger, keepsakes: Keepsakes) -> None:
    deed = fraud.deed(forger)
    next(deed)
    assert look(fraud.who, forger, keepsakes) == []
    expected = done(deed)
    seen = look(fraud.who, forger, keepsakes)
    assert seen, "nobody named it"
    first = seen[0]
    assert (first.index, first.place, first.code) == (expected.index, expected.place, fraud.code), first
    assert expected.words in first.message
    for other in fraud.unseen_by:
        assert look(other, forger, keepsakes) == []
