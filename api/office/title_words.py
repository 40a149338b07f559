"""Sentences of the pages about title applications and titles, in every language."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Final

from api.languages import Words

APPLICATIONS: Final = Words("职称申报", "Title applications", "직함 신청")
APPLICATION: Final = Words("职称申报", "Title application", "직함 신청")
TITLES: Final = Words("职称", "Titles", "직함")
TITLE: Final = Words("职称", "Title", "직함")
NEW: Final = Words("提交申报", "File an application", "신청 접수")
ALL: Final = Words("全部", "all", "전체")
FILTER: Final = Words("筛选", "Filter", "필터")
NUMBER: Final = Words("申报编号", "Application number", "신청 번호")
TITLE_NUMBER: Final = Words("证书编号", "Number", "증서 번호")
PERSON: Final = Words("学员", "Trainee", "교육생")
TRAINEE_NO: Final = Words("学员编号", "Trainee number", "교육생 번호")
LEVEL: Final = Words("职称级别", "Level", "직함 등급")
SPECIALITY: Final = Words("专业", "Speciality", "전문 분야")
RECOMMENDED_BY: Final = Words("推荐单位", "Recommended by", "추천 기관")
AUTHORITY: Final = Words("主管部门", "Authority", "주관 기관")
APPLIED_ON: Final = Words("申报日期", "Applied on", "신청일")
GRANTED_ON: Final = Words("授予日期", "Granted on", "수여일")
STEP: Final = Words("进度", "Step", "단계")
STANDING: Final = Words("状态", "Standing", "효력")
YEAR: Final = Words("年份", "Year", "연도")
POLICY: Final = Words("政策版次", "Edition of the policy", "정책 판")
ROUTE: Final = Words("路径", "Route", "경로")
TIMELINE: Final = Words("经过", "What happened", "진행 경과")
DAY_OF: Final = Words("发生日期", "Day", "날짜")
WHEN: Final = Words("记录时间", "Recorded", "기록 시각")
WHAT: Final = Words("事项", "What", "내용")
WHO: Final = Words("经办", "By", "담당")
ENTRY: Final = Words("日志序号", "Entry", "기록 번호")
STEPS_TO_TAKE: Final = Words("下一步", "What is next", "다음 단계")
NOT_YOURS: Final = Words("您不能办理此步骤：", "You cannot take this step:", "이 단계를 처리할 수 없습니다:")
WAITS: Final = Words("待办", "What waits", "대기 중인 일")
MANY_MORE: Final = Words("以上", "or more", "이상")
TOTAL: Final = Words("共", "Total", "합계")
NEXT_PAGE: Final = Words("下一页", "Next page", "다음 쪽")
WAITING_PROPOSAL: Final = Words(
    "已提出，待另一人批准", "Proposed: waits for another person", "제안됨: 다른 사람의 승인 대기"
)

STEPS: Final = {
    "filed": Words("已提交", "filed", "접수됨"),
    "eligible": Words("符合条件，待评审", "eligible: the panel has to vote", "자격 인정: 심사 대기"),
    "panel": Words("评审通过，待公示", "recommended: the notice has to be posted", "심사 통과: 공시 대기"),
    "notice": Words("公示中", "under public notice", "공시 중"),
    "granted": Words("已授予", "granted", "수여됨"),
    "refused": Words("未授予", "refused", "거부됨"),
}
"""What was done last, by the register's words."""
WAITING_FOR: Final = {
    "panel": Words("待评审", "Panel has to vote", "심사 대기"),
    "notice": Words("待公示", "Notice to be posted", "공시 대기"),
    "running": Words("公示未满", "Notice still running", "공시 기간 중"),
    "due": Words("公示期满，待决定", "To be decided", "결정 대기"),
    "objections": Words("异议待答复", "Objection to be answered", "이의 답변 대기"),
}
NO_CALENDAR_TO_TELL: Final = Words("缺少工作日历", "no calendar to tell", "근무일 달력 없음")

