"""The sentences of public notices and of the form for objections, each in every language of the pages."""

from __future__ import annotations

from datetime import date
from typing import Final

from api.languages import Words

TITLE: Final = Words("职称公示", "Public notices of titles", "직함(职称) 공시")
WHAT: Final = Words(
    "以下职称申报正在公示。公示期间，任何人都可以实名提出异议；公示期满后方可决定。",
    "These applications for titles are under public notice. While a notice stands, anybody may object under their own "
    "name; it is decided only afterwards.",
    "다음 직함 신청이 공시 중입니다. 공시 기간에는 누구나 실명으로 이의를 제기할 수 있으며, 결정은 그 후에만 "
    "이루어집니다.",
)
NONE_NOW: Final = Words("目前没有公示。", "No notice stands at present.", "현재 공시가 없습니다.")
OPEN: Final = Words("查看", "Open", "보기")
PAGES: Final = Words("页", "Pages", "페이지")
COULD_NOT: Final = Words(
    "此公示目前无法核验，因此不显示任何内容。请稍后再试。",
    "This notice could not be checked just now, so nothing of it is shown. Try again later.",
    "이 공시는 지금 확인할 수 없어 아무 내용도 표시하지 않습니다. 나중에 다시 시도하십시오.",
)
NOT_NOW: Final = Words(
    "公示目前无法显示，请稍后再试。",
    "The notices could not be shown just now: try again later.",
    "지금은 공시를 표시할 수 없습니다. 나중에 다시 시도하십시오.",
)
UNKNOWN: Final = Words("没有这个公示", "No such notice", "해당 공시 없음")

LABELS: Final = {
    "name": Words("姓名", "name", "성명"),
    "level": Words("申报职称", "title applied for", "신청 직함"),
    "speciality": Words("专业", "speciality", "전문 분야"),
    "employer": Words("工作单位", "employer", "소속 기관"),
    "recommended_by": Words("推荐单位", "recommended by", "추천 기관"),
    "authority": Words("公示机关", "authority", "공시 기관"),
    "posted_on": Words("公示日期", "posted on", "공시일"),
    "last": Words("公示截止（含当日）", "last day of the notice", "공시 마감일(당일 포함)"),
    "left": Words("剩余工作日", "working days left", "남은 근무일"),
    "decided_from": Words("最早决定日期", "decided on or after", "최초 결정 가능일"),
}
LEVELS: Final = {
    "assistant-engineer": Words("助理工程师", "assistant engineer", "보조 엔지니어"),
    "engineer": Words("工程师", "engineer", "엔지니어"),
}
ABOUT: Final = Words("关于本公示", "About this notice", "이 공시에 관하여")
BASIS: Final = Words("依据", "Legal basis", "법적 근거")
NO_TERMS: Final = Words(
    "公示机关尚未说明可以公示哪些内容及其依据，因此本页不显示申报人的任何信息。",
    "The authority has not said what may be shown, and on what basis: so nothing of the applicant is shown here.",
    "공시 기관이 공시할 수 있는 내용과 그 근거를 밝히지 않았으므로 신청인의 정보를 표시하지 않습니다.",
)
REACHED_AT: Final = Words("联系公示机关", "The authority is reached at", "공시 기관 연락처")
REMOVED: Final = Words(
    "公示期满、作出决定或申报人信息被删除后，本页不再显示以上个人信息。请勿另行保存或传播。",
    "Once the notice has ended, the application is decided or the applicant's data are erased, this page shows none of "
    "it any more. Do not keep or pass on what it shows.",
    "공시가 끝나거나, 결정이 내려지거나, 신청인의 정보가 삭제되면 이 페이지에 위 개인정보가 더 이상 표시되지 않습니다. "
    "따로 보관하거나 전하지 마십시오.",
)
DAYS_ARE: Final = Words(
    "公示须满规定的完整工作日，发布当日不计；工作日依国务院办公厅的放假安排，该安排登记在册。",
    "A notice stands for whole working days, the day of posting not counted. Working days are those of the State "
    "Council's calendar, which is in the log.",
    "공시는 게시일을 제외한 만 근무일 동안 유지됩니다. 근무일은 등록부에 등록된 국무원의 휴일 일정에 따릅니다.",
)

