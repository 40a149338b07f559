"""merkle: roots, inclusion and consistency over the RFC 6962 test tree, and proofs that must be refused."""

from __future__ import annotations

from typing import Any

from tests.vectors.generate.files import Files
from verifier import merkle

ORIGIN = "leaves and roots of the RFC 6962 test tree (certificate-transparency, transparency-dev/merkle)"
LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
LARGE = 300


def write(out: Files) -> None:
    """Known roots; every shape of proof up to 8 leaves and some of a tree of 300."""
    for size in range(1, 9):
        out.good("merkle", f"root-{size}", {"check": "root", "entries": LEAVES[:size]}, ROOTS[size - 1], ORIGIN)
    known = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]
    large = [merkle.leaf_hash(b"%d" % number) for number in range(LARGE)]
    shapes = [(known, index, size) for size in (1, 2, 3, 5, 7, 8) for index in sorted({0, size // 2, size - 1})]
    for leaves, index, size in [*shapes, *((large, index, LARGE) for index in (0, 255, 256, 299))]:
        given = _inclusion(leaves, index, size)
        out.good("merkle", f"inclusion-{index}-of-{size}", given, given["root"], ORIGIN)
    pairs = [(known, old, new) for old, new in ((0, 0), (1, 8), (2, 5), (3, 7), (4, 8), (6, 8), (7, 8), (8, 8))]
    for leaves, old, new in [*pairs, *((large, old, LARGE) for old in (1, 128, 256, 299))]:
        given = _consistency(leaves, old, new)
        out.good("merkle", f"consistency-{old}-to-{new}", given, given["root"], ORIGIN)
    _refused(out, known)


def _refused(out: Files, known: list[bytes]) -> None:
    inclusion, consistency = _inclusion(known, 5, 8), _consistency(known, 6, 8)
    other = "ab" * 32
    for case, change in {
        "other-leaf": {"leaf": other},
        "other-root": {"root": other},
        "index-outside": {"index": "8"},
        "index-negative": {"index": "-1"},
        "index-of-neighbour": {"index": "4"},
        "size-zero": {"size": "0", "index": "0"},
        "size-larger": {"size": "9"},
        "size-2-60": {"size": str(2**60)},
        "path-short": {"path": inclusion["path"][:-1]},
        "path-long": {"path": [*inclusion["path"], other]},
        "path-empty": {"path": []},
        "path-reversed": {"path": inclusion["path"][::-1]},
        "path-of-short-hash": {"path": [inclusion["path"][0][:-2], *inclusion["path"][1:]]},
        "leaf-of-31-bytes": {"leaf": inclusion["leaf"][:-2]},
    }.items():
        out.fail("merkle", f"inclusion-{case}", {**inclusion, **change}, "not-included", "RFC 9162 §2.1.3.2")
    same = _consistency(known, 8, 8)
    for case, given in {
        "other-old-root": {**consistency, "old_root": other},
        "other-root": {**consistency, "root": other},
        "shrinks": {**consistency, "old": "9"},
        "negative": {**consistency, "old": "-1"},
        "proof-short": {**consistency, "path": consistency["path"][:-1]},
        "proof-long": {**consistency, "path": [*consistency["path"], other]},
        "proof-empty": {**consistency, "path": []},
        "proof-of-short-hash": {**consistency, "path": [consistency["path"][0][:-2], *consistency["path"][1:]]},
        "other-old-size": {**consistency, "old": "5"},
        "same-size-other-root": {**same, "old_root": other},
        "same-size-with-proof": {**same, "path": [other]},
        "from-empty": _consistency(known, 0, 8),
        "of-empty-with-other-root": {**_consistency(known, 0, 0), "old_root": other, "root": other},
    }.items():
        out.fail("merkle", f"consistency-{case}", given, "inconsistent", "RFC 9162 §2.1.4.2")


def _inclusion(leaves: list[bytes], index: int, size: int) -> dict[str, Any]:
    path = merkle.inclusion_path(index, size, fetch(leaves))
    return {
        "check": "inclusion",
        "leaf": leaves[index].hex(),
        "index": str(index),
        "size": str(size),
        "path": [node.hex() for node in path],
        "root": merkle.root_of(leaves[:size]).hex(),
    }


def _consistency(leaves: list[bytes], old: int, new: int) -> dict[str, Any]:
    path = merkle.consistency_path(old, new, fetch(leaves))
    return {
        "check": "consistency",
        "old": str(old),
        "size": str(new),
        "path": [node.hex() for node in path],
        "old_root": merkle.root_of(leaves[:old]).hex(),
        "root": merkle.root_of(leaves[:new]).hex(),
    }


def fetch(leaves: list[bytes]) -> merkle.FetchHash:
    """Subtree roots over these leaf hashes."""
    return lambda level, position: merkle.root_of(leaves[position << level : (position + 1) << level])
