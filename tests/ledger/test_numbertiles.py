"""The index of numbers as it is published: of the signed log, whole after every crash, and cleared of what is old."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.numbertiles import Outdated, publish_tiles
from ledger.publication import Publication, publish
from ledger.tiles import DiskFolder
from tests import sample_log
from tests.ledger.small_ledger import (
    NOW,
    STATUS,
    URL,
    SmallLedger,
    certify,
    fill,
    populated,
    register,
    sequence,
)
from verifier import numberhead
from verifier.numberhead import TTL_SECONDS, NumberHead
from verifier.numbertree import BUCKET, NumberTree, find, tile_path, tree_over, walk


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SmallLedger]:
    made = populated(tmp_path / "ledger")
    sequence(made)
    yield made
    made.close()


def head_in(folder: Path) -> NumberHead:
    return numberhead.verify((folder / numberhead.PATH).read_bytes(), STATUS.public_key)


def entry_of(folder: Path, number_hash: bytes) -> int | None:
    """What the published index says of a number."""
    root = head_in(folder).root
    return find(number_hash, root, walk(number_hash, root, lambda name: (folder / tile_path(name)).read_bytes()))


def test_the_index_is_of_the_signed_log_and_carries_its_checkpoint(ledger: SmallLedger, tmp_path: Path) -> None:
    www = tmp_path / "www"
    signed = publish(ledger.store, DiskFolder(www), STATUS, NOW)
    head = head_in(www)
    assert (head.uri, head.count, head.note.decode()) == (f"{URL}/log/numbers/head", 3, signed.note)
    for n in range(3):
        entry = entry_of(www, sample_log.award(n).number_hash)
        assert entry is not None
        stored = ledger.store.entry(entry)
        assert stored is not None
        assert stored.topic == "certificate.awarded/1"
    assert entry_of(www, sample_log.award(9).number_hash) is None


def test_an_award_that_is_not_signed_yet_is_not_in_it(ledger: SmallLedger, tmp_path: Path) -> None:
    www, publication = tmp_path / "www", Publication(ledger.store, STATUS)
    register(ledger, 7)
    certify(ledger, 7)
    publication.publish(DiskFolder(www), NOW)
    assert entry_of(www, sample_log.award(7).number_hash) is None
    sequence(ledger)
    publication.publish(DiskFolder(www), NOW)
    assert entry_of(www, sample_log.award(7).number_hash) == ledger.store.head().size - 1


def test_the_head_is_signed_anew_with_the_checkpoint_and_before_its_time_is_over(
    ledger: SmallLedger, tmp_path: Path
) -> None:
    www, publication = tmp_path / "www", Publication(ledger.store, STATUS)
    publication.publish(DiskFolder(www), NOW)
    publication.publish(DiskFolder(www), NOW + 60)
    assert head_in(www).issued_at == NOW
    fill(ledger, 1)
    sequence(ledger)
    signed = publication.publish(DiskFolder(www), NOW + 120)
    assert (head_in(www).issued_at, head_in(www).checkpoint.size) == (NOW + 120, signed.size)
    publication.publish(DiskFolder(www), NOW + 120 + TTL_SECONDS // 2)
    assert head_in(www).issued_at == NOW + 120 + TTL_SECONDS // 2


def test_a_damaged_head_is_written_anew(ledger: SmallLedger, tmp_path: Path) -> None:
    www = tmp_path / "www"
    publish(ledger.store, DiskFolder(www), STATUS, NOW)
    (www / numberhead.PATH).write_bytes(b"damaged")
    publish(ledger.store, DiskFolder(www), STATUS, NOW)
    assert head_in(www).count == 3


class Crash(Exception):
    """The machine went off."""


class Failing:
    """A folder that fails at its n-th write, before it or after it."""

    def __init__(self, inner: DiskFolder, at: int, kept: bool) -> None:
        self._inner, self._left, self._kept = inner, at, kept
        self.exclusive, self.read = inner.exclusive, inner.read

    def write(self, path: str, data: bytes) -> None:
        self._count(lambda: self._inner.write(path, data))

    def commit(self, path: str, data: bytes) -> None:
        self._count(lambda: self._inner.commit(path, data))

    def _count(self, write: object) -> None:
        assert callable(write)
        self._left -= 1
        if self._left >= 0:
            write()
            return
        if self._kept:
            write()
        raise Crash


def digest(n: int) -> bytes:
    return sha256(b"%d" % n).digest()


@pytest.mark.parametrize("kept", [False, True])
def test_after_a_crash_at_any_write_the_earlier_index_is_whole_and_the_next_goes_on(tmp_path: Path, kept: bool) -> None:
    disk = DiskFolder(tmp_path)
    tree = tree_over((digest(n), n) for n in range(BUCKET + 1))
    publish_tiles(disk, tree)
    earlier = tree.root
    for n in range(BUCKET + 1, BUCKET + 40):
        tree.add(digest(n), n)
    crashes = 0
    while True:
        try:
            publish_tiles(Failing(disk, crashes % 4, kept), tree)
            break
        except Crash:
            crashes += 1
        assert find(digest(3), earlier, walk(digest(3), earlier, lambda name: read(disk, name))) == 3
    assert crashes > 3
    for n in (0, BUCKET, BUCKET + 39):
        assert find(digest(n), tree.root, walk(digest(n), tree.root, lambda name: read(disk, name))) == n


def read(folder: DiskFolder, name: bytes) -> bytes:
    found = folder.read(tile_path(name))
    assert found is not None
    return found


def test_outdated_tiles_go_when_they_were_found_so_before(tmp_path: Path) -> None:
    disk, outdated, tree = DiskFolder(tmp_path), Outdated(), NumberTree()
    roots = []
    for n in range(3):
        tree.add(digest(n), n)
        publish_tiles(disk, tree)
        roots.append(tree.root)
    assert outdated.prune(tmp_path, tree) == 0
    assert all(disk.read(tile_path(root)) for root in roots)
    assert outdated.prune(tmp_path, tree) == 2
    assert [disk.read(tile_path(root)) is None for root in roots] == [True, True, False]
    assert outdated.prune(tmp_path, tree) == 0
