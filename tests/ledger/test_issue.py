"""Papers out of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdfium2 import PdfDocument

from ledger.awards import Awards
from ledger.commands import SuspendCertificate
from ledger.issue import issue, issue_cohort
from ledger.open import Ledger
from ledger.refusals import Code, Refusal
from tests.api.whole_ledger import NOW, TODAY, URL, WholeLedger, by, do, publish_now, trainee
from verifier import bundle, tlogproof, trust
from verifier.address import parse_address
from verifier.check import Checker
from verifier.errors import NotAsIssued
from verifier.fetch import FolderLog
from verifier.kinds import CertificateAwarded
from verifier.scan import read
from verifier.seal import check
from verifier.verdict import State
from verifier.verify import verify_proof


@pytest.fixture
def ledger(whole: WholeLedger) -> Iterator[Ledger]:
    with whole.opened() as opened:
        yield opened


def verdict(awards: Awards, paper: bytes, *, drawn: bool = True) -> State:
    known = awards.snapshot().trust
    checker = Checker(known, datetime.fromtimestamp(NOW / 1000, UTC), FolderLog(awards.ledger.public), drawn=drawn)
    return checker.check_bytes("paper", paper).state


@pytest.mark.parametrize("name", ["valid", "title valid"])
def test_an_issued_paper_checks_and_carries_both_codes(awards: Awards, whole: WholeLedger, name: str) -> None:
    paper = issue(awards, by(awards, whole.links[name]))
    assert verdict(awards, paper) is State.VALID
    found = read(paper)
    assert found.proof == awards.proof(by(awards, whole.links[name]))
    parsed = [parse_address(code) for code in found.codes]
    assert {getattr(item, "link_id", None) for item in parsed} == {whole.links[name], None}
    assert {item.host for item in parsed} == {URL.partition("://")[2]}


def test_the_attached_evidence_proves_the_entry_by_itself(awards: Awards, whole: WholeLedger) -> None:
    """With the attached files alone: the proof's statement is under the checkpoint, by the trust file's keys."""
    issued = by(awards, whole.links["valid"])
    paper = issue(awards, issued)
    with closing(PdfDocument(paper)) as document:
        attached = [document.get_attachment(at) for at in range(document.count_attachments())]
        found = {item.get_name(): bytes(item.get_data()) for item in attached}
    known = trust.parse(found["trust.txt"].decode())
    shown = bundle.parse(found["proof.cbor"])
    evidence = tlogproof.parse(found["inclusion.tlog-proof"])
    head = tlogproof.verify(evidence, shown.statement.raw, known.checkpoint_keys(), known.origin)
    assert (evidence.index, head.size) == (shown.receipt.index, shown.receipt.size) == (issued.index, known.as_of)
    assert known == awards.trust_at(head.size)
    text = read(paper).pdf_text.replace(" ", "").replace("\n", "")
    assert trust.fingerprint(known).replace(" ", "") in text
    assert str(known.log) in text


def test_the_same_award_gives_the_same_paper_and_a_newer_head_another_good_one(
    ledger: Ledger, awards: Awards, whole: WholeLedger
) -> None:
    issued = by(awards, whole.links["valid"])
    first = issue(awards, issued)
    assert issue(awards, issued) == first
    other = by(awards, whole.links["reinstated"])
    do(ledger, SuspendCertificate(trainee(other), other.stream, "other", TODAY))
    publish_now(ledger)
    second = issue(awards, issued)
    assert second != first
    assert verdict(awards, first) is verdict(awards, second) is State.VALID


def test_an_edited_paper_is_not_as_issued(awards: Awards, whole: WholeLedger) -> None:
    paper = issue(awards, by(awards, whole.links["valid"]))
    document = awards.ledger.log_signers().document.public_key
    check(paper, document)
    for at in range(0, len(paper), len(paper) // 50):
        edited = bytearray(paper)
        edited[at] ^= 1
        with pytest.raises(NotAsIssued):
            check(bytes(edited), document)


@pytest.mark.parametrize("name", ["valid", "title valid", "revoked", "suspended"])
def test_leaving_the_pages_of_a_sealed_paper_alone_changes_no_verdict(
    awards: Awards, whole: WholeLedger, name: str
) -> None:
    paper = issue(awards, by(awards, whole.links[name]))
    at = len(paper) // 2
    for file in (paper, paper + b"\n", paper[:at] + bytes([paper[at] ^ 1]) + paper[at + 1 :]):
        assert verdict(awards, file, drawn=False) is verdict(awards, file)
    assert verdict(awards, paper, drawn=False).value == name.removeprefix("title ")
    assert verdict(awards, paper + b"\n", drawn=False) is State.NOT_AS_ISSUED


def test_a_revoked_certificates_paper_says_so_when_checked(awards: Awards, whole: WholeLedger) -> None:
    assert verdict(awards, issue(awards, by(awards, whole.links["revoked"]))) is State.REVOKED


def test_nothing_is_printed_of_an_erased_holder(awards: Awards, whole: WholeLedger) -> None:
    with pytest.raises(Refusal) as refused:
        issue(awards, by(awards, whole.links["erased"]))
    assert refused.value.code is Code.ERASED


def test_a_cohort_is_issued_without_what_is_no_longer_in_force(
    awards: Awards, whole: WholeLedger, tmp_path: Path
) -> None:
    superseded = by(awards, whole.links["superseded"])
    assert isinstance(superseded.event, CertificateAwarded)
    cohort = str(superseded.event.cohort)
    there = list(awards.of_cohort(cohort))
    ended = {str(issued.event.number) for issued in there if issued.award.ended}
    steps: list[tuple[int, int]] = []
    made = issue_cohort(awards, cohort, tmp_path / "papers", lambda done, total: steps.append((done, total)))
    assert set(made.passed_over) == ended
    assert ended
    wanted = {f"{issued.event.number}.pdf" for issued in there} - {f"{number}.pdf" for number in ended}
    assert {file.name for file in (tmp_path / "papers").iterdir()} == {file.name for file in made.files} == wanted
    assert steps == [(n + 1, len(wanted)) for n in range(len(wanted))]
    known = awards.snapshot().trust
    for file in made.files:
        found = read(file.read_bytes())
        assert found.proof is not None
        assert f"{verify_proof(found.proof, known).event.number}.pdf" == file.name


def test_several_processes_give_the_same_papers(awards: Awards, whole: WholeLedger, tmp_path: Path) -> None:
    issued = by(awards, whole.links["title valid"])
    certificate = by(awards, whole.links["valid"])
    assert isinstance(certificate.event, CertificateAwarded)
    cohort = str(certificate.event.cohort)
    one = issue_cohort(awards, cohort, tmp_path / "one", workers=1)
    two = issue_cohort(awards, cohort, tmp_path / "two", workers=2)
    assert [file.read_bytes() for file in one.files] == [file.read_bytes() for file in two.files]
    assert issued.event.number not in {file.stem for file in one.files}


def test_an_unknown_cohort_is_refused(awards: Awards, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        issue_cohort(awards, "no such cohort", tmp_path)
    assert refused.value.code is Code.UNKNOWN_COHORT
