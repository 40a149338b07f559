"""A published tree in a bucket, at a server that speaks S3 and at stores of `obstore` in memory and on the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

import pytest
from obstore.store import MemoryStore

from ledger.bucket import Bucket, BucketAway, open_bucket
from ledger.destinations import Destination
from ledger.media import FOR_EVER, SECONDS, TEXT
from ledger.mirror import Mirror
from ledger.pruning import prune
from ledger.publication import Publication
from ledger.sequencer import Sequencer
from ledger.tiles import AnotherLog, CannotPublish, DiskFolder, Diverged, Folder, Overtaken, PublishedAhead, tree_in
from tests.ledger.small_ledger import CHECKPOINTS, ORIGIN, STATUS, SmallLedger, fill, found, populated
from tests.s3_server import destination, s3_server, secret_in
from tests.sample_log import RECORDED_AT
from verifier.tile import tiles_of

NOW = RECORDED_AT // 1000 + 3600

Make = Callable[[], Folder]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture
def secret(tmp_path: Path) -> str:
    return secret_in(tmp_path)


@pytest.fixture(params=["s3", "memory", "heedless", "folder"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Opens one place again and again, as different processes do."""
    match request.param:
        case "s3":
            at = destination(request.getfixturevalue("server"), uuid4().hex, request.getfixturevalue("secret"))
            return lambda: open_bucket(at)
        case "memory":
            store = MemoryStore()
            return lambda: Bucket(store, "memory")
        case "heedless":
            heedless: Any = Heedless(MemoryStore())
            return lambda: Bucket(heedless, "heedless")
        case _:
            return lambda: DiskFolder(tmp_path / "folder")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SmallLedger]:
    made = populated(tmp_path / "ledger")
    fill(made, 300)
    publish(made)
    yield made
    made.close()


def publish(ledger: SmallLedger) -> None:
    """Into the ledger's own folder."""
    public = DiskFolder(ledger.folder / "public")
    Sequencer(ledger.store, public, CHECKPOINTS, ORIGIN).run_once(NOW * 1000)
    Publication(ledger.store, STATUS).publish(public, NOW)


def mirror(ledger: SmallLedger, folder: Folder) -> Mirror:
    return Mirror(ledger.folder / "public", ledger.store, ORIGIN, "there", lambda: folder)


def copied(ledger: SmallLedger, folder: Folder) -> None:
    assert mirror(ledger, folder).publish()


def files(folder: Any) -> dict[str, bytes]:
    found_there = [path for top in ("tile", "status", "numbers") for path, _ in folder.listing(top)]
    return {path: folder.read(path) for path in (*found_there, "checkpoint", "trust.txt")}


def own(ledger: SmallLedger) -> dict[str, bytes]:
    return files(DiskFolder(ledger.folder / "public"))


# --- the port -------------------------------------------------------------------------------------------------------


def test_what_is_written_is_there_for_who_opens_it_anew(make: Make) -> None:
    folder = make()
    with folder.exclusive():
        assert folder.read("checkpoint") is None
        folder.write("tile/0/000", b"tile")
        folder.write("tile/0/000", b"tile")
        assert folder.read("tile/0/000") == b"tile"
        folder.commit("checkpoint", b"one")
        assert folder.read("checkpoint") == b"one"
        folder.commit("checkpoint", b"two")
    assert (make().read("checkpoint"), make().read("tile/0/000")) == (b"two", b"tile")
    assert make().read("tile/0/001") is None


def test_what_never_changes_is_never_overwritten(make: Make) -> None:
    first, second = make(), make()
    with first.exclusive():
        first.write("tile/0/000", b"tile")
        first.commit("checkpoint", b"one")

    def otherwise() -> None:
        with second.exclusive():
            second.write("tile/0/000", b"other")
            second.commit("checkpoint", b"two")

    with pytest.raises(Diverged, match="tile/0/000"):
        otherwise()
    assert (make().read("tile/0/000"), make().read("checkpoint")) == (b"tile", b"one")


