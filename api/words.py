"""The sentences of the pages beside those of the states (`api.banners`), each in every language, in one place."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from api.answer import Answer, State
from api.banners import BANNERS as BANNERS
from api.languages import Words as Words
from verifier.authority import Organisation
from verifier.cosignatures import Cosigned
from verifier.current import BUSINESS_ZONE
from verifier.errors import CouldNotCheck, VerificationError
from verifier.standing import Standing
from verifier.trust import Trust
from verifier.verify import Proved

REASONS: Final = {
    "fraud": Words("弄虚作假", "fraud", "부정행위"),
    "issued-in-error": Words("错误颁发", "issued in error", "착오 발급"),
    "superseded": Words("被替换", "superseded", "대체됨"),
    "other": Words("其他", "other", "기타"),
}
"""Classes of reason of a revocation."""
SINCE: Final = {
    State.NOT_YET_VALID: Words("生效日期", "valid from", "효력 발생일"),
    State.EXPIRED: Words("最后有效日", "last day of validity", "마지막 유효일"),
    State.SUSPENDED: Words("暂停日期", "suspended since", "효력 정지일"),
    State.REVOKED: Words("撤销日期", "revoked since", "취소일"),
    State.SUPERSEDED: Words("替换日期", "superseded since", "대체일"),
}
BECAUSE: Final = Words("原因", "reason", "사유")
NOT_YET_PUBLISHED: Final = Words(
    "登记簿的最新内容此刻尚未公布，请稍候再试。",
    "The newest part of the log is not published at this moment: try again shortly.",
    "등록부의 최신 내용이 지금은 공표되어 있지 않습니다. 잠시 후 다시 시도하십시오.",
)

LABELS: Final = {
    "number": Words("证书编号", "number", "증명서 번호"),
    "name": Words("姓名", "name", "성명"),
    "id_type": Words("证件类型", "ID document", "신분증 종류"),
    "id_number_masked": Words("证件号码", "ID number", "신분증 번호"),
    "programme": Words("认证项目", "programme", "인증 과정"),
    "level": Words("职称", "title", "직함(职称)"),
    "speciality": Words("专业", "speciality", "전문 분야"),
    "total": Words("总成绩", "total", "총점"),
    "awarded_on": Words("颁发日期", "awarded on", "수여일"),
    "granted_on": Words("授予日期", "granted on", "수여일"),
    "expires_on": Words("有效期至（含当日）", "valid through", "유효기간(당일 포함)"),
    "issuer": Words("颁发机构", "awarded by", "수여 기관"),
    "standing": Words("状态", "standing", "현재 효력"),
}
"""What stands beside the values that paper shows, and beside those of an answer."""
GLOSSES: Final = {
    "assistant-engineer": "보조 엔지니어",
    "engineer": "엔지니어",
    "resident-id": "중국 주민신분증",
    "passport": "여권",
    "hk-macau-permit": "홍콩·마카오 주민 본토 통행증",
    "taiwan-permit": "대만 주민 대륙 통행증",
}
"""In Korean, the values that paper shows in Chinese and English. They are no part of what was signed."""

COMPARE: Final = Words(
    "请逐项与纸面核对；不一致之处未经签署。",
    "Compare these fields with the paper: whatever differs was not signed.",
    "각 항목을 종이 증명서와 대조하십시오. 다른 부분은 서명된 내용이 아닙니다.",
)
DOMAIN: Final = Words(
    "请确认浏览器地址栏中的域名为",
    "Make sure that your browser's address bar shows",
    "브라우저 주소창의 도메인이 다음과 같은지 확인하십시오:",
)
CHECKED_AT: Final = Words("核验时间", "Checked at", "확인 시각")
DETAILS: Final = Words("证明细节", "Proof details", "증명 세부 정보")
STATEMENT: Final = Words("声明", "Statement", "진술")
ENTRY: Final = Words("登记序号", "log entry", "등록 번호")
RECORDED: Final = Words("登记时间", "recorded", "등록 시각")
LEAF: Final = Words("声明散列（叶）", "statement's hash (leaf)", "진술 해시(리프)")
KEY: Final = Words("签署密钥", "Signing key", "서명 키")
KEY_ID: Final = Words("密钥标识", "key id", "키 식별자")
KEY_OF: Final = Words("代表", "in the name of", "서명 명의")
CUSTODY: Final = Words("密钥保管", "key custody", "키 보관")
AUTHORITY: Final = Words("授权", "authority", "권한")
PATH: Final = Words("从声明到树根的路径", "Path from the statement to the root", "진술에서 루트까지의 경로")
CHECKPOINT: Final = Words("检查点", "Checkpoint", "체크포인트")
LOG: Final = Words("登记簿", "log", "등록부")
SIZE: Final = Words("条数", "entries", "기록 수")
ROOT: Final = Words("树根", "root", "루트 해시")
SIGNED_BY: Final = Words("签署密钥标识", "signed by key", "서명한 키")
NEWEST: Final = Words("最新一条登记于", "newest entry recorded", "최신 기록 등록 시각")
WITNESSES: Final = Words("见证方", "Witnesses", "증인(witness)")
NO_WITNESSES: Final = Words(
    "尚无：目前没有独立的第三方共同签署本登记簿的检查点。",
    "None yet: nobody independent cosigns this log's checkpoints so far.",
    "아직 없음: 현재 이 등록부의 체크포인트에 함께 서명하는 독립 기관이 없습니다.",
)
BEGINS_ANEW: Final = Words(
    "切换语言将从空白表单重新开始。",
    "Another language begins anew, with an empty form.",
    "언어를 바꾸면 빈 양식에서 다시 시작합니다.",
)
GET_CERTVERIFY: Final = Words("如何安装 certverify", "How to get certverify", "certverify 설치 방법")
TECHNICAL: Final = Words("技术原因（英文）", "Reason", "기술적 사유(영문)")
"""Before what there is in English alone; `verifier/web/src/sentences.json` says the same."""
LAST_GOOD: Final = Words("最近一次核验无误的检查点", "Last good checkpoint", "마지막으로 검증된 체크포인트")
NO_LAST_GOOD: Final = Words(
    "自本服务启动以来，还没有核验无误的检查点。",
    "Since this server started, no checkpoint has verified.",
    "이 서버가 시작된 이후 검증된 체크포인트가 없습니다.",
)
CURRENT: Final = Words(
    "查看更正后的现行证书", "Open the corrected certificate that replaced it", "대체한 정정 증명서 보기"
)
RECEIPT: Final = Words("核验回执（PDF）", "Verification receipt (PDF)", "검증 확인서(PDF)")
RECEIPT_WHAT: Final = Words(
    "供存档：写明此刻依据哪一检查点核验了什么，附证据并加签，可用 certverify 核验。",
    "For your files: what was checked now and by which checkpoint, signed, with the evidence; certverify checks it.",
    "보관용: 지금 어느 체크포인트를 기준으로 무엇을 확인했는지 증거와 서명을 담아 기록하며, certverify로 검증할 수 "
    "있습니다.",
)
LANGUAGE: Final = Words("语言", "Language", "언어")
HOME: Final = Words("首页", "Front page", "첫 화면")
TYPED: Final = Words("输入编号核验", "Check by number", "번호로 확인")
BULK: Final = Words("批量核验", "Check many at once", "여러 건 확인")
EXPLORE: Final = Words("登记簿浏览", "Explore the log", "등록부 탐색")
NOTICES: Final = Words("职称公示", "Public notices", "직함 공시")
SCAN: Final = Words("扫描或选取文件", "Scan or pick a file", "스캔 또는 파일로 확인")
COMPARE_FILE: Final = Words("比对 PDF", "Compare a PDF", "PDF 비교")
TRUST: Final = Words("信任从何而来", "Where trust comes from", "신뢰의 근거")
GUARD: Final = Words("防伪提示", "Against fraud", "위조 방지 안내")
NEVER_ASKS: Final = Words(
    "本站从不要求登录、付款或安装程序；有此要求的页面不是本站。",
    "This site never asks anybody to log in, to pay or to install anything: a page that does is not ours.",
    "이 사이트는 로그인, 결제, 프로그램 설치를 요구하지 않습니다. 그런 것을 요구하는 페이지는 이 사이트가 아닙니다.",
)
OWN_DEVICE: Final = Words(
    "别人在自己屏幕上给您看的结果不是证据：请用您自己的设备亲自扫描，或不用二维码，自己在地址栏输入",
    "What somebody shows you on their own screen is no evidence: scan it yourself on your own device or, without any "
    "code, type this address yourself and then number and name:",
    "다른 사람이 자신의 화면으로 보여 주는 결과는 증거가 아닙니다. 본인의 기기로 직접 스캔하거나, QR 코드 없이 "
    "주소창에 직접 다음 주소를 입력한 뒤 번호와 성명을 입력하십시오:",
)
NOT_FOUND: Final = Words("没有这个页面", "No such page", "없는 페이지입니다")
NOT_ALLOWED: Final = Words("此处不接受该请求", "This is not accepted here", "여기서는 받아들이지 않는 요청입니다")
BROKEN: Final = Words(
    "服务器出错，请稍后再试",
    "Something went wrong here: try again later",
    "서버에 문제가 생겼습니다. 잠시 후 다시 시도하십시오",
)

PROOF_TITLE: Final = Words("核验证明", "Check a proof", "증명 확인")
NOT_CHECKED_YET: Final = Words("尚未核验", "Not checked yet", "아직 확인하지 않음")
NEEDS_SCRIPT: Final = Words(
    "本页在您的浏览器中核验证明，不会把证明发送到任何地方，因此需要 JavaScript。",
    "This page checks the proof in your browser and sends it nowhere, which needs JavaScript.",
    "이 페이지는 증명을 어디로도 보내지 않고 브라우저 안에서 확인하므로 JavaScript가 필요합니다.",
)
STAYS_LIKE_THIS: Final = Words(
    "如果此页一直如此：请扫描证书左侧的二维码，打开无需 JavaScript 的核验网页，或用离线工具核验：",
    "If this page stays like this: scan the code on the left of the paper, which opens a page that needs no "
    "JavaScript, or use the offline tool:",
    "이 페이지가 계속 이 상태라면 증명서 왼쪽의 QR 코드를 스캔하여 JavaScript가 필요 없는 확인 페이지를 여시거나, "
    "다음 오프라인 도구를 사용하십시오:",
)


REFUSALS: Final = {
    "malformed": Words(
        "不是规定的格式。",
        "It is not in the one form that is accepted.",
        "허용되는 형식이 아닙니다.",
    ),
    "bad-signature": Words(
        "签名不符：签署之后有字节被改动，或由另一密钥签署。",
        "The signature does not fit: a byte was changed after signing, or another key signed.",
        "서명이 맞지 않습니다. 서명 후 바이트가 바뀌었거나 다른 키로 서명되었습니다.",
    ),
    "unknown-key": Words(
        "签署所用的密钥不为登记簿所知。",
        "The log knows no such key.",
        "등록부가 알지 못하는 키로 서명되었습니다.",
    ),
    "not-entitled": Words(
        "签署所用的密钥当时无权签署此类内容。",
        "The key that signed was not entitled to this at its place in the log.",
        "서명한 키에는 당시 이 내용에 서명할 권한이 없었습니다.",
    ),
    "key-compromised": Words(
        "签署所用的密钥已被报告失密。",
        "The key that signed was reported compromised.",
        "서명한 키가 유출된 것으로 신고되었습니다.",
    ),
    "not-included": Words(
        "没有成立的证明表明它在登记簿中。",
        "No proof that holds says that it is in the log.",
        "등록부에 있다는 증명이 성립하지 않습니다.",
    ),
    "inconsistent": Words(
        "登记簿的两处内容互相矛盾。",
        "Two views of the log contradict each other.",
        "등록부의 두 내용이 서로 모순됩니다.",
    ),
    "mismatch": Words(
        "所示内容不是当初签署的内容：有一项被改动，或被换成另一份证书的内容。",
        "What it shows is not what was signed: a field was changed, or belongs to another certificate.",
        "표시된 내용이 서명된 내용과 다릅니다. 항목이 바뀌었거나 다른 증명서의 것입니다.",
    ),
    "not-approved": Words(
        "批准签名不成立：签的是其他内容，或不是该审批人的通行密钥。",
        "The approval does not hold: something else was signed, or not by the approver's passkey.",
        "승인 서명이 성립하지 않습니다. 다른 내용에 서명했거나 승인자의 패스키가 아닙니다.",
    ),
    "not-as-issued": Words(
        "文件的封印不成立：签发之后有字节被改动，或没有封印。",
        "The file's seal does not hold: a byte was changed since it was issued, or it has none.",
        "파일의 봉인이 성립하지 않습니다. 발급 후 바이트가 바뀌었거나 봉인이 없습니다.",
    ),
    "rule-broken": Words(
        "登记簿中的先后经过不合规则。",
        "What the log tells of it breaks a rule.",
        "등록부의 경과가 규칙에 어긋납니다.",
    ),
    "could-not-check": Words(
        "核验所需的内容未能取得或读取。",
        "Something that the check needs could not be had or read.",
        "확인에 필요한 내용을 얻거나 읽지 못했습니다.",
    ),
}
"""The class of what is wrong, by the code of the error (`verifier.errors`)."""


def refusal(error: VerificationError | CouldNotCheck) -> Words:
    """What is wrong: its class in the reader's language, and the field or byte as the verifier names it, in English."""
    kind = REFUSALS.get(error.code, REFUSALS["could-not-check"])
    return Words(f"{kind.zh}（{error.message}）", f"{kind.en} ({error.message})", f"{kind.ko} ({error.message})")


