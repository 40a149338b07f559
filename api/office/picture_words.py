"""Sentences of the pictures of the base, in every language."""

from __future__ import annotations

from typing import Final

from api.languages import Words

CSV: Final = Words("下载 CSV", "Download as CSV", "CSV 내려받기")
TABLE: Final = Words("数据表", "The numbers", "수치")
NOBODY: Final = Words("（无）", "(none)", "(없음)")
LEFT_OUT: Final = Words("其余各行见下表。", "The other rows are in the table.", "나머지 행은 표에 있습니다.")
BY: Final = Words("按", "By", "기준")
GROUPS: Final = {
    "cohort": Words("期", "cohort", "기수"),
    "programme": Words("项目", "programme", "과정"),
    "taught_by": Words("培训机构", "teaching organisation", "교육 기관"),
    "certified_by": Words("认证机构", "certifying organisation", "인증 기관"),
    "employer": Words("用人单位", "employer", "고용 기관"),
}
TITLES: Final = {
    "funnel": Words("从报名到职称", "From enrolment to title", "등록에서 직함까지"),
    "supply": Words("人才供给：持有职称的人数", "Supply of talent: holders of titles", "인재 공급: 직함 보유자"),
    "totals": Words("总评成绩分布", "Distribution of totals", "총점 분포"),
    "durations": Words("申报到结论的天数", "Days from application to decision", "신청에서 결정까지의 일수"),
}
ABOUT: Final = {
    "funnel": Words(
        "每次报名：学时达标、取得证书、其后获得职称。以后的撤销不在此扣除。",
        "Of the enrolments: who met the hours, was certified, got a title later. Revocations are left aside.",
        "등록 중 시간 충족, 인증, 그 뒤 직함 취득. 이후의 취소는 빼지 않습니다.",
    ),
    "supply": Words(
        "今天仍持有的职称，按级别、专业、用人单位和授予年份。",
        "Titles held today, by level, speciality, employer and year of the grant.",
        "오늘 유효한 직함을 등급, 전공, 고용 기관, 수여 연도별로 나타냅니다.",
    ),
    "totals": Words(
        "证书的总评成绩，以及仅因总评不及格者的成绩，每五分一档。",
        "Totals of certificates, and of those refused for their total alone, five points a row.",
        "인증서의 총점과 총점 미달만으로 거부된 총점. 5점 단위.",
    ),
    "durations": Words(
        "符合条件并已结束的申报，按级别和结果；四分位数。",
        "Applications that were eligible and have ended, by level and outcome; quartiles.",
        "자격이 인정되어 끝난 신청을 등급과 결과별로, 사분위수로 나타냅니다.",
    ),
}
COLUMNS: Final = {
    "of": Words("对象", "Of", "대상"),
    "enrolled": Words("报名", "enrolled", "등록"),
    "trained": Words("学时达标", "trained", "시간 충족"),
    "certified": Words("取得证书", "certified", "인증"),
    "titled": Words("获得职称", "titled", "직함 취득"),
    "level": Words("级别", "level", "등급"),
    "speciality": Words("专业", "speciality", "전공"),
    "employer": Words("用人单位", "employer", "고용 기관"),
    "year": Words("年份", "year", "연도"),
    "holders": Words("人数", "holders", "인원"),
    "programme": Words("项目", "programme", "과정"),
    "low": Words("从", "from", "이상"),
    "high": Words("至", "to", "미만"),
    "count": Words("数量", "count", "수"),
    "outcome": Words("结果", "outcome", "결과"),
    "least": Words("最短", "least", "최소"),
    "quartile": Words("四分之一", "quartile", "1사분위"),
    "median": Words("中位数", "median", "중앙값"),
    "upper_quartile": Words("四分之三", "upper quartile", "3사분위"),
    "most": Words("最长", "most", "최대"),
}
"""Columns of the tables; a CSV has their names in code (kept by a test)."""
VALUES: Final = {
    "engineer": Words("工程师", "engineer", "공정사"),
    "assistant-engineer": Words("助理工程师", "assistant engineer", "보조 공정사"),
    "granted": Words("授予", "granted", "수여"),
    "refused": Words("未授予", "refused", "거부"),
}
