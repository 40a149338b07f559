"""The Merkle tree of RFC 6962 §2.1 / RFC 9162 §2.1 over SHA-256: hashes, roots and proofs.

Pure functions over hashes. A proof is a sequence of 32-byte hashes, lowest level first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from verifier.errors import Inconsistent, NotIncluded

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()

FetchHash = Callable[[int, int], bytes]
"""`fetch(level, position)`: the root of the complete subtree of 2**level leaves that starts at position * 2**level."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash of one log entry: SHA-256(0x00 ‖ entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: the roots of its complete subtrees, largest first. Enough to append to."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count() or any(len(p) != HASH_SIZE for p in self.peaks):
            raise Inconsistent(f"a frontier of {len(self.peaks)} hashes does not fit a tree of {self.size} leaves")

    def extend(self, leaves: Iterable[bytes]) -> Frontier:
        """The frontier after these leaf hashes were appended."""
        peaks, size = list(self.peaks), self.size
        for leaf in leaves:
            node, level = leaf, size
            while level & 1:
                node = node_hash(peaks.pop(), node)
                level >>= 1
            peaks.append(node)
            size += 1
        return Frontier(size, tuple(peaks))

    @property
    def root(self) -> bytes:
        """The tree's root hash (RFC 6962 MTH)."""
        if not self.peaks:
            return EMPTY_ROOT
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = node_hash(peak, node)
        return node

    def to_bytes(self) -> bytes:
        """Fixed form for storage: 8 bytes big-endian size, then the peaks."""
        return self.size.to_bytes(8, "big") + b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, data: bytes) -> Frontier:
        """Reads `to_bytes`. Raises Inconsistent for bytes that describe no tree."""
        body = data[8:]
        if len(data) < 8 or len(body) % HASH_SIZE:
            raise Inconsistent(f"{len(data)} bytes are no frontier")
        peaks = tuple(body[i : i + HASH_SIZE] for i in range(0, len(body), HASH_SIZE))
        return cls(int.from_bytes(data[:8], "big"), peaks)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, level by level: about 1 M leaves a second."""
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 1:
        last = [level.pop()] if len(level) & 1 else []
        pairs = iter(level)
        level = [sha256(b"\x01%b%b" % pair).digest() for pair in zip(pairs, pairs, strict=True)] + last
    return level[0]


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that an inclusion path leads to (RFC 9162 §2.1.3.2). Raises NotIncluded for a path of no legal shape."""
    if not 0 <= index < size:
        raise NotIncluded(f"index {index} lies outside a tree of {size} entries")
    if len(leaf) != HASH_SIZE or any(len(node) != HASH_SIZE for node in path):
        raise NotIncluded("a hash in the inclusion path is not 32 bytes long")
    fn, sn, root = index, size - 1, leaf
    for node in path:
        if sn == 0:
            raise NotIncluded("the inclusion path is longer than the tree is high")
        if fn & 1 or fn == sn:
            root = node_hash(node, root)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            root = node_hash(root, node)
        fn >>= 1
        sn >>= 1
    if sn:
        raise NotIncluded("the inclusion path is shorter than the tree is high")
    return root


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Checks that `leaf` is entry `index` of the tree of `size` entries with this root. Raises NotIncluded."""
    if root_from_path(leaf, index, size, path) != root:
        raise NotIncluded(
            f"the inclusion path of entry {index} does not lead to the root of the tree of {size} entries"
        )


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Checks that the tree of `new` entries extends that of `old` entries (RFC 9162 §2.1.4.2). Raises Inconsistent."""
    if not 0 <= old <= new:
        raise Inconsistent(f"a tree of {new} entries cannot extend one of {old}")
    if old == 0 < new:
        raise Inconsistent("an empty tree says nothing of what came after it: there is nothing to check against")
    if old == new:
        if proof or old_root != new_root or (old == 0 and old_root != EMPTY_ROOT):
            raise Inconsistent(
                f"the tree of {new} entries does not extend the one of {old}: another root at the same size"
            )
        return
    if any(len(node) != HASH_SIZE for node in proof):
        raise Inconsistent("a hash in the consistency proof is not 32 bytes long")
    nodes = list(proof) if old & (old - 1) else [old_root, *proof]
    if not nodes:
        raise Inconsistent("the consistency proof is empty")
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    first = second = nodes[0]
    for node in nodes[1:]:
        if sn == 0:
            raise Inconsistent("the consistency proof is longer than the tree is high")
        if fn & 1 or fn == sn:
            first = node_hash(node, first)
            second = node_hash(node, second)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            second = node_hash(second, node)
        fn >>= 1
        sn >>= 1
    if sn or first != old_root or second != new_root:
        raise Inconsistent(f"the tree of {new} entries does not extend the one of {old} entries")


def subtree_root(start: int, end: int, fetch: FetchHash) -> bytes:
    """Root over the leaves [start, end); `start` is a multiple of the size of the complete subtree that holds it."""
    width = end - start
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return fetch(level, start >> level)
    left = 1 << (width.bit_length() - 1)
    return node_hash(subtree_root(start, start + left, fetch), subtree_root(start + left, end, fetch))


def tree_root(size: int, fetch: FetchHash) -> bytes:
    """Root over the first `size` leaves."""
    return subtree_root(0, size, fetch) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, fetch: FetchHash) -> list[bytes]:
    """The inclusion path of entry `index` in the tree of `size` entries (RFC 6962 §2.1.1)."""
    if not 0 <= index < size:
        raise NotIncluded(f"index {index} lies outside a tree of {size} entries")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        split = start + (1 << ((end - start - 1).bit_length() - 1))
        if index < split:
            path.append(subtree_root(split, end, fetch))
            end = split
        else:
            path.append(subtree_root(start, split, fetch))
            start = split
    path.reverse()
    return path


def consistency_path(old: int, new: int, fetch: FetchHash) -> list[bytes]:
    """The proof that the tree of `new` entries extends the one of `old` entries (RFC 6962 §2.1.2)."""
    if not 0 <= old <= new:
        raise Inconsistent(f"a tree of {new} entries cannot extend one of {old}")
    if old in (0, new):
        return []
    path: list[bytes] = []
    start, end, whole = 0, new, True
    while old != end:
        split = start + (1 << ((end - start - 1).bit_length() - 1))
        if old <= split:
            path.append(subtree_root(split, end, fetch))
            end = split
        else:
            path.append(subtree_root(start, split, fetch))
            start, whole = split, False
    if not whole:
        path.append(subtree_root(start, end, fetch))
    path.reverse()
    return path
