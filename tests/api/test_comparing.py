"""The comparison of a PDF with what was issued, as browsers and programs ask for it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from starlette.testclient import TestClient

from api import compare_words as says
from api import words
from api.banners import BANNERS
from api.languages import LANGUAGES
from api.limits import COMPARED
from ledger.awards import open_awards
from ledger.commands import EraseTrainee
from ledger.issue import issue
from ledger.redraw import UPLOAD_LIMIT, Likeness
from tests.api.whole_ledger import WholeLedger, by, do, publish_now, trainee
from tests.ledger.certificate import edits
from verifier import scan, verification_receipt
from verifier.errors import CouldNotCheck, VerificationError

pytestmark = pytest.mark.engine("sqlite")  # what is on paper does not depend on where the ledger lies


@pytest.fixture(scope="module")
def papers(original: WholeLedger, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    copy = original.copy(tmp_path_factory.mktemp("papers"))
    with copy.opened() as ledger, open_awards(ledger) as awards:
        return {name: issue(awards, by(awards, copy.links[name])) for name in ("valid", "revoked", "superseded")}


@pytest.fixture
def browser_of(original: WholeLedger, tmp_path: Path) -> Iterator[TestClient]:
    """A client whose tokens nobody has used, and to which none is given back: its clock stands."""
    with TestClient(original.copy(tmp_path).app(works=False, monotonic=lambda: 1000.0)) as made:
        yield made


def posted(client: TestClient, data: bytes, path: str = "/compare?lang=en") -> str:
    answer = client.post(path, files={"file": ("certificate.pdf", data, "application/pdf")})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), answer.text
    return answer.text


def pictures(page: str) -> list[Image.Image]:
    found = re.findall(r'<img src="data:image/png;base64,([A-Za-z0-9+/=]+)" alt="[^"]+">', page)
    return [Image.open(BytesIO(base64.b64decode(item))) for item in found]


def states(page: str) -> list[str]:
    return re.findall(r'data-(?:state|standing)="([^"]+)" data-tone="([^"]+)"', page)


def test_a_file_as_issued_says_so_and_what_stands(browser_of: TestClient, papers: dict[str, bytes]) -> None:
    page = posted(browser_of, papers["valid"])
    assert states(page) == [("as-issued", "good"), ("valid", "good")]
    assert "What differs" not in page
    left, right = pictures(page)[:2]
    assert left.size == right.size == (1191, 1684)


def test_what_is_genuine_and_does_not_stand_does_not_look_fine(
    browser_of: TestClient, papers: dict[str, bytes], original: WholeLedger
) -> None:
    revoked = posted(browser_of, papers["revoked"])
    assert states(revoked) == [("as-issued", "bad"), ("revoked", "bad")]
    superseded = posted(browser_of, papers["superseded"])
    assert f"/c/{original.links['correction']}?lang=en" in superseded


def test_an_edit_is_told_marked_and_set_beside_what_was_signed(
    browser_of: TestClient, papers: dict[str, bytes]
) -> None:
    paper = papers["valid"]
    twin = browser_of.post("/compare.json", content=paper, headers={"Content-Type": "application/pdf"}).json()
    assert (twin["likeness"], twin["regions"], twin["certificate"]["state"]) == ("as-issued", [], "valid")
    total = twin["certificate"]["fields"]["total"]
    changed = edits.removed(paper, edits.place_of(paper, total))
    page = posted(browser_of, changed)
    assert states(page) == [("not-as-issued", "bad"), ("valid", "unknown")]
    (row,) = re.findall(r'<tr data-kind="(\w+)" data-fields="(\w+)">.*?class="mark">(\d)<.*?<strong[^>]*>(.*?)<', page)
    assert row == ("seen", "total", "1", total)
    assert len(pictures(page)) == 2 * twin["pages_issued"]
    assert page.count("1 place marked") == 2
    twin = browser_of.post("/compare.json", content=changed, headers={"Content-Type": "application/pdf"}).json()
    assert [(item["kind"], item["fields"]) for item in twin["regions"]] == [("seen", ["total"])]
    assert twin["sentence"]["en"] == says.LIKENESSES[Likeness.NOT_AS_ISSUED].sentence.en


def test_a_file_that_another_program_saved_is_no_original_and_no_forgery(
    browser_of: TestClient, papers: dict[str, bytes]
) -> None:
    for language in LANGUAGES:
        page = posted(browser_of, edits.saved_again(papers["valid"]), f"/compare?lang={language}")
        assert states(page) == [("looks-as-issued", "wait"), ("valid", "unknown")]
        assert says.LIKENESSES[Likeness.LOOKS_AS_ISSUED].sentence.of(language) in page


def test_what_cannot_be_compared_says_nothing_for_it_and_nothing_against_it(
    whole: WholeLedger, papers: dict[str, bytes]
) -> None:
    with whole.opened() as ledger, open_awards(ledger) as awards:
        do(ledger, EraseTrainee(trainee(by(awards, whole.links["valid"]))))
        publish_now(ledger)
    with TestClient(whole.app(works=False)) as client:
        for data in (papers["valid"], b"%PDF-1.7 broken", edits.ENCRYPTED):
            for language in LANGUAGES:
                answer = client.post(f"/compare?lang={language}", files={"file": data})
                assert (answer.status_code, states(answer.text)) == (422, [("could-not-check", "unknown")])
                assert says.CANNOT_COMPARE.of(language) in answer.text
        blank = client.post("/compare?lang=en", files={"file": edits.BLANK})
    assert states(blank.text) == [("not-a-proof", "bad")]
    assert "carries no proof" in blank.text


def photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 40), "white").save(out, "PNG")
    return out.getvalue()


def test_a_photo_is_no_forgery_and_is_led_to_where_its_codes_are_read(browser_of: TestClient) -> None:
    for data in (photo(), b"plain text"):
        for language in LANGUAGES:
            answer = browser_of.post(f"/compare?lang={language}", files={"file": ("photo.png", data, "image/png")})
            assert (answer.status_code, states(answer.text)) == (422, [("not-a-pdf", "unknown")])
            assert says.NOT_A_PDF_HOW.of(language) in unescape(answer.text)
            assert f'<a class="current" href="/scan?lang={language}">' in answer.text
            assert BANNERS["not-a-proof"].word.of(language) not in answer.text
    twin = browser_of.post("/compare.json", files={"file": photo()})
    assert (twin.status_code, twin.json()["code"]) == (422, "not-a-pdf")


def test_a_verification_receipt_is_told_as_what_it_is(browser_of: TestClient, original: WholeLedger) -> None:
    receipt = browser_of.get(f"/c/{original.links['valid']}/receipt.pdf").content
    attached = scan.attached(receipt, verification_receipt.FILE_NAME, verification_receipt.MAX_SIZE)
    assert attached is not None
    for data in (receipt, attached):
        answer = browser_of.post("/compare?lang=en", files={"file": ("receipt.pdf", data, "application/pdf")})
        assert (answer.status_code, states(answer.text)) == (422, [("verification-receipt", "unknown")])
        assert says.RECEIPT_HOW.en in answer.text
        assert '<a class="current" href="/bulk?lang=en">' in answer.text
        twin = browser_of.post("/compare.json", files={"file": data})
        assert (twin.status_code, twin.json()["code"]) == (422, "verification-receipt")


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"", "application/pdf", 400, "no-file"),
        (b"x", "text/plain", 415, "no-file"),
        (b"x", "multipart/form-data", 400, "no-file"),
        (b"x", "multipart/form-data; boundary=b", 400, "no-file"),
        (bytes(UPLOAD_LIMIT + 1), "application/pdf", 413, "upload-too-large"),
    ],
)
def test_what_is_no_upload_is_refused(
    browser_of: TestClient, content: bytes, media_type: str, status: int, code: str
) -> None:
    for path in ("/compare.json", "/compare?lang=en"):
        answer = browser_of.post(path, content=content, headers={"Content-Type": media_type})
        assert answer.status_code == status
        assert answer.headers["cache-control"] == "no-store"
        assert (answer.json()["code"] if path.endswith("json") else code) == code
        assert path.endswith("json") or f'data-state="{code}"' in answer.text


def test_comparing_is_limited_by_address(browser_of: TestClient) -> None:
    for _ in range(COMPARED.burst):
        assert (
            browser_of.post("/compare.json", content=b"", headers={"Content-Type": "application/pdf"}).status_code
            == 400
        )
    refused = browser_of.post("/compare.json", content=b"")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "10")
    assert browser_of.get("/compare").status_code == 200


def test_every_kind_of_difference_and_likeness_has_words_and_an_icon_of_its_own() -> None:
    assert set(says.LIKENESSES) == set(Likeness)
    banners = [*BANNERS.values(), *(says.LIKENESSES[item] for item in Likeness if item != "not-as-issued")]
    assert len({banner.icon for banner in banners}) == len({banner.word for banner in banners}) == len(banners)


def test_every_reason_has_words() -> None:
    def below(cls: type[Exception]) -> Iterator[type[Exception]]:
        yield cls
        for child in cls.__subclasses__():
            yield from below(child)

    found = {cls for root in (VerificationError, CouldNotCheck) for cls in below(root)}
    codes = {vars(cls)["code"] for cls in found if cls.__module__ == "verifier.errors"} - {VerificationError.code}
    assert set(words.REFUSALS) == codes
