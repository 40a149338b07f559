"""Sentences of the pages about programmes, policies, calendars and terms of notices, in every language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from api.languages import Words
from api.office import words

TITLE: Final = Words("项目与政策", "Programmes and policies", "과정과 정책")
PROGRAMMES: Final = Words("项目", "Programmes", "과정")
PROGRAMME: Final = Words("项目", "Programme", "과정")
POLICIES: Final = Words("职称政策", "Policies for titles", "직함 정책")
POLICY: Final = Words("职称政策", "Policy", "직함 정책")
CALENDARS: Final = Words("工作日历", "Calendars of working days", "근무일 달력")
TERMS: Final = Words("公示条款", "Terms of public notices", "공시 조건")
EDITION: Final = Words("版次", "Edition", "판")
EDITIONS: Final = Words("各版", "Editions", "판 목록")
NEW_EDITION: Final = Words("发布新版", "Publish a new edition", "새 판 공포")
NEW_PROGRAMME: Final = Words("发布新项目", "Publish a new programme", "새 과정 공포")
PUBLISH: Final = Words("发布", "Publish", "공포")
MORE_ROWS: Final = Words("再加几行", "More rows", "행 추가")
FROM_NEWEST: Final = Words(
    "以最新一版为起点；已开的期仍按原版执行。空行不计。",
    "It starts from the newest edition; cohorts that are open stay under theirs. Rows left empty do not count.",
    "최신 판에서 시작합니다. 이미 열린 기수는 원래 판을 따릅니다. 빈 행은 무시됩니다.",
)
NOT_YOURS: Final = Words("您不能发布：", "You cannot publish:", "공포할 수 없습니다:")
CODE: Final = Words("代码", "Code", "코드")
NAME_ZH: Final = Words("中文名称", "Chinese name", "중국어 이름")
NAME_EN: Final = Words("英文名称", "English name", "영어 이름")
CERTIFIED_BY: Final = Words("认证机构", "Certified by", "인증 기관")
TAUGHT_BY: Final = Words("授课机构", "Taught by", "교육 기관")
MIN_ATTENDANCE: Final = Words("最低出勤（0 至 1）", "Least attendance (0 to 1)", "최소 출석(0~1)")
MAX_ATTEMPTS: Final = Words("最多考核次数", "Most attempts", "최대 응시 횟수")
TOTAL_PASS: Final = Words("总成绩合格线", "Total to pass", "합격 총점")
VALID_YEARS: Final = Words("证书有效年数", "Years of validity", "유효 연수")
MODULES: Final = Words("模块", "Modules", "모듈")
HOURS: Final = Words("学时", "Hours", "시간")
ASSESSMENTS: Final = Words("考核", "Assessments", "평가")
WEIGHT: Final = Words("权重（合计为 1）", "Weight (1 in all)", "가중치(합계 1)")
PASS: Final = Words("合格分", "Pass mark", "합격점")
AUTHORITY: Final = Words("主管部门", "Authority", "주관 기관")
EFFECTIVE_FROM: Final = Words("施行日期", "In force from", "시행일")
PANEL_LEAST: Final = Words("评审委员最少人数", "Least members of a panel", "심사위원 최소 인원")
QUORUM: Final = Words("到会比例", "Quorum", "정족수")
MAJORITY: Final = Words("赞成比例", "Majority", "찬성 비율")
SHARE_HOW: Final = Words("分数，如 2/3。", "A fraction, such as 2/3.", "분수. 예: 2/3")
NOTICE_DAYS: Final = Words("公示工作日数", "Working days of the notice", "공시 근무일 수")
ROUTES: Final = Words("路径", "Routes", "경로")
ROUTE_ID: Final = Words("编号", "Id", "번호")
LEVEL: Final = Words("级别", "Level", "등급")
EDUCATION: Final = Words("学历（任一）", "Education (any of)", "학력(하나 이상)")
REQUIRES_TITLE: Final = Words("现有职称", "Title held", "보유 직함")
TITLE_YEARS: Final = Words("任现职称年限", "Years in the title", "직함 보유 연수")
PRACTICE_YEARS: Final = Words("从业年限", "Years of practice", "경력 연수")
MIN_TOTAL: Final = Words("证书总成绩下限", "Least total of a certificate", "인증서 최소 총점")
ASKS_NOTHING: Final = Words("无其他要求", "nothing else", "그 밖의 요구 없음")
CANNOT: Final = Words("照此内容不能发布。", "It cannot be published like this.", "이대로는 공포할 수 없습니다.")
PUBLISHED_AT: Final = Words("发布时间", "Published at", "공포 시각")
BY: Final = Words("经办", "By", "담당")
YEAR: Final = Words("年份", "Year", "연도")
DAYS_OFF: Final = Words("工作日放假天数", "Weekdays off", "평일 휴무일")
MAKE_UP: Final = Words("周末上班天数", "Weekend days worked", "주말 근무일")
SOURCE: Final = Words("来源", "Source", "출처")
ADOPT: Final = Words("采用", "Adopt", "채택")
MISSING_YEARS: Final = Words("可采用的年份", "Years that can be adopted", "채택할 수 있는 연도")
NO_TERMS: Final = Words("尚未设定", "none set", "정해지지 않음")
SHOWS: Final = Words("公示显示", "A notice shows", "공시 표시 항목")
BASIS_ZH: Final = Words("法律依据（中文）", "Legal basis (Chinese)", "법적 근거(중국어)")
BASIS_EN: Final = Words("法律依据（英文）", "Legal basis (English)", "법적 근거(영어)")
REACHED_AT: Final = Words("联系方式", "Where it is reached", "연락처")
KEPT_DAYS: Final = Words("异议人数据保存天数", "Days that objectors' data are kept", "이의 제기자 정보 보관 일수")
SET_TERMS: Final = Words("提出公示条款", "Propose the terms", "조건 제안")
FORM_CLOSED: Final = Words(
    "网上异议表单尚未启用：须由管理员为其开立账户。",
    "The public form is closed: an administrator has to open its account.",
    "온라인 이의 양식이 닫혀 있습니다. 관리자가 계정을 열어야 합니다.",
)
OPEN_FORM: Final = Words("启用网上异议表单", "Open the public form", "온라인 양식 열기")
SHOWN: Final = {
    "name": Words("姓名", "name", "성명"),
    "masked-name": Words("部分隐去的姓名", "masked name", "일부 가린 성명"),
    "employer": Words("工作单位", "employer", "소속"),
    "recommended-by": Words("推荐单位", "recommending organisation", "추천 기관"),
    "speciality": Words("专业", "speciality", "전문 분야"),
}
"""What a notice can show (kept by a test)."""


def broken(rule: Sequence[str], what: Words | None = None) -> Words | None:
    """What is wrong by a rule of definitions (`PackError.rule`); `what`: the list it is about. None for no rule."""
    match [*rule]:
        case ["missing"]:
            return words.MISSING
        case ["unlisted"]:
            return words.NOT_LISTED
        case ["range", least, most]:
            return Words(f"须为 {least} 至 {most}。", f"From {least} to {most}.", f"{least}에서 {most}까지입니다.")
        case ["whole", least, most]:
            return Words(
                f"须为 {least} 至 {most} 的整数。",
                f"A whole number from {least} to {most}.",
                f"{least}에서 {most}까지의 정수입니다.",
            )
        case ["above", least]:
            return Words(f"须大于 {least}。", f"Above {least}.", f"{least}보다 커야 합니다.")
        case ["decimals", most]:
            return Words(f"小数最多 {most} 位。", f"At most {most} decimals.", f"소수는 {most}자리까지입니다.")
        case ["share"]:
            return Words(
                "须大于 0 且不大于 1，如 2/3。",
                "Above 0 and at most 1, such as 2/3.",
                "0보다 크고 1 이하입니다. 예: 2/3",
            )
        case ["code"]:
            return Words(
                "只能用字母、数字、“.”“_”“-”，以字母或数字开头。",
                "Letters, digits, '.', '_' and '-', the first a letter or digit.",
                "영문자, 숫자, '.', '_', '-'만 쓰며 영문자나 숫자로 시작합니다.",
            )
    return None if what is None else _of_a_list(rule, what)


def _of_a_list(rule: Sequence[str], what: Words) -> Words | None:
    match [*rule]:
        case ["none"]:
            return Words(
                f"“{what.zh}”至少要有一项。",
                f"{what.en}: there must be one or more.",
                f"{what.ko}: 하나 이상 있어야 합니다.",
            )
        case ["twice", code]:
            return Words(
                f"“{what.zh}”中 {code} 重复。", f"{what.en}: {code} stands twice.", f"{what.ko}: {code} 중복되었습니다."
            )
        case ["sum"]:
            return Words(
                f"“{what.zh}”的权重合计须为 1。",
                f"{what.en}: the weights do not sum to 1.",
                f"{what.ko}: 가중치 합계가 1이 아닙니다.",
            )
    return None
