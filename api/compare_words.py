"""The sentences of the comparison of a PDF with what was issued, each in every language of the pages."""

from __future__ import annotations

from typing import Final

from api import words
from api.banners import BANNERS, Banner
from api.languages import Words
from ledger.redraw import LINK_CODE, PROOF_CODE, Likeness

TITLE: Final = Words("与签发的原件比对", "Compare a PDF with what was issued", "PDF를 발급 원본과 비교")
HOW: Final = Words(
    "交上别人发给您的证书 PDF：本站按其中签名的内容重新绘制一份，逐像素比对，并排显示不同之处。盖住的文字、"
    "改动的数字、贴上的图片、批注和看不见的文字都能发现。",
    "Hand in a certificate's PDF that somebody sent you. This site draws it again from what was signed, compares the "
    "two pixel by pixel and shows them side by side: covered writing, a changed digit, a pasted picture, a note, and "
    "text that only programs read are all found.",
    "받은 증명서 PDF를 올리십시오. 이 사이트가 서명된 내용으로 다시 그려 픽셀 단위로 비교하고 나란히 보여 줍니다. "
    "가려진 글자, 바뀐 숫자, 붙인 그림, 주석, 보이지 않는 글자까지 찾아냅니다.",
)
FILE: Final = Words(
    "证书的 PDF 文件（最大 16 MB）", "The certificate's PDF (16 MB at most)", "증명서 PDF 파일(최대 16MB)"
)
SEND: Final = Words("比对", "Compare", "비교")
PRIVATE: Final = Words(
    "文件只用于本次比对：不写入磁盘，比对后即丢弃，不作任何保存。",
    "The file is used for this comparison alone: it is written to no disk, kept nowhere, and forgotten when you have "
    "the answer.",
    "파일은 이번 비교에만 쓰이며 디스크에 기록되지 않고, 결과를 보낸 뒤 즉시 폐기되며 어디에도 저장되지 않습니다.",
)
ANOTHER: Final = Words("比对另一份", "Compare another", "다른 파일 비교")

LIKENESSES: Final = {
    Likeness.AS_ISSUED: Banner(
        "good",
        "M6 4h8l4 4v12H6zM14 4v4h4M9 14.5l2.2 2.2L15.5 12",
        Words("与原件一致", "As issued", "발급 원본과 일치"),
        Words(
            "此文件与登记簿签发的文件逐字节相同。证书目前是否有效，见下。",
            "This file is, byte for byte, the one that the ledger issued. Whether it stands is told below.",
            "이 파일은 등록부가 발급한 파일과 바이트 단위로 동일합니다. 증명서가 현재 유효한지는 아래에 있습니다.",
        ),
    ),
    Likeness.LOOKS_AS_ISSUED: Banner(
        "wait",
        "M4 9.5c2.7-3 5.3 3 8 0s5.3-3 8 0M4 15.5c2.7-3 5.3 3 8 0s5.3-3 8 0",
        Words("字节不同，外观未见不同", "Other bytes, nothing seen to differ", "바이트는 다르나 외관상 차이 없음"),
        Words(
            "此文件不是签发的原件，例如被别的程序另存过；屏幕、打印和文字内容均未发现不同。请索取原件，"
            "或扫描其中的二维码核验。",
            "This is not the file that was issued: another program may have saved it. Nothing was found that looks, "
            "prints or reads otherwise. Ask for the original, or scan its code.",
            "발급된 파일 그대로가 아니며, 다른 프로그램으로 다시 저장되었을 수 있습니다. 화면, 인쇄, 텍스트에서 차이는 "
            "발견되지 않았습니다. 원본을 요청하거나 QR 코드를 스캔하십시오.",
        ),
    ),
    Likeness.NOT_AS_ISSUED: Banner(
        BANNERS["not-as-issued"].tone,
        BANNERS["not-as-issued"].icon,
        BANNERS["not-as-issued"].word,
        Words(
            "此文件所示与当初签署的内容不同，不同之处如下。请以「已签署的内容」为准。",
            "This file does not show what was signed: the differences are below. Rely on what was signed alone.",
            "이 파일의 내용은 서명된 내용과 다릅니다. 차이는 아래와 같습니다. 서명된 내용만 신뢰하십시오.",
        ),
    ),
}
"""How each likeness is told."""

