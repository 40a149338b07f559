"""The command as somebody uses it: what it is given, what it says, and with which exit code it ends."""

from __future__ import annotations

import base64
import json
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from qrcode import QRCode

from ledger.certificate.page import Bilingual, CertificatePage, LogMark
from ledger.certificate.pdf import issue
from tests.verifier import loglab
from tests.verifier.loglab import CLERK, DOCUMENTS, ROOT, Lab, uuid
from verifier import address, kinds, seal
from verifier.__main__ import certverify
from verifier.check import Checker
from verifier.current import business_day
from verifier.verdict import State, worst

NOW = datetime.now(UTC) - timedelta(minutes=2)
TODAY = business_day(NOW + timedelta(minutes=1))
"""Not before the day on which the last of a lab's entries is recorded; it may be over when a test is run."""


@dataclass
class Place:
    """A folder with a published log in `log`, its trust file and the proof of the one certificate at index 13."""

    folder: Path
    lab: Lab
    files: dict[str, bytes] = field(default_factory=dict)

    def publish(self) -> None:
        self.lab.publish(self.folder / "log")
        (self.folder / "trust.txt").write_text(self.lab.trust_text(), encoding="utf-8")

    def write(self, name: str, data: bytes) -> str:
        (self.folder / name).write_bytes(data)
        return str(self.folder / name)

    @property
    def proof(self) -> bytes:
        return self.lab.proof(13, 14)

    @property
    def proof_address(self) -> str:
        return address.proof_address(self.lab.url, self.proof)

    @property
    def link(self) -> str:
        return address.link_address(self.lab.url, loglab.link_of("one"))

    def check(self, *things: str, given: bytes | None = None, trust: bool = True) -> Result:
        options = ["--trust", str(self.folder / "trust.txt")] if trust else []
        return run("check", *options, *things, given=given)

    def checked(self, *things: str, given: bytes | None = None) -> dict[str, Any]:
        """The JSON of one verdict, which must fit the exit code."""
        result = self.check("--json", *things, given=given)
        answer: dict[str, Any] = json.loads(result.stdout)
        assert answer["exit"] == result.exit_code
        return answer

    @property
    def log(self) -> str:
        return f"--log={self.folder / 'log'}"


def run(*arguments: str, given: bytes | None = None) -> Result:
    result = CliRunner().invoke(certverify, arguments, input=given, prog_name="certverify")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path, Lab.founded(NOW))
    assert place.lab.record(loglab.certificate(on=TODAY)) == 13
    place.publish()
    return place


def revoked() -> kinds.CertificateRevoked:
    return kinds.CertificateRevoked(certificate_id=uuid("certificate one"), revoked_on=TODAY, reason="fraud")


# --- proofs and addresses -------------------------------------------------------------------------------------------


def test_the_state_stands_first_then_what_was_signed_and_by_whom(place: Place) -> None:
    result = place.check(place.write("proof.cbor", place.proof), place.log)
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0] == "VALID  authentic, and it stands"
    assert f"  证书编号 number: {loglab.number_of('one')}" in lines
    assert "  姓名 name: 阿依古丽·测试" in lines
    assert "  认证项目 programme: 大数据智能化国际企业认证 Big Data Intelligent Certification (BDI)" in lines
    assert "  custody: key held by CQUPT for HUAWEI: the signature proves what CQUPT said in its name" in lines
    assert "  as of: the log's first 14 entries" in lines


@pytest.mark.parametrize("form", ["proof.cbor", "address", "address in a file", "standard input", "HTTPS in capitals"])
def test_every_form_of_a_proof_gives_the_same_answer(place: Place, form: str) -> None:
    thing = {
        "proof.cbor": place.write("proof.cbor", place.proof),
        "address": place.proof_address,
        "address in a file": place.write("address.txt", place.proof_address.encode() + b"\n"),
        "standard input": "-",
        "HTTPS in capitals": place.proof_address.replace("https://certificates", "HTTPS://CERTIFICATES"),
    }[form]
    answer = place.checked(thing, place.log, given=place.proof if thing == "-" else None)
    assert (answer["state"], answer["fields"]["name"], answer["entry"]) == ("valid", "阿依古丽·测试", 13)
    assert answer["issuer"]["custody"] == "base"
    assert answer["fields"]["programme"] == "BDI"


