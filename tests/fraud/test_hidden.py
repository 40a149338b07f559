"""What the public log cannot show: an audit without the values finds nothing of these frauds, and claims nothing."""

from __future__ import annotations

import pytest

from tests.fraud.forger import Forger
from tests.fraud.frauds import done
from tests.fraud.hidden import HIDDEN, Hidden
from tests.fraud.observers import Keepsakes, Who, look
from verifier import statement


@pytest.mark.parametrize("fraud", HIDDEN, ids=[fraud.name for fraud in HIDDEN])
def test_the_public_log_shows_nothing_of_it(fraud: Hidden, forger: Forger, keepsakes: Keepsakes) -> None:
    deed = fraud.deed(forger)
    next(deed)
    assert look(Who.AUDIT, forger, keepsakes) == []
    index = done(deed).index
    assert look(Who.AUDIT, forger, keepsakes) == []
    assert index is not None
    assert statement.parse(forger.entries[index]).record.commitments
