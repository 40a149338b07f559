"""Proposals that were approved and not carried out are taken up: a crash came in between, or the database was away."""

from __future__ import annotations

import logging
from typing import Final

from ledger.office.opening import Office
from ledger.office.proposals import APPROVED
from ledger.store import StoreError

PAUSE_SECONDS: Final = 30
"""How long whoever approved has to carry it out; two at once do no harm, and only useless work."""

_log = logging.getLogger(__name__)


def take_up(office: Office) -> int:
    """Carries out what was left; how many proposals came to an end. What fails is logged, and left for the next time.

    Raises StoreError where the list cannot be read.
    """
    office.preparations.tidy()
    before, finished = office.ledger.clock() - PAUSE_SECONDS * 1000, 0
    for id_ in office.proposals.unfinished():
        proposal = office.proposals.get(id_)
        if proposal.decided_at is None or proposal.decided_at > before:
            continue
        try:
            state = office.proposals.carry_out(id_).state
        except StoreError:
            raise
        except Exception:  # one that cannot be carried out keeps no other waiting
            _log.exception("proposal %s, which is approved, cannot be carried out", proposal.number)
            continue
        if state == APPROVED:  # it waits for the signatures of an organisation that holds its own key
            continue
        _log.warning("proposal %s, which was approved and left, is %s", proposal.number, state)
        finished += 1
    return finished
