"""The states of a result: icon, tone, word and sentence of each.

The browser's own check says the same of the same state: `verifier/web/src/states.json` holds what stands here, and a
test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.answer import Answer
from api.languages import Words

KEY_COMPROMISED: Final = "key-compromised"
"""Told apart from other signers who were not entitled: the certificate may have been made by whoever took the key."""


@dataclass(frozen=True, slots=True)
class Banner:
    """How a state is told. No two have the same icon or word; the colour follows the tone and says nothing alone."""

    tone: str
    icon: str
    """Strokes of an SVG path in a square of 24 by 24."""
    word: Words
    sentence: Words


_RING: Final = "M12 4a8 8 0 1 1 0 16a8 8 0 1 1 0-16"

BANNERS: Final[dict[str, Banner]] = {
    "valid": Banner(
        "good",
        "M5 13l4.5 4.5L19 7",
        Words("有效", "Valid", "유효"),
        Words("真实，且目前有效。", "Authentic, and valid today.", "진본이며 현재 유효합니다."),
    ),
    "not-yet-valid": Banner(
        "wait",
        "M7 4h10M7 20h10M8 4v3l8 10v3M16 4v3L8 17v3",
        Words("尚未生效", "Not yet valid", "효력 발생 전"),
        Words(
            "真实，但尚未到颁发之日。",
            "Authentic, but not valid before the day of its award.",
            "진본이지만 아직 수여일이 되지 않았습니다.",
        ),
    ),
    "expired": Banner(
        "wait",
        f"{_RING}M12 8v4l3 2",
        Words("已过期", "Expired", "유효기간 만료"),
        Words(
            "真实，但有效期已过。",
            "Authentic, but its last day of validity has passed.",
            "진본이지만 유효기간이 지났습니다.",
        ),
    ),
    "suspended": Banner(
        "wait",
        "M9 6v12M15 6v12",
        Words("暂停", "Suspended", "효력 정지"),
        Words(
            "真实，但已被颁发机构暂停。",
            "Authentic, but suspended by the organisation that awarded it.",
            "진본이지만 수여 기관이 효력을 정지했습니다.",
        ),
    ),
    "in-notice": Banner(
        "wait",
        "M4 10v4h3l6 4V6L7 10zM16.5 9a4 4 0 0 1 0 6",
        Words("公示中", "Under public notice", "공시 중"),
        Words(
            "这项职称申报正在公示，职称尚未授予。",
            "This application for a title is under public notice: the title has not been granted.",
            "이 직함 신청은 공시 중이며, 직함은 아직 수여되지 않았습니다.",
        ),
    ),
    "notice-ended": Banner(
        "unknown",
        "M3 10v4h3l6 4V6L6 10zM16 9.5l5 5M21 9.5l-5 5",
        Words("公示已结束", "Notice ended", "공시 종료"),
        Words(
            "公示已结束，本页曾显示的个人信息已移除。",
            "The notice has ended, and what this page showed of a person is gone from it.",
            "공시가 끝났으며, 이 페이지에 표시되었던 개인정보는 제거되었습니다.",
        ),
    ),
    "revoked": Banner(
        "bad",
        "M6 6l12 12M18 6L6 18",
        Words("已撤销", "Revoked", "취소됨"),
        Words("真实，但已被撤销。", "Authentic, but revoked.", "진본이지만 취소되었습니다."),
    ),
    "superseded": Banner(
        "bad",
        "M4 9h13l-4-4M20 15H7l4 4",
        Words("已更正替换", "Superseded", "정정본으로 대체됨"),
        Words(
            "真实，但已被更正后的证书替换。",
            "Authentic, but superseded by a correction.",
            "진본이지만 정정된 증명서로 대체되었습니다.",
        ),
    ),
    "revoked-or-superseded": Banner(
        "bad",
        f"{_RING}M6.5 6.5l11 11",
        Words("已撤销或替换", "Revoked or superseded", "취소 또는 대체됨"),
        Words(
            "真实，但公布的状态表显示其已被撤销或替换。",
            "Authentic, but revoked or superseded: the published list says so.",
            "진본이지만 공표된 상태 목록에 취소되었거나 대체된 것으로 나와 있습니다.",
        ),
    ),
    "authentic-standing-not-checked": Banner(
        "unknown",
        "M3 12l3.5 3.5L13 8.5M18 7v6M18 17v.5",
        Words("真实，状态未核", "Authentic, standing not checked", "진본, 현재 효력 미확인"),
        Words(
            "签名与登记属实，但未能核实目前是否仍有效。",
            "Signed and logged as shown; whether it is still valid could not be checked.",
            "서명과 등록은 사실이지만, 현재도 유효한지는 확인하지 못했습니다.",
        ),
    ),
    "not-as-issued": Banner(
        "bad",
        "M7 4h7l4 4v12H7zM14 4v4h4M9.5 17l2-2.5 2 2 2-4",
        Words("非原件", "Not as issued", "발급 원본과 다름"),
        Words(
            "此文件与登记簿签发的文件并非逐字节相同。",
            "This file is not, byte for byte, one that the ledger issued.",
            "이 파일은 등록부가 발급한 파일과 바이트 단위로 동일하지 않습니다.",
        ),
    ),
    "tampered": Banner(
        "bad",
        "M5 9h14M5 15h14M16 5L8 19",
        Words("内容不符", "Tampered", "내용 불일치"),
        Words("这不是当初签署的内容。", "This is not what was signed.", "서명된 원래 내용과 다릅니다."),
    ),
    "unknown-key": Banner(
        "bad",
        "M7.5 9a3.5 3.5 0 1 1 0 7a3.5 3.5 0 1 1 0-7M11 12.5h9.5M17 12.5v4",
        Words("签署者不明", "Unknown key", "알 수 없는 서명자"),
        Words(
            "签署所用的密钥不在信任文件中。",
            "Signed by a key that the trust file does not know.",
            "신뢰 파일에 없는 키로 서명되었습니다.",
        ),
    ),
    "not-entitled": Banner(
        "bad",
        "M8.5 4h7L20 8.5v7L15.5 20h-7L4 15.5v-7zM12 8v5M12 16v.5",
        Words("无权签署", "Not entitled", "서명 권한 없음"),
        Words(
            "签署所用的密钥无权签署此项。",
            "Signed by a key that was not entitled to it.",
            "이 항목에 서명할 권한이 없는 키로 서명되었습니다.",
        ),
    ),
    KEY_COMPROMISED: Banner(
        "bad",
        "M6 11h12v8H6zM9 11V8a3.5 3.5 0 0 1 6.8-1M12 14v2",
        Words("签署密钥已失密", "Signing key compromised", "서명 키 유출"),
        Words(
            "签署所用的密钥已被报告失密，以此密钥签署的内容不作数。",
            "The key that signed it was reported compromised: what it signed counts for nothing.",
            "서명에 쓰인 키가 유출된 것으로 신고되어, 이 키로 서명된 내용은 인정되지 않습니다.",
        ),
    ),
    "not-a-proof": Banner(
        "bad",
        "M6 4h8l4 4v12H6zM9.5 11l5 5M14.5 11l-5 5",
        Words("不是证书", "Not a certificate", "증명서 아님"),
        Words(
            "这不是本登记簿的证书。",
            "This is no certificate of this ledger.",
            "이 등록부의 증명서가 아닙니다.",
        ),
    ),
    "verification-receipt": Banner(
        "unknown",
        "M6 4h12v16l-3-2-3 2-3-2-3 2zM9 9h6M9 13h4",
        Words("核验回执", "Verification receipt", "검증 확인서"),
        Words(
            "这是一次核验的记录，不是证书：它不说明今天的状态。",
            "The record of an earlier check and no certificate: it says nothing of today.",
            "이전에 이루어진 확인의 기록이며 증명서가 아닙니다. 오늘의 상태는 알려 주지 않습니다.",
        ),
    ),
    "inconsistent": Banner(
        "bad",
        "M12 20v-7M12 13L6 5M12 13l6-8",
        Words("登记前后矛盾", "Inconsistent", "등록 기록 모순"),
        Words(
            "登记簿自相矛盾：请保存全部文件并告知基地及其审计者。",
            "The log contradicts itself: keep all files and tell the base and its auditors.",
            "등록부의 기록이 서로 모순됩니다. 모든 파일을 보관하고 기지와 감사자에게 알려 주십시오.",
        ),
    ),
    "erased": Banner(
        "unknown",
        "M12 5a3 3 0 1 1 0 6a3 3 0 1 1 0-6M6 19c0-3.5 2.5-5.5 6-5.5s6 2 6 5.5M4 4l16 16",
        Words("持有人信息已删除", "Holder's data erased", "보유자 정보 삭제됨"),
        Words(
            "证书确曾颁发，但持有人的个人信息已依法删除，此处无法再核对其人。纸面上的证明码仍可核验。",
            "It was issued, but its holder's data have been erased: whose it is cannot be checked here any more. "
            "The proof code on the paper still can be.",
            "발급된 사실은 있으나 보유자의 개인정보가 법에 따라 삭제되어 누구의 것인지는 여기서 더 이상 확인할 수 "
            "없습니다. 종이에 인쇄된 증명 코드는 여전히 확인할 수 있습니다.",
        ),
    ),
    "unknown": Banner(
        "bad",
        "M10.5 5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11M15 15l5 5M8.5 8.5l4 4M12.5 8.5l-4 4",
        Words("查无此证书", "No such certificate", "해당 증명서 없음"),
        Words(
            "登记簿中没有此网址对应的证书。请确认网址完整无误；若由证书上的二维码打开，该证书不是本登记簿颁发的。",
            "No certificate belongs to this address. Make sure that it is complete; if a code on paper led here, "
            "that paper was not issued by this ledger.",
            "이 주소에 해당하는 증명서가 없습니다. 주소가 빠짐없이 입력되었는지 확인하십시오. 증명서의 QR 코드로 "
            "접속했다면, 그 증명서는 이 등록부에서 발급된 것이 아닙니다.",
        ),
    ),
    "could-not-check": Banner(
        "unknown",
        "M8.5 9a3.5 3.5 0 1 1 5 3.2c-1 .5-1.5 1.1-1.5 2.3M12 18v.5",
        Words("未能核验", "Could not check", "확인하지 못함"),
        Words(
            "未能核验：这不说明它真，也不说明它假。请稍后再试。",
            "Could not be checked: this says nothing for it and nothing against it. Try again later.",
            "확인하지 못했습니다. 진본이라는 뜻도, 위조라는 뜻도 아닙니다. 잠시 후 다시 시도하십시오.",
        ),
    ),
}
"""By state (`api.answer.State`, `verifier.verdict.State`), of notices too, and by the one code with its own words."""


def banner_of(answer: Answer) -> Banner:
    """How an answer is told."""
    return BANNERS[KEY_COMPROMISED if answer.code == KEY_COMPROMISED else answer.state]
