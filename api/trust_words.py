"""The sentences of the page that says where trust comes from, each in every language of the pages.

What the log can and cannot prove is said at length in docs/threat-model.md: this is its summary.
"""

from __future__ import annotations

from typing import Final

from api.languages import Words
from verifier import kinds

TITLE: Final = Words("信任从何而来", "Where trust comes from", "신뢰의 근거")
INTRO: Final = Words(
    "本页由被核验的网站自己提供，因此它本身什么也证明不了。请把下列数值与另行取得的数值（印刷品、主管机关网站、电话）"
    "逐组核对；相符之后，核验就不再需要信任本站。",
    "This page comes from the very site that is to be checked, so by itself it proves nothing. Compare the values "
    "below with ones that you have by another way: in print, from the authority's site, by telephone. Once they agree, "
    "no check needs to trust this site any more.",
    "이 페이지는 확인 대상인 사이트가 직접 제공하므로 그 자체로는 아무것도 증명하지 못합니다. 아래 값을 인쇄물, 주무 "
    "기관 사이트, 전화 등 다른 경로로 얻은 값과 대조하십시오. 일치하면 그 뒤의 확인에는 이 사이트를 믿을 필요가 "
    "없습니다.",
)

ORIGIN: Final = Words("登记簿名称", "origin", "등록부 이름")
GENESIS: Final = Words("登记簿指纹", "The log's fingerprint", "등록부 지문")
GENESIS_HOW: Final = Words(
    "这是第 0 条（创世条目）的散列，共 16 组。它永不改变，并决定了以后的一切密钥。请与证书第二页、合作单位网站或电话中"
    "得到的指纹逐组核对；本页可以打印留存。",
    "The hash of entry 0 (genesis), in 16 groups. It never changes, and every later key hangs on it. Compare it group "
    "by group with the one on a certificate's second page, on a partner's site, or by telephone; this page can be "
    "printed and kept.",
    "0번 기록(첫 기록)의 해시이며 16묶음입니다. 결코 바뀌지 않고 이후의 모든 키가 여기에 달려 있습니다. 증명서 둘째 "
    "쪽, 협력 기관 사이트 또는 전화로 얻은 지문과 묶음별로 대조하십시오. 이 페이지는 인쇄하여 보관할 수 있습니다.",
)
PARTNER_HOW: Final = Words(
    "合作单位可在自己的网站上存放信任文件的副本。此命令逐项比较两份文件，即使其中一份较旧：",
    "A partner can host a copy of the trust file on a site of its own. This compares the two, also where one of them "
    "is older:",
    "협력 기관은 신뢰 파일의 사본을 자기 사이트에 둘 수 있습니다. 다음 명령은 한쪽이 더 오래되었더라도 두 파일을 "
    "비교합니다:",
)
SIZE: Final = Words("条目数", "entries", "기록 수")

FILE: Final = Words("信任文件", "The trust file", "신뢰 파일")
FILE_HASH: Final = Words("SHA-256", "SHA-256", "SHA-256")
FILE_BYTES: Final = Words("字节数", "bytes", "바이트 수")
FILE_AS_OF: Final = Words("依据的条目数（asof）", "as of entries (asof)", "기준 기록 수(asof)")
FILE_HOW: Final = Words(
    "每次公布都会产生新的信任文件，散列也随之改变：核对散列时请连同 asof 一起核对。不早于证书的信任文件均可用于核验。",
    "Each publication makes a new trust file, with another hash: compare the hash together with its asof. For a check "
    "any trust file will do that is not older than the certificate.",
    "공표할 때마다 새 신뢰 파일이 만들어져 해시가 바뀝니다. 해시는 asof와 함께 대조하십시오. 증명서보다 오래되지 않은 "
    "신뢰 파일이면 확인에 쓸 수 있습니다.",
)

