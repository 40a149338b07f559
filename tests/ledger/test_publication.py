"""The whole published tree, into the ledger's own folder or another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ledger.publication import Publication, publish
from ledger.sequencer import Sequencer
from ledger.tiles import AnotherLog, CannotPublish, DiskFolder, Diverged, PublishedAhead, tree_in
from tests import sample_log
from tests.ledger import small_ledger
from tests.ledger.small_ledger import (
    CHECKPOINTS,
    NOW,
    ORIGIN,
    PARTNER,
    RECEIPTS,
    ROOT,
    STATUS,
    URL,
    SmallLedger,
    certify,
    fill,
    found,
    populated,
    register,
    revoke,
    sequence,
)
from tests.sample_log import uuid
from verifier import kinds, statuslist, trust
from verifier.statuslist import INVALID, SUSPENDED, TTL_SECONDS, VALID, StatusList
from verifier.tile import tiles_of


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SmallLedger]:
    made = populated(tmp_path / "ledger")
    sequence(made)
    yield made
    made.close()


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def status(folder: Path, number: int = 0) -> StatusList:
    return statuslist.verify((folder / "status" / str(number)).read_bytes(), STATUS.public_key)


def test_the_tree_holds_checkpoint_tiles_status_and_trust_and_nothing_else(ledger: SmallLedger, tmp_path: Path) -> None:
    head = publish(ledger.store, DiskFolder(tmp_path / "www"), STATUS, NOW)
    there = files(tmp_path / "www")
    single = {"checkpoint", "status/0", "trust.txt", "numbers/head"}
    numbers = {path for path in there if path.startswith("numbers/")} - single
    assert set(there) - numbers == single | {tile.path for tile in tiles_of(head.size)}
    assert len(numbers) == 1
    assert there["checkpoint"].decode() == head.note
    assert tree_in(DiskFolder(tmp_path / "www"), head.size).root() == head.root


def test_no_personal_value_is_published(ledger: SmallLedger, tmp_path: Path) -> None:
    publish(ledger.store, DiskFolder(tmp_path / "www"), STATUS, NOW)
    everything = b"".join(files(tmp_path / "www").values())
    for value in ("学员0", "T00001", "P0000002", "测试学员", "500000********001X", "BDI-2026-1"):
        found_public = value == "BDI-2026-1"  # The cohort itself is public, who is in it is not.
        assert (value.encode() in everything) is found_public, value


def test_the_status_list_is_the_fold_of_the_signed_log(ledger: SmallLedger, tmp_path: Path) -> None:
    head = publish(ledger.store, DiskFolder(tmp_path / "www"), STATUS, NOW)
    listed = status(tmp_path / "www")
    assert [listed.at(4711 + n) for n in range(3)] == [VALID, SUSPENDED, INVALID]
    assert (listed.size, listed.root, listed.issued_at) == (head.size, head.root, NOW)
    assert listed.uri == f"{URL}/log/status/0"
    assert sum(map(int.bit_count, listed.bits)) == 2


def test_entries_that_are_not_signed_yet_are_not_in_the_status_list(ledger: SmallLedger, tmp_path: Path) -> None:
    revoke(ledger, 0)
    publish(ledger.store, DiskFolder(tmp_path / "www"), STATUS, NOW)
    assert status(tmp_path / "www").at(4711) == VALID
    sequence(ledger)
    publish(ledger.store, DiskFolder(tmp_path / "www"), STATUS, NOW)
    assert status(tmp_path / "www").at(4711) == INVALID


def test_an_award_in_another_list_makes_one_more_file(ledger: SmallLedger, tmp_path: Path) -> None:
    award = replace(
        small_ledger.sample_log.award(9), status_index=statuslist.LIST_LENGTH + 5, certificate_id=uuid("far")
    )
    ledger.record(PARTNER, award, subject=uuid("trainee 0"))
    ledger.record(
        PARTNER, kinds.CertificateRevoked(certificate_id=uuid("far"), revoked_on=date(2026, 5, 1), reason="other")
    )
    sequence(ledger)
    publish(ledger.store, DiskFolder(tmp_path / "www"), STATUS, NOW)
    assert status(tmp_path / "www", 1).at(5) == INVALID
    assert status(tmp_path / "www", 1).uri.endswith("/log/status/1")


def test_the_trust_file_is_that_of_the_signed_log(ledger: SmallLedger, tmp_path: Path) -> None:
    head = publish(ledger.store, DiskFolder(tmp_path / "www"), STATUS, NOW)
    read = trust.parse((tmp_path / "www" / "trust.txt").read_text())
    assert (read.origin, read.url, read.as_of, read.base) == (ORIGIN, URL, head.size, "BASE")
    assert set(read.organisations) == {"BASE", "PARTNER", "BUREAU"}
    assert read.key(PARTNER.kid).organisation == "PARTNER"
    assert read.programmes["BDI"].certified_by == ("PARTNER",)


def test_awards_of_a_compromised_key_are_invalid(tmp_path: Path) -> None:
    """Also for a reader whose trust file is older than the report. A revocation by the thief counts for nothing."""
    ledger = SmallLedger(tmp_path / "ledger")
    found(ledger)
    for n in range(2):
        register(ledger, n)
    certify(ledger, 0)
    as_of = ledger.store.head().size
    certify(ledger, 1)
    revoke(ledger, 0)
    revoke(ledger, 1)
    ledger.record(ROOT, kinds.KeyCompromised(organisation_id=uuid("PARTNER"), kid=PARTNER.kid, as_of=as_of))
    sequence(ledger)
    publish(ledger.store, DiskFolder(tmp_path / "www"), STATUS, NOW)
    listed = status(tmp_path / "www")
    assert listed.at(sample_log.award(0).status_index) == VALID
    assert listed.at(sample_log.award(1).status_index) == INVALID
    assert sum(byte != 0 for byte in listed.bits) == 1
    ledger.close()


def test_no_list_is_signed_out_of_a_changed_database(tmp_path: Path) -> None:
    """A revocation whose row was exchanged for something harmless: the list would say VALID."""
    ledger = SmallLedger(tmp_path / "ledger")
    found(ledger)
    register(ledger, 0)
    certify(ledger, 0)
    revoke(ledger, 0)
    sequence(ledger)
    size = ledger.store.head().size
    harmless = replace(sample_log.attendance(), enrolment_id=uuid("another enrolment"))
    statement, _ = sample_log.signed(harmless, sample_log.envelope())
    with ledger.store.recorder.datastore.connection() as connection:
        connection.execute(
            "UPDATE stored_events SET originator_id = ?, originator_version = 1, topic = 'attendance.recorded/1', "
            "state = ? WHERE notification_id = ?",
            (harmless.stream_id.bytes, statement, size),
        )
    with pytest.raises(CannotPublish, match="not those that were signed"):
        publish(ledger.store, DiskFolder(tmp_path / "www"), STATUS, NOW)
    assert not (tmp_path / "www" / "status").exists()
    ledger.close()


def test_publishing_again_writes_only_what_is_new(ledger: SmallLedger, tmp_path: Path) -> None:
    publication = Publication(ledger.store, STATUS)
    folder = Counting(DiskFolder(tmp_path / "www"))
    publication.publish(folder, NOW)
    before = files(tmp_path / "www")
    folder.written.clear()
    publication.publish(folder, NOW + 60)
    assert folder.written == []
    assert files(tmp_path / "www") == before
    fill(ledger, 300)
    sequence(ledger)
    head = publication.publish(folder, NOW + 60)
    assert len(folder.written) == len(set(folder.written)) == len(list(tiles_of(head.size, 24))) + 4
    fresh = tmp_path / "fresh"
    publish(ledger.store, DiskFolder(fresh), STATUS, NOW + 60)
    assert files(fresh).items() <= files(tmp_path / "www").items()


class Counting:
    """A folder that keeps what was written to it."""

    def __init__(self, inner: DiskFolder) -> None:
        self._inner = inner
        self.written: list[str] = []
        self.exclusive, self.read = inner.exclusive, inner.read

    def write(self, path: str, data: bytes) -> None:
        self.written.append(path)
        self._inner.write(path, data)

    def commit(self, path: str, data: bytes) -> None:
        self.written.append(path)
        self._inner.commit(path, data)


def test_a_status_list_is_signed_anew_before_its_time_is_over(ledger: SmallLedger, tmp_path: Path) -> None:
    publication = Publication(ledger.store, STATUS)
    publication.publish(DiskFolder(tmp_path / "www"), NOW)
    later = NOW + TTL_SECONDS // 2
    publication.publish(DiskFolder(tmp_path / "www"), later)
    assert status(tmp_path / "www").issued_at == later


def test_a_damaged_status_list_is_written_anew(ledger: SmallLedger, tmp_path: Path) -> None:
    publish(ledger.store, DiskFolder(tmp_path / "www"), STATUS, NOW)
    before = files(tmp_path / "www")
    (tmp_path / "www" / "status" / "0").write_bytes(b"damaged")
    (tmp_path / "www" / "trust.txt").write_bytes(b"damaged")
    publish(ledger.store, DiskFolder(tmp_path / "www"), STATUS, NOW)
    assert files(tmp_path / "www") == before


class Crash(Exception):
    """The process dies here."""


class Crashing(Counting):
    """A folder whose nth write fails."""

    def __init__(self, inner: DiskFolder, nth: int) -> None:
        super().__init__(inner)
        self._left = nth

    def write(self, path: str, data: bytes) -> None:
        self._step()
        super().write(path, data)

    def commit(self, path: str, data: bytes) -> None:
        self._step()
        super().commit(path, data)

    def _step(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise Crash


def test_a_crash_at_every_write_and_a_second_run_end_as_one_undisturbed_run(
    ledger: SmallLedger, tmp_path: Path
) -> None:
    fill(ledger, 300)
    sequence(ledger)
    publish(ledger.store, DiskFolder(tmp_path / "www"), STATUS, NOW)
    wanted = files(tmp_path / "www")
    for nth in range(1, len(wanted) + 1):
        target = tmp_path / str(nth)
        with pytest.raises(Crash):
            publish(ledger.store, Crashing(DiskFolder(target), nth), STATUS, NOW)
        publish(ledger.store, DiskFolder(target), STATUS, NOW)
        assert files(target) == wanted


def test_nothing_is_published_before_something_is_signed(tmp_path: Path) -> None:
    ledger = SmallLedger(tmp_path / "ledger")
    found(ledger)
    with pytest.raises(CannotPublish, match="nothing is signed"):
        publish(ledger.store, DiskFolder(tmp_path / "www"), STATUS, NOW)
    ledger.close()


def test_a_folder_of_another_log_is_refused(ledger: SmallLedger, tmp_path: Path) -> None:
    small = SmallLedger(tmp_path / "other")
    found(small)
    other = Sequencer(small.store, DiskFolder(tmp_path / "www"), RECEIPTS, "elsewhere.example.org")
    other.run_once(NOW * 1000)
    before = files(tmp_path / "www")
    with pytest.raises(AnotherLog, match="not of the log"):
        publish(ledger.store, DiskFolder(tmp_path / "www"), STATUS, NOW)
    assert files(tmp_path / "www") == before
    small.close()


def test_a_folder_with_another_history_of_this_log_is_refused(ledger: SmallLedger, tmp_path: Path) -> None:
    fork = SmallLedger(tmp_path / "fork")
    found(fork)
    register(fork, 1)
    Sequencer(fork.store, DiskFolder(tmp_path / "www"), CHECKPOINTS, ORIGIN).run_once(NOW * 1000)
    before = files(tmp_path / "www")
    with pytest.raises(Diverged, match="does not extend"):
        publish(ledger.store, DiskFolder(tmp_path / "www"), STATUS, NOW)
    assert files(tmp_path / "www") == before
    fill(fork, 100)
    Sequencer(fork.store, DiskFolder(tmp_path / "www"), CHECKPOINTS, ORIGIN).run_once(NOW * 1000)
    with pytest.raises(PublishedAhead):
        publish(ledger.store, DiskFolder(tmp_path / "www"), STATUS, NOW)
    fork.close()
