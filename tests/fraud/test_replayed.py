"""Who has the values decides again: the entry and the rule of each fraud that the public log hides are named."""

from __future__ import annotations

import pytest

from tests.fraud.forger import Forger
from tests.fraud.frauds import done
from tests.fraud.hidden import HIDDEN, Hidden
from verifier import statement
from verifier.replay import RULES, Held, Replayer


def replayed(log: Forger) -> list[tuple[int, str]]:
    """Entry and rule of each decision that the rules do not give, by somebody who has all that was not erased."""
    read = [statement.parse(entry) for entry in log.entries]
    given = zip(log.disclosures, read, strict=True)
    replayer = Replayer(Held([known if known or not item.record.commitments else None for known, item in given]))
    for index, item in enumerate(read):
        replayer.take(index, item)
    return [(outcome.index, item.rule) for outcome in replayer.finish().differing for item in outcome.differences]


@pytest.mark.parametrize("fraud", HIDDEN, ids=[fraud.name for fraud in HIDDEN])
def test_the_first_that_differs_is_the_fraud(fraud: Hidden, forger: Forger) -> None:
    assert fraud.rule in RULES
    deed = fraud.deed(forger)
    next(deed)
    assert replayed(forger) == []
    expected = done(deed)
    assert replayed(forger)[0] == (expected.index, fraud.rule)
