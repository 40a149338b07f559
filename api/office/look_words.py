"""The sentences of the auditors' pages into the log, in every language of the pages."""

from __future__ import annotations

from typing import Final

from api.languages import Words

LOG: Final = Words("登记簿查阅", "The log", "등록부 열람")
LOOKS: Final = Words("查阅记录", "Looks", "열람 기록")
FIND: Final = Words("条目序号或事件流标识", "An entry's index, or a stream's id", "기록 번호 또는 흐름 식별자")
OPEN: Final = Words("打开", "Open", "열기")
INTRO: Final = Words(
    "此处先显示登记簿公开的内容。审计员说明理由后，可看到其有权查看的个人资料；每次查看在显示之前就已记下。",
    "What the log shows everyone comes first. An auditor who says why sees the personal values that they may see; each "
    "look is written down before anything is shown.",
    "먼저 등록부의 공개 내용이 보입니다. 감사자가 이유를 밝히면 볼 권한이 있는 개인정보를 볼 수 있으며, 열람은 보이기 "
    "전에 매번 기록됩니다.",
)
NOT_FOUND: Final = Words(
    "登记簿中没有这样的条目或事件流。",
    "The log has no such entry or stream.",
    "등록부에 그런 기록이나 흐름이 없습니다.",
)
REASON: Final = Words("为何查看", "Why you look", "열람 이유")
REASON_HOW: Final = Words(
    "例如：投诉编号、抽查计划。请勿写姓名。至少八个字。",
    "A complaint's number or a plan of spot checks, say; nobody's name. Eight characters at least.",
    "예: 민원 번호, 표본 점검 계획. 이름은 쓰지 마십시오. 여덟 자 이상.",
)
TOO_SHORT: Final = Words(
    "请写明理由，至少八个字。",
    "Say why, in eight characters at least.",
    "이유를 여덟 자 이상으로 쓰십시오.",
)
LOOK: Final = Words("记下并查看个人资料", "Write this down and show personal values", "기록하고 개인정보 보기")
NOTHING: Final = Words(
    "此流没有您可以查看的个人资料。",
    "This stream has no personal values that you may see.",
    "이 흐름에는 볼 수 있는 개인정보가 없습니다.",
)
RECORDED: Final = Words("此次查看已记为第", "This look is written down as number", "이 열람의 기록 번호:")
ERASED: Final = Words("已删除或未公开", "erased, or not disclosed", "삭제되었거나 공개되지 않음")
PUBLIC_PAGE: Final = Words("公开页面与证明", "Public page with its proof", "공개 페이지와 증명")
HOLDER: Final = Words("经办人", "By", "처리자")
NUMBER: Final = Words("序号", "Number", "번호")
WHO: Final = Words("谁", "Who", "누가")
WHEN: Final = Words("何时", "When", "언제")
WHAT: Final = Words("事件流", "Stream", "흐름")
WHY: Final = Words("理由", "Why", "이유")
ABOUT_LOOKS: Final = Words(
    "审计员每次查看个人资料都在此记下，不能更改。请管理员或个人信息保护负责人定期抄存下面的链值：以后若有记录被删改，"
    "certledger looks --kept 会指出。",
    "Every look of an auditor at personal values stands here and is never changed. Administrators and whoever answers "
    "for data protection keep the chain value below from time to time: should a look be changed or taken out later, "
    "certledger looks --kept says so.",
    "감사자가 개인정보를 본 모든 열람이 여기 남으며 바뀌지 않습니다. 관리자와 개인정보 보호 책임자는 아래 사슬 값을 "
    "때때로 적어 두십시오. 나중에 기록이 바뀌거나 지워지면 certledger looks --kept 로 드러납니다.",
)
CHAIN: Final = Words("请抄存的链值", "The chain value to keep", "적어 둘 사슬 값")
CHAIN_GOOD: Final = Words("链完整", "the chain is whole", "사슬이 온전함")
CHAIN_BAD: Final = Words(
    "链已断：有查阅记录被改动或删除。",
    "The chain is broken: a look was changed or taken out.",
    "사슬이 끊어졌습니다. 열람 기록이 바뀌었거나 지워졌습니다.",
)
NONE_YET: Final = Words("尚无查阅记录。", "Nobody has looked yet.", "아직 열람 기록이 없습니다.")
OLDER: Final = Words("更早的", "Older ones", "이전 기록")

