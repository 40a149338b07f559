"""An audit that goes on where another one stopped says what a whole one says, and trusts no state file blindly."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.verifier import loglab
from tests.verifier.loglab import AUTHORITY, BASE, CLERK, PARTNER, ROOT, THIEF, Lab, MemoryLog, uuid
from verifier import cbor, kinds
from verifier.audit import Report, audit
from verifier.audit.histories import STATES
from verifier.audit.hook import Replayed
from verifier.audit.state import SAVE_EVERY, load
from verifier.errors import CouldNotCheck
from verifier.events import EVENTS
from verifier.statement import Statement
from verifier.tile import WIDTH

START = "certledger-audit-state/1\n"


def eventful() -> Lab:
    """Entries of every sort that an audit folds: awards, changes, a compromise, late definitions, findings."""
    lab = Lab.founded()
    for n in range(90):
        lab.record(loglab.enrolled(f"{n}"), BASE, CLERK)
        lab.record(loglab.attended(f"{n}"), BASE, CLERK)
        lab.record(loglab.certificate(f"{n}", status_index=n))
    lab.record(loglab.authorised(THIEF, "HUAWEI", kinds.CERTIFYING_KINDS), ROOT, CLERK)
    stolen = lab.record(loglab.certificate("stolen", status_index=900), THIEF)
    for n in range(90, 180):
        lab.record(loglab.enrolled(f"{n}"), BASE, CLERK)
        lab.record(loglab.title(f"{n}", status_index=n), AUTHORITY)
    lab.record(
        kinds.CertificateSuspended(certificate_id=uuid("certificate 7"), suspended_on=loglab.START.date(), reason="?")
    )
    lab.record(loglab.programme(2), BASE, CLERK)
    lab.record(loglab.compromised(THIEF, "HUAWEI", stolen), ROOT, CLERK)
    for n in range(180, 260):
        lab.record(loglab.enrolled(f"{n}"), BASE, CLERK)
        lab.record(loglab.certificate(f"{n}", status_index=n, on=loglab.START.date()))
    lab.record(kinds.CertificateReinstated(certificate_id=uuid("certificate 7"), reinstated_on=loglab.START.date()))
    return lab


LAB = eventful()
TRUST = LAB.trust()


def published(lab: Lab) -> MemoryLog:
    files = lab.files()
    files["status/0"] = lab.status_token(bits=lab.fold_bits())
    return MemoryLog(files)


LOG = published(LAB)


def part(size: int) -> Lab:
    """The same log when it was smaller."""
    return Lab(entries=LAB.entries[:size], now=LAB.now)


def told(report: Report) -> dict[str, Any]:
    """What a report says, but for where its audit began."""
    said = report.as_json()
    said["notes"] = [note for note in said["notes"] if "audited before" not in note and "no earlier" not in note]
    said["counts"] = report.counts.by(0, 1, 2, 3)
    return said


WHOLE = told(audit(LOG, TRUST, processes=0))


class Killed(BaseException):
    """Stands for the end of the process at some place."""


def audit_until(size: int, state: Path, log: MemoryLog = LOG, every: int = 1) -> None:
    def stop(done: int, of: int) -> None:
        if done >= size:
            raise Killed

    with pytest.raises(Killed):
        audit(log, TRUST, processes=0, progress=stop, state=state, save_every=every)


def test_the_log_is_of_several_bundles_and_of_every_sort() -> None:
    assert LAB.size > 2 * WIDTH
    assert (WHOLE["problems"], WHOLE["unchecked"], len(WHOLE["findings"]), len(WHOLE["disowned"])) == ([], [], 0, 1)


@pytest.mark.parametrize("killed_at", [1, WIDTH + 1, 2 * WIDTH + 1])
def test_an_audit_that_was_killed_goes_on(killed_at: int, tmp_path: Path) -> None:
    state = tmp_path / "state"
    audit_until(killed_at, state)
    kept = load(state)
    assert kept is not None
    assert kept.size == min(-(-killed_at // WIDTH) * WIDTH, 2 * WIDTH)
    began: list[int] = []
    report = audit(LOG, TRUST, processes=0, progress=lambda done, size: began.append(done), state=state)
    assert told(report) == WHOLE
    assert began[0] > kept.size
    assert f"the first {kept.size} entries were audited before" in " ".join(report.notes)
    again = load(state)
    assert again is not None
    assert again.size == LAB.size


@pytest.mark.parametrize(
    "first", [1, 2, 13, 14, 100, WIDTH - 1, WIDTH, WIDTH + 1, 300, 2 * WIDTH, LAB.size - 1, LAB.size]
)
def test_a_log_that_grew_is_audited_from_where_it_was(first: int, tmp_path: Path) -> None:
    small, state = part(first), tmp_path / "state"
    log = MemoryLog({**small.tiles(), "checkpoint": small.checkpoint(), "trust.txt": small.trust_text().encode()})
    log.files["status/0"] = small.status_token(bits=small.fold_bits())
    log.files.update({**small.number_tiles(), "numbers/head": small.number_head()})
    before = audit(log, small.trust(), processes=0, state=state)
    assert (before.exit_code, before.judged) == (0, first)
    report = audit(LOG, TRUST, processes=0, state=state)
    assert told(report) == WHOLE


def test_nothing_new_is_nothing_to_judge_and_everything_published_is_compared_again(tmp_path: Path) -> None:
    state = tmp_path / "state"
    audit(LOG, TRUST, processes=0, state=state)
    assert told(audit(LOG, TRUST, processes=0, state=state)) == WHOLE
    wrong = MemoryLog({**LOG.files, "status/0": LAB.status_token()})
    assert [problem.place for problem in audit(wrong, TRUST, processes=0, state=state).problems] == ["status/0"]
    wrong = MemoryLog({**LOG.files, "trust.txt": LAB.trust_text(300).encode().replace(b"CQUPT", b"CQUPX")})
    assert "trust.txt" in [problem.place for problem in audit(wrong, TRUST, processes=0, state=state).problems]


@pytest.mark.parametrize("as_of", [13, 300, LAB.size])
def test_trust_files_are_compared_as_of_their_size_after_a_restart(as_of: int, tmp_path: Path) -> None:
    state = tmp_path / "state"
    audit(LOG, TRUST, processes=0, state=state)
    older = MemoryLog({**LOG.files, "trust.txt": LAB.trust_text(as_of).encode()})
    report = audit(older, LAB.trust(as_of), processes=0, state=state)
    assert (report.problems, report.unchecked) == ([], [])


def test_a_list_that_hid_something_is_told_of_once_and_not_once_it_is_in_order(tmp_path: Path) -> None:
    lab = Lab.founded()
    lab.record(loglab.certificate(status_index=1))
    later = round(lab.now.timestamp()) + 7200
    late = {"status/0": lab.status_token(13, issued_at=later), "numbers/head": lab.number_head(13, issued_at=later)}
    log = MemoryLog({**lab.files(), **late, **lab.number_tiles(13)})
    for _ in range(2):
        report = audit(log, lab.trust(), processes=0, state=tmp_path / "state")
        assert [finding.index for finding in report.findings] == [13, 13]
    report = audit(MemoryLog(lab.files()), lab.trust(), processes=0, state=tmp_path / "state")
    assert (report.exit_code, report.findings) == (0, [])


def test_a_compromise_told_later_disowns_what_was_audited_before(tmp_path: Path) -> None:
    state = tmp_path / "state"
    small = part(LAB.size)
    small.versions = dict(LAB.versions)
    audit(LOG, TRUST, processes=0, state=state)
    as_of = LAB.size - 30
    small.record(loglab.compromised(PARTNER, "HUAWEI", as_of), ROOT, CLERK)
    log = published(small)
    assert told(audit(log, TRUST, processes=0, state=state)) == told(audit(log, TRUST, processes=0))
    assert load(state).size == small.size  # type: ignore[union-attr]


def test_an_entry_judged_wrong_is_found_again_from_where_all_was_good(tmp_path: Path) -> None:
    state = tmp_path / "state"
    small = part(LAB.size)
    index = small.record(loglab.attended("5"), BASE, CLERK, version=9)
    for n in range(WIDTH):
        small.record(loglab.enrolled(f"more {n}"), BASE, CLERK)
    log = published(small)
    for _ in range(2):
        report = audit(log, TRUST, processes=0, state=state, save_every=1)
        assert [problem.index for problem in report.problems] == [index]
        assert load(state).size == 2 * WIDTH  # type: ignore[union-attr]


# --- other logs -----------------------------------------------------------------------------------------------------


def test_a_history_that_forked_is_found_without_a_checkpoint_kept_by_hand(tmp_path: Path) -> None:
    state = tmp_path / "state"
    audit(LOG, TRUST, processes=0, state=state)
    before = state.read_bytes()
    fork = part(LAB.size - 1)
    fork.versions = dict(LAB.versions)
    fork.record(loglab.enrolled("another"), BASE, CLERK)
    fork.record(loglab.enrolled("and one more"), BASE, CLERK)
    report = audit(published(fork), fork.trust(), processes=0, state=state, save_every=1)
    assert [(problem.place, problem.code) for problem in report.problems] == [("the state file", "inconsistent")]
    assert report.judged == fork.size
    assert state.read_bytes() == before  # the evidence stays


def test_a_log_cut_back_is_found(tmp_path: Path) -> None:
    state = tmp_path / "state"
    audit(LOG, TRUST, processes=0, state=state)
    small = part(300)
    report = audit(published(small), small.trust(), processes=0, state=state)
    assert ["cut back" in problem.message for problem in report.problems] == [True]


def test_a_state_of_an_audit_that_was_killed_tells_of_a_log_cut_back_too(tmp_path: Path) -> None:
    state = tmp_path / "state"
    audit_until(WIDTH, state)
    small = part(300)
    report = audit(published(small), small.trust(), processes=0, state=state)
    assert ["cut back" in problem.message for problem in report.problems] == [True]


def test_a_state_of_another_log_is_refused(tmp_path: Path) -> None:
    state = tmp_path / "state"
    audit(LOG, TRUST, processes=0, state=state)
    before = state.read_bytes()
    other = Lab.founded(url="https://other.example.org")
    report = audit(published(other), other.trust(), processes=0, state=state)
    assert (report.exit_code, report.judged, len(report.unchecked)) == (3, 0, 1)
    assert "another log" in report.unchecked[0].message
    assert state.read_bytes() == before


# --- spoilt files ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    state = tmp_path_factory.mktemp("good") / "state"
    audit(LOG, TRUST, processes=0, state=state)
    return state.read_bytes()


def refused(state: Path, data: bytes) -> str:
    state.write_bytes(data)
    report = audit(LOG, TRUST, processes=0, state=state)
    assert (report.exit_code, len(report.unchecked), report.unchecked[0].place) == (3, 1, "the state file")
    assert state.read_bytes() == data
    return report.unchecked[0].message


def with_digest(plain: dict[str, Any]) -> bytes:
    body = cbor.encode(plain)
    return START.encode() + sha256(body).hexdigest().encode() + b"\n" + body


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: b"", "no state"),
        (lambda data: b"x" + data, "no state"),
        (lambda data: data.replace(b"state/1", b"state/2", 1), "another version"),
        (lambda data: data[:-1], "damaged"),
        (lambda data: data + b"\x00", "damaged"),
        (lambda data: data[:3000] + bytes((data[3000] ^ 1,)) + data[3001:], "damaged"),
    ],
)
def test_a_damaged_state_is_refused(spoil: Callable[[bytes], bytes], said: str, good: bytes, tmp_path: Path) -> None:
    assert said in refused(tmp_path / "state", spoil(good))


def _plain(good: bytes) -> dict[str, Any]:
    plain: dict[str, Any] = cbor.decode(good.split(b"\n", 2)[2])
    return plain


def _of_other_rules(plain: dict[str, Any]) -> None:
    plain["rules"] = bytes(32)


def _of_an_audit_that_asked_less(plain: dict[str, Any]) -> None:
    plain["rules"] = sha256(cbor.encode([sorted(EVENTS), list(STATES)])).digest()


def _longer(plain: dict[str, Any]) -> None:
    plain["size"] += 1


def _without_a_definition(plain: dict[str, Any]) -> None:
    del plain["judge"]["definitions"][1]


def _with_short_streams(plain: dict[str, Any]) -> None:
    plain["judge"]["histories"][0] = plain["judge"]["histories"][0][:-1]


def _with_an_award_less(plain: dict[str, Any]) -> None:
    plain["judge"]["awards"][0].pop()


def _without_a_member(plain: dict[str, Any]) -> None:
    del plain["tree"]


def _without_counts(plain: dict[str, Any]) -> None:
    del plain["judge"]["counts"]


def _without_a_checkpoint(plain: dict[str, Any]) -> None:
    plain["checkpoint"] = b"none"


@pytest.mark.parametrize(
    "change",
    [
        _of_other_rules,
        _of_an_audit_that_asked_less,
        _longer,
        _without_a_definition,
        _with_short_streams,
        _with_an_award_less,
        _without_a_member,
        _without_counts,
        _without_a_checkpoint,
    ],
)
def test_a_state_that_no_audit_wrote_is_refused(
    change: Callable[[dict[str, Any]], None], good: bytes, tmp_path: Path
) -> None:
    assert with_digest(_plain(good)) == good
    plain = _plain(good)
    change(plain)
    assert "state file" in refused(tmp_path / "state", with_digest(plain))


def test_a_state_that_cannot_be_read_or_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(CouldNotCheck, match="cannot be read"):
        load(tmp_path)
    report = audit(LOG, TRUST, processes=0, state=tmp_path / "no folder" / "state")
    assert (report.exit_code, report.judged) == (3, LAB.size)
    assert "cannot be written" in report.unchecked[0].message


# --- in use ---------------------------------------------------------------------------------------------------------


class Watching:
    """A replay that remembers what it was shown."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, bytes]] = []

    def take(self, index: int, statement: Statement) -> None:
        self.seen.append((index, statement.raw))

    def finish(self) -> Replayed:
        return Replayed(notes=("looked on",), counts={"seen": len(self.seen)})


