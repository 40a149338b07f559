"""What stands on the first page of a certificate, and the words around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from verifier import address

_ID_TYPES: Final = {
    "resident-id": ("居民身份证", "Resident Identity Card"),
    "passport": ("护照", "Passport"),
    "hk-macau-permit": ("港澳居民来往内地通行证", "Mainland Travel Permit for Hong Kong and Macao Residents"),
    "taiwan-permit": ("台湾居民来往大陆通行证", "Mainland Travel Permit for Taiwan Residents"),
}
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class CannotPrint(ValueError):
    """What the page should show cannot be printed: a character without a glyph, or text that fits nowhere."""


@dataclass(frozen=True, slots=True)
class Bilingual:
    """One thing in both languages of the page."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogMark:
    """By what a log is known, and where an award stands in it.

    `fingerprint` is the grouped hash of entry 0 (`verifier.trust.fingerprint`), `checkpoint_key` a C2SP verifier key
    and `checkpoint_key_id` its grouped thumbprint; `index` is that of the award's entry, `size` that of its receipt's
    tree.
    """

    origin: str
    fingerprint: str
    checkpoint_key: str
    checkpoint_key_id: str
    index: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificatePage:
    """Every value that one certificate shows.

    `award` is the programme of a certificate or the level of a title; `awarded_on` the day of award or grant;
    `recorded_at` the award's recorded time in milliseconds since 1970 UTC, which becomes the file's own date;
    `custody` says who holds the key of `organisation`: itself, or the base for it. A certificate has `total` and
    `expires_on`, a title has `speciality`.
    """

    kind: Literal["certificate", "title"]
    base: Bilingual
    organisation: Bilingual
    custody: Literal["organisation", "base"]
    award: Bilingual
    name: str
    id_type: str
    id_number_masked: str
    awarded_on: date
    number: str
    link_id: str
    base_url: str
    recorded_at: int
    log: LogMark
    total: str | None = None
    expires_on: date | None = None
    speciality: str | None = None

    def __post_init__(self) -> None:
        needed = (self.total, self.expires_on) if self.kind == "certificate" else (self.speciality,)
        if any(value is None for value in needed):
            raise CannotPrint(f"{self.kind} {self.number}: a value that such a page shows is missing")

    @property
    def domain(self) -> str:
        """The host that both codes lead to. Raises verifier.errors.Malformed where the address is none."""
        return address.parse_address(address.link_address(self.base_url, self.link_id)).host


def words(page: CertificatePage) -> dict[str, Any]:
    """The texts of the page by their place in the template."""
    certificate = page.kind == "certificate"
    id_type = _ID_TYPES.get(page.id_type)
    if id_type is None:
        raise CannotPrint(f"{page.number}: no words for the ID type {page.id_type!r}")
    heading = ("认证证书", "Certificate") if certificate else ("职称证书", "Certificate of Professional Title")
    return {
        "title": f"{heading[0]} {heading[1]} {page.number}",
        "author": page.organisation.zh,
        "kind": page.kind,
        "base": _pair(page.base.zh, page.base.en),
        "heading": _pair(*heading),
        "certify": _pair("兹证明", "This is to certify that"),
        "name": page.name,
        "id_type": _pair(*id_type),
        "id_number": page.id_number_masked,
        "body": _pair(*_BODY[page.kind]),
        "award": _pair(page.award.zh, page.award.en),
        "facts": _facts(page),
        "by": _pair("颁发机构", "Awarded by") if certificate else _pair("授予机构", "Granted by"),
        "organisation": _pair(page.organisation.zh, page.organisation.en),
        "custody": _custody(page),
        "number_label": _pair("证书编号", "Certificate number"),
        "number": page.number,
        "domain_label": _pair("核验网址", "Verify at"),
        "domain": page.domain,
        "link": {"label": _pair("扫码核验", "Scan to verify")},
        "proof": {"label": _pair("离线证明", "Offline proof")},
        "how": _pair(
            f"请用自己的手机扫描左侧二维码，确认网址属于 {page.domain} 且所示与本证书一致。核验方法见背面。",
            f"Scan the left code with your own phone; make sure that the page is at {page.domain} and shows what is "
            "printed here. The next page says more.",
        ),
    }


_BODY: Final = {
    "certificate": (
        "参加下列项目的培训与考核，成绩合格，准予认证。",
        "has completed the training and passed the assessments of",
    ),
    "title": ("经评审，具备下列专业技术职务任职资格。", "has been found qualified for the professional title of"),
}


def _facts(page: CertificatePage) -> list[dict[str, Any]]:
    if page.kind == "title":
        assert page.speciality is not None
        return [
            _fact("专业", "Speciality", page.speciality, None),
            _fact("授予日期", "Granted on", *_day(page.awarded_on)),
        ]
    assert page.total is not None
    assert page.expires_on is not None
    return [
        _fact("总成绩", "Total", page.total, None),
        _fact("颁发日期", "Awarded on", *_day(page.awarded_on)),
        _fact("有效期至（含当日）", "Valid through", *_day(page.expires_on)),
    ]


def _custody(page: CertificatePage) -> dict[str, str] | None:
    if page.custody == "organisation":
        return None
    return _pair(
        "本证书由培训基地以其代为保管的该机构密钥签署。",
        "Signed by the training base with this organisation's key, which the base holds for it.",
    )


def _pair(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def _fact(zh: str, en: str, value_zh: str, value_en: str | None) -> dict[str, Any]:
    return {"label": _pair(zh, en), "value": {"zh": value_zh, "en": value_en}}


def _day(day: date) -> tuple[str, str]:
    return f"{day.year}年{day.month}月{day.day}日", f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def shown_texts(page: CertificatePage) -> dict[str, tuple[str, ...]]:
    """The texts by which each field is found on the page, by the names of `verifier.verdict.printed_fields`."""
    certificate = page.kind == "certificate"
    texts = {
        "number": (page.number,),
        "name": (page.name,),
        "id_type": _ID_TYPES[page.id_type],
        "id_number_masked": (page.id_number_masked,),
        "programme" if certificate else "level": (page.award.zh, page.award.en),
        "awarded_on" if certificate else "granted_on": _day(page.awarded_on),
        "issuer": (page.organisation.zh, page.organisation.en),
    }
    if page.speciality is not None:
        texts["speciality"] = (page.speciality,)
    if page.total is not None:
        texts["total"] = (page.total,)
    if page.expires_on is not None:
        texts["expires_on"] = _day(page.expires_on)
    return texts
