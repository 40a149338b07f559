"""The sentences of the explorer, each in every language of the pages: events, fields and what surrounds them."""

from __future__ import annotations

from typing import Final

from api.languages import Words

TITLE: Final = Words("登记簿浏览", "The log, explored", "등록부 탐색")
INTRO: Final = Words(
    "登记簿的每一条都公开，但不含任何个人资料：姓名、成绩、单位等只以加盐散列出现。此处所示均取自已公布的登记簿，并已证明"
    "包含在签名的根散列之下。",
    "Every entry of the log is public, and none holds personal data: names, scores, employers stand there as salted "
    "hashes only. What is shown here is read from the published log and proved to lie under its signed root.",
    "등록부의 모든 기록은 공개되지만 개인정보는 들어 있지 않습니다. 이름·성적·소속 등은 솔트를 더한 해시로만 남습니다. "
    "여기 보이는 내용은 공표된 등록부에서 읽어 서명된 루트 아래 있음을 증명한 것입니다.",
)
SIZE: Final = Words("条目数", "Entries", "기록 수")
ROOT: Final = Words("根散列", "Root hash", "루트 해시")
AS_OF: Final = Words("所看的时点", "The log as of", "보는 시점")
NOW: Final = Words("截至现在", "now", "지금")
PAST: Final = Words(
    "您正在看过去的登记簿：之后的条目不在其中。",
    "You are looking at the log of an earlier time: later entries are left out.",
    "과거 시점의 등록부를 보고 있습니다. 이후의 기록은 빠져 있습니다.",
)
BACK_TO_NOW: Final = Words("回到现在", "Back to now", "지금으로 돌아가기")
AFTER_ENTRIES: Final = Words("前多少条", "After so many entries", "처음 몇 건까지")
BY_DAY: Final = Words("或：某日结束时已登记的", "or as recorded by the end of", "또는 이날 끝까지 기록된 것")
SLIDE: Final = Words("滑动选择条目数", "Slide to a number of entries", "기록 수를 밀어서 선택")
SHOW: Final = Words("查看", "Show", "보기")
TIME_HOW: Final = Words(
    "日期指登记时间，不是业务日期：它回答“那时已知什么”。某日何者有效，请查证书本身的页面。",
    "The day is one of recording, not of business: it answers what was known then. What was valid on a day says the "
    "certificate's own page.",
    "날짜는 기록된 날이며 업무 날짜가 아닙니다. 그때 무엇이 알려져 있었는지를 뜻합니다. 어느 날의 효력은 증명서 자체의 "
    "페이지에서 확인하십시오.",
)
CHECKPOINT: Final = Words("已公布的检查点", "The published checkpoint", "공표된 체크포인트")
SIGNATURES: Final = Words("签名行", "Signature lines", "서명 줄")
OWN_LINE: Final = Words("登记簿自己的签名，已核验", "the log's own, checked", "등록부 자체의 서명, 확인됨")
OTHER_LINE: Final = Words(
    "见证人或其他签名，此处未核验",
    "of a witness or another signer, not checked here",
    "증인 또는 다른 서명자, 여기서 확인하지 않음",
)
GROWTH: Final = Words("每月新增条目", "Entries by month", "월별 기록 수")
GROWTH_ABOUT: Final = Words("按登记月份计数", "Counted by the month of recording", "기록된 달을 기준으로 셈")
MIX: Final = Words("各类事件", "Entries by kind of event", "사건 종류별 기록 수")
MIX_ABOUT: Final = Words("从多到少", "Most frequent first", "많은 순서")
TABLE: Final = Words("表格", "Table", "표")
CSV: Final = Words("下载 CSV", "Download as CSV", "CSV로 내려받기")
MONTH: Final = Words("月份", "Month", "달")
KIND: Final = Words("事件", "Event", "사건")
COUNT: Final = Words("条目数", "Entries", "기록 수")
LATEST: Final = Words("最近的条目", "The latest entries", "최근 기록")
ENTRY: Final = Words("条目", "Entry", "기록")
RECORDED: Final = Words("登记时间", "Recorded", "기록 시각")
STREAM: Final = Words("事件流", "Stream", "사건 흐름")
STREAM_INTRO: Final = Words(
    "同一事项（一张证书、一次报名、一次申报……）的全部条目，按登记先后。标识是随机的：从一个流看不出属于谁，也看不出与"
    "哪个流有关。",
    "All entries about one thing (a certificate, an enrolment, an application…), in the order of recording. Its id is "
    "random: nothing tells whose it is, or which other stream belongs to it.",
    "한 가지 사안(증명서, 등록, 신청 등)의 모든 기록을 기록 순서대로 보입니다. 식별자는 무작위이므로 누구의 것인지, "
    "어떤 흐름과 관련 있는지 알 수 없습니다.",
)
VERSION: Final = Words("流内序号", "Version in its stream", "흐름 안의 순번")
ACTORS: Final = Words("经办（化名）", "By (pseudonyms)", "처리자(가명)")
SIGNER: Final = Words("签名机构", "Signed by", "서명 기관")
KEY: Final = Words("密钥", "Key", "키")
CUSTODY: Final = Words("密钥由谁保管", "Who holds the key", "키 보관자")
BY_BASE: Final = Words(
    "由基地代为保管：它证明基地以该机构名义所说的话",
    "held by the base for it: it proves what the base said in its name",
    "기지가 대신 보관: 기지가 그 기관의 이름으로 말한 것을 증명",
)
BASES_OWN: Final = Words("基地自己的密钥", "the base's own key, held by itself", "기지가 직접 보관하는 자체 키")
BY_ITSELF: Final = Words("由机构自己保管", "held by the organisation itself", "기관이 직접 보관")
FAULT: Final = Words("此签名不作数", "This signature counts for nothing", "이 서명은 효력이 없음")
PUBLIC_FIELDS: Final = Words("公开内容", "What it says in public", "공개된 내용")
NO_PUBLIC: Final = Words(
    "此类条目没有公开字段：全部内容只以散列出现。",
    "An entry of this kind shows nothing of its own: all that it says stands there as hashes.",
    "이 종류의 기록에는 공개 항목이 없으며 모든 내용은 해시로만 있습니다.",
)
COMMITMENTS: Final = Words("未公开内容的散列", "Hashes of what is not public", "비공개 내용의 해시")
PROOF: Final = Words("从条目到根", "From the entry to the root", "기록에서 루트까지")
PATH_ABOUT: Final = Words(
    "自下而上：条目的散列与每一层的邻居结合，直到签名的根。",
    "From below: the entry's hash is joined with a neighbour at each level, up to the signed root.",
    "아래에서부터: 기록의 해시가 단계마다 이웃과 합쳐져 서명된 루트에 이릅니다.",
)
PATH_HASHES: Final = Words("路径上的散列", "The hashes of the path", "경로의 해시")
LEAF: Final = Words("叶散列", "Leaf hash", "잎 해시")
DOWNLOADS: Final = Words("下载", "Downloads", "내려받기")
STATEMENT: Final = Words("已签名的声明（COSE）", "The signed statement (COSE)", "서명된 진술(COSE)")
RECEIPT: Final = Words("收据（RFC 9942）", "The receipt (RFC 9942)", "영수증(RFC 9942)")
TLOG_PROOF: Final = Words("tlog-proof", "The tlog-proof", "tlog-proof")
BEFORE: Final = Words("本流上一条", "Before it in its stream", "흐름의 이전 기록")
AFTER: Final = Words("本流下一条", "After it in its stream", "흐름의 다음 기록")
PREVIOUS: Final = Words("上一条目", "Previous entry", "앞 기록")
NEXT: Final = Words("下一条目", "Next entry", "다음 기록")
ORGANISATIONS: Final = Words("机构", "Organisations", "기관")
ORGANISATION_KINDS: Final = {
    "base": Words("基地", "base", "기지"),
    "university": Words("高校", "university", "대학"),
    "enterprise": Words("企业", "enterprise", "기업"),
    "vocational": Words("职业院校", "vocational institution", "직업 교육 기관"),
    "school": Words("学校", "school", "학교"),
    "authority": Words("主管机关", "authority", "주무 기관"),
}
SIGNED_ENTRIES: Final = Words("其密钥签名的条目", "Entries signed by its keys", "그 키로 서명된 기록")
KEYS: Final = Words("密钥", "Keys", "키")
SINCE: Final = Words("自条目", "since entry", "기록부터")
COHORTS: Final = Words("期次", "Cohorts", "기수")
PROGRAMME: Final = Words("项目", "Programme", "과정")
DAYS: Final = Words("起止", "First and last day", "시작일과 종료일")
CAPACITY: Final = Words("名额", "Capacity", "정원")
COHORT_HOW: Final = Words(
    "谁在哪一期、一期有多少人，登记簿不公开：报名只以散列出现。",
    "Who is in a cohort, and how many, the log does not show: enrolments stand there as hashes.",
    "누가 어느 기수인지, 몇 명인지는 등록부에 공개되지 않습니다. 등록은 해시로만 있습니다.",
)
SEARCH: Final = Words("查找", "Search", "찾기")
SEARCH_FOR: Final = Words(
    "条目序号、事件流标识、机构代码、期次代码或证书编号",
    "An entry's index, a stream's id, the code of an organisation or cohort, or a certificate number",
    "기록 번호, 흐름 식별자, 기관·기수 코드 또는 증명서 번호",
)
NOT_FOUND: Final = Words(
    "登记簿中没有这样的条目、事件流、机构、期次或编号。",
    "The log knows no such entry, stream, organisation, cohort or number.",
    "등록부에 그런 기록, 흐름, 기관, 기수 또는 번호가 없습니다.",
)
NOT_THERE: Final = Words(
    "登记簿在这一时点没有此项。",
    "The log, as of this point, has nothing like it.",
    "이 시점의 등록부에는 해당 항목이 없습니다.",
)
BAD_POINT: Final = Words(
    "请填写不超过条目总数的数字，或一个日期。",
    "Give a number of entries that the log has, or a day.",
    "등록부의 기록 수 이하의 숫자 또는 날짜를 입력하십시오.",
)
NOT_NOW: Final = Words(
    "现在无法核对已公布的登记簿，因此什么也不显示。请稍后再试。",
    "The published log cannot be checked now, so nothing of it is shown. Try again later.",
    "지금은 공표된 등록부를 확인할 수 없어 아무것도 보이지 않습니다. 잠시 뒤 다시 시도하십시오.",
)
OVERVIEW: Final = Words("概览", "Overview", "개요")
YES: Final = Words("是", "yes", "예")
NO: Final = Words("否", "no", "아니요")

