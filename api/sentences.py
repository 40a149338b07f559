"""The sentences of the ways in: typed numbers, limits, and what they answer, each in every language of the pages."""

from __future__ import annotations

from typing import Final

from api.languages import Words

FRONT_TITLE: Final = Words("证书核验", "Certificate verification", "증명서 확인")
FRONT_WHAT: Final = Words(
    "本站公布培训基地的登记簿：每一次认证、职称授予与撤销都是其中一条经签名的记录，任何人都可核验，无须信任本站。",
    "This site publishes the training base's ledger: every certification, title and revocation is a signed entry in "
    "it, which anybody can check without having to trust this site.",
    "이 사이트는 훈련 기지의 등록부를 공표합니다. 모든 인증, 직함 수여와 취소는 등록부의 서명된 기록이며, 누구나 이 "
    "사이트를 믿지 않고도 확인할 수 있습니다.",
)
FRONT_CODES: Final = Words("扫描二维码核验", "Check by scanning a code", "QR 코드로 확인")
FRONT_LINK_CODE: Final = Words(
    "用手机相机扫描证书左侧的二维码，确认浏览器地址栏中的域名，再逐项与纸面核对。域名应为",
    "Point your phone's camera at the code on the left of the paper, look at the address bar, then compare the page "
    "with the paper. The address bar must show",
    "휴대전화 카메라로 증명서 왼쪽의 QR 코드를 스캔하고 주소창을 확인한 뒤, 화면을 종이 증명서와 대조하십시오. "
    "주소창의 도메인:",
)
FRONT_OFFLINE: Final = Words("离线核验：", "Offline:", "오프라인 확인:")
COMPARE: Final = Words(
    "别人发来的 PDF：看它与签发的原件有无不同",
    "A PDF that somebody sent you: see whether it differs from what was issued",
    "다른 사람이 보낸 PDF: 발급 원본과 다른지 비교",
)
FRONT_OFFICE: Final = Words("人事部门：一次核验多份", "For an HR office", "인사 담당 부서")
FRONT_MANY: Final = Words(
    "上传编号与姓名的表格，或证书的 PDF，一次得到全部结果和可存档的回执。",
    "Upload a table of numbers and names, or the PDFs, and get every result at once, with a receipt to keep.",
    "번호와 성명의 표나 증명서 PDF를 올리면 모든 결과와 보관용 확인서를 한 번에 받습니다.",
)
FRONT_DOUBT: Final = Words("有疑问时", "When in doubt", "의심스러울 때")
FRONT_LOG: Final = Words("公布的登记簿", "The published log", "공표된 등록부")
FRONT_TRUST_FILE: Final = Words("信任文件", "trust file", "신뢰 파일")
FRONT_CHECKPOINT: Final = Words("检查点", "signed tree head", "체크포인트")