KEYS: Final = Words("密钥", "The keys", "키")
KEYS_HOW: Final = Words(
    "指纹是密钥的 SHA-256 摘要（RFC 9679），四位一组，便于朗读。",
    "A fingerprint is the SHA-256 thumbprint of a key (RFC 9679), in groups of four to be read aloud.",
    "지문은 키의 SHA-256 지문값(RFC 9679)이며, 소리 내어 읽기 쉽도록 네 자리씩 나누었습니다.",
)
FINGERPRINT: Final = Words("指纹", "fingerprint", "지문")
PURPOSE: Final = Words("用途", "for", "용도")
SINCE: Final = Words("启用", "since", "사용 시작")
CUSTODY: Final = Words("保管", "held by", "보관")
ENDED: Final = Words("停用", "ended", "사용 종료")
BY_ITSELF: Final = Words("该机构自行保管", "the organisation itself", "해당 기관이 직접 보관")
BY_BASE: Final = Words("由基地保管", "the base", "기지가 보관")

WITNESSES: Final = Words("见证者", "Witnesses", "증인")
NO_WITNESSES: Final = Words(
    "尚无：目前没有独立的第三方为本登记簿的检查点联署。请自行保存检查点，日后可据此发现历史是否被改写。",
    "None yet: nobody independent cosigns this log's checkpoints so far. Keep a checkpoint yourself: with it a "
    "rewritten history can be found out later.",
    "아직 없음: 현재 이 등록부의 체크포인트에 연서하는 독립된 제삼자가 없습니다. 체크포인트를 직접 보관해 두면 나중에 "
    "기록이 고쳐졌는지 알아낼 수 있습니다.",
)

HELD: Final = Words("“由企业签署”的含义", 'What "signed by the enterprise" means', "‘기업이 서명함’의 의미")
HELD_BY_ITSELF: Final = Words(
    "密钥由机构自行保管时：签名证明该机构这样说过。",
    "Where the organisation holds its key itself, a signature proves that the organisation said so.",
    "기관이 키를 직접 보관하면 서명은 그 기관이 그렇게 진술했음을 증명합니다.",
)
HELD_BY_BASE: Final = Words(
    "密钥由基地代为保管时：签名只证明基地以该机构的名义这样说过，不证明该机构自己说过。若要确认，请直接向该机构询问。",
    "Where the base holds the key for it, a signature proves what the base said in the organisation's name, and not "
    "that the organisation said it. To be sure of that, ask the organisation itself.",
    "기지가 키를 대신 보관하면 서명은 기지가 그 기관의 이름으로 진술했음을 증명할 뿐, 기관 스스로 진술했음을 "
    "증명하지는 않습니다. 확실히 하려면 그 기관에 직접 문의하십시오.",
)

PROVES: Final = Words("登记簿能证明什么", "What the log proves", "등록부가 증명하는 것")
PROVES_LIST: Final = (
    Words(
        "每一条是用哪把密钥签署的，内容自签署后未改。",
        "By which key each entry was signed, and that it has not been changed since.",
        "각 기록이 어느 키로 서명되었고 그 뒤로 바뀌지 않았음.",
    ),
    Words(
        "各条的先后次序，以及证书的当前状态与登记一致。",
        "The order of entries, and that a certificate's standing is the one that they give.",
        "기록의 순서와, 증명서의 현재 효력이 기록과 일치함.",
    ),
    Words(
        "相对于您以前保存的检查点，历史没有被改写。",
        "Against a checkpoint that you kept: that no history was rewritten since.",
        "보관해 둔 체크포인트와 비교하여, 그 뒤로 기록이 고쳐지지 않았음.",
    ),
)
PROVES_NOT: Final = Words("登记簿不能证明什么", "What it does not prove", "등록부가 증명하지 못하는 것")
PROVES_NOT_LIST: Final = (
    Words(
        "所登记的内容属实，例如考试确曾举行。",
        "That what was entered is true: that an exam took place, for instance.",
        "기록된 내용이 사실임. 예를 들어 시험이 실제로 치러졌음.",
    ),
    Words(
        "一切都已登记：未登记的证书，它一无所知。",
        "That everything was entered: of an award that was not, it knows nothing.",
        "모든 것이 기록되었음. 기록되지 않은 증명서에 대해서는 알 수 없습니다.",
    ),
    Words(
        "登记时间准确：时间出自登记簿自己的时钟。",
        "That recorded times are right: they are by the ledger's own clock.",
        "기록 시각이 정확함. 시각은 등록부 자체의 시계에 따릅니다.",
    ),
    Words(
        "没有旧检查点时，历史未被持有全部密钥者整个重写。",
        "Without an older checkpoint: that whoever holds all its keys has not rewritten it as a whole.",
        "이전 체크포인트가 없다면, 모든 키를 가진 자가 등록부 전체를 다시 쓰지 않았음.",
    ),
    Words(
        "提案人与批准人是两个人：它证明的是两个账户。",
        "That proposer and approver are two people: it proves two accounts.",
        "제안자와 승인자가 서로 다른 사람임. 증명되는 것은 두 개의 계정입니다.",
    ),
)