KINDS: Final = {
    "log.started": Words("登记簿开启", "Log started", "등록부 시작"),
    "base.moved": Words("基地网址变更", "Base moved to another address", "기지 주소 변경"),
    "witnesses.set": Words("见证方设定", "Witnesses set", "증인 지정"),
    "disclosure.made": Words("向审计方披露", "Disclosed to an auditor", "감사인에게 공개"),
    "organisation.accredited": Words("机构认可", "Organisation accredited", "기관 인정"),
    "key.authorised": Words("密钥授权", "Key authorised", "키 승인"),
    "key.retired": Words("密钥停用", "Key retired", "키 폐지"),
    "key.compromised": Words("密钥失密", "Key compromised", "키 유출"),
    "account.opened": Words("账户开立", "Account opened", "계정 개설"),
    "account.closed": Words("账户关闭", "Account closed", "계정 폐쇄"),
    "passkey.registered": Words("通行密钥登记", "Passkey registered", "패스키 등록"),
    "passkey.removed": Words("通行密钥移除", "Passkey removed", "패스키 제거"),
    "approval.signed": Words("批准签名", "Approval signed", "승인 서명"),
    "programme.published": Words("项目发布", "Programme published", "과정 공표"),
    "policy.published": Words("职称政策发布", "Policy published", "정책 공표"),
    "calendar.adopted": Words("日历采用", "Calendar adopted", "달력 채택"),
    "notice.terms-set": Words("公示条款设定", "Terms of notices set", "공시 조건 설정"),
    "cohort.opened": Words("期次开设", "Cohort opened", "기수 개설"),
    "pack.taken-in": Words("数据包导入", "Pack taken in", "자료 묶음 반입"),
    "trainee.registered": Words("学员登记", "Trainee registered", "교육생 등록"),
    "trainee.name-changed": Words("学员更名", "Trainee's name changed", "교육생 이름 변경"),
    "trainee.details-amended": Words("学员资料更正", "Trainee's details amended", "교육생 정보 정정"),
    "trainee.erased": Words("学员数据删除", "Trainee's data erased", "교육생 정보 삭제"),
    "enrolment.made": Words("报名", "Enrolment made", "수강 등록"),
    "enrolment.withdrawn": Words("退出", "Enrolment withdrawn", "수강 철회"),
    "attendance.recorded": Words("学时登记", "Attendance recorded", "출석 기록"),
    "result.recorded": Words("成绩登记", "Result recorded", "성적 기록"),
    "result.amended": Words("成绩更正", "Result amended", "성적 정정"),
    "evidence.attached": Words("材料附上", "Evidence attached", "증거 첨부"),
    "certification.refused": Words("未予认证", "Certification refused", "인증 거부"),
    "certificate.awarded": Words("证书颁发", "Certificate awarded", "증명서 수여"),
    "certificate.suspended": Words("证书暂停", "Certificate suspended", "증명서 정지"),
    "certificate.reinstated": Words("证书恢复", "Certificate reinstated", "증명서 복원"),
    "certificate.revoked": Words("证书撤销", "Certificate revoked", "증명서 취소"),
    "certificate.superseded": Words("证书更换", "Certificate superseded", "증명서 대체"),
    "application.filed": Words("职称申报", "Application filed", "신청 접수"),
    "application.found-eligible": Words("资格通过", "Application found eligible", "자격 확인"),
    "panel.voted": Words("评审表决", "Panel voted", "심사 표결"),
    "notice.posted": Words("公示", "Notice posted", "공시 게시"),
    "objection.raised": Words("异议提出", "Objection raised", "이의 제기"),
    "objection.resolved": Words("异议处理", "Objection resolved", "이의 처리"),
    "objection.lodged": Words("异议递交", "Objection lodged", "이의 접수"),
    "objection.erased": Words("异议人数据删除", "Objector's data erased", "이의 제기자 정보 삭제"),
    "decision.refused": Words("尚不能决定", "Decision refused", "결정 보류"),
    "application.refused": Words("申报未通过", "Application refused", "신청 거부"),
    "title.granted": Words("职称授予", "Title granted", "직함 수여"),
    "title.revoked": Words("职称撤销", "Title revoked", "직함 취소"),
    "title.superseded": Words("职称证更换", "Title superseded", "직함 대체"),
}
"""Every kind of event (kept by a test)."""

