"""Sentences of single sign-on, in every language."""

from __future__ import annotations

from typing import Final

from api.languages import Words
from ledger.office.openid import Reason
from ledger.providers import Provider

TITLE: Final = Words("单点登录", "Single sign-on", "통합 로그인")
HOW: Final = Words(
    "绑定后可用该身份登录。账户只按绑定识别，从不按电子邮箱识别。",
    "Once it is connected, it signs you in. It is known by this connection alone, and never by an e-mail address.",
    "연결하면 그것으로 로그인할 수 있습니다. 이메일이 아니라 이 연결로만 식별합니다.",
)
GONE: Final = Words("已不可用", "not in use any more", "더 이상 쓰이지 않음")
OTHERWISE: Final = Words("或者", "Or", "또는")
NEW_TAB: Final = Words("在新标签页中打开", "opens a new tab", "새 탭에서 열림")
GOING: Final = Words("正在转到", "On the way to", "이동 중")
GOING_HOW: Final = Words(
    "如果没有自动继续，请点击此处。",
    "If nothing happens, go on here.",
    "자동으로 넘어가지 않으면 여기를 누르십시오.",
)
DONE: Final = Words("完成", "Done", "완료")
DONE_HOW: Final = Words(
    "请回到原来的标签页继续；本页可以关闭。",
    "Go back to the tab that you came from: it goes on there. This one can be closed.",
    "원래 탭으로 돌아가 계속하십시오. 이 탭은 닫아도 됩니다.",
)
THEN_GO_ON: Final = Words(
    "在新标签页中登录后，回到此处继续。",
    "Once you have signed in there, come back and go on here.",
    "새 탭에서 로그인한 뒤 여기로 돌아와 계속하십시오.",
)
NOT_LET_IN: Final = Words("未能登录", "Not signed in", "로그인하지 못함")
FAILED: Final[dict[Reason, Words]] = {
    Reason.UNREACHABLE: Words(
        "现在无法联系登录服务。请稍后再试，或用其他方式登录。",
        "The sign-in service cannot be reached now. Try again later, or sign in another way.",
        "지금은 로그인 서비스에 연결할 수 없습니다. 나중에 다시 시도하거나 다른 방법으로 로그인하십시오.",
    ),
    Reason.DECLINED: Words(
        "登录服务没有让您登录，或您中途停止了。",
        "The sign-in service did not sign you in, or you stopped there.",
        "로그인 서비스가 로그인을 허용하지 않았거나 도중에 멈추었습니다.",
    ),
    Reason.UNTRUE: Words(
        "登录服务的应答无法核实，未予采信。",
        "The sign-in service's answer does not hold, and nothing came of it.",
        "로그인 서비스의 응답을 확인할 수 없어 받아들이지 않았습니다.",
    ),
    Reason.OVER: Words(
        "此次登录已过期、已使用过，或是在另一个浏览器中开始的。请重新开始。",
        "This took too long, was used before, or began in another browser. Begin again.",
        "시간이 지났거나 이미 쓰였거나 다른 브라우저에서 시작되었습니다. 다시 시작하십시오.",
    ),
    Reason.UNKNOWN: Words(
        "这里没有与此身份绑定的账户。请用其他方式登录，再在“我的账户”中绑定。",
        "No account here is connected with it. Sign in another way, and connect it under “My account”.",
        "여기에 연결된 계정이 없습니다. 다른 방법으로 로그인한 뒤 ‘내 계정’에서 연결하십시오.",
    ),
    Reason.WEAK: Words(
        "您在登录服务中的登录方式不够强。请在那里使用第二种验证。",
        "You signed in there by too little. Use a second factor at the sign-in service.",
        "로그인 서비스에서의 인증이 충분하지 않습니다. 그곳에서 2단계 인증을 쓰십시오.",
    ),
    Reason.NOT_FRESH: Words(
        "登录服务没有说明您刚刚验证过身份。请在“我的账户”中添加通行密钥，用它确认。",
        "The sign-in service does not say that you showed just now who you are. Make a passkey under “My account”.",
        "로그인 서비스가 방금 본인 확인을 했다고 알리지 않았습니다. ‘내 계정’에서 패스키를 만들어 쓰십시오.",
    ),
}


def named(provider: Provider) -> Words:
    """A provider as the settings call it."""
    return Words(provider.name_zh, provider.name_en, provider.name_en)


def sign_in_with(provider: Provider) -> Words:
    """The button that signs in."""
    zh, en = provider.name_zh, provider.name_en
    return Words(f"使用{zh}登录", f"Sign in with {en}", f"{en}(으)로 로그인")


def connect(provider: Provider) -> Words:
    """The button that binds."""
    zh, en = provider.name_zh, provider.name_en
    return Words(f"绑定{zh}", f"Connect {en}", f"{en} 연결")


def show_with(provider: Provider) -> Words:
    """The button that shows once more who is there."""
    zh, en = provider.name_zh, provider.name_en
    return Words(f"使用{zh}确认", f"Show it with {en}", f"{en}(으)로 확인")