def test_a_title_is_shown_with_its_own_fields(place: Place) -> None:
    own = loglab.Signer("the authority's own", loglab.AUTHORITY.issuer)
    granted = loglab.authorised(own, "CQHRSS", kinds.AUTHORITY_KINDS, "organisation")
    place.lab.record(granted, loglab.ROOT, loglab.CLERK)
    index = place.lab.record(loglab.title(on=TODAY), own)
    place.publish()
    result = place.check(place.write("proof.cbor", place.lab.proof(index)), place.log)
    assert result.exit_code == 0
    assert "  职称 title: 工程师 engineer" in result.stdout
    assert "valid through" not in result.stdout
    assert "  custody: CQHRSS holds its key itself" in result.stdout


def test_a_revocation_is_told_with_day_and_reason(place: Place) -> None:
    place.lab.record(revoked())
    place.publish()
    answer = place.checked(place.proof_address, place.log)
    assert (answer["state"], answer["exit"], answer["as_of"]) == ("revoked", 1, 15)
    assert f"revoked on {TODAY}, reason: fraud" in answer["notes"]


@pytest.mark.parametrize(
    ("days", "state", "code"), [(-1, "valid", 0), (2, "not-yet-valid", 1), (-365 * 3 - 2, "expired", 1)]
)
def test_the_awards_own_days_decide(tmp_path: Path, days: int, state: str, code: int) -> None:
    place = Place(tmp_path, Lab.founded(NOW))
    place.lab.record(loglab.certificate(on=TODAY + timedelta(days=days)))
    place.publish()
    answer = place.checked(place.proof_address, place.log)
    assert (answer["state"], answer["exit"]) == (state, code)


def test_without_a_log_the_standing_is_not_checked_and_says_so(place: Place) -> None:
    asked = place.checked(place.proof_address, "--offline")
    assert (asked["state"], asked["exit"], asked["fields"]["total"]) == ("authentic-standing-not-checked", 0, "86.5")
    shutdown = place.checked(place.proof_address, f"--log={place.folder}")
    assert (shutdown["state"], shutdown["exit"]) == ("authentic-standing-not-checked", 3)
    assert "checkpoint cannot be read" in shutdown["message"]
    text = place.check(place.proof_address, "--offline").stdout
    assert text.startswith("AUTHENTIC-STANDING-NOT-CHECKED  authentic, standing not checked\n")
    assert "whether it was revoked since is not known" in text


def test_offline_with_a_folder_checks_the_standing(place: Place) -> None:
    assert place.checked(place.proof_address, "--offline", place.log)["state"] == "valid"
    (place.folder / "log/status/0").unlink()
    answer = place.checked(place.proof_address, "--offline", place.log)
    assert (answer["state"], answer["exit"]) == ("authentic-standing-not-checked", 3)


def test_a_damaged_published_file_says_nothing_about_the_award(place: Place) -> None:
    (place.folder / "log/checkpoint").write_bytes(place.lab.checkpoint(signer=loglab.THIEF))
    answer = place.checked(place.proof_address, place.log)
    assert (answer["state"], answer["exit"], answer["code"]) == ("authentic-standing-not-checked", 3, "unknown-key")


def test_a_log_that_contradicts_itself_is_named(place: Place) -> None:
    proof = place.proof_address
    rewritten = Lab.founded(NOW)
    rewritten.record(loglab.certificate("two", on=TODAY))
    rewritten.publish(place.folder / "log")
    answer = place.checked(proof, place.log)
    assert (answer["state"], answer["exit"], answer["code"]) == ("inconsistent", 1, "inconsistent")
    assert answer["fields"]["name"] == "阿依古丽·测试"