FIELDS: Final = {
    "actors_defaulted": Words("经办人未指名", "Actors not named", "처리자 미지정"),
    "approver": Words("批准人", "Approver", "승인자"),
    "as_of": Words("自条目起", "As of entry", "기준 기록"),
    "assessments": Words("考核", "Assessments", "평가"),
    "authenticator_data": Words("认证器数据", "Authenticator data", "인증기 데이터"),
    "authority": Words("主管机关", "Authority", "주무 기관"),
    "awarded_on": Words("颁发日", "Awarded on", "수여일"),
    "basis_en": Words("法律依据（英）", "Legal basis (English)", "법적 근거(영)"),
    "basis_zh": Words("法律依据（中）", "Legal basis (Chinese)", "법적 근거(중)"),
    "capacity": CAPACITY,
    "certified_by": Words("认证机构", "Certified by", "인증 기관"),
    "client_data": Words("客户端数据", "Client data", "클라이언트 데이터"),
    "code": Words("代码", "Code", "코드"),
    "custody": CUSTODY,
    "days_off": Words("放假日", "Days off", "휴일"),
    "digest": Words("所披露内容的散列", "Hash of what was disclosed", "공개 내용의 해시"),
    "digests": Words("所批准内容的摘要", "Digests of what is approved", "승인 내용의 다이제스트"),
    "edition": Words("版次", "Edition", "판"),
    "effective_from": Words("生效日", "In force from", "시행일"),
    "ends_on": Words("结束日", "Last day", "종료일"),
    "entries": Words("披露的条目数", "Entries disclosed", "공개된 기록 수"),
    "expires_on": Words("有效期至", "Valid through", "유효 기한"),
    "files": Words("文件散列", "Files, by hash", "파일 해시"),
    "granted_on": Words("授予日", "Granted on", "수여일"),
    "kept_days": Words("保存天数", "Days kept", "보관 일수"),
    "keys": KEYS,
    "kid": Words("密钥指纹", "Key", "키 지문"),
    "kind": Words("类别", "Kind", "종류"),
    "kinds": Words("可签事件", "May sign", "서명 가능 사건"),
    "level": Words("级别", "Level", "등급"),
    "link_hash": Words("链接标识的散列", "Hash of the link id", "링크 식별자의 해시"),
    "majority": Words("通过比例", "Majority", "의결 비율"),
    "make_up_days": Words("调休上班日", "Make-up days", "대체 근무일"),
    "max_attempts": Words("最多次数", "Most attempts", "최대 횟수"),
    "min_attendance": Words("最低出勤", "Least attendance", "최소 출석"),
    "modules": Words("模块", "Modules", "모듈"),
    "name_en": Words("英文名", "English name", "영문 이름"),
    "name_zh": Words("中文名", "Chinese name", "중문 이름"),
    "notice_working_days": Words("公示工作日", "Working days of notice", "공시 근무일"),
    "number_hash": Words("编号的散列", "Hash of the number", "번호의 해시"),
    "organisation": Words("机构", "Organisation", "기관"),
    "origin": Words("登记簿名称", "Origin", "등록부 이름"),
    "panel_min_members": Words("评委最少人数", "Least members of a panel", "심사위원 최소 인원"),
    "passkey": Words("通行密钥指纹", "Passkey", "패스키 지문"),
    "policy": Words("见证方与法定数", "Witnesses and quorum", "증인과 정족수"),
    "programme": PROGRAMME,
    "programme_edition": Words("项目版次", "Edition of the programme", "과정 판"),
    "pseudonym": Words("化名", "Pseudonym", "가명"),
    "public_key": Words("公钥", "Public key", "공개키"),
    "quorum": Words("法定人数", "Quorum", "정족수"),
    "reached_at": Words("联系方式", "Reached at", "연락처"),
    "reason": Words("原因类别", "Class of reason", "사유 분류"),
    "recipient": Words("审计方密钥指纹", "Auditor's key", "감사인 키 지문"),
    "reinstated_on": Words("恢复日", "Reinstated on", "복원일"),
    "revoked_on": Words("撤销日", "Revoked on", "취소일"),
    "roles": Words("角色", "Roles", "역할"),
    "routes": Words("途径", "Routes", "경로"),
    "rp_id": Words("域名", "Domain", "도메인"),
    "scope": Words("披露范围", "Scope", "공개 범위"),
    "shows": Words("公示内容", "Shows", "공시 항목"),
    "signature": Words("签名", "Signature", "서명"),
    "source": Words("来源", "Source", "출처"),
    "starts_on": Words("开始日", "First day", "시작일"),
    "status_index": Words("状态列表位置", "Place in the status list", "상태 목록 위치"),
    "superseded_on": Words("更换日", "Superseded on", "대체일"),
    "suspended_on": Words("暂停日", "Suspended on", "정지일"),
    "taught_by": Words("教学机构", "Taught by", "교육 기관"),
    "total_pass": Words("及格总分", "Total to pass", "합격 총점"),
    "uri": Words("标识", "URI", "URI"),
    "url": Words("网址", "Address", "주소"),
    "valid_years": Words("有效年数", "Years of validity", "유효 연수"),
    "year": Words("年份", "Year", "연도"),
}
"""Every public field of an event (kept by a test)."""
