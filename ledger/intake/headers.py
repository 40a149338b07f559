"""The columns of each table of a pack, by their English and Chinese names (DOMAIN.md "Intake packs")."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from ledger.intake.files import PackError


class Content(Enum):
    """What the cells of a column hold."""

    TEXT = auto()
    CODE = auto()
    ID_NUMBER = auto()
    DATE = auto()
    SCORE = auto()
    HOURS = auto()
    ATTEMPT = auto()
    COUNT = auto()
    CHOICE = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its canonical name, its Chinese names, what it holds, and whether a cell of it must be filled.

    `choices` names the fixed list of a CHOICE column in `ledger.intake.choices`. A column that need not be filled
    may be missing from the file.
    """

    name: str
    chinese: tuple[str, ...]
    content: Content = Content.CODE
    required: bool = True
    choices: str = ""


_TRAINEE = Column("trainee_no", ("学号", "学员编号", "学员号"))
_COHORT = Column("cohort", ("期次", "班次", "期", "培训期次"))
_ASSESSMENT = Column("assessment", ("考核项目", "考核", "考核科目", "科目"))
_ATTEMPT = Column("attempt", ("次数", "第几次", "考核次数", "考试次数"), Content.ATTEMPT)
_SCORE = Column("score", ("成绩", "分数", "得分"), Content.SCORE)

COLUMNS: Final[dict[str, tuple[Column, ...]]] = {
    "organisations": (
        Column("code", ("机构代码", "机构编码", "代码")),
        Column("kind", ("机构类型", "机构类别", "类型"), Content.CHOICE, choices="kind"),
        Column("name_zh", ("中文名称", "机构名称", "名称"), Content.TEXT),
        Column("name_en", ("英文名称",), Content.TEXT),
    ),
    "cohorts": (
        _COHORT,
        Column("programme", ("项目", "项目代码", "培训项目")),
        Column("starts_on", ("开始日期", "开班日期"), Content.DATE),
        Column("ends_on", ("结束日期", "结业日期"), Content.DATE),
        Column("capacity", ("名额", "容量", "计划人数"), Content.COUNT),
    ),
    "roster": (
        _TRAINEE,
        Column("name", ("姓名",), Content.TEXT),
        Column("id_type", ("证件类型", "证件种类"), Content.CHOICE, choices="id_type"),
        Column("id_number", ("证件号码", "证件号", "身份证号", "身份证号码"), Content.ID_NUMBER),
        Column("education", ("学历", "文化程度"), Content.CHOICE, choices="education"),
        Column("graduated_on", ("毕业日期", "毕业时间"), Content.DATE, required=False),
        Column("practice_from", ("从业起始日期", "从业日期", "参加工作日期", "从业起始时间"), Content.DATE),
        Column("title_held", ("现有职称", "已有职称", "现职称"), Content.CHOICE, required=False, choices="title_held"),
        Column("title_since", ("取得日期", "职称取得日期", "取得时间"), Content.DATE, required=False),
        Column("employer", ("工作单位", "单位", "单位代码"), required=False),
        _COHORT,
        Column("enrolled_on", ("报名日期", "报名时间"), Content.DATE),
        Column("email", ("邮箱", "电子邮箱", "电子邮件"), required=False),
        Column("phone", ("手机号", "手机", "手机号码", "电话", "联系电话"), required=False),
    ),
    "enrolments": (
        _TRAINEE,
        _COHORT,
        Column("enrolled_on", ("报名日期", "报名时间"), Content.DATE),
    ),
    "attendance": (
        _TRAINEE,
        _COHORT,
        Column("module", ("模块", "课程模块", "课程", "模块代码")),
        Column("hours", ("学时", "学时数", "课时"), Content.HOURS),
        Column("attended_on", ("上课日期", "出勤日期", "日期"), Content.DATE),
    ),
    "assessments": (
        _TRAINEE,
        _COHORT,
        _ASSESSMENT,
        _ATTEMPT,
        _SCORE,
        Column("assessed_on", ("考核日期", "考试日期", "日期"), Content.DATE),
        Column("assessor", ("考核员", "考评员", "考官", "评分人")),
    ),
    "amendments": (
        _TRAINEE,
        _COHORT,
        _ASSESSMENT,
        _ATTEMPT,
        _SCORE,
        Column("reason", ("更正原因", "原因", "理由"), Content.TEXT),
        Column("amended_on", ("更正日期", "日期"), Content.DATE),
    ),
    "withdrawals": (
        _TRAINEE,
        _COHORT,
        Column("withdrawn_on", ("退出日期", "退训日期", "退学日期", "日期"), Content.DATE),
        Column("reason", ("退出原因", "退训原因", "退学原因", "原因", "理由"), Content.TEXT),
    ),
    "award_requests": (
        _TRAINEE,
        _COHORT,
        Column("requested_on", ("申请日期", "申请认证日期", "日期"), Content.DATE),
    ),
    "title_applications": (
        Column("application_no", ("申报编号", "申报号", "申请编号")),
        _TRAINEE,
        Column("level", ("申报级别", "申报职称", "级别"), Content.CHOICE, choices="level"),
        Column("speciality", ("申报专业", "专业"), Content.TEXT),
        Column("applied_on", ("申报日期", "申请日期"), Content.DATE),
        Column("recommended_by", ("推荐单位", "推荐机构"), required=False),
        Column("panel_on", ("评审日期", "评审会日期"), Content.DATE),
        Column("panel_size", ("评委人数", "评委会人数", "评委总数"), Content.COUNT),
        Column("panel_present", ("到会人数", "出席人数", "出席评委人数"), Content.COUNT),
        Column("votes_for", ("赞成票", "赞成票数", "同意票数"), Content.COUNT),
        Column("notice_from", ("公示开始日期", "公示日期", "公示起始日期"), Content.DATE),
        Column("objection", ("异议", "异议情况", "公示异议"), Content.CHOICE, choices="objection"),
        Column("decided_on", ("决定日期", "批准日期", "发文日期"), Content.DATE),
    ),
    "revocations": (
        _TRAINEE,
        Column("award", ("撤销类别", "撤销对象", "证书类别", "奖项"), Content.CHOICE, choices="award"),
        Column("cohort", _COHORT.chinese, required=False),
        Column("level", ("职称级别", "级别", "职称"), Content.CHOICE, required=False, choices="title_held"),
        Column("revoked_on", ("撤销日期", "日期"), Content.DATE),
        Column("reason", ("撤销原因", "原因", "理由"), Content.CHOICE, choices="reason"),
    ),
}
"""By kind of file, in canonical order: the order of a row's cells, which are its identity."""


