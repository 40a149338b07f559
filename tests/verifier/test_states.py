"""What the public log says at a point in time: of each kind of point, and nothing that is not in the signed tree."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.verifier import loglab
from tests.verifier.loglab import AUTHORITY, CLERK, PARTNER, ROOT, THIEF, Lab, MemoryLog, uuid
from verifier import kinds
from verifier.__main__ import certverify
from verifier.current import BUSINESS_ZONE
from verifier.errors import BadSignature, CouldNotCheck, NotIncluded, UnknownKey, VerificationError
from verifier.states.point import AfterEntries, OnDay, Point, RecordedBy, parse_point
from verifier.states.public import PUBLIC
from verifier.states.published import state_at
from verifier.states.table import State, difference, difference_lines, parse_state
from verifier.tile import join_entries

ONE = str(uuid("certificate one"))
LATER = loglab.START + timedelta(days=30)


@pytest.fixture
def lab() -> Lab:
    """A certificate of 2 March at index 13, a title at 14; a month later, dated 20 March, the certificate's end."""
    lab = Lab.founded()
    lab.record(loglab.certificate())
    lab.record(loglab.title(), AUTHORITY)
    revoked = kinds.CertificateRevoked(
        certificate_id=uuid("certificate one"), revoked_on=date(2026, 3, 20), reason="issued-in-error"
    )
    assert lab.record(revoked, at=LATER) == 15
    return lab


def state(lab: Lab, projection: str, point: Point | None, day: date | None = None) -> State:
    return state_at(MemoryLog(lab.files()), lab.trust(), projection, point, day)


def standing(lab: Lab, point: Point | None, day: date | None = None) -> str | None:
    found = [row for row in state(lab, "awards", point, day).rows if row[0] == ONE]
    return str(found[0][8]) if found else None


def test_the_three_kinds_of_points() -> None:
    assert parse_point("4711") == AfterEntries(4711)
    assert parse_point("2026-03-20") == OnDay(date(2026, 3, 20))
    at = datetime(2026, 3, 20, 12, 0, tzinfo=BUSINESS_ZONE)
    assert parse_point("2026-03-20T12:00") == RecordedBy(at)
    assert parse_point("2026-03-20T04:00:00Z") == RecordedBy(at)
    assert all(parse_point(str(point)) == point for point in (AfterEntries(0), RecordedBy(at), OnDay(at.date())))


@pytest.mark.parametrize("text", ["", "-1", "01", "2026-02-30", "2026-3-2", "yesterday", "2026-03-20T25:00"])
def test_what_is_no_point(text: str) -> None:
    with pytest.raises(ValueError, match="is no point in time"):
        parse_point(text)


def test_what_was_recorded_later_is_not_known_then_and_counts_on_its_day(lab: Lab) -> None:
    """Recorded on 1 April, of 20 March: on 25 March nobody knew, and by all that the log says now it was over."""
    then = RecordedBy(datetime(2026, 3, 25, tzinfo=BUSINESS_ZONE))
    assert standing(lab, AfterEntries(13)) is None
    assert standing(lab, AfterEntries(14)) == standing(lab, AfterEntries(15)) == "valid"
    assert standing(lab, then) == standing(lab, then, date(2026, 3, 25)) == "valid"
    assert standing(lab, OnDay(date(2026, 3, 25))) == "revoked"
    assert standing(lab, OnDay(date(2026, 3, 19))) == "valid"
    assert standing(lab, OnDay(date(2026, 3, 1))) is None
    assert standing(lab, None) == standing(lab, AfterEntries(16)) == "revoked"
    assert standing(lab, AfterEntries(15), date(2030, 1, 1)) == "expired"


def test_a_moment_takes_in_what_was_recorded_at_it(lab: Lab) -> None:
    assert standing(lab, RecordedBy(LATER)) == "revoked"
    assert standing(lab, RecordedBy(LATER - timedelta(milliseconds=1))) == "valid"


@pytest.mark.parametrize("projection", PUBLIC)
@pytest.mark.parametrize("size", [0, 1, 5, 16])
def test_every_projection_at_every_size_is_told_and_read_again(lab: Lab, projection: str, size: int) -> None:
    found = state(lab, projection, AfterEntries(size))
    assert (found.size, found.root) == (size, lab.root(size).hex())
    assert parse_state(json.dumps(found.as_json()).encode(), "here") == found
    assert found.as_csv().count("\n") == len(found.rows) + 1
    assert list(found.rows) == sorted(found.rows, key=lambda row: row[: found.key])
    assert bool(found.rows) == (size > 0) or projection not in ("organisations", "keys", "counts")


def test_the_counts_add_up_to_the_size(lab: Lab) -> None:
    rows = state(lab, "counts", AfterEntries(16)).rows
    assert sum(int(row[2] or 0) for row in rows) == 16
    assert ("2026-04", "certificate.revoked", 1) in rows