@pytest.mark.parametrize(
    ("spoil", "state", "code"),
    [
        (lambda proof: proof[:-1], "not-a-proof", "malformed"),
        (lambda proof: proof.replace(b"86.5", b"96.5"), "tampered", "mismatch"),
        (lambda proof: proof.replace(b"https://huawei", b"https://huawex"), "not-entitled", "not-entitled"),
        (lambda proof: proof.replace(loglab.PARTNER.kid, loglab.THIEF.kid), "unknown-key", "unknown-key"),
        (lambda proof: proof.replace(TODAY.isoformat().encode(), b"2020-01-01", 1), "tampered", "bad-signature"),
    ],
)
def test_each_way_of_not_being_good_has_its_word(place: Place, spoil: Any, state: str, code: str) -> None:
    spoilt = spoil(place.proof)
    assert spoilt != place.proof
    answer = place.checked(place.write("proof.cbor", spoilt), place.log)
    assert (answer["state"], answer["exit"], answer["code"]) == (state, 1, code)
    assert answer["fields"] == {}


def test_a_proof_code_that_leads_elsewhere_is_pointed_out(place: Place) -> None:
    answer = place.checked(address.proof_address("https://evil.example.net", place.proof), place.log)
    assert answer["state"] == "valid"
    assert any("leads to evil.example.net" in note for note in answer["notes"])


# --- several things, exits, trust files -----------------------------------------------------------------------------


def test_the_worst_answer_gives_the_exit_code_and_each_is_reported(place: Place) -> None:
    good, bad = place.write("good", place.proof), place.write("bad", place.proof[:-1])
    nowhere = str(place.folder / "nowhere")
    for things, code in [
        ((good, good), 0),
        ((good, nowhere), 3),
        ((nowhere, bad, good), 1),
    ]:
        result = place.check("--json", place.log, *things)
        assert result.exit_code == code
        assert [json.loads(line)["thing"] for line in result.stdout.splitlines()] == list(things)
    assert [worst(codes) for codes in ([0, 3], [3, 1], [1, 2], [0], [])] == [3, 1, 2, 0, 0]


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "--nonsense", "x"],
        ["check", "--offline", "--log", "https://example.org/log", "x"],
        ["check", "-", "-"],
        ["nonsense"],
        ["audit"],
        ["audit", "one", "two"],
    ],
)
def test_misuse_is_exit_2(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage: certverify" in result.stderr


def test_the_trust_file_is_the_one_named_or_that_of_the_environment_or_the_users_own(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = place.folder / "config"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.delenv("CERTLEDGER_TRUST", raising=False)
    none = place.check(place.proof_address, "--offline", trust=False)
    assert none.exit_code == 3
    assert none.stdout.startswith("COULD-NOT-CHECK")
    assert "get trust.txt from the base, compare its fingerprint" in none.stdout
    (home / "certledger").mkdir(parents=True)
    (home / "certledger/trust.txt").write_text(place.lab.trust_text(), encoding="utf-8")
    assert place.check(place.proof_address, "--offline", trust=False).exit_code == 0
    monkeypatch.setenv("CERTLEDGER_TRUST", place.write("broken", b"nonsense"))
    broken = place.check(place.proof_address, "--offline", trust=False)
    assert (broken.exit_code, "trust file, line 1" in broken.stdout) == (3, True)
    assert place.check(place.proof_address, "--offline").exit_code == 0


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"log x", b"genesis \x00"])
def test_a_trust_file_that_is_none_is_no_verdict(place: Place, content: bytes) -> None:
    place.write("trust.txt", content)
    assert place.check(place.proof_address, "--offline").exit_code == 3


