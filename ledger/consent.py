"""Whether what is to be recorded was signed by its approver's passkey: asked as `certverify audit` will ask it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from copy import deepcopy
from typing import Final
from uuid import UUID

from ledger.refusals import Code, Refusal
from ledger.store import Entry, Store
from verifier import kinds
from verifier.approvers import Approvers
from verifier.audit.approvals import Approvals
from verifier.errors import RuleBroken
from verifier.events import EVENTS
from verifier.statement import Statement, parse

_CONCERNED: Final = kinds.SIGNED_KINDS | {"approval.signed"}


class Consents:
    """What the approvals that a desk was given let it record. One for a desk, over all that it records."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._approvals = Approvals(begun=True)
        self._given: list[tuple[int, Statement]] = []
        """With the indices at which they are recorded."""

    def give(self, approvals: Sequence[UUID], approvers: Approvers) -> None:
        """Takes in approvals that are recorded; one whose passkey is removed by now counts for nothing.

        Raises Refusal where there is no such approval.
        """
        for stream in approvals:
            signed = [(recorded.index, parse(recorded.statement)) for recorded in self._store.stream(stream)]
            if not signed or not isinstance(event := signed[0][1].record.event, kinds.ApprovalSigned):
                raise Refusal(Code.NOT_SIGNED, f"no approval {stream} is recorded")
            if event.passkey in approvers.of(event.approver):
                self._given += signed
                self._approvals.take(*signed[0], approvers)

    def resume(self, pack: UUID, approvers: Approvers) -> None:
        """Takes in an intake that is recorded already, where an approval given here is of it and came before it."""
        for recorded in self._store.stream(pack):
            before = Approvals(begun=True)
            for index, signed in self._given:
                if index < recorded.index:
                    before.take(index, signed, approvers)
            with suppress(RuleBroken):  # then it approves nothing of what still comes of it
                before.take(recorded.index, read := parse(recorded.statement), approvers)
                self._approvals.take(recorded.index, read, approvers)

    def check(self, entries: Iterable[Entry], before: Approvers, lost: Collection[UUID]) -> None:
        """Raises Refusal where an approver's passkey did not sign an entry, or none consented to another passkey.

        `before` are the passkeys before the first entry; of the accounts in `lost` one may go without consent.
        """
        approvers = deepcopy(before)
        for entry in entries:
            if EVENTS[entry.topic].kind not in _CONCERNED:
                continue
            read = parse(entry.statement)
            approvers.evolve(read.record.event)
            try:
                unasked = self._approvals.take(0, read, approvers)
            except RuleBroken as error:
                raise Refusal(Code.NOT_SIGNED, error.message) from None
            if unasked is not None and entry.stream_id not in lost:
                raise Refusal(Code.NOT_SIGNED, unasked.message)
