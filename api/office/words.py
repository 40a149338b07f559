"""Sentences of the console that all its pages share, in every language."""

from __future__ import annotations

from typing import Final

from api.languages import Words

CONSOLE: Final = Words("工作台", "Office", "업무실")
HOME: Final = Words("首页", "Home", "홈")
SKIP: Final = Words("跳到正文", "Skip to the content", "본문으로 건너뛰기")
MENU: Final = Words("导航", "Navigation", "탐색")
PREPARED: Final = Words("待签署", "To be signed", "서명 대기")
PROPOSALS: Final = Words("待批事项", "Proposals", "승인 요청")
PICTURES: Final = Words("图表", "Pictures", "도표")
INTAKES: Final = Words("批量导入", "Bulk intake", "일괄 반입")
COHORTS: Final = Words("期次", "Cohorts", "기수")
TRAINEES: Final = Words("学员", "Trainees", "교육생")
APPLICATIONS: Final = Words("职称申报", "Title applications", "직함 신청")
TITLES: Final = Words("职称", "Titles", "직함")
RULES: Final = Words("项目与政策", "Programmes and policies", "과정과 정책")
ORGANISATIONS: Final = Words("机构与密钥", "Organisations and keys", "기관과 키")
STAFF: Final = Words("人员", "Staff", "직원")
ACCOUNT: Final = Words("我的账户", "My account", "내 계정")
SIGN_OUT: Final = Words("退出", "Sign out", "로그아웃")
SEND: Final = Words("提交", "Send", "보내기")
CANCEL: Final = Words("取消", "Cancel", "취소")
BACK: Final = Words("返回", "Back", "뒤로")
SHOW: Final = Words("查看", "Show", "보기")
OLDER: Final = Words("更早", "Older", "이전 항목")
NOTHING: Final = Words("没有内容。", "There is nothing here.", "내용이 없습니다.")
OPTIONAL: Final = Words("（可不填）", "(may be empty)", "(선택)")
NOTE: Final = Words("说明", "Note", "메모")
REASON: Final = Words("理由", "Reason", "사유")

PUBLIC_RESULT: Final = Words("公开核验页面", "Its public page", "공개 확인 페이지")
MISSING: Final = Words("请填写此项。", "This has to be filled in.", "이 항목을 입력해 주십시오.")
TOO_LONG: Final = Words("内容过长。", "This is too long.", "너무 깁니다.")
FILE_TOO_LARGE: Final = Words("文件过大。", "The file is too large.", "파일이 너무 큽니다.")
CHOOSE_AGAIN: Final = Words("请重新选择文件。", "Choose the file again.", "파일을 다시 선택해 주십시오.")
TOO_SLOW: Final = Words("上传用时过长。", "The upload took too long.", "업로드가 너무 오래 걸렸습니다.")
UNPRINTABLE: Final = Words(
    "含有无法显示的字符。", "There are characters in it that do not print.", "표시할 수 없는 문자가 있습니다."
)
NO_DAY: Final = Words(
    "请按“年-月-日”填写日期，例如 2026-05-04。",
    "Give a day as year-month-day, such as 2026-05-04.",
    "날짜를 연-월-일로 입력해 주십시오. 예: 2026-05-04",
)
NO_NUMBER: Final = Words("请填写数字。", "Give a number.", "숫자를 입력해 주십시오.")
NO_WHOLE: Final = Words("请填写整数。", "Give a whole number.", "정수를 입력해 주십시오.")
NOT_LISTED: Final = Words("请从列表中选择。", "Choose one of the list.", "목록에서 선택해 주십시오.")

SIGNED_OUT: Final = Words(
    "登录已过期，已填写的内容都还在。提交时会请您重新登录；也可以现在登录：",
    "You are signed out. What you typed is still here: you are asked to sign in when you send it, or now:",
    "로그인이 만료되었습니다. 입력한 내용은 그대로 있습니다. 보낼 때 다시 로그인하시거나 지금 로그인해 주십시오.",
)
SIGN_IN_BESIDE: Final = Words("在新标签页登录", "sign in, in another tab", "새 탭에서 로그인")
OTHER_SITE: Final = Words(
    "此请求不是由本站页面发出的，未作任何处理。",
    "This request was not sent by a page of this site. Nothing was done.",
    "이 요청은 이 사이트의 페이지에서 보낸 것이 아닙니다. 아무 작업도 하지 않았습니다.",
)
NOT_NOW: Final = Words(
    "现在无法处理。若刚才提交了内容，请稍后再次提交同一表单：同一表单只会记录一次。",
    "This cannot be done now. If you sent something, send the same form again in a moment: it is recorded once.",
    "지금은 처리할 수 없습니다. 방금 보낸 양식이 있다면 잠시 후 같은 양식을 다시 보내 주십시오. 한 번만 기록됩니다.",
)
ONLY_READ: Final = Words(
    "此页只供查看，未作任何处理。",
    "This page is only read. Nothing was done.",
    "읽기 전용 페이지입니다. 아무 작업도 하지 않았습니다.",
)
REFUSED: Final = Words("未获准", "Refused", "거부됨")
UNKNOWN_PAGE: Final = Words("没有这个页面", "No such page", "없는 페이지입니다")
TECHNICAL: Final = Words("技术原因（英文）", "Technical reason", "기술적 사유(영어)")

TOO_LARGE: Final = Words(
    "上传内容过大，未作处理。",
    "What was sent is too large. Nothing was done with it.",
    "보낸 내용이 너무 커서 처리하지 않았습니다.",
)
BAD_UPLOAD: Final = Words(
    "无法读取上传的表单，未作处理。",
    "The form that was sent cannot be read. Nothing was done with it.",
    "보낸 양식을 읽을 수 없어 처리하지 않았습니다.",
)

ROLES: Final = {
    "administrator": Words("管理员", "administrator", "관리자"),
    "registrar": Words("登记员", "registrar", "등록 담당"),
    "assessor": Words("考核员", "assessor", "평가 담당"),
    "approver": Words("审批员", "approver", "승인 담당"),
    "auditor": Words("审计员", "auditor", "감사 담당"),
}
"""Roles that people have (DOMAIN.md, Control)."""


def lacking(role: str) -> Words:
    """Which right is missing."""
    told = ROLES[role]
    return Words(
        f"您的账户没有“{told.zh}”角色。",
        f"Your account lacks the role of {told.en}.",
        f"계정에 ‘{told.ko}’ 역할이 없습니다.",
    )


def named(name_zh: str, name_en: str) -> Words:
    """A name that the log has in Chinese and English."""
    return Words(name_zh, name_en, name_en)
