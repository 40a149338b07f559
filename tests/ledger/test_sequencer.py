"""Signing and publishing tree heads: order of writing, crashes at every step, what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from threading import Thread
from typing import Any

import pytest

from ledger.judging import Judge
from ledger.pruning import KEEP_PARTIALS_SECONDS, prune_edge
from ledger.sequencer import MAX_AHEAD_MS, CannotSign, Sequencer
from ledger.sqlite.store import SqliteStore
from ledger.store import SignedHead
from ledger.tiles import (
    AnotherLog,
    DiskFolder,
    Diverged,
    PublishedAhead,
    publish_tree,
    tree_in,
)
from tests import sample_log
from tests.ledger import small_ledger
from tests.ledger.small_ledger import CHECKPOINTS, ORIGIN, REGISTRY, SmallLedger, fill, found, signer
from tests.sample_log import RECORDED_AT
from verifier import checkpoint, merkle, tile
from verifier.kinds import CHECKPOINT_KIND
from verifier.note import VerifierKey
from verifier.tile import Tile

KEY = VerifierKey(ORIGIN, CHECKPOINTS.public_key)
LATER = RECORDED_AT + 3600_000


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SmallLedger]:
    made = SmallLedger(tmp_path / "ledger")
    found(made)
    yield made
    made.close()


def public(ledger: SmallLedger) -> Path:
    return ledger.folder / "public"


def sequencer(ledger: SmallLedger) -> Sequencer:
    return Sequencer(ledger.store, DiskFolder(public(ledger)), CHECKPOINTS, ORIGIN)


def judged(ledger: SmallLedger) -> Sequencer:
    judge = Judge(ledger.store).judge
    return Sequencer(ledger.store, DiskFolder(public(ledger)), CHECKPOINTS, ORIGIN, judge=judge)


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def check_published(ledger: SmallLedger) -> None:
    """The folder holds a signed checkpoint, and every tile of it as recomputed from the entries."""
    there = files(public(ledger))
    shown = checkpoint.verify(there["checkpoint"], [KEY], ORIGIN)
    leaves = ledger.store.leaves(0, shown.size)
    assert shown.root == merkle.root_of(leaves)
    for item in tile.tiles_of(shown.size):
        start = item.number * tile.WIDTH
        if item.level is None:
            entries = [entry.statement for entry in ledger.store.entries(start, item.width)]
            assert there[item.path] == tile.join_entries(entries), item.path
        else:
            unit = tile.WIDTH**item.level
            nodes = [leaves[n * unit : (n + 1) * unit] for n in range(start, start + item.width)]
            assert there[item.path] == b"".join(map(merkle.root_of, nodes)), item.path


def test_a_head_is_signed_over_all_entries_and_published(ledger: SmallLedger) -> None:
    head = sequencer(ledger).run_once(LATER)
    assert head is not None
    assert head == ledger.store.signed_head()
    assert head.size == ledger.store.head().size
    assert head.root == ledger.store.head().frontier.root
    assert (public(ledger) / "checkpoint").read_text() == head.note
    check_published(ledger)


def test_nothing_new_signs_nothing(ledger: SmallLedger) -> None:
    sequencer(ledger).run_once(LATER)
    before = files(public(ledger))
    assert sequencer(ledger).run_once(LATER) is None
    assert files(public(ledger)) == before


def test_an_empty_log_is_not_signed(tmp_path: Path) -> None:
    empty = SmallLedger(tmp_path / "empty")
    assert sequencer(empty).run_once(LATER) is None
    assert empty.store.signed_head() is None
    empty.close()


@pytest.mark.parametrize("sizes", [(256, 257), (255, 256, 512, 513), (700,), (3, 5, 300, 301)])
def test_tiles_are_right_across_the_boundaries_of_tiles(ledger: SmallLedger, sizes: Sequence[int]) -> None:
    for size in sizes:
        if (missing := size - ledger.store.head().size) > 0:
            fill(ledger, missing)
        sequencer(ledger).run_once(LATER)
        check_published(ledger)


def test_tiles_of_the_second_level_are_right(tmp_path: Path) -> None:
    """A source of bare bytes makes 65,536 + 300 entries cheap."""
    entries = [n.to_bytes(8, "big") for n in range(256 * 256 + 300)]
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    folder = DiskFolder(tmp_path)
    for size in (65_000, 65_535, 65_836):
        publish_tree(folder, BareSource(entries, leaves), signed(size, merkle.root_of(leaves[:size])), [KEY], ORIGIN)
        assert tree_in(folder, size).root() == merkle.root_of(leaves[:size])
    path = tree_in(folder, 65_836).inclusion_path(65_000)
    merkle.verify_inclusion(leaves[65_000], 65_000, 65_836, path, merkle.root_of(leaves))


class BareSource:
    """Entries that are no statements: the tree does not care."""

    def __init__(self, entries: list[bytes], leaves: list[bytes]) -> None:
        self._entries, self._leaves = entries, leaves

    def entries(self, start: int, limit: int) -> list[Any]:
        return [replace(BARE, statement=entry) for entry in self._entries[start : start + limit]]

    def leaves(self, start: int, end: int) -> list[bytes]:
        return self._leaves[start:end]


BARE = small_ledger.EMPTY


def signed(size: int, root: bytes) -> SignedHead:
    text = checkpoint.Checkpoint(ORIGIN, size, root).text()
    line = small_ledger.signature_line(text)
    return SignedHead(size, root, f"{text}\n{line}")


# --- crashes ---------------------------------------------------------------------------------------------------------


class Crash(Exception):
    """The process dies here."""


class CrashingFolder:
    """A folder whose nth write fails, either before it is done or after."""

    def __init__(self, inner: DiskFolder, nth: int, *, done: bool) -> None:
        self._inner, self._left, self._done = inner, nth, done

    def exclusive(self) -> AbstractContextManager[None]:
        return self._inner.exclusive()

    def read(self, path: str) -> bytes | None:
        return self._inner.read(path)

    def write(self, path: str, data: bytes) -> None:
        self._step(lambda: self._inner.write(path, data))

    def commit(self, path: str, data: bytes) -> None:
        self._step(lambda: self._inner.commit(path, data))

    def _step(self, write: Any) -> None:
        self._left -= 1
        if self._left == 0 and not self._done:
            raise Crash
        write()
        if self._left == 0:
            raise Crash


class CrashingStore:
    """A store whose `sign_head` fails, its effect lost or kept."""

    def __init__(self, inner: SqliteStore, *, done: bool) -> None:
        self._inner, self._done = inner, done

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def sign_head(self, expected_old: SignedHead | None, new: SignedHead) -> None:
        if self._done:
            self._inner.sign_head(expected_old, new)
        raise Crash


def grown(folder: Path) -> SmallLedger:
    """A ledger that was published once and has grown over the end of a tile since."""
    made = SmallLedger(folder)
    found(made)
    sequencer(made).run_once(LATER)
    fill(made, 300)
    return made


def test_a_crash_at_every_write_and_a_second_run_end_as_one_undisturbed_run(tmp_path: Path) -> None:
    undisturbed = grown(tmp_path / "undisturbed")
    undisturbed.close()
    reopened = SmallLedger(tmp_path / "undisturbed")
    template = tmp_path / "template"
    copytree(reopened.folder, template)
    head = sequencer(reopened).run_once(LATER)
    wanted = files(public(reopened))
    reopened.close()

    for done in (False, True):
        crashes = 0
        while crashes_at(tmp_path / f"{done}-{crashes}", template, crashes + 1, done, head, wanted):
            crashes += 1
        assert crashes == 6  # two bundles, two tiles of level 0, one of level 1, the checkpoint


def crashes_at(
    copy: Path, template: Path, nth: int, done: bool, head: SignedHead | None, wanted: dict[str, bytes]
) -> bool:
    """Runs on a copy of the ledger with a crash at the nth write, then again. False if there is no nth write."""
    copytree(template, copy)
    disturbed = SmallLedger(copy)
    folder = CrashingFolder(DiskFolder(public(disturbed)), nth, done=done)
    crashed = False
    try:
        Sequencer(disturbed.store, folder, CHECKPOINTS, ORIGIN).run_once(LATER)
    except Crash:
        crashed = True
        shown = checkpoint.verify((public(disturbed) / "checkpoint").read_bytes(), [KEY], ORIGIN)
        assert tree_in(DiskFolder(public(disturbed)), shown.size).root() == shown.root
        sequencer(disturbed).run_once(LATER)
    assert disturbed.store.signed_head() == head
    assert files(public(disturbed)) == wanted
    disturbed.close()
    return crashed


@pytest.mark.parametrize("done", [False, True])
def test_a_signature_that_was_lost_or_kept_in_a_crash_is_not_given_twice(tmp_path: Path, done: bool) -> None:
    made = grown(tmp_path / "ledger")
    crashing = Sequencer(CrashingStore(made.store, done=done), DiskFolder(public(made)), CHECKPOINTS, ORIGIN)
    with pytest.raises(Crash):
        crashing.run_once(LATER)
    kept = made.store.signed_head()
    fill(made, 10)  # More comes in before the next run.
    sequencer(made).run_once(LATER)
    check_published(made)
    if done:
        assert kept is not None
        assert kept.size == made.store.head().size - 10
        assert (public(made) / Tile(None, 1, kept.size - 256).path).exists()
    made.close()


def test_a_temporary_file_that_a_crash_left_does_no_harm(ledger: SmallLedger) -> None:
    sequencer(ledger).run_once(LATER)
    (public(ledger) / ".checkpoint.tmp").write_bytes(b"half a check")
    fill(ledger, 1)
    sequencer(ledger).run_once(LATER)
    check_published(ledger)
    assert not (public(ledger) / ".checkpoint.tmp").exists()


def test_two_sequencers_of_one_folder_sign_one_history(ledger: SmallLedger) -> None:
    errors: list[BaseException] = []

    def work() -> None:
        own = SqliteStore.open(ledger.folder / "ledger.sqlite")
        try:
            for _ in range(30):
                Sequencer(own, DiskFolder(public(ledger)), CHECKPOINTS, ORIGIN).run_once(LATER)
        except BaseException as error:
            errors.append(error)
        finally:
            own.close()

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    fill(ledger, 400)
    for thread in threads:
        thread.join()
    assert errors == []
    sequencer(ledger).run_once(LATER)
    check_published(ledger)


def test_a_sequencer_that_lost_the_race_publishes_what_the_other_signed(ledger: SmallLedger, tmp_path: Path) -> None:
    there = DiskFolder(tmp_path / "other machine")
    here = sequencer(ledger)

    class Racing:
        """Another sequencer signs between our look at the head and our signature."""

        def __getattr__(self, name: str) -> Any:
            return getattr(ledger.store, name)

        def sign_head(self, expected_old: SignedHead | None, new: SignedHead) -> None:
            if ledger.store.signed_head() is None:
                here.run_once(LATER)
            ledger.store.sign_head(expected_old, new)

    assert Sequencer(Racing(), there, CHECKPOINTS, ORIGIN).run_once(LATER) is None
    assert files(there.root) == files(public(ledger))


# --- what is refused ------------------------------------------------------------------------------------------------


def test_a_statement_ahead_of_the_clock_is_refused_by_its_index_until_the_clock_gets_there(ledger: SmallLedger) -> None:
    sequencer(ledger).run_once(LATER)
    index = ledger.store.head().size
    ledger.record(REGISTRY, small_ledger.cohort_of("early"), at=LATER + MAX_AHEAD_MS + 1)
    with pytest.raises(CannotSign, match="ahead of the clock") as raised:
        sequencer(ledger).run_once(LATER)
    assert raised.value.index == index
    signed_head = ledger.store.signed_head()
    assert signed_head is not None
    assert signed_head.size == index
    assert sequencer(ledger).run_once(LATER + 1) is not None


def test_time_that_runs_backwards_is_refused_by_its_index(ledger: SmallLedger) -> None:
    sequencer(ledger).run_once(LATER)
    index = ledger.store.head().size
    ledger.record(REGISTRY, small_ledger.cohort_of("same"), at=ledger.now)
    ledger.record(REGISTRY, small_ledger.cohort_of("backwards"), at=ledger.now - 1)
    with pytest.raises(CannotSign, match="backwards") as raised:
        sequencer(ledger).run_once(LATER)
    assert raised.value.index == index + 1


def test_a_statement_too_large_for_a_bundle_is_refused(ledger: SmallLedger) -> None:
    index = ledger.store.head().size
    ledger.record(
        REGISTRY, replace(small_ledger.programme(), programme_id=small_ledger.uuid("x"), name_en="x" * 65_500)
    )
    with pytest.raises(CannotSign, match="65535") as raised:
        sequencer(ledger).run_once(LATER)
    assert raised.value.index == index


def change(ledger: SmallLedger, sql: str, *params: object) -> None:
    with ledger.store.recorder.datastore.connection() as connection:
        connection.execute(sql, params)


def test_a_leaf_that_is_not_that_of_its_statement_is_refused(ledger: SmallLedger) -> None:
    change(ledger, "UPDATE stored_events SET leaf = zeroblob(32) WHERE notification_id = 3")
    with pytest.raises(CannotSign, match="leaf is not the hash") as raised:
        sequencer(ledger).run_once(LATER)
    assert raised.value.index == 2


def test_a_stored_frontier_of_another_tree_is_refused(ledger: SmallLedger) -> None:
    frontier = ledger.store.head().frontier
    other = merkle.Frontier().extend([bytes(32)] * frontier.size)
    change(ledger, "UPDATE tree_head SET frontier = ?", other.to_bytes())
    with pytest.raises(CannotSign, match="stored frontier"):
        sequencer(ledger).run_once(LATER)


def test_a_signed_head_that_was_changed_is_refused(ledger: SmallLedger) -> None:
    sequencer(ledger).run_once(LATER)
    change(ledger, "UPDATE signed_head SET root = zeroblob(32)")
    with pytest.raises(CannotSign, match="note another tree"):
        sequencer(ledger).run_once(LATER)
    change(ledger, "UPDATE signed_head SET note = replace(note, ?, 'elsewhere')", ORIGIN)
    with pytest.raises(CannotSign, match="note of the last signed head"):
        sequencer(ledger).run_once(LATER)


def test_signed_entries_that_were_changed_are_refused_where_tiles_do_not_show_them(ledger: SmallLedger) -> None:
    sequencer(ledger).run_once(LATER)
    change(ledger, "UPDATE stored_events SET leaf = zeroblob(32) WHERE notification_id = 3")
    for path in public(ledger).rglob("*/0/*"):
        if path.is_dir():
            for part in path.iterdir():
                part.unlink()
    with pytest.raises(Diverged):
        sequencer(ledger).run_once(LATER)


def test_a_database_older_than_what_is_published_is_refused(tmp_path: Path) -> None:
    made = SmallLedger(tmp_path / "ledger")
    found(made)
    sequencer(made).run_once(LATER)
    made.close()
    backup = (tmp_path / "ledger" / "ledger.sqlite").read_bytes()
    made = SmallLedger(tmp_path / "ledger")
    fill(made, 10)
    sequencer(made).run_once(LATER)
    made.close()
    (tmp_path / "ledger" / "ledger.sqlite").write_bytes(backup)
    restored = SmallLedger(tmp_path / "ledger")
    fill(restored, 20)
    before = restored.store.signed_head()
    with pytest.raises(PublishedAhead, match="old copy"):
        sequencer(restored).run_once(LATER)
    assert restored.store.signed_head() == before
    restored.close()


def test_a_folder_of_another_log_is_refused(ledger: SmallLedger, tmp_path: Path) -> None:
    other = SmallLedger(tmp_path / "other")
    found(other)
    key = signer("OTHER", CHECKPOINT_KIND)
    Sequencer(other.store, DiskFolder(public(ledger)), key, "elsewhere.example.org").run_once(LATER)
    before = files(public(ledger))
    with pytest.raises(AnotherLog, match=ORIGIN):
        Sequencer(ledger.store, DiskFolder(public(ledger)), CHECKPOINTS, ORIGIN).run_once(LATER)
    assert files(public(ledger)) == before
    assert ledger.store.signed_head() is None
    other.close()


def test_a_database_that_has_signed_nothing_beside_a_published_tree_is_refused(
    ledger: SmallLedger, tmp_path: Path
) -> None:
    sequencer(ledger).run_once(LATER)
    change(ledger, "DELETE FROM signed_head")
    with pytest.raises(PublishedAhead, match="signed 0"):
        sequencer(ledger).run_once(LATER)
    assert ledger.store.signed_head() is None


def test_a_head_of_a_retired_key_is_extended_under_the_new_one(ledger: SmallLedger) -> None:
    retired = signer("RETIRED", CHECKPOINT_KIND)
    Sequencer(ledger.store, DiskFolder(public(ledger)), retired, ORIGIN).run_once(LATER)
    fill(ledger, 5)
    with pytest.raises(CannotSign, match="no known key"):
        sequencer(ledger).run_once(LATER)
    rotated = Sequencer(ledger.store, DiskFolder(public(ledger)), CHECKPOINTS, ORIGIN, former_keys=[retired.public_key])
    assert rotated.run_once(LATER) is not None
    check_published(ledger)


# --- repairs and pruning ---------------------------------------------------------------------------------------------


def test_missing_tiles_at_the_edge_are_written_anew(ledger: SmallLedger) -> None:
    fill(ledger, 300)
    sequencer(ledger).run_once(LATER)
    before = files(public(ledger))
    (public(ledger) / "tile/0/000").unlink()
    (public(ledger) / f"tile/0/001.p/{ledger.store.head().size - 256}").unlink()
    assert sequencer(ledger).run_once(LATER) is None
    assert files(public(ledger)) == before


def test_a_tile_with_other_bytes_is_never_overwritten(ledger: SmallLedger) -> None:
    fill(ledger, 300)
    sequencer(ledger).run_once(LATER)
    damaged = public(ledger) / f"tile/0/001.p/{ledger.store.head().size - 256}"
    damaged.write_bytes(bytes(len(damaged.read_bytes())))
    with pytest.raises(Diverged, match=r"tile/0/001\.p"):
        sequencer(ledger).run_once(LATER)


def test_partial_tiles_go_an_hour_after_their_full_tile_came(ledger: SmallLedger) -> None:
    for more in (3, 5, 300, 7):
        fill(ledger, more)
        sequencer(ledger).run_once(LATER)
    size = ledger.store.head().size
    now = (public(ledger) / "checkpoint").stat().st_mtime
    before = files(public(ledger))
    place = DiskFolder(public(ledger))
    assert prune_edge(place, size, now) == 0
    assert files(public(ledger)) == before
    assert prune_edge(place, size, now + KEEP_PARTIALS_SECONDS + 1) > 0
    kept = set(files(public(ledger)))
    assert kept >= {"checkpoint", *(item.path for item in tile.tiles_of(size))}
    assert not {path for path in kept if ".p/" in path and path.partition(".p/")[0] in kept}
    assert {path for path in before if ".p/" in path and path.partition(".p/")[0] not in before} <= kept
    check_published(ledger)
    fill(ledger, 600)
    sequencer(ledger).run_once(LATER)
    check_published(ledger)


def test_what_its_signer_was_not_entitled_to_is_never_signed(ledger: SmallLedger) -> None:
    """Somebody who can write to the database, but has no key, gets nothing into the signed tree."""
    first = judged(ledger)
    assert first.run_once(LATER) is not None
    size = ledger.store.head().size
    ledger.record(REGISTRY, sample_log.award(7))  # the everyday key of the base certifies nothing
    with pytest.raises(CannotSign, match="not entitled to certificate") as raised:
        first.run_once(LATER)
    assert raised.value.index == size
    signed = ledger.store.signed_head()
    assert signed is not None
    assert signed.size == size
    # A judge that starts anew folds what is signed already, and says the same.
    with pytest.raises(CannotSign, match="not entitled to certificate"):
        judged(ledger).run_once(LATER)
