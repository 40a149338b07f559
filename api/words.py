"""Every sentence of the pages, in Chinese and English, in one place.

The words of a state are those of the browser's own check (`verifier/web/src/words.js`), where both have it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.answer import Answer, State
from verifier.current import BUSINESS_ZONE
from verifier.standing import Standing
from verifier.verify import Proved


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in both languages of a page."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Banner:
    """How a state is told: icon and colour follow the tone, and the word alone says it too."""

    tone: str
    word: Words
    sentence: Words


def _banner(tone: str, zh: str, en: str, sentence_zh: str, sentence_en: str) -> Banner:
    return Banner(tone, Words(zh, en), Words(sentence_zh, sentence_en))


BANNERS: Final[dict[State, Banner]] = {
    State.VALID: _banner("good", "有效", "Valid", "真实，且目前有效。", "Authentic, and it stands."),
    State.NOT_YET_VALID: _banner(
        "wait",
        "尚未生效",
        "Not yet valid",
        "真实，但尚未到颁发之日。",
        "Authentic, but not valid before the day of its award.",
    ),
    State.EXPIRED: _banner(
        "wait", "已过期", "Expired", "真实，但有效期已过。", "Authentic, but its last day of validity has passed."
    ),
    State.SUSPENDED: _banner(
        "wait",
        "暂停",
        "Suspended",
        "真实，但已被颁发机构暂停。",
        "Authentic, but suspended by the organisation that awarded it.",
    ),
    State.REVOKED: _banner("bad", "已撤销", "Revoked", "真实，但已被撤销。", "Authentic, but revoked."),
    State.SUPERSEDED: _banner(
        "bad",
        "已更正替换",
        "Superseded",
        "真实，但已被更正后的证书替换。",
        "Authentic, but superseded by a correction.",
    ),
    State.REVOKED_OR_SUPERSEDED: _banner(
        "bad",
        "已撤销或替换",
        "Revoked or superseded",
        "真实，但公布的状态表显示其已被撤销或替换。",
        "Authentic, but revoked or superseded: the published list says so.",
    ),
    State.STANDING_NOT_CHECKED: _banner(
        "unknown",
        "真实，状态未核",
        "Authentic, standing not checked",
        "签名与登记属实，但未能核实目前是否仍有效。",
        "Signed and logged as shown; whether it still stands could not be checked.",
    ),
    State.NOT_ENTITLED: _banner(
        "bad",
        "无权签署",
        "Not entitled",
        "签署所用的密钥无权签署此项。",
        "Signed by a key that was not entitled to it.",
    ),
    State.INCONSISTENT: _banner(
        "bad",
        "登记前后矛盾",
        "Inconsistent",
        "登记簿自相矛盾：请保存全部文件并告知基地及其审计者。",
        "The log contradicts itself: keep all files and tell the base and its auditors.",
    ),
    State.ERASED: _banner(
        "unknown",
        "持有人信息已删除",
        "Holder's data erased",
        "证书确曾颁发，但持有人的个人信息已依法删除，此处无法再核对其人。纸面上的证明码仍可核验。",
        "It was issued, but its holder's data have been erased: whose it is cannot be checked here any more. "
        "The proof code on the paper still can be.",
    ),
    State.UNKNOWN: _banner(
        "bad",
        "查无此证书",
        "No such certificate",
        "登记簿中没有此网址对应的证书。请确认网址完整无误；若由证书上的二维码打开，该证书不是本登记簿颁发的。",
        "No certificate belongs to this address. Make sure that it is complete; if a code on paper led here, "
        "that paper was not issued by this ledger.",
    ),
    State.COULD_NOT_CHECK: _banner(
        "unknown",
        "未能核验",
        "Could not check",
        "未能核验：这不说明它真，也不说明它假。请稍后再试。",
        "Could not be checked: this says nothing for it and nothing against it. Try again later.",
    ),
}

_REASONS: Final = {
    "fraud": Words("弄虚作假", "fraud"),
    "issued-in-error": Words("错误颁发", "issued in error"),
    "superseded": Words("被替换", "superseded"),
    "other": Words("其他", "other"),
}
_SINCE: Final = {
    State.NOT_YET_VALID: ("生效日期", "valid from"),
    State.EXPIRED: ("最后有效日", "last day of validity"),
    State.SUSPENDED: ("暂停日期", "suspended since"),
    State.REVOKED: ("撤销日期", "revoked since"),
    State.SUPERSEDED: ("替换日期", "superseded since"),
}
_CODES: Final = {
    "not-yet-published": Words(
        "刚刚登记的内容尚未公布，请稍候片刻再试。",
        "Something was recorded just now and is not published yet: try again in a moment.",
    ),
    "key-compromised": Words(
        "签署所用的密钥已被报告失密，以此密钥签署的内容不作数。",
        "The key that signed it was reported compromised: what it signed counts for nothing.",
    ),
}

COMPARE: Final = Words(
    "请逐项与纸面核对；不一致之处未经签署。", "Compare these fields with the paper: whatever differs was not signed."
)
DOMAIN: Final = Words("请确认浏览器地址栏中的域名为", "Make sure that your browser's address bar shows")
NOT_FOUND: Final = Words("没有这个页面", "No such page")
NOT_ALLOWED: Final = Words("此处不接受该请求", "This is not accepted here")
BROKEN: Final = Words("服务器出错，请稍后再试", "Something went wrong here: try again later")


def reason(answer: Answer) -> Words | None:
    """Since when and why, where there is something to say beyond the state's own sentence."""
    if answer.code in _CODES:
        return _CODES[answer.code]
    if answer.state not in _SINCE or answer.changed_on is None:
        return None
    zh, en = (f"{word} {answer.changed_on}" for word in _SINCE[answer.state])
    if answer.reason is not None:
        why = _REASONS.get(answer.reason, Words(answer.reason, answer.reason))
        zh, en = f"{zh}，原因：{why.zh}", f"{en}, reason: {why.en}"
    return Words(zh, en)


def standing(value: Standing) -> Words:
    """The word for what stands of an award."""
    return BANNERS[State(value.value)].word


def custody(proved: Proved, base: str) -> Words | None:
    """What it means that the base holds the issuer's key; None where the issuer holds it itself."""
    code = proved.logged.organisation.code
    if proved.logged.key.custody == "organisation":
        return None
    return Words(
        f"密钥由 {base} 代 {code} 保管：签名证明的是 {base} 以其名义所述。",
        f"Key held by {base} for {code}: the signature proves what {base} said in its name.",
    )


def moment(at: datetime) -> str:
    """A moment in the base's own time."""
    return f"{at.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M:%S} (UTC+8)"
