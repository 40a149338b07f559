"""The answer to a link: the award that it leads to, and what stands of it, all verified as a stranger would.

Nothing that lies in the database is believed: statement, receipt, changes and status list go through the verifier
before any state is said. Whatever does not verify is answered with "could not check", never with "valid".
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final

from ledger.awards import Awards, IssuedAward, Snapshot
from ledger.receipts import NotYetSigned
from ledger.store import Recorded
from ledger.verified import Verified
from verifier import bundle
from verifier.address import LINK_ID_LENGTH, check_link_id, link_digest
from verifier.current import Change, Current
from verifier.errors import CouldNotCheck, Inconsistent, KeyCompromised, Malformed, Mismatch, VerificationError
from verifier.events import WITHHELD
from verifier.standing import AWARDS, Standing
from verifier.statement import Statement
from verifier.statuslist import StatusList, list_number, list_path
from verifier.trust import Trust
from verifier.verdict import PrintedField, printed_fields
from verifier.verify import Logged, Proved, check_change, verify_award

_log = logging.getLogger(__name__)

_NO_LINK: Final = "0" * LINK_ID_LENGTH
"""Looked up in the place of what is no link id, so that the time taken does not tell the two apart."""


class State(enum.StrEnum):
    """The one word of the answer; the words of `verifier.verdict.State` where both have one."""

    VALID = "valid"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    REVOKED_OR_SUPERSEDED = "revoked-or-superseded"
    STANDING_NOT_CHECKED = "authentic-standing-not-checked"
    NOT_ENTITLED = "not-entitled"
    INCONSISTENT = "inconsistent"
    ERASED = "erased"
    UNKNOWN = "unknown"
    COULD_NOT_CHECK = "could-not-check"


@dataclass(frozen=True, slots=True)
class Shown:
    """What verified, for the page to show."""

    proved: Proved
    fields: tuple[PrintedField, ...]
    trust: Trust
    path: tuple[bytes, ...]
    """From the award's leaf to the root, lowest level first."""


@dataclass(frozen=True, slots=True)
class Sources:
    """All that the answer about one award was worked out from, but for the time of day."""

    rows: tuple[Recorded, ...]
    """The award's stream as it lies in the store, sealed values included."""
    snapshot: Snapshot
    list_number: int
    token: bytes
    """The published status list, in its signed form."""
    listed: StatusList


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of a link."""

    state: State
    checked_at: datetime
    code: str = ""
    """Stable code of the reason where something could not be checked."""
    log_size: int | None = None
    """Entries of the log that the answer is of."""
    shown: Shown | None = None
    changed_on: date | None = None
    """The day from which a suspension, revocation or supersession counts, or the day of award or last day."""
    reason: str | None = None
    """Class of reason of a revocation."""
    standing: Standing | None = None
    """What stands of an award whose holder's data are erased."""
    proof: bytes | None = None
    changes: tuple[bytes, ...] = ()
    published: Snapshot | None = None
    """The log as published, or as it last verified."""
    current_link: str | None = None
    """Link id of the award that replaced this one. Who has the link of an award may follow its corrections: they are of
    the same award to the same person. So a correction is no way to take a link that leaked out of use."""
    sources: Sources | None = None
    """Where what stands was found out of rows of this ledger."""


def answer_link(awards: Awards, link_id: str, now: datetime) -> Answer:
    """The answer to a link id as it stands in the address. Raises nothing: what fails is "could not check"."""
    answer = _answer_link(awards, link_id, now)
    return answer if answer.published is not None else _with_published(answer, awards)


def _with_published(answer: Answer, awards: Awards) -> Answer:
    """The answer with the newest checkpoint that there is to name, whatever became of the award itself."""
    try:
        return replace(answer, published=awards.last_good())
    except Exception:  # As below: it is one more thing that could not be found out.
        _log.exception("the last good checkpoint could not be read")
        return answer


def _answer_link(awards: Awards, link_id: str, now: datetime) -> Answer:
    answer = Answer(State.COULD_NOT_CHECK, now.astimezone(UTC))

    def found() -> Answer:
        known = _known(link_id)
        issued = awards.by_link(known or _NO_LINK)
        if known is None or issued is None:
            return replace(answer, state=State.UNKNOWN, code="no-such-certificate")
        return _answer(answer, awards, issued, known)

    return _told(answer, found)


def answer_proof(awards: Awards, proof: bytes, proved: Proved, now: datetime) -> Answer:
    """The answer about the award of a proof that somebody brought and that has verified. Raises nothing.

    The proof itself says whose the award is, so an erasure of its holder's data here takes nothing from the answer.
    """
    answer = Answer(State.COULD_NOT_CHECK, now.astimezone(UTC))

    def found() -> Answer:
        there = _published(awards, proved.event.status_index)
        trust = there.snapshot.trust
        there.snapshot.verified.check_published(proved.index, proved.logged.statement.raw)
        shown = Shown(proved, _fields(proved, trust), trust, bundle.parse(proof).receipt.path)
        issued = awards.by_link_hash(proved.event.link_hash)
        return _stands(replace(answer, proof=proof, shown=shown), awards, there, issued, erased=False)

    return _told(answer, found)


