"""C2SP tlog-tiles: paths, what is published when, and proofs read out of tiles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sample_log import SampleLog
from verifier import merkle, tile
from verifier.errors import CouldNotCheck, Inconsistent, Malformed, NotIncluded, VerificationError
from verifier.tile import Tile, TreeReader


def plain(size: int) -> SampleLog:
    return SampleLog([b"entry %d" % n for n in range(size)])


def reader(log: SampleLog, files: dict[str, bytes]) -> TreeReader:
    def fetch(path: str) -> bytes:
        if path not in files:
            raise CouldNotCheck(f"{path} is not there")
        return files[path]

    return TreeReader(log.size, fetch)


@pytest.mark.parametrize(
    ("item", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 0, 1), "tile/0/000.p/1"),
        (Tile(0, 999, 255), "tile/0/999.p/255"),
        (Tile(1, 1000), "tile/1/x001/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(63, 5, 7), "tile/63/005.p/7"),
        (Tile(None, 1234067, 12), "tile/entries/x001/x234/067.p/12"),
    ],
)
def test_paths(item: Tile, path: str) -> None:
    assert item.path == path
    assert tile.parse_path(path) == item


@given(st.none() | st.integers(0, 63), st.integers(0, 10**13), st.integers(1, 256))
def test_paths_read_back(level: int | None, number: int, width: int) -> None:
    item = Tile(level, number, width)
    assert tile.parse_path(item.path) == item


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/000",
        "tile/0/x001/x000",
        "tile/0/001/000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/data/000",
        "tile/entries",
        "tile/0/000.p",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/257",
        "tile/0/000.p/999",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/000\n",
        "tile/0/../000",
        "tile/0/０００",
        "tile/0/000.P/1",
        "checkpoint",
    ],
)
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(Malformed):
        tile.parse_path(path)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_read_back(entries: list[bytes]) -> None:
    assert tile.split_entries(tile.join_entries(entries), "here") == entries


@pytest.mark.parametrize("data", ["00", "0001", "000261", "00016100", "ffff" + "00" * 65534])
def test_bundles_cut_short(data: str) -> None:
    with pytest.raises(Malformed, match=r"tile/entries/000: entry \d of the bundle is cut short"):
        tile.split_entries(bytes.fromhex(data), "tile/entries/000")


def test_the_longest_entry() -> None:
    longest = bytes(tile.MAX_ENTRY)
    assert tile.split_entries(tile.join_entries([longest, b"x"]), "here") == [longest, b"x"]
    with pytest.raises(OverflowError):
        tile.join_entries([longest + b"\0"])


@given(st.lists(st.integers(0, 600), min_size=1, max_size=5).map(sorted), st.integers(0, 70_000))
def test_what_is_published_step_by_step_is_all_that_there_is(steps: list[int], more: int) -> None:
    size = steps[-1] + more
    published: set[Tile] = set()
    since = 0
    for step in [*steps, size]:
        new = list(tile.tiles_of(step, since))
        assert len(set(new)) == len(new)
        assert published.isdisjoint(new), "a tile never changes"
        published.update(new)
        since = step
    assert published >= set(tile.tiles_of(size))


@pytest.mark.parametrize(
    ("size", "paths"),
    [
        (0, []),
        (1, ["tile/entries/000.p/1", "tile/0/000.p/1"]),
        (256, ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]),
        (
            257,
            ["tile/entries/000", "tile/entries/001.p/1", "tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"],
        ),
    ],
)
def test_the_tiles_of_a_tree(size: int, paths: list[str]) -> None:
    assert [item.path for item in tile.tiles_of(size)] == paths


def test_the_tiles_of_a_big_tree() -> None:
    """The example of C2SP tlog-tiles: 70,000 entries have 273 full tiles, one of 112, one of 17 hashes more."""
    names = [item.path for item in tile.tiles_of(70_000) if item.level is not None]
    assert len(names) == 273 + 1 + 1 + 1 + 1
    assert names[272:] == ["tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]


@pytest.mark.parametrize("size", [*range(1, 71), 255, 256, 257, 300, 512, 700])
def test_roots_and_proofs_out_of_tiles(size: int) -> None:
    log = plain(size)
    read = reader(log, log.files())
    root = log.root()
    assert read.root() == root
    step = 1 if size <= 70 else 41
    for index in range(0, size, step):
        merkle.verify_inclusion(log.leaves[index], index, size, read.inclusion_path(index), root)
    for old in range(1, size + 1, step):
        merkle.verify_consistency(old, size, read.consistency_path(old), log.root(old), root)
    assert [entry for n in range(-(-size // 256)) for entry in read.entries(n)] == log.entries


def test_the_root_of_nothing() -> None:
    assert reader(plain(0), {}).root() == merkle.EMPTY_ROOT


def bits(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Every bit of short data, of long data one bit of every byte."""
    for bit in range(len(data) * 8) if len(data) < 2500 else range(0, len(data) * 8, 9):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        yield bit // 8, bytes(flipped)