OBJECT: Final = Words("提出异议", "Object to this application", "이의 제기")
OBJECT_TITLE: Final = Words("实名提出异议", "Object under your own name", "실명 이의 제기")
OBJECT_WHO: Final = Words(
    "异议须实名提出，并留下可以联系到您的方式。匿名异议不予受理。",
    "An objection is made under your own name, with a way to reach you. Anonymous ones are not taken.",
    "이의는 실명으로 제기해야 하며 연락할 방법을 남겨야 합니다. 익명 이의는 받지 않습니다.",
)
NAME: Final = Words("您的姓名", "Your name", "귀하의 성명")
CONTACT: Final = Words("联系方式（电话或邮箱）", "How to reach you (telephone or e-mail)", "연락처(전화 또는 이메일)")
GROUNDS: Final = Words("异议内容和理由", "What you object to, and why", "이의 내용과 이유")
CONSENT: Final = Words(
    "我以真实姓名提出异议，并已阅读以下说明。",
    "I object under my real name, and have read what is said below.",
    "본인은 실명으로 이의를 제기하며 아래 설명을 읽었습니다.",
)
SEND: Final = Words("提交异议", "Lodge the objection", "이의 제출")
KEPT_HOW: Final = Words(
    "您填写的内容用专用密钥加密保存，只供公示机关和基地办理异议使用，不在任何页面上公开；登记簿中只有加盐散列。",
    "What you fill in is encrypted under a key of its own and is for the authority and the base, to deal with your "
    "objection. It is shown on no public page; in the log stand salted hashes alone.",
    "작성하신 내용은 전용 키로 암호화되며 공시 기관과 기지가 이의를 처리하는 데만 쓰입니다. 어떤 공개 페이지에도 "
    "표시되지 않으며 등록부에는 솔트를 더한 해시만 남습니다.",
)
NO_FORM: Final = Words(
    "此处不接受网上异议。请按公示机关公布的其他方式提出。",
    "Objections are not taken by a form here. Use another way that the authority has announced.",
    "여기서는 온라인 이의를 받지 않습니다. 공시 기관이 안내한 다른 방법을 이용하십시오.",
)
BACK: Final = Words("返回公示", "Back to the notice", "공시로 돌아가기")
NOT_TAKEN: Final = Words("异议未提交", "The objection was not lodged", "이의가 제출되지 않았습니다")
FAULTS: Final = {
    "name": Words(
        "请填写姓名（最多 100 个字符，不含控制字符）。",
        "Give your name (100 characters at most, no control characters).",
        "성명을 입력하십시오(최대 100자, 제어 문자 제외).",
    ),
    "contact": Words(
        "请填写联系方式（最多 200 个字符，不含控制字符）。",
        "Say how to reach you (200 characters at most, no control characters).",
        "연락처를 입력하십시오(최대 200자, 제어 문자 제외).",
    ),
    "grounds": Words(
        "请填写异议内容和理由（最多 2000 个字符，不含控制字符）。",
        "Say what you object to, and why (2000 characters at most, no control characters).",
        "이의 내용과 이유를 입력하십시오(최대 2000자, 제어 문자 제외).",
    ),
    "consent": Words(
        "请确认您以真实姓名提出异议并已阅读说明。",
        "Confirm that you object under your real name and have read what is said.",
        "실명으로 이의를 제기하며 설명을 읽었음을 확인하십시오.",
    ),
}
UNREADABLE: Final = Words(
    "无法读取所填内容：请重新打开表单再填写。",
    "What was sent cannot be read: open the form again and fill it in.",
    "보낸 내용을 읽을 수 없습니다. 양식을 다시 열어 작성하십시오.",
)
ELSEWHERE: Final = Words(
    "异议只能从本站的表单提交：请打开公示页重新填写。",
    "An objection is taken from this site's own form alone: open it from the notice's page.",
    "이의는 이 사이트의 양식으로만 제출할 수 있습니다. 공시 페이지에서 양식을 열어 주십시오.",
)
ENOUGH: Final = Words(
    "此公示收到的网上异议已达上限。请按公示机关公布的其他方式提出。",
    "This notice has had as many objections as the form takes. Use another way that the authority has announced.",
    "이 공시는 온라인 이의 한도에 이르렀습니다. 공시 기관이 안내한 다른 방법을 이용하십시오.",
)