LEVELS: Final = {
    "none": Words("无", "none", "없음"),
    "technician": Words("技术员", "technician", "기술원"),
    "assistant-engineer": Words("助理工程师", "assistant engineer", "보조 엔지니어"),
    "engineer": Words("工程师", "engineer", "엔지니어"),
}
EDUCATIONS: Final = {
    "secondary": Words("中专（高中）", "secondary", "중등"),
    "college": Words("大专", "college", "전문학사"),
    "bachelor": Words("本科", "bachelor", "학사"),
    "second-bachelor": Words("第二学士学位", "second bachelor", "제2학사"),
    "master": Words("硕士", "master", "석사"),
    "doctor": Words("博士", "doctor", "박사"),
}
STANDINGS: Final = {
    "not-yet-valid": Words("尚未生效", "not yet valid", "아직 효력 없음"),
    "valid": Words("有效", "valid", "유효"),
    "expired": Words("已过期", "expired", "만료"),
    "suspended": Words("已暂停", "suspended", "정지"),
    "revoked": Words("已撤销", "revoked", "취소"),
    "superseded": Words("已由更正件替代", "superseded by its correction", "정정본으로 대체"),
}
REASONS: Final = {
    "already-applied": Words(
        "同级别申报尚未结束", "another application for the level is open", "같은 등급 신청이 진행 중"
    ),
    "barred": Words(
        "因弄虚作假被撤销，禁报期未满", "barred after a revocation for fraud", "부정 취소에 따른 제한 기간"
    ),
    "no-valid-certificate": Words(
        "申报当日没有有效证书", "no certificate is valid that day", "그날 유효한 인증서 없음"
    ),
    "already-holds-title": Words("已有同级或更高职称", "a title as high is held already", "같거나 높은 직함 보유"),
    "not-recommended": Words("没有单位推荐", "no organisation recommends", "추천 기관 없음"),
    "not-eligible": Words("不符合任何路径", "no route is open", "해당하는 경로 없음"),
    "no-quorum": Words("到会人数不足", "no quorum", "정족수 미달"),
    "rejected-by-panel": Words("评审未通过", "rejected by the panel", "심사 부결"),
    "notice-too-short": Words("公示期未满", "the notice has not stood its days", "공시 기간 미달"),
    "objection-upheld": Words("异议成立", "an objection was upheld", "이의 인정"),
    "no-calendar": Words("缺少工作日历", "no calendar of working days", "근무일 달력 없음"),
}
"""Why an application ends, or is not decided yet, by the words of DOMAIN.md (kept by a test)."""
OUTCOMES: Final = {
    "": Words("待答复", "to be answered", "답변 대기"),
    "pending": Words("待答复", "to be answered", "답변 대기"),
    "dismissed": Words("不成立", "dismissed", "기각"),
    "upheld": Words("成立", "upheld", "인정"),
    "none": Words("申报已先行结束", "the application ended first", "신청이 먼저 종료됨"),
}

# --- filing ---------------------------------------------------------------------------------------------------------

