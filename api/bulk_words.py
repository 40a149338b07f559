"""The sentences of the bulk check, each in every language of the pages, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api import sentences
from api.banners import BANNERS, KEY_COMPROMISED, Banner
from api.languages import Words

TITLE: Final = Words("批量核验", "Check many at once", "여러 건 한꺼번에 확인")
WHAT: Final = Words(
    "上传编号与姓名的表格（CSV 或 XLSX），或证书的 PDF、照片，可多选，也可打包为 ZIP。一次最多 1000 项、256 MB。",
    "Upload a table of numbers and names (CSV or XLSX), or certificates as PDFs or photos, several at once or in a "
    "ZIP. At most 1000 of them and 256 MB in one go.",
    "번호와 성명이 있는 표(CSV 또는 XLSX)나 증명서 PDF, 사진을 올리십시오. 여러 개를 선택하거나 ZIP으로 묶어도 됩니다. "
    "한 번에 최대 1000건, 256MB입니다.",
)
TABLE_HOW: Final = Words(
    "表格首行为标题，需有“证书编号”和“姓名”两列，其他列不读取；只有这两列时可以没有标题。",
    'A table has a first row of headings, two of which are "number" and "name"; other columns are not read. A table of '
    "just these two columns needs no headings.",
    "표의 첫 행은 제목이며 '증명서 번호'와 '성명' 열이 있어야 합니다. 다른 열은 읽지 않습니다. 이 두 열만 있는 표에는 "
    "제목이 없어도 됩니다.",
)
PRIVATE: Final = Words(
    "上传的内容只在内存中用于本次核验，不写入磁盘，核验完即丢弃。本站从不要求登录或付款。",
    "What you upload is held in memory for this check alone: it is written nowhere, and gone when the check is done. "
    "This site never asks anybody to log in or to pay.",
    "올린 내용은 이번 확인에만 메모리에서 쓰이고 디스크에 기록되지 않으며, 확인이 끝나면 폐기됩니다. 이 사이트는 "
    "로그인이나 결제를 요구하지 않습니다.",
)
OFFLINE: Final = Words(
    "不想上传？PDF 可在自己的电脑上核验，无需把文件交给任何人：",
    "Rather not upload them? PDFs can be checked on your own computer, with nothing given to anybody:",
    "올리고 싶지 않다면 PDF를 자신의 컴퓨터에서 확인할 수 있으며, 누구에게도 파일을 주지 않습니다:",
)
FILES: Final = Words("选择文件", "Files", "파일 선택")
FILES_HOW: Final = Words(
    "CSV、XLSX、ZIP、PDF、PNG、JPEG；可多选。",
    "CSV, XLSX, ZIP, PDF, PNG, JPEG; several may be picked.",
    "CSV, XLSX, ZIP, PDF, PNG, JPEG. 여러 개를 선택할 수 있습니다.",
)
ANSWER: Final = Words("结果形式", "Answer as", "결과 형식")
ANSWERS: Final = {
    "page": Words(
        "网页（可再下载表格和回执）", "a page, with tables and a receipt to download", "웹 페이지(표·확인서 다운로드)"
    ),
    "csv": Words("CSV 表格", "a CSV table", "CSV 표"),
    "xlsx": Words("Excel 表格（XLSX）", "an Excel table (XLSX)", "Excel 표(XLSX)"),
    "pdf": Words("签名的核验回执（PDF）", "a signed verification receipt (PDF)", "서명된 확인서(PDF)"),
}
"""The forms of an answer."""
SEND: Final = Words("开始核验", "Check", "확인 시작")
CANCEL: Final = Words("取消", "Cancel", "취소")
CANCELLED: Final = Words(
    "已取消：以下结果不完整。", "Cancelled: what stands below is not all.", "취소됨: 아래 결과는 전부가 아닙니다."
)
BROKEN_OFF: Final = Words(
    "连接中断：以下结果不完整，请重新上传。",
    "The connection broke off: what stands below is not all. Upload again.",
    "연결이 끊겼습니다. 아래 결과는 전부가 아니므로 다시 올리십시오.",
)
UPLOADING: Final = Words("正在上传…", "Uploading…", "올리는 중…")
PROGRESS: Final = Words("已核验 {done} / {all}", "{done} of {all} checked", "{all}건 중 {done}건 확인함")
PROGRESS_LABEL: Final = Words("进度", "Progress", "진행 상황")
AGAIN: Final = Words("再核验一批", "Check more", "더 확인하기")

RESULT: Final = Words("核验结果", "Result", "확인 결과")
UNTIL_SUMMARY: Final = Words(
    "结果逐行出现。表格下方出现汇总后，核验才算完成；没有汇总就是没有核验完。",
    "Rows come as they are checked. The check is complete once a summary stands below the table; without one it is "
    "not.",
    "확인되는 대로 한 행씩 나타납니다. 표 아래에 요약이 있어야 확인이 끝난 것이며, 요약이 없으면 끝나지 않은 것입니다.",
)
SUMMARY: Final = Words("汇总", "Summary", "요약")
ALL: Final = Words("全部", "all", "전체")
FILTER: Final = Words("只看", "Show", "보기")
NO_RECEIPT: Final = Words(
    "此刻无法出具核验回执，请稍后再试。",
    "No verification receipt could be made now: try again later.",
    "지금은 확인서를 만들 수 없습니다. 잠시 후 다시 시도하십시오.",
)
NOTHING_CHECKED: Final = Words("没有一项可以核验", "Nothing could be checked", "확인할 수 있는 항목이 없습니다")
NO_RECEIPT_OF_NOTHING: Final = Words(
    "没有一项可以核验，故不出具核验回执：请更正后重新上传。",
    "Nothing of it could be checked, so there is no verification receipt: put it right and upload it again.",
    "확인할 수 있는 항목이 없어 확인서를 만들지 않았습니다. 바로잡은 뒤 다시 올리십시오.",
)
RECEIPT_FAILED: Final = Words("未能出具核验回执", "No verification receipt", "확인서를 만들지 못함")
DOWNLOADS: Final = Words("下载本次结果", "Download this result", "이 결과 다운로드")
READ_AS: Final = Words("文件的识别结果", "What was read", "파일을 읽은 방식")
PASSED_OVER: Final = Words("未读取：", "not read: ", "읽지 않음: ")
COLUMNS_READ: Final = Words(
    "编号列 {number}，姓名列 {name}", "number: {number}, name: {name}", "번호: {number}, 성명: {name}"
)

WHERE: Final = Words("来源", "from", "출처")
LINE: Final = Words("行", "line", "행")
STATE: Final = Words("状态", "result", "결과")
CODE: Final = Words("状态代码", "code", "코드")
REMARK: Final = Words("说明", "remark", "설명")
AWARD: Final = Words("证书", "award", "증명서")
CHANGED: Final = Words("状态起始日期", "since", "상태 시작일")
LOG_SIZE: Final = Words("登记簿条数", "log size", "등록부 기록 수")
FILE_HASH: Final = Words("文件 SHA-256", "SHA-256 of the file", "파일 SHA-256")

OUTCOMES: Final = {
    "no-match": Banner(
        "unknown",
        "M4 9h16M4 15h16M9 20l6-16",
        sentences.NO_MATCH,
        Words(
            "没有与此编号和姓名同时相符的证书；编号未登记、姓名不符还是信息已删除，此处不作区分。",
            "No certificate has this number and this name together: unknown number, another name, or data erased. "
            "Which of these it is, is not told.",
            "이 번호와 성명이 함께 일치하는 증명서가 없습니다. 번호 미등록, 다른 성명, 정보 삭제 중 어느 것인지는 알려 "
            "드리지 않습니다.",
        ),
    ),
    "turned-away": Banner(
        "unknown",
        "M5 5h14v14H5zM9 12h6",
        Words("未核验，须更正", "Not checked", "확인하지 않음"),
        Words(
            "此项未作任何查询，更正后再核验。",
            "Nothing was looked up for it: put it right and check it again.",
            "아무것도 조회하지 않았습니다. 바로잡은 뒤 다시 확인하십시오.",
        ),
    ),
}
"""The outcomes that a bulk check has beside the states of a result."""

REMARKS: Final = {
    "number-missing": Words("缺少证书编号。", "The number is missing.", "증명서 번호가 없습니다."),
    "mistyped-number": Words(
        "编号有误：形式不对或校验字符不符。",
        "The number is mistyped: its form is wrong, or its check character does not fit.",
        "번호가 잘못되었습니다. 형식이 다르거나 검증 문자가 맞지 않습니다.",
    ),
    "name-missing": Words(
        "缺少姓名：仅凭编号不显示任何信息。",
        "The name is missing: a number alone shows nothing.",
        "성명이 없습니다. 번호만으로는 아무것도 표시되지 않습니다.",
    ),
    "name-too-long": Words(
        "姓名超过 200 个字符。", "The name has more than 200 characters.", "성명이 200자를 넘습니다."
    ),
    "too-many-names": Words(
        "近期以此编号尝试过太多不相符的姓名：请扫描证书上的二维码，或十分钟后再核验。",
        "Too many names were tried on this number lately: scan its code, or check it again in ten minutes.",
        "최근 이 번호에 맞지 않는 성명이 너무 많이 시도되었습니다. QR 코드를 스캔하거나 10분 뒤에 다시 확인하십시오.",
    ),
    "too-many-misses": Words(
        "来自此地址的不相符查询过多：请检查表格，稍后再核验其余各行。",
        "Too many rows from this address matched nothing: look the table over, and check the rest later.",
        "이 주소에서 일치하지 않는 행이 너무 많았습니다. 표를 점검하고 나머지는 나중에 확인하십시오.",
    ),
    "bad-table": Words("无法作为表格读取。", "It cannot be read as a table.", "표로 읽을 수 없습니다."),
    "unknown-columns": Words(
        "找不到“证书编号”和“姓名”各一列。首行为：",
        'No column, or more than one, is called "number" or "name". The first row is:',
        "'증명서 번호' 열과 '성명' 열을 각각 하나씩 찾을 수 없습니다. 첫 행:",
    ),
    "empty": Words("其中没有可核验的内容。", "Nothing to check is in it.", "확인할 내용이 없습니다."),
    "bad-archive": Words(
        "压缩包有误或已损坏。", "The archive is faulty or damaged.", "압축 파일이 잘못되었거나 손상되었습니다."
    ),
    "encrypted": Words(
        "已加密：请去除密码后再上传。",
        "It is encrypted: upload it without a password.",
        "암호화되어 있습니다. 암호 없이 다시 올리십시오.",
    ),
    "bad-name": Words(
        "压缩包中的文件名指向压缩包之外。",
        "Its name in the archive leads out of the archive.",
        "압축 파일 안의 이름이 압축 파일 밖을 가리킵니다.",
    ),
    "duplicate-name": Words(
        "压缩包中已有同名文件。",
        "Another file in the archive has the same name.",
        "압축 파일에 같은 이름의 파일이 이미 있습니다.",
    ),
    "nested-archive": Words(
        "压缩包中的压缩包不读取：请先解开。",
        "An archive in an archive is not opened: unpack it first.",
        "압축 파일 안의 압축 파일은 열지 않습니다. 먼저 푸십시오.",
    ),
    "unknown-file": Words(
        "既不是 PDF、图片或证明，也不是 CSV、XLSX 或 ZIP。",
        "Neither a PDF, a picture or a proof, nor a CSV, XLSX or ZIP file.",
        "PDF, 사진, 증명도 아니고 CSV, XLSX, ZIP도 아닙니다.",
    ),
    "too-large": Words("太大，未读取。", "Too large to be read.", "너무 커서 읽지 않았습니다."),
    "overcompressed": Words(
        "解压后异常膨胀，未读取。",
        "It would become far larger than any certificate when unpacked, and was not read.",
        "압축을 풀면 비정상적으로 커져서 읽지 않았습니다.",
    ),
    "out-of-time": Words(
        "本次核验已到时限：请将其余各项分批上传。",
        "The time for one upload is over: check what is left in smaller parts.",
        "한 번에 허용된 시간이 끝났습니다. 나머지는 나누어 올리십시오.",
    ),
}
"""Why a piece was turned away or could not be checked, by its code (`docs/refusals.md`)."""

BUSY: Final = Words("此刻正忙", "Busy at this moment", "지금은 사용 중입니다")
NOTHING: Final = Words("没有选择文件", "No file was picked", "선택한 파일이 없습니다")
NOTHING_HOW: Final = Words(
    '请选择至少一个文件；程序可发送 {"items": [{"number": …, "name": …}]}。',
    'Pick at least one file. Programs may send {"items": [{"number": …, "name": …}]} instead.',
    '파일을 하나 이상 선택하십시오. 프로그램은 {"items": [{"number": …, "name": …}]} 를 보낼 수 있습니다.',
)
BAD_UPLOAD: Final = Words("无法读取上传的内容", "The upload cannot be read", "올린 내용을 읽을 수 없습니다")
BAD_UPLOAD_HOW: Final = Words(
    "上传的内容不完整，或不是所需的形式。",
    "It is not whole, or not in a form that is read here.",
    "올린 내용이 완전하지 않거나 여기서 읽는 형식이 아닙니다.",
)
TOO_LARGE: Final = Words("上传的内容太大", "The upload is too large", "올린 내용이 너무 큽니다")
TOO_LARGE_HOW: Final = Words(
    "一次最多 256 MB，请分批上传。",
    "At most 256 MB in one go: upload it in parts.",
    "한 번에 최대 256MB입니다. 나누어 올리십시오.",
)
TOO_MANY_ITEMS: Final = Words("项数太多", "Too many at once", "건수가 너무 많습니다")
TOO_MANY_ITEMS_HOW: Final = Words(
    "一次最多 1000 项，请分批上传。尚未核验任何一项。",
    "At most 1000 in one go: upload them in parts. None of them was checked.",
    "한 번에 최대 1000건입니다. 나누어 올리십시오. 아직 아무것도 확인하지 않았습니다.",
)
TOO_SLOW: Final = Words("上传超时", "The upload took too long", "올리는 데 시간이 너무 오래 걸렸습니다")
TOO_SLOW_HOW: Final = Words(
    "十分钟内未能传完，请分批上传。",
    "It was not here within ten minutes: upload it in parts.",
    "10분 안에 끝나지 않았습니다. 나누어 올리십시오.",
)


def why_nothing(turned_away: Mapping[str, int]) -> Words:
    """Why there is no receipt of an upload of which every piece was turned away, with the number of each reason."""
    reasons = [(REMARKS.get(code) or Words(code, code, code), count) for code, count in turned_away.items()]
    return Words(
        " ".join([NO_RECEIPT_OF_NOTHING.zh, *(f"{count} 项：{reason.zh}" for reason, count in reasons)]),
        " ".join([NO_RECEIPT_OF_NOTHING.en, *(f"{count}: {reason.en}" for reason, count in reasons)]),
        " ".join([NO_RECEIPT_OF_NOTHING.ko, *(f"{count}건: {reason.ko}" for reason, count in reasons)]),
    )


def banner_of(state: str, code: str) -> Banner:
    """How an outcome is told."""
    return OUTCOMES.get(state) or BANNERS[KEY_COMPROMISED if code == KEY_COMPROMISED else state]


def filled(sentence: Words, **values: object) -> Words:
    """A sentence with its `{places}` filled in."""
    return Words(*(text.format(**values) for text in (sentence.zh, sentence.en, sentence.ko)))
