"""Sentences of signing in, of one's own account and of the list of staff, in every language."""

from __future__ import annotations

from typing import Final

from api.languages import Words

SIGN_IN: Final = Words("登录", "Sign in", "로그인")
LOGIN: Final = Words("登录名", "Login", "로그인 이름")
PASSWORD: Final = Words("密码", "Password", "비밀번호")
NAME: Final = Words("姓名", "Name", "이름")
EMAIL: Final = Words("电子邮箱", "E-mail", "이메일")
ORGANISATION: Final = Words("机构", "Organisation", "기관")
ROLES_OF: Final = Words("角色", "Roles", "역할")
WITH_PASSKEY: Final = Words("使用通行密钥", "Use a passkey", "패스키 사용")
PASSKEY_FAILED: Final = Words(
    "通行密钥未能使用。请再试一次，或使用密码。",
    "The passkey could not be used. Try again, or use the password.",
    "패스키를 사용할 수 없습니다. 다시 시도하거나 비밀번호를 사용해 주십시오.",
)
PASSKEY_FAILED_HERE: Final = Words(
    "通行密钥未能使用，未作任何批准。请再试一次。",
    "The passkey could not be used, and nothing was approved. Try again.",
    "패스키를 사용할 수 없어 아무것도 승인하지 않았습니다. 다시 시도해 주십시오.",
)
SIGN_APPROVALS: Final = Words("用于签署批准", "Let it sign approvals", "승인 서명에 사용")
SIGNS_APPROVALS: Final = Words("签署批准", "signs approvals", "승인에 서명함")
CONSENT_HOW: Final = Words(
    "新通行密钥用于签署批准，或移除签署批准的通行密钥，须由已在公开日志中的通行密钥签名同意。",
    "To let another passkey sign approvals, or to remove one that does, one that does already signs its consent.",
    "다른 패스키가 승인에 서명하게 하거나 서명하던 패스키를 제거하려면, 이미 서명하는 패스키가 동의해야 합니다.",
)
CONSENT_FAILED: Final = Words(
    "通行密钥未能使用，什么也没有改变。请用已签署批准的通行密钥再试一次。",
    "The passkey could not be used, and nothing was changed. Try again with one that signs approvals already.",
    "패스키를 사용할 수 없어 아무것도 바뀌지 않았습니다. 이미 승인에 서명하는 패스키로 다시 시도하십시오.",
)
OWNER_CONSENTS: Final = Words(
    "由本人在“我的账户”中启用",
    "its owner lets it sign, under “My account”",
    "본인이 ‘내 계정’에서 사용하게 함",
)
KEY_LOST: Final = Words("已丢失", "It is lost", "분실")
LOST: Final = Words(
    "无法登录？请管理员给您一个新的链接。没有默认密码。",
    "No way in? Ask an administrator for a new link. There is no default password.",
    "로그인할 수 없습니까? 관리자에게 새 링크를 요청하십시오. 기본 비밀번호는 없습니다.",
)
KEPT: Final = Words(
    "您已退出或登录已过期。刚才填写的内容都还在，登录后继续。",
    "You are not signed in any more. What you typed is kept: sign in and it goes on.",
    "로그인이 끝났습니다. 입력한 내용은 그대로 있으며 로그인하면 이어집니다.",
)
FRESH: Final = Words("请再次确认是您本人", "Show once more that it is you", "본인 확인")
FRESH_WHY: Final = Words(
    "此操作影响重大，需要刚刚输入的密码或通行密钥。",
    "This weighs much, and asks for a password or passkey given just now.",
    "중요한 작업이므로 비밀번호나 패스키를 다시 확인합니다.",
)
WRONG: Final = Words(
    "不正确，请再试一次。", "That was not right. Try again.", "올바르지 않습니다. 다시 시도해 주십시오."
)
GO_ON: Final = Words("继续", "Go on", "계속")
WELCOME: Final = Words("欢迎", "Welcome", "환영합니다")
WELCOME_HOW: Final = Words(
    "请选择登录方式。此链接只能用一次；之后可在“我的账户”中添加其他方式。",
    "Choose how you will sign in. This link works once; other ways are added under “My account” afterwards.",
    "로그인 방법을 고르십시오. 이 링크는 한 번만 쓸 수 있으며, 다른 방법은 ‘내 계정’에서 추가할 수 있습니다.",
)
MAKE_PASSKEY: Final = Words("创建通行密钥", "Make a passkey", "패스키 만들기")
VOID_LINK: Final = Words(
    "此链接已失效或已使用。请向管理员索取新的链接。",
    "This link is used, void or over. Ask an administrator for another.",
    "이 링크는 이미 쓰였거나 만료되었습니다. 관리자에게 새 링크를 요청하십시오.",
)
SET_PASSWORD: Final = Words("设置密码", "Set the password", "비밀번호 설정")
NEW_PASSWORD: Final = Words(
    "新密码（至少 12 个字符）", "New password (12 characters or more)", "새 비밀번호(12자 이상)"
)
AGAIN: Final = Words("再次输入", "Once more", "한 번 더")
DIFFER: Final = Words("两次输入不一致。", "The two differ.", "두 입력이 다릅니다.")
YOUR_ROLES: Final = Words("您的角色", "Your roles", "나의 역할")
PSEUDONYM: Final = Words("公开日志中的代号", "In the public log you are", "공개 로그에서의 가명")
PASSKEYS: Final = Words("通行密钥", "Passkeys", "패스키")
PASSKEYS_HOW: Final = Words(
    "通行密钥保存在您的设备上，不会被钓鱼网站骗走。",
    "A passkey stays on your device, and no look-alike site can ask for it.",
    "패스키는 기기에 남아 있으며 유사 사이트가 빼낼 수 없습니다.",
)
PASSKEY_NAME: Final = Words(
    "名称（例如：办公室电脑）", "Its name (such as: office computer)", "이름(예: 사무실 컴퓨터)"
)
ADD_PASSKEY: Final = Words("添加通行密钥", "Add a passkey", "패스키 추가")
NEEDS_SCRIPT: Final = Words(
    "通行密钥需要 JavaScript。", "Passkeys need JavaScript.", "패스키에는 JavaScript가 필요합니다."
)
REMOVE: Final = Words("移除", "Remove", "제거")
SESSIONS: Final = Words("登录中的浏览器", "Where you are signed in", "로그인된 브라우저")
THIS_ONE: Final = Words("当前", "this one", "현재")
END: Final = Words("结束", "End", "끝내기")
TOKENS: Final = Words("程序令牌", "Tokens for programs", "프로그램용 토큰")
TOKENS_HOW: Final = Words(
    "令牌让程序以您的名义办事，但不能批准。",
    "A token lets a program act in your name. None can approve.",
    "토큰은 프로그램이 당신의 이름으로 일하게 합니다. 승인은 할 수 없습니다.",
)
TOKEN_NAME: Final = Words("用途", "What it is for", "용도")
SCOPES: Final = {
    "read": Words("读取", "read", "읽기"),
    "record": Words("记录", "record", "기록"),
    "propose": Words("提出", "propose", "제안"),
    "tokens": Words("生成和撤销令牌", "make and revoke tokens", "토큰 생성 및 폐기"),
}
SCOPES_OF: Final = Words("可以做什么", "What it may do", "허용 범위")
DAYS: Final = Words("有效天数", "Good for days", "유효 일수")
UNTIL: Final = Words("有效至", "until", "만료")
MAKE_TOKEN: Final = Words("生成令牌", "Make a token", "토큰 만들기")
NEW_TOKEN: Final = Words("新令牌", "The new token", "새 토큰")
ONCE: Final = Words(
    "只显示这一次，请妥善保存。",
    "It is shown this once. Keep it safe.",
    "지금 한 번만 표시됩니다. 안전하게 보관하십시오.",
)
ADD: Final = Words("添加人员", "Add somebody", "직원 추가")
LINK: Final = Words("请把此链接交给本人", "Hand this link over", "이 링크를 본인에게 전달하십시오")
LINK_HOW: Final = Words(
    "三天内有效，只能用一次；本人用它选择登录方式。",
    "It works once, within three days; they choose with it how to sign in.",
    "3일 안에 한 번 쓸 수 있으며, 본인이 로그인 방법을 고릅니다.",
)
INVITE: Final = Words("新链接", "New link", "새 링크")
CLOSE: Final = Words("关闭账户", "Close", "계정 닫기")
CLOSED: Final = Words("已关闭", "closed", "닫힘")


def cannot(wait_seconds: int) -> Words:
    """Why nobody is let in: what exactly is wrong is not told."""
    if not wait_seconds:
        return Words(
            "登录名与密码不符，或通行密钥无效。",
            "Login and password do not fit, or the passkey is not known.",
            "로그인 이름과 비밀번호가 맞지 않거나 패스키를 알 수 없습니다.",
        )
    minutes = -(-wait_seconds // 60)
    return Words(
        f"错误次数过多，请约 {minutes} 分钟后再试，或使用通行密钥。",
        f"Too many wrong tries. Try again in about {minutes} minutes, or use a passkey.",
        f"오류가 너무 많습니다. 약 {minutes}분 후 다시 시도하거나 패스키를 사용하십시오.",
    )
