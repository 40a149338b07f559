"""A PDF that somebody shows, drawn again from what was signed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from ledger.__main__ import main
from ledger.awards import Awards, open_awards
from ledger.certificate.pdf import DESIGN, design_mark
from ledger.commands import EraseTrainee
from ledger.issue import issue
from ledger.open import Ledger
from ledger.redraw import UPLOAD_LIMIT, Likeness, Redrawn, compare
from tests.api.whole_ledger import WholeLedger, build, by, do, publish_now, trainee
from tests.engines import Engine
from tests.ledger.certificate import edits
from verifier import seal
from verifier.errors import CouldNotCheck, Malformed, VerificationError
from verifier.scan import read

pytestmark = pytest.mark.engine("sqlite")  # what is on paper does not depend on where the ledger lies


@pytest.fixture(scope="module")
def original(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> WholeLedger:
    return build(engine, tmp_path_factory.mktemp("redraw"))


@pytest.fixture
def whole(original: WholeLedger, tmp_path: Path) -> WholeLedger:
    return original.copy(tmp_path)


@pytest.fixture
def ledger(whole: WholeLedger) -> Iterator[Ledger]:
    with whole.opened() as opened:
        yield opened


@pytest.fixture
def awards(ledger: Ledger) -> Iterator[Awards]:
    with open_awards(ledger) as opened:
        yield opened


def paper_of(awards: Awards, whole: WholeLedger, name: str) -> bytes:
    return issue(awards, by(awards, whole.links[name]))


def total_of(paper: bytes, found: Redrawn) -> edits.Place:
    return edits.place_of(paper, next(field.value for field in found.fields if field.key == "total"))


@pytest.mark.parametrize("name", ["valid", "title valid", "revoked", "superseded"])
def test_a_sealed_file_is_as_issued_and_its_drawing_is_the_same(awards: Awards, whole: WholeLedger, name: str) -> None:
    """What stands of the award is another question, which this does not answer."""
    found = compare(awards, paper_of(awards, whole, name))
    assert (found.likeness, found.compared.alike) == (Likeness.AS_ISSUED, True)
    assert (found.link_id, found.shows_link) == (whole.links[name], True)


def test_a_file_issued_earlier_is_drawn_as_it_was_then(ledger: Ledger, awards: Awards, whole: WholeLedger) -> None:
    """Its proof, with the receipt of that day, is the file's own; so the drawing is the same to the last byte."""
    paper = paper_of(awards, whole, "valid")
    do(ledger, EraseTrainee(trainee(by(awards, whole.links["suspended"]))))
    publish_now(ledger)
    awards.catch_up()
    assert paper_of(awards, whole, "valid") != paper
    assert compare(awards, paper).compared.alike
    assert compare(awards, edits.saved_again(paper)).likeness is Likeness.LOOKS_AS_ISSUED


@pytest.mark.parametrize("save", [lambda data: data + b"\n", edits.saved_again, edits.pictured])
def test_other_bytes_that_look_the_same_are_said_to_look_so_and_no_more(
    awards: Awards, whole: WholeLedger, save: Callable[[bytes], bytes]
) -> None:
    found = compare(awards, save(paper_of(awards, whole, "valid")))
    assert found.likeness is Likeness.LOOKS_AS_ISSUED


def test_an_edited_total_is_found_with_what_was_signed(awards: Awards, whole: WholeLedger) -> None:
    paper = paper_of(awards, whole, "valid")
    place = total_of(paper, compare(awards, paper))
    found = compare(awards, edits.removed(paper, place))
    assert found.likeness is Likeness.NOT_AS_ISSUED
    assert [(region.kind, region.fields) for region in found.compared.regions] == [("seen", ("total",))]


def test_without_its_attachment_the_code_on_the_page_tells(awards: Awards, whole: WholeLedger) -> None:
    paper = paper_of(awards, whole, "valid")
    bare = edits.pictured(paper)
    assert read(bare).proof is None
    assert compare(awards, bare).proof == read(paper).proof


def test_the_proof_of_another_in_the_file_is_drawn_and_then_everything_differs(
    awards: Awards, whole: WholeLedger
) -> None:
    """Whichever proof is believed: the page is not its own."""
    paper, other = paper_of(awards, whole, "valid"), paper_of(awards, whole, "revoked")
    attached = read(other).proof
    assert attached is not None

    def swap(document: object, page: object) -> None:
        held = [document.get_attachment(at) for at in range(document.count_attachments())]  # type: ignore[attr-defined]
        next(item for item in held if item.get_name() == "proof.cbor").set_data(attached)

    found = compare(awards, edits.edited(paper, swap))
    assert found.likeness is Likeness.NOT_AS_ISSUED
    assert "name" in {field for region in found.compared.regions for field in region.fields}


def test_who_shows_only_the_proof_is_not_shown_the_link(awards: Awards, whole: WholeLedger) -> None:
    paper = paper_of(awards, whole, "valid")
    place = edits.code_place(paper, "/C/")
    covered = edits.edited(paper, edits.covered(place))
    assert not any("/C/" in code for code in read(covered).codes)
    found = compare(awards, covered)
    assert (found.likeness, found.shows_link) == (Likeness.NOT_AS_ISSUED, False)
    assert ("link_code",) in [region.fields for region in found.compared.regions]
    page, _ = found.compared.pages
    assert not any("/C/" in code for code in read(page.issued).codes)


def test_a_file_without_a_proof_cannot_be_compared(awards: Awards) -> None:
    with pytest.raises(Malformed, match="no PDF"):
        compare(awards, b"plain text")
    blank = edits.edited(edits.BLANK, lambda document, page: None)
    with pytest.raises(Malformed, match="carries no proof"):
        compare(awards, blank)
    with pytest.raises(Malformed, match="the largest that is compared"):
        compare(awards, bytes(UPLOAD_LIMIT + 1))


