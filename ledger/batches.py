"""What can be said of a batch without a look at the store."""

from __future__ import annotations

from ledger.columns import check_columns
from ledger.store import Batch, StoreCorrupt
from verifier.merkle import leaf_hash


def check_batch(batch: Batch) -> None:
    """Raises ValueError for a batch that no state of a store could take; a wrong leaf would spoil the tree for ever."""
    for place, entry in enumerate(batch.entries):
        if leaf_hash(entry.statement) != entry.leaf:
            raise ValueError(f"entry {place} of the batch: the leaf hash is not that of its statement")
        if (entry.subject is None) != (entry.sealed is None):
            raise ValueError(f"entry {place} of the batch: sealed values and their subject go together")
        try:
            check_columns(None, entry.stream_id, entry.version, entry.topic, entry.statement)
        except StoreCorrupt as error:
            raise ValueError(f"entry {place} of the batch: {error}") from error
    for boundary, (read, write) in batch.boundaries.items():
        if not 0 <= read <= write:
            raise ValueError(f"boundary {boundary.hex()}: revision {write} cannot follow {read}")
