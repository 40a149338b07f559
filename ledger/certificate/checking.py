"""How to check a certificate, today and in twenty years: the second page, and the same in a file beside the proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.certificate.page import Bilingual, CertificatePage
from verifier import scan

PROOF: Final = scan.ATTACHMENT
TLOG_PROOF: Final = "inclusion.tlog-proof"
TRUST: Final = "trust.txt"
README: Final = "README.txt"


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of the second page and what stands under it: paragraphs, or steps that are numbered."""

    title: Bilingual
    paragraphs: tuple[Bilingual, ...]
    numbered: bool = False


HEADING: Final = Bilingual(
    "如何核验本证书：今天，以及二十年后", "How to check this certificate: today, and in twenty years"
)


def sections(page: CertificatePage) -> tuple[Section, ...]:
    """What the second page says, in its order; all of it comes from what is signed or from the trust file."""
    return (_by_phone(page), _by_hand(page), _offline(), _contents(), _by_yourself(page), _meaning(page))


def marks(page: CertificatePage) -> tuple[tuple[Bilingual, str], ...]:
    """What to compare by another way before a trust file is relied on, each with its label."""
    log = page.log
    return (
        (Bilingual("日志名称", "Log origin"), log.origin),
        (Bilingual("日志指纹：第 0 条的 SHA-256", "Log fingerprint: SHA-256 of entry 0"), log.fingerprint),
        (Bilingual("检查点公钥（C2SP 格式）", "Checkpoint key (C2SP verifier key)"), log.checkpoint_key),
        (Bilingual("该公钥的指纹（RFC 9679）", "Thumbprint of that key (RFC 9679)"), log.checkpoint_key_id),
        (
            Bilingual("本证书在日志中的位置", "This certificate in the log"),
            f"{page.number} · {log.index} / {log.size}",
        ),
    )


def readme(page: CertificatePage) -> str:
    """The second page as plain text, a paragraph a line, English before Chinese."""
    lines = [HEADING.en, HEADING.zh, ""]
    for label, value in marks(page):
        lines += [f"{label.en} / {label.zh}:", f"    {value}"]
    for section in sections(page):
        lines += ["", section.title.en, section.title.zh]
        for at, paragraph in enumerate(section.paragraphs, 1):
            mark = f"{at}. " if section.numbered else ""
            lines += [mark + paragraph.en, mark + paragraph.zh]
    return "\n".join(lines) + "\n"


def _by_phone(page: CertificatePage) -> Section:
    return Section(
        Bilingual("三秒：用您自己的手机", "Three seconds: with your own phone"),
        (
            Bilingual(
                f"扫描第一页左侧二维码，确认地址栏中的网址属于 {page.domain}，再对照网页与纸面的姓名、编号、日期。"
                "该网页从不要求登录或付款。别人在自己屏幕上出示的结果不是证据。",
                f"Scan the left code of the first page. Make sure that the address is at {page.domain}, and compare "
                "name, number and dates with the paper. That page never asks for a login or a payment. What somebody "
                "shows you on their own screen is no evidence.",
            ),
        ),
    )


def _by_hand(page: CertificatePage) -> Section:
    return Section(
        Bilingual("不用二维码：编号与姓名", "Without the code: number and name"),
        (
            Bilingual(
                f"自行在浏览器输入 {page.domain}，填写编号 {page.number} 与持证人姓名。二维码可以被替换，"
                "您亲手输入的网址不会。",
                f"Type {page.domain} into a browser yourself, and there the number {page.number} and the holder's "
                "name. A code can be replaced; an address that you type cannot.",
            ),
        ),
    )


def _offline() -> Section:
    return Section(
        Bilingual("离线：本 PDF 文件与 certverify", "Offline: this PDF file and certverify"),
        (
            Bilingual(
                f"运行 certverify check 文件.pdf --trust {TRUST} --offline。信任文件应经另一途径取得，"
                f"或先按下方指纹比对；文件内附的 {TRUST} 自身不足为信。",
                f"Run certverify check FILE.pdf --trust {TRUST} --offline. Get the trust file by another way, or first "
                f"compare the marks below by one: the {TRUST} inside this file does not vouch for itself.",
            ),
        ),
    )