def test_offline_opens_no_socket(place: Place) -> None:
    """Any socket at all ends the process with a code of its own."""
    watched = (
        "import sys, os\n"
        "sys.addaudithook(lambda name, args: name.startswith('socket.') and os._exit(77))\n"
        "from verifier.__main__ import main\nmain()\n"
    )

    def exit_of(*things: str) -> int:
        command = [sys.executable, "-c", watched, "check", "--trust", str(place.folder / "trust.txt"), *things]
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode

    link = place.link.replace("CERTIFICATES.EXAMPLE.ORG", "127.0.0.1:9")
    assert exit_of("--offline", place.proof_address) == 0
    assert exit_of("--offline", place.link) == 3
    assert exit_of("--offline", link) == 3
    # The watch itself works: a fetch is seen.
    assert exit_of("--log", "http://127.0.0.1:9/log", place.proof_address) == 77


def test_nothing_from_outside_reaches_the_terminal_raw(place: Place) -> None:
    evil = "\x1b[2J\x1b]0;owned\x07\u202egood"
    index = place.lab.record(loglab.certificate("two", on=TODAY, name=evil))
    place.publish()
    for thing in (evil, place.write("proof.cbor", place.lab.proof(index))):
        shown = place.check(thing, place.log).stdout
        assert "\\x1b[2J" in shown
        assert not {"\x1b", "\x07", "\u202e"} & set(shown)


# --- PDFs and pictures ----------------------------------------------------------------------------------------------


def page_of(place: Place) -> CertificatePage:
    event = loglab.certificate(on=TODAY)
    return CertificatePage(
        kind="certificate",
        base=Bilingual("示例基地", "Example Base"),
        organisation=Bilingual("示例企业", "Example Enterprise"),
        custody="base",
        award=Bilingual("大数据智能化国际企业认证", "Big Data Intelligent Certification"),
        name=str(event.name),
        id_type="resident-id",
        id_number_masked=str(event.id_number_masked),
        total="86.5",
        awarded_on=event.awarded_on,
        expires_on=event.expires_on,
        number=str(event.number),
        link_id=loglab.link_of("one"),
        base_url=place.lab.url,
        recorded_at=1_700_000_000_123,
        log=LogMark(origin="o", fingerprint="f", checkpoint_key="k", checkpoint_key_id="i", index=1, size=2),
    )


@pytest.fixture
def paper(place: Place) -> bytes:
    return issue(page_of(place), place.proof, None, DOCUMENTS.sign)


def test_a_pdf_as_issued_is_checked(place: Place, paper: bytes) -> None:
    answer = place.checked(place.write("certificate.pdf", paper), place.log)
    assert (answer["state"], answer["exit"], answer["fields"]["total"]) == ("valid", 0, "86.5")
    assert place.checked("-", "--offline", given=paper)["state"] == "authentic-standing-not-checked"


@pytest.mark.parametrize("at", [0.02, 0.3, 0.5, 0.7, 0.98])
def test_a_pdf_changed_in_any_byte_is_not_as_issued(place: Place, paper: bytes, at: float) -> None:
    where = int(len(paper) * at)
    spoilt = paper[:where] + bytes([paper[where] ^ 1]) + paper[where + 1 :]
    answer = place.checked(place.write("certificate.pdf", spoilt), place.log)
    assert (answer["state"], answer["exit"], answer["code"]) == ("not-as-issued", 1, "not-as-issued")


def test_an_edited_pdf_shows_what_was_signed(place: Place, paper: bytes) -> None:
    appended = paper + b"\n% another name on top\n"
    result = place.check(place.write("certificate.pdf", appended), place.log)
    assert result.exit_code == 1
    assert result.stdout.startswith("NOT-AS-ISSUED  this file is not, byte for byte, one that the ledger issued")
    assert "  姓名 name: 阿依古丽·测试" in result.stdout
    assert "compare these fields with the paper" in result.stdout


def test_a_pdf_with_the_proof_of_another_is_not_as_issued(place: Place) -> None:
    """Somebody with a typesetter makes a page of his own around a proof that is good."""
    forged = issue(replace(page_of(place), name="别人"), place.proof, None, loglab.THIEF.sign)
    answer = place.checked(place.write("certificate.pdf", forged), place.log)
    assert (answer["state"], answer["fields"]["name"]) == ("not-as-issued", "阿依古丽·测试")