def test_a_compromise_is_known_only_from_when_it_was_reported(lab: Lab) -> None:
    lab.record(loglab.compromised(PARTNER, "HUAWEI", 13), ROOT, CLERK)
    assert standing(lab, AfterEntries(15)) == "valid"
    assert standing(lab, OnDay(date(2026, 3, 5))) == "revoked"
    before, after = (state(lab, "keys", AfterEntries(size)) for size in (16, 17))
    [changed] = difference(before, after).changed
    assert changed.after[0] == PARTNER.kid.hex()
    assert changed.after[5] == 13


def test_the_policy_in_force_on_a_day(lab: Lab) -> None:
    lab.record(loglab.policy("CQ-2027", effective_from=date(2027, 1, 1)), loglab.BASE, CLERK)

    def on(day: date) -> list[tuple[object, object]]:
        return [(row[0], row[4]) for row in state(lab, "policies", OnDay(day)).rows]

    assert on(date(2025, 12, 31)) == []
    assert on(date(2026, 12, 31)) == [("CQ-2026", "in-force")]
    assert on(date(2027, 1, 1)) == [("CQ-2026", "replaced"), ("CQ-2027", "in-force")]


def test_a_projection_without_business_dates_says_so(lab: Lab) -> None:
    with pytest.raises(CouldNotCheck, match="keys have no business dates"):
        state(lab, "keys", OnDay(date(2026, 3, 2)))


def test_nothing_is_told_of_a_log_that_is_not_good(lab: Lab) -> None:
    def told(files: dict[str, bytes], size: int = 16) -> State:
        return state_at(MemoryLog(files), lab.trust(), "counts", AfterEntries(size))

    swapped = [lab.entries[0], *lab.entries[2:], lab.entries[1]]
    with pytest.raises(VerificationError):
        told({**lab.files(), "tile/entries/000.p/16": join_entries(swapped)})
    shorter = [*lab.entries[:15], lab.entries[14]]
    with pytest.raises(NotIncluded):
        told({**lab.files(), "tile/entries/000.p/16": join_entries(shorter)})
    with pytest.raises(UnknownKey):
        told({**lab.files(), "checkpoint": lab.checkpoint(signer=THIEF)})
    with pytest.raises(CouldNotCheck, match="the log has 16 entries, not 17"):
        told(lab.files(), 17)
    lab.entries[12] = lab.entries[12][:-1] + bytes((lab.entries[12][-1] ^ 1,))
    with pytest.raises(BadSignature):
        told(lab.files())


def test_what_differs_between_two_points(lab: Lab) -> None:
    found = difference(state(lab, "awards", AfterEntries(14)), state(lab, "awards", AfterEntries(16)))
    assert [row[2] for row in found.added] == ["title"]
    assert not found.gone
    [line] = [line for line in difference_lines(found) if line.startswith("~")]
    assert line == f"~ {ONE}: standing valid → revoked, standing_since none → 2026-03-20"
    back = difference(found.after, found.before)
    assert (back.added, back.gone) == ((), found.added)
    assert difference(found.after, found.after).same


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"format": "certledger-state/1"}', b'{"format": "certledger-state/2"}', b"\xff"]
)
def test_what_is_no_state(data: bytes) -> None:
    with pytest.raises(CouldNotCheck, match="here is no state"):
        parse_state(data, "here")


def run(lab: Lab, folder: Path, command: str, *arguments: str) -> Result:
    lab.publish(folder / "log")
    (folder / "trust.txt").write_text(lab.trust_text(), encoding="utf-8")
    places = [str(folder / "log") if item == "LOG" else item for item in arguments]
    return CliRunner().invoke(certverify, [command, *places, "--trust", str(folder / "trust.txt")])


def test_the_commands(lab: Lab, tmp_path: Path) -> None:
    listed = run(lab, tmp_path, "state", "--list")
    assert [line.split()[0] for line in listed.output.splitlines()] == list(PUBLIC)
    told = run(lab, tmp_path, "state", "awards", "LOG", "--at", "14")
    assert told.exit_code == 0
    assert f"first 14 entries, root {lab.root(14).hex()}" in told.output
    assert json.loads(run(lab, tmp_path, "state", "awards", "LOG", "--json").output)["size"] == 16
    assert "  on: " in told.output
    assert "  on: " not in run(lab, tmp_path, "state", "awards", "LOG", "--at", "0").output  # of no day at all
    table = run(lab, tmp_path, "state", "cohorts", "LOG", "--at", "2026-02-01", "--csv").output
    assert table.splitlines()[1] == "BDI-2026-1,BDI,1,2026-01-05,2026-02-27,30,running"
    assert run(lab, tmp_path, "diff", "awards", "LOG", "14", "14").exit_code == 0
    differs = run(lab, tmp_path, "diff", "awards", "LOG", "14", "2026-04-02")
    assert (differs.exit_code, differs.output[0]) == (1, "+")
    assert json.loads(run(lab, tmp_path, "diff", "awards", "LOG", "14", "16", "--json").output)["changed"]
    assert run(lab, tmp_path, "state", "keys", "LOG", "--at", "2026-02-01").exit_code == 3
    assert run(lab, tmp_path, "state", "awards", "LOG", "--at", "soon").exit_code == 2
    assert run(lab, tmp_path, "state").exit_code == 2
