"""The published index of numbers, folded from the log again and compared tile by tile."""

from __future__ import annotations

from collections.abc import Iterator

from verifier import checkpoint, kinds, numberhead
from verifier.audit.beside import late
from verifier.audit.judging import Judge
from verifier.audit.report import Finding
from verifier.audit.tree import Tree, check_root
from verifier.checkpoint import Checkpoint
from verifier.errors import CouldNotCheck, Malformed, Mismatch
from verifier.fetch import PublishedLog
from verifier.note import VerifierKey
from verifier.numberhead import NumberHead
from verifier.numbertree import tile_path, tree_over


def check_numbers(judge: Judge, tree: Tree, signed_head: Checkpoint, log: PublishedLog) -> Iterator[Finding]:
    """Folds the index of numbers again from the entries and compares it with what is published, byte for byte.

    An index that leaves out what was recorded long before it was made is a finding. Raises VerificationError,
    CouldNotCheck.
    """
    signed = log.get(numberhead.PATH)
    # (1) Signed by a key of this log for folds, (2) by its own name, (3) over entries of this log.
    key = judge.authority.key(numberhead.signer(signed))
    head = numberhead.verify(signed, key.public_key)
    size = head.checkpoint.size
    if size > tree.size:
        raise CouldNotCheck(f"the number index is as of {size} entries, this copy of the log has {tree.size}")
    key.entitled(kinds.STATUS_KIND, size - 1)
    if head.uri != (name := numberhead.uri_of(judge.authority.url)):
        raise Malformed(f"the number index calls itself {head.uri}, not {name}")
    log_keys = judge.authority.log_keys(kinds.CHECKPOINT_KIND)
    keys = [VerifierKey(judge.authority.origin, item.public_key) for item in log_keys if item.compromised_from is None]
    checkpoint.verify(head.note, keys, judge.authority.origin)
    check_root(tree, size, head.checkpoint.root, "the number index")
    yield from late(log, signed_head, size, head.issued_at, "the number index")
    # (4) The same numbers, (5) in tiles that are there.
    _check_tiles(judge, head, log)


def _check_tiles(judge: Judge, head: NumberHead, log: PublishedLog) -> None:
    size = head.checkpoint.size
    right = tree_over(judge.awards.numbers(size))
    if (head.count, head.root) != (right.count, right.root):
        raise Mismatch(
            f"the number index is not that of the log's first {size} entries: it says {head.count} numbers, "
            f"they have {right.count}"
        )
    for digest, tile, _ in right.missing(lambda digest: False):
        if log.get(tile_path(digest)) != tile:
            raise Mismatch(f"{tile_path(digest)} is not the tile of the number index that its name says")