def column_by_heading(kind: str) -> dict[str, str]:
    """The columns of a kind of file by the keys of all their names."""
    return {heading_key(title): column.name for column in COLUMNS[kind] for title in (column.name, *column.chinese)}


def locate_columns(
    name: str, kind: str, header: Sequence[str], chosen: Mapping[str, str] | None = None
) -> tuple[int | None, ...]:
    """Where each column of COLUMNS[kind] stands in `header`, None for one that may be missing and is.

    `chosen`: which column a heading's key stands for where somebody said so, "" for none. Raises PackError for a column
    that is unknown, stands twice, or is missing. A blank heading is no column.
    """
    known = column_by_heading(kind) | dict(chosen or {})
    places: dict[str, int] = {}
    for at, title in enumerate(header):
        if not heading_key(title):
            continue
        column_name = known.get(heading_key(title))
        if column_name is None:
            raise PackError(f"{name} line 1", f"column {title.strip()!r} is unknown in {kind}")
        if not column_name:
            continue
        if column_name in places:
            first = header[places[column_name]].strip()
            raise PackError(f"{name} line 1", f"columns {first!r} and {title.strip()!r} are both {column_name}")
        places[column_name] = at
    missing = [column.name for column in COLUMNS[kind] if column.required and column.name not in places]
    if missing:
        raise PackError(f"{name} line 1", f"column {', '.join(missing)} is missing")
    return tuple(places.get(column.name) for column in COLUMNS[kind])


def heading_key(title: str) -> str:
    """A heading without what differs between offices: width, case, blanks, the star of a required field."""
    folded = unicodedata.normalize("NFKC", title).strip(" \t\r\n\ufeff\u200b*").casefold()
    return re.sub(r"[\s_-]+", "" if not folded.isascii() else "_", folded)
