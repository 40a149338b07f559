"""Whether published tiles bear an entry out, by the files as they are."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ledger.published_entries import PublishedEntries
from verifier.errors import CouldNotCheck
from verifier.merkle import Frontier, leaf_hash, root_of
from verifier.tile import WIDTH, Tile, join_entries

STATEMENTS = [f"statement {number}".encode() for number in range(WIDTH)]
LEAVES = [leaf_hash(statement) for statement in STATEMENTS]
AT, SIZE = 200, 250
"""An entry, and a size at which its tile is a partial one."""
PARTIAL = [Tile(None, 0, SIZE), Tile(0, 0, SIZE)]
FULL = [Tile(None, 0), Tile(0, 0)]


def publish(folder: Path, tile: Tile) -> Path:
    file = folder / tile.path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(join_entries(STATEMENTS[: tile.width]) if tile.level is None else b"".join(LEAVES[: tile.width]))
    return file


@pytest.fixture
def entries(tmp_path: Path) -> PublishedEntries:
    for tile in PARTIAL:
        publish(tmp_path, tile)
    return PublishedEntries(tmp_path, SIZE, Frontier().extend(LEAVES[:SIZE]).root)


def test_what_is_published_is_borne_out_as_often_as_one_asks(entries: PublishedEntries) -> None:
    for _ in range(2):
        entries.check(AT, STATEMENTS[AT])


def test_another_statement_is_not(entries: PublishedEntries) -> None:
    entries.check(AT, STATEMENTS[AT])
    with pytest.raises(CouldNotCheck):
        entries.check(AT, STATEMENTS[AT - 1])
    entries.check(AT, STATEMENTS[AT])


@pytest.mark.parametrize("tile", PARTIAL)
def test_a_file_that_goes_and_comes_back_is_met_at_once(entries: PublishedEntries, tmp_path: Path, tile: Tile) -> None:
    entries.check(AT, STATEMENTS[AT])
    file, away = tmp_path / tile.path, tmp_path / "away"
    file.rename(away)
    with pytest.raises(CouldNotCheck):
        entries.check(AT, STATEMENTS[AT])
    away.rename(file)
    entries.check(AT, STATEMENTS[AT])


@pytest.mark.parametrize("tile", PARTIAL)
def test_a_byte_that_is_altered_in_its_place_is_met_at_once(
    entries: PublishedEntries, tmp_path: Path, tile: Tile
) -> None:
    entries.check(AT, STATEMENTS[AT])
    file = tmp_path / tile.path
    data = bytearray(file.read_bytes())
    at = bytes(data).index(LEAVES[AT] if tile.level == 0 else STATEMENTS[AT])
    data[at] ^= 1
    with file.open("r+b") as opened:
        opened.write(data)
    with pytest.raises(CouldNotCheck):
        entries.check(AT, STATEMENTS[AT])


def test_a_full_tile_stands_in_for_a_partial_one_that_was_pruned(entries: PublishedEntries, tmp_path: Path) -> None:
    """As where the log grew on between the reading of its checkpoint and of its tiles."""
    entries.check(AT, STATEMENTS[AT])
    for tile in FULL:
        publish(tmp_path, tile)
    for tile in PARTIAL:
        shutil.rmtree((tmp_path / tile.path).parent)
    entries.check(AT, STATEMENTS[AT])
    (tmp_path / FULL[0].path).unlink()
    with pytest.raises(CouldNotCheck):
        entries.check(AT, STATEMENTS[AT])


def test_the_hashes_above_the_first_tile_belong_to_the_path(tmp_path: Path) -> None:
    """Of an entry behind the first tile: what the first one comes to stands on the level above."""
    more = [f"statement {number}".encode() for number in range(WIDTH + 44)]
    leaves = [leaf_hash(statement) for statement in more]
    files = {
        Tile(None, 1, 44): join_entries(more[WIDTH:]),
        Tile(0, 1, 44): b"".join(leaves[WIDTH:]),
        Tile(1, 0, 1): root_of(leaves[:WIDTH]),
    }
    for tile, data in files.items():
        (tmp_path / tile.path).parent.mkdir(parents=True)
        (tmp_path / tile.path).write_bytes(data)
    entries = PublishedEntries(tmp_path, len(more), Frontier().extend(leaves).root)
    entries.check(WIDTH + 7, more[WIDTH + 7])
    (tmp_path / Tile(1, 0, 1).path).write_bytes(bytes(32))
    with pytest.raises(CouldNotCheck):
        entries.check(WIDTH + 7, more[WIDTH + 7])
