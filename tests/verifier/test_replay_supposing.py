"""The counterfactual: under a draft, whose outcome would be another, and by which clause."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.verifier.loglab import AUTHORITY, CLERK, PARTNER, Lab, uuid
from tests.verifier.replaylab import Life, stream_of
from verifier import kinds
from verifier.__main__ import certverify
from verifier.replay import Held, Nothing, Replayer
from verifier.replay.drafts import Draft, read_draft
from verifier.replay.supposing import Change, Supposing, table
from verifier.statement import parse
from verifier.toml_fields import BadDefinition

POLICY = """
[[policy]]
edition = "CQ-2026"
authority = "CQHRSS"
effective_from = 2026-01-01
panel_min_members = 5
quorum = "2/3"
majority = "2/3"
notice_working_days = 5
[[policy.route]]
id = "E1"
level = "engineer"
education = ["doctor"]
"""
PROGRAMME = """
[[programme]]
code = "BDI"
name_zh = "大数据"
name_en = "Big Data"
certified_by = "HUAWEI"
taught_by = "CQUPT"
min_attendance = 0.8
max_attempts = 2
total_pass = 70
valid_years = 3
[[programme.module]]
code = "BD-101"
hours = 40
[[programme.assessment]]
code = "EXAM"
weight = 1
pass = 60
"""
ON_THE_DAY = ("awarded", "filed", "eligible", "voted", "posted", "granted")


def supposed(lab: Lab, text: str, *, disclosed: bool = True) -> Supposing:
    """A log under a draft; the replay itself still agrees."""
    supposing = Supposing(read_draft("draft.toml", text))
    replayer = Replayer(Held(lab.disclosures) if disclosed else Nothing(), supposing)
    for index, entry in enumerate(lab.entries):
        replayer.take(index, parse(entry))
    assert replayer.finish().differing == []
    supposing.finish()
    return supposing


def told(changes: list[Change]) -> list[tuple[str, str, str, str]]:
    return [(change.what, change.was, change.would, change.clause) for change in changes]


def test_what_is_in_force_changes_nothing() -> None:
    found = supposed(Life().recorded(), POLICY + PROGRAMME)
    assert (found.changes, found.supposed, found.not_supposed) == ([], 2, 0)


CASES = {
    'quorum = "1"': [("title", "granted", "no-quorum", "no-quorum")],
    'majority = "3/4"': [("title", "granted", "rejected-by-panel", "rejected-by-panel")],
    "panel_min_members = 11": [("title", "granted", "bad-panel", "bad-panel")],
    "notice_working_days = 6": [("title", "granted", "notice-too-short", "notice-too-short")],
    'education = ["master"]': [("title", "granted", "not-eligible", "not-eligible E1 education")],
    "effective_from = 2026-03-04": [],
    "total_pass = 90": [
        ("certificate", "awarded", "total-below-pass", "total-below-pass"),
        ("title", "granted", "no-valid-certificate", "no-valid-certificate"),
    ],
    "pass = 87": [
        ("certificate", "awarded", "assessment-failed", "assessment-failed"),
        ("title", "granted", "no-valid-certificate", "no-valid-certificate"),
    ],
    "min_attendance = 1": [
        ("certificate", "awarded", "attendance", "attendance"),
        ("title", "granted", "no-valid-certificate", "no-valid-certificate"),
    ],
}


@pytest.mark.parametrize("line", CASES)
def test_a_stricter_draft_names_the_clause(line: str) -> None:
    text = POLICY + PROGRAMME
    key = line.partition(" =")[0]
    old = next(one for one in text.splitlines() if one.partition(" =")[0] == key)
    found = supposed(Life().recorded(), text.replace(old, line))
    if line.startswith("effective_from"):  # then no edition was in force on the day of application
        assert told(found.changes) == [("title", "granted", "not-eligible", "not-eligible")]
    else:
        assert told(found.changes) == CASES[line]
        assert all(change.because or change.would == "no-valid-certificate" for change in found.changes)


def test_a_milder_programme_gives_what_was_refused() -> None:
    lab = Life({"assessed": {"score": Decimal(65)}}, left_out=ON_THE_DAY).recorded()
    refused = kinds.CertificationRefused(
        enrolment_id=uuid("enrolment one"),
        requested_on=date(2026, 3, 2),
        reason="total-below-pass",
        total=Decimal("65.0"),
        source=None,
    )
    lab.record(refused, PARTNER, CLERK)
    found = supposed(lab, PROGRAMME.replace("total_pass = 70", "total_pass = 60"))
    assert told(found.changes) == [("certificate", "total-below-pass", "awarded", "total-below-pass")]
    assert found.changes[0].stream == uuid("enrolment one")


def test_what_no_panel_ever_saw_stays_open() -> None:
    lab = Life(left_out=("eligible", "voted", "posted", "granted"), changes={"registered": {"education": "master"}})
    log = lab.recorded()
    refused = kinds.ApplicationRefused(
        application_id=uuid("application one"),
        reason="not-eligible",
        policy="CQ-2026",
        route=None,
        ended_on=date(2026, 3, 3),
    )
    log.record(refused, AUTHORITY, CLERK)
    found = supposed(log, POLICY.replace('["doctor"]', '["doctor", "master"]'))
    assert told(found.changes) == [("title", "not-eligible", "open", "not-eligible")]
    assert "route E1 of CQ-2026 is open" in found.changes[0].because


def test_a_shorter_notice_grants_what_was_asked_too_early() -> None:
    lab = Life(left_out=("granted",)).recorded()
    early = kinds.DecisionRefused(
        application_id=uuid("application one"), reason="notice-too-short", asked_on=date(2026, 3, 18)
    )
    lab.record(early, AUTHORITY, CLERK)
    found = supposed(lab, POLICY.replace("notice_working_days = 5", "notice_working_days = 4"))
    assert told(found.changes) == [("title", "open", "granted", "notice-too-short")]


def test_names_are_told_only_where_they_are_disclosed() -> None:
    strict = POLICY.replace('quorum = "2/3"', 'quorum = "1"')
    lab = Life().recorded()
    (change,) = supposed(lab, strict).changes
    assert (change.name, change.stream) == ("阿依古丽·测试", stream_of("granted"))
    found = supposed(lab, strict, disclosed=False)
    assert (found.changes, found.supposed) == ([], 0)
    assert found.not_supposed > 0


def test_a_table_has_a_row_a_change() -> None:
    found = supposed(Life().recorded(), POLICY.replace('quorum = "2/3"', 'quorum = "1"'))
    head, row = table(found.changes)
    assert head.split()[:3] == ["index", "what", "name"]
    assert "no-quorum" in row
    assert list(table([])) == []


@pytest.mark.parametrize("text", ["", "x = 1", POLICY.replace("quorum", "quorun"), "[[policy]"])
def test_what_is_no_draft_is_said(text: str) -> None:
    with pytest.raises(BadDefinition):
        read_draft("draft.toml", text)


def test_a_draft_is_of_policies_and_programmes() -> None:
    draft = read_draft("draft.toml", POLICY + PROGRAMME)
    assert isinstance(draft, Draft)
    assert (draft.policies[0].edition, draft.programmes[0].code) == ("CQ-2026", "BDI")


def test_the_command_writes_table_json_and_csv(tmp_path: Path) -> None:
    lab = Life().recorded()
    lab.publish(tmp_path / "log")
    (tmp_path / "trust.txt").write_text(lab.trust_text(), encoding="utf-8")
    (tmp_path / "draft.toml").write_text(POLICY, encoding="utf-8")
    asked = ["replay", str(tmp_path / "log"), "--trust", str(tmp_path / "trust.txt")]
    drafted = [*asked, "--policy", str(tmp_path / "draft.toml")]
    words = CliRunner().invoke(certverify, [*drafted, "--csv", str(tmp_path / "out.csv")])
    assert words.exit_code == 3  # nothing is disclosed
    assert "UNDER-THE-DRAFT  0 of 0 outcomes would be others" in words.output
    head = (tmp_path / "out.csv").read_text("utf-8").splitlines()[0]
    assert head.split(",")[:3] == ["index", "what", "stream"]
    told_json = json.loads(CliRunner().invoke(certverify, [*drafted, "--json"]).output)
    assert told_json["supposed"]["changes"] == []
    unkept = CliRunner().invoke(certverify, [*drafted, "--csv", str(tmp_path / "nowhere" / "out.csv")])
    assert unkept.exit_code == 3
    assert "out.csv cannot be written: No such file or directory (--csv)" in unkept.output
    assert CliRunner().invoke(certverify, [*asked, "--csv", "x"]).exit_code == 2
    (tmp_path / "draft.toml").write_text("nothing", encoding="utf-8")
    assert CliRunner().invoke(certverify, drafted).exit_code == 2
