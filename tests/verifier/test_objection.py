"""The receipt of an objection: what it proves, and what is none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.verifier import loglab
from tests.verifier.event_samples import distinct, sample
from tests.verifier.loglab import BASE, CLERK, PARTNER, Lab, uuid
from verifier import bundle, trust
from verifier.__main__ import certverify
from verifier.errors import Malformed, Mismatch, NotEntitled, NotIncluded, VerificationError
from verifier.events import EVENTS
from verifier.kinds import ObjectionLodged
from verifier.objection import DISCLOSED, verify_objection

LODGED = replace(sample(EVENTS["objection.lodged/1"], distinct), objection_id=uuid("objection"), name="王异议")
FIELDS = [field.name for field in EVENTS["objection.lodged/1"].personal]


@pytest.fixture
def lab() -> Lab:
    made = Lab.founded()
    made.record(LODGED, BASE, CLERK)
    made.record(loglab.certificate())
    return made


def receipt(lab: Lab, index: int = 13, withheld: tuple[str, ...] = ("application", "place")) -> bytes:
    """What the ledger gives an objector."""
    shown = [item for name, item in zip(FIELDS, lab.disclosures[index], strict=False) if name not in withheld]
    return bundle.make(lab.entries[index], shown, [lab.receipt(index)])


def test_a_receipt_proves_what_was_lodged_and_not_to_which_stream(lab: Lab) -> None:
    proved = verify_objection(receipt(lab), lab.trust())
    assert (proved.event.name, proved.logged.included.index) == ("王异议", 13)
    assert isinstance(LODGED, ObjectionLodged)
    assert [getattr(proved.event, name) for name in DISCLOSED] == [getattr(LODGED, name) for name in DISCLOSED]
    assert repr(proved.event.application) == "WITHHELD"


@pytest.mark.parametrize("name", DISCLOSED)
def test_nothing_that_it_shows_may_be_missing(lab: Lab, name: str) -> None:
    with pytest.raises(Mismatch):
        verify_objection(receipt(lab, withheld=("application", "place", name)), lab.trust())


def test_another_statement_or_another_signer_is_none(lab: Lab) -> None:
    certificate = bundle.make(lab.entries[14], lab.disclosures[14][:1], [lab.receipt(14)])
    with pytest.raises(Malformed, match="no objection"):
        verify_objection(certificate, lab.trust())
    with pytest.raises(NotIncluded):
        verify_objection(bundle.make(lab.entries[13], lab.disclosures[13][2:], [lab.receipt(14)]), lab.trust())
    lab.record(replace(LODGED, objection_id=uuid("other")), PARTNER, CLERK)
    with pytest.raises(NotEntitled):
        verify_objection(receipt(lab, 15), lab.trust())


def test_flipped_bits_are_found(lab: Lab) -> None:
    good, trusted = receipt(lab), lab.trust()
    for at in range(0, len(good), 7):
        spoilt = good[:at] + bytes((good[at] ^ 1 << at % 8,)) + good[at + 1 :]
        with pytest.raises(VerificationError):
            verify_objection(spoilt, trusted)


def run(folder: Path, data: bytes, trusted: str, *more: str) -> Result:
    (folder / "objection.cbor").write_bytes(data)
    (folder / "trust.txt").write_text(trusted, encoding="utf-8")
    arguments = ["objection", str(folder / "objection.cbor"), "--trust", str(folder / "trust.txt"), *more]
    return CliRunner().invoke(certverify, arguments)


def test_at_a_terminal(lab: Lab, tmp_path: Path) -> None:
    trusted = lab.files()["trust.txt"].decode()
    assert trust.parse(trusted).base == "CQUPT"
    good = run(tmp_path, receipt(lab), trusted)
    assert good.exit_code == 0
    assert good.stdout.startswith("IN-THE-LOG")
    assert "王异议" in good.stdout
    told = json.loads(run(tmp_path, receipt(lab), trusted, "--json").stdout)
    assert (told["exit"], told["name"], told["entry"], told["as_of"]) == (0, "王异议", 13, 15)
    spoilt = run(tmp_path, receipt(lab)[:-1], trusted)
    assert (spoilt.exit_code, spoilt.stdout.split()[0]) == (1, "NOT-GOOD")
    assert json.loads(run(tmp_path, receipt(lab)[:-1], trusted, "--json").stdout)["code"] == "malformed"
    unknown = run(tmp_path, receipt(lab), "nothing")
    assert (unknown.exit_code, unknown.stdout.split()[0]) == (3, "COULD-NOT-CHECK")
    missing = CliRunner().invoke(
        certverify, ["objection", str(tmp_path / "none"), "--trust", str(tmp_path / "trust.txt")]
    )
    assert missing.exit_code == 3


def test_the_check_of_certificates_says_what_it_is_and_how_to_check_it(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "trust.txt").write_bytes(lab.files()["trust.txt"])
    good = receipt(lab)
    changed = good.replace("王异议".encode(), "王无议".encode())
    told = {}
    for name, data in {"good": good, "changed": changed, "cut": good[:-1]}.items():
        (tmp_path / name).write_bytes(data)
        arguments = ["check", "--json", "--offline", "--trust", str(tmp_path / "trust.txt"), str(tmp_path / name)]
        result = CliRunner().invoke(certverify, arguments)
        told[name] = json.loads(result.stdout)
        assert (result.exit_code, told[name]["state"], told[name]["code"]) == (1, "not-a-proof", "malformed")
    assert "`certverify objection FILE`" in told["good"]["sentence"]
    assert told["changed"]["sentence"] == told["good"]["sentence"]  # it says what kind of thing it is, and no more
    assert told["cut"]["sentence"] == "this is no certificate of a ledger"
