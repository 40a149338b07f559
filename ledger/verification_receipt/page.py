"""What stands on a verification receipt's pages, and the words around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from ledger.certificate.glyphs import visible
from ledger.certificate.page import Bilingual
from ledger.issue import award_names
from ledger.verification_receipt.making import Made
from verifier.current import BUSINESS_ZONE
from verifier.kinds import CertificateAwarded
from verifier.recheck import Recheck, Rechecked, Stood
from verifier.standing import Standing
from verifier.trust import Trust
from verifier.verification_receipt import FILE, LINK, Item, Presented

_SHOWN: Final = 120
"""Characters of a text that anybody may have written; up to 500 stand in the attached receipt."""


@dataclass(frozen=True, slots=True)
class Told:
    """How a state is told: in three languages, with an icon and a tone."""

    zh: str
    en: str
    ko: str
    icon: str
    """An SVG path in a square of 24 by 24."""
    tone: str
    """`good`, `wait`, `bad` or `unknown`: the colour, which says nothing alone."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that the served pages have for the same things."""

    states: Mapping[str, Told]
    """By state, and by a code of a reason that has words of its own."""
    since: Mapping[str, tuple[str, str]]
    """By state: what the day from which it counts is called, in Chinese and English."""
    reasons: Mapping[str, tuple[str, str]]
    """Classes of reason of a revocation, in Chinese and English."""
    turned_away: Mapping[str, tuple[str, str]]
    """Why a piece was not looked at, by the code of the reason, in Chinese and English."""


def words(made: Made, vocabulary: Vocabulary) -> dict[str, Any]:
    """The texts of the pages by their place in the template."""
    found, trust = made.found, made.trust
    base = trust.organisations[trust.base]
    moment = f"{found.checked_at.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M:%S} (UTC+8)"
    counts = Counter(_told(item.item, vocabulary) for item in found.items)
    return {
        "title": f"核验回执 Verification receipt {moment}",
        "author": base.name_zh,
        "base": _pair(base.name_zh, base.name_en),
        "heading": {"zh": "核验回执", "en": "Verification receipt", "ko": "검증 확인서"},
        "facts": _facts(made, moment),
        "counts": [{**_state(told), "count": str(count)} for told, count in counts.items()],
        "omitted": _omitted(found.receipt.turned_away, vocabulary),
        "columns": [
            *(_pair("序号", "No."), _pair("所核验的", "What was presented"), _pair("结果", "Result")),
            _pair("证书", "Certificate"),
        ],
        "items": [_item(item, number, trust, vocabulary) for number, item in enumerate(found.items, 1)],
        "sections": _sections(found, trust),
        "korean": _KOREAN,
        "digest_label": _pair("回执散列", "SHA-256 of the receipt"),
        "digest": sha256(made.data).hexdigest(),
    }


def _facts(made: Made, moment: str) -> list[dict[str, Any]]:
    found = made.found
    head, key = found.checkpoint, found.key
    signer = made.trust.organisations[key.organisation]
    return [
        _fact("核验时间", "Checked at", moment),
        _fact("截至", "As of", f"登记簿第 {head.size - 1} 条", f"log entry {head.size - 1} ({head.size} entries)"),
        _fact("登记簿", "Log", head.origin),
        _fact("签署", "Signed by", signer.name_zh, f"{signer.name_en} ({signer.code})"),
        _fact("检查点树根", "Checkpoint root", head.root.hex(), code=True),
        _fact("签署密钥", "Signing key", key.kid.hex(), code=True),
    ]


def _omitted(turned_away: Mapping[str, int], vocabulary: Vocabulary) -> dict[str, Any] | None:
    """That something was sent along and not checked, how much and why; None where nothing was."""
    if not turned_away:
        return None
    count = sum(turned_away.values())
    reasons = [
        {**_pair(*vocabulary.turned_away.get(code, (code, code))), "count": str(number)}
        for code, number in turned_away.items()
    ]
    verb = "was" if count == 1 else "were"
    said = _pair(
        f"另有 {count} 项未核验，不在本回执之内：", f"{count} more {verb} sent and not checked, and no part of this:"
    )
    return {**said, "reasons": reasons}


def _item(item: Rechecked, number: int, trust: Trust, vocabulary: Vocabulary) -> dict[str, Any]:
    return {
        "number": str(number),
        "presented": _presented(item.item.presented),
        "state": _state(_told(item.item, vocabulary)),
        "since": None if item.stood is None else _since(item.stood, vocabulary),
        "award": None if item.stood is None else _award(item.stood, trust),
        "basis": _pair("证据附于本文件", "evidence in this file")
        if item.stood
        else _pair("仅为本机构所述，未附证据", "the base's word alone, without evidence"),
        "code": "" if item.stood else item.item.code,
    }


def _told(item: Item, vocabulary: Vocabulary) -> Told:
    return vocabulary.states.get(item.code) or vocabulary.states[item.state]


def _state(told: Told) -> dict[str, str]:
    return {"zh": told.zh, "en": told.en, "ko": told.ko, "icon": told.icon, "tone": told.tone}