STANDING: Final = Words("该证书目前的状态", "What stands of the certificate itself", "해당 증명서의 현재 상태")
SIGNED: Final = Words("已签署的内容", "What was signed", "서명된 내용")
DIFFERENCES: Final = Words("不同之处", "What differs", "다른 부분")
NUMBER: Final = Words("标号", "Mark", "표시")
PAGE: Final = Words("页", "Page", "쪽")
WHAT: Final = Words("不同在于", "What differs there", "차이")
FIELD: Final = Words("该处签署的内容", "What was signed there", "그 자리에 서명된 내용")
NO_FIELD: Final = Words("该处没有已签署的栏目", "no signed field stands there", "서명된 항목이 없는 자리")
SIDE_BY_SIDE: Final = Words("并排比较", "Side by side", "나란히 보기")
UPLOADED: Final = Words("您交上的文件", "The file that you handed in", "올린 파일")
ISSUED: Final = Words("按签名内容重新绘制", "Drawn again from what was signed", "서명된 내용으로 다시 그린 것")
MISSING: Final = Words("此文件没有这一页", "The file has no such page", "파일에 이 쪽이 없습니다")
LINK_HIDDEN: Final = Words(
    "您的文件没有显示本证书的链接码，所以右图中遮住了它。",
    "Your file does not show this certificate's link code, so it is covered in the drawing.",
    "올린 파일에 이 증명서의 링크 코드가 없어 다시 그린 그림에서도 가렸습니다.",
)
UNREADABLE: Final = Words(
    "文件中没有文字，可能被转成了图片：程序从中读不出任何内容。",
    "The file holds no text, as where it was turned into a picture: programs read nothing in it.",
    "파일에 텍스트가 없습니다(그림으로 변환된 경우 등). 프로그램은 내용을 읽지 못합니다.",
)
ADDED: Final = Words(
    "文件中另有签发时没有的部分，例如看不见的链接、脚本或附件：",
    "The file holds parts that were not issued, such as an invisible link, a script or an attachment:",
    "발급 당시 없던 부분(보이지 않는 링크, 스크립트, 첨부 등)이 파일에 있습니다:",
)
ONLY_PDFIUM: Final = Words(
    "比对所用的是 PDFium，即 Chrome 浏览器所用的绘制程序。只有封印完好（「与原件一致」）才能说明在任何程序里都一样。",
    "What was compared is how PDFium draws the file, as Chrome does. Only a good seal (“as issued”) says that it "
    "is the same in every program.",
    "비교는 Chrome이 쓰는 PDFium의 그림을 기준으로 합니다. 봉인이 온전한 경우(「발급 원본과 일치」)에만 어느 "
    "프로그램에서나 동일하다고 할 수 있습니다.",
)
KINDS: Final = {
    "seen": Words("看上去不同", "looks otherwise", "보이는 모습이 다름"),
    "printed": Words("打印出来才不同", "prints otherwise", "인쇄하면 다름"),
    "text": Words(
        "看上去相同，程序读到的不同",
        "looks the same, programs read otherwise",
        "보이는 것은 같으나 프로그램이 다르게 읽음",
    ),
    "size": Words("页面大小或方向不同", "the page has another size or is turned", "쪽의 크기나 방향이 다름"),
}
"""By the kind of a region (`ledger.certificate.beside.Region`)."""
CODES: Final = {
    LINK_CODE: Words("链接码", "link code", "링크 코드"),
    PROOF_CODE: Words("证明码", "proof code", "증명 코드"),
}

