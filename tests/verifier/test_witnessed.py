"""What a check and an audit say of a checkpoint that witnesses cosigned, or too few of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.verifier.loglab import Lab, MemoryLog, certificate
from tests.verifier.witnesslab import ANNA, BORIS, CHEN, WitnessKey, cosigned, set_witnesses
from verifier.__main__ import certverify
from verifier.audit import audit
from verifier.audit.report import GOOD, NOT_GOOD
from verifier.check import Checker
from verifier.trust import parse
from verifier.verdict import State


@dataclass(frozen=True)
class Case:
    lab: Lab
    award: int

    def log(self, *witnesses: WitnessKey) -> MemoryLog:
        files = self.lab.files()
        return MemoryLog({**files, "checkpoint": cosigned(files["checkpoint"], *witnesses)})


@pytest.fixture
def case() -> Case:
    lab = Lab.founded()
    award = lab.record(certificate())
    set_witnesses(lab)
    return Case(lab, award)


def checked(case: Case, log: MemoryLog) -> tuple[State, str, tuple[str, ...]]:
    checker = Checker(case.lab.trust(), case.lab.now + timedelta(minutes=1), log)
    verdict = checker.check_bytes("proof.cbor", case.lab.proof(case.award))
    return verdict.state, verdict.message, verdict.notes


def test_a_check_tells_how_many_witnesses_cosigned_and_when(case: Case) -> None:
    state, _, notes = checked(case, case.log(ANNA, CHEN))
    assert state is State.VALID
    assert any("cosigned by 2 of 3 witnesses: anna at 2026-05-28" in note for note in notes)


def test_below_the_quorum_nothing_is_forged_and_nothing_stands(case: Case) -> None:
    state, message, _ = checked(case, case.log(BORIS))
    assert state is State.STANDING_NOT_CHECKED
    assert "cosigned by 1 of 3 witnesses" in message
    assert "the quorum two is missing" in message


def test_a_spoilt_line_of_a_witness_is_told(case: Case) -> None:
    log = case.log(ANNA, BORIS)
    log.files["checkpoint"] = log.files["checkpoint"][:-12] + b"AAAAAAAAAA=\n"
    state, message, _ = checked(case, log)
    assert (state, "boris.example.org" in message) == (State.STANDING_NOT_CHECKED, True)
    assert [item.code for item in audit(log, case.lab.trust()).problems] in (["bad-signature"], ["malformed"])


def test_an_audit_tells_who_cosigned(case: Case) -> None:
    report = audit(case.log(ANNA, BORIS, CHEN), case.lab.trust())
    assert report.exit_code == GOOD
    assert any(note.startswith("the checkpoint is cosigned by 3 of 3 witnesses") for note in report.notes)


def test_an_audit_finds_that_the_quorum_is_missing(case: Case) -> None:
    report = audit(case.log(ANNA), case.lab.trust())
    assert (report.exit_code, report.problems) == (NOT_GOOD, [])
    assert [item.index for item in report.findings] == [case.lab.size - 1]
    assert "the quorum two is missing" in report.findings[0].message
    assert "to one reader alone" in report.findings[0].message


def test_a_log_cannot_get_rid_of_its_witnesses_by_naming_others(case: Case) -> None:
    """The auditor's own trust file asks for those that it knows; the log's word alone is not enough."""
    given = case.lab.trust()
    friend = WitnessKey("friend")
    set_witnesses(case.lab, f"witness friend {friend.vkey}\nquorum friend\n")
    report = audit(case.log(friend), given)
    assert "the log names others since: get a newer trust file" in report.findings[0].message
    both = audit(case.log(ANNA, BORIS), given)
    assert "by the witnesses that the log names since" in both.findings[0].message
    assert audit(case.log(ANNA, BORIS, friend), given).exit_code == GOOD
    assert audit(case.log(friend), case.lab.trust()).exit_code == GOOD


def test_the_trust_file_given_must_name_the_witnesses_that_the_log_names(case: Case) -> None:
    text = case.lab.trust_text().replace("quorum two", "quorum anna")
    report = audit(case.log(ANNA, BORIS), parse(text))
    assert [item.message for item in report.problems] == [
        f"the trust file given and the log do not agree on witnesses, as of the trust file's {case.lab.size} entries"
    ]


def test_the_commands_say_the_same(case: Case, tmp_path: Path) -> None:
    def thin(files: dict[str, bytes]) -> None:
        files["checkpoint"] = cosigned(files["checkpoint"], CHEN)

    case.lab.publish(tmp_path, thin)
    (tmp_path / "proof.cbor").write_bytes(case.lab.proof(case.award))
    options = ["--trust", str(tmp_path / "trust.txt")]
    run = CliRunner().invoke
    result = run(certverify, ["check", str(tmp_path / "proof.cbor"), "--log", str(tmp_path), "--json", *options])
    assert (result.exit_code, json.loads(result.output)["state"]) == (3, "authentic-standing-not-checked")
    result = run(certverify, ["audit", str(tmp_path), *options])
    assert (result.exit_code, "the quorum two is missing" in result.output) == (1, True)