def reason(answer: Answer) -> Words | None:
    """Since when and why, where there is something to say beyond the state's own sentence."""
    if answer.code == "not-yet-published":
        return NOT_YET_PUBLISHED
    if answer.state not in SINCE or answer.changed_on is None:
        return None
    since, day = SINCE[answer.state], answer.changed_on
    if answer.reason is None:
        return Words(f"{since.zh} {day}", f"{since.en} {day}", f"{since.ko} {day}")
    why = REASONS.get(answer.reason, Words(answer.reason, answer.reason, answer.reason))
    return Words(
        f"{since.zh} {day}，{BECAUSE.zh}：{why.zh}",
        f"{since.en} {day}, {BECAUSE.en}: {why.en}",
        f"{since.ko} {day}, {BECAUSE.ko}: {why.ko}",
    )


def standing(value: Standing) -> Words:
    """The word for what stands of an award."""
    return BANNERS[value.value].word


def as_of(size: int) -> Words:
    """The log that an answer is of; its entries are numbered from 0."""
    return Words(
        f"依据登记簿第 {size - 1} 条为止（共 {size} 条）",
        f"as of log entry {size - 1} ({size} entries)",
        f"등록부 {size - 1}번 기록까지 기준(총 {size}건)",
    )


def authorised(since: int) -> Words:
    """Where a key got what it may sign: the entry of the log that authorised it."""
    return Words(
        f"由登记簿第 {since} 条授权签署此类内容",
        f"authorised for this kind of statement by log entry {since}",
        f"등록부 {since}번 기록으로 이런 종류의 진술에 서명할 권한을 받음",
    )