NO_FILE: Final = Words("没有收到文件", "No file came", "파일이 없습니다")
NO_FILE_HOW: Final = Words("请选择一个 PDF 文件。", "Choose one PDF file.", "PDF 파일 하나를 선택하십시오.")
NOT_A_PDF: Final = Words("这不是 PDF 文件", "This is no PDF", "PDF 파일이 아닙니다")
NOT_A_PDF_HOW: Final = Words(
    "此处只比对证书的 PDF 文件，这不说明所示证书真或假。照片或截图请用扫描页读取其中的二维码。",
    "Only a certificate's PDF is compared here; this says nothing for what the file shows and nothing against it. A "
    "photo or a screenshot goes to the page that reads its codes.",
    "여기서는 증명서 PDF만 비교하며, 파일에 보이는 증명서가 진본이라는 뜻도 위조라는 뜻도 아닙니다. 사진이나 화면 "
    "캡처는 QR 코드를 읽는 페이지에서 확인하십시오.",
)
RECEIPT_HOW: Final = Words(
    "这是一次核验的回执，不是证书，无从比对，也不说明今天的状态。其真伪可用批量核验或 certverify check 核验。",
    "It is the record of an earlier check and no certificate: there is nothing to compare, and it says nothing of "
    "today. Whether it is genuine, the bulk check tells, and certverify check.",
    "이전 확인의 기록이며 증명서가 아니므로 비교할 것이 없고, 오늘의 상태도 알려 주지 않습니다. 진본 여부는 일괄 "
    "확인이나 certverify check로 확인할 수 있습니다.",
)
LEADS: Final = {"not-a-pdf": ("/scan", words.SCAN), "verification-receipt": ("/bulk", words.BULK)}
"""Where somebody goes with a file that is not for here, by the code."""
TOO_LARGE: Final = Words("文件太大", "The file is too large", "파일이 너무 큽니다")
TOO_LARGE_HOW: Final = Words(
    "证书的 PDF 不会超过 16 MB。", "No certificate's PDF has more than 16 MB.", "증명서 PDF는 16MB를 넘지 않습니다."
)
TOO_SLOW: Final = Words("上传太慢", "The upload took too long", "업로드가 너무 오래 걸립니다")
TOO_SLOW_HOW: Final = Words(
    "文件未能在一分钟内传完，请再试一次。",
    "The file did not come in within a minute: try again.",
    "파일이 1분 안에 전송되지 않았습니다. 다시 시도하십시오.",
)
BUSY: Final = Words("此刻比对的人太多", "Too many comparisons at this moment", "지금 비교 요청이 너무 많습니다")
BUSY_HOW: Final = Words("请稍候再试。", "Try again shortly.", "잠시 후 다시 시도하십시오.")
CANNOT_COMPARE: Final = Words(
    "无法比对：这不说明文件真，也不说明它假。",
    "Could not be compared: this says nothing for the file and nothing against it.",
    "비교하지 못했습니다. 진본이라는 뜻도, 위조라는 뜻도 아닙니다.",
)


def pages(uploaded: int, issued: int) -> Words:
    """That a file has another number of pages."""
    return Words(
        f"此文件有 {uploaded} 页，签发的证书有 {issued} 页。",
        f"The file has {uploaded} page{'s' if uploaded != 1 else ''}, the certificate has {issued}.",
        f"파일은 {uploaded}쪽이고 발급된 증명서는 {issued}쪽입니다.",
    )


def reads(text: str) -> Words:
    """What programs read at a place."""
    return Words(f"程序读到：{text}", f"programs read: {text}", f"프로그램이 읽는 내용: {text}")


def caption(what: Words, page: int) -> Words:
    """What stands under a picture, and for who cannot see it in its place."""
    return Words(f"{what.zh}，第 {page} 页", f"{what.en}, page {page}", f"{what.ko}, {page}쪽")


def marked(count: int) -> Words:
    """How many places are marked on a picture."""
    return Words(
        f"标出 {count} 处不同", f"{count} place{'s' if count != 1 else ''} marked", f"다른 곳 {count}군데 표시"
    )
