"""«The PDF and the PNG of each code rendered at 150 dpi decode; both codes check; an edited PDF (a changed name or date
in print) cannot look valid: the CLI shows what was signed, and a file that differs from the one issued is named "not as
issued".» And what the standing of a certificate does to the exit code."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from ledger.awards import open_awards
from ledger.publication import Publication
from ledger.tiles import DiskFolder
from tests.acceptance import forgeries, recent
from tests.acceptance.conftest import Taken
from tests.acceptance.terminal import COULD_NOT, GOOD, NOT_GOOD, Answer, Terminal
from tests.engines import BOTH
from verifier import trust
from verifier.kinds import TitleGranted
from verifier.standing import Standing

# What is on paper does not depend on where the ledger lies.
pytestmark = pytest.mark.engine("sqlite")

NOT_AS_ISSUED = "this file is not, byte for byte, one that the ledger issued"


@dataclass(frozen=True)
class Paper:
    """A PDF with what it must show."""

    number: str
    name: str
    file: Path
    fields: tuple[str, ...]

    @property
    def pdf(self) -> bytes:
        return self.file.read_bytes()


@pytest.fixture(scope="module")
def certificates(person: Terminal, small: Taken, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Paper]:
    """The certificates of the cohort that ended last week, by name."""
    folder = tmp_path_factory.mktemp("papers")
    answer = person.certledger("certificates", "--cohort", recent.COHORT, "--ledger", small.ledger, "-o", folder)
    answer.expect(GOOD, "4 certificates")
    found = {}
    for file in folder.iterdir():
        text = forgeries.text_of(file.read_bytes())
        (name,) = [name for name in recent.PEOPLE.values() if name in text]
        found[name] = Paper(file.stem, name, file, (file.stem, name, "88.0", recent.day(7), "500000********"))
    return found


@pytest.fixture(scope="module")
def certificate(certificates: dict[str, Paper]) -> Paper:
    return certificates["林知远"]


@pytest.fixture(scope="module")
def title(person: Terminal, small: Taken, tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """A title of the sample pack that stands: titles do not expire."""
    with person.opened(small.ledger) as opened, open_awards(opened) as awards:
        event = next(
            item.event
            for item in awards.all()
            if isinstance(item.event, TitleGranted) and item.award.on(item.event.granted_on) is Standing.VALID
            if not item.award.ended
        )
    file = tmp_path_factory.mktemp("title") / "title.pdf"
    person.certledger("certificate", event.number, "--ledger", small.ledger, "-o", file).expect(GOOD)
    level = {"assistant-engineer": "助理工程师", "engineer": "工程师"}[event.level]
    fields = (str(event.number), str(event.name), str(event.speciality), event.granted_on.isoformat(), level)
    return Paper(str(event.number), str(event.name), file, fields)


@pytest.fixture(params=["certificate", "title"])
def paper(request: pytest.FixtureRequest) -> Paper:
    found: Paper = request.getfixturevalue(request.param)
    return found


def codes_of(pdf: bytes) -> dict[str, tuple[str, Image.Image]]:
    """Both codes of a page rendered at 150 dpi: what each says, and its picture alone with its quiet zone."""
    page = forgeries.picture_of(pdf)
    found = {}
    for code in zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode):
        corners = [getattr(code.position, name) for name in ("top_left", "top_right", "bottom_left", "bottom_right")]
        across, down = [corner.x for corner in corners], [corner.y for corner in corners]
        margin = 14
        box = (min(across) - margin, min(down) - margin, max(across) + margin, max(down) + margin)
        found["proof" if "/p#" in code.text else "link"] = code.text, page.crop(box)
    return found


def check(person: Terminal, small: Taken, *words: object, stdin: bytes = b"") -> Answer:
    """`certverify check` with the base's own trust file."""
    return person.certverify("check", *words, "--trust", small.trust, stdin=stdin)


# --- both codes -----------------------------------------------------------------------------------------------------


def test_both_codes_are_read_from_the_page_at_150_dpi(person: Terminal, small: Taken, paper: Paper) -> None:
    codes = codes_of(paper.pdf)
    assert set(codes) == {"link", "proof"}
    assert codes["link"][0].startswith("https://") or codes["link"][0].startswith("http://127.0.0.1:")
    proof, picture = codes["proof"]
    assert max(picture.size) < max(forgeries.picture_of(paper.pdf).size) / 2
    check(person, small, proof, "--offline").expect(GOOD, "standing not checked", *paper.fields)


