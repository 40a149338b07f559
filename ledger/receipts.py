"""Receipts for entries under a signed checkpoint (RFC 9942, FORMATS §4)."""

from __future__ import annotations

from ledger.signing import Signer
from ledger.store import SignedHead
from verifier import receipt
from verifier.merkle import FetchHash, inclusion_path, verify_inclusion


class NotYetSigned(Exception):
    """The entry is not under a signed checkpoint: run the sequencer, then ask again."""

    def __init__(self, index: int, size: int) -> None:
        super().__init__(f"entry {index} is not under the signed checkpoint, which has {size} entries")
        self.index, self.size = index, size


def receipt_for(index: int, head: SignedHead, fetch: FetchHash, signer: Signer, origin: str, subject: str) -> bytes:
    """The receipt of entry `index` in the signed tree; `subject` is the `sub` of its statement.

    `fetch` gives hashes of that tree in constant time, as does `tiles.tree_in(folder, head.size).hash`, which keeps the
    tiles that it has read: many receipts under one head read each tile once. Raises NotYetSigned; NotIncluded where the
    hashes do not lead to the signed root; ValueError for a log of one entry.
    """
    if not 0 <= index < head.size:
        raise NotYetSigned(index, head.size)
    path = inclusion_path(index, head.size, fetch)
    # The signature is over the head's root, so a path that leads elsewhere must not be signed along with it.
    verify_inclusion(fetch(0, index), index, head.size, path, head.root)
    return receipt.make(signer.kid, f"https://{origin}", subject, head.size, index, path, head.root, signer.sign)
