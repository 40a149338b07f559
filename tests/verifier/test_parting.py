"""Bisect: the first entry at which two copies part, whatever their tiles say, and what the two are to each other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tests.sample_log import SampleLog, attendance, envelope, signed
from tests.verifier import loglab
from tests.verifier.loglab import AUTHORITY, BASE, CLERK, THIEF, Lab, MemoryLog
from verifier import merkle, tile
from verifier.__main__ import certverify
from verifier.errors import CouldNotCheck
from verifier.parting import Parting, Verdict, first_difference, part
from verifier.tile import join_entries, split_entries

MANY = 700
"""Entries of a log with several tiles, the last one partial."""


def founded(extra: int, other_from: int | None = None) -> Lab:
    """A founded log with `extra` entries more, from `other_from` on (of all entries) of another history."""
    lab = Lab.founded()
    for _ in range(extra):
        lab.record(loglab.attended(hours=4 if other_from is None or lab.size < other_from else 5), BASE, CLERK)
    return lab


@pytest.fixture(scope="module")
def one() -> Lab:
    return founded(MANY)


@pytest.fixture(scope="module")
def files(one: Lab) -> dict[str, bytes]:
    return one.files()


class Counted(MemoryLog):
    """A copy that knows what it was asked for."""

    def __init__(self, files: dict[str, bytes], asked: list[str]) -> None:
        super().__init__(files)
        object.__setattr__(self, "asked", asked)

    def get(self, path: str) -> bytes:
        self.asked.append(path)  # type: ignore[attr-defined]
        return super().get(path)


def parted(lab: Lab, first: dict[str, bytes], second: dict[str, bytes], *, tiles_only: bool = False) -> Parting:
    return part(MemoryLog(first), MemoryLog(second), lab.trust(13), tiles_only=tiles_only)


def test_two_copies_of_one_log_are_the_same(one: Lab, files: dict[str, bytes]) -> None:
    found = parted(one, files, files)
    assert (found.verdict, found.index, found.tiles_only) == (Verdict.SAME, None, False)
    assert parted(one, files, files, tiles_only=True).tiles_only


@pytest.mark.parametrize("extra", [0, 1, 242, 243, 244, 498, 499, 500])
def test_an_older_copy_is_the_beginning_of_the_newer(one: Lab, files: dict[str, bytes], extra: int) -> None:
    older = founded(extra)
    for first, second in ((older.files(), files), (files, older.files())):
        found = parted(one, first, second)
        assert (found.verdict, found.index) == (Verdict.CONTINUED, older.size)
        assert sorted(entry is None for entry in found.entries) == [False, True]


@pytest.mark.parametrize("at", [13, 14, 255, 256, 257, 511, 512, 600, 13 + MANY - 1])
def test_a_fork_is_named_by_its_first_entry_with_few_tiles(one: Lab, files: dict[str, bytes], at: int) -> None:
    fork = founded(MANY, other_from=at)
    asked: list[str] = []
    found = part(Counted(files, asked), Counted(fork.files(), asked), one.trust(13))
    assert (found.verdict, found.index) == (Verdict.FORK, at)
    assert found.entries == (one.entries[at], fork.entries[at])
    assert all(side.sound for side in found.sides)
    assert len(set(asked)) <= 6, "checkpoint, the tiles on one way down and right edge, one bundle"


def test_a_fork_of_other_length(one: Lab, files: dict[str, bytes]) -> None:
    fork = founded(300, other_from=270)
    found = parted(one, files, fork.files())
    assert (found.verdict, found.index) == (Verdict.FORK, 270)


def test_a_copy_that_the_log_did_not_sign_is_no_evidence(one: Lab, files: dict[str, bytes]) -> None:
    fork = founded(MANY, other_from=300)
    found = parted(one, files, {**fork.files(), "checkpoint": fork.checkpoint(signer=THIEF)})
    assert (found.verdict, found.index) == (Verdict.DAMAGED, 300)
    assert not found.sides[0].unsigned
    assert found.sides[1].unsigned == "note is signed by no known key"


def test_an_entry_changed_below_right_hashes_is_named(one: Lab, files: dict[str, bytes]) -> None:
    """No hash shows it: it is found by reading the entries."""
    entries = split_entries(files["tile/entries/001"], "here")
    spoilt = {**files, "tile/entries/001": join_entries([*entries[:44], loglab_entry(), *entries[45:]])}
    found = parted(one, files, spoilt)
    assert (found.verdict, found.index) == (Verdict.DAMAGED, 300)
    assert found.sides[0].sound
    assert found.sides[1].lies[0] == "tile/0/001"
    assert found.sides[1].broken
    assert parted(one, files, spoilt, tiles_only=True).verdict == Verdict.SAME


def loglab_entry() -> bytes:
    return signed(attendance(1), envelope())[0]


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/001", "tile/0/002.p/201", "tile/1/000.p/2"])
def test_a_tile_that_lies_is_named_and_the_entries_are_the_same(one: Lab, files: dict[str, bytes], path: str) -> None:
    for at in (0, 31, len(files[path]) - 1):
        lie = bytearray(files[path])
        lie[at] ^= 1
        found = parted(one, {**files, path: bytes(lie)}, files)
        assert (found.verdict, found.index) == (Verdict.DAMAGED, None)
        assert found.sides[0].lies == (path,)
        assert not found.sides[0].broken
        assert found.sides[1].sound


def test_a_fork_is_found_below_tiles_that_hide_it(one: Lab, files: dict[str, bytes]) -> None:
    """The tiles of the one copy with the entries of the other: its checkpoint says which of them it is."""
    fork = founded(MANY, other_from=300)
    hidden = {**fork.files(), **{path: data for path, data in files.items() if path.startswith(("tile/0", "tile/1"))}}
    found = parted(one, files, hidden)
    assert (found.verdict, found.index) == (Verdict.DAMAGED, 300)
    assert set(found.sides[1].lies) == {"tile/0/001", "tile/0/002.p/201", "tile/1/000.p/2"}
    assert not found.sides[1].broken


def test_missing_tiles_are_made_again_and_missing_entries_are_not_guessed(one: Lab, files: dict[str, bytes]) -> None:
    bare = {path: data for path, data in files.items() if not path.startswith("tile/0")}
    found = parted(one, files, bare)
    assert (found.verdict, found.index) == (Verdict.DAMAGED, None)
    assert found.sides[1].lies == ("tile/0/000", "tile/0/001", "tile/0/002.p/201")
    del bare["tile/entries/001"]
    with pytest.raises(CouldNotCheck, match="tile/entries/001"):
        parted(one, files, bare)


@given(st.integers(1, 600), st.integers(0, 599))
def test_the_first_leaf_that_differs_at_every_size(size: int, at: int) -> None:
    leaves = [bytes([n % 251]) * 32 for n in range(size)]
    other = [leaf if n < at else b"\xff" * 32 for n, leaf in enumerate(leaves)]

    def tree(hashes: Sequence[bytes]) -> merkle.FetchHash:
        return lambda level, place: merkle.root_of(hashes[place << level : (place + 1) << level])

    assert first_difference(tree(leaves), tree(other), size) == (at if at < size else None)


def test_every_flipped_byte_of_a_small_copy_is_found() -> None:
    """Whatever byte of tiles, entries or checkpoint is another one: never the same, never an unexpected error."""
    lab = Lab.founded()
    lab.record(loglab.title(), AUTHORITY)
    files = {path: data for path, data in lab.files().items() if path == "checkpoint" or path.startswith("tile")}
    for path, data in files.items():
        for at in range(0, len(data), 3 if path != "tile/entries/000.p/14" else 101):
            spoilt = bytearray(data)
            spoilt[at] ^= 1
            try:
                found = parted(lab, files, {**files, path: bytes(spoilt)})
            except CouldNotCheck:
                continue
            assert found.verdict == Verdict.DAMAGED, (path, at)


def test_a_log_of_one_bundle_less_than_full_needs_no_level_above() -> None:
    log, other = SampleLog.of_statements(tile.WIDTH), SampleLog.of_statements(tile.WIDTH - 1)
    trusted = Lab.founded().trust()
    found = part(*(MemoryLog({**each.files(), "checkpoint": each.checkpoint()}) for each in (log, other)), trusted)
    assert found.index == tile.WIDTH - 1
    assert found.verdict == Verdict.DAMAGED, "a log that the trust file is not of"


def test_the_command_names_entry_copies_and_envelopes(one: Lab, tmp_path: Path) -> None:
    fork = founded(MANY, other_from=300)
    places = [str(one.publish(tmp_path / "a")), str(fork.publish(tmp_path / "b"))]
    (tmp_path / "trust.txt").write_text(one.trust_text(13), encoding="utf-8")

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(certverify, ["bisect", *arguments, "--trust", str(tmp_path / "trust.txt")])
        return done.exit_code, done.output

    code, told = run(*places)
    assert (code, told.split()[0]) == (1, "FORK")
    assert "first entry that differs: 300" in told
    assert told.count("attendance.recorded/1") == 2
    assert told.count("(CQUPT, held by base)") == 2
    code, told = run(*places, "--json")
    answer = json.loads(told)
    assert (answer["verdict"], answer["index"]) == ("fork", 300)
    assert answer["copies"][0]["checkpoint"] == one.checkpoint().decode()
    assert answer["copies"][0]["entry"]["leaf"] != answer["copies"][1]["entry"]["leaf"]
    assert run(places[0], places[0])[0] == 0
    code, told = run(places[0], places[0], "--tiles-only")
    assert code == 0
    assert told.startswith("SAME  the two copies have the same hashes; their entries were not read")
    assert run(places[0], str(tmp_path / "nowhere"))[0] == 3