def _contents() -> Section:
    return Section(
        Bilingual("本 PDF 内附的文件", "What is attached to this PDF"),
        (
            Bilingual(
                f"{PROOF}：签名声明、收据与所披露的内容，与右侧二维码相同。",
                f"{PROOF}: the signed statement with its receipt and what it discloses, as in the right code.",
            ),
            Bilingual(
                f"{TLOG_PROOF}：该条目在日志中的证明与检查点。",
                f"{TLOG_PROOF}: the proof that its entry is in the log, with the checkpoint.",
            ),
            Bilingual(
                f"{TRUST}：签发时的公钥、机构与项目。{README}：本页文字。",
                f"{TRUST}: keys, organisations and programmes as of then. {README}: the text of this page.",
            ),
        ),
    )


def _by_yourself(page: CertificatePage) -> Section:
    return Section(
        Bilingual("不用我们的软件：只凭公开标准", "Without our software: by open standards alone"),
        (
            Bilingual(
                f"{PROOF} 是 CBOR（RFC 8949）编码的 COSE_Sign1（RFC 9052）。"
                "把非保护头换成空映射（字节 a0），即得日志条目。",
                f"{PROOF} is a COSE_Sign1 (RFC 9052) in CBOR (RFC 8949). With its unprotected header replaced by an "
                "empty map (byte a0) it is the log's entry.",
            ),
            Bilingual(
                f"按保护头的 kid 在 {TRUST} 中找到公钥及其机构，核对条目的 Ed25519 签名（RFC 8032）。",
                f"Find the key that kid names, and whose it is, in {TRUST}; check the entry's signature by it "
                "(Ed25519, RFC 8032).",
            ),
            Bilingual(
                "非保护头标签 17 下每项披露的 SHA-256 须等于载荷中的哈希；其中的姓名、编号、日期须与纸面相同。",
                "Each disclosure under label 17 of the unprotected header must have a SHA-256 that the payload names; "
                "compare the name, number and total in it with the paper.",
            ),
            Bilingual(
                f"叶 = SHA-256(00 ‖ 条目)。沿 {TLOG_PROOF}（C2SP tlog-proof）的路径算到根（RFC 9162），"
                "须等于检查点的根；检查点（C2SP tlog-checkpoint）由下方公钥签名。"
                "标签 394 下的收据（RFC 9942）证明同一件事。",
                f"Leaf = SHA-256(00 ‖ entry). The path in {TLOG_PROOF} (C2SP tlog-proof) must lead to the root in its "
                "checkpoint (RFC 9162); the checkpoint (C2SP tlog-checkpoint) is signed by the key below. The receipt "
                "under label 394 (RFC 9942) proves the same.",
            ),
            Bilingual(
                f"是否仍然有效：查 {page.base_url}/log/status/ 下的状态表（IETF Token Status List）中本证书的位置；"
                "任何人都可由公开日志（C2SP tlog-tiles）重新算出该表。",
                f"Whether it still stands: this award's place in the status list (IETF Token Status List) under "
                f"{page.base_url}/log/status/, which anyone can fold again from the published log (C2SP tlog-tiles).",
            ),
        ),
        numbered=True,
    )


def _meaning(page: CertificatePage) -> Section:
    held = page.custody == "base"
    return Section(
        Bilingual("证明什么，不证明什么", "What this proves, and what it does not"),
        (
            Bilingual(
                ("培训基地以其代管的该机构密钥" if held else "该机构以其自己的密钥")
                + "签署了第一页的内容，并已列入公开日志。"
                "不证明：今天仍然有效（须另查）；出示者就是持证人；从未记入日志的事。",
                (
                    "The training base signed what the first page shows, with the organisation's key that it holds, "
                    if held
                    else "The organisation signed what the first page shows, with a key of its own, "
                )
                + "and it is in the public log. Not proved: that it still stands today; that who shows it is the "
                "holder; anything that was never logged.",
            ),
        ),
    )