def test_the_png_of_the_proof_code_checks(person: Terminal, small: Taken, paper: Paper, tmp_path: Path) -> None:
    png = tmp_path / "proof.png"
    png.write_bytes(forgeries.png_of(codes_of(paper.pdf)["proof"][1]))
    check(person, small, png, "--offline").expect(GOOD, *paper.fields)
    check(person, small, png, "--log", small.published).expect(GOOD, "VALID", *paper.fields)


def test_a_picture_of_the_whole_page_checks(person: Terminal, small: Taken, paper: Paper, tmp_path: Path) -> None:
    png = tmp_path / "page.png"
    png.write_bytes(forgeries.png_of(forgeries.picture_of(paper.pdf)))
    check(person, small, png, "--log", small.published).expect(GOOD, "VALID", "compare these fields", *paper.fields)


def test_the_attached_proof_is_that_of_the_code(person: Terminal, small: Taken, paper: Paper, tmp_path: Path) -> None:
    proof = forgeries.proof_in(paper.pdf)
    number = int.from_bytes(b"\x01" + proof, "big")
    assert codes_of(paper.pdf)["proof"][0].partition("#")[2] == str(number)
    file = tmp_path / "proof.cbor"
    file.write_bytes(proof)
    check(person, small, file, "--log", small.published).expect(GOOD, "VALID", *paper.fields)
    check(person, small, "-", "--log", small.published, stdin=proof).expect(GOOD, "VALID", *paper.fields)


def test_the_pdf_checks(person: Terminal, small: Taken, paper: Paper) -> None:
    check(person, small, paper.file, "--log", small.published).expect(GOOD, "VALID", *paper.fields)
    check(person, small, "-", "--log", small.published, stdin=paper.pdf).expect(GOOD, "VALID")


def test_the_page_shows_all_fields(paper: Paper) -> None:
    text = forgeries.text_of(paper.pdf)
    for field in paper.fields:
        year, dash, rest = field.partition("-")
        if year.isdigit() and dash:
            month, _, day = rest.partition("-")
            assert f"{year} 年 {int(month)} 月 {int(day)} 日" in text
        else:
            assert field in text
    assert "核验网址" in text


@BOTH
def test_the_link_code_and_the_whole_pdf_check_against_the_served_page(
    person: Terminal, small: Taken, certificates: dict[str, Paper], certificate: Paper, tmp_path: Path
) -> None:
    ledger = small.copy(tmp_path / "ledger")
    link, picture = codes_of(certificate.pdf)["link"]
    png = tmp_path / "link.png"
    png.write_bytes(forgeries.png_of(picture))
    port = trust.parse(small.trust.read_text("utf-8")).url.rpartition(":")[2]
    with person.start("serve", "--ledger", ledger, "--port", port) as server:
        try:
            answer = check(person, small, certificate.file)
            deadline = time.monotonic() + 60
            while answer.code != GOOD and server.poll() is None and time.monotonic() < deadline:
                time.sleep(0.2)
                answer = check(person, small, certificate.file)
            answer.expect(GOOD, "VALID", *certificate.fields)
            for thing in (link, link.replace("/C/", "/c/").lower(), png, codes_of(certificate.pdf)["proof"][0]):
                check(person, small, thing).expect(GOOD, "VALID", *certificate.fields)
            other = link[:-1] + ("0" if link[-1] != "0" else "1")
            check(person, small, other).expect(COULD_NOT, "404")
            person.certverify("audit", f"http://127.0.0.1:{port}/log", "--trust", small.trust).expect(GOOD)
        finally:
            server.terminate()
            server.communicate()


# --- edited ---------------------------------------------------------------------------------------------------------


def rewritten_name(paper: Paper, _: Paper) -> bytes:
    return forgeries.rewrite_text(paper.pdf, paper.name, paper.name[::-1])


def rewritten_date(paper: Paper, _: Paper) -> bytes:
    year, month, day = (int(part) for part in recent.day(7).split("-"))
    return forgeries.rewrite_text(paper.pdf, f"{year} 年 {month} 月 {day} 日", f"{year} 年 {month} 月 {day}{day} 日")


