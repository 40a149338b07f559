"""Sentences of the pages on which many title applications take a step at once, in every language."""

from __future__ import annotations

from typing import Final

from api.languages import Words

TOGETHER: Final = Words("批量办理", "Many at once", "일괄 처리")
PANEL: Final = Words("登记一次评审会的表决", "The votes of one sitting", "한 심사회의 표결 기록")
PANEL_HOW: Final = Words(
    "先填写本次评审会，再填写每份申报的赞成票；留空的不登记。",
    "Fill in the sitting, then the votes for each application; what is left empty is not recorded.",
    "심사회를 적고 신청별 찬성 수를 적습니다. 비워 둔 것은 기록하지 않습니다.",
)
RECORD_VOTES: Final = Words("记录各项表决", "Record the votes", "표결 기록")
POST: Final = Words("发布今日的公示", "The notices of today", "오늘의 공시 게시")
POST_HOW: Final = Words(
    "勾选的申报从今日起公示。", "The notices of those ticked are posted today.", "선택한 신청을 오늘부터 공시합니다."
)
POST_ALL: Final = Words("发布所选公示", "Post the chosen notices", "선택한 공시 게시")
DECIDE: Final = Words("决定公示期满的申报", "Decisions that are due", "결정할 신청")
DECIDE_HOW: Final = Words(
    "勾选的申报合为一份提案，由另一人批准后逐份记入日志；有异议未答复的不能决定。",
    "Those ticked become one proposal; each is recorded when another person approves it. One with an unanswered"
    " objection cannot be decided.",
    "선택한 신청은 한 제안이 되어 다른 사람이 승인하면 각각 기록됩니다. "
    "답변하지 않은 이의가 있으면 결정할 수 없습니다.",
)
PROPOSE_ALL: Final = Words("提交所选决定", "Propose the chosen decisions", "선택한 결정 제안")
INCLUDE: Final = Words("选入", "Include", "포함")
NOTHING_RECORDED: Final = Words(
    "有一项或几项不对，什么都没有记录。",
    "Something is not right: nothing was recorded.",
    "잘못된 항목이 있어 아무것도 기록하지 않았습니다.",
)
NOT_ALL: Final = Words(
    "期间有变化：没有标记的已记录，有标记的没有。",
    "Something changed meanwhile: those without a mark are recorded, those with one are not.",
    "그사이 변경이 있었습니다. 표시가 없는 것은 기록되었고 표시가 있는 것은 아닙니다.",
)
NOBODY: Final = Words("没有选择任何申报。", "No application is chosen.", "선택한 신청이 없습니다.")
WAITS_ALREADY: Final = Words("已在待批准的提案中", "in a proposal that waits already", "이미 제안에 포함됨")


def recorded(count: int) -> Words:
    """How many were recorded."""
    return Words(f"已记录 {count} 项。", f"{count} recorded.", f"{count}건을 기록했습니다.")
