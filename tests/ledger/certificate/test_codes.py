"""The QR codes of ledger/certificate/: the same as other encoders make, and read by an independent reader."""

from __future__ import annotations

import random
import re
from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from qrcode import QRCode
from qrcode.util import BIT_LIMIT_TABLE, MODE_8BIT_BYTE, MODE_ALPHA_NUM, MODE_NUMBER, QRData

from ledger.certificate import codes
from ledger.certificate.symbol import Level, Segment, TooLong
from verifier import address

LINK = address.link_address("https://certificates.example.org", "0123456789ABCDEFGHJKMNPQ")
PROOF = address.proof_address("https://certificates.example.org", random.Random(1).randbytes(1273))
MODES = {"numeric": MODE_NUMBER, "alphanumeric": MODE_ALPHA_NUM, "byte": MODE_8BIT_BYTE}


def read(png: bytes) -> list[str]:
    with Image.open(BytesIO(png)) as image:
        return [barcode.text for barcode in zxingcpp.read_barcodes(image)]


def by_qrcode(code: codes.Code, segments: list[Segment]) -> tuple[tuple[bool, ...], ...]:
    level = {"L": 1, "M": 0, "Q": 3}[code.level]
    other: QRCode[Any] = QRCode(version=code.version, error_correction=level, mask_pattern=2, border=0)
    for segment in segments:
        other.add_data(QRData(segment.text.encode(), MODES[segment.mode], check_data=False))
    other.make(fit=False)
    return tuple(tuple(map(bool, row)) for row in other.modules)


def filling(version: int, level: str) -> str:
    """As many digits as a version holds, by its capacity as qrcode knows it."""
    bits = (
        BIT_LIMIT_TABLE[{"L": 1, "M": 0, "Q": 3}[level]][version]
        - 4
        - (10 if version < 10 else 12 if version < 27 else 14)
    )
    digits = bits // 10 * 3 + (2 if bits % 10 >= 7 else 1 if bits % 10 >= 4 else 0)
    return "".join(random.Random(version).choices("0123456789", k=digits))


VERSIONS = [("L", version) for version in range(1, 41)]
VERSIONS += [(level, version) for level in ("M", "Q") for version in (1, 2, 6, 9, 10, 16, 26, 27, 40)]


@pytest.mark.parametrize(("level", "version"), VERSIONS)
def test_every_version_is_filled_and_laid_out_as_qrcode_does(level: Level, version: int) -> None:
    segments = [Segment("numeric", filling(version, level))]
    code = codes.make(segments, level)
    assert (code.version, code.modules) == (version, 4 * version + 17)
    assert code.rows == by_qrcode(code, segments)


def test_one_digit_more_takes_the_next_version() -> None:
    for version in (9, 26, 39):
        assert codes.make([Segment("numeric", filling(version, "L") + "0")], "L").version == version + 1
    with pytest.raises(TooLong, match="7090 characters"):
        codes.make([Segment("numeric", filling(40, "L") + "0")], "L")


@settings(max_examples=40)
@given(st.text("0123456789", max_size=40), st.text("09AZ $%*+-./:", max_size=40), st.text(max_size=40))
def test_segments_of_every_mode_are_packed_as_qrcode_does(digits: str, capitals: str, text: str) -> None:
    segments = [Segment("byte", text + "x"), Segment("numeric", digits + "0"), Segment("alphanumeric", capitals + "A")]
    code = codes.make(segments)
    assert code.text == "".join(segment.text for segment in segments)
    assert code.rows == by_qrcode(code, segments)


def test_a_link_code_is_small_and_read_back() -> None:
    code = codes.link_code(LINK)
    assert (code.version, code.modules, code.modules_with_quiet_zone, code.level) == (4, 33, 41, "Q")
    assert code.text == LINK
    for png in (code.png(3), code.png_at(150, 0.62), code.png_at(150, 0.5)):
        assert read(png) == [LINK]


@pytest.mark.parametrize("host", ["http://127.0.0.1:8000", "http://[::1]:8000", "http://localhost"])
def test_a_link_to_a_local_trial_is_read_back(host: str) -> None:
    link = address.link_address(host, "0123456789ABCDEFGHJKMNPQ")
    assert read(codes.link_code(link).png(4)) == [link]


def test_a_proof_code_is_read_back_at_150_dots_an_inch() -> None:
    code = codes.proof_code(PROOF)
    assert (code.version, code.modules, code.level) == (26, 121, "L")
    for png in (code.png(2), code.png_at(150, 0.4)):
        assert read(png) == [PROOF]


def test_what_is_no_address_gets_no_code() -> None:
    with pytest.raises(ValueError, match="not a link address"):
        codes.link_code("certificate")
    with pytest.raises(ValueError, match="not a proof address"):
        codes.proof_code(LINK)


@pytest.mark.parametrize(
    ("characters", "level"), [(1, "Q"), (350, "Q"), (351, "M"), (1000, "M"), (1001, "L"), (7000, "L")]
)
def test_the_level_goes_by_the_number_of_characters(characters: int, level: str) -> None:
    assert codes.level_for(characters) == level


def test_the_drawing_is_one_path_of_the_modules_with_four_of_quiet_zone() -> None:
    code = codes.link_code(LINK)
    svg = code.svg()
    assert 'viewBox="0 0 41 41"' in svg
    assert svg.count("<path") == 2
    assert '<path fill="#fff" d="M0 0h41v41h-41z"/>' in svg
    drawn = [[False] * 41 for _ in range(41)]
    for run in re.finditer(r"M(\d+) (\d+)h(\d+)v1h-\3z", svg.split('<path d="')[1]):
        x, y, length = map(int, run.groups())
        drawn[y][x : x + length] = [True] * length
    assert tuple(tuple(row[4:-4]) for row in drawn[4:-4]) == code.rows
    assert sum(map(sum, drawn)) == sum(map(sum, code.rows))


def test_the_picture_has_four_modules_of_quiet_zone() -> None:
    code = codes.link_code(LINK)
    with Image.open(BytesIO(code.png(5))) as image:
        assert image.size == (205, 205)
        assert image.point(lambda shade: 255 - shade).getbbox() == (20, 20, 185, 185)
    with Image.open(BytesIO(code.png_at(150, 0.5))) as image:
        assert image.size == (121, 121)
        assert image.info["dpi"] == pytest.approx((150, 150), abs=0.1)


def test_a_picture_with_less_than_a_pixel_a_module_is_refused() -> None:
    code = codes.link_code(LINK)
    with pytest.raises(ValueError, match="at least one pixel"):
        code.png(0)
    with pytest.raises(ValueError, match="less than a pixel"):
        code.png_at(50, 0.4)