LODGED_TITLE: Final = Words("异议已登记", "Your objection is in the log", "이의가 등록되었습니다")
LODGED_KEEP: Final = Words(
    "请保存本页网址：只有您知道它，别处不再显示。凭它可以查看处理结果、下载回执。",
    "Keep this page's address: you alone have it, and it is shown nowhere else. It leads to the answer and to the "
    "receipt.",
    "이 페이지의 주소를 보관하십시오. 귀하만 알고 있으며 다른 곳에는 표시되지 않습니다. 처리 결과와 접수증을 "
    "볼 수 있습니다.",
)
LODGED_LABELS: Final = {
    "state": Words("处理结果", "answer", "처리 결과"),
    "lodged_on": Words("提出日期", "lodged on", "제출일"),
    "entry": Words("登记序号", "log entry", "등록 번호"),
    "notice": Words("公示编号", "notice", "공시 번호"),
    "name": Words("姓名", "name", "성명"),
    "contact": Words("联系方式", "contact", "연락처"),
    "grounds": Words("异议内容", "grounds", "이의 내용"),
    "kept": Words("保存期限", "kept until", "보관 기한"),
}
OUTCOMES: Final = {
    "pending": Words("待处理", "not answered yet", "처리 대기"),
    "dismissed": Words("异议不成立", "dismissed", "기각"),
    "upheld": Words("异议成立", "upheld", "인정"),
    "none": Words("申报已终止，未予处理", "the application ended without an answer", "신청 종료로 처리되지 않음"),
}
WHILE_OPEN: Final = Words("至申报办结之后，期限见说明", "while the application is open", "신청이 진행되는 동안")
NOW_ERASED: Final = Words("即将删除", "to be erased now", "곧 삭제됨")
BLOCKS: Final = Words(
    "在答复之前，系统不允许对该申报作出决定。",
    "Until it is answered, the ledger takes no decision on the application.",
    "답변이 있을 때까지 이 신청에 대한 결정은 기록될 수 없습니다.",
)
RECEIPT: Final = Words(
    "下载回执（objection.cbor）", "Download the receipt (objection.cbor)", "접수증 내려받기(objection.cbor)"
)
RECEIPT_WHAT: Final = Words(
    "回执证明您的异议已登记在册，无法被悄悄撤下；即使本站以后删除您的信息，回执仍可核验（certverify objection）。",
    "The receipt proves that your objection is in the log, so that nobody can drop it in silence. It can be checked "
    "even after your data are erased here (certverify objection).",
    "접수증은 귀하의 이의가 등록부에 있음을 증명하므로 몰래 없앨 수 없습니다. 여기서 정보가 삭제된 뒤에도 "
    "확인할 수 있습니다.",
)
RECEIPT_SOON: Final = Words(
    "回执将在登记簿公布后提供，通常只需几秒：请刷新本页。",
    "The receipt is there once the log is published, mostly within seconds: reload this page.",
    "접수증은 등록부가 공표된 후 제공되며 보통 몇 초면 됩니다. 페이지를 새로 고치십시오.",
)
NO_OBJECTION: Final = Words(
    "没有这项异议，或其信息已在保存期满后删除",
    "No such objection, or its data were erased when their time was over",
    "해당 이의가 없거나 보관 기한이 지나 삭제되었습니다",
)


def until(last: date | None, uncounted: int | None) -> Words:
    """Through which day a notice stands, or why that cannot be said yet."""
    if last is None:
        return Words(
            f"登记簿尚无 {uncounted} 年的工作日安排，截止日期暂时无法计算",
            f"the last day cannot be counted yet: the log has no calendar of {uncounted}",
            f"등록부에 {uncounted}년 근무일 일정이 없어 마감일을 아직 계산할 수 없습니다",
        )
    return Words(f"公示中，截至 {last}（含当日）", f"under notice through {last}", f"공시 중, {last}까지(당일 포함)")


def unchecked(count: int) -> Words:
    """That some notices are left out."""
    return Words(
        f"另有 {count} 项公示目前无法核验，未列出。",
        f"{count} more could not be checked just now and {'is' if count == 1 else 'are'} left out.",
        f"그 밖에 {count}건은 지금 확인할 수 없어 표시하지 않았습니다.",
    )


def objections_until(last: date | None, uncounted: int | None) -> Words:
    """Until when objections are taken."""
    if last is None:
        return until(last, uncounted)
    return Words(
        f"异议须在 {last} 24 时（UTC+8）前提出。",
        f"Objections are taken until the end of {last} (UTC+8).",
        f"이의는 {last} 24시(UTC+8)까지 받습니다.",
    )


def kept(days: int) -> Words:
    """How long what an objector fills in is kept."""
    return Words(
        f"您的信息保存到申报办结后第 {days} 天，之后删除。",
        f"Your data are kept until {days} day{'' if days == 1 else 's'} after the application's end, and then erased.",
        f"귀하의 정보는 신청이 종결된 후 {days}일까지 보관되며 그 후 삭제됩니다.",
    )