def test_a_sealed_pdf_must_hold_one_proof_and_links_of_its_own(place: Place) -> None:
    """What a careless or captured printer might seal."""
    other = place.lab.record(loglab.certificate("two", on=TODAY))
    place.publish()
    foreign_link = issue(replace(page_of(place), link_id=loglab.link_of("two")), place.proof, None, DOCUMENTS.sign)
    answer = place.checked(place.write("one.pdf", foreign_link), place.log)
    assert (answer["state"], answer["code"]) == ("tampered", "mismatch")
    for attached, word in ((place.lab.proof(other), "not-as-issued"), (place.proof, "valid"), (None, "valid")):
        sheet = place.write("two.pdf", sealed_sheet(place.proof_address, attached))
        answer = place.checked(sheet, place.log)
        assert answer["state"] == word
        assert answer["fields"]["number"] == loglab.number_of("two" if word == "not-as-issued" else "one")
        # Whoever leaves a sealed file's pages alone goes by the attached proof, and by the pages where there is none.
        quick = Checker(place.lab.trust(), NOW, drawn=False, offline=True).check_bytes("", Path(sheet).read_bytes())
        assert quick.proof == (attached or place.proof)
    empty = place.checked(place.write("three.pdf", sealed_sheet("WIFI:S:guest;;", None)), place.log)
    assert (empty["state"], empty["message"]) == ("not-as-issued", "file: it carries no proof")


def sealed_sheet(text: str, attached: bytes | None) -> bytes:
    """A PDF with a code on its page and perhaps a proof attached, sealed with the log's own key."""
    with closing(pypdfium2.PdfDocument.new()) as document:
        page = document.new_page(595, 842)
        image = pypdfium2.PdfImage.new(document)
        with closing(pypdfium2.PdfBitmap.from_pil(Image.open(BytesIO(picture(text))))) as bitmap:
            image.set_bitmap(bitmap)
        image.set_matrix(pypdfium2.PdfMatrix().scale(500, 500).translate(40, 200))
        page.insert_obj(image)
        page.gen_content()
        page.close()
        if attached is not None:
            document.new_attachment("proof.cbor").set_data(attached)
        out = BytesIO()
        document.save(out)
    pdf = out.getvalue() + b"%" + seal.PLACEHOLDER + b"\n"
    return seal.place(pdf, DOCUMENTS.sign(seal.digest(pdf)))


def test_a_pdf_of_anything_else_is_not_as_issued(place: Place) -> None:
    bare = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    answer = place.checked(place.write("bare.pdf", bare), "--offline")
    assert (answer["state"], answer["exit"]) == ("not-as-issued", 1)
    assert "no seal" in answer["message"]


def test_a_seal_by_a_compromised_key_is_no_verdict(place: Place, paper: bytes) -> None:
    place.lab.record(loglab.compromised(DOCUMENTS, "CQUPT", 14), ROOT, CLERK)
    place.publish()
    answer = place.checked(place.write("certificate.pdf", paper), place.log)
    assert (answer["state"], answer["exit"]) == ("could-not-check", 3)


def picture(*texts: str) -> bytes:
    sheet = Image.new("L", (1200 * max(1, len(texts)), 1200), 255)
    for at, text in enumerate(texts):
        drawn = QRCode(box_size=6, border=4)
        drawn.add_data(text)
        sheet.paste(drawn.make_image().get_image().convert("L"), (1200 * at + 20, 20))
    out = BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


def test_a_picture_of_paper_is_compared_with_the_paper(place: Place) -> None:
    for texts in ((place.proof_address,), (place.link, place.proof_address)):
        answer = place.checked(place.write("photo.png", picture(*texts)), place.log)
        assert answer["state"] == "valid"
        assert any("compare these fields with the paper" in note for note in answer["notes"])


