"""Publishing the log: entries a second into a folder and a bucket, against writing the same files plainly.

The bucket is that of a server in this very process (moto's), so what is compared is how much more is asked of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path

from obstore.store import S3Store

from benchmarks.measuring import Figure, Works, in_turns, rate
from benchmarks.world import World
from ledger.bucket import WRITERS, Bucket
from ledger.open import Ledger
from ledger.store import SignedHead
from ledger.tiles import DiskFolder, Folder, publish_tree
from ledger.upkeep import Upkeep
from tests.s3_server import BUCKET, s3_server
from verifier import checkpoint
from verifier.checkpoint import Checkpoint
from verifier.merkle import root_of
from verifier.note import VerifierKey

Plainly = Callable[[], Callable[[dict[str, bytes]], None]]
"""Gives what writes files plainly to a new place."""

_FLOORS = {
    "a folder": "the same files written, each synchronised, and their folders",
    "a bucket": f"the same objects put by obstore, {WRITERS} at a time",
}


def measure(world: World) -> Iterator[Figure]:
    """Whole and grown by its second half: bundles, tiles and checkpoint out of the database, and checked."""
    with world.new_ledger() as ledger, s3_server() as address:
        world.take_in(ledger)
        Upkeep(ledger).run_once()
        size = ledger.store.head().size
        heads = [_head(ledger, size // 2), _head(ledger, size)]
        folders, buckets = _folders(world.new_folder("published")), _buckets(address)
        places: tuple[tuple[str, Callable[[], Folder], Plainly], ...] = (
            ("a folder", folders, lambda: partial(_plainly_to_disk, folders())),
            ("a bucket", buckets, lambda: partial(_plainly_to_bucket, _store(address, "plainly"))),
        )
        for name, new, plainly in places:
            for grown in (False, True):
                what = "its second half, after the first" if grown else "the whole log"
                works = _works(ledger, heads if grown else heads[1:], new, plainly)
                found = in_turns(world.sizes.rounds, works)
                yield Figure(f"entries published, {what}, {name}", "/s", found["ours"], _FLOORS[name], found["floor"])


def _works(ledger: Ledger, heads: list[SignedHead], new: Callable[[], Folder], plainly: Plainly) -> Works:
    """The last head is measured; the ones before it are there already."""
    entries = heads[-1].size - sum(head.size for head in heads[:-1])
    written = _Written(new())
    _publish(ledger, heads, written)
    files = written.since_last_commit

    def ours() -> float:
        place = new()
        _publish(ledger, heads[:-1], place)
        return rate(entries, lambda: _publish(ledger, heads[-1:], place))

    def floor() -> float:
        to = plainly()
        return rate(entries, lambda: to(files))

    return {"ours": ours, "floor": floor}


def _publish(ledger: Ledger, heads: list[SignedHead], place: Folder) -> None:
    origin = ledger.settings.origin
    keys = [VerifierKey(origin, ledger.log_signers().checkpoint.public_key)]
    for head in heads:
        with place.exclusive():
            publish_tree(place, ledger.store, head, keys, origin)


def _head(ledger: Ledger, size: int) -> SignedHead:
    origin, signer = ledger.settings.origin, ledger.log_signers().checkpoint
    root = root_of(ledger.store.leaves(0, size))
    key = VerifierKey(origin, signer.public_key)
    return SignedHead(size, root, checkpoint.sign(Checkpoint(origin, size, root), [(key, signer.sign)]))


class _Written:
    """A place that remembers what was written to it last."""

    def __init__(self, inner: Folder) -> None:
        self._inner = inner
        self.exclusive, self.read = inner.exclusive, inner.read
        self.since_last_commit: dict[str, bytes] = {}
        self._now: dict[str, bytes] = {}

    def write(self, path: str, data: bytes) -> None:
        self._now[path] = data
        self._inner.write(path, data)

    def commit(self, path: str, data: bytes) -> None:
        self.since_last_commit, self._now = {**self._now, path: data}, {}
        self._inner.commit(path, data)


def _plainly_to_disk(place: DiskFolder, files: dict[str, bytes]) -> None:
    folders = {(place.root / path).parent for path in files}
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    for path, data in files.items():
        with (place.root / path).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(descriptor)
        os.close(descriptor)


def _plainly_to_bucket(store: S3Store, files: dict[str, bytes]) -> None:
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda item: store.put(item[0], item[1], use_multipart=False), files.items()))


def _folders(below: Path) -> Callable[[], DiskFolder]:
    numbers = count()
    return lambda: DiskFolder(below / str(next(numbers)))


def _buckets(address: str) -> Callable[[], Bucket]:
    numbers = count()

    def new() -> Bucket:
        made = Bucket(_store(address, f"bucket-{next(numbers)}"), "bucket")
        made.find_out()  # once a process, and not what is measured
        return made

    return new


def _store(address: str, prefix: str) -> S3Store:
    return S3Store(
        BUCKET,
        prefix=prefix,
        endpoint=address,
        region="us-east-1",
        access_key_id="key",
        secret_access_key="secret",
        client_options={"allow_http": True},
    )
