"""What a refusal of the ledger says to a member of staff, in every language; the ledger's own words go beside it."""

from __future__ import annotations

from typing import Final

from api.languages import Words
from ledger.refusals import Code

SENTENCES: Final[dict[Code, Words]] = {
    Code.UNKNOWN_COHORT: Words("没有这一期。", "There is no such cohort.", "그런 기수가 없습니다."),
    Code.UNKNOWN_ORGANISATION: Words("没有这个机构。", "There is no such organisation.", "그런 기관이 없습니다."),
    Code.UNKNOWN_TRAINEE: Words(
        "当日没有这位学员。", "There is no such trainee on that day.", "그날에는 그런 교육생이 없습니다."
    ),
    Code.NOT_ENROLLED: Words(
        "该学员当日未在这一期报名。",
        "The trainee is not enrolled in this cohort on that day.",
        "그날 이 기수에 등록되어 있지 않습니다.",
    ),
    Code.UNKNOWN_VALUE: Words("此值不在列表中。", "This value is not in its list.", "목록에 없는 값입니다."),
    Code.DUPLICATE_TRAINEE: Words(
        "学员编号或证件已登记。",
        "The trainee number or the identity document is registered already.",
        "교육생 번호 또는 신분증이 이미 등록되어 있습니다.",
    ),
    Code.ALREADY_ENROLLED: Words("该学员已报名这一期。", "The trainee is enrolled already.", "이미 등록되어 있습니다."),
    Code.ENROLLED_AFTER_END: Words(
        "这一期当日已结束。", "The cohort has ended by that day.", "그날에는 기수가 이미 끝났습니다."
    ),
    Code.COHORT_FULL: Words("这一期名额已满。", "All places of the cohort are taken.", "정원이 찼습니다."),
    Code.TOO_MANY_ATTEMPTS: Words(
        "超过该项目允许的次数。",
        "The programme does not allow that many attempts.",
        "허용된 응시 횟수를 넘었습니다.",
    ),
    Code.DUPLICATE_RESULT: Words(
        "该次考核已有成绩；如有错误请更正。",
        "That attempt has a score already: amend it where it is wrong.",
        "그 차수의 성적이 이미 있습니다. 틀렸다면 정정해 주십시오.",
    ),
    Code.NO_RESULT: Words(
        "该次考核当日尚无成绩可更正。",
        "There is no score to amend on that day.",
        "그날 정정할 성적이 없습니다.",
    ),
    Code.NO_AWARD: Words(
        "当日没有有效的证书或职称。", "No award is in force on that day.", "그날 유효한 것이 없습니다."
    ),
    Code.BAD_SCORE: Words("成绩须为 0 至 100。", "A score is a number from 0 to 100.", "성적은 0에서 100까지입니다."),
    Code.BAD_HOURS: Words("学时须大于 0。", "Hours are a number above 0.", "시간은 0보다 커야 합니다."),
    Code.BAD_NUMBER: Words("数字不在允许范围内。", "The number is not one that can be.", "허용되지 않는 숫자입니다."),
    Code.BAD_PANEL: Words(
        "评审委员会人数或票数不成立：须为单数，且不少于规定人数。",
        "Such a panel cannot be: an odd number of members, at least as many as the policy says.",
        "심사위원 수나 표 수가 맞지 않습니다. 홀수이며 규정 인원 이상이어야 합니다.",
    ),
    Code.BAD_ORDER: Words("日期先后不对。", "The days are in the wrong order.", "날짜 순서가 맞지 않습니다."),
    Code.BAD_FORM: Words("内容格式不正确。", "This is not in its form.", "형식이 올바르지 않습니다."),
    Code.ALREADY_REVOKED: Words("已被撤销。", "It is revoked already.", "이미 취소되었습니다."),
    Code.ALREADY_SUPERSEDED: Words(
        "已由更正件替代。", "It was replaced by its correction.", "정정본으로 대체되었습니다."
    ),
    Code.ALREADY_SUSPENDED: Words("证书已暂停。", "The certificate is suspended.", "정지된 상태입니다."),
    Code.NOT_SUSPENDED: Words("证书未暂停。", "The certificate is not suspended.", "정지되어 있지 않습니다."),
    Code.APPLICATION_CLOSED: Words("申报已结束。", "The application has ended.", "신청이 끝났습니다."),
    Code.WRONG_STEP: Words("现在还不到这一步。", "It is not the time for this step.", "아직 이 단계가 아닙니다."),
    Code.NOTICE_OVER: Words("公示已结束。", "The public notice is over.", "공시가 끝났습니다."),
    Code.NO_TERMS: Words(
        "主管部门尚未设定公示条款。", "The authority has set no terms yet.", "공시 조건이 정해지지 않았습니다."
    ),
    Code.TOO_MANY_OBJECTIONS: Words("异议过多。", "There are too many objections.", "이의가 너무 많습니다."),
    Code.BAD_TEXT: Words(
        "文字为空、过长或含有无法显示的字符。",
        "The text is empty, too long, or does not print.",
        "글이 없거나 너무 길거나 표시할 수 없습니다.",
    ),
    Code.KEPT_YET: Words("保存期未满。", "The time to keep it is not over.", "보관 기간이 남아 있습니다."),
    Code.ERASED: Words("该人员的数据已删除。", "The person's data are erased.", "개인정보가 삭제되었습니다."),
    Code.DUPLICATE_ORGANISATION: Words("机构代码已被使用。", "The code is taken.", "이미 쓰이는 기관 코드입니다."),
    Code.DUPLICATE_COHORT: Words("期号已被使用。", "The cohort's code is taken.", "이미 쓰이는 기수 코드입니다."),
    Code.DUPLICATE_POLICY: Words("该版政策已存在。", "That edition is there already.", "그 판이 이미 있습니다."),
    Code.UNKNOWN_PROGRAMME: Words("没有这个项目。", "There is no such programme.", "그런 과정이 없습니다."),
    Code.UNKNOWN_KEY: Words(
        "没有这个密钥，或已用过。", "No such key, or it was used before.", "그런 키가 없거나 이미 쓰였습니다."
    ),
    Code.NO_POLICY: Words("尚无职称政策。", "No policy was ever published.", "공포된 정책이 없습니다."),
    Code.SAME_PERSON: Words(
        "提出人与批准人必须是两个人。",
        "Nobody both proposes and approves.",
        "제안한 사람은 승인할 수 없습니다.",
    ),
    Code.NO_APPROVER: Words(
        "没有其他人可以批准：请管理员授予“审批员”角色。",
        "Nobody else could approve this: an administrator has to give somebody the role of approver.",
        "승인할 다른 사람이 없습니다. 관리자가 승인 역할을 부여해야 합니다.",
    ),
    Code.MISSING_ROLE: Words(
        "您的账户缺少所需角色。", "Your account lacks the role for this.", "필요한 역할이 없습니다."
    ),
    Code.OTHER_ORGANISATION: Words(
        "您所属的机构无权以该机构名义办理。",
        "Your organisation may not act in that organisation's name.",
        "소속 기관은 그 기관의 이름으로 처리할 수 없습니다.",
    ),
    Code.UNKNOWN_ACCOUNT: Words("没有这个账户。", "There is no such account.", "그런 계정이 없습니다."),
    Code.DUPLICATE_ACCOUNT: Words("此登录名已有人使用。", "Somebody has that name already.", "이미 쓰이는 이름입니다."),
    Code.ALREADY_DECIDED: Words(
        "已有他人处理，或内容已变化。以下为现在的状态。",
        "Somebody else has decided meanwhile, or it has changed. This is how it stands now.",
        "다른 사람이 이미 처리했거나 내용이 바뀌었습니다. 아래가 현재 상태입니다.",
    ),
    Code.PRECONDITION_FAILED: Words(
        "内容已有变化，请重新查看后再办理。",
        "It has changed since you looked at it: look again.",
        "보신 뒤에 바뀌었습니다. 다시 확인해 주십시오.",
    ),
    Code.IDEMPOTENCY_MISMATCH: Words(
        "同一请求编号已用于其他内容。",
        "The key of this request was used for something else.",
        "이 요청 키는 다른 내용에 쓰였습니다.",
    ),
    Code.WIDER_TOKEN: Words(
        "令牌不能生成权限比自身更大的令牌。",
        "A token makes none that may do more than itself.",
        "토큰으로 자신보다 더 큰 권한의 토큰을 만들 수 없습니다.",
    ),
    Code.UNKNOWN_PROPOSAL: Words("没有这项待批事项。", "There is no such proposal.", "그런 승인 요청이 없습니다."),
    Code.WEAK_PASSWORD: Words(
        "密码须为 12 至 200 个字符，且不得与姓名、登录名相同或仅为少数字符的重复。",
        "A password has 12 to 200 characters, and is not your name or a few characters over and over.",
        "비밀번호는 12~200자이며, 이름과 같거나 몇 글자의 반복이어서는 안 됩니다.",
    ),
    Code.BAD_APPROVAL: Words(
        "通行密钥的签名与所批准的内容不符。",
        "What the passkey signed is not what is to be approved.",
        "패스키가 서명한 것이 승인할 내용과 다릅니다.",
    ),
    Code.NOT_SIGNED: Words(
        "该账户有通行密钥，必须由其签名；或内容在签名后已变化。",
        "The account has a passkey, which has to sign this; or things have changed since it did.",
        "계정의 패스키가 서명해야 합니다. 또는 서명 후 내용이 바뀌었습니다.",
    ),
    Code.IDENTITY_TAKEN: Words(
        "该单点登录身份已绑定到另一个账户。",
        "This sign-in is connected with another account already.",
        "이 통합 로그인은 이미 다른 계정에 연결되어 있습니다.",
    ),
    Code.LAST_WAY_IN: Words(
        "这是进入该账户的最后一种方式，请先添加另一种。",
        "It is the last way into this account: add another one first.",
        "이 계정에 로그인하는 마지막 방법입니다. 먼저 다른 방법을 추가해 주십시오.",
    ),
    Code.BAD_PASSKEY: Words(
        "通行密钥的应答无效。", "The passkey's answer does not hold.", "패스키 응답이 유효하지 않습니다."
    ),
    Code.NO_KEY: Words(
        "本系统没有该机构可用的签名密钥。",
        "There is no key here to sign with for that organisation.",
        "그 기관의 서명 키가 여기에 없습니다.",
    ),
    Code.SIGNS_ITSELF: Words(
        "该机构自行保管密钥，须由其自行签署。",
        "The organisation holds its own key, and has to sign this itself.",
        "그 기관은 키를 직접 보관하므로 직접 서명해야 합니다.",
    ),
    Code.UNKNOWN_PREPARATION: Words(
        "没有这项待签内容。", "Nothing was prepared under this id.", "그런 서명 대기 항목이 없습니다."
    ),
    Code.BAD_STATEMENT: Words(
        "这不是一份规定格式的已签声明，或其上附有其他内容。",
        "This is not one signed statement in its one form, or something was added to it.",
        "정해진 형식의 서명된 진술이 아니거나 다른 내용이 덧붙었습니다.",
    ),
    Code.NOT_PREPARED: Words(
        "所签内容与此处准备的内容并非逐字节相同。",
        "What was signed was not prepared here, byte for byte.",
        "서명된 내용이 여기에서 준비한 것과 바이트 단위로 같지 않습니다.",
    ),
    Code.BAD_SIGNATURE: Words(
        "签名不成立，或由另一密钥签署。",
        "The signature does not hold, or another key made it.",
        "서명이 맞지 않거나 다른 키로 서명되었습니다.",
    ),
    Code.STALE: Words(
        "签署之后情况已有变化，或已过时：请重新取出并签署。",
        "Things have changed since it was fetched, or it is too late: fetch and sign it anew.",
        "받은 뒤에 상황이 바뀌었거나 시간이 지났습니다. 다시 받아 서명해 주십시오.",
    ),
    Code.NOT_WAITING: Words(
        "该项已不再等待签名：已记录、撤回或过期。",
        "It waits for no signature any more: it is recorded, was taken back, or its time is over.",
        "더 이상 서명을 기다리지 않습니다. 기록되었거나 철회되었거나 기한이 지났습니다.",
    ),
    Code.ALREADY_SIGNED: Words(
        "该声明已以另一签名收到。",
        "The statement is here already, with another signature.",
        "이 진술은 이미 다른 서명으로 접수되었습니다.",
    ),
}
"""Every code of the ledger (kept by a test)."""