def _presented(shown: Presented) -> dict[str, Any]:
    label = {LINK: _pair("链接码", "Link"), FILE: _pair("文件", "File")}.get(shown.kind, _pair("输入", "Typed"))
    parts = [visible(text, _SHOWN) for text in (shown.text, shown.name) if text]
    return {"label": label, "text": " · ".join(parts), "digest": shown.digest.hex()}


def _award(stood: Stood, trust: Trust) -> dict[str, Any]:
    event, logged = stood.proved.event, stood.proved.logged
    names, organisation = award_names(stood.proved, trust), logged.organisation
    named = f"{organisation.name_en} ({organisation.code})"
    if isinstance(event, CertificateAwarded):
        by = _fact("颁发机构", "Awarded by", organisation.name_zh, named)
        days = [
            _fact("颁发日期", "Awarded on", str(event.awarded_on)),
            _fact("有效期至（含当日）", "Valid through", str(event.expires_on)),
        ]
    else:
        speciality = visible(str(event.speciality), _SHOWN)
        by = _fact("授予机构", "Granted by", organisation.name_zh, named)
        days = [_fact("专业", "Speciality", speciality), _fact("授予日期", "Granted on", str(event.granted_on))]
    if logged.key.custody == "base":
        by["note"] = _pair("密钥由基地代管", "the base holds its key")
    entry = _fact("登记序号", "Log entry", str(stood.proved.index))
    return {
        "name": visible(str(event.name), _SHOWN),
        "number": str(event.number),
        "names": _pair(names.zh, names.en),
        "facts": [*days, by, entry],
        "line": " · ".join([*(str(fact["zh"]) for fact in days), organisation.name_zh]),
    }


def _since(stood: Stood, vocabulary: Vocabulary) -> dict[str, str] | None:
    """From which day a state counts and why, where it has one."""
    standing, award = stood.current.standing, stood.current.award
    day = None if standing is None else award.since(standing)
    if standing is None or day is None:
        return None
    zh, en = vocabulary.since[standing.value]
    if standing is not Standing.REVOKED or award.revoked_for is None:
        return _pair(f"{zh} {day}", f"{en} {day}")
    why = vocabulary.reasons.get(award.revoked_for, (award.revoked_for, award.revoked_for))
    return _pair(f"{zh} {day}，{why[0]}", f"{en} {day}, {why[1]}")


_HELD: Final = Bilingual(
    "颁发机构的密钥由基地代管的，其签名证明的是基地以其名义所述。",
    " Where the base holds an awarding organisation's key, its signature proves what the base said in its name.",
)
_KOREAN: Final = (
    "이 확인서는 위 시각에 위 등록부를 기준으로 한 답변이며, 그 이후의 상태는 알려 주지 않습니다. certverify check "
    "명령으로 이 파일을 오프라인에서도 검증할 수 있습니다."
)


def _sections(found: Recheck, trust: Trust) -> list[dict[str, dict[str, str]]]:
    where = f"{trust.address.partition('://')[2]}/trust"
    held = any(item.stood and item.stood.proved.logged.key.custody == "base" for item in found.items)
    proves = _pair(
        "以上是本机构在所示时间、依据所示登记簿作出的答复。凡附有证据的，其签名、登记与状态的证据均在本文件所附的 "
        "verification.cbor 中，任何人都可据以重新推算，不必信任本机构。对提交核验的文件，本回执只保留其散列。",
        "These are the base's answers at the time and by the log shown. Where there is evidence, the attached "
        "verification.cbor holds it: signatures, log and status list, from which anyone can work the answer out again "
        "without believing the base. Of a file that was sent in, the receipt keeps the hash alone.",
    )
    does_not = _pair(
        "本回执不说明此后的状态：证书可能在核验之后被暂停、撤销或更正。它也不证明出示证书的人就是持有人。"
        + (_HELD.zh if held else ""),
        "It says nothing of later days: a certificate can be suspended, revoked or corrected after the check. Nor does "
        "it prove that whoever showed a certificate is its holder." + (_HELD.en if held else ""),
    )
    how = _pair(
        f"用 certverify check 核验本文件（离线亦可），所用信任文件见 {where}，请通过其他途径核对其散列。"
        "文件中任何一个字节被改动都会被发现；打印件不能代替本文件。",
        f"Run certverify check on this file, offline if you like, with the trust file from {where} whose hash you "
        "compared by another way. One changed byte is found. A printed copy does not stand for the file.",
    )
    return [
        {"head": _pair("证明什么", "What it proves"), "text": proves},
        {"head": _pair("不证明什么", "What it does not prove"), "text": does_not},
        {"head": _pair("如何核验本回执", "How to check this document"), "text": how},
    ]


def _pair(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def _fact(zh: str, en: str, value_zh: str, value_en: str = "", *, code: bool = False) -> dict[str, Any]:
    return {"label": _pair(zh, en), "zh": value_zh, "en": value_en, "code": code, "note": None}
