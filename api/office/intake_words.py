"""Sentences of intakes through the console, in every language."""

from __future__ import annotations

from typing import Final

from api import bulk_words
from api.languages import Words
from api.office import refusal_words
from ledger.intake.headers import Column
from ledger.refusals import Code

ABOUT: Final = Words(
    "把 CSV、XLSX 文件或整个数据包（ZIP）放到这里。先核对、预览，确认并由他人批准后才会记录；在此之前不写入任何内容。",
    "Put CSV or XLSX files here, or a whole pack as a ZIP. They are matched and rehearsed first; nothing is recorded "
    "before another person approves.",
    "CSV·XLSX 파일이나 자료 묶음(ZIP)을 여기에 놓으십시오. 먼저 대조하고 미리 확인하며, "
    "다른 사람이 승인하기 전에는 아무것도 기록되지 않습니다.",
)
DROP: Final = Words("拖放文件到此处", "Drop files here", "파일을 여기에 놓으십시오")
CHOOSE: Final = Words("选择文件", "Choose files", "파일 선택")
FOLDER: Final = Words("选择文件夹", "Choose a folder", "폴더 선택")
UPLOAD: Final = Words("上传", "Upload", "올리기")
LIMITS: Final = Words(
    "每次最多 100 个文件、共 64 MB。文件加密保存，导入完成、作废或 14 天后删除。",
    "At most 100 files and 64 MB at once. They are kept encrypted, and deleted once taken in, thrown away, or after "
    "14 days.",
    "한 번에 파일 100개, 64 MB까지입니다. 암호화하여 보관하며, 반입·폐기되거나 14일이 지나면 삭제합니다.",
)
NO_FILE: Final = Words("请选择文件。", "Choose a file.", "파일을 선택해 주십시오.")
NOT_TAKEN: Final = Words("文件未被接收", "The files were not taken", "파일을 받지 않았습니다")
INTAKE: Final = Words("批次", "Intake", "반입")
UPLOADER: Final = Words("上传人", "Uploaded by", "올린 사람")
AT: Final = Words("上传时间", "Uploaded at", "올린 시각")
EXPIRES: Final = Words("文件保留至", "Files kept until", "파일 보관 기한")
DECIDED_BY: Final = Words("处理人", "Decided by", "처리자")
STATE: Final = Words("状态", "State", "상태")
FILES: Final = Words("文件", "Files", "파일")
FILE: Final = Words("文件", "File", "파일")
KIND: Final = Words("内容", "What it is", "내용")
ROWS: Final = Words("行数", "Rows", "행 수")
COLUMN: Final = Words("列标题", "Heading", "열 제목")
SAMPLES: Final = Words("示例", "Sample values", "예시 값")
STANDS_FOR: Final = Words("对应字段", "Stands for", "해당 항목")
LEAVE_OUT: Final = Words("不导入", "Leave out", "제외")
LEFT_OUT: Final = Words("未采用的文件", "Files that are left out", "제외된 파일")
MATCH: Final = Words("核对各列", "Match the columns", "열 대조")
MATCH_HOW: Final = Words(
    "以下文件或列无法自动识别，请选择。",
    "These files or columns are not known by their names. Say what they are.",
    "다음 파일이나 열은 이름으로 알 수 없습니다. 선택해 주십시오.",
)
KEEP: Final = Words("保存对应关系", "Keep", "저장")
MISSING: Final = Words("缺少必需的列：", "Columns that it must have and has not:", "필요한 열이 없습니다:")
DOUBLED: Final = Words("多列对应同一字段：", "More than one heading stands for:", "여러 열이 같은 항목을 가리킵니다:")
UNREADABLE: Final = Words("无法读取", "It cannot be read", "읽을 수 없습니다")
CHECK: Final = Words("核对全部行（不记录）", "Check every row (nothing is recorded)", "모든 행 확인(기록하지 않음)")
CHECK_AGAIN: Final = Words("重新核对", "Check again", "다시 확인")
WORKING: Final = {
    "checking": Words("正在核对各行，不写入任何内容。", "Every row is being checked. Nothing is recorded.",
                      "모든 행을 확인하고 있습니다. 아무것도 기록하지 않습니다."),
    "taking": Words("正在导入。可以离开此页；中断后会从停下处继续。",
                    "It is being taken in. You may leave this page; if it stops, it goes on where it was.",
                    "반입하고 있습니다. 이 페이지를 떠나도 되며, 중단되면 그 자리에서 계속됩니다."),
}  # fmt: skip
OF: Final = Words("步，共", "steps of", "단계 / 전체")
LOOK_AGAIN: Final = Words("查看进度", "Look again", "진행 상황 보기")
PREVIEW: Final = Words("预览", "Preview", "미리 보기")
RESULT: Final = Words("结果", "Result", "결과")
PREVIEW_HOW: Final = Words(
    "此为试算，未记录任何内容。",
    "This was a rehearsal. Nothing is recorded.",
    "시험 계산이며 기록하지 않았습니다.",
)
TAKEN: Final = Words("导入", "Taken in", "반입")
WOULD_BE_TAKEN: Final = Words("将导入", "Would be taken in", "반입 예정")
KNOWN: Final = Words("已有", "Known already", "이미 있음")
TURNED_AWAY: Final = Words("退回", "Turned away", "반려된 행")
EVENTS: Final = Words("事件", "Events", "이벤트")
NOTHING_NEW: Final = Words(
    "没有可导入的新内容。", "There is nothing new in it to take in.", "새로 반입할 내용이 없습니다."
)
CANNOT: Final = Words("此批次无法导入", "This intake cannot be taken in", "이 반입은 처리할 수 없습니다")
FAULT: Final = Words(
    "数据包有误，整批未导入；请改正后重新上传。",
    "There is a fault in the pack itself, so none of it can be taken in. Mend it and upload it again.",
    "자료 묶음 자체에 잘못이 있어 전체를 반입할 수 없습니다. 고쳐서 다시 올려 주십시오.",
)
REJECTS: Final = Words("退回的行", "Rows turned away", "반려된 행")
LINE: Final = Words("行号", "Line", "행")
REASON_CODE: Final = Words("代码", "Code", "코드")
CSV: Final = Words("下载 CSV", "Download as CSV", "CSV 내려받기")
NEXT: Final = Words("下一页", "Next", "다음")
FIRST: Final = Words("首页", "First", "처음")
FORGOTTEN: Final = Words(
    "逐行记录已过保留期，仅存数量。", "The single rows are over their time. Only the counts are kept.",
    "행별 기록은 보관 기한이 지나 개수만 남았습니다.",
)  # fmt: skip
PROPOSE: Final = Words("提请批准", "Ask for approval", "승인 요청")
PROPOSE_HOW: Final = Words(
    "数据包的导入须由另一人批准。", "An intake is approved by another person.", "반입은 다른 사람이 승인해야 합니다."
)
THROW_AWAY: Final = Words("作废并删除文件", "Throw away, files and all", "파일과 함께 폐기")
APPROVE: Final = Words("批准并导入", "Approve and take in", "승인하고 반입")
SIGNS: Final = Words(
    "您的通行密钥将对此次导入签名，其中各文件以加盐哈希列明。",
    "Your passkey signs this intake, in which the files stand by their salted hashes.",
    "패스키가 이 반입에 서명합니다. 파일은 솔트를 더한 해시로 적힙니다.",
)
PACK: Final = Words("数据包编号", "Pack", "자료 묶음")
INDICES: Final = Words("日志条目", "Entries of the log", "로그 항목")
AMONG: Final = Words("（其间可能有他人记录的条目）", "(others may have recorded between)", "(다른 기록이 섞일 수 있음)")
MEND: Final = Words(
    "导入后若发现错误，只能以新的事件更正、撤销或退出，不能删除。",
    "What is taken in is never taken out: a mistake is amended, revoked or withdrawn by a further event.",
    "반입된 내용은 지울 수 없습니다. 잘못은 정정·취소·중도 포기 이벤트로 바로잡습니다.",
)
NOT_YOURS: Final = Words(
    "批量导入以基地名义记录，须为基地的账户。",
    "Intakes are recorded in the base's name. That takes an account of the base.",
    "일괄 반입은 기지의 이름으로 기록되므로 기지의 계정이 필요합니다.",
)
STATES: Final = {
    "uploaded": Words("待核对", "to be matched", "대조 대기"),
    "checking": Words("核对中", "being checked", "확인 중"),
    "checked": Words("已预览", "previewed", "미리 봄"),
    "waiting": Words("待批", "waits for approval", "승인 대기"),
    "taking": Words("导入中", "being taken in", "반입 중"),
    "done": Words("已导入", "taken in", "반입됨"),
    "declined": Words("未批准", "declined", "반려됨"),
    "withdrawn": Words("已作废", "thrown away", "폐기됨"),
    "failed": Words("未能完成", "failed", "실패"),
    "expired": Words("已过期", "expired", "기한 지남"),
}
KINDS: Final = {
    "organisations": Words("机构", "organisations", "기관"),
    "programmes": Words("项目（TOML）", "programmes (TOML)", "과정(TOML)"),
    "policies": Words("职称政策（TOML）", "policies (TOML)", "정책(TOML)"),
    "cohorts": Words("期次", "cohorts", "기수"),
    "roster": Words("学员名册", "roster", "교육생 명부"),
    "enrolments": Words("报名", "enrolments", "등록"),
    "attendance": Words("学时", "attendance", "출석 시간"),
    "assessments": Words("成绩", "assessments", "성적"),
    "amendments": Words("成绩更正", "amendments", "성적 정정"),
    "withdrawals": Words("退出", "withdrawals", "중도 포기"),
    "award_requests": Words("认证申请", "award requests", "인증 신청"),
    "title_applications": Words("职称申报", "title applications", "직함 신청"),
    "revocations": Words("撤销", "revocations", "취소"),
}
_ROW_CODES: Final = {
    "missing-field": Words("必填项为空。", "A field that is needed is empty.", "필수 항목이 비어 있습니다."),
    "bad-date": Words("日期有误。", "It is not a date.", "날짜가 아닙니다."),
    "bad-id-number": Words(
        "身份证号有误（校验码或出生日期）。",
        "The ID number cannot be one: its check character or birth date is wrong.",
        "신분증 번호가 잘못되었습니다(검사 문자 또는 생년월일).",
    ),
}
TOO_LARGE: Final = Words(
    "文件过大或过多：每个文件最多 32 MB，每次最多 100 个、共 64 MB。",
    "Too large or too many: a file has at most 32 MB, an intake 100 files and 64 MB.",
    "파일이 너무 크거나 많습니다. 파일당 32 MB, 한 번에 100개·64 MB까지입니다.",
)
EMPTY: Final = Words(
    "其中没有可导入的文件（.csv、.xlsx、.toml 或 ZIP）。",
    "There is no file in it that could be taken in: .csv, .xlsx, .toml, or a ZIP of them.",
    "반입할 수 있는 파일(.csv, .xlsx, .toml 또는 ZIP)이 없습니다.",
)
_KOREAN: Final = {
    "trainee_no": "교육생 번호", "name": "이름", "id_type": "신분증 종류", "id_number": "신분증 번호",
    "education": "학력", "graduated_on": "졸업일", "practice_from": "경력 시작일", "title_held": "현재 직함",
    "title_since": "직함 취득일", "employer": "소속", "cohort": "기수", "enrolled_on": "등록일", "email": "이메일",
    "phone": "전화", "module": "과목", "hours": "시간", "attended_on": "출석일", "assessment": "평가 항목",
    "attempt": "차수", "score": "성적", "assessed_on": "평가일", "assessor": "평가자", "reason": "사유",
    "amended_on": "정정일", "withdrawn_on": "포기일", "requested_on": "신청일", "application_no": "신청 번호",
    "level": "등급", "speciality": "전문 분야", "applied_on": "신청일", "recommended_by": "추천 기관",
    "panel_on": "심사일", "panel_size": "위원 수", "panel_present": "출석 위원 수", "votes_for": "찬성표",
    "notice_from": "공시 시작일", "objection": "이의", "decided_on": "결정일", "award": "취소 대상",
    "revoked_on": "취소일", "code": "코드", "kind": "종류", "name_zh": "중국어 이름", "name_en": "영어 이름",
    "programme": "과정", "starts_on": "시작일", "ends_on": "종료일", "capacity": "정원",
}  # fmt: skip


def of_column(column: Column) -> Words:
    """A column's name for people."""
    return Words(column.chinese[0], column.name.replace("_", " "), _KOREAN[column.name])


def of_code(code: str) -> Words:
    """Why a row was turned away."""
    if code in _ROW_CODES:
        return _ROW_CODES[code]
    known = next((item for item in Code if item.value == code), None)
    return Words(code, code, code) if known is None else refusal_words.SENTENCES[known]


def why_not(code: str) -> Words:
    """Why an upload was turned away as a whole."""
    return {"too-large": TOO_LARGE, "empty": EMPTY}.get(code) or bulk_words.REMARKS[code]
