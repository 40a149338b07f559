"""The words of the audit's page in Chinese, English and Korean. Reasons are the verifier's own, in English."""

from __future__ import annotations

from typing import Final, NamedTuple


class Words(NamedTuple):
    """One thing to say, in the three languages."""

    zh: str
    en: str
    ko: str

    def in_(self, language: str) -> str:
        """In one of `LANGUAGES`."""
        said: str = getattr(self, language)
        return said


LANGUAGES: Final = ("zh", "en", "ko")
TAGS: Final = {"zh": "zh-CN", "en": "en", "ko": "ko"}
"""BCP 47 tags."""

WORDS: Final = {
    "title": Words("登记簿审计报告", "Audit of a log", "등록부 감사 보고서"),
    "good": Words("良好", "Good", "양호"),
    "not_good": Words("不良", "Not good", "불량"),
    "not_checked": Words("无法核查", "Could not check", "확인할 수 없음"),
    "good_words": Words(
        "每条记录、每个哈希块和每份清单均无误。",
        "Every entry, tile and list is in order.",
        "모든 항목, 타일, 목록에 이상이 없습니다.",
    ),
    "findings_words": Words(
        "记录均无误，但有事项须由审计人判断。",
        "Every entry is in order; there are findings for the auditor to judge.",
        "항목에는 이상이 없으나 감사인이 판단할 사항이 있습니다.",
    ),
    "wrong_words": Words(
        "发现错误，见下表。",
        "Something is wrong: see the table below.",
        "잘못된 것이 있습니다. 아래 표를 보십시오.",
    ),
    "unchecked_words": Words(
        "有内容未能取得，因此既不能说好，也不能说坏。",
        "Not everything could be had: this says neither good nor bad.",
        "일부를 얻을 수 없어 양호하다고도 불량하다고도 할 수 없습니다.",
    ),
    "log": Words("登记簿", "Log", "등록부"),
    "made_at": Words("报告时间（UTC）", "Made at (UTC)", "작성 시각(UTC)"),
    "size": Words("记录数", "Entries", "항목 수"),
    "judged": Words("已审记录", "Entries judged", "감사한 항목"),
    "root": Words("根哈希", "Root hash", "루트 해시"),
    "checkpoint": Words("检查点及其签名", "Checkpoint and its signatures", "체크포인트와 서명"),
    "checkpoint_words": Words(
        "请保存此检查点：下次审计以 --since 给出，即可发现被改写的历史。",
        "Keep this checkpoint: given to the next audit with --since, it finds a history that was rewritten.",
        "이 체크포인트를 보관하십시오. 다음 감사에서 --since로 주면 다시 쓰인 이력을 찾아냅니다.",
    ),
    "problems": Words("错误", "Wrong", "오류"),
    "findings": Words("须判断事项", "For the auditor to judge", "감사인이 판단할 사항"),
    "unchecked": Words("未能核查", "Could not be checked", "확인할 수 없었던 것"),
    "disowned": Words("已否认的记录", "Disowned entries", "부인된 항목"),
    "notes": Words("说明", "Notes", "비고"),
    "none": Words("无。", "None.", "없음."),
    "index": Words("序号", "Entry", "항목"),
    "place": Words("位置", "Place", "위치"),
    "code": Words("代码", "Code", "코드"),
    "reason": Words("理由", "Reason", "이유"),
    "counts": Words("登记簿的构成", "What the log is made of", "등록부의 구성"),
    "by_kind": Words("按种类", "By kind", "종류별"),
    "by_organisation": Words("按机构（签发者）", "By organisation (issuer)", "기관별(발행자)"),
    "by_month": Words("按记录月份", "By month of recording", "기록 월별"),
    "by_custody": Words("按密钥保管方", "By who holds the key", "키 보관자별"),
    "chart_words": Words(
        "条形图，数值见旁边的表。",
        "Bars; the numbers stand in the table beside them.",
        "막대그래프. 수치는 옆의 표에 있습니다.",
    ),
    "kind": Words("种类", "Kind", "종류"),
    "organisation": Words("机构", "Organisation", "기관"),
    "month": Words("月份", "Month", "월"),
    "custody": Words("保管方", "Held by", "보관자"),
    "held_by_base": Words("基地", "base", "기지"),
    "held_by_organisation": Words("机构", "organisation", "기관"),
    "many": Words("记录数", "Entries", "항목 수"),
    "total": Words("合计", "Total", "합계"),
    "replayed": Words("决定重演", "Decisions replayed", "결정 재현"),
    "keys": Words("密钥", "Keys", "키"),
    "key": Words("密钥", "Key", "키"),
    "kinds": Words("可签种类", "May sign", "서명할 수 있는 종류"),
    "since": Words("自", "From", "부터"),
    "until": Words("至", "Until", "까지"),
    "compromised": Words("自此失密", "Compromised as of", "유출 시점"),
    "limits": Words("本次审计不涉及的内容", "What no audit of the log can see", "등록부 감사로 알 수 없는 것"),
    "limits_words": Words(
        "登记簿只以哈希显示个人数据，因此审计核查的是签名、权限、顺序和公开规则，而不是成绩、学时或姓名。"
        "由登记簿自身密钥重写并重新签名的历史，只有与另存的检查点比较才能发现。",
        "The log shows personal values as hashes only. So an audit checks signatures, authority, order and the public "
        "rules, not scores, hours or names. A history that was rewritten and signed again by the log's own keys is "
        "found only by comparison with a checkpoint that somebody kept.",
        "등록부는 개인 정보를 해시로만 보여 줍니다. 따라서 감사는 서명, 권한, 순서, 공개된 규칙을 확인하며 "
        "성적, 시간, 이름은 확인하지 않습니다. "
        "등록부의 키로 다시 쓰고 다시 서명한 이력은 따로 보관한 체크포인트와 비교해야만 드러납니다.",
    ),
    "english": Words("理由为验证程序的英文原文。", "", "이유는 검증 프등록부램의 영어 원문입니다."),
}
