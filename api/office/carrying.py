"""What was approved is carried out: little of it while its approver waits, much of it beside the pages.

Whatever stops in the middle goes on: by whoever presses the button, and by itself (`ledger.office.finishing`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock, Thread
from typing import Final
from uuid import UUID

from ledger.looking import WouldRecord
from ledger.office.opening import Office
from ledger.office.proposals import Proposal

AT_ONCE: Final = 50
"""Commands that an approver waits for: within a second or two."""

_log = logging.getLogger(__name__)


class Carrying:
    """Carries out approved proposals, a large one after the other. Shared freely by threads."""

    def __init__(self, office: Callable[[], Office]) -> None:
        self._office = office
        self._turn = Lock()

    def carry_out(self, proposal: Proposal) -> None:
        """Carries it out, or begins to where it is large. Raises StoreError."""
        office = self._office()
        if proposal.size <= AT_ONCE:
            office.proposals.carry_out(proposal.id)
        else:  # a server that ends does not wait for it
            Thread(target=self._carry_out, args=(office, proposal.id), name="carrying out", daemon=True).start()

    def _carry_out(self, office: Office, id_: UUID) -> None:
        try:
            with self._turn:
                office.proposals.carry_out(id_)
        except WouldRecord:  # somebody only looked
            return
        except Exception:  # nobody waits for it; it stands as approved, and is taken up again
            _log.exception("an approved proposal was not carried out to its end")
