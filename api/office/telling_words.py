"""Sentences about messages that go out and webhooks, in every language."""

from __future__ import annotations

from typing import Final

from api.languages import Words

MESSAGES: Final = Words("外发消息", "Messages", "발신 메시지")
MESSAGES_HOW: Final = Words(
    "本页列出经邮件和网络钩子发出的消息，不含收件人的个人数据。",
    "What goes out by mail and by webhook. No address and no name of a trainee is kept here.",
    "메일과 웹훅으로 나가는 메시지입니다. 교육생의 이름과 주소는 보관하지 않습니다.",
)
NO_MAIL: Final = Words(
    "没有设置邮件服务器，因此不发送邮件（见 ledger.toml 的 [mail]）。",
    "No mail server is set, so no mail is sent (see [mail] in ledger.toml).",
    "메일 서버가 설정되지 않아 메일을 보내지 않습니다(ledger.toml의 [mail] 참조).",
)
OVERDUE: Final = Words("等待过久", "wait for too long", "너무 오래 대기")
ALL: Final = Words("全部", "All", "전체")
ABOUT: Final = Words("内容", "What about", "내용")
TO: Final = Words("收件人", "To", "수신")
STATE: Final = Words("状态", "State", "상태")
MADE: Final = Words("产生时间", "Made at", "생성 시각")
TRIES: Final = Words("尝试次数", "Tries", "시도 횟수")
NEXT_TRY: Final = Words("下次尝试", "Next try", "다음 시도")
WHY: Final = Words("原因", "Why", "사유")
RETRY: Final = Words("立即重试", "Try now", "지금 재시도")
DROP: Final = Words("不再发送", "Drop", "보내지 않음")
KINDS: Final = {
    "notice-posted": Words("公示已发布", "Notice posted", "공시 게시"),
    "decision-made": Words("职称已决定", "Decision made", "직함 결정"),
    "certificate-ready": Words("证书已签发", "Certificate ready", "인증서 발급"),
    "proposal-waits": Words("提议待批", "A proposal waits", "승인 요청 대기"),
    "objection-waits": Words("异议待处理", "An objection waits", "이의 처리 대기"),
    "test": Words("测试", "Test", "시험"),
}
"""What a message is about (kept by a test)."""
STATES: Final = {
    "waiting": Words("待发送", "waiting", "대기"),
    "sent": Words("已发送", "sent", "보냄"),
    "failed": Words("发送失败", "failed", "실패"),
    "dropped": Words("已取消", "dropped", "취소됨"),
}
WAYS: Final = {
    "trainee": Words("学员（邮件）", "the trainee, by mail", "교육생(메일)"),
    "account": Words("工作人员（邮件）", "staff, by mail", "직원(메일)"),
    "webhook": Words("网络钩子", "a webhook", "웹훅"),
}
DROPPED_FOR: Final = {
    "erased": Words("个人数据已删除", "the person's data are erased", "개인정보 삭제됨"),
    "no-address": Words("没有邮件地址", "there is no mail address", "메일 주소 없음"),
    "overtaken": Words("已有后续，不必再发", "overtaken by what came after", "이후 진행으로 불필요"),
    "closed": Words("账户已关闭", "the account is closed", "계정 닫힘"),
    "declined": Words("本人不愿接收", "not wanted", "수신 거부"),
    "disabled": Words("网络钩子已停用", "the webhook is off", "웹훅 꺼짐"),
    "by-hand": Words("管理员取消", "by an administrator", "관리자가 취소"),
}
"""Why a message is not sent any more; other reasons are technical, and shown as they are."""

WEBHOOKS: Final = Words("网络钩子", "Webhooks", "웹훅")
WEBHOOKS_HOW: Final = Words(
    "有事发生时，本系统向此地址发送已签名的 JSON，只含公开事实（见 docs/api.md）。",
    "When something happens, signed JSON goes to this address: public facts and nothing else (docs/api.md).",
    "일이 생기면 서명된 JSON을 이 주소로 보냅니다. 공개된 사실만 담습니다(docs/api.md).",
)
URL: Final = Words("地址（https）", "Address (https)", "주소(https)")
TOLD_OF: Final = Words("发送哪些消息", "What it is told", "보낼 메시지")
ADD: Final = Words("添加网络钩子", "Add a webhook", "웹훅 추가")
SECRET: Final = Words("签名密钥", "The secret to verify signatures with", "서명 확인용 비밀값")
BAD_URL: Final = Words(
    "请填写通往公共网络的 https 地址，不含用户名和密码。",
    "Give an https address in the public network, without user or password.",
    "공용 네트워크의 https 주소를 사용자 이름과 비밀번호 없이 입력해 주십시오.",
)
ON: Final = Words("启用", "on", "켜짐")
OFF: Final = Words("停用", "off", "꺼짐")
TEST: Final = Words("发送测试", "Send a test", "시험 전송")
SWITCH_OFF: Final = Words("停用", "Switch off", "끄기")
SWITCH_ON: Final = Words("启用", "Switch on", "켜기")
REMOVE: Final = Words("移除", "Remove", "제거")
ADDED_BY: Final = Words("添加人", "Added by", "추가한 사람")

NOTICES: Final = Words("邮件通知", "Notices by mail", "메일 알림")
NOTICES_HOW: Final = Words(
    "没有邮件地址就不会收到通知。通知中不含个人数据。",
    "Without an address nothing is sent. Notices hold no personal data.",
    "주소가 없으면 알림을 보내지 않습니다. 알림에는 개인정보가 없습니다.",
)
EMAIL: Final = Words("邮件地址", "Mail address", "메일 주소")
BAD_EMAIL: Final = Words(
    "请填写“名称@域名”形式的邮件地址。",
    "Give a mail address of the form name@domain.",
    "name@domain 형식의 메일 주소를 입력해 주십시오.",
)
TELL_ME: Final = Words("通知我", "Tell me when", "알림 받을 일")
SAVE: Final = Words("保存", "Save", "저장")

FAILING: Final = Words("未能发出的消息", "Messages that do not get out", "나가지 못한 메시지")
LATE: Final = Words("等待过久的消息", "Messages that wait for too long", "너무 오래 대기 중인 메시지")
PROPOSALS_WAIT: Final = Words("等待您处理的提议", "Proposals that wait for you", "처리를 기다리는 승인 요청")
UNFINISHED: Final = Words(
    "已批准、尚未记录完的提议",
    "Approved and not yet recorded",
    "승인되었으나 아직 기록되지 않은 요청",
)
