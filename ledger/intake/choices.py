"""The values of the fixed lists, by the words in which an office writes them (DOMAIN.md "Rows that are turned away").

English values are the canonical ones and are taken as they stand; the Chinese words are those of the forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from verifier.rules import (
    AWARD_LEVELS,
    AWARDS,
    EDUCATIONS,
    ID_TYPES,
    OBJECTIONS,
    ORGANISATION_KINDS,
    REVOCATION_REASONS,
    TITLES,
)

_TITLES_ZH: Final = {
    "technician": ("技术员", "员级"),
    "assistant-engineer": ("助理工程师", "助理级", "初级"),
    "engineer": ("工程师", "中级"),
}


def _words(values: tuple[str, ...], chinese: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {word: value for value in values for word in (value, *chinese.get(value, ()))}


CHOICES: Final[dict[str, dict[str, str]]] = {
    "kind": _words(
        ORGANISATION_KINDS,
        {
            "university": ("高校", "大学", "高等学校"),
            "enterprise": ("企业",),
            "vocational": ("职业院校", "高职院校", "职业学校"),
            "school": ("中学", "学校", "中小学"),
            "authority": ("主管部门", "行政机关", "政府部门"),
        },
    ),
    "id_type": _words(
        ID_TYPES,
        {
            "resident-id": ("居民身份证", "身份证"),
            "passport": ("护照",),
            "hk-macau-permit": ("港澳居民来往内地通行证", "港澳通行证", "回乡证"),
            "taiwan-permit": ("台湾居民来往大陆通行证", "台胞证"),
        },
    ),
    "education": _words(
        EDUCATIONS,
        {
            "secondary": ("中专", "高中", "中等职业教育", "职高", "技校", "中职"),
            "college": ("大专", "专科", "高职"),
            "bachelor": ("本科", "大学本科", "学士"),
            "second-bachelor": ("第二学士学位", "双学士", "双学士学位"),
            "master": ("硕士", "硕士研究生"),
            "doctor": ("博士", "博士研究生"),
        },
    ),
    # "none" is the lowest rank, not a title: an office that writes it means an empty cell.
    "title_held": _words(TITLES[1:], _TITLES_ZH) | {"none": "", "无": ""},
    "level": _words(AWARD_LEVELS, _TITLES_ZH),
    "objection": _words(
        OBJECTIONS,
        {
            "none": ("无", "无异议"),
            "dismissed": ("异议不成立", "不成立", "驳回"),
            "upheld": ("异议成立", "成立"),
        },
    ),
    "award": _words(
        AWARDS,
        {"certificate": ("证书", "企业认证证书", "认证证书"), "title": ("职称", "职称证书")},
    ),
    "reason": _words(
        REVOCATION_REASONS,
        {
            "fraud": ("造假", "弄虚作假", "舞弊", "欺诈"),
            "issued-in-error": ("误发", "颁发有误", "错发"),
            "superseded": ("被取代", "已更换", "换发"),
            "other": ("其他", "其它"),
        },
    ),
}
"""By name of list: every word that is taken, and the canonical value that it stands for ("" for an empty cell)."""