def covered_name(paper: Paper, _: Paper) -> bytes:
    return forgeries.cover(paper.pdf, paper.name, "Somebody Else")


def annotated(paper: Paper, _: Paper) -> bytes:
    return forgeries.annotate(paper.pdf, "Somebody Else")


def with_the_proof_of_another(paper: Paper, other: Paper) -> bytes:
    return forgeries.swap_attachment(paper.pdf, forgeries.proof_in(other.pdf))


def with_a_byte_more(paper: Paper, _: Paper) -> bytes:
    return paper.pdf + b"\n"


def with_the_end_of_another(paper: Paper, other: Paper) -> bytes:
    return paper.pdf + other.pdf


def saved_by_another_program(paper: Paper, _: Paper) -> bytes:
    return forgeries.saved_again(paper.pdf)


EDITS = (
    rewritten_name,
    rewritten_date,
    covered_name,
    annotated,
    with_the_proof_of_another,
    with_a_byte_more,
    with_the_end_of_another,
    saved_by_another_program,
)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_an_edited_pdf_is_not_as_issued(
    person: Terminal,
    small: Taken,
    certificates: dict[str, Paper],
    certificate: Paper,
    tmp_path: Path,
    edit: Callable[[Paper, Paper], bytes],
) -> None:
    changed, file = edit(certificate, certificates["欧阳𠮷"]), tmp_path / "edited.pdf"
    assert changed != certificate.pdf
    file.write_bytes(changed)
    for words in (["--offline"], ["--log", small.published], []):
        answer = check(person, small, file, *words).expect(NOT_GOOD, "NOT-AS-ISSUED", NOT_AS_ISSUED)
        assert "VALID" not in answer.out.replace("VALID THROUGH", "")
        shown = certificates["欧阳𠮷"] if edit is with_the_proof_of_another else certificate
        if edit is not with_the_end_of_another:  # there is no telling which of two it would be
            answer.expect(NOT_GOOD, "the fields are what was signed", shown.name, *shown.fields)


def test_an_edit_does_change_what_the_page_shows(certificate: Paper) -> None:
    """The forgeries are such that an eye would be taken in."""
    name = certificate.name[::-1]
    assert name in forgeries.text_of(rewritten_name(certificate, certificate))
    assert certificate.name not in forgeries.text_of(rewritten_name(certificate, certificate))
    assert "Somebody Else" in forgeries.text_of(covered_name(certificate, certificate))
    assert codes_of(covered_name(certificate, certificate)).keys() == {"link", "proof"}