def test_files_are_listed_and_removed(make: Make) -> None:
    folder: Any = make()
    with folder.exclusive():
        for path in ("tile/0/000", "tile/0/001.p/3", "tile/entries/000"):
            folder.write(path, b"x")
        folder.commit("checkpoint", b"one")
    listed = dict(folder.listing("tile/0"))
    assert set(listed) == {"tile/0/000", "tile/0/001.p/3"}
    assert all(abs(changed - next(iter(listed.values()))) < 60 for changed in listed.values())
    folder.remove(["tile/0/001.p/3"])
    assert set(dict(folder.listing("tile"))) == {"tile/0/000", "tile/entries/000"}
    assert dict(folder.listing("nowhere")) == {}


@pytest.mark.parametrize("make", ["s3", "memory", "heedless"], indirect=True)
@pytest.mark.parametrize("first", [None, b"zero"])
def test_of_two_who_commit_at_once_one_is_overtaken(make: Make, first: bytes | None) -> None:
    slow, quick = make(), make()
    if first is not None:
        with quick.exclusive():
            quick.commit("checkpoint", first)

    def both() -> None:
        with slow.exclusive():
            assert slow.read("checkpoint") == first
            with quick.exclusive():
                quick.commit("checkpoint", b"newer")
            assert slow.read("checkpoint") == first, "in one turn it is what it was"
            slow.commit("checkpoint", b"older")

    with pytest.raises(Overtaken):
        both()
    assert make().read("checkpoint") == b"newer"


def test_stores_that_heed_no_conditions_are_found_out(server: str, secret: str) -> None:
    assert open_bucket(destination(server, "asked", secret)).find_out()
    assert Bucket(MemoryStore(), "memory").find_out()
    assert not Bucket(Heedless(MemoryStore()), "heedless").find_out()  # type: ignore[arg-type]


