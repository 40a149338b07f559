"""The base's clock against that of its witnesses: ten minutes either way, and a quorum that says so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.verifier.loglab import Lab, MemoryLog, certificate
from tests.verifier.witnesslab import ANNA, BORIS, CHEN, WitnessKey, cosigned, set_witnesses
from verifier.audit import audit
from verifier.audit.report import GOOD, NOT_GOOD, Report

LIMIT = timedelta(minutes=10)
SECOND = timedelta(seconds=1)


@pytest.fixture
def lab() -> Lab:
    made = Lab.founded()
    made.record(certificate())
    set_witnesses(made)
    return made


def checkpoint(lab: Lab, after: timedelta, *witnesses: WitnessKey) -> bytes:
    """Cosigned so long after its last entry was recorded."""
    at = lab.now.replace(microsecond=0) + after
    return cosigned(lab.files()["checkpoint"], *witnesses, at=round(at.timestamp()))


def audited(lab: Lab, shown: bytes, since: bytes | None = None, state: Path | None = None) -> Report:
    return audit(MemoryLog({**lab.files(), "checkpoint": shown}), lab.trust(), since, state=state)


def told(report: Report) -> list[tuple[int, str]]:
    assert report.problems == []
    assert report.unchecked == []
    return [(finding.index, finding.message) for finding in report.findings]


def test_cosigned_right_after_it_was_recorded(lab: Lab) -> None:
    report = audited(lab, checkpoint(lab, timedelta(), ANNA, BORIS))
    assert (report.exit_code, told(report)) == (GOOD, [])


def test_cosigned_ten_minutes_before_it_was_recorded(lab: Lab) -> None:
    assert told(audited(lab, checkpoint(lab, -LIMIT + SECOND, ANNA, BORIS))) == []
    report = audited(lab, checkpoint(lab, -LIMIT - SECOND, ANNA, BORIS))
    ((index, message),) = told(report)
    assert (report.exit_code, index) == (NOT_GOOD, lab.size - 1)
    assert "and cosigned by witnesses before that: anna at " in message
    assert ", boris at " in message


def test_recorded_before_witnesses_cosigned_the_log_without_it(lab: Lab) -> None:
    near, far = (checkpoint(lab, after, ANNA, BORIS) for after in (LIMIT, LIMIT + timedelta(minutes=2)))
    index = lab.record(certificate("late", on=lab.now.date()))
    shown = checkpoint(lab, LIMIT, ANNA, BORIS)
    assert told(audited(lab, shown, near)) == []
    ((found, message),) = told(audited(lab, shown, far))
    assert found == index
    assert "and witnesses cosigned the log without it after that: anna at " in message


def test_one_witness_of_two_is_no_quorum(lab: Lab) -> None:
    line = checkpoint(lab, timedelta(), BORIS, CHEN).rpartition(b"\n\n")[2].splitlines(keepends=True)[-2:]
    shown = checkpoint(lab, -timedelta(days=1), ANNA) + b"".join(line)
    assert told(audited(lab, shown)) == []


def test_the_next_audit_by_its_state_file_finds_it_and_tells_it_ever_after(lab: Lab, tmp_path: Path) -> None:
    state = tmp_path / "audit.state"
    assert told(audited(lab, checkpoint(lab, timedelta(hours=2), ANNA, BORIS), state=state)) == []
    index = lab.record(certificate("late", on=lab.now.date()))
    first = told(audited(lab, checkpoint(lab, timedelta(hours=3), ANNA, BORIS), state=state))
    assert [found for found, _ in first] == [index]
    lab.now += timedelta(days=1)
    lab.record(certificate("later", on=lab.now.date()))
    assert told(audited(lab, checkpoint(lab, timedelta(), ANNA, BORIS), state=state)) == first


def test_without_witnesses_nothing_is_said_of_the_clock(lab: Lab) -> None:
    plain = Lab.founded()
    plain.record(certificate())
    assert told(audited(plain, checkpoint(plain, -timedelta(days=1), ANNA, BORIS))) == []
