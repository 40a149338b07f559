"""The receipt as a file: read back with PDFium, which had no part in making it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.receipts import VOCABULARY
from ledger.certificate.glyphs import visible
from ledger.verification_receipt import pdf
from ledger.verification_receipt.making import Made
from tests.verifier import loglab
from tests.verifier.loglab import DOCUMENTS, Lab, uuid
from tests.verifier.receiptlab import item, receipt
from verifier import kinds, recheck, scan, seal
from verifier.verification_receipt import (
    FILE,
    MEDIA_TYPE,
    NUMBER,
    SECOND_EDITION,
    STANDINGS,
    WITHOUT_EVIDENCE,
    Item,
    Presented,
)

LAB = Lab.founded()
LAB.record(loglab.certificate(on=LAB.now.date()))
LAB.record(kinds.CertificateRevoked(certificate_id=uuid("certificate one"), revoked_on=LAB.now.date(), reason="fraud"))
TRUST = LAB.trust()
EVIDENT = item(LAB, changes=[14])
TYPED = Item(Presented(NUMBER, "BDI-2026-020G30G2GC1R8-S", "李四"), "unknown")


def made(*items: Item, **more: Any) -> Made:
    data = receipt(LAB, *items, **more)
    return Made(data, recheck.verify(data, TRUST, LAB.now), TRUST, DOCUMENTS)  # type: ignore[arg-type]


def issued(*items: Item, **more: Any) -> bytes:
    return pdf.issue(made(*items, **more), VOCABULARY)


@contextmanager
def opened(file: bytes) -> Iterator[pypdfium2.PdfDocument]:
    with closing(pypdfium2.PdfDocument(file)) as document:
        yield document


def text_of(file: bytes) -> str:
    """All text without blanks, which line breaks and wide letters add."""
    with opened(file) as document:
        texts = []
        for at in range(len(document)):
            with closing(document[at]) as page, closing(page.get_textpage()) as text:
                texts.append(text.get_text_range())
    return re.sub(r"[\s\u200b]", "", "".join(texts))


def test_it_declares_pdf_a_3a_and_pdf_ua_1_and_has_one_seal() -> None:
    file = issued(EVIDENT)
    assert b"<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in file
    assert b"<pdfuaid:part>1</pdfuaid:part>" in file
    assert file.count(seal.MARKER) == 1
    seal.check(file, DOCUMENTS.public)


def test_the_signed_receipt_is_its_one_attachment() -> None:
    whole = made(EVIDENT, TYPED)
    file = pdf.issue(whole, VOCABULARY)
    with opened(file) as document:
        assert document.count_attachments() == 1
        assert document.get_attachment(0).get_name() == "verification.cbor"
        assert bytes(document.get_attachment(0).get_data()) == whole.data
    assert MEDIA_TYPE.replace("/", "#2F").encode() in file
    assert scan.attached_proof(file) is None


def test_the_same_receipt_gives_the_same_file() -> None:
    assert issued(EVIDENT, TYPED) == issued(EVIDENT, TYPED)


def test_one_page_says_it_all_of_one_certificate() -> None:
    whole = made(EVIDENT)
    file = pdf.issue(whole, VOCABULARY)
    text = text_of(file)
    with opened(file) as document:
        assert len(document) == 1
    for told in (
        *("核验回执", "Verificationreceipt", "검증확인서", "已撤销", "Revoked", "취소됨"),
        *("2026-03-0209:00:15(UTC+8)", "登记簿第14条", "logentry14(15entries)", loglab.ORIGIN, LAB.root().hex()),
        *("撤销日期2026-03-02，弄虚作假", "revokedsince2026-03-02,fraud", "阿依古丽·测试", loglab.number_of("one")),
        *("有效期至（含当日）Validthrough2029-03-02", "密钥由基地代管", "证据附于本文件", loglab.link_of("one")),
        *("saysnothingoflaterdays", "certverifycheck", f"{loglab.URL.partition('://')[2]}/trust", DOCUMENTS.kid.hex()),
        sha256(whole.data).hexdigest(),
    ):
        assert told in text, told


def test_many_stand_in_a_table_over_pages_and_are_counted() -> None:
    several = [replace(EVIDENT, presented=Presented(FILE, f"{at}.pdf", digest=bytes([at] * 32))) for at in range(60)]
    file = issued(*several, TYPED)
    text = text_of(file)
    with opened(file) as document:
        assert len(document) > 3
        assert text.count("Whatwaspresented") == len(document) or text.count("Whatwaspresented") == len(document) - 1
    assert "已撤销Revoked60" in text
    assert "查无此证书Nosuchcertificate1" in text
    for at in range(60):
        assert f"{at}.pdfSHA-256{bytes([at] * 32).hex()}" in text
    assert "BDI-2026-020G30G2GC1R8-S·李四" in text
    assert "thebase'swordalone,withoutevidence" in text.replace("’", "'")


def test_there_are_words_for_every_state() -> None:
    assert VOCABULARY.states.keys() >= STANDINGS | WITHOUT_EVIDENCE | SECOND_EDITION
    assert VOCABULARY.since.keys() == {"not-yet-valid", "expired", "suspended", "revoked", "superseded"}
    for state in sorted(WITHOUT_EVIDENCE | SECOND_EDITION):
        text = text_of(issued(replace(TYPED, state=state, code="")))
        assert re.sub(r"\s", "", VOCABULARY.states[state].zh) in text, state


@pytest.mark.parametrize("items", [(TYPED,), (TYPED, EVIDENT)])
def test_what_was_turned_away_is_counted_on_paper(items: tuple[Item, ...]) -> None:
    assert "notchecked" not in text_of(issued(*items))
    text = text_of(issued(*items, turned_away={"mistyped-number": 4, "name-missing": 2}))
    assert "另有6项未核验" in text
    assert "6moreweresentandnotchecked" in text
    assert "4编号有误" in text
    assert "2缺少姓名" in text


def test_a_number_with_another_name_is_not_said_to_be_no_certificate() -> None:
    text = text_of(issued(replace(TYPED, state="no-match")))
    assert "查无此证书" not in text
    assert re.sub(r"\s", "", VOCABULARY.states["no-match"].en) in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("invoice\u202efdp.exe", "invoice\\u202efdp.exe"),
        ("a\x00b\r\nc\td", "a\\x00b\\r\\nc\\td"),
        ("zero\u200bwidth\u200d", "zero\\u200bwidth\\u200d"),
        ("\u2066left\u2069", "\\u2066left\\u2069"),
        ("عربي", "\\u0639\\u0631\\u0628\\u064a"),
        ("😀", "\\U0001f600"),
        ("\ue000", "\\ue000"),
        ("阿依古丽·买买提 한국어 𠮷 é", "阿依古丽·买买提 한국어 𠮷 é"),
        ("x" * 500, "x" * 119 + "…"),
    ],
)
def test_what_cannot_be_printed_is_shown_by_its_number(text: str, shown: str) -> None:
    assert visible(text, 120) == shown
    file = issued(Item(Presented(FILE, text, digest=bytes(32)), "not-as-issued"))
    assert re.sub(r"\s", "", shown) in text_of(file)


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=40)
def test_no_text_stops_a_receipt(text: str, name: str) -> None:
    typed, file = Presented(NUMBER, text, name), Presented(FILE, text, digest=bytes(32))
    written = issued(Item(typed, "unknown"), Item(file, "not-as-issued"), EVIDENT)
    assert written.startswith(b"%PDF-")


@given(st.text(max_size=200), st.integers(1, 100))
def test_what_is_visible_is_printable_and_short(text: str, limit: int) -> None:
    shown = visible(text, limit)
    assert all(char.isprintable() or char == "\u3000" for char in shown)
    assert len(shown) <= 10 * limit
    assert visible(shown, len(shown) + 1) == shown