def test_a_proof_that_is_not_good_is_refused_for_its_own_reason(awards: Awards, whole: WholeLedger) -> None:
    paper = edits.pictured(paper_of(awards, whole, "valid"))
    proof = bytearray(read(paper_of(awards, whole, "valid")).proof or b"")
    proof[-1] ^= 1
    bad = bytes(proof)

    def attach(document: object, page: object) -> None:
        document.new_attachment("proof.cbor").set_data(bad)  # type: ignore[attr-defined]

    with_both = edits.edited(paper, attach)
    assert compare(awards, with_both).likeness is Likeness.NOT_AS_ISSUED  # the code's proof is good
    with pytest.raises(VerificationError):
        compare(awards, edits.edited(edits.BLANK, attach))


def test_nothing_is_drawn_of_an_erased_holder(ledger: Ledger, awards: Awards, whole: WholeLedger) -> None:
    paper = paper_of(awards, whole, "valid")
    do(ledger, EraseTrainee(trainee(by(awards, whole.links["valid"]))))
    publish_now(ledger)
    awards.catch_up()
    with pytest.raises(CouldNotCheck, match="erased"):
        compare(awards, paper)


def test_a_file_of_another_design_could_not_be_compared_and_is_not_called_a_forgery(
    awards: Awards, whole: WholeLedger
) -> None:
    paper = paper_of(awards, whole, "valid")
    mark = design_mark(DESIGN)
    assert paper.count(mark.encode()) >= 1
    older = paper.replace(mark.encode(), mark.replace(str(DESIGN), "0").encode())
    with pytest.raises(CouldNotCheck, match="design 0"):
        compare(awards, older)
    nameless = compare(awards, edits.pictured(paper))
    assert nameless.likeness is Likeness.LOOKS_AS_ISSUED  # who drops the metadata does not get round the comparison


def test_a_seal_by_anybody_else_is_no_seal(awards: Awards, whole: WholeLedger) -> None:
    paper = paper_of(awards, whole, "valid")
    assert compare(awards, seal.place(paper, bytes(64))).likeness is Likeness.LOOKS_AS_ISSUED


# --- as a command ---------------------------------------------------------------------------------------------------


def told(whole: WholeLedger, folder: Path, data: bytes, *options: str) -> Result:
    """What `certledger compare` says of a file."""
    file = folder / "shown.pdf"
    file.write_bytes(data)
    return CliRunner().invoke(main, ["compare", str(file), "--ledger", whole.address, *options])


@pytest.fixture
def issued(whole: WholeLedger) -> bytes:
    with whole.opened() as opened, open_awards(opened) as found:
        return paper_of(found, whole, "valid")


def test_the_command_ends_with_0_for_a_file_as_issued(whole: WholeLedger, tmp_path: Path, issued: bytes) -> None:
    told_of = told(whole, tmp_path, issued)
    assert (told_of.exit_code, told_of.stdout) == (0, "as issued, byte for byte\n")


def test_the_command_names_the_signed_field_and_draws_both_side_by_side(
    whole: WholeLedger, awards: Awards, tmp_path: Path, issued: bytes
) -> None:
    as_issued = compare(awards, issued)
    edited = edits.removed(issued, total_of(issued, as_issued))
    total = next(field for field in as_issued.fields if field.key == "total")
    picture = tmp_path / "beside.png"
    found = told(whole, tmp_path, edited, "-o", str(picture))
    assert (found.exit_code, found.stdout.splitlines()) == (
        1,
        ["not as issued", f"1  page 1: looks otherwise  total (signed: {total.text})"],
    )
    page = Image.open(BytesIO(as_issued.compared.pages[0].issued))
    with Image.open(picture) as drawn:
        assert drawn.format == "PNG"
        assert drawn.width > 2 * page.width
        left, right = (drawn.crop((at, 0, at + page.width, page.height)).convert("L") for at in (0, drawn.width // 2))
    assert left.tobytes() != right.tobytes()
    document = json.loads(told(whole, tmp_path, edited, "--json").stdout)
    (region,) = document.pop("regions")
    assert (region["page"], region["kind"], region["fields"]) == (1, "seen", ["total"])
    assert document == {
        "likeness": "not-as-issued",
        "fields": {field.key: field.value for field in as_issued.fields},
        "added": [],
        "pages": {"file": 2, "issued": 2},
        "unreadable": False,
    }


def test_the_command_calls_other_bytes_that_look_the_same_no_original(
    whole: WholeLedger, tmp_path: Path, issued: bytes
) -> None:
    found = told(whole, tmp_path, edits.saved_again(issued))
    assert found.exit_code == 1
    assert found.stdout.startswith("other bytes than were issued")


@pytest.mark.parametrize(
    ("data", "code", "sentence"),
    [
        (b"plain text", 1, "no PDF"),
        (edits.BLANK, 1, "it carries no proof"),
        (b"%PDF-1.7 broken", 3, "PDF: "),
        (edits.ENCRYPTED, 3, "PDF: "),
    ],
)
def test_the_command_tells_no_certificate_from_one_that_it_could_not_compare(
    whole: WholeLedger, tmp_path: Path, data: bytes, code: int, sentence: str
) -> None:
    picture = tmp_path / "beside.png"
    found = told(whole, tmp_path, data, "-o", str(picture))
    assert (found.exit_code, found.stdout) == (code, "")
    assert sentence in found.stderr
    assert not picture.exists()
