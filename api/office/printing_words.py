"""What the page about a cohort's papers says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api import words as public_words
from api.languages import Words
from ledger.papers import CANNOT_PRINT, DISOWNED, GONE, NOT_PUBLISHED
from verifier.standing import Standing

HOW: Final = Words(
    "只包含今天有效的证书，按学员编号排列。",
    "Certificates that are valid today, in the order of the trainees' numbers.",
    "오늘 유효한 인증서를 교육생 번호 순으로 담습니다.",
)
COUNT: Final = Words("可打印的证书", "Certificates to be had", "받을 수 있는 인증서")
ZIP: Final = Words("下载 ZIP 压缩包", "Download as a ZIP archive", "ZIP 파일로 내려받기")
ZIP_HOW: Final = Words(
    "每张证书一个 PDF，带文件封签和内嵌证明，可发给持有人；附目录 index.csv。",
    "A PDF each, with its seal and the proof embedded, good to be sent to holders; with an index.csv.",
    "인증서마다 봉인과 증명이 들어 있는 PDF 하나와 index.csv가 들어 있습니다. 보유자에게 보낼 수 있습니다.",
)
PRINT: Final = Words("下载打印文件（PDF）", "Download one print file (PDF)", "인쇄용 파일 하나로 내려받기(PDF)")
PRINT_HOW: Final = Words(
    "全部页面合为一个 A4 文件，仅供打印：不带文件封签和内嵌证明（纸面上的两个二维码照常可核验）。",
    "All pages in one A4 file, for the printer only: it has neither seal nor embedded proof. "
    "The two codes on paper check as ever.",
    "모든 쪽을 A4 파일 하나로 모은 인쇄 전용 파일입니다. 봉인과 내장 증명은 없습니다. "
    "종이의 두 코드는 그대로 확인됩니다.",
)
LEFT_OUT: Final = Words("不包含的证书", "Left out", "제외된 인증서")
ERASED_TOO: Final = Words(
    "个人数据已删除者的证书不在任何名单中。",
    "Certificates of people whose data are erased are in no list.",
    "개인정보가 삭제된 사람의 인증서는 어느 목록에도 없습니다.",
)
WHY: Final = Words("原因", "Reason", "사유")
BUSY: Final = Words(
    "正在为他人生成批量文件，请稍后再试。",
    "Another file is being made just now. Try again in a few minutes.",
    "다른 일괄 파일을 만드는 중입니다. 잠시 후 다시 시도해 주십시오.",
)
REASONS: Final[Mapping[str, Words]] = {
    **{item.value: public_words.standing(item) for item in Standing},
    NOT_PUBLISHED: Words("尚未公布", "Not published yet", "아직 공표되지 않음"),
    DISOWNED: Words("签发密钥已泄露", "Signed by a compromised key", "유출된 키로 서명됨"),
    CANNOT_PRINT: Words("姓名含无法打印的字符", "The name cannot be printed", "이름을 인쇄할 수 없음"),
    GONE: Words("数据刚刚被删除", "Erased just now", "방금 삭제됨"),
}
