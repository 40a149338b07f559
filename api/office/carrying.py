"""What was approved is carried out: little of it while its approver waits, much of it beside the pages.

Whatever stops in the middle goes on: by whoever presses the button, and by itself (`ledger.office.finishing`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from uuid import UUID

from ledger.office.opening import Office
from ledger.office.proposals import Proposal

AT_ONCE: Final = 50
"""Commands that an approver waits for: within a second or two."""

_log = logging.getLogger(__name__)


class Carrying:
    """Carries out approved proposals, a large one after the other. Shared freely by threads."""

    def __init__(self, office: Callable[[], Office]) -> None:
        self._office = office
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="carrying out")

    def carry_out(self, proposal: Proposal) -> None:
        """Carries it out, or begins to where it is large. Raises StoreError."""
        if proposal.size <= AT_ONCE:
            self._office().proposals.carry_out(proposal.id)
        else:
            self._beside.submit(self._carry_out, proposal.id)

    def _carry_out(self, id_: UUID) -> None:
        try:
            self._office().proposals.carry_out(id_)
        except Exception:  # nobody waits for it; it stands as approved, and is taken up again
            _log.exception("an approved proposal was not carried out to its end")