LOOKUP_TITLE: Final = Words("输入编号和姓名核验", "Check by number and name", "번호와 성명으로 확인")
LOOKUP_HOW: Final = Words(
    "请照证书原样输入编号和持有人姓名。两项都与登记相符才显示结果；仅凭编号不显示任何信息。",
    "Type the certificate's number and its holder's name as they stand on the paper. Only where both are as registered "
    "is anything shown; a number alone shows nothing.",
    "증명서에 적힌 번호와 보유자 성명을 그대로 입력하십시오. 두 항목이 모두 등록 내용과 일치할 때만 결과가 표시되며, "
    "번호만으로는 아무것도 표시되지 않습니다.",
)
LOOKUP_NUMBER: Final = Words("证书编号", "Certificate number", "증명서 번호")
LOOKUP_NAME: Final = Words("持有人姓名", "Holder's name", "보유자 성명")
LOOKUP_SEND: Final = Words("核验", "Check", "확인")
LOOKUP_PRIVATE: Final = Words(
    "所填内容只用于本次核验，不会保存，也不会出现在网址中。本站从不要求登录或付款。",
    "What you type is used for this check alone: it is not kept, and stands in no address. This site never asks "
    "anybody to log in or to pay.",
    "입력한 내용은 이번 확인에만 쓰이며 저장되지 않고 주소에도 나타나지 않습니다. 이 사이트는 로그인이나 결제를 "
    "요구하지 않습니다.",
)
MISTYPED: Final = Words("编号有误", "The number is mistyped", "번호 입력 오류")
MISTYPED_HOW: Final = Words(
    "这不可能是证书编号：形式不对，或校验字符不符，必有字符输错。尚未查询任何内容，请对照证书逐个字符检查。",
    "This cannot be a certificate number: its form is wrong or its check character does not fit, so some character is "
    "mistyped. Nothing was looked up. Compare it with the paper, character by character.",
    "증명서 번호가 될 수 없는 입력입니다. 형식이 다르거나 검증 문자가 맞지 않으므로 잘못 입력된 글자가 있습니다. 아직 "
    "아무것도 조회하지 않았습니다. 증명서와 한 글자씩 대조하십시오.",
)
NAME_MISSING: Final = Words("请填写姓名", "The name is missing", "성명을 입력하십시오")
NAME_MISSING_HOW: Final = Words(
    "仅凭编号不显示任何信息：请同时输入持有人姓名（最多 200 个字符）。",
    "A number alone shows nothing: type the holder's name too (200 characters at most).",
    "번호만으로는 아무것도 표시되지 않습니다. 보유자 성명도 입력하십시오(최대 200자).",
)
NO_MATCH: Final = Words("没有相符的证书", "No certificate matches", "일치하는 증명서 없음")
NO_MATCH_HOW: Final = Words(
    "没有与此编号和姓名同时相符的证书：编号未登记、姓名不符，或持有人信息已删除，此处不作区分。请对照证书检查，"
    "或扫描证书上的二维码。",
    "No certificate has this number and this name together: the number is not registered, the name is another, or the "
    "holder's data were erased. Which of these it is, is not told here. Compare both with the paper, or scan a code.",
    "이 번호와 성명이 함께 일치하는 증명서가 없습니다. 번호가 등록되지 않았거나, 성명이 다르거나, 보유자 정보가 삭제된 "
    "경우이며, 그중 어느 것인지는 알려 드리지 않습니다. 증명서와 대조하거나 증명서의 QR 코드를 스캔하십시오.",
)
BAD_FORM: Final = Words("无法读取所填内容", "What was sent cannot be read", "보낸 내용을 읽을 수 없습니다")
BAD_FORM_HOW: Final = Words(
    "需要恰好一个编号和一个姓名，总长不超过 8 KB。",
    "Exactly one number and one name are wanted, 8 KB together at most.",
    "번호 하나와 성명 하나만 필요하며, 전체 길이는 8KB 이하여야 합니다.",
)

NUMBER_MISSING: Final = Words("请填写证书编号", "The number is missing", "증명서 번호를 입력하십시오")
NUMBER_MISSING_HOW: Final = Words(
    "请照证书输入编号；不知道编号时，可扫描证书上的二维码。",
    "Type the number as it stands on the paper; without one, scan the code on it.",
    "증명서에 적힌 번호를 입력하십시오. 번호를 모르면 증명서의 QR 코드를 스캔하십시오.",
)
NAME_TOO_LONG: Final = Words("姓名太长", "The name is too long", "성명이 너무 깁니다")
NAME_TOO_LONG_HOW: Final = Words(
    "姓名最多 200 个字符：请只输入证书上的姓名。",
    "A name has 200 characters at most: type the name alone, as it stands on the paper.",
    "성명은 최대 200자입니다. 증명서에 적힌 성명만 입력하십시오.",
)
TOO_MANY_NAMES: Final = Words(
    "以此编号尝试的姓名过多", "Too many names for this number", "이 번호에 시도된 성명이 너무 많습니다"
)
TOO_MANY: Final = Words("请求过于频繁", "Asked too often", "요청이 너무 잦습니다")


def wait(seconds: int) -> Words:
    """When to ask again."""
    return Words(
        f"请在 {seconds} 秒后再试。",
        f"Try again in {seconds} second{'s' if seconds != 1 else ''}.",
        f"{seconds}초 후에 다시 시도하십시오.",
    )


def other_names(seconds: int) -> Words:
    """That too many names were tried on a number, and what to do."""
    when = wait(seconds)
    return Words(
        f"近期以此编号尝试过太多不相符的姓名，故未作查询。{when.zh}扫描证书上的二维码随时可以核验。",
        "Too many names that do not go with this number were tried lately, by whomever, so nothing was looked up. "
        f"{when.en} The code on the paper can be scanned at any time.",
        f"최근 이 번호에 맞지 않는 성명이 너무 많이 시도되어 조회하지 않았습니다. {when.ko} 증명서의 QR 코드는 "
        "언제든지 스캔할 수 있습니다.",
    )


def too_many(seconds: int) -> Words:
    """That somebody asked too often, and when to ask again."""
    when = wait(seconds)
    return Words(f"{TOO_MANY.zh}。{when.zh}", f"{TOO_MANY.en}. {when.en}", f"{TOO_MANY.ko}. {when.ko}")
