"""A cohort's certificates for paper: an archive whose files check as valid, and a file for the printer."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdfium2 import PdfDocument

from ledger import commands as c
from ledger.__main__ import main
from ledger.awards import Awards, IssuedAward
from ledger.certificate import pdf
from ledger.issue import job
from ledger.open import Ledger
from ledger.papers import Papers
from ledger.refusals import Code, Refusal
from tests.api.whole_ledger import NOW, TODAY, WholeLedger, by, do, publish_now, trainee
from verifier.check import Checker
from verifier.fetch import FolderLog
from verifier.kinds import CertificateAwarded
from verifier.standing import Standing
from verifier.verdict import State


@pytest.fixture
def ledger(whole: WholeLedger) -> Iterator[Ledger]:
    with whole.opened() as opened:
        yield opened


@pytest.fixture
def cohort(awards: Awards, whole: WholeLedger) -> str:
    event = by(awards, whole.links["superseded"]).event
    assert isinstance(event, CertificateAwarded)
    return str(event.cohort)


def opened(pieces: Iterator[bytes]) -> tuple[zipfile.ZipFile, list[dict[str, str]]]:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert archive.testzip() is None
    return archive, list(csv.DictReader(io.StringIO(archive.read("index.csv").decode("utf-8-sig"))))


def test_every_pdf_of_the_archive_checks_as_valid(awards: Awards, cohort: str) -> None:
    papers = Papers(awards, cohort, TODAY)
    archive, index = opened(papers.zipped())
    now = datetime.fromtimestamp(NOW / 1000, UTC)
    checker = Checker(awards.snapshot().trust, now, FolderLog(awards.ledger.public))
    names = [f"{paper.number}.pdf" for paper in papers.wanted]
    assert archive.namelist() == [*names, "index.csv"]
    assert len(names) > 2
    for name in names:
        assert checker.check_bytes(name, archive.read(name)).state is State.VALID
    assert [row["file"] for row in index if row["file"]] == names


def test_what_is_not_valid_is_left_out_with_the_reason(awards: Awards, whole: WholeLedger, cohort: str) -> None:
    _, index = opened(Papers(awards, cohort, TODAY).zipped())
    stands = {str(item.event.number): item.award.on(TODAY).value for item in awards.of_cohort(cohort)}
    assert {row["number"]: row["left_out"] or "valid" for row in index} == stands
    assert "superseded" in stands.values()
    assert all(bool(row["file"]) == (not row["left_out"]) for row in index)
    assert [row["trainee_no"] for row in index] == sorted(row["trainee_no"] for row in index)
    erased = by(awards, whole.links["erased"])
    assert erased.erased
    assert len(index) == len(list(awards.of_cohort(cohort)))


def test_the_print_file_has_every_page_in_the_order_of_the_numbers(awards: Awards, cohort: str) -> None:
    papers = Papers(awards, cohort, TODAY)
    file = PdfDocument(b"".join(papers.bound()))
    assert len(file) == 2 * len(papers.wanted) + 1
    for n, paper in enumerate(papers.wanted):
        assert paper.number in file[2 * n].get_textpage().get_text_range()
    last = file[len(file) - 1].get_textpage().get_text_range()
    for paper in papers.left_out:
        assert f"{paper.number} {paper.left_out}" in last


def test_several_processes_give_the_same_archive(awards: Awards, cohort: str) -> None:
    one, two = (b"".join(Papers(awards, cohort, TODAY, workers).zipped()) for workers in (1, 2))
    assert one == two


def test_what_changes_meanwhile_is_left_out_after_all(awards: Awards, cohort: str) -> None:
    """Between the list and its paper one is suspended, one erased, and one is of a name that cannot be printed."""
    papers = Papers(awards, cohort, TODAY)
    suspended, erased, *others = (awards.by_link(paper.link) for paper in papers.wanted)
    assert suspended is not None
    assert erased is not None
    do(awards.ledger, c.SuspendCertificate(trainee(suspended), suspended.stream, "other", TODAY))
    do(awards.ledger, c.EraseTrainee(trainee(erased)))
    publish_now(awards.ledger)
    awards.catch_up()
    archive, index = opened(papers.zipped())
    numbers = [paper.number for paper in papers.wanted]
    assert archive.namelist() == [*(f"{number}.pdf" for number in numbers[2:]), "index.csv"]
    told = {row["number"]: row["left_out"] for row in index}
    assert (told[numbers[0]], told[numbers[1]]) == ("suspended", "gone")
    assert len(others) == len(archive.namelist()) - 1


def test_a_name_that_cannot_be_printed_keeps_nobody_from_theirs(awards: Awards, cohort: str) -> None:
    first = Papers(awards, cohort, TODAY).wanted[0]

    def make(awards: Awards, issued: IssuedAward) -> pdf.Job:
        page, proof, evidence = job(awards, issued)
        return replace(page, name="\U0001f600") if page.number == first.number else page, proof, evidence

    for workers in (1, 2):
        archive, index = opened(Papers(awards, cohort, TODAY, workers, make).zipped())
        assert f"{first.number}.pdf" not in archive.namelist()
        assert {row["left_out"] for row in index if row["number"] == first.number} == {"cannot-print"}
        assert len(archive.namelist()) == len(Papers(awards, cohort, TODAY).wanted)
    file = PdfDocument(b"".join(Papers(awards, cohort, TODAY, 1, make).bound()))
    assert f"{first.number} cannot-print" in file[len(file) - 1].get_textpage().get_text_range()


def test_what_breaks_off_is_no_archive(awards: Awards, cohort: str) -> None:
    pieces = list(Papers(awards, cohort, TODAY).zipped())
    assert len(pieces) > 2
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(pieces[:-1])))


def test_a_failure_in_the_middle_ends_the_file_without_its_end(awards: Awards, cohort: str) -> None:
    asked, written = list[IssuedAward](), list[bytes]()

    def make(awards: Awards, issued: IssuedAward) -> pdf.Job:
        asked.append(issued)
        if len(asked) == 3:
            raise Refusal(Code.NO_KEY, "the key is gone")
        return job(awards, issued)

    def read() -> None:
        written.extend(Papers(awards, cohort, TODAY, 1, make).zipped())

    with pytest.raises(Refusal):
        read()
    assert len(written) == 2
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(written)))


def test_only_a_few_papers_are_made_ahead(awards: Awards, cohort: str) -> None:
    """Who stops reading stops the work, in one process and in two."""
    (page, proof, evidence), taken = job(awards, next(awards.of_cohort(cohort))), list[int]()

    def jobs() -> Iterator[pdf.Job]:
        for n in range(200):
            taken.append(n)
            yield page, proof, evidence

    made = pdf.render_each(jobs(), 2)
    next(made)
    assert len(taken) <= 40
    made.close()  # type: ignore[attr-defined]


def test_an_unknown_cohort_is_refused(awards: Awards) -> None:
    with pytest.raises(Refusal) as refused:
        Papers(awards, "no such cohort", TODAY)
    assert refused.value.code is Code.UNKNOWN_COHORT


def test_the_command_writes_either_file(whole: WholeLedger, awards: Awards, cohort: str, tmp_path: Path) -> None:
    """Its day is the machine's own, so that other papers may be valid by now."""
    found = {}
    for name in ("out.zip", "out.pdf"):
        told = [*("papers", "--ledger", whole.address, "--cohort", cohort), "-o", str(tmp_path / name), "--json"]
        run = CliRunner().invoke(main, told)
        assert run.exit_code == 0, run.output
        found[name] = json.loads(run.output)
    printed = found["out.zip"]["printed"]
    assert len(zipfile.ZipFile(tmp_path / "out.zip").namelist()) == printed + 1
    assert len(PdfDocument(tmp_path / "out.pdf")) >= 2 * printed
    assert {item["left_out"] for item in found["out.pdf"]["left_out"]} <= {item.value for item in Standing}
    assert sorted(path.name for path in tmp_path.glob("*out*")) == ["out.pdf", "out.zip"], "no other file is left"
    wrong = CliRunner().invoke(main, ["papers", "--ledger", whole.address, "--cohort", "no", "-o", "x.doc"])
    assert wrong.exit_code == 2
    assert "ends in .zip or .pdf" in wrong.output
