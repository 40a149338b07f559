"""`certverify check` of verification receipts: what it says, with which exit code, and what it never takes for one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from click.testing import CliRunner

from api.receipts import VOCABULARY
from ledger.certificate.pdf import sealed
from ledger.verification_receipt import pdf
from ledger.verification_receipt.making import Made
from tests.verifier import loglab
from tests.verifier.loglab import CLERK, DOCUMENTS, ROOT, STATUS, Lab, uuid
from tests.verifier.receiptlab import item, receipt
from verifier import kinds, recheck, seal
from verifier.__main__ import certverify
from verifier.current import business_day
from verifier.verification_receipt import FILE_NAME, NUMBER, Item, Presented

NOW = datetime.now(UTC) - timedelta(minutes=2)
TODAY = business_day(NOW)
UNKNOWN = Item(Presented(NUMBER, "BDI-2026-020G30G2GC1R8-S", "李四\u202e"), "unknown", "no-match")


class Desk:
    """An employer's desk: a trust file, a copy of the published log, and files to be checked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lab = Lab.founded(NOW)
        assert self.lab.record(loglab.certificate(on=TODAY)) == 13
        self.publish()

    def publish(self) -> None:
        self.lab.publish(self.folder / "log")
        (self.folder / "trust.txt").write_text(self.lab.trust_text(), encoding="utf-8")

    def check(self, data: bytes, *options: str, name: str = "receipt") -> tuple[int, str]:
        (self.folder / name).write_bytes(data)
        trust = ["--trust", str(self.folder / "trust.txt")]
        result = CliRunner().invoke(certverify, ["check", *trust, *options, str(self.folder / name)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout

    def told(self, data: bytes, *options: str) -> dict[str, Any]:
        code, text = self.check(data, "--json", *options)
        answer: dict[str, Any] = json.loads(text)
        assert answer["exit"] == code
        return answer

    def paper(self, data: bytes, carrying: bytes | None = None) -> bytes:
        """The receipt as the base prints it, or with another one attached."""
        trust = self.lab.trust()
        found = recheck.verify(data, trust, self.lab.now)
        return pdf.issue(Made(carrying or data, found, trust, DOCUMENTS), VOCABULARY)  # type: ignore[arg-type]

    @property
    def log(self) -> str:
        return f"--log={self.folder / 'log'}"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def signed(desk: Desk) -> bytes:
    return receipt(desk.lab, item(desk.lab), UNKNOWN)


REVOKED = kinds.CertificateRevoked(certificate_id=uuid("certificate one"), revoked_on=TODAY, reason="fraud")


@pytest.mark.parametrize("form", ["cbor", "pdf"])
def test_a_genuine_receipt_is_good_with_no_network_at_all(desk: Desk, signed: bytes, form: str) -> None:
    data = signed if form == "cbor" else desk.paper(signed)
    code, text = desk.check(data, "--offline")
    assert code == 0
    lines = text.splitlines()
    assert lines[0].startswith("VERIFICATION-RECEIPT  a genuine receipt of a check")
    assert f"  log then: {loglab.ORIGIN}, 14 entries, root {desk.lab.root().hex()}" in lines
    (first,) = [line for line in lines if line.startswith("  item 1: ")]
    assert first.startswith(f"  item 1: VALID; {loglab.number_of('one')}; 阿依古丽·测试; ")
    assert "today" not in first
    (second,) = [line for line in lines if line.startswith("  item 2: ")]
    assert second.startswith("  item 2: UNKNOWN [no-match]; by the base's word alone (number BDI-2026-020G30G2GC1R8-S")
    assert "\u202e" not in text
    assert "VALID" not in lines[0].split()[0].replace("VERIFICATION", "")


@pytest.mark.parametrize("form", ["cbor", "pdf"])
def test_programs_get_the_same(desk: Desk, signed: bytes, form: str) -> None:
    answer = desk.told(signed if form == "cbor" else desk.paper(signed), "--offline")
    assert (answer["state"], answer["exit"], answer["as_of"]) == ("verification-receipt", 0, 14)
    then = answer["then"]
    assert then["checked_at"] == desk.lab.now.isoformat(timespec="seconds")
    assert (then["origin"], then["size"], then["root"]) == (loglab.ORIGIN, 14, desk.lab.root().hex())
    first, second = then["items"]
    assert first["presented"] == {"kind": "link", "text": loglab.link_of("one"), "name": None, "sha256": None}
    assert (first["state"], first["evidence"], first["entry"], first["today"]) == ("valid", True, 13, None)
    assert first["fields"]["name"] == "阿依古丽·测试"
    assert (second["state"], second["code"], second["evidence"], second["fields"]) == ("unknown", "no-match", False, {})
    assert "issuer" not in answer


def test_what_became_of_it_since_is_said_apart(desk: Desk, signed: bytes) -> None:
    assert [item["today"] for item in desk.told(signed, desk.log)["then"]["items"]] == ["valid", None]
    desk.lab.record(REVOKED)
    desk.publish()
    answer = desk.told(signed, desk.log)
    assert (answer["state"], answer["exit"]) == ("verification-receipt", 0)
    assert [(item["state"], item["today"]) for item in answer["then"]["items"]] == [
        ("valid", "revoked-or-superseded"),
        ("unknown", None),
    ]
    assert "; today REVOKED-OR-SUPERSEDED (" in desk.check(signed, desk.log)[1]


def test_what_cannot_be_asked_of_today_takes_nothing_from_the_receipt(desk: Desk, signed: bytes) -> None:
    (desk.folder / "log" / "checkpoint").unlink()
    answer = desk.told(signed, desk.log)
    assert (answer["state"], answer["exit"]) == ("verification-receipt", 0)
    assert any("what became of it since could not be checked" in note for note in answer["notes"])
    assert answer["then"]["items"][0]["today"] is None


def test_a_log_that_was_rewritten_since_is_found_by_a_receipt(desk: Desk, signed: bytes) -> None:
    desk.lab.entries[12] = desk.lab.entries[11]
    desk.lab.record(loglab.attended("two"))
    desk.publish()
    answer = desk.told(signed, desk.log)
    assert (answer["state"], answer["exit"], answer["code"]) == ("inconsistent", 1, "inconsistent")
    assert "the verification receipt's checkpoint" in answer["message"]


def test_a_state_that_the_evidence_does_not_show(desk: Desk) -> None:
    desk.lab.record(REVOKED)
    lie = receipt(desk.lab, item(desk.lab, changes=[14], state="valid"))
    answer = desk.told(lie, "--offline")
    assert (answer["state"], answer["exit"]) == ("inconsistent", 1)
    assert answer["message"] == "item 1: it says valid, and the evidence in it says revoked"
    assert "then" not in answer


def test_a_changed_byte_of_the_signed_receipt_is_never_good(desk: Desk, signed: bytes) -> None:
    for at in range(0, len(signed), 97):
        answer = desk.told(signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :], "--offline")
        assert answer["exit"] == 1, at
        assert "then" not in answer


@pytest.mark.parametrize("at", [0.02, 0.3, 0.6, 0.98])
def test_a_changed_byte_of_its_pdf_is_not_as_issued(desk: Desk, signed: bytes, at: float) -> None:
    paper = desk.paper(signed)
    where = int(len(paper) * at)
    answer = desk.told(paper[:where] + bytes([paper[where] ^ 1]) + paper[where + 1 :], "--offline")
    assert (answer["state"], answer["exit"], answer["code"]) == ("not-as-issued", 1, "not-as-issued")


def test_an_edited_pdf_shows_what_was_signed(desk: Desk, signed: bytes) -> None:
    code, text = desk.check(desk.paper(signed) + b"\n% another page\n", "--offline")
    assert code == 1
    assert text.startswith("NOT-AS-ISSUED")
    assert "  item 1: VALID; " in text
    assert "its pages may show something else" in text


def test_a_seal_does_not_stand_for_the_signature_of_the_receipt_in_it(desk: Desk, signed: bytes) -> None:
    spoilt = signed[:-1] + bytes([signed[-1] ^ 1])
    answer = desk.told(desk.paper(signed, carrying=spoilt), "--offline")
    assert (answer["state"], answer["exit"], answer["code"]) == ("tampered", 1, "bad-signature")


def test_a_file_is_a_certificate_or_a_receipt_and_never_both(desk: Desk, signed: bytes) -> None:
    both = paper_with(desk.lab.proof(13), signed)
    assert desk.told(both, "--offline")["state"] == "not-as-issued"
    sealed_both = sealed(both + b"\n%" + seal.PLACEHOLDER + b"\n", DOCUMENTS.sign)
    answer = desk.told(sealed_both, "--offline")
    assert (answer["state"], answer["exit"]) == ("not-a-proof", 1)
    assert "both a proof and a verification receipt" in answer["message"]


def paper_with(proof: bytes, signed: bytes) -> bytes:
    """A PDF by somebody else, with both attachments."""
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200)
    for name, data in (("proof.cbor", proof), (FILE_NAME, signed)):
        document.new_attachment(name).set_data(data)
    out = BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def test_with_the_trust_file_of_another_base(desk: Desk, signed: bytes) -> None:
    other = Lab.founded(NOW + timedelta(seconds=40))
    (desk.folder / "trust.txt").write_text(other.trust_text(), encoding="utf-8")
    answer = desk.told(signed, "--offline")
    assert (answer["state"], answer["exit"]) == ("unknown-key", 1)
    assert "genesis" in answer["message"]


@pytest.mark.parametrize("form", ["cbor", "pdf"])
@pytest.mark.parametrize("signer", [DOCUMENTS, STATUS])
def test_by_a_key_that_was_reported_compromised_it_is_no_verdict(
    desk: Desk, signed: bytes, form: str, signer: loglab.Signer
) -> None:
    data = signed if form == "cbor" else desk.paper(signed)
    desk.lab.record(loglab.compromised(signer, "CQUPT", 14), ROOT, CLERK)
    desk.publish()
    answer = desk.told(data, "--offline")
    assert (answer["state"], answer["exit"]) == ("could-not-check", 3)
    assert "compromised" in answer["message"]
