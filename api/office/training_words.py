"""Sentences of the pages for training: cohorts, trainees, hours, results, certification, in every language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from api.languages import Words

COHORT: Final = Words("期", "Cohort", "기수")
PROGRAMME: Final = Words("项目", "Programme", "과정")
DAYS: Final = Words("起止日期", "Days", "기간")
STARTS_ON: Final = Words("第一天", "First day", "첫날")
ENDS_ON: Final = Words("最后一天", "Last day", "마지막 날")
PLACES: Final = Words("已占名额", "Places taken", "사용 정원")
CAPACITY: Final = Words("名额", "Places", "정원")
CERTIFIED: Final = Words("已认证", "Certified", "인증됨")
TAUGHT_BY: Final = Words("培训机构", "Taught by", "교육 기관")
CERTIFIED_BY: Final = Words("认证机构", "Certified by", "인증 기관")
EDITION: Final = Words("版次", "Edition", "판")
OPEN_COHORT: Final = Words("开设新一期", "Open a cohort", "새 기수 개설")
CODE: Final = Words("期号", "Code of the cohort", "기수 코드")
CODE_HOW: Final = Words(
    "字母、数字、“-”“_”“.”，例如 BDI-2027A。",
    "Letters, digits, “-”, “_” and “.”, such as BDI-2027A.",
    "문자, 숫자, ‘-’ ‘_’ ‘.’ 예: BDI-2027A",
)
CODE_FAULT: Final = Words(
    "期号只能包含字母、数字、“-”“_”“.”。",
    "A code has letters, digits, “-”, “_” and “.” only.",
    "코드에는 문자, 숫자, ‘-’ ‘_’ ‘.’만 쓸 수 있습니다.",
)
ENDS_BEFORE: Final = Words(
    "最后一天早于第一天。", "The last day is before the first.", "마지막 날이 첫날보다 빠릅니다."
)
NEXT: Final = Words("下一页", "Next page", "다음 쪽")
FIRST: Final = Words("回到第一页", "First page", "첫 쪽")
PEOPLE: Final = Words("学员名单", "People", "교육생 명단")
TOTAL: Final = Words("合计", "Total", "합계")

SEARCH: Final = Words("查找", "Search", "찾기")
SEARCH_FOR: Final = Words(
    "学员编号、姓名（或其中一部分）、证件号码",
    "Number, name or part of it, or number of an identity document",
    "번호, 이름(일부), 신분증 번호",
)
REGISTER: Final = Words("登记新学员", "Register a trainee", "교육생 등록")
TRAINEE_NO: Final = Words("学员编号", "Trainee number", "교육생 번호")
NAME: Final = Words("姓名", "Name", "이름")
ID_TYPE: Final = Words("证件类型", "Identity document", "신분증 종류")
ID_NUMBER: Final = Words("证件号码", "Number of the document", "신분증 번호")
EDUCATION: Final = Words("学历", "Education", "학력")
GRADUATED_ON: Final = Words("毕业日期", "Graduated on", "졸업일")
PRACTICE_FROM: Final = Words("从业起始日期", "In practice since", "경력 시작일")
TITLE_HELD: Final = Words("已有职称", "Title held", "보유 직함")
TITLE_SINCE: Final = Words("职称取得日期", "Title held since", "직함 취득일")
EMPLOYER: Final = Words("工作单位", "Employer", "소속 기업")
EMAIL: Final = Words("电子邮箱", "E-mail", "이메일")
PHONE: Final = Words("电话", "Telephone", "전화")
REGISTERED_ON: Final = Words("登记日期", "Registered on", "등록일")
ON: Final = Words("日期", "Day", "날짜")
BAD_ID_NUMBER: Final = Words(
    "身份证号码的校验码或出生日期不正确。",
    "The check character or the birth date in the number is wrong.",
    "신분증 번호의 검증 문자 또는 생년월일이 틀렸습니다.",
)
TOGETHER: Final = Words(
    "已有职称与取得日期须同时填写。",
    "A title and the day since when it is held go together.",
    "보유 직함과 취득일은 함께 입력해야 합니다.",
)
CHANGE_NAME: Final = Words("变更姓名", "Change the name", "이름 변경")
NEW_NAME: Final = Words("新姓名", "New name", "새 이름")
AMEND_DETAILS: Final = Words("更正资料", "Amend the particulars", "정보 정정")
ERASE: Final = Words("申请删除个人数据", "Ask for erasure", "개인정보 삭제 요청")
ERASE_HOW: Final = Words(
    "由另一人批准后，该人员的全部个人数据永久无法读取，证书也无法再查验姓名。此操作不可撤回。",
    "Once another person approves, nobody can read anything personal of this trainee any more. It cannot be undone.",
    "다른 사람이 승인하면 이 교육생의 모든 개인정보를 누구도 다시 읽을 수 없습니다. 되돌릴 수 없습니다.",
)
PROPOSE: Final = Words("提交审批", "Propose", "승인 요청")
EVIDENCE: Final = Words("附件凭证", "Evidence", "증빙")
ATTACH: Final = Words("登记凭证", "Attach evidence", "증빙 등록")
NOTE: Final = Words("给审批人的说明", "Note to the approver", "승인자에게 남길 메모")
BELONGS_TO: Final = Words("属于", "Belongs to", "대상")
DESCRIPTION: Final = Words("说明", "Description", "설명")
ENROLMENTS: Final = Words("报名", "Enrolments", "등록")
CERTIFICATES: Final = Words("证书", "Certificates", "인증서")
APPLICATIONS: Final = Words("职称申报", "Title applications", "직함 신청")
TITLES: Final = Words("职称", "Titles", "직함")
NUMBER: Final = Words("编号", "Number", "번호")
STANDING: Final = Words("状态", "Standing", "상태")
LEVEL: Final = Words("级别", "Level", "등급")
SPECIALITY: Final = Words("专业", "Speciality", "전공")
APPLIED_ON: Final = Words("申报日期", "Applied on", "신청일")
GRANTED_ON: Final = Words("授予日期", "Granted on", "수여일")
AWARDED_ON: Final = Words("颁发日期", "Awarded on", "발급일")
EXPIRES_ON: Final = Words("有效期至", "Valid through", "만료일")

PAPERS: Final = Words("批量下载证书", "Certificates in bulk", "인증서 일괄 내려받기")
ENROL: Final = Words("报名", "Enrol", "등록하기")
ENROL_NUMBERS: Final = Words("学员编号（每行一个）", "Trainee numbers, one a line", "교육생 번호(한 줄에 하나)")
ENROLLED_ON: Final = Words("报名日期", "Enrolled on", "등록일")
WITHDRAW: Final = Words("退出", "Withdraw", "중도 포기")
WITHDRAWN_ON: Final = Words("退出日期", "Withdrawn on", "포기일")
ATTENDANCE: Final = Words("学时", "Attendance", "이수 시간")
RESULTS: Final = Words("成绩", "Results", "성적")
RECORD_ATTENDANCE: Final = Words("登记学时", "Record attendance", "이수 시간 기록")
RECORD_RESULTS: Final = Words("登记成绩", "Record results", "성적 기록")
SESSION: Final = Words("第一步：选择课程与日期", "First: module and day", "1단계: 과목과 날짜")
ATTEMPT_OF: Final = Words("第一步：选择考核与次数", "First: assessment and attempt", "1단계: 평가와 차수")
FILL_IN: Final = Words("第二步：逐人填写", "Second: each person", "2단계: 한 명씩 입력")
SHOW_TABLE: Final = Words("显示名单", "Show the table", "명단 표시")
MODULE: Final = Words("课程", "Module", "과목")
HOURS: Final = Words("学时", "Hours", "시간")
HOURS_EACH: Final = Words("预填学时", "Hours filled in for everybody", "미리 채울 시간")
ASSESSMENT: Final = Words("考核", "Assessment", "평가")
ATTEMPT: Final = Words("第几次", "Attempt", "차수")
SCORE: Final = Words("成绩", "Score", "점수")
ASSESSOR: Final = Words("考评员代号", "Assessor's code", "평가자 코드")
SO_FAR: Final = Words("已有记录", "Recorded so far", "기록된 내용")
RECORD: Final = Words("记录", "Record", "기록")
RECORD_NEXT: Final = Words("记录并到下一页", "Record, and to the next page", "기록하고 다음 쪽으로")
RECORD_FIRST: Final = Words("记录并回到第一页", "Record, and to the first page", "기록하고 첫 쪽으로")
ON_THIS_PAGE: Final = Words("本页", "on this page", "이 쪽")
EMPTY_CELLS: Final = Words(
    "空格不记录。全部无误才会记录；有误时一项也不记录。",
    "Empty cells record nothing. Where one cell is wrong, none is recorded.",
    "빈칸은 기록하지 않습니다. 하나라도 틀리면 아무것도 기록하지 않습니다.",
)
NOBODY_ENROLLED: Final = Words(
    "有错误，尚未报名任何人。请更正下列各项后再次提交。",
    "Nobody was enrolled. Put these right, and send it again.",
    "아무도 등록되지 않았습니다. 다음 항목을 고쳐 다시 보내 주십시오.",
)
NOTHING_RECORDED: Final = Words(
    "有错误，尚未记录。请更正标出的各项后再次提交。",
    "Nothing was recorded. Put the marked cells right, and send it again.",
    "아무것도 기록되지 않았습니다. 표시된 칸을 고쳐 다시 보내 주십시오.",
)
NOT_ALL: Final = Words(
    "提交期间情况有变，标出的各项未记录，其余已记录。再次提交不会重复记录。",
    "Things changed meanwhile: the marked cells were not recorded, the others were. Nothing is recorded twice.",
    "그 사이 상황이 바뀌어 표시된 칸은 기록되지 않았고 나머지는 기록되었습니다. 다시 보내도 중복 기록되지 않습니다.",
)
"""Somebody else recorded something between the look at the table and its recording."""
CANNOT_PRINT: Final = Words(
    "该证书含有无法印刷的字符，请联系管理员。",
    "There is a character in it that cannot be printed: tell the administrator.",
    "인쇄할 수 없는 문자가 있습니다. 관리자에게 알려 주십시오.",
)
NOTHING_FILLED: Final = Words("没有填写任何一格。", "No cell is filled in.", "입력된 칸이 없습니다.")
SENT_BEFORE: Final = Words(
    "本表已提交过，该格以另一数值记录。如需更正请用更正功能。",
    "This form was sent before and recorded another value here. Amend it where it is wrong.",
    "이 양식은 이미 제출되어 다른 값으로 기록되었습니다. 틀렸다면 정정해 주십시오.",
)
AMEND: Final = Words("更正成绩", "Amend a score", "성적 정정")
AMENDED: Final = Words("更正", "Amended", "정정")
NOT_ONE: Final = Words("没有这个编号的学员", "no trainee of this number", "이 번호의 교육생이 없습니다")

CERTIFY: Final = Words("认证", "Certification", "인증")
CERTIFY_ON: Final = Words("认证日期", "Day of certification", "인증일")
PASSES: Final = Words("符合", "passes", "충족")
FAILS: Final = Words("不符合", "does not pass", "미충족")
INCLUDE: Final = Words("列入", "Include", "포함")
WHY: Final = Words("依据", "Why", "근거")
OUTCOME: Final = Words("结果", "Outcome", "결과")
WAITS_ALREADY: Final = Words("已在待批事项中", "waits in a proposal already", "이미 승인 요청 중")
NOBODY: Final = Words("没有选择任何人。", "Nobody is ticked.", "선택된 사람이 없습니다.")
TOO_MANY: Final = Words("一次最多 1000 人。", "At most 1,000 in one proposal.", "한 번에 최대 1,000명입니다.")
CERTIFY_HOW: Final = Words(
    "符合者已勾选。未符合者若列入，将记录为未获认证。",
    "Who passes is ticked. Who does not, and is included, is recorded as refused.",
    "충족한 사람은 선택되어 있습니다. 미충족자를 포함하면 인증 불가로 기록됩니다.",
)
AWARDS: Final = Words("证书", "Awards", "발급 내역")
CERTIFICATE: Final = Words("证书", "Certificate", "인증서")
HISTORY: Final = Words("经过", "History", "경과")
RECORDED_AT: Final = Words("记录时间", "Recorded at", "기록 시각")
BY: Final = Words("经手人", "By", "담당")
SUSPEND: Final = Words("暂停证书", "Suspend", "정지")
REINSTATE: Final = Words("恢复证书", "Reinstate", "복원")
REVOKE: Final = Words("撤销证书", "Revoke", "취소")
REVOKE_HOW: Final = Words(
    "以“弄虚作假”为由撤销后，三年内该学员的职称申报不予受理。",
    "After a revocation for fraud, title applications of this trainee are barred for three years.",
    "부정행위로 취소하면 3년간 직함 신청이 제한됩니다.",
)
CORRECT: Final = Words("换发更正件", "Correct", "정정본 발급")
CORRECT_HOW: Final = Words(
    "以学员现在的姓名和证件换发，成绩、日期不变；原证书标为已被替代。",
    "The same award, with the trainee's name and document as they are now; the old one is marked as replaced.",
    "현재 이름과 신분증으로 다시 발급합니다. 원래 인증서는 대체됨으로 표시됩니다.",
)
NAME_DIFFERS: Final = Words(
    "学员现在的姓名与证书上的不同，可换发更正件。",
    "The trainee's name is another now than on the certificate: it can be corrected.",
    "교육생의 현재 이름이 인증서와 다릅니다. 정정본을 발급할 수 있습니다.",
)
CORRECTS: Final = Words("更正自", "Corrects", "정정 대상")
PDF: Final = Words("下载证书（PDF）", "The certificate (PDF)", "인증서(PDF)")
NO_PDF: Final = Words(
    "该证书已失效，不再出具。", "It is no longer in force: no paper is made.", "효력이 없어 발급하지 않습니다."
)
NOT_YET: Final = Words(
    "该证书刚刚记录，尚未公布。请稍后再试。",
    "This was recorded a moment ago and is not published yet. Try again shortly.",
    "방금 기록되어 아직 공개되지 않았습니다. 잠시 후 다시 시도해 주십시오.",
)
CLASS: Final = Words("理由类别", "Class of reason", "사유 분류")


def recorded(count: int) -> Words:
    """How many cells of a table were recorded."""
    return Words(f"已记录 {count} 项。", f"{count} recorded.", f"{count}건을 기록했습니다.")


def attended(module: str, hours: str, needed: str) -> Words:
    """Hours of a module that are too few."""
    return Words(
        f"{module}：已学 {hours} 学时，须 {needed} 学时",
        f"{module}: {hours} hours attended, {needed} needed",
        f"{module}: {hours}시간 이수, {needed}시간 필요",
    )


def without_result(assessment: str) -> Words:
    """An assessment that has no score."""
    return Words(f"{assessment}：无成绩", f"{assessment}: no result", f"{assessment}: 성적 없음")


def below(assessment: str, best: str, needed: str) -> Words:
    """A best attempt below the pass mark."""
    return Words(
        f"{assessment}：最好成绩 {best}，合格线 {needed}",
        f"{assessment}: best attempt {best}, pass mark {needed}",
        f"{assessment}: 최고 {best}점, 합격선 {needed}점",
    )


def total_below(total: str, needed: str) -> Words:
    """A total that is too low."""
    return Words(f"总评 {total}，须 {needed}", f"total {total}, {needed} needed", f"총점 {total}, {needed} 필요")


def total(value: str) -> Words:
    """The total of who passes."""
    return Words(f"总评 {value}", f"total {value}", f"총점 {value}")


def withdrew(day: str) -> Words:
    """Somebody who withdrew."""
    return Words(f"已于 {day} 退出", f"withdrew on {day}", f"{day} 중도 포기")


def each_of(faults: Sequence[tuple[str, Words]]) -> Words:
    """Of several people at once: the number of each, with what is wrong."""
    told = [(f"{number} " if number else "", fault) for number, fault in faults]
    return Words(
        " ".join(f"{number}{fault.zh}" for number, fault in told),
        " ".join(f"{number}{fault.en}" for number, fault in told),
        " ".join(f"{number}{fault.ko}" for number, fault in told),
    )
