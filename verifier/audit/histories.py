"""Which event may follow which in one stream, as far as the public log tells (DOMAIN.md).

A stream is of one family. Its state is a few words that say what its events so far have made of it.
"""

from __future__ import annotations

from collections.abc import Iterable
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
        "trainee.registered": "a trainee",
        "enrolment.made": _ENROLLED,
        "certificate.awarded": _IN_FORCE,
        "application.filed": _FILED,
        "title.granted": _TITLE,
        "objection.lodged": "an objection",
    },
    "the log": dict.fromkeys((*_KEYS, "witnesses.set"), "the log"),
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


class Histories:
    """The state and version of every stream so far."""

    def __init__(self) -> None:
        self._streams: dict[bytes, tuple[int, str]] = {}

    def take(self, stream: bytes, version: int, kind: str) -> None:
        """Takes in one more event of a stream. Raises RuleBroken where it may not stand there."""
        last, state = self._streams.get(stream, (0, NEW))
        if version != last + 1:
            raise RuleBroken(f"{kind} is version {version} of its stream, and the stream is at version {last}")
        self._streams[stream] = (version, after(state, kind))

    def correct(self, stream: bytes, kinds: Iterable[str]) -> None:
        """Sets the state of a stream to what its remaining events make of it, when others of it were disowned.

        What is left may have no legal place any more, such as the reinstatement after a thief's suspension: it is
        passed over.
        """
        state = NEW
        for kind in kinds:
            try:
                state = after(state, kind)
            except RuleBroken:
                if state == NEW:
                    state = DISOWNED
        version, _ = self._streams[stream]
        self._streams[stream] = (version, DISOWNED if state == NEW else state)


def after(state: str, kind: str) -> str:
    """The state that an event leads to. Raises RuleBroken."""
    if state == DISOWNED or (kind == _EVIDENCE and state not in (NEW, _ERASED)):
        return state
    try:
        return _NEXT[state][kind]
    except KeyError:
        raise RuleBroken(f"{kind} cannot follow {state}") from None