def test_codes_on_one_paper_that_belong_to_different_certificates_are_found(place: Place) -> None:
    foreign = address.link_address(place.lab.url, loglab.link_of("two"))
    answer = place.checked(place.write("photo.png", picture(foreign, place.proof_address)), place.log)
    assert (answer["state"], answer["code"]) == ("tampered", "mismatch")
    phishing = address.link_address("https://evil.example.net", loglab.link_of("one"))
    answer = place.checked(place.write("photo.png", picture(phishing, place.proof_address)), place.log)
    assert (answer["state"], answer["code"]) == ("tampered", "mismatch")
    other = place.lab.record(loglab.certificate("two", on=TODAY))
    two = picture(place.proof_address, address.proof_address(place.lab.url, place.lab.proof(other)))
    assert place.checked(place.write("photo.png", two), place.log)["state"] == "not-a-proof"


@pytest.mark.parametrize(
    ("texts", "state"),
    [((), "could-not-check"), (("WIFI:S:guest;;",), "not-a-proof"), (("https://x.example/p#12",), "not-a-proof")],
)
def test_pictures_of_something_else(place: Place, texts: tuple[str, ...], state: str) -> None:
    assert place.checked(place.write("photo.png", picture(*texts)), "--offline")["state"] == state


def test_offline_a_picture_of_the_bases_own_link_names_it(place: Place) -> None:
    checker = Checker(place.lab.trust(), NOW, offline=True)
    own, other = (
        checker.check_bytes("photo", picture(address.link_address(url, loglab.link_of("one"))))
        for url in (place.lab.url, "https://evil.example.net")
    )
    assert (own.state, own.link and own.link.link_id) == (State.COULD_NOT_CHECK, loglab.link_of("one"))
    assert (other.state, other.link) == (State.COULD_NOT_CHECK, None)


# --- links ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Place]:
    """A base that serves its log, and behind its links whatever `files` holds."""
    place = Place(tmp_path, Lab())

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            published = tmp_path / self.path.removeprefix("/")
            body = place.files.get(self.path)
            if body is None and self.path.startswith("/log/") and published.is_file():
                body = published.read_bytes()
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        place.lab = Lab.founded(NOW, f"http://127.0.0.1:{server.server_port}")
        place.lab.record(loglab.certificate(on=TODAY))
        place.publish()
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield place
        finally:
            server.shutdown()
            thread.join()


def twin(proof: bytes, *changes: bytes) -> bytes:
    encoded = [base64.urlsafe_b64encode(data).decode().rstrip("=") for data in (proof, *changes)]
    return json.dumps({"proof": encoded[0], "changes": encoded[1:]}).encode()


PATH = f"/c/{loglab.link_of('one')}.json"


def test_a_link_is_followed_and_nothing_behind_it_believed(served: Place) -> None:
    served.files[PATH] = twin(served.proof)
    answer = served.checked(served.link)
    assert (answer["state"], answer["fields"]["name"], answer["as_of"]) == ("valid", "阿依古丽·测试", 14)
    served.lab.record(loglab.certificate("two", on=TODAY))
    served.publish()
    served.files[PATH] = twin(served.lab.proof(14))
    answer = served.checked(served.link)
    assert (answer["state"], answer["code"]) == ("tampered", "mismatch")