EXPLAIN: Final = Words("先看是否符合条件", "See first whether it is eligible", "먼저 자격 확인")
FILE_IT: Final = Words("提交申报", "File the application", "신청 접수")
ELIGIBILITY: Final = Words("资格逐条说明", "Eligibility, route by route", "경로별 자격 설명")
WOULD_BE_ELIGIBLE: Final = Words(
    "符合条件：提交后进入评审，适用路径",
    "Eligible: once filed it goes to the panel, under route",
    "자격 있음: 접수하면 심사로 넘어갑니다. 적용 경로",
)
WOULD_BE_REFUSED: Final = Words(
    "如现在提交，当日即不予通过：", "Filed now, it would end the same day:", "지금 접수하면 당일 종료됩니다:"
)
FILED_ALL_THE_SAME: Final = Words(
    "仍可提交：申报及不通过的理由都会记入日志，并占用该申报编号。",
    "It can be filed all the same: the application and the reason go into the log.",
    "그래도 접수할 수 있습니다. 신청과 사유가 로그에 기록됩니다.",
)
GENERAL: Final = Words("先决条件", "Before any route", "선결 조건")
ROUTES_TO: Final = Words("路径", "Routes", "경로")
OTHER_LEVELS: Final = Words("其他级别的路径", "Routes to other levels", "다른 등급의 경로")
NO_POLICY: Final = Words(
    "申报当日尚无有效的职称政策。", "No edition of the policy is in force that day.", "그날 시행 중인 정책이 없습니다."
)
CONDITION: Final = Words("条件", "Condition", "조건")
ASKS: Final = Words("要求", "Asks for", "요구")
HAS: Final = Words("本人情况", "The person has", "본인")
MET: Final = Words("符合", "met", "충족")
NOT_MET: Final = Words("不符合", "not met", "미충족")
OPEN_ROUTE: Final = Words("符合", "open", "해당")
CLOSED_ROUTE: Final = Words("不符合", "not open", "해당 없음")
NONE: Final = Words("无", "none", "없음")
CLAUSES: Final = {
    "level": Words("申报级别", "level", "신청 등급"),
    "education": Words("学历", "education", "학력"),
    "requires-title": Words("现有职称", "title held", "보유 직함"),
    "title-years": Words("任现职称年限", "full years in the title", "직함 보유 연수"),
    "practice-years": Words("从业年限", "full years of practice", "경력 연수"),
    "min-certificate-total": Words("有效证书最高总成绩", "best total of a valid certificate", "유효 인증서 최고 총점"),
}
BEFORE: Final = {
    "already-applied": Words(
        "没有同级别的未结申报", "no open application for the level", "같은 등급의 진행 중 신청 없음"
    ),
    "barred": Words("不在禁报期内", "not barred for fraud", "부정 제한 기간 아님"),
    "no-valid-certificate": Words("有一份有效证书", "a certificate valid that day", "유효한 인증서 보유"),
    "already-holds-title": Words("现有职称低于所报级别", "holds no title as high", "신청 등급 미만의 직함"),
    "not-recommended": Words("有单位推荐", "an organisation recommends", "추천 기관 있음"),
}
NO_SUCH_TRAINEE: Final = Words(
    "没有这个编号的学员，或您无权查看。",
    "There is no trainee of this number, or none that you may see.",
    "그런 번호의 교육생이 없거나 볼 권한이 없습니다.",
)

# --- the steps ------------------------------------------------------------------------------------------------------