def _told(answer: Answer, found: Callable[[], Answer]) -> Answer:
    """What was found; where something is in the way, the answer with the code of the reason."""
    try:
        return found()
    except NotYetSigned:
        return replace(answer, code="not-yet-published")
    except KeyCompromised as error:
        return replace(answer, state=State.NOT_ENTITLED, code=error.code)
    except (VerificationError, CouldNotCheck) as error:
        _log.error("an award could not be answered for: %s: %s", error.code, error.message)
        return replace(answer, code=error.code)
    except Exception:  # Whatever is wrong with store, keys or disk: the visitor hears that nothing was found out.
        _log.exception("an award could not be answered for")
        return replace(answer, code=CouldNotCheck.code)


def _known(text: str) -> str | None:
    try:
        return check_link_id(text)
    except Malformed:
        return None


def _answer(answer: Answer, awards: Awards, issued: IssuedAward, link_id: str) -> Answer:
    # (1) What the log as published holds: the award, by a proof that is verified as a stranger would.
    there = _published(awards, issued.award.status_index)
    trust, verified = there.snapshot.trust, there.snapshot.verified
    entry, disclosed = verified.entry(issued.index, issued.statement), issued.disclosures[:1]
    proved = verify_award(entry.logged, disclosed, trust) if disclosed else _without_holder(entry.logged)
    # (2) It is the award of this link.
    if proved.event.link_hash != link_digest(link_id):
        raise Mismatch("the view leads to an award of another link: rebuild the views")
    shown = Shown(proved, _fields(proved, trust), trust, entry.path)
    proof = verified.transparent(issued.index, issued.statement, disclosed) if disclosed else None
    answer = replace(answer, proof=proof, shown=shown, published=there.snapshot)
    return _stands(answer, awards, there, issued, erased=issued.erased)


def _stands(answer: Answer, awards: Awards, there: _Published, issued: IssuedAward | None, *, erased: bool) -> Answer:
    """The answer about an award that is authentic, with what stands of it. `issued`: where the changes of it lie."""
    assert answer.shown is not None
    proved, verified = answer.shown.proved, there.snapshot.verified
    # (3) Every change of its standing. One that is recorded and not yet published raises NotYetSigned.
    recorded = () if issued is None else issued.changes
    proofs = tuple(verified.transparent(index, statement, ()) for index, statement in recorded)
    changes = [change for item in recorded if (change := _change(verified, *item, proved)) is not None]
    size = proved.logged.included.size
    answer = replace(answer, state=State.STANDING_NOT_CHECKED, log_size=size, changes=proofs)
    # (4) What stands, by the published status list, which must agree with the changes.
    try:
        if isinstance(there.token, CouldNotCheck):
            raise there.token
        listed = verified.status_list(there.list_number, there.token)
        found = verified.standing(proved, listed, answer.checked_at, changes)
    except Inconsistent as error:
        _log.error("the published log contradicts itself: %s", error.message)
        return replace(answer, state=State.INCONSISTENT, code=error.code)
    except (VerificationError, CouldNotCheck) as error:
        _log.error("the standing of an award could not be checked: %s: %s", error.code, error.message)
        return replace(answer, code=error.code)
    answer = _with_standing(answer, found, erased=erased)
    if issued is None:
        return answer
    answer = replace(answer, sources=Sources(issued.entries, there.snapshot, there.list_number, there.token, listed))
    if answer.state is not State.SUPERSEDED:
        return answer
    return replace(answer, current_link=_current_link(awards, issued))


@dataclass(frozen=True, slots=True)
class _Published:
    """The status list that an award lies in, and the log."""

    list_number: int
    token: bytes | CouldNotCheck
    snapshot: Snapshot


def _published(awards: Awards, status_index: int) -> _Published:
    """What is published. The list is read first: it is published after its checkpoint, which so is none the older."""
    number = list_number(status_index)
    try:
        token: bytes | CouldNotCheck = awards.published(list_path(number))
    except CouldNotCheck as error:
        token = error
    return _Published(number, token, awards.snapshot())


def _current_link(awards: Awards, issued: IssuedAward) -> str | None:
    """The link of the correction, where it is known to be one of this very award to this very person."""
    found = awards.successor(issued)
    if found is None or found.event.corrects != issued.stream or found.event.trainee != issued.event.trainee:
        return None
    return found.event.link if isinstance(found.event.link, str) else None


def _change(verified: Verified, index: int, statement: Statement, proved: Proved) -> Change | None:
    """A verified change; None for one signed by a compromised key, which stays in the log and counts for nothing."""
    try:
        return check_change(verified.entry(index, statement).logged, proved)
    except KeyCompromised:
        return None


def _without_holder(logged: Logged) -> Proved:
    """The award of an erased holder: its printed values are withheld."""
    event = logged.statement.record.event
    if not isinstance(event, AWARDS):
        raise Malformed(f"{logged.statement.type} is not an award")
    return Proved(logged, event)


def _fields(proved: Proved, trust: Trust) -> tuple[PrintedField, ...]:
    return tuple(field for field in printed_fields(proved, trust) if getattr(proved.event, field.key) is not WITHHELD)


def _with_standing(answer: Answer, found: Current, *, erased: bool) -> Answer:
    award = found.award
    answer = replace(answer, log_size=found.list.size, standing=found.standing)
    if erased:
        return replace(answer, state=State.ERASED, code="erased")
    if found.standing is None:
        return replace(answer, state=State.REVOKED_OR_SUPERSEDED)
    reason = award.revoked_for if found.standing is Standing.REVOKED else None
    state = State(found.standing.value)
    return replace(answer, state=state, changed_on=award.since(found.standing), reason=reason)
