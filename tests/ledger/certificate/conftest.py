"""One invented certificate and one invented title, and the proof that stands for theirs."""

from __future__ import annotations

import random
from datetime import date

import pytest

from ledger.certificate.page import Bilingual, CertificatePage, LogMark
from ledger.certificate.pdf import Evidence
from verifier import address

LOG = LogMark(
    origin="certificates.example.org/0123456789ab",
    fingerprint=bytes(range(32)).hex(" ", 2),
    checkpoint_key="certificates.example.org/0123456789ab+01234567+" + "AQ" * 22,
    checkpoint_key_id=bytes(range(32, 64)).hex(" ", 2),
    index=123_456,
    size=234_567,
)


@pytest.fixture(scope="session")
def evidence() -> Evidence:
    return Evidence("c2sp.org/tlog-proof@v1\n", "# certledger trust file\n")


@pytest.fixture(scope="session")
def proof() -> bytes:
    """As long as a statement with a receipt of 20 hashes."""
    return random.Random(7).randbytes(1273)


@pytest.fixture(scope="session")
def certificate() -> CertificatePage:
    return CertificatePage(
        kind="certificate",
        base=Bilingual("工程师创新能力培训基地", "Engineers' Innovation Ability Training Base"),
        organisation=Bilingual("示例企业有限公司", "Example Enterprise Co., Ltd."),
        custody="base",
        award=Bilingual("大数据智能化国际企业认证", "Big Data Intelligent Certification for International Enterprises"),
        name="罗浩娟",
        id_type="resident-id",
        id_number_masked="500000********4038",
        total="86.5",
        awarded_on=date(2023, 6, 26),
        expires_on=date(2026, 6, 26),
        number=address.new_number("BDI", 2023, b"certledgr"),
        link_id=address.new_link_id(b"fifteen bytes!!"),
        base_url="https://certificates.example.org",
        recorded_at=1_700_000_000_123,
        log=LOG,
    )


@pytest.fixture(scope="session")
def title() -> CertificatePage:
    return CertificatePage(
        kind="title",
        base=Bilingual("工程师创新能力培训基地", "Engineers' Innovation Ability Training Base"),
        organisation=Bilingual("示例市人力资源和社会保障局", "Example Human Resources and Social Security Bureau"),
        custody="organisation",
        award=Bilingual("助理工程师", "Assistant Engineer"),
        name="阿依古丽·买买提",
        id_type="passport",
        id_number_masked="******678",
        speciality="大数据工程",
        awarded_on=date(2024, 2, 29),
        number=address.new_number("AENG", 2024, b"certledgr"),
        link_id=address.new_link_id(b"15 other bytes!"),
        base_url="http://127.0.0.1:8000",
        recorded_at=1_710_000_000_000,
        log=LOG,
    )