PANEL: Final = Words("评审委员会表决", "The panel's vote", "심사위원회 표결")
SIZE: Final = Words("委员人数", "Members", "위원 수")
PRESENT: Final = Words("到会人数", "Present", "참석자 수")
VOTES_FOR: Final = Words("赞成票", "Votes for", "찬성 수")
VOTED_ON: Final = Words("表决日期", "Day of the vote", "표결일")
DAY_HINT: Final = Words(
    "默认今天；较早的日期会列入审计。",
    "Today unless it was earlier, which the audit lists.",
    "오늘. 이전 날짜는 감사에 표시됩니다.",
)
TO_COME: Final = Words("日期不能在将来。", "This day is still to come.", "미래의 날짜입니다.")
RECORD_PANEL: Final = Words("记录表决", "Record the vote", "표결 기록")
NOTICE: Final = Words("公示", "Public notice", "공시")
POST_NOTICE: Final = Words("今日发布公示", "Post the notice today", "오늘 공시 게시")
NO_TERMS: Final = Words(
    "主管部门尚未设定公示条款：公示页不显示申报人信息，也不接受网上异议。",
    "The authority has set no terms: the notice shows nothing of the applicant and its form takes no objections.",
    "주관 기관이 공시 조건을 정하지 않았습니다. 공시에는 신청인 정보가 표시되지 않고 온라인 이의도 받지 않습니다.",
)
PUBLIC_PAGE: Final = Words("公示页面", "Its public page", "공개 페이지")
DAYS_LEFT: Final = Words("剩余工作日", "Working days left", "남은 근무일")
POSTED_ON: Final = Words("公示日期", "Posted on", "공시일")
LAST_DAY: Final = Words("公示最后一日", "Last day of the notice", "공시 마지막 날")
FIRST_DAY: Final = Words("最早可决定日", "First possible day of decision", "결정 가능한 첫날")
OBJECTIONS: Final = Words("异议", "Objections", "이의")
NO_OBJECTIONS: Final = Words("没有异议。", "There are none.", "없습니다.")
BY_FORM: Final = Words("网上异议", "by the public form", "온라인 양식")
OTHERWISE: Final = Words("其他方式", "raised otherwise", "그 밖의 방식")
OBJECTOR: Final = Words("异议人", "Objector", "이의 제기자")
GROUNDS: Final = Words("理由", "Grounds", "사유")
ANSWER: Final = Words("答复", "Answer", "답변")
DISMISS: Final = Words("异议不成立", "Dismiss", "기각")
UPHOLD: Final = Words("异议成立", "Uphold", "인정")
RAISE: Final = Words("登记其他方式提出的异议", "Record an objection raised otherwise", "다른 방식의 이의 기록")
OBJECTIONS_HIDDEN: Final = Words(
    "异议内容只有主管部门和基地可见。",
    "What objections say is for the authority and the base alone.",
    "이의 내용은 주관 기관과 기지만 볼 수 있습니다.",
)
OBJECTOR_ERASED: Final = Words("异议人数据已删除", "objector's data erased", "이의 제기자 정보 삭제됨")
DECISION: Final = Words("决定", "Decision", "결정")
PROPOSE_DECISION: Final = Words("提出决定", "Propose the decision", "결정 제안")
DECISION_HOW: Final = Words(
    "由另一人批准后，日志才会授予职称；若异议成立，则不予授予。",
    "The title is granted when another person approves; where an objection was upheld, it is refused.",
    "다른 사람이 승인해야 직함이 수여되며, 이의가 인정된 경우 거부됩니다.",
)
UNANSWERED: Final = Words(
    "尚有异议未答复，不能决定。",
    "An objection is not answered: there is no decision yet.",
    "답변하지 않은 이의가 있습니다.",
)
ENDED: Final = Words("申报已结束。", "The application has ended.", "신청이 끝났습니다.")
BARRED: Final = Words("禁报期至（含当日）", "Barred from applying through", "신청 제한(당일 포함)")
NOT_BARRED: Final = Words("无", "not barred", "제한 없음")

# --- titles ---------------------------------------------------------------------------------------------------------

REVOKE: Final = Words("撤销职称", "Revoke the title", "직함 취소")
REASON_CLASS: Final = Words("理由类别", "Class of reason", "사유 종류")
CORRECT: Final = Words("更正证书", "Correct the paper", "증서 정정")
CORRECT_HOW: Final = Words(
    "以学员现在的数据换发证书：职称与授予日期不变，编号和二维码更新，旧件失效。",
    "The paper is issued anew with the person's data as they are now: same title and day, new number and codes.",
    "현재 정보로 증서를 다시 발급합니다. 직함과 수여일은 그대로이고 번호와 코드는 새것이며 이전 증서는 대체됩니다.",
)
PROPOSE: Final = Words("提出", "Propose", "제안")
CHAIN: Final = Words("更正链", "Chain of corrections", "정정 이력")
THIS_ONE: Final = Words("本件", "this one", "이 증서")
ENDED_TITLE: Final = Words(
    "此证书已撤销或被替代，不能再办理。",
    "This one is revoked or superseded: nothing more can be done with it.",
    "취소되었거나 대체되어 더 처리할 수 없습니다.",
)


def years(count: int) -> Words:
    """So many full years."""
    return Words(f"满 {count} 年", f"{count} full year{'' if count == 1 else 's'}", f"만 {count}년")


def since(day: date) -> Words:
    """Since a day."""
    return Words(f"自 {day}", f"since {day}", f"{day}부터")


def any_of(educations: tuple[str, ...]) -> Words:
    """One of these educations."""
    known = [EDUCATIONS[item] for item in educations]
    return Words(
        "、".join(item.zh for item in known),
        " or ".join(item.en for item in known),
        ", ".join(item.ko for item in known),
    )


def at_least(total: object) -> Words:
    """A total of so much or more."""
    return Words(f"{total} 分以上", f"{total} or more", f"{total}점 이상")


