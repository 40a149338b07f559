"""The words of the page that proves whether a number was ever issued."""

from __future__ import annotations

from typing import Final

from api.languages import Words

ASK: Final = Words("此编号是否曾经签发？", "Was this number ever issued?", "이 번호가 발급된 적이 있습니까?")
ASK_HOW: Final = Words(
    "对于从未签发的编号，登记簿可以给出任何人都能验证的证明。证明只涉及编号本身，不涉及姓名。",
    "For a number that was never issued, the log gives a proof that anybody can check. It is about the number alone, "
    "not about any name.",
    "발급된 적이 없는 번호라면 누구나 확인할 수 있는 증명을 등록부가 제공합니다. 증명은 번호에 관한 것일 뿐 성명과는 "
    "관계없습니다.",
)
ASK_SEND: Final = Words("取得证明", "Get the proof", "증명 받기")
NEVER: Final = Words("此编号从未签发", "Never issued", "발급된 적 없는 번호")
NEVER_HOW: Final = Words(
    "截至下列检查点，登记簿中没有任何证书或职称使用此编号。带有此编号的文件不是本基地签发的。",
    "As of the checkpoint below, no certificate and no title in the log has this number. A paper that shows it was not "
    "issued by this base.",
    "아래 체크포인트 기준으로 등록부의 어떤 증명서나 직함도 이 번호를 사용하지 않습니다. 이 번호가 적힌 문서는 이 "
    "기지에서 발급한 것이 아닙니다.",
)
ISSUED: Final = Words("此编号曾经签发", "This number was issued", "발급된 번호입니다")
ISSUED_HOW: Final = Words(
    "登记簿中有一项使用此编号的证书或职称。它属于谁、是否仍然有效，此处不显示：请扫描证书上的二维码，或输入编号和姓名核验。",
    "The log holds an award with this number. Whose it is and whether it stands is not shown here: scan the code on "
    "the paper, or check by number and name.",
    "등록부에 이 번호의 증명서 또는 직함이 있습니다. 누구의 것인지, 지금도 유효한지는 여기에 표시되지 않습니다. "
    "증명서의 QR 코드를 스캔하거나 번호와 성명으로 확인하십시오.",
)
NUMBER: Final = Words("编号", "Number", "번호")
AS_OF: Final = Words("登记簿条目数", "Entries of the log", "등록부 항목 수")
COUNT: Final = Words("其中签发的编号", "Numbers issued in them", "발급된 번호 수")
SIGNED: Final = Words("索引签署时间", "Index signed", "색인 서명 시각")
ENTRY: Final = Words("签发条目", "Entry of the award", "발급 항목")
DOWNLOAD: Final = Words("下载证明", "Download the proof", "증명 파일 받기")
CHECK_HOW: Final = Words(
    "证明文件自身完整，可离线验证，无须信任本站：",
    "The file is complete in itself and is checked offline, without trusting this site:",
    "증명 파일은 그 자체로 완전하며, 이 사이트를 믿지 않고도 오프라인에서 확인할 수 있습니다:",
)
NOT_NOW: Final = Words("暂时无法核验", "Could not be checked", "지금은 확인할 수 없음")
NOT_NOW_HOW: Final = Words(
    "目前无法给出证明。这既不表示编号曾经签发，也不表示从未签发。请稍后再试。",
    "No proof can be given at the moment. This says nothing for the number and nothing against it. Try again later.",
    "현재 증명을 제공할 수 없습니다. 발급 여부에 대해 아무것도 뜻하지 않습니다. 나중에 다시 시도하십시오.",
)
ONE_NUMBER: Final = Words("需要恰好一个编号。", "Exactly one number is wanted.", "번호 하나만 필요합니다.")