def test_a_link_tells_the_changes(served: Place) -> None:
    index = served.lab.record(revoked())
    for n in range(1100):
        served.lab.record(loglab.attended(hours=n + 1), loglab.BASE, CLERK)
    served.lab.now = NOW + timedelta(minutes=1)
    served.publish()
    # More bundles than are searched over a network: only the change that the server gives tells the reason.
    served.files[PATH] = twin(served.proof)
    assert served.checked(served.link)["state"] == "revoked-or-superseded"
    served.files[PATH] = twin(served.proof, served.lab.proof(index))
    answer = served.checked(served.link)
    assert (answer["state"], answer["notes"][0]) == ("revoked", f"revoked on {TODAY}, reason: fraud")
    served.files[PATH] = twin(served.proof, served.lab.proof(index)[:-1], served.proof)
    answer = served.checked(served.link)
    assert answer["state"] == "revoked-or-superseded"
    assert sum("does not verify" in note for note in answer["notes"]) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"proof": 1}',
        b'{"proof": "!"}',
        b'{"proof": "AA", "changes": 5}',
        b'{"proof": "AA", "changes": [[]]}',
        b"[" * 100_000,
        b"9" * 10_000,
        b"\xff\xfe",
        b" " * (1024 * 1024 + 1),
    ],
)
def test_an_answer_in_another_form_is_no_verdict(served: Place, body: bytes) -> None:
    served.files[PATH] = body
    assert served.checked(served.link)["state"] == "could-not-check"


def test_a_link_that_the_server_does_not_know_is_no_verdict(served: Place) -> None:
    answer = served.checked(served.link)
    assert (answer["state"], answer["exit"]) == ("could-not-check", 3)
    assert "the answer is 404" in answer["message"]


def test_a_link_to_another_host_is_never_fetched(served: Place) -> None:
    answer = served.checked(address.link_address("https://elsewhere.example.org", loglab.link_of("one")))
    assert (answer["state"], answer["exit"]) == ("could-not-check", 3)
    assert "nothing was fetched" in answer["message"]
    assert answer["sentence"].startswith("this is a code of another site")


def test_the_published_log_of_the_base_itself_is_used_unless_another_is_named(served: Place) -> None:
    assert served.checked(served.proof_address)["state"] == "valid"
    assert served.checked(served.proof_address, f"--log={served.lab.url}/log/")["state"] == "valid"
    assert served.checked(served.proof_address, f"--log={served.lab.url}/other")["exit"] == 3


# --- the audit ------------------------------------------------------------------------------------------------------


def test_the_audit_says_what_is_good(place: Place) -> None:
    kept = place.write("kept", place.lab.checkpoint(10))
    trust = str(place.folder / "trust.txt")
    result = run("audit", str(place.folder / "log"), "--trust", trust)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "GOOD  every entry, tile and list is in order")
    assert "no earlier checkpoint was given" in result.stdout
    result = run("audit", str(place.folder / "log"), "--trust", trust, "--since", kept, "--json")
    assert json.loads(result.stdout)["notes"] == []


def test_the_audit_names_the_first_wrong_entry(place: Place) -> None:
    index = place.lab.record(loglab.certificate("two", on=TODAY), loglab.THIEF)
    place.publish()
    result = run("audit", str(place.folder / "log"), "--trust", str(place.folder / "trust.txt"))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == f"NOT-GOOD  the first that is wrong is entry {index}"
    assert "was never authorised in this log" in result.stdout


def test_the_audit_of_findings_and_disowned_entries_says_so(place: Place) -> None:
    early = TODAY - timedelta(days=9)
    index = place.lab.record(loglab.certificate("two", on=early))
    place.lab.record(loglab.compromised(loglab.PARTNER, "HUAWEI", index), ROOT, CLERK)
    token = place.lab.status_token(bits=place.lab.fold_bits())
    place.lab.publish(place.folder / "log", lambda files: files.update({"status/0": token}))
    result = run("audit", str(place.folder / "log"), "--trust", str(place.folder / "trust.txt"))
    assert result.exit_code == 1
    assert "NOT-GOOD  every entry is in order, with 1 finding for the auditor to judge" in result.stdout
    assert f"disowned: 1 entry by compromised keys: {index}" in result.stdout


@pytest.mark.parametrize("missing", ["log/checkpoint", "log/tile/entries/000.p/14", "trust.txt", "log", "kept"])
def test_what_cannot_be_had_is_no_verdict(place: Place, missing: str) -> None:
    kept = place.folder / "kept"
    kept.write_bytes(place.lab.checkpoint(10))
    (place.folder / missing).rename(place.folder / "away")
    result = run(
        "audit",
        str(place.folder / "log"),
        "--trust",
        str(place.folder / "trust.txt"),
        "--since",
        str(kept),
    )
    assert result.exit_code == 3
    assert result.stdout.startswith("COULD-NOT-CHECK  not everything could be had")