YOURSELF: Final = Words("不依赖本站自行核验", "Check without this site", "이 사이트 없이 확인하기")
YOURSELF_HOW: Final = Words(
    "certverify 是 certledger 源码中的核验程序，需要 Python 3.11 或更新版本。请向基地或您信任的其他来源取得源码包 "
    "certledger-版本号.tar.gz，解开后在其文件夹中安装，并把核对过的信任文件存为 trust.txt；不带 [scan] 则只核验证明、"
    "网址和登记簿，不读 PDF 和图片：",
    "certverify is the checking program in the source of certledger and needs Python 3.11 or newer. Get the source "
    "distribution, certledger-VERSION.tar.gz, from the base or from somebody whom you trust, unpack it, install it in "
    "its folder, and save the trust file that you compared as trust.txt. Without [scan] it checks proofs, addresses "
    "and logs, and reads no PDFs or pictures:",
    "certverify는 certledger 소스에 들어 있는 확인 프로그램이며 Python 3.11 이상이 필요합니다. 소스 배포본 "
    "certledger-버전.tar.gz를 기지나 신뢰하는 곳에서 받아 압축을 풀고 그 폴더에서 설치한 뒤, 대조한 신뢰 파일을 "
    "trust.txt로 저장하십시오. [scan] 없이 설치하면 증명, 주소, 등록부만 확인하고 PDF와 그림은 읽지 않습니다:",
)

NOT_NOW: Final = Words(
    "未能核验：目前无法读取公布的登记簿，请稍后再试",
    "Could not check: the published log cannot be read just now, try again later",
    "확인하지 못함: 지금은 공표된 등록부를 읽을 수 없습니다. 잠시 후 다시 시도하십시오",
)

PURPOSES: Final = (
    (
        "key.authorised",
        Words("根密钥：确认机构、密钥和账户", "root key: organisations, keys, accounts", "루트 키: 기관·키·계정 승인"),
    ),
    ("trainee.registered", Words("基地的日常登记", "the base's everyday entries", "기지의 일상 기록")),
    (kinds.CHECKPOINT_KIND, Words("登记簿的检查点", "the log's checkpoints", "등록부의 체크포인트")),
    (kinds.RECEIPT_KIND, Words("登记回执", "receipts of the log", "등록 확인서")),
    (kinds.STATUS_KIND, Words("状态表与编号索引", "status lists, number index", "상태 목록과 번호 색인")),
    (kinds.DOCUMENT_KIND, Words("证书文件的封签", "seals of certificate files", "증명서 파일의 봉인")),
    (kinds.TEACHING_KINDS[0], Words("学时与成绩", "attendance and results", "출석과 성적")),
    (kinds.CERTIFYING_KINDS[0], Words("证书的颁发与撤销", "certificates: award, revocation", "증명서의 수여와 취소")),
    ("title.granted", Words("职称的评审与授予", "titles: panels, notices, grants", "직함의 심사와 수여")),
)
"""What a key is for, by one kind of event that it may sign."""


def since(index: int, recorded: str) -> Words:
    """From which entry on a key is good, and when that was recorded."""
    return Words(f"第 {index} 条（{recorded}）", f"entry {index} ({recorded})", f"{index}번 기록({recorded})")


def retired(index: int) -> Words:
    """That a key was retired in peace."""
    return Words(
        f"第 {index} 条起停用；此前所签仍有效",
        f"retired at entry {index}; what it signed before stays good",
        f"{index}번 기록부터 사용 중지. 그 전에 서명한 것은 계속 인정됩니다",
    )


def compromised(index: int) -> Words:
    """That a key was reported compromised."""
    return Words(
        f"已报告失密：自第 {index} 条起所签一律不作数",
        f"reported compromised: what it signed from entry {index} on counts for nothing",
        f"유출 신고됨: {index}번 기록부터 서명한 것은 인정되지 않습니다",
    )