@pytest.mark.parametrize(("size", "path"), [(70, "tile/0/000.p/70"), (300, "tile/0/000"), (300, "tile/0/001.p/44")])
def test_every_bit_of_a_tile_of_hashes_is_noticed_in_a_neighbours_proof(size: int, path: str) -> None:
    log = plain(size)
    files, root = log.files(), log.root()
    first = tile.parse_path(path).number * 256
    for at, flipped in bits(files[path]):
        spoilt = first + at // 32
        neighbour = spoilt ^ 1 if spoilt ^ 1 < size else spoilt - 1
        read = reader(log, {**files, path: flipped})
        with pytest.raises(NotIncluded):
            merkle.verify_inclusion(log.leaves[neighbour], neighbour, size, read.inclusion_path(neighbour), root)


def test_every_bit_of_an_upper_tile_is_noticed_in_the_root() -> None:
    log = plain(700)
    files = log.files()
    for _, flipped in bits(files["tile/1/000.p/2"]):
        assert reader(log, {**files, "tile/1/000.p/2": flipped}).root() != log.root()


def test_every_bit_of_a_bundle_is_noticed_in_a_leaf() -> None:
    log = plain(20)
    path = "tile/entries/000.p/20"
    for _, flipped in bits(log.files()[path]):
        read = reader(log, {path: flipped})
        try:
            leaves = [merkle.leaf_hash(entry) for entry in read.entries(0)]
        except Malformed:
            continue
        assert leaves != log.leaves


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b"\0", lambda data: data[:-32]])
def test_tiles_of_another_length(change: object) -> None:
    log = plain(300)
    files = log.files()
    for path in ("tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"):
        read = reader(log, {**files, path: change(files[path])})  # type: ignore[operator]
        with pytest.raises(Malformed, match=path):
            (read.inclusion_path(0), read.inclusion_path(299), read.root())


def test_a_bundle_with_more_or_fewer_entries() -> None:
    log = plain(20)
    for entries in (log.entries[:-1], [*log.entries, b"one more"]):
        read = reader(log, {"tile/entries/000.p/20": tile.join_entries(entries)})
        with pytest.raises(Malformed, match="not 20"):
            read.entries(0)


def test_a_tile_that_is_not_there_is_neither_good_nor_bad() -> None:
    with pytest.raises(CouldNotCheck, match=r"tile/0/000\.p/20 is not there"):
        reader(plain(20), {}).inclusion_path(3)


def test_places_outside_the_tree() -> None:
    log = plain(20)
    read = reader(log, log.files())
    for error, wrong in (
        (NotIncluded, lambda: read.inclusion_path(20)),
        (NotIncluded, lambda: read.inclusion_path(-1)),
        (Inconsistent, lambda: read.consistency_path(21)),
        (VerificationError, lambda: read.hash(0, 20)),
        (VerificationError, lambda: read.hash(3, 2)),
    ):
        with pytest.raises(error):
            wrong()