def test_what_was_broken_off_is_no_verdict(tmp_path: Path) -> None:
    """Nobody answers when the passphrase is asked for."""
    result = run("new-auditor-key", str(tmp_path / "key"), given=b"")
    assert (result.exit_code, "broken off" in result.output) == (3, True)


def test_the_audit_of_a_served_log(served: Place) -> None:
    result = run("audit", f"{served.lab.url}/log", "--trust", str(served.folder / "trust.txt"), "--json")
    assert json.loads(result.stdout)["exit"] == 0


# --- nothing ends in a traceback ------------------------------------------------------------------------------------

FOUNDED = Lab.founded(NOW)
FOUNDED.record(loglab.certificate(on=TODAY))
CHECKER = Checker(FOUNDED.trust(), NOW + timedelta(minutes=2), offline=True)
PROOF = FOUNDED.proof(13)
STARTS = (
    b"",
    b"\xd2",
    b"\xd2\x84",
    b"%PDF-1.7\n",
    b"https://",
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF89a",
    b"BM",
)


@settings(max_examples=300)
@given(st.sampled_from(STARTS), st.binary(max_size=300))
def test_no_bytes_are_too_strange(start: bytes, rest: bytes) -> None:
    verdict = CHECKER.check_bytes("x", start + rest)
    assert verdict.exit_code in (1, 3)
    assert verdict.state is not State.STANDING_NOT_CHECKED
    json.dumps(verdict.as_json())


@settings(max_examples=300)
@given(st.integers(0, len(PROOF) - 1), st.binary(min_size=0, max_size=8), st.integers(0, 8))
def test_no_change_of_a_proof_passes(at: int, put: bytes, taken: int) -> None:
    spoilt = PROOF[:at] + put + PROOF[at + taken :]
    verdict = CHECKER.check_bytes("x", spoilt)
    assert (verdict.exit_code == 0) == (spoilt == PROOF)


@settings(max_examples=300)
@given(st.sampled_from(["https://", "http://", "HTTPS://h/p#", "https://h/C/", ""]), st.text(max_size=60))
def test_no_text_is_too_strange(start: str, rest: str) -> None:
    assert CHECKER.check_text(start + rest).exit_code in (1, 3)


def test_no_file_of_noise_is_too_strange(paper: bytes, place: Place) -> None:
    source = random.Random(11)
    for good in (paper, picture(place.proof_address)):
        for _ in range(12):
            spoilt = bytearray(good)
            for _ in range(source.randint(1, 40)):
                spoilt[source.randrange(len(spoilt))] = source.randrange(256)
            cut = source.choice([len(spoilt), source.randrange(len(spoilt))])
            verdict = CHECKER.check_bytes("x", bytes(spoilt[:cut]))
            assert verdict.exit_code in (0, 1, 3)


def test_the_command_itself_never_ends_in_a_traceback(place: Place) -> None:
    source = random.Random(12)
    trust = str(place.folder / "trust.txt")
    things = [str(place.folder), str(place.folder / "none"), "\udcff", "", "\x00", "http://", "-" * 3000]
    things += [place.write(f"noise{n}", source.randbytes(200)) for n in range(3)]
    for thing in things:
        result = run("check", "--trust", trust, "--offline", "--", thing)
        assert result.exit_code in (1, 3)
    command: list[str | bytes] = [
        sys.executable,
        "-m",
        "verifier",
        "check",
        "--trust",
        trust,
        "--offline",
        "--",
        b"\xff\xfe.pdf",
        "-",
    ]
    plain = {"PATH": "/usr/bin", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    ended = subprocess.run(command, input=place.proof, capture_output=True, env=plain, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (3, b"")
    assert b"86.5" in ended.stdout
