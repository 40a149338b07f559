"""Which event may follow which in one stream, as far as the public log tells (DOMAIN.md).

A stream is of one family. Its state is a few words that say what its events so far have made of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from typing import Final

from verifier.errors import RuleBroken

NEW: Final = "an empty stream"
DISOWNED: Final = "a stream begun by a compromised key"
_ERASED: Final = "an erased trainee"
_EVIDENCE: Final = "evidence.attached"

_KEYS: Final = ("organisation.accredited", "key.authorised", "key.retired", "key.compromised")
_TRAINING: Final = ("enrolment.withdrawn", "attendance.recorded", "certification.refused")
_ENROLLED, _ASSESSED = "an enrolment without results", "an enrolment with results"
_IN_FORCE, _SUSPENDED, _ENDED = "a certificate in force", "a suspended certificate", "a certificate that ended"
_TITLE, _TITLE_ENDED = "a title in force", "a title that ended"
_FILED, _ELIGIBLE, _VOTED = "an application just filed", "an eligible application", "an application voted on"
_POSTED, _OBJECTED, _CLOSED = "an application under notice", "an application under objection", "a refused application"

_ENDINGS: Final = {"certificate.revoked": _ENDED, "certificate.superseded": _ENDED}
_REFUSED: Final = {"application.refused": _CLOSED}

_NEXT: Final[dict[str, dict[str, str]]] = {
    NEW: {
        "log.started": "the log",
        **dict.fromkeys(_KEYS, "an organisation"),
        "account.opened": "an open account",
        "approval.signed": "an approval",
        "programme.published": "a programme",
        "policy.published": "a policy",
        "calendar.adopted": "a calendar",
        "notice.terms-set": "terms of notices",
        "cohort.opened": "a cohort",
        "pack.taken-in": "an intake",
        "disclosure.made": "a disclosure",
        "trainee.registered": "a trainee",
        "enrolment.made": _ENROLLED,
        "certificate.awarded": _IN_FORCE,
        "application.filed": _FILED,
        "title.granted": _TITLE,
        "objection.lodged": "an objection",
    },
    "the log": dict.fromkeys((*_KEYS, "base.moved", "witnesses.set"), "the log"),
    "an organisation": dict.fromkeys(_KEYS, "an organisation"),
    "an open account": {
        **dict.fromkeys(("account.opened", "passkey.registered", "passkey.removed"), "an open account"),
        "account.closed": "a closed account",
    },
    "a closed account": {"account.opened": "an open account", "passkey.removed": "a closed account"},
    "an approval": {},
    "a programme": {"programme.published": "a programme"},
    "a policy": {"policy.published": "a policy"},
    "a calendar": {"calendar.adopted": "a calendar"},
    "terms of notices": {},
    "a cohort": {},
    "an intake": {},
    "a disclosure": {},
    "an objection": {"objection.erased": "an erased objection"},
    "an erased objection": {},
    "a trainee": {
        "trainee.name-changed": "a trainee",
        "trainee.details-amended": "a trainee",
        "trainee.erased": _ERASED,
    },
    _ERASED: {},
    _ENROLLED: {**dict.fromkeys(_TRAINING, _ENROLLED), "result.recorded": _ASSESSED},
    _ASSESSED: dict.fromkeys((*_TRAINING, "result.recorded", "result.amended"), _ASSESSED),
    _IN_FORCE: {"certificate.suspended": _SUSPENDED, **_ENDINGS},
    _SUSPENDED: {"certificate.reinstated": _IN_FORCE, **_ENDINGS},
    _ENDED: {},
    _FILED: {"application.found-eligible": _ELIGIBLE, **_REFUSED},
    _ELIGIBLE: {"panel.voted": _VOTED},
    _VOTED: {"notice.posted": _POSTED, **_REFUSED},
    # A pack tells how an objection ended, not when it was raised.
    _POSTED: {
        "objection.raised": _OBJECTED,
        "objection.resolved": _POSTED,
        "decision.refused": _POSTED,
        **_REFUSED,
    },
    _OBJECTED: {
        "objection.raised": _OBJECTED,
        "objection.resolved": _POSTED,
        "decision.refused": _OBJECTED,
    },
    _CLOSED: {},
    _TITLE: {"title.revoked": _TITLE_ENDED, "title.superseded": _TITLE_ENDED},
    _TITLE_ENDED: {},
}


STATES: Final = (NEW, DISOWNED, *(state for state in _NEXT if state != NEW))
"""Every state. Its place here is its number, in memory and in state files: states are only ever added at the end."""
_NUMBERS: Final = {state: number for number, state in enumerate(STATES)}
_STATE_BITS: Final = 8


class Histories:
    """The state and version of every stream so far: one number a stream, for a log has many."""

    def __init__(self) -> None:
        self._streams: dict[bytes, int] = {}
        """Version and the number of the state, in one."""
        self._shared: dict[int, int] = {}
        """Equal numbers are one object."""

    def take(self, stream: bytes, version: int, kind: str) -> None:
        """Takes in one more event of a stream. Raises RuleBroken where it may not stand there."""
        now = self._streams.get(stream, 0)
        if version != (now >> _STATE_BITS) + 1:
            raise RuleBroken(
                f"{kind} is version {version} of its stream, and the stream is at version {now >> _STATE_BITS}"
            )
        number = _moves(kind).get(now & 255)
        if number is None:
            raise RuleBroken(f"{kind} cannot follow {STATES[now & 255]}")
        self._set(stream, version, number)

    def correct(self, stream: bytes, remaining: Iterable[str]) -> None:
        """Sets the state of a stream to what its remaining events make of it, when others of it were disowned.

        What is left may have no legal place any more, such as the reinstatement after a thief's suspension: it is
        passed over.
        """
        state = NEW
        for kind in remaining:
            try:
                state = after(state, kind)
            except RuleBroken:
                if state == NEW:
                    state = DISOWNED
        self._set(stream, self._streams[stream] >> _STATE_BITS, _NUMBERS[DISOWNED if state == NEW else state])

    def columns(self) -> tuple[bytes, list[int]]:
        """For a state file: the streams' ids one after another, and a number for each."""
        return b"".join(self._streams), list(self._streams.values())

    @classmethod
    def of(cls, streams: bytes, numbers: list[int]) -> Histories:
        """From `columns`. Raises ValueError for what is none."""
        made = cls()
        if len(streams) != 16 * len(numbers) or any(number & 255 >= len(STATES) for number in numbers):
            raise ValueError("the streams do not fit their numbers")
        for place, number in enumerate(numbers):
            made._set(streams[16 * place : 16 * place + 16], number >> _STATE_BITS, number & 255)
        return made

    def _set(self, stream: bytes, version: int, state: int) -> None:
        number = version << _STATE_BITS | state
        self._streams[stream] = self._shared.setdefault(number, number)


def after(state: str, kind: str) -> str:
    """The state that an event leads to. Raises RuleBroken."""
    if state == DISOWNED or (kind == _EVIDENCE and state not in (NEW, _ERASED)):
        return state
    try:
        return _NEXT[state][kind]
    except KeyError:
        raise RuleBroken(f"{kind} cannot follow {state}") from None


@cache
def _moves(kind: str) -> dict[int, int]:
    """From which state to which a kind leads, by their numbers."""
    found = {}
    for state in STATES:
        with suppress(RuleBroken):
            found[_NUMBERS[state]] = _NUMBERS[after(state, kind)]
    return found