@pytest.mark.parametrize("place", ["header", "page", "seal", "trailer"])
def test_a_pdf_with_one_changed_byte_is_not_as_issued(
    person: Terminal, small: Taken, certificate: Paper, tmp_path: Path, place: str
) -> None:
    data = bytearray(certificate.pdf)
    seal = data.index(b"certledger-seal:") + 20
    data[{"header": 7, "page": len(data) // 2, "seal": seal, "trailer": len(data) - 3}[place]] ^= 1
    file = tmp_path / "edited.pdf"
    file.write_bytes(data)
    check(person, small, file, "--offline").expect(NOT_GOOD, "NOT-AS-ISSUED")


def test_the_page_as_a_new_pdf_is_not_as_issued_and_its_codes_tell(
    person: Terminal, small: Taken, certificate: Paper, tmp_path: Path
) -> None:
    """Printed to a file, or scanned: authentic codes on paper that anybody may have made."""
    out = BytesIO()
    forgeries.picture_of(certificate.pdf, 200).save(out, "PDF", resolution=200)
    file = tmp_path / "scan.pdf"
    file.write_bytes(out.getvalue())
    answer = check(person, small, file, "--offline")
    answer.expect(NOT_GOOD, "NOT-AS-ISSUED", "it carries no seal", "the fields are what was signed")
    answer.expect(NOT_GOOD, *certificate.fields)


# --- standing -------------------------------------------------------------------------------------------------------


def test_offline_the_standing_is_not_checked_in_so_many_words(
    person: Terminal, small: Taken, certificate: Paper
) -> None:
    answer = check(person, small, certificate.file, "--offline")
    answer.expect(GOOD, "authentic, standing not checked", "whether it was revoked since is not known")


def test_without_offline_and_with_no_network_it_could_not_be_checked(
    person: Terminal, small: Taken, certificate: Paper
) -> None:
    answer = check(person, small, certificate.file)
    answer.expect(COULD_NOT, "authentic, standing not checked", "cannot be fetched")


@BOTH
def test_a_revoked_certificate_is_not_good(
    person: Terminal, small: Taken, certificates: dict[str, Paper], tmp_path: Path
) -> None:
    trainee_no, name = list(recent.PEOPLE.items())[-1]
    revoked, standing = certificates[name], certificates["林知远"]
    ledger, published = small.copy(tmp_path / "ledger"), tmp_path / "published"
    person.taken_in(ledger, recent.write_revocation(tmp_path / "pack", trainee_no))
    person.certledger("publish", published, "--ledger", ledger).expect(GOOD)
    answer = check(person, small, revoked.file, "--log", published)
    answer.expect(NOT_GOOD, "REVOKED", "authentic, but revoked", *revoked.fields)
    check(person, small, standing.file, "--log", published).expect(GOOD, "VALID")
    check(person, small, standing.file, revoked.file, "--log", published).expect(NOT_GOOD)
    # With the list from before, or none, nobody can know.
    check(person, small, revoked.file, "--log", small.published).expect(GOOD, "VALID")
    check(person, small, revoked.file, "--offline").expect(GOOD, "standing not checked")
    # No new paper is made for it.
    again = person.certledger("certificates", "--cohort", recent.COHORT, "--ledger", ledger, "-o", tmp_path / "papers")
    again.expect(GOOD, "3 certificates", f"passed over  {revoked.number}")
    one = person.certledger("certificate", revoked.number, "--ledger", ledger, "-o", tmp_path / "one.pdf")
    one.expect(NOT_GOOD, revoked.number, "no longer in force")
    assert not (tmp_path / "one.pdf").exists()


def test_an_expired_certificate_is_not_good(person: Terminal, small: Taken, tmp_path: Path) -> None:
    person.certledger(
        "certificates", "--cohort", "BDI-2022A", "--ledger", small.ledger, "-o", tmp_path / "papers"
    ).expect(GOOD)
    file = min((tmp_path / "papers").iterdir())
    check(person, small, file, "--log", small.published).expect(NOT_GOOD, "EXPIRED", "last day of validity has passed")


@BOTH
def test_a_status_list_from_two_days_ago_could_not_be_relied_on(
    person: Terminal, small: Taken, certificate: Paper, tmp_path: Path
) -> None:
    published = tmp_path / "published"
    with person.opened(small.copy(tmp_path / "ledger")) as opened:
        before = opened.clock() // 1000 - 2 * 86_400
        Publication(opened.store, opened.log_signers().status).publish(DiskFolder(published), before)
    answer = check(person, small, certificate.file, "--log", published)
    answer.expect(COULD_NOT, "authentic, standing not checked", "the newest status list is 2 days old")
    person.certverify("audit", published, "--trust", small.trust).expect(GOOD)


# --- whom one trusts ------------------------------------------------------------------------------------------------


def test_with_the_trust_file_of_another_ledger_nothing_is_good(
    person: Terminal, small: Taken, dirty: Taken, certificate: Paper, tmp_path: Path
) -> None:
    proof = tmp_path / "proof.cbor"
    proof.write_bytes(forgeries.proof_in(certificate.pdf))
    for thing in (proof, certificate.file, codes_of(certificate.pdf)["proof"][0]):
        answer = person.certverify("check", thing, "--trust", dirty.trust, "--offline")
        assert answer.code == NOT_GOOD, answer.said
        assert "AUTHENTIC" not in answer.out


def test_without_a_trust_file_nothing_can_be_checked(person: Terminal, small: Taken, certificate: Paper) -> None:
    person.certverify("check", certificate.file, "--offline").expect(COULD_NOT, "there is no trust file")
    missing = small.trust.with_name("none.txt")
    answer = person.certverify("check", certificate.file, "--trust", missing, "--offline")
    answer.expect(COULD_NOT, "there is no trust file", "none.txt")
    answer = person.certverify("check", certificate.file, "--offline", env={"CERTLEDGER_TRUST": str(small.trust)})
    answer.expect(GOOD, "standing not checked")