@pytest.mark.parametrize("processes", [0, 2])
def test_whoever_looks_on_sees_every_judged_entry_once_and_in_order(processes: int, tmp_path: Path) -> None:
    state = tmp_path / "state"
    audit_until(WIDTH, state)
    watching = Watching()
    report = audit(LOG, TRUST, processes=processes, state=state, replay=watching)
    assert watching.seen == list(enumerate(LAB.entries))
    assert report.replayed == {"seen": LAB.size}
    assert "looked on" in report.notes
    assert load(state).size == LAB.size  # type: ignore[union-attr]


def test_the_command_goes_on_after_it_was_killed(tmp_path: Path) -> None:
    """A real process, killed by the system at the moment when it has written its state."""
    LAB.publish(tmp_path / "log", lambda files: files.update(LOG.files))
    (tmp_path / "trust.txt").write_text(LAB.trust_text(), encoding="utf-8")
    program = (
        "import os, signal, sys; from pathlib import Path; from verifier import trust;"
        "from verifier.audit import audit;"
        "from verifier.fetch import FolderLog; folder = Path(sys.argv[1]);"
        "audit(FolderLog(folder / 'log'), trust.parse((folder / 'trust.txt').read_text(encoding='utf-8')), processes=0,"
        "progress=lambda done, size: done >= 512 and os.kill(os.getpid(), signal.SIGKILL),"
        "state=folder / 'state', save_every=1)"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert killed.returncode == -9
    assert load(tmp_path / "state").size == 2 * WIDTH  # type: ignore[union-attr]
    assert told(audit(LOG, TRUST, processes=0, state=tmp_path / "state")) == WHOLE


def test_small_logs_are_kept_at_the_end_alone(tmp_path: Path) -> None:
    audit_until(2 * WIDTH, tmp_path / "state", every=SAVE_EVERY)
    assert not (tmp_path / "state").exists()