def path_told(index: int, neighbours: int) -> Words:
    """What the drawing of a path shows, in a sentence."""
    return Words(
        f"第 {index} 条的散列依次与 {neighbours} 个相邻散列合并，得到登记簿签署的树根。",
        f"The hash of entry {index}, joined with {neighbours} neighbours in turn, gives the root that the log signed.",
        f"{index}번 기록의 해시를 이웃 해시 {neighbours}개와 차례로 합치면 등록부가 서명한 루트 해시가 됩니다.",
    )


def custody(proved: Proved, trust: Trust) -> Words:
    """Who holds the issuer's key, and what that means for what the signature proves."""
    name = _named(proved.logged.organisation)
    if proved.logged.key.custody == "organisation":
        return Words(
            f"密钥由{name.zh}自行保管。", f"{name.en} holds its key itself.", f"키는 {name.ko}이(가) 직접 보관합니다."
        )
    known = trust.organisations.get(trust.base)
    base = _named(known) if known else Words(trust.base, trust.base, trust.base)
    return Words(
        f"密钥由{base.zh}代{name.zh}保管：签名证明的是前者以后者名义所述。",
        f"Key held by {base.en} for {name.en}: the signature proves what the former said in the latter's name.",
        f"키는 {base.ko}이(가) {name.ko}을(를) 대신해 보관합니다. 서명은 전자가 후자의 이름으로 진술했음을 증명합니다.",
    )


