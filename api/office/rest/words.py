"""The sentences of the admin API's problems, each in every language of the pages."""

from __future__ import annotations

from typing import Final

from api.languages import Words

NOT_SIGNED_IN: Final = Words("未登录", "Not signed in", "로그인하지 않음")
NOT_SIGNED_IN_HOW: Final = Words(
    "请登录，或在 Authorization 标头中提供有效的令牌。",
    "Sign in, or send a token that is good as `Authorization: Bearer …`.",
    "로그인하거나 Authorization 헤더에 유효한 토큰을 보내십시오.",
)
OTHER_SITE: Final = Words(
    "请求并非来自本站页面，未执行任何操作。",
    "The request was not sent by a page of this site: nothing was done.",
    "이 사이트의 페이지에서 보낸 요청이 아니므로 아무것도 처리하지 않았습니다.",
)
NOT_FRESH: Final = Words(
    "此操作须先在浏览器中重新验证密码或通行密钥；令牌不能执行。",
    "This needs a fresh password or passkey in the browser: no token will do.",
    "브라우저에서 비밀번호나 패스키를 다시 확인해야 하며, 토큰으로는 할 수 없습니다.",
)
UNAVAILABLE: Final = Words(
    "目前无法访问数据，请稍后用相同的请求重试。",
    "The data cannot be reached at this moment: send the same request again later.",
    "지금은 데이터에 접근할 수 없습니다. 잠시 후 같은 요청을 다시 보내십시오.",
)
NOT_PUBLISHED: Final = Words("登记簿尚未公布。", "The log is not published yet.", "등록부가 아직 공표되지 않았습니다.")
UNREADABLE: Final = Words(
    "正文不是一个 JSON 对象。", "The body is not one JSON object.", "본문이 하나의 JSON 객체가 아닙니다."
)
WRONG_TYPE: Final = Words(
    "正文须为 application/json。", "The body must be application/json.", "본문은 application/json이어야 합니다."
)
WRONG_TYPE_OF_FILES: Final = Words(
    "正文须为 multipart/form-data。",
    "The body must be multipart/form-data.",
    "본문은 multipart/form-data여야 합니다.",
)
TOO_LARGE: Final = Words("正文过大。", "The body is too large.", "본문이 너무 큽니다.")
NO_KEY: Final = Words(
    "须有 Idempotency-Key 标头：1 至 64 个可见的 ASCII 字符，每个新请求各不相同。",
    "The header Idempotency-Key is missing or is not 1 to 64 visible ASCII characters; each new request has its own.",
    "Idempotency-Key 헤더가 필요합니다. 보이는 ASCII 문자 1~64자이며 새 요청마다 달라야 합니다.",
)
UNKNOWN_COMMAND: Final = Words("没有这样的命令。", "There is no such command here.", "그런 명령이 없습니다.")
UNKNOWN_COHORT: Final = Words(
    "没有这样的期次，或此账户无权查看。",
    "No such cohort, or none that this account's organisation is concerned with.",
    "그런 기수가 없거나 이 계정으로는 볼 수 없습니다.",
)
UNKNOWN_APPLICATION: Final = Words(
    "没有这样的申请，或此账户无权查看。",
    "No such application, or none that this account may see.",
    "그런 신청이 없거나 이 계정으로는 볼 수 없습니다.",
)
UNKNOWN_ORGANISATION: Final = Words("没有这样的机构。", "There is no such organisation.", "그런 기관이 없습니다.")
UNKNOWN_ACCOUNT: Final = Words("没有这样的账户。", "There is no such member of staff.", "그런 계정이 없습니다.")
UNKNOWN_TOKEN: Final = Words(
    "没有这样的令牌，或并非由此令牌生成。",
    "There is no such token, or the one that asks did not make it.",
    "그런 토큰이 없거나 이 토큰으로 만든 것이 아닙니다.",
)
UNKNOWN_INTAKE: Final = Words(
    "没有这样的导入，或此账户无权查看。",
    "There is no such intake, or none that this account may see.",
    "그런 반입이 없거나 이 계정으로는 볼 수 없습니다.",
)
UNKNOWN_EVIDENCE: Final = Words(
    "没有这样的文件，或此账户无权查看。",
    "There is no such file, or none that this account may see.",
    "그런 파일이 없거나 이 계정으로는 볼 수 없습니다.",
)
UNKNOWN_WEBHOOK: Final = Words(
    "没有这样的 Webhook，或此账户无权查看。",
    "There is no such webhook, or none that this account may see.",
    "그런 웹훅이 없거나 이 계정으로는 볼 수 없습니다.",
)
UNKNOWN_MESSAGE: Final = Words(
    "没有这样的消息。", "There is no such message to this webhook.", "이 웹훅으로 가는 그런 메시지가 없습니다."
)
NO_CALENDAR: Final = Words(
    "缺少相应年度的工作日历，无法确定哪些公示已满。",
    "The log has no calendar of a year that is needed to tell which notices have stood their days.",
    "필요한 연도의 근무일 달력이 없어 공시 기간이 끝났는지 알 수 없습니다.",
)
REFUSED: Final = Words("请求被拒绝", "Refused", "거부됨")
_FORBIDDEN: Final = Words("缺少所需权限。", "A right is missing.", "필요한 권한이 없습니다.")
_NOT_FOUND: Final = Words(
    "不存在，或此账户无权查看。", "Not there, or out of this account's sight.", "없거나 이 계정으로는 볼 수 없습니다."
)
_CONFLICT: Final = Words(
    "现状不允许此操作。", "The present state does not allow it.", "현재 상태에서는 할 수 없습니다."
)
_GONE: Final = Words("该人员的数据已删除。", "The person's data are erased.", "해당 인물의 데이터가 삭제되었습니다.")
_MOVED: Final = Words(
    "读取之后已有更改，请重新读取。",
    "It changed since it was read: read again.",
    "읽은 뒤에 변경되었습니다. 다시 읽으십시오.",
)
_WRONG: Final = Words("有一项内容不正确。", "A value is not right.", "올바르지 않은 값이 있습니다.")

OF_STATUS: Final = {403: _FORBIDDEN, 404: _NOT_FOUND, 409: _CONFLICT, 410: _GONE, 412: _MOVED, 422: _WRONG}
"""What a refusal is, by the status that it is answered with; its own sentence says which."""


def of_refusal(status: int, message: str) -> Words:
    """The sentences of a refusal of the ledger, whose own is English."""
    said = OF_STATUS[status]
    return Words(said.zh, message, said.ko)


def out_of_scope(scope: str) -> Words:
    """Which scope a token lacks."""
    return Words(f"令牌缺少权限 {scope}。", f"The token lacks the scope {scope}.", f"토큰에 {scope} 권한이 없습니다.")
