"""Sentences about what an organisation signs with a key of its own, in every language."""

from __future__ import annotations

from typing import Final

from api.languages import Words
from api.office import proposal_words

PREPARED: Final = Words("待本机构签署", "To be signed with own keys", "자체 키 서명 대기")
EXPLAINED: Final = Words(
    "自行保管密钥的机构，其签署内容在此列出；签好的文件传回后才写入日志。",
    "What organisations sign with keys of their own. It goes into the log once it came back signed.",
    "키를 직접 보관하는 기관이 서명할 항목입니다. 서명되어 돌아온 뒤에 로그에 기록됩니다.",
)
NUMBER: Final = Words("编号", "Number", "번호")
WHAT: Final = Words("内容", "What", "내용")
STATE: Final = Words("状态", "State", "상태")
ORGANISATION: Final = Words("签署机构", "Signed by", "서명 기관")
BY: Final = Words("办理人", "Recorded by", "처리자")
APPROVED_BY: Final = Words("批准人", "Approved by", "승인자")
AT: Final = Words("准备时间", "Prepared at", "준비 시각")
UNTIL: Final = Words("有效期至", "Waits until", "대기 기한")
STATES: Final = {
    "waiting": Words("待签署", "waits for a signature", "서명 대기"),
    "recorded": Words("已记录", "recorded", "기록됨"),
    "withdrawn": Words("已撤回", "taken back", "철회됨"),
    "expired": Words("已过期", "expired", "기한 지남"),
}
WILL_BE_SIGNED: Final = Words("将签署的内容", "What will be signed", "서명될 내용")
CANNOT: Final = Words("目前不能签署：", "It cannot be signed now:", "지금은 서명할 수 없습니다:")
FETCH: Final = Words("取出待签文件", "Fetch the file to sign", "서명할 파일 받기")
FETCH_HOW: Final = Words(
    "文件注明三分钟后的记录时间：请在此之前签好并传回，逾时请重新取出。文件含个人信息，用毕请删除。",
    "The file says a recorded time three minutes from now: sign it and send it back by then, or fetch it again. "
    "It holds personal values: delete it afterwards.",
    "파일에는 3분 뒤의 기록 시각이 적힙니다. 그때까지 서명해 보내 주십시오. 늦으면 다시 받으십시오. "
    "개인정보가 들어 있으니 사용 후 삭제하십시오.",
)
SIGN_HOW: Final = Words("在保管密钥的计算机上签署：", "Sign it where the key is:", "키가 있는 컴퓨터에서 서명:")
SEND: Final = Words("传回已签文件", "Send back what was signed", "서명한 파일 보내기")
FILES: Final = Words("已签文件（.cose）", "Signed files (.cose)", "서명한 파일(.cose)")
NO_FILE: Final = Words("请选择已签文件。", "Choose the signed file.", "서명한 파일을 선택하십시오.")
SOME: Final = Words(
    "已收到；同一事项的其他声明尚未签署，全部收到后一并记录。",
    "It is here. Other statements of the same command are not signed yet: all are recorded together.",
    "접수했습니다. 같은 처리의 다른 진술이 아직 서명되지 않았습니다. 모두 모이면 함께 기록됩니다.",
)
WITHDRAW: Final = Words("撤回", "Take it back", "철회")
NONE: Final = Words("没有内容。", "There is nothing here.", "내용이 없습니다.")
WAITS: Final = Words(
    "待签署机构以自己的密钥签署：", "Waits for the organisation's own key:", "기관의 자체 키 서명 대기:"
)
KINDS: Final = {
    **proposal_words.KINDS,
    "record-attendance": Words("学时", "Attendance", "출석"),
    "record-result": Words("成绩", "A result", "성적"),
    "amend-result": Words("更正成绩", "Amend a result", "성적 정정"),
    "record-panel": Words("评审表决", "The panel's vote", "심사 표결"),
    "post-notice": Words("公示", "Public notice", "공시"),
    "raise-objection": Words("异议", "An objection", "이의 제기"),
    "resolve-objection": Words("异议答复", "Answer to an objection", "이의 답변"),
}
"""Commands in whose statements another organisation than the base speaks, by the name of their forms."""
