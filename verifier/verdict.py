"""What a check found, in one word from a fixed list and one sentence, with what was signed and how it was checked."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from verifier.address import LinkAddress
from verifier.authority import Organisation
from verifier.events import event_type
from verifier.trust import Trust
from verifier.verification_receipt import Presented
from verifier.verify import Proved


class State(enum.StrEnum):
    """The word. «Could not check» is never valid, never revoked and never forged."""

    VALID = "valid"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    REVOKED_OR_SUPERSEDED = "revoked-or-superseded"
    STANDING_NOT_CHECKED = "authentic-standing-not-checked"
    NOT_AS_ISSUED = "not-as-issued"
    TAMPERED = "tampered"
    UNKNOWN_KEY = "unknown-key"
    NOT_ENTITLED = "not-entitled"
    NOT_A_PROOF = "not-a-proof"
    INCONSISTENT = "inconsistent"
    COULD_NOT_CHECK = "could-not-check"
    VERIFICATION_RECEIPT = "verification-receipt"


GOOD, NOT_GOOD, MISUSE, NOT_CHECKED = range(4)
"""Exit codes."""

_WORST_FIRST: Final = (MISUSE, NOT_GOOD, NOT_CHECKED, GOOD)


@dataclass(frozen=True, slots=True)
class PrintedField:
    """One value that the paper shows."""

    key: str
    label: str
    value: str
    """As it was signed."""
    text: str
    """For people: a code with its names."""


@dataclass(frozen=True, slots=True)
class ToldThen:
    """One item of a verification receipt."""

    presented: Presented
    state: str
    """What was said of it then; worked out again from the evidence where `proved` is there."""
    code: str = ""
    proved: Proved | None = None
    """None where there is the base's word alone."""
    fields: tuple[PrintedField, ...] = ()
    today: str = ""
    """The state of the same award now, where it was asked; empty where nobody asked."""

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        shown = self.presented
        return {
            "presented": {
                **{"kind": shown.kind, "text": shown.text, "name": shown.name or None},
                "sha256": shown.digest.hex() or None,
            },
            "state": self.state,
            "code": self.code,
            "evidence": self.proved is not None,
            "fields": {field.key: field.value for field in self.fields},
            "entry": self.proved.index if self.proved else None,
            "today": self.today or None,
        }


@dataclass(frozen=True, slots=True)
class CheckThen:
    """The check that a verification receipt is of."""

    checked_at: datetime
    """By the base's clock."""
    origin: str
    size: int
    root: bytes
    items: tuple[ToldThen, ...]
    turned_away: dict[str, int] = field(default_factory=dict)
    """How many pieces were sent along and not looked at, by the code of the reason."""

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "checked_at": self.checked_at.isoformat(timespec="seconds"),
            "origin": self.origin,
            "size": self.size,
            "root": self.root.hex(),
            "items": [item.as_json() for item in self.items],
            "turned_away": self.turned_away,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer about one thing."""

    thing: str
    state: State
    sentence: str
    code: str = ""
    """The stable code of the reason, where there is one."""
    message: str = ""
    """The reason itself: it names the place."""
    proved: Proved | None = None
    proof: bytes | None = None
    """The Transparent Statement that `proved` was read from, where the thing itself carried it."""
    link: LinkAddress | None = None
    """The link that would have to be opened for an answer, where nothing may be fetched."""
    fields: tuple[PrintedField, ...] = ()
    checked_at: datetime | None = None
    as_of: int | None = None
    """The log size that the answer is of."""
    notes: tuple[str, ...] = ()
    offline: bool = False
    then: CheckThen | None = None
    """Of a verification receipt: what was checked when it was made."""

    @property
    def exit_code(self) -> int:
        """0 good, 1 not good, 3 could not check. «Authentic» alone is good where offline was asked for.

        A verification receipt is good where it is genuine, whatever it says of certificates.
        """
        good = self.state in (State.VALID, State.VERIFICATION_RECEIPT)
        if good or (self.state is State.STANDING_NOT_CHECKED and self.offline):
            return GOOD
        if self.state in (State.STANDING_NOT_CHECKED, State.COULD_NOT_CHECK):
            return NOT_CHECKED
        return NOT_GOOD

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        answer: dict[str, Any] = {
            "thing": self.thing,
            "state": self.state.value,
            "exit": self.exit_code,
            "sentence": self.sentence,
            "code": self.code,
            "message": self.message,
            "fields": {field.key: field.value for field in self.fields},
            "checked_at": self.checked_at.isoformat(timespec="seconds") if self.checked_at else None,
            "as_of": self.as_of,
            "notes": list(self.notes),
        }
        if self.proved is not None:
            answer["entry"] = self.proved.index
            answer["recorded_at"] = self.proved.recorded_at.isoformat(timespec="milliseconds")
            answer["issuer"] = _issuer_json(self.proved)
        if self.then is not None:
            answer["then"] = self.then.as_json()
        return answer


def worst(codes: list[int]) -> int:
    """The exit code of several checks together: not good before not checked before good."""
    return next((code for code in _WORST_FIRST if code in codes), GOOD)


def issuer_line(proved: Proved) -> str:
    """Who signed, and who held the key."""
    organisation = proved.logged.organisation
    return f"{organisation.name_zh} {organisation.name_en} ({organisation.code})"


def custody_line(proved: Proved, base: Organisation | None) -> str:
    """What the holder of the key means for what the signature proves."""
    code = proved.logged.organisation.code
    if proved.logged.key.custody == "organisation":
        return f"{code} holds its key itself"
    holder = base.code if base else "the base"
    return f"key held by {holder} for {code}: the signature proves what {holder} said in its name"


_LEVELS: Final = {"assistant-engineer": "助理工程师 assistant engineer", "engineer": "工程师 engineer"}
_ID_TYPES: Final = {
    "resident-id": "居民身份证 resident identity card",
    "passport": "护照 passport",
    "hk-macau-permit": "港澳居民来往内地通行证 Hong Kong and Macao permit",
    "taiwan-permit": "台湾居民来往大陆通行证 Taiwan permit",
}
_LABELS: Final = {
    "number": "证书编号 number",
    "name": "姓名 name",
    "id_type": "证件类型 ID document",
    "id_number_masked": "证件号码 ID number",
    "programme": "认证项目 programme",
    "level": "职称 title",
    "speciality": "专业 speciality",
    "total": "总成绩 total",
    "awarded_on": "颁发日期 awarded on",
    "granted_on": "授予日期 granted on",
    "expires_on": "有效期至（含当日） valid through",
}


def printed_fields(proved: Proved, trust: Trust) -> tuple[PrintedField, ...]:
    """Everything that the paper shows, as it was signed. Names of programmes come from the trust file."""
    event = proved.event
    declared = event_type(event)
    shown = {field.name for field in (*declared.printed, *declared.public)}
    return tuple(
        PrintedField(key, label, str(getattr(event, key)), _text(key, str(getattr(event, key)), trust))
        for key, label in _LABELS.items()
        if key in shown
    )


def _text(key: str, value: str, trust: Trust) -> str:
    if key == "programme" and value in trust.programmes:
        named = trust.programmes[value]
        return f"{named.name_zh} {named.name_en} ({value})"
    return {"level": _LEVELS, "id_type": _ID_TYPES}.get(key, {}).get(value, value)


def _issuer_json(proved: Proved) -> dict[str, str]:
    organisation, key = proved.logged.organisation, proved.logged.key
    return {
        "code": organisation.code,
        "name_zh": organisation.name_zh,
        "name_en": organisation.name_en,
        "uri": organisation.uri,
        "custody": key.custody,
        "kid": key.kid.hex(),
    }
