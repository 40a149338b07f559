"""Sentences of proposals, in every language."""

from __future__ import annotations

from typing import Final

from api.languages import Words

WAITING: Final = Words("等待您处理", "What waits for you", "처리를 기다리는 일")
NOTHING_WAITS: Final = Words("目前没有。", "Nothing now.", "지금은 없습니다.")
NUMBER: Final = Words("编号", "Number", "번호")
WHAT: Final = Words("内容", "What", "내용")
STATE: Final = Words("状态", "State", "상태")
BY: Final = Words("提出人", "Proposed by", "제안자")
AT: Final = Words("提出时间", "Proposed at", "제안 시각")
DECIDED_BY: Final = Words("处理人", "Decided by", "처리자")
RECORDED: Final = Words("已记录", "Recorded", "기록됨")
BEING_RECORDED: Final = Words(
    "正在逐条记录；可以离开此页。",
    "They are recorded one after the other; you may leave this page.",
    "하나씩 기록하는 중이며, 이 페이지를 떠나도 됩니다.",
)
WILL_BE_SIGNED: Final = Words("将签署的内容", "What will be signed", "서명될 내용")
WILL_BE_SIGNED_HOW: Final = Words(
    "以下是批准后写入日志的全部内容；若届时情况有变，则不会照此记录。",
    "This is all that goes into the log if you approve. Should things have changed by then, it is not recorded.",
    "승인하면 로그에 기록될 전체 내용입니다. 그 사이 상황이 바뀌면 기록되지 않습니다.",
)
WOULD_BE_REFUSED: Final = Words("将被拒绝", "Would be refused", "거부될 항목")
DECIDE: Final = Words("处理", "Decide", "처리")
APPROVE: Final = Words("批准并签署", "Approve and sign", "승인하고 서명")
SIGNS: Final = Words(
    "您的通行密钥将对以上内容签名；没有它，任何人都不能以您的名义批准。",
    "Your passkey signs what stands above. Without it nobody can approve in your name, not even who runs this server.",
    "패스키가 위 내용에 서명합니다. 패스키 없이는 아무도, 서버 운영자도, 당신의 이름으로 승인할 수 없습니다.",
)
DECLINE: Final = Words("不批准", "Decline", "반려")
WITHDRAW: Final = Words("撤回", "Withdraw", "철회")
GO_ON: Final = Words("继续记录", "Go on recording", "기록 계속")
STATES: Final = {
    "open": Words("待批", "waits", "대기"),
    "approved": Words("已批准，正在记录", "approved, being recorded", "승인됨, 기록 중"),
    "done": Words("已记录", "recorded", "기록됨"),
    "declined": Words("未批准", "declined", "반려됨"),
    "withdrawn": Words("已撤回", "withdrawn", "철회됨"),
    "stopped": Words("已中止", "stopped", "중단됨"),
}
KINDS: Final = {
    "request-certification": Words("颁发证书", "Certification", "인증"),
    "suspend-certificate": Words("暂停证书", "Suspend a certificate", "인증서 정지"),
    "reinstate-certificate": Words("恢复证书", "Reinstate a certificate", "인증서 복원"),
    "revoke-certificate": Words("撤销证书", "Revoke a certificate", "인증서 취소"),
    "correct-certificate": Words("更正证书", "Correct a certificate", "인증서 정정"),
    "decide-application": Words("职称决定", "Decide on a title", "직함 결정"),
    "revoke-title": Words("撤销职称", "Revoke a title", "직함 취소"),
    "correct-title": Words("更正职称证书", "Correct a title's paper", "직함 증서 정정"),
    "erase-trainee": Words("删除个人数据", "Erase a person's data", "개인정보 삭제"),
    "erase-objection": Words("删除异议人数据", "Erase an objector's data", "이의 제기자 정보 삭제"),
    "set-notice-terms": Words("公示条款", "Terms of public notices", "공시 조건"),
    "set-witnesses": Words("设定见证人", "Name the witnesses", "증인 지정"),
    "record-disclosure": Words("向审计人披露", "Disclose to an auditor", "감사인 공개"),
    "take-in-pack": Words("数据包导入", "Take in a pack", "자료 묶음 반입"),
}
"""What is proposed, by the name of its commands' form (kept by a test)."""
