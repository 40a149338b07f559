"""`pymerkle` builds the same trees: roots and proofs of sizes 1 to 300.

It hashes leaves after 0x00 and nodes after 0x01, as RFC 6962 does, unless told not to. Its leaves count from 1.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from tests.sample_log import SampleLog
from verifier import merkle
from verifier.errors import Inconsistent, NotIncluded

SIZES = 300


@pytest.fixture(scope="module")
def log() -> SampleLog:
    return SampleLog.of_statements(SIZES)


@pytest.fixture(scope="module")
def theirs(pymerkle: ModuleType, log: SampleLog) -> Any:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in log.entries:
        tree.append_entry(entry)
    return tree


def test_roots(theirs: Any, log: SampleLog) -> None:
    for size in range(1, SIZES + 1):
        assert theirs.get_root(size) == log.root(size), size


def test_our_root_changes_where_theirs_does(pymerkle: ModuleType, log: SampleLog) -> None:
    entries = list(log.entries[:20])
    entries[7] = entries[7][:-1] + bytes([entries[7][-1] ^ 1])
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in entries:
        tree.append_entry(entry)
    assert tree.get_root() == SampleLog(entries).root() != log.root(20)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 64, 100, 255, 256, 257, 300])
def test_their_inclusion_proofs_are_ours(theirs: Any, log: SampleLog, size: int) -> None:
    for index in range(0, size, max(1, size // 16)):
        theirs_says = theirs.prove_inclusion(index + 1, size)
        base, *path = theirs_says.path
        assert base == log.leaves[index]
        assert path == log.inclusion(index, size)
        merkle.verify_inclusion(base, index, size, path, theirs.get_root(size))
        if path:
            with pytest.raises(NotIncluded):
                merkle.verify_inclusion(base, index, size, [*path[:-1], bytes(32)], theirs.get_root(size))


def test_it_accepts_our_proofs_and_refuses_them_for_another_root(pymerkle: ModuleType, log: SampleLog) -> None:
    size, index = 100, 37
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in log.entries[:size]:
        tree.append_entry(entry)
    proof = tree.prove_inclusion(index + 1)
    proof.path = [log.leaves[index], *log.inclusion(index, size)]
    pymerkle.verify_inclusion(log.leaves[index], log.root(size), proof)
    proof.path = [*proof.path[:-1], bytes(32)]
    with pytest.raises(pymerkle.InvalidProof):
        pymerkle.verify_inclusion(log.leaves[index], log.root(size), proof)


def test_a_root_of_theirs_that_does_not_extend_ours_is_refused(theirs: Any, log: SampleLog) -> None:
    proof = log.consistency(100, 300)
    merkle.verify_consistency(100, 300, proof, theirs.get_root(100), theirs.get_root(300))
    with pytest.raises(Inconsistent):
        merkle.verify_consistency(100, 300, proof, theirs.get_root(99), theirs.get_root(300))
