"""The log before a moment: its size, against a plain count; nothing is believed that the signed root does not hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.sample_log import RECORDED_AT, SampleLog, attendance, envelope, signed
from verifier.errors import CouldNotCheck, Inconsistent, Malformed, Mismatch, NotIncluded, VerificationError
from verifier.merkle import EMPTY_ROOT
from verifier.past import check_no_gap, end_of, log_before
from verifier.statement import parse
from verifier.tile import TreeReader

START = datetime.fromtimestamp(RECORDED_AT / 1000, UTC)


def log_of(seconds: Sequence[int]) -> SampleLog:
    """A log whose entries were recorded so many seconds after its start."""
    return SampleLog(
        [signed(attendance(n), envelope(recorded_at=RECORDED_AT + s * 1000))[0] for n, s in enumerate(seconds)]
    )


def reader(files: dict[str, bytes], size: int) -> TreeReader:
    def fetch(path: str) -> bytes:
        if path not in files:
            raise CouldNotCheck(path)
        return files[path]

    return TreeReader(size, fetch)


TIMES = [n // 7 * 10 for n in range(600)]
"""Seven entries at a time, ten seconds apart: moments fall between and on them, and within and between bundles."""


@pytest.fixture(scope="module")
def log() -> SampleLog:
    return log_of(TIMES)


@pytest.fixture(scope="module")
def tree(log: SampleLog) -> TreeReader:
    return reader(log.files(), log.size)


@pytest.mark.parametrize(
    "seconds", [-1, 0, 1, 9, 10, 11, 350, 360, 365, 366, 370, 371, 730, 731, 735, 850, 851, 10_000]
)
def test_the_size_is_that_of_a_plain_count(log: SampleLog, tree: TreeReader, seconds: int) -> None:
    past = log_before(tree, log.root(), START + timedelta(seconds=seconds))
    size = sum(1 for at in TIMES if at < seconds)
    assert past.size == size
    assert past.root == (log.root(size) if size else EMPTY_ROOT)
    assert past.last == (START + timedelta(seconds=TIMES[size - 1]) if size else None)
    assert past.next == (START + timedelta(seconds=TIMES[size]) if size < log.size else None)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 512, 513])
def test_logs_that_end_at_the_edge_of_a_bundle(size: int) -> None:
    log = log_of(range(size))
    tree = reader(log.files(), size)
    for seconds in {0, 1, size // 2, 255, 256, 257, size - 1, size}:
        assert log_before(tree, log.root(), START + timedelta(seconds=seconds)).size == min(seconds, size)


def test_an_empty_log_was_empty() -> None:
    past = log_before(reader({}, 0), EMPTY_ROOT, START)
    assert (past.size, past.root, past.last, past.next) == (0, EMPTY_ROOT, None, None)


def test_every_flipped_bit_of_what_decides_is_found(log: SampleLog) -> None:
    """The entries on both sides of the end, in the published bundle; the recorded time is among their bytes."""
    moment, bundle = START + timedelta(seconds=101), log.files()["tile/entries/000"]
    size = sum(1 for at in TIMES if at < 101)
    starts = [sum(2 + len(entry) for entry in log.entries[:index]) for index in (size - 1, size, size + 1)]
    for at in range(starts[0] + 2, starts[2], 5):
        damaged = bytearray(bundle)
        damaged[at] ^= 1
        files = {**log.files(), "tile/entries/000": bytes(damaged)}
        with pytest.raises(VerificationError):
            log_before(reader(files, log.size), log.root(), moment)


def test_another_root_is_not_believed(log: SampleLog, tree: TreeReader) -> None:
    for seconds in (5, 10_000):
        with pytest.raises((NotIncluded, Malformed)):
            log_before(tree, bytes(32), START + timedelta(seconds=seconds))


def test_missing_tiles_are_no_answer(log: SampleLog) -> None:
    missed = set()
    for path in log.files():
        files = {name: data for name, data in log.files().items() if name != path}
        try:
            past = log_before(reader(files, log.size), log.root(), START + timedelta(seconds=400))
        except CouldNotCheck:
            missed.add(path)
        else:
            assert past.size == sum(1 for at in TIMES if at < 400)
    assert missed >= {"tile/entries/001", "tile/0/001", "tile/1/000.p/2"}


def test_a_time_that_runs_back_at_the_end_is_inconsistent() -> None:
    log = log_of([0, 1, 20, 2, 30, 31])
    with pytest.raises(Inconsistent, match="run back around entry 3"):
        log_before(reader(log.files(), log.size), log.root(), START + timedelta(seconds=10))


def test_a_business_day_ends_at_midnight_in_utc_plus_8() -> None:
    assert end_of(date(2024, 5, 1)) == datetime(2024, 5, 1, 16, tzinfo=UTC)
    assert end_of(date(2024, 2, 29)).date() == date(2024, 3, 1)


def test_a_change_that_is_missing_before_another_is_found() -> None:
    changes = [parse(signed(attendance(), envelope(version=version))[0]) for version in (2, 3, 4)]
    check_no_gap(changes)
    for gap in (changes[1:], [changes[0], changes[2]], [changes[1], changes[0]]):
        with pytest.raises(Mismatch, match="is missing before"):
            check_no_gap(gap)
