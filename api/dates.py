"""The two questions about a day: what stood on it by the log of now, and what a page would have said when it ended.

Both are asked below a link's own address (`?on=2024-05-01`, `?as-of=2024-05-01`). The answer stands beside that of
today and never in its place: who is shown a page with an old day in its address still sees what is true now.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, Field
from starlette.requests import Request

from api import date_words
from api.answer import Answer, State
from api.banners import BANNERS, KEY_COMPROMISED
from api.languages import Words
from api.refused import Refused
from ledger.awards import Awards
from ledger.past import Then, as_of
from ledger.receipts import NotYetSigned
from verifier.current import business_day
from verifier.errors import CouldNotCheck, VerificationError
from verifier.past import whole_history

_log = logging.getLogger(__name__)

ON: Final = "on"
AS_OF: Final = "as-of"
NOT_IN_LOG: Final = "not-in-log"
"""Where another state would stand: the award had not been recorded by then."""
EARLIEST: Final = date(1900, 1, 1)
PARAMETERS: Final = [
    {
        "name": name,
        "in": "query",
        "required": False,
        "schema": {"type": "string", "format": "date"},
        "description": text,
    }
    for name, text in (
        (ON, "What stood on that day, by the log of now?"),
        (AS_OF, "What was said at the end of that day, or of today so far?"),
    )
]
"""The two questions in the OpenAPI document."""
_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Question:
    """One of the two questions about a day."""

    kind: Literal["on", "as-of"]
    day: date
    is_of_today: bool
    """Whether the day is not over."""


@dataclass(frozen=True, slots=True)
class Dated:
    """The answer about a day."""

    question: Question
    state: str
    """A standing, `not-in-log`, `key-compromised` or `could-not-check`."""
    log_size: int | None = None
    """Entries of the log that the answer is of and that prove it."""
    then: Then | None = None
    """The log of that day, of a question `as-of`."""

    @property
    def sentence(self) -> Words:
        """The whole answer in one sentence."""
        word = date_words.NOT_IN_LOG if self.state == NOT_IN_LOG else BANNERS[self.state].word
        if self.question.kind == ON:
            return date_words.on(self.question.day, word)
        told = date_words.so_far if self.question.is_of_today else date_words.as_of
        return told(self.question.day, word)

    @property
    def beside_today(self) -> Words:
        """How the day goes with the state of today, which stands above."""
        return date_words.OF_TODAY if self.question.is_of_today else date_words.NOT_TODAY


Said = Dated | Refused | None
"""What is said about a day: an answer, why there is none, or nothing where nothing was asked."""


class AtDate(BaseModel):
    """What is said about a day, beside what is said of today."""

    question: str = Field(
        description="`on`: what stood on the day by the log of now. `as-of`: what was said at its end, or so far."
    )
    day: date
    state: str = Field(description="A standing, `not-in-log`, `key-compromised` or `could-not-check`.")
    sentence: dict[str, str]
    log_size: int | None = Field(description="Entries of the log that proves it.")
    root: str | None = Field(description="`as-of`: root of the tree of that size, hex.")
    last_recorded_at: datetime | None = Field(description="`as-of`: when the last of these entries was recorded.")
    next_recorded_at: datetime | None = Field(description="`as-of`: when the entry behind them was; null for none yet.")


def question(request: Request, now: datetime) -> Question | None:
    """The question in an address, if there is one. Raises Refused for one that cannot be answered."""
    asked = [(key, value) for key, value in request.query_params.multi_items() if key in (ON, AS_OF)]
    if not asked:
        return None
    if len(asked) > 1:
        raise Refused(400, "one-question", date_words.ONE_QUESTION, date_words.ONE_QUESTION_HOW)
    kind, text = asked[0]
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or day < EARLIEST:
        raise Refused(400, "bad-date", date_words.BAD_DATE, date_words.BAD_DATE_HOW)
    today = business_day(now)
    if day > today:
        raise Refused(400, "future-date", date_words.FUTURE, date_words.FUTURE_HOW)
    return Question("on" if kind == ON else "as-of", day, day == today)


def answer_at(awards: Awards, asked: Question, today: Answer, link_id: str) -> Dated | None:
    """The answer about a day, given that of today to the same link; None where that says nothing of an award.

    Raises nothing: what fails is "could not check". So is everything while today's standing cannot be checked: the
    published list shows that no change of standing is withheld.
    """
    unchecked = today.shown is None or today.standing is None
    if today.state is State.UNKNOWN or (unchecked and today.code != KEY_COMPROMISED):
        return None if today.shown is None else Dated(asked, State.COULD_NOT_CHECK.value)
    try:
        return _as_of(awards, asked, link_id) if asked.kind == AS_OF else _on(asked, today)
    except (VerificationError, CouldNotCheck, NotYetSigned) as error:
        _log.error("a question about a day could not be answered: %s", error)
    except Exception:
        _log.exception("a question about a day could not be answered")
    return Dated(asked, State.COULD_NOT_CHECK.value)


def told(awards: Awards, request: Request, today: Answer, link_id: str) -> Said:
    """What is said about the day that a request asks for, if it asks for one."""
    try:
        asked = question(request, today.checked_at)
    except Refused as refused:
        return refused
    return None if asked is None else answer_at(awards, asked, today, link_id)


def at_date(dated: Dated) -> AtDate:
    """The JSON of an answer about a day."""
    past = dated.then.past if dated.then else None
    return AtDate(
        question=dated.question.kind,
        day=dated.question.day,
        state=dated.state,
        sentence=dated.sentence.as_json(),
        log_size=dated.log_size,
        root=past.root.hex() if past else None,
        last_recorded_at=past.last if past else None,
        next_recorded_at=past.next if past else None,
    )


def values(today: Answer, said: Said, at: str) -> dict[str, Any]:
    """What the page's template needs for answer and forms; `at` is the link's path where the page has another one."""
    return {
        "dates": date_words,
        "dated": said if isinstance(said, Dated) else None,
        "refused": said if isinstance(said, Refused) else None,
        "askable": today.shown is not None,
        "ask_at": at,
        "last_day": business_day(today.checked_at),
    }


def _on(asked: Question, today: Answer) -> Dated:
    if today.shown is None:
        return Dated(asked, KEY_COMPROMISED, today.log_size)
    proved, trust = today.shown.proved, today.shown.trust
    award = whole_history(proved, today.changes, trust)
    return Dated(asked, award.on(asked.day).value, today.log_size)


def _as_of(awards: Awards, asked: Question, link_id: str) -> Dated:
    issued = awards.by_link(link_id)
    if issued is None:
        raise CouldNotCheck("the link leads nowhere any more")
    then = as_of(awards, issued, asked.day)
    state = then.standing.value if then.standing else NOT_IN_LOG
    if then.disowned:
        state = KEY_COMPROMISED
    return Dated(asked, state, then.past.size, then)