def barred_through(day: date) -> Words:
    """That somebody is barred, and how long."""
    return Words(f"禁报至 {day}（含当日）", f"barred through {day}", f"{day}까지 제한")


def bar_of_fraud(day: date) -> Words:
    """What a revocation for fraud today brings with it."""
    return Words(
        f"以“弄虚作假”撤销的，自撤销之日起三年内不得申报：如今日撤销，禁报至 {day}（含当日）。",
        f"A revocation for fraud bars from applying for three full years: of today, through {day}.",
        f"부정행위로 취소하면 3년간 신청할 수 없습니다. 오늘 취소하면 {day}까지(당일 포함)입니다.",
    )


def too_early(day: date) -> Words:
    """That it is too early for a decision, and from when on it is not."""
    return Words(
        f"公示期未满：最早可于 {day} 决定。",
        f"The notice has not stood its days: {day} is the first possible day of decision.",
        f"공시 기간이 끝나지 않았습니다. {day}부터 결정할 수 있습니다.",
    )


def no_calendar(year: int) -> Words:
    """That days of a year cannot be counted."""
    return Words(
        f"日志中没有 {year} 年的工作日历，无法计算公示期。",
        f"The log has no calendar of working days for {year}: the notice cannot be counted.",
        f"로그에 {year}년 근무일 달력이 없어 공시 기간을 셀 수 없습니다.",
    )


def panel_rule(least: int, quorum: Fraction, majority: Fraction) -> Words:
    """What a panel has to be, and what it takes for a recommendation."""
    return Words(
        f"委员人数为单数，至少 {least} 人；到会不少于委员的 {quorum}；赞成不少于到会者的 {majority}。"
        "否则申报当日结束。",
        f"An odd number of members, {least} or more; at least {quorum} of them present; at least {majority} of those"
        " present for it. Otherwise the application ends that day.",
        f"위원은 홀수로 {least}명 이상, 참석은 위원의 {quorum} 이상, 찬성은 참석자의 {majority} 이상이어야 합니다. "
        "아니면 그날 신청이 종료됩니다.",
    )


def panel_needs(size: int, present: int, votes: int) -> Words:
    """What a panel of one size needs."""
    return Words(
        f"{size} 名委员：至少 {present} 人到会；全部到会时至少 {votes} 票赞成",
        f"{size} members: {present} or more present; with all present {votes} or more votes",
        f"위원 {size}명: {present}명 이상 참석, 전원 참석 시 찬성 {votes}표 이상",
    )


def voted(size: int, present: int, votes: int) -> Words:
    """What a panel voted."""
    return Words(
        f"{size} 名委员，{present} 人到会，{votes} 票赞成",
        f"{size} members, {present} present, {votes} for",
        f"위원 {size}명, 참석 {present}명, 찬성 {votes}표",
    )


def under(policy: str, route: str) -> Words:
    """Under which edition and route."""
    return Words(f"政策 {policy}，路径 {route}", f"policy {policy}, route {route}", f"정책 {policy}, 경로 {route}")


HAPPENED: Final = {
    "application.filed": Words("提交申报", "Application filed", "신청 접수"),
    "application.found-eligible": Words("符合条件", "Found eligible", "자격 인정"),
    "panel.voted": Words("评审表决", "Panel voted", "심사 표결"),
    "notice.posted": Words("发布公示", "Notice posted", "공시 게시"),
    "objection.raised": Words("提出异议", "Objection raised", "이의 제기"),
    "objection.resolved": Words("答复异议", "Objection answered", "이의 답변"),
    "decision.refused": Words("未能决定", "Decision not possible yet", "결정 불가"),
    "application.refused": Words("不予授予", "Refused", "거부"),
    "evidence.attached": Words("附证据材料", "Evidence attached", "증거 첨부"),
    "title.granted": Words("授予职称", "Title granted", "직함 수여"),
    "title.revoked": Words("撤销职称", "Title revoked", "직함 취소"),
    "title.superseded": Words("由更正件替代", "Superseded by its correction", "정정본으로 대체"),
}
"""What an entry of an application's or title's stream says, by its kind."""