FIELDS: Final = {
    "application": Words("申报流", "Application", "신청 흐름"),
    "application_no": Words("申报编号", "Application number", "신청 번호"),
    "amended_on": Words("更正日", "Amended on", "정정일"),
    "applied_on": Words("申报日", "Applied on", "신청일"),
    "asked_on": Words("请求日", "Asked on", "요청일"),
    "assessed_on": Words("考核日", "Assessed on", "평가일"),
    "assessment": Words("考核", "Assessment", "평가"),
    "assessor": Words("考评员", "Assessor", "평가자"),
    "attached_on": Words("附上日", "Attached on", "첨부일"),
    "attempt": Words("第几次", "Attempt", "응시 차수"),
    "attended_on": Words("出勤日", "Attended on", "출석일"),
    "changed_on": Words("变更日", "Changed on", "변경일"),
    "cohort": Words("期次", "Cohort", "기수"),
    "contact": Words("联系方式", "Contact", "연락처"),
    "corrects": Words("更正自", "Corrects", "정정 대상"),
    "description": Words("说明", "Description", "설명"),
    "digest": Words("散列", "Digest", "해시"),
    "education": Words("学历", "Education", "학력"),
    "email": Words("电子邮箱", "E-mail", "이메일"),
    "employer": Words("单位", "Employer", "소속"),
    "ended_on": Words("结束日", "Ended on", "종료일"),
    "enrolled_on": Words("报名日", "Enrolled on", "등록일"),
    "enrolment": Words("报名流", "Enrolment", "등록 흐름"),
    "graduated_on": Words("毕业日", "Graduated on", "졸업일"),
    "grounds": Words("异议理由", "Grounds", "이의 사유"),
    "hours": Words("学时", "Hours", "시간"),
    "id_number": Words("证件号码", "Document number", "신분증 번호"),
    "id_number_masked": Words("证件号码（遮盖）", "Document number, masked", "신분증 번호(가림)"),
    "id_type": Words("证件类型", "Document", "신분증 종류"),
    "level": Words("级别", "Level", "등급"),
    "link": Words("链接标识", "Link id", "링크 식별자"),
    "lodged_on": Words("递交日", "Lodged on", "접수일"),
    "module": Words("模块", "Module", "모듈"),
    "name": Words("姓名", "Name", "이름"),
    "notice": Words("公示", "Notice", "공시"),
    "number": Words("编号", "Number", "번호"),
    "outcome": Words("结果", "Outcome", "결과"),
    "phone": Words("电话", "Telephone", "전화"),
    "place": Words("序次", "Place", "순서"),
    "policy": Words("政策版次", "Policy", "정책"),
    "posted_on": Words("公示日", "Posted on", "게시일"),
    "practice_from": Words("从业起始日", "In practice from", "실무 시작일"),
    "present": Words("出席人数", "Present", "참석"),
    "raised_on": Words("提出日", "Raised on", "제기일"),
    "reason": Words("原因", "Reason", "사유"),
    "recommended_by": Words("推荐单位", "Recommended by", "추천 기관"),
    "registered_on": Words("登记日", "Registered on", "등록일"),
    "requested_on": Words("请求日", "Requested on", "요청일"),
    "resolved_on": Words("处理日", "Resolved on", "처리일"),
    "route": Words("途径", "Route", "경로"),
    "salt": Words("盐", "Salt", "솔트"),
    "score": Words("分数", "Score", "점수"),
    "size": Words("评委人数", "Panel", "심사위원 수"),
    "source": Words("来源", "Source", "출처"),
    "speciality": Words("专业", "Speciality", "전문 분야"),
    "successor": Words("更换为", "Successor", "대체 증명서"),
    "terms": Words("公示条款", "Terms", "공시 조건"),
    "title_held": Words("已有职称", "Title held", "보유 직함"),
    "title_since": Words("职称取得日", "Title since", "직함 취득일"),
    "total": Words("总分", "Total", "총점"),
    "trainee": Words("学员流", "Trainee", "교육생 흐름"),
    "trainee_no": Words("学号", "Trainee number", "교육생 번호"),
    "voted_on": Words("表决日", "Voted on", "표결일"),
    "votes_for": Words("赞成票", "Votes for", "찬성"),
    "withdrawn_on": Words("退出日", "Withdrawn on", "철회일"),
}
"""Every personal field of an event (kept by a test)."""