def _named(organisation: Organisation) -> Words:
    """An organisation by its name, with the code that it has in the log. Its names are in Chinese and English alone."""
    zh, en = (f"{organisation.name_zh}（{organisation.code}）", f"{organisation.name_en} ({organisation.code})")
    return Words(zh, en, en)


def cosigned(found: Cosigned) -> Words:
    """Which witnesses cosigned a checkpoint, and when; and that too few did, where the quorum is missing."""
    count, of = len(found.cosignatures), len(found.policy.witnesses)
    names = [f"{item.witness} ({moment(item.at)})" for item in found.cosignatures]
    listed_zh, listed = (f"：{'、'.join(names)}" if names else ""), (f": {', '.join(names)}" if names else "")
    missing = Words("", "", "")
    if not found.quorum:
        missing = Words(
            "。尚未达到所要求的人数：certverify 此时不据此判断证书是否有效。",
            ". That is fewer than are asked for: until there are more, certverify does not say by it what stands.",
            ". 요구되는 수에 미치지 못하므로 certverify는 그때까지 이를 근거로 유효 여부를 판단하지 않습니다.",
        )
    return Words(
        f"{of} 个见证方中有 {count} 个联署了此检查点{listed_zh}{missing.zh}",
        f"{count} of {of} witnesses cosigned this checkpoint{listed}{missing.en}",
        f"증인 {of}곳 중 {count}곳이 이 체크포인트에 연서했습니다{listed}{missing.ko}",
    )


def moment(at: datetime) -> str:
    """A moment in the base's own time."""
    return f"{at.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M:%S} (UTC+8)"


def age(span: timedelta) -> Words:
    """How long ago something was, in the largest whole unit; what lies ahead by a clock's difference is now."""
    seconds = max(0, int(span.total_seconds()))
    for unit, (zh, en, ko) in (
        (86400, ("天", "day", "일")),
        (3600, ("小时", "hour", "시간")),
        (60, ("分钟", "minute", "분")),
    ):
        if (count := seconds // unit) > 0:
            return Words(f"{count} {zh}前", f"{count} {en}{'s' if count > 1 else ''} ago", f"{count}{ko} 전")
    return Words("刚刚", "just now", "방금")
