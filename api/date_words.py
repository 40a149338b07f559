"""The sentences of the two questions about a day, each in every language of the pages."""

from __future__ import annotations

from datetime import date
from typing import Final

from api.languages import Words

TITLE: Final = Words("某一天的状态", "At a date", "특정 날짜의 상태")
ON: Final = Words(
    "按现在的登记，这一天有效吗？",
    "Was it valid on that day, by what the log says now?",
    "현재 등록 내용에 따르면 그날 유효했습니까?",
)
AS_OF: Final = Words(
    "这一天结束时，本页会怎么说？",
    "What would this page have said at the end of that day?",
    "그날이 끝날 때 이 페이지는 무엇이라고 했겠습니까?",
)
DAY: Final = Words("日期", "Day", "날짜")
ASK: Final = Words("查询", "Ask", "조회")
NOT_TODAY: Final = Words(
    "以下不是今天的状态；今天的状态见上方。",
    "This is not the state of today, which stands above.",
    "아래는 오늘의 상태가 아닙니다. 오늘의 상태는 위에 있습니다.",
)
OF_TODAY: Final = Words(
    "所问的日期就是今天，今天尚未结束：此后仍可能有新的登记。",
    "The day asked for is today, and it is not over: more may be recorded of it.",
    "조회한 날짜는 오늘이며 아직 끝나지 않았습니다. 이후 새로운 기록이 추가될 수 있습니다.",
)
NOT_IN_LOG: Final = Words("尚未登记", "Not in the log yet", "아직 등록되지 않음")
PROVED_BY: Final = Words("依据的登记簿", "Proved by the log of", "근거가 되는 등록부")
ROOT: Final = Words("其树根", "Its root", "해당 트리 루트")
LAST: Final = Words("其最后一条登记于", "Its last entry was recorded", "마지막 기록 시각")
NEXT: Final = Words("下一条登记于", "The next entry was recorded", "다음 기록 시각")
NONE_YET: Final = Words("尚无", "none yet", "아직 없음")
EMPTY: Final = Words("当时尚无任何登记", "nothing had been recorded", "당시 기록 없음")
CLOCK: Final = Words(
    "登记时间出自登记簿自己的时钟。登记在后的条目不会早于在前的条目，但若要证明时钟本身，须有当时保存的检查点。",
    "Recorded times are by the ledger's own clock. No entry has an earlier time than the one before it; for the clock "
    "itself a checkpoint that somebody kept that day is proof.",
    "기록 시각은 등록부 자체의 시계에 따른 것입니다. 뒤의 기록이 앞의 기록보다 이를 수는 없으나, 시계 자체의 증명에는 "
    "그날 누군가 보관한 체크포인트가 필요합니다.",
)
BUSINESS_DAY: Final = Words(
    "日期按 UTC+8 计算；生效、暂停、恢复、撤销和到期均以登记的业务日期为准。",
    "Days are those of UTC+8. What counts are the days that the entries name for award, suspension, reinstatement, "
    "revocation and expiry.",
    "날짜는 UTC+8 기준이며, 수여·정지·회복·취소·만료는 기록에 적힌 날짜를 기준으로 합니다.",
)

BAD_DATE: Final = Words("日期有误", "Not a date", "날짜 오류")
BAD_DATE_HOW: Final = Words(
    "请用年-月-日的形式填写一个存在的日期，例如 2024-05-01，不早于 1900 年。",
    "Give a day that there is, as year-month-day, such as 2024-05-01, of 1900 or later.",
    "2024-05-01처럼 연-월-일 형식으로 실제 있는 날짜를 1900년 이후로 입력하십시오.",
)
FUTURE: Final = Words("日期在将来", "A day to come", "미래의 날짜")
FUTURE_HOW: Final = Words(
    "将来的状态无人知道：请填写今天或以前的日期。",
    "What will stand on a day to come, nobody knows: give today or an earlier day.",
    "미래의 상태는 아무도 알 수 없습니다. 오늘 또는 그 이전 날짜를 입력하십시오.",
)
ONE_QUESTION: Final = Words("一次只问一个问题", "One question at a time", "한 번에 한 가지 질문만")
ONE_QUESTION_HOW: Final = Words(
    "网址中只能有 on 或 as-of 其中之一，且只有一次。",
    "The address may hold either on or as-of, once.",
    "주소에는 on 또는 as-of 중 하나만 한 번 쓸 수 있습니다.",
)


def on(day: date, state: Words) -> Words:
    """What stood on a day by what the log says now."""
    return Words(
        f"按现在的登记，{day} 这一天：{state.zh}",
        f"On {day}, by what the log says now: {state.en}",
        f"현재 등록 내용에 따른 {day}의 상태: {state.ko}",
    )


def as_of(day: date, state: Words) -> Words:
    """What the page would have said at the end of a day."""
    return Words(
        f"{day} 这一天结束时，本页会说：{state.zh}",
        f"At the end of {day} this page would have said: {state.en}",
        f"{day}이(가) 끝날 때 이 페이지의 답: {state.ko}",
    )


def so_far(day: date, state: Words) -> Words:
    """What the page says on a day that is not over."""
    return Words(
        f"今天（{day}）到目前为止，本页说：{state.zh}",
        f"Today, {day}, this page says so far: {state.en}",
        f"오늘({day}) 현재까지 이 페이지의 답: {state.ko}",
    )


def entries(count: int) -> Words:
    """How many entries a log has."""
    return Words(f"{count} 条", f"{count} {'entry' if count == 1 else 'entries'}", f"{count}건")
