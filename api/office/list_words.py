"""The values of the ledger's fixed lists (DOMAIN.md) as pages of the console show them, in every language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from api.languages import Words
from api.words import REASONS
from verifier.authority import Organisation
from verifier.rules import EDUCATIONS, ID_TYPES, REVOCATION_REASONS, TITLES

EDUCATION: Final = {
    "secondary": Words("中专（高中）", "secondary school", "중등(고교)"),
    "college": Words("大专", "college", "전문대"),
    "bachelor": Words("本科", "bachelor", "학사"),
    "second-bachelor": Words("第二学士学位", "second bachelor", "제2학사"),
    "master": Words("硕士", "master", "석사"),
    "doctor": Words("博士", "doctor", "박사"),
}
ID_TYPE: Final = {
    "resident-id": Words("居民身份证", "resident identity card", "거민 신분증"),
    "passport": Words("护照", "passport", "여권"),
    "hk-macau-permit": Words("港澳居民来往内地通行证", "Hong Kong and Macau permit", "홍콩·마카오 통행증"),
    "taiwan-permit": Words("台湾居民来往大陆通行证", "Taiwan permit", "대만 통행증"),
}
TITLE: Final = {
    "none": Words("无", "none", "없음"),
    "technician": Words("技术员", "technician", "기술원"),
    "assistant-engineer": Words("助理工程师", "assistant engineer", "보조 엔지니어"),
    "engineer": Words("工程师", "engineer", "엔지니어"),
}
STATUS: Final = {
    "enrolled": Words("在训", "in training", "교육 중"),
    "trained": Words("学时已满", "hours complete", "이수 완료"),
    "withdrawn": Words("已退出", "withdrawn", "중도 포기"),
    "refused": Words("未获认证", "not certified", "인증 불가"),
    "certified": Words("已认证", "certified", "인증됨"),
}
"""What became of an enrolment (`ledger.register.lines.EnrolmentLine`)."""
STEP: Final = {
    "filed": Words("已申报", "filed", "신청됨"),
    "eligible": Words("待评审", "waits for the panel", "심사 대기"),
    "panel": Words("待公示", "waits for the notice", "공시 대기"),
    "notice": Words("公示中", "under notice", "공시 중"),
    "ended": Words("已结束", "ended", "종료됨"),
}
CHANGE: Final = {
    "certificate.awarded": Words("颁发", "awarded", "발급"),
    "certificate.suspended": Words("暂停", "suspended", "정지"),
    "certificate.reinstated": Words("恢复", "reinstated", "복원"),
    "certificate.revoked": Words("撤销", "revoked", "취소"),
    "certificate.superseded": Words("由更正件替代", "replaced by its correction", "정정본으로 대체"),
}
"""What became of a certificate, by the kind of the event."""

Choices = list[tuple[str, Words]]


def choices(values: Iterable[str], told: Mapping[str, Words]) -> Choices:
    """A fixed list as the choices of a field, in its own order."""
    return [(value, told[value]) for value in values]


EDUCATION_CHOICES: Final = choices(EDUCATIONS, EDUCATION)
ID_TYPE_CHOICES: Final = choices(ID_TYPES, ID_TYPE)
TITLE_CHOICES: Final = choices(TITLES[1:], TITLE)
REASON_CHOICES: Final = choices(REVOCATION_REASONS, REASONS)


def organisations(known: Iterable[Organisation]) -> Choices:
    """Organisations by code, with their names."""
    return [
        (item.code, Words(f"{item.code} {item.name_zh}", f"{item.code} {item.name_en}", f"{item.code} {item.name_en}"))
        for item in known
    ]


def codes(values: Iterable[str]) -> Choices:
    """Codes that are their own names."""
    return [(value, Words(value, value, value)) for value in values]