class Through:
    """A store that passes everything on."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class Heedless(Through):
    """A store that takes any condition and heeds none."""

    def put(self, path: str, data: bytes, *, mode: Any, **rest: Any) -> Any:
        return self._inner.put(path, data, mode="overwrite", **rest)


def test_objects_say_what_they_are_and_how_long_they_may_be_kept(ledger: SmallLedger) -> None:
    store = MemoryStore()
    copied(ledger, Bucket(store, "memory"))
    said = {path: store.get(path).attributes for path in own(ledger)}
    for path, attributes in said.items():
        tile = path.startswith(("tile/", "numbers/")) and path != "numbers/head"
        assert attributes["Cache-Control"] == (FOR_EVER if tile else SECONDS)
        assert tile == (attributes["Content-Type"] == "application/octet-stream")
    assert said["checkpoint"]["Content-Type"] == said["trust.txt"]["Content-Type"] == TEXT
    assert said["status/0"]["Content-Type"] == "application/statuslist+cwt"
    assert said["numbers/head"]["Content-Type"] == "application/vnd.certledger.number-index+cbor"
    assert [item["path"] for page in store.list() for item in page if item["path"] not in said] == []


# --- the copy -------------------------------------------------------------------------------------------------------


def test_the_copy_has_the_bytes_of_the_live_tree(ledger: SmallLedger, make: Make) -> None:
    keeps = mirror(ledger, make())
    assert keeps.publish()
    assert files(make()) == own(ledger)
    assert not keeps.publish(), "nothing is new"
    fill(ledger, 300)
    publish(ledger)
    assert keeps.publish()
    head = ledger.store.signed_head()
    assert head is not None
    assert files(make()).items() >= own(ledger).items()
    assert tree_in(make(), head.size).root() == head.root
    assert keeps.size == head.size


def test_nothing_is_copied_before_something_is_published(tmp_path: Path) -> None:
    made = SmallLedger(tmp_path / "new")
    found(made)
    assert not mirror(made, Bucket(MemoryStore(), "memory")).publish()
    made.close()


def test_a_copy_ahead_of_the_database_or_of_another_history_is_refused(
    ledger: SmallLedger, make: Make, tmp_path: Path
) -> None:
    fork = SmallLedger(tmp_path / "fork")
    found(fork)
    fill(fork, 20)
    publish(fork)
    copied(fork, make())
    before = files(make())
    with pytest.raises(Diverged, match="does not extend"):
        mirror(ledger, make()).publish()
    fill(fork, 900)
    publish(fork)
    copied(fork, make())
    after = files(make())
    with pytest.raises(PublishedAhead):
        mirror(ledger, make()).publish()
    assert files(make()) == after != before
    fork.close()


def test_a_copy_of_another_log_is_refused(ledger: SmallLedger, make: Make) -> None:
    folder = make()
    with folder.exclusive():
        folder.commit("checkpoint", b"elsewhere.example.org\n1\nAAAA\n\n\xe2\x80\x94 x AAAA\n")
    with pytest.raises(AnotherLog):
        mirror(ledger, make()).publish()


def test_a_copy_that_another_machine_has_made_newer_is_left_alone(ledger: SmallLedger, tmp_path: Path) -> None:
    """The log has signed more than this machine has published yet: that is no old copy of the database."""
    store = MemoryStore()
    behind = mirror(ledger, Bucket(store, "here"))
    assert behind.publish()
    before = {path: (ledger.folder / "public" / path).read_bytes() for path in own(ledger)}
    fill(ledger, 10)
    publish(ledger)
    copied(ledger, Bucket(store, "there"))
    newer = files(Bucket(store, "there"))
    for path, data in before.items():
        (ledger.folder / "public" / path).write_bytes(data + (b"" if path != "trust.txt" else b"# as it was\n"))
    assert not behind.publish()
    assert files(Bucket(store, "there")) == newer


# --- crashes --------------------------------------------------------------------------------------------------------


class Crash(Exception):
    """The process dies here."""


class Crashing(Through):
    """A store at whose nth write the process dies, the write lost or kept."""

    def __init__(self, inner: Any, nth: int, done: bool) -> None:
        super().__init__(inner)
        self._left, self._done, self._lock = nth, done, Lock()
        self.written = 0

    def put(self, path: str, data: bytes, **how: Any) -> Any:
        with self._lock:
            self._left -= 1
            dies = self._left <= 0
        if dies and not (self._done and self._left == 0):
            raise Crash
        answer = self._inner.put(path, data, **how)
        self.written += 1
        if dies:
            raise Crash
        return answer


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("kind", ["conditional", "heedless"])
def test_a_crash_at_every_write_and_a_second_run_end_as_one_undisturbed_run(
    ledger: SmallLedger, kind: str, done: bool
) -> None:
    whole = MemoryStore() if kind == "conditional" else Heedless(MemoryStore())
    counted = Crashing(whole, 10_000, False)
    copied(ledger, Bucket(counted, "whole"))  # type: ignore[arg-type]
    wanted = files(Bucket(whole, "whole"))  # type: ignore[arg-type]
    for nth in range(1, counted.written + 1):
        store = MemoryStore() if kind == "conditional" else Heedless(MemoryStore())
        with pytest.raises(Crash):
            copied(ledger, Bucket(Crashing(store, nth, done), "crashing"))  # type: ignore[arg-type]
        covered(store)
        copied(ledger, Bucket(store, "after"))  # type: ignore[arg-type]
        assert files(Bucket(store, "after")) == wanted  # type: ignore[arg-type]


def test_a_crash_at_every_write_to_a_server_leaves_a_tree_that_its_checkpoint_is_covered_by(
    ledger: SmallLedger, server: str, secret: str
) -> None:
    for nth in range(1, len(own(ledger)) + 4, 3):  # three writes find out about conditions
        at = destination(server, uuid4().hex, secret)
        crashing = Bucket(Crashing(open_bucket(at)._store, nth, True), "crashing")  # type: ignore[arg-type]
        with pytest.raises(Crash):
            copied(ledger, crashing)
        copied(ledger, open_bucket(at))
        assert files(open_bucket(at)) == own(ledger)


def covered(store: Any) -> None:
    """Where there is a checkpoint, its tiles are there."""
    bucket = Bucket(store, "there")
    head = bucket.read("checkpoint")
    if head is not None:
        size = int(head.split(b"\n")[1])
        assert all(bucket.read(tile.path) is not None for tile in tiles_of(size))


def test_an_answer_that_is_lost_is_no_other_publisher() -> None:
    """S3 clients ask again after a lost answer, and the condition does not hold any more: the bytes are ours."""

    class AskedTwice(Through):
        def put(self, path: str, data: bytes, **how: Any) -> Any:
            self._inner.put(path, data, **how)
            return self._inner.put(path, data, **how)

    store = MemoryStore()
    bucket = Bucket(store, "there")
    assert bucket.find_out()
    bucket._store = AskedTwice(store)  # type: ignore[assignment]
    with bucket.exclusive():
        bucket.write("tile/0/000", b"x")
        bucket.commit("checkpoint", b"one")
        bucket.commit("checkpoint", b"two")
    assert store.get("checkpoint").bytes() == b"two"


# --- away -----------------------------------------------------------------------------------------------------------


def test_a_bucket_that_cannot_be_reached_or_is_not_there_says_so(server: str, secret: str) -> None:
    nowhere = destination("http://127.0.0.1:9", "x", secret)
    with pytest.raises(BucketAway, match="s3://published/x"):
        open_bucket(nowhere).find_out()
    missing = Destination("s3://no-such-bucket", server, "us-east-1", "key", secret)
    with pytest.raises(BucketAway, match="no-such-bucket"):
        open_bucket(missing).find_out()


def test_a_secret_that_is_missing_or_open_to_others_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotPublish, match="cannot be read"):
        open_bucket(Destination("s3://bucket", "", "", "key", str(tmp_path / "none")))
    (tmp_path / "open").write_text("x")
    (tmp_path / "open").chmod(0o644)
    with pytest.raises(CannotPublish, match="chmod 600"):
        open_bucket(Destination("s3://bucket", "", "", "key", str(tmp_path / "open")))


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"to": "gs://bucket"},
        {"to": "s3://"},
        {"to": "s3://Bucket"},
        {"to": "/srv/www", "region": "x"},
        {"to": "s3://bucket", "endpoint": "ftp://x"},
        {"to": "s3://bucket", "access_key_id": "x"},
        {"to": "s3://bucket", "colour": "red"},
        {"to": 1},
    ],
)
def test_a_destination_that_cannot_be_meant_is_refused(table: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="publish"):
        Destination.parse(table)


# --- pruning --------------------------------------------------------------------------------------------------------


def test_partial_tiles_go_once_the_full_one_has_been_there_for_a_while(tmp_path: Path, make: Make) -> None:
    ledger = SmallLedger(tmp_path / "pruned")
    found(ledger)
    folder: Any = make()
    for more in (3, 100, 300, 7):
        fill(ledger, more)
        publish(ledger)
        copied(ledger, make())
    before = files(folder)
    now = max(changed for _, changed in folder.listing("tile"))
    assert prune(folder, now - 60) == 0
    assert prune(folder, now + 3601) > 0
    after = files(folder)
    gone = set(before) - set(after)
    assert gone
    assert all(".p/" in path and path.partition(".p/")[0] in after for path in gone)
    assert {path for path in after if path.startswith("tile/0/001.p/")}, "no full tile has replaced these"
    fill(ledger, 300)
    publish(ledger)
    copied(ledger, make())
    head = ledger.store.signed_head()
    assert head is not None
    assert tree_in(make(), head.size).root() == head.root
    ledger.close()
