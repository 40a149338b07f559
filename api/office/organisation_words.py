"""Sentences of the pages about organisations and keys, in every language."""

from __future__ import annotations

from typing import Final

from api.languages import Words

TITLE: Final = Words("机构与密钥", "Organisations and keys", "기관과 키")
CODE: Final = Words("机构代码", "Code", "기관 코드")
KIND: Final = Words("类别", "Kind", "종류")
NAME_ZH: Final = Words("中文名称", "Chinese name", "중국어 이름")
NAME_EN: Final = Words("英文名称", "English name", "영어 이름")
URI: Final = Words("标识网址（URI）", "URI", "식별 URI")
CUSTODY: Final = Words("密钥保管", "Who holds its keys", "키 보관")
KEYS: Final = Words("密钥", "Keys", "키")
KEY: Final = Words("密钥标识", "Key", "키")
MAY_SIGN: Final = Words("可签署", "May sign", "서명 가능")
STATE: Final = Words("状态", "State", "상태")
SINCE: Final = Words("启用（日志序号）", "Since entry", "시작 기록")
IN_USE: Final = Words("使用中", "in use", "사용 중")
RETIRED: Final = Words("已停用，日志序号", "retired at entry", "폐기됨, 기록")
COMPROMISED: Final = Words("已报失密，自日志序号", "reported compromised from entry", "유출 신고, 기록")
NO_KEYS: Final = Words("没有密钥", "no key", "키 없음")
ACCREDIT: Final = Words("认定机构", "Accredit an organisation", "기관 인정")
ACCREDIT_ANEW: Final = Words("更改机构资料", "Give its particulars anew", "기관 정보 갱신")
AUTHORISE: Final = Words("启用机构自持的密钥", "Authorise a key that the organisation holds", "기관 보유 키 등록")
AUTHORISE_HOW: Final = Words(
    "只需公钥：私钥由机构自己保管，本系统从不接触。启用后，凡由该机构签署的事项须由其自行签署；基地代管的旧密钥请随后停用。",
    "Only the public key is wanted: the private one stays with the organisation and never comes here. Retire the key "
    "that the base holds for it afterwards, or the base can go on signing in its name.",
    "공개키만 필요합니다. 개인키는 기관이 보관하며 이 시스템에 오지 않습니다. 등록 후에는 기지가 대신 보유한 키를 "
    "폐기하십시오.",
)
PUBLIC_KEY: Final = Words("公钥（Ed25519）", "Public key (Ed25519)", "공개키(Ed25519)")
PUBLIC_KEY_HOW: Final = Words(
    "32 字节：64 位十六进制，或 Base64。",
    "32 bytes: 64 hexadecimal digits, or Base64.",
    "32바이트: 16진수 64자리 또는 Base64.",
)
NO_PUBLIC_KEY: Final = Words(
    "这不是 32 字节的公钥。", "This is no public key of 32 bytes.", "32바이트 공개키가 아닙니다."
)
BAD_KEY: Final = Words(
    "此公钥不能使用，或已用过。", "This key cannot be used, or was used before.", "사용할 수 없거나 이미 쓰인 키입니다."
)
RETIRE: Final = Words("停用", "Retire", "폐기")
REPORT: Final = Words("报告失密", "Report compromised", "유출 신고")
AS_OF: Final = Words("自日志序号起不再认可", "Disowned from entry", "이 기록부터 불인정")
AS_OF_HOW: Final = Words(
    "该密钥自此序号起签署的一切都不再有效，包括证书与职称。",
    "Everything that the key signed from this entry on is disowned, certificates and titles too.",
    "이 기록부터 해당 키로 서명한 모든 것이 인정되지 않습니다. 인증서와 직함도 포함됩니다.",
)
OWN_KEYS: Final = Words(
    "基地自身的密钥不在此页停用。",
    "The base's own keys are not retired on this page.",
    "기지 자체의 키는 여기서 폐기하지 않습니다.",
)
BAD_CODE: Final = Words(
    "只能用字母、数字、点、下划线和连字符，不含空格。",
    "Letters, digits, dots, underscores and hyphens alone, without blanks.",
    "영문자, 숫자, 점, 밑줄, 하이픈만 쓸 수 있습니다.",
)
NOT_YOURS: Final = Words("只有管理员可以更改。", "Only administrators change this.", "관리자만 변경할 수 있습니다.")
KINDS: Final = {
    "base": Words("基地", "the base", "기지"),
    "university": Words("高校", "university", "대학"),
    "enterprise": Words("企业", "enterprise", "기업"),
    "vocational": Words("职业院校", "vocational institution", "직업학교"),
    "school": Words("学校", "school", "학교"),
    "authority": Words("主管部门", "authority", "주관 기관"),
}
CUSTODIES: Final = {
    "base": Words(
        "由基地代管：证明基地以其名义所言",
        "held by the base: proves what the base said in its name",
        "기지가 보관: 기지가 그 이름으로 말한 것을 증명",
    ),
    "organisation": Words("由机构自持", "held by the organisation itself", "기관이 직접 보관"),
}
GROUPS: Final = {
    "teaching": Words("学时与成绩", "attendance and results", "수강과 성적"),
    "certifying": Words("证书", "certificates", "인증서"),
    "authority": Words("职称", "titles", "직함"),
}
"""What a key of an organisation may be good for."""
